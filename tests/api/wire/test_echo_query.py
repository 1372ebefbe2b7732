"""Normalised queries as answers repeat them."""

from datetime import UTC, datetime

from kubus.api.wire.echo_query import echoes, pivot_query, query_order
from kubus.api.wire.parse_query import asked_query
from kubus.query.normalize import normalize
from kubus.query.query import Order

NOW = datetime(2026, 11, 23, 7, 57, 12, tzinfo=UTC)
DEFAULTS = {
    "limit": 10_000,
    "timezone": "UTC",
    "filters": [],
    "dimensions": [],
    "timeDimensions": [],
    "rowLimit": 10_000,
}


def normalized(query):
    return normalize(asked_query(query), now=NOW, default_timezone="UTC", default_limit=10_000, max_limit=50_000)


def echo(query):
    (only,) = echoes(normalized(query), is_envelope=False)
    return only


def test_what_was_not_sent_and_has_no_default_is_not_there():
    assert echo({"measures": ["orders.count"]}) == {"measures": ["orders.count"], **DEFAULTS}
    assert echo({"dimensions": ["orders.id"]}) == {**DEFAULTS, "dimensions": ["orders.id"]}


def test_what_was_sent_is_there():
    query = {
        "measures": [],
        "dimensions": ["a.b", "a.t.month"],
        "segments": [],
        "order": {"a.b": "desc", "a.t": "asc"},
        "limit": 5,
        "offset": 0,
        "total": False,
        "ungrouped": "true",
        "renewQuery": True,
        "responseFormat": "default",
        "timezone": "asia/tokyo",
        "cache": "no-cache",
        "joinHints": [["a"]],
    }
    assert echo(query) == {
        "measures": [],
        "dimensions": ["a.b"],
        "timeDimensions": [{"dimension": "a.t", "granularity": "month"}],
        "segments": [],
        "order": [{"id": "a.b", "desc": True}, {"id": "a.t", "desc": False}],
        "limit": 5,
        "rowLimit": 5,
        "offset": 0,
        "total": False,
        "ungrouped": "true",
        "renewQuery": True,
        "responseFormat": "default",
        "timezone": "Asia/Tokyo",
        "filters": [],
    }


def test_an_empty_order_is_an_order():
    assert echo({"measures": ["a.b"], "order": {}})["order"] == []
    assert "order" not in echo({"measures": ["a.b"]})


def test_filters_have_texts_and_members():
    filters = [
        {"or": [{"dimension": "a.b", "operator": "gt", "values": [5, 5.5, True, None]}, {"and": []}]},
        {"member": "a.b", "operator": "set"},
        {"member": "a.b", "operator": "notSet", "values": []},
        {"member": "a.t", "operator": "onTheDate", "values": ["today"]},
    ]
    assert echo({"measures": ["a.c"], "filters": filters})["filters"] == [
        {"or": [{"member": "a.b", "operator": "gt", "values": ["5", "5.5", "true", None]}, {"and": []}]},
        {"member": "a.b", "operator": "set"},
        {"member": "a.b", "operator": "notSet", "values": []},
        {"member": "a.t", "operator": "onTheDate", "values": ["2026-11-23T00:00:00.000", "2026-11-23T23:59:59.999"]},
    ]


def test_a_regular_query_is_its_own_pivot():
    one = normalized({"measures": ["a.b"]})
    assert echoes(one) == [{"measures": ["a.b"], **DEFAULTS, "queryType": "regularQuery"}]
    assert pivot_query(one) == echoes(one)[0]


def test_a_comparison_pivots_by_its_ranges():
    time = {"dimension": "a.t", "compareDateRange": ["today", ["2024-01-01", "2024-01-02"]]}
    one = normalized({"measures": ["a.b"], "dimensions": ["a.c"], "timeDimensions": [time]})
    first, second = echoes(one)
    assert first["dimensions"] == ["compareDateRange", "a.c"]
    assert first["queryType"] == "compareDateRangeQuery"
    assert second == {
        **DEFAULTS,
        "measures": ["a.b"],
        "dimensions": ["a.c"],
        "timeDimensions": [{"dimension": "a.t", "dateRange": ["2024-01-01T00:00:00.000", "2024-01-02T23:59:59.999"]}],
    }
    assert pivot_query(one) == first
    assert echoes(one, is_envelope=False)[0]["dimensions"] == ["a.c"]


def test_a_blending_pivots_by_its_union():
    def query(member, *dimensions):
        time = {"dimension": f"{member}.t", "granularity": "month"}
        return {"measures": [f"{member}.count"], "dimensions": list(dimensions), "timeDimensions": [time]}

    several = normalized([query("a", "a.x"), query("b", "b.x", "a.x"), query("a")])
    assert pivot_query(several) == {
        "measures": ["a.count", "b.count"],
        "dimensions": ["a.x", "b.x"],
        "timeDimensions": [{"dimension": "time", "granularity": "month"}],
        "queryType": "blendingQuery",
    }
    assert all("queryType" not in one for one in echoes(several))


def test_an_order_by_member():
    assert query_order((Order("a.b", descending=True), Order("a.c"))) == {"a.b": "desc", "a.c": "asc"}
    assert query_order(()) == {}
