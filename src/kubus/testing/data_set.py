"""Rows that are given, as tables of a DuckDB in memory: the types of their columns, and the mistakes in them."""

import json
import re
from collections.abc import Mapping, Sequence

import duckdb
from sqlglot import exp
from sqlglot.errors import SqlglotError

from kubus.errors import BadTest, Problem
from kubus.loading.problems import nearest_hint
from kubus.sources.duckdb import message_of, quoted
from kubus.testing.cases import Given, Place, Table
from kubus.testing.model_tables import ModelTable

# A date or time as ISO writes it, with or without an offset.
DATE = re.compile(r"\d{4}-\d\d-\d\d")
TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?")
ZONED = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)? ?(Z|[+-]\d\d(:?\d\d)?)")

# The most digits of a DECIMAL that still multiplies with its like.
DIGITS = 18
MOST_DIGITS = 38

# What a column holds of which no row says it, by the type of the dimension that shows it.
EMPTY = {"string": "VARCHAR", "number": "BIGINT", "time": "TIMESTAMP", "boolean": "BOOLEAN"}


def fill(
    connection: duckdb.DuckDBPyConnection,
    place: str,
    table: Table,
    known: ModelTable,
    words: frozenset[str],
    grammar: str,
) -> None:
    """Make a table with its rows at a place, which is its whole name as SQL.

    `known` is what the model says of it, `words` are all names in the SQL of the model, `grammar` is the dialect in
    which types are said.

    Raises:
        BadTest: the model does not read a column that is given, or a value is not of its type.
    """
    check_columns(table, words)
    types = column_types(table, known, grammar)
    if not types:
        raise bad(
            table.place,
            f"Nothing says which columns '{table.name}' has",
            f"Write `{table.name}: {{columns: {{id: integer}}, rows: []}}`",
        )
    columns = ", ".join(f"{quoted(column)} {kind}" for column, kind in types.items())
    try:
        connection.execute(f"CREATE TABLE {place} ({columns})")
    except duckdb.Error as error:
        raise bad(table.place, f"'{table.name}' cannot be made: {message_of(error)}", TYPES) from error
    if not table.rows:
        return
    values = ", ".join(f"CAST(r ->> {number} AS {kind})" for number, kind in enumerate(types.values()))
    rows = json.dumps([[value.text for value in row] for row in table.rows])
    try:
        connection.execute(
            f"INSERT INTO {place} SELECT {values} FROM (SELECT unnest(CAST(? AS JSON[])) AS r)",  # noqa: S608 - types and places that were checked
            [rows],
        )
    except duckdb.Error as error:
        raise wrong_value(connection, table, types) or bad(
            table.place, f"The rows of '{table.name}' cannot be held: {message_of(error)}", TYPES
        ) from error


def check_columns(table: Table, words: frozenset[str]) -> None:
    """Refuse a column that a test file writes and the model reads nowhere: it is most likely misspelled."""
    lower = [column.lower() for column in table.columns]
    for number, column in enumerate(lower):
        if column in lower[:number]:
            raise bad(table.place, f"'{table.name}' has the column '{column}' twice", "Leave one out")
    for column, place in table.named if table.is_listed else ():
        if column.lower() not in words:
            near = nearest_hint(column.lower(), words)
            raise bad(place, f"The model reads no column '{column}' of '{table.name}'", near or "Leave it out")


def column_types(table: Table, known: ModelTable, grammar: str) -> dict[str, str]:
    """The columns with the types that DuckDB holds them in."""
    said = dict(table.types)
    columns = table.columns
    if not columns and known.columns is not None:
        return {column: EMPTY.get(known.kinds.get(column.lower(), ""), kind) for column, kind in known.columns.items()}
    types: dict[str, str] = {}
    for number, column in enumerate(columns):
        values = [row[number] for row in table.rows]
        if column in said:
            types[column] = said_type(said[column], values, table, grammar)
        else:
            types[column] = seen_type(values, known.kinds.get(column.lower()))
    return types


def said_type(text: str, values: Sequence[Given], table: Table, grammar: str) -> str:
    """A type that a test says in the words of the model's database, as DuckDB has it."""
    try:
        found = exp.DataType.build(text, dialect=grammar)
    except SqlglotError as error:
        raise bad(table.place, f"There is no type '{text}'", TYPES) from error
    if found.is_type(exp.DataType.Type.DECIMAL) and not found.expressions:
        # Elsewhere it has as many digits as it needs.
        return decimal(values)
    return found.sql("duckdb")


def seen_type(values: Sequence[Given], kind: str | None) -> str:
    """The type of a column by its values, and by the type of the dimension that shows it."""
    kinds = {value.kind for value in values} - {"null"}
    if kind == "string":
        return "VARCHAR"
    if not kinds:
        return EMPTY.get(kind or "", "VARCHAR")
    if kind == "time" and "text" not in kinds:
        # A number is no time, which is then told at its row.
        return "TIMESTAMP"
    if kinds == {"integer"}:
        return "BIGINT" if all(len(value.text or "") <= DIGITS for value in values) else "HUGEINT"
    if kinds <= {"integer", "decimal"}:
        return decimal(values)
    if kinds == {"boolean"}:
        return "BOOLEAN"
    if kinds == {"json"}:
        return "JSON"
    texts = [value.text for value in values if value.text is not None]
    if kinds == {"text"}:
        if all(DATE.fullmatch(text) for text in texts):
            return "TIMESTAMP" if kind == "time" else "DATE"
        if all(TIME.fullmatch(text) or DATE.fullmatch(text) for text in texts):
            return "TIMESTAMP"
        if all(ZONED.fullmatch(text) for text in texts):
            return "TIMESTAMPTZ"
    # A text that is none is then told at its row.
    return {"time": "TIMESTAMP", "boolean": "BOOLEAN"}.get(kind or "", "VARCHAR")


def decimal(values: Sequence[Given]) -> str:
    """A type that holds these numbers to the last digit."""
    whole, fraction = 1, 0
    for value in values:
        if value.text is None:
            continue
        if value.kind not in {"integer", "decimal"} or not set(value.text) <= set("+-.0123456789"):
            # With an exponent, or infinite.
            return "DOUBLE" if value.kind == "decimal" else f"DECIMAL({DIGITS}, {fraction})"
        before, _, after = value.text.lstrip("+-").partition(".")
        whole, fraction = max(whole, len(before)), max(fraction, len(after))
    if whole + fraction > MOST_DIGITS:
        return "DOUBLE"
    return f"DECIMAL({max(DIGITS, whole + fraction)}, {fraction})"


def wrong_value(connection: duckdb.DuckDBPyConnection, table: Table, types: Mapping[str, str]) -> BadTest | None:
    """The first value that is not of its type, at its row."""
    for number, row in enumerate(table.rows):
        for (column, kind), value in zip(types.items(), row, strict=True):
            found = connection.execute(f"SELECT TRY_CAST(? AS {kind}) IS NULL", [value.text]).fetchone()
            if value.text is not None and found is not None and found[0]:
                place = table.places[number] if table.places else table.place
                return bad(place, f"'{value.text}' in the column '{column}' of '{table.name}' is no {kind}", TYPES)
    return None


TYPES = 'Say the types under `columns`: `columns: {id: integer, amount: "numeric(10, 2)", at: timestamp}`'


def bad(place: Place, message: str, hint: str) -> BadTest:
    """The error for what is wrong at a place of a test file."""
    return BadTest(message, hint=hint, problem=Problem(place.file, place.line, place.column, message, hint))
