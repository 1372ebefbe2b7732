"""Worlds on PostgreSQL: each has a schema of its own, as long as it is open."""

import os
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import count

import psycopg

from kubus.prove.place import Database, created, tables_of
from kubus.prove.world import World
from kubus.sources.options import PostgresOptions
from kubus.sources.postgres import PostgresSource
from kubus.sources.source import Source


@contextmanager
def on_postgres(url: str) -> Iterator[Database]:
    """Worlds on the server at a URL."""
    numbers = count()
    with psycopg.connect(url, autocommit=True) as connection:

        @asynccontextmanager
        async def database(world: World) -> AsyncGenerator[Source]:
            schema = f"world_{os.getpid()}_{next(numbers)}"
            connection.execute(f"CREATE SCHEMA {schema}".encode())
            connection.execute(f"SET search_path TO {schema}".encode())
            for table in tables_of(world):
                connection.execute(created(table).encode())
                if table.rows:
                    row = f"({', '.join(['%s'] * len(table.columns))})"
                    connection.execute(
                        f'INSERT INTO "{table.name}" VALUES {", ".join([row] * len(table.rows))}'.encode(),
                        [value for one in table.rows for value in one],
                    )
            place = f"{url}?options=-csearch_path%3D{schema}"
            try:
                yield PostgresSource("default", PostgresOptions(url=place, max_connections=2))
            finally:
                connection.execute(f"DROP SCHEMA {schema} CASCADE".encode())

        yield database
