"""`/v1/load` over a real database."""

import asyncio
import json
from datetime import datetime

import pytest

from tests.api.conftest import MODEL, token

LOAD = "/cubejs-api/v1/load"
COUNT = {"measures": ["orders.count"]}
BY_STATUS = {"measures": ["orders.count"], "dimensions": ["orders.status"], "order": {"orders.status": "asc"}}
BY_MONTH = {
    "measures": ["orders.count"],
    "timeDimensions": [
        {"dimension": "orders.created_at", "granularity": "month", "dateRange": ["2024-01-01", "2024-02-29"]}
    ],
}
COMPARED = {
    "measures": ["orders.count"],
    "timeDimensions": [
        {
            "dimension": "orders.created_at",
            "compareDateRange": [["2024-01-01", "2024-01-31"], ["2024-02-01", "2024-02-29"]],
        }
    ],
}


def asked(query, **parameters):
    return {"query": json.dumps(query), **parameters}


async def test_an_answer_has_its_keys(api):
    async with api() as (client, _):
        answer = await client.get(LOAD, params=asked(COUNT))
    assert answer.status_code == 200
    body = answer.json()
    assert list(body) == [
        "query",
        "data",
        "lastRefreshTime",
        "annotation",
        "dataSource",
        "dbType",
        "external",
        "slowQuery",
        "total",
    ]
    assert body["data"] == [{"orders.count": "4"}]
    assert body["query"]["rowLimit"] == 10_000
    assert (body["dataSource"], body["dbType"], body["external"], body["slowQuery"], body["total"]) == (
        "default",
        "duckdb",
        False,
        False,
        None,
    )
    assert datetime.fromisoformat(body["lastRefreshTime"]).utcoffset().total_seconds() == 0
    assert body["lastRefreshTime"].endswith("Z")


async def test_annotations_describe_every_column(api):
    query = BY_MONTH | {"dimensions": ["orders.status"], "segments": ["orders.done"]}
    async with api() as (client, _):
        body = (await client.get(LOAD, params=asked(query | {"measures": ["orders.revenue", "users.count"]}))).json()
    annotation = body["annotation"]
    assert annotation["measures"]["orders.revenue"] == {
        "title": "Orders Revenue",
        "shortTitle": "Revenue",
        "type": "number",
        "format": "currency",
        "drillMembers": [],
        "drillMembersGrouped": {"measures": [], "dimensions": []},
    }
    assert annotation["measures"]["users.count"]["title"] == "People Count"
    assert annotation["dimensions"]["orders.status"] == {
        "title": "Orders Status",
        "shortTitle": "Status",
        "description": "State of the order",
        "type": "string",
        "meta": {"pii": False},
    }
    assert annotation["segments"] == {"orders.done": {"title": "Orders Done", "shortTitle": "Done"}}
    assert list(annotation["timeDimensions"]) == ["orders.created_at.month", "orders.created_at"]
    assert annotation["timeDimensions"]["orders.created_at.month"]["granularity"] == {
        "name": "month",
        "title": "month",
        "interval": "1 month",
    }


async def test_the_formats_say_the_same(api):
    answers = {}
    async with api() as (client, _):
        for name in ("default", "compact", "columnar"):
            body = (await client.get(LOAD, params=asked(BY_STATUS | {"responseFormat": name}))).json()
            assert body["query"]["responseFormat"] == name
            answers[name] = body["data"]
    assert answers["default"] == [
        {"orders.status": "done", "orders.count": "2"},
        {"orders.status": "open", "orders.count": "1"},
        {"orders.status": None, "orders.count": "1"},
    ]
    members = ["orders.status", "orders.count"]
    assert answers["compact"] == {"members": members, "dataset": [["done", "2"], ["open", "1"], [None, "1"]]}
    assert answers["columnar"] == {"members": members, "columns": [["done", "open", None], ["2", "1", "1"]]}


async def test_post_and_subscribe_answer_as_get_does(api):
    async with api() as (client, _):
        by_get = (await client.get(LOAD, params=asked(BY_STATUS))).json()
        for body in ({"query": BY_STATUS}, {"query": json.dumps(BY_STATUS)}):
            assert (await client.post(LOAD, json=body)).json() == by_get
        assert (await client.get("/cubejs-api/v1/subscribe", params=asked(BY_STATUS))).json() == by_get
        bracketed = (
            f"{LOAD}?query[measures][]=orders.count&query[dimensions][]=orders.status&query[order][orders.status]=asc"
        )
        assert (await client.get(bracketed)).json() == by_get


async def test_the_envelope_for_one_query(api):
    async with api() as (client, _):
        for _ in range(2):
            body = (await client.get(LOAD, params=asked(BY_STATUS, queryType="multi"))).json()
            assert list(body) == ["queryType", "results", "pivotQuery", "slowQuery"]
            assert (body["queryType"], body["slowQuery"], len(body["results"])) == ("regularQuery", False, 1)
            assert body["results"][0]["query"] == body["pivotQuery"]
            assert body["results"][0]["data"][0] == {"orders.status": "done", "orders.count": "2"}


