"""Every endpoint, asked by callers who may see different things: cold, and warm after others were there."""

import json
from collections.abc import AsyncIterator
from itertools import permutations
from typing import Any

import httpx
import pytest

from tests.api.conftest import token
from tests.hooks.conftest import hooked, shop

__all__ = ["hooked", "shop"]

HOOKS = """
from kubus import config

@config
def context_to_groups(ctx):
    return ctx["securityContext"].get("groups", [])
"""

MODEL = """
cubes:
  - name: orders
    sql_table: orders
    joins:
      - {name: users, sql: "{CUBE}.user_id = {users}.id", relationship: many_to_one}
    measures:
      - {name: count, type: count, drill_members: [id, status]}
      - {name: revenue, sql: amount, type: sum, mask: 0}
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true, public: true}
      - {name: status, sql: status, type: string}
      - {name: secret_status, sql: status, type: string}
    segments:
      - {name: done, sql: "{CUBE}.status = 'done'"}
    hierarchies:
      - {name: way, levels: [secret_status, status]}
    access_policy:
      - group: boss
      - group: clerk
        member_level: {includes: [count, status]}
        row_level: {filters: [{member: status, operator: equals, values: ["{ security_context.status }"]}]}
      - group: guest
        member_level: {includes: [count]}
        member_masking: {includes: [revenue]}
  - name: users
    sql_table: users
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
views:
  - name: sales
    cubes: [{join_path: orders, includes: "*"}]
    folders: [{name: Kept, includes: [secret_status, status]}, {name: Gone, includes: [secret_status]}]
    access_policy:
      - group: clerk
        member_level: {excludes: [secret_status, id, done]}
"""

CALLERS: dict[str, dict[str, Any]] = {
    "boss": {"groups": ["boss"]},
    "done": {"groups": ["clerk"], "status": "done"},
    "new": {"groups": ["clerk"], "status": "new"},
    "unset": {"groups": ["clerk"]},
    "guest": {"groups": ["guest"]},
    "nobody": {},
}
LOAD = {"measures": ["orders.count"]}
BY_STATUS = {"measures": ["orders.count"], "dimensions": ["orders.status"], "total": True}
REVENUE = {"measures": ["orders.revenue"]}
VIEW = {"measures": ["sales.count"], "dimensions": ["sales.status"]}
REQUESTS = [
    ("load", {"query": LOAD}),
    ("load", {"query": LOAD, "queryType": "multi"}),
    ("load", {"query": [{**LOAD, "limit": 5}], "queryType": "multi"}),
    ("load", {"query": BY_STATUS}),
    ("load", {"query": REVENUE}),
    ("load", {"query": VIEW}),
    ("load", {"query": {**LOAD, "filters": [{"member": "orders.secret_status", "operator": "set"}]}}),
    ("load", {"query": {**LOAD, "segments": ["orders.done"]}}),
    ("load", {"query": {**LOAD, "order": {"orders.secret_status": "asc"}}}),
    ("sql", {"query": BY_STATUS}),
    ("sql", {"query": REVENUE}),
    ("dry-run", {"query": BY_STATUS}),
    ("dry-run", {"query": REVENUE}),
    ("subscribe", {"query": BY_STATUS}),
    ("meta", {}),
    ("meta", {"onlyViews": "true"}),
]


