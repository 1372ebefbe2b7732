"""Limits of seconds and of queries at a time, and windows of time, as callers of the API meet them."""

import asyncio
import json
from typing import Any

import httpx
import psycopg
import pytest

from tests.access.test_endpoints import HOOKS
from tests.engines.postgres import Server
from tests.tenants.conftest import Project, Served, served

__all__ = ["served"]

SLOW = """
tenant: {claim: org}
cubes:
  - name: slow
    sql: "SELECT org, pg_sleep(1.8) AS slept FROM (VALUES ('a'), ('b')) AS o(org) WHERE org = {SECURITY_CONTEXT.org}"
    tenant: org
    measures: [{name: count, type: count}]
    access_policy:
      - {group: hasty, limits: {seconds: 1}}
      - {group: single, limits: {running: 1}}
      - {group: free}
"""
BUSY = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()"


@pytest.fixture(scope="module")
def place(postgres: Server) -> dict[str, str]:
    return {"CUBEJS_DB_TYPE": "postgres", "CUBEJS_DB_URL": postgres.create_database("limits_http")}


async def ask(project: Project, group: str, org: str = "a", limit: int = 1) -> tuple[int, Any]:
    reply: httpx.Response = await project.asked(
        query={"measures": ["slow.count"], "limit": limit}, org=org, groups=[group]
    )
    return reply.status_code, reply.json().get("error") or reply.json()["data"]


@pytest.mark.parametrize("wait", ["10s", "0s"])
async def test_a_query_ends_when_its_seconds_are_over(served: Served, place: dict[str, str], wait: str) -> None:
    """Whether the request waits for it, or is told to ask again."""
    async with served(HOOKS, {"m.yml": SLOW}, KUBUS_CONTINUE_WAIT=wait, **place) as project:
        status, told = await ask(project, "hasty")
        while told == "Continue wait":
            await asyncio.sleep(0.03)
            status, told = await ask(project, "hasty")
        assert (status, told) == (
            400,
            "Error: The query took longer than 1 seconds, which is the most that your access policy lets it",
        )
        await asyncio.sleep(0.1)
        with psycopg.connect(place["CUBEJS_DB_URL"]) as connection:
            assert connection.execute(BUSY).fetchone() == (0,)
        # Others are not held to it.
        if wait == "10s":
            assert await ask(project, "free") == (200, [{"slow.count": "1"}])


async def test_so_many_of_a_role_at_a_time_and_of_others_as_many(served: Served, place: dict[str, str]) -> None:
    one = HOOKS + "\n@config\ndef context_to_app_id(ctx):\n    return 'ONE'\n"
    async with served(one, {"m.yml": SLOW}, CUBEJS_DB_MAX_POOL="8", **place) as project:
        answers = await asyncio.gather(
            ask(project, "single", limit=1),
            ask(project, "single", limit=2),
            # The same role of another tenant, and another role.
            ask(project, "single", org="b", limit=1),
            ask(project, "free", limit=3),
        )
        told = sorted(status for status, _ in answers[:2])
        assert told == [200, 429]
        (refused,) = (text for status, text in answers[:2] if status == 429)
        assert refused == "1 queries of your access policy are running, which is the most that it lets run"
        assert [status for status, _ in answers[2:]] == [200, 200]
        # It counts what runs now.
        assert (await ask(project, "single", limit=4))[0] == 200


WINDOWS = """
cubes:
  - name: days
    sql: "SELECT CAST('2024-03-' || lpad(CAST(d AS TEXT), 2, '0') AS TIMESTAMP) AS at, d FROM generate_series(1, 20) AS g(d)"
    dimensions:
      - {name: d, sql: d, type: number, primary_key: true, public: true}
      - {name: at, sql: at, type: time}
    measures: [{name: count, type: count}, {name: last, sql: d, type: max}, {name: first, sql: d, type: min}]
    access_policy:
      - group: past
        row_level: {time_dimension: at, not_after: "2024-03-10"}
      - group: since
        row_level: {time_dimension: at, not_before: "2024-03-05", not_after: "2024-03-07"}
      - group: bound
        row_level: {time_dimension: at, not_before: "{ security_context.since }", not_after: "{ security_context.until }"}
"""


@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
async def test_windows_of_time(served: Served, place: dict[str, str], engine: str) -> None:
    environ = place if engine == "postgres" else {"CUBEJS_DB_TYPE": "duckdb"}

    async with served(HOOKS, {"m.yml": WINDOWS}, **environ) as project:

        async def span(**claims: Any) -> Any:
            query = {"measures": ["days.first", "days.last", "days.count"]}
            reply = await project.asked(query=query, **claims)
            body = reply.json()
            return tuple(body["data"][0].values()) if reply.status_code == 200 else (reply.status_code, body["error"])

        # Both ends are included, and the last day is whole.
        assert await span(groups=["past"]) == ("1", "10", "10")
        assert await span(groups=["since"]) == ("5", "7", "3")
        bound: dict[str, Any] = {"groups": ["bound"]}
        assert await span(**bound, since="2024-03-03", until="2024-03-04") == ("3", "4", "2")
        assert await span(**bound, since="2024-03-19", until="2024-03-31") == ("19", "20", "2")
        assert await span(**bound, since="2024-03-04T00:00:01", until="2024-03-05") == ("5", "5", "1")
        # What would open the window is refused.
        for claims in ({}, {"since": "2024-03-03"}, {"since": None, "until": "2024-03-04"}):
            assert await span(**bound, **claims) == (403, f"Access policy value is missing: {missing(claims)}")
        for wrong in ("soon", "", "2024-13-01", "' OR 1=1", []):
            status, told = await span(**bound, since="2024-03-03", until=wrong)
            assert status == 403, wrong
            assert "Access policy value" in told
        # Two policies: the rows of either.
        both = {"groups": ["since", "bound"], "since": "2024-03-01", "until": "2024-03-02"}
        assert await span(**both) == ("1", "7", "5")
        # Nobody asks around it.
        query = {
            "dimensions": ["days.d"],
            "filters": [
                {
                    "or": [
                        {"member": "days.d", "operator": "gt", "values": ["0"]},
                        {"member": "days.d", "operator": "set"},
                    ]
                }
            ],
            "order": {"days.d": "desc"},
        }
        reply = await project.asked(query=query, groups=["past"])
        assert [row["days.d"] for row in reply.json()["data"]] == [str(day) for day in range(10, 0, -1)]
        assert json.dumps(reply.json()).count("days.d") >= 10


def missing(claims: dict[str, Any]) -> str:
    return "since" if claims.get("since") is None else "until"
