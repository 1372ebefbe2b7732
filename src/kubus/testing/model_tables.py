"""What a model says of the tables that it reads: their names, their columns, and what those hold."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlglot import exp

from kubus.errors import BadTest
from kubus.model.columns import bare_column, columns_of
from kubus.model.context import everything_in
from kubus.model.cube import Cube
from kubus.model.member_sql import MemberSql, marker
from kubus.model.model import Model


class TableName(NamedTuple):
    """What a table is called, in lower case. An empty catalog is that of the database; every table has a schema."""

    catalog: str
    schema: str
    name: str

    def __str__(self) -> str:
        return ".".join(part for part in self if part)


@dataclass(slots=True)
class ModelTable:
    """A table as the model knows it. `kinds` are the types of dimensions that show a column as it is, by its name.

    `columns` are the columns that are read, with what is known of their types; None where the SQL does not tell.
    """

    data_sources: set[str] = field(default_factory=set[str])
    kinds: dict[str, str] = field(default_factory=dict[str, str])
    columns: dict[str, str] | None = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class ModelTables:
    """The tables of a model. `words` are all names in its SQL, in lower case: no column is read that is not there."""

    tables: Mapping[TableName, ModelTable]
    words: frozenset[str]


def model_tables(model: Model, schemas: Mapping[str, str]) -> ModelTables:
    """The tables of a model, whose names without a schema are in that of `schemas`, by data source."""
    tables: dict[TableName, ModelTable] = {}
    words: set[str] = set()
    columns = columns_of(model)
    for cube in model.cubes.values():
        schema = schemas.get(cube.data_source, "main")
        own = None if cube.is_query else cube.table.tree
        for sql in texts_in(cube):
            words.update(found.name.lower() for found in sql.tree.find_all(exp.Identifier))
            for found in tables_in(sql):
                table = tables.setdefault(name_of(found, schema), ModelTable())
                table.data_sources.add(cube.data_source)
                if found is not own:
                    table.columns = None
                    continue
                if table.columns is not None:
                    table.columns |= columns[cube.name]
                for dimension in cube.dimensions.values():
                    column = bare_column(dimension)
                    if column is not None:
                        kind = "string" if dimension.is_text else dimension.type
                        table.kinds.setdefault(column.lower(), kind)
    return ModelTables(tables, frozenset(words))


def texts_in(cube: Cube) -> Iterator[MemberSql]:
    """Every SQL text of a cube, each once."""
    seen: set[int] = set()
    for part in everything_in(cube):
        if isinstance(part, MemberSql) and id(part) not in seen:
            seen.add(id(part))
            yield part


def tables_in(sql: MemberSql) -> Iterator[exp.Table]:
    """The tables that a text names; no other cubes, and nothing that the text itself defines."""
    markers = {marker(number) for number in range(len(sql.references))}
    own = {one.alias.lower() for one in sql.tree.find_all(exp.CTE)}
    for table in sql.tree.find_all(exp.Table):
        is_own = not table.db and table.name.lower() in own
        if isinstance(table.this, exp.Identifier) and table.name not in markers and not is_own:
            yield table


def name_of(table: exp.Table, schema: str) -> TableName:
    return TableName(table.catalog.lower(), table.db.lower() or schema, table.name.lower())


def named_table(text: str, schema: str, grammar: str) -> TableName:
    """The table that a text names.

    Raises:
        BadTest: it is no name of a table.
    """
    try:
        found = exp.to_table(text, dialect=grammar)
    except Exception as error:  # sqlglot raises more than one kind at what is no name
        raise BadTest(f"'{text}' is no name of a table", hint="Write it as `sql_table` of the cube has it") from error
    return name_of(found, schema)
