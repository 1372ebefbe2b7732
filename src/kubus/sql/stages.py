"""Stages: groups over groups."""

from sqlglot import exp

from kubus.errors import Unsupported
from kubus.model.cube import Dimension, Measure
from kubus.model.member_sql import MemberReference
from kubus.plan.nodes import Choose, GroupPlan, KeepOne, Merge, Rank, Reaggregate, Spread
from kubus.query.resolve import Key, referenced
from kubus.sql.making import Groups, Making, ValueOf, measures_of
from kubus.sql.scope import Scope, column

# What is kept of several values by an aggregate over them.
KEPT_BY: dict[str, type[exp.AggFunc]] = {"min": exp.Min, "max": exp.Max, "avg": exp.Avg}


def calculated(making: Making, groups: Groups) -> Groups:
    """The same groups, with expressions over what they compute."""

    def value(measure: Measure) -> exp.Expr:
        return making.expression(measure, groups.scope, groups.value_of)

    return Groups(groups.select, groups.scope, groups.keys, value, groups.is_grouped)


def reaggregated(making: Making, plan: Reaggregate) -> Groups:
    select, columns, value_of, scope = below(making, plan.input, plan.names)
    keys = [columns[plan.names.index(key)] for key in plan.keys]

    def value(measure: Measure) -> exp.Expr:
        found = making.expression(measure, scope, value_of)
        return found if measure.is_expression else scope.aggregated(measure, found)

    return Groups(select, scope, keys, value, is_grouped=True)


def merged(making: Making, plan: Merge) -> Groups:
    select, columns, value_of, scope = below(making, plan.input, plan.names)
    keys = [columns[plan.names.index(key)] for key in plan.keys]

    def value(measure: Measure) -> exp.Expr:
        assert measure.type.merge is not None, measure.path
        return scope.folded(measure.type.merge, value_of(measure))

    return Groups(select, scope, keys, value, is_grouped=True)


def spread(making: Making, plan: Spread) -> Groups:
    select, keys, _, scope = below(making, plan.groups, plan.keys)
    alias = making.names.table("coarser")
    table = making.finish(making.groups(plan.input), plan.shared, plan.measures)
    subquery = table.subquery(exp.to_identifier(alias, quoted=True), copy=False)
    if plan.shared:
        own = [keys[plan.keys.index(key)].copy() for key in plan.shared]
        same = making.dialect.same_keys(own, [column(alias, making.names.of(key)) for key in plan.shared])
        select = select.join(subquery, on=same, join_type="left", copy=False)
    else:
        select = select.join(subquery, join_type="cross", copy=False)
    return Groups(select, scope, keys, lambda measure: column(alias, making.names.of(measure)), is_grouped=False)


def ranked(making: Making, plan: Rank) -> Groups:
    select, keys, value_of, scope = below(making, plan.input, plan.keys)
    stage = plan.measure.stage
    assert stage is not None, plan.measure.path

    def written(reference: MemberReference) -> exp.Expr:
        member = referenced(reference, making.model)
        if isinstance(member, Measure):
            return value_of(member)
        raise Unsupported(f"'{plan.measure.path}' is ranked by '{member.path}', and only measures rank")

    order = [
        exp.Ordered(this=scope.bind(by.sql, written), desc=by.descending, nulls_first=by.descending)
        for by in stage.order_by
    ]
    place = exp.Window(
        this=exp.Anonymous(this="RANK"),
        partition_by=[keys[plan.keys.index(key)].copy() for key in plan.partition],
        order=exp.Order(expressions=order),
    )
    return Groups(select, scope, keys, lambda _: place, is_grouped=False)


def chosen(making: Making, plan: Choose) -> Groups:
    select, columns, value_of, scope = below(making, plan.input, plan.names)
    case = plan.measure.switch
    assert case is not None, plan.measure.path
    own = target(plan.switch)
    switch = next(
        at for key, at in zip(plan.names, columns, strict=True) if isinstance(key, Dimension) and target(key) == own
    )

    def expand(reference: MemberReference) -> exp.Expr:
        member = referenced(reference, making.model)
        if isinstance(member, Measure):
            return value_of(member)
        raise Unsupported(f"'{plan.measure.path}' refers to '{member.path}', and only measures can be chosen")

    tree = exp.Case()
    for text, sql in case.whens:
        is_it = exp.EQ(this=switch.copy(), expression=exp.Literal.string(text))
        tree = tree.when(is_it, scope.bind(sql, expand), copy=False)
    if case.otherwise is not None:
        tree = tree.else_(scope.bind(case.otherwise, expand), copy=False)
    keys = [columns[plan.names.index(key)] for key in plan.keys]
    return Groups(select, scope, keys, lambda _: tree, is_grouped=False)


def kept_one(making: Making, plan: KeepOne) -> Groups:
    names = plan.keys if plan.over in plan.keys else (*plan.keys, plan.over)
    select, columns, value_there, scope = below(making, plan.input, names)
    keys, time = columns[: len(plan.keys)], columns[names.index(plan.over)]

    def value_of(measure: Measure) -> exp.Expr:
        # What lies at no instant is neither the last nor any other value.
        is_somewhere = exp.Not(this=exp.Is(this=time.copy(), expression=exp.Null()))
        return exp.Case().when(is_somewhere, value_there(measure))

    if plan.keep in KEPT_BY:
        kept = KEPT_BY[plan.keep]
        return Groups(select, scope, keys, lambda measure: kept(this=value_of(measure)), is_grouped=True)
    first = plan.keep == "first"
    place = exp.Window(
        this=exp.Anonymous(this="ROW_NUMBER"),
        partition_by=[key.copy() for key in keys],
        order=exp.Order(expressions=[exp.Ordered(this=time, desc=not first, nulls_first=False)]),
    )
    alias, place_name = making.names.table("kept"), "place"
    for key, expression in zip(plan.keys, keys, strict=True):
        select.select(making.named(expression, key), copy=False)
    select.select(making.named(value_of(plan.measure), plan.measure), copy=False)
    select.select(exp.alias_(place, place_name, quoted=True), copy=False)
    outer = exp.select().from_(select.subquery(exp.to_identifier(alias, quoted=True), copy=False), copy=False)
    is_first = exp.EQ(this=column(alias, place_name), expression=exp.Literal.number(1))
    own = [column(alias, making.names.of(key)) for key in plan.keys]
    value = column(alias, making.names.of(plan.measure))
    return Groups(outer.where(is_first, copy=False), scope, own, lambda _: value.copy(), is_grouped=False)


def below(
    making: Making, lower: GroupPlan, names: tuple[Key, ...]
) -> tuple[exp.Select, list[exp.Expr], ValueOf, Scope]:
    """Groups as a table under a SELECT: that, the columns of its keys, and measures as its columns."""
    alias = making.names.table("stage")
    table = making.finish(making.groups(lower), names, measures_of(lower))
    scope = making.scope(None)
    computed = set(measures_of(lower))

    def value(measure: Measure) -> exp.Expr:
        if measure in computed:
            return column(alias, making.names.of(measure))
        return making.expression(measure, scope, value)

    select = exp.select().from_(table.subquery(exp.to_identifier(alias, quoted=True), copy=False), copy=False)
    return select, [column(alias, making.names.of(key)) for key in names], value, scope


def target(dimension: Dimension) -> tuple[str, str]:
    """Cube and name of a dimension; of one of a view those of what it stands for."""
    alias = dimension.alias_of
    return (dimension.cube, dimension.name) if alias is None else (alias.cube, alias.member)