@pytest.fixture
async def client(hooked: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with hooked(HOOKS, MODEL) as one:
        yield one


async def ask(client: httpx.AsyncClient, who: str, path: str, parameters: dict[str, Any]) -> tuple[int, Any]:
    given = {key: value if isinstance(value, str) else json.dumps(value) for key, value in parameters.items()}
    headers = {"authorization": token(**CALLERS[who])}
    reply = await client.get(f"/cubejs-api/v1/{path}", params=given, headers=headers)
    body = reply.json()
    return reply.status_code, without_times(body)


def without_times(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_times(inner) for key, inner in value.items() if key != "lastRefreshTime"}
    return [without_times(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize(("path", "parameters"), REQUESTS, ids=lambda part: json.dumps(part)[:70])
async def test_warm_is_as_cold(hooked: Any, path: str, parameters: dict[str, Any]) -> None:
    """What a caller gets does not depend on who was there before."""
    cold: dict[str, Any] = {}
    for who in CALLERS:
        async with hooked(HOOKS, MODEL) as client:
            cold[who] = await ask(client, who, path, parameters)
    async with hooked(HOOKS, MODEL) as client:
        for first, second in permutations(CALLERS, 2):
            await ask(client, first, path, parameters)
            assert await ask(client, second, path, parameters) == cold[second], f"{second} after {first}"


async def rows(client: httpx.AsyncClient, who: str, query: dict[str, Any]) -> Any:
    status, body = await ask(client, who, "load", {"query": query})
    return body["data"] if status == 200 else (status, body["error"].split(".")[0])


async def test_everyone_gets_their_rows(client: httpx.AsyncClient) -> None:
    hidden = (403, "Error: You requested hidden member: 'orders")
    boss = await rows(client, "boss", LOAD)
    done, new = await rows(client, "done", LOAD), await rows(client, "new", LOAD)
    assert int(done[0]["orders.count"]) + int(new[0]["orders.count"]) <= int(boss[0]["orders.count"])
    assert done != new
    assert await rows(client, "nobody", LOAD) == hidden
    assert await rows(client, "guest", LOAD) == boss
    assert await rows(client, "guest", REVENUE) == [{"orders.revenue": "0"}]
    assert await rows(client, "done", REVENUE) == hidden
    assert await rows(client, "unset", LOAD) == (403, "Access policy value is missing: status")


@pytest.mark.parametrize("path", ["load", "sql", "dry-run", "subscribe"])
@pytest.mark.parametrize(
    "query",
    [
        {"dimensions": ["orders.secret_status"]},
        {**LOAD, "filters": [{"member": "orders.secret_status", "operator": "equals", "values": ["done"]}]},
        {**LOAD, "filters": [{"or": [{"member": "orders.revenue", "operator": "gt", "values": ["1"]}]}]},
        {**LOAD, "segments": ["orders.done"]},
        {**LOAD, "order": {"orders.secret_status": "asc"}},
        {**LOAD, "order": [["orders.revenue", "asc"]]},
        {**LOAD, "timeDimensions": [{"dimension": "orders.secret_status", "dateRange": "today"}]},
        {**LOAD, "dimensions": ["orders.secret_status.month"]},
    ],
    ids=json.dumps,
)
async def test_a_hidden_member_is_refused_wherever_it_is_named(
    client: httpx.AsyncClient, path: str, query: dict[str, Any]
) -> None:
    status, body = await ask(client, "done", path, {"query": query})
    assert status == 403
    assert body["error"].startswith("Error: You requested hidden member: 'orders.")


async def members(client: httpx.AsyncClient, who: str) -> set[str]:
    _, body = await ask(client, who, "meta", {})
    return {m["name"] for c in body["cubes"] for kind in ("measures", "dimensions", "segments") for m in c[kind]}


async def test_metadata_shows_what_may_be_asked(client: httpx.AsyncClient) -> None:
    assert await members(client, "nobody") == set()
    assert await members(client, "guest") == {"orders.count", "orders.revenue"}
    in_view = {f"sales.{name}" for name in ("count", "revenue", "status")}
    assert await members(client, "done") == {"orders.count", "orders.status", *in_view}
    assert "orders.secret_status" in await members(client, "boss")


async def test_metadata_names_no_hidden_member_anywhere(client: httpx.AsyncClient) -> None:
    for who in ("done", "guest", "nobody"):
        for path, parameters in (("meta", {}), ("load", {"query": LOAD})):
            _, body = await ask(client, who, path, parameters)
            assert "secret_status" not in json.dumps(body), (who, path)
    _, body = await ask(client, "done", "meta", {})
    (view,) = [cube for cube in body["cubes"] if cube["name"] == "sales"]
    assert [folder["name"] for folder in view["folders"]] == ["Kept"]
    _, load = await ask(client, "guest", "load", {"query": LOAD})
    assert load["annotation"]["measures"]["orders.count"]["drillMembers"] == []
    _, load = await ask(client, "boss", "load", {"query": LOAD})
    assert load["annotation"]["measures"]["orders.count"]["drillMembers"] == ["orders.id", "orders.status"]
