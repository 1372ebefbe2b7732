"""A history of model changes with known effects, in a real repository: all of them are found, and nothing else."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from kubus.cli.diff import diff
from tests.tools.pages import commit, inside

FIRST = """
cubes:
  - name: orders
    sql_table: orders
    joins:
      - {name: items, sql: "{CUBE}.id = {items}.order_id", relationship: one_to_many}
      - {name: customers, sql: "{CUBE}.customer_id = {customers}.id", relationship: many_to_one}
      - {name: stores, sql: "{CUBE}.store_id = {stores}.id", relationship: many_to_one}
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: status, sql: status, type: string}
    measures:
      - {name: count, type: count}
      - {name: total, sql: amount, type: sum}
      - {name: mean, sql: "{total} / {count}", type: number}
    access_policy:
      - group: "*"
        row_level: {filters: [{member: status, operator: equals, values: [done]}]}
  - name: items
    sql_table: items
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: category, sql: category, type: string}
    measures:
      - {name: lines, type: count}
  - name: customers
    sql_table: customers
    joins:
      - {name: regions, sql: "{CUBE}.region_id = {regions}.id", relationship: many_to_one}
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: city, sql: city, type: string}
  - name: stores
    sql_table: stores
    joins:
      - {name: regions, sql: "{CUBE}.region_id = {regions}.id", relationship: many_to_one}
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
  - name: regions
    sql_table: regions
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: name, sql: name, type: string}
views:
  - name: board
    cubes: [{join_path: orders, includes: [total, status]}]
