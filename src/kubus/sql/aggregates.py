"""Measures as aggregates over joined rows, as what one row has, and over the distinct rows of a cube."""

from collections.abc import Callable

from sqlglot import exp

from kubus.errors import Unsupported
from kubus.model.cube import Measure
from kubus.model.measure_types import Aggregate as Kind
from kubus.plan.nodes import AggregateOnce
from kubus.sql.making import Groups, Making, ValueOf
from kubus.sql.scope import Scope, column, term


def over_rows(making: Making, scope: Scope, multiplied: frozenset[str]) -> ValueOf:
    """Measures as aggregates over joined rows."""

    def value(measure: Measure) -> exp.Expr:
        if measure.is_expression:
            return making.expression(measure, scope, value)
        counts_rows = measure.type.aggregate is Kind.COUNT and measure.sql is None
        distinct = counts_rows and measure.cube in multiplied
        argument = scope.argument(measure)
        if distinct and measure.filters:
            # The key where the row passes the filters, so that different keys can be counted.
            key = scope.identity(measure.cube)
            assert key is not None, measure.path
            argument = exp.Case().when(scope.own_filters(measure), key)
        return scope.aggregated(measure, argument, distinct=distinct)

    return value


def of_one_row(making: Making, scope: Scope) -> ValueOf:
    """Measures as what they would aggregate."""

    def value(measure: Measure) -> exp.Expr:
        if measure.is_expression:
            if measure.sql is not None and measure.sql.tree.find(exp.AggFunc):
                raise Unsupported(
                    f"'{measure.path}' aggregates by itself, so an ungrouped query has no value for it",
                    hint="Leave the measure out, or ask without `ungrouped`",
                )
            return making.expression(measure, scope, value)
        if measure.type.aggregate is Kind.COUNT:
            counted = scope.argument(measure)
            if counted is None:
                return exp.Literal.number(1)
            there = exp.Not(this=exp.Is(this=term(counted), expression=exp.Null()))
            return exp.Case().when(there, exp.Literal.number(1))
        argument = scope.argument(measure)
        assert argument is not None, measure.path
        return argument

    return value


def once(making: Making, plan: AggregateOnce) -> Groups:
    """Aggregates over the distinct rows of one cube in each group.

    The inner SELECT keeps, once for each group and primary key, what the measures aggregate: a row is the same
    however often a join repeats it.
    """
    select, scope = making.rows(plan.input)
    inner = select.distinct(copy=False)
    alias = making.names.table(f"{plan.cube.alias}__once")
    keys: list[exp.Expr] = []
    for key in plan.keys:
        inner.select(making.named(scope.key(key), key), copy=False)
        keys.append(column(alias, making.names.of(key)))
    kept: dict[exp.Expr, str] = {}

    def keep(expression: exp.Expr) -> exp.Expr:
        name = kept.get(expression)
        if name is None:
            name = kept[expression] = making.names.table(f"{plan.cube.alias}__{len(kept) + 1}")
            inner.select(exp.alias_(expression, exp.to_identifier(name, quoted=True), copy=False), copy=False)
        return column(alias, name)

    for key in plan.cube.primary_key:
        keep(scope.dimension(key))

    def value(measure: Measure) -> exp.Expr:
        if measure.is_expression:
            return keep_columns(making.expression(measure, scope, value), measure, keep, alias)
        argument = scope.argument(measure)
        assert argument is not None, measure.path
        if measure.type.aggregate is Kind.COUNT and measure.sql is not None:
            # Not every type that can be counted can be compared, as DISTINCT does.
            there = exp.Not(this=exp.Is(this=term(argument), expression=exp.Null()))
            argument = exp.Case().when(there, exp.Literal.number(1))
        return scope.aggregated(measure, keep(argument))

    inner_table = inner.subquery(exp.to_identifier(alias, quoted=True), copy=False)
    return Groups(exp.select().from_(inner_table, copy=False), scope, keys, value, is_grouped=True)


def keep_columns(expression: exp.Expr, measure: Measure, keep: Callable[[exp.Expr], exp.Expr], alias: str) -> exp.Expr:
    """An expression over rows, with the row columns that it reads kept below it."""
    if expression.find(exp.Query):
        raise Unsupported(
            f"'{measure.path}' has a sub-query of its own, so it cannot be computed where joins repeat its rows",
            hint="Move the sub-query into a dimension, or ask without the members that repeat the rows",
        )
    for found in list(expression.find_all(exp.Column)):
        if found.table == alias or isinstance(found.this, exp.Star):
            continue
        kept = keep(found.copy())
        if found is expression:
            return kept
        found.replace(kept)
    return expression
