"""Which connections a statement runs on, where tenants have places of their own."""

from dataclasses import replace
from typing import Any

import pytest

from kubus.errors import Forbidden, SourceError, SourceTimeout
from kubus.execution.compartment import NO_COMPARTMENT, Compartment
from kubus.execution.pools import IDLE_SECONDS, Pools
from kubus.model.tenancy import Place
from kubus.sources.source import Rows
from kubus.sql.statement import Statement

PLAIN = Statement("SELECT 1", (), (), "default")
SCHEMA = replace(PLAIN, place=Place("schema", "red"))
SOURCE = replace(PLAIN, data_source="of_red", place=Place("data_source", "of_red"))
FURNISHED = Compartment("red", True)


class Source:
    """A source with databases, and one schema."""

    dialect = db_type = "duckdb"

    def __init__(self, name: str) -> None:
        self.name = name
        self.asked: list[Statement] = []
        self.opened: list[str] = []
        self.is_closed = False
        self.databases = {"red"}
        self.failure: Exception | None = None

    def in_database(self, name: str) -> "Source":
        self.opened.append(name)
        return Source(f"{self.name}/{name}")

    async def has_database(self, name: str) -> bool:
        if self.failure is not None:
            raise self.failure
        return name in self.databases

    async def rows(self, statement: Statement) -> Rows:
        if self.failure is not None:
            raise self.failure
        self.asked.append(statement)
        return Rows(("one",), ((1,),) if statement.parameters == ("red",) else ())

    async def close(self) -> None:
        self.is_closed = True


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def database(name: str, source: str = "default") -> Statement:
    return replace(PLAIN, data_source=source, place=Place("database", name))


def pools(clock: Clock | None = None, most: int = 200) -> tuple[Pools, dict[str, Any]]:
    sources: dict[str, Any] = {name: Source(name) for name in ("default", "other", "of_red")}
    return Pools(sources, most=most, clock=clock or Clock()), sources


async def test_what_has_no_place_and_what_has_a_schema_runs_on_the_source_that_all_share() -> None:
    made, sources = pools()
    own: Any = Source("own")
    made.furnish("red", {"default": own})
    for statement in (PLAIN, SCHEMA):
        assert await made.of(statement) is sources["default"]
        assert await made.of(replace(statement, data_source="other")) is sources["other"]
        assert await made.of(statement, FURNISHED) is own
    assert sources["default"].opened == []


async def test_a_data_source_of_a_tenant_is_asked_as_it_is() -> None:
    made, sources = pools()
    assert await made.of(SOURCE) is sources["of_red"]
    assert sources["of_red"].opened == []


async def test_each_database_of_each_source_is_opened_once() -> None:
    made, sources = pools()
    red, blue = await made.of(database("red")), await made.of(database("blue"))
    elsewhere = await made.of(database("red", "other"))
    assert [one.name for one in (red, blue, elsewhere)] == ["default/red", "default/blue", "other/red"]  # pyright: ignore[reportAttributeAccessIssue]
    assert await made.of(database("red")) is red
    assert await made.of(database("blue")) is blue
    assert await made.of(database("red", "other")) is elsewhere
    assert (sources["default"].opened, sources["other"].opened) == (["red", "blue"], ["red"])
    await made.close()
    assert all(one.is_closed for one in (red, blue, elsewhere, *sources.values()))  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize("statement", [SOURCE, database("red")])
async def test_a_hook_and_the_model_do_not_both_say_where(statement: Statement) -> None:
    made, sources = pools()
    made.furnish("red", sources)
    with pytest.raises(Forbidden, match="and so does driver_factory"):
        await made.of(statement, FURNISHED)
    assert sources["default"].opened == []


