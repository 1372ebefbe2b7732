"""Work that is done once for all who ask for it meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypeVar, cast

T = TypeVar("T")


class Once:
    """What is under way, each by a key, and what it is wanted for."""

    def __init__(self) -> None:
        self._under_way: dict[object, tuple[object, asyncio.Task[Any]]] = {}

    async def of(self, key: object, work: Callable[[], Awaitable[T]], wanting: object = None) -> T:
        """What work gives, done once for all who ask for it meanwhile. Who gives up does not end it for the others."""
        running = self._under_way.get(key)
        if running is None:
            task: asyncio.Task[Any] = asyncio.ensure_future(cast("Any", work()))
            running = self._under_way[key] = (wanting, task)
            task.add_done_callback(partial(self._ended, key))
        return await asyncio.shield(running[1])

    def running(self, key: object) -> tuple[object, asyncio.Task[Any]] | None:
        """What is wanted of the work that is under way, and the work; None if there is none."""
        return self._under_way.get(key)

    def cancel(self) -> None:
        """End all that is under way."""
        for _, task in list(self._under_way.values()):
            task.cancel()

    def _ended(self, key: object, task: asyncio.Task[Any]) -> None:
        self._under_way.pop(key, None)
        if not task.cancelled():
            # Everybody may have left before a failure: then nobody is to be told of it.
            task.exception()
