"""Limits of access policies: rows, seconds, queries in flight."""

import asyncio
from typing import Any

import pytest

from kubus.errors import KubusError, LimitExceeded, SourceTimeout, TooManyQueries
from kubus.execution.in_flight import InFlight
from kubus.library import SemanticLayer
from kubus.model.access import Limits
from tests.access.test_endpoints import HOOKS
from tests.api.conftest import token
from tests.hooks.conftest import hooked, shop

__all__ = ["hooked", "shop"]

MODEL = """
cubes:
  - name: t
    sql: SELECT range AS id FROM range(20)
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true, public: true}
    measures:
      - {name: count, type: count}
    access_policy:
      - {group: few, limits: {rows: 5}}
      - {group: more, limits: {rows: 15, seconds: 2}}
      - {group: free}
"""
IDS = {"dimensions": ["t.id"]}


def rows(groups: list[str], query: dict[str, Any]) -> int:
    with SemanticLayer({"t.yml": MODEL}) as layer:
        return len(layer.query(query, groups=groups))


@pytest.mark.parametrize("groups", [["few"], ["more"], ["few", "more"]])
def test_more_rows_than_allowed_are_refused(groups: list[str]) -> None:
    most = 15 if "more" in groups else 5
    with pytest.raises(LimitExceeded, match=f"more than {most} rows"):
        rows(groups, IDS)
    assert rows(groups, {**IDS, "limit": most}) == most
    assert rows(groups, {**IDS, "limit": most + 5, "offset": 20 - most}) == most
    assert rows(groups, {"measures": ["t.count"]}) == 1


def test_a_policy_without_limits_lifts_them() -> None:
    assert rows(["few", "free"], IDS) == 20


async def test_the_api_refuses_too_many_rows_cold_and_warm(hooked: Any) -> None:
    async with hooked(HOOKS, MODEL) as client:

        async def ask(group: str) -> tuple[int, str | None]:
            headers = {"authorization": token(groups=[group])}
            query = '{"dimensions": ["t.id"], "limit": 6}'
            reply = await client.get("/cubejs-api/v1/load", params={"query": query}, headers=headers)
            return reply.status_code, reply.json().get("error")

        said = "Error: The answer has more than 5 rows, which is the most that your access policy lets through"
        for _ in range(2):
            assert await ask("more") == (200, None)
            assert await ask("few") == (400, said)


async def test_so_many_at_a_time() -> None:
    flights, limits = InFlight(), Limits(running=2)
    async with flights.within(limits, "a"), flights.within(limits, "a"):
        with pytest.raises(TooManyQueries, match="2 queries") as refused:
            async with flights.within(limits, "a"):
                pass
        assert refused.value.status == 429
        async with flights.within(limits, "b"):
            pass
    async with flights.within(limits, "a"):
        pass


async def test_so_long() -> None:
    flights = InFlight()
    ended = asyncio.Event()

    async def slow() -> None:
        try:
            await asyncio.sleep(5)
        finally:
            ended.set()

    with pytest.raises(SourceTimeout, match=r"longer than 0\.05 seconds"):
        async with flights.within(Limits(seconds=0.05), "a"):
            await slow()
    assert ended.is_set()


async def test_errors_inside_are_its_own() -> None:
    flights = InFlight()
    with pytest.raises(KubusError, match="mine"):
        async with flights.within(Limits(seconds=1, running=1), "a"):
            raise KubusError("mine")
    async with flights.within(Limits(running=1), "a"):
        pass
