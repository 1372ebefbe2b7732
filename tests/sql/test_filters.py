"""Which rows each operator lets through: every operator of the table, against its definition in docs/query.md."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import combinations
from typing import Any

import duckdb
import pytest

from kubus.errors import QueryError
from kubus.query.operators import OPERATORS
from tests.properties.ask import Engine, duckdb_engine

TEXTS = ["abc", "ABC", "b", "", "50%", "a_c", "x\\y", None]
NUMBERS = ["-1", "0", "1.50", "2", "12345678901234567890", None]
FLAGS = ["true", "false", None]
TIMES = ["2024-01-01 00:00:00", "2024-01-01 23:59:59.999", "2024-01-02 00:00:00", "2024-02-29 12:00:00", None]
DAYS = [None if time is None else time.replace(" ", "T") + ("" if "." in time else ".000") for time in TIMES]

MODEL = """
cubes:
  - name: t
    sql_table: t
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true, public: true}
      - {name: text, sql: text, type: string}
      - {name: number, sql: number, type: number}
      - {name: flag, sql: flag, type: boolean}
      - {name: came, sql: came, type: time}
      - {name: day, sql: day, type: time, field_type: string}
    segments:
      - {name: flagged, sql: "{CUBE}.flag"}
    measures:
      - {name: count, type: count}
      - {name: sum, type: sum, sql: number}
      - {name: flagged_sum, type: sum, sql: number, filters: [{sql: "{CUBE}.flag"}, {sql: "{CUBE}.number < 2"}]}
      - {name: last, type: time, sql: "MAX({CUBE}.came)"}
      - {name: a_text, type: string, sql: "MAX({CUBE}.text)"}
      - {name: all_flagged, type: boolean, sql: "BOOL_AND({CUBE}.flag)"}
"""

Row = dict[str, Any]

ROWS: list[Row] = [
    {"id": number, "text": text, "number": None, "flag": None, "came": None, "day": None}
    for number, text in enumerate(TEXTS)
]
for offset, (name, values) in enumerate((("number", NUMBERS), ("flag", FLAGS), ("came", TIMES), ("day", DAYS)), 1):
    ROWS += [
        {
            "id": 100 * offset + number,
            "text": None,
            "number": None,
            "flag": None,
            "came": None,
            "day": None,
            name: value,
        }
        for number, value in enumerate(values)
    ]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    path = tmp_path_factory.mktemp("filters") / "t.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "CREATE TABLE t (id INTEGER, text TEXT, number DECIMAL(30, 2), flag BOOLEAN, came TIMESTAMP, day TEXT)"
        )
        for row in ROWS:
            connection.execute("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?)", list(row.values()))
    with duckdb_engine(str(path)) as one:
        yield one


@pytest.fixture(scope="module")
def ids(engine: Engine) -> Callable[..., set[int]]:
    """The ids of the rows that pass these filters."""
    layer = engine.layer(MODEL)

    def of(*filters: dict[str, Any], **more: Any) -> set[int]:
        query = {"dimensions": ["t.id"], "filters": list(filters), **more}
        return {int(row["t.id"]) for row in engine.run(engine.prepare_on(layer, query)).rows}

    return of


def comparable(member: str, value: str) -> Any:
    """A value as the member's type compares it."""
    match member:
        case "number":
            return Decimal(value)
        case "came" | "day":
            return datetime.fromisoformat(value)
        case _:
            return value


def matches(operator: str, member: str, found: str | None, values: list[str | None]) -> bool:
    """Whether a row with this value passes, by the definition."""
    given = [value for value in values if value is not None]
    with_null = None in values
    match operator:
        case "set" | "notSet":
            return (found is None) == (operator == "notSet")
        case "equals" | "in":
            return with_null if found is None else comparable(member, found) in [comparable(member, v) for v in given]
        case "notEquals" | "notIn":
            if found is None:
                return not with_null
            return comparable(member, found) not in [comparable(member, v) for v in given]
        case "contains" | "startsWith" | "endsWith":
            return with_null if found is None else any(part(operator, found, value) for value in given)
        case "notContains" | "notStartsWith" | "notEndsWith":
            plain = operator[3].lower() + operator[4:]
            return not with_null if found is None else not any(part(plain, found, value) for value in given)
        case _:
            assert given, "the others are refused without values"
            return found is not None and compared(operator, comparable(member, found), comparable(member, given[0]))


def part(operator: str, found: str, value: str) -> bool:
    found, value = found.lower(), value.lower()
    match operator:
        case "contains":
            return value in found
        case "startsWith":
            return found.startswith(value)
        case _:
            return found.endswith(value)


def compared(operator: str, found: Any, value: Any) -> bool:
    return {
        "gt": found > value,
        "gte": found >= value,
        "lt": found < value,
        "lte": found <= value,
    }[operator]


def expected(operator: str, member: str, values: list[str | None]) -> set[int]:
    return {row["id"] for row in ROWS if matches(operator, member, row[member], values)}


def some_of(values: list[str | None]) -> list[list[str | None]]:
    """No, one, two and three values."""
    return [list(chosen) for count in range(1, 4) for chosen in combinations(values, count)]


