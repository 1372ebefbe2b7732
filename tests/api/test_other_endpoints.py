"""`/v1/sql`, `/v1/dry-run`, `/v1/meta`, the probes."""

import asyncio
import json
import time
from datetime import datetime, timedelta

from kubus.api.rest import asked as asked_queries
from kubus.api.rest import remembered
from kubus.errors import SourceError

BASE = "/cubejs-api/v1"


def asked(query):
    return {"query": json.dumps(query)}


BY_DAY = {
    "measures": ["orders.count"],
    "timeDimensions": [
        {"dimension": "orders.created_at", "granularity": "day", "dateRange": ["2024-01-01", "2024-01-31"]}
    ],
    "filters": [{"member": "orders.status", "operator": "equals", "values": ["it's; --"]}],
}


async def test_sql_of_a_query(api):
    async with api() as (client, _):
        body = (await client.get(f"{BASE}/sql", params=asked(BY_DAY))).json()
    text, parameters = body["sql"]["sql"]
    assert "it's" not in text
    assert "it's; --" in parameters
    assert body["sql"]["order"] == {"orders.created_at": "asc"}
    assert sorted(body["sql"]["aliasNameToMember"].values()) == ["orders.count", "orders.created_at.day"]
    assert body["sql"]["timeDimensionField"] == "orders.created_at"
    assert body["sql"]["timeDimensionAlias"] in body["sql"]["aliasNameToMember"]
    assert body["sql"]["memberNames"] == ["orders.count", "orders.created_at", "orders.status"]
    assert (body["sql"]["external"], body["sql"]["dataSource"], body["dataSource"]) == (False, "default", "default")


async def test_sql_of_relative_dates_is_made_anew_when_they_move(api, monkeypatch):
    relative = {
        "measures": ["orders.count"],
        "timeDimensions": [{"dimension": "orders.created_at", "dateRange": "this minute"}],
    }
    async with api() as (client, _):
        first = (await client.get(f"{BASE}/sql", params=asked(relative))).json()
        assert (await client.get(f"{BASE}/sql", params=asked(relative))).json()["sql"]["order"] == {}
        later = time.time() + 61
        monkeypatch.setattr(remembered.time, "time", lambda: later)
        monkeypatch.setattr(asked_queries, "datetime", Later)
        second = (await client.get(f"{BASE}/sql", params=asked(relative))).json()
    assert first["sql"]["sql"][0] == second["sql"]["sql"][0]
    assert first["sql"]["sql"][1] != second["sql"]["sql"][1]


class Later(datetime):
    """A clock that is a minute ahead."""

    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) + timedelta(seconds=61)


async def test_sql_of_an_array_is_an_array(api):
    async with api() as (client, _):
        plain = await client.post(f"{BASE}/sql", json={"query": [BY_DAY, BY_DAY]})
        compared = BY_DAY | {
            "timeDimensions": [{"dimension": "orders.created_at", "compareDateRange": ["2024-01-01", "2024-01-02"]}]
        }
        ranges = await client.get(f"{BASE}/sql", params=asked(compared))
    assert len(plain.json()) == len(ranges.json()) == 2


async def test_sql_refuses_what_load_refuses(api):
    async with api() as (client, _):
        unknown = await client.get(f"{BASE}/sql", params=asked({"measures": ["orders.nothing"]}))
        missing = await client.get(f"{BASE}/sql")
        other_format = await client.get(f"{BASE}/sql", params={"query": "SELECT 1", "format": "sql"})
    assert unknown.json() == {"type": "UserError", "error": "'nothing' not found for path 'orders.nothing'"}
    assert (missing.status_code, missing.json()) == (400, {"error": "Query param is required"})
    assert other_format.json()["error"].startswith("Error: SQL interface is not initialized.")


async def test_dry_run_settles_defaults_and_dates(api):
    query = {"measures": ["orders.count"], "dimensions": ["orders.status"]}
    async with api() as (client, _):
        body = (await client.get(f"{BASE}/dry-run", params=asked(query))).json()
    assert list(body) == ["queryType", "normalizedQueries", "queryOrder", "transformedQueries", "pivotQuery"]
    assert body["queryType"] == "regularQuery"
    assert body["queryOrder"] == [{"orders.count": "desc"}]
    assert body["normalizedQueries"] == [body["pivotQuery"]]
    assert body["pivotQuery"] == {
        "measures": ["orders.count"],
        "dimensions": ["orders.status"],
        "timeDimensions": [],
        "limit": 10_000,
        "timezone": "UTC",
        "filters": [],
        "rowLimit": 10_000,
        "queryType": "regularQuery",
    }


async def test_dry_run_asks_no_database(api):
    async with api() as (client, _):
        fails_there = {"dimensions": ["numbers.broken"]}
        assert (await client.post(f"{BASE}/dry-run", json={"query": fails_there})).status_code == 200
        assert (await client.get(f"{BASE}/dry-run", params=asked({"measures": ["orders.no"]}))).status_code == 400


