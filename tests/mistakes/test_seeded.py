"""Each mistake gives one problem, at its line, in words that say what to do."""

import pytest

from kubus.errors import ModelError, Problem
from kubus.loading.load import load_files
from tests.mistakes.model import FILES
from tests.mistakes.seeded import MISTAKES, Mistake

DIALECTS = {"default": "duckdb"}


def problems(files: dict[str, str]) -> tuple[Problem, ...]:
    with pytest.raises(ModelError) as caught:
        load_files(files, DIALECTS)
    return caught.value.problems


def test_the_model_is_right() -> None:
    model = load_files(FILES, DIALECTS)
    assert list(model.cubes) == ["orders", "prices", "users", "items", "big_orders"] or len(model.cubes) == 5
    assert len(MISTAKES) >= 80


@pytest.mark.parametrize("mistake", MISTAKES, ids=[f"{m.file}-{m.after[:50]}" for m in MISTAKES])
def test_a_mistake_gives_one_problem(mistake: Mistake) -> None:
    text = FILES[mistake.file]
    assert mistake.before in text
    wrong = text.replace(mistake.before, mistake.after, 1)
    found = problems({**FILES, mistake.file: wrong})
    assert len(found) == 1, [str(one) for one in found]
    (problem,) = found
    assert problem.file == mistake.file
    lines = wrong.splitlines()
    assert any(part in lines[problem.line - 1] for part in mistake.at.split("|")), str(problem)
    assert any(part in problem.message for part in mistake.said.split("|")), str(problem)
    assert problem.hint is not None, str(problem)
    assert any(part in problem.hint for part in mistake.hint.split("|")), str(problem)
