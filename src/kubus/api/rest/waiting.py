"""Waiting for answers as long as the client does."""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect
from starlette.types import Receive

T = TypeVar("T")


async def while_client_waits(work: Sequence[Awaitable[T]], receive: Receive) -> list[T]:
    """The results of all the work, done at the same time, in order.

    The first failure ends the rest and is raised. So does the client's leaving: what is still running is cancelled.
    The body of the request has to be read before.

    Raises:
        ClientDisconnect: the client left first.
    """
    tasks = [asyncio.ensure_future(part) for part in work]
    leaving = asyncio.ensure_future(client_leaves(receive))
    try:
        pending: set[asyncio.Future[T]] = set(tasks)
        while pending:
            await asyncio.wait({*pending, leaving}, return_when=asyncio.FIRST_COMPLETED)
            for task in [task for task in pending if task.done()]:
                pending.remove(task)
                task.result()
            if pending and leaving.done():
                raise ClientDisconnect
        return [task.result() for task in tasks]
    finally:
        everything: list[asyncio.Future[Any]] = [*tasks, leaving]
        for task in everything:
            task.cancel()
        # Cancelled is not ended: what a task holds is given back before its request is over.
        await asyncio.gather(*everything, return_exceptions=True)


async def client_leaves(receive: Receive) -> None:
    """Returns when the client has closed the connection."""
    while (await receive())["type"] != "http.disconnect":
        pass
