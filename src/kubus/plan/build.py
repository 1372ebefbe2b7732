"""ResolvedQuery to Plan."""

from collections.abc import Iterable
from dataclasses import replace

from kubus.errors import MemberError, Unsupported
from kubus.model.cube import Dimension, Measure, Segment, Switch, value_sql
from kubus.model.granularity import UNITS
from kubus.model.join_graph import Hint, JoinTree
from kubus.model.member_sql import MemberReference
from kubus.model.model import Model
from kubus.model.window import Window, common_unit
from kubus.plan.fan_out import aggregate, check_key, check_references, has_own_aggregate, inner_measures
from kubus.plan.nodes import (
    Aggregate,
    Attach,
    AttachGroups,
    Combine,
    Count,
    CrossValues,
    GroupPlan,
    LeftJoin,
    Limit,
    Plan,
    Project,
    Roll,
    RollRows,
    RowFilter,
    RowPlan,
    Scan,
    Select,
    Sort,
    Spine,
)
from kubus.plan.stages import (
    build_additive,
    build_choice,
    build_stage,
    check_chosen,
    lower_conditions,
    lower_keys,
    measures_in,
    stage_inputs,
)
from kubus.query.resolve import (
    Bucket,
    Condition,
    InWindows,
    IsSet,
    Key,
    Meets,
    ResolvedQuery,
    Within,
    aliased,
    hints_of,
    members_tested,
    referenced,
    sql_of,
)


def build(query: ResolvedQuery, model: Model) -> Plan:
    """The plan that answers a query.

    Raises:
        MemberError: no join path connects the members, or measures cannot be computed together.
    """
    select = build_select(query, model)
    ordered = Sort(select, query.order) if query.order else select
    return Limit(ordered, query.limit, query.offset)


def build_count(query: ResolvedQuery, model: Model) -> Plan:
    """The plan that counts the rows of a query without its limit and offset."""
    return Count(build_select(query, model))


def build_select(query: ResolvedQuery, model: Model) -> Select:
    if query.ungrouped:
        if query.group_conditions:
            raise MemberError("Measure filters aren't allowed in ungrouped query")
        for measure in query.measures:
            refuse_apart(measure, "an ungrouped query has no value for it", model)
        rows, _ = build_rows(query, query.measures, query.row_conditions, model)
        return Select(Project(rows, query.keys, query.measures), query.keys, query.measures)
    needed = tuple(dict.fromkeys((*query.measures, *tested_measures(query))))
    groups = build_groups(query, needed, model)
    return Select(groups, query.keys, query.measures, query.group_conditions)


def refuse_apart(measure: Measure, why: str, model: Model) -> None:
    """Raises Unsupported for a measure that sees other rows than those of a group."""
    if has_apart(measure, model):
        raise Unsupported(
            f"'{measure.path}' rolls over time, has a lower stage, does not add up over time or is chosen by a switch, "
            f"so {why}"
        )


def tested_measures(query: ResolvedQuery) -> tuple[Measure, ...]:
    """The measures that conditions on groups test."""
    return tuple(m for c in query.group_conditions for m in members_tested(c) if isinstance(m, Measure))


def build_groups(query: ResolvedQuery, measures: tuple[Measure, ...], model: Model) -> GroupPlan:
    """The measures by the keys: those over plain groups together, each window and each lower stage by itself."""
    units = tuple(dict.fromkeys(unit for measure in measures for unit in units_apart(measure, model)))
    if not any(map(is_apart, units)):
        return build_plain(query, measures, model)
    windows = dict.fromkeys(unit.window for unit in units if unit.window is not None)
    parts: list[GroupPlan] = []
    plain = tuple(unit for unit in units if not is_apart(unit))
    if plain:
        parts.append(build_plain(query, plain, model))
    for window in windows:
        rolling = tuple(unit for unit in units if unit.window == window)
        parts.extend(build_window(query, window, rolling, model))
    parts.extend(build_stage(query, unit, model, build_groups, build_keys) for unit in units if unit.stage is not None)
    parts.extend(build_choice(query, unit, model, build_groups) for unit in units if unit.switch is not None)
    parts.extend(build_additive(query, unit, model, build_plain) for unit in units if unit.additive is not None)
    if len(parts) == 1 and units == measures:
        return parts[0]
    return Combine(tuple(parts), query.keys, same_groups=False)


