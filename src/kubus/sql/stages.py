"""Stages: groups over groups."""

from dataclasses import dataclass

from sqlglot import exp

from kubus.errors import Unsupported
from kubus.model.cube import Dimension, Measure
from kubus.model.member_sql import MemberReference, MemberSql
from kubus.plan.nodes import Calculate, Choose, GroupPlan, KeepOne, Merge, Project, Rank, Reaggregate, Spread
from kubus.query.conditions import Bucket, Key
from kubus.query.needed import referenced, target_of
from kubus.sql.making import Groups, Making, measures_of
from kubus.sql.scope import Scope, column
from kubus.sql.statement import Use

# What is kept of several values by an aggregate over them.
KEPT_BY: dict[str, type[exp.AggFunc]] = {"min": exp.Min, "max": exp.Max, "avg": exp.Avg}


@dataclass(slots=True)
class Below:
    """Groups as a table under a SELECT. `columns` are those of its keys, which `names` are."""

    making: Making
    names: tuple[Key, ...]
    columns: list[exp.Expr]
    computed: frozenset[Measure]
    alias: str
    select: exp.Select
    scope: Scope

    def value(self, measure: Measure) -> exp.Expr:
        """A measure as a column of the groups, or as an expression over those."""
        if measure in self.computed:
            return column(self.alias, self.making.names.of(measure))
        return self.expression(measure)

    def expression(self, measure: Measure) -> exp.Expr:
        """The SQL of a measure, with what it refers to as the groups have it."""
        assert measure.sql is not None, measure.path
        return self.bound(measure.sql, measure)

    def bound(self, sql: MemberSql, of: Measure) -> exp.Expr:
        def referred(reference: MemberReference) -> exp.Expr:
            member = referenced(reference, self.making.model)
            if isinstance(member, Measure):
                return self.value(member)
            for key, there in zip(self.names, self.columns, strict=True):
                granularity = key.granularity if isinstance(key, Bucket) else None
                own = key.dimension if isinstance(key, Bucket) else key
                if target_of(own) == target_of(member) and granularity == reference.granularity:
                    return there.copy()
            raise Unsupported(
                f"'{of.path}' refers to '{member.path}', and its lower stage has no value of it",
                hint="Add the dimension to the measure's grain.include, or ask for it",
            )

        return self.scope.bind(sql, referred)

    def aggregated(self, measure: Measure) -> exp.Expr:
        """A measure that aggregates the groups; of those that its filters let through."""
        value = None if measure.sql is None else self.expression(measure)
        if measure.filters:
            passes = exp.and_(*(exp.Paren(this=self.bound(sql, measure)) for sql in measure.filters))
            value = exp.Case().when(passes, exp.Literal.number(1) if value is None else value)
        return self.scope.aggregated(measure, value)


def has_windows(plan: GroupPlan | Project) -> bool:
    """Whether what groups compute is a window over them."""
    match plan:
        case Rank():
            return True
        case Calculate(input):
            return has_windows(input)
        case _:
            return False


def set_below(making: Making, plan: GroupPlan | Project, names: tuple[Key, ...]) -> Groups:
    """The same groups, everything that they compute in columns."""
    lower = below(making, plan, names)
    return Groups(lower.select, lower.scope, lower.columns, lower.value, is_grouped=False)


def below(making: Making, lower: GroupPlan | Project, names: tuple[Key, ...]) -> Below:
    alias = making.names.table("stage")
    measures = measures_of(lower)
    select = exp.select().from_(making.group_table(lower, names, measures, alias), copy=False)
    columns = [column(alias, making.names.of(key)) for key in names]
    return Below(making, names, columns, frozenset(measures), alias, select, making.scope(None))


def calculated(making: Making, groups: Groups) -> Groups:
    """The same groups, with expressions over what they compute."""

    def value(measure: Measure) -> exp.Expr:
        return making.expression(measure, groups.scope, groups.value_of)

    return Groups(groups.select, groups.scope, groups.keys, value, groups.is_grouped)


def reaggregated(making: Making, plan: Reaggregate) -> Groups:
    lower = below(making, plan.input, plan.names)
    keys = [lower.columns[plan.names.index(key)] for key in plan.keys]

    def value(measure: Measure) -> exp.Expr:
        return lower.expression(measure) if measure.is_expression else lower.aggregated(measure)

    return Groups(lower.select, lower.scope, keys, value, is_grouped=True)


def merged(making: Making, plan: Merge) -> Groups:
    lower = below(making, plan.input, plan.names)
    keys = [lower.columns[plan.names.index(key)] for key in plan.keys]

    def value(measure: Measure) -> exp.Expr:
        assert measure.type.merge is not None, measure.path
        return lower.scope.folded(measure.type.merge, lower.value(measure))

    return Groups(lower.select, lower.scope, keys, value, is_grouped=True)


