"""The models of the demo and of the examples answer as their tests say, and the tests leave no member out."""

import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from tests.testing.project import Project, said

ROOT = Path(__file__).parents[2]
DUCKDB = {"CUBEJS_DB_TYPE": "duckdb"}


def project_of(folder: Path, model: Path, *tests: Path, environ: dict[str, str] = DUCKDB) -> Project:
    shutil.copytree(model, folder / "model")
    for place in tests:
        shutil.copytree(place, folder / "tests", dirs_exist_ok=True)
    return Project(folder, dict(environ))


DEMO = (
    Path(str(files("kubus.demo"))) / "model",
    Path(str(files("kubus.demo"))) / "tests",
    ROOT / "tests/demo/model_tests",
)


@pytest.mark.parametrize("database", ["duckdb", "postgres"])
def test_the_demo(database: str, tmp_path: Path) -> None:
    results, coverage, ground = project_of(tmp_path, *DEMO, environ={"CUBEJS_DB_TYPE": database}).covered()
    assert [said(result) for result in results if result.outcome != "passed"] == []
    report = coverage.report(ground.model)
    assert [name for name, shown in report.members.items() if not shown] == []
    assert [policy for policy, shown in report.branches.items() if not shown] == []
    assert len(results) >= 20


@pytest.mark.parametrize("name", ["library", "embedded_fastapi"])
def test_an_example(name: str, tmp_path: Path) -> None:
    example = ROOT / "examples" / name
    results, coverage, ground = project_of(tmp_path, example / "model", example / "tests").covered()
    assert [said(result) for result in results if result.outcome != "passed"] == []
    assert [name for name, shown in coverage.report(ground.model).members.items() if not shown] == []


# Changes to the demo's model that its tests have to find.
FAULTS = {
    "a status": ("orders.yml", "status = 'completed'", "status = 'complete'"),
    "a sum that is an average": (
        "orders.yml",
        "        sql: amount\n        type: sum",
        "        sql: amount\n        type: avg",
    ),
    "a share of another whole": ("orders.yml", "{returnedCount} + {completedCount}", "{count}"),
    "a border": ("orders.yml", "{CUBE.amount} < 500", "{CUBE.amount} <= 500"),
    "a factor": ("products.yml", "1000.0", "1000.5"),
    "a segment": ("users.yml", "'United States', 'Canada'", "'United States'"),
    "a direction": ("orders.yml", "relationship: one_to_many", "relationship: many_to_one"),
    "a policy": ("orders.yml", 'group: "*"', "group: staff"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_demo_is_found(fault: str, tmp_path: Path) -> None:
    project = project_of(tmp_path, *DEMO)
    name, right, wrong = FAULTS[fault]
    path = tmp_path / "model" / "cubes" / name
    text = path.read_text()
    assert right in text
    path.write_text(text.replace(right, wrong))
    assert any(result.outcome != "passed" for result in project.run())
