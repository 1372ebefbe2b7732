"""The table that a cube is on, in what is known of a database: its columns may be written in the cube's SQL."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlglot import exp

from kubus.generate.catalog import Catalog, Table
from kubus.generate.members import name_sql
from kubus.lsp.open_model import OpenModel

# What is known of each data source, by its name.
Catalogs = Mapping[str, Catalog]
NO_CATALOGS: Catalogs = MappingProxyType({})

CUBE_BEGINS = re.compile(r"\s*- +(?:name\s*:.*)?$")
TABLE = re.compile(r"\s*(?:- +)?sql_?[tT]able\s*:\s*[\"'`]*([\w.\"]+)")
SOURCE = re.compile(r"\s*(?:- +)?data_?[sS]ource\s*:\s*[\"']?(\w+)")
NAME = re.compile(r"\s*(?:- +)?name\s*:\s*[\"']?(\w+)")


@dataclass(frozen=True, slots=True)
class CubeTable:
    """Where a cube's rows are: the data source, and the table by its schema, "" where none is written, and name."""

    data_source: str
    schema: str
    name: str


def cube_table(cube: str, open_model: OpenModel, lines: list[str]) -> CubeTable | None:
    """The table of a cube, as the lines of a file say that is being written, or else as the model has it.

    None where it is on a query.
    """
    written = written_table(cube, lines)
    if written is not None:
        return written
    compiled = None if open_model.model is None else open_model.model.cubes.get(cube)
    if compiled is None or compiled.is_query or not isinstance(compiled.table.tree, exp.Table):
        return None
    table = compiled.table.tree
    return CubeTable(compiled.data_source, table.db, table.name)


def written_table(cube: str, lines: list[str]) -> CubeTable | None:
    """What the lines below the name of a cube say, up to the next cube."""
    begin = next((n for n, line in enumerate(lines) if (found := NAME.match(line)) and found[1] == cube), None)
    if begin is None:
        return None
    depth = len(lines[begin]) - len(lines[begin].lstrip(" -"))
    table: str | None = None
    source = "default"
    for line in lines[begin + 1 :]:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if len(line) - len(line.lstrip(" -")) < depth or re.match(rf" {{,{max(depth - 2, 0)}}}- ", line):
            break
        if len(line) - len(line.lstrip()) == depth:
            table = found[1] if (found := TABLE.match(line)) else table
            source = found[1] if (found := SOURCE.match(line)) else source
    if table is None:
        return None
    schema, _, name = table.replace('"', "").rpartition(".")
    return CubeTable(source, schema.rpartition(".")[2], name)


def table_in(catalogs: Catalogs, wanted: CubeTable) -> Table | None:
    """That table, if it is known. Case is as databases have it: of no meaning."""
    catalog = catalogs.get(wanted.data_source)
    if catalog is None:
        return None
    path = ((wanted.schema or catalog.schema).lower(), wanted.name.lower())
    return next((one for one in catalog.tables if (one.schema.lower(), one.name.lower()) == path), None)


def columns_in(table: Table, dialect: str) -> Iterator[tuple[str, str, str | None]]:
    """The columns of a table: as SQL writes them, their types, and what the database says of them."""
    for column in table.columns:
        yield name_sql(column.name, dialect), column.type, column.comment


def tables_in(catalogs: Catalogs, data_source: str) -> Iterator[tuple[str, str | None]]:
    """The tables of a data source as `sql_table` names them, and what the database says of them."""
    catalog = catalogs.get(data_source)
    if catalog is None:
        return
    for table in catalog.tables:
        yield table.name if table.schema == catalog.schema else f"{table.schema}.{table.name}", table.comment
