"""The databases that properties are checked on, one of each for a whole run."""

from collections.abc import Iterator

import pytest

from tests.properties.ask import Engine, duckdb_engine, postgres_engine
from tests.properties.databases import postgres_server


@pytest.fixture(scope="session")
def engines() -> Iterator[tuple[Engine, ...]]:
    with postgres_server() as url, duckdb_engine() as duck, postgres_engine(url) as postgres:
        yield (duck, postgres)
