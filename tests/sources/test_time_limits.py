"""Statements that take too long, or that nobody waits for any more, on both databases."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from kubus.errors import SourceError, SourceTimeout
from tests.sources.statements import statement

# Minutes on any machine.
ENDLESS = {
    "duckdb": "SELECT count(*) AS n FROM range(1000000) a(x), range(1000000) b(y) WHERE x + y < 0",
    "postgres": "SELECT count(*) AS n FROM generate_series(1, 1000000) a(x), generate_series(1, 1000000) b(y) WHERE x + y < 0",
}
ONE = statement("SELECT 1 AS a")


def endless(source):
    return statement(ENDLESS[source.db_type])


async def test_a_statement_that_takes_longer_than_the_limit_ends_there(source):
    with pytest.raises(SourceTimeout, match=r"^Query execution timeout after 2 s$"):
        await source.rows(endless(source))
    assert (await source.rows(ONE)).values == [("1",)]


async def test_many_that_take_too_long_leave_every_connection_free(source):
    late = await asyncio.gather(*(source.rows(endless(source)) for _ in range(4)), return_exceptions=True)
    assert all(isinstance(one, SourceError) for one in late), late
    answers = await asyncio.wait_for(asyncio.gather(*(source.rows(ONE) for _ in range(20))), 5)
    assert len(answers) == 20


async def test_who_is_cancelled_ends_the_statement_and_no_other(source):
    asking = asyncio.create_task(source.rows(endless(source)))
    await asyncio.sleep(0.3)
    assert (await source.rows(ONE)).values == [("1",)]
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert (await source.rows(ONE)).values == [("1",)]


async def test_postgres_runs_nothing_that_nobody_waits_for(source, request):
    if source.db_type != "postgres":
        pytest.skip("DuckDB has no list of what it runs: the test above sees its threads free")
    asking = asyncio.create_task(source.rows(endless(source)))
    await asyncio.sleep(0.3)
    running = statement(
        "SELECT count(*) AS n FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%1000000) b(y)%' "
        "AND pid <> pg_backend_pid()",
    )
    assert (await source.rows(running)).values == [("1",)]
    asking.cancel()
    for _ in range(100):
        if (await source.rows(running)).values == [("0",)]:
            break
        await asyncio.sleep(0.02)
    else:
        raise AssertionError("the statement still runs")


async def test_closing_ends_what_runs(options, opened):
    source = opened(replace(options, timeout=timedelta(minutes=10)))
    asking = asyncio.create_task(source.rows(endless(source)))
    await asyncio.sleep(0.3)
    await asyncio.wait_for(source.close(), 5)
    with pytest.raises(SourceError):
        await asyncio.wait_for(asking, 5)
    with pytest.raises(SourceError):
        await source.rows(ONE)