def spread(making: Making, plan: Spread) -> Groups:
    finer = below(making, plan.groups, plan.keys)
    alias = making.names.table("coarser")
    subquery = making.group_table(plan.input, plan.shared, plan.measures, alias)
    if plan.shared:
        own = [finer.columns[plan.keys.index(key)].copy() for key in plan.shared]
        same = making.dialect.same_keys(own, [column(alias, making.names.of(key)) for key in plan.shared])
        select = finer.select.join(subquery, on=same, join_type="left", copy=False)
    else:
        select = finer.select.join(subquery, join_type="cross", copy=False)

    def value(measure: Measure) -> exp.Expr:
        return column(alias, making.names.of(measure))

    return Groups(select, finer.scope, finer.columns, value, is_grouped=False)


def ranked(making: Making, plan: Rank) -> Groups:
    lower = below(making, plan.input, plan.keys)
    stage = plan.measure.stage
    assert stage is not None, plan.measure.path
    order = [
        exp.Ordered(this=lower.bound(by.sql, plan.measure), desc=by.descending, nulls_first=by.descending)
        for by in stage.order_by
    ]
    place = exp.Window(
        this=exp.Anonymous(this="RANK"),
        partition_by=[lower.columns[plan.keys.index(key)].copy() for key in plan.partition],
        order=exp.Order(expressions=order),
    )
    return Groups(lower.select, lower.scope, lower.columns, lambda _: place, is_grouped=False)


def chosen(making: Making, plan: Choose) -> Groups:
    lower = below(making, plan.input, plan.keys)
    case = plan.measure.switch
    assert case is not None, plan.measure.path
    own = target_of(plan.switch)
    # One value for all groups is no column: without groups there is a row all the same.
    switch = (
        lower.scope.placeholders.add(plan.value, Use.AS_IS)
        if plan.value is not None
        else next(
            at
            for key, at in zip(plan.keys, lower.columns, strict=True)
            if isinstance(key, Dimension) and target_of(key) == own
        )
    )
    tree = exp.Case()
    for text, sql in case.whens:
        is_it = exp.EQ(this=switch.copy(), expression=exp.Literal.string(text))
        tree = tree.when(is_it, lower.bound(sql, plan.measure), copy=False)
    if case.otherwise is not None:
        tree = tree.else_(lower.bound(case.otherwise, plan.measure), copy=False)
    return Groups(lower.select, lower.scope, lower.columns, lambda _: tree, is_grouped=False)


def kept_one(making: Making, plan: KeepOne) -> Groups:
    names = plan.keys if plan.over in plan.keys else (*plan.keys, plan.over)
    lower = below(making, plan.input, names)
    keys, time = lower.columns[: len(plan.keys)], lower.columns[names.index(plan.over)]

    def value_of(measure: Measure) -> exp.Expr:
        # What lies at no instant is neither the last nor any other value.
        is_somewhere = exp.Not(this=exp.Is(this=time.copy(), expression=exp.Null()))
        return exp.Case().when(is_somewhere, lower.value(measure))

    if plan.keep in KEPT_BY:
        kept = KEPT_BY[plan.keep]
        return Groups(lower.select, lower.scope, keys, lambda m: kept(this=value_of(m)), is_grouped=True)
    first = plan.keep == "first"
    place = exp.Window(
        this=exp.Anonymous(this="ROW_NUMBER"),
        partition_by=[key.copy() for key in keys],
        order=exp.Order(expressions=[exp.Ordered(this=time, desc=not first, nulls_first=False)]),
    )
    alias, place_name = making.names.table("kept"), "place"
    select = lower.select
    for key, expression in zip(plan.keys, keys, strict=True):
        select.select(making.named(expression, key), copy=False)
    select.select(making.named(value_of(plan.measure), plan.measure), copy=False)
    select.select(exp.alias_(place, place_name, quoted=True), copy=False)
    outer = exp.select().from_(select.subquery(exp.to_identifier(alias, quoted=True), copy=False), copy=False)
    is_first = exp.EQ(this=column(alias, place_name), expression=exp.Literal.number(1))
    own = [column(alias, making.names.of(key)) for key in plan.keys]
    value = column(alias, making.names.of(plan.measure))
    outer.where(is_first, copy=False)
    if not own:
        # Without keys there is one row, even of no rows; an aggregate of the one value gives it.
        return Groups(outer, lower.scope, own, lambda _: exp.Max(this=value.copy()), is_grouped=True)
    return Groups(outer, lower.scope, own, lambda _: value.copy(), is_grouped=False)
