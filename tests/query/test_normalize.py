"""Queries as sent, to the queries they mean."""

from datetime import UTC, datetime, timedelta

import pytest

from kubus.errors import LimitExceeded, QueryError
from kubus.model.filter import AllOf, AnyOf, Comparison
from kubus.query.normalize import default_order, normalize
from kubus.query.query import (
    AskedComparison,
    AskedQuery,
    AskedTimeDimension,
    DateRange,
    Order,
    Query,
    TimeDimension,
)

# A Monday; 2:57 in the morning in New York.
NOW = datetime(2026, 11, 23, 7, 57, 12, tzinfo=UTC)
COUNT = ("orders.count",)


def settle(asked, now=NOW, **options):
    given = {"default_timezone": "UTC", "default_limit": 10_000, "max_limit": 50_000} | options
    return normalize(asked, now=now, **given)


def only(asked, **options):
    (query,) = settle(asked, **options).queries
    return query


def filtered(operator, *values, **keys):
    query = AskedQuery(measures=COUNT, filters=(Comparison("orders.at", operator, values),), **keys)
    (condition,) = only(query).filters
    return condition.values


def test_defaults():
    normalized = settle(AskedQuery(measures=COUNT))
    assert normalized.queries == (Query(measures=COUNT, limit=10_000, timezone="UTC"),)
    assert normalized.type == "regularQuery"
    assert normalized.asked == (AskedQuery(measures=COUNT),)
    assert normalized.moves_at is None


def test_what_was_sent_stays():
    asked = AskedQuery(
        measures=COUNT,
        dimensions=("orders.status",),
        segments=("orders.done",),
        order=(),
        limit=0,
        offset=5,
        timezone="europe/oslo",
        total=True,
        ungrouped=True,
        join_hints=(("orders", "users"),),
    )
    assert only(asked) == Query(
        measures=COUNT,
        dimensions=("orders.status",),
        segments=("orders.done",),
        order=(),
        limit=0,
        offset=5,
        timezone="Europe/Oslo",
        total=True,
        ungrouped=True,
        join_hints=(("orders", "users"),),
    )


def test_a_dimension_with_a_granularity_is_a_time_dimension():
    query = only(
        AskedQuery(
            dimensions=("orders.at.month", "orders.status"), time_dimensions=(AskedTimeDimension("orders.done", "day"),)
        )
    )
    assert query.dimensions == ("orders.status",)
    assert query.time_dimensions == (TimeDimension("orders.done", "day"), TimeDimension("orders.at", "month"))


def test_ranges_are_read_in_the_zone_of_the_query():
    asked = AskedQuery(
        measures=COUNT,
        time_dimensions=(AskedTimeDimension("orders.at", date_range="today"),),
        timezone="Pacific/Honolulu",
    )
    # There it is still Sunday.
    day = datetime.fromisoformat("2026-11-22")
    assert only(asked).time_dimensions[0].date_range == DateRange(
        day, day + timedelta(days=1) - timedelta(milliseconds=1)
    )


@pytest.mark.parametrize(
    "asked",
    [
        AskedQuery(),
        AskedQuery(measures=(), dimensions=(), time_dimensions=()),
        AskedQuery(segments=("orders.done",)),
        AskedQuery(time_dimensions=(AskedTimeDimension("orders.at", date_range="today"),)),
        (AskedQuery(),),
    ],
)
def test_a_query_selects_something(asked):
    with pytest.raises(QueryError) as caught:
        settle(asked)
    assert caught.value.wire_text == (
        "Query should contain either measures, dimensions or timeDimensions with granularities in order to be valid"
    )


def test_limits():
    assert only(AskedQuery(measures=COUNT), default_limit=100, max_limit=20).limit == 20
    assert only(AskedQuery(measures=COUNT, limit=20), default_limit=5, max_limit=20).limit == 20
    with pytest.raises(LimitExceeded) as caught:
        only(AskedQuery(measures=COUNT, limit=21), default_limit=5, max_limit=20)
    assert caught.value.wire_text == "Error: The query limit has been exceeded."
    assert caught.value.status == 400


