"""docs/testing.md: its model, its tests, and what it says that comes of them."""

import re
from pathlib import Path

from kubus.testing.reports import shown_result
from tests.testing.project import Project, said
from tests.testing.test_plugin import pytest_in

PAGE = (Path(__file__).parents[2] / "docs" / "testing.md").read_text()
FILE = re.compile(r"^```(?:yaml|py) (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def written(folder: Path, *, live: bool) -> Project:
    project = Project(folder)
    for name, text in FILE.findall(PAGE):
        if live or "live" not in name:
            project.write(name, text)
    return project


def test_the_tests_of_the_page_pass(tmp_path: Path) -> None:
    results = written(tmp_path, live=False).run()
    assert len(results) == 8
    assert [said(result) for result in results if result.outcome != "passed"] == []


def test_the_live_test_of_the_page_is_a_test(tmp_path: Path) -> None:
    (result,) = [r for r in written(tmp_path, live=True).run() if "live" in r.suite]
    assert result.outcome == "wrong"
    assert "nowhere.invalid" in said(result)


def test_the_difference_on_the_page(tmp_path: Path) -> None:
    project = written(tmp_path, live=False)
    path = tmp_path / "tests" / "tickets.test.yml"
    path.write_text(path.read_text().replace("status: open, count: 1, hours", "status: open, count: 2, hours"))
    (result,) = [r for r in project.run() if r.outcome != "passed"]
    text = shown_result(result)
    assert text is not None
    assert f"```text\n{text.plain}\n```" in PAGE


def test_the_python_of_the_page_passes(tmp_path: Path) -> None:
    project = written(tmp_path, live=False)
    project.write("pyproject.toml", "[tool.pytest.ini_options]\n")
    done = pytest_in(project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "10 passed" in done.stdout


def test_every_expectation_is_on_the_page() -> None:
    from kubus.testing.reading import ABOUT, EXPECT_KEYS, REFUSED_KEYS

    missing = [key for key in (*ABOUT, *EXPECT_KEYS, *REFUSED_KEYS) if not re.search(rf"`?\b{key}\b", PAGE)]
    assert missing == []
