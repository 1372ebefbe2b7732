"""The naive evaluator gives the numbers that were worked out by hand in the specification."""

# ruff: noqa: DTZ001 - wall times and UTC instants have no zone here

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.properties import naive
from tests.properties.compare import difference
from tests.properties.example import Call, Column, Constant, Cube, Dimension, Example, Join, Measure, Of
from tests.properties.naive_values import local_to_utc

ORDERS = Cube(
    "orders",
    (("id", "integer"), ("status", "string"), ("amount", "decimal"), ("at", "time")),
    (
        (1, "A", Decimal(100), datetime(2024, 3, 10, 4, 59, 59, 999500)),
        (2, "A", Decimal(50), datetime(2024, 3, 10, 5)),
        (3, "B", Decimal(30), None),
    ),
    (Join("items", "one_to_many", (("id", "order_id"),)),),
    (
        Dimension("id", "integer", Column("id"), primary_key=True),
        Dimension("status", "string", Column("status")),
        Dimension("at", "time", Column("at")),
        Dimension("qty", "integer", Of("items", "qty_sum"), sub_query=True),
    ),
    (
        Measure("count", "count", "integer"),
        Measure("amount_sum", "sum", "decimal", Column("amount")),
        Measure("amount_avg", "avg", "decimal", Column("amount")),
        Measure("per_item", "number", "decimal", Call("ratio", (Of("orders", "amount_sum"), Of("items", "qty_sum")))),
        Measure("big", "count", "integer", filters=(Call("at_least", (Column("amount"), Constant(50))),)),
    ),
)
ITEMS = Cube(
    "items",
    (("id", "integer"), ("order_id", "integer"), ("qty", "integer"), ("cat", "string")),
    ((10, 1, 1, "books"), (11, 1, 2, "toys"), (12, 2, 5, "books")),
    (),
    (
        Dimension("id", "integer", Column("id"), primary_key=True),
        Dimension("qty", "integer", Column("qty")),
        Dimension("cat", "string", Column("cat")),
    ),
    (Measure("qty_sum", "sum", "integer", Column("qty")), Measure("count", "count", "integer")),
)
TURNED = (
    replace(ORDERS, joins=()),
    replace(ITEMS, joins=(Join("orders", "many_to_one", (("order_id", "id"),)),)),
)
SALES = ["orders.amount_sum", "items.qty_sum"]
BY_CAT = {"dimensions": ["items.cat"], "order": [["items.cat", "asc"]]}
BY_STATUS = {"dimensions": ["orders.status"], "order": [["orders.status", "asc"]]}


def has(member: str, operator: str, *values: str) -> dict[str, Any]:
    return {"member": member, "operator": operator, "values": [*values]}


def rows_of(query: dict[str, Any], cubes: tuple[Cube, ...] = (ORDERS, ITEMS)) -> list[list[Any]]:
    found = naive.answer(Example(cubes, query)).rows
    return [[float(v) if isinstance(v, Fraction) else v for v in row] for row in found]


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ({"measures": SALES}, [[180, 8]]),
        ({"measures": SALES, **BY_STATUS}, [["A", 150, 8], ["B", 30, None]]),
        ({"measures": SALES, **BY_CAT}, [["books", 150, 6], ["toys", 100, 2], [None, 30, None]]),
        ({"measures": ["orders.amount_avg", "items.qty_sum"], **BY_STATUS}, [["A", 75, 8], ["B", 30, None]]),
        ({"measures": ["orders.count"], **BY_CAT}, [["books", 2], ["toys", 1], [None, 1]]),
        ({"measures": ["orders.big"], **BY_CAT}, [["books", 2], ["toys", 1], [None, 0]]),
        ({"measures": ["orders.per_item"]}, [[22.5]]),
        ({"measures": ["orders.amount_sum"], "filters": [has("items.cat", "equals", "books")]}, [[150]]),
        ({"measures": ["orders.amount_sum"], "filters": [has("items.qty", "gt", "0")]}, [[150]]),
        ({"measures": SALES, "filters": [has("items.qty_sum", "gt", "8")]}, []),
        ({"measures": ["items.count"], **BY_STATUS}, [["A", 3], ["B", 0]]),
        ({"measures": ["orders.count"], "dimensions": ["orders.qty"]}, [[3, 1], [5, 1], [None, 1]]),
    ],
)
def test_worked_numbers(query: dict[str, Any], rows: list[list[Any]]):
    assert sorted(rows_of(query), key=str) == sorted(rows, key=str)


def test_two_items_of_one_order_in_one_category_count_it_once():
    more = replace(ITEMS, rows=(*ITEMS.rows, (13, 1, 1, "books")))
    assert rows_of({"measures": ["orders.amount_sum"], **BY_CAT}, (ORDERS, more))[0] == ["books", 150]


def test_the_root_decides_which_rows_survive():
    assert rows_of({"measures": SALES, **BY_CAT}, TURNED) == [["books", 150, 6], ["toys", 100, 2]]


def test_no_rows_give_one_row_of_null_and_zero():
    nothing = {"filters": [has("orders.id", "equals", "9")]}
    assert rows_of({"measures": ["orders.amount_sum", "orders.count"], **nothing}) == [[None, 0]]


def test_the_day_has_its_last_millisecond_in_every_zone():
    query = {"measures": ["orders.count"], "timezone": "America/New_York"}
    for day, count in (("2024-03-09", 1), ("2024-03-10", 1), ("2024-03-11", 0)):
        time = {"dimension": "orders.at", "dateRange": [day, day]}
        assert rows_of({**query, "timeDimensions": [time]}) == [[count]]


def test_wall_times_in_a_gap_move_on_and_doubled_ones_are_the_first():
    zone = ZoneInfo("America/New_York")
    assert local_to_utc(datetime(2024, 3, 10, 2, 30), zone) == datetime(2024, 3, 10, 7, 30)
    assert local_to_utc(datetime(2024, 11, 3, 1, 30), zone) == datetime(2024, 11, 3, 5, 30)


def test_a_wrong_answer_is_noticed():
    expected = naive.answer(Example((ORDERS, ITEMS), {"measures": ["orders.amount_sum"], **BY_CAT}))

    def wire(*values: tuple[str | None, str]) -> list[dict[str, Any]]:
        return [{"items.cat": cat, "orders.amount_sum": total} for cat, total in values]

    books, toys, none = ("books", "150.00"), ("toys", "100"), (None, "30.0")
    assert difference(expected, wire(books, toys, none)) is None
    assert "out of order" in (difference(expected, wire(toys, books, none)) or "")
    assert "not in the answer" in (difference(expected, wire(("books", "250"), toys, none)) or "")
    assert "2 rows instead of 3" in (difference(expected, wire(books, toys)) or "")
    assert "too often" in (difference(expected, wire(books, toys, toys)) or "")
    assert "no column" in (difference(expected, [{"items.cat": "x"}] * 3) or "")