@pytest.mark.parametrize(
    ("leaf", "shown"),
    [
        (
            AskedComparison("a.b", "equals", has_values=False),
            '{"member":"a.b","operator":"equals"}',
        ),
        (AskedComparison("a.b", "gt"), '{"member":"a.b","operator":"gt","values":[]}'),
        (
            AskedComparison("a.b", "inDateRange", has_values=False, named_dimension=True),
            '{"dimension":"a.b","operator":"inDateRange"}',
        ),
        (Comparison("a.b", "contains"), '{"member":"a.b","operator":"contains"}'),
    ],
)
def test_values_are_required(leaf, shown):
    with pytest.raises(QueryError) as caught:
        settle(AskedQuery(measures=COUNT, filters=(AnyOf((AllOf((leaf,)),)),)))
    assert caught.value.wire_text == f"Values required for filter: {shown}"


@pytest.mark.parametrize("operator", ["set", "notSet", "measureFilter"])
def test_values_are_not_required(operator):
    assert filtered(operator) == ()


def test_unknown_operators_of_programs_are_refused():
    with pytest.raises(QueryError, match="Operator like not supported for filter"):
        filtered("like", "x")


@pytest.mark.parametrize(
    ("operator", "values", "settled"),
    [
        ("inDateRange", ("last week",), ("2026-11-16T00:00:00.000", "2026-11-22T23:59:59.999")),
        ("notInDateRange", ("today",), ("2026-11-23T00:00:00.000", "2026-11-23T23:59:59.999")),
        ("onTheDate", ("Yesterday",), ("2026-11-22T00:00:00.000", "2026-11-22T23:59:59.999")),
        ("beforeDate", ("this month",), ("2026-11-01T00:00:00.000",)),
        ("afterOrOnDate", ("2 days ago",), ("2026-11-21T00:00:00.000",)),
        ("beforeOrOnDate", ("last month",), ("2026-10-31T23:59:59.999",)),
        ("afterDate", ("last year",), ("2025-12-31T23:59:59.999",)),
        # Absolute ones pass unchanged, offset and all, unless no database reads them.
        ("inDateRange", ("2024-02-29",), ("2024-02-29",)),
        ("inDateRange", ("2024-02-28", "2024-02-29T10:00:00Z"), ("2024-02-28", "2024-02-29T10:00:00Z")),
        ("inDateRange", ("2024-01", "2024"), ("2024-01-01T00:00:00.000", "2024-01-01T00:00:00.000")),
        ("inDateRange", ("2024-01-01", None), ("2024-01-01", None)),
        ("beforeDate", (None,), (None,)),
        # Words are dates only where a date is meant.
        ("equals", ("last week",), ("last week",)),
        ("contains", ("today",), ("today",)),
        ("gt", ("yesterday",), ("yesterday",)),
    ],
)
def test_dates_in_filters(operator, values, settled):
    assert filtered(operator, *values) == settled


def test_dates_deep_in_filters_are_read_in_the_zone():
    leaf = Comparison("orders.at", "beforeDate", ("today",))
    asked = AskedQuery(measures=COUNT, filters=(AnyOf((AllOf((leaf,)), AnyOf(()))),), timezone="Pacific/Honolulu")
    assert only(asked).filters == (
        AnyOf((AllOf((Comparison("orders.at", "beforeDate", ("2026-11-22T00:00:00.000",)),)), AnyOf(()))),
    )


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (("last week", "2024-01-01"), "Relative-date strings are only supported when"),
        (("2024-01-01", "today"), "Relative-date strings are only supported when"),
        (("2024-01-01", "nonsense"), "Can't parse date: 'nonsense'"),
        (("nonsense",), "Can't parse date: 'nonsense'"),
        (("",), "Can't parse date: ''"),
        (("2023-02-29",), "Can't parse date: '2023-02-29'"),
    ],
)
def test_dates_in_filters_that_are_refused(values, message):
    with pytest.raises(QueryError) as caught:
        filtered("inDateRange", *values)
    assert caught.value.wire_text.startswith(message)


