"""Sources over real databases."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from kubus.sources.options import DuckDBOptions, PostgresOptions, SourceOptions
from kubus.sources.registry import make_source
from kubus.sources.source import Source
from tests.engines.postgres import Server

TABLE = "CREATE TABLE kept (a INTEGER); INSERT INTO kept VALUES (1), (2), (3)"


@pytest.fixture(scope="session")
def small_postgres(postgres: Server) -> str:
    """The URL of a database with the table `kept`."""
    url = postgres.create_database("sources")
    postgres.psql("sources", TABLE)
    return url


@pytest.fixture
def small_duckdb(tmp_path: Path) -> Path:
    """A file with the table `kept`."""
    path = tmp_path / "small.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(TABLE)
    return path


@pytest.fixture(params=["duckdb", "duckdb-writable", "postgres"])
def options(request: pytest.FixtureRequest) -> SourceOptions:
    """Where the table `kept` is. Statements may take two seconds."""
    limit = timedelta(seconds=2)
    if request.param == "postgres":
        return PostgresOptions(url=request.getfixturevalue("small_postgres"), max_connections=4, timeout=limit)
    path = request.getfixturevalue("small_duckdb")
    return DuckDBOptions(path=path, read_only=request.param == "duckdb", timeout=limit)


@pytest.fixture
async def source(options: SourceOptions) -> AsyncIterator[Source]:
    """A source over the table `kept`."""
    made = make_source("default", options)
    try:
        yield made
    finally:
        await made.close()


@pytest.fixture
async def opened() -> AsyncIterator[Callable[[SourceOptions], Source]]:
    """Makes sources, and closes them at the end of the test."""
    sources: list[Source] = []

    def made(options: SourceOptions) -> Source:
        sources.append(make_source("default", options))
        return sources[-1]

    yield made
    for one in sources:
        await one.close()


@pytest.fixture(params=["duckdb", "postgres"])
def empty(request: pytest.FixtureRequest, opened: Callable[[SourceOptions], Source]) -> Source:
    """A source of each kind, for statements that read no table."""
    if request.param == "duckdb":
        return opened(DuckDBOptions())
    server: Server = request.getfixturevalue("postgres")
    return opened(PostgresOptions(url=server.url()))
