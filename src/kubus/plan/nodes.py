"""What to compute: a tree of frozen nodes, without a word of any SQL dialect.

Rows come up from `Scan` through `LeftJoin`, `Attach` and `RowFilter`; `Aggregate`, `AggregateOnce` or `Project` makes
columns of them; `Combine` puts groups side by side; `Select`, `Sort`, `Limit` and `Count` shape the answer.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from kubus.model.additive import Keep
from kubus.model.cube import Cube, Dimension, Measure
from kubus.model.join_graph import Join
from kubus.model.member_sql import MemberSql
from kubus.model.tenancy import OwnPlace
from kubus.model.window import Window
from kubus.query.conditions import Bucket, Condition, Key, Shifted, Within
from kubus.query.resolve import OrderBy
from kubus.query.shape import Slot


@dataclass(frozen=True, slots=True)
class Scan:
    """Every row of a cube; of one that `tenant` is said of, every row of the caller's tenant."""

    cube: Cube
    tenant: MemberSql | OwnPlace | None = None


@dataclass(frozen=True, slots=True)
class LeftJoin:
    """Each input row with each matching row of `cube`, or with nulls if none matches.

    Of a cube that `tenant` is said of, no rows of other tenants match.
    """

    input: "RowPlan"
    join: Join
    cube: Cube
    tenant: MemberSql | OwnPlace | None = None


@dataclass(frozen=True, slots=True)
class Attach:
    """Each input row with the value of a sub-query dimension, which `values` computes for each primary key."""

    input: "RowPlan"
    dimension: Dimension
    primary_key: tuple[Dimension, ...]
    measure: Measure
    values: "GroupPlan"


@dataclass(frozen=True, slots=True)
class AttachGroups:
    """Each input row with the value of a multi-stage dimension, made of the measures of the group that it is in.

    `keys` are what `values` is grouped by.
    """

    input: "RowPlan"
    dimension: Dimension
    keys: tuple[Key, ...]
    measures: tuple[Measure, ...]
    values: "GroupPlan"


@dataclass(frozen=True, slots=True)
class CrossValues:
    """Each input row once with each value of a switch dimension."""

    input: "RowPlan"
    dimension: Dimension
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RowFilter:
    """The input rows that pass every condition. `shifted` is how they are looked at.

    With `is_guard` the conditions are those of access policies, about rows as the tables have them.
    """

    input: "RowPlan"
    conditions: tuple[Condition, ...]
    shifted: tuple[Shifted, ...] = ()
    is_guard: bool = False


