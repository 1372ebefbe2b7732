"""Each expectation passes where it holds, and fails where it does not, with what came."""

import pytest

from kubus.testing.running import Result
from tests.testing.project import GIVEN, MODEL, Project, indented, said

COUNT = "query: {measures: [orders.count]}\n"
BY_STATUS = "query: {measures: [orders.count, orders.total], dimensions: [orders.status]}\n"
NOTHING = "query: {measures: [orders.count], dimensions: [orders.status], filters: [{member: orders.status, operator: equals, values: [none]}]}\n"

HOLDS = {
    "a value": COUNT + "expect: {value: 3}",
    "a decimal value": "query: {measures: [orders.total]}\nexpect: {value: 35.5}",
    "rows in any order": BY_STATUS + "expect: {rows: [{status: new, count: 1}, {status: done, count: 2}]}",
    "a row by whole names": BY_STATUS + "expect: {rows: [{orders.status: new, orders.count: 1}, {count: 2}]}",
    "rows as lists": BY_STATUS + "expect: {rows: [[new, 1, 5], [done, 2, 30.50]]}",
    "rows that may be several": BY_STATUS + "expect: {rows: [{total: 30.5}, {status: new}]}",
    "ordered rows": "query: {measures: [orders.count], dimensions: [orders.status], order: {orders.count: asc}}\n"
    "expect: {rows: [{count: 1}, {count: 2}]}",
    "no rows": NOTHING + "expect: {rows: []}",
    "a count": BY_STATUS + "expect: {count: 2}",
    "no count": NOTHING + "expect: {count: 0}",
    "a total": "query: {measures: [orders.count], dimensions: [orders.status], limit: 1, total: true}\n"
    "expect: {count: 1, total: 2}",
    "a null": "query: {measures: [orders.count], dimensions: [users.city]}\n"
    "expect: {rows: [{city: null, count: 1}, {city: Oslo, count: 2}]}",
    "a boolean": "query: {measures: [orders.count], dimensions: [orders.isLarge]}\n"
    "expect: {rows: [{isLarge: true, count: 2}, {isLarge: false, count: 1}]}",
    "a day": "query: {timeDimensions: [{dimension: orders.at, granularity: month}], measures: [orders.count]}\n"
    "expect: {rows: [{at.month: 2024-03-01, count: 2}, {at.month: 2024-02-01, count: 1}]}",
    "a time": "query: {dimensions: [orders.at], order: {orders.at: desc}, limit: 1}\n"
    'expect: {rows: [{at: "2024-03-15T08:00:00.000"}]}',
    "a relation": BY_STATUS + "expect: {relations: [count >= 1, total >= count * 5 and count > 0]}",
    "parts": COUNT + "expect: {relations: [sum(count by status) == count, max(total by status) == 30.5]}",
    "parts of groups": "query: {measures: [orders.total], dimensions: [orders.status]}\n"
    "expect: {relations: [sum(total by users.city) == total, count(total by tenant) >= 1]}",
    "a null in a relation": "query: {measures: [orders.total, orders.count], filters: [{member: orders.status, operator: equals, values: [none]}]}\n"
    "expect: {relations: \"coalesce(total, 0) <= count\"}",
    "a tolerance": "query: {measures: [orders.perDone]}\nexpect: {value: 17.7, tolerance: 0.05}",
    "a relative tolerance": "query: {measures: [orders.perDone]}\nexpect: {value: 17.7, tolerance: 1%}",
    "a member that is not there": "query: {measures: [orders.nothing]}\nexpect: {refused: {code: member, says: nothing}}",
    "a refusal by class": "query: {measures: [orders.nothing]}\nexpect: {refused: {error: QueryError, status: 400}}",
    "any refusal": "query: {measures: [orders.nothing]}\nexpect: refused",
    "a hidden member": "query: {measures: [orders.hidden]}\nexpect: {refused: forbidden}",
    "whole numbers divide as in PostgreSQL": "query: {measures: [orders.share]}\nexpect: {value: 0}",
    "division by zero": "query: {measures: [orders.perDone], filters: [{member: orders.status, operator: equals, values: [new]}]}\n"
    "expect: {refused: source_value}",
    "words for dates": "now: 2024-03-20\nquery: {measures: [orders.count], timeDimensions: [{dimension: orders.at, dateRange: last week}]}\n"
    "expect: {value: 2}",
    "what day it is in SQL": "now: 2024-03-15T23:00:00Z\nquery: {measures: [orders.today]}\nexpect: {value: 1}",
    "another day in SQL": "now: 2024-03-16T00:00:00Z\nquery: {measures: [orders.today]}\nexpect: {value: 0}",
    "a time zone": "timezone: Pacific/Auckland\n"
    "query: {measures: [orders.count], timeDimensions: [{dimension: orders.at, granularity: day, dateRange: 2024-03-15}]}\n"
    "expect: {rows: [{at.day: 2024-03-15, count: 1}], tolerance: 0}",
    "compared ranges": "query: {measures: [orders.count], timeDimensions: [{dimension: orders.at, "
    "compareDateRange: [[2024-03-01, 2024-03-31], [2024-02-01, 2024-02-29]]}]}\n"
    "expect: [{rows: [{count: 2}]}, {rows: [{count: 1}]}]",
    "several queries": "query:\n"
    "  - {measures: [orders.count], timeDimensions: [{dimension: orders.at, granularity: month, dateRange: [2024-03-01, 2024-03-31]}]}\n"
    "  - {measures: [orders.total], timeDimensions: [{dimension: orders.at, granularity: month, dateRange: [2024-03-01, 2024-03-31]}]}\n"
    "expect: [{rows: [{count: 2}]}, {rows: [{total: 30.5}]}]",
}  # fmt: skip


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    """What came of each text, all asked in one project: holds/…, fails/… and mistaken/…"""
    project = Project(tmp_path_factory.mktemp("expectations"))
    project.write("model/orders.yml", MODEL)
    texts = {f"holds/{name}": text for name, text in HOLDS.items()}
    texts |= {f"fails/{name}": text for name, (text, _) in FAILS.items()}
    texts |= {f"mistaken/{name}": text for name, (text, _, _) in MISTAKEN.items()}
    listed = "".join(f"  - test: {name}\n{indented(text)}" for name, text in texts.items())
    project.write("tests/all.test.yml", f"{GIVEN}\ntests:\n{listed}")
    return {result.name: result for result in project.run()}


