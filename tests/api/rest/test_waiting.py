"""Waiting as long as the client does."""

import asyncio

import pytest
from starlette.requests import ClientDisconnect

from kubus.api.rest.waiting import while_client_waits
from kubus.errors import SourceError


async def never():
    await asyncio.Event().wait()


async def test_results_come_in_order_and_are_made_at_the_same_time():
    both_run = asyncio.Barrier(2)

    async def work(value):
        await both_run.wait()
        return value

    assert await asyncio.wait_for(while_client_waits([work(1), work(2)], never), 5) == [1, 2]


async def test_the_client_leaving_cancels_the_work():
    cancelled = asyncio.Event()

    async def work():
        try:
            await never()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    async def leaves():
        return {"type": "http.disconnect"}

    with pytest.raises(ClientDisconnect):
        await asyncio.wait_for(while_client_waits([work()], leaves), 5)
    assert cancelled.is_set()


async def test_the_first_failure_ends_the_rest():
    ended = asyncio.Event()

    async def fails():
        raise SourceError("no such table")

    async def runs():
        try:
            await never()
        finally:
            ended.set()

    with pytest.raises(SourceError):
        await asyncio.wait_for(while_client_waits([runs(), fails()], never), 5)
    assert ended.is_set()


async def test_the_rest_of_a_request_is_not_leaving():
    messages = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive():
        return messages.pop() if messages else await never()

    async def work():
        await asyncio.sleep(0.01)
        return 1

    assert await asyncio.wait_for(while_client_waits([work()], receive), 5) == [1]
