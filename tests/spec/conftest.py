"""A PostgreSQL server for the specification's cases; DuckDB needs none."""

from collections.abc import Iterator

import pytest

from tests.properties.databases import postgres_server


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    with postgres_server() as url:
        yield url
