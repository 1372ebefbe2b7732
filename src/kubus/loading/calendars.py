"""Declared shifts of a calendar's time dimension.

Source: data-model 23.
"""

from collections.abc import Callable
from typing import cast

from kubus.loading.declarations import DeclaredMember, short
from kubus.loading.reports import Report, known_fields
from kubus.loading.windows import SPAN
from kubus.loading.yaml_text import Yaml
from kubus.model.calendar import CalendarShift
from kubus.model.granularity import Unit
from kubus.model.member_sql import MemberSql
from kubus.model.window import Span

KEYS = ("name", "interval", "type", "sql")
SHAPES = ({"name", "interval", "type"}, {"name", "sql"}, {"interval", "type", "sql"})

# Compiles SQL of the dimension at a place.
Sql = Callable[[Yaml, str], MemberSql | None]


def compile_calendar_shifts(
    member: DeclaredMember, report: Report, sql: Sql, *, is_calendar: bool
) -> tuple[CalendarShift, ...]:
    """The shifts of a dimension. Wrong ones are noted and left out."""
    value = member.fields.get("time_shift")
    if value is None:
        return ()
    path = f"dimensions.{member.name}.time_shift"
    if not is_calendar:
        report(member, value, f"({path}) is for cubes with calendar: true", "Set calendar: true on the cube")
        return ()
    if member.fields["type"].text != "time":
        report(member, value, f"({path}) is not allowed: only dimensions of type time have shifts")
        return ()
    if not value.is_list:
        report(member, value, f"{path} must be defined as array", "Write a list of maps")
        return ()
    found = (compile_shift(member, item, path, report, sql) for item in value.data)
    return tuple(shift for shift in found if shift is not None)


def compile_shift(member: DeclaredMember, item: Yaml, path: str, report: Report, sql: Sql) -> CalendarShift | None:
    fields = known_fields(member, item, KEYS, path, report)
    if fields is None:
        return None
    if set(fields) not in SHAPES:
        hint = "It has name, interval and type; or name and sql; or interval, type and sql"
        report(member, item, f"({path}) has {', '.join(fields) or 'nothing'}", hint)
        return None
    span: Span | None = None
    if "interval" in fields:
        match = SPAN.fullmatch(fields["interval"].text.strip())
        if match is None:
            given = short(fields["interval"].text)
            report(member, fields["interval"], f"({path}.interval = {given}) must be such as '1 year'")
            return None
        if fields["type"].text not in ("prior", "next"):
            given = short(fields["type"].text)
            report(member, fields["type"], f"({path}.type = {given}) must be one of [prior, next]")
            return None
        count = int(match[1]) if fields["type"].text == "prior" else -int(match[1])
        span = Span(count, cast("Unit", match[2]))
    column = sql(fields["sql"], f"{path}.sql") if "sql" in fields else None
    if "sql" in fields and column is None:
        return None
    return CalendarShift(fields["name"].text.strip() if "name" in fields else None, span, column)
