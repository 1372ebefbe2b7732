"""The rows that tests give: written in a test file, or in CSV files beside it."""

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from kubus.loading.problems import nearest_hint
from kubus.loading.yaml_text import Yaml
from kubus.testing.cases import Given, Place, Table

if TYPE_CHECKING:
    from kubus.testing.reading import Reader

TABLE_KEYS = ("rows", "csv", "columns", "data_source")

NULL = Given(None, "null")

# What a text of a CSV file looks like: no number begins with a zero that means nothing, so that codes stay texts.
INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+")
BOOLEANS = frozenset({"true", "false"})


def given_tables(value: Yaml | None, reader: "Reader") -> Iterator[Table]:
    """The tables under `given`."""
    if value is None:
        return
    if not value.is_map:
        reader.wrong(value, "Given rows are a map", "Write the name of a table, and its rows below it")
        return
    reader.twice(value)
    for name, rows in value.items():
        place = reader.place((value.keys or {})[name])
        if rows.is_list:
            yield listed(name, place, rows, reader)
        elif isinstance(rows.data, str):
            yield from_csv(name, place, rows, reader)
        elif reader.is_map(rows, TABLE_KEYS, "a table that is given"):
            yield described(name, place, rows, reader)


def described(name: str, place: Place, value: Yaml, reader: "Reader") -> Table:
    """A table that says more than its rows."""
    parts = dict(value.items())
    if ("rows" in parts) == ("csv" in parts):
        reader.wrong(value, f"The rows of '{name}' come from here or from a file", "Write either `rows` or `csv`")
        return Table(name, (), (), (), None, True, place)
    columns = parts.get("columns")
    data_source = reader.read(parts.get("data_source"), reader.text)
    if "csv" in parts:
        return from_csv(name, place, parts["csv"], reader, columns, data_source)
    rows = parts["rows"]
    if not rows.is_list:
        reader.wrong(rows, "Rows are a list", "Write each as a map, or as a list in the order of `columns`")
        return Table(name, (), (), (), data_source, True, place)
    return listed(name, place, rows, reader, columns, data_source)


def listed(
    name: str,
    place: Place,
    value: Yaml,
    reader: "Reader",
    columns: Yaml | None = None,
    data_source: str | None = None,
) -> Table:
    """A table whose rows stand in the test file. A column that a row leaves out is null there."""
    named, types = declared(columns, reader)
    is_closed = columns is not None
    maps: list[tuple[Yaml, dict[str, Yaml]]] = []
    for row in cast("list[Yaml]", value.data):
        if row.is_map:
            reader.twice(row)
            maps.append((row, dict(row.items())))
            for column, at in (row.keys or {}).items():
                if column in named:
                    continue
                if is_closed:
                    near = nearest_hint(column, named) or f"The columns are {', '.join(named)}"
                    reader.wrong(at, f"The table '{name}' has no column '{column}'", near)
                else:
                    named[column] = reader.place(at)
        elif row.is_list and is_closed:
            values = cast("list[Yaml]", row.data)
            if len(values) != len(named):
                reader.wrong(
                    row,
                    f"There are {len(values)} values here for {len(named)} columns",
                    f"The columns are {', '.join(named)}",
                )
            else:
                maps.append((row, dict(zip(named, values, strict=True))))
        else:
            reader.wrong(row, "A row is a map by columns", "Write `{id: 1, status: new}`, or list `columns` first")
    nothing = Yaml(None, 0, 0)
    rows = tuple(tuple(given(row.get(column, nothing)) for column in named) for _, row in maps)
    return Table(
        name,
        tuple(named),
        types,
        rows,
        data_source,
        True,
        place,
        tuple(reader.place(at) for at, _ in maps),
        tuple(named.items()),
    )


