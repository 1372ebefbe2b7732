"""Wall times: units, intervals, granularities, and the periods of a range.

Source: query semantics, sections 8 and 9; data model, section 8.
"""

import calendar
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.properties.example import Granularity, Interval
from tests.properties.naive_values import truncated, utc_to_local

MONTHS = {"month": 1, "quarter": 3, "year": 12}
LENGTHS = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}
# Granularities of several years without an origin are counted from here.
FIRST_YEAR = 2000


def moved(wall: datetime, interval: Interval, times: int = 1) -> datetime:
    """A wall time and an interval, `times` over: months first, to the month's last day where there is no such day."""
    months = times * sum(count * MONTHS[unit] for count, unit in interval if unit in MONTHS)
    if months:
        total = wall.year * 12 + wall.month - 1 + months
        year, month = divmod(total, 12)
        last = calendar.monthrange(year, month + 1)[1]
        wall = wall.replace(year=year, month=month + 1, day=min(wall.day, last))
    return wall + times * sum((count * LENGTHS[unit] for count, unit in interval if unit not in MONTHS), timedelta())


def back(wall: datetime, interval: Interval) -> datetime:
    return moved(wall, interval, -1)


def length_of(granularity: str | Granularity) -> Interval:
    return ((1, granularity),) if isinstance(granularity, str) else granularity.interval


def floor(wall: datetime, granularity: str | Granularity, zone: ZoneInfo) -> datetime:
    """The start of the period that holds a wall time."""
    if isinstance(granularity, str):
        return truncated(wall, granularity)
    origin = origin_of(granularity, zone)
    # About how many periods lie between; then step by step.
    about = moved(origin, granularity.interval) - origin
    number = (wall - origin) // about
    while moved(origin, granularity.interval, number) > wall:
        number -= 1
    while moved(origin, granularity.interval, number + 1) <= wall:
        number += 1
    return moved(origin, granularity.interval, number)


def origin_of(granularity: Granularity, zone: ZoneInfo) -> datetime:
    text = granularity.origin
    if text is not None:
        if text.endswith("Z"):
            return utc_to_local(datetime.fromisoformat(text[:-1]), zone)
        return datetime.fromisoformat(text)
    start = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC).replace(tzinfo=None)
    if any(unit == "week" for _, unit in granularity.interval):
        start = truncated(start, "week")
    return moved(start, granularity.offset)


def periods(first: datetime, last: datetime, granularity: str | Granularity, zone: ZoneInfo) -> Iterator[datetime]:
    """The starts of the periods from the one that holds `first` to the one that holds `last`."""
    start = floor(first, granularity, zone)
    number = 0
    if isinstance(granularity, Granularity):
        origin = origin_of(granularity, zone)
        at = start
        while at <= last:
            yield at
            # The next start is counted from the origin, so that short months do not shift the rest.
            at = next_start(at, granularity, origin)
        return
    while (at := moved(start, length_of(granularity), number)) <= last:
        yield at
        number += 1


def next_start(start: datetime, granularity: str | Granularity, origin: datetime | None = None) -> datetime:
    if isinstance(granularity, str) or origin is None:
        return moved(start, length_of(granularity))
    about = moved(origin, granularity.interval) - origin
    number = (start - origin) // about - 1
    while moved(origin, granularity.interval, number) <= start:
        number += 1
    return moved(origin, granularity.interval, number)


def length(granularity: str | Granularity) -> timedelta:
    """About how long a period is."""
    return sum(
        (count * (LENGTHS.get(unit) or MONTHS[unit] * MONTH) for count, unit in length_of(granularity)), timedelta()
    )


# Of the mean year.
MONTH = timedelta(days=365.2425 / 12)
