"""The databases that properties are checked on, one of each for a whole run."""

from collections.abc import Iterator

import pytest

from tests.engines.postgres import Server
from tests.properties.ask import Engine, duckdb_engine, postgres_engine


@pytest.fixture(scope="session")
def engines(postgres: Server) -> Iterator[tuple[Engine, ...]]:
    with duckdb_engine() as duck, postgres_engine(postgres.url()) as of_postgres:
        yield (duck, of_postgres)