def declared(columns: Yaml | None, reader: "Reader") -> tuple[dict[str, Place], tuple[tuple[str, str], ...]]:
    """The columns under `columns`: a list of names, or a map of names to types."""
    if columns is None:
        return {}, ()
    if columns.is_list:
        names = cast("list[Yaml]", columns.data)
        for one in names:
            reader.text(one)
        return {one.text: reader.place(one) for one in names}, ()
    if not columns.is_map:
        reader.wrong(columns, "Columns are names, or names with types", "Write `columns: {id: integer, status: text}`")
        return {}, ()
    reader.twice(columns)
    at = columns.keys or {}
    types = {name: kind for name, kind in columns.items() if kind.data is not None}
    for kind in types.values():
        reader.text(kind)
    return {name: reader.place(at[name]) for name in at}, tuple((name, kind.text) for name, kind in types.items())


def given(value: Yaml) -> Given:
    """A value of a row in a test file."""
    match value.data:
        case None:
            return NULL
        case bool() as one:
            return Given("true" if one else "false", "boolean")
        case int() as one:
            return Given(str(one), "integer")
        case float():
            return Given(value.text, "decimal")
        case str():
            return Given(value.text, "text")
        case _:
            return Given(json.dumps(as_json(value)), "json")


def as_json(value: Yaml) -> Any:
    """A value as JSON has it: a date is the text that is written."""
    if value.is_map:
        return {key: as_json(part) for key, part in value.items()}
    if value.is_list:
        return [as_json(part) for part in cast("list[Yaml]", value.data)]
    return value.text if isinstance(value.data, str) else value.data


# ── CSV ──


def from_csv(
    name: str,
    place: Place,
    file: Yaml,
    reader: "Reader",
    columns: Yaml | None = None,
    data_source: str | None = None,
) -> Table:
    """A table whose rows stand in a CSV file: UTF-8, a header line, commas; an empty field is null."""
    empty = Table(name, (), (), (), data_source, False, place)
    if not isinstance(file.data, str) or not file.text.endswith(".csv"):
        reader.wrong(file, "Rows are a list, or the name of a CSV file", "Name a file that ends in .csv")
        return empty
    path = reader.path.parent / file.text
    reader.reads.append(path)
    try:
        header, rows = csv_rows(path)
    except ValueError as error:
        reader.wrong(file, str(error), "Mend the file, or name another CSV file beside this one")
        return empty
    named, types = declared(columns, reader)
    for column, at in named.items():
        if column not in header:
            near = nearest_hint(column, header) or f"Its columns are {', '.join(header)}"
            reader.wrong(Yaml(None, at.line, at.column), f"{file.text} has no column '{column}'", near)
    return csv_table(name, header, rows, path.name, types, data_source, place)


def csv_table(
    name: str,
    header: list[str],
    rows: list[tuple[int, list[str]]],
    file: str,
    types: tuple[tuple[str, str], ...],
    data_source: str | None,
    place: Place,
) -> Table:
    """A table with the rows of a CSV file, each with its line."""
    return Table(
        name,
        tuple(header),
        types,
        tuple(tuple(from_text(text) for text in row) for _, row in rows),
        data_source,
        False,
        place,
        tuple(Place(file, line) for line, _ in rows),
    )


def csv_rows(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The columns and the rows of a CSV file, each row with its line. Raises ValueError if it is none."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            found = csv.reader(lines, strict=True)
            header = next(found, list[str]())
            rows = [(found.line_num, row) for row in found if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ValueError(f"{path.name} cannot be read: {reason}") from error
    if not header or len(set(header)) != len(header):
        raise ValueError(f"{path.name} has no header line of different names")
    for line, row in rows:
        if len(row) != len(header):
            raise ValueError(f"{path.name}:{line} has {len(row)} fields for {len(header)} columns")
    return header, rows


def from_text(text: str) -> Given:
    """A value of a CSV file."""
    if not text:
        return NULL
    if text in BOOLEANS:
        return Given(text, "boolean")
    if INTEGER.fullmatch(text):
        return Given(text, "integer")
    return Given(text, "decimal" if DECIMAL.fullmatch(text) else "text")