async def test_a_comparison_marks_its_rows(api):
    async with api() as (client, _):
        body = (await client.get(LOAD, params=asked(COMPARED, queryType="multi"))).json()
        first_alone = (await client.get(LOAD, params=asked(COMPARED, queryType="other"))).json()
        refused = await client.get(LOAD, params=asked(COMPARED))
    assert body["queryType"] == "compareDateRangeQuery"
    assert [result["data"] for result in body["results"]] == [
        [{"orders.count": "2", "compareDateRange": "2024-01-01T00:00:00.000 - 2024-01-31T23:59:59.999"}],
        [{"orders.count": "2", "compareDateRange": "2024-02-01T00:00:00.000 - 2024-02-29T23:59:59.999"}],
    ]
    assert body["pivotQuery"]["dimensions"] == ["compareDateRange"]
    assert first_alone["data"] == body["results"][0]["data"]
    assert refused.status_code == 400
    assert refused.json()["error"] == (
        "'compareDateRangeQuery' query type is not supported by the client.Please update the client."
    )


async def test_blended_queries_share_a_time(api):
    users = {
        "measures": ["users.count"],
        "timeDimensions": [{"dimension": "users.created_at", "granularity": "month"}],
        "responseFormat": "compact",
    }
    async with api() as (client, _):
        body = (await client.post(LOAD, json={"query": [BY_MONTH, users], "queryType": "multi"})).json()
    assert body["queryType"] == "blendingQuery"
    orders, people = (result["data"] for result in body["results"])
    assert orders[0] == {
        "orders.created_at.month": "2024-01-01T00:00:00.000",
        "orders.created_at": "2024-01-01T00:00:00.000",
        "orders.count": "2",
        "time.month": "2024-01-01T00:00:00.000",
    }
    assert people["members"] == ["users.created_at.month", "users.created_at", "users.count", "time.month"]
    assert body["pivotQuery"]["measures"] == ["orders.count", "users.count"]


async def test_total_counts_rows_without_the_limit(api):
    async with api() as (client, _):
        body = (await client.get(LOAD, params=asked(BY_STATUS | {"limit": 1, "total": True}))).json()
    assert (len(body["data"]), body["total"]) == (1, 3)


async def test_what_the_database_refuses_is_refused_with_a_total_as_well(api):
    query = {"dimensions": ["numbers.broken"], "limit": 1}
    async with api() as (client, _):
        plain = await client.get(LOAD, params=asked(query))
        counted = await client.get(LOAD, params=asked(query | {"total": True}))
    assert plain.status_code == counted.status_code == 400
    assert counted.json() == plain.json()


async def test_the_bare_name_of_a_time_holds_its_shortest_periods(api):
    granularities = "{name: half_day, interval: 12 hours}, {name: two_months, interval: 2 months}"
    model = MODEL.replace("type: time\n", f"type: time\n        granularities: [{granularities}]\n", 1)
    for names, finest in ((["day", "half_day"], "half_day"), (["two_months", "month"], "month")):
        times = [{"dimension": "orders.created_at", "granularity": name} for name in names]
        async with api(model) as (client, _):
            rows = (await client.get(LOAD, params=asked({"timeDimensions": times}))).json()["data"]
        assert {row["orders.created_at"] == row[f"orders.created_at.{finest}"] for row in rows} == {True}
        assert len({tuple(row.values()) for row in rows}) > 1


async def test_fifty_thousand_rows_come_whole(api):
    query = {"dimensions": ["numbers.n", "numbers.text"], "limit": 50_000, "order": {"numbers.n": "asc"}}
    async with api() as (client, _):
        body = (await client.get(LOAD, params=asked(query))).json()
    assert len(body["data"]) == 50_000
    assert body["data"][-1] == {"numbers.n": "49999", "numbers.text": "text 49999"}


async def test_the_same_request_is_answered_from_memory_and_each_caller_by_himself(api):
    # Not even by the clock is anything else true between two requests.
    steady = MODEL.replace("sql_table: orders\n", "sql_table: orders\n    refresh_key: {immutable: true}\n", 1)
    async with api(steady) as (client, _):
        first = await client.get(LOAD, params=asked(BY_STATUS, queryType="multi"))
        second = await client.get(LOAD, params=asked(BY_STATUS, queryType="multi"))
        other = await client.get(
            LOAD, params=asked(BY_STATUS, queryType="multi"), headers={"authorization": token(tenant=2)}
        )
        stranger = await client.get(
            LOAD, params=asked(BY_STATUS, queryType="multi"), headers={"authorization": token("x" * 40)}
        )
    assert first.content == second.content == other.content
    assert first.headers["etag"] == second.headers["etag"]
    assert stranger.status_code == 403
    assert b"orders" not in stranger.content


