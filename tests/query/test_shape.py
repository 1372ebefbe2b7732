"""Shapes: what is left of a query without its values, and the values in the order of their slots."""

from datetime import datetime

import pytest

from kubus.model.filter import AllOf, AnyOf, Comparison
from kubus.query.query import DateRange, Order, Query, TimeDimension
from kubus.query.shape import LONG, NO_RANGE, filter_shape, form_of, shape_of, values_of

START, END = datetime(2024, 1, 1), datetime(2024, 1, 31, 23, 59, 59, 999000)  # noqa: DTZ001 - wall time

CITY = Comparison("a.city", "equals", ("Oslo", None, "12"))
QUERY = Query(
    measures=("a.count",),
    filters=(CITY, AllOf((Comparison("a.n", "gt", ("1.50",)), AnyOf((Comparison("a.m", "set"),))))),
    time_dimensions=(TimeDimension("a.at", "day", DateRange(START, END)), TimeDimension("a.then", "month")),
    order=(Order("a.count"),),
    default_filters=(Comparison("a.live", "equals", ("true",)),),
)


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("0", "0"),
        ("-7", "0"),
        ("9" * 18, "0"),
        ("9" * 19, LONG),
        ("-" + "9" * 38, LONG),
        ("9" * 39, "x"),
        ("1.5", "0.0"),
        ("-1.50", "0.00"),
        ("9" * 38 + "." + "1" * 20, "0." + "0" * 20),
        ("9" * 39 + ".1", "x"),
        ("1." + "1" * 21, "x"),
        ("", "x"),
        ("1.", "x"),
        (".5", "x"),
        ("+1", "x"),
        ("1e5", "x"),
        ("1\n", "x"),
        (" 1", "x"),
        ("Oslo", "x"),
    ],
)
def test_forms(value: str, form: str) -> None:
    assert form_of(value) == form
    assert len(LONG) == 19


def test_a_shape_holds_no_value_and_all_else() -> None:
    shape = shape_of(QUERY)
    assert shape.filters == (
        Comparison("a.city", "equals", ("x", None, "0")),
        AllOf((Comparison("a.n", "gt", ("0.00",)), AnyOf((Comparison("a.m", "set"),)))),
    )
    assert shape.default_filters == (Comparison("a.live", "equals", ("x",)),)
    assert shape.time_dimensions == (TimeDimension("a.at", "day", NO_RANGE), TimeDimension("a.then", "month"))
    assert (shape.measures, shape.order, shape.limit) == (QUERY.measures, QUERY.order, QUERY.limit)
    for value in ("Oslo", "12", "1.50", "2024"):
        assert value not in repr(shape)


def test_values_come_in_the_order_of_their_slots() -> None:
    """Filters as asked, those of views, then both ends of each range; null has no slot, since SQL says it itself."""
    moments = ("2024-01-01T00:00:00.000", "2024-01-31T23:59:59.999")
    assert values_of(QUERY) == ("Oslo", "12", "1.50", "true", *moments)
    assert values_of(Query()) == ()


def test_what_changes_sql_changes_the_shape() -> None:
    def shape(*values: str | None, operator: str = "equals", member: str = "a.city") -> object:
        return filter_shape(Comparison(member, operator, values))

    assert shape("Oslo") == shape("Rome")
    one = [shape("Oslo"), shape("1"), shape("1.5"), shape("1.55"), shape("9" * 20), shape(None), shape()]
    two = [shape("Oslo", "Rome"), shape("Oslo", None), shape("Oslo", operator="notEquals"), shape("Oslo", member="a.b")]
    assert len({*one, *two}) == len(one) + len(two)
    plain = filter_shape(CITY)
    assert len({plain, filter_shape(AllOf((CITY,))), filter_shape(AnyOf((CITY,)))}) == 3
