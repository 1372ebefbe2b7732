"""ResolvedQuery to Plan."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from kubus.errors import Forbidden, MemberError
from kubus.model.cube import Dimension, Measure, Segment, Switch, value_sql
from kubus.model.join_graph import Hint, JoinTree
from kubus.model.member_sql import MemberReference
from kubus.model.model import Model
from kubus.plan.apart import is_apart, refuse_apart, rows_below, units_apart
from kubus.plan.fan_out import aggregate
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
    RowFilter,
    RowPlan,
    Scan,
    Select,
    ShowLarge,
    Sort,
)
from kubus.plan.stages import (
    build_additive,
    build_choice,
    build_stage,
    lower_conditions,
    lower_held,
    lower_keys,
    measures_in,
    value_chosen,
)
from kubus.plan.trees import condition_hints, find_tree, no_path, query_hints, tested_measures
from kubus.plan.windows import Builders, build_window
from kubus.query.conditions import Bucket, Condition, Every, InWindows, IsSet, Key, Meets, members_tested
from kubus.query.masks import sees_its_rows
from kubus.query.needed import aliased, hints_of, read_by_mask, referenced, sql_of, unviewed
from kubus.query.resolve import Guard, ResolvedQuery
from kubus.query.shown import is_masked


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
    if query.least:
        check_groups(query, model)
    if query.ungrouped:
        if query.group_conditions:
            raise MemberError("Measure filters aren't allowed in ungrouped query")
        for measure in query.measures:
            refuse_apart(measure, "an ungrouped query has no value for it", model)
        rows, _ = build_rows(query, query.measures, query.row_conditions, model)
        return Select(Project(rows, query.keys, query.measures), query.keys, query.measures)
    shown = (*query.measures, *tested_measures(query))
    needed = tuple(dict.fromkeys(part for measure in shown for part in computed_for(measure)))
    groups = build_groups(query, needed, model)
    if query.least:
        groups = show_large(groups, query, needed, model)
    return Select(groups, query.keys, query.measures, query.group_conditions)


# How many dimensions a query may group by where small groups are not shown: each doubles what has to be compared.
MOST_KEYS = 5


def check_groups(query: ResolvedQuery, model: Model) -> None:
    """Raises Forbidden for what could show the rows of a small group."""
    cube = query.least[0][0].cube
    if query.ungrouped:
        raise Forbidden(f"Rows of '{cube}' are shown in groups only", hint="Ask without `ungrouped`")
    if len(query.keys) > MOST_KEYS:
        raise Forbidden(f"Rows of '{cube}' are shown by {MOST_KEYS} dimensions at the most", hint="Leave some out")
    for measure in (*query.measures, *tested_measures(query)):
        if not sees_its_rows(measure, model):
            raise Forbidden(
                f"'{measure.path}' is made of other rows than those of its group, and small groups of '{cube}' are "
                "not shown",
                hint="Ask for measures over the rows of each group",
            )


def show_large(groups: GroupPlan, query: ResolvedQuery, needed: tuple[Measure, ...], model: Model) -> GroupPlan:
    """The groups that are large enough; the counts that say so are not among the measures."""
    counts = tuple(count for count, _ in query.least)
    unfiltered: GroupPlan | None = None
    # Rows that the host keeps from the caller are none that a filter of theirs takes away.
    held = tuple(condition for condition in query.row_conditions if condition in query.held)
    if held != query.row_conditions:
        everything = replace(query, row_conditions=held, measures=(), group_conditions=(), order=(), least=())
        unfiltered = build_groups(everything, counts, model)
    shown = tuple(measure for measure in needed if measure not in counts)
    return ShowLarge(groups, query.keys, shown, query.least, unfiltered)


def computed_for(measure: Measure) -> tuple[Measure, ...]:
    """What has to be computed to show a measure: itself, or its value and its mask."""
    return (measure,) if measure.masked is None else (measure.masked.real, measure.masked.mask)


def build_groups(query: ResolvedQuery, measures: tuple[Measure, ...], model: Model) -> GroupPlan:
    """The measures by the keys: those over plain groups together, each window and each lower stage by itself."""
    units = tuple(dict.fromkeys(unit for measure in measures for unit in units_apart(measure, model)))
    if not any(map(is_apart, units)):
        return build_plain(query, measures, model)
    ways = {unit: tuple(ways_to(unit, measures, model)) for unit in units}
    facts = facts_apart(query, units, model)
    parts = [part for own, of_fact in facts for part in build_units(own, of_fact, ways, model)]
    if len(parts) == 1 and units == measures:
        return parts[0]
    return Combine(tuple(parts), query.keys, same_groups=False)


def ways_to(unit: Measure, measures: tuple[Measure, ...], model: Model) -> Iterable[Hint]:
    """The ways of views by which a query comes to what is computed by itself."""
    for measure in measures:
        if measure.alias_of is not None and measure != unit and unit in units_apart(measure, model):
            yield measure.alias_of.path


def build_units(
    query: ResolvedQuery, units: tuple[Measure, ...], ways: Mapping[Measure, tuple[Hint, ...]], model: Model
) -> Iterable[GroupPlan]:
    """A part for each of what has to be computed by itself."""

    def led(*to: Measure) -> ResolvedQuery:
        # From where a view comes decides which rows there are.
        hints = dict.fromkeys(way for unit in to for way in ways.get(unit, ()))
        return replace(query, join_hints=(*query.join_hints, *hints))

    plain = tuple(unit for unit in units if not is_apart(unit))
    if plain:
        yield build_plain(led(*plain), plain, model)
    for window in dict.fromkeys(unit.window for unit in units if unit.window is not None):
        rolling = tuple(unit for unit in units if unit.window == window)
        yield from build_window(led(*rolling), window, rolling, model, Builders(build_unrolled, build_rows))
    for unit in units:
        if unit.window is not None:
            continue
        if unit.stage is not None:
            yield build_stage(led(unit), unit, model, build_groups, build_keys)
        elif unit.switch is not None:
            yield build_choice(led(unit), unit, model, build_groups)
        elif unit.additive is not None:
            yield build_additive(led(unit), unit, model, build_plain)


def build_unrolled(query: ResolvedQuery, measures: tuple[Measure, ...], model: Model) -> GroupPlan:
    """The measures as if they did not roll: the groups over which windows are laid."""
    plain = tuple(measure for measure in measures if measure.stage is None)
    parts = [build_plain(query, plain, model)] if plain else []
    stages = (measure for measure in measures if measure.stage is not None)
    parts.extend(build_stage(query, measure, model, build_groups, build_keys) for measure in stages)
    return parts[0] if len(parts) == 1 else Combine(tuple(parts), query.keys, same_groups=False)


def build_keys(query: ResolvedQuery, measure: Measure, model: Model) -> GroupPlan:
    """The groups that a measure has in a query, without any measure."""
    leaves = tuple(dict.fromkeys(rows_below(measure, model)))
    in_one = find_tree(query, leaves, query.row_conditions, model) is not None
    facts = [(query, leaves)] if in_one else by_fact(query, leaves, model)
    parts = [
        Aggregate(build_rows(own, of_fact, own.row_conditions, model)[0], query.keys, ()) for own, of_fact in facts
    ]
    return parts[0] if len(parts) == 1 else Combine(tuple(parts), query.keys, same_groups=False)


def build_plain(query: ResolvedQuery, measures: tuple[Measure, ...], model: Model) -> GroupPlan:
    """Measures over the rows of each group. Where no join tree holds all, each fact's part from a tree of its own."""
    leaves = tuple(dict.fromkeys(leaf for m in measures for leaf in leaf_measures(m, query, model)))
    if len(leaves) < 2 or find_tree(query, measures, query.row_conditions, model) is not None:
        rows, tree = build_rows(query, measures, query.row_conditions, model)
        return aggregate(rows, tree, query.keys, measures, model)
    facts = by_fact(query, leaves, model)
    if len(facts) == 1:
        # Not several facts that an expression brings together, but one that the expression's own cube does not reach.
        raise no_path([query_hints(query, measures, query.row_conditions, model)])
    parts: list[GroupPlan] = []
    for own, of_fact in facts:
        rows, tree = build_rows(own, of_fact, own.row_conditions, model)
        parts.append(aggregate(rows, tree, query.keys, of_fact, model))
    return Combine(tuple(parts), query.keys, same_groups=False)


