"""PostgreSQL, through psycopg: a pool of connections, statements prepared and cancelled by the server.

Source: https://www.psycopg.org/psycopg3/docs/
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, TypeVar

from kubus.errors import ConfigError, SourceError, SourceTimeout
from kubus.sources.options import PostgresOptions
from kubus.sources.source import ArrowTable, Rows
from kubus.sql.statement import Statement

try:
    import psycopg
    from psycopg.conninfo import conninfo_to_dict, make_conninfo
    from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout

    from kubus.sources.postgres_values import load_as_python, load_for_wire
except ImportError as error:
    raise ConfigError("The driver for PostgreSQL is not installed", hint="pip install 'kubus[postgres]'") from error

T = TypeVar("T")
Connection = psycopg.AsyncConnection[Any]

# How long a statement waits for a connection before the database counts as not reachable.
CONNECT_SECONDS = 10.0


class PostgresSource:
    """A pool of read-only connections whose session zone is UTC."""

    db_type = "postgres"
    dialect = "postgres"

    def __init__(self, name: str, options: PostgresOptions) -> None:
        self._name = name
        self._options = options
        self._pool: AsyncConnectionPool[Any] | None = None
        self._opening = asyncio.Lock()

    async def rows(self, statement: Statement) -> Rows:
        """See `Source`."""
        values = await self._fetch(statement, wire=True)
        return Rows(tuple(column.alias for column in statement.columns), values)

    async def python_rows(self, statement: Statement) -> list[tuple[Any, ...]]:
        """See `Source`."""
        return await self._fetch(statement, wire=False)

    async def arrow(self, statement: Statement) -> ArrowTable:
        """See `Source`."""
        # Large, and needed by those alone who ask for it.
        import pyarrow

        pa: Any = pyarrow

        rows = await self._fetch(statement, wire=False)
        names = [column.alias for column in statement.columns]
        columns = zip(*rows, strict=True) if rows else [()] * len(names)
        return pa.table({name: pa.array(list(column)) for name, column in zip(names, columns, strict=True)})

    async def check(self) -> None:
        """See `Source`."""

        async def ask(connection: Connection) -> None:
            await connection.execute("SELECT 1")

        await self._ask(ask)

    async def close(self) -> None:
        """See `Source`."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.close(timeout=2.0)

    # ── asking ──

    async def _fetch(self, statement: Statement, *, wire: bool) -> list[tuple[Any, ...]]:
        parameters = [checked_text(value) for value in statement.parameters]

        async def ask(connection: Connection) -> list[tuple[Any, ...]]:
            cursor: Any = psycopg.AsyncRawCursor(connection)
            if not wire:
                load_as_python(cursor.adapters)
            await cursor.execute(statement.sql, parameters)
            return await cursor.fetchall()

        return await self._ask(ask)

    async def _ask(self, ask: Callable[[Connection], Awaitable[T]]) -> T:
        """Ask over a connection of the pool; what the database says against it is raised as a SourceError.

        A connection that was lost while it lay in the pool is tried again over a new one: statements only read.
        """
        pool = await self._opened()
        try:
            for _ in range(self._options.max_connections + 1):
                async with pool.connection(timeout=CONNECT_SECONDS) as connection:
                    try:
                        return await ask(connection)
                    except psycopg.OperationalError:
                        if not connection.broken:
                            raise
            raise SourceError(f"PostgreSQL at {self._place} closed the connection")
        except psycopg.errors.QueryCanceled as error:
            seconds = self._options.timeout.total_seconds()
            raise SourceTimeout(f"Query execution timeout after {seconds:g} s") from error
        except PoolTimeout as error:
            raise SourceError(f"No connection to PostgreSQL at {self._place} within {CONNECT_SECONDS:g} s") from error
        except PoolClosed as error:
            raise SourceError("The connections to PostgreSQL are closed") from error
        except psycopg.Error as error:
            raise SourceError(message_of(error)) from error

    @property
    def _place(self) -> str:
        known = conninfo_to_dict(self._options.url or "")
        host = known.get("host") or self._options.host or "its default place"
        port = known.get("port") or self._options.port or 5432
        return f"{host}:{port}"

    async def _opened(self) -> AsyncConnectionPool[Any]:
        async with self._opening:
            if self._pool is None:
                pool = AsyncConnectionPool(
                    self._conninfo(),
                    min_size=min(self._options.min_connections, self._options.max_connections),
                    max_size=self._options.max_connections,
                    kwargs={"autocommit": True, "prepare_threshold": 3},
                    configure=configure,
                    open=False,
                    name=f"kubus-{self._name}",
                    reconnect_timeout=CONNECT_SECONDS,
                )
                await pool.open()
                self._pool = pool
            return self._pool

    def _conninfo(self) -> str:
        options = self._options
        given: dict[str, Any] = {
            "host": options.host,
            "port": options.port,
            "dbname": options.database,
            "user": options.user,
            "password": options.password,
        }
        if options.ssl:
            given["sslmode"] = "verify-full" if options.ssl_verify else "require"
            given["sslrootcert"] = pem_path(options.ssl_ca) or ("system" if options.ssl_verify else None)
            given["sslcert"] = pem_path(options.ssl_cert)
            given["sslkey"] = pem_path(options.ssl_key)
        settings = {
            "TimeZone": "UTC",
            "DateStyle": "ISO",
            "extra_float_digits": "1",
            "default_transaction_read_only": "on",
            "statement_timeout": str(int(options.timeout.total_seconds() * 1000)),
        }
        given["options"] = " ".join(f"-c {name}={value}" for name, value in settings.items())
        given["application_name"] = "kubus"
        given["connect_timeout"] = int(CONNECT_SECONDS)
        return make_conninfo(options.url or "", **{name: value for name, value in given.items() if value is not None})


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


def pem_path(pem: str | None) -> str | None:
    """The path of a certificate or key that is given as a path, or as its text."""
    if pem is None or "-----BEGIN" not in pem:
        return pem
    with NamedTemporaryFile("w", prefix="kubus-", suffix=".pem", delete=False) as file:
        file.write(pem.replace("\\n", "\n"))
    Path(file.name).chmod(0o600)
    return file.name
