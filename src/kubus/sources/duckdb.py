"""DuckDB, in this process: a file, a folder of Parquet and CSV files, or memory alone.

Source: https://duckdb.org/docs/stable/clients/python/overview
"""

import asyncio
import json
import os
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

import duckdb

from kubus.errors import ConfigError, SourceError, SourceTimeout
from kubus.sources.options import DuckDBOptions
from kubus.sources.source import ArrowTable, Rows
from kubus.sql.statement import Statement

T = TypeVar("T")

READABLE = (".parquet", ".csv", ".csv.gz", ".tsv", ".json", ".ndjson")

# How many statements keep what their columns look like.
WIRE_STATEMENTS_KEPT = 2_000


class DuckDBSource:
    """One database instance; a cursor of its own for each statement, in threads no more than there are cores."""

    db_type = "duckdb"
    dialect = "duckdb"

    def __init__(self, name: str, options: DuckDBOptions) -> None:
        self._name = name
        self._options = options
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._wire: OrderedDict[str, str] = OrderedDict()
        self._opening = Lock()
        self._cursors: set[duckdb.DuckDBPyConnection] = set()
        self._threads = ThreadPoolExecutor(max(2, os.cpu_count() or 2), thread_name_prefix=f"duckdb-{name}")

    # ── asking ──

    async def rows(self, statement: Statement) -> Rows:
        """See `Source`."""

        def ask(cursor: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
            try:
                return wire_rows(cursor, self._wire_sql(cursor, statement), statement.parameters)
            except duckdb.Error:
                # A column may have changed its type since it was described: the next time it is asked again.
                self._wire.pop(statement.sql, None)
                raise

        values = await self._run(ask)
        return Rows(tuple(column.alias for column in statement.columns), values)

    async def python_rows(self, statement: Statement) -> list[tuple[Any, ...]]:
        """See `Source`."""

        def ask(cursor: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
            # DuckDB would need another library to make Python's aware times.
            zoned = [i for i, t in enumerate(described(cursor, statement)) if t == "TIMESTAMP WITH TIME ZONE"]
            sql = selected(statement, dict.fromkeys(zoned, "CAST({} AS VARCHAR)")) if zoned else statement.sql
            found = cursor.execute(sql, list(statement.parameters)).fetchall()
            if not zoned:
                return found
            return [tuple(aware(v) if i in zoned else v for i, v in enumerate(row)) for row in found]

        return await self._run(ask)

    async def arrow(self, statement: Statement) -> ArrowTable:
        """See `Source`."""

        def ask(cursor: Any) -> ArrowTable:
            return cursor.sql(statement.sql, params=list(statement.parameters)).to_arrow_table()

        return await self._run(ask)

    async def check(self) -> None:
        """See `Source`."""
        await self._run(lambda cursor: cursor.execute("SELECT 1").fetchall())

    async def close(self) -> None:
        """See `Source`."""
        ending = asyncio.get_running_loop().run_in_executor(None, partial(self._threads.shutdown, cancel_futures=True))
        while not ending.done():
            # More than once: a statement that was just about to begin did not hear the first time.
            interrupt(list(self._cursors))
            await asyncio.wait({ending}, timeout=0.05)
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    async def _run(self, ask: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
        """Ask in a thread, on a cursor of its own; a cancelled or late statement is interrupted there."""
        opened: list[duckdb.DuckDBPyConnection] = []
        left = False

        def in_thread() -> T:
            if left:
                raise asyncio.CancelledError
            cursor = self._cursor()
            opened.append(cursor)
            try:
                if self._options.schema is not None:
                    cursor.execute(f"USE {quoted(self._options.schema)}")
                return ask(cursor)
            except duckdb.InterruptException as error:
                raise SourceTimeout("Query was cancelled") from error
            except duckdb.Error as error:
                raise SourceError(message_of(error)) from error
            finally:
                self._cursors.discard(cursor)
                cursor.close()

        task = asyncio.get_running_loop().run_in_executor(self._threads, in_thread)
        seconds = self._options.timeout.total_seconds()
        try:
            return await asyncio.wait_for(asyncio.shield(task), seconds)
        except TimeoutError:
            left = True
            interrupt(opened)
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
            raise SourceTimeout(f"Query execution timeout after {seconds:g} s") from None
        except asyncio.CancelledError:
            left = True
            interrupt(opened)
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
            raise

    # ── wire values ──

    def _wire_sql(self, cursor: duckdb.DuckDBPyConnection, statement: Statement) -> str:
        """The statement around which DuckDB itself makes the wire's text of numbers and times.

        That is faster than making Python's numbers first. Which columns need it is asked once for each text.
        """
        known = self._wire.get(statement.sql)
        if known is None:
            types = described(cursor, statement)
            written = {i: template for i, kind in enumerate(types) if (template := wire_template(kind)) is not None}
            known = selected(statement, written) if written else statement.sql
            self._wire[statement.sql] = known
            if len(self._wire) > WIRE_STATEMENTS_KEPT:
                self._wire.popitem(last=False)
        return known

    # ── connecting ──

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        """A cursor for one statement. A connection serves one call at a time and refuses others, so they take turns."""
        try:
            with self._opening:
                cursor = self._connected().cursor()
                self._cursors.add(cursor)
                return cursor
        except duckdb.Error as error:
            raise SourceError(message_of(error)) from error

    def _connected(self) -> duckdb.DuckDBPyConnection:
        if self._connection is None:
            self._connection = self._connect()
        return self._connection

    def _connect(self) -> duckdb.DuckDBPyConnection:
        options = self._options
        if options.path is not None and not options.path.exists():
            raise ConfigError(
                f"There is no DuckDB file at {options.path}",
                hint="Set CUBEJS_DB_DUCKDB_DATABASE_PATH to a file that exists",
            )
        if options.folder is not None and options.path is not None:
            raise ConfigError(
                "A data source is a DuckDB file or a folder of files, not both",
                hint="Leave out CUBEJS_DB_DUCKDB_DATABASE_PATH or KUBUS_DUCKDB_FOLDER, or name two data sources",
            )
        config: dict[str, Any] = {
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        if options.memory_limit is not None:
            config["memory_limit"] = options.memory_limit
        if options.threads is not None:
            config["threads"] = options.threads
        try:
            path = ":memory:" if options.path is None else str(options.path)
            connection = duckdb.connect(path, read_only=options.read_only and options.path is not None, config=config)
            connection.execute("SET GLOBAL TimeZone = 'UTC'")
            if options.folder is not None:
                add_folder(connection, options.folder)
                allowed = [str(options.folder.resolve())]
                connection.execute(f"SET allowed_directories = {literal_list(allowed)}")
            # Models and queries read tables; nothing that they say may reach other files or change these settings.
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
        except duckdb.IOException as error:
            if "lock" in str(error).lower():
                raise SourceError(
                    f"The DuckDB file {options.path} is open in another process",
                    hint="Stop that process, or open the file read-only in both (KUBUS_DUCKDB_READ_ONLY=true)",
                ) from error
            raise SourceError(message_of(error)) from error
        except duckdb.Error as error:
            raise SourceError(message_of(error)) from error
        return connection


def wire_rows(cursor: duckdb.DuckDBPyConnection, sql: str, parameters: tuple[str, ...]) -> list[tuple[Any, ...]]:
    found = cursor.execute(sql, list(parameters))
    names = [d[0] for d in found.description or ()]
    rows = found.fetchall()
    nested = [i for i, name in enumerate(names) if name.endswith(JSON_MARK)]
    if not nested:
        return rows
    return [tuple(json.loads(v) if i in nested and v is not None else v for i, v in enumerate(row)) for row in rows]


# Ends the name of a column whose text is JSON.
JSON_MARK = "\x1fjson"


def described(cursor: duckdb.DuckDBPyConnection, statement: Statement) -> list[str]:
    """The type of each column, as DuckDB names it."""
    rows = cursor.execute(f"DESCRIBE {statement.sql}", list(statement.parameters)).fetchall()
    return [str(row[1]).upper() for row in rows]


def wire_template(kind: str) -> str | None:
    """How a column of this type is written for the wire; None if its values are right as they come."""
    if kind in {"VARCHAR", "BOOLEAN"}:
        return None
    if kind in {"TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "DATE"}:
        return TIME
    if kind == "TIMESTAMP WITH TIME ZONE":
        return TIME.replace("{}", "CAST({} AS TIMESTAMP)")
    if kind == "BLOB":
        return "'0x' || hex({})"
    if kind == "JSON" or kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION", "VARIANT")):
        return "CAST(to_json({}) AS VARCHAR)" + JSON_MARK
    if kind in {"DOUBLE", "FLOAT"}:
        return FLOAT
    return "CAST({} AS VARCHAR)"


# Milliseconds are cut, as %g does, not rounded.
TIME = "strftime({}, '%Y-%m-%dT%H:%M:%S.%g')"

# DuckDB writes whole floats as `1.0`, and large and small ones with an exponent.
FLOAT = "regexp_replace(CAST({} AS VARCHAR), '\\.0$', '')"


def selected(statement: Statement, templates: dict[int, str]) -> str:
    """The statement with some columns written otherwise. Rows stay in order: DuckDB keeps that of a sub-query."""
    columns: list[str] = []
    for i, column in enumerate(statement.columns):
        template = templates.get(i, "{}")
        alias = column.alias
        if template.endswith(JSON_MARK):
            template, alias = template.removesuffix(JSON_MARK), alias + JSON_MARK
        columns.append(f"{template.replace('{}', quoted(column.alias))} AS {quoted(alias)}")
    return f"SELECT {', '.join(columns)} FROM ({statement.sql}) AS answer"  # noqa: S608 - the statement is our own, names are quoted


def aware(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)


def interrupt(cursors: list[duckdb.DuckDBPyConnection]) -> None:
    for cursor in cursors:
        # Its statement may have ended in this moment, and the cursor with it.
        with suppress(duckdb.ConnectionException):
            cursor.interrupt()


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal_list(values: list[str]) -> str:
    return "[" + ", ".join("'" + value.replace("'", "''") + "'" for value in values) + "]"


def add_folder(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Make a view of each file, and of each folder of files, named as it is without its ending."""
    if not folder.is_dir():
        raise ConfigError(f"There is no folder {folder}", hint="Set KUBUS_DUCKDB_FOLDER to a folder of files")
    for entry in sorted(folder.iterdir()):
        ending = next((e for e in READABLE if entry.name.lower().endswith(e)), None)
        if entry.is_dir():
            first = next((p for p in sorted(entry.rglob("*")) if p.suffix.lower() in READABLE), None)
            if first is None:
                continue
            ending, pattern, name = first.suffix.lower(), f"{entry.resolve()}/**/*{first.suffix}", entry.name
        elif ending is not None:
            pattern, name = str(entry.resolve()), entry.name[: -len(ending)]
        else:
            continue
        reader = "read_parquet" if ending == ".parquet" else "read_json" if "json" in ending else "read_csv"
        text = pattern.replace("'", "''")
        # A statement cannot have a placeholder here; the path is the operator's, and quoted.
        connection.execute(f"CREATE VIEW {quoted(name)} AS SELECT * FROM {reader}('{text}')")  # noqa: S608


def message_of(error: duckdb.Error) -> str:
    """DuckDB's own words, without the excerpt of the statement."""
    return str(error).split("\n\nLINE ")[0].strip()
