"""Where a model and its tables differ, at the place in the model, with what is probably meant."""

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlglot import exp

from kubus.errors import Unsupported
from kubus.generate.catalog import Catalog, Table, read_catalog
from kubus.library import SemanticLayer
from kubus.live.probes import AT_ONCE, Probing, Refused, is_probed, made_of
from kubus.loading.checks.references import members_of, sql_of
from kubus.loading.lint.linted import Found, Linted
from kubus.model.columns import bare_column, named_in
from kubus.model.cube import Cube, Dimension, Member, Segment
from kubus.model.join_graph import Join
from kubus.model.names import nearest
from kubus.sources.source import Source


@dataclass(frozen=True, slots=True)
class Fix:
    """A word that is probably meant instead of another, at the place of what was found."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Drift:
    """A difference between a model and its database. An error is what no query gets past."""

    level: Literal["error", "warning"]
    found: Found
    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """What differs, and the cubes that there was no time to look at."""

    drifts: tuple[Drift, ...]
    left: tuple[str, ...] = ()


async def compare(linted: Linted, layer: SemanticLayer, sources: Mapping[str, Source], seconds: float) -> Compared:
    """Every cube beside its tables, several at the same time, for at most so many seconds. Nothing is written.

    Raises:
        SourceError: a database cannot be asked at all.
    """
    probing = Probing(layer, sources, asyncio.Semaphore(AT_ONCE))
    cubes = layer.model.cubes
    members: dict[str, list[Refused]] = {}
    joins: dict[str, list[Refused]] = {}
    catalogs: dict[str, Catalog | None] = {}

    async def look_at_members(cube: Cube) -> None:
        members[cube.name] = await probing.refused_members(cube)

    async def look_at_joins(cube: Cube, refused: Collection[str]) -> None:
        joins[cube.name] = await probing.refused_joins(cube, refused)

    try:
        async with asyncio.timeout(seconds):
            for name, source in sources.items():
                catalogs[name] = await catalog_of(source)
            await asyncio.gather(*map(look_at_members, cubes.values()))
            refused = {one.what.path for found in members.values() for one in found if not isinstance(one.what, Join)}
            await asyncio.gather(*(look_at_joins(cube, refused) for cube in cubes.values()))
    except TimeoutError:
        pass
    drifts = (
        drift
        for name, found in joins.items()
        for drift in drifts_of(cubes[name], [*members[name], *found], catalogs.get(cubes[name].data_source), linted)
    )
    return Compared(tuple(drifts), tuple(name for name in cubes if name not in joins))


async def catalog_of(source: Source) -> Catalog | None:
    """What the database has; None where nobody knows how to ask."""
    try:
        return await read_catalog(source)
    except Unsupported:
        return None


def drifts_of(cube: Cube, refused: Sequence[Refused], catalog: Catalog | None, linted: Linted) -> Iterator[Drift]:
    """What differs in one cube: the whole of it, where no table is there for it, or else its parts."""
    table = table_of(cube, catalog)
    if catalog is not None and table is None and is_named(cube) and refused:
        yield from no_table(cube, catalog, linted)
        return
    messages = {one.message for one in refused if not isinstance(one.what, Join)}
    broken = {one.what.path for one in refused if not isinstance(one.what, Join)}
    if cube.is_query and len(messages) == 1 and stands_by_itself(cube) <= broken:
        told = f"The database refuses the sql of '{cube.name}': {first_line(*messages)}"
        hint = "Nothing of this cube can be asked until its sql is one that the database takes"
        for found in linted.at_cube(cube, told, hint, "sql"):
            yield Drift("error", found)
        return
    for one in refused:
        yield from refused_part(one, cube, table, linted)
    for dimension in cube.dimensions.values():
        if dimension.path not in broken and table is not None:
            yield from other_type(dimension, table, linted)


def stands_by_itself(cube: Cube) -> set[str]:
    """The members that say whether a cube can be asked at all: those that need no others, neither within nor beside."""
    members = (member for member in members_of(cube) if is_probed(member) and not isinstance(member, Segment))
    return {member.path for member in members if not any(made_of(member))}


def refused_part(one: Refused, cube: Cube, table: Table | None, linted: Linted) -> Iterator[Drift]:
    """A member or join that the database refuses, with the column that is probably meant."""
    missing = next(missing_columns(one.what, cube, table), None)
    close = None if missing is None or table is None else nearest(missing, [column.name for column in table.columns])
    if missing is not None and table is not None:
        known = ", ".join(column.name for column in table.columns)
        hint = (
            f"Did you mean '{close}'?" if close else f"Its columns are {known}. Remove what reads it, or name another"
        )
        told = f"The table {table.name} has no column '{missing}'"
    else:
        hint = "Change its SQL to what the database has"
        told = f"The database refuses it: {first_line(one.message)}"
    fix = Fix(missing, close) if missing and close else None
    if isinstance(one.what, Join):
        places = linted.at_join(one.what, f"The join to '{one.what.target}': {told}", hint)
    else:
        places = linted.at_member(one.what, f"'{one.what.path}': {told}", hint)
    for found in places:
        yield Drift("error", found, fix)


def missing_columns(what: Member | Join, cube: Cube, table: Table | None) -> Iterator[str]:
    """The columns that are read of a table and that it does not have."""
    if table is None:
        return
    there = {column.name.lower() for column in table.columns}
    for sql in [what.on] if isinstance(what, Join) else sql_of(what):
        for of, column, _ in named_in(sql, cube.name):
            if of == cube.name and column.lower() not in there:
                yield column


def other_type(dimension: Dimension, table: Table, linted: Linted) -> Iterator[Drift]:
    """A dimension that shows a column of another type than it says."""
    name = bare_column(dimension)
    column = next((one for one in table.columns if name is not None and one.name.lower() == name.lower()), None)
    if column is None or column.kind is None or dimension.type not in ("number", "time", "boolean"):
        return
    if dimension.type == column.kind or dimension.is_text:
        return
    told = f"'{dimension.path}' is of type {dimension.type}, and the column {column.name} is {column.type}"
    hint = f"type: {column.kind} says what it is; or let sql make a {dimension.type} of it"
    for found in linted.at_member(dimension, told, hint, "type"):
        yield Drift("warning", found, Fix(dimension.type, column.kind))


def no_table(cube: Cube, catalog: Catalog, linted: Linted) -> Iterator[Drift]:
    """A cube whose table is not there."""
    name = named_table(cube)
    here = [table.name for table in catalog.tables if table.schema.lower() == (name.db or catalog.schema).lower()]
    close = nearest(name.name, here)
    elsewhere = [f"{table.schema}.{table.name}" for table in catalog.tables if table.name.lower() == name.name.lower()]
    hint = f"Did you mean '{close or elsewhere[0]}'?" if close or elsewhere else "kubus generate says what is there"
    told = f"There is no table {name.sql()} for '{cube.name}'"
    for found in linted.at_cube(cube, told, hint, "sql_table"):
        yield Drift("error", found, Fix(name.name, close) if close else None)


def is_named(cube: Cube) -> bool:
    """Whether a cube is on a table of that name, and no query."""
    return not cube.is_query and isinstance(cube.table.tree, exp.Table) and bool(cube.table.tree.name)


def named_table(cube: Cube) -> exp.Table:
    tree = cube.table.tree
    assert isinstance(tree, exp.Table)
    return tree


def table_of(cube: Cube, catalog: Catalog | None) -> Table | None:
    """The table that a cube is on, as the database has it; None if that cannot be told."""
    if catalog is None or not is_named(cube):
        return None
    name = named_table(cube)
    schema = (name.db or catalog.schema).lower()
    return next(
        (one for one in catalog.tables if one.name.lower() == name.name.lower() and one.schema.lower() == schema), None
    )


def first_line(message: str) -> str:
    return message.strip().splitlines()[0] if message.strip() else "without a word"
