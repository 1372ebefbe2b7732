"""What a query answers, worked out row by row from its definition.

Slow, plain, and on purpose without a word shared with kubus: it imports nothing from it, knows no SQL and no plan.
Joined rows are dicts, groups are lists of them, and a measure looks at the rows of its own cube, each once. Numbers
are fractions, so that nothing is rounded; times are datetimes in UTC without a zone. What sees other rows than those
of a group is in `naive_apart.py`.

Source: query semantics, sections 2 to 13.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
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
    Granularity,
    Interval,
    Measure,
    Of,
    View,
)
from tests.properties.naive_time import LENGTHS, MONTHS, floor, length, moved
from tests.properties.naive_values import (
    EPSILON,
    Known,
    aggregated,
    bounds,
    call,
    holds,
    in_order,
    in_range,
    known,
    number,
    utc_to_local,
)

# For each cube of the join its row, None where the join found none. A switch stands by its path with its value.
JoinedRow = Mapping[str, Mapping[str, Known] | None]
GroupKey = tuple[Known, ...]
# A way through the joins; of a member that no view leads to, its cube alone.
Hint = tuple[str, ...]

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
class Target:
    """The member of a cube that a name stands for, and the way that leads to the cube."""

    way: Hint
    cube: str
    member: str


@dataclass(frozen=True, slots=True)
class Key:
    """A dimension of a query by its path, cut to a granularity where there is one. `shift` moves it on the wall."""

    path: str
    granularity: str | None = None
    shift: Interval = ()

    @property
    def name(self) -> str:
        return self.path if self.granularity is None else f"{self.path}.{self.granularity}"


@dataclass(frozen=True, slots=True)
class Condition:
    """One of the conditions that are all to be true of a row: a segment, a filter, a group of them, or a range."""

    kind: Literal["segment", "filter", "range", "and", "or"]
    path: str = ""
    tested: Any = field(default=None, hash=False)
    parts: "tuple[Condition, ...]" = ()
    shift: Interval = ()

    @property
    def members(self) -> tuple[str, ...]:
        return tuple(m for part in self.parts for m in part.members) if self.parts else (self.path,)


@dataclass(frozen=True, slots=True)
class State:
    """What a measure is asked by: its groups, the rows that count, and the ways of views that lead to it."""

    keys: tuple[Key, ...]
    conditions: tuple[Condition, ...]
    ways: tuple[Hint, ...] = ()


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
        self.views = {view.name: view for view in example.views}
        self.targets: dict[str, Target] = {}
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
        self.keys = (*(Key(path) for path in self.dimensions), *(Key(path, g) for path, g in self.time_columns))
        self.ungrouped = bool(self.query.get("ungrouped"))
        self.filters: list[dict[str, Any]] = [*self.query.get("filters", []), *self.default_filters()]
        self.state = State(self.keys, tuple(self.conditions()))
        self.sub_query_values: dict[tuple[str, str], dict[GroupKey, Known]] = {}

    def answer(self) -> Answer:
        columns = self.columns()
        if self.ungrouped:
            self.check_ungrouped()
        tested = [m for m in filter_members(self.group_filters()) if m not in self.measures]
        asked = unique([*self.measures, *tested])
        if any(self.has_apart(*self.of(path)) for path in asked):
            if self.ungrouped:
                raise Undecided("rows of what is computed apart")
            found = self.by_parts(asked)
        else:
            try:
                rows = self.rows_of(self.hints(), self.state)
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
            return [
                (*self.key_of(row, self.keys), *(self.row_value(*self.of(m), row) for m in self.measures))
                for row in rows
            ]
        return [
            (*key, *(self.measured(*self.of(m), group) for m in self.measures))
            for key, group in self.groups(rows, self.keys).items()
            if self.group_holds(lambda path, group=group: self.measured(*self.of(path), group))
        ]

    def by_parts(self, asked: list[str]) -> list[tuple[Known, ...]]:
        from tests.properties.naive_apart import Parts  # the halves need each other

        relation = Parts(self).relation(tuple(asked), self.state)
        return [
            (*key, *(relation.value(m, key) for m in self.measures))
            for key in relation.keys
            if self.group_holds(lambda path, key=key: relation.value(path, key))
        ]

    def facts_side_by_side(self) -> list[tuple[Known, ...]]:
        """Measures of facts that no tree holds: each fact grouped by itself, met on the dimensions.

        A condition holds for every fact that can reach its members. Of a group that a fact does not have, its
        measures are null, counts too.
        """
        asked = unique([*self.measures, *filter_members(self.group_filters())])
        leaves = unique([leaf for path in asked for leaf in self.leaves(path)])
        facts: dict[Any, list[str]] = {}
        for leaf in leaves:
            # Measures are of one fact if one tree serves them.
            root, joins = self.tree(self.hints([leaf], State(self.keys, ())))
            facts.setdefault((root, frozenset(joins)), []).append(leaf)
        if not facts:
            raise NoTree("dimensions that nothing connects")
        if len(facts) < 2 and any(leaf not in asked for leaf in leaves):
            # Of one fact there is one tree, and it has to reach the cube of the expression as well.
            raise NoTree("an expression in a cube that does not reach the one fact that it is made of")
        if any(d.sub_query for path in self.dimensions for d in [self.dimension(*self.of(path))]):
            raise Undecided("a sub-query dimension among several facts")
        values: dict[str, dict[GroupKey, Known]] = {leaf: {} for leaf in leaves}
        used: set[int] = set()
        keys: list[GroupKey] = []
        for of_fact in facts.values():
            kept = tuple(c for c in self.state.conditions if self.reach(of_fact, (c,)))
            if not self.reach(of_fact, kept):
                raise NoTree(of_fact)
            used.update(map(id, kept))
            state = State(self.keys, kept)
            for key, group in self.groups(self.rows_of(self.hints(of_fact, state), state), self.keys).items():
                keys.append(key)
                for leaf in of_fact:
                    values[leaf][key] = self.measured(*self.of(leaf), group)
        if any(id(condition) not in used for condition in self.state.conditions):
            raise NoTree("a condition that no fact reaches")

        def value(path: str, key: GroupKey) -> Known:
            if path in values:
                return values[path].get(key)
            expression = self.measure(*self.of(path)).value
            assert expression is not None
            return calculated(expression, lambda of: value(f"{of.cube}.{of.member}", key))

        return [
            (*key, *(value(m, key) for m in self.measures))
            for key in unique(keys)
            if self.group_holds(lambda path, key=key: value(path, key))
        ]

    def check_ungrouped(self) -> None:
        """Raises Undecided where an expression over the rows' values is not the one that the modeller wrote."""
        for path in self.measures:
            for leaf in self.leaves(path):
                if aggregates_itself(self.measure(*self.of(leaf)).value):
                    raise Undecided("an aggregate of its own in an ungrouped query")
                if leaf != path and self.measure_kind(leaf) not in ("integer", "decimal"):
                    raise Undecided("arithmetic with the text that a distinct count would count")

    def leaves(self, path: str) -> list[str]:
        """What is aggregated below a measure: the measures that an expression refers to in the end, or itself."""
        measure = self.measure(*self.of(path))
        inner = references(measure.value) if measure.type == "number" and measure.value is not None else []
        return [leaf for of in inner for leaf in self.leaves(f"{of.cube}.{of.member}")] or [path]

    def reach(self, measures: list[str], conditions: tuple[Condition, ...]) -> bool:
        try:
            self.tree(self.hints(measures, State(self.keys, conditions)))
        except NoTree:
            return False
        return True

    # What names stand for.

    def of(self, path: str) -> tuple[str, str]:
        """The cube and the member that a path of a query stands for."""
        target = self.target(path)
        return target.cube, target.member

    def target(self, path: str) -> Target:
        found = self.targets.get(path)
        if found is None:
            owner, name = split(path)
            view = self.views.get(owner)
            found = self.targets[path] = Target((owner,), owner, name) if view is None else self.shown(view, name)
        return found

    def shown(self, view: View, name: str) -> Target:
        """What a view shows under a name."""
        for entry in view.entries:
            cube = self.cubes[entry.path[-1]]
            if entry.includes is None:
                every = [m.name for m in (*cube.measures, *cube.dimensions, *cube.segments)]
                members = [(own, own) for own in every if own not in entry.excludes]
            else:
                members = list(entry.includes)
            for own, alias in members:
                if name == (f"{entry.alias or cube.name}_{alias}" if entry.prefix else alias):
                    return Target(entry.path, cube.name, own)
        raise KeyError(name)

    def is_shown(self, path: str) -> bool:
        """Whether a path names what a view shows."""
        return split(path)[0] in self.views

    def default_filters(self) -> list[dict[str, Any]]:
        """The filters of the query's view that no filter of the query releases; segments alone do not call for them."""
        tested = filter_members(self.query.get("filters", []))
        touched = [*self.measures, *self.dimensions, *self.time_hints, *tested]
        found: list[dict[str, Any]] = []
        for view in self.views.values():
            if any(split(path)[0] == view.name for path in touched):
                found += [
                    {**given, "member": f"{view.name}.{given['member']}"}
                    for given, unless in view.default_filters
                    if not any(f"{view.name}.{name}" in tested for name in unless)
                ]
        return found

    # What is asked for.

    def columns(self) -> tuple[ResultColumn, ...]:
        return (
            *(ResultColumn(path, self.dimension(*self.of(path)).kind) for path in self.dimensions),
            *(ResultColumn(f"{path}.{granularity}", "time") for path, granularity in self.time_columns),
            *(
                ResultColumn(path, self.measure_kind(path), self.is_approximate(*self.of(path)))
                for path in self.measures
            ),
        )

    def measure_kind(self, path: str) -> ColumnKind:
        measure = self.measure(*self.of(path))
        return measure.row_kind if self.ungrouped and measure.type == "count_distinct" else measure.kind

    def order(self, columns: tuple[ResultColumn, ...]) -> tuple[tuple[int, bool], ...]:
        keys = [column.key for column in columns]
        asked = self.query.get("order")
        if asked is None:
            if self.time_columns:
                return ((keys.index(self.finest(self.time_columns[0][0])), False),)
            if self.measures and self.dimensions:
                return ((keys.index(self.measures[0]), True),)
            return ((keys.index(self.dimensions[0]), False),) if self.dimensions else ()
        wanted = list(asked.items()) if isinstance(asked, dict) else asked
        order: list[tuple[int, bool]] = []
        for member, direction in wanted:
            key = self.finest(member)
            if key in keys:
                order.append((keys.index(key), direction == "desc"))
        return tuple(order)

    def finest(self, member: str) -> str:
        """The column of a time dimension by which an order by its name means: that of its shortest periods."""
        columns = [Key(path, g) for path, g in self.time_columns if path == member]
        if not columns:
            return member
        lengths = [length(self.granularity(key)) for key in columns]
        if lengths.count(min(lengths)) > 1:
            raise Undecided("an order by the finer of two granularities of one length")
        return columns[lengths.index(min(lengths))].name

    def group_filters(self) -> list[dict[str, Any]]:
        return [
            f
            for f in self.filters
            if f.get("operator") != "measureFilter" and any(map(self.is_measure, filter_members([f])))
        ]

    # How the cubes meet.

    def hints(self, measures: Iterable[str] | None = None, state: State | None = None) -> list[Hint]:
        """The ways of the query, in the order in which its members name them.

        With arguments, those that these measures need together with this state instead of the query's.
        """
        paths = self.measures if measures is None else measures
        keys, conditions = (self.keys, self.state.conditions) if state is None else (state.keys, state.conditions)
        roots = {self.target(path).way[0] for path in (paths if measures is not None else ())}
        found: list[Hint] = [] if state is None else list(state.ways)

        def add(members: Iterable[str]) -> None:
            for path in members:
                found.extend(self.hints_of(path, roots))

        # A measure that only a filter names comes after the dimensions, as all filters do, also where it is a part by itself.
        only_tested = set() if measures is None else set(filter_members(self.group_filters())) - set(self.measures)
        add(path for path in paths if path not in only_tested)
        add(key.path for key in keys if key.granularity is None)
        add(c.path for c in conditions if c.kind == "segment")
        if measures is None:
            # Filters on measures stand among those on dimensions.
            add(filter_members(self.filters))
        else:
            add(m for c in conditions if c.kind not in ("segment", "range") for m in c.members)
            add(path for path in paths if path in only_tested)
        buckets = [key.path for key in keys if key.granularity is not None]
        ranges = [c.path for c in conditions if c.kind == "range"]
        times = [path for path in self.time_hints if path in buckets or path in ranges]
        add((*times, *buckets, *ranges))
        return unique(found)

    def hints_of(self, path: str, roots: Iterable[str] = ()) -> list[Hint]:
        """The way to a member's cube, and the cubes that its SQL names. Of several ways of a view to the cube, that
        from one of `roots`."""
        target = self.target(path)
        way = target.way
        owner = split(path)[0]
        if owner in self.views and way[0] not in roots:
            ways = [e.path for e in self.views[owner].entries if e.path[-1] == target.cube]
            way = next((w for w in ways if w[0] in roots), way)
        others = [(cube,) for cube in self.cubes_of(target.cube, target.member)[1:] if cube != target.cube]
        return [way, *others]

    def conditions(self) -> Iterator[Condition]:
        """What a row has to pass: segments, filters on dimensions and ranges."""
        for path in self.query.get("segments", []):
            yield Condition("segment", path)
        for tested in self.filters:
            members = filter_members([tested])
            if members and (tested.get("operator") == "measureFilter" or not any(map(self.is_measure, members))):
                yield self.condition(tested)
        for path, texts in self.ranges:
            yield Condition("range", path, texts)

    def condition(self, tested: dict[str, Any]) -> Condition:
        """A filter on dimensions; parts that test nothing are left out."""
        for group in ("and", "or"):
            if group in tested:
                parts = tuple(self.condition(part) for part in tested[group] if filter_members([part]))
                return Condition(group, parts=parts)
        return Condition("filter", tested["member"], tested)

    def cubes_of(self, cube: str, member: str) -> list[str]:
        """The member's own cube, then those that its SQL names."""
        owner = self.cubes[cube]
        found = [cube]
        for part in self.parts_of(owner.dimension(member) or owner.measure(member) or owner.segment(member)):
            for reference in references(part):
                found.extend(self.cubes_of(reference.cube, reference.member))
        return found

    def parts_of(self, member: Any) -> list[Expression]:
        """The expressions that a member's value on a row, or in a group, is made of."""
        match member:
            case Dimension(sub_query=True) | Dimension(values=(_, *_)):
                return []
            case Dimension(value=CaseOf(whens)):
                return [when for when, _ in whens]
            case Dimension(value=value):
                return [value]
            case Measure(value=value, filters=filters):
                return [*([] if value is None else [value]), *filters]
            case _:
                return [member.condition]

    def ways(self, source: str, target: str, behind: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, str], ...]]:
        """Every way along declared joins that visits no cube twice, in declared order."""
        if source == target:
            yield ()
            return
        for join in self.cubes[source].joins:
            if join.target not in (*behind, source):
                for rest in self.ways(join.target, target, (*behind, source)):
                    yield ((source, join.target), *rest)

    def tree(self, hints: list[Hint]) -> tuple[str, list[tuple[str, str]]]:
        """The root and the joins from it, in the order in which they are found."""
        best: tuple[str, list[tuple[str, str]]] | None = None
        for root in unique([hint[0] for hint in hints]):
            joins = self.joins_from(root, hints)
            if joins is not None and (best is None or len(joins) < len(best[1])):
                best = (root, joins)
        if best is None:
            raise NoTree(hints)
        return best

    def joins_from(self, root: str, hints: list[Hint]) -> list[tuple[str, str]] | None:
        """The joins that lead from a cube along every way; None if there is none along some."""
        joins: list[tuple[str, str]] = []
        for hint in hints:
            last = root
            for target in hint:
                way = min(self.ways(last, target), key=len, default=None)
                if way is None:
                    return None
                for step in way:
                    if step[1] not in (root, *(t for _, t in joins)):
                        joins.append(step)
                last = target
        return joins

    def rows_of(self, hints: list[Hint], state: State, measures: Iterable[str] = ()) -> list[JoinedRow]:
        """The joined rows that the conditions let through, once for each value of a switch that something reads."""
        rows = self.joined(hints)
        for path in self.switches((*(k.path for k in state.keys), *(m for c in state.conditions for m in c.members))):
            values = self.dimension(*split(path)).values
            rows = [{**row, path: {"value": value}} for row in rows for value in values]
        return [row for row in rows if all(self.passes(c, row) for c in state.conditions)]

    def switches(self, members: Iterable[str]) -> list[str]:
        """The switches among members, by the path of their cube."""
        found = [self.of(path) for path in members if not self.is_measure(path)]
        return unique(
            [f"{cube}.{name}" for cube, name in found if (d := self.cubes[cube].dimension(name)) and d.values]
        )

    def joined(self, hints: list[Hint]) -> list[JoinedRow]:
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
        if dimension.values:
            chosen = row[f"{cube}.{name}"]
            assert chosen is not None
            return chosen["value"]
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

    def key_of(self, row: JoinedRow, keys: Iterable[Key]) -> GroupKey:
        return tuple(self.key_value(key, row) for key in keys)

    def key_value(self, key: Key, row: JoinedRow) -> Known:
        value = self.member_value(*self.of(key.path), row)
        if not isinstance(value, datetime):
            return value
        wall = moved(utc_to_local(value, self.zone), key.shift)
        return wall if key.granularity is None else floor(wall, self.granularity(key), self.zone)

    def granularity(self, key: Key) -> str | Granularity:
        assert key.granularity is not None
        dimension = self.dimension(*self.of(key.path))
        own = next((g for g in dimension.granularities if g.name == key.granularity), None)
        if own is None and key.granularity not in {*LENGTHS, *MONTHS}:
            raise Undecided("a window up to date of a granularity that the time has not")
        return own or key.granularity

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
            # Filters of measures stay outside, and what tests a sub-query dimension is no simple filter.
            inside = [c for c in self.state.conditions if all(map(self.is_plain, c.members))]
            found = [*self.cubes_of(measure.cube, measure.member), cube]
            if dimension.propagate_filters:
                found.extend(self.cubes_inside(inside))
            try:
                rows = self.joined([(one,) for one in unique(found)])
            except NoTree:
                if dimension.propagate_filters:
                    raise Undecided("a filter that does not reach into a sub-query") from None
                raise
            groups: dict[GroupKey, list[JoinedRow]] = {}
            for inner in rows:
                if inner[cube] is None or inner[measure.cube] is None:
                    continue
                if not dimension.propagate_filters or all(self.passes(c, inner) for c in inside):
                    groups.setdefault(self.primary_key(cube, inner), []).append(inner)
            self.sub_query_values[name] = {
                key: self.measured(measure.cube, measure.member, group) for key, group in groups.items()
            }
        return self.sub_query_values[name].get(self.primary_key(cube, row))

    def cubes_inside(self, conditions: list[Condition]) -> list[str]:
        """The cubes of conditions that reach into a sub-query: it has ways of its own to them, whatever a view says."""
        return [cube for c in conditions for path in c.members for cube in self.cubes_of(*self.of(path))]

    def is_plain(self, path: str) -> bool:
        """Whether a path names a dimension with a value of its own on a row, or a segment."""
        cube, name = self.of(path)
        dimension = self.cubes[cube].dimension(name)
        return not self.is_measure(path) and (dimension is None or not (dimension.sub_query or dimension.values))

    def primary_key(self, cube: str, row: JoinedRow) -> GroupKey:
        return tuple(self.member_value(cube, key.name, row) for key in self.cubes[cube].key)

    # Which rows count.

    def passes(self, condition: Condition, row: JoinedRow) -> bool:
        """Whether a condition lets the row through; an empty group is no condition."""
        match condition.kind:
            case "and" | "or":
                parts = [self.passes(part, row) for part in condition.parts]
                return not parts or (all(parts) if condition.kind == "and" else any(parts))
            case "segment":
                return self.member_value(*self.of(condition.path), row) is True
            case _:
                pass
        cube, name = self.of(condition.path)
        if condition.kind == "filter" and condition.tested["operator"] == "measureFilter":
            return all(self.value(f, cube, row) is True for f in self.measure(cube, name).filters)
        value = self.member_value(cube, name, row)
        if condition.shift and value is not None:
            # Moved on the wall; bounds are wall times, and both are compared as instants would be where no clock changes.
            return self.shifted_passes(condition, moved(utc_to_local(value, self.zone), condition.shift))
        if condition.kind == "range":
            return in_range(value, bounds(condition.tested), self.zone)
        return holds(value, self.dimension(cube, name).kind, condition.tested, self.zone)

    def shifted_passes(self, condition: Condition, wall: datetime) -> bool:
        utc = ZoneInfo("UTC")
        if condition.kind == "range":
            return in_range(wall, bounds(condition.tested), utc)
        if condition.tested["operator"] in ("equals", "notEquals", "in", "notIn"):
            raise Undecided("a moved time that is to equal an instant")
        return holds(wall, "time", condition.tested, utc)

    def group_holds(self, value_of: Callable[[str], Known]) -> bool:
        """Whether every filter on measures lets a group through, of which `value_of` gives the measures."""
        return all(self.group_passes(tested, value_of) for tested in self.group_filters())

    def group_passes(self, tested: dict[str, Any], value_of: Callable[[str], Known]) -> bool:
        parts = tested.get("and", tested.get("or"))
        if parts is not None:
            parts = [part for part in parts if filter_members([part])]
            return (all if "and" in tested else any)(self.group_passes(part, value_of) for part in parts)
        value = value_of(tested["member"])
        cube, name = self.of(tested["member"])
        if value is not None and self.is_approximate(cube, name):
            for text in tested.get("values", []):
                if text is not None and abs(value - number(text)) <= EPSILON * max(1, abs(value)):
                    raise Undecided("a measure filter whose bound is within a rounding of the value")
        return holds(value, self.measure(cube, name).kind, tested, self.zone)

    def is_measure(self, path: str) -> bool:
        cube, name = self.of(path)
        return self.cubes[cube].measure(name) is not None

    # Groups and measures.

    def groups(self, rows: Iterable[JoinedRow], keys: tuple[Key, ...]) -> dict[GroupKey, list[JoinedRow]]:
        """Rows by the values of the dimensions, null being a value; without dimensions one group, even of no rows."""
        found: dict[GroupKey, list[JoinedRow]] = {} if keys else {(): []}
        for row in rows:
            found.setdefault(self.key_of(row, keys), []).append(row)
        return found

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
        once: dict[GroupKey, JoinedRow] = {}
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

    # What measures are.

    def inner_measures(self, cube: str, name: str) -> list[Of]:
        """The measures that a measure is computed from."""
        measure = self.measure(cube, name)
        found = references(measure.value) if measure.value is not None and is_computed(measure) else []
        if measure.stage is not None:
            found += [of for of, _ in measure.stage.ranks]
        if measure.choice is not None:
            branches = [*(e for _, e in measure.choice.whens), measure.choice.otherwise]
            found += [of for branch in branches if branch is not None for of in references(branch)]
        return found

    def has_apart(self, cube: str, name: str) -> bool:
        """Whether a measure, or one that it is computed from, sees other rows than those of the group."""
        return self.measure(cube, name).is_apart or any(
            self.has_apart(of.cube, of.member) for of in self.inner_measures(cube, name)
        )

    def is_approximate(self, cube: str, name: str) -> bool:
        measure = self.measure(cube, name)
        if measure.type == "avg" or (measure.additive is not None and measure.additive.keep == "avg"):
            return True
        if measure.type in ("rank", "count", "count_distinct"):
            return False
        branches = [e for _, e in measure.choice.whens] if measure.choice is not None else []
        return any(has_ratio(e) for e in (measure.value, *branches) if e is not None) or any(
            self.is_approximate(of.cube, of.member) for of in self.inner_measures(cube, name)
        )


def is_computed(measure: Measure) -> bool:
    """Whether a measure's expression is over measures, and not over rows."""
    return measure.stage is not None or measure.type == "number"


def unique(items: Iterable[Any]) -> list[Any]:
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


def filter_members(filters: Iterable[dict[str, Any]]) -> list[str]:
    found: list[str] = []
    for tested in filters:
        parts = tested.get("and", tested.get("or"))
        found.extend([tested["member"]] if parts is None else filter_members(parts))
    return found
