"""Declared multi-stage measures to stages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, cast

from kubus.loading.bind import Members
from kubus.loading.dates import date_problem
from kubus.loading.declarations import DeclaredMember, key_place, short
from kubus.loading.problems import Lookups, key_hint, nearest_hint
from kubus.loading.reports import Report
from kubus.loading.shapes import FILTER_CONTEXT, GRAIN
from kubus.loading.windows import SPAN
from kubus.loading.yaml_text import Yaml
from kubus.model.filter import AllOf, AnyOf, Comparison, Filter
from kubus.model.granularity import UNITS, Unit
from kubus.model.member_sql import MemberReference, MemberSql
from kubus.model.names import snake_case
from kubus.model.stage import FilterContext, Grain, RankBy, Stage, TimeShift
from kubus.model.window import Span
from kubus.query.operators import OPERATORS

STAGE_KEYS = ("grain", "group_by", "reduce_by", "add_group_by", "filter", "time_shift", "order_by")
GRAIN_KEYS = tuple(GRAIN)
FILTER_KEYS = tuple(FILTER_CONTEXT)
SHIFT_KEYS = ("interval", "type", "time_dimension", "name")

# Compiles SQL of the measure at a place.
Sql = Callable[[Yaml, str], MemberSql | None]


@dataclass(slots=True)
class StageCompiler:
    """Compiles what a multi-stage measure of `cube` says of its lower stage; what is wrong is reported."""

    cube: str
    members: Members
    member: DeclaredMember
    kind: str
    report_at: Report
    sql: Sql
    failed: bool = False

    def stage(self) -> Stage | None:
        """The stage, or None if something is wrong with it."""
        grain, filters = self.grain(), self.filters()
        shifts, order = self.shifts(), self.order_by()
        return None if self.failed else Stage(grain, filters, shifts, order)

    @property
    def path(self) -> str:
        return f"{self.kind}.{self.member.name}"

    def report(self, at: Yaml | None, message: str, hint: str | None = None, missing: Lookups = ()) -> None:
        self.failed = True
        self.report_at(self.member, at, message, hint, missing)

    def fields_of(self, value: Yaml, path: str, allowed: tuple[str, ...]) -> dict[str, Yaml]:
        if not value.is_map:
            self.report(value, f"({path} = {short(value.plain())}) must be a map", f"It may have {', '.join(allowed)}")
            return {}
        found: dict[str, Yaml] = {}
        for key, part in value.items():
            name = snake_case(key)
            if name not in allowed:
                self.report(key_place(value, key), f"({path}.{key}) is not allowed", key_hint(name, allowed))
            found[name] = part
        return found

    # ── grain ──

    def grain(self) -> Grain:
        fields = self.member.fields
        older = [key for key in ("group_by", "reduce_by", "add_group_by") if key in fields]
        if "grain" not in fields:
            return self.checked(
                fields.get("group_by"), fields.get("reduce_by"), fields.get("add_group_by"), self.path,
            )  # fmt: skip
        if older:
            self.report(fields[older[0]], f"({self.path}.{older[0]}) is the older form of grain: write one of them")
        given = self.fields_of(fields["grain"], f"{self.path}.grain", GRAIN_KEYS)
        return self.checked(given.get("keep_only"), given.get("exclude"), given.get("include"), f"{self.path}.grain")

    def checked(self, keep_only: Yaml | None, exclude: Yaml | None, include: Yaml | None, path: str) -> Grain:
        if keep_only is not None and exclude is not None:
            self.report(exclude, f"({path}) keeps some dimensions and leaves others out: write only one of the two")
        return Grain(
            None if keep_only is None else self.references(keep_only, path),
            () if exclude is None else self.references(exclude, path),
            () if include is None else self.references(include, path),
        )

    def references(
        self, value: Yaml, path: str, *, kinds: tuple[str, ...] = ("dimensions",)
    ) -> tuple[MemberReference, ...]:
        if not value.is_list:
            self.report(value, f"({path} = {short(value.plain())}) must be a list of members")
            return ()
        found = (self.reference(item, kinds) for item in value.data)
        return tuple(reference for reference in found if reference is not None)

    def reference(self, value: Yaml, kinds: tuple[str, ...] = ("dimensions",)) -> MemberReference | None:
        """`name`, `CUBE.name`, `cube.name`, `a.b.cube.name`; behind a time dimension a granularity."""
        text = value.data.strip().removeprefix("{").removesuffix("}").strip() if isinstance(value.data, str) else ""
        parts = [part.strip() for part in text.split(".")]
        if not all(part.isidentifier() for part in parts):
            self.report(value, f"({short(value.plain())}) must be the name of a member")
            return None
        if parts[0] in ("CUBE", "TABLE"):
            parts[0] = self.cube
        if parts[0] in self.members.get(self.cube, {}) and (len(parts) == 1 or parts[0] not in self.members):
            parts = [self.cube, *parts]
        granularity = self.granularity(parts)
        *way, name = parts
        there: Mapping[str, str] = self.members.get(way[-1], {}) if way else {}
        if name not in there:
            names = there or {**self.members.get(self.cube, {}), **self.members}
            message = f"{'.'.join(parts)} cannot be resolved. There's no such member or cube."
            cube = way[-1] if way else self.cube
            self.report(value, message, nearest_hint(name, names), ((cube, name), (None, cube), (self.cube, parts[0])))
            return None
        if there[name] not in kinds:
            what = f"'{'.'.join(parts)}' is one of the {there[name]}; here stand {' or '.join(kinds)}"
            self.report(value, what, missing=((way[-1], name),))
            return None
        return MemberReference(tuple(way), name, granularity)

    def granularity(self, parts: list[str]) -> str | None:
        """The granularity at the end of a path, taken off it; None if it ends in a member."""
        if len(parts) < 3 or parts[-2] in self.members:
            return None
        own = self.members.get(parts[-3], {})
        return parts.pop() if parts[-1] in UNITS or f"{parts[-2]}.{parts[-1]}" in own else None

    # ── filters ──

    def filters(self) -> FilterContext:
        value = self.member.fields.get("filter")
        if value is None:
            return FilterContext()
        path = f"{self.path}.filter"
        given = self.fields_of(value, path, FILTER_KEYS)
        mode = given["mode"].text if "mode" in given else "relative"
        if mode not in ("relative", "fixed"):
            self.report(given["mode"], f"({path}.mode = {short(mode)}) must be one of [relative, fixed]")
        keep, leave = given.get("keep_only"), given.get("exclude")
        if keep is not None and leave is not None:
            self.report(leave, f"({path}) keeps some filters and leaves others out: write only one of the two")
        kinds = ("dimensions", "segments")
        include = given.get("include")
        added = (
            () if include is None else tuple(f for f in map(self.filter, self.listed(include, path)) if f is not None)
        )
        return FilterContext(
            mode == "fixed",
            None if keep is None else self.references(keep, path, kinds=kinds),
            () if leave is None else self.references(leave, path, kinds=kinds),
            added,
        )

    def listed(self, value: Yaml, path: str) -> list[Yaml]:
        if not value.is_list:
            self.report(value, f"({path} = {short(value.plain())}) must be a list")
            return []
        return value.data

    def filter(self, value: Yaml) -> Filter | None:
        path = f"{self.path}.filter.include"
        fields = self.fields_of(value, path, ("member", "operator", "values", "and", "or"))
        for key, group in (("and", AllOf), ("or", AnyOf)):
            if key in fields:
                parts = tuple(map(self.filter, self.listed(fields[key], path)))
                return group(tuple(part for part in parts if part is not None))
        member = self.reference(fields["member"]) if "member" in fields else None
        if member is None:
            if "member" not in fields:
                self.report(value, f"({path}.member) is required")
            return None
        name = fields["operator"].text if "operator" in fields else ""
        operator = OPERATORS.get(name)
        if operator is None or name == "measureFilter":
            hint = nearest_hint(name, OPERATORS.keys() - {name})
            self.report(fields.get("operator") or value, f"({path}.operator = {short(name)}) is not an operator", hint)
            return None
        given = fields.get("values")
        values = self.listed(given, f"{path}.values") if given is not None else []
        if operator.needs_values and not values:
            self.report(given or value, f"({path}.values) is required for the operator {name}")
            return None
        texts = tuple(constant(item) for item in values)
        wrong = date_problem(operator, texts)
        if wrong is not None:
            self.report(given, f"({path}.values) {wrong}")
            return None
        return Comparison(f"{member.cube}.{member.member}", name, texts)

    # ── time ──

    def shifts(self) -> tuple[TimeShift, ...]:
        value = self.member.fields.get("time_shift")
        if value is None:
            return ()
        path = f"{self.path}.timeShift"
        found: list[TimeShift] = []
        items = self.listed(value, path)
        for item in items:
            fields = self.fields_of(item, path, SHIFT_KEYS)
            dimension = self.reference(fields["time_dimension"]) if "time_dimension" in fields else None
            if len(items) > 1 and "time_dimension" not in fields:
                self.report(item, f"({path}.timeDimension) is required where there are several shifts")
            if "name" in fields:
                if "interval" in fields or "type" in fields:
                    self.report(item, f"({path}) has name, and interval or type: write only one of the two")
                found.append(TimeShift(None, dimension, fields["name"].text.strip()))
                continue
            text = fields["interval"].text.strip() if "interval" in fields else ""
            match = SPAN.fullmatch(text)
            if match is None:
                self.report(
                    fields.get("interval") or item, f"({path}.interval = {short(text)}) must be such as '1 year'"
                )
                continue
            kind = fields["type"].text if "type" in fields else ""
            if kind not in ("prior", "next"):
                message = f"({path}.type = {short(kind)}) must be one of [prior, next]"
                self.report(fields.get("type") or item, message)
                continue
            count = int(match[1]) if kind == "prior" else -int(match[1])
            found.append(TimeShift(Span(count, cast("Unit", match[2])), dimension))
        return tuple(found)

    # ── rank ──

    def order_by(self) -> tuple[RankBy, ...]:
        value = self.member.fields.get("order_by")
        if value is None:
            return ()
        path = f"{self.path}.orderBy"
        found: list[RankBy] = []
        for item in self.listed(value, path):
            fields = self.fields_of(item, path, ("sql", "dir"))
            direction: Literal["asc", "desc"] | str = fields["dir"].text if "dir" in fields else "asc"
            if direction not in ("asc", "desc"):
                self.report(fields["dir"], f"({path}.dir = {short(direction)}) must be one of [asc, desc]")
            sql = self.sql(fields["sql"], f"{path}.sql") if "sql" in fields else None
            if "sql" not in fields:
                self.report(item, f"({path}.sql) is required")
            if sql is None:
                self.failed = True
            else:
                found.append(RankBy(sql, direction == "desc"))
        return tuple(found)


def constant(value: Yaml) -> str | None:
    if value.data is None:
        return None
    if isinstance(value.data, bool):
        return "true" if value.data else "false"
    return value.text
