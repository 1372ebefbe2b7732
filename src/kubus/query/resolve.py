"""Names to members: what a query asks, in terms of the model."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count

from kubus.errors import Forbidden, MemberError, QueryError
from kubus.model.cube import NO_MEMBERS, Cube, Dimension, Label, Masked, Measure, Member, Segment, value_sql
from kubus.model.filter import AllOf, AnyOf, Comparison, Filter
from kubus.model.granularity import FIXED, MONTHS, UNITS, Unit
from kubus.model.join_graph import Hint, Join
from kubus.model.measure_types import MEASURE_TYPES
from kubus.model.member_sql import MemberReference, MemberSql
from kubus.model.model import Model
from kubus.model.window import Window
from kubus.query.authorize import AuthorizedQuery
from kubus.query.clock import Clock
from kubus.query.masks import masked_dimension, masked_measure, sees_its_rows
from kubus.query.normalize import default_order, settled_filter
from kubus.query.operators import OPERATORS, Operator
from kubus.query.query import Query, TimeDimension
from kubus.query.quoted import shortened
from kubus.query.shape import Slot, form_of

# What a month has at least.
MONTH_SECONDS = 28 * 86_400


@dataclass(frozen=True, slots=True)
class Bucket:
    """A time dimension cut to a granularity."""

    dimension: Dimension
    granularity: str

    @property
    def seconds(self) -> float:
        """How long a period is at least."""
        for custom in self.dimension.granularities:
            if custom.name == self.granularity and custom.sql is None:
                grid = custom.grid()
                return grid.months * MONTH_SECONDS + grid.seconds
        unit: Unit = next(unit for unit in UNITS if unit == self.granularity)
        return MONTHS[unit] * MONTH_SECONDS if unit in MONTHS else FIXED[unit].total_seconds()


# What rows are grouped by.
Key = Dimension | Bucket


@dataclass(frozen=True, slots=True)
class Shifted:
    """That the rows of a lower stage are looked at from another time than their own.

    Where a calendar is joined by a column, all of the cube is shifted and `member` is None; where a time is moved,
    that one is. `name` is the calendar's name of the shift, None if it has none.
    """

    cube: str
    member: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class Test:
    """A member compared with values. `with_null` says that null was among them."""

    member: Dimension | Measure
    operator: Operator
    slots: tuple[Slot, ...]
    with_null: bool


@dataclass(frozen=True, slots=True)
class Within:
    """A time dimension within a range, whose last millisecond belongs to it."""

    dimension: Dimension
    start: Slot
    end: Slot


@dataclass(frozen=True, slots=True)
class InWindows:
    """A time that lies in the window of the range, or of some period of it where there is a granularity."""

    range: Within
    window: Window
    granularity: str | None

    @property
    def dimension(self) -> Dimension:
        return self.range.dimension


@dataclass(frozen=True, slots=True)
class OwnFilters:
    """The rows that a filtered measure counts."""

    measure: Measure


@dataclass(frozen=True, slots=True)
class IsSet:
    """A dimension that is not null."""

    dimension: Dimension


@dataclass(frozen=True, slots=True)
class Meets:
    """A row that met one of the joined cube, where a LEFT JOIN keeps it either way."""

    join: Join


@dataclass(frozen=True, slots=True)
class Every:
    """True when every part is."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Some:
    """True when some part is."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Never:
    """True of no row."""


Condition = Test | Within | InWindows | OwnFilters | IsSet | Meets | Segment | Every | Some | Never


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


def policy_condition(written: Filter, model: Model, numbers: Iterator[int]) -> Condition:
    """The condition of a row filter; its values have the next numbers."""
    found = resolve_filter(written, Shown(model), lambda value: Slot(next(numbers), form_of(value)))
    assert found is not None, written
    return found


# ── masked members ──


@dataclass(frozen=True, slots=True)
class Shown:
    """The members of a model as a query shows them: some are masked, by their paths."""

    model: Model
    masked: Mapping[str, Dimension | Measure] = field(default_factory=lambda: NO_MEMBERS)

    def dimension(self, path: str) -> Dimension:
        found = self.masked.get(path)
        return found if isinstance(found, Dimension) else self.model.dimension(path)

    def measure(self, path: str) -> Measure:
        found = self.masked.get(path)
        return found if isinstance(found, Measure) else self.model.measure(path)

    def measure_or_dimension(self, path: str) -> Measure | Dimension:
        return self.masked.get(path) or self.model.measure_or_dimension(path)


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


def is_masked(member: Member) -> bool:
    match member:
        case Dimension(value=value):
            return isinstance(value, Masked)
        case Measure(type=kind, masked=masked):
            return masked is not None or kind.name == "mask"
        case Segment():
            return False


def condition_of(unless: object) -> Condition:
    """The condition of a mask, which the model holds without knowing what it is."""
    assert isinstance(unless, Test | Every | Some), unless
    return unless


def read_by_mask(member: Member, model: Model) -> Iterator[Dimension | Measure | Segment]:
    """The members that the mask of a dimension reads, and the dimension itself where some rows show it."""
    if not isinstance(member, Dimension) or not isinstance(member.value, Masked):
        return
    mask, unless = member.value.mask, member.value.unless
    for reference in mask.references if isinstance(mask, MemberSql) else ():
        if isinstance(reference, MemberReference):
            yield referenced(reference, model)
    if unless is not None:
        yield member.value.real
        yield from members_tested(condition_of(unless))


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


def constant_filter(written: Filter, model: Model, clock: Clock) -> Condition | None:
    """A filter whose values the model gives. None for an empty group."""
    return resolve_filter(settled_filter(written, clock), Shown(model), lambda value: Slot(-1, form_of(value), value))


def resolve_filter(written: Filter, model: Shown, slot_of: Callable[[str], Slot]) -> Condition | None:
    """None for an empty group, which is no condition."""
    match written:
        case Comparison(path, name, values):
            member = model.measure_or_dimension(path)
            operator = OPERATORS[name]
            slots = tuple(slot_of(value) for value in values if value is not None)
            if operator.family == "measure_filter":
                if is_masked(member):
                    raise Forbidden(
                        f"The filters of '{path}' would tell what it is, and it is masked",
                        hint="Leave out the operator measureFilter on it",
                    )
                return OwnFilters(aliased(model.measure(path), model.model))
            if operator.family in {"compare", "date_range", "date_compare"} and not slots:
                raise QueryError(f"Operator '{name}' on '{path}' needs a value that is not null")
            return Test(member, operator, slots, with_null=None in values)
        case AllOf(parts) | AnyOf(parts):
            resolved = tuple(c for part in parts if (c := resolve_filter(part, model, slot_of)) is not None)
            if not resolved:
                return None
            return Every(resolved) if isinstance(written, AllOf) else Some(resolved)


def aliased(measure: Measure, model: Model) -> Measure:
    """The measure of a cube that a view's measure stands for; any other is itself."""
    if measure.alias_of is None:
        return measure
    target = referenced(measure.alias_of, model)
    assert isinstance(target, Measure), measure.path
    return target


