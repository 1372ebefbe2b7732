"""Models on tables that are made up, and models that believe or say something else of their joins.

Rows are invented, so that policies, tenants and the queries in cubes' own SQL have no part in it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from types import MappingProxyType

from sqlglot import exp

from kubus.model.columns import bare_column, on_table
from kubus.model.cube import Cube, Dimension, Label, Measure, Segment
from kubus.model.join_graph import Join, JoinGraph, Relationship
from kubus.model.member_sql import MemberSql, TableReference, marker
from kubus.model.model import Model
from kubus.model.view import View

OPPOSITE = {
    Relationship.ONE_TO_ONE: Relationship.ONE_TO_ONE,
    Relationship.ONE_TO_MANY: Relationship.MANY_TO_ONE,
    Relationship.MANY_TO_ONE: Relationship.ONE_TO_MANY,
}
# The column that tells rows apart in a cube that says none.
ROW = "row_number"


def made_up(model: Model, *, simple: bool = False) -> Model:
    """The model with each cube on a table of its name. If `simple`, every member over rows is a column of its own."""

    def tabled(cube: Cube) -> Cube:
        dimensions = {d.name: own_column(d) if simple else times_as_times(d) for d in cube.dimensions.values()}
        measures = {m.name: summed_column(m) if simple else m for m in cube.measures.values()}
        segments = {s.name: flag(s) if simple else s for s in cube.segments.values()}
        return replace(
            on_table(cube, cube.name),
            policies=(),
            min_group=0,
            tenant=None,
            dimensions=dimensions,
            measures=measures,
            segments=segments,
        )

    def opened(view: View) -> View:
        dimensions = {d.name: times_as_times(d) for d in view.dimensions.values()}
        return replace(view, policies=(), min_group=0, dimensions=dimensions)

    return with_holders(
        replace(model, guarded=frozenset(), tenancy=None),
        {name: tabled(cube) for name, cube in model.cubes.items()},
        {name: opened(view) for name, view in model.views.items()},
    )


def with_holders(model: Model, cubes: Mapping[str, Cube], views: Mapping[str, View]) -> Model:
    holders = {name: cubes.get(name) or views[name] for name in model.holders}
    return replace(
        model, cubes=MappingProxyType(cubes), views=MappingProxyType(views), holders=MappingProxyType(holders)
    )


def times_as_times(dimension: Dimension) -> Dimension:
    return replace(dimension, is_text=False) if dimension.is_text else dimension


def own_column(dimension: Dimension) -> Dimension:
    """A dimension as a column of its own name, unless it is computed apart."""
    plain = times_as_times(dimension)
    if dimension.is_attached or bare_column(dimension) is not None:
        return plain
    return replace(plain, value=column_sql(dimension.cube, dimension.name))


def summed_column(measure: Measure) -> Measure:
    if measure.is_expression or measure.sql is None or measure.stage is not None:
        return replace(measure, filters=())
    if isinstance(measure.sql.tree, exp.Column) and len(measure.sql.references) == 1:
        return replace(measure, filters=())
    return replace(measure, sql=column_sql(measure.cube, f"{measure.name}_value"), filters=())


def flag(segment: Segment) -> Segment:
    return replace(segment, sql=column_sql(segment.cube, segment.name))


def column_sql(cube: str, name: str) -> MemberSql:
    """A column of a cube's table."""
    tree = exp.column(exp.to_identifier(name, quoted=False), exp.to_identifier(marker(0), quoted=False))
    return MemberSql(name, tree, (TableReference(cube),))


# ── other joins ──


def with_joins(model: Model, change: Callable[[str, tuple[Join, ...]], Iterable[Join]]) -> Model:
    joins = {cube: tuple(change(cube, model.join_graph.joins.get(cube, ()))) for cube in model.cubes}
    return replace(model, join_graph=JoinGraph(joins))


def believing(model: Model) -> Model:
    """The model that takes every join for one of one row to one: what is planned then joins and aggregates, no more."""
    return with_joins(model, lambda _, joins: (replace(join, relationship=Relationship.ONE_TO_ONE) for join in joins))


def preferring(model: Model, way: tuple[str, ...]) -> Model:
    """The model in which the joins of a way are declared first."""
    steps = dict(pairwise(way))

    def first(cube: str, joins: tuple[Join, ...]) -> Iterator[Join]:
        yield from (join for join in joins if join.target == steps.get(cube))
        yield from (join for join in joins if join.target != steps.get(cube))

    return with_joins(model, first)


def with_keys(model: Model) -> Model:
    """The model in which every cube has a primary key: those that say none have a column that numbers rows."""

    def keyed(cube: Cube) -> Cube:
        if cube.primary_key:
            return cube
        number = Dimension(
            cube.name, ROW, "number", column_sql(cube.name, ROW), Label("Row"), primary_key=True, public=True
        )
        return replace(cube, dimensions={**cube.dimensions, ROW: number})

    return with_holders(model, {name: keyed(cube) for name, cube in model.cubes.items()}, model.views)


# ── joins that are not there ──


def reversed_join(join: Join) -> Join:
    """The same join, declared by the other cube."""
    return replace(join, source=join.target, target=join.source, relationship=OPPOSITE[join.relationship])


def every_row(source: str, target: str) -> Join:
    """Each row of a cube with every row of another: what joins come to when nothing relates them."""
    return Join(source, target, Relationship.ONE_TO_MANY, MemberSql("TRUE", exp.true(), ()), "TRUE")


def linked(model: Model, cubes: tuple[str, ...]) -> tuple[Model, tuple[Join, ...], bool]:
    """The model in which the first cube reaches the others: with joins walked against their direction, where joins
    lead there at all. Also the joins that are added, and whether every one of them is related to another like this.
    """
    added: list[Join] = []
    related = True
    root = cubes[0]
    for cube in cubes[1:]:
        way = either_way(model.join_graph, root, cube)
        if way is None:
            related = False
            way = (every_row(root, cube),)
        declared = model.join_graph.joins
        added += [join for join in way if join not in declared.get(join.source, ()) and join not in added]
    return (
        with_joins(model, lambda cube, joins: (*joins, *(j for j in added if j.source == cube))),
        tuple(added),
        related,
    )


def either_way(graph: JoinGraph, source: str, target: str) -> tuple[Join, ...] | None:
    """The shortest way from cube to cube over joins in either direction."""
    steps: dict[str, list[Join]] = {}
    for joins in graph.joins.values():
        for join in joins:
            steps.setdefault(join.source, []).append(join)
    for joins in graph.joins.values():
        for join in joins:
            if not any(one.target == join.source for one in steps.get(join.target, ())):
                steps.setdefault(join.target, []).append(reversed_join(join))
    return JoinGraph({cube: tuple(joins) for cube, joins in steps.items()}).path(source, target)
