"""From tables to proposals: which tables, what of them is wanted, and the files that would come of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kubus.define import AccessPolicy, Cube
from kubus.define.definition import put_comments
from kubus.errors import ConfigError
from kubus.generate.catalog import Catalog, Table, read_catalog
from kubus.generate.cubes import Generated, generated, names_of
from kubus.generate.keys import with_keys
from kubus.generate.proposals import Proposal, known_cubes, proposals
from kubus.model.model import Model
from kubus.sources.source import Source

# A table as people name it, or by its schema and name, letter for letter.
TableName = str | tuple[str, str]

# Where cubes without policies are closed to everyone, this opens one, for people to narrow.
OPENED = " Everybody whom the server lets in sees all of it. Name groups here, and the rows and members of each."


@dataclass(frozen=True, slots=True)
class Chosen:
    """The tables that cubes are wanted of, in the catalog of their data source."""

    catalog: Catalog
    tables: tuple[Table, ...]
    dialect: str
    data_source: str


@dataclass(frozen=True, slots=True)
class Proposed:
    """What comes of tables: a cube for each, the files that would be new or longer, and what is left to people."""

    made: tuple[Generated, ...]
    files: tuple[Proposal, ...]
    by_hand: tuple[str, ...]


async def choose(
    source: Source, data_source: str, wanted: Sequence[TableName], *, looks_at_rows: bool = True
) -> Chosen:
    """These tables of a data source with their keys; with `looks_at_rows`, also those that only the rows say.

    Raises:
        ConfigError: there is no such table, or there are none at all.
        SourceError: the database refused.
        Unsupported: it is none of which kubus knows how its catalog is read.
    """
    catalog = await read_catalog(source)
    paths = {table.path for table in chosen_tables(catalog, wanted)}
    if looks_at_rows:
        catalog = await with_keys(catalog, source, [table for table in catalog.tables if table.path in paths])
    tables = tuple(table for table in catalog.tables if table.path in paths)
    return Chosen(catalog, tables, source.dialect, data_source)


def propose(
    chosen: Chosen, folder: Path, model: Model | None, *, leave_out: Collection[str] = (), opened: bool = False
) -> Proposed:
    """What would change in a model folder, whose model is `model`; None where there is none yet.

    `leave_out` are joins and members that are not wanted: `orders.joins.users`, `orders.measures.total_amount`. New
    cubes that are `opened` let everybody see them.

    Raises:
        ConfigError: a file cannot be read.
    """
    known = known_cubes(model, chosen.catalog, chosen.data_source)
    names = names_of(chosen.catalog, chosen.tables, known)
    tables = [without_joins(table, names, leave_out) for table in chosen.tables]
    made = [
        without_members(one, leave_out)
        for one in generated(chosen.catalog, tables, chosen.dialect, known, chosen.data_source)
    ]
    if opened:
        made = [one if one.table.path in known else replace(one, cube=open_to_all(one.cube)) for one in made]
    files, by_hand = proposals(folder, model, made)
    return Proposed(tuple(made), tuple(files), tuple(by_hand))


def chosen_tables(catalog: Catalog, wanted: Sequence[TableName]) -> list[Table]:
    """The tables of these names; without names, those of the current schema.

    Raises:
        ConfigError: there is no such table, or there are none at all.
    """
    if not wanted:
        here = [table for table in catalog.tables if table.schema == catalog.schema]
        if not here:
            raise ConfigError(
                f"There is no table in the schema '{catalog.schema}'", hint="Name tables: --tables other.orders"
            )
        return here
    by_path = {table.path: table for table in catalog.tables}
    by_name = {table.name.lower(): table for table in catalog.tables if table.schema == catalog.schema}
    by_name |= {f"{table.schema}.{table.name}".lower(): table for table in catalog.tables}
    found: dict[tuple[str, str], Table] = {}
    missing: list[str] = []
    for name in wanted:
        table = by_name.get(name.lower()) if isinstance(name, str) else by_path.get(name)
        if table is None:
            missing.append(name if isinstance(name, str) else ".".join(name))
        else:
            found[table.path] = table
    if missing:
        hint = f"There are: {', '.join(sorted(by_name))[:500]}" if by_name else "The database is empty"
        raise ConfigError(f"There is no table {', '.join(missing)}", hint=hint)
    return list(found.values())


def without_joins(table: Table, names: Mapping[tuple[str, str], str], leave_out: Collection[str]) -> Table:
    """The table as if its columns did not lead to cubes that are left out; they are columns as others then."""
    own = names[table.path]
    kept = tuple(key for key in table.foreign_keys if f"{own}.joins.{names.get(key.table)}" not in leave_out)
    return replace(table, foreign_keys=kept)


def without_members(made: Generated, leave_out: Collection[str]) -> Generated:
    cube = made.cube
    if not leave_out:
        return made
    dimensions = [one for one in cube.dimensions or () if f"{cube.name}.dimensions.{one.name}" not in leave_out]
    measures = [one for one in cube.measures or () if f"{cube.name}.measures.{one.name}" not in leave_out]
    return replace(made, cube=commented(cube.changed(dimensions=dimensions or None, measures=measures or None), cube))


def open_to_all(cube: Cube) -> Cube:
    """The cube with a policy that lets everybody see all of it, and says so."""
    shown = commented(cube.changed(access_policy=[AccessPolicy(group="*")]), cube)
    put_comments(shown, "access_policy", (OPENED,))
    return shown


def commented(cube: Cube, before: Cube) -> Cube:
    """A changed cube with the comments that it had."""
    for field, lines in before.comments.items():
        put_comments(cube, field, lines)
    return cube
