"""PostgreSQL, through psycopg: a pool of connections, statements prepared and cancelled by the server.

Source: https://www.psycopg.org/psycopg3/docs/
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Any, TypeVar

from kubus.errors import ConfigError, SourceError, SourceTimeout, ValueRefused
from kubus.sources.arrow import arrow_library
from kubus.sources.options import PostgresOptions
from kubus.sources.source import BATCH, ArrowTable, Rows
from kubus.sql.statement import Statement

try:
    import psycopg
    from psycopg import capabilities
    from psycopg.adapt import AdaptersMap
    from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout

    from kubus.sources.postgres_address import CONNECT_SECONDS, Address
    from kubus.sources.postgres_arrow import arrow_table, load_for_arrow
    from kubus.sources.postgres_values import load_as_python, load_for_wire
except ImportError as error:
    raise ConfigError("The driver for PostgreSQL is not installed", hint="pip install 'kubus[postgres]'") from error

T = TypeVar("T")

# The classes of errors that PostgreSQL finds without looking at a row, so that its words quote none. Those that never
# reached it have no class. Source: https://www.postgresql.org/docs/current/errcodes-appendix.html
WITHOUT_VALUES = frozenset({"", "08", "0A", "25", "28", "3D", "3F", "40", "42", "53", "54", "55", "57", "58"})
Connection = psycopg.AsyncConnection[Any]

# How long the end of a source waits for PostgreSQL.
CLOSE_SECONDS = 2.0


class PostgresSource:
    """A pool of read-only connections whose session zone is UTC."""

    db_type = "postgres"
    dialect = "postgres"

    def __init__(self, name: str, options: PostgresOptions) -> None:
        """Raises ConfigError if the options name no place. Nothing is opened yet."""
        self._name = name
        self._options = options
        self._address = Address(options)
        self._pool: AsyncConnectionPool[Any] | None = None
        self._opening = asyncio.Lock()
        self._doubtful = False
        self._closed = False
        self._asked: set[Connection] = set()

    @property
    def at_once(self) -> int:
        """See `Source`."""
        return self._options.max_connections

    def in_database(self, name: str) -> "PostgresSource":
        """See `Source`."""
        return PostgresSource(self._name, self._options.in_database(name))

    async def has_database(self, name: str) -> bool:
        """See `Source`."""
        asking = Statement("SELECT 1 FROM pg_database WHERE datname = $1 AND datallowconn", (name,), (), self._name)
        return bool((await self.rows(asking)).values)

    async def rows(self, statement: Statement) -> Rows:
        """See `Source`."""
        _, values = await self._fetch(statement)
        return Rows(tuple(column.alias for column in statement.columns), values)

    async def batches(self, statement: Statement) -> AsyncGenerator[list[tuple[Any, ...]]]:
        """See `Source`. A connection is taken until the end.

        The statement is run as any other: for a cursor, PostgreSQL would plan it otherwise, and on one core.
        """
        parameters = [checked_text(value) for value in statement.parameters]
        begun = False
        for last in (False, True):
            pool = await self._opened()
            async with self._told(), pool.connection(timeout=CONNECT_SECONDS) as connection:
                try:
                    chunks = self._chunks(connection, statement.tag + statement.sql, parameters)
                    async with aclosing(chunks):
                        async for chunk in chunks:
                            begun = True
                            yield chunk
                    return
                except psycopg.OperationalError:
                    if last or begun or not connection.broken:
                        raise
            await self._regained(pool)

    async def _chunks(
        self, connection: Connection, sql: str, parameters: list[str]
    ) -> AsyncGenerator[list[tuple[Any, ...]]]:
        cursor: Any = psycopg.AsyncRawCursor(connection)
        async with self._within_time(connection):
            # Older client libraries give one row at a time.
            size = BATCH if capabilities.has_stream_chunked() else 1
            batch: list[tuple[Any, ...]] = []
            rows = cursor.stream(sql, parameters, size=size)
            async with aclosing(rows):
                async for row in rows:
                    batch.append(row)
                    if len(batch) == BATCH:
                        yield batch
                        batch = []
            if batch:
                yield batch

    async def python_rows(self, statement: Statement) -> list[tuple[Any, ...]]:
        """See `Source`."""
        _, values = await self._fetch(statement, load_as_python)
        return values

    async def arrow(self, statement: Statement) -> ArrowTable:
        """See `Source`."""
        arrow_library()
        columns, values = await self._fetch(statement, load_for_arrow)
        return arrow_table([column.alias for column in statement.columns], columns, values)

    async def check(self) -> None:
        """See `Source`."""

        async def ask(connection: Connection) -> None:
            await connection.execute("SELECT 1")

        await self._ask(ask)

    async def close(self) -> None:
        """See `Source`."""
        self._closed = True
        pool, self._pool = self._pool, None
        # A pool leaves alone what is in use.
        await asyncio.gather(*(cancel(connection) for connection in self._asked))
        if pool is not None:
            await pool.close(timeout=CLOSE_SECONDS)
        self._address.forget()

    # ── asking ──

    async def _fetch(
        self, statement: Statement, load: Callable[[AdaptersMap], None] | None = None
    ) -> tuple[list[Any], list[tuple[Any, ...]]]:
        """The result's columns and rows. Values are the wire's, unless `load` makes the cursor load others."""
        parameters = [checked_text(value) for value in statement.parameters]

        async def ask(connection: Connection) -> tuple[list[Any], list[tuple[Any, ...]]]:
            cursor: Any = psycopg.AsyncRawCursor(connection)
            if load is not None:
                load(cursor.adapters)
            await cursor.execute(statement.tag + statement.sql, parameters)
            return cursor.description, await cursor.fetchall()

        return await self._ask(ask)

    async def _ask(self, ask: Callable[[Connection], Awaitable[T]]) -> T:
        """Ask over a connection of the pool; what the database says against it is raised as a SourceError.

        A connection that was lost while it lay in the pool is replaced, and asked once more: statements only read.
        """
        pool = await self._opened()
        async with self._told():
            async with pool.connection(timeout=CONNECT_SECONDS) as connection:
                try:
                    async with self._within_time(connection):
                        return await ask(connection)
                except psycopg.OperationalError:
                    if not connection.broken:
                        raise
            await self._regained(pool)
            async with pool.connection(timeout=CONNECT_SECONDS) as connection, self._within_time(connection):
                return await ask(connection)
        raise AssertionError("what is told is raised")

    async def _regained(self, pool: AsyncConnectionPool[Any]) -> None:
        """See that PostgreSQL can be reached after a connection was lost. Raises SourceError if it cannot."""
        await self._let_in()
        # The others were lost with it, as a rule.
        await pool.check()

    @asynccontextmanager
    async def _told(self) -> AsyncGenerator[None]:
        """Raises a SourceError for what the database says against the statement inside."""
        try:
            yield
        except PoolTimeout as error:
            await self._let_in()
            raise SourceError(
                f"All {self._options.max_connections} connections to PostgreSQL at {self._address.place} were busy "
                f"for {CONNECT_SECONDS:g} s",
                hint="Raise CUBEJS_DB_MAX_POOL, or look for slow statements",
            ) from error
        except PoolClosed as error:
            raise SourceError("The connections to PostgreSQL are closed") from error
        except psycopg.Error as error:
            kind = SourceError if (error.sqlstate or "")[:2] in WITHOUT_VALUES else ValueRefused
            raise kind(message_of(error)) from error

    @asynccontextmanager
    async def _within_time(self, connection: Connection) -> AsyncGenerator[None]:
        clock = asyncio.get_running_loop().time
        seconds = self._options.timeout.total_seconds()
        began = clock()
        self._asked.add(connection)
        try:
            yield
        except psycopg.errors.QueryCanceled as error:
            # An administrator may have cancelled it, too. The words that tell are in the server's language.
            if clock() - began < 0.9 * seconds:
                raise
            raise SourceTimeout(f"Query execution timeout after {seconds:g} s") from error
        finally:
            self._asked.discard(connection)
            # A statement may call set_config. Servers from 14 on say of themselves that this has changed.
            if connection.info.parameter_status("default_transaction_read_only") == "off":
                await connection.close()

    # ── connecting ──

    async def _opened(self) -> AsyncConnectionPool[Any]:
        if self._pool is not None and not self._doubtful:
            return self._pool
        async with self._opening:
            if self._closed:
                raise SourceError("The connections to PostgreSQL are closed")
            if self._pool is None or self._doubtful:
                # A pool waits and tries again; whoever asks shall hear at once why nobody gets in.
                await self._let_in()
            if self._pool is None:
                options = self._options
                pool = AsyncConnectionPool(
                    self._address.conninfo(),
                    min_size=min(options.min_connections, options.max_connections),
                    max_size=options.max_connections,
                    kwargs={"autocommit": True, "prepare_threshold": 3},
                    configure=configure,
                    open=False,
                    name=f"kubus-{self._name}",
                    reconnect_timeout=CONNECT_SECONDS,
                )
                await pool.open()
                self._pool = pool
            return self._pool

    async def _let_in(self) -> None:
        """Connect once. Raises SourceError with the reason if PostgreSQL cannot be reached or lets nobody in."""
        try:
            connection = await psycopg.AsyncConnection.connect(self._address.conninfo())
        except psycopg.Error as error:
            self._doubtful = True
            raise SourceError(f"No connection to PostgreSQL at {self._address.place}: {reason_of(error)}") from error
        await connection.close()
        self._doubtful = False


async def cancel(connection: Connection) -> None:
    """End the statement that runs there. A server that is gone runs none."""
    with suppress(psycopg.Error):
        await connection.cancel_safe(timeout=CLOSE_SECONDS)


async def configure(connection: Any) -> None:
    load_for_wire(connection)


def checked_text(value: str) -> str:
    """A parameter as text of no type yet, so that PostgreSQL takes the type from where it stands."""
    # What came from JSON may hold half of a surrogate pair.
    if "\0" in value or any("\ud800" <= c <= "\udfff" for c in value):
        raise SourceError("A value holds a character that no text in PostgreSQL can have")
    return value


def message_of(error: psycopg.Error) -> str:
    """PostgreSQL's own words, without the position in the statement."""
    primary = error.diag.message_primary
    return primary if primary else str(error).split("\nLINE ")[0].strip() or type(error).__name__


def reason_of(error: psycopg.Error) -> str:
    """Why a connection failed, without where to: `Connection refused`."""
    text = message_of(error).splitlines()[0].rsplit("failed: ", 1)[-1]
    return text.removeprefix("FATAL:").strip()