@pytest.mark.parametrize("name", HOLDS)
def test_it_holds(name: str, results: dict[str, Result]) -> None:
    result = results[f"holds/{name}"]
    assert (result.outcome, said(result)) == ("passed", "")


# With a part of what is said.
FAILS = {
    "a value": (COUNT + "expect: {value: 4}", "orders.count is 3, and 4 is due"),
    "a value in the last digit": ("query: {measures: [orders.total]}\nexpect: {value: 35.51}", "35.50, and 35.51"),
    "a number that is a text": (COUNT + 'expect: {value: "3"}', 'is 3, and "3" is due'),
    "a text that is a number": (
        "query: {dimensions: [orders.tenant], limit: 1, order: {orders.tenant: asc}}\nexpect: {rows: [[1]]}",
        "- 1",
    ),
    "a number that is a boolean": (COUNT + "expect: {value: true}", "true is due"),
    "a value where there is no row": (NOTHING.replace(", dimensions: [orders.status]", "").replace("orders.count", "orders.total") + "expect: {value: 1}", "is null, and 1 is due"),
    "a row too few": (BY_STATUS + "expect: {rows: [{status: new}]}", "1 row due, and 2 rows came"),
    "a row too many": (BY_STATUS + "expect: {rows: [{status: new}, {status: done}, {status: x}]}", "- x"),
    "no rows": (COUNT + "expect: {rows: []}", "+ 3"),
    "a cell": (BY_STATUS + "expect: {rows: [{status: new, count: 2}, {status: done}]}", "- new     2"),
    "the order": (
        "query: {measures: [orders.count], dimensions: [orders.status], order: {orders.count: asc}}\n"
        "expect: {rows: [{count: 2}, {count: 1}]}",
        "2 rows due, and 2 rows came",
    ),
    "the order that is said": (
        BY_STATUS + "expect: {ordered: true, rows: [{count: 1}, {count: 2}]}",
        "2 rows due, and 2 rows came",
    ),
    "a null": (
        "query: {measures: [orders.count], dimensions: [users.city]}\n"
        "expect: {rows: [{city: Oslo, count: 2}, {city: x, count: 1}]}",
        "+ null  1",
    ),
    "a count": (BY_STATUS + "expect: {count: 3}", "3 rows due, and 2 rows came"),
    "a total": (
        "query: {measures: [orders.count], dimensions: [orders.status], total: true}\nexpect: {total: 3}",
        "A total of 3 is due, and 2 came",
    ),
    "a relation": (BY_STATUS + "expect: {relations: [count > 1]}", "status new: count = 1"),
    "parts": (COUNT + "expect: {relations: [max(count by status) == count]}", "max(count by status) = 2"),
    "a relation without rows": (NOTHING + "expect: {relations: [count >= 0]}", "There is no row for which"),
    "a relation with a null": (
        "query: {measures: [orders.total, orders.count], filters: [{member: orders.status, operator: equals, values: [none]}]}\n"
        "expect: {relations: [total <= count]}",
        "coalesce",
    ),
    "a refusal that does not come": (COUNT + "expect: refused", "A refusal is due, and 1 row came"),
    "a refusal that is not due": (
        "query: {measures: [orders.nothing]}\nexpect: {value: 1}",
        "It was refused: MemberError (code member): 'nothing' not found",
    ),
    "another code": (
        "query: {measures: [orders.nothing]}\nexpect: {refused: forbidden}",
        "code forbidden is due, and this came: MemberError (code member",
    ),
    "another class": ("query: {measures: [orders.nothing]}\nexpect: {refused: {error: Forbidden}}", "Forbidden is due"),
    "another status": ("query: {measures: [orders.nothing]}\nexpect: {refused: {status: 403}}", "status 403 is due"),
    "another text": ("query: {measures: [orders.nothing]}\nexpect: {refused: {says: tenant}}", "says 'tenant'"),
    "a snapshot that is not there": (COUNT + "expect: snapshot", "There is no snapshot 'fails/a snapshot that is not there'; --update makes it"),
    "the second of two": (
        "query: {measures: [orders.count], timeDimensions: [{dimension: orders.at, "
        "compareDateRange: [[2024-03-01, 2024-03-31], [2024-02-01, 2024-02-29]]}]}\n"
        "expect: [{rows: [{count: 2}]}, {rows: [{count: 2}]}]",
        "+ 1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAILS)
def test_it_fails(name: str, results: dict[str, Result]) -> None:
    _, message = FAILS[name]
    result = results[f"fails/{name}"]
    assert result.outcome == "failed"
    assert message in said(result)


# Tests that take the answer to be of another shape.
MISTAKEN = {
    "a column": (BY_STATUS + "expect: {rows: [{staus: new}]}", "no column 'staus'", "Did you mean 'status'?"),
    "a column of two": (
        "query: {measures: [orders.count], dimensions: [orders.status, users.city]}\nexpect: {rows: [{status: new, status2: 1}]}",
        "no column 'status2'",
        "status",
    ),
    "too few values": (BY_STATUS + "expect: {rows: [[new]]}", "lists 1 values, and the answer has 3", "status, count"),
    "a value of several": (BY_STATUS + "expect: {value: 1}", "`value` is that of one column", "one measure"),
    "a total": (COUNT + "expect: {total: 1}", "asks for no total", "total: true"),
    "a relation": (COUNT + "expect: {relations: [cont > 1]}", "no column 'cont'", "Did you mean 'count'?"),
    "a part": (COUNT + "expect: {relations: [sum(count by staus) == count]}", "cannot be asked by staus", "status"),
    "a part with a filter": (
        "query: {measures: [orders.count], filters: [{member: orders.count, operator: gt, values: ['1']}]}\n"
        "expect: {relations: [sum(count by status) == count]}",
        "would act on the parts",
        "Leave out",
    ),
    "one of two": (
        "query: {measures: [orders.count], timeDimensions: [{dimension: orders.at, "
        "compareDateRange: [[2024-03-01, 2024-03-31], [2024-02-01, 2024-02-29]]}]}\n"
        "expect: {rows: []}",
        "stands for 2 queries, and there are 1 expectations",
        "list",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKEN)
def test_it_is_mistaken(name: str, results: dict[str, Result]) -> None:
    _, message, remedy = MISTAKEN[name]
    result = results[f"mistaken/{name}"]
    assert result.outcome == "wrong"
    assert message in said(result)
    assert remedy in said(result)


def test_a_relation_of_many_rows_names_a_few(project: Project) -> None:
    rows = "".join(f"    - {{id: {n}, status: s{n}}}\n" for n in range(20))
    project.write(
        "tests/a.test.yml",
        f"given:\n  orders:\n{rows}tests:\n  - test: one\n"
        "    query: {measures: [orders.count], dimensions: [orders.status]}\n"
        "    expect: {relations: [count > 1]}\n",
    )
    (result,) = project.run()
    assert "for 20 of 20 rows" in said(result)
    assert said(result).count("count = 1") == 5


def test_live_databases_that_fail_are_no_refusal(project: Project) -> None:
    project.write(
        "tests/a.test.yml",
        "source: live\ntests:\n  - test: one\n    query: {measures: [orders.count]}\n    expect: refused\n",
    )
    (result,) = project.run()
    assert result.outcome == "wrong"
    assert "nowhere.invalid" in said(result)


def test_tables_of_the_file_and_of_the_test(project: Project) -> None:
    project.write(
        "tests/a.test.yml",
        GIVEN
        + """
tests:
  - test: its own orders, and the users of the file
    given:
      orders: [{id: 9, user_id: 1}]
    query: {measures: [orders.count], dimensions: [users.city]}
    expect: {rows: [{city: Oslo, count: 1}]}
  - test: no orders
    given: {orders: []}
    query: {measures: [orders.count, orders.total]}
    expect: {rows: [{count: 0, total: null}]}
  - test: those of the file
    query: {measures: [orders.count]}
    expect: {value: 3}
""",
    )
    assert [(r.outcome, said(r)) for r in project.run()] == [("passed", "")] * 3