def units_apart(measure: Measure, model: Model) -> Iterable[Measure]:
    """What single parts of a plan compute of a measure: itself, or what it is made of if some of that rolls."""
    if measure.alias_of is not None and is_apart(measure) and measure.window is None:
        # What a view shows is computed as its cube says.
        yield aliased(measure, model)
    elif not is_apart(measure) and any(has_apart(inner, model) for inner in inner_measures(measure, model)):
        if has_own_aggregate(measure):
            raise Unsupported(
                f"'{measure.path}' mixes aggregates of its own with measures that roll or have a lower stage",
                hint="Move the aggregate into a measure of its own and refer to that",
            )
        for inner in inner_measures(measure, model):
            yield from units_apart(inner, model)
    else:
        yield measure


def is_apart(measure: Measure) -> bool:
    """Whether a measure sees other rows than those of the group: a moving window, or a lower stage."""
    ways = (measure.window, measure.stage, measure.additive, measure.switch)
    return any(way is not None for way in ways)


def has_apart(measure: Measure, model: Model) -> bool:
    """Whether a measure, or one that it is made of, sees other rows than those of the group."""
    return is_apart(measure) or any(has_apart(inner, model) for inner in inner_measures(measure, model))


def build_keys(query: ResolvedQuery, measure: Measure, model: Model) -> GroupPlan:
    """The groups that a measure has in a query, without any measure."""
    leaves = tuple(dict.fromkeys(rows_below(measure, model)))
    rows, _ = build_rows(query, leaves, query.row_conditions, model)
    return Aggregate(rows, query.keys, ())


def rows_below(measure: Measure, model: Model) -> Iterable[Measure]:
    """The measures over rows that a measure is made of in the end, through any number of stages."""
    if measure.switch is not None:
        inner = tuple(one for sql in measure.switch.texts() for one in measures_in(sql, model))
    else:
        inner = inner_measures(measure, model) if measure.stage is None else stage_inputs(measure, model)
    if not inner:
        yield measure
    for one in inner:
        yield from rows_below(one, model)


def build_plain(query: ResolvedQuery, measures: tuple[Measure, ...], model: Model) -> GroupPlan:
    """Measures over the rows of each group. Where no join tree holds all, each fact's part from a tree of its own."""
    leaves = tuple(dict.fromkeys(leaf for m in measures for leaf in leaf_measures(m, query, model)))
    if len(leaves) < 2 or find_tree(query, measures, query.row_conditions, model) is not None:
        rows, tree = build_rows(query, measures, query.row_conditions, model)
        return aggregate(rows, tree, query.keys, measures, model)
    return build_facts(query, leaves, model)


# ── windows ──


def build_window(
    query: ResolvedQuery, window: Window, measures: tuple[Measure, ...], model: Model
) -> Iterable[GroupPlan]:
    """Measures that see the same window around each period.

    Without a time dimension they are plain; with a range but no granularity there is one window, that of the range.
    """
    buckets = tuple(dict.fromkeys(key for key in query.keys if isinstance(key, Bucket)))
    ranges = tuple(c for c in query.row_conditions if isinstance(c, Within))
    driving = {bucket.dimension for bucket in buckets} or {within.dimension for within in ranges}
    if not driving:
        return (build_plain(query, measures, model),)
    own = tuple(within for within in ranges if within.dimension in driving)
    if len(driving) > 1 or len(buckets) > 1 or len(own) > 1:
        raise MemberError(
            "Rolling window requires one time dimension and equal date ranges",
            hint=f"'{measures[0].path}' rolls over time, and the query has several times or granularities",
        )
    granularity = buckets[0].granularity if buckets else None
    conditions = tuple(
        InWindows(condition, window, granularity) if isinstance(condition, Within) and condition in own else condition
        for condition in query.row_conditions
    )
    widened = replace(query, row_conditions=conditions)
    if not buckets:
        return (build_plain(widened, measures, model),)
    return build_rolling(widened, buckets[0], own[0] if own else None, window, measures, model)