# ── facts ──

# What a query asks of one fact, and the measures that are of it.
OfFact = tuple[ResolvedQuery, tuple[Measure, ...]]


def facts_apart(query: ResolvedQuery, units: tuple[Measure, ...], model: Model) -> list[OfFact]:
    """The same of measures that are computed apart, or are beside such."""
    below = tuple(dict.fromkeys(leaf for unit in units for leaf in fact_leaves(unit, query, model)))
    facts = {tuple(hints_of(leaf, model)) for leaf in below}
    if len(facts) == 1 or find_tree(query, below, query.row_conditions, model) is not None:
        return [(query, units)]
    plain = (leaf for unit in units if not is_apart(unit) for leaf in leaf_measures(unit, query, model))
    return by_fact(query, tuple(dict.fromkeys((*plain, *filter(is_apart, units)))), model)


def by_fact(query: ResolvedQuery, units: tuple[Measure, ...], model: Model) -> list[OfFact]:
    """Several facts that no single tree holds: what is asked of each, to be joined on the keys that all of them share.

    Measures are of one fact if the same joins serve them. A condition goes to every fact that can reach its members,
    so that one on a shared dimension holds for all and one on a fact's own dimension for that fact alone. A stage over
    several facts is put together of them further down.
    """
    facts: dict[tuple[frozenset[tuple[str, ...]], ...], list[Measure]] = {}
    leaves: dict[frozenset[tuple[str, ...]], Measure] = {}
    for unit in units:
        of_unit = {joined(leaf, query, model): leaf for leaf in fact_leaves(unit, query, model)}
        leaves |= of_unit
        facts.setdefault(tuple(of_unit), []).append(unit)
    reached = {
        fact: [c for c in query.row_conditions if find_tree(query, (leaf,), (c,), model) is not None]
        for fact, leaf in leaves.items()
    }
    # A condition that needs several facts at once holds for none: it is refused, never dropped.
    held = [condition for conditions in reached.values() for condition in conditions]
    lost = [tuple(condition_hints(c, model)) for c in query.row_conditions if c not in held]
    if lost:
        raise no_path((*(tuple(hints_of(leaf, model)) for leaf in leaves.values()), *lost))
    found: list[OfFact] = []
    for together, of_fact in facts.items():
        own = tuple(c for c in query.row_conditions if any(c in reached[fact] for fact in together))
        found.append((replace(query, row_conditions=own), tuple(of_fact)))
    return found


