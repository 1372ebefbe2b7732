"""Snapshots: kept, compared, taken over, given up."""

import yaml

from kubus.testing.cases import Suite
from kubus.testing.running import keep_all, keep_new, keep_none
from kubus.testing.snapshots import SnapshotChange
from tests.testing.project import GIVEN, Project, said

TESTS = (
    GIVEN
    + """
tests:
  - test: by status
    query: {measures: [orders.total], dimensions: [orders.status, orders.at]}
    expect: snapshot
  - test: "the names: \\"quoted\\", and with a # sign"
    query: {measures: [orders.count], dimensions: [users.city]}
    expect: {snapshot: true, count: 2}
"""
)


def test_what_is_kept_is_what_is_compared(project: Project) -> None:
    project.write("tests/a.test.yml", TESTS)
    assert [r.outcome for r in project.run(keep_none)] == ["failed", "failed"]
    assert not (project.folder / "tests" / "a.snapshots").exists()
    assert [r.kept for r in project.run(keep_new)] == [("by status",), ('the names: "quoted", and with a # sign',)]
    assert (project.folder / "tests" / "a.snapshots").read_text() == (
        "# Kept by `kubus test` for a.test.yml. Changes are taken over with --update or --review; look at them.\n"
        '"by status":\n'
        '  columns: ["orders.status", "orders.at", "orders.total"]\n'
        "  rows:\n"
        '    - ["done", 2024-03-14, 20.00]\n'
        '    - ["done", 2024-03-15T08:00:00, 10.50]\n'
        '    - ["new", 2024-02-01, 5.00]\n'
        "\n"
        '"the names: \\"quoted\\", and with a # sign":\n'
        '  columns: ["users.city", "orders.count"]\n'
        "  rows:\n"
        '    - ["Oslo", 2]\n'
        "    - [null, 1]\n"
    )
    assert [(r.outcome, r.kept) for r in project.run(keep_none)] == [("passed", ()), ("passed", ())]


def test_another_answer(project: Project) -> None:
    project.write("tests/a.test.yml", TESTS)
    project.run(keep_new)
    path = project.folder / "tests" / "a.snapshots"
    before = path.read_text()
    project.write("tests/a.test.yml", TESTS.replace("amount: 20,", "amount: 21,"))
    first, second = project.run(keep_new)
    assert "--review asks" in said(first)
    assert "- done    2024-03-14           20.00" in said(first)
    assert "+ done    2024-03-14           21.00" in said(first)
    assert second.outcome == "passed"
    assert path.read_text() == before
    asked: list[str] = []

    def decide(_: Suite, change: SnapshotChange) -> bool:
        asked.append(change.name)
        return True

    assert [r.outcome for r in project.run(decide)] == ["passed", "passed"]
    assert asked == ["by status"]
    assert path.read_text() == before.replace("20.00", "21.00")


def test_other_columns(project: Project) -> None:
    project.write("tests/a.test.yml", TESTS)
    project.run(keep_new)
    project.write("tests/a.test.yml", TESTS.replace("[orders.total]", "[orders.count]"))
    assert "has the columns orders.status, orders.at, orders.total" in said(project.run(keep_none)[0])


def test_a_tolerance_holds_for_snapshots(project: Project) -> None:
    loose = TESTS.replace("expect: snapshot", "expect: {snapshot: true, tolerance: 1}")
    project.write("tests/a.test.yml", loose)
    project.run(keep_new)
    project.write("tests/a.test.yml", loose.replace("amount: 20,", "amount: 21,"))
    assert [r.outcome for r in project.run(keep_none)] == ["passed", "passed"]


def test_snapshots_of_no_test_are_given_up(project: Project) -> None:
    project.write("tests/a.test.yml", TESTS)
    project.run(keep_new)
    path = project.folder / "tests" / "a.snapshots"
    project.write("tests/a.test.yml", TESTS.replace("expect: snapshot", "expect: {count: 3}"))
    project.run(keep_all)
    assert '"by status"' in path.read_text()
    project.run(keep_all, prune=True)
    assert '"by status"' not in path.read_text()
    project.write(
        "tests/a.test.yml", TESTS.replace("expect: snapshot", "expect: {count: 3}").replace("snapshot: true, ", "")
    )
    project.run(keep_all, prune=True)
    assert not path.exists()


def test_a_file_that_is_none(project: Project) -> None:
    project.write("tests/a.test.yml", TESTS)
    project.write("tests/a.snapshots", '"by status":\n  columns: ["a"]\n  rows:\n    - [1, 2]\n')
    first, _ = project.run(keep_all)
    assert first.outcome == "wrong"
    assert "a.snapshots:4" in said(first)


def test_every_kind_of_value_stays_itself(project: Project) -> None:
    """What is kept and read again is equal to what came."""
    columns = "abcdefghijklmno"
    sql = r"""SELECT * FROM (VALUES (1, 'null', 'a: "b" # c', 0.1::float, 1e30::float, 1.10::numeric(10,2), true,
        DATE '2024-01-02', TIMESTAMP '2024-01-02 03:04:05.678', TIMESTAMPTZ '2024-01-02 03:04:05+02',
        '[1, {"a": null}]'::json, ARRAY['x', '2024-01-01'], '2024-01-01', NULL, E'ünï\n', 12345678901234567890))
        AS t (id, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o)"""
    dimensions = [{"name": name, "sql": name, "type": "string"} for name in ("id", *columns)]
    dimensions[0] |= {"type": "number", "primary_key": True}
    cube = {"name": "kinds", "sql": sql.replace("{", "\\{").replace("}", "\\}"), "dimensions": dimensions}
    project.write("model/kinds.yml", yaml.safe_dump({"cubes": [cube]}))
    names = ", ".join(f"kinds.{c}" for c in columns)
    project.write(
        "tests/a.test.yml",
        f"tests:\n  - test: one\n    query: {{dimensions: [{names}]}}\n    expect: snapshot\n",
    )
    (kept,) = project.run(keep_new)
    assert kept.kept == ("one",), said(kept)
    (again,) = project.run(keep_none)
    assert (again.outcome, said(again)) == ("passed", "")
