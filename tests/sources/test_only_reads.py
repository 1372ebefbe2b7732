"""Nothing that a model or a query could say changes a table, a file or a setting, or reads other files."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from kubus.errors import ModelError, SourceError
from kubus.library import SemanticLayer
from kubus.sources.duckdb import DuckDBSource
from kubus.sources.options import DuckDBOptions, PostgresOptions, SourceOptions
from kubus.sources.postgres import PostgresSource
from kubus.sources.registry import make_source
from kubus.sources.source import Source
from kubus.sql.statement import Column, Statement
from tests.engines.postgres import Server

TABLE = "CREATE TABLE kept (a INTEGER); INSERT INTO kept VALUES (1), (2), (3)"


@pytest.fixture(scope="session")
def small_postgres(postgres: Server) -> str:
    """The URL of a database with the table `kept`."""
    url = postgres.create_database("only_reads")
    postgres.psql("only_reads", TABLE)
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


def select(columns: str, *, width: int = 1, rest: str = "") -> Statement:
    return statement(f"SELECT {columns}{' AS c0' if width == 1 else ''} {rest}", width=width)


def statement(sql: str, *, width: int = 1) -> Statement:
    """A text as if it were what the renderer made, with columns `c0`, `c1`, …"""
    columns = tuple(Column(f"c{i}", f"cube.c{i}", "dimension", "string") for i in range(width))
    return Statement(sql, (), columns, "default")


WRITES = [
    "INSERT INTO kept VALUES (9) RETURNING a",
    "WITH gone AS (DELETE FROM kept RETURNING *) SELECT count(*) AS c0 FROM gone",
    "WITH more AS (INSERT INTO kept VALUES (9) RETURNING *) SELECT count(*) AS c0 FROM more",
    "UPDATE kept SET a = 9",
    "DELETE FROM kept",
    "TRUNCATE kept",
    "DROP TABLE kept",
    "ALTER TABLE kept ADD COLUMN b INTEGER",
    "CREATE TABLE other AS SELECT 1 AS a",
    "SELECT * INTO other FROM kept",
    "CREATE VIEW other AS SELECT 1 AS a",
    "CREATE SCHEMA other",
]
OUTSIDE_DUCKDB = [
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT content FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "COPY (SELECT 1) TO '/tmp/kubus-copy.csv'",
    "ATTACH '/tmp/kubus-other.duckdb'",
    "EXPORT DATABASE '/tmp/kubus-export'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "SET lock_configuration = false",
    "SET threads = 1",
    "SET TimeZone = 'Europe/Berlin'",
    "RESET TimeZone",
]


async def kept(source: Source) -> tuple[object, ...]:
    (row,) = await source.python_rows(select("count(*) AS c0, sum(a) AS c1", width=2, rest="FROM kept"))
    return tuple(int(value) for value in row)


@pytest.mark.parametrize("sql", WRITES)
async def test_what_would_write_is_refused(source: Source, sql: str) -> None:
    with pytest.raises(SourceError):
        await source.rows(statement(sql))
    with pytest.raises(SourceError):
        await source.python_rows(statement(sql))
    with pytest.raises(SourceError):
        await source.arrow(statement(sql))
    assert await kept(source) == (3, 6)


@pytest.mark.parametrize("sql", OUTSIDE_DUCKDB)
async def test_duckdb_reads_nothing_else_and_keeps_its_settings(small_duckdb: Path, sql: str) -> None:
    for options in (DuckDBOptions(path=small_duckdb, read_only=True), DuckDBOptions()):
        source = DuckDBSource("default", options)
        with pytest.raises(SourceError) as refused:
            await source.rows(statement(sql))
        assert "root:" not in str(refused.value)
        assert (await source.rows(select("current_setting('TimeZone')"))).values == [("UTC",)]
        await source.close()


@pytest.mark.postgres
async def test_a_session_whose_guard_is_lifted_is_not_used_again(small_postgres: str) -> None:
    source = PostgresSource("default", PostgresOptions(url=small_postgres, max_connections=1))
    for local in ("true", "false"):
        await source.rows(select(f"set_config('default_transaction_read_only', 'off', {local})"))
        with pytest.raises(SourceError, match="read-only transaction"):
            await source.rows(statement(WRITES[1]))
    with pytest.raises(SourceError, match="read-write mode"):
        await source.rows(select("set_config('transaction_read_only', 'off', true)"))
    assert await kept(source) == (3, 6)
    await source.close()


MODEL = """
cubes:
  - name: c
    sql: "{sql}"
    measures: [{{name: count, type: count}}]
    dimensions: [{{name: d, type: string, sql: "{member}"}}]
"""


@pytest.mark.parametrize(
    ("sql", "member"),
    [
        ("SELECT 1; DROP TABLE kept", "1"),
        ("DROP TABLE kept", "1"),
        ("COPY kept TO '/tmp/kubus-copy.csv'", "1"),
        ("DELETE FROM kept RETURNING *", "1"),
        ("SELECT * FROM kept", "a; DROP TABLE kept"),
        ("SELECT * FROM kept", "a) FROM kept; DROP TABLE kept --"),
        ("WITH gone AS (DELETE FROM kept RETURNING *) SELECT * FROM gone", "a"),
        ("SELECT * FROM kept", "(WITH gone AS (DELETE FROM kept RETURNING *) SELECT count(*) FROM gone)"),
        ("SELECT * INTO other FROM kept", "a"),
        ("SELECT * FROM read_csv('/etc/passwd')", "1"),
    ],
)
def test_a_model_that_would_write_does_not_compile_or_is_refused(
    options: SourceOptions, tmp_path: Path, sql: str, member: str
) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "c.yml").write_text(MODEL.format(sql=sql, member=member))
    source = make_source("default", options)
    with pytest.raises((ModelError, SourceError)), SemanticLayer(tmp_path / "model", {"default": source}) as layer:
        layer.query({"dimensions": ["c.d"], "measures": ["c.count"]})
    (tmp_path / "model" / "c.yml").write_text(MODEL.format(sql="SELECT * FROM kept", member="1"))
    source = make_source("default", options)
    with SemanticLayer(tmp_path / "model", {"default": source}) as layer:
        assert layer.query({"measures": ["c.count"]}) == [{"c.count": 3}]