def joined(leaf: Measure, query: ResolvedQuery, model: Model) -> frozenset[tuple[str, ...]]:
    """The joins, and the root, by which a measure has the keys of a query.

    Raises:
        MemberError: no way leads to them. A condition never makes one.
    """
    tree = find_tree(query, (leaf,), (), model)
    if tree is None:
        raise no_path([query_hints(query, (leaf,), (), model)])
    return frozenset({(tree.root,), *((join.source, join.target) for join in tree.joins)})


def fact_leaves(unit: Measure, query: ResolvedQuery, model: Model) -> Iterable[Measure]:
    """The measures over rows that a measure is made of, of any kind."""
    # What rolls is over rows itself, and keeps the way by which a view comes to them.
    if unit.window is not None and unit.stage is None:
        return (unit,)
    return rows_below(unit, model) if is_apart(unit) else leaf_measures(unit, query, model)


def leaf_measures(measure: Measure, query: ResolvedQuery, model: Model) -> Iterable[Measure]:
    """The measures that an expression is made of in the end; of any other measure, itself.

    A measure of a view is taken whole where its way leads to all that it is made of: another view, or another
    member of it, may lead another way to the same measure. What is over rows has that one way, whether it leads to
    the keys or not.
    """
    if measure.alias_of is not None:
        over_rows = not aliased(measure, model).is_expression
        if over_rows or find_tree(query, (measure,), (), model) is not None:
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


