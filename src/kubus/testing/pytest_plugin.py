"""The pytest plugin: test files as items, and fixtures that ask a project on given rows.

pytest imports this by the entry point `pytest11` of the package; nothing else does. What runs tests is imported when
the first test needs it, so that other projects' runs do not pay for it.
"""

# pyright: reportUnknownMemberType=false
# pytest leaves the arguments of its own classes without types.

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from kubus.model.model import Model
    from kubus.testing.cases import Case, Suite
    from kubus.testing.given_layer import AsCaller, AskedProject, GivenLayer, GivenRows
    from kubus.testing.running import Result

ENDINGS = (".test.yml", ".test.yaml")

# What a folder holds that is a project.
MARKS = (".env", "kubus.py", "cube.py", "model")


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of the plugin."""
    parser.addini("kubus_project", "the folder of the kubus project, below the root of the tests", default="")
    parser.getgroup("kubus").addoption(
        "--kubus-update",
        action="store_true",
        help="keep every snapshot of tests of data models that is new or another",
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "TestFile | None":
    """A test file of a data model is a file of tests."""
    return TestFile.from_parent(parent, path=file_path) if file_path.name.endswith(ENDINGS) else None


class AskedProjects:
    """The projects of a run, each opened when it is first needed."""

    __test__ = False

    def __init__(self) -> None:
        self._opened: dict[Path, AskedProject] = {}

    def of(self, folder: Path) -> "AskedProject":
        """The project in a folder. Raises ConfigError or ModelError if it is none that answers."""
        from kubus.testing.given_layer import AskedProject

        if folder not in self._opened:
            self._opened[folder] = AskedProject(folder, os.environ)
        return self._opened[folder]

    def close(self) -> None:
        while self._opened:
            self._opened.popitem()[1].close()


ASKED = pytest.StashKey[AskedProjects]()


def asked_projects(config: pytest.Config) -> AskedProjects:
    """The projects of this run."""
    if ASKED not in config.stash:
        config.stash[ASKED] = AskedProjects()
    return config.stash[ASKED]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Give up what was opened."""
    if ASKED in config.stash:
        config.stash[ASKED].close()


def project_of(path: Path, config: pytest.Config) -> Path:
    """The folder of the project that a file or folder belongs to: what the ini option says, else the nearest one."""
    said = config.getini("kubus_project")
    if said:
        return config.rootpath / str(said)
    return next((p for p in (path, *path.parents) if any((p / mark).exists() for mark in MARKS)), config.rootpath)


class TestFile(pytest.File):
    """A test file of a data model."""

    __test__ = False

    def collect(self) -> "Iterator[TestItem]":
        """Its tests. Raises CollectError if something in it is wrong."""
        from kubus.testing.chosen import name_of
        from kubus.testing.reading import read_suite

        suite = read_suite(self.path, name_of(self.path, self.config.rootpath))
        if suite.problems:
            raise self.CollectError("\n".join(map(str, suite.problems)))
        for case in suite.cases:
            yield TestItem.from_parent(self, name=case.name, suite=suite, case=case)


class NotAsExpected(Exception):
    """A test of a data model that did not pass."""

    def __init__(self, result: "Result") -> None:
        super().__init__(result.name)
        self.result = result


class TestItem(pytest.Item):
    """One test of a data model."""

    __test__ = False

    def __init__(self, *, suite: "Suite", case: "Case", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.suite = suite
        self.case = case

    def runtest(self) -> None:
        """Run it. Raises NotAsExpected if it does not pass."""
        from kubus.testing.running import keep_all, keep_none

        decide = keep_all if self.config.getoption("--kubus-update") else keep_none
        result = (
            asked_projects(self.config).of(project_of(self.path.parent, self.config)).run(self.suite, self.case, decide)
        )
        if result.statements:
            self.add_report_section("call", "SQL", "\n".join(result.statements))
        if result.outcome != "passed":
            raise NotAsExpected(result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What is wrong, as `kubus test` says it."""
        from kubus.errors import KubusError
        from kubus.testing.reports import plain_text

        match excinfo.value:
            case NotAsExpected(result=result):
                return f"{result.outcome}  {result.place.file}:{result.place.line}: {result.name}\n{plain_text(result)}"
            case KubusError() as error:
                return str(error)
            case _:
                return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where it stands."""
        return self.path, self.case.place.line - 1, self.case.name


# ── fixtures ──


@pytest.fixture(scope="session")
def kubus_project(request: pytest.FixtureRequest) -> Path:
    """The folder of the project. Override it to name another."""
    return project_of(request.config.rootpath, request.config)


@pytest.fixture(scope="session")
def kubus_model(kubus_project: Path, request: pytest.FixtureRequest) -> "Model":
    """The compiled data model of the project. Fails if it does not compile."""
    return asked_projects(request.config).of(kubus_project).model


@pytest.fixture
def kubus_rows() -> "GivenRows":
    """The rows by tables that `semantic_layer` is asked on. Override it to give some."""
    return {}


@pytest.fixture
def semantic_layer(kubus_project: Path, kubus_rows: "GivenRows", request: pytest.FixtureRequest) -> "GivenLayer":
    """The project's semantic layer on the given rows: `semantic_layer.query({"measures": ["orders.count"]})`."""
    from kubus.testing.given_layer import GivenLayer

    return GivenLayer(asked_projects(request.config).of(kubus_project)).given(kubus_rows)


@pytest.fixture
def as_caller(semantic_layer: "GivenLayer") -> "AsCaller":
    """The same as a caller sees it: `as_caller({"tenant": "acme"}, ["support"]).query(…)`."""
    return semantic_layer.as_caller
