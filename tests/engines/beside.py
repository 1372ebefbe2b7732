"""kubus beside SQL: the same question to both, on one database with the same data."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
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


def comparable(row: Sequence[Any], null_is: Any = None) -> tuple[Any, ...]:
    """A row whose values can be compared: numbers without what a database's types add, times as text.

    Averages and quotients are compared up to the sixth decimal place; counts and amounts have fewer and are exact.
    """
    return tuple(comparable_value(value, null_is) for value in row)


def comparable_value(value: Any, null_is: Any) -> Any:
    if value is None:
        return null_is
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(timespec="milliseconds")
    if isinstance(value, date):
        return f"{value.isoformat()}T00:00:00.000"
    if isinstance(value, str):
        try:
            value = Fraction(value)
        except (ValueError, ZeroDivisionError):
            return value
    return round(Fraction(value), 6) if isinstance(value, int | float | Decimal | Fraction) else value


def same_rows(
    got: Sequence[dict[str, Any]], columns: Sequence[str], wanted: Sequence[tuple[Any, ...]], null_is: Any = None
) -> bool:
    """Whether the rows of an answer are those that SQL gives, in any order."""
    ours = Counter(comparable([row[column] for column in columns], null_is) for row in got)
    return ours == Counter(comparable(row, null_is) for row in wanted)
