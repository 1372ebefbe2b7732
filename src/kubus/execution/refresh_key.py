"""When a kept answer is stale: as soon as a refresh key of a cube that it reads has changed.

A key is the number of the interval that the clock is in, counted from 1970, so that every process agrees on it.
"""

from collections.abc import Iterable

from kubus.model.cube import Cube

DEFAULT_SECONDS = 10.0


def refresh_keys(cubes: Iterable[Cube], now: float) -> tuple[int, ...]:
    """The refresh key of each cube at `now`, in seconds since 1970."""
    return tuple(int(now // (cube.refresh_every or DEFAULT_SECONDS)) for cube in cubes)
