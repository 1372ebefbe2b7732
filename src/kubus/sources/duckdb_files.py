"""A folder of Parquet, CSV and JSON files as tables of DuckDB.

Source: https://duckdb.org/docs/stable/data/multiple_files/overview
"""

from pathlib import Path

import duckdb

from kubus.errors import ConfigError

READERS = {
    ".parquet": "read_parquet",
    ".csv": "read_csv",
    ".csv.gz": "read_csv",
    ".tsv": "read_csv",
    ".json": "read_json",
    ".ndjson": "read_json",
}


def add_folder(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Make a view of each file, and of each folder of files, named as it is without its ending.

    Nothing outside of `folder` can be read afterwards. Hidden files are left out.

    Raises:
        ConfigError: there is no such folder, two entries have one name, or an entry cannot be read.
    """
    if not folder.is_dir():
        raise ConfigError(f"There is no folder {folder}", hint="Set KUBUS_DUCKDB_FOLDER to a folder of files")
    made: dict[str, Path] = {}
    for entry in sorted(folder.resolve().iterdir()):
        if entry.name.startswith("."):
            continue
        patterns = files_below(entry) if entry.is_dir() else one_file(entry)
        if not patterns:
            continue
        name = entry.name if entry.is_dir() else entry.name[: -len(ending(entry))]
        if (other := made.get(name.lower())) is not None:
            raise ConfigError(
                f"{other} and {entry} would both be the table '{name}'",
                hint="Rename one of them, or put files of one table into a folder",
            )
        made[name.lower()] = entry
        readers = {READERS[e] for e in patterns}
        if len(readers) > 1:
            raise ConfigError(
                f"The folder {entry} holds files of different kinds: {', '.join(sorted(patterns))}",
                hint="Keep files of one kind in it: they are one table",
            )
        add_view(connection, name, readers.pop(), sorted(set(patterns.values())), entry)
    # A path with brackets or stars is looked up under the pattern that stands for it.
    allowed = sorted({str(folder.resolve()), exactly(str(folder.resolve()))})
    connection.execute(f"SET allowed_directories = {literals(allowed)}")


def add_view(connection: duckdb.DuckDBPyConnection, name: str, reader: str, patterns: list[str], entry: Path) -> None:
    view = '"' + name.replace('"', '""') + '"'
    try:
        # A view cannot have placeholders; the paths are the operator's, and quoted.
        connection.execute(f"CREATE VIEW {view} AS SELECT * FROM {reader}({literals(patterns)})")  # noqa: S608
    except duckdb.Error as error:
        raise ConfigError(f"{entry} cannot be read as a table: {error}") from error


def ending(file: Path) -> str:
    """The ending that says how to read the file, as it is written there; empty if none does."""
    lower = file.name.lower()
    known = next((e for e in READERS if lower.endswith(e) and len(lower) > len(e)), "")
    return file.name[len(file.name) - len(known) :]


def one_file(file: Path) -> dict[str, str]:
    """The pattern that matches this file alone, by the ending; empty if it is no table."""
    return {ending(file).lower(): exactly(str(file))} if ending(file) else {}


def files_below(folder: Path) -> dict[str, str]:
    """A pattern for each ending among the files below `folder`: those that come later are found as well."""
    files = (p for p in folder.rglob("*") if not any(part.startswith(".") for part in p.relative_to(folder).parts))
    endings = {ending(p).lower() for p in files if p.is_file()} - {""}
    return {e: f"{exactly(str(folder))}/**/*{any_case(e)}" for e in endings}


def any_case(text: str) -> str:
    return "".join(f"[{c.lower()}{c.upper()}]" if c.isalpha() else c for c in text)


def exactly(path: str) -> str:
    """A glob pattern that matches this path and no other."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in path)


def literals(values: list[str]) -> str:
    return "[" + ", ".join("'" + value.replace("'", "''") + "'" for value in values) + "]"
