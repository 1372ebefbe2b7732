"""What a query answers, worked out row by row from its definition.

Slow, plain, and on purpose without a word shared with kubus: it imports nothing from it, knows no SQL and no plan.
Joined rows are dicts, groups are lists of them, and a measure looks at the rows of its own cube, each once. Numbers
are fractions, so that nothing is rounded; times are datetimes in UTC without a zone.

Source: query semantics, sections 2, 3, 5, 6, 8, 12 and 13.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from tests.properties.example import (
    Call,
    CaseOf,
    Column,
    ColumnKind,
    Constant,
    Dimension,
    Example,
    Expression,
    Measure,
    Of,
)
from tests.properties.naive_values import (
    EPSILON,
    GRANULARITIES,
    Known,
    aggregated,
    bounds,
    call,
    holds,
    in_order,
    in_range,
    known,
    number,
    truncated,
    utc_to_local,
)

# For each cube of the join its row, None where the join found none.
JoinedRow = Mapping[str, Mapping[str, Known] | None]


AGGREGATES = ("sum", "count", "min", "max")


class NoTree(Exception):
    """No root reaches every cube of the query."""


class Undecided(Exception):
    """The definition leaves the answer open here, or it hangs on a rounding; the example proves nothing."""


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """`approximate` values may differ in the last digits between databases."""

    key: str
    kind: ColumnKind
    approximate: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """Every row of the answer in a right order, and what of them the query asks for."""

    columns: tuple[ResultColumn, ...]
    rows: tuple[tuple[Known, ...], ...]
    order: tuple[tuple[int, bool], ...]
    limit: int
    offset: int


def answer(example: Example) -> Answer:
    """Raises NoTree and Undecided."""
    return Evaluation(example).answer()


def split(path: str) -> tuple[str, str]:
    cube, member = path.split(".")
    return cube, member


@dataclass(frozen=True, slots=True)
class RowCondition:
    """One of the conditions that are all to be true of a row, and the members that it reads."""

    kind: Literal["segment", "filter", "range"]
    members: tuple[str, ...]
    holds: Callable[[JoinedRow], bool]


class Evaluation:
    """One query on one example."""

    def __init__(self, example: Example) -> None:
        self.cubes = {cube.name: cube for cube in example.cubes}
        self.rows = {
            cube.name: [
                {name: known(value) for (name, _), value in zip(cube.columns, row, strict=True)} for row in cube.rows
            ]
            for cube in example.cubes
        }
        self.query = example.query
        self.zone = ZoneInfo(example.query.get("timezone", "UTC"))
        self.measures: list[str] = unique(self.query.get("measures", []))
        self.dimensions: list[str] = []
        self.time_columns: list[tuple[str, str]] = []
        self.ranges: list[tuple[str, list[str]]] = []
        self.time_hints: list[str] = []
        for path in unique(self.query.get("dimensions", [])):
            if path.count(".") == 2:
                member, granularity = path.rsplit(".", 1)
                self.time_columns.append((member, granularity))
                self.time_hints.append(member)
            else:
                self.dimensions.append(path)
        for entry in self.query.get("timeDimensions", []):
            self.time_hints.append(entry["dimension"])
            if entry.get("granularity"):
                self.time_columns.append((entry["dimension"], entry["granularity"]))
            if entry.get("dateRange"):
                given = entry["dateRange"]
                self.ranges.append((entry["dimension"], [given] if isinstance(given, str) else given))
        self.time_columns = unique(self.time_columns)
        self.ungrouped = bool(self.query.get("ungrouped"))
        self.all_conditions = self.conditions()
        self.sub_query_values: dict[tuple[str, str], dict[tuple[Known, ...], Known]] = {}

    def answer(self) -> Answer:
        columns = self.columns()
        if self.ungrouped:
            self.check_ungrouped()
        try:
            rows = [row for row in self.joined(self.hints()) if self.passes(row)]
        except NoTree:
            if self.ungrouped:
                raise
            found = self.facts_side_by_side()
        else:
            found = self.on_one_tree(rows)
        order = self.order(columns)
        return Answer(
            columns,
            tuple(in_order(found, order)),
            order,
            limit=self.query.get("limit", 10_000),
            offset=self.query.get("offset", 0),
        )

    def on_one_tree(self, rows: list[JoinedRow]) -> list[tuple[Known, ...]]:
        if self.ungrouped:
            return [(*self.key_of(row), *(self.row_value(*split(m), row) for m in self.measures)) for row in rows]
        return [
            (*key, *(self.measured(*split(m), group) for m in self.measures))
            for key, group in self.groups(rows)
            if self.group_holds(lambda cube, name, group=group: self.measured(cube, name, group))
        ]

    def facts_side_by_side(self) -> list[tuple[Known, ...]]:
        """Measures of facts that no tree holds: each fact grouped by itself, met on the dimensions.

        A condition holds for every fact that can reach its members. Of a group that a fact does not have, its
        measures are null, counts too.
        """
        of_groups = [f for f in self.query.get("filters", []) if f.get("operator") != "measureFilter"]
        asked = [*self.measures, *(m for m in filter_members(of_groups) if self.is_measure(m))]
        leaves = unique([leaf for path in asked for leaf in self.leaves(path)])
        facts: dict[tuple[str, ...], list[str]] = {}
        for leaf in leaves:
            facts.setdefault(tuple(unique(self.cubes_of(*split(leaf)))), []).append(leaf)
        if not facts:
            raise NoTree("dimensions that nothing connects")
        if len(facts) < 2 and any(leaf not in asked for leaf in leaves):
            raise Undecided("an expression in a cube that does not reach the one fact that it is made of")
        if any(d.sub_query for path in self.dimensions for d in [self.dimension(*split(path))]):
            raise Undecided("a sub-query dimension among several facts")
        values: dict[str, dict[tuple[Known, ...], Known]] = {leaf: {} for leaf in leaves}
        conditions = self.conditions()
        used: set[int] = set()
        keys: list[tuple[Known, ...]] = []
        for of_fact in facts.values():
            kept = [c for c in conditions if self.reach(of_fact, [c])]
            if not self.reach(of_fact, kept):
                if kept:
                    raise Undecided("filters of which a fact reaches each but not all")
                raise NoTree(of_fact)
            used.update(map(id, kept))
            rows = [r for r in self.joined(self.hints(of_fact, kept)) if all(c.holds(r) for c in kept)]
            for key, group in self.groups(rows):
                keys.append(key)
                for leaf in of_fact:
                    values[leaf][key] = self.measured(*split(leaf), group)
        if any(id(condition) not in used for condition in conditions):
            raise NoTree("a condition that no fact reaches")

        def value(cube: str, name: str, key: tuple[Known, ...]) -> Known:
            path = f"{cube}.{name}"
            if path in values:
                return values[path].get(key)
            expression = self.measure(cube, name).value
            assert expression is not None
            return calculated(expression, lambda of: value(of.cube, of.member, key))

        return [
            (*key, *(value(*split(m), key) for m in self.measures))
            for key in unique(keys)
            if self.group_holds(lambda cube, name, key=key: value(cube, name, key))
        ]

    def check_ungrouped(self) -> None:
        """Raises Undecided where an expression over the rows' values is not the one that the modeller wrote."""
        for path in self.measures:
            for leaf in self.leaves(path):
                if aggregates_itself(self.measure(*split(leaf)).value):
                    raise Undecided("an aggregate of its own in an ungrouped query")
                if leaf != path and self.measure_kind(*split(leaf)) not in ("integer", "decimal"):
                    raise Undecided("arithmetic with the text that a distinct count would count")

    def leaves(self, path: str) -> list[str]:
        """What is aggregated below a measure: the measures that an expression refers to in the end, or itself."""
        measure = self.measure(*split(path))
        inner = references(measure.value) if measure.type == "number" and measure.value is not None else []
        return [leaf for of in inner for leaf in self.leaves(f"{of.cube}.{of.member}")] or [path]

    def reach(self, measures: list[str], conditions: list[RowCondition]) -> bool:
        try:
            self.tree(self.hints(measures, conditions))
        except NoTree:
            return False
        return True

    # What is asked for.

    def columns(self) -> tuple[ResultColumn, ...]:
        def kind(path: str) -> ColumnKind:
            return self.dimension(*split(path)).kind

        return (
            *(ResultColumn(path, kind(path)) for path in self.dimensions),
            *(ResultColumn(f"{path}.{granularity}", "time") for path, granularity in self.time_columns),
            *(
                ResultColumn(path, self.measure_kind(*split(path)), self.is_approximate(*split(path)))
                for path in self.measures
            ),
        )

    def measure_kind(self, cube: str, name: str) -> ColumnKind:
        measure = self.measure(cube, name)
        return measure.row_kind if self.ungrouped and measure.type == "count_distinct" else measure.kind

    def order(self, columns: tuple[ResultColumn, ...]) -> tuple[tuple[int, bool], ...]:
        keys = [column.key for column in columns]
        asked = self.query.get("order")
        if asked is None:
            if self.time_columns:
                return ((keys.index(".".join(self.time_columns[0])), False),)
            if self.measures and self.dimensions:
                return ((keys.index(self.measures[0]), True),)
            return ((keys.index(self.dimensions[0]), False),) if self.dimensions else ()
        wanted = list(asked.items()) if isinstance(asked, dict) else asked
        order: list[tuple[int, bool]] = []
        for member, direction in wanted:
            granularities = [g for path, g in self.time_columns if path == member]
            key = f"{member}.{min(granularities, key=GRANULARITIES.index)}" if granularities else member
            if key in keys:
                order.append((keys.index(key), direction == "desc"))
        return tuple(order)

    # How the cubes meet.

    def hints(self, measures: list[str] | None = None, conditions: list[RowCondition] | None = None) -> list[str]:
        """The cubes of the query, in the order in which its members name them.

        With arguments, those that these measures need together with these conditions instead of the query's.
        """
        paths = self.measures if measures is None else measures
        kept = self.conditions() if conditions is None else conditions
        found = [cube for path in (*paths, *self.dimensions) for cube in self.cubes_of(*split(path))]
        for kind in ("segment", "filter", "range"):
            if kind == "range":
                ranges = [c.members[0] for c in kept if c.kind == "range"]
                bucketed = [path for path, _ in self.time_columns]
                times = [path for path in self.time_hints if path in bucketed or path in ranges]
                found.extend(cube for path in times for cube in self.cubes_of(*split(path)))
            else:
                members = [member for c in kept if c.kind == kind for member in c.members]
                if kind == "filter" and measures is None:
                    # Filters on measures stand among those on dimensions.
                    members = filter_members(self.query.get("filters", []))
                found.extend(cube for member in members for cube in self.cubes_of(*split(member)))
        return unique(found)

    def conditions(self) -> list[RowCondition]:
        """What a row has to pass: segments, filters on dimensions and ranges."""
        found = [
            RowCondition("segment", (path,), lambda row, path=path: self.member_value(*split(path), row) is True)
            for path in self.query.get("segments", [])
        ]
        for tested in self.query.get("filters", []):
            members = tuple(filter_members([tested]))
            if members and (tested.get("operator") == "measureFilter" or not any(map(self.is_measure, members))):
                found.append(RowCondition("filter", members, lambda row, f=tested: self.row_passes(f, row)))
        for path, texts in self.ranges:
            wall = bounds(texts)
            found.append(
                RowCondition(
                    "range",
                    (path,),
                    lambda row, p=path, w=wall: in_range(self.member_value(*split(p), row), w, self.zone),
                )
            )
        return found

    def cubes_of(self, cube: str, member: str) -> list[str]:
        """The member's own cube, then those that its SQL names."""
        owner = self.cubes[cube]
        found = [cube]
        if dimension := owner.dimension(member):
            if dimension.sub_query:
                return found
            if isinstance(dimension.value, CaseOf):
                parts: list[Expression] = [when for when, _ in dimension.value.whens]
            else:
                parts = [dimension.value]
        elif measure := owner.measure(member):
            parts = [*([] if measure.value is None else [measure.value]), *measure.filters]
        else:
            segment = owner.segment(member)
            assert segment is not None
            parts = [segment.condition]
        for part in parts:
            for reference in references(part):
                found.extend(self.cubes_of(reference.cube, reference.member))
        return found

    def ways(self, source: str, target: str, behind: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, str], ...]]:
        """Every way along declared joins that visits no cube twice, in declared order."""
        if source == target:
            yield ()
            return
        for join in self.cubes[source].joins:
            if join.target not in (*behind, source):
                for rest in self.ways(join.target, target, (*behind, source)):
                    yield ((source, join.target), *rest)

    def tree(self, hints: list[str]) -> tuple[str, list[tuple[str, str]]]:
        """The root and the joins from it, in the order in which they are found."""
        best: tuple[str, list[tuple[str, str]]] | None = None
        for root in hints:
            joins: list[tuple[str, str]] = []
            for target in hints:
                way = min(self.ways(root, target), key=len, default=None)
                if way is None:
                    break
                for step in way:
                    if step[1] not in (root, *(t for _, t in joins)):
                        joins.append(step)
            else:
                if best is None or len(joins) < len(best[1]):
                    best = (root, joins)
        if best is None:
            raise NoTree(hints)
        return best

    def joined(self, hints: list[str]) -> list[JoinedRow]:
        """Every row of the root with every row that each join matches; a row without a match stays, alone."""
        root, joins = self.tree(hints)
        found: list[JoinedRow] = [{root: row} for row in self.rows[root]]
        for source, target in joins:
            join = next(j for j in self.cubes[source].joins if j.target == target)
            longer: list[JoinedRow] = []
            for row in found:
                left = row[source]
                matches = [
                    right
                    for right in self.rows[target]
                    if left is not None and all(left[a] is not None and left[a] == right[b] for a, b in join.pairs)
                ]
                longer.extend({**row, target: match} for match in matches or [None])
            found = longer
        return found

    # Values on a row.

    def dimension(self, cube: str, name: str) -> Dimension:
        dimension = self.cubes[cube].dimension(name)
        assert dimension is not None, (cube, name)
        return dimension

    def measure(self, cube: str, name: str) -> Measure:
        measure = self.cubes[cube].measure(name)
        assert measure is not None, (cube, name)
        return measure

    def member_value(self, cube: str, name: str, row: JoinedRow) -> Known:
        """The raw value of a dimension, or of a segment's condition."""
        dimension = self.cubes[cube].dimension(name)
        if dimension is None:
            segment = self.cubes[cube].segment(name)
            assert segment is not None, (cube, name)
            return self.value(segment.condition, cube, row)
        if dimension.sub_query:
            return self.sub_query_value(cube, dimension, row)
        if isinstance(dimension.value, CaseOf):
            for condition, label in dimension.value.whens:
                if self.value(condition, cube, row) is True:
                    return label
            return dimension.value.otherwise
        return self.value(dimension.value, cube, row)

    def value(self, expression: Expression, cube: str, row: JoinedRow) -> Known:
        match expression:
            case Column(name):
                own = row[cube]
                return None if own is None else own[name]
            case Constant(value):
                return known(value)
            case Of(owner, member):
                return self.member_value(owner, member, row)
            case Call(operator, arguments):
                return call(operator, [self.value(argument, cube, row) for argument in arguments])

    def key_of(self, row: JoinedRow) -> tuple[Known, ...]:
        return (
            *(self.shown(path, row) for path in self.dimensions),
            *(self.bucket(path, granularity, row) for path, granularity in self.time_columns),
        )

    def shown(self, path: str, row: JoinedRow) -> Known:
        value = self.member_value(*split(path), row)
        return utc_to_local(value, self.zone) if isinstance(value, datetime) else value

    def bucket(self, path: str, granularity: str, row: JoinedRow) -> Known:
        value = self.member_value(*split(path), row)
        return None if value is None else truncated(utc_to_local(value, self.zone), granularity)

    def sub_query_value(self, cube: str, dimension: Dimension, row: JoinedRow) -> Known:
        """The measure for the row's primary key; null, even for a count, where no row of the measure's cube meets it.

        With propagation the query's conditions on rows hold inside as well.
        """
        own = row[cube]
        if own is None:
            return None
        name = (cube, dimension.name)
        if name not in self.sub_query_values:
            assert isinstance(dimension.value, Of)
            measure = dimension.value
            hints = [*self.cubes_of(measure.cube, measure.member), cube]
            if dimension.propagate_filters:
                hints.extend(self.filter_hints())
            try:
                rows = self.joined(unique(hints))
            except NoTree:
                if dimension.propagate_filters:
                    raise Undecided("a filter that does not reach into a sub-query") from None
                raise
            groups: dict[tuple[Known, ...], list[JoinedRow]] = {}
            for inner in rows:
                if inner[cube] is None or inner[measure.cube] is None:
                    continue
                if not dimension.propagate_filters or self.passes_inside(inner):
                    groups.setdefault(self.primary_key(cube, inner), []).append(inner)
            self.sub_query_values[name] = {
                key: self.measured(measure.cube, measure.member, group) for key, group in groups.items()
            }
        return self.sub_query_values[name].get(self.primary_key(cube, row))

    def filter_hints(self) -> list[str]:
        """The cubes of every condition on rows."""
        paths = [p for p in filter_members(self.query.get("filters", [])) if not self.is_measure(p)]
        if any(self.dimension(*split(path)).sub_query for path in paths):
            raise Undecided("a filter on a sub-query dimension that goes into a sub-query")
        paths += [*self.query.get("segments", []), *(path for path, _ in self.ranges)]
        return [cube for path in paths for cube in self.cubes_of(*split(path))]

    def primary_key(self, cube: str, row: JoinedRow) -> tuple[Known, ...]:
        return tuple(self.member_value(cube, key.name, row) for key in self.cubes[cube].key)

    # Which rows count.

    def passes(self, row: JoinedRow) -> bool:
        """Whether segments, filters on dimensions and date ranges let the row through."""
        return all(condition.holds(row) for condition in self.all_conditions)

    def passes_inside(self, row: JoinedRow) -> bool:
        """Whether the conditions on dimensions let a row of a sub-query through; a measure's filters stay outside."""
        return all(c.holds(row) for c in self.all_conditions if not any(map(self.is_measure, c.members)))

    def row_passes(self, tested: dict[str, Any], row: JoinedRow) -> bool:
        """Whether a filter on dimensions lets the row through; an empty group is no condition."""
        parts = tested.get("and", tested.get("or"))
        if parts is not None:
            parts = [part for part in parts if filter_members([part])]
            return not parts or (all if "and" in tested else any)(self.row_passes(part, row) for part in parts)
        cube, name = split(tested["member"])
        if tested["operator"] == "measureFilter":
            return all(self.value(f, cube, row) is True for f in self.measure(cube, name).filters)
        return holds(self.member_value(cube, name, row), self.dimension(cube, name).kind, tested, self.zone)

    def group_holds(self, value_of: Callable[[str, str], Known]) -> bool:
        """Whether every filter on measures lets a group through, of which `value_of` gives the measures."""
        tested = [f for f in self.query.get("filters", []) if any(map(self.is_measure, filter_members([f])))]
        return all(self.group_passes(f, value_of) for f in tested if f.get("operator") != "measureFilter")

    def group_passes(self, tested: dict[str, Any], value_of: Callable[[str, str], Known]) -> bool:
        parts = tested.get("and", tested.get("or"))
        if parts is not None:
            parts = [part for part in parts if filter_members([part])]
            return (all if "and" in tested else any)(self.group_passes(part, value_of) for part in parts)
        cube, name = split(tested["member"])
        value = value_of(cube, name)
        if value is not None and self.is_approximate(cube, name):
            for text in tested.get("values", []):
                if text is not None and abs(value - number(text)) <= EPSILON * max(1, abs(value)):
                    raise Undecided("a measure filter whose bound is within a rounding of the value")
        return holds(value, self.measure(cube, name).kind, tested, self.zone)

    def is_measure(self, path: str) -> bool:
        cube, name = split(path)
        return self.cubes[cube].measure(name) is not None

    # Groups and measures.

    def groups(self, rows: list[JoinedRow]) -> list[tuple[tuple[Known, ...], list[JoinedRow]]]:
        """Rows by the values of the dimensions, null being a value; without dimensions one group, even of no rows."""
        found: dict[tuple[Known, ...], list[JoinedRow]] = {}
        if not self.dimensions and not self.time_columns:
            found[()] = []
        for row in rows:
            found.setdefault(self.key_of(row), []).append(row)
        return list(found.items())

    def measured(self, cube: str, name: str, group: list[JoinedRow]) -> Known:
        measure = self.measure(cube, name)
        if measure.type in ("number", "time"):
            assert measure.value is not None
            return self.calculated(measure.value, cube, group)
        rows = [r for r in self.own_rows(cube, group) if all(self.value(f, cube, r) is True for f in measure.filters)]
        if measure.value is None:
            return len(rows)
        return aggregated(measure.type, [self.value(measure.value, cube, row) for row in rows])

    def own_rows(self, cube: str, group: list[JoinedRow]) -> list[JoinedRow]:
        """The rows of one cube in a group, each once however often joins repeat it."""
        if not self.cubes[cube].key:
            return [row for row in group if row[cube] is not None]
        once: dict[tuple[Known, ...], JoinedRow] = {}
        for row in group:
            if row[cube] is not None:
                once.setdefault(self.primary_key(cube, row), row)
        return list(once.values())

    def calculated(self, expression: Expression, cube: str, group: list[JoinedRow]) -> Known:
        """An expression over measures, or with aggregates of its own."""

        def leaf(part: Expression) -> Known:
            match part:
                case Of(owner, member):
                    return self.measured(owner, member, group)
                case Call(function, (argument,)):
                    return aggregated(function, [self.value(argument, cube, row) for row in self.own_rows(cube, group)])
                case _:
                    raise ValueError("a column outside an aggregate")

        return calculated(expression, leaf)

    def row_value(self, cube: str, name: str, row: JoinedRow) -> Known:
        """A measure as an expression on one row, for ungrouped queries."""
        measure = self.measure(cube, name)
        if measure.type in ("number", "time"):
            assert measure.value is not None
            return self.calculated_on_row(measure.value, cube, row)
        if row[cube] is None or not all(self.value(f, cube, row) is True for f in measure.filters):
            return None
        if measure.value is None:
            return 1
        value = self.value(measure.value, cube, row)
        return (None if value is None else 1) if measure.type == "count" else value

    def calculated_on_row(self, expression: Expression, cube: str, row: JoinedRow) -> Known:
        match expression:
            case Of(owner, member):
                return self.row_value(owner, member, row)
            case Call(operator, arguments):
                return call(operator, [self.calculated_on_row(argument, cube, row) for argument in arguments])
            case _:
                return self.value(expression, cube, row)

    def is_approximate(self, cube: str, name: str) -> bool:
        measure = self.measure(cube, name)
        if measure.type == "avg":
            return True
        if measure.type != "number" or measure.value is None:
            return False
        return has_ratio(measure.value) or any(self.is_approximate(r.cube, r.member) for r in references(measure.value))


