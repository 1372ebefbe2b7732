"""Queries from JSON: what is accepted, and each fault in the words of Cube."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubus.api.wire.echo_query import echoes, pivot_query
from kubus.api.wire.parse_query import KEYS, asked_query, parse_query
from kubus.errors import QueryError, Unsupported
from kubus.query.normalize import normalize
from kubus.query.query import AskedComparison, AskedQuery, AskedTimeDimension, Order

ID = r"/^[a-zA-Z0-9_]+\.[a-zA-Z0-9_]+$/"
EXPRESSION = '{"expr":"1"}'


def test_a_whole_query():
    query = {
        "measures": ["orders.count"],
        "dimensions": ["orders.status", "orders.created_at.quarter", "orders.created_at.fiscal_year"],
        "segments": ["orders.done"],
        "timeDimensions": [
            {"dimension": "orders.created_at", "granularity": "day", "dateRange": ["2024-01-01", "2024-01-31"]},
            {"dimension": "orders.done_at", "granularity": None, "dateRange": "last week"},
        ],
        "filters": [{"member": "orders.amount", "operator": "gt", "values": [5]}],
        "order": {"orders.count": "desc", "orders.created_at.day": "asc", "alias": "asc"},
        "limit": 10.0,
        "offset": 0,
        "timezone": "Europe/Oslo",
        "total": True,
        "ungrouped": "False",
        "responseFormat": "columnar",
        "cache": "no-cache",
        "cacheMode": "stale-if-slow",
        "renewQuery": False,
        "joinHints": [["orders", "users"]],
        "subqueryJoins": [],
    }
    assert parse_query(json.dumps(query)) == AskedQuery(
        measures=("orders.count",),
        dimensions=("orders.status", "orders.created_at.quarter", "orders.created_at.fiscal_year"),
        segments=("orders.done",),
        time_dimensions=(
            AskedTimeDimension("orders.created_at", "day", ("2024-01-01", "2024-01-31")),
            AskedTimeDimension("orders.done_at", None, "last week"),
        ),
        filters=(AskedComparison("orders.amount", "gt", ("5",)),),
        order=(Order("orders.count", descending=True), Order("orders.created_at.day"), Order("alias")),
        limit=10,
        offset=0,
        timezone="Europe/Oslo",
        total=True,
        ungrouped=False,
        response_format="columnar",
        cache="no-cache",
        renew=False,
        join_hints=(("orders", "users"),),
        texts=(("ungrouped", "False"),),
    )


def test_an_empty_list_is_not_a_missing_one():
    assert asked_query({"order": [], "filters": []}) == AskedQuery(order=(), filters=())
    assert asked_query({}) == AskedQuery()


def test_an_array_is_several_queries():
    assert asked_query([{"limit": 1}, {}]) == (AskedQuery(limit=1), AskedQuery())
    assert asked_query([]) == ()


def time_dimension(**keys):
    return {"timeDimensions": [{"dimension": "a.b", **keys}]}


FAULTS = [
    *(({"measures": value}, '"measures" must be an array') for value in (None, "a.b", {}, 1, True)),
    *(({"segments": value}, '"segments" must be an array') for value in (None, "a.b", {})),
    *(({"dimensions": value}, '"dimensions" must be an array') for value in (None, "a.b", {})),
    *(
        ({"timeDimensions": value}, '"timeDimensions" must be an array')
        for value in (None, "a.b", {"dimension": "a.b"})
    ),
    *(({"measures": [value]}, '"measures[0]" must be one of [string, object]') for value in (1, None, True, ["a.b"])),
    ({"dimensions": [1]}, '"dimensions[0]" must be one of [string, object]'),
    ({"segments": ["a.b", 1]}, '"segments[1]" must be one of [string, object]'),
    ({"measures": [""]}, '"measures[0]" is not allowed to be empty'),
    ({"measures": [{}]}, '"measures[0]" does not match any of the allowed types'),
    *(
        ({"measures": ["a.b", name]}, f'"measures[1]" with value "{name}" fails to match the required pattern: {ID}')
        for name in ("count", "a.b.day", "a. b", "a.my-count", "a.b\n", "a.é", ".", "a.", "a.b;drop")
    ),
    (
        {"dimensions": ["status"]},
        '"dimensions[0]" with value "status" fails to match the required pattern: '
        r"/^[a-zA-Z0-9_]+\.[a-zA-Z0-9_]+(\.[a-zA-Z0-9_]+)?$/",
    ),
    # What is wrong first is told first, in the order of Cube's own list of keys.
    ({"unknown": 1, "limit": -1, "measures": [1]}, '"measures[0]" must be one of [string, object]'),
    ({"unknown": 1, "limit": -1}, '"limit" must be greater than or equal to 0'),
    ({"measure": ["a.b"]}, '"measure" is not allowed'),
    ({"rowLimit": 5}, '"rowLimit" is not allowed'),
    ({"": 5}, '"value" is not allowed'),
    # time dimensions
    *(({"timeDimensions": [v]}, '"timeDimensions[0]" must be of type object') for v in (None, 1, "a.b", [])),
    ({"timeDimensions": [{"granularity": "day"}]}, '"timeDimensions[0].dimension" is required'),
    ({"timeDimensions": [{"dimension": None}]}, '"timeDimensions[0].dimension" must be a string'),
    ({"timeDimensions": [{"dimension": ""}]}, '"timeDimensions[0].dimension" is not allowed to be empty'),
    (
        {"timeDimensions": [{"dimension": "a.b.day"}]},
        f'"timeDimensions[0].dimension" with value "a.b.day" fails to match the required pattern: {ID}',
    ),
    (time_dimension(granularity=5), '"timeDimensions[0].granularity" must be a string'),
    (time_dimension(granularity=""), '"timeDimensions[0].granularity" is not allowed to be empty'),
    (
        time_dimension(granularity="ü" * 65),
        '"timeDimensions[0].granularity" length must be less than or equal to 128 characters long',
    ),
    *(
        (time_dimension(dateRange=value), '"timeDimensions[0].dateRange" must be one of [array, string]')
        for value in (None, 5, {}, True)
    ),
    (time_dimension(dateRange=""), '"timeDimensions[0].dateRange" is not allowed to be empty'),
    (time_dimension(dateRange=[]), '"timeDimensions[0].dateRange" must contain at least 1 items'),
    (
        time_dimension(dateRange=["2024", "2025", "2026"]),
        '"timeDimensions[0].dateRange" must contain less than or equal to 2 items',
    ),
    (time_dimension(dateRange=["2024", None]), '"timeDimensions[0].dateRange[1]" must be a string'),
    (time_dimension(dateRange=[""]), '"timeDimensions[0].dateRange[0]" is not allowed to be empty'),
    (time_dimension(dateRange=[1, 2, 3]), '"timeDimensions[0].dateRange[0]" must be a string'),
    (time_dimension(fill=True), '"timeDimensions[0].fill" is not allowed'),
    *(
        (time_dimension(compareDateRange=value), '"timeDimensions[0].compareDateRange" must be an array')
        for value in (None, "last week", {}, 5)
    ),
    (time_dimension(compareDateRange=[]), '"timeDimensions[0].compareDateRange" must contain at least 1 items'),
    (time_dimension(compareDateRange=[5]), '"timeDimensions[0].dateRange" must be one of [array, string]'),
    (
        time_dimension(compareDateRange=[["2024"], ["1", "2", "3"]]),
        '"timeDimensions[0].dateRange" must contain less than or equal to 2 items',
    ),
    (
        time_dimension(dateRange="today", compareDateRange=["today"]),
        '"timeDimensions[0]" contains a conflict between optional exclusive peers [dateRange, compareDateRange]',
    ),
    # order
    *(({"order": value}, '"order" must be one of [object, array]') for value in (None, 5, "a.b", True)),
    *(
        ({"order": {"a.b": value}}, '"order.a.b" must be one of [asc, desc]')
        for value in ("DESC", None, "", 1, True, ["asc"], "ascending")
    ),
    ({"order": {"a b": "asc"}}, '"order.a b" is not allowed'),
    ({"order": {"a b": "asc", "a.b": "up"}}, '"order.a.b" must be one of [asc, desc]'),
    ({"order": ["a.b"]}, '"order[0]" must be an array'),
    ({"order": [["a.b", "asc"], {"a.b": "asc"}]}, '"order[1]" must be an array'),
    ({"order": [["a.b"]]}, '"order[0]" must contain at least 2 items'),
    ({"order": [["a.b", "up"]]}, '"order[0][1]" must be one of [asc, desc]'),
    ({"order": [["a.b", "asc", "x"]]}, '"order[0]" must contain at most 2 items'),
    ({"order": [[5, "asc"]]}, '"order[0][0]" must be a string'),
    # numbers, texts, booleans
    *(
        ({key: value}, f'"{key}" must be a number')
        for key in ("limit", "offset")
        for value in (None, "3", "many", True, [], {})
    ),
    ({"limit": -1}, '"limit" must be greater than or equal to 0'),
    ({"limit": 1.5}, '"limit" must be an integer'),
    ({"limit": -1.5}, '"limit" must be an integer'),
    ({"offset": 2**53}, '"offset" must be a safe number'),
    ({"limit": 10**400}, '"limit" must be a safe number'),
    *(({"timezone": value}, '"timezone" must be a string') for value in (None, 5, [])),
    ({"timezone": ""}, '"timezone" is not allowed to be empty'),
    *(
        ({key: value}, f'"{key}" must be a boolean')
        for key in ("total", "ungrouped", "renewQuery")
        for value in (None, 1, "yes", [], "")
    ),
    *(
        ({"responseFormat": value}, '"responseFormat" must be one of [default, compact, columnar]')
        for value in (None, "xml", 1, ["compact"])
    ),
    *(
        ({key: value}, f'"{key}" must be one of [stale-if-slow, stale-while-revalidate, must-revalidate, no-cache]')
        for key in ("cache", "cacheMode")
        for value in (None, "never", True)
    ),
    ({"joinHints": ["orders"]}, '"joinHints[0]" must be an array'),
    ({"joinHints": [["orders", 5]]}, '"joinHints[0][1]" must be a string'),
    ({"subqueryJoins": {}}, '"subqueryJoins" must be an array'),
    *((value, '"value" must be of type object') for value in (None, 5, "x", True, [None], [[]])),
]


@pytest.mark.parametrize(("query", "fault"), FAULTS)
def test_faults(query, fault):
    with pytest.raises(QueryError) as caught:
        asked_query(query)
    assert caught.value.wire_text == f"Invalid query format: {fault}"
    assert caught.value.status == 400
    assert caught.value.wire_type is None


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ({"measures": [EXPRESSION]}, "Error: Expressions are not allowed in this context"),
        ({"segments": [5, EXPRESSION]}, "Error: Expressions are not allowed in this context"),
        ({"measures": ["a.b"], "maskedMembers": ["a.b"]}, "maskedMembers cannot be provided in the query"),
        (
            {"timeDimensions": [{"dimension": "a.b", "compareDateRange": ["today"]}] * 2},
            "compareDateRange can only exist for one timeDimension",
        ),
        ([time_dimension(compareDateRange=["today"])], "compareDateRange is not supported in an array of queries"),
    ],
)
def test_what_is_not_for_clients(query, text):
    with pytest.raises(QueryError) as caught:
        asked_query(query)
    assert caught.value.wire_text == text


def test_subquery_joins_are_refused_clearly():
    with pytest.raises(Unsupported, match="subqueryJoins"):
        asked_query({"subqueryJoins": [{"sql": "SELECT 1", "on": "1=1", "joinType": "LEFT", "alias": "x"}]})


@pytest.mark.parametrize(
    "raw", [b"{bad", "{", "nul", b"\xff", '"\ud800"', b'"\\ud800"', "[" * 100_000, b"NaN", b'{"limit":1e400}', " "]
)
def test_what_is_not_json(raw):
    with pytest.raises(QueryError) as caught:
        parse_query(raw)
    assert caught.value.wire_text.startswith("Unable to decode query param as JSON, error: ")


@pytest.mark.parametrize("raw", ["", b"", "undefined"])
def test_nothing_is_no_query(raw):
    with pytest.raises(QueryError) as caught:
        parse_query(raw)
    assert caught.value.wire_text == "Query param is required"


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["a.b", "asc", "today", "equals", "2024-01-01", "day", "UTC", 10**400]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from([*KEYS, "dimension", "granularity", "dateRange", "compareDateRange"])
            | st.sampled_from(["member", "operator", "values", "or", "and", "a.b"])
            | st.text(max_size=4),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


def answer(value):
    """Whatever JSON is asked, the outcome is JSON or a QueryError with a text that is not endless."""
    try:
        normalized = normalize(
            asked_query(value),
            now=datetime(2026, 11, 23, 7, 57, tzinfo=UTC),
            default_timezone="UTC",
            default_limit=10_000,
            max_limit=50_000,
        )
        json.dumps([echoes(normalized), pivot_query(normalized)], allow_nan=False)
    except QueryError as error:
        return error.status, len(error.wire_text) < 3000
    return 400, True


@settings(max_examples=500, deadline=None)
@given(json_values)
def test_any_json_is_a_query_or_a_query_error(value):
    assert answer(value) == (400, True)


well_formed = st.fixed_dictionaries(
    {"measures": st.just(["a.b"])},
    optional={
        "dimensions": st.lists(st.sampled_from(["a.c", "a.t.day", "a.t.x"]), max_size=2),
        "timeDimensions": st.lists(
            st.fixed_dictionaries(
                {"dimension": st.just("a.t")},
                optional={
                    "granularity": st.sampled_from(["day", "month", None]),
                    "dateRange": st.text(max_size=20)
                    | st.lists(st.text(max_size=12) | st.dates().map(str), max_size=3)
                    | st.sampled_from(["last 9999999 years", "from 1 day ago to now", "next 99999999 weeks"]),
                },
            ),
            max_size=2,
        ),
        "filters": st.lists(
            st.fixed_dictionaries(
                {
                    "member": st.just("a.t"),
                    "operator": st.sampled_from(
                        ["inDateRange", "beforeDate", "afterDate", "equals", "set", "onTheDate"]
                    ),
                },
                optional={"values": st.lists(st.none() | st.text(max_size=14) | st.dates().map(str), max_size=3)},
            ),
            max_size=2,
        ),
        "timezone": st.sampled_from(["utc", "Asia/Tokyo", "x", "Pacific/Apia"]),
        "limit": st.integers(-1, 60_000),
    },
)


@settings(max_examples=300, deadline=None)
@given(well_formed)
def test_well_formed_queries_fail_with_query_errors_only(value):
    assert answer(value) == (400, True)


def test_ten_megabytes_are_read():
    values = ["x" * 100] * 100_000
    raw = json.dumps({"measures": ["a.b"], "filters": [{"member": "a.b", "operator": "in", "values": values}]})
    assert len(raw) > 10_000_000
    (condition,) = parse_query(raw).filters
    assert condition.values == tuple(values)


@pytest.mark.parametrize(
    "query",
    [
        {"measures": ["x" * 10_000_000]},
        {"x" * 10_000_000: 1},
        {"order": {"x" * 10_000_000: "asc " * 100}},
        {"measures": [None] * 1_000_000},
    ],
)
def test_huge_faults_are_told_in_short(query):
    with pytest.raises(QueryError) as caught:
        asked_query(query)
    assert len(caught.value.wire_text) < 2000
