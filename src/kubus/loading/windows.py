"""Declared rolling windows to windows."""

import re
from collections.abc import Iterable
from typing import cast

from kubus.loading.declarations import DeclaredMember, short
from kubus.loading.problems import nearest_hint
from kubus.loading.reports import Report, known_fields
from kubus.loading.shapes import ROLLING_WINDOW
from kubus.loading.yaml_text import Yaml
from kubus.model.granularity import UNITS, Unit
from kubus.model.measure_types import MeasureType
from kubus.model.names import snake_case
from kubus.model.window import Reach, Span, Window

# Seconds are no unit of a window.
SPAN = re.compile(r"(-?\d{1,9}) (minute|hour|day|week|month|quarter|year)s?")
PATTERN = r"/^(-?\d+) (minute|hour|day|week|month|quarter|year)s?$/"


TYPES = ("fixed", "to_date", "year_to_date", "quarter_to_date", "month_to_date")
KEYS = tuple(ROLLING_WINDOW)


def compile_window(
    report: Report, member: DeclaredMember, measure_type: MeasureType | None, granularities: Iterable[str] = ()
) -> Window | None:
    """The window of a measure; None if it has none, or a wrong one, which is noted. `granularities` are custom ones."""
    value = member.fields.get("rolling_window")
    if value is None:
        # The old name of a sum over all that came before.
        is_total = measure_type is not None and measure_type.name == "running_total"
        return Window(trailing="unbounded") if is_total else None
    path = f"measures.{member.name}.rollingWindow"
    if not value.is_map:
        report(member, value, f"({path} = {short(value.plain())}) must be a map", "Write trailing: 7 day")
        return None
    fields = known_fields(member, value, KEYS, path, report)
    if fields is None:
        return None
    kind = snake_case(fields["type"].text) if "type" in fields else "fixed"
    if kind not in TYPES:
        report(
            member, fields["type"], f"({path}.type = {short(kind)}) must be one of [{', '.join(TYPES)}]",
            nearest_hint(kind, TYPES),
        )  # fmt: skip
        return None
    if kind != "fixed":
        return to_date(report, member, path, kind, fields, granularities)
    if "granularity" in fields:
        report(member, fields["granularity"], f"({path}.granularity) is not allowed", "It goes with type: to_date")
        return None
    trailing = reach(report, member, fields.get("trailing"), f"{path}.trailing")
    leading = reach(report, member, fields.get("leading"), f"{path}.leading")
    offset = fields["offset"].data if "offset" in fields else "end"
    if offset not in ("start", "end"):
        report(member, fields["offset"], f"({path}.offset = {short(offset)}) must be one of [start, end]")
        return None
    return Window(trailing, leading, offset)


def to_date(
    report: Report,
    member: DeclaredMember,
    path: str,
    kind: str,
    fields: dict[str, Yaml],
    granularities: Iterable[str],
) -> Window | None:
    for key in ("trailing", "leading", "offset"):
        if key in fields:
            report(member, fields[key], f"({path}.{key}) is not allowed", "It goes with type: fixed")
            return None
    if kind != "to_date":
        return Window(to_date=kind.removesuffix("_to_date"))
    given = fields.get("granularity")
    known = (*UNITS, *granularities)
    if given is None or given.text not in known:
        what = "is required" if given is None else f"= {short(given.text)} must be one of [{', '.join(known)}]"
        hint = nearest_hint(given.text if given else "", known)
        report(member, given or fields["type"], f"({path}.granularity) {what}", hint)
        return None
    return Window(to_date=given.text)


def reach(report: Report, member: DeclaredMember, value: Yaml | None, path: str) -> Reach:
    if value is None:
        return None
    if value.data == "unbounded":
        return "unbounded"
    match = SPAN.fullmatch(value.text.strip())
    if match is None:
        report(
            member, value, f"({path} = {short(value.plain())}) does not match regexp: {PATTERN}",
            "Write such as 7 day, 1 month, or unbounded",
        )  # fmt: skip
        return None
    return Span(int(match[1]), cast("Unit", match[2]))
