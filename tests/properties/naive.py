"""What a query answers, worked out row by row from its definition.

Slow, plain, and on purpose without a word shared with kubus: it imports nothing from it, knows no SQL and no plan.
Joined rows are dicts, groups are lists of them, and a measure looks at the rows of its own cube, each once. Numbers
are fractions, so that nothing is rounded; times are datetimes in UTC without a zone.

Source: query semantics, sections 2, 3, 5, 6, 8, 12 and 13.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
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

# Fraction, str, bool, datetime or None.
Known = Any
# For each cube of the join its row, None where the join found none.
JoinedRow = Mapping[str, Mapping[str, Known] | None]

MILLISECOND = timedelta(milliseconds=1)
EPSILON = Fraction(1, 10**9)


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


def split(path: str) -> tuple[str, str]:
    cube, member = path.split(".")
    return cube, member


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
        self.sub_query_values: dict[tuple[str, str], dict[tuple[Known, ...], Known]] = {}

    def answer(self) -> Answer:
        rows = [row for row in self.joined(self.hints()) if self.passes(row)]
        columns = self.columns()
        if self.ungrouped:
            found = [(*self.key_of(row), *(self.row_value(*split(m), row) for m in self.measures)) for row in rows]
        else:
            found = [
                (*key, *(self.measured(*split(m), group) for m in self.measures))
                for key, group in self.groups(rows)
                if all(self.group_passes(f, group) for f in self.query.get("filters", []))
            ]
        order = self.order(columns)
        return Answer(
            columns,
            tuple(in_order(found, order)),
            order,
            limit=self.query.get("limit", 10_000),
            offset=self.query.get("offset", 0),
        )

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

    def hints(self) -> list[str]:
        """The cubes of the query, in the order in which its members name them."""
        found: list[str] = []
        for path in (*self.measures, *self.dimensions, *self.query.get("segments", [])):
            found.extend(self.cubes_of(*split(path)))
        for path in filter_members(self.query.get("filters", [])):
            found.extend(self.cubes_of(*split(path)))
        for path in self.time_hints:
            found.extend(self.cubes_of(*split(path)))
        return unique(found)

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
                if not dimension.propagate_filters or self.passes(inner):
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
        return (
            all(self.member_value(*split(path), row) is True for path in self.query.get("segments", []))
            and all(self.row_passes(f, row) for f in self.query.get("filters", []))
            and all(self.in_range(self.member_value(*split(path), row), bounds(texts)) for path, texts in self.ranges)
        )

    def row_passes(self, tested: dict[str, Any], row: JoinedRow) -> bool:
        """Whether a filter on dimensions lets the row through; one on measures says nothing about rows."""
        if "and" in tested or "or" in tested:
            parts = tested.get("and", tested.get("or"))
            if not parts:
                return True
            if any(self.is_measure(path) for path in filter_members(parts)):
                return True
            return (all if "and" in tested else any)(self.row_passes(part, row) for part in parts)
        cube, name = split(tested["member"])
        if tested["operator"] == "measureFilter":
            return all(self.value(f, cube, row) is True for f in self.measure(cube, name).filters)
        if self.is_measure(tested["member"]):
            return True
        return self.holds(self.member_value(cube, name, row), self.dimension(cube, name).kind, tested)

    def group_passes(self, tested: dict[str, Any], group: list[JoinedRow]) -> bool:
        """Whether a filter on measures lets the group through."""
        if "and" in tested or "or" in tested:
            parts = tested.get("and", tested.get("or"))
            if not any(self.is_measure(path) for path in filter_members(parts)):
                return True
            return (all if "and" in tested else any)(self.group_passes(part, group) for part in parts)
        if tested["operator"] == "measureFilter" or not self.is_measure(tested["member"]):
            return True
        cube, name = split(tested["member"])
        value = self.measured(cube, name, group)
        if value is not None and self.is_approximate(cube, name):
            for text in tested.get("values", []):
                if text is not None and abs(value - number(text)) <= EPSILON * max(1, abs(value)):
                    raise Undecided("a measure filter whose bound is within a rounding of the value")
        return self.holds(value, self.measure(cube, name).kind, tested)

    def is_measure(self, path: str) -> bool:
        cube, name = split(path)
        return self.cubes[cube].measure(name) is not None

    def in_range(self, value: Known, wall: tuple[datetime, datetime]) -> bool:
        start, end = wall
        return value is not None and self.instant(start) <= value < self.instant_after(end)

    def instant(self, wall: datetime) -> datetime:
        return local_to_utc(wall, self.zone)

    def instant_after(self, wall: datetime) -> datetime:
        """The instant of the next millisecond, so that the range that begins there leaves no row between."""
        return local_to_utc(wall + MILLISECOND, self.zone)

    def holds(self, value: Known, kind: ColumnKind, tested: dict[str, Any]) -> bool:
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
                return self.in_range(value, bounds(texts))
            case "notInDateRange":
                return value is not None and not self.in_range(value, bounds(texts))
            case "beforeDate":
                return value is not None and value < self.instant(bounds(texts)[0])
            case "afterOrOnDate":
                return value is not None and value >= self.instant(bounds(texts)[0])
            case "beforeOrOnDate":
                return value is not None and value < self.instant_after(bounds(texts)[1])
            case "afterDate":
                return value is not None and value >= self.instant_after(bounds(texts)[1])
        raise ValueError(operator)

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
            return Fraction(len(rows))
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
        match expression:
            case Of(owner, member):
                return self.measured(owner, member, group)
            case Constant(value):
                return known(value)
            case Call("sum" | "count" | "min" | "max" as function, (argument,)):
                return aggregated(function, [self.value(argument, cube, row) for row in self.own_rows(cube, group)])
            case Call(operator, arguments):
                return call(operator, [self.calculated(argument, cube, group) for argument in arguments])
            case Column():
                raise ValueError("a column outside an aggregate")

    def row_value(self, cube: str, name: str, row: JoinedRow) -> Known:
        """A measure as an expression on one row, for ungrouped queries."""
        measure = self.measure(cube, name)
        if measure.type in ("number", "time"):
            assert measure.value is not None
            return self.calculated_on_row(measure.value, cube, row)
        if row[cube] is None or not all(self.value(f, cube, row) is True for f in measure.filters):
            return None
        if measure.value is None:
            return Fraction(1)
        value = self.value(measure.value, cube, row)
        return (None if value is None else Fraction(1)) if measure.type == "count" else value

    def calculated_on_row(self, expression: Expression, cube: str, row: JoinedRow) -> Known:
        match expression:
            case Of(owner, member):
                if self.measure_kind(owner, member) not in ("integer", "decimal"):
                    raise Undecided("arithmetic with the text that a distinct count would count")
                return self.row_value(owner, member, row)
            case Call("sum" | "count" | "min" | "max"):
                raise Undecided("an aggregate of its own in an ungrouped query")
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


def known(value: Any) -> Known:
    return Fraction(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else value


def number(text: Any) -> Fraction:
    return Fraction(str(text))


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


def references(expression: Expression) -> list[Of]:
    match expression:
        case Of():
            return [expression]
        case Call(_, arguments):
            return [found for argument in arguments for found in references(argument)]
        case _:
            return []


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


def aggregated(function: str, values: list[Known]) -> Known:
    """SQL's aggregates: nulls are not seen, and of nothing there is a count of 0 and else null."""
    seen = [value for value in values if value is not None]
    match function:
        case "count":
            return Fraction(len(seen))
        case "count_distinct":
            return Fraction(len(set(seen)))
        case "sum":
            return sum(seen, Fraction(0)) if seen else None
        case "avg":
            return sum(seen, Fraction(0)) / len(seen) if seen else None
        case "min":
            return min(seen, default=None)
        case "max":
            return max(seen, default=None)
    raise ValueError(function)


NULL_GIVES_NULL: dict[str, Callable[..., Known]] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "ratio": lambda a, b: None if b == 0 else a / b,
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