def compared(*ranges):
    return AskedQuery(
        measures=COUNT,
        time_dimensions=(
            AskedTimeDimension("orders.done", "month", "today"),
            AskedTimeDimension("orders.at", "day", compare=ranges),
        ),
    )


def test_a_comparison_is_a_query_for_each_range():
    asked = compared("last week", ("2024-01-01", "2024-01-07"))
    normalized = settle(asked)
    assert normalized.type == "compareDateRangeQuery"
    assert normalized.asked == (asked, asked)
    assert [query.time_dimensions[1].date_range.start.isoformat() for query in normalized.queries] == [
        "2026-11-16T00:00:00",
        "2024-01-01T00:00:00",
    ]
    assert len({query.time_dimensions[0] for query in normalized.queries}) == 1


def test_one_comparison_at_a_time():
    time = AskedTimeDimension("orders.at", compare=("today",))
    with pytest.raises(QueryError, match="compareDateRange can only exist for one timeDimension"):
        settle(AskedQuery(measures=COUNT, time_dimensions=(time, time)))


def blended(*granularities):
    return tuple(
        AskedQuery(measures=COUNT, time_dimensions=(AskedTimeDimension("orders.at", granularity),))
        if granularity
        else AskedQuery(measures=COUNT)
        for granularity in granularities
    )


def test_blending():
    normalized = settle(blended("month", "month"))
    assert normalized.type == "blendingQuery"
    assert len(normalized.queries) == len(normalized.asked) == 2


@pytest.mark.parametrize(
    ("granularities", "message"),
    [
        (("month", "day"), "Data blending query granularities must match"),
        (("month", None, "day"), "Data blending query granularities must match"),
        ((None, None), "Data blending query without granularity is not supported"),
        (("month", None), "Data blending query without granularity is not supported"),
        ((), "Data blending query without granularity is not supported"),
    ],
)
def test_blending_that_is_refused(granularities, message):
    with pytest.raises(QueryError) as caught:
        settle(blended(*granularities))
    assert caught.value.wire_text == message


def test_the_earliest_change_counts():
    def moves_at(text, **keys):
        time = AskedTimeDimension("orders.at", date_range=text)
        return settle(AskedQuery(measures=COUNT, time_dimensions=(time,), **keys)).moves_at

    assert moves_at("2024-01-01") is None
    assert moves_at(("2024-01-01", "2024-02-01")) is None
    assert moves_at("last 7 days") == datetime(2026, 11, 24, tzinfo=UTC)
    assert moves_at("last 7 days", timezone="America/New_York") == datetime(2026, 11, 24, 5, tzinfo=UTC)
    assert moves_at("this year") == datetime(2027, 1, 1, tzinfo=UTC)
    leaf = Comparison("orders.done", "afterDate", ("last hour",))
    assert moves_at("this year", filters=(leaf,)) == datetime(2026, 11, 23, 8, tzinfo=UTC)
    assert settle(compared(("2024", "2025"), "last month")).moves_at == datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("query", "order"),
    [
        (
            Query(
                measures=COUNT,
                dimensions=("orders.status",),
                time_dimensions=(TimeDimension("orders.done"), TimeDimension("orders.at", "day")),
            ),
            (Order("orders.at"),),
        ),
        (Query(measures=("a.y", "a.x"), dimensions=("a.b",)), (Order("a.y", descending=True),)),
        (Query(dimensions=("a.c", "a.b")), (Order("a.c"),)),
        (Query(measures=COUNT), ()),
        (Query(measures=COUNT, time_dimensions=(TimeDimension("orders.at"),)), ()),
    ],
)
def test_default_order(query, order):
    assert default_order(query) == order
