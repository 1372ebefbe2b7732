"""Rows that are given, as tables of a DuckDB in memory that stands in for a database of the project."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb
from sqlglot import exp
from sqlglot.dialects.dialect import Dialect as Grammar
from sqlglot.errors import SqlglotError

from kubus.dialects.registry import STANDS_IN, dialect
from kubus.dialects.stand_in import FUNCTIONS, NOW
from kubus.errors import BadTest, Problem
from kubus.loading.problems import nearest_hint
from kubus.sources.duckdb import DuckDBSource, harden, message_of, quoted
from kubus.sources.options import DuckDBOptions
from kubus.testing.cases import Given, Place, Table
from kubus.testing.model_tables import ModelTable, ModelTables, TableName, named_table

# A date or time as ISO writes it, with or without an offset.
DATE = re.compile(r"\d{4}-\d\d-\d\d")
TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?")
ZONED = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)? ?(Z|[+-]\d\d(:?\d\d)?)")

# The most digits of a DECIMAL that still multiplies with its like.
DIGITS = 18
MOST_DIGITS = 38

# What a column holds of which no row says it, by the type of the dimension that shows it.
EMPTY = {"string": "VARCHAR", "number": "BIGINT", "time": "TIMESTAMP", "boolean": "BOOLEAN"}

UNKNOWN = ModelTable(columns=None)


@dataclass(frozen=True, slots=True)
class Database:
    """A database of the project, as tests stand in for it: the dialect of its SQL, and the schema of bare names."""

    dialect: str
    schema: str


class StandInSource(DuckDBSource):
    """A DuckDB with given rows in the place of another database."""

    def __init__(self, name: str, database: Database, connection: duckdb.DuckDBPyConnection) -> None:
        # Few rows: one thread is quicker than several that wait for each other.
        super().__init__(name, DuckDBOptions(schema=database.schema, threads=1), connection)
        self.dialect = STANDS_IN + database.dialect


def stand_ins(
    given: Sequence[Table], databases: Mapping[str, Database], tables: ModelTables, now: datetime | None
) -> dict[str, StandInSource]:
    """A source for each database, which holds the given tables that the model reads there.

    `now` is what time it is in their SQL; None leaves it to the clock.

    Raises:
        BadTest: a table is not one of the model's, or a row cannot be held.
    """
    wanted: dict[str, dict[TableName, Table]] = {name: {} for name in databases}
    for table in given:
        for source, name in places_of(table, databases, tables):
            if name in wanted[source]:
                raise bad(table.place, f"The table '{name}' is given twice", "Leave one out")
            wanted[source][name] = table
    made: dict[str, StandInSource] = {}
    for source, database in databases.items():
        connection = opened(database, now)
        try:
            for name, table in wanted[source].items():
                fill(connection, name, table, database, tables)
            harden(connection, DuckDBOptions(threads=1))
        except BaseException:
            connection.close()
            raise
        made[source] = StandInSource(source, database, connection)
    return made


def places_of(table: Table, databases: Mapping[str, Database], tables: ModelTables) -> list[tuple[str, TableName]]:
    """The data sources that a table belongs to, with its whole name there."""
    names = {source: named_table(table.name, one.schema, one.dialect) for source, one in databases.items()}
    if table.data_source is not None:
        if table.data_source not in databases:
            near = nearest_hint(table.data_source, databases) or f"There are {', '.join(databases)}"
            raise bad(table.place, f"There is no data source '{table.data_source}'", near)
        names = {table.data_source: names[table.data_source]}
    found = [
        (source, name) for source, name in names.items() if source in tables.tables.get(name, UNKNOWN).data_sources
    ]
    if not found:
        known = {str(one): one for one in tables.tables} | {one.name: one for one in tables.tables}
        near = nearest_hint(table.name.lower(), known)
        listed = ", ".join(sorted({short(one, databases) for one in tables.tables})) or "none"
        raise bad(table.place, f"No cube reads a table '{table.name}'", near or f"The model reads {listed}")
    return found


def short(name: TableName, databases: Mapping[str, Database]) -> str:
    """A table's name without the schema that every bare name is in."""
    return name.name if not name.catalog and name.schema in {d.schema for d in databases.values()} else str(name)


def opened(database: Database, now: datetime | None) -> duckdb.DuckDBPyConnection:
    """An empty database, with what stands for functions that DuckDB does not have."""
    connection = duckdb.connect(
        ":memory:",
        config={"threads": 1, "autoinstall_known_extensions": False, "autoload_known_extensions": False},
    )
    grammar = Grammar.get_or_raise(dialect(database.dialect).sqlglot)
    if grammar.TYPED_DIVISION:
        # The quotient of whole numbers is a whole number.
        connection.execute("SET GLOBAL integer_division = true")
    schema = quoted(database.schema)
    moment = "now()" if now is None else f"TIMESTAMPTZ '{now.isoformat()}'"
    macros = (f"CREATE MACRO {name}(x) AS {sql}" for name, sql in FUNCTIONS.items())
    connection.execute(
        "; ".join(
            (f"CREATE SCHEMA IF NOT EXISTS {schema}", f"USE {schema}", f"CREATE MACRO {NOW}() AS {moment}", *macros)
        )
    )
    return connection


def fill(
    connection: duckdb.DuckDBPyConnection, name: TableName, table: Table, database: Database, tables: ModelTables
) -> None:
    """Make a table with its rows."""
    known = tables.tables[name]
    check_columns(table, tables)
    types = column_types(table, known, database)
    if not types:
        raise bad(
            table.place,
            f"Nothing says which columns '{table.name}' has",
            f"Write `{table.name}: {{columns: {{id: integer}}, rows: []}}`",
        )
    if name.catalog:
        connection.execute(f"ATTACH IF NOT EXISTS ':memory:' AS {quoted(name.catalog)}")
    place = ".".join(quoted(part) for part in name if part)
    columns = ", ".join(f"{quoted(column)} {kind}" for column, kind in types.items())
    try:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {place.rpartition('.')[0]}; CREATE TABLE {place} ({columns})")
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


def check_columns(table: Table, tables: ModelTables) -> None:
    """Refuse a column that a test file writes and the model reads nowhere: it is most likely misspelled."""
    lower = [column.lower() for column in table.columns]
    for number, column in enumerate(lower):
        if column in lower[:number]:
            raise bad(table.place, f"'{table.name}' has the column '{column}' twice", "Leave one out")
    for column, place in table.named if table.is_listed else ():
        if column.lower() not in tables.words:
            near = nearest_hint(column.lower(), tables.words)
            raise bad(place, f"The model reads no column '{column}' of '{table.name}'", near or "Leave it out")


def column_types(table: Table, known: ModelTable, database: Database) -> dict[str, str]:
    """The columns with the types that DuckDB holds them in."""
    said = dict(table.types)
    columns = table.columns
    if not columns and known.columns is not None:
        return {column: EMPTY.get(known.kinds.get(column.lower(), ""), kind) for column, kind in known.columns.items()}
    types: dict[str, str] = {}
    for number, column in enumerate(columns):
        values = [row[number] for row in table.rows]
        if column in said:
            types[column] = said_type(said[column], values, table, database)
        else:
            types[column] = seen_type(values, known.kinds.get(column.lower()))
    return types


def said_type(text: str, values: Sequence[Given], table: Table, database: Database) -> str:
    """A type that a test says in the words of the model's database, as DuckDB has it."""
    try:
        found = exp.DataType.build(text, dialect=dialect(database.dialect).sqlglot)
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
