"""Parts of an answer, computed apart and put side by side."""

from sqlglot import exp

from kubus.model.cube import Measure
from kubus.plan.nodes import Combine
from kubus.sql.making import Groups, Making, measures_of
from kubus.sql.scope import column


def combined(making: Making, plan: Combine) -> Groups:
    """Parts side by side, joined on all keys with nulls being equal."""
    select = exp.select()
    scope = making.scope(None)
    places: dict[Measure, exp.Expr] = {}
    keys: list[exp.Expr] = []
    for number, part in enumerate(plan.parts):
        alias = making.names.table(f"part_{number + 1}")
        measures = measures_of(part)
        subquery = making.group_table(part, plan.keys, measures, alias)
        own = [column(alias, making.names.of(key)) for key in plan.keys]
        if number == 0:
            select = select.from_(subquery, copy=False)
            keys = own
        elif not plan.keys:
            select = select.join(subquery, join_type="cross", copy=False)
        else:
            same = making.dialect.same_keys([k.copy() for k in keys], own)
            kind = "inner" if plan.same_groups else "full"
            select = select.join(subquery, on=same, join_type=kind, copy=False)
            if not plan.same_groups:
                keys = [coalesce(k, o) for k, o in zip(keys, own, strict=True)]
        for measure in measures:
            places.setdefault(measure, column(alias, making.names.of(measure)))

    def value(measure: Measure) -> exp.Expr:
        place = places.get(measure)
        return place.copy() if place is not None else making.expression(measure, scope, value)

    return Groups(select, scope, keys, value, is_grouped=False)


def coalesce(first: exp.Expr, second: exp.Expr) -> exp.Expr:
    if isinstance(first, exp.Coalesce):
        return exp.Coalesce(this=first.this.copy(), expressions=[*(e.copy() for e in first.expressions), second.copy()])
    return exp.Coalesce(this=first.copy(), expressions=[second.copy()])
