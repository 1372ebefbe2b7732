"""Rolling windows: every period with the groups, or the rows, that lie in its window."""

from sqlglot import exp

from kubus.model.cube import Measure
from kubus.plan.nodes import Roll, RollRows, Spine
from kubus.query.needed import aliased
from kubus.sql.aggregates import keep_columns
from kubus.sql.making import Groups, Making
from kubus.sql.periods import periods
from kubus.sql.scope import column
from kubus.sql.statement import Use
from kubus.sql.windows import lies_in, lower, to_date_periods, upper


def rolled(making: Making, plan: Roll) -> Groups:
    """Groups joined to every period in whose window they lie, and folded."""
    inner_keys = tuple(plan.time if key == plan.spine.bucket else key for key in plan.keys)
    alias = making.names.table("groups")
    subquery = making.group_table(plan.input, inner_keys, plan.measures, alias)
    spine, period, following = spine_table(making, plan.spine)
    on = in_window(making, plan, column(alias, making.names.of(plan.time)), period, following)
    select = exp.select().from_(spine, copy=False)
    select = select.join(subquery, on=on, join_type="left", copy=False)
    keys = [period if key == plan.spine.bucket else column(alias, making.names.of(key)) for key in plan.keys]

    def value(measure: Measure) -> exp.Expr:
        if measure not in plan.measures:
            return making.expression(measure, scope, value)
        fold = aliased(measure, making.model).type.merge
        assert fold is not None, measure.path
        return scope.folded(fold, column(alias, making.names.of(measure)))

    scope = making.scope(None)
    return Groups(select, scope, keys, value, is_grouped=True)


def rolled_rows(making: Making, plan: RollRows) -> Groups:
    """Rows joined to every period in whose window they lie, and aggregated.

    The innermost SELECT keeps of each row its keys, its time and what the measures aggregate. Where rows repeat,
    the one around it keeps each once for each period and group.
    """
    rows, scope = making.rows(plan.input)
    spine, period, following = spine_table(making, plan.spine)
    below, alias = making.names.table("rows"), making.names.table("rolled")
    time = making.names.of(plan.time)
    rows.select(exp.alias_(scope.key(plan.time), exp.to_identifier(time, quoted=True), copy=False), copy=False)
    on = in_window(making, plan, column(below, time), period, following)
    joined = exp.select().from_(spine, copy=False)
    keys: list[exp.Expr] = []
    for key in plan.keys:
        name = making.names.of(key)
        if key == plan.spine.bucket:
            there = period.copy()
        else:
            rows.select(making.named(scope.key(key), key), copy=False)
            there = column(below, name)
        joined.select(exp.alias_(there, exp.to_identifier(name, quoted=True), copy=False), copy=False)
        keys.append(column(alias, name))
    kept: dict[exp.Expr, str] = {}

    def keep(expression: exp.Expr) -> exp.Expr:
        name = kept.get(expression)
        if name is None:
            name = kept[expression] = making.names.table(f"kept_{len(kept) + 1}")
            identifier = exp.to_identifier(name, quoted=True)
            rows.select(exp.alias_(expression, identifier, copy=False), copy=False)
            joined.select(exp.alias_(column(below, name), identifier.copy(), copy=False), copy=False)
        return column(alias, name)

    if plan.once is not None:
        joined.distinct(copy=False)
        for key in plan.once.primary_key:
            keep(scope.dimension(key))
    # Not null where a row lies in the window: a period without any has no value, also where that is a count.
    there = keep(exp.true())

    def value(measure: Measure) -> exp.Expr:
        if measure.alias_of is not None:
            return making.expression(measure, scope, value)
        if measure.is_expression:
            found = keep_columns(making.expression(measure, scope, value), measure, keep, alias)
        else:
            argument = scope.argument(measure)
            found = scope.aggregated(measure, there.copy() if argument is None else keep(argument))
        some = exp.GT(this=exp.Count(this=there.copy()), expression=exp.Literal.number(0))
        return exp.Case().when(some, found)

    inner = rows.subquery(exp.to_identifier(below, quoted=True), copy=False)
    joined = joined.join(inner, on=on, join_type="left", copy=False)
    table = joined.subquery(exp.to_identifier(alias, quoted=True), copy=False)
    return Groups(exp.select().from_(table, copy=False), scope, keys, value, is_grouped=True)


def spine_table(making: Making, spine: Spine) -> tuple[exp.Expr, exp.Expr, exp.Expr]:
    """Every period: a table, the start of a period in it, and the start of the period after that."""
    each = periods(spine.bucket.dimension, spine.bucket.granularity, making.dialect, making.timezone)
    alias = making.names.table("periods")
    if spine.within is not None:
        first = making.dialect.wall(making.placeholders.add(spine.within.start, Use.AS_IS))
        last = making.dialect.wall(making.placeholders.add(spine.within.end, Use.AS_IS))
        select = exp.select()
    else:
        assert spine.rows is not None
        select, scope = making.rows(spine.rows)
        time = making.names.table("times")
        found = scope.key(spine.bucket)
        bounds = select.select(
            exp.alias_(exp.Min(this=found), "first", quoted=True),
            exp.alias_(exp.Max(this=found.copy()), "last", quoted=True),
            copy=False,
        )
        first, last = column(time, "first"), column(time, "last")
        select = exp.select().from_(bounds.subquery(exp.to_identifier(time, quoted=True), copy=False), copy=False)
    series = exp.alias_(each.series(first, last), "period", quoted=True)
    table = select.select(series, copy=False).subquery(exp.to_identifier(alias, quoted=True), copy=False)
    period = column(alias, "period")
    return table, period, each.following(period.copy())


def in_window(making: Making, plan: Roll | RollRows, time: exp.Expr, period: exp.Expr, following: exp.Expr) -> exp.Expr:
    to_date = to_date_periods(plan.window, plan.spine.bucket.dimension, making.scope(None))
    first = lower(plan.window, period, following, making.dialect, to_date)
    after = upper(plan.window, period, following, making.dialect)
    return lies_in(time, first, after)