"""

DATA = """
CREATE TABLE orders AS SELECT * FROM (VALUES
  (1, 1, 1, 'done', 100, 10), (2, 1, 2, 'done', 50, 0), (3, 2, 1, 'test', 30, 0)
) AS t (id, customer_id, store_id, status, amount, refunded);
CREATE TABLE items AS SELECT * FROM (VALUES
  (1, 1, 'books'), (2, 1, 'books'), (3, 2, 'toys')
) AS t (id, order_id, category);
CREATE TABLE customers AS SELECT * FROM (VALUES (1, 1, 'Oslo'), (2, 2, 'Rome')) AS t (id, region_id, city);
CREATE TABLE stores AS SELECT * FROM (VALUES (1, 1), (2, 2)) AS t (id, region_id);
CREATE TABLE regions AS SELECT * FROM (VALUES (1, 'north'), (2, 'south')) AS t (id, name);
"""

QUERIES = {
    "revenue.json": {"measures": ["board.total"]},
    "cities.json": {"measures": ["orders.count"], "dimensions": ["customers.city"]},
    "lines.json": [{"measures": ["items.lines"]}, {"measures": ["orders.count"], "dimensions": ["orders.status"]}],
}


def replaced(*pairs: tuple[str, str]) -> Callable[[str], str]:
    def change(text: str) -> str:
        for old, new in pairs:
            assert old in text, old
            text = text.replace(old, new)
        return text

    return change


def reformatted(text: str) -> str:
    text = text.replace("sql: amount, type: sum", 'type: sum, sql: "( AMOUNT ) -- in euros\\n"')
    text = text.replace('"{total} / {count}"', '"{CUBE.total}/{count} /* a mean */"')
    return "# made tidy\n" + text.replace("{CUBE}.id = {items}.order_id", "({CUBE}.ID = {items}.order_id)")


@dataclass(frozen=True)
class Step:
    """A change, and every difference that it makes: (kind, what, name, says)."""

    name: str
    change: Callable[[str], str]
    found: set[tuple[str, str, str, str]]


HISTORY = (
    Step("only how it is written", reformatted, set()),
    Step(
        "a measure more",
        replaced(
            (
                "- {name: lines, type: count}",
                "- {name: lines, type: count}\n      - {name: kinds, sql: category, type: count_distinct}",
            )
        ),
        {("added", "measure", "items.kinds", "count_distinct: category")},
    ),
    Step(
        "another name",
        replaced(
            ("name: total", "name: revenue"), ("{CUBE.total}", "{revenue}"), ("[total, status]", "[revenue, status]")
        ),
        {
            ("renamed", "measure", "orders.revenue", ""),
            ("renamed", "measure", "board.revenue", ""),
            ("query", "saved query", "revenue.json", "'total' not found for path 'board.total'"),
        },
    ),
    Step(
        "another sum",
        replaced(('"( AMOUNT ) -- in euros\\n"', "amount - refunded")),
        {
            ("changed", "measure", "orders.revenue", "sql"),
            ("value", "measure", "orders.revenue", "by -10 (-5.6%)"),
            ("value", "measure", "orders.mean", "by -3.333333 (-5.6%)"),
            ("value", "measure", "board.revenue", "by -10 (-5.6%)"),
        },
    ),
    Step(
        "a wrong relationship",
        replaced(("relationship: one_to_many", "relationship: many_to_one")),
        {
            ("joins", "join", "orders → items", "relationship"),
            ("value", "measure", "orders.revenue", "the same in all, and otherwise in parts"),
            ("value", "measure", "orders.count", "the same in all, and otherwise in parts"),
        },
    ),
    Step(
        "the relationship as it was",
        replaced(('order_id)", relationship: many_to_one', 'order_id)", relationship: one_to_many')),
        {
            ("joins", "join", "orders → items", "relationship"),
            ("value", "measure", "orders.revenue", "the same in all, and otherwise in parts"),
            ("value", "measure", "orders.count", "the same in all, and otherwise in parts"),
        },
    ),
    Step(
        "a wider policy",
        replaced(("values: [done]", "values: [done, test]")),
        {("policy", "access policy", "orders", "wider for everyone")},
    ),
    Step(
        "joins in another order",
        lambda text: moved_to_front(text, "      - {name: stores"),
        {
            ("joins", "way", "orders → regions", "the way is another, though no join differs: it follows their order"),
            ("value", "measure", "orders.revenue", "the same in all, and otherwise in parts"),
            ("value", "measure", "orders.mean", "the same in all, and otherwise in parts"),
        },
    ),
    Step(
        "titles, formats and types",
        replaced(
            ("{name: count, type: count}", "{name: count, type: count, title: Orders, format: number}"),
            ("{name: category, sql: category, type: string}", "{name: category, sql: category, type: number}"),
        ),
        {
            ("lesser", "measure", "orders.count", "title"),
            ("lesser", "measure", "orders.count", "format"),
            ("lesser", "dimension", "items.category", "type"),
        },
    ),
    Step(
        "fewer rows",
        replaced(("sql_table: orders", "sql: SELECT * FROM orders WHERE status <> 'test'")),
        {
            ("changed", "cube", "orders", "sql"),
            ("value", "measure", "orders.revenue", "by -30 (-17.6%)"),
            ("value", "measure", "orders.count", "by -1 (-33.3%)"),
            ("value", "measure", "orders.mean", "by 13.333333 (+23.5%)"),
            ("value", "measure", "board.revenue", "by -30 (-17.6%)"),
        },
    ),
    Step(
        "a join that is gone",
        lambda text: without(text, "      - {name: customers, sql"),
        {
            ("joins", "join", "orders → customers", "removed"),
            ("query", "saved query", "cities.json", "Can't find join path to join 'orders', 'customers'"),
        },
    ),
    Step(
        "a cube with another name, and a member that is gone",
        lambda text: without(
            text.replace("name: items", "name: lines").replace("{items}", "{lines}"), "      - {name: mean"
        ),
        {
            ("renamed", "cube", "lines", ""),
            ("removed", "measure", "orders.mean", ""),
            ("query", "saved query", "lines.json[1]", "Cube 'items' not found for path 'items.lines'"),
        },
    ),
)


def without(text: str, start: str) -> str:
    lines = text.splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(start)]
    assert len(kept) == len(lines) - 1
    return "".join(kept)


def moved_to_front(text: str, start: str) -> str:
    lines = text.splitlines(keepends=True)
    (line,) = (line for line in lines if line.startswith(start))
    lines.remove(line)
    lines.insert(next(n for n, one in enumerate(lines) if "joins:" in one) + 1, line)
    return "".join(lines)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose history has a commit for each step, tagged by its number."""
    folder = tmp_path_factory.mktemp("history")
    (folder / "model").mkdir()
    (folder / "queries").mkdir()
    (folder / ".env").write_text("CUBEJS_DB_TYPE=duckdb\nCUBEJS_DB_DUCKDB_DATABASE_PATH=shop.duckdb\n")
    for name, content in QUERIES.items():
        (folder / "queries" / name).write_text(json.dumps(content))
    with duckdb.connect(str(folder / "shop.duckdb")) as connection:
        connection.execute(DATA)
    text = FIRST
    model = folder / "model" / "shop.yml"
    model.write_text(text)
    commit(folder, "first")
    tag(folder, 0)
    for number, step in enumerate(HISTORY, 1):
        text = step.change(text)
        model.write_text(text)
        commit(folder, step.name)
        tag(folder, number)
    return folder


