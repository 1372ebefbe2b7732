"""Data sets in tables of their own, for many statements of kubus's on each: what `ask.py` does, many times as quick.

A statement is planned once by the database and then answers on one data set after another. DuckDB scans tables that
lie in memory as Arrow, which it does not plan anew when their rows change; PostgreSQL keeps generic plans. Values come
as the drivers give them; how they look on the wire is proven elsewhere.
"""

import re
from collections.abc import Sequence
from typing import Any, Protocol

import duckdb
import psycopg
import pyarrow

from kubus.sql.statement import Statement
from tests.properties.example import Cube
from tests.properties.model_text import column_type, literal, table_name, zoned_literal

Row = tuple[Any, ...]

# What a database says against a statement, instead of its rows.
Refusal = duckdb.Error | psycopg.Error


class Tables(Protocol):
    """One database. `declare` makes empty tables for the cubes of a model; they last until the next model's."""

    name: str

    def declare(self, cubes: Sequence[Cube], prefix: str) -> None: ...

    def ask(self, cubes: Sequence[Cube], statements: Sequence[Statement]) -> list[list[Row] | Refusal]:
        """What each statement answers when the tables hold the cubes' rows."""
        ...

    def close(self) -> None: ...


# ── DuckDB ──

ARROW = {
    "integer": pyarrow.int64(),
    "decimal": pyarrow.decimal128(12, 2),
    "string": pyarrow.string(),
    "boolean": pyarrow.bool_(),
    "time": pyarrow.timestamp("us"),
}
INSTANT = pyarrow.timestamp("us", tz="UTC")


class Held:
    """A table whose rows can be others, as Arrow's interface shows it."""

    def __init__(self, cube: Cube) -> None:
        self.schema = pyarrow.schema(
            [(name, INSTANT if name in cube.zoned else ARROW[kind]) for name, kind in cube.columns]
        )
        self.fill(())

    def fill(self, rows: Sequence[Row]) -> None:
        columns = list(zip(*rows, strict=True)) or [()] * len(self.schema)
        arrays = [pyarrow.array(column, field.type) for column, field in zip(columns, self.schema, strict=True)]
        self.table = pyarrow.Table.from_arrays(arrays, schema=self.schema)

    def __arrow_c_schema__(self) -> object:
        return self.schema.__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)


class DuckTables:
    """A statement's first answer is that with bound parameters, as kubus asks; for others they stand in its text."""

    name = "duckdb"

    def __init__(self) -> None:
        self.connection = duckdb.connect(config={"threads": 1})
        self.connection.execute("SET TimeZone = 'UTC'")
        # A statement that waits for the processor is not a long one.
        self.connection.execute("SET enable_progress_bar = false")
        self.held: dict[str, Held] = {}
        self.tables: list[str] = []
        self.prepared: dict[Statement, str] = {}

    def declare(self, cubes: Sequence[Cube], prefix: str) -> None:
        for name in self.prepared.values():
            if name:
                self.connection.execute(f"DEALLOCATE {name}")
        for table in self.tables:
            self.connection.unregister(table)
        self.prepared = {}
        self.held = {cube.name: Held(cube) for cube in cubes}
        self.tables = [table_name(prefix, name) for name in self.held]
        for table, held in zip(self.tables, self.held.values(), strict=True):
            self.connection.register(table, held)

    def ask(self, cubes: Sequence[Cube], statements: Sequence[Statement]) -> list[list[Row] | Refusal]:
        for cube in cubes:
            self.held[cube.name].fill(cube.rows)
        return [self.answer(statement) for statement in statements]

    def answer(self, statement: Statement) -> list[Row] | Refusal:
        try:
            name = self.prepared.get(statement)
            if name is None:
                self.prepared[statement] = ""
                return self.connection.execute(statement.sql, list(statement.parameters)).fetchall()
            if not name:
                name = self.prepared[statement] = f"s{list(self.prepared).index(statement)}"
                self.connection.execute(f"PREPARE {name} AS {with_values(statement)}")
            return self.connection.execute(f"EXECUTE {name}").fetchall()
        except duckdb.Error as error:
            return error

    def close(self) -> None:
        self.connection.close()


def with_values(statement: Statement) -> str:
    """The statement's text with its parameters in it: DuckDB plans a statement with parameters anew each time."""
    return PLACEHOLDER.sub(lambda m: "'" + statement.parameters[int(m[1]) - 1].replace("'", "''") + "'", statement.sql)


PLACEHOLDER = re.compile(r"\$(\d+)")


# ── PostgreSQL ──


class PostgresTables:
    """Temporary tables; a data set and all statements on it go in one message."""

    name = "postgres"

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(url, autocommit=True, prepare_threshold=None)
        self.connection.execute("SET TimeZone = 'UTC'; SET jit = off; SET plan_cache_mode = force_generic_plan")
        self.tables: dict[str, str] = {}
        self.prepared: dict[Statement, str] = {}

    def declare(self, cubes: Sequence[Cube], prefix: str) -> None:
        self.connection.execute("DEALLOCATE ALL; DISCARD TEMP")
        self.prepared = {}
        self.tables = {cube.name: table_name(prefix, cube.name) for cube in cubes}
        for cube in cubes:
            columns = ", ".join(f"{name} {column_type(cube, name, kind)}" for name, kind in cube.columns)
            self.connection.execute(f"CREATE TEMP TABLE {self.tables[cube.name]} ({columns})")

    def ask(self, cubes: Sequence[Cube], statements: Sequence[Statement]) -> list[list[Row] | Refusal]:
        fill = "; ".join(map(self.filling, cubes))
        try:
            asked = [self.asking(statement) for statement in statements]
            cursor = self.connection.execute("; ".join((fill, *asked)))
        except psycopg.Error:
            self.connection.execute(fill)
            return [self.answer(statement) for statement in statements]
        for _ in range(fill.count("; ") + 1):
            cursor.nextset()
        found: list[list[Row] | Refusal] = []
        for _ in statements:
            found.append(cursor.fetchall())
            cursor.nextset()
        return found

    def filling(self, cube: Cube) -> str:
        table = self.tables[cube.name]
        if not cube.rows:
            return f"TRUNCATE {table}"
        rows = ", ".join(
            "("
            + ", ".join(zoned_literal(cube, name, value) for (name, _), value in zip(cube.columns, row, strict=True))
            + ")"
            for row in cube.rows
        )
        return f"DELETE FROM {table}; INSERT INTO {table} VALUES {rows}"

    def asking(self, statement: Statement) -> str:
        """What asks a statement, which is planned the first time."""
        name = self.prepared.get(statement)
        if name is None:
            name = f"s{len(self.prepared)}"
            self.connection.execute(f"PREPARE {name} AS {statement.sql}")
            self.prepared[statement] = name
        values = ", ".join(literal(value) for value in statement.parameters)
        return f"EXECUTE {name} ({values})" if values else f"EXECUTE {name}"

    def answer(self, statement: Statement) -> list[Row] | Refusal:
        try:
            return self.connection.execute(self.asking(statement)).fetchall()
        except psycopg.Error as error:
            return error

    def close(self) -> None:
        self.connection.close()
