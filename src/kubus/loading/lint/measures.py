"""Rules about measures: whether their value is right where it is added up, and whether there is one at all."""

import re
from collections.abc import Iterator

from sqlglot import exp

from kubus.loading.lint.linted import Found, Linted
from kubus.model.cube import Cube, Dimension, Measure
from kubus.model.measure_types import Aggregate
from kubus.model.member_sql import MemberReference, MemberSql, TableReference
from kubus.model.model import Model
from kubus.model.references import MARKER
from kubus.plan.fan_out import row_cubes
from kubus.query.needed import hints_of, referenced

# Below one of these a column is aggregated. An unknown function may be an aggregate of the database.
AGGREGATING = (exp.AggFunc, exp.Anonymous, exp.AnonymousAggFunc, exp.WithinGroup, exp.Filter, exp.Window, exp.Query)

# How columns are called whose values are shares or means of something: first, or last, in their names.
MEANS_FIRST = frozenset({"avg", "average", "mean", "median", "pct", "percent", "percentage"})
MEANS_LAST = MEANS_FIRST | {"rate", "ratio"}
# What is there at a time, and the same again a day later.
LEVELS = re.compile(r"(?:.*_)?(?:balance|inventory|headcount|on_hand|stock|stock_level|inventory_level)")
# Names of cubes and times that say that there is a row for each time.
SNAPSHOTS = re.compile(r"(?:.*_)?(?:snapshots?|daily|history|as_of)(?:_.*)?")


def fan_out(linted: Linted) -> Iterator[Found]:
    """Measures over rows of another cube, which repeat the rows of their own: every query of them is refused."""
    for cube in linted.model.cubes.values():
        for measure in cube.measures.values():
            others = repeating_cubes(measure, linted.model)
            if others:
                what = f"'{measure.path}' reads rows of '{others[0]}', of which one row of '{cube.name}' has many"
                hint = f"Make a measure in '{others[0]}', or take it by a dimension with sub_query: true"
                yield from linted.at_member(measure, what, hint)


def repeating_cubes(measure: Measure, model: Model) -> list[str]:
    """The cubes of which a measure reads rows, where these repeat the rows of its own cube."""
    if measure.type.repeats_harmlessly or measure.is_expression or measure.stage is not None:
        return []
    others = sorted(set(row_cubes(measure, model)) - {measure.cube})
    if not others:
        return []
    tree = model.join_graph.tree(((measure.cube,), *hints_of(measure, model)))
    return [] if tree is None else [other for other in others if tree.multiplies(measure.cube, by=[other])]


def not_additive(linted: Linted) -> Iterator[Found]:
    """Sums over columns whose names say that they do not add up."""
    for cube in linted.model.cubes.values():
        for measure in cube.measures.values():
            if measure.type.aggregate is not Aggregate.SUM or measure.stage is not None or measure.additive is not None:
                continue
            name = what_is_summed(measure)
            words = [] if name is None else name.lower().split("_")
            if name is None:
                continue
            if words[0] in MEANS_FIRST or words[-1] in MEANS_LAST:
                what = f"'{measure.path}' adds up '{name}', which by its name is a share or a mean"
                hint = "Use type: avg, or divide two sums by each other in a measure of type number"
                yield from linted.at_member(measure, what, hint)
            elif LEVELS.fullmatch(name.lower()) and has_row_for_each_time(cube):
                what = f"'{measure.path}' adds up '{name}', which is there again at every time of '{cube.name}'"
                hint = "Say with additive over which time it does not add up, and which value to keep"
                yield from linted.at_member(measure, what, hint)


def what_is_summed(measure: Measure) -> str | None:
    """The name of the one column or dimension that a measure adds up; None if it is more than that."""
    tree = None if measure.sql is None else measure.sql.tree
    if measure.sql is None or not isinstance(tree, exp.Column):
        return None
    marked = MARKER.fullmatch(tree.name)
    reference = None if marked is None else measure.sql.references[int(marked[1])]
    return reference.member if isinstance(reference, MemberReference) else None if marked else tree.name


def has_row_for_each_time(cube: Cube) -> bool:
    """Whether the rows of a cube are what was the case at a time."""
    times = [dimension for dimension in cube.dimensions.values() if dimension.type == "time"]
    return any(time.primary_key for time in times) or (
        bool(times) and any(SNAPSHOTS.fullmatch(name.lower()) for name in (cube.name, *(t.name for t in times)))
    )


def not_aggregated(linted: Linted) -> Iterator[Found]:
    """Calculations over rows where there is one value for a group."""
    for cube in linted.model.cubes.values():
        for measure in cube.measures.values():
            if measure.type.aggregate is not Aggregate.EXPRESSION or measure.stage is not None or measure.sql is None:
                continue
            read = next(outside_of_aggregates(measure.sql, linted.model), None)
            if read is not None:
                what = f"'{measure.path}' of type {measure.type.name} reads {read} outside of every aggregate"
                hint = "Aggregate it, as in SUM(…), or use a type that does, such as sum"
                yield from linted.at_member(measure, what, hint)


def outside_of_aggregates(sql: MemberSql, model: Model) -> Iterator[str]:
    """The columns and dimensions that stand below no aggregate."""
    for column in sql.tree.find_all(exp.Column):
        if column.find_ancestor(*AGGREGATING) is not None:
            continue
        marked = MARKER.fullmatch(column.name) or MARKER.fullmatch(column.table)
        match sql.references[int(marked[1])] if marked is not None else None:
            case MemberReference() as reference:
                member = referenced(reference, model)
                if isinstance(member, Dimension) and not member.is_attached:
                    yield f"'{member.path}'"
            case TableReference() | None:
                yield f"the column '{column.name}'"
            case _:
                pass
