"""Rows with values attached to them that are no columns of their tables."""

from sqlglot import exp

from kubus.model.cube import Measure, value_sql
from kubus.model.member_sql import MemberReference
from kubus.plan.nodes import Attach, AttachGroups, CrossValues, RowFilter
from kubus.query.needed import referenced
from kubus.sql.making import Making
from kubus.sql.scope import Scope, column, term


def attached(making: Making, plan: Attach, above: tuple[RowFilter, ...]) -> tuple[exp.Select, Scope]:
    select, scope = making.rows(plan.input, above)
    alias = making.names.table(f"{making.names.of(plan.dimension)}__values")
    values = making.group_table(plan.values, plan.primary_key, (plan.measure,), alias)
    on = exp.and_(
        *(
            exp.EQ(this=term(scope.dimension(key)), expression=column(alias, making.names.of(key)))
            for key in plan.primary_key
        )
    )
    select = select.join(values, on=on, join_type="left", copy=False)
    scope.attached[plan.dimension.path] = column(alias, making.names.of(plan.measure))
    return select, scope


def attached_groups(making: Making, plan: AttachGroups, above: tuple[RowFilter, ...]) -> tuple[exp.Select, Scope]:
    select, scope = making.rows(plan.input, above)
    alias = making.names.table(f"{making.names.of(plan.dimension)}__values")
    subquery = making.group_table(plan.values, plan.keys, plan.measures, alias)
    if plan.keys:
        own = [scope.key(key) for key in plan.keys]
        same = making.dialect.same_keys(own, [column(alias, making.names.of(key)) for key in plan.keys])
        select = select.join(subquery, on=same, join_type="left", copy=False)
    else:
        select = select.join(subquery, join_type="cross", copy=False)

    def written(reference: MemberReference) -> exp.Expr:
        member = referenced(reference, making.model)
        return column(alias, making.names.of(member)) if isinstance(member, Measure) else scope.rows_of(reference)

    (sql,) = value_sql(plan.dimension.value)
    scope.attached[plan.dimension.path] = scope.bind(sql, written)
    return select, scope


def crossed(making: Making, plan: CrossValues, above: tuple[RowFilter, ...]) -> tuple[exp.Select, Scope]:
    select, scope = making.rows(plan.input, above)
    alias = making.names.table(f"{making.names.of(plan.dimension)}__values")
    rows = [exp.select(exp.alias_(exp.Literal.string(text), "value", quoted=True)) for text in plan.values]
    table: exp.Query = rows[0]
    for row in rows[1:]:
        table = exp.union(table, row, distinct=False, copy=False)
    subquery = table.subquery(exp.to_identifier(alias, quoted=True), copy=False)
    scope.attached[plan.dimension.path] = column(alias, "value")
    return select.join(subquery, join_type="cross", copy=False), scope
