"""kubus beside SQL: the same question to both, on one database with the same data."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import zip_longest
from pathlib import Path
from typing import Any

import duckdb
import psycopg

from tests.engines.corpus_data import load_duckdb, load_postgres
from tests.engines.postgres import Server
from tests.properties.ask import Engine, duckdb_engine, postgres_engine

RunSql = Callable[[str], Sequence[tuple[Any, ...]]]


@contextmanager
def on_duckdb(folder: Path) -> Iterator[tuple[Engine, RunSql]]:
    """kubus on a DuckDB file with the tables of `folder`, and a function that runs SQL on the same tables."""
    path, beside = folder / "asked.duckdb", folder / "beside.duckdb"
    load_duckdb(path, folder)
    # One process opens a file in one way only, and kubus' way is its own.
    load_duckdb(beside, folder)
    with duckdb_engine(str(path)) as engine, duckdb.connect(str(beside)) as connection:
        yield engine, lambda sql: connection.execute(sql).fetchall()


@contextmanager
def on_postgres(server: Server, folder: Path, database: str) -> Iterator[tuple[Engine, RunSql]]:
    """The same on a new database of a PostgreSQL server."""
    url = load_postgres(server, folder, database)
    server.psql(database, "ANALYZE")
    with postgres_engine(url) as engine, psycopg.connect(url) as connection:
        yield engine, lambda sql: connection.execute(sql).fetchall()


def differences(
    got: Sequence[Sequence[Any]], wanted: Sequence[Sequence[Any]], in_order: bool, null_is: Any = None
) -> list[tuple[Any, Any]]:
    """The rows that differ, each beside what it should be; empty if none does. None stands for a row that is not there.

    In any order unless `in_order`. Numbers are compared by value, whatever a database's types add: exactly, but for
    averages and quotients, which have many decimal places of which the last are the database's way of computing.
    """
    ours = [tuple(comparable(value, null_is) for value in row) for row in got]
    theirs = [tuple(comparable(value, null_is) for value in row) for row in wanted]
    if in_order:
        return [pair for pair in zip_longest(ours, theirs) if not same(*pair)]
    left = list(theirs)
    extra: list[Any] = []
    for row in ours:
        match = next((other for other in left if same(row, other)), None)
        if match is None:
            extra.append(row)
        else:
            left.remove(match)
    return [*((row, None) for row in extra), *((None, row) for row in left)]


def comparable(value: Any, null_is: Any) -> Any:
    """A value without its database's type: numbers as fractions, times as text."""
    if value is None:
        return null_is
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(timespec="milliseconds")
    if isinstance(value, date):
        return f"{value.isoformat()}T00:00:00.000"
    if isinstance(value, str):
        try:
            return Fraction(value)
        except (ValueError, ZeroDivisionError):
            return value
    return Fraction(value) if isinstance(value, int | float | Decimal) else value


def same(row: tuple[Any, ...] | None, other: tuple[Any, ...] | None) -> bool:
    return row is not None and other is not None and all(map(close, row, other))


def close(value: Any, other: Any) -> bool:
    if value == other or not (isinstance(value, Fraction) and isinstance(other, Fraction)):
        return bool(value == other)
    in_full = all(10_000 % number.denominator == 0 for number in (value, other))
    return not in_full and abs(value - other) <= Fraction(1, 10**9) * max(1, abs(other))
