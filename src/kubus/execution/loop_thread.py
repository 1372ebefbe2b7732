"""An event loop in a thread of its own, for programs that have none."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import Future
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")


class LoopThread:
    """Runs coroutines for callers of any thread. The thread does not keep the process from ending."""

    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name=name, daemon=True)
        self._thread.start()

    def soon(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """What comes of a coroutine; to cancel it cancels the coroutine."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def call(self, work: Coroutine[Any, Any, T]) -> T:
        """What a coroutine gives, waited for. Not to be called from the loop itself."""
        future = self.soon(work)
        try:
            return future.result()
        except BaseException:
            # Whoever was interrupted waits no longer.
            future.cancel()
            raise

    def close(self) -> None:
        """End the loop and its thread. What still runs is not waited for."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
