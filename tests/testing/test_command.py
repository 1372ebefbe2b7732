"""The command `kubus test`: what it prints, writes and exits with."""

import io
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest

from kubus.cli.test import run_tests
from tests.testing.project import GIVEN, POSTGRES, Project

TESTS = (
    GIVEN
    + """
tests:
  - {test: right, query: {measures: [orders.count]}, expect: {value: 3}}
  - {test: wrong number, query: {measures: [orders.count]}, expect: {value: 4}}
  - {test: wrong name, query: {measures: [orders.count]}, expect: {rows: [{cont: 4}]}}
"""
)
RIGHT = (
    GIVEN
    + """
tests:
  - {test: right, query: {measures: [orders.count]}, expect: {value: 3}}
  - {test: kept, query: {measures: [orders.count], dimensions: [orders.status]}, expect: snapshot}
"""
)


@pytest.fixture
def here(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """The project as the working directory of the command."""
    monkeypatch.chdir(project.folder)
    for name in [name for name in os.environ if name.startswith(("CUBEJS_", "KUBUS_"))]:
        monkeypatch.delenv(name)
    for name, value in POSTGRES.items():
        monkeypatch.setenv(name, value)
    return project


def status_of(*paths: Path, **options: object) -> int:
    """What the command exits with."""
    with pytest.raises(SystemExit) as ended:
        run_tests(*paths, **options)  # pyright: ignore[reportArgumentType] - options as they are written
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_what_is_printed(here: Project, capsys: pytest.CaptureFixture[str]) -> None:
    here.write("tests/a.test.yml", TESTS)
    assert status_of() == 2
    out = capsys.readouterr().out
    assert "failed  tests/a.test.yml:12: wrong number\n    orders.count is 3, and 4 is due\n" in out
    assert "wrong   tests/a.test.yml:13: wrong name\n    The answer has no column 'cont'\n" in out
    assert "right" not in out
    assert out.splitlines()[-1].startswith("1 passed, 1 failed, 1 wrong in ")


@pytest.mark.parametrize(
    ("chosen", "status"),
    [("right", 0), ("number", 1), ("name", 2), ("right or number", 1), ("not number and not name", 0), ("a.test", 2)],
)
def test_the_status(here: Project, chosen: str, status: int, capsys: pytest.CaptureFixture[str]) -> None:
    here.write("tests/a.test.yml", TESTS)
    assert status_of(k=chosen) == status
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("paths", "options", "said"),
    [
        ((), {"k": "nothing of it"}, "no tests in"),
        ((), {"k": "and"}, "-k 'and' cannot be read"),
        ((), {"k": "(right"}, "-k '(right' cannot be read"),
        ((Path("none"),), {}, "no file or folder none"),
        ((Path("model/orders.yml"),), {}, "model/orders.yml is no test file"),
        ((), {"update": True, "ci": True}, "exclude each other"),
    ],
)
def test_wrong_use(
    here: Project, paths: tuple[Path, ...], options: dict[str, object], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    here.write("tests/a.test.yml", TESTS)
    assert status_of(*paths, **options) == 2
    captured = capsys.readouterr()
    assert said in captured.err + captured.out


def test_no_tests(here: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of() == 2
    assert "There are no tests in" in capsys.readouterr().err


def test_a_model_that_does_not_compile(here: Project, capsys: pytest.CaptureFixture[str]) -> None:
    here.write("tests/a.test.yml", TESTS)
    here.write("model/wrong.yml", "cubes:\n  - name: wrong\n    sql_tabel: x\n")
    assert status_of() == 2
    out = capsys.readouterr().out
    assert "wrong.yml:3:5" in out
    assert "no test was run" in out
    assert "wrong number" not in out


def test_fail_fast(here: Project, capsys: pytest.CaptureFixture[str]) -> None:
    here.write("tests/a.test.yml", TESTS)
    here.write("tests/b.test.yml", TESTS)
    assert status_of(fail_fast=True) == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith("1 passed, 1 failed in ")


def test_json(here: Project, capsys: pytest.CaptureFixture[str]) -> None:
    here.write("tests/a.test.yml", TESTS)
    assert status_of(output="json", coverage=True) == 2
    found = json.loads(capsys.readouterr().out)
    assert (found["passed"], found["failed"], found["wrong"]) == (1, 1, 1)
    right, number, name = found["tests"]
    assert {key: right[key] for key in ("file", "line", "test", "outcome")} == {
        "file": "tests/a.test.yml",
        "line": 11,
        "test": "right",
        "outcome": "passed",
    }
    assert number["mismatches"] == [{"message": "orders.count is 3, and 4 is due", "line": 12}]
    assert number["sql"][0].startswith("SELECT COUNT(")
    assert name["reason"].startswith("The answer has no column 'cont'")
    # Only tests that pass cover anything.
    assert found["coverage"]["members"]["covered"] == ["orders.count"]


def test_json_of_rows(here: Project, capsys: pytest.CaptureFixture[str]) -> None:
    here.write(
        "tests/a.test.yml",
        GIVEN
        + "tests:\n  - {test: one, query: {measures: [orders.total], dimensions: [orders.status]}, expect: {rows: [[new, 5], [done, 30]]}}\n",
    )
    assert status_of(output="json") == 1
    (mismatch,) = json.loads(capsys.readouterr().out)["tests"][0]["mismatches"]
    assert mismatch["columns"] == ["status", "total"]
    assert (mismatch["missing"], mismatch["unexpected"]) == ([["done", "30"]], [["done", "30.50"]])


def test_junit(here: Project) -> None:
    here.write(
        "tests/a.test.yml",
        TESTS.replace("wrong number", "wrong \\u0007 <number>")
        .replace("{test: wrong \\", '{test: "wrong \\')
        .replace("<number>,", '<number>",'),
    )
    assert status_of(junit=Path("out/results.xml")) == 2
    root = ElementTree.parse(here.folder / "out" / "results.xml").getroot()
    assert {key: root.get(key) for key in ("tests", "failures", "errors")} == {
        "tests": "3",
        "failures": "1",
        "errors": "1",
    }
    (suite,) = root
    assert suite.get("name") == "tests/a.test.yml"
    right, number, name = suite
    assert (right.get("name"), right.get("line"), len(right)) == ("right", "11", 0)
    assert number.get("name") == "wrong \ufffd <number>"
    assert (number[0].tag, number[0].get("message")) == ("failure", "orders.count is 3, and 4 is due")
    assert "SELECT COUNT(" in (number[0].text or "")
    assert name[0].tag == "error"


def test_snapshots_in_ci_and_out_of_it(here: Project, capsys: pytest.CaptureFixture[str]) -> None:
    here.write("tests/a.test.yml", RIGHT)
    assert status_of(ci=True) == 1
    assert "There is no snapshot 'kept'" in capsys.readouterr().out
    assert status_of() == 0
    assert "kept    tests/a.test.yml: the snapshot 'kept'" in capsys.readouterr().out
    assert status_of(ci=True) == 0
    here.write("tests/a.test.yml", RIGHT.replace("status: new", "status: old"))
    assert status_of() == 1
    # Only some of the tests run: what the others keep stays.
    assert status_of(update=True, k="right") == 0
    assert "new" in (here.folder / "tests" / "a.snapshots").read_text()
    assert status_of(update=True) == 0
    assert status_of(ci=True) == 0


def test_a_snapshot_that_was_kept_stays_when_a_later_test_ends_the_run(here: Project) -> None:
    here.write("tests/a.test.yml", RIGHT + "  - {test: last, query: {measures: [orders.count]}, expect: {value: 9}}\n")
    assert status_of(fail_fast=True) == 1
    assert '"kept"' in (here.folder / "tests" / "a.snapshots").read_text()


@pytest.mark.parametrize(("answer", "status"), [("a\n", 0), ("s\n", 1), ("", 1)])
def test_review(
    here: Project,
    answer: str,
    status: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    here.write("tests/a.test.yml", RIGHT)
    assert status_of() == 0
    here.write("tests/a.test.yml", RIGHT.replace("status: new", "status: old"))
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))
    assert status_of(review=True) == status
    out = capsys.readouterr().out
    assert "The snapshot 'kept' of tests/a.test.yml is another:" in out
    assert "- new     1" in out
    assert "+ old     1" in out
    assert ("old" in (here.folder / "tests" / "a.snapshots").read_text()) == (status == 0)


# The last line of a run.
SUMMARY = re.compile(r"^\d+ \w+.* in [\d.]+ s$", re.MULTILINE)


def test_coverage_that_is_too_little(here: Project, capsys: pytest.CaptureFixture[str]) -> None:
    here.write("tests/a.test.yml", RIGHT)
    assert status_of(fail_under=90.0) == 1
    out = capsys.readouterr().out
    assert "Covered is 16.6 %: 2 of 12 members" in out
    assert "No test asks for orders.tenant, orders.at, " in out
    assert "Less than 90 % is covered" in out
    assert status_of(fail_under=16.0) == 0


def test_watching(here: Project) -> None:
    """What depends on a file that changes is run again, and nothing else."""
    here.write("tests/orders.csv", "id,status\n1,done\n")
    csv = "given: {orders: orders.csv}\ntests:\n  - {test: rows of a file, query: {measures: [orders.count]}, expect: {value: 1}}\n"
    here.write("tests/a.test.yml", csv)
    here.write("tests/b.test.yml", RIGHT)
    out = here.folder / "out.txt"
    with out.open("w") as file:
        watching = subprocess.Popen(
            [sys.executable, "-u", "-m", "kubus", "test", "--watch", "-v"],
            cwd=here.folder,
            env={"PATH": os.environ["PATH"], **POSTGRES},
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    told = 0

    def next_run() -> list[str]:
        """What came of the tests up to the next summary."""
        nonlocal told
        until = time.monotonic() + 30
        while not SUMMARY.search(found := out.read_text()[told:]):
            assert time.monotonic() < until, found
            assert watching.poll() is None, found
            time.sleep(0.05)
        told += len(found)
        return re.findall(r"^(?:passed|failed) .*?(\w.test.yml\S* \w+(?: \w+)*)(?:  |$)", found, re.MULTILINE)

    try:
        assert next_run() == [
            "a.test.yml: rows of a file",
            "b.test.yml: right",
            "b.test.yml: kept",
        ]
        here.write("tests/orders.csv", "id,status\n1,done\n2,new\n")
        assert next_run() == ["a.test.yml:3: rows of a file"]
        here.write("tests/b.test.yml", RIGHT.replace("test: right", "test: renamed"))
        assert next_run() == ["b.test.yml: renamed", "b.test.yml: kept"]
        model = (here.folder / "model" / "orders.yml").read_text()
        here.write("model/orders.yml", model.replace("sql: amount", "sql: amount * 2"))
        assert len(next_run()) == 3
        here.write("tests/c.test.yml", RIGHT.replace("expect: snapshot", "expect: {count: 2}"))
        assert next_run() == ["c.test.yml: right", "c.test.yml: kept"]
    finally:
        watching.kill()
        watching.wait()