RowPlan = Scan | LeftJoin | Attach | AttachGroups | CrossValues | RowFilter


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One row for each combination of the keys, with the measures over its rows.

    `multiplied` names the cubes whose rows the input repeats: their counts count keys.
    """

    input: RowPlan
    keys: tuple[Key, ...]
    measures: tuple[Measure, ...]
    multiplied: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class AggregateOnce:
    """The same, with each row of `cube` counted once in each group, however often the input repeats it."""

    input: RowPlan
    keys: tuple[Key, ...]
    measures: tuple[Measure, ...]
    cube: Cube


@dataclass(frozen=True, slots=True)
class Combine:
    """Groups side by side: one row for each combination of the keys that some part has.

    `same_groups` says that all parts have the same groups, since they were made of the same rows.
    """

    parts: tuple["GroupPlan", ...]
    keys: tuple[Key, ...]
    same_groups: bool


@dataclass(frozen=True, slots=True)
class Spine:
    """Every period of a time dimension: from the first to the last of `within`, or of `rows` if there is no range."""

    bucket: Bucket
    within: Within | None
    rows: "RowPlan | None"


@dataclass(frozen=True, slots=True)
class Roll:
    """For each period of the spine, the groups of `input` whose time lies in its window, folded into one.

    `time` is the key of `input` that holds the time; the others are keys of the result too. A period with no such
    group is there once, with nulls.
    """

    input: "GroupPlan"
    spine: Spine
    time: Bucket
    keys: tuple[Key, ...]
    measures: tuple[Measure, ...]
    window: Window


@dataclass(frozen=True, slots=True)
class RollRows:
    """The same from rows, for measures that cannot be folded. Rows of `once` count once in each window and group."""

    input: RowPlan
    spine: Spine
    time: Bucket
    keys: tuple[Key, ...]
    measures: tuple[Measure, ...]
    window: Window
    once: Cube | None


@dataclass(frozen=True, slots=True)
class Calculate:
    """The same groups, with measures that are expressions over those of the input."""

    input: "GroupPlan"
    keys: tuple[Key, ...]
    measures: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class Reaggregate:
    """The groups of `input`, whose keys are `names`, put together by those keys that are left."""

    input: "GroupPlan"
    names: tuple[Key, ...]
    keys: tuple[Key, ...]
    measures: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class Spread:
    """Each of the groups with the measures of the coarser group that it belongs to, by the keys that both have."""

    groups: "GroupPlan"
    keys: tuple[Key, ...]
    input: "GroupPlan"
    shared: tuple[Key, ...]
    measures: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class Rank:
    """The same groups with the place of each among those that have the same `partition` keys; equals share a place."""

    input: "GroupPlan"
    keys: tuple[Key, ...]
    partition: tuple[Key, ...]
    measure: Measure

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (self.measure,)


@dataclass(frozen=True, slots=True)
class Choose:
    """The groups of `input` with the calculation that a value of a switch chooses.

    The value is that of the switch among `keys`; where it is not there, the one of `value` that a condition leaves.
    """

    input: "GroupPlan"
    keys: tuple[Key, ...]
    switch: Dimension
    value: Slot | None
    measure: Measure

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (self.measure,)


@dataclass(frozen=True, slots=True)
class KeepOne:
    """The groups of `input` without its key `over`: of each that are the same then, one value of the measure."""

    input: "GroupPlan"
    keys: tuple[Key, ...]
    over: Key
    keep: Keep
    measure: Measure

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (self.measure,)


@dataclass(frozen=True, slots=True)
class Merge:
    """The groups of `input`, whose keys are `names`, folded by those keys that are left."""

    input: "GroupPlan"
    names: tuple[Key, ...]
    keys: tuple[Key, ...]
    measures: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class ShowLarge:
    """The groups of `input` that have as many rows as `least` says for each of its counts, and none by which one that
    has fewer could be had. `unfiltered` are the same groups without the query's own conditions; None if it has none.
    """

    input: "GroupPlan"
    keys: tuple[Key, ...]
    measures: tuple[Measure, ...]
    least: tuple[tuple[Measure, int], ...]
    unfiltered: "GroupPlan | None"


OfRows = Aggregate | AggregateOnce | RollRows
OfGroups = Combine | Roll | Calculate | Reaggregate | Spread | Rank | KeepOne | Choose | Merge | ShowLarge
GroupPlan = OfRows | OfGroups


@dataclass(frozen=True, slots=True)
class Project:
    """One row for each input row: keys as they are, measures as the expressions they would aggregate."""

    input: RowPlan
    keys: tuple[Key, ...]
    measures: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class Select:
    """The columns of the answer; of groups, those that pass every condition on measures."""

    input: GroupPlan | Project
    keys: tuple[Key, ...]
    measures: tuple[Measure, ...]
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Sort:
    """The same rows in order. Nulls come last in ascending and first in descending order."""

    input: Select
    order: tuple[OrderBy, ...]


@dataclass(frozen=True, slots=True)
class Limit:
    """The rows after the first `offset`, `limit` of them at the most; None for all."""

    input: Select | Sort
    limit: int | None
    offset: int


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows the input has, as one row of one column."""

    input: Select


Plan = Limit | Sort | Select | Count


def cubes_of(plan: Plan | GroupPlan | Project | RowPlan) -> tuple[Cube, ...]:
    """The cubes whose tables a plan reads, each once, the root of its joins first."""
    match plan:
        case Scan(cube):
            return (cube,)
        case LeftJoin(input, _, cube):
            found = (*cubes_of(input), cube)
        case Attach(input, _, _, _, values) | AttachGroups(input, _, _, _, values):
            found = (*cubes_of(input), *cubes_of(values))
        case Spread(groups, _, input):
            found = (*cubes_of(input), *cubes_of(groups))
        case ShowLarge(input, _, _, _, unfiltered) if unfiltered is not None:
            found = (*cubes_of(input), *cubes_of(unfiltered))
        case Combine(parts):
            found = tuple(cube for part in parts for cube in cubes_of(part))
        case _:
            found = cubes_of(plan.input)
    return tuple({cube.name: cube for cube in found}.values())


def groups_below(plan: Plan | GroupPlan | Project | RowPlan) -> Iterator[GroupPlan]:
    """The groups that a node stands on, without what those stand on."""
    match plan:
        case Scan():
            return
        case Attach(input, _, _, _, values) | AttachGroups(input, _, _, _, values):
            yield values
            yield from groups_below(input)
        case Spread(groups, _, input):
            yield from (groups, input)
        case ShowLarge(input, _, _, _, unfiltered):
            yield from (input,) if unfiltered is None else (input, unfiltered)
        case Combine(parts):
            yield from parts
        case Roll() | Calculate() | Reaggregate() | Rank() | Choose() | KeepOne() | Merge():
            yield plan.input
        case Select(input) if not isinstance(input, Project):
            yield input
        case _:
            yield from groups_below(plan.input)


def all_groups(plan: Plan | GroupPlan) -> Iterator[GroupPlan]:
    for one in groups_below(plan):
        yield one
        yield from all_groups(one)


def repeated_groups(plan: Plan) -> frozenset[GroupPlan]:
    """The groups that stand in a plan more than once; of those that they stand on, none is told for that alone."""
    if sum(1 for _ in islice(all_groups(plan), 2)) < 2:
        return frozenset()
    met: set[GroupPlan] = set()
    again: set[GroupPlan] = set()
    left = list(groups_below(plan))
    while left:
        one = left.pop()
        if one in met:
            again.add(one)
        else:
            met.add(one)
            left.extend(groups_below(one))
    return frozenset(again)
