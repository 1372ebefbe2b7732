"""kubus answers questions of TPC-DS as the databases do, on the same data."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from kubus.semantic_layer import SemanticLayer
from tests.engines.beside import RunSql, differences, on_duckdb, on_postgres
from tests.properties.ask import Engine
from tests.tpcds.data import write

HERE = Path(__file__).parent
MODEL = (HERE / "model.yml").read_text()
QUESTIONS: list[dict[str, Any]] = yaml.safe_load((HERE / "questions.yaml").read_text())


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tpcds")
    write(folder)
    return folder


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def asked(request: pytest.FixtureRequest, files: Path) -> Iterator[tuple[Engine, SemanticLayer, RunSql]]:
    """A database with the data: kubus on it, the model there, and a function that runs SQL."""
    if request.param == "duckdb":
        opened = on_duckdb(files)
    else:
        opened = on_postgres(request.getfixturevalue("postgres"), files, "tpcds")
    with opened as (engine, reference):
        yield engine, engine.layer(MODEL), reference


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question["name"])
def test_the_answer_is_that_of_the_reference(asked: tuple[Engine, SemanticLayer, RunSql], question: dict[str, Any]):
    engine, layer, reference = asked
    theirs = reference(question["sql"])
    assert any(value is not None for row in theirs for value in row), "a question without rows would prove nothing"
    if "levels" in question:
        ours = [row for level in question["levels"] for row in rows_of(engine, layer, level)]
    else:
        ours = rows_of(engine, layer, question)
    assert not differences(ours, theirs, in_order="levels" not in question)


def rows_of(engine: Engine, layer: SemanticLayer, asked: dict[str, Any]) -> list[list[Any]]:
    """The answer to a query, in the order of `columns`; a column that no member stands for is said by its value."""
    got = engine.run(engine.prepare_on(layer, asked["query"])).rows
    return [[row[c] if isinstance(c, str) else c and c["value"] for c in asked["columns"]] for row in got]


def test_every_question_is_asked_or_the_page_says_why_not():
    asked = {int(question["name"].split(":")[0]) for question in QUESTIONS}
    page = (HERE.parents[1] / "docs" / "tpcds.md").read_text()
    not_said = {int(number) for number in re.findall(r"^- \*\*(\d+)\*\* ", page, re.MULTILINE)}
    assert len(asked) == len(QUESTIONS)
    assert asked | not_said == set(range(1, 100))
    assert not asked & not_said