async def test_the_database_that_was_asked_for_longest_ago_makes_room() -> None:
    clock = Clock()
    made, _ = pools(clock, most=2)
    red: Any = await made.of(database("red"))
    clock.now += IDLE_SECONDS
    blue: Any = await made.of(database("blue"))
    # There is room for both, however long ago it was asked for.
    assert not red.is_closed
    clock.now += IDLE_SECONDS
    assert await made.of(database("red")) is red
    green: Any = await made.of(database("green"))
    assert (red.is_closed, blue.is_closed, green.is_closed) == (False, True, False)
    assert await made.of(database("red")) is red
    # One that was given up is opened again.
    again: Any = await made.of(database("blue"))
    assert again is not blue
    assert not again.is_closed


async def test_what_was_asked_for_a_moment_ago_or_is_asked_now_makes_no_room() -> None:
    clock = Clock()
    made, _ = pools(clock, most=1)
    red: Any = await made.of(database("red"))
    clock.now += IDLE_SECONDS - 0.5
    blue: Any = await made.of(database("blue"))
    assert not red.is_closed
    clock.now += 0.5
    with made.in_use(red), made.in_use(red):
        pass
    with made.in_use(red):
        with made.in_use(red):
            pass
        green: Any = await made.of(database("green"))
        assert not red.is_closed
    clock.now += IDLE_SECONDS
    with made.in_use(red):
        await made.of(database("black"))
        assert [one.is_closed for one in (red, blue, green)] == [False, True, True]
    assert await made.of(database("red")) is red


def test_whose_connections_are_shared() -> None:
    made, _ = pools()
    bare = Compartment("red")
    assert [made.is_shared(one, bare) for one in (PLAIN, SCHEMA, SOURCE, database("red"))] == [True, True, False, False]
    assert not any(made.is_shared(one, FURNISHED) for one in (PLAIN, SCHEMA, SOURCE, database("red")))


async def test_sources_of_a_compartment_are_given_up_when_nothing_runs_there() -> None:
    made, sources = pools()
    own, second, others = Source("own"), Source("second"), Source("others")
    made.furnish("red", {"default": own, "other": second})  # pyright: ignore[reportArgumentType]
    made.furnish("blue", {"default": others})  # pyright: ignore[reportArgumentType]
    with made.in_use(second):  # pyright: ignore[reportArgumentType]
        assert not await made.clear_out("red")
        assert made.is_furnished("red")
        assert not own.is_closed
    assert await made.clear_out("red")
    assert own.is_closed
    assert second.is_closed
    assert not others.is_closed
    with pytest.raises(SourceError, match="were given up"):
        made.source("default", FURNISHED)
    # What is not there is given up at once.
    assert await made.clear_out("red")
    assert await made.clear_out("nobody")
    await made.close()
    assert others.is_closed
    assert all(one.is_closed for one in sources.values())


async def test_after_a_failure_a_place_that_is_not_there_is_told_and_not_named() -> None:
    made, sources = pools()
    for there in (PLAIN, SOURCE, SCHEMA, database("red")):
        await made.check_place(there, NO_COMPARTMENT)
    (asked,) = sources["default"].asked
    assert "information_schema.schemata" in asked.sql
    assert (asked.parameters, asked.columns, asked.data_source) == (("red",), (), "default")
    for kind, missing in (
        ("database", database("secret_name")),
        ("schema", replace(PLAIN, place=Place("schema", "secret_name"))),
    ):
        with pytest.raises(Forbidden) as refused:
            await made.check_place(missing, NO_COMPARTMENT)
        assert str(refused.value) == f"There is no data for your tenant: its {kind} is not there"
    # A source that does not answer says nothing of the place.
    sources["default"].failure = SourceTimeout("it is slow")
    for unknown in (SCHEMA, database("secret_name")):
        await made.check_place(unknown, NO_COMPARTMENT)


async def test_the_place_is_looked_for_where_the_statement_ran() -> None:
    made, sources = pools()
    own: Any = Source("own")
    made.furnish("red", {"default": own})
    await made.check_place(SCHEMA, FURNISHED)
    assert len(own.asked) == 1
    assert sources["default"].asked == []
