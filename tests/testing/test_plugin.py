"""The pytest plugin, in a run of pytest of its own."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.testing.project import GIVEN, POSTGRES, Project
from tests.testing.test_callers import GUARDED

PLUGIN = "kubus.testing.pytest_plugin"

TESTS = (
    GIVEN
    + """
tests:
  - {test: right, groups: boss, claims: {active: true}, query: {measures: [orders.count]}, expect: {value: 3}}
  - {test: wrong number, groups: boss, claims: {active: true}, query: {measures: [orders.count]}, expect: {value: 4}}
  - {test: kept, groups: boss, claims: {active: true}, query: {measures: [orders.count]}, expect: snapshot}
"""
)

PYTHON = """
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from kubus.errors import BadTest, Forbidden
from kubus.model.model import Model
from kubus.testing.given_layer import AsCaller, GivenLayer, GivenRows

COUNT = {"measures": ["orders.count"]}


@pytest.fixture
def kubus_rows() -> GivenRows:
    return {
        "orders": [
            {"id": 1, "status": "done", "amount": Decimal("10.50"), "tenant": "a", "created_at": date(2024, 3, 14)},
            {"id": 2, "status": "new", "tenant": "b", "created_at": datetime(2024, 3, 15, 8)},
        ]
    }


def test_the_model(kubus_model: Model, kubus_project: Path) -> None:
    assert set(kubus_model.cubes) == {"orders", "users"}
    assert (kubus_project / "model").is_dir()


def test_rows(semantic_layer: GivenLayer) -> None:
    boss = semantic_layer.as_caller({"active": True}, ["boss"])
    assert boss.query(COUNT) == [{"orders.count": 2}]
    assert boss.query({"measures": ["orders.total"]}) == [{"orders.total": Decimal("10.50")}]
    assert boss.query({"measures": ["orders.today"]}, now=datetime(2024, 3, 15)) == [{"orders.today": 1}]
    assert boss.given({"orders": []}).query(COUNT) == [{"orders.count": 0}]
    assert boss.given({"orders": Path(__file__).with_name("orders.csv")}).query(COUNT) == [{"orders.count": 1}]


def test_callers(as_caller: AsCaller) -> None:
    assert as_caller({"tenant": "a"}, ["clerk"]).query(COUNT) == [{"orders.count": 1}]
    with pytest.raises(Forbidden, match="tenant"):
        as_caller({}, ["clerk"]).query(COUNT)


async def test_in_a_loop(as_caller) -> None:
    assert as_caller({"tenant": "b"}, ["clerk"]).query(COUNT) == [{"orders.count": 1}]


def test_wrong_rows(semantic_layer: GivenLayer) -> None:
    with pytest.raises(BadTest, match="no column 'staus'"):
        semantic_layer.given({"orders": [{"id": 1, "staus": "new"}]}).query(COUNT)
"""


def pytest_in(project: Project, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A run of pytest in the project. The plugin is named, so that it does not matter how kubus is installed."""
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            PLUGIN,
            "-p",
            "pytest_asyncio.plugin",
            "-p",
            "no:cacheprovider",
            *arguments,
        ],
        cwd=project.folder,
        # The other plugins that are installed here take seconds to import.
        env={"PATH": "/usr/bin:/bin", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **POSTGRES},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


@pytest.fixture
def guarded(project: Project) -> Project:
    project.write("model/orders.yml", GUARDED)
    project.write("pyproject.toml", "[tool.pytest.ini_options]\nasyncio_mode = 'auto'\n")
    return project


def test_test_files_are_items(guarded: Project) -> None:
    guarded.write("tests/a.test.yml", TESTS)
    done = pytest_in(guarded, "--junit-xml=results.xml", "-v")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "tests/a.test.yml::right PASSED" in done.stdout
    assert "failed  tests/a.test.yml:12: wrong number\n    orders.count is 3, and 4 is due" in done.stdout
    assert "There is no snapshot 'kept'" in done.stdout
    assert "1 passed" in done.stdout
    assert "2 failed" in done.stdout
    # No traceback of kubus: it is of no use to who wrote the test.
    assert "Traceback" not in done.stdout
    assert "pytest_plugin.py" not in done.stdout
    assert 'tests="3"' in (guarded.folder / "results.xml").read_text()
    chosen = pytest_in(guarded, "--kubus-update", "-k", "kept")
    assert chosen.returncode == 0, chosen.stdout
    assert (guarded.folder / "tests" / "a.snapshots").exists()


def test_a_wrong_file_is_an_error_of_collection(guarded: Project) -> None:
    guarded.write("tests/a.test.yml", "tests:\n  - test: one\n    qery: {}\n")
    done = pytest_in(guarded)
    assert done.returncode == 2
    assert "tests/a.test.yml:3:5: 'qery' is no key of a test" in done.stdout
    assert "Did you mean 'query'?" in done.stdout


def test_a_model_that_does_not_compile(guarded: Project) -> None:
    guarded.write("tests/a.test.yml", TESTS)
    guarded.write("model/wrong.yml", "cubes:\n  - name: wrong\n    sql_tabel: x\n")
    done = pytest_in(guarded)
    assert done.returncode == 1
    assert "    The data model does not compile\n    wrong.yml:3:5" in done.stdout
    assert "Traceback" not in done.stdout


def test_fixtures(guarded: Project) -> None:
    guarded.write("tests/test_orders.py", PYTHON)
    guarded.write("tests/orders.csv", "id,status\n1,done\n")
    done = pytest_in(guarded)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 passed" in done.stdout


def test_a_project_below_the_root(guarded: Project) -> None:
    (guarded.folder / "shop").mkdir()
    (guarded.folder / "model").rename(guarded.folder / "shop" / "model")
    guarded.write("shop/tests/a.test.yml", TESTS.replace("value: 4", "value: 3").replace("snapshot", "{value: 3}"))
    guarded.write("pytests/test_orders.py", PYTHON)
    guarded.write("pytests/orders.csv", "id,status\n1,done\n")
    guarded.write("pyproject.toml", '[tool.pytest.ini_options]\nasyncio_mode = "auto"\nkubus_project = "shop"\n')
    done = pytest_in(guarded)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_pytest_imports_is_little(project: Project) -> None:
    """Whoever has kubus installed runs other tests too."""
    code = (
        f"import sys, {PLUGIN}; print(*sorted(m for m in sys.modules if m.startswith(('kubus', 'duckdb', 'sqlglot'))))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert loaded == ["kubus", "kubus.testing", PLUGIN]


def test_the_entry_point() -> None:
    declared = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    assert declared["project"]["entry-points"]["pytest11"] == {"kubus": PLUGIN}
    assert not any("pytest" in requirement for requirement in declared["project"]["dependencies"])