@pytest.mark.parametrize("mode", ["stale-if-slow", "stale-while-revalidate", "must-revalidate", "no-cache"])
async def test_every_cache_mode_answers(api, mode):
    async with api() as (client, _):
        for parameters in (asked(COUNT, cache=mode), asked(COUNT | {"cache": mode})):
            assert (await client.get(LOAD, params=parameters)).json()["data"] == [{"orders.count": "4"}]


async def test_no_cache_asks_the_database_again(api):
    async with api() as (client, _):
        times = [(await client.get(LOAD, params=asked(COUNT, cache="no-cache"))).json()["lastRefreshTime"]]
        await asyncio.sleep(0.005)
        times.append((await client.get(LOAD, params=asked(COUNT, cache="no-cache"))).json()["lastRefreshTime"])
    assert times[0] != times[1]


async def test_where_the_time_went_is_told(api):
    async with api() as (client, _):
        for _ in range(2):
            answer = await client.get(LOAD, params=asked(COUNT))
            phases = dict(part.split(";dur=") for part in answer.headers["server-timing"].split(", "))
            assert list(phases) == ["auth", "plan", "queue", "database", "encode"]
            assert all(float(value) >= 0 for value in phases.values())


async def test_a_slow_answer_is_asked_for_again(api):
    slow = {"dimensions": ["numbers.slow"], "limit": 1}
    async with api(layer_options={"continue_wait": 0.05}) as (client, _):
        answer = await client.get(LOAD, params=asked(slow))
    assert answer.status_code == 200
    body = answer.json()
    assert body["error"] == "Continue wait"
    assert body["stage"]["stage"] == "Executing query"
    assert body["stage"]["timeElapsed"] >= 0


async def test_development_mode_says_more(api):
    async with api(dev_mode=True) as (client, _):
        del client.headers["authorization"]
        body = (await client.get(LOAD, params=asked(COUNT), headers={"x-request-id": "my-id"})).json()
        again = (await client.get(LOAD, params=asked(COUNT), headers={"x-request-id": "other"})).json()
        hidden = await client.get(LOAD, params=asked({"measures": ["orders.secret_sum"]}))
        wrong = (await client.get(LOAD, params=asked({"measures": ["orders.cuont"]}))).json()
    assert list(body)[2:7] == [
        "lastRefreshTime",
        "refreshKeyValues",
        "usedPreAggregations",
        "transformedQuery",
        "requestId",
    ]
    assert (body["requestId"], again["requestId"]) == ("my-id", "other")
    assert hidden.json()["data"] == [{"orders.secret_sum": "100.50"}]
    assert wrong["error"] == "'cuont' not found for path 'orders.cuont'"
    assert "Did you mean 'count'?" in wrong["stack"]


@pytest.mark.parametrize(
    ("query", "status", "error"),
    [
        ({"measures": ["orders.nothing"]}, 400, "'nothing' not found for path 'orders.nothing'"),
        ({"measures": ["nobody.count"]}, 400, "Cube 'nobody' not found for path 'nobody.count'"),
        ({}, 400, "Query should contain either measures, dimensions or timeDimensions with granularities"),
        ({"measures": ["orders.count"], "colour": 1}, 400, 'Invalid query format: "colour" is not allowed'),
        ({"measures": ["orders.count"], "limit": 50_001}, 400, "Error: The query limit has been exceeded."),
        ({"measures": ["orders.secret_sum"]}, 403, "Error: You requested hidden member: 'orders.secret_sum'."),
        ({"dimensions": ["numbers.broken"]}, 400, "Error: "),
        ({"measures": ["orders.count"], "dimensions": ["numbers.n"]}, 400, "Can't find join path to join"),
    ],
)
async def test_what_cannot_be_answered_is_refused(api, query, status, error):
    async with api() as (client, _):
        answer = await client.get(LOAD, params=asked(query))
    assert answer.status_code == status
    body = answer.json()
    assert body["error"].startswith(error)
    assert body.keys() <= {"error", "type"}


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({}, "Query param is required"),
        ({"query": ""}, "Query param is required"),
        ({"query": "undefined"}, "Query param is required"),
        ({"query": "{bad"}, "Unable to decode query param as JSON, error: "),
        ({"query": "[]"}, "Data blending query without granularity"),
        ({"query": json.dumps(COUNT), "cache": "sometimes"}, 'Invalid query format: "cache" must be one of'),
    ],
)
async def test_parameters_that_cannot_be_read(api, parameters, error):
    async with api() as (client, _):
        answer = await client.get(LOAD, params=parameters)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(error)


async def test_a_failing_query_harms_no_other(api):
    async with api() as (client, _):
        answers = await asyncio.gather(
            *(
                client.get(
                    LOAD, params=asked({"dimensions": ["numbers.broken"], "limit": number + 1} if number % 2 else COUNT)
                )
                for number in range(8)
            )
        )
    assert [answer.status_code for answer in answers] == [200, 400] * 4
