"""Refresh keys that the database is asked for: when, how often, and what of it decides about kept answers."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from types import MappingProxyType
from typing import Any

import duckdb
import pytest

from kubus.context import Caller, SecurityContext
from kubus.errors import BadClaim, ModelError
from kubus.events import RefreshKeyFailed, listen
from kubus.execution.answer import Answer, Asking, StillRunning
from kubus.execution.run import Runner
from kubus.library import SemanticLayer
from kubus.query.query import CacheMode
from kubus.sources.duckdb import DuckDBOptions, DuckDBSource
from kubus.sources.source import Rows
from kubus.sql.statement import Statement

MODEL = """
cubes:
  - name: orders
    sql_table: orders
    refresh_key: KEY
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: status, sql: status, type: string}
      - {name: created_at, sql: created_at, type: time}
    measures:
      - {name: count, type: count}
      - {name: before, type: number, multi_stage: true, sql: "{count}", time_shift: [{interval: 1 month, type: prior}]}
    joins: [{name: users, relationship: many_to_one, sql: "{CUBE}.user_id = {users}.id"}]
  - name: users
    sql_table: users
    refresh_key: {every: 1 hour}
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: city, sql: city, type: string}
"""
DATA = """
CREATE TABLE users (id INTEGER, city TEXT);
INSERT INTO users VALUES (1, 'Oslo'), (2, 'Rome');
CREATE TABLE orders (id INTEGER, user_id INTEGER, status TEXT, created_at TIMESTAMP);
INSERT INTO orders VALUES (1, 1, 'a', '2024-01-05'), (2, 2, 'b', '2024-02-05');
CREATE TABLE versions (v INTEGER, tenant TEXT);
INSERT INTO versions VALUES (1, 'red'), (1, 'blue');
"""
MINUTE = "{every: 1 minute, sql: SELECT max(v) AS newest FROM versions}"
COUNT: dict[str, Any] = {"measures": ["orders.count"]}
ORDER = "INSERT INTO orders VALUES (3, 1, 'a', '2024-02-06')"
VERSION = "UPDATE versions SET v = v + 1"


class Place:
    """A model over a database in memory, what the database was asked, and a clock that is moved by hand."""

    def __init__(self, key: str, model: str, wait: float = 60) -> None:
        self.now = 1_000_000.0
        self.asked: list[Statement] = []
        self.has_asked = asyncio.Event()
        self.held_back = ""
        self.let_go = asyncio.Event()
        self.connection = duckdb.connect()
        self.connection.execute(DATA)
        self.failed: list[RefreshKeyFailed] = []
        place = self

        class Database(DuckDBSource):
            async def rows(self, statement: Statement) -> Rows:
                place.asked.append(statement)
                place.has_asked.set()
                if place.held_back and place.held_back in statement.sql:
                    await place.let_go.wait()
                return await super().rows(statement)

        source = Database("default", DuckDBOptions(), self.connection)
        self.layer = SemanticLayer({"m.yml": model.replace("KEY", key)}, source)
        self.runner = Runner({"default": source}, clock=lambda: self.now, continue_wait=wait)

    def write(self, *statements: str) -> None:
        for statement in statements:
            self.connection.cursor().execute(statement)

    async def outcome(self, query: dict[str, Any], mode: CacheMode, asking: Asking, claims: dict[str, Any]) -> Any:
        caller = Caller(SecurityContext(MappingProxyType(claims)))
        job = self.layer.prepare(self.layer.normal(query), caller).job
        # As requests ask: at once from memory, else by running.
        fresh = self.runner.fresh(job, mode)
        return fresh or await self.runner.run(job, mode, asking)

    async def ask(
        self, query: dict[str, Any] = COUNT, mode: CacheMode = "stale-if-slow", **claims: Any
    ) -> tuple[Any, ...]:
        """The first value of the answer; with "slow" where it says so."""
        answer = await self.outcome(query, mode, Asking(), claims)
        assert isinstance(answer, Answer)
        return (answer.rows.values[0][0], "slow") if answer.slow else (answer.rows.values[0][0],)

    def count(self, text: str) -> int:
        """How many statements so far had this text in them."""
        return sum(text in statement.sql for statement in self.asked)

    async def asked_for(self, text: str, times: int = 1) -> None:
        """Wait until so many statements had this text in them."""
        while self.count(text) < times:
            self.has_asked.clear()
            await self.has_asked.wait()


Open = Callable[..., AbstractAsyncContextManager[Place]]


@pytest.fixture
def opened() -> Open:
    @asynccontextmanager
    async def open_place(key: str = MINUTE, model: str = MODEL, wait: float = 60) -> AsyncIterator[Place]:
        place = Place(key, model, wait)
        unheard = listen(place.failed.append, [RefreshKeyFailed])  # pyright: ignore[reportArgumentType]
        try:
            yield place
        finally:
            unheard()
            await place.runner.close()

    return open_place


async def test_an_answer_is_kept_while_its_key_is_the_same(opened: Open) -> None:
    async with opened() as place:
        assert await place.ask() == ("2",)
        place.write(ORDER)
        for _ in range(5):
            place.now += 50
            assert await place.ask() == ("2",)
        place.write(VERSION)
        place.now += 60
        assert await place.ask() == ("3",)
        assert place.count("orders") == 2


async def test_the_key_is_asked_at_most_once_in_its_interval(opened: Open) -> None:
    async with opened() as place:
        for _ in range(10):
            await place.ask()
            await place.ask({"measures": ["orders.count"], "dimensions": ["orders.status"]})
            place.now += 59.9 / 10
        assert place.count("versions") == 1
        place.now += 0.2
        await place.ask()
        assert place.count("versions") == 2


async def test_a_key_without_interval_holds_ten_seconds(opened: Open) -> None:
    async with opened("{sql: SELECT max(v) FROM versions}") as place:
        await place.ask()
        place.now += 9.9
        await place.ask()
        assert place.count("versions") == 1
        place.now += 0.1
        await place.ask()
        assert place.count("versions") == 2
        assert place.count("orders") == 1


async def test_the_key_is_asked_before_the_rows_are_read(opened: Open) -> None:
    """Rows that come while the statement runs must not be taken for part of its answer later."""
    async with opened() as place:
        place.held_back = '"orders"'
        first = asyncio.create_task(place.ask())
        await place.asked_for('"orders"')
        assert place.count("versions") == 1
        place.write(ORDER, VERSION)
        place.let_go.set()
        await first
        place.now += 60
        assert await place.ask() == ("3",)
        assert place.count('"orders"') == 2


async def test_requests_at_once_ask_once(opened: Open) -> None:
    async with opened() as place:
        by_status = {**COUNT, "dimensions": ["orders.status"]}
        await asyncio.gather(*(place.ask(query) for query in (COUNT, by_status) for _ in range(5)))
        assert place.count("versions") == 1
        assert place.count('"orders"') == 2


async def test_who_leaves_does_not_end_the_key_for_others(opened: Open) -> None:
    async with opened() as place:
        place.held_back = "versions"
        left = asyncio.create_task(place.ask())
        await place.asked_for("versions")
        stays = asyncio.create_task(place.ask({**COUNT, "dimensions": ["orders.status"]}))
        await asyncio.sleep(0)
        left.cancel()
        await asyncio.sleep(0)
        place.let_go.set()
        assert len(await stays) == 1
        assert place.count("versions") == 1


async def test_the_clock_of_another_cube_decides_too(opened: Open) -> None:
    """users has an interval of an hour: nothing of it is asked for, and it ends the answer."""
    query = {"measures": ["orders.count"], "dimensions": ["users.city"], "order": {"users.city": "asc"}}
    async with opened("{every: 1 day, sql: SELECT max(v) FROM versions}") as place:
        await place.ask(query)
        # The hour ends at 1,000,800.
        place.now += 799
        await place.ask(query)
        assert (place.count("versions"), place.count('"orders"')) == (1, 1)
        place.now += 1
        await place.ask(query)
        assert (place.count("versions"), place.count('"orders"')) == (1, 2)


async def test_the_time_of_an_answer_is_when_its_rows_were_read(opened: Open) -> None:
    async with opened() as place:
        first = await place.outcome(COUNT, "stale-if-slow", Asking(), {})
        place.now += 300
        asking = Asking()
        again = await place.outcome(COUNT, "stale-if-slow", asking, {})
        assert again.refreshed_at == first.refreshed_at
        assert again.refreshed_at.timestamp() == 1_000_000
        assert asking.came_by == "hit"
        place.write(VERSION)
        place.now += 60
        asking = Asking()
        assert (await place.outcome(COUNT, "must-revalidate", asking, {})).refreshed_at.timestamp() == place.now
        assert asking.came_by == "miss"


async def test_revalidating_asks_the_key_and_not_more(opened: Open) -> None:
    """As `renewQuery`: where the key is not due, or the same, there is nothing to renew."""
    async with opened() as place:
        assert await place.ask() == ("2",)
        place.write(ORDER)
        assert await place.ask(mode="must-revalidate") == ("2",)
        assert place.count("versions") == 1
        place.now += 60
        assert await place.ask(mode="must-revalidate") == ("2",)
        place.write(VERSION)
        place.now += 60
        assert await place.ask(mode="must-revalidate") == ("3",)
        assert (place.count("versions"), place.count('"orders"')) == (3, 2)


async def test_without_the_cache_no_key_is_asked(opened: Open) -> None:
    async with opened() as place:
        assert await place.ask(mode="no-cache") == ("2",)
        place.write(ORDER)
        assert await place.ask(mode="no-cache") == ("3",)
        assert place.count("versions") == 0
        # Kept, but nobody knows for which key: it is read again.
        place.write("DELETE FROM orders")
        assert await place.ask() == ("0",)
        assert (place.count("versions"), place.count('"orders"')) == (1, 3)
        # Where the key is known, what was read without the cache is kept for it.
        place.write(ORDER)
        assert await place.ask(mode="no-cache") == ("1",)
        assert await place.ask() == ("1",)
        assert (place.count("versions"), place.count('"orders"')) == (1, 4)


async def test_no_cache_does_not_join_who_only_checks(opened: Open) -> None:
    async with opened() as place:
        assert await place.ask() == ("2",)
        place.write(ORDER)
        place.now += 60
        place.held_back = "versions"
        checking = asyncio.create_task(place.ask())
        await place.asked_for("versions", 2)
        assert await place.ask(mode="no-cache") == ("3",)
        place.let_go.set()
        await checking


async def test_the_old_answer_is_given_at_once_and_renewed_behind(opened: Open) -> None:
    async with opened() as place:
        assert await place.ask() == ("2",)
        place.write(ORDER, VERSION)
        place.now += 60
        assert await place.ask(mode="stale-while-revalidate") == ("2",)
        await place.asked_for('"orders"', 2)
        assert await place.ask() == ("3",)


async def test_a_slow_key_gives_the_old_answer_which_says_so(opened: Open) -> None:
    async with opened(wait=0.05) as place:
        place.held_back = "versions"
        asking = Asking()
        assert isinstance(await place.outcome(COUNT, "stale-if-slow", asking, {}), StillRunning)
        place.let_go.set()
        # As clients do: they ask again until it is there.
        while isinstance(answer := await place.outcome(COUNT, "stale-if-slow", asking, {}), StillRunning):
            pass
        assert answer.rows.values == [("2",)]
        place.let_go.clear()
        place.now += 60
        assert await place.ask() == ("2", "slow")
        assert isinstance(await place.outcome(COUNT, "must-revalidate", asking, {}), StillRunning)
        place.let_go.set()


BROKEN = "{every: 1 minute, sql: SELECT max(v) FROM versions_of_tomorrow}"


async def test_a_key_that_fails_never_makes_an_answer_fresh(opened: Open) -> None:
    async with opened(BROKEN) as place:
        assert await place.ask() == ("2",)
        place.write(ORDER)
        asking = Asking()
        kept = await place.outcome(COUNT, "stale-if-slow", asking, {})
        assert (kept.rows.values, kept.slow, asking.came_by) == ([("2",)], True, "stale")
        assert kept.refreshed_at.timestamp() == 1_000_000
        assert "The refresh_key of cube 'orders' failed" in kept.refresh_keys[0].failure
        assert "versions_of_tomorrow" in kept.refresh_keys[0].failure
        # It was asked once, and is not asked again at once.
        assert [(one.cube, "versions_of_tomorrow" in one.message) for one in place.failed] == [("orders", True)]
        assert place.count("versions_of") == 1
        assert await place.ask(mode="must-revalidate") == ("3",)
        place.now += 10
        assert await place.ask() == ("3", "slow")
        assert place.count("versions_of") == 2
        place.now += 6 * 3600
        place.write("DELETE FROM orders")
        assert await place.ask() == ("0",)
        place.write("CREATE TABLE versions_of_tomorrow AS SELECT 1 AS v", ORDER)
        place.now += 10
        assert await place.ask() == ("1",)
        place.write("DELETE FROM orders")
        place.now += 600
        assert await place.ask() == ("1",)


async def test_an_answer_lives_a_day_at_most(opened: Open) -> None:
    async with opened() as place:
        assert await place.ask() == ("2",)
        place.write(ORDER)
        place.now += 24 * 3600 - 1
        assert await place.ask() == ("2",)
        place.now += 1
        assert await place.ask(mode="stale-while-revalidate") == ("3",)


async def test_callers_for_whom_the_sql_differs_have_keys_of_their_own(opened: Open) -> None:
    key = "{every: 1 minute, sql: \"SELECT max(v) FROM versions WHERE {SECURITY_CONTEXT.tenant.requiredFilter('tenant')}\"}"
    async with opened(key) as place:
        assert await place.ask(tenant="red") == ("2",)
        assert await place.ask(tenant="blue") == ("2",)
        keys = [statement for statement in place.asked if "versions" in statement.sql]
        assert [statement.parameters for statement in keys] == [("red",), ("blue",)]
        place.write(ORDER, "UPDATE versions SET v = 2 WHERE tenant = 'blue'")
        place.now += 60
        assert await place.ask(tenant="red") == ("2",)
        assert await place.ask(tenant="blue") == ("3",)
        with pytest.raises(BadClaim, match="Filter for tenant is required"):
            await place.ask()


async def test_the_conditions_of_the_query_are_in_the_key(opened: Open) -> None:
    key = (
        '{every: 1 minute, sql: "SELECT max(id) FROM orders AS keyed'
        " WHERE {FILTER_PARAMS.orders.created_at.filter('created_at')}\"}"
    )
    january = {
        **COUNT,
        "timeDimensions": [{"dimension": "orders.created_at", "dateRange": ["2024-01-01", "2024-01-31"]}],
    }
    async with opened(key) as place:
        assert await place.ask(january) == ("1",)
        assert await place.ask() == ("2",)
        place.write(ORDER, "DELETE FROM orders WHERE id = 1")
        place.now += 60
        # The newest of January is gone, and there is a newer one.
        assert await place.ask(january) == ("0",)
        assert await place.ask() == ("2",)
        place.write("INSERT INTO orders VALUES (0, 1, 'a', '2024-02-07')")
        place.now += 60
        # The key does not tell of this one, and the key is what decides.
        assert await place.ask() == ("2",)
        keys = [statement for statement in place.asked if "keyed" in statement.sql]
        assert {statement.parameters for statement in keys} == {
            ("2024-01-01T00:00:00.000Z", "2024-02-01T00:00:00.000Z"),
            (),
        }


async def test_a_shifted_measure_has_keys_of_both_times(opened: Open) -> None:
    """The lower stage reads January: a new order there must be seen, though the query asks for February."""
    key = (
        '{every: 1 minute, sql: "SELECT count(*) FROM orders AS keyed'
        " WHERE {FILTER_PARAMS.orders.created_at.filter('created_at')}\"}"
    )
    february = {
        "measures": ["orders.before"],
        "timeDimensions": [{"dimension": "orders.created_at", "dateRange": ["2024-02-01", "2024-02-29"]}],
    }
    async with opened(key) as place:
        assert await place.ask(february) == ("1",)
        place.write("INSERT INTO orders VALUES (4, 1, 'a', '2024-01-07')")
        place.now += 60
        assert await place.ask(february) == ("2",)


async def test_two_models_share_no_answer_that_is_kept_for_another_key(opened: Open) -> None:
    async with opened() as place:
        other = Place("{every: 1 minute, sql: SELECT min(v) FROM versions}", MODEL)
        caller = Caller(SecurityContext(MappingProxyType({})))
        mine = place.layer.prepare(place.layer.normal(COUNT), caller).job
        others = other.layer.prepare(other.layer.normal(COUNT), caller).job
        assert mine.statement == others.statement
        assert mine.key != others.key
        await other.runner.close()


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("{sql: DROP TABLE versions}", "has to be a SELECT"),
        ("{sql: SELECT max(v) FROM (SELECT 1}", "SQL cannot be parsed"),
        ("{sql: 'SELECT max({CUBE}.v) FROM versions'}", "The sql of the refresh_key of cube 'orders' uses {CUBE}"),
        ("{sql: 'SELECT max(v) FROM {nothing.sql()}'}", "Most likely this type of syntax isn't supported yet"),
        ("{sql: SELECT max(v) FROM versions; SELECT 1}", "This is not one statement"),
        ("{sql: SELECT 1, every: 1 month}", "does not match"),
        ("{sql: SELECT 1, every: '0 * * * *'}", "does not go with sql"),
    ],
)
def test_what_no_key_can_be_is_an_error_of_the_model(key: str, why: str) -> None:
    layer = SemanticLayer({"m.yml": MODEL.replace("KEY", key)}, duckdb_source())
    with pytest.raises(ModelError) as error:
        _ = layer.model
    assert why in str(error.value)
    assert [problem.line for problem in error.value.problems] == [5]


def duckdb_source() -> DuckDBSource:
    return DuckDBSource("default", DuckDBOptions(), duckdb.connect())


async def test_a_key_may_read_the_query_of_a_cube_and_is_inherited(opened: Open) -> None:
    model = MODEL + "  - {name: late, extends: orders}\n  - {name: versions, sql: SELECT v AS number FROM versions}\n"
    async with opened("{every: 1 minute, sql: 'SELECT max(number) FROM {versions.sql()} AS q'}", model) as place:
        assert await place.ask({"measures": ["late.count"]}) == ("2",)
        assert place.count("versions") == 1
        await place.ask()
        assert place.count("FROM versions") == 1