def tag(folder: Path, number: int) -> None:
    subprocess.run(["git", "tag", f"step-{number}"], cwd=folder, check=True, capture_output=True)


@pytest.mark.parametrize(("number", "step"), list(enumerate(HISTORY, 1)), ids=[step.name for step in HISTORY])
def test_all_is_found_and_nothing_else(
    number: int, step: Step, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with inside(repository):
        diff(f"step-{number - 1}", f"step-{number}", values=True, format="json")
    found = json.loads(capsys.readouterr().out)
    # Each step alone: queries that broke before are not told again.
    assert {(one["kind"], one["what"], one["name"], one["says"]) for one in found} == step.found
    assert len(found) == len(step.found)


def told(repository: Path, capsys: pytest.CaptureFixture[str], before: int, after: int) -> list[dict[str, object]]:
    with inside(repository):
        diff(f"step-{before}", f"step-{after}", values=True, format="json")
    return json.loads(capsys.readouterr().out)


def test_what_a_relationship_does_is_told(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = {(one["kind"], one["name"]): one for one in told(repository, capsys, 4, 5)}
    assert found["joins", "orders → items"]["effects"] == [
        "orders.count, orders.revenue: rows of orders are taken as they are joined with members of items, which are no "
        "longer said to repeat them",
        "items.lines: rows of items count once with members of orders, which are now said to repeat them",
    ]
    # An order with two books counts twice now, and the example says where.
    assert found["value", "orders.revenue"]["example"] == {
        "dimension": "items.category",
        "value": "books",
        "before": "90",
        "after": "180",
    }


def test_what_follows_from_a_change_is_told(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (changed,) = (one for one in told(repository, capsys, 3, 4) if one["kind"] == "changed")
    assert set(changed["effects"]) == {"orders.mean", "board.revenue"}  # type: ignore[arg-type]
    assert (changed["before"], changed["after"]) == ("( AMOUNT ) -- in euros", "amount - refunded")


def test_text_and_markdown(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with inside(repository):
        diff("step-2", "step-3")
        text = capsys.readouterr().out
        assert "Renamed\n  measure board.total → board.revenue\n" in text
        assert text.endswith("3 changes, 3 of which may break something\n")
        diff("step-3", "step-4", values=True, format="markdown")
        page = capsys.readouterr().out
        assert page.startswith("### Data model: step-3 → step-4\n")
        assert "- `orders.revenue`: 180 → 170, by -10 (-5.6%)" in page
        assert "  - `( AMOUNT ) -- in euros` → `amount - refunded`" in page
        diff("step-0", "step-1")
        assert capsys.readouterr().out == "The data models mean the same\n"
        # The files as they are.
        diff("step-12")
        assert capsys.readouterr().out == "The data models mean the same\n"


def test_the_status(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with inside(repository):
        diff("step-0", "step-1", check=True)
        diff("step-1", "step-2", check=True)
        for before, after, status in (("step-2", "step-3", 1), ("nowhere", "step-3", 2), ("--output=x", "step-1", 2)):
            with pytest.raises(SystemExit) as ended:
                diff(before, after, check=True)
            assert ended.value.code == status
    capsys.readouterr()


def test_a_revision_that_does_not_compile(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = repository / "model" / "shop.yml"
    text = model.read_text()
    model.write_text(text.replace("type: sum", "type: smu"))
    try:
        with inside(repository), pytest.raises(SystemExit) as ended:
            diff("step-0")
    finally:
        model.write_text(text)
    assert ended.value.code == 2
    assert "The data model of the files as they are does not compile" in capsys.readouterr().err


def test_queries_of_the_audit_log(repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    queries = [
        {"members": ["orders.mean", "customers.city"], "filtered": ["orders.status"]},
        {"members": ["orders.count"]},
    ]
    log = tmp_path / "audit.jsonl"
    records = [
        {"kind": "request", "time": "2026-01-01T00:00:00Z", "outcome": "ok", "queries": queries},
        {
            "kind": "request",
            "time": "2026-01-02T00:00:00Z",
            "outcome": "denied",
            "queries": [{"members": ["items.lines"]}],
        },
    ]
    log.write_text("".join(json.dumps(record) + "\n" for record in records))
    with inside(repository):
        diff("step-10", "step-12", audit=str(log), format="json")
    found = [one for one in json.loads(capsys.readouterr().out) if "audit" in one["name"]]
    assert [one["says"] for one in found] == ["'mean' not found for path 'orders.mean'"]
