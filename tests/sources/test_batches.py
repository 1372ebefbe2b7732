"""Rows in batches: the same rows, in bounded memory, ended when nobody reads on."""

import asyncio
import tracemalloc
from contextlib import aclosing

import pytest

from kubus.errors import SourceError
from tests.sources.statements import statement

MANY = 100_000
NUMBERS = "SELECT CAST(g AS VARCHAR) AS c0, g * 1.5 AS c1 FROM generate_series(1, {}) AS t(g)"
# Far behind what DuckDB makes ahead of its reader.
FAILS_AT = 900_000
FAILS = f"SELECT 7 / ({FAILS_AT} - g) AS c0 FROM generate_series(1, 1000000) AS t(g)"
ENDLESS = "SELECT a.g + b.g AS c0 FROM generate_series(1, 1000000) AS a(g), generate_series(1, 1000000) AS b(g)"


async def collected(source, asked):
    return [row async for batch in source.batches(asked) for row in batch]


@pytest.mark.parametrize("count", [0, 1, 1_999, 2_000, 2_001, 6_500])
async def test_batches_hold_the_rows_in_their_order(source, count):
    asked = statement(NUMBERS.format(count), width=2)
    assert await collected(source, asked) == list((await source.rows(asked)).values)


async def test_parameters_are_bound(source):
    asked = statement("SELECT CAST($1 AS VARCHAR) AS c0", "it's")
    assert await collected(source, asked) == [("it's",)]


async def test_values_are_those_of_the_wire(source):
    sql = "SELECT TIMESTAMP '2024-01-31 10:11:12.9999' AS c0, CAST('1e15' AS DOUBLE PRECISION) AS c1, NULL AS c2"
    assert await collected(source, statement(sql, width=3)) == [("2024-01-31T10:11:12.999", "1000000000000000", None)]


async def test_a_statement_that_is_wrong_fails_before_the_first_batch(source):
    with pytest.raises(SourceError, match="nowhere"):
        await collected(source, statement("SELECT a AS c0 FROM nowhere"))


async def test_a_failure_midway_is_raised(empty):
    # Only PostgreSQL refuses to divide by nothing; DuckDB is given a text that is no number.
    sql = FAILS
    if empty.dialect == "duckdb":
        sql = FAILS.replace("7 / (900000 - g)", "CAST(CASE g WHEN 900000 THEN 'x' ELSE '1' END AS INTEGER)")
    seen = 0
    with pytest.raises(SourceError):  # noqa: PT012 - the rows that came before are counted
        async for batch in empty.batches(statement(sql)):
            seen += len(batch)
    assert 0 < seen < FAILS_AT
    assert await collected(empty, statement("SELECT 1 AS c0")) == [("1",)]


async def test_who_reads_no_further_ends_the_statement(source):
    for _ in range(8):
        async with asyncio.timeout(10):
            async with aclosing(source.batches(statement(ENDLESS))) as batches:
                assert len(await anext(batches)) == 2_000
    # More than there are connections: each was given back.
    assert await collected(source, statement("SELECT 1 AS c0")) == [("1",)]


async def test_who_is_cancelled_while_waiting_ends_the_statement(source):
    waits = statement(f"SELECT count(*) AS c0 FROM ({ENDLESS}) AS t WHERE c0 % 7 = 9")
    for _ in range(8):
        asking = asyncio.create_task(collected(source, waits))
        await asyncio.sleep(0.05)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
    async with asyncio.timeout(10):
        assert await collected(source, statement("SELECT 1 AS c0")) == [("1",)]


async def test_other_statements_run_while_batches_are_read_slowly(source):
    async with aclosing(source.batches(statement(NUMBERS.format(MANY), width=2))) as first:
        async with aclosing(source.batches(statement(NUMBERS.format(MANY), width=2))) as second:
            await anext(first)
            await anext(second)
            async with asyncio.timeout(5):
                assert await collected(source, statement("SELECT 1 AS c0")) == [("1",)]


async def test_memory_does_not_grow_with_the_rows(source):
    async def peak(count):
        tracemalloc.start()
        try:
            seen = 0
            async for batch in source.batches(statement(NUMBERS.format(count), width=2)):
                seen += len(batch)
            assert seen == count
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert await peak(MANY) < 4_000_000
