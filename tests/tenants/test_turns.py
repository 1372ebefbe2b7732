"""Turns: one tenant does not take all connections from all others."""

import asyncio
import random
from collections import Counter
from typing import Any

import pytest

from kubus.errors import TooManyQueries
from kubus.execution.turns import Turns
from kubus.sources.options import PostgresOptions
from kubus.sources.registry import make_source
from kubus.sources.source import Source
from tests.engines.postgres import Server
from tests.tenants.conftest import Served


def source_of(connections: int) -> Source:
    """A source that is never asked."""
    return make_source("default", PostgresOptions(host="127.0.0.1", port=1, max_connections=connections))


class Office:
    """Counts who is served now, and serves until it is told to end."""

    def __init__(self, turns: Turns, source: Source) -> None:
        self.turns = turns
        self.source = source
        self.now: Counter[str] = Counter()
        self.ends: dict[str, list[asyncio.Event]] = {}

    def ask(self, who: str) -> "asyncio.Task[None]":
        return asyncio.get_running_loop().create_task(self._ask(who))

    async def _ask(self, who: str) -> None:
        async with self.turns.of(self.source, who):
            self.now[who] += 1
            end = asyncio.Event()
            self.ends.setdefault(who, []).append(end)
            try:
                await end.wait()
            finally:
                self.now[who] -= 1

    async def end_one(self, who: str) -> None:
        self.ends[who].pop(0).set()
        await settled()


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_one_takes_no_more_than_its_share() -> None:
    office = Office(Turns(0.5), source_of(8))
    tasks = [office.ask("a") for _ in range(20)]
    await settled()
    assert office.now == {"a": 4}
    tasks += [office.ask("b"), office.ask("c")]
    await settled()
    assert office.now == {"a": 4, "b": 1, "c": 1}
    for task in tasks:
        task.cancel()


async def test_who_has_the_fewest_is_next() -> None:
    office = Office(Turns(0.5), source_of(4))
    tasks = [office.ask(who) for who in "aaaabbbbcd"]
    await settled()
    assert office.now == {"a": 2, "b": 2}
    await office.end_one("a")
    assert +office.now == {"a": 1, "b": 2, "c": 1}
    await office.end_one("b")
    assert +office.now == {"a": 1, "b": 1, "c": 1, "d": 1}
    await office.end_one("c")
    assert +office.now == {"a": 2, "b": 1, "d": 1}
    for task in tasks:
        task.cancel()


async def test_a_source_of_one_connection_goes_round() -> None:
    office = Office(Turns(0.5), source_of(1))
    tasks = [office.ask(who) for who in "aaab"]
    await settled()
    assert +office.now == {"a": 1}
    await office.end_one("a")
    assert +office.now == {"b": 1}
    for task in tasks:
        task.cancel()


async def test_as_many_wait_as_may() -> None:
    office = Office(Turns(0.5, 3), source_of(2))
    tasks = [office.ask("a") for _ in range(5)]
    tasks += [office.ask("b")]
    await settled()
    refused = [task for task in tasks if task.done()]
    assert len(refused) == 1
    with pytest.raises(TooManyQueries, match="3 statements of your tenant wait"):
        refused[0].result()
    assert office.now == {"a": 1, "b": 1}
    for task in tasks:
        task.cancel()


async def test_nothing_is_lost_whatever_happens() -> None:
    """Random asking, ending and leaving: never too many, everybody has their turn, and nothing is kept."""
    for seed in range(40):
        choose = random.Random(seed)
        at_once = choose.randint(1, 6)
        turns = Turns(choose.choice([0.2, 0.5, 1.0]))
        office = Office(turns, source_of(at_once))
        tasks: list[asyncio.Task[None]] = []
        for _ in range(120):
            match choose.choice(["ask", "ask", "end", "leave", "both", "wait"]):
                case "ask":
                    tasks.append(office.ask(choose.choice("abc")))
                case "end" | "both" as what if serving := sorted(w for w, ends in office.ends.items() if ends):
                    who = choose.choice(serving)
                    office.ends[who].pop(choose.randrange(len(office.ends[who]))).set()
                    if what == "both":
                        # Whoever would be next leaves in the same moment.
                        await asyncio.sleep(0)
                        for task in choose.sample(tasks, min(3, len(tasks))):
                            task.cancel()
                case "leave" if tasks:
                    choose.choice(tasks).cancel()
                case _:
                    await asyncio.sleep(0)
            office.ends = {w: [e for e in ends if not e.is_set()] for w, ends in office.ends.items()}
            assert sum(office.now.values()) <= at_once
            assert all(count <= turns.most(office.source) for count in office.now.values())
        for _ in range(10_000):
            if all(task.done() for task in tasks):
                break
            for ends in office.ends.values():
                while ends:
                    ends.pop().set()
            await asyncio.sleep(0)
        assert all(task.done() for task in tasks), seed
        assert turns._shared == {}, seed


SLOW = """
tenant: {claim: org}
cubes:
  - name: slow
    sql: "SELECT 'a' AS org FROM (SELECT pg_sleep(0.8)) AS slept"
    tenant: org
    measures: [{name: count, type: count}]
  - name: quick
    sql: "SELECT 'b' AS org"
    tenant: org
    measures: [{name: count, type: count}]
"""


@pytest.mark.parametrize("share", ["50", "100"])
async def test_on_a_database_one_does_not_keep_others_waiting(served: Served, postgres: Server, share: str) -> None:
    place = {
        "CUBEJS_DB_TYPE": "postgres",
        "CUBEJS_DB_URL": postgres.create_database(f"turns_{share}"),
        "CUBEJS_DB_MAX_POOL": "2",
        "KUBUS_TENANT_SHARE": share,
    }
    async with served("", {"model.yml": SLOW}, **place) as project:

        async def quick(limit: int) -> Any:
            return await project.row(org="b", query={"measures": ["quick.count"], "limit": limit})

        await quick(1)
        tasks = [
            asyncio.ensure_future(project.row(org="a", query={"measures": ["slow.count"], "limit": n + 1}))
            for n in range(2)
        ]
        await asyncio.sleep(0.2)
        assert await quick(2) == ("1",)
        # With all of it for one, the other waits until a statement ends.
        assert any(task.done() for task in tasks) == (share != "50")
        assert await asyncio.gather(*tasks) == [("1",), ("1",)]
