"""Declared granularities to granularities.

Source: data-model 8.
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import cast

from kubus.loading.declarations import IDENTIFIER, DeclaredMember, short
from kubus.loading.reports import Report, known_fields
from kubus.loading.shapes import GRANULARITY_KEYS
from kubus.loading.yaml_text import Yaml
from kubus.model.custom_granularity import CustomGranularity
from kubus.model.granularity import UNITS, Unit
from kubus.model.measure_types import VALUE_TYPES
from kubus.model.member_sql import MemberSql
from kubus.model.titles import title_of
from kubus.model.window import Span

KEYS = tuple(GRANULARITY_KEYS)
MOST_PAIRS = 8
PAIR = r"-?\d{1,6} (?:second|minute|hour|day|week|month|quarter|year)s?"
PAIRS = re.compile(rf"{PAIR}(?: {PAIR}){{0,{MOST_PAIRS - 1}}}")
ORIGIN = re.compile(r"\d{4}(-\d{2}(-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z?)?)?)?")
BAD_ORIGIN = "Origin should be valid date-only form: YYYY[-MM[-DD]] or date-time form: YYYY-MM-DD[T]HH:mm[:ss[.sss[Z]]]"

# Intervals whose periods are the same from the start of every year, which is where they are counted from.
EVEN: dict[Unit, Callable[[int], bool]] = {
    "year": lambda count: count > 0,
    "quarter": lambda count: count in (1, 2, 4),
    "month": lambda count: count in (1, 2, 3, 4, 6, 12),
    "week": lambda count: count == 1,
    "day": lambda count: count == 1,
    "hour": lambda count: count > 0 and 24 % count == 0,
    "minute": lambda count: count > 0 and 60 % count == 0,
    "second": lambda count: count > 0 and 60 % count == 0,
}

# Compiles SQL of the dimension at a place.
Sql = Callable[[Yaml, str], MemberSql | None]


def compile_granularities(member: DeclaredMember, report: Report, sql: Sql) -> tuple[CustomGranularity, ...]:
    """The granularities of a dimension. Wrong ones are noted and left out."""
    value = member.fields.get("granularities")
    if value is None:
        return ()
    path = f"dimensions.{member.name}.granularities"
    if member.fields["type"].text != "time":
        if member.fields["type"].text in VALUE_TYPES:
            report(member, value, f"({path}) is not allowed: only dimensions of type time have granularities")
        return ()
    if not value.is_list:
        report(member, value, f"{path} must be defined as array", "Write a list of maps, each with a name")
        return ()
    found: dict[str, CustomGranularity] = {}
    for item in value.data:
        one = compile_granularity(member, item, path, report, sql)
        if one is None:
            continue
        if one.name in found:
            report(member, item, f"({path}) has '{one.name}' twice")
        found[one.name] = one
    return tuple(found.values())


def compile_granularity(
    member: DeclaredMember, item: Yaml, path: str, report: Report, sql: Sql
) -> CustomGranularity | None:
    if not item.is_map:
        report(member, item, f"({path} = {short(item.plain())}) must be a map", "It has a name and an interval")
        return None
    fields = known_fields(member, item, KEYS, path, report)
    if fields is None:
        return None
    name = fields["name"].text if "name" in fields else ""
    if not IDENTIFIER.fullmatch(name):
        report(member, fields.get("name") or item, f"({path}.name = {short(name)}) must be a name")
        return None
    at = f"{path}.{name}"
    title = fields["title"].text if "title" in fields else title_of(name)
    if "sql" in fields:
        return of_calendar(member, fields, name, title, at, report, sql)
    if name in UNITS:
        report(member, fields["name"], f"({at}) is the name of a predefined granularity", "Choose another name")
        return None
    interval = spans(member, fields.get("interval") or item, fields.get("interval"), f"{at}.interval", report)
    if interval is None:
        return None
    if any(span.count < 0 for span in interval) or all(span.count == 0 for span in interval):
        report(member, fields["interval"], f"({at}.interval) must go forward")
        return None
    declared = tuple((key, fields[key].text) for key in ("interval", "offset", "origin") if key in fields)
    if "origin" in fields:
        if "offset" in fields:
            report(member, fields["offset"], f"({at}) has origin and offset: write only one of the two")
            return None
        origin = origin_of(fields["origin"].text)
        if origin is None:
            report(member, fields["origin"], f"({at}.origin = {short(fields['origin'].text)}) {BAD_ORIGIN}")
            return None
        return CustomGranularity(name, title, interval, origin, declared=declared)
    if len(interval) != 1 or not all(EVEN[span.unit](span.count) for span in interval):
        report(
            member, fields["interval"],
            f"({at}.interval = {short(fields['interval'].text)}) Arbitrary intervals cannot be used without origin "
            "point specified", "Say with origin where a period starts, such as '2024-01-01'",
        )  # fmt: skip
        return None
    offset = spans(member, item, fields.get("offset"), f"{at}.offset", report) if "offset" in fields else ()
    return None if offset is None else CustomGranularity(name, title, interval, offset=offset, declared=declared)


def of_calendar(
    member: DeclaredMember, fields: dict[str, Yaml], name: str, title: str, at: str, report: Report, sql: Sql
) -> CustomGranularity | None:
    if name not in UNITS:
        report(
            member, fields["name"],
            f"{at}: a granularity defined with 'sql' must be named after one of the predefined granularities "
            f"({', '.join(UNITS)}). Define '{name}' with 'interval' instead",
        )  # fmt: skip
        return None
    others = [key for key in ("interval", "offset", "origin") if key in fields]
    if others:
        report(member, fields[others[0]], f"({at}) has sql and {others[0]}, which do not go together")
        return None
    found = sql(fields["sql"], f"{at}.sql")
    return None if found is None else CustomGranularity(name, title, sql=found)


def spans(member: DeclaredMember, at: Yaml, value: Yaml | None, path: str, report: Report) -> tuple[Span, ...] | None:
    """`1 year`, `-1 day`, `2 weeks 3 days`."""
    if value is None:
        report(member, at, f"({path}) is required")
        return None
    text = " ".join(value.text.split())
    if not PAIRS.fullmatch(text):
        report(member, value, f"({path} = {short(value.text)}) must be such as '1 year' or '2 weeks 3 days'")
        return None
    words = text.split(" ")
    units = [word.removesuffix("s") for word in words[1::2]]
    return tuple(Span(int(count), cast("Unit", unit)) for count, unit in zip(words[::2], units, strict=True))


def origin_of(text: str) -> datetime | None:
    """A moment in ISO form: with UTC's zone if it ends in Z, on the wall if not; None if it is neither."""
    if not ORIGIN.fullmatch(text.strip()):
        return None
    padded = text.strip() + {4: "-01-01", 7: "-01"}.get(len(text.strip()), "")
    try:
        return datetime.fromisoformat(padded)
    except ValueError:
        return None
