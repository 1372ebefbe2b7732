"""DuckDB, in this process: a file, a folder of Parquet and CSV files, or memory alone.

Source: https://duckdb.org/docs/stable/clients/python/overview
"""

import asyncio
import os
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from threading import Lock
from typing import Any, TypeVar

import duckdb

from kubus.errors import ConfigError, SourceError, SourceTimeout, ValueRefused
from kubus.sources.arrow import arrow_library
from kubus.sources.duckdb_files import add_folder
from kubus.sources.duckdb_values import WireSql, python_rows, python_sql, wire_rows, wire_sql
from kubus.sources.options import DuckDBOptions
from kubus.sources.source import BATCH, ArrowTable, Rows
from kubus.sql.statement import Statement

T = TypeVar("T")

# What DuckDB finds without looking at a row, so that its words quote none.
WITHOUT_VALUES = (
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.ConnectionException,
    duckdb.HTTPException,
    duckdb.IOException,
    duckdb.NotImplementedException,
    duckdb.OutOfMemoryException,
    duckdb.ParserException,
    duckdb.PermissionException,
    duckdb.TransactionException,
)

# How many statements keep what their columns look like.
WIRE_STATEMENTS_KEPT = 2_000

# How long a statement has to end before it is interrupted once more.
INTERRUPT_SECONDS = 0.02

# Sources of one file share its instance, and its settings are made once.
CONNECTING = Lock()


