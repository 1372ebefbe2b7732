"""Rows as JSON."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from kubus.api.wire.answer import PIECE, encode_rows, layout
from kubus.sql.statement import Column

STATUS = Column("orders__status", "orders.status", "dimension", "string")
CREATED = Column("orders__created_at", "orders.created_at", "dimension", "time")
MONTH = Column("orders__created_at_month", "orders.created_at", "time_dimension", "time", "month", 28 * 86_400)
DAY = Column("orders__created_at_day", "orders.created_at", "time_dimension", "time", "day", 86_400)
COUNT = Column("orders__count", "orders.count", "measure", "number")


def decoded(shape, rows, response_format="default"):
    return json.loads(b"".join(encode_rows(shape, rows, response_format)))


def test_rows_are_objects_in_the_order_of_the_statement():
    (row,) = decoded(layout((STATUS, COUNT)), [("done", "3")])
    assert list(row.items()) == [("orders.status", "done"), ("orders.count", "3")]


def test_a_time_dimension_is_there_under_its_bare_name_as_well():
    (row,) = decoded(layout((MONTH, COUNT)), [("2024-01-01T00:00:00.000", "3")])
    assert list(row.items()) == [
        ("orders.created_at.month", "2024-01-01T00:00:00.000"),
        ("orders.created_at", "2024-01-01T00:00:00.000"),
        ("orders.count", "3"),
    ]


def test_the_bare_name_holds_the_finest_granularity():
    assert decoded(layout((MONTH, DAY)), [("month", "day")]) == [
        {"orders.created_at.month": "month", "orders.created_at": "day", "orders.created_at.day": "day"}
    ]
    assert decoded(layout((DAY, MONTH)), [("day", "month")])[0]["orders.created_at"] == "day"


def test_the_bare_name_holds_the_finest_granularity_also_of_those_of_the_model():
    """Shorter than a day, and longer than a month: by its length, and not by its name."""
    half_hour = Column("orders__created_at_a", "orders.created_at", "time_dimension", "time", "a", 1800)
    two_months = Column("orders__created_at_b", "orders.created_at", "time_dimension", "time", "b", 56 * 86_400)
    assert decoded(layout((DAY, half_hour)), [("day", "a")])[0]["orders.created_at"] == "a"
    assert decoded(layout((two_months, MONTH)), [("b", "month")])[0]["orders.created_at"] == "month"


def test_the_bare_name_is_the_raw_value_where_that_is_a_dimension():
    assert decoded(layout((CREATED, DAY)), [("raw", "day")]) == [
        {"orders.created_at": "raw", "orders.created_at.day": "day"}
    ]


def test_blended_rows_repeat_their_first_time_and_compared_rows_name_their_range():
    blended = layout((MONTH, COUNT), blended=True)
    assert decoded(blended, [("m", "1")])[0]["time.month"] == "m"
    compared = layout((COUNT,), compared="a - b")
    assert decoded(compared, [("1",)]) == [{"orders.count": "1", "compareDateRange": "a - b"}]
    assert decoded(compared, [("1",)], "compact") == {
        "members": ["orders.count", "compareDateRange"],
        "dataset": [["1", "a - b"]],
    }
    assert decoded(compared, [("1",), ("2",)], "columnar") == {
        "members": ["orders.count", "compareDateRange"],
        "columns": [["1", "2"], ["a - b", "a - b"]],
    }


def test_without_rows_everything_is_empty():
    shape = layout((STATUS, COUNT))
    assert decoded(shape, []) == []
    assert decoded(shape, [], "compact") == {"members": [], "dataset": []}
    assert decoded(shape, [], "columnar") == {"members": [], "columns": []}


VALUES = st.one_of(st.none(), st.booleans(), st.text(), st.lists(st.text(), max_size=2))


@settings(deadline=None)
@given(
    st.lists(st.tuples(VALUES, VALUES, VALUES), max_size=5),
    st.sampled_from([1, PIECE // 2, PIECE, PIECE + 1]),
    st.booleans(),
    st.sampled_from([None, "from - to"]),
)
def test_the_three_formats_say_the_same(rows, times, blended, compared):
    rows = rows * times
    shape = layout((STATUS, MONTH, COUNT), blended=blended, compared=compared)
    plain = decoded(shape, rows)
    compact = decoded(shape, rows, "compact")
    columnar = decoded(shape, rows, "columnar")
    assert len(plain) == len(rows)
    assert [dict(zip(compact["members"], row, strict=True)) for row in compact["dataset"]] == plain
    assert [list(row) for row in zip(*columnar["columns"], strict=True)] == compact["dataset"]
    assert [(row["orders.status"], row["orders.created_at.month"], row["orders.count"]) for row in plain] == rows
