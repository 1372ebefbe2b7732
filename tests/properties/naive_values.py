"""Single values, by SQL's rules: comparisons and operations with null, aggregates, wall time and instants."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from tests.properties.example import ColumnKind

# int, Fraction, str, bool, datetime or None.
Known = Any

MILLISECOND = timedelta(milliseconds=1)
EPSILON = 1e-9


def local_to_utc(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant of a wall time: the first of two, and past the gap for one that never was."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC).replace(tzinfo=None)


def utc_to_local(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)


def truncated(wall: datetime, granularity: str) -> datetime:
    """The start of the second … year that holds `wall`; weeks start on Monday."""
    midnight = wall.replace(hour=0, minute=0, second=0, microsecond=0)
    match granularity:
        case "second":
            return wall.replace(microsecond=0)
        case "minute":
            return wall.replace(second=0, microsecond=0)
        case "hour":
            return wall.replace(minute=0, second=0, microsecond=0)
        case "day":
            return midnight
        case "week":
            return midnight - timedelta(days=wall.weekday())
        case "month":
            return midnight.replace(day=1)
        case "quarter":
            return midnight.replace(month=3 * ((wall.month - 1) // 3) + 1, day=1)
        case "year":
            return midnight.replace(month=1, day=1)
    raise ValueError(granularity)


GRANULARITIES = ("second", "minute", "hour", "day", "week", "month", "quarter", "year")


def bounds(texts: list[str]) -> tuple[datetime, datetime]:
    """From one or two dates the wall times of a range, both inclusive; a date alone is its whole day."""
    first, last = texts[0], texts[-1]
    start = datetime.fromisoformat(first)
    end = datetime.fromisoformat(last)
    if len(last) == len("2024-01-31"):
        end += timedelta(days=1) - MILLISECOND
    return start, end


def in_range(value: Known, wall: tuple[datetime, datetime], zone: ZoneInfo) -> bool:
    """Whether an instant lies in a range of wall time, the last millisecond of which belongs to it."""
    start, end = wall
    return value is not None and local_to_utc(start, zone) <= value < instant_after(end, zone)


def instant_after(wall: datetime, zone: ZoneInfo) -> datetime:
    """Where a range is over that ends with the millisecond `wall`; one that ends with a day has all of the day."""
    after = wall + MILLISECOND
    if after == truncated(after, "day"):
        return local_to_utc(after, zone)
    return local_to_utc(wall, zone) + MILLISECOND


def holds(value: Known, kind: ColumnKind, tested: dict[str, Any], zone: ZoneInfo) -> bool:
    """One comparison of a value with the filter's values."""
    operator: str = tested["operator"]
    given: list[Any] = tested.get("values", [])
    texts = [str(v).lower() if isinstance(v, bool) else str(v) for v in given if v is not None]
    null_listed = None in given
    match operator:
        case "set":
            return value is not None
        case "notSet":
            return value is None
        case "equals" | "in":
            return null_listed if value is None else any(value == parsed(t, kind) for t in texts)
        case "notEquals" | "notIn":
            return not null_listed if value is None else all(value != parsed(t, kind) for t in texts)
        case "contains" | "startsWith" | "endsWith":
            return null_listed if value is None else any(like(operator, value, t) for t in texts)
        case "notContains" | "notStartsWith" | "notEndsWith":
            positive = operator[3].lower() + operator[4:]
            return not null_listed if value is None else not any(like(positive, value, t) for t in texts)
        case "gt":
            return value is not None and value > parsed(texts[0], kind)
        case "gte":
            return value is not None and value >= parsed(texts[0], kind)
        case "lt":
            return value is not None and value < parsed(texts[0], kind)
        case "lte":
            return value is not None and value <= parsed(texts[0], kind)
        case "inDateRange" | "onTheDate":
            return in_range(value, bounds(texts), zone)
        case "notInDateRange":
            return value is not None and not in_range(value, bounds(texts), zone)
        case "beforeDate":
            return value is not None and value < local_to_utc(bounds(texts)[0], zone)
        case "afterOrOnDate":
            return value is not None and value >= local_to_utc(bounds(texts)[0], zone)
        case "beforeOrOnDate":
            return value is not None and value < instant_after(bounds(texts)[1], zone)
        case "afterDate":
            return value is not None and value >= instant_after(bounds(texts)[1], zone)
    raise ValueError(operator)


def known(value: Any) -> Known:
    return exact(value) if isinstance(value, Decimal) else value


@cache
def exact(value: Decimal) -> int | Fraction:
    found = Fraction(value)
    return found.numerator if found.denominator == 1 else found


@cache
def number(text: Any) -> int | Fraction:
    return exact(Decimal(str(text)))


def parsed(text: str, kind: ColumnKind) -> Known:
    """A filter's value as the member's type reads it. A time is taken as it is written, in UTC."""
    match kind:
        case "integer" | "decimal":
            return number(text)
        case "boolean":
            return text == "true"
        case "time":
            return datetime.fromisoformat(text)
        case "string":
            return text


def like(operator: str, value: str, text: str) -> bool:
    value, text = value.lower(), text.lower()
    return {"contains": value.__contains__, "startsWith": value.startswith, "endsWith": value.endswith}[operator](text)


def aggregated(function: str, values: list[Known]) -> Known:
    """SQL's aggregates: nulls are not seen, and of nothing there is a count of 0 and else null."""
    seen = [value for value in values if value is not None]
    match function:
        case "count":
            return len(seen)
        case "count_distinct":
            return len(set(seen))
        case "sum":
            return sum(seen) if seen else None
        case "avg":
            return Fraction(sum(seen), len(seen)) if seen else None
        case "min":
            return min(seen, default=None)
        case "max":
            return max(seen, default=None)
    raise ValueError(function)


NULL_GIVES_NULL: dict[str, Callable[..., Known]] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "ratio": lambda a, b: None if b == 0 else Fraction(a) / b,
    "concat": lambda a, b: a + b,
    "lower": lambda a: a.lower(),
    "equal": lambda a, b: a == b,
    "less": lambda a, b: a < b,
    "at_least": lambda a, b: a >= b,
    "not": lambda a: not a,
}


def call(operator: str, values: list[Known]) -> Known:
    """One operation, with SQL's rules for null."""
    match operator:
        case "coalesce":
            return next((value for value in values if value is not None), None)
        case "is_null":
            return values[0] is None
        case "and":
            return False if False in values else None if None in values else True
        case "or":
            return True if True in values else None if None in values else False
        case _:
            return None if None in values else NULL_GIVES_NULL[operator](*values)


def in_order(rows: list[tuple[Known, ...]], order: tuple[tuple[int, bool], ...]) -> list[tuple[Known, ...]]:
    """Nulls come last ascending and first descending."""
    for position, descending in reversed(order):
        missing = [row for row in rows if row[position] is None]
        present = sorted((r for r in rows if r[position] is not None), key=lambda r: r[position], reverse=descending)
        rows = missing + present if descending else present + missing
    return rows
