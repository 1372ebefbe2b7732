"""Async functions of a model, called from where nothing can be awaited."""

from collections.abc import Awaitable
from contextlib import ExitStack
from typing import Any, Self

import anyio
from anyio.from_thread import BlockingPortal, start_blocking_portal

# How long one call may take; what it awaits is cancelled then.
MAX_SECONDS = 120.0


class Awaited:
    """Runs what is awaited in an event loop of its own, in a thread that is started when it is first needed.

    The caller may itself be in an event loop, which waits meanwhile: a model is compiled as one step.
    """

    def __init__(self) -> None:
        self._closing = ExitStack()
        self._portal: BlockingPortal | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def result(self, awaitable: Awaitable[Any]) -> Any:
        """What it comes to. Raises what it raises, and TimeoutError after two minutes."""
        if self._portal is None:
            self._portal = self._closing.enter_context(start_blocking_portal())
        return self._portal.call(within, awaitable)


async def within(awaitable: Awaitable[Any]) -> Any:
    try:
        with anyio.fail_after(MAX_SECONDS):
            return await awaitable
    except TimeoutError as error:
        # A time-out of the function's own keeps its words.
        raise error if str(error) else TimeoutError(f"took longer than {MAX_SECONDS:.0f} seconds") from error
