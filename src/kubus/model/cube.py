"""Cube and its members, as the compiler leaves them: names resolved, SQL parsed, defaults filled in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from kubus.model.access import AccessPolicy
from kubus.model.additive import SemiAdditive
from kubus.model.calendar import CalendarShift
from kubus.model.custom_granularity import CustomGranularity
from kubus.model.hierarchy import Hierarchy
from kubus.model.join_graph import Join
from kubus.model.link import Link
from kubus.model.measure_types import Aggregate, MeasureType, ValueType
from kubus.model.member_sql import MemberReference, MemberSql
from kubus.model.pre_aggregation import PreAggregation
from kubus.model.refresh_key import RefreshInterval, RefreshSql
from kubus.model.stage import Stage
from kubus.model.tenancy import OwnPlace
from kubus.model.window import Span, Window

# `format` and `meta` are handed through to metadata as they were declared.
Json = Any

NO_MEMBERS: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Label:
    """What a member is called and shown as. `title` is the member's own; metadata puts the cube's before it."""

    title: str
    description: str | None = None
    meta: Json = None
    format: Json = None
    currency: str | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class When:
    """One branch of a searched `case`. `label` is a text, or SQL for one."""

    condition: MemberSql
    label: str | MemberSql


@dataclass(frozen=True, slots=True)
class Case:
    """A searched `case`: the first true condition gives the label. No condition true and no `otherwise`: null."""

    whens: tuple[When, ...]
    otherwise: str | MemberSql | None


@dataclass(frozen=True, slots=True)
class Geo:
    """A place: the value is the text `latitude,longitude`."""

    latitude: MemberSql
    longitude: MemberSql


@dataclass(frozen=True, slots=True)
class Switch:
    """No column: every row is there once with each of these texts, so that a query chooses among calculations."""

    values: tuple[str, ...]


# What is shown instead of a value: another, or SQL for one. None says that nothing is declared.
Mask = MemberSql | str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Masked:
    """What a query shows of `real`: its mask, except in rows that pass `unless`.

    `unless` is a condition as `query` has it, which this room knows nothing of; None is no row.
    """

    real: "Dimension"
    mask: Mask
    unless: object | None = None


# How a dimension's value is had from a row.
DimensionValue = MemberSql | Case | Geo | Switch | Masked


@dataclass(frozen=True, slots=True)
class SwitchCase:
    """A calculation for each value of a switch dimension; `otherwise` serves the other values, None with null."""

    dimension: MemberReference
    whens: tuple[tuple[str, MemberSql], ...]
    otherwise: MemberSql | None

    def texts(self) -> tuple[MemberSql, ...]:
        """The SQL of every branch."""
        last = () if self.otherwise is None else (self.otherwise,)
        return (*(sql for _, sql in self.whens), *last)


def value_sql(value: DimensionValue) -> Iterator[MemberSql]:
    """Every SQL text of a dimension's value."""
    match value:
        case MemberSql():
            yield value
        case Geo(latitude, longitude):
            yield latitude
            yield longitude
        case Switch():
            return
        case Masked(real, mask, unless):
            if isinstance(mask, MemberSql):
                yield mask
            if unless is not None:
                yield from value_sql(real.value)
        case Case(whens, otherwise):
            for when in whens:
                yield when.condition
                if isinstance(when.label, MemberSql):
                    yield when.label
            if isinstance(otherwise, MemberSql):
                yield otherwise


@dataclass(frozen=True, slots=True)
class Dimension:
    """An expression on a row, to group and filter by.

    `alias_of` is the member of a cube that a view shows under this name; `value` is then a reference to it.
    `stage` says that its SQL refers to measures, which are computed at a grain of their own before rows are grouped by
    the value. `granularities` are a time's own, beside the predefined ones. `shifts` move a time, as the lower stage
    of a measure that is shifted in time has it; `calendar_shifts` are what a calendar says of shifts.
    `is_text` says of a time that its column holds text, and so is compared with text.
    `sub_query` says that its SQL refers to a measure of another cube, which is then computed for each primary key of
    this one. `propagate_filters` puts the query's dimension filters into that computation as well.
    `key` names the dimension that tells equal labels apart. `synthetic` ones are made by the links of another.
    `mask` is what stands for the value where a caller may not see it.
    """

    cube: str
    name: str
    type: ValueType
    value: DimensionValue
    label: Label
    primary_key: bool = False
    public: bool = True
    sub_query: bool = False
    propagate_filters: bool = False
    shifts: tuple[Span, ...] = ()
    granularities: tuple[CustomGranularity, ...] = ()
    calendar_shifts: tuple[CalendarShift, ...] = ()
    is_text: bool = False
    stage: Stage | None = None
    suggest_filter_values: bool = True
    order: Literal["asc", "desc"] | None = None
    key: str | None = None
    links: tuple[Link, ...] = ()
    synthetic: bool = False
    mask: Mask = None
    declared_sql: str | None = None
    inherited: bool = False
    alias_of: MemberReference | None = None

    @property
    def path(self) -> str:
        return f"{self.cube}.{self.name}"

    @property
    def is_attached(self) -> bool:
        """Whether the value does not come from the row itself: it is put beside it."""
        return self.sub_query or self.stage is not None or isinstance(self.value, Switch)

    def __hash__(self) -> int:
        # By name: equal members have equal names, and `meta` may hold what cannot be hashed.
        return hash((self.cube, self.name))


