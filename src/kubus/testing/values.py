"""Values: when one is as it has to be, and how they are shown."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, cast

from kubus.testing.cases import EXACT, Due, Tolerance

# What begins like this is a time, or a text that is read as one.
DAY = re.compile(r"\d{4}-\d\d-\d\d")


def same(due: Due, got: Any, tolerance: Tolerance = EXACT) -> bool:
    """Whether a value is what is due. A number is no text and no boolean; a time is the text that says it."""
    if due is None or got is None:
        return due is got
    if isinstance(due, bool) or isinstance(got, bool):
        return due is got
    if is_number(due):
        return is_number(got) and same_number(due, got, tolerance)
    if isinstance(due, str):
        return same_text(due, got)
    if isinstance(due, list):
        parts = cast("list[Due]", due)
        return (
            isinstance(got, list | tuple)
            and len(parts) == len(cast("Sequence[Any]", got))
            and all(same(d, g, tolerance) for d, g in zip(parts, cast("Sequence[Any]", got), strict=True))
        )
    if isinstance(due, dict):
        entries = cast("dict[str, Due]", due)
        return (
            isinstance(got, Mapping)
            and entries.keys() == cast("Mapping[str, Any]", got).keys()
            and all(same(value, got[key], tolerance) for key, value in entries.items())
        )
    return False


def is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def same_number(due: int | float | Decimal, got: int | float | Decimal, tolerance: Tolerance) -> bool:
    if not math.isfinite(due) or not math.isfinite(got):
        return str(float(due)) == str(float(got))
    if isinstance(got, float) and float(due) == got:
        # What is written is the nearest that a float comes to.
        return True
    exact, found = Decimal(due), Decimal(got)
    return abs(found - exact) <= max(tolerance.absolute, tolerance.relative * abs(exact))


def same_text(due: str, got: Any) -> bool:
    if isinstance(got, str):
        return got == due
    if isinstance(got, datetime | date):
        return same_time(due, got)
    return not is_number(got) and not isinstance(got, list | dict) and str(got) == due


def same_time(due: str, got: datetime | date) -> bool:
    """Whether a text says this time: a day is its midnight, and without an offset an instant is in UTC."""
    try:
        said = datetime.fromisoformat(due)
    except ValueError:
        return False
    found = got if isinstance(got, datetime) else datetime(got.year, got.month, got.day)  # noqa: DTZ001 - a day has no zone
    if found.tzinfo is not None and said.tzinfo is None:
        said = said.replace(tzinfo=UTC)
    if found.tzinfo is None and said.tzinfo is not None:
        return False
    return found == said


def shown(value: Any) -> str:
    """A value as YAML has it on one line."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value, "f") if value.is_finite() else str(value)
        case int() | float():
            return repr(value)
        case Fraction():
            return str(value.numerator) if value.denominator == 1 else repr(float(value))
        case datetime() | date():
            return moment(value)
        case str():
            return json.dumps(value, ensure_ascii=False)
        case list() | tuple() | dict():
            return json.dumps(value, ensure_ascii=False, default=str)
        case _:
            return json.dumps(str(value), ensure_ascii=False)


def moment(value: datetime | date) -> str:
    """A time in ISO form; a day that is given as its midnight stays a day."""
    if isinstance(value, datetime) and value.tzinfo is None and value.time() == datetime.min.time():
        return value.date().isoformat()
    return value.isoformat()


def bare(value: Any) -> str:
    """A value as people read it in a table: texts without quotes, unless they could be taken for something else."""
    text = shown(value)
    if not isinstance(value, str):
        return text
    if DAY.match(value):
        return value
    plain = value and value == value.strip() and value.isprintable() and not value[0].isdigit()
    return value if plain and value[0] not in "-+\"'" and value not in {"null", "true", "false"} else text


def as_plain(value: Any) -> Any:
    """A value as JSON reports have it: numbers that a float would change are texts."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Decimal():
            return int(value) if value == value.to_integral_value() and value.is_finite() else shown(value)
        case datetime() | date():
            return moment(value)
        case list() | tuple():
            return [as_plain(part) for part in cast("Sequence[Any]", value)]
        case dict():
            return {str(key): as_plain(part) for key, part in cast("dict[Any, Any]", value).items()}
        case _:
            return str(value)