async def test_meta_shows_what_is_public(api):
    async with api() as (client, _):
        cubes = {cube["name"]: cube for cube in (await client.get(f"{BASE}/meta")).json()["cubes"]}
    orders, users = cubes["orders"], cubes["users"]
    assert list(cubes) == ["orders", "users", "numbers"]
    assert [measure["name"] for measure in orders["measures"]] == ["orders.count", "orders.revenue"]
    assert [dimension["name"] for dimension in orders["dimensions"]] == ["orders.status", "orders.created_at"]
    assert orders["measures"][0] == {
        "name": "orders.count",
        "title": "Orders Count",
        "shortTitle": "Count",
        "type": "number",
        "aggType": "count",
        "cumulative": False,
        "cumulativeTotal": False,
        "drillMembers": ["orders.id", "orders.status"],
        "drillMembersGrouped": {"measures": [], "dimensions": ["orders.id", "orders.status"]},
        "formatDescription": {"name": "number", "specifier": ",.2~f"},
        "isVisible": True,
        "public": True,
    }
    assert orders["dimensions"][0] == {
        "name": "orders.status",
        "title": "Orders Status",
        "shortTitle": "Status",
        "description": "State of the order",
        "type": "string",
        "meta": {"pii": False},
        "suggestFilterValues": True,
        "primaryKey": False,
        "isVisible": True,
        "public": True,
    }
    assert orders["connectedComponent"] == users["connectedComponent"]
    assert "connectedComponent" not in cubes["numbers"]
    assert users["title"] == "People"
    assert (orders["hierarchies"], orders["folders"], orders["nestedFolders"]) == ([], [], [])
    assert "sql" not in json.dumps(cubes)


async def test_the_sql_of_the_model_needs_its_own_scope(api):
    async with api() as (client, _):
        refused = await client.get(f"{BASE}/meta?extended")
        assert (refused.status_code, refused.json()) == (403, {"error": "API scope is missing: meta-extended"})
    async with api(default_scopes=frozenset({"meta", "meta-extended"})) as (client, _):
        granted = (await client.get(f"{BASE}/meta?extended=false")).json()["cubes"]
    async with api(dev_mode=True) as (client, _):
        in_dev = (await client.get(f"{BASE}/meta?extended")).json()["cubes"]
    orders, users, _ = granted
    assert orders["joins"] == [{"name": "users", "relationship": "belongsTo", "sql": "`${CUBE}.user_id = ${users}.id`"}]
    assert orders["segments"][0]["sql"] == "`${CUBE}.status = 'done'`"
    assert orders["measures"][1]["filters"] == [{"sql": "`${CUBE}.status = 'done'`"}]
    assert users["sql"] == "`SELECT * FROM users`"
    assert "sql" not in orders
    assert orders["fileName"] == "shop.yml"
    hidden = {measure["name"]: measure["public"] for measure in in_dev[0]["measures"]}
    assert hidden == {"orders.count": True, "orders.revenue": True, "orders.secret_sum": False}


async def test_only_views(api):
    async with api() as (client, _):
        assert (await client.get(f"{BASE}/meta?onlyViews=true")).json() == {"cubes": []}


async def test_probes_share_one_look_and_tell_nothing(api):
    looks = []
    async with api() as (client, app):

        async def check():
            looks.append(1)
            await asyncio.sleep(0.01)
            raise SourceError("password authentication failed for user kubus")

        app._layer.check = check
        answers = await asyncio.gather(*(client.get("/readyz") for _ in range(5)))
        alive = await client.get("/livez")
    assert len(looks) == 1
    assert {answer.status_code for answer in answers} == {500}
    assert {answer.text for answer in answers} == {'{"health":"DOWN"}'}
    # No connection was ever open, so there is none that could be lost.
    assert alive.json() == {"health": "HEALTH"}


async def test_readiness_asks_the_database(api):
    async with api() as (client, _):
        assert (await client.get("/readyz")).json() == {"health": "HEALTH"}
        assert (await client.head("/readyz")).status_code == 200
        assert (await client.get("/livez?a=1")).json() == {"health": "HEALTH"}


async def test_without_any_scope_nothing_is_answered(api):
    """A list that is set and empty."""
    async with api(default_scopes=frozenset()) as (client, _):
        for path, scope in (
            ("load", "data"),
            ("dry-run", "data"),
            ("sql", "sql"),
            ("meta", "meta"),
            ("subscribe", "data"),
        ):
            answer = await client.get(f"{BASE}/{path}", params={"query": '{"measures": ["orders.count"]}'})
            assert (answer.status_code, answer.json()) == (403, {"error": f"API scope is missing: {scope}"}), path
