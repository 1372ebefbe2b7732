"""Members of cubes: dimensions, measures, segments, hierarchies, and what stands in them.

Source: data-model 4-12 and 22-24.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from kubus.define.definition import KEY, NAMES, Definition

DimensionType = Literal["string", "number", "boolean", "time", "geo", "switch"]
MeasureType = Literal[
    "count", "count_distinct", "count_distinct_approx", "sum", "avg", "min", "max", "number", "string", "boolean",
    "time", "number_agg", "rank", "running_total",
]  # fmt: skip
Unit = Literal["second", "minute", "hour", "day", "week", "month", "quarter", "year"]
Operator = Literal[
    "equals", "notEquals", "in", "notIn", "contains", "notContains", "startsWith", "notStartsWith", "endsWith",
    "notEndsWith", "gt", "gte", "lt", "lte", "set", "notSet", "inDateRange", "notInDateRange", "onTheDate",
    "beforeDate", "beforeOrOnDate", "afterDate", "afterOrOnDate",
]  # fmt: skip

# A value of a filter.
Value = str | int | float | bool | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Sql(Definition):
    """SQL where a plain text would mean something else: `Sql("{CUBE}.amount > 100")`."""

    sql: str = field(kw_only=False)
    """The SQL. `{CUBE}.x` is a column of the cube, `{member}` and `{cube.member}` are members."""


# ── what stands in dimensions ──


@dataclass(frozen=True, kw_only=True, slots=True)
class When(Definition):
    """A branch of a case: its label where the condition holds."""

    sql: str
    """The condition."""
    label: str | Sql
    """The value where it holds: a text, or SQL."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Otherwise(Definition):
    """The last branch of a case."""

    label: str | Sql
    """The value where no condition holds: a text, or SQL."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Case(Definition):
    """The label of the first condition that holds."""

    when: Sequence[When]
    """The branches, in order."""
    otherwise: Otherwise | None = field(default=None, metadata={KEY: "else"})
    """The last branch (`else` in YAML); without it the value is null."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WhenValue(Definition):
    """What is computed where a switch dimension has a value."""

    value: str
    """The value of the switch."""
    sql: str
    """The calculation."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SwitchCase(Definition):
    """The calculation that a dimension of type switch chooses."""

    switch: "str | Dimension" = field(metadata=NAMES)
    """The dimension of type switch."""
    when: Sequence[WhenValue]
    """A calculation for each value."""
    otherwise: Sql | None = field(default=None, metadata={KEY: "else"})
    """The calculation for every other value, and where the switch is not in the query (`else` in YAML)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkFormat(Definition):
    """The older way to show a value as a link."""

    type: Literal["link"] = "link"
    """Always `link`."""
    label: str
    """The text of the link."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Granularity(Definition):
    """A width of time buckets of one's own."""

    name: str
    """Its name in queries."""
    title: str | None = None
    """Its name for people."""
    interval: str | None = None
    """How long a bucket is: `1 year`, `2 weeks 3 days`."""
    offset: str | None = None
    """How far its buckets are moved: `-1 month`."""
    origin: str | None = None
    """When one of its buckets begins: `2024-02-01`."""
    sql: str | None = None
    """Of a calendar cube: the column that has the bucket; named after a predefined granularity."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarShift(Definition):
    """Of a calendar cube: which day was before which."""

    name: str | None = None
    """Its name, for shifts that measures ask for by name."""
    interval: str | None = None
    """The shift that it stands for: `1 year`."""
    type: Literal["prior", "next"] | None = None
    """Whether it leads back or forth."""
    sql: str | None = None
    """The column that has the other day."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkParameter(Definition):
    """A parameter of a link's address."""

    key: str
    """Its name in the address."""
    value: str
    """SQL of its value."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Link(Definition):
    """Where a value leads. It has either `url` or `dashboard`."""

    name: str
    """Its name, unique in the dimension."""
    label: str
    """What people read."""
    url: str | None = None
    """SQL of the address."""
    dashboard: str | None = None
    """The id of a dashboard."""
    icon: str | None = None
    """The name of an icon."""
    target: Literal["blank", "self"] | None = None
    """Where it opens."""
    primary: bool | None = None
    """Whether a click on the value follows it."""
    params: Sequence[LinkParameter] | None = None
    """What is put behind the address, as `?key=value`."""


# ── what stands in measures ──


@dataclass(frozen=True, kw_only=True, slots=True)
class RollingWindow(Definition):
    """The span of time around a period that a measure sees."""

    type: Literal["fixed", "to_date", "year_to_date", "quarter_to_date", "month_to_date"] | None = None
    """`fixed` if not given."""
    trailing: str | None = None
    """How far it reaches back: `7 day`, or `unbounded`."""
    leading: str | None = None
    """How far it reaches forth."""
    offset: Literal["start", "end"] | None = None
    """The end of the period from which it reaches; `end` if not given."""
    granularity: str | None = None
    """Of type `to_date`: the period since whose start it counts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Additive(Definition):
    """A measure that does not add up over one dimension, as balances do not over time."""

    dimension: "str | Dimension" = field(metadata=NAMES)
    """The dimension over which it does not add up, mostly of type time."""
    keep: Literal["first", "last", "min", "max", "avg"] | None = None
    """Which of its values stands for them all."""
    by: "Sequence[str | Dimension] | None" = field(default=None, metadata=NAMES)
    """The dimensions that tell its series apart."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Grain(Definition):
    """The grain of a multi-stage measure's lower stage."""

    keep_only: "Sequence[str | Dimension] | None" = field(default=None, metadata=NAMES)
    """Of the query's dimensions only these."""
    exclude: "Sequence[str | Dimension] | None" = field(default=None, metadata=NAMES)
    """The query's dimensions without these."""
    include: "Sequence[str | Dimension] | None" = field(default=None, metadata=NAMES)
    """These besides."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter(Definition):
    """A test on a member."""

    member: "str | Dimension | Measure" = field(metadata=NAMES)
    """The member, `status` or `orders.status`."""
    operator: Operator
    """The operator, as in queries."""
    values: Sequence[Value | Sequence[Value]] | Value = None
    """The values; in policies they may be claims: `{ security_context.city }`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AllOf(Definition):
    """Filters that have to hold together (`and` in YAML)."""

    filters: "Sequence[Filter | AllOf | AnyOf]" = field(kw_only=False, metadata={KEY: "and"})
    """The filters."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AnyOf(Definition):
    """Filters of which one has to hold (`or` in YAML)."""

    filters: "Sequence[Filter | AllOf | AnyOf]" = field(kw_only=False, metadata={KEY: "or"})
    """The filters."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StageFilter(Definition):
    """The filters of a multi-stage measure's lower stage."""

    mode: Literal["relative", "fixed"] | None = None
    """`relative`: the query's filters hold there too. `fixed`: only what stands here."""
    keep_only: "Sequence[str | Dimension | Segment] | None" = field(default=None, metadata=NAMES)
    """Of the query's filters only those on these."""
    exclude: "Sequence[str | Dimension | Segment] | None" = field(default=None, metadata=NAMES)
    """The query's filters without those on these."""
    include: Sequence[Filter | AllOf | AnyOf] | None = None
    """Filters besides."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TimeShift(Definition):
    """The same at another time. It has `interval` and `type`, or the `name` of a calendar's shift."""

    interval: str | None = None
    """How far: `1 year`."""
    type: Literal["prior", "next"] | None = None
    """Back or forth."""
    time_dimension: "str | Dimension | None" = field(default=None, metadata=NAMES)
    """The time dimension; every one of the query if not given."""
    name: str | None = None
    """A shift that a calendar cube has."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RankBy(Definition):
    """What a rank goes by."""

    sql: str
    """SQL, mostly a measure: `{revenue}`."""
    dir: Literal["asc", "desc"] | None = None
    """Which way; `asc` if not given."""


# ── members ──


@dataclass(frozen=True, kw_only=True, slots=True)
class Dimension(Definition):
    """An expression on a row, to group and filter by.

    `Dimension(name="city", sql="city", type="string")`
    """

    name: str
    """Its name in queries: `orders.city`."""
    sql: str | None = None
    """SQL of the value. `{CUBE}.x` is a column, `{member}` another member."""
    type: DimensionType
    """The type of its values."""
    primary_key: bool | None = None
    """Whether it tells the rows of the cube apart. Hidden unless `public` says otherwise."""
    title: str | None = None
    """Its name for people; made of `name` if not given."""
    description: str | None = None
    """What it means, for people."""
    public: bool | None = None
    """Whether callers may ask for it."""
    format: str | LinkFormat | None = None
    """How values are shown: `currency`, `percent`, `id`, a d3 format, of times a strftime format."""
    currency: str | None = None
    """The currency of numbers: `EUR`."""
    meta: object = None
    """Anything for clients, shown in metadata as it is."""
    aliases: Sequence[str] | None = None
    """Other names, for people and machines that look for it."""
    case: Case | SwitchCase | None = None
    """The value as a choice, instead of `sql`."""
    latitude: Sql | None = None
    """Of type geo: the latitude."""
    longitude: Sql | None = None
    """Of type geo: the longitude."""
    values: Sequence[str] | None = None
    """Of type switch: what there is to choose."""
    sub_query: bool | None = None
    """Whether `sql` refers to a measure of another cube, computed for each row of this one."""
    propagate_filters_to_sub_query: bool | None = None
    """Whether the query's filters hold inside of that too."""
    multi_stage: bool | None = None
    """Whether it is made of measures of a stage of its own."""
    add_group_by: "Sequence[str | Dimension] | None" = field(default=None, metadata=NAMES)
    """Of a multi-stage dimension: dimensions of that stage."""
    filter: StageFilter | None = None
    """Of a multi-stage dimension: filters of that stage."""
    granularities: Sequence[Granularity] | None = None
    """Of type time: widths of buckets besides the predefined ones."""
    time_shift: Sequence[CalendarShift] | None = None
    """Of a calendar cube's time: which day was before which."""
    field_type: Literal["string"] | None = None
    """Of type time: that the column holds text."""
    key: "str | Dimension | None" = field(default=None, metadata=NAMES)
    """The dimension that tells rows with the same label apart."""
    order: Literal["asc", "desc"] | None = None
    """Which way tools order by it."""
    mask: str | int | float | bool | Sql | None = None
    """What a caller sees who may see the member, but not its values."""
    links: Sequence[Link] | None = None
    """Where its values lead."""
    suggest_filter_values: bool | None = None
    """Whether tools offer its values in filters."""
    enable_suggestions: bool | None = None
    """Older, without effect."""
    values_as_segments: bool | None = None
    """Older, without effect."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Measure(Definition):
    """An aggregation with a name.

    `Measure(name="revenue", sql="amount", type="sum")`
    """

    name: str
    """Its name in queries: `orders.revenue`."""
    sql: str | None = None
    """SQL of what is aggregated; of type `number` and other calculations, SQL over measures."""
    type: MeasureType
    """How rows become one value."""
    title: str | None = None
    """Its name for people; made of `name` if not given."""
    description: str | None = None
    """What it means, for people."""
    public: bool | None = None
    """Whether callers may ask for it."""
    format: str | None = None
    """How values are shown: `currency`, `percent`, `number`, or a d3 format."""
    currency: str | None = None
    """The currency of the values: `EUR`."""
    meta: object = None
    """Anything for clients, shown in metadata as it is."""
    aliases: Sequence[str] | None = None
    """Other names, for people and machines that look for it."""
    filters: Sequence[Sql] | None = None
    """Which rows count: `[Sql("{CUBE}.status = 'paid'")]`."""
    case: SwitchCase | None = None
    """A calculation that a switch chooses, instead of `sql`."""
    rolling_window: RollingWindow | None = None
    """The span of time around a period that it sees."""
    cumulative: bool | None = None
    """Whether tools treat it as cumulative."""
    additive: Additive | None = None
    """Over which dimension it does not add up."""
    multi_stage: bool | None = None
    """Whether it is computed over measures of a lower stage."""
    grain: Grain | None = None
    """The grain of that stage."""
    group_by: "Sequence[str | Dimension] | None" = field(default=None, metadata=NAMES)
    """Older than `grain`: the dimensions that it keeps."""
    reduce_by: "Sequence[str | Dimension] | None" = field(default=None, metadata=NAMES)
    """Older than `grain`: the dimensions that it leaves out."""
    add_group_by: "Sequence[str | Dimension] | None" = field(default=None, metadata=NAMES)
    """Older than `grain`: the dimensions that it adds."""
    filter: StageFilter | None = None
    """The filters of that stage."""
    time_shift: Sequence[TimeShift] | None = None
    """The time of that stage."""
    order_by: Sequence[RankBy] | None = None
    """Of type rank: what it goes by."""
    mask: str | int | float | bool | Sql | None = None
    """What a caller sees who may see the member, but not its values."""
    drill_members: "Sequence[str | Dimension] | None" = field(default=None, metadata=NAMES)
    """The members that show what is behind a value."""
    drill_filters: Sequence[Sql] | None = None
    """Older, without effect."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment(Definition):
    """A named filter.

    `Segment(name="paid", sql="{CUBE}.status = 'paid'")`
    """

    name: str
    """Its name in queries: `orders.paid`."""
    sql: str
    """The condition."""
    title: str | None = None
    """Its name for people; made of `name` if not given."""
    description: str | None = None
    """What it means, for people."""
    public: bool | None = None
    """Whether callers may ask for it."""
    meta: object = None
    """Anything for clients, shown in metadata as it is."""
    aliases: Sequence[str] | None = None
    """Other names, for people and machines that look for it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hierarchy(Definition):
    """Dimensions from coarse to fine, for people."""

    name: str
    """Its name, unique in the cube."""
    title: str | None = None
    """Its name for people."""
    public: bool | None = None
    """Whether it is shown."""
    levels: Sequence[str | Dimension] = field(metadata=NAMES)
    """The dimensions, coarse ones first; also of other cubes: `users.city`."""