BY_TEXT = [name for name, one in OPERATORS.items() if one.family in {"equals", "contains", "starts_with", "ends_with"}]
BY_VALUE = [name for name, one in OPERATORS.items() if one.family in {"equals", "compare"}]


@pytest.mark.parametrize("operator", BY_TEXT)
def test_texts(ids: Callable[..., set[int]], operator: str) -> None:
    asked = [["zzz"], ["B"], ["%"], ["_"], ["\\"], ["C", "5"], *some_of(["abc", "", None])]
    for values in asked:
        got = ids({"member": "t.text", "operator": operator, "values": values})
        assert got == expected(operator, "text", values), values


@pytest.mark.parametrize("operator", BY_VALUE)
def test_numbers(ids: Callable[..., set[int]], operator: str) -> None:
    for values in some_of(["1.5", "2", "12345678901234567890", None]):
        if OPERATORS[operator].family == "compare" and values[0] is None:
            continue
        got = ids({"member": "t.number", "operator": operator, "values": values})
        assert got == expected(operator, "number", values), values


@pytest.mark.parametrize("operator", ["equals", "notEquals", "in", "notIn"])
def test_booleans(ids: Callable[..., set[int]], operator: str) -> None:
    for values in some_of(["true", "false", None]):
        got = ids({"member": "t.flag", "operator": operator, "values": values})
        assert got == expected(operator, "flag", values), values


@pytest.mark.parametrize("member", ["came", "day"])
@pytest.mark.parametrize("operator", BY_VALUE)
def test_times_as_values(ids: Callable[..., set[int]], member: str, operator: str) -> None:
    for values in some_of(["2024-01-02T00:00:00.000", "2024-02-29T12:00:00.000"]):
        got = ids({"member": f"t.{member}", "operator": operator, "values": values})
        assert got == expected(operator, member, values), values


@pytest.mark.parametrize("member", ["text", "number", "flag", "came", "day"])
def test_set_and_not_set(ids: Callable[..., set[int]], member: str) -> None:
    for operator in ("set", "notSet"):
        assert ids({"member": f"t.{member}", "operator": operator}) == expected(operator, member, [])


DAY = timedelta(days=1)
MILLISECOND = timedelta(milliseconds=1)


def span(value: str) -> tuple[datetime, datetime]:
    """The first instant of a date or time, and the first after it."""
    begins = datetime.fromisoformat(value)
    return begins, begins + (DAY if len(value) == 10 else MILLISECOND)


def in_time(operator: str, found: datetime, values: list[str]) -> bool:
    first, last = values[0], values[:2][-1]
    within = span(first)[0] <= found < span(last)[1]
    return {
        "inDateRange": within,
        "onTheDate": within,
        "notInDateRange": not within,
        "beforeDate": found < span(first)[0],
        "beforeOrOnDate": found < span(first)[1],
        "afterDate": found >= span(first)[1],
        "afterOrOnDate": found >= span(first)[0],
    }[operator]


@pytest.mark.parametrize("member", ["came", "day"])
@pytest.mark.parametrize(
    "operator", [n for n, one in OPERATORS.items() if one.family in {"date_range", "date_compare"}]
)
def test_dates(ids: Callable[..., set[int]], member: str, operator: str) -> None:
    for values in (
        ["2024-01-01"],
        ["2024-01-02"],
        ["2024-01-01", "2024-01-02"],
        ["2024-01-02T00:00:00.000"],
        ["2024-01-01T23:59:59.999", "2024-02-29T12:00:00.000"],
        ["2024-01-02", "2024-01-02", "2024-12-31"],
    ):
        got = ids({"member": f"t.{member}", "operator": operator, "values": values})
        due = {
            row["id"]
            for row in ROWS
            if row[member] is not None and in_time(operator, datetime.fromisoformat(row[member]), values)
        }
        assert got == due, values


def test_every_operator_is_among_these() -> None:
    tested = {*BY_TEXT, *BY_VALUE, "set", "notSet", "measureFilter"}
    assert OPERATORS.keys() - tested == {
        name for name, one in OPERATORS.items() if one.family in {"date_range", "date_compare"}
    }


@pytest.mark.parametrize("operator", [name for name, one in OPERATORS.items() if one.needs_values])
def test_without_values_they_are_refused(ids: Callable[..., set[int]], operator: str) -> None:
    member = "t.came" if OPERATORS[operator].relative else "t.number"
    with pytest.raises(QueryError):
        ids({"member": member, "operator": operator, "values": []})
    with pytest.raises(QueryError):
        ids({"member": member, "operator": operator})


