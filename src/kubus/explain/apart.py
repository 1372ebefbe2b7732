"""Measures that aggregate by themselves beside other measures, taken apart: each aggregate as a measure of its own.

That is what the refusal of such a measure asks its author to do.
"""

from dataclasses import replace

from sqlglot import exp

from kubus.explain.made_up import with_holders
from kubus.model.cube import Cube, Label, Measure
from kubus.model.measure_types import MEASURE_TYPES
from kubus.model.member_sql import MemberReference, MemberSql, Reference, marker
from kubus.model.model import Model
from kubus.plan.fan_out import has_own_aggregate, inner_measures

TYPES: dict[type[exp.Expr], str] = {
    exp.Sum: "sum",
    exp.Avg: "avg",
    exp.Min: "min",
    exp.Max: "max",
    exp.Count: "count",
}


def aggregates_apart(model: Model) -> Model:
    """The model in which no measure aggregates beside measures that it refers to, where that can be said."""

    def of(cube: Cube) -> Cube:
        measures: dict[str, Measure] = {}
        for measure in cube.measures.values():
            mixed = has_own_aggregate(measure) and inner_measures(measure, model)
            for one in taken_apart(measure) if mixed else (measure,):
                measures[one.name] = one
        return replace(cube, measures=measures)

    return with_holders(model, {name: of(cube) for name, cube in model.cubes.items()}, model.views)


def taken_apart(measure: Measure) -> tuple[Measure, ...]:
    """The measure over measures of its own for its aggregates, and these; itself alone where one cannot be said."""
    assert measure.sql is not None, measure.path
    tree = exp.Paren(this=measure.sql.tree.copy())
    references: list[Reference] = list(measure.sql.references)
    own: list[Measure] = []
    for number, found in enumerate([node for node in tree.find_all(exp.AggFunc) if outermost(node)]):
        kind, argument = TYPES.get(type(found)), found.this
        if isinstance(argument, exp.Distinct) and kind == "count" and len(argument.expressions) == 1:
            kind, argument = "count_distinct", argument.expressions[0]
        if kind is None or not isinstance(argument, exp.Expr):
            return (measure,)
        sql = None if isinstance(argument, exp.Star) else own_sql(argument, measure.sql)
        name = f"{measure.name}_aggregate_{number + 1}"
        own.append(Measure(measure.cube, name, MEASURE_TYPES[kind], sql, (), Label(name), public=False))
        found.replace(exp.column(exp.to_identifier(marker(len(references)), quoted=False)))
        references.append(MemberReference((measure.cube,), name))
    return (replace(measure, sql=MemberSql(measure.sql.text, tree.this, tuple(references))), *own)


def outermost(node: exp.Expr) -> bool:
    return node.find_ancestor(exp.AggFunc) is None


def own_sql(argument: exp.Expr, of: MemberSql) -> MemberSql:
    """Part of some SQL, with those of its references that stand in it."""
    tree = exp.Paren(this=argument.copy())
    kept: list[Reference] = []
    numbers = {marker(number): number for number in range(len(of.references))}
    given: dict[int, int] = {}
    for identifier in tree.find_all(exp.Identifier):
        number = numbers.get(identifier.name)
        if number is not None:
            if number not in given:
                given[number] = len(kept)
                kept.append(of.references[number])
            identifier.set("this", marker(given[number]))
    return MemberSql(argument.sql(), tree.this, tuple(kept))
