"""Records in a table of PostgreSQL: one row each, the line of the record in it as it is.

The table is made once, where it is not there, and only added to. Each process writes a lane of its own, held by a lock
of the session, so that it ends with the connection.

Source: https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any
from zlib import crc32

from kubus.audit.chain import Hashing, Head, link, new_chain, sealed
from kubus.audit.sink import SinkError, head_json
from kubus.audit.texts import instant
from kubus.errors import ConfigError

try:
    import psycopg
    from psycopg import sql
    from psycopg.conninfo import make_conninfo
except ImportError as error:
    raise ConfigError("The driver for PostgreSQL is not installed", hint="pip install 'kubus[postgres]'") from error

MOST_LANES = 1000

# Seconds that the database may take for anything before it counts as dead: requests wait for it.
PATIENCE = 10

CREATE = """
CREATE TABLE IF NOT EXISTS {table} (
    lane integer NOT NULL, seq bigint NOT NULL, "time" timestamptz NOT NULL, kind text NOT NULL, api text,
    request_id text, issuer text, subject text, app_id text, outcome text, error text, line text NOT NULL,
    PRIMARY KEY (lane, seq)
)
"""
COLUMNS = ("kind", "api", "request_id", "issuer", "subject", "app_id", "outcome", "error")
INSERT = 'INSERT INTO {table} (lane, seq, "time", {columns}, line) VALUES (%s, %s, %s, {places}, %s)'
LAST = "SELECT line FROM {table} WHERE lane = %s ORDER BY seq DESC LIMIT 1"

Connection = psycopg.Connection[Any]


class TableSink:
    """See `Sink`. `clock` gives seconds since 1970. `table` may name its schema: `audit.records`."""

    is_immediate = False

    def __init__(self, url: str, table: str, hash_of: Hashing, clock: Callable[[], float]) -> None:
        """Raises ConfigError if the URL is none. It is not repeated: it may hold the password."""
        with_limits(url)
        self._url = url
        self._table = identifier(table)
        self._lock = crc32(table.encode()) - 2**31
        self._hash_of = hash_of
        self._clock = clock
        self._connection: Connection | None = None
        self._lane = 0
        self._head: Head | None = None
        # The hashes of a write that failed: the database may have it all the same.
        self._attempted: tuple[str, ...] = ()

    @property
    def head(self) -> Head:
        """See `Sink`."""
        return self._head or new_chain()

    def open(self) -> None:
        """See `Sink`."""
        self._give_up()
        try:
            connection = self._connection = psycopg.connect(with_limits(self._url))
            if connection.execute("SELECT to_regclass(%s)", [self._table.as_string()]).fetchone() == (None,):
                connection.execute(sql.SQL(CREATE).format(table=self._table))
            connection.commit()
            self._take_lane(connection)
            self._resume(connection)
        except psycopg.Error as error:
            self._give_up()
            raise SinkError(told(error)) from error

    def append(self, bodies: Sequence[bytes]) -> None:
        """See `Sink`."""
        if self._connection is None:
            self.open()
        assert self._connection is not None
        try:
            self._write(self._connection, bodies)
        except psycopg.Error as error:
            self._give_up()
            raise SinkError(told(error)) from error

    def close(self) -> None:
        """See `Sink`."""
        if self._connection is not None:
            self.append([b'"kind":"closed"'])
        self._give_up()

    def _take_lane(self, connection: Connection) -> None:
        """The lane of before, if it is free, or else the first that is."""
        for lane in (self._lane, *range(1, MOST_LANES)):
            if not lane:
                continue
            if connection.execute("SELECT pg_try_advisory_lock(%s, %s)", [self._lock, lane]).fetchone() == (True,):
                if lane != self._lane:
                    self._lane, self._head, self._attempted = lane, None, ()
                connection.commit()
                return
        raise SinkError(f"{MOST_LANES} processes write to the table already")

    def _resume(self, connection: Connection) -> None:
        """Go on where the lane ended, and say in the chain what is not as it was left."""
        row = connection.execute(sql.SQL(LAST).format(table=self._table), [self._lane]).fetchone()
        last = None if row is None else link(row[0].encode(), self._hash_of)
        found = None if last is None or not last.is_right else last.head
        expected = self._head
        notes = [b'"kind":"opened","file":null,"before":null,"pid":%d' % os.getpid()]
        is_whole = row is None or found is not None
        if expected is not None:
            is_whole = found is not None and (found.hash == expected.hash or found.hash in self._attempted)
        known = [head for head in (expected, found) if head is not None]
        if is_whole:
            self._head = found or new_chain()
        else:
            self._head = max(known, key=lambda head: head.seq) if known else self._after(connection)
            notes.insert(0, b'"kind":"gap","expected":%b,"found":%b' % (head_json(expected), head_json(found)))
        self._attempted = ()
        self._write(connection, notes)

    def _after(self, connection: Connection) -> Head:
        """A new chain that begins behind rows in which no record can be read."""
        query = sql.SQL("SELECT max(seq) FROM {table} WHERE lane = %s").format(table=self._table)
        row = connection.execute(query, [self._lane]).fetchone()
        fresh = new_chain()
        return Head(fresh.chain, row[0] if row and row[0] else 0, fresh.hash)

    def _write(self, connection: Connection, bodies: Sequence[bytes]) -> None:
        head = self._head
        assert head is not None
        rows: list[tuple[Any, ...]] = []
        attempted: list[str] = []
        now = instant(self._clock())
        for body in bodies:
            line, head = sealed(body, now, head, self._hash_of)
            made = link(line, lambda _: "")
            fields = {} if made is None else made.fields
            rows.append((self._lane, head.seq, now, *(column(fields.get(name)) for name in COLUMNS), line.decode()))
            attempted.append(head.hash)
        self._attempted = tuple(attempted)
        insert = sql.SQL(INSERT).format(
            table=self._table,
            columns=sql.SQL(", ").join(map(sql.Identifier, COLUMNS)),
            places=sql.SQL(", ").join([sql.SQL("%s")] * len(COLUMNS)),
        )
        with connection.cursor() as cursor:
            cursor.executemany(insert, rows)
        connection.commit()
        self._head = head

    def _give_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg.Error):
                connection.close()


def table_lines(url: str, table: str) -> Iterator[tuple[int, list[bytes]]]:
    """The lines of each lane of the table, in order, each with its end.

    Raises:
        ConfigError: the database does not answer, or has no such table.
    """
    query = sql.SQL("SELECT lane, line FROM {table} ORDER BY lane, seq").format(table=identifier(table))
    try:
        with psycopg.connect(with_limits(url, seconds=0)) as connection:
            lanes: dict[int, list[bytes]] = {}
            for lane, line in connection.execute(query):
                lanes.setdefault(lane, []).append(line.encode() + b"\n")
    except psycopg.Error as error:
        raise ConfigError(f"The audit log cannot be read: {told(error)}") from error
    yield from lanes.items()


def powers(url: str, table: str) -> tuple[str, ...] | None:
    """What the user of this address may do with the table; None if it is not there.

    Raises:
        ConfigError: the database does not answer.
    """
    wanted = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
    try:
        with psycopg.connect(with_limits(url)) as connection:
            name = identifier(table).as_string()
            if connection.execute("SELECT to_regclass(%s)", [name]).fetchone() == (None,):
                return None
            held = connection.execute(
                "SELECT p FROM unnest(%s::text[]) p WHERE has_table_privilege(%s::text, p)", [list(wanted), name]
            ).fetchall()
    except psycopg.Error as error:
        raise ConfigError(f"The audit log does not answer: {told(error)}") from error
    return tuple(str(row[0]) for row in held)


def with_limits(url: str, seconds: int = PATIENCE) -> str:
    """The same address, with limits on how long anything may take. Raises ConfigError if it is none."""
    try:
        return make_conninfo(
            url,
            connect_timeout=PATIENCE,
            options=f"-c statement_timeout={seconds * 1000}",
            tcp_user_timeout=PATIENCE * 1000,
            keepalives_idle=PATIENCE,
            application_name="kubus audit",
        )
    except psycopg.ProgrammingError:
        raise ConfigError("KUBUS_AUDIT_URL is no address of PostgreSQL, such as postgresql://user@host/db") from None


def identifier(table: str) -> sql.Identifier:
    return sql.Identifier(*table.split("."))


def column(value: object) -> str | None:
    """A text that a column can hold; the record itself has it as it is."""
    if value is None:
        return None
    return str(value).replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def told(error: psycopg.Error) -> str:
    """What PostgreSQL says, on one line."""
    words = (error.diag.message_primary or str(error)).strip() or type(error).__name__
    return f"the table: {words.splitlines()[0]}"