def test_rows_that_a_measure_counts(ids: Callable[..., set[int]], engine: Engine) -> None:
    """`measureFilter` lets through what all filters of the measure let through; one without any lets all through."""
    layer = engine.layer(
        MODEL.replace('{CUBE}.flag"}, {sql: "{CUBE}.number < 2', '{CUBE}.number > 0"}, {sql: "{CUBE}.number < 2')
    )
    query = {"dimensions": ["t.id"], "filters": [{"member": "t.flagged_sum", "operator": "measureFilter"}]}
    rows = engine.run(engine.prepare_on(layer, query)).rows
    assert {int(row["t.id"]) for row in rows} == {
        row["id"] for row in ROWS if row["number"] is not None and 0 < Decimal(row["number"]) < 2
    }
    assert ids({"member": "t.count", "operator": "measureFilter"}) == {row["id"] for row in ROWS}


def test_groups_and_segments(ids: Callable[..., set[int]]) -> None:
    text = {"member": "t.text", "operator": "contains", "values": ["b"]}
    short = {"member": "t.text", "operator": "equals", "values": ["b", "a_c"]}
    flag = {"member": "t.flag", "operator": "set"}
    texts, shorts, flags = (
        expected("contains", "text", ["b"]),
        expected("equals", "text", ["b", "a_c"]),
        expected("set", "flag", []),
    )
    assert ids(text, short) == texts & shorts
    assert ids({"and": [text, short]}) == texts & shorts
    assert ids({"or": [text, flag]}) == texts | flags
    assert ids({"or": [{"and": [text, short]}, flag]}) == texts & shorts | flags
    assert ids({"and": [{"or": [text, flag]}, {"or": [short, flag]}]}) == (texts | flags) & (shorts | flags)
    assert ids({"or": [text, {"and": [short, flag]}]}) == texts
    assert ids(segments=["t.flagged"]) == expected("equals", "flag", ["true"])
    assert ids(text, segments=["t.flagged"]) == set()


def test_values_are_parameters(engine: Engine) -> None:
    """Nothing that a client sends is in the text of a statement."""
    for operator, one in OPERATORS.items():
        if one.needs_values:
            value = "2031-05-17" if one.relative else "canary'; --"
            member = "t.came" if one.relative else "t.text"
            prepared = engine.prepare(
                MODEL,
                {
                    "dimensions": ["t.id"],
                    "filters": [{"member": member, "operator": operator, "values": [value, value]}],
                },
            )
            assert value not in prepared.statement.sql
            assert value[:8] in "".join(map(str, prepared.statement.parameters))


@pytest.fixture(scope="module")
def groups(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., set[str | None]]]:
    """The groups that pass filters on measures."""
    path = tmp_path_factory.mktemp("groups") / "t.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "CREATE TABLE t (id INTEGER, text TEXT, number DECIMAL(30, 2), flag BOOLEAN, came TIMESTAMP, day TEXT);"
            "INSERT INTO t VALUES (1, 'a', 1, true, '2024-01-01', 'x'), (2, 'a', 2, true, '2024-01-02', 'x'),"
            " (3, 'b', 5, true, '2024-01-03 12:00:00', 'y'), (4, 'b', 1, false, NULL, 'y'), (5, 'c', NULL, NULL, NULL, NULL)"
        )
    with duckdb_engine(str(path)) as one:
        layer = one.layer(MODEL)

        def of(*filters: dict[str, Any]) -> set[str | None]:
            query = {"dimensions": ["t.text"], "measures": ["t.count"], "filters": list(filters)}
            return {row["t.text"] for row in one.run(one.prepare_on(layer, query)).rows}

        yield of


@pytest.mark.parametrize(
    ("member", "operator", "values", "due"),
    [
        ("sum", "gt", ["3"], "b"),
        ("sum", "gte", ["3"], "ab"),
        ("sum", "lt", ["6"], "a"),
        ("sum", "lte", ["6"], "ab"),
        ("sum", "equals", ["3"], "a"),
        ("sum", "equals", ["3", "6"], "ab"),
        ("sum", "equals", ["3", None], "ac"),
        ("sum", "notEquals", ["3"], "bc"),
        ("sum", "notEquals", ["3", None], "b"),
        ("sum", "set", [], "ab"),
        ("sum", "notSet", [], "c"),
        ("count", "equals", ["2"], "ab"),
        ("last", "inDateRange", ["2024-01-02", "2024-01-02"], "a"),
        ("last", "notInDateRange", ["2024-01-02"], "b"),
        ("last", "beforeDate", ["2024-01-03"], "a"),
        ("last", "afterDate", ["2024-01-02"], "b"),
        ("last", "gt", ["2024-01-02T00:00:00.000"], "b"),
        ("last", "equals", ["2024-01-02T00:00:00.000"], "a"),
        ("a_text", "contains", ["B"], "b"),
        ("a_text", "notContains", ["B"], "ac"),
        ("a_text", "equals", ["a"], "a"),
        ("all_flagged", "equals", ["true"], "a"),
        ("all_flagged", "notEquals", ["true"], "bc"),
    ],
)
def test_groups_of_rows(
    groups: Callable[..., set[str | None]], member: str, operator: str, values: list[str | None], due: str
) -> None:
    filters = {"member": f"t.{member}", "operator": operator, "values": values}
    assert groups(filters) == set(due)
    assert groups({"or": [filters, {"member": "t.count", "operator": "gt", "values": ["9"]}]}) == set(due)
