"""When a kept answer is stale: as soon as a refresh key of a cube that it reads has changed.

Here are the keys that change with the clock. Such a key is the number of the interval that the clock is in, counted
from 1970, so that every process agrees on it.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from kubus.model.cube import Cube
from kubus.model.refresh_key import RefreshInterval

DEFAULT = RefreshInterval(10.0)


def refresh_intervals(cubes: Iterable[Cube]) -> tuple[RefreshInterval, ...]:
    """How long the refresh key of each cube holds that changes with the clock; each interval once."""
    keys = [cube.refresh or DEFAULT for cube in cubes]
    return tuple(dict.fromkeys(key for key in keys if isinstance(key, RefreshInterval)))


def fresh_span(intervals: Iterable[RefreshInterval], now: float) -> tuple[float, float]:
    """From when until when every refresh key is what it is at `now`, in seconds since 1970; the end is not in it."""
    since, until = float("-inf"), float("inf")
    for interval in intervals:
        begins = interval.offset - ahead_of_utc(interval.timezone, now)
        key = (now - begins) // interval.seconds
        since = max(since, begins + key * interval.seconds)
        until = min(until, begins + (key + 1) * interval.seconds)
    return since, until


def ahead_of_utc(timezone: str, now: float) -> float:
    """The seconds by which the clocks of a zone are ahead at an instant."""
    if timezone == "UTC":
        return 0.0
    offset = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(timezone)).utcoffset()
    return 0.0 if offset is None else offset.total_seconds()
