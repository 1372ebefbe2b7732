"""Which columns the SQL of a model names, and of what types they are as far as the model tells."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from sqlglot import exp

from kubus.model.context import everything_in
from kubus.model.cube import Cube, Dimension, Measure, Segment
from kubus.model.join_graph import Join
from kubus.model.member_sql import MemberReference, MemberSql, TableReference, marker
from kubus.model.model import Model

Kind = Literal["VARCHAR", "INTEGER", "TIMESTAMP", "BOOLEAN"]
KINDS: Mapping[str, Kind] = {"string": "VARCHAR", "number": "INTEGER", "time": "TIMESTAMP", "boolean": "BOOLEAN"}


def members_of(cube: Cube) -> Iterator[Dimension | Measure | Segment]:
    yield from cube.dimensions.values()
    yield from cube.measures.values()
    yield from cube.segments.values()


def texts_of(member: Dimension | Measure | Segment) -> Iterator[MemberSql]:
    """Every SQL text of a member."""
    for part in everything_in(member):
        if isinstance(part, MemberSql):
            yield part


def named_in(sql: MemberSql, cube: str) -> Iterator[tuple[str, str, exp.Column]]:
    """The columns that SQL names, as (cube, column); one without a table is of `cube`."""
    tables = {marker(n): one.cube for n, one in enumerate(sql.references) if isinstance(one, TableReference)}
    others = {marker(n) for n, one in enumerate(sql.references) if not isinstance(one, TableReference)}
    for column in sql.tree.find_all(exp.Column):
        if column.name not in others and not column.is_star:
            yield tables.get(column.table, cube), column.name, column


def columns_read(
    member: Dimension | Measure | Segment, model: Model, seen: frozenset[str]
) -> Iterator[tuple[str, str]]:
    """Every column on which a member depends, as (cube, column), through what it refers to."""
    if member.path in seen:
        return
    for sql in texts_of(member):
        for of, column, _ in named_in(sql, member.cube):
            yield of, column
        for reference in sql.references:
            if isinstance(reference, MemberReference) and reference.cube in model.cubes:
                found = model.cubes[reference.cube].member(reference.member)
                if found is not None:
                    yield from columns_read(found, model, seen | {member.path})
    if isinstance(member, Measure) and member.sql is None:
        for key in model.cubes[member.cube].primary_key:
            yield from columns_read(key, model, seen | {member.path})


def columns_of(model: Model) -> dict[str, dict[str, Kind]]:
    """The columns of each cube and their types, as far as the model tells them."""
    found: dict[str, dict[str, Kind | None]] = {name: {} for name in model.cubes}
    for cube in model.cubes.values():
        for dimension in cube.dimensions.values():
            column = bare_column(dimension)
            if column is not None:
                found[cube.name][column] = KINDS.get(dimension.type, "VARCHAR")
        texts = [sql for member in members_of(cube) for sql in texts_of(member)]
        of_tenant = (cube.tenant,) if isinstance(cube.tenant, MemberSql) else ()
        for sql in (*texts, *(join.on for join in cube.joins), *of_tenant):
            for of, column, node in named_in(sql, cube.name):
                if found[of].get(column) is None:
                    found[of][column] = kind_by_use(node)
        for measure in cube.measures.values():
            if measure.sql is not None and measure.type.name in {"sum", "avg"}:
                for of, column, node in named_in(measure.sql, cube.name):
                    if node is measure.sql.tree and found[of].get(column) is None:
                        found[of][column] = "INTEGER"
    for _ in range(2):
        for cube in model.cubes.values():
            for join in cube.joins:
                sides = list(joined_columns(join, model))
                for of, column in sides:
                    # One of the sides may be told by a dimension; the others are of its kind.
                    found[of][column] = found[of][column] or first_kind([found[a][b] for a, b in sides])
    return {name: {column: kind or "VARCHAR" for column, kind in columns.items()} for name, columns in found.items()}


def joined_columns(join: Join, model: Model) -> Iterator[tuple[str, str]]:
    """The columns that the condition of a join compares, by themselves or as dimensions, as (cube, column)."""
    for of, column, _ in named_in(join.on, join.source):
        yield of, column
    for reference in join.on.references:
        if isinstance(reference, MemberReference):
            member = model.cubes[reference.cube].member(reference.member)
            column = bare_column(member) if isinstance(member, Dimension) else None
            if column is not None:
                yield reference.cube, column


def first_kind(kinds: Sequence[Kind | None]) -> Kind | None:
    """The first type that is known."""
    return next(filter(None, kinds), None)


def kind_by_use(column: exp.Column) -> Kind | None:
    """The type of a column by what is done with it; None if that says nothing."""
    parent = column.parent
    if isinstance(parent, exp.Sum | exp.Avg | exp.Add | exp.Sub | exp.Mul | exp.Div | exp.Neg):
        return "INTEGER"
    if isinstance(parent, exp.Binary):
        other = parent.right if parent.left is column else parent.left
        if isinstance(other, exp.Literal):
            return "VARCHAR" if other.is_string else "INTEGER"
        if isinstance(other, exp.Boolean):
            return "BOOLEAN"
    return None


def bare_column(dimension: Dimension) -> str | None:
    """The column that a dimension shows as it is."""
    value = dimension.value
    if dimension.alias_of is not None or not isinstance(value, MemberSql) or not isinstance(value.tree, exp.Column):
        return None
    first = value.references[0] if value.references else None
    return value.tree.name if isinstance(first, TableReference) and first.cube == dimension.cube else None


def on_table(cube: Cube, table: str) -> Cube:
    """The cube on a table that is made up."""
    return replace(cube, table=MemberSql(table, exp.to_table(table), ()), is_query=False, data_source="default")
