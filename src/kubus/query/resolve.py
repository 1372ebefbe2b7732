"""Names to members: what a query asks, in terms of the model."""

from dataclasses import dataclass, field
from itertools import count

from kubus.errors import MemberError, QueryError
from kubus.model.cube import Cube, Dimension, Label, Measure
from kubus.model.granularity import UNITS
from kubus.model.join_graph import Hint
from kubus.model.measure_types import MEASURE_TYPES
from kubus.model.model import Model
from kubus.query.authorize import AuthorizedQuery
from kubus.query.clock import Clock
from kubus.query.conditions import Bucket, Condition, Key, Never, Shifted, Within, kinds_tested, members_tested
from kubus.query.masks import masked_dimension, masked_measure, sees_its_rows
from kubus.query.normalize import default_order
from kubus.query.query import Query, TimeDimension
from kubus.query.quoted import shortened
from kubus.query.resolve_filter import filter_json, policy_condition, resolve_filter
from kubus.query.shape import Slot, form_of
from kubus.query.shown import Shown


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition that policies put to the rows of a cube wherever it is read, or, with None, to all of a query."""

    cube: str | None
    condition: Condition


@dataclass(frozen=True, slots=True)
class OrderBy:
    """One column to order by: a key or a measure of the query."""

    column: Key | Measure
    descending: bool


@dataclass(frozen=True, slots=True)
class ResolvedQuery:
    """Members instead of names. `keys` and `measures` are the columns, each once; rows pass every one of
    `row_conditions`, groups every one of `group_conditions`; `guards` hold for rows as the tables have them, whatever
    a measure does to the other conditions. `join_hints` are the ways that the client asks for.
    `clock` settles dates in words that the model says. `shifted` is how a lower stage looks at times.
    `held` are those row conditions that no measure leaves out.
    `least` are counts of rows, with how many there have to be in a group for it to be shown.
    """

    keys: tuple[Key, ...]
    measures: tuple[Measure, ...]
    row_conditions: tuple[Condition, ...]
    group_conditions: tuple[Condition, ...]
    order: tuple[OrderBy, ...]
    limit: int | None
    offset: int
    timezone: str
    ungrouped: bool
    join_hints: tuple[Hint, ...]
    clock: Clock = field(compare=False)
    shifted: tuple[Shifted, ...] = ()
    guards: tuple[Guard, ...] = ()
    held: frozenset[Condition] = frozenset()
    least: tuple[tuple[Measure, int], ...] = ()


def resolve(authorized: AuthorizedQuery, model: Model, clock: Clock) -> ResolvedQuery:
    """Find every member that the query names.

    Raises:
        MemberError: a member is not there, or dimensions and measures share a condition.
    """
    query = authorized.query
    numbers = count()
    shown = Shown(model, masks_of(authorized, model))
    measures = tuple(dict.fromkeys(shown.measure(path) for path in query.measures))
    dimensions: list[Key] = [shown.dimension(path) for path in query.dimensions]
    segments = tuple(model.segment(path) for path in query.segments)
    rows: list[Condition] = []
    groups: list[Condition] = []
    held: list[Condition] = [model.segment(path) for path in query.segments if path in query.held_segments]
    asked = [(written, shown) for written in query.filters]
    # What a view puts to every query is its author's, who sees everything.
    asked += [(written, Shown(model)) for written in query.default_filters]
    for place, (written, members) in enumerate(asked):
        condition = resolve_filter(written, members, lambda value: Slot(next(numbers), form_of(value)))
        if condition is None:
            continue
        kinds = set(kinds_tested(condition))
        if kinds == {Measure}:
            groups.append(condition)
        elif Measure in kinds:
            raise MemberError(f"You cannot use dimension and measure in same condition: {filter_json(written)}")
        else:
            rows.append(condition)
            if place in query.held_filters:
                held.append(condition)
    rows.extend(segments)
    buckets: list[Key] = []
    for time in query.time_dimensions:
        dimension = time_dimension(time, shown)
        if time.date_range is not None:
            rows.append(Within(dimension, Slot(next(numbers), "x"), Slot(next(numbers), "x")))
        if time.granularity is not None:
            buckets.append(Bucket(dimension, time.granularity))
    keys = tuple(dict.fromkeys((*dimensions, *buckets)))
    guards = tuple(
        Guard(rule.cube, Never() if rule.filter is None else policy_condition(rule.filter, model, numbers))
        for rule in authorized.rules
    )
    return ResolvedQuery(
        keys=keys,
        measures=measures,
        row_conditions=tuple(rows),
        held=frozenset(held),
        group_conditions=tuple(groups),
        order=resolve_order(query, keys, measures),
        limit=limit_of(query, authorized.limits.rows),
        offset=query.offset,
        timezone=query.timezone,
        ungrouped=query.ungrouped,
        join_hints=query.join_hints,
        clock=clock,
        guards=guards,
        least=tuple((counted(model.cubes[name]), rows) for name, rows in authorized.least),
    )


def limit_of(query: Query, most: int | None) -> int | None:
    """The limit, and where the caller may have fewer rows, one more than those: enough to see that it was too many."""
    if most is None or (query.limit is not None and query.limit <= most):
        return query.limit
    return most + 1


def counted(cube: Cube) -> Measure:
    """How many rows of a cube a group has, as a measure."""
    return Measure(cube.name, "rows_of_group", MEASURE_TYPES["count"], None, (), Label("Rows"))


def masks_of(authorized: AuthorizedQuery, model: Model) -> dict[str, Dimension | Measure]:
    """The masked members that a query names, by their paths."""
    query, found = authorized.query, dict[str, Dimension | Measure]()
    masked = {one.path for one in authorized.masked}
    numbers = count(authorized.first_mask_slot)
    for one in authorized.masked:
        unless = None if one.unless is None else policy_condition(one.unless, model, numbers)
        member = model.measure_or_dimension(one.path)
        if isinstance(member, Dimension):
            found[one.path] = masked_dimension(member, unless, authorized.access.masks)
            continue
        tested = [] if unless is None else [test.path for test in members_tested(unless)]
        found[one.path] = masked_measure(
            member,
            unless,
            authorized.access.masks,
            ungrouped=query.ungrouped,
            seen_in_groups=sees_its_rows(member, model)
            and all(path in query.dimensions and path not in masked for path in tested),
        )
    return found


def time_dimension(time: TimeDimension, model: Shown) -> Dimension:
    dimension = model.dimension(time.dimension)
    own = [custom.name for custom in dimension.granularities]
    if time.granularity is not None and time.granularity not in (*UNITS, *own):
        raise MemberError(
            f'Granularity "{shortened(time.granularity)}" does not exist in dimension {dimension.path}',
            hint="There are " + ", ".join((*UNITS, *(name for name in own if name not in UNITS))),
        )
    if dimension.type != "time" and (time.granularity is not None or time.date_range is not None):
        raise QueryError(
            f"'{time.dimension}' is of type {dimension.type}, so it has no granularity and no date range",
            hint="Name a dimension of type time, or use a filter",
        )
    return dimension


def resolve_order(query: Query, keys: tuple[Key, ...], measures: tuple[Measure, ...]) -> tuple[OrderBy, ...]:
    """The columns to order by; members that are not selected are passed over, as in Cube."""
    asked = default_order(query) if query.order is None else query.order
    found: dict[Key | Measure, bool] = {}
    for order in asked:
        column = ordered_column(order.member, keys, measures)
        if column is not None:
            found.setdefault(column, order.descending)
    return tuple(OrderBy(column, descending) for column, descending in found.items())


def ordered_column(path: str, keys: tuple[Key, ...], measures: tuple[Measure, ...]) -> Key | Measure | None:
    for measure in measures:
        if measure.path == path:
            return measure
    buckets = [key for key in keys if isinstance(key, Bucket)]
    for bucket in buckets:
        if f"{bucket.dimension.path}.{bucket.granularity}" == path:
            return bucket
    finest = min((b for b in buckets if b.dimension.path == path), key=lambda b: b.seconds, default=None)
    if finest is not None:
        return finest
    return next((key for key in keys if isinstance(key, Dimension) and key.path == path), None)