def unviewed(condition: Condition, model: Model) -> Condition:
    """A condition on the members that those of views stand for, by whatever way leads to them."""
    match condition:
        case Test(Dimension() as dimension):
            return replace(condition, member=behind(dimension, model))
        case Within(dimension) | IsSet(dimension):
            return replace(condition, dimension=behind(dimension, model))
        case InWindows(inner):
            return replace(condition, range=replace(inner, dimension=behind(inner.dimension, model)))
        case Segment(alias_of=MemberReference() as target):
            return model.segment(f"{target.cube}.{target.member}")
        case Every(parts) | Some(parts):
            return type(condition)(tuple(unviewed(part, model) for part in parts))
        case _:
            return condition


def behind(dimension: Dimension, model: Model) -> Dimension:
    """The dimension of a cube that a view's dimension stands for, shifted as that is; any other is itself."""
    target = dimension.alias_of
    if target is None:
        return dimension
    own = model.dimension(f"{target.cube}.{target.member}")
    return replace(own, shifts=dimension.shifts)


def target_of(member: Member) -> tuple[str, str]:
    """Cube and name of a member; of a member of a view those of what it stands for."""
    if member.alias_of is not None:
        return member.alias_of.cube, member.alias_of.member
    return member.cube, member.name


def kinds_tested(condition: Condition) -> Iterator[type]:
    """What kinds of member a condition tests: the value of a Measure, or rows."""
    match condition:
        case Test(member):
            yield type(member)
        case Every(parts) | Some(parts):
            for part in parts:
                yield from kinds_tested(part)
        case _:
            yield Dimension


