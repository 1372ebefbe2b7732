"""What identifies an answer: everything that was sent to the database to make it, and whose it is."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from kubus.errors import MemberError, SourceError
from kubus.execution.answer import Answer, Asking
from kubus.execution.compartment import Compartment
from kubus.execution.pools import Pools
from kubus.execution.run import Job, Runner, tagged, way_of
from kubus.model.refresh_key import RefreshInterval
from kubus.model.tenancy import Place
from kubus.sources.source import Rows
from kubus.sql.statement import RefreshKey, Statement

STATEMENT = Statement("SELECT ?", ("a",), (), "default")
COUNT = Statement("SELECT count(*) WHERE ?", ("a",), (), "default")
INTERVALS = (RefreshInterval(10.0),)
JOB = Job(STATEMENT, COUNT, INTERVALS, Compartment("red", tenant="red"))
RED_PLACE = Place("database", "red")
CHANGE = RefreshKey("orders", Statement("SELECT max(v)", (), (), "default"), 10.0)

OTHERS: dict[str, Job] = {
    "other SQL": Job(replace(STATEMENT, sql="SELECT ? + 1"), COUNT, INTERVALS, JOB.compartment),
    "other values": Job(replace(STATEMENT, parameters=("b",)), COUNT, INTERVALS, JOB.compartment),
    "other database": Job(replace(STATEMENT, data_source="other"), COUNT, INTERVALS, JOB.compartment),
    "no total": Job(STATEMENT, None, INTERVALS, JOB.compartment),
    "other SQL of the total": Job(STATEMENT, replace(COUNT, sql="SELECT 1"), INTERVALS, JOB.compartment),
    "other values of the total": Job(STATEMENT, replace(COUNT, parameters=("b",)), INTERVALS, JOB.compartment),
    "kept for other times": Job(STATEMENT, COUNT, (RefreshInterval(60.0),), JOB.compartment),
    "other compartment": Job(STATEMENT, COUNT, INTERVALS, Compartment("blue", tenant="red")),
    "other tenant": Job(STATEMENT, COUNT, INTERVALS, Compartment("red", tenant="blue")),
    "connections of its own": Job(STATEMENT, COUNT, INTERVALS, Compartment("red", True, "red")),
    "the place of a tenant": Job(replace(STATEMENT, place=RED_PLACE), COUNT, INTERVALS, JOB.compartment),
    "the place of another": Job(
        replace(STATEMENT, place=replace(RED_PLACE, name="blue")), COUNT, INTERVALS, JOB.compartment
    ),
    "kept by a key of the database": Job(STATEMENT, COUNT, INTERVALS, JOB.compartment, (CHANGE,)),
    "kept by another": Job(STATEMENT, COUNT, INTERVALS, JOB.compartment, (replace(CHANGE, seconds=20.0),)),
    "nobody's": Job(STATEMENT, COUNT, INTERVALS),
}


@pytest.mark.parametrize("name", OTHERS)
def test_whatever_makes_another_answer_makes_another_key(name: str) -> None:
    assert OTHERS[name].key != JOB.key


def test_equal_jobs_have_one_key() -> None:
    assert (
        Job(replace(STATEMENT), replace(COUNT), (RefreshInterval(10.0),), Compartment("red", tenant="red")).key
        == JOB.key
    )
    assert len({job.key for job in (JOB, *OTHERS.values())}) == 1 + len(OTHERS)


def test_a_tag_is_for_the_database_and_no_part_of_the_key() -> None:
    one = tagged(JOB, "who=anna")
    assert one.key == JOB.key
    assert one.count is not None
    assert (one.statement.tag, one.count.tag) == ("who=anna", "who=anna")
    assert (one.statement, one.count, one.compartment) == (STATEMENT, COUNT, JOB.compartment)
    assert tagged(JOB, "") is JOB
    assert tagged(OTHERS["no total"], "x").count is None


def test_a_tag_is_told_to_the_keys_of_the_database_too() -> None:
    job = OTHERS["kept by a key of the database"]
    (key,) = tagged(job, "who=anna").refresh_keys
    assert (key, key.statement.tag) == (CHANGE, "who=anna")
    assert tagged(job, "who=anna").key == job.key


def test_which_jobs_ask_the_database_whether_anything_changed() -> None:
    asks = OTHERS["kept by a key of the database"]
    modes = ("stale-if-slow", "stale-while-revalidate", "must-revalidate", "no-cache")
    assert [way_of(JOB, mode) for mode in modes] == ["run"] * 4
    assert [way_of(asks, mode) for mode in modes] == ["check or keep", "check or keep", "check", "run"]


class Source:
    """Answers with its own name, and notes what it is asked."""

    dialect = db_type = "duckdb"

    def __init__(self, name: str) -> None:
        self.name = name
        self.asked: list[Statement] = []
        self.is_closed = False

    async def rows(self, statement: Statement) -> Rows:
        self.asked.append(statement)
        return Rows(("name",), ((self.name,) if statement.sql != COUNT.sql else (7,),))

    async def close(self) -> None:
        self.is_closed = True


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def runner(clock: Clock | None = None, **sources: Any) -> Runner:
    return Runner({"default": Source("shared"), **sources}, clock=clock or Clock())


def named(answer: object) -> object:
    assert isinstance(answer, Answer)
    return answer.rows.values[0][0]


async def test_a_furnished_compartment_never_asks_the_sources_of_all() -> None:
    shared, own = Source("shared"), Source("red's own")
    pools = Pools({"default": shared})
    one = Runner(pools, clock=Clock())
    red, bare = Compartment("red", True), Compartment("red")
    with pytest.raises(SourceError, match="given up"):
        pools.source("default", red)
    pools.furnish("red", {"default": own})
    assert pools.is_furnished("red")
    assert not pools.is_furnished("blue")
    assert pools.source("default", red) is own
    assert pools.source("default", bare) is pools.source("default") is shared
    with pytest.raises(MemberError, match="The other data source is missing"):
        pools.source("other", red)
    with pytest.raises(SourceError):
        pools.source("default", Compartment("blue", True))
    assert pools.is_shared(STATEMENT, bare)
    assert not pools.is_shared(STATEMENT, red)
    for compartment, name in ((red, "red's own"), (bare, "shared"), (Compartment("blue"), "shared")):
        assert named(await one.run(Job(STATEMENT, None, INTERVALS, compartment), "stale-if-slow", Asking())) == name
    assert await pools.clear_out("red")
    assert own.is_closed
    assert not pools.is_furnished("red")
    await one.close()


async def test_what_is_kept_is_given_to_equal_jobs_alone() -> None:
    clock = Clock()
    one = runner(clock, other=Source("other"))
    first, asking = Asking(), Asking()
    answer = await one.run(JOB, "stale-if-slow", first)
    assert first.came_by == "miss"
    for name, job in OTHERS.items():
        assert one.fresh(job, "stale-if-slow") is None or job.compartment.furnished, name
    assert one.fresh(JOB, "stale-if-slow") is answer
    assert one.fresh(JOB, "must-revalidate") is answer
    assert one.fresh(JOB, "no-cache") is None
    assert await one.run(JOB, "stale-if-slow", asking) is answer
    assert asking.came_by == "hit"
    assert isinstance(answer, Answer)
    assert (answer.total, answer.data_source, answer.db_type) == (7, "default", "duckdb")
    assert answer.refreshed_at == datetime.fromtimestamp(1_000, UTC)
    await one.close()


async def test_an_answer_is_fresh_for_its_span_to_the_second() -> None:
    clock = Clock()
    one = runner(clock)
    answer = await one.run(JOB, "stale-if-slow", Asking())
    for now, is_fresh in ((1_009.9, True), (1_010.0, False), (999.9, False), (1_000.0, True)):
        clock.now = now
        assert (one.fresh(JOB, "stale-if-slow") is answer) is is_fresh
    clock.now = 1_010.0
    again = await one.run(JOB, "stale-if-slow", Asking())
    assert again is not answer
    await one.close()


class Reluctant(Source):
    """A source whose first statement takes a while to end, once it is cancelled."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.begun = asyncio.Event()

    async def rows(self, statement: Statement) -> Rows:
        rows = await super().rows(statement)
        self.begun.set()
        if len(self.asked) == 1:
            try:
                await asyncio.sleep(60)
            finally:
                await asyncio.sleep(0.05)
        return rows