def build_rolling(
    query: ResolvedQuery,
    bucket: Bucket,
    within: Within | None,
    window: Window,
    measures: tuple[Measure, ...],
    model: Model,
) -> Iterable[GroupPlan]:
    """A window for each period. What folds is grouped by the finest unit that matters before it is rolled."""
    time = Bucket(bucket.dimension, finest_unit(bucket.granularity, window))
    keys = tuple(time if key == bucket else key for key in query.keys)
    folded: list[Measure] = []
    apart: dict[str | None, list[Measure]] = {}
    for measure in measures:
        _, tree = build_rows(query, (measure,), query.row_conditions, model)
        leaf = aliased(measure, model)
        times = {hint[-1] for hint in hints_of(bucket.dimension, model)}
        if not leaf.is_expression and leaf.type.merge is not None and not tree.multiplies(leaf.cube, by=times):
            folded.append(measure)
            continue
        check_references(leaf, tree, model)
        repeated = tree.multiplies(leaf.cube) and not leaf.type.repeats_harmlessly
        if repeated:
            check_key(leaf, model)
        apart.setdefault(leaf.cube if repeated else None, []).append(measure)
    if folded:
        groups = build_plain(replace(query, keys=keys), tuple(folded), model)
        rows, _ = build_rows(query, folded, query.row_conditions, model)
        spine = Spine(bucket, within, None if within is not None else rows)
        yield Roll(groups, spine, time, query.keys, tuple(folded), window)
    for cube, rolled in apart.items():
        rows, _ = build_rows(query, rolled, query.row_conditions, model)
        spine = Spine(bucket, within, None if within is not None else rows)
        once = None if cube is None else model.cubes[cube]
        yield RollRows(rows, spine, time, query.keys, tuple(rolled), window, once)


def finest_unit(granularity: str, window: Window) -> str:
    """The unit that rows are cut to before they are matched with windows."""
    if window.to_date is not None or granularity not in UNITS:
        return granularity
    return common_unit((granularity, *window.units))


# ── facts ──


def build_facts(query: ResolvedQuery, leaves: tuple[Measure, ...], model: Model) -> GroupPlan:
    """Several facts that no single tree holds: one part for each, joined on the keys that all of them share.

    A condition goes to every fact that can reach its members, so that one on a shared dimension holds for all and
    one on a fact's own dimension for that fact alone.
    """
    facts: dict[tuple[Hint, ...], list[Measure]] = {}
    for leaf in leaves:
        facts.setdefault(tuple(dict.fromkeys(hints_of(leaf, model))), []).append(leaf)
    parts: list[GroupPlan] = []
    held: list[Condition] = []
    for of_fact in facts.values():
        # A condition never makes a way that the fact and the keys do not have by themselves.
        if find_tree(query, of_fact, (), model) is None:
            raise no_path([query_hints(query, of_fact, (), model)])
        own = tuple(c for c in query.row_conditions if find_tree(query, of_fact, (c,), model) is not None)
        held.extend(own)
        rows, tree = build_rows(query, of_fact, own, model)
        parts.append(aggregate(rows, tree, query.keys, tuple(of_fact), model))
    # A condition that needs several facts at once holds for none: it is refused, never dropped.
    lost = [tuple(condition_hints(c, model)) for c in query.row_conditions if c not in held]
    if lost:
        raise no_path((*facts, *lost))
    return Combine(tuple(parts), query.keys, same_groups=False)


