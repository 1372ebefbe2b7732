"""Wrong test files: each mistake is told at its line, with what to do."""

import pytest

from kubus.testing.running import Result
from tests.testing.project import GIVEN, MODEL, Project, said

HEAD = "tests:\n  - test: one\n    query: {measures: [orders.count]}\n    expect: {value: 3}\n"

# The text, the line that is wrong, a part of what is said, and a part of the remedy.
WRONG = {
    "nothing": ("", 1, "nothing in this file", "under `tests`"),
    "no yaml": ("tests:\n  - test: [one\n", 3, "This is no YAML", ""),
    "a list": ("- test: one\n", 1, "no map", "Its keys are"),
    "no tests": ("now: 2024-01-01\n", 1, "no tests", "under `tests`"),
    "empty tests": ("tests: []\n", 1, "no tests", "under `tests`"),
    "a key of the file": (HEAD + "timezon: UTC\n", 5, "'timezon' is no key", "Did you mean 'timezone'?"),
    "a key of a test": (HEAD + "    calims: {a: 1}\n", 5, "'calims' is no key of a test", "Did you mean 'claims'?"),
    "a key twice": (HEAD + "    query: {}\n", 5, "'query' is here twice", "Leave one out"),
    "no name": ("tests:\n  - query: {measures: [a.b]}\n    expect: {value: 1}\n", 2, "no name", "- test:"),
    "no query": ("tests:\n  - test: one\n    expect: {value: 1}\n", 2, "asks nothing", "query:"),
    "no expectation": (
        "tests:\n  - test: one\n    query: {measures: [a.b]}\n",
        2,
        "expects nothing, so that it cannot fail",
        "rows, value, count",
    ),
    "an empty expectation": (
        "tests:\n  - test: one\n    query: {measures: [a.b]}\n    expect: {}\n",
        4,
        "cannot fail",
        "rows, value, count",
    ),
    "a tolerance alone": (
        "tests:\n  - test: one\n    query: {measures: [a.b]}\n    expect: {tolerance: 1}\n",
        4,
        "cannot fail",
        "rows, value, count",
    ),
    "an empty list of expectations": (
        "tests:\n  - test: one\n    query: {measures: [a.b]}\n    expect: []\n",
        4,
        "cannot fail",
        "rows, value, count",
    ),
    "a key of an expectation": (
        "tests:\n  - test: one\n    query: {measures: [a.b]}\n    expect: {row: []}\n",
        4,
        "'row' is no key of what is expected",
        "Did you mean 'rows'?",
    ),
    "names twice": (HEAD + HEAD.removeprefix("tests:\n"), 5, "two tests named 'one'", "name of its own"),
    "a relation": (
        "tests:\n  - test: one\n    query: {measures: [a.b]}\n    expect:\n      relations: [b = c]\n",
        5,
        "no relation",
        "completedCount <= count",
    ),
    "a relation without members": (
        "tests:\n  - test: one\n    query: {measures: [a.b]}\n    expect:\n      relations: [1 < 2]\n",
        5,
        "names no member",
        "completedCount <= count",
    ),
    "an error code": (
        "tests:\n  - test: one\n    query: {measures: [a.b]}\n    expect: {refused: forbiden}\n",
        4,
        "no error code 'forbiden'",
        "Did you mean 'forbidden'?",
    ),
    "an error class": (
        "tests:\n  - test: one\n    query: {measures: [a.b]}\n    expect:\n      refused: {error: Forbiden}\n",
        5,
        "no error 'Forbiden'",
        "Did you mean 'Forbidden'?",
    ),
    "a refusal with rows": (
        "tests:\n  - test: one\n    query: {measures: [a.b]}\n    expect: {refused: true, count: 1}\n",
        4,
        "has no rows",
        "`refused` alone",
    ),
    "a tolerance": (
        "tests:\n  - test: one\n    query: {measures: [a.b]}\n    expect: {value: 1, tolerance: small}\n",
        4,
        "'small' is no tolerance",
        "1%",
    ),
    "rows that are none": (
        "tests:\n  - test: one\n    query: {measures: [a.b]}\n    expect: {rows: 3}\n",
        4,
        "Rows are a list",
        "`[]` is none",
    ),
    "a row without columns": (
        "tests:\n  - test: one\n    query: {measures: [a.b]}\n    expect: {rows: [{}]}\n",
        4,
        "at least one column",
        "by names",
    ),
    "a time": ("now: yesterday\n" + HEAD, 1, "'yesterday' is no time", "2024-03-15T12:00:00Z"),
    "claims": ("claims: admin\n" + HEAD, 1, "Claims are a map", "tenant"),
    "a source": ("source: production\n" + HEAD, 1, "no source 'production'", "source: live"),
    "rows and the live source": ("source: live\ngiven: {orders: []}\n" + HEAD, 1, "given rows or the live", "Leave out"),
    "given as a list": ("given: [orders]\n" + HEAD, 1, "Given rows are a map", "name of a table"),
    "a table": ("given:\n  orders: 3\n" + HEAD, 2, "no map", "rows, csv"),
    "a row": ("given:\n  orders: [1]\n" + HEAD, 2, "A row is a map", "list `columns`"),
    "a short row": (
        "given:\n  orders: {columns: [id, status], rows: [[1]]}\n" + HEAD,
        2,
        "1 values here for 2 columns",
        "id, status",
    ),
    "a column beside those that are said": (
        "given:\n  orders:\n    columns: [id, status]\n    rows:\n      - {id: 1, staus: new}\n" + HEAD,
        5,
        "no column 'staus'",
        "Did you mean 'status'?",
    ),
    "rows and a file": ("given:\n  orders: {rows: [], csv: a.csv}\n" + HEAD, 2, "from here or from a file", "either"),
    "a file that is not there": ("given:\n  orders: none.csv\n" + HEAD, 2, "none.csv cannot be read: No such", "beside"),
    "no file": ("given:\n  orders: orders.txt\n" + HEAD, 2, "name of a CSV file", ".csv"),
}  # fmt: skip


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Result]]:
    """What came of each text, each a file of one project."""
    project = Project(tmp_path_factory.mktemp("mistakes"))
    project.write("model/orders.yml", MODEL)
    for name, (text, _, _, _) in {**WRONG, **LATER}.items():
        project.write(f"tests/{name}.test.yml", text)
    found: dict[str, list[Result]] = {}
    for result in project.run():
        found.setdefault(result.suite.removeprefix("tests/").removesuffix(".test.yml"), []).append(result)
    return found


