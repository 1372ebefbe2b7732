"""kubus answers the 22 questions of TPC-H as the databases do, on the same data."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
import yaml

from tests.engines.corpus_data import load_duckdb
from tests.engines.postgres import Server
from tests.properties.ask import Engine, duckdb_engine, postgres_engine
from tests.tpch.data import write

HERE = Path(__file__).parent
MODEL = (HERE / "model.yml").read_text()
QUESTIONS: list[dict[str, Any]] = yaml.safe_load((HERE / "questions.yaml").read_text())


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tpch")
    write(folder)
    return folder


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def asked(request: pytest.FixtureRequest, files: Path) -> Iterator[tuple[Engine, Any]]:
    """kubus on a database with the data, and a function that runs SQL there."""
    if request.param == "duckdb":
        path, beside = files / "tpch.duckdb", files / "beside.duckdb"
        load_duckdb(path, files)
        # One process opens a file in one way only, and kubus' way is its own.
        load_duckdb(beside, files)
        with duckdb_engine(str(path)) as engine, duckdb.connect(str(beside)) as connection:
            yield engine, lambda sql: connection.execute(sql).fetchall()
    else:
        server: Server = request.getfixturevalue("postgres")
        url = server.create_database("tpch")
        server.psql("tpch", files=(files / "schema.sql", files / "load_postgres.sql"), cwd=files)
        server.psql("tpch", "ANALYZE")
        with postgres_engine(url) as engine, psycopg.connect(url) as connection:
            yield engine, lambda sql: connection.execute(sql).fetchall()


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question["name"])
def test_the_answer_is_that_of_the_reference(asked: tuple[Engine, Any], question: dict[str, Any]):
    engine, reference = asked
    prepared = engine.prepare(MODEL, question["query"])
    got = engine.run(prepared).rows
    default = question.get("null_is")
    ours = Counter(tuple(comparable(row[column], default) for column in question["columns"]) for row in got)
    theirs = Counter(tuple(comparable(value, default) for value in row) for row in reference(question["sql"]))
    assert theirs, "a question without rows would prove nothing"
    assert ours == theirs, engine.sql_of(prepared)


def comparable(value: Any, default: Any = None) -> Any:
    """Numbers without what a database's number types add; times as text."""
    if value is None:
        return default
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
