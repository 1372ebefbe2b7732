"""Calling the project's functions: in time, off the event loop where they block, and denying where they fail."""

import asyncio
import inspect
import threading
import traceback
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

from kubus.errors import AuthError, Forbidden, HookError
from kubus.events import HookFailed, emit

T = TypeVar("T")

# So many plain functions run at once; further ones wait, within their time.
MOST_THREADS = 64

# What a host may tell callers on purpose.
TOLD = (AuthError, Forbidden)


class HookCalls:
    """Calls hooks of one project.

    An async hook runs on the event loop, which it must not block. A plain one runs in a thread of its own, so that it
    may; one that never ends keeps its thread, and no request waits for it longer than its time.
    """

    def __init__(self) -> None:
        self._threads = asyncio.Semaphore(MOST_THREADS)

    async def call(
        self,
        name: str,
        hook: Callable[..., Any],
        *arguments: object,
        seconds: float,
        request_id: str = "",
        check: Callable[[Any], T] | None = None,
    ) -> T:
        """What a hook gives, made into what it has to be by `check`.

        Raises:
            Forbidden, AuthError: the hook raised it.
            HookError: it failed, took longer than `seconds`, or gave something else than it has to.
        """
        limit = asyncio.timeout(seconds)
        try:
            async with limit:
                value = await self._called(hook, arguments)
            return cast("T", value) if check is None else check(value)
        except TOLD:
            raise
        except HookError as error:
            emit(HookFailed(name, request_id, str(error)))
            raise
        except Exception as error:
            reason = f"It took longer than {seconds:g} s" if limit.expired() else traceback.format_exc()
            emit(HookFailed(name, request_id, reason))
            raise HookError("Internal server error") from error

    async def _called(self, hook: Callable[..., Any], arguments: tuple[object, ...]) -> object:
        if inspect.iscoroutinefunction(hook) or inspect.iscoroutinefunction(getattr(hook, "__call__", None)):  # noqa: B004 - an object whose call is async
            return await not_ending(hook(*arguments))
        value = await self._in_thread(hook, arguments)
        # A plain function may give what has to be awaited.
        return await not_ending(cast("Awaitable[object]", value)) if inspect.isawaitable(value) else value

    async def _in_thread(self, hook: Callable[..., Any], arguments: tuple[object, ...]) -> object:
        """The result of a plain function.

        Its thread is a daemon: one that hangs must not keep the process from ending.
        """
        await self._threads.acquire()
        loop = asyncio.get_running_loop()
        done: asyncio.Future[object] = loop.create_future()

        def settle(value: object, error: BaseException | None) -> None:
            self._threads.release()
            if done.done():
                # Nobody waits for it any more.
                return
            if error is None:
                done.set_result(value)
            else:
                done.set_exception(error)

        def work() -> None:
            value: object = None
            failed: BaseException | None = None
            try:
                value = hook(*arguments)
            except StopIteration as error:
                # No future takes it.
                failed = RuntimeError(f"StopIteration: {error}")
            except BaseException as error:
                # Told to the one who waits, SystemExit too.
                failed = error if isinstance(error, Exception) else RuntimeError(f"{type(error).__name__}: {error}")
            if not loop.is_closed():
                loop.call_soon_threadsafe(settle, value, failed)

        threading.Thread(target=work, name="kubus-hook", daemon=True).start()
        return await done


async def not_ending(work: Awaitable[object]) -> object:
    """What an async hook gives. One that ends the process, as it takes the program for its own, fails instead."""
    try:
        return await work
    except (SystemExit, KeyboardInterrupt) as error:
        raise RuntimeError(f"{type(error).__name__}: {error}") from error
