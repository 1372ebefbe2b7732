"""Predefined granularities: their order, and exact arithmetic with them on wall time.

Moments here are `datetime`s without a zone: the clock on the wall of the query's time zone. A day is what the calendar
calls a day, however many hours it has.
"""

from calendar import monthrange
from datetime import datetime, timedelta
from typing import Literal, get_args

# A predefined granularity, and the unit in which intervals are counted.
Unit = Literal["second", "minute", "hour", "day", "week", "month", "quarter", "year"]

# Finest first.
UNITS: tuple[Unit, ...] = get_args(Unit)

MILLISECOND = timedelta(milliseconds=1)
# The end of the year 9999, which has no year after it to count back from.
LAST_MILLISECOND = datetime(9999, 12, 31, 23, 59, 59, 999_000)  # noqa: DTZ001 - wall time

# The units that are always equally long on the wall.
FIXED: dict[Unit, timedelta] = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}

MONTHS: dict[Unit, int] = {"month": 1, "quarter": 3, "year": 12}


def rank(name: str) -> int:
    """Where a unit stands among all, finest first."""
    return next(number for number, unit in enumerate(UNITS) if unit == name)


def start_of(moment: datetime, unit: Unit) -> datetime:
    """The first instant of the unit that holds `moment`. Weeks start on Monday."""
    match unit:
        case "second":
            return moment.replace(microsecond=0)
        case "minute":
            return moment.replace(second=0, microsecond=0)
        case "hour":
            return moment.replace(minute=0, second=0, microsecond=0)
        case _:
            pass
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    match unit:
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(month=day.month - (day.month - 1) % 3, day=1)
        case "year":
            return day.replace(month=1, day=1)


def end_of(moment: datetime, unit: Unit) -> datetime:
    """The last millisecond of the unit that holds `moment`."""
    try:
        return add(start_of(moment, unit), 1, unit) - MILLISECOND
    except OverflowError:
        return LAST_MILLISECOND


def add(moment: datetime, count: int, unit: Unit) -> datetime:
    """`moment` moved by so many units; a day that the month does not have becomes its last.

    Raises:
        OverflowError: the result is outside the years 1 to 9999.
    """
    fixed = FIXED.get(unit)
    if fixed is not None:
        return moment + count * fixed
    months = moment.year * 12 + moment.month - 1 + count * MONTHS[unit]
    year, month = divmod(months, 12)
    if not 1 <= year <= 9999:
        raise OverflowError(f"{count} {unit} from {moment} is no date")
    day = min(moment.day, monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)
