"""Small groups are not shown: groups of fewer rows than policies ask for, and those by which they could be had.

See docs/access.md, "Small groups", for what this promises and what it does not.
"""

from collections.abc import Iterator
from itertools import combinations

from sqlglot import exp

from kubus.model.cube import Measure
from kubus.plan.nodes import ShowLarge
from kubus.query.conditions import Key
from kubus.sql.making import Groups, Making
from kubus.sql.scope import column


def only_large(making: Making, plan: ShowLarge) -> Groups:
    """The groups that may be shown.

    Three SELECTs stand on each other: the groups with how many rows they have, which of them are small, and which
    have to be left out with those. SQL knows no condition on a window beside it.
    """
    counts = tuple(count for count, _ in plan.least)
    columns = (*plan.keys, *plan.measures)
    # How many rows each group has, and would have without the query's own filters.
    alias = making.names.table("counted")
    select = exp.select().from_(making.group_table(plan.input, plan.keys, (*plan.measures, *counts), alias), copy=False)
    keys = [column(alias, making.names.of(key)) for key in plan.keys]
    all_alias = None
    if plan.unfiltered is not None:
        all_alias = making.names.table("unfiltered")
        subquery = making.group_table(plan.unfiltered, plan.keys, counts, all_alias)
        if plan.keys:
            own = [column(all_alias, making.names.of(key)) for key in plan.keys]
            same = making.dialect.same_keys([key.copy() for key in keys], own)
            select = select.join(subquery, on=same, join_type="left", copy=False)
        else:
            select = select.join(subquery, join_type="cross", copy=False)
    names = {one: making.names.of(one) for one in columns}
    for one in columns:
        select = select.select(named(column(alias, names[one]), names[one]), copy=False)
    smalls: list[str] = []
    for number, (count, least) in enumerate(plan.least):
        rows = zero(column(alias, making.names.of(count)))
        tests = [between(rows, least)]
        if all_alias is not None:
            removed = exp.Sub(this=zero(column(all_alias, making.names.of(count))), expression=rows.copy())
            tests.append(between(exp.Paren(this=removed), least))
        select = select.select(named(rows.copy(), f"rows_{number}"), copy=False)
        smalls.append(f"small_{number}")
        select = select.select(named(flag(exp.or_(*tests)), f"small_{number}"), copy=False)
    flagged, flagged_alias = select, making.names.table("flagged")
    # Which others are left out with them: of each coarser group that has too little left out, its smallest large one.
    outer = exp.select().from_(flagged.subquery(exp.to_identifier(flagged_alias, quoted=True), copy=False), copy=False)
    for one in columns:
        outer = outer.select(named(column(flagged_alias, names[one]), names[one]), copy=False)
    shown: list[exp.Expr] = []
    at = [column(flagged_alias, names[key]) for key in plan.keys]
    for number, (_, least) in enumerate(plan.least):
        rows, small = column(flagged_alias, f"rows_{number}"), column(flagged_alias, f"small_{number}")
        shown.append(exp.EQ(this=small, expression=exp.Literal.number(0)))
        shown.extend(exp.Not(this=exp.Paren(this=one)) for one in complements(at, rows, small, least))
    outer = outer.select(named(flag(exp.and_(*shown)), "is_shown"), copy=False)
    last = making.names.table("shown")
    result = exp.select().from_(outer.subquery(exp.to_identifier(last, quoted=True), copy=False), copy=False)
    result = result.where(exp.EQ(this=column(last, "is_shown"), expression=exp.Literal.number(1)), copy=False)
    own_keys = [column(last, names[key]) for key in plan.keys]
    places: dict[Key | Measure, exp.Expr] = {one: column(last, names[one]) for one in plan.measures}
    return Groups(result, making.scope(None), own_keys, lambda measure: places[measure].copy(), is_grouped=False)


def complements(keys: list[exp.Expr], rows: exp.Expr, small: exp.Expr, least: int) -> Iterator[exp.Expr]:
    """For each coarser grouping, whether a group is the one that is left out so that no small one can be had."""
    for width in range(len(keys)):
        for chosen in combinations(keys, width):
            part = [key.copy() for key in chosen]
            left_out = over(exp.Sum(this=exp.Mul(this=rows.copy(), expression=small.copy())), part)
            how_many = over(exp.Sum(this=small.copy()), part)
            too_little = exp.and_(
                exp.GTE(this=how_many.copy(), expression=exp.Literal.number(1)),
                exp.Paren(
                    this=exp.or_(
                        exp.LT(this=left_out, expression=exp.Literal.number(least)),
                        exp.EQ(this=how_many, expression=exp.Literal.number(1)),
                    )
                ),
            )
            candidate = exp.and_(
                exp.EQ(this=small.copy(), expression=exp.Literal.number(0)),
                exp.GTE(this=rows.copy(), expression=exp.Literal.number(least)),
            )
            order = [
                exp.Ordered(this=flag(candidate.copy()), desc=True, nulls_first=False),
                exp.Ordered(this=rows.copy(), desc=False, nulls_first=False),
                *(exp.Ordered(this=key.copy(), desc=False, nulls_first=False) for key in keys),
            ]
            place = exp.Window(
                this=exp.Anonymous(this="ROW_NUMBER"),
                partition_by=[key.copy() for key in chosen],
                order=exp.Order(expressions=order),
            )
            first = exp.EQ(this=place, expression=exp.Literal.number(1))
            yield exp.and_(candidate, exp.Paren(this=too_little), first)


def over(aggregate: exp.Expr, partition: list[exp.Expr]) -> exp.Expr:
    return exp.Window(this=aggregate, partition_by=[key.copy() for key in partition])


def between(rows: exp.Expr, least: int) -> exp.Expr:
    """Whether there are some rows and too few."""
    return exp.Paren(
        this=exp.and_(
            exp.GT(this=rows.copy(), expression=exp.Literal.number(0)),
            exp.LT(this=rows.copy(), expression=exp.Literal.number(least)),
        )
    )


def zero(rows: exp.Expr) -> exp.Expr:
    return exp.Coalesce(this=rows, expressions=[exp.Literal.number(0)])


def flag(test: exp.Expr) -> exp.Expr:
    return exp.Case().when(test, exp.Literal.number(1)).else_(exp.Literal.number(0))


def named(expression: exp.Expr, name: str) -> exp.Expr:
    return exp.alias_(expression, exp.to_identifier(name, quoted=True), copy=False)