def build_rows(
    query: ResolvedQuery, measures: tuple[Measure, ...] | list[Measure], conditions: tuple[Condition, ...], model: Model
) -> tuple[RowPlan, JoinTree]:
    """The joined and filtered rows that the members need, and of each cube no others than policies give."""
    tree, guards = guarded_tree(query, measures, conditions, model)
    rows: RowPlan = Scan(model.cubes[tree.root], model.cubes[tree.root].tenant)
    for join in tree.joins:
        cube = model.cubes[join.target]
        rows = LeftJoin(rows, join, cube, cube.tenant)
    members = [
        *(key.dimension if isinstance(key, Bucket) else key for key in query.keys),
        *(member for condition in (*conditions, *guards) for member in members_tested(condition)),
        *measures,
    ]
    for dimension in sub_queries(members, model):
        if isinstance(dimension.value, Switch):
            value_chosen(dimension, query.keys, conditions)
            rows = CrossValues(rows, dimension, dimension.value.values)
        else:
            add = attach if dimension.sub_query else attach_groups
            rows = add(rows, dimension, query, conditions, model)
    if guards:
        rows = RowFilter(rows, guards, is_guard=True)
    if conditions or (guards and query.shifted):
        rows = RowFilter(rows, conditions, query.shifted)
    return rows, tree


def guarded_tree(
    query: ResolvedQuery, measures: tuple[Measure, ...] | list[Measure], conditions: tuple[Condition, ...], model: Model
) -> tuple[JoinTree, tuple[Condition, ...]]:
    """The join tree of some rows, and the conditions that policies put to them.

    A condition may test members of further cubes, which then are joined, and may have conditions of their own.
    """
    tested = tuple(guard.condition for guard in query.guards if guard.cube is None)
    while True:
        tree = find_tree(query, measures, (*conditions, *tested), model)
        if tree is None:
            raise no_path([query_hints(query, measures, (*conditions, *tested), model)])
        reached = [guard for guard in query.guards if guard.cube is None or guard.cube in tree.cubes]
        more = tuple(dict.fromkeys((*tested, *(guard.condition for guard in reached))))
        if more == tested:
            return tree, tuple(dict.fromkeys(of_rows(guard, tree) for guard in reached))
        tested = more


def of_rows(guard: Guard, tree: JoinTree) -> Condition:
    """What a guard asks of rows of its cube. Where there is no row none passes, whatever is said of null.

    Otherwise a caller could tell a row that is hidden from one that is not there.
    """
    met = [Meets(join) for join in tree.joins if join.target == guard.cube]
    return Every((*met, guard.condition)) if met else guard.condition


# ── sub-query dimensions ──


def sub_queries(members: Iterable[Dimension | Measure | Segment], model: Model) -> tuple[Dimension, ...]:
    """Every sub-query dimension that the members' values are made of."""
    found: dict[Dimension, None] = {}
    waiting = list(members)
    seen: set[tuple[str, bool]] = set()
    while waiting:
        member = waiting.pop(0)
        if (member.path, is_masked(member)) in seen:
            continue
        seen.add((member.path, is_masked(member)))
        waiting.extend(read_by_mask(member, model))
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
        clock=query.clock,
        # Rules for all of the query are about its rows, and these are others.
        guards=tuple(guard for guard in query.guards if guard.cube is not None),
    )
    kept: list[Condition] = []
    if dimension.propagate_filters:
        for asked in conditions:
            if any(map(is_masked, members_tested(asked))):
                # Of the rows below nothing is known but their values.
                continue
            # The sub-query has ways of its own, from the measure's cube, and not those by which a view comes here.
            # Where a measure rolls, the range is widened for its rows; inside it stays what was asked for.
            condition = unviewed(asked.range if isinstance(asked, InWindows) else asked, model)
            reads_sub_query = sub_queries(members_tested(condition), model)
            # A measure's own filters are a filter on a measure, which never reaches inside.
            reads_measure = any(isinstance(member, Measure) for member in members_tested(condition))
            if (
                not reads_sub_query
                and not reads_measure
                and find_tree(inner, (measure,), (*kept, condition), model) is not None
            ):
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
        row_conditions=tuple(lower_conditions(query, below, stage, model)),
        held=lower_held(query, stage),
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
