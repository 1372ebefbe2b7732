"""Queries in flight: counted for each role, and given back however they end."""

import asyncio

import pytest

from kubus.errors import SourceTimeout, TooManyQueries
from kubus.execution.in_flight import InFlight, too_long
from kubus.model.access import Limits


async def test_as_many_as_may_and_no_more():
    counted = InFlight()
    two = Limits(running=2)
    async with counted.within(two, "role"), counted.within(two, "role"):
        with pytest.raises(TooManyQueries, match="2 queries"):
            async with counted.within(two, "role"):
                pytest.fail("one too many")
        async with counted.within(two, "another role"), counted.within(Limits(running=3), "role"):
            pass
    async with counted.within(two, "role"), counted.within(two, "role"):
        pass


async def test_none_may_run():
    with pytest.raises(TooManyQueries):
        async with InFlight().within(Limits(running=0), "role"):
            pytest.fail("none may")


async def test_without_a_limit_any_number_runs():
    counted = InFlight()
    for _ in range(3):
        async with counted.within(Limits(), "role"):
            pass
    async with counted.within(Limits(), "role"), counted.within(Limits(), "role"):
        pass


async def test_what_failed_or_was_cancelled_counts_no_more():
    counted, one = InFlight(), Limits(running=1)
    with pytest.raises(LookupError):
        async with counted.within(one, "role"):
            raise LookupError
    waiting = asyncio.create_task(forever(counted, one))
    await asyncio.sleep(0)
    with pytest.raises(TooManyQueries):
        async with counted.within(one, "role"):
            pytest.fail("the other runs")
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    async with counted.within(one, "role"):
        pass


async def forever(counted: InFlight, limits: Limits) -> None:
    async with counted.within(limits, "role"):
        await asyncio.sleep(60)


async def test_what_takes_too_long_is_ended():
    counted, brief = InFlight(), Limits(seconds=0.01, running=1)
    with pytest.raises(SourceTimeout, match=r"0\.01 seconds"):
        async with counted.within(brief, "role"):
            await asyncio.sleep(60)
    async with counted.within(brief, "role"):
        pass


def test_the_refusal_says_how_long():
    assert "2.5 seconds" in str(too_long(Limits(seconds=2.5)))