def leaf_measures(measure: Measure, query: ResolvedQuery, model: Model) -> Iterable[Measure]:
    """The measures that an expression is made of in the end; of any other measure, itself.

    A measure of a view is taken whole where its way leads to all that it is made of: another view, or another
    member of it, may lead another way to the same measure.
    """
    if measure.alias_of is not None and find_tree(query, (measure,), (), model) is not None:
        yield measure
        return
    inner = [
        member
        for reference in (measure.sql.references if measure.is_expression and measure.sql else ())
        if isinstance(reference, MemberReference) and isinstance(member := referenced(reference, model), Measure)
    ]
    if not inner:
        yield measure
    for member in inner:
        yield from leaf_measures(member, query, model)


# ── rows ──


def query_hints(
    query: ResolvedQuery, measures: Iterable[Measure], conditions: Iterable[Condition], model: Model
) -> tuple[Hint, ...]:
    """The cubes that a query needs, in the order that decides the root.

    Measures, dimensions, segments, filters, filters on measures, times: the first to need a cube places it.
    """
    measures = tuple(measures)
    only_tested = {m for m in tested_measures(query) if m not in query.measures}
    dimensions = [key for key in query.keys if isinstance(key, Dimension)]
    buckets = [key.dimension for key in query.keys if isinstance(key, Bucket)]
    conditions = tuple(conditions)
    segments = [c for c in conditions if isinstance(c, Segment)]
    filters = [c for c in conditions if not isinstance(c, Segment | Within)]
    ranges = [c.dimension for c in conditions if isinstance(c, Within)]
    hints = [*query.join_hints]
    # A view may lead to one cube from several facts: each takes the way from its own root.
    roots = frozenset(next(iter(hints_of(m, model)))[0] for m in measures)
    asked = (*(m for m in measures if m not in only_tested), *dimensions, *segments)
    tested = (*(m for c in filters for m in members_tested(c)), *(m for m in measures if m in only_tested))
    for member in (*asked, *tested, *buckets, *ranges):
        hints.extend(hints_of(member, model, roots))
    return tuple(dict.fromkeys(hints))


def condition_hints(condition: Condition, model: Model) -> Iterable[Hint]:
    for member in members_tested(condition):
        yield from hints_of(member, model)


def find_tree(
    query: ResolvedQuery, measures: Iterable[Measure], conditions: Iterable[Condition], model: Model
) -> JoinTree | None:
    hints = query_hints(query, measures, conditions, model)
    tree = model.join_graph.tree(hints)
    # What the join conditions themselves refer to has to be there as well.
    while tree is not None:
        wanted = [
            reference.path
            for join in tree.joins
            for reference in join.on.references
            if isinstance(reference, MemberReference) and reference.cube not in tree.cubes
        ]
        if not wanted:
            return tree
        hints = (*hints, *wanted)
        tree = model.join_graph.tree(hints)
    return None


def build_rows(
    query: ResolvedQuery, measures: tuple[Measure, ...] | list[Measure], conditions: tuple[Condition, ...], model: Model
) -> tuple[RowPlan, JoinTree]:
    """The joined and filtered rows that the members need."""
    tree = find_tree(query, measures, conditions, model)
    if tree is None:
        raise no_path([query_hints(query, measures, conditions, model)])
    rows: RowPlan = Scan(model.cubes[tree.root])
    for join in tree.joins:
        rows = LeftJoin(rows, join, model.cubes[join.target])
    members = [
        *(key.dimension if isinstance(key, Bucket) else key for key in query.keys),
        *(member for condition in conditions for member in members_tested(condition)),
        *measures,
    ]
    for dimension in sub_queries(members, model):
        if isinstance(dimension.value, Switch):
            check_chosen(dimension, query.keys, conditions)
            rows = CrossValues(rows, dimension, dimension.value.values)
        else:
            add = attach if dimension.sub_query else attach_groups
            rows = add(rows, dimension, query, conditions, model)
    return (RowFilter(rows, conditions) if conditions else rows), tree


