"""Multi-stage measures: the state of the lower stage, and what brings its groups to the grain of the query.

Source: query-semantics 11. First dimensions are left out, then added, then times shifted and filters changed; then the
measures below are planned with that state as if it were a query of its own.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from kubus.errors import MemberError, Unsupported
from kubus.model.cube import Dimension, Measure, Member
from kubus.model.member_sql import MemberReference, MemberSql
from kubus.model.model import Model
from kubus.model.stage import FilterContext, Grain, Stage, TimeShift
from kubus.model.window import Span
from kubus.plan.calendars import Mapped, joined_by, looked_at, mapped_columns, said
from kubus.plan.fan_out import has_own_aggregate
from kubus.plan.nodes import Calculate, Choose, GroupPlan, KeepOne, Merge, Rank, Reaggregate, Spread
from kubus.query.conditions import Bucket, Condition, Every, InWindows, IsSet, Key, Some, Test, Within, members_tested
from kubus.query.default_filters import members_of
from kubus.query.needed import referenced, target_of
from kubus.query.resolve import ResolvedQuery
from kubus.query.resolve_filter import constant_filter
from kubus.query.shape import Slot

BuildGroups = Callable[[ResolvedQuery, tuple[Measure, ...], Model], GroupPlan]
BuildKeys = Callable[[ResolvedQuery, Measure, Model], GroupPlan]


def build_stage(
    query: ResolvedQuery, measure: Measure, model: Model, build_groups: BuildGroups, build_keys: BuildKeys
) -> GroupPlan:
    """A multi-stage measure by the keys of a query.

    Raises:
        Unsupported: it neither is an expression at the grain of its lower stage nor aggregates that.
    """
    stage = measure.stage
    assert stage is not None, measure.path
    is_rank = measure.type.name == "rank"
    # What a rank leaves out is not left out of its groups: it is what they are ranked among.
    grain = replace(stage.grain, keep_only=None, exclude=()) if is_rank else stage.grain
    names = lower_keys(query.keys, grain, model)
    times = tuple(shifted_times(names, query.row_conditions, stage))
    mapped = mapped_columns(times)
    check_added_filters(stage.filters, mapped, model)
    lower = replace(
        query,
        keys=tuple(shifted_key(key, stage.shifts) for key in names),
        measures=(),
        row_conditions=(
            *lower_conditions(query, query.row_conditions, stage, model),
            # A fact that no day looks at would stand at no day.
            *(IsSet(time) for time in of_calendars(names, mapped)),
        ),
        held=lower_held(query, stage),
        group_conditions=(),
        order=(),
        shifted=looked_at(times, query.shifted),
    )
    below = joined_by(mapped, model) if mapped else model
    inputs = stage_inputs(measure, model)
    # What counts the groups themselves has no measure below it.
    groups = build_groups(lower, inputs, below) if inputs else build_keys(lower, measure, below)
    shared = tuple(key for key in names if key in query.keys)
    if is_rank:
        if shared != names:
            raise Unsupported(f"'{measure.path}' ranks groups of a finer grain than the query's")
        partition = lower_keys(query.keys, replace(stage.grain, include=()), model)
        within = () if stage.grain == Grain() else partition
        return Rank(groups, names, within, measure)
    plan = at_grain(groups, names, shared, measure, lambda: calculation(groups, query, names, measure, model))
    if shared == query.keys:
        return plan
    return Spread(build_keys(query, measure, model), query.keys, plan, shared, (measure,))


def build_additive(query: ResolvedQuery, measure: Measure, model: Model, build_plain: BuildGroups) -> GroupPlan:
    """A semi-additive measure by the keys of a query: for each value of its dimension, of which one is kept."""
    additive = measure.additive
    assert additive is not None, measure.path
    over = model.dimension(f"{additive.dimension.cube}.{additive.dimension.member}")
    kept = lower_keys(query.keys, Grain(include=additive.by), model)
    # The dimension itself may be a key already: then there is one value of it in each group.
    names = (*kept, *((over,) if over not in kept else ()))
    groups = build_plain(replace(query, keys=names, measures=(), group_conditions=(), order=()), (measure,), model)
    groups = KeepOne(groups, kept, over, additive.keep, measure)
    return groups if kept == query.keys else Merge(groups, kept, query.keys, (measure,))


def build_choice(query: ResolvedQuery, measure: Measure, model: Model, build_groups: BuildGroups) -> GroupPlan:
    """A measure that chooses its calculation by a switch dimension."""
    case = measure.switch
    assert case is not None, measure.path
    lower = replace(query, measures=(), group_conditions=(), order=())
    inputs = tuple(dict.fromkeys(member for sql in case.texts() for member in measures_in(sql, model)))
    return calculation(build_groups(lower, inputs, model), query, query.keys, measure, model)


def calculation(
    groups: GroupPlan, query: ResolvedQuery, keys: tuple[Key, ...], measure: Measure, model: Model
) -> GroupPlan:
    """An expression over groups that have these keys, or the one that a switch chooses."""
    case = measure.switch
    if case is None:
        return Calculate(groups, keys, (measure,))
    switch = model.dimension(f"{case.dimension.cube}.{case.dimension.member}")
    return Choose(groups, keys, switch, value_chosen(switch, keys, query.row_conditions), measure)


def value_chosen(switch: Dimension, keys: tuple[Key, ...], conditions: tuple[Condition, ...]) -> Slot | None:
    """The one value of a switch to which a query holds itself; None where the switch is among its dimensions.

    Raises:
        MemberError: it has no value of it, and would count rows once for each of them.
    """

    def is_switch(member: object) -> bool:
        return isinstance(member, Dimension) and target_of(member) == target_of(switch)

    if any(is_switch(key) for key in keys):
        return None
    for condition in conditions:
        if isinstance(condition, Test) and is_switch(condition.member):
            is_equal = condition.operator.family == "equals" and not condition.operator.negated
            if is_equal and len(condition.slots) == 1 and not condition.with_null:
                return condition.slots[0]
    raise MemberError(
        f"'{switch.path}' chooses among calculations, and the query says no value of it",
        hint="Put it among the dimensions, or filter it to one value with equals",
    )


def at_grain(
    groups: GroupPlan,
    names: tuple[Key, ...],
    shared: tuple[Key, ...],
    measure: Measure,
    calculated: Callable[[], GroupPlan],
) -> GroupPlan:
    """The measure by those keys of its lower stage that the query has as well. `calculated` is it by all of them, as
    an expression.
    """
    aggregates = not measure.is_expression or has_own_aggregate(measure)
    if aggregates:
        return Reaggregate(groups, names, shared, (measure,))
    if names != shared:
        extra = ", ".join(
            (key.dimension if isinstance(key, Bucket) else key).path for key in names if key not in shared
        )
        raise Unsupported(
            f"'{measure.path}' of type {measure.type.name} has a value for each {extra}, and the query one for all",
            hint="Give it a type that aggregates, such as sum or avg, or number_agg with an aggregate in its sql",
        )
    return calculated()


def stage_inputs(measure: Measure, model: Model) -> tuple[Measure, ...]:
    """The measures that the lower stage computes for this one."""
    assert measure.stage is not None, measure.path
    own = () if measure.sql is None else (measure.sql,)
    chosen = () if measure.switch is None else measure.switch.texts()
    texts = (*own, *chosen, *measure.filters, *(by.sql for by in measure.stage.order_by))
    return tuple(dict.fromkeys(member for sql in texts for member in measures_in(sql, model)))


def measures_in(sql: MemberSql, model: Model) -> Iterable[Measure]:
    """The measures that some SQL refers to."""
    for reference in sql.references:
        if isinstance(reference, MemberReference) and isinstance(member := referenced(reference, model), Measure):
            yield member


# ── grain ──


def lower_keys(keys: tuple[Key, ...], grain: Grain, model: Model) -> tuple[Key, ...]:
    """The keys of the lower stage: those of the query that stay, then what is added."""

    def named(key: Key, references: Iterable[MemberReference]) -> bool:
        return any(is_named(key, reference) for reference in references)

    kept = [
        key
        for key in keys
        if not named(key, grain.exclude) and (grain.keep_only is None or named(key, grain.keep_only))
    ]
    for reference in grain.include:
        if not any(is_named(key, reference) for key in kept):
            dimension = model.dimension(f"{reference.cube}.{reference.member}")
            kept.append(dimension if reference.granularity is None else Bucket(dimension, reference.granularity))
    return tuple(kept)


def is_named(key: Key, reference: MemberReference) -> bool:
    """Whether a reference names the dimension of a key; with a granularity only that bucket."""
    if target_of(key.dimension if isinstance(key, Bucket) else key) != (reference.cube, reference.member):
        return False
    return reference.granularity is None or (isinstance(key, Bucket) and key.granularity == reference.granularity)


# ── time ──


def shifted_key(key: Key, shifts: tuple[TimeShift, ...]) -> Key:
    if isinstance(key, Bucket):
        return Bucket(shifted(key.dimension, shifts), key.granularity)
    return shifted(key, shifts)


def shifted(dimension: Dimension, shifts: tuple[TimeShift, ...]) -> Dimension:
    """The dimension as the lower stage has it: moved forward by what the measure looks back."""
    if dimension.type != "time":
        return dimension
    spans = tuple(span for shift in of_dimension(dimension, shifts) if (span := span_of(dimension, shift)) is not None)
    return replace(dimension, shifts=(*dimension.shifts, *spans)) if spans else dimension


def of_dimension(dimension: Dimension, shifts: tuple[TimeShift, ...]) -> Iterator[TimeShift]:
    """The shifts of a stage that are meant for a time dimension."""
    for shift in shifts:
        if shift.dimension is None or is_named(dimension, shift.dimension):
            yield shift


def span_of(dimension: Dimension, shift: TimeShift) -> Span | None:
    """By how much a shift moves a time; None where its calendar is joined otherwise instead."""
    entry = said(dimension, shift)
    if entry is None:
        return shift.span
    return None if entry.sql is not None else entry.span


def shifted_times(
    keys: tuple[Key, ...], conditions: tuple[Condition, ...], stage: Stage
) -> Iterator[tuple[Dimension, TimeShift]]:
    """The time dimensions of a lower stage, each with the shifts that are meant for it."""
    named = [key.dimension if isinstance(key, Bucket) else key for key in keys]
    named += [m for condition in conditions for m in members_tested(condition) if isinstance(m, Dimension)]
    for dimension in named:
        if dimension.type == "time":
            for shift in of_dimension(dimension, stage.shifts):
                yield dimension, shift


def check_added_filters(context: FilterContext, mapped: Mapped, model: Model) -> None:
    """Raises Unsupported where a stage adds a condition on a calendar that it shifts: it could mean either day."""
    for written in context.include:
        for path in members_of(written):
            cube = target_of(model.dimension(path))[0]
            if cube in mapped:
                raise Unsupported(
                    f"A filter of a multi-stage measure on '{path}', a calendar that the measure shifts, could mean "
                    "either day",
                    hint="Put the filter on the measure that is shifted, or on another cube",
                )


def of_calendars(keys: tuple[Key, ...], mapped: Mapped) -> Iterator[Dimension]:
    for key in keys:
        dimension = key.dimension if isinstance(key, Bucket) else key
        if target_of(dimension)[0] in mapped and dimension.type == "time":
            yield dimension


# ── filters ──


def lower_conditions(
    query: ResolvedQuery, conditions: tuple[Condition, ...], stage: Stage, model: Model
) -> Iterable[Condition]:
    """What becomes of conditions of a query in the lower stage. None that is held is left out."""
    context = stage.filters
    for condition in conditions:
        kept = condition if condition in query.held else None if context.fixed else narrowed(condition, context)
        if kept is not None:
            yield shifted_condition(kept, stage.shifts)
    for written in context.include:
        added = constant_filter(written, model, query.clock)
        if added is not None:
            yield added


def lower_held(query: ResolvedQuery, stage: Stage) -> frozenset[Condition]:
    """The conditions that are held in the lower stage."""
    return frozenset(shifted_condition(condition, stage.shifts) for condition in query.held)


def narrowed(condition: Condition, context: FilterContext) -> Condition | None:
    """A condition without the tests of members that the lower stage leaves out; None if nothing is left."""
    if isinstance(condition, Every):
        parts = tuple(part for inner in condition.parts if (part := narrowed(inner, context)) is not None)
        return Every(parts) if parts else None
    stays = {stays_below(member, context) for member in members_tested(condition)}
    if isinstance(condition, Some) and len(stays) > 1:
        raise Unsupported(
            "A filter with `or` tests members that a measure leaves out of its filters, and others that it keeps",
            hint="Ask without that measure, or filter by an `and`",
        )
    return None if stays == {False} else condition


def stays_below(member: Member, context: FilterContext) -> bool:
    """Whether the lower stage keeps tests of a member."""

    def named(references: Iterable[MemberReference]) -> bool:
        return any((reference.cube, reference.member) == target_of(member) for reference in references)

    return not named(context.exclude) and (context.keep_only is None or named(context.keep_only))


def shifted_condition(condition: Condition, shifts: tuple[TimeShift, ...]) -> Condition:
    """A condition whose times are those of the lower stage."""
    if not shifts:
        return condition
    match condition:
        case Within(dimension, start, end):
            return Within(shifted(dimension, shifts), start, end)
        case InWindows(inner):
            return replace(condition, range=replace(inner, dimension=shifted(inner.dimension, shifts)))
        case Test(Dimension() as dimension):
            return replace(condition, member=shifted(dimension, shifts))
        case Every(parts) | Some(parts):
            return type(condition)(tuple(shifted_condition(part, shifts) for part in parts))
        case _:
            return condition
