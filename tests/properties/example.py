"""A random example as plain values: cubes with their tables, and a query as clients send it.

Expressions are small trees that are written as SQL for kubus (`model_text.py`) and evaluated by the naive evaluator
(`naive.py`), each in its own way.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

ColumnKind = Literal["integer", "decimal", "string", "boolean", "time"]
Value = int | Decimal | str | bool | datetime | None
Relationship = Literal["one_to_one", "one_to_many", "many_to_one"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the cube's own table."""

    name: str


@dataclass(frozen=True, slots=True)
class Of:
    """A reference to another member: `{cube.member}`, or `{member}` within its own cube."""

    cube: str
    member: str


@dataclass(frozen=True, slots=True)
class Constant:
    value: Value


@dataclass(frozen=True, slots=True)
class Call:
    """An operation on expressions; SQL's rules for null hold.

    Operators: add, subtract, multiply, ratio (null where the divisor is zero), concat, lower, coalesce, equal, less,
    at_least, is_null, and, or, not. Aggregates, only in measures that are expressions: sum, count, min, max.
    """

    operator: str
    arguments: "tuple[Expression, ...]"


Expression = Column | Of | Constant | Call


@dataclass(frozen=True, slots=True)
class CaseOf:
    """A searched case: the label of the first true condition."""

    whens: tuple[tuple[Expression, str], ...]
    otherwise: str | None


# Pairs of a number and a unit, such as (2, "week").
Interval = tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Granularity:
    """Periods of a length, counted from an origin, or else from the start of the year, moved by an offset."""

    name: str
    interval: Interval
    origin: str | None = None
    offset: Interval = ()


@dataclass(frozen=True, slots=True)
class Dimension:
    """`kind` is what the values are; the declared type follows from it. A `sub_query` one refers to a measure. One with
    `values` is a switch: it has no value of its own."""

    name: str
    kind: ColumnKind
    value: Expression | CaseOf
    primary_key: bool = False
    sub_query: bool = False
    propagate_filters: bool = False
    granularities: tuple[Granularity, ...] = ()
    values: tuple[str, ...] = ()


Reach = Interval | Literal["unbounded"] | None


@dataclass(frozen=True, slots=True)
class Window:
    """A rolling window. `to_date` is a granularity, and then the rest is nothing."""

    trailing: Reach = None
    leading: Reach = None
    offset: Literal["end", "start"] = "end"
    to_date: str | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """The lower stage of a measure. Members are those of cubes; `include` has a granularity where there is one.

    `filters` are added to those of the query. `shift` is what a value looks back by, negative ahead, on all times or
    on one. `ranks` is the order of a rank: a measure, and whether it descends.
    """

    keep_only: tuple[Of, ...] | None = None
    exclude: tuple[Of, ...] = ()
    include: tuple[tuple[Of, str | None], ...] = ()
    fixed: bool = False
    filters_kept: tuple[Of, ...] | None = None
    filters_left: tuple[Of, ...] = ()
    filters: tuple[Any, ...] = field(default=(), hash=False)
    shift: tuple[int, str] | None = None
    shifted: Of | None = None
    ranks: tuple[tuple[Of, bool], ...] = ()
    # The older spelling of the grain.
    older: bool = False


@dataclass(frozen=True, slots=True)
class Additive:
    """What a semi-additive measure does not add up over, and which of its values is kept."""

    dimension: str
    keep: Literal["last", "first", "min", "max", "avg"]
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """What a measure is for each value of a switch of its cube."""

    switch: str
    whens: tuple[tuple[str, Expression], ...]
    otherwise: Expression | None


@dataclass(frozen=True, slots=True)
class Measure:
    """`kind` is what the result is, `row_kind` what is aggregated; None as value is a plain count of rows."""

    name: str
    type: str
    kind: ColumnKind
    value: Expression | None = None
    row_kind: ColumnKind = "integer"
    filters: tuple[Expression, ...] = ()
    window: Window | None = None
    stage: Stage | None = None
    additive: Additive | None = None
    choice: Choice | None = None

    @property
    def is_apart(self) -> bool:
        """Whether it sees other rows than those of its group."""
        return not (self.window is None and self.stage is None and self.additive is None and self.choice is None)


@dataclass(frozen=True, slots=True)
class Segment:
    name: str
    condition: Expression


@dataclass(frozen=True, slots=True)
class Join:
    """`pairs` are (own column, column of the target), all equal. `by_members` writes it with dimensions of both."""

    target: str
    relationship: Relationship
    pairs: tuple[tuple[str, str], ...]
    by_members: bool = False


@dataclass(frozen=True, slots=True)
class Cube:
    """`columns` are (name, kind); a row of `rows` is in their order. Times are UTC."""

    name: str
    columns: tuple[tuple[str, ColumnKind], ...]
    rows: tuple[tuple[Value, ...], ...]
    joins: tuple[Join, ...] = ()
    dimensions: tuple[Dimension, ...] = ()
    measures: tuple[Measure, ...] = ()
    segments: tuple[Segment, ...] = ()
    # Columns of kind time that are stored with a time zone.
    zoned: frozenset[str] = frozenset()

    def dimension(self, name: str) -> Dimension | None:
        return next((d for d in self.dimensions if d.name == name), None)

    def measure(self, name: str) -> Measure | None:
        return next((m for m in self.measures if m.name == name), None)

    def segment(self, name: str) -> Segment | None:
        return next((s for s in self.segments if s.name == name), None)

    @property
    def key(self) -> tuple[Dimension, ...]:
        return tuple(d for d in self.dimensions if d.primary_key)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a view takes along a path: all, or some under other names."""

    path: tuple[str, ...]
    includes: tuple[tuple[str, str], ...] | None = None
    excludes: tuple[str, ...] = ()
    prefix: bool = False
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class View:
    """`default_filters` are filters as clients send them, each with the members whose filters release it."""

    name: str
    entries: tuple[Entry, ...]
    default_filters: tuple[tuple[Any, tuple[str, ...]], ...] = field(default=(), hash=False)


@dataclass(frozen=True, slots=True)
class Example:
    cubes: tuple[Cube, ...]
    query: dict[str, Any] = field(hash=False)
    views: tuple[View, ...] = ()

    def cube(self, name: str) -> Cube:
        return next(cube for cube in self.cubes if cube.name == name)