def no_path(hints: Iterable[tuple[Hint, ...]]) -> MemberError:
    cubes = dict.fromkeys(cube for group in hints for hint in group for cube in hint)
    return MemberError("Can't find join path to join " + ", ".join(f"'{cube}'" for cube in cubes))


# ── sub-query dimensions ──


def sub_queries(members: Iterable[Dimension | Measure | Segment], model: Model) -> tuple[Dimension, ...]:
    """Every sub-query dimension that the members' values are made of."""
    found: dict[Dimension, None] = {}
    waiting = list(members)
    seen: set[str] = set()
    while waiting:
        member = waiting.pop(0)
        if member.path in seen:
            continue
        seen.add(member.path)
        if isinstance(member, Dimension) and member.is_attached:
            found[member] = None
        for sql in sql_of(member):
            waiting.extend(referenced(r, model) for r in sql.references if isinstance(r, MemberReference))
    return tuple(found)


def attach(
    rows: RowPlan, dimension: Dimension, query: ResolvedQuery, conditions: tuple[Condition, ...], model: Model
) -> Attach:
    """Compute a sub-query dimension for each primary key of its cube and put it beside the rows.

    A key whose row meets no row of the measure's cube has no value at all, also where the measure is a count.
    """
    measure = sub_query_measure(dimension, model)
    refuse_apart(measure, f"'{dimension.path}' cannot compute it for each row", model)
    keys: tuple[Key, ...] = model.cubes[dimension.cube].primary_key
    inner = ResolvedQuery(
        keys=keys,
        measures=(measure,),
        row_conditions=(),
        group_conditions=(),
        order=(),
        limit=None,
        offset=0,
        timezone=query.timezone,
        ungrouped=False,
        join_hints=(),
    )
    kept: list[Condition] = []
    if dimension.propagate_filters:
        for condition in conditions:
            reads_sub_query = sub_queries(members_tested(condition), model)
            if not reads_sub_query and find_tree(inner, (measure,), (*kept, condition), model) is not None:
                kept.append(condition)
    tree = find_tree(inner, (measure,), kept, model)
    if tree is not None and tree.root != measure.cube:
        keys_there = [IsSet(key) for key in model.cubes[measure.cube].primary_key]
        kept.extend(keys_there or [Meets(join) for join in tree.joins if join.target == measure.cube])
    inner_rows, tree = build_rows(inner, (measure,), tuple(kept), model)
    values = aggregate(inner_rows, tree, keys, (measure,), model)
    return Attach(rows, dimension, model.cubes[dimension.cube].primary_key, measure, values)


def attach_groups(
    rows: RowPlan, dimension: Dimension, query: ResolvedQuery, conditions: tuple[Condition, ...], model: Model
) -> AttachGroups:
    """Compute the measures of a multi-stage dimension by the other keys of the query and those that it adds."""
    stage = dimension.stage
    assert stage is not None, dimension.path
    others = tuple(
        key for key in query.keys if not sub_queries([key.dimension if isinstance(key, Bucket) else key], model)
    )
    keys = lower_keys(others, stage.grain, model)
    below = tuple(c for c in conditions if not sub_queries(members_tested(c), model))
    lower = replace(
        query,
        keys=keys,
        measures=(),
        row_conditions=tuple(lower_conditions(below, stage, model)),
        group_conditions=(),
        order=(),
        ungrouped=False,
    )
    found = (member for sql in value_sql(dimension.value) for member in measures_in(sql, model))
    measures = tuple(dict.fromkeys(found))
    return AttachGroups(rows, dimension, keys, measures, build_groups(lower, measures, model))


def sub_query_measure(dimension: Dimension, model: Model) -> Measure:
    """The measure that a sub-query dimension refers to; the compiler made sure that there is one."""
    references: list[MemberReference] = [
        r for sql in value_sql(dimension.value) for r in sql.references if isinstance(r, MemberReference)
    ]
    measure = referenced(references[0], model)
    assert isinstance(measure, Measure), dimension.path
    return measure