class DuckDBSource:
    """One database instance; a cursor of its own for each statement, in threads no more than there are cores.

    `connection` is one that is open already, with settings of its own; closing the source closes it.
    """

    db_type = "duckdb"
    dialect = "duckdb"

    def __init__(self, name: str, options: DuckDBOptions, connection: duckdb.DuckDBPyConnection | None = None) -> None:
        self._options = options
        self._connection = connection
        self._wire: OrderedDict[str, WireSql] = OrderedDict()
        self._opening = Lock()
        self._cursors: set[duckdb.DuckDBPyConnection] = set()
        self._name = name
        self._at_once = max(2, os.cpu_count() or 2)
        self._threads = ThreadPoolExecutor(self._at_once, thread_name_prefix=f"duckdb-{name}")

    @property
    def at_once(self) -> int:
        """See `Source`."""
        return self._at_once

    def in_database(self, name: str) -> "DuckDBSource":
        """See `Source`."""
        return DuckDBSource(self._name, self._options.in_database(name))

    async def has_database(self, name: str) -> bool:
        """See `Source`."""
        path = self._options.in_database(name).path
        return path is not None and await asyncio.to_thread(path.is_file)

    # ── asking ──

    async def rows(self, statement: Statement) -> Rows:
        """See `Source`."""

        def ask(cursor: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
            try:
                wire = self._wire_sql(cursor, statement)
                return wire_rows(cursor.execute(wire.sql, list(statement.parameters)).fetchall(), wire.nested)
            except duckdb.Error:
                # A column may have changed its type since it was described: the next time it is asked again.
                self._wire.pop(statement.sql, None)
                raise

        values = await self._run(ask)
        return Rows(tuple(column.alias for column in statement.columns), values)

    async def batches(self, statement: Statement) -> AsyncGenerator[list[tuple[Any, ...]]]:
        """See `Source`. Between two batches no thread is taken."""
        opened: list[duckdb.DuckDBPyConnection] = []
        # A step that was given up may still run when the cursor is to be closed.
        turn = Lock()

        def begin() -> tuple[int, ...]:
            with turn:
                cursor = self._begun(opened)
                try:
                    wire = self._wire_sql(cursor, statement)
                    cursor.execute(wire.sql, list(statement.parameters))
                except duckdb.Error:
                    self._wire.pop(statement.sql, None)
                    raise
                return wire.nested

        def more() -> list[tuple[Any, ...]]:
            with turn:
                return opened[0].fetchmany(BATCH)

        def end() -> None:
            with turn:
                self._end(opened)

        try:
            nested = await self._in_thread(begin, opened)
            while rows := await self._in_thread(more, opened):
                yield wire_rows(rows, nested)
        finally:
            try:
                self._threads.submit(end)
            except RuntimeError:
                # The source was closed, and waited for its threads.
                end()

    async def python_rows(self, statement: Statement) -> list[tuple[Any, ...]]:
        """See `Source`."""

        def ask(cursor: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
            types = described(cursor, statement)
            found = cursor.execute(python_sql(statement.sql, types), list(statement.parameters)).fetchall()
            return python_rows(found, types)

        return await self._run(ask)

    async def arrow(self, statement: Statement) -> ArrowTable:
        """See `Source`."""
        arrow_library()

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
            await asyncio.wait({ending}, timeout=INTERRUPT_SECONDS)
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    async def _run(self, ask: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
        """Ask in a thread, on a cursor of its own; a cancelled or late statement is interrupted there."""
        opened: list[duckdb.DuckDBPyConnection] = []

        def whole() -> T:
            try:
                return ask(self._begun(opened))
            finally:
                self._end(opened)

        return await self._in_thread(whole, opened)

    def _begun(self, opened: list[duckdb.DuckDBPyConnection]) -> duckdb.DuckDBPyConnection:
        """A cursor for one statement that reads only, put into `opened`."""
        cursor = self._cursor()
        opened.append(cursor)
        if self._options.schema is not None:
            cursor.execute(f"USE {quoted(self._options.schema)}")
        if self._options.path is None or not self._options.read_only:
            # A query can delete: `WITH gone AS (DELETE …) SELECT …`.
            cursor.execute("BEGIN TRANSACTION READ ONLY")
        return cursor

    def _end(self, opened: list[duckdb.DuckDBPyConnection]) -> None:
        while opened:
            cursor = opened.pop()
            self._cursors.discard(cursor)
            cursor.close()

    async def _in_thread(self, work: Callable[[], T], opened: list[duckdb.DuckDBPyConnection]) -> T:
        """Work in a thread. Cancelled or late, the cursors in `opened` are interrupted until it ends."""

        def in_thread() -> T:
            try:
                return work()
            except duckdb.InterruptException as error:
                raise SourceError("Query was cancelled") from error
            except WITHOUT_VALUES as error:
                raise SourceError(message_of(error)) from error
            except duckdb.Error as error:
                raise ValueRefused(message_of(error)) from error

        try:
            job = self._threads.submit(in_thread)
        except RuntimeError as error:
            raise SourceError("The DuckDB source is closed") from error
        seconds = self._options.timeout.total_seconds()
        try:
            # Not wait_for: in Python 3.11 it loses a cancellation that comes in the moment of the result.
            async with asyncio.timeout(seconds):
                return await asyncio.wrap_future(job)
        except TimeoutError:
            give_up(job, opened)
            raise SourceTimeout(f"Query execution timeout after {seconds:g} s") from None
        except asyncio.CancelledError:
            give_up(job, opened)
            task = asyncio.current_task()
            if task is not None and not task.cancelling():
                # Nobody cancelled the one that asks: it was waiting for a thread when the source was closed.
                raise SourceError("The DuckDB source is closed") from None
            raise

    # ── wire values ──

    def _wire_sql(self, cursor: duckdb.DuckDBPyConnection, statement: Statement) -> WireSql:
        """The statement that gives wire values. What its columns look like is asked once for each text."""
        known = self._wire.get(statement.sql)
        if known is None:
            known = self._wire[statement.sql] = wire_sql(statement.sql, described(cursor, statement))
            if len(self._wire) > WIRE_STATEMENTS_KEPT:
                self._wire.popitem(last=False)
        return known

    # ── connecting ──

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        """A cursor for one statement. A connection serves one call at a time and refuses others, so they take turns."""
        try:
            with self._opening:
                if self._connection is None:
                    self._connection = connect(self._options)
                cursor = self._connection.cursor()
                self._cursors.add(cursor)
                return cursor
        except duckdb.Error as error:
            raise SourceError(message_of(error)) from error


def connect(options: DuckDBOptions) -> duckdb.DuckDBPyConnection:
    """Open the database that the options describe, with its settings locked.

    Raises:
        ConfigError: there is no such file or folder, or it is no database.
        SourceError: another process has the file, or DuckDB refuses the settings.
    """
    if options.path is not None and not options.path.exists() and not options.create:
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
    path = ":memory:" if options.path is None else str(options.path)
    try:
        with CONNECTING:
            connection = duckdb.connect(path, read_only=options.read_only and options.path is not None, config=config)
            try:
                harden(connection, options)
            except BaseException:
                connection.close()
                raise
    except duckdb.Error as error:
        raise why_not_opened(error, options) from error
    return connection


def why_not_opened(error: duckdb.Error, options: DuckDBOptions) -> SourceError:
    """What DuckDB says against a file, with the file's name and what to do."""
    words = message_of(error).splitlines()[0]
    if isinstance(error, duckdb.IOException) and "lock" in words.lower():
        return SourceError(
            f"The DuckDB file {options.path} is open in another process",
            hint="Stop that process, or open the file read-only in both (KUBUS_DUCKDB_READ_ONLY=true)",
        )
    if isinstance(error, duckdb.ConnectionException) and "different configuration" in words:
        return SourceError(
            f"The DuckDB file {options.path} is open in this process with other settings",
            hint="Open it with the same read-only, memory and thread settings everywhere, or name it once",
        )
    if options.path is None:
        return SourceError(words)
    return SourceError(
        f"{options.path} cannot be opened as a DuckDB database: {words}",
        hint="Set CUBEJS_DB_DUCKDB_DATABASE_PATH to a file that DuckDB wrote",
    )


def harden(connection: duckdb.DuckDBPyConnection, options: DuckDBOptions) -> None:
    """Set what holds for the whole instance, once: models and queries read tables, and reach no other files."""
    locked = connection.execute("SELECT current_setting('lock_configuration')").fetchone()
    if locked is not None and locked[0]:
        return
    connection.execute("SET GLOBAL TimeZone = 'UTC'")
    if options.folder is not None:
        add_folder(connection, options.folder)
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def described(cursor: duckdb.DuckDBPyConnection, statement: Statement) -> list[str]:
    """The type of each column, as DuckDB names it."""
    rows = cursor.execute(f"DESCRIBE {statement.sql}", list(statement.parameters)).fetchall()
    return [str(row[1]).upper() for row in rows]


def give_up(job: Future[Any], opened: list[duckdb.DuckDBPyConnection]) -> None:
    """Take a statement back: out of the queue, or by interrupting it until it ends.

    Once is not enough: what comes between two calls of its thread, DuckDB forgets.
    """
    if job.cancel() or job.done():
        return
    interrupt(opened)
    asyncio.get_running_loop().call_later(INTERRUPT_SECONDS, give_up, job, opened)


def interrupt(cursors: list[duckdb.DuckDBPyConnection]) -> None:
    for cursor in cursors:
        # Its statement may have ended in this moment, and the cursor with it.
        with suppress(duckdb.ConnectionException):
            cursor.interrupt()


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def message_of(error: duckdb.Error) -> str:
    """DuckDB's own words, without the excerpt of the statement."""
    return str(error).split("\n\nLINE ")[0].strip()