@dataclass(frozen=True, slots=True)
class MaskedMeasure:
    """What a query shows of `real`: the measure `mask`, except in groups that pass `unless`; see `Masked`."""

    real: "Measure"
    mask: "Measure"
    unless: object


@dataclass(frozen=True, slots=True)
class Measure:
    """An aggregation with a name. `filters` are all true for the rows that it sees.

    `stage` makes it a calculation over measures that were aggregated at another grain, or with other filters;
    `additive` says over which dimension it does not add up; `switch` chooses among calculations.
    `window` makes it roll: it sees the rows around each period of the query's time dimension.
    `alias_of` is the measure of a cube that a view shows under this name; `sql` is then a reference to it.
    """

    cube: str
    name: str
    type: MeasureType
    sql: MemberSql | None
    filters: tuple[MemberSql, ...]
    label: Label
    public: bool = True
    cumulative: bool = False
    drill_members: tuple[str, ...] = ()
    window: Window | None = None
    stage: Stage | None = None
    additive: SemiAdditive | None = None
    switch: SwitchCase | None = None
    mask: Mask = None
    declared_sql: str | None = None
    inherited: bool = False
    alias_of: MemberReference | None = None
    masked: MaskedMeasure | None = None

    @property
    def path(self) -> str:
        return f"{self.cube}.{self.name}"

    def __hash__(self) -> int:
        # By name: equal members have equal names, and `meta` may hold what cannot be hashed.
        return hash((self.cube, self.name))

    @property
    def is_expression(self) -> bool:
        """Whether the SQL is over other measures, or aggregates by itself."""
        return self.type.aggregate is Aggregate.EXPRESSION or self.alias_of is not None


@dataclass(frozen=True, slots=True)
class Segment:
    """A named filter: a condition on a row.

    `alias_of` is the segment of a cube that a view shows under this name; `sql` is then a reference to it.
    """

    cube: str
    name: str
    sql: MemberSql
    label: Label
    public: bool = True
    declared_sql: str | None = None
    inherited: bool = False
    alias_of: MemberReference | None = None

    @property
    def path(self) -> str:
        return f"{self.cube}.{self.name}"

    def __hash__(self) -> int:
        # By name: equal members have equal names, and `meta` may hold what cannot be hashed.
        return hash((self.cube, self.name))


Member = Dimension | Measure | Segment


@dataclass(frozen=True, slots=True)
class Cube:
    """A table or a query, with its members and joins.

    `table` is SQL for what stands in FROM: a name, or a query when `is_query`. `alias` names it in statements and
    begins every column alias. Where the model keeps tenants apart, `tenant` is SQL that names the tenant of a row, or
    says that the rows are in the tenant's own place; the rows of a cube that `is_shared` are everybody's. `file` is the
    path below the model folder, for people. `refresh` says how long an answer from this cube stays fresh; None for the
    default. Groups of fewer rows than `min_group` are not shown.
    """

    name: str
    alias: str
    table: MemberSql
    is_query: bool
    data_source: str
    label: Label
    public: bool
    file: str
    dimensions: Mapping[str, Dimension] = field(default_factory=lambda: NO_MEMBERS)
    measures: Mapping[str, Measure] = field(default_factory=lambda: NO_MEMBERS)
    segments: Mapping[str, Segment] = field(default_factory=lambda: NO_MEMBERS)
    joins: tuple[Join, ...] = ()
    hierarchies: Mapping[str, Hierarchy] = field(default_factory=lambda: NO_MEMBERS)
    pre_aggregations: tuple[PreAggregation, ...] = ()
    policies: tuple[AccessPolicy, ...] = ()
    min_group: int = 0
    tenant: MemberSql | OwnPlace | None = None
    is_shared: bool = False
    extends: str | None = None
    refresh_key: Json = None
    refresh: RefreshInterval | RefreshSql | None = None
    declared_sql: str | None = None

    def __hash__(self) -> int:
        # By name, as members are; equal cubes have equal names.
        return hash(self.name)

    @property
    def primary_key(self) -> tuple[Dimension, ...]:
        """The dimensions that identify a row, in declared order; empty if none is declared."""
        return tuple(d for d in self.dimensions.values() if d.primary_key)

    def member(self, name: str) -> Member | None:
        """The member of that name; the three kinds share one name space."""
        return self.dimensions.get(name) or self.measures.get(name) or self.segments.get(name)
