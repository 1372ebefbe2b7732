"""A cube for each table: its members, and how it meets the others."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from kubus.define import Cube, Dimension, Join, Measure
from kubus.define.definition import put_comments
from kubus.generate.catalog import Catalog, ForeignKey, Table
from kubus.generate.members import cube_names, dimensions_of, measures_of, member_names, name_sql

Names = Mapping[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class Reason:
    """The columns that a join or member is made of, and why it is, in words for people."""

    columns: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Generated:
    """A cube made of a table. `columns` are those that each of its members is made of.

    `reasons` say why there is each part, by its list and name: `joins.users`, `dimensions.status`.
    """

    table: Table
    cube: Cube
    columns: Mapping[str, frozenset[str]]
    reasons: Mapping[str, Reason]


def generated(
    catalog: Catalog, tables: Sequence[Table], dialect: str, known: Names, data_source: str = "default"
) -> list[Generated]:
    """A cube for each of these tables. `known` are the names of cubes that the model has already, by their table."""
    names = names_of(catalog, tables, known)
    return [cube_of(table, names, catalog, dialect, data_source) for table in tables]


def names_of(catalog: Catalog, tables: Sequence[Table], known: Names) -> Names:
    """The names of the cubes that these tables have, or will have, by their table."""
    return {**cube_names([table for table in tables if table.path not in known], catalog.schema), **known}


def cube_of(table: Table, names: Names, catalog: Catalog, dialect: str, data_source: str) -> Generated:
    others = {other.path: other for other in catalog.tables}
    used, left = ways_of(table, names)
    joined = {column for key in used for column in key.columns}
    dimensions = list(dimensions_of(table, joined, dialect))
    measures = list(measures_of(table, joined, dialect))
    cube = Cube(
        name=names[table.path],
        sql_table=table_sql(table, catalog.schema, dialect),
        data_source=None if data_source == "default" else data_source,
        description=table.comment,
        joins=[join_of(table, key, others[key.table], names, dialect) for key in used if key.table in others] or None,
        dimensions=[cast("Dimension", one.member) for one in dimensions] or None,
        measures=[cast("Measure", one.member) for one in measures],
    )
    for line in remarks(table, left, names):
        put_comments(cube, "", (f" {line}",))
    reasons = {f"joins.{names[key.table]}": Reason(key.columns, why_join(key)) for key in used}
    for kind, members in (("dimensions", dimensions), ("measures", measures)):
        reasons |= {f"{kind}.{one.member.name}": Reason(tuple(sorted(one.columns)), one.why) for one in members}
    return Generated(table, cube, {one.member.name: one.columns for one in (*dimensions, *measures)}, reasons)


def why_join(key: ForeignKey) -> str:
    way = f"{', '.join(key.columns)} leads to {'.'.join(key.table)} ({', '.join(key.to)})"
    return f"{way}: by its name, and its rows confirm it" if key.found else f"{way}: a foreign key"


def ways_of(table: Table, names: Names) -> tuple[list[ForeignKey], list[ForeignKey]]:
    """The foreign keys that become joins, one to each cube; and those that would lead to such a cube once more."""
    used: dict[tuple[str, str], ForeignKey] = {}
    left: list[ForeignKey] = []
    if not table.key:
        # A cube without a key cannot join.
        return [], [key for key in table.foreign_keys if key.table in names]
    # `user_id` before `referring_user_id`.
    for key in sorted(table.foreign_keys, key=lambda one: len("".join(one.columns))):
        if key.table == table.path or key.table not in names:
            continue
        if key.table in used:
            left.append(key)
        else:
            used[key.table] = key
    order = {column.name: number for number, column in enumerate(table.columns)}
    return sorted(used.values(), key=lambda key: order.get(key.columns[0], 0)), left


def join_of(table: Table, key: ForeignKey, other: Table, names: Names, dialect: str) -> Join:
    name = names[key.table]
    members = member_names(other)
    meet = [
        f"{own_column(column, dialect)} = {{{name}.{members[to]}}}"
        if to in other.key
        # No dimension for it, maybe: the column itself.
        else f"{own_column(column, dialect)} = {{{name}}}.{name_sql(to, dialect)}"
        for column, to in zip(key.columns, key.to, strict=True)
    ]
    alone = {table.key, *table.unique}
    return Join(
        name=name,
        relationship="one_to_one" if key.columns in alone else "many_to_one",
        sql=" AND ".join(meet),
    )


def own_column(column: str, dialect: str) -> str:
    return f"{{CUBE}}.{name_sql(column, dialect)}"


def table_sql(table: Table, schema: str, dialect: str) -> str:
    """The table as SQL names it, with its schema unless it is the one at hand."""
    parts = (table.name,) if table.schema == schema else table.path
    return ".".join(name_sql(part, dialect) for part in parts)


def remarks(table: Table, left: Sequence[ForeignKey], names: Names) -> Iterator[str]:
    """What somebody who takes over the cube should know."""
    if not table.key:
        yield "No key was found. To join others a cube needs one: set primary_key where it is."
    found = [column for key in table.foreign_keys if key.found and key not in left for column in key.columns]
    if found:
        yield f"By their names and values, and by no constraint, these lead to other cubes: {', '.join(found)}."
    for key in left:
        other = names[key.table]
        columns = ", ".join(key.columns)
        if table.key:
            yield f"{columns} leads to {other} too: a cube that extends {other} can be joined by it."
        else:
            yield f"{columns} leads to {other}."
    unread = [f"{column.name} ({column.type})" for column in table.columns if column.kind is None]
    if unread:
        yield f"Left out: {', '.join(unread)}."
