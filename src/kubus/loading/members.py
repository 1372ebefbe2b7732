"""Declared members to members: types checked, SQL parsed, references bound, defaults filled in."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

from kubus.loading.additive import compile_additive
from kubus.loading.bind import Binder, Members, Where
from kubus.loading.calendars import compile_calendar_shifts
from kubus.loading.declarations import DeclaredCube, DeclaredMember, short
from kubus.loading.formats import format_problem
from kubus.loading.granularities import compile_granularities
from kubus.loading.links import address, compile_links
from kubus.loading.masks import compile_mask
from kubus.loading.problems import Problems, nearest_hint
from kubus.loading.stages import STAGE_KEYS, StageCompiler
from kubus.loading.switches import compile_switch, compile_switch_case
from kubus.loading.windows import compile_window
from kubus.loading.yaml_text import Yaml
from kubus.model.cube import Case, Dimension, DimensionValue, Geo, Label, Measure, Segment, When
from kubus.model.join_graph import Join, Relationship
from kubus.model.link import address_name
from kubus.model.measure_types import MEASURE_TYPES, Aggregate, MeasureType, ValueType
from kubus.model.member_sql import MemberReference, MemberSql
from kubus.model.names import snake_case
from kubus.model.parsing import BadSql
from kubus.model.references import member_sql
from kubus.model.stage import Stage
from kubus.model.titles import title_of

DIMENSION_TYPES: tuple[ValueType, ...] = ("string", "number", "boolean", "time", "geo")
# Measure types that only have a meaning over a lower stage.
MULTI_STAGE_TYPES = ("number_agg", "rank")

RELATIONSHIPS = {
    "many_to_one": Relationship.MANY_TO_ONE,
    "belongs_to": Relationship.MANY_TO_ONE,
    "one_to_many": Relationship.ONE_TO_MANY,
    "has_many": Relationship.ONE_TO_MANY,
    "one_to_one": Relationship.ONE_TO_ONE,
    "has_one": Relationship.ONE_TO_ONE,
}


@dataclass(slots=True)
class CubeCompiler:
    """Compiles the members of one cube. A member with a problem is left out; the problem is noted."""

    cube: DeclaredCube
    members: Members
    dialect: str
    problems: Problems

    # ── what all members have ──

    def report(self, member: DeclaredMember, at: Yaml | None, message: str, hint: str | None = None) -> None:
        place = at or member.at
        file, inherited = member.origin(place)
        self.problems.add(file, place, message, hint=hint, cube=self.cube.name, inherited=inherited)

    def text(self, member: DeclaredMember, key: str, kind: str) -> str | None:
        value = member.fields.get(key)
        if value is None:
            return None
        if not isinstance(value.data, str | int | float) or isinstance(value.data, bool):
            self.report(member, value, f"({kind}.{member.name}.{key} = {short(value.plain())}) must be a string")
            return None
        return unescaped(value.text)

    def boolean(self, member: DeclaredMember, key: str, default: bool, kind: str) -> bool:
        value = member.fields.get(key)
        if value is None:
            return default
        if value.data in ("true", "false"):
            return value.data == "true"
        if not isinstance(value.data, bool):
            self.report(
                member,
                value,
                f"({kind}.{member.name}.{key} = {short(value.plain())}) must be a boolean",
                "Write true or false, without quotes",
            )
            return default
        return value.data

    def public(self, member: DeclaredMember, default: bool, kind: str) -> bool:
        for key in ("shown", "visible", "public"):
            default = self.boolean(member, key, default, kind)
        return default

    def label(self, member: DeclaredMember, kind: str, value_type: str | None = None) -> Label:
        declared = member.fields.get("format")
        if declared is not None and value_type is not None:
            wrong = format_problem(declared.plain(), value_type, is_measure=kind == "measures")
            if wrong is not None:
                self.report(member, declared, f"({kind}.{member.name}.format = {short(declared.plain())}) {wrong}")
        currency = self.text(member, "currency", kind)
        if currency is not None and value_type != "number":
            self.report(
                member,
                member.fields["currency"],
                f'"currency" property can only be used with {kind} of type "number"',
            )
        meta = member.fields.get("meta")
        return Label(
            title=self.text(member, "title", kind) or title_of(member.name),
            description=self.text(member, "description", kind),
            meta=None if meta is None else meta.plain(),
            format=None if declared is None else declared.plain(),
            currency=None if currency is None else currency.upper(),
            aliases=self.aliases(member, kind),
        )

    def aliases(self, member: DeclaredMember, kind: str) -> tuple[str, ...]:
        value = member.fields.get("aliases")
        if value is None:
            return ()
        if not value.is_list or not all(isinstance(item.data, str) for item in value.data):
            self.report(member, value, f"({kind}.{member.name}.aliases) must be a list of strings")
            return ()
        return tuple(unescaped(item.data) for item in value.data)

    def sql(
        self,
        member: DeclaredMember,
        value: Yaml | None,
        path: str,
        where: Where = "member",
        join_target: str | None = None,
    ) -> MemberSql | None:
        if value is None:
            self.report(member, None, f"({path}) is required")
            return None
        if not isinstance(value.data, str | int | float):
            hint = "A text that begins with { needs quotes" if value.is_map else None
            self.report(member, value, f"({path} = {short(value.plain())}) must be SQL text", hint)
            return None
        text = value.text
        if not text.strip():
            self.report(member, value, f"({path}) is not allowed to be empty")
            return None
        binder = Binder(
            self.cube.name, f"{self.cube.name}.{member.name}", self.members, where, join_target, self.dialect
        )
        try:
            return member_sql(text, self.dialect, self.cube.name, binder)
        except BadSql as error:
            file, inherited = member.origin(value)
            at = line_of(value, error.line)
            self.problems.add(
                file, at, error.message, hint=error.hint, cube=self.cube.name, inherited=member.inherited or inherited
            )
            return None

    def one_of(
        self, member: DeclaredMember, key: str, kind: str, allowed: tuple[str, ...], later: tuple[str, ...]
    ) -> str | None:
        value = member.fields.get(key)
        if value is None:
            self.report(member, None, f"({kind}.{member.name}.{key}) is required")
            return None
        name = snake_case(str(value.data))
        if name in later:
            self.report(
                member, value, f"'{kind}.{member.name}: {key} {name}' is not yet supported by this version of kubus"
            )
            return None
        if name not in allowed:
            self.report(
                member,
                value,
                f"({kind}.{member.name}.{key} = {short(value.plain())}) must be one of [{', '.join(allowed)}]",
                nearest_hint(name, allowed),
            )
            return None
        return name

    # ── dimensions ──

    def dimension(self, member: DeclaredMember) -> Dimension | None:
        kind = "dimensions"
        name = self.one_of(member, "type", kind, (*DIMENSION_TYPES, "switch"), ())
        is_switch = name == "switch"
        value_type: ValueType | None = "string" if is_switch else cast("ValueType | None", name)
        if "values" in member.fields and not is_switch:
            self.report(member, member.fields["values"], f"(dimensions.{member.name}.values) is for type switch")
        primary_key = self.boolean(member, "primary_key", False, kind)
        sub_query = self.boolean(member, "sub_query", False, kind)
        value = compile_switch(self.stages(member, kind)) if is_switch else self.dimension_value(member, value_type)
        stage = self.dimension_stage(member)
        label = self.label(member, kind, value_type)
        granularities = compile_granularities(member, self.report, lambda at, path: self.sql(member, at, path))
        is_calendar = "calendar" in self.cube.fields and self.cube.fields["calendar"].data in (True, "true")
        shifts = compile_calendar_shifts(
            member, self.report, lambda at, path: self.sql(member, at, path), is_calendar=is_calendar
        )
        order = member.fields.get("order")
        if order is not None and order.data not in ("asc", "desc"):
            self.report(
                member, order, f"(dimensions.{member.name}.order = {short(order.plain())}) must be one of [asc, desc]"
            )
        public = self.public(member, not primary_key, kind)
        propagate = self.boolean(member, "propagate_filters_to_sub_query", False, kind)
        suggest = self.boolean(member, "suggest_filter_values", True, kind)
        key = self.key(member)
        mask = compile_mask(self, member, kind)
        if value_type is None or value is None:
            return None
        return Dimension(
            cube=self.cube.name,
            name=member.name,
            type=value_type,
            value=value,
            label=label,
            primary_key=primary_key,
            public=public,
            sub_query=sub_query,
            stage=stage,
            granularities=granularities,
            calendar_shifts=shifts,
            propagate_filters=propagate,
            suggest_filter_values=suggest,
            order=cast("Literal['asc', 'desc'] | None", None if order is None else order.data),
            key=key,
            mask=mask,
            declared_sql=declared_sql(member),
            inherited=member.inherited,
        )

    def dimensions(self) -> dict[str, Dimension]:
        """Every dimension, and behind it the addresses that its links lead to."""
        found: dict[str, Dimension] = {}
        for name, dimension in self.all("dimensions", self.dimension).items():
            links = compile_links(self, self.cube.lists["dimensions"][name])
            found[name] = replace(dimension, links=tuple(one.link for one in links)) if links else dimension
            found |= {address_name(name, one.link.name): address(one, dimension) for one in links}
        return found

    def key(self, member: DeclaredMember) -> str | None:
        """The dimension of this cube that tells rows with the same label apart."""
        value = member.fields.get("key")
        if value is None:
            return None
        path = self.path(member, value, f"dimensions.{member.name}.key")
        if path is None:
            return None
        cube, _, name = path.rpartition(".")
        there = self.cube.lists.get("dimensions", {}).get(name)
        if cube != self.cube.name or there is None:
            self.report(member, value, f"(dimensions.{member.name}.key = {path}) must be a dimension of the same cube")
            return None
        if "key" in there.fields:
            self.report(member, value, f"(dimensions.{member.name}.key = {path}) has a key itself")
            return None
        return name

    def dimension_stage(self, member: DeclaredMember) -> Stage | None:
        """At what grain the measures of a multi-stage dimension are computed; None of any other."""
        path = f"dimensions.{member.name}"
        if not self.boolean(member, "multi_stage", False, "dimensions"):
            for key in ("add_group_by", "filter"):
                if key in member.fields:
                    self.report(member, member.fields[key], f"({path}.{key}) needs multi_stage: true")
            return None
        if "sub_query" in member.fields or "case" in member.fields:
            self.report(member, None, f"({path}) of multi_stage: true has sql, and neither sub_query nor case")
            return None
        return self.stages(member, "dimensions").stage()

    def dimension_value(self, member: DeclaredMember, value_type: ValueType | None) -> DimensionValue | None:
        path = f"dimensions.{member.name}"
        forms = [key for key in ("sql", "case", "latitude") if key in member.fields]
        if "longitude" in member.fields and "latitude" not in forms:
            forms.append("latitude")
        if len(forms) != 1 or (value_type == "geo" and forms == ["case"]):
            wanted = "latitude and longitude" if value_type == "geo" else "sql or case"
            message = f"({path}.sql) is required" if not forms else f"({path}) has more than one of sql, case, latitude"
            self.report(member, None, message, f"A dimension of this type has {wanted}")
            return None
        match forms[0]:
            case "sql":
                if value_type == "geo":
                    self.report(
                        member, member.fields["sql"], f"({path}.latitude) is required: a geo dimension has no sql"
                    )
                    return None
                return self.sql(member, member.fields["sql"], f"{path}.sql")
            case "case":
                return self.case(member, member.fields["case"], f"{path}.case")
            case _:
                if value_type not in ("geo", None):
                    self.report(member, None, f"({path}) has latitude and longitude, which are for type geo")
                    return None
                parts: list[MemberSql | None] = []
                for key in ("latitude", "longitude"):
                    part = member.fields.get(key)
                    if part is None or not part.is_map or set(part.data) != {"sql"}:
                        self.report(member, part, f"({path}.{key}.sql) is required")
                        parts.append(None)
                    else:
                        parts.append(self.sql(member, part.data["sql"], f"{path}.{key}.sql"))
                latitude, longitude = parts
                return None if latitude is None or longitude is None else Geo(latitude, longitude)

    def case(self, member: DeclaredMember, value: Yaml, path: str) -> Case | None:
        if not value.is_map or not set(value.data) <= {"when", "else"}:
            extra = sorted(set(value.data) - {"when", "else"}) if value.is_map else []
            if "switch" in extra:
                self.report(member, value, f"'{path}.switch' is not yet supported by this version of kubus")
            else:
                self.report(
                    member, value, f"({path}) has to be a map of when and else" + (f", not {extra[0]}" if extra else "")
                )
            return None
        branches = value.data.get("when")
        if branches is None or not branches.is_list or not branches.data:
            self.report(member, value, f"({path}.when) has to be a list with at least one branch")
            return None
        whens: list[When] = []
        for number, branch in enumerate(branches.data):
            at = f"{path}.when[{number}]"
            if not branch.is_map or set(branch.data) != {"sql", "label"}:
                missing = [k for k in ("sql", "label") if not branch.is_map or k not in branch.data]
                what = f"({at}.{missing[0]}) is required" if missing else f"({at}) has keys other than sql and label"
                self.report(member, branch, what)
                continue
            condition = self.sql(member, branch.data["sql"], f"{at}.sql")
            label = self.case_label(member, branch.data["label"], f"{at}.label")
            if condition is not None and label is not None:
                whens.append(When(condition, label))
        otherwise: str | MemberSql | None = None
        last = value.data.get("else")
        if last is not None:
            if not last.is_map or set(last.data) != {"label"}:
                self.report(member, last, f"({path}.else.label) is required")
            else:
                otherwise = self.case_label(member, last.data["label"], f"{path}.else.label")
        return Case(tuple(whens), otherwise) if len(whens) == len(branches.data) else None

    def case_label(self, member: DeclaredMember, value: Yaml, path: str) -> str | MemberSql | None:
        if value.is_map:
            if set(value.data) != {"sql"}:
                self.report(member, value, f"({path}) has to be a text, or a map with sql")
                return None
            return self.sql(member, value.data["sql"], f"{path}.sql")
        if value.data is None or value.is_list:
            self.report(member, value, f"({path}) has to be a text, or a map with sql")
            return None
        return unescaped(value.text)

    # ── measures ──

    def measure(self, member: DeclaredMember) -> Measure | None:
        kind = "measures"
        name = self.one_of(member, "type", kind, tuple(MEASURE_TYPES), ())
        measure_type = None if name is None else MEASURE_TYPES[name]
        sql = None
        switch = compile_switch_case(self.stages(member)) if "case" in member.fields else None
        if "case" in member.fields:
            others = [key for key in ("sql", "filters", "rolling_window", "additive") if key in member.fields]
            if others:
                what = f"(measures.{member.name}) has case and {others[0]}, which do not go together"
                self.report(member, member.fields[others[0]], what)
            if measure_type is None or measure_type.aggregate is not Aggregate.EXPRESSION or switch is None or others:
                if switch is not None and measure_type is not None and not others:
                    what = f"measures.{member.name} of type {measure_type.name} has case, which is for calculations"
                    self.report(member, member.fields["type"], what, "Use type: number, and aggregate in each branch")
                measure_type = None
        elif "sql" in member.fields or (measure_type is not None and measure_type.needs_sql):
            sql = self.sql(member, member.fields.get("sql"), f"measures.{member.name}.sql")
            if sql is None:
                measure_type = None
        names = (name for name, is_of in self.members[self.cube.name].items() if is_of == "granularities")
        window = compile_window(self.report, member, measure_type, [name.rpartition(".")[2] for name in names])
        stage = self.stage(member, measure_type)
        additive = compile_additive(self.stages(member), measure_type)
        filters = self.filters(member)
        label = self.label(member, kind, measure_type.value_type if measure_type else None)
        drill = self.drill_members(member)
        public = self.public(member, True, kind)
        cumulative = self.boolean(member, "cumulative", False, kind)
        mask = compile_mask(self, member, kind)
        if measure_type is None or filters is None:
            return None
        if sql is not None and stage is None and not self.fits(member, measure_type, sql):
            return None
        if self.boolean(member, "multi_stage", False, kind) and stage is None:
            return None
        if "additive" in member.fields and additive is None:
            return None
        if filters and measure_type.aggregate is Aggregate.EXPRESSION:
            self.report(
                member,
                member.fields["filters"],
                f"measures.{member.name} of type {measure_type.name} has filters, which would filter an expression",
                "Put the filters on the measures that it refers to",
            )
            return None
        return Measure(
            cube=self.cube.name,
            name=member.name,
            type=measure_type,
            sql=sql,
            filters=filters,
            label=label,
            public=public,
            cumulative=cumulative or window is not None,
            window=window,
            stage=stage,
            additive=additive,
            switch=switch,
            mask=mask,
            drill_members=drill,
            declared_sql=declared_sql(member),
            inherited=member.inherited,
        )

    def stage(self, member: DeclaredMember, measure_type: MeasureType | None) -> Stage | None:
        """What a multi-stage measure says of its lower stage; None of any other."""
        path = f"measures.{member.name}"
        if not self.boolean(member, "multi_stage", False, "measures"):
            for key in STAGE_KEYS:
                if key in member.fields:
                    self.report(member, member.fields[key], f"({path}.{key}) needs multi_stage: true")
            name = "" if measure_type is None else measure_type.name
            if name in MULTI_STAGE_TYPES:
                self.report(member, member.fields["type"], f"({path}.type = {name}) needs multi_stage: true")
            return None
        for key in ("rolling_window", "filters"):
            if key in member.fields:
                what = f"'{path}.{key}' of a multi-stage measure is not yet supported by this version of kubus"
                self.report(member, member.fields[key], what, "Put it on the measures that it refers to")
                return None
        stage = self.stages(member).stage()
        if stage is not None and measure_type is not None and measure_type.name == "rank" and not stage.order_by:
            self.report(member, None, f"({path}.orderBy) is required for type rank", "Say what the rows are ranked by")
            return None
        return stage

    def stages(self, member: DeclaredMember, kind: str = "measures") -> StageCompiler:
        return StageCompiler(
            self.cube.name, self.members, member, kind, self.report, lambda value, at: self.sql(member, value, at)
        )

    def fits(self, member: DeclaredMember, measure_type: MeasureType, sql: MemberSql) -> bool:
        """Whether the SQL of a measure is what its type aggregates."""
        if measure_type.aggregate is Aggregate.EXPRESSION:
            if "rolling_window" in member.fields and any(
                isinstance(r, MemberReference) and self.members[r.cube][r.member] == "measures" for r in sql.references
            ):
                self.report(
                    member,
                    member.fields["rolling_window"],
                    f"measures.{member.name} rolls over other measures, which are aggregated already: it must have "
                    "multi_stage: true defined",
                    "Put the window on the measures that it refers to, or aggregate columns here",
                )
                return False
            return True
        for reference in sql.references:
            if isinstance(reference, MemberReference) and self.members[reference.cube][reference.member] == "measures":
                self.report(
                    member,
                    member.fields["sql"],
                    f"measures.{member.name} of type {measure_type.name} refers to the measure "
                    f"'{reference.cube}.{reference.member}', which is aggregated already",
                    "Use type: number for a calculation over measures",
                )
                return False
        return True

    def filters(self, member: DeclaredMember) -> tuple[MemberSql, ...] | None:
        value = member.fields.get("filters")
        if value is None:
            return ()
        if not value.is_list:
            self.report(member, value, f"(measures.{member.name}.filters) must be defined as array")
            return None
        found: list[MemberSql] = []
        for number, item in enumerate(value.data):
            path = f"measures.{member.name}.filters[{number}].sql"
            if not item.is_map or set(item.data) != {"sql"}:
                self.report(member, item, f"({path}) is required")
                return None
            sql = self.sql(member, item.data["sql"], path)
            if sql is None:
                return None
            found.append(sql)
        return tuple(found)

    def drill_members(self, member: DeclaredMember) -> tuple[str, ...]:
        value = member.fields.get("drill_members") or member.fields.get("drill_member_references")
        if value is None:
            return ()
        if not value.is_list:
            self.report(member, value, f"(measures.{member.name}.drill_members) must be defined as array")
            return ()
        return tuple(self.paths(member, value, f"measures.{member.name}.drill_members"))

    def paths(self, member: DeclaredMember, value: Yaml, where: str) -> Iterator[str]:
        """The paths of the members in a list; a problem for each that is not there."""
        for number, item in enumerate(value.data):
            path = self.path(member, item, f"{where}[{number}]")
            if path is not None:
                yield path

    def path(self, member: DeclaredMember, item: Yaml, where: str) -> str | None:
        """The path of a member that is named by itself, with its cube, or with a way of cubes before it."""
        if not isinstance(item.data, str):
            hint = "A text that begins with { needs quotes" if item.is_map else None
            self.report(member, item, f"({where}) must be the name of a member", hint)
            return None
        text = item.data.strip().removeprefix("{").removesuffix("}").strip()
        way, _, name = text.rpartition(".")
        cube = self.cube.name if way in {"", "CUBE", "TABLE"} else way.rpartition(".")[2]
        if cube not in self.members or name not in self.members[cube]:
            names = self.members.get(cube, {}) or self.members
            message = f"{cube}.{name} cannot be resolved. There's no such member or cube."
            self.report(member, item, message, nearest_hint(name, names))
            return None
        return f"{cube}.{name}"

    # ── segments and joins ──

    def segment(self, member: DeclaredMember) -> Segment | None:
        sql = self.sql(member, member.fields.get("sql"), f"segments.{member.name}.sql")
        label = self.label(member, "segments")
        public = self.public(member, True, "segments")
        if sql is None:
            return None
        return Segment(self.cube.name, member.name, sql, label, public, declared_sql(member), member.inherited)

    def join(self, member: DeclaredMember) -> Join | None:
        path = f"joins.{member.name}"
        target = member.name
        value = member.fields.get("relationship")
        name = None if value is None else snake_case(str(value.data))
        if name not in RELATIONSHIPS:
            what = (
                "is required"
                if value is None
                else f"= {short(value.plain())}) must be one of [{', '.join(RELATIONSHIPS)}]"
            )
            message = f"({path}.relationship) {what}" if value is None else f"({path}.relationship {what}"
            hint = None if value is None else nearest_hint(str(name), RELATIONSHIPS)
            if name == "many_to_many":
                hint = "Put a cube for the pairs between them, with a many_to_one join to each"
            self.report(member, value, message, hint)
        if target not in self.members:
            self.report(member, None, f"Cube {target} doesn't exist", nearest_hint(target, self.members))
            return None
        if target == self.cube.name:
            self.report(
                member, None, f"Cube '{target}' is joined to itself", "Make a child cube with extends and join that"
            )
            return None
        on = self.sql(member, member.fields.get("sql"), f"{path}.sql", "join", target)
        if on is None or name not in RELATIONSHIPS:
            return None
        return Join(self.cube.name, target, RELATIONSHIPS[name], on, declared_sql(member) or "")

    def all(self, kind: str, compile_one: Callable[[DeclaredMember], Any]) -> dict[str, Any]:
        """Every member of a kind that has no problem, by name."""
        found = ((m.name, compile_one(m)) for m in self.cube.lists.get(kind, {}).values())
        return {name: compiled for name, compiled in found if compiled is not None}


def declared_sql(member: DeclaredMember) -> str | None:
    value = member.fields.get("sql")
    return None if value is None else value.text


def unescaped(text: str) -> str:
    """A text with its braces, which are escaped everywhere in a model."""
    return text.replace("\\{", "{").replace("\\}", "}")


def line_of(value: Yaml, line: int) -> Yaml:
    """The place of a line of SQL, where the file has the same lines; else where the SQL begins."""
    return Yaml(None, value.line + line, 1) if value.is_literal and line else value
