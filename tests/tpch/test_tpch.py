"""kubus answers the 22 questions of TPC-H as the databases do, on the same data."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.engines.beside import RunSql, differences, on_duckdb, on_postgres
from tests.properties.ask import Engine
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
def asked(request: pytest.FixtureRequest, files: Path) -> Iterator[tuple[Engine, RunSql]]:
    """kubus on a database with the data, and a function that runs SQL there."""
    if request.param == "duckdb":
        opened = on_duckdb(files)
    else:
        opened = on_postgres(request.getfixturevalue("postgres"), files, "tpch")
    with opened as both:
        yield both


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question["name"])
def test_the_answer_is_that_of_the_reference(asked: tuple[Engine, RunSql], question: dict[str, Any]):
    engine, reference = asked
    prepared = engine.prepare(MODEL, question["query"])
    theirs = reference(question["sql"])
    assert theirs, "a question without rows would prove nothing"
    ours = [[row[column] for column in question["columns"]] for row in engine.run(prepared).rows]
    assert not differences(ours, theirs, in_order=False, null_is=question.get("null_is")), engine.sql_of(prepared)
