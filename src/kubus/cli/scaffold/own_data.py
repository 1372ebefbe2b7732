"""A new project on somebody's own files: its data model is made of them."""

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path
from string import Template

from kubus.cli.scaffold.project import write_common, write_settings
from kubus.define import Cube, Definitions
from kubus.errors import ConfigError
from kubus.generate.catalog import read_catalog
from kubus.generate.cubes import generated
from kubus.generate.keys import with_keys
from kubus.generate.propose import open_to_all
from kubus.sources.duckdb_files import READERS, ending
from kubus.sources.options import DuckDBOptions
from kubus.sources.registry import make_source
from kubus.writing.yaml_text import yaml_text

DATABASE_ENDINGS = (".duckdb", ".ddb", ".db")


def write_own_project(
    folder: Path, name: str, files: Sequence[Path], readme: str, *, asks_for_tokens: bool
) -> list[Cube]:
    """Write a project whose data are copies of these files, and give the cubes of its data model.

    Raises:
        ConfigError: a file cannot be read as a table, or there is no table in it.
        OSError: the folder cannot be written to.
    """
    place, options = copied(folder / "data", files)
    cubes = asyncio.run(cubes_in(options))
    write_settings(folder, "duckdb", place, asks_for_tokens=asks_for_tokens)
    (folder / "model" / "cubes").mkdir(parents=True)
    for cube in cubes:
        text = yaml_text(Definitions(cubes=[cube]))
        (folder / "model" / "cubes" / f"{cube.name}.yml").write_text(text, encoding="utf-8", newline="\n")
    write_common(folder)
    names = ", ".join(f"`{cube.name}`" for cube in cubes)
    text = Template(readme).substitute(name=name, query=first_query(cubes), cubes=names)
    (folder / "README.md").write_text(text, encoding="utf-8", newline="\n")
    return cubes


def copied(data: Path, files: Sequence[Path]) -> tuple[str, DuckDBOptions]:
    """The files in the folder of the project's data: the setting that says so, and how they are opened."""
    data.mkdir(parents=True)
    for file in files:
        if not file.is_file():
            raise ConfigError(f"There is no file {file}")
    databases = [file for file in files if file.suffix.lower() in DATABASE_ENDINGS]
    unread = [file for file in files if file not in databases and not ending(file)]
    if unread:
        known = ", ".join((*READERS, *DATABASE_ENDINGS))
        raise ConfigError(f"{unread[0]} is no file that can be read as a table", hint=f"Give files that end in {known}")
    if databases and len(files) > 1:
        raise ConfigError(f"{databases[0]} is a database, and a project has one", hint="Give it alone")
    for file in files:
        if (data / file.name).exists():
            raise ConfigError(f"Two files are called {file.name}", hint="Rename one of them")
        shutil.copyfile(file, data / file.name)
    if databases:
        name = databases[0].name
        return f"CUBEJS_DB_DUCKDB_DATABASE_PATH=data/{name}", DuckDBOptions(path=data / name, read_only=True)
    return "KUBUS_DUCKDB_FOLDER=data", DuckDBOptions(folder=data)


async def cubes_in(options: DuckDBOptions) -> list[Cube]:
    """A cube for each table, open to everybody who is let in: new projects close cubes that have no policy."""
    source = make_source("default", options)
    try:
        catalog = await read_catalog(source)
        tables = [table for table in catalog.tables if table.schema == catalog.schema]
        if not tables:
            raise ConfigError("There is no table in what was given")
        catalog = await with_keys(catalog, source, tables)
        tables = [table for table in catalog.tables if table.schema == catalog.schema]
        return [open_to_all(one.cube) for one in generated(catalog, tables, source.dialect, {})]
    finally:
        await source.close()


def first_query(cubes: Sequence[Cube]) -> str:
    """Something to ask: how many rows the cube with the most joins has, by its first text."""
    cube = max(cubes, key=lambda one: len(one.joins or ()))
    count = next(measure for measure in cube.measures or () if measure.type == "count")
    texts = [dimension for dimension in cube.dimensions or () if dimension.type == "string"]
    by = f', "dimensions": ["{cube.name}.{texts[0].name}"]' if texts else ""
    return f'{{"measures": ["{cube.name}.{count.name}"]{by}}}'