@pytest.mark.parametrize("name", WRONG)
def test_a_mistake_is_told_at_its_line(name: str, told: dict[str, list[Result]]) -> None:
    _, line, message, remedy = WRONG[name]
    results = told[name]
    assert {result.outcome for result in results} == {"wrong"}
    found = [said(result) for result in results if result.place.line == line]
    assert any(message in text and remedy in text for text in found), [said(result) for result in results]


def test_all_mistakes_of_a_file_are_told(project: Project) -> None:
    project.write("tests/a.test.yml", "now: never\nclaims: 3\n" + HEAD + "    expct: 1\n")
    assert [result.place.line for result in project.run()] == [1, 2, 7]


def test_a_wrong_file_does_not_keep_others_from_running(project: Project) -> None:
    project.write("tests/a.test.yml", "tests: 3\n")
    project.write("tests/b.test.yml", GIVEN + HEAD)
    assert [(r.suite, r.outcome) for r in project.run()] == [
        ("tests/a.test.yml", "wrong"),
        ("tests/b.test.yml", "passed"),
    ]


# What only shows when rows become tables, or the query is run.
LATER = {
    "a table that no cube reads": (
        "given:\n  ordrs: [{id: 1}]\n" + HEAD,
        2,
        "No cube reads a table 'ordrs'",
        "Did you mean 'orders'?",
    ),
    "a column that the model does not read": (
        "given:\n  orders:\n    - {id: 1, staus: new}\n" + HEAD,
        3,
        "reads no column 'staus'",
        "Did you mean 'status'?",
    ),
    "a value of another type": (
        "given:\n  orders:\n    columns: {id: integer}\n    rows:\n      - {id: 1}\n      - {id: two}\n" + HEAD,
        6,
        "'two' in the column 'id' of 'orders' is no INT",
        "columns:",
    ),
    "a text that is no time": (
        "given:\n  orders:\n    - {id: 1, created_at: soon}\n" + HEAD,
        3,
        "'soon' in the column 'created_at'",
        "columns:",
    ),
    "a number that is no time": (
        "given:\n  orders:\n    - {id: 1, created_at: 20240131}\n" + HEAD,
        3,
        "'20240131' in the column 'created_at'",
        "columns:",
    ),
    "a type": ("given:\n  orders: {columns: {id: intger}, rows: []}\n" + HEAD, 2, "no type 'intger'", "columns:"),
    "a data source": (
        "given:\n  orders: {rows: [{id: 1}], data_source: crm}\n" + HEAD,
        2,
        "no data source 'crm'",
        "default",
    ),
    "a table twice": ("given:\n  orders: []\n  public.orders: []\n" + HEAD, 3, "given twice", "Leave one out"),
}  # fmt: skip


@pytest.mark.parametrize("name", LATER)
def test_rows_that_cannot_be_given(name: str, told: dict[str, list[Result]]) -> None:
    _, line, message, remedy = LATER[name]
    (result,) = told[name]
    assert result.outcome == "wrong"
    shown = said(result)
    assert message in shown
    assert remedy in shown
    assert f"tests/{name}.test.yml:{line}" in shown


def test_a_row_of_a_csv_file_that_cannot_be_given(project: Project) -> None:
    project.write("tests/orders.csv", "id,created_at\n1,2024-01-01\n2,soon\n")
    project.write("tests/a.test.yml", "given:\n  orders: orders.csv\n" + HEAD)
    (result,) = project.run()
    assert "orders.csv:3" in said(result)
    assert "'soon' in the column 'created_at'" in said(result)


@pytest.mark.parametrize(
    ("given", "query", "message"),
    [
        ("users: []", "{measures: [orders.count]}", "given are users"),
        ("orders: [{id: 1}]", "{measures: [orders.total]}", "Give every column that the query reads"),
    ],
)
def test_what_a_query_reads_has_to_be_given(given: str, query: str, message: str, project: Project) -> None:
    project.write(
        "tests/a.test.yml",
        f"given:\n  {given}\ntests:\n  - test: one\n    query: {query}\n    expect: refused\n",
    )
    (result,) = project.run()
    # Also where a refusal is expected: the database refuses, and not kubus.
    assert result.outcome == "wrong"
    assert message in said(result)
    assert "SELECT" in said(result)
