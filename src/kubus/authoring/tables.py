"""The tables of a data source, each with the cube that is on it already."""

import msgspec

from kubus.authoring.open_project import OpenProject
from kubus.generate.catalog import Table
from kubus.generate.proposals import known_cubes
from kubus.lsp.open_model import OpenModel
from kubus.model.model import Model


class Column(msgspec.Struct, rename="camel"):
    """A column. `kind` is what a model can make of it: number, string, time, boolean; None: nothing."""

    name: str
    type: str
    kind: str | None
    comment: str | None
    is_key: bool
    # What tools of Cube read; nothing is said there.
    attributes: list[str] = []


class TableEntry(msgspec.Struct, rename="camel"):
    """A table or view. `cube` is on it already; `leads_to` are the tables that its declared foreign keys name."""

    schema: str
    name: str
    comment: str | None
    cube: str | None
    leads_to: list[str]
    columns: list[Column]


class SourceEntry(msgspec.Struct, rename="camel"):
    """A data source by its name, and what database it is."""

    name: str
    type: str


class Tables(msgspec.Struct, rename="camel"):
    """The tables of a data source. `schema` is the one whose tables need no schema before their name."""

    data_source: str
    data_sources: list[SourceEntry]
    schema: str
    tables: list[TableEntry]
    # Source: https://cube.dev, the same by schema and table.
    tables_schema: dict[str, dict[str, list[Column]]]


async def tables(project: OpenProject, data_source: str = "default") -> Tables:
    """The tables of a data source.

    Raises:
        QueryError: there is no such data source.
        SourceError: the database refused.
        Unsupported: it is none of which kubus knows how its tables are listed.
    """
    catalog = await project.catalog(data_source)
    model = await project.saved(model_of)
    known = known_cubes(model, catalog, data_source)
    entries = [entry(table, known.get(table.path)) for table in catalog.tables]
    by_schema: dict[str, dict[str, list[Column]]] = {}
    for one in entries:
        by_schema.setdefault(one.schema, {})[one.name] = one.columns
    sources = [SourceEntry(name, options.db_type) for name, options in project.settings.sources.items()]
    return Tables(data_source, sources, catalog.schema, entries, by_schema)


def model_of(model: OpenModel) -> Model | None:
    """The model of the files, or of before they were wrong; None if they never were right."""
    return model.model


def entry(table: Table, cube: str | None) -> TableEntry:
    columns = [
        Column(column.name, column.type, column.kind, column.comment, column.name in table.key)
        for column in table.columns
    ]
    return TableEntry(
        table.schema, table.name, table.comment, cube, [".".join(key.table) for key in table.foreign_keys], columns
    )