def members_tested(condition: Condition) -> Iterator[Dimension | Measure | Segment]:
    """Every member that a condition reads itself."""
    match condition:
        case Test(member) | OwnFilters(member):
            yield member
        case Within(dimension) | IsSet(dimension):
            yield dimension
        case InWindows():
            yield condition.dimension
        case Segment():
            yield condition
        case Meets() | Never():
            return
        case Every(parts) | Some(parts):
            for part in parts:
                yield from members_tested(part)


def filter_json(written: Filter) -> str:
    """A filter as compact JSON, the way error texts quote it."""

    def plain(condition: Filter) -> object:
        match condition:
            case Comparison(member, operator, values):
                return {"member": member, "operator": operator, "values": values}
            case AllOf(parts):
                return {"and": [plain(part) for part in parts]}
            case AnyOf(parts):
                return {"or": [plain(part) for part in parts]}

    return json.dumps(plain(written), separators=(",", ":"), ensure_ascii=False)


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


# ── which cubes a member needs ──


def hints_of(
    member: Dimension | Measure | Segment, model: Model, roots: frozenset[str] = frozenset()
) -> Iterator[Hint]:
    """The cubes that a member needs in the join tree, its own first; a path where its SQL writes one.

    A sub-query dimension needs only its own cube: what it refers to is computed apart. A member of a view needs the
    way that the view declares; of several ways the one from one of `roots`.
    """
    if isinstance(member, Dimension) and isinstance(member.value, Masked):
        # As if it were seen, so that a mask changes no row; and what the mask reads.
        yield from hints_of(member.value.real, model, roots)
        own = (target_of(member)[0],)
        for inner in read_by_mask(member, model):
            yield from (hint for hint in hints_of(inner, model, roots) if hint != own)
        return
    if member.alias_of is not None:
        ways = model.views[member.cube].paths[member.alias_of.cube]
        yield next((way for way in ways if way[0] in roots), member.alias_of.path)
        # The way says where the cube is reached from; by itself it would be a root of its own.
        own = (member.alias_of.cube,)
        yield from (hint for hint in hints_of(referenced(member.alias_of, model), model) if hint != own)
        return
    yield (member.cube,)
    if isinstance(member, Dimension) and member.stage is not None:
        # Its value is found by what its measures are grouped by.
        for reference in member.stage.grain.include:
            yield reference.path
            yield from hints_of(referenced(reference, model), model)
    for sql in sql_of(member):
        for reference in sql.references:
            if isinstance(reference, MemberReference):
                if reference.cube != member.cube:
                    yield reference.path
                yield from hints_of(referenced(reference, model), model)


def sql_of(member: Dimension | Measure | Segment) -> Iterator[MemberSql]:
    """Every SQL text whose references count for the row of a member."""
    match member:
        case Measure(sql=sql, filters=filters):
            if sql is not None:
                yield sql
            yield from filters
            if member.switch is not None:
                yield from member.switch.texts()
        case Segment(sql=sql):
            yield sql
        case Dimension():
            if not member.is_attached:
                yield from value_sql(member.value)


def referenced(reference: MemberReference, model: Model) -> Dimension | Measure | Segment:
    """The member that a reference names; the compiler made sure that it is there."""
    cube: Cube = model.cubes[reference.cube]
    member = cube.member(reference.member)
    assert member is not None, reference
    return member
