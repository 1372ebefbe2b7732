"""When a kept answer is stale: as soon as a refresh key of a cube that it reads has changed.

A key is the number of the interval that the clock is in, counted from 1970, so that every process agrees on it.
"""

from collections.abc import Iterable

from kubus.model.cube import Cube

DEFAULT_SECONDS = 10.0


def refresh_intervals(cubes: Iterable[Cube]) -> tuple[float, ...]:
    """How many seconds the refresh key of each cube holds; each length once."""
    return tuple({cube.refresh_every or DEFAULT_SECONDS: None for cube in cubes})


def fresh_span(intervals: Iterable[float], now: float) -> tuple[float, float]:
    """From when until when every refresh key is what it is at `now`, in seconds since 1970; the end is not in it."""
    since, until = float("-inf"), float("inf")
    for interval in intervals:
        key = now // interval
        since, until = max(since, key * interval), min(until, (key + 1) * interval)
    return since, until