def unique(items: list[Any]) -> list[Any]:
    return list(dict.fromkeys(items))


def calculated(expression: Expression, leaf: Callable[[Any], Known]) -> Known:
    """An expression, with what is a measure or an aggregate given by `leaf`."""
    match expression:
        case Constant(value):
            return known(value)
        case Call(operator, arguments) if operator not in AGGREGATES:
            return call(operator, [calculated(argument, leaf) for argument in arguments])
        case _:
            return leaf(expression)


def references(expression: Expression) -> list[Of]:
    match expression:
        case Of():
            return [expression]
        case Call(_, arguments):
            return [found for argument in arguments for found in references(argument)]
        case _:
            return []


def aggregates_itself(expression: Expression | None) -> bool:
    return isinstance(expression, Call) and (
        expression.operator in AGGREGATES or any(aggregates_itself(argument) for argument in expression.arguments)
    )


def has_ratio(expression: Expression) -> bool:
    return isinstance(expression, Call) and (
        expression.operator == "ratio" or any(has_ratio(argument) for argument in expression.arguments)
    )


def filter_members(filters: list[dict[str, Any]]) -> list[str]:
    found: list[str] = []
    for tested in filters:
        parts = tested.get("and", tested.get("or"))
        found.extend([tested["member"]] if parts is None else filter_members(parts))
    return found