@pytest.mark.parametrize("pause", [0, 0.02])
async def test_who_asks_the_same_right_after_somebody_left_is_answered(pause: float) -> None:
    """A page that is drawn again leaves its request and asks the same: it must not wait for what is being cancelled."""
    source = Reluctant("shared")
    run = runner(default=source)
    job = replace(JOB, count=None)
    left = asyncio.create_task(run.run(job, "stale-if-slow", Asking()))
    await source.begun.wait()
    left.cancel()
    await asyncio.sleep(pause)
    assert named(await run.run(job, "stale-if-slow", Asking())) == "shared"
    assert len(source.asked) == 2
    with pytest.raises(asyncio.CancelledError):
        await left
    # What ends late takes nothing away that was begun since.
    await asyncio.sleep(0.1)
    assert run.fresh(job, "stale-if-slow") is not None
    await run.close()


async def test_a_job_that_nobody_came_back_for_is_begun_anew() -> None:
    source = Reluctant("shared")
    run = runner(default=source)
    job = replace(JOB, count=None)
    left = asyncio.create_task(run.run(job, "stale-if-slow", Asking()))
    await source.begun.wait()
    (running,) = run._running.values()  # pyright: ignore[reportPrivateUsage]
    running.waiting -= 1
    run.give_up(job)
    assert named(await run.run(job, "stale-if-slow", Asking())) == "shared"
    left.cancel()
    await run.close()
