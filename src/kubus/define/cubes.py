"""Cubes, their joins and pre-aggregations.

Source: data-model 3 and 13.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from kubus.define.definition import NAMES, Definition, MemberName, member_name
from kubus.define.members import Dimension, Hierarchy, Measure, Segment, Sql
from kubus.define.policies import AccessPolicy

Relationship = Literal["many_to_one", "one_to_many", "one_to_one"]
Partition = Literal["hour", "day", "week", "month", "quarter", "year"]


@dataclass(frozen=True, kw_only=True, slots=True)
class RefreshKey(Definition):
    """When a kept answer is stale."""

    every: str | None = None
    """How long it holds, `1 hour`; or when it changes, as a cron text: `30 5 * * *`."""
    sql: str | None = None
    """SQL whose value changes when the rows do."""
    immutable: Literal[True] | None = None
    """That it never changes."""
    timezone: str | None = None
    """The time zone of a cron text."""
    incremental: bool | None = None
    """Of a pre-aggregation: that only the newest partitions are built anew."""
    update_window: str | None = None
    """Of a pre-aggregation: how far back rows change: `7 day`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Index(Definition):
    """An index of a pre-aggregation."""

    name: str
    """Its name."""
    columns: Sequence[str | Dimension] = field(metadata=NAMES)
    """The members that it is about."""
    type: Literal["regular", "aggregate"] | None = None
    """Its type; `regular` if not given."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RollupTime(Definition):
    """A time dimension of a pre-aggregation."""

    dimension: str | Dimension = field(metadata=NAMES)
    """The time dimension."""
    granularity: str | None = None
    """Its granularity."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PreAggregation(Definition):
    """An answer that is computed and stored before it is asked. Checked; not built in this version."""

    name: str
    """Its name, unique in the cube."""
    type: Literal["rollup", "original_sql", "rollup_join", "rollup_lambda"] | None = None
    """What is stored; `rollup` if not given."""
    measures: Sequence[str | Measure] | None = field(default=None, metadata=NAMES)
    """The measures that it has."""
    dimensions: Sequence[str | Dimension] | None = field(default=None, metadata=NAMES)
    """The dimensions that it has."""
    segments: Sequence[str | Segment] | None = field(default=None, metadata=NAMES)
    """The segments that it has."""
    time_dimension: str | Dimension | None = field(default=None, metadata=NAMES)
    """Its time dimension."""
    granularity: str | None = None
    """The granularity of that."""
    time_dimensions: Sequence[RollupTime] | None = None
    """Several time dimensions, each with its granularity."""
    rollups: Sequence[str] | None = None
    """Of `rollup_join` and `rollup_lambda`: the rollups that it is made of."""
    partition_granularity: Partition | None = None
    """The range of time of each part."""
    refresh_key: RefreshKey | None = None
    """When it is stale."""
    build_range_start: Sql | None = None
    """SQL of the first time that is built."""
    build_range_end: Sql | None = None
    """SQL of the last time that is built."""
    refresh_range_start: Sql | None = None
    """Older than `build_range_start`."""
    refresh_range_end: Sql | None = None
    """Older than `build_range_end`."""
    indexes: Sequence[Index | Mapping[str, object]] | None = None
    """Its indexes."""
    external: bool | None = None
    """Whether it is stored outside of the source's database."""
    scheduled_refresh: bool | None = None
    """Whether it is built without being asked."""
    use_original_sql_pre_aggregations: bool | None = None
    """Whether it is built from one of type `original_sql`."""
    union_with_source_data: bool | None = None
    """Of `rollup_lambda`: whether newer rows come from the source."""
    allow_non_strict_date_range_match: bool | None = None
    """Whether it answers ranges that do not end where its buckets do."""
    unique_key_columns: Sequence[str] | None = None
    """The columns that tell rows of a stream apart."""
    sql_alias: str | None = None
    """Its name in the database."""
    read_only: bool | None = None
    """Whether nothing may be written to the source."""
    stream_offset: str | None = None
    """From where a stream is read."""
    output_column_types: Sequence[Mapping[str, object]] | None = None
    """The types of columns, where the database does not say them."""
    max_pre_aggregations: int | None = None
    """How many there may be."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Join(Definition):
    """How this cube meets another.

    `Join(name="users", relationship="many_to_one", sql="{CUBE}.user_id = {users.id}")`
    """

    name: "str | Cube" = field(metadata=NAMES)
    """The other cube."""
    relationship: Relationship
    """How many rows of the other cube a row of this one meets, and the other way round."""
    sql: str
    """The condition. `{CUBE}` is this cube."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cube(Definition):
    """A table or a query, with its members and joins.

    ```python
    Cube(
        name="orders",
        sql_table="orders",
        dimensions=[Dimension(name="id", sql="id", type="number", primary_key=True)],
        measures=[Measure(name="count", type="count")],
    )
    ```
    """

    is_whole: ClassVar[bool] = True

    name: str
    """Its name in queries, unique among cubes and views."""
    extends: "str | Cube | None" = field(default=None, metadata=NAMES)
    """The cube whose keys, members, joins and policies it takes over."""
    sql_table: str | None = None
    """The table: `public.orders`."""
    sql: str | None = None
    """The query, instead of a table. The query of another cube is `{other.sql()}`."""
    sql_alias: str | None = None
    """What it is called in SQL; made of `name` if not given."""
    data_source: str | None = None
    """The data source that has the table; `default` if not given."""
    title: str | None = None
    """Its name for people; made of `name` if not given."""
    description: str | None = None
    """What a row of it is, for people."""
    public: bool | None = None
    """Whether callers may ask for its members."""
    meta: object = None
    """Anything for clients, shown in metadata as it is."""
    tenant: str | None = None
    """SQL of the column that names the tenant of a row, or `shared`."""
    calendar: bool | None = None
    """Whether it is a calendar: a cube of days that says its own periods."""
    refresh_key: RefreshKey | None = None
    """When kept answers that read it are stale."""
    rewrite_queries: bool | None = None
    """Read, without effect."""
    min_group: int | None = None
    """How many rows a group has to have to be shown."""
    joins: Sequence[Join] | None = None
    """How it meets other cubes."""
    dimensions: Sequence[Dimension] | None = None
    """Its dimensions."""
    measures: Sequence[Measure] | None = None
    """Its measures."""
    segments: Sequence[Segment] | None = None
    """Its segments."""
    hierarchies: Sequence[Hierarchy] | None = None
    """Its hierarchies."""
    pre_aggregations: Sequence[PreAggregation] | None = None
    """Its pre-aggregations."""
    access_policy: Sequence[AccessPolicy] | None = None
    """Who may see what of it; nobody more, once there is one."""

    def dimension(self, name: str) -> MemberName:
        """The full name of one of its dimensions, `orders.city`; `.sql` for SQL.

        Raises:
            MemberError: it has none of that name.
        """
        return self._member("dimension", name, self.dimensions)

    def measure(self, name: str) -> MemberName:
        """The full name of one of its measures. Raises MemberError if it has none of that name."""
        return self._member("measure", name, self.measures)

    def segment(self, name: str) -> MemberName:
        """The full name of one of its segments. Raises MemberError if it has none of that name."""
        return self._member("segment", name, self.segments)

    def _member(self, kind: str, name: str, members: Sequence[Dimension | Measure | Segment] | None) -> MemberName:
        known = [member.name for member in members or ()]
        return member_name(self.name, kind, name, known, extends=self.extends is not None)
