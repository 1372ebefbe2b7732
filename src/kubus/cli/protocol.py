"""uvicorn's HTTP/1.1, with a shorter way for answers that only have to be looked up.

A task, an event and two messages for each request cost several times what looking up does. So the application is asked
first whether it has the answer at hand; if so it is written at once, else the request goes its ordinary way through
ASGI, with the same outcome.

Nobody is asked for a token before the head of a request is whole, so its size and the time for it are bounded here.
"""

import asyncio
from typing import Protocol as Interface
from typing import cast

from starlette.types import Receive, Scope, Send
from uvicorn._types import ASGI3Application  # pyright: ignore[reportPrivateUsage] - the type of what is overridden
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from kubus.api.rest.reply import Whole

# What may stand before a body, in bytes, beside the piece in which it begins. Whoever sends more is cut off, for
# all of it would have to be kept.
LONGEST_HEAD = 64 * 1024

# How long a client may take to send the head of a request, counted from its first byte, or from connecting.
HEAD_SECONDS = 30.0

TOO_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class Application(Interface):
    """ASGI, and can be asked whether it has an answer at hand: `Api.answer_now` says how."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None: ...
    def answer_now(self, scope: Scope) -> Whole | None: ...


def answering_at_once(application: Application) -> type[asyncio.Protocol]:
    """The protocol of a server of this application."""

    class Protocol(HttpToolsProtocol):
        head_bytes = 0
        patience: asyncio.TimerHandle | None = None
        last_answer = 0.0
        idle: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] - as uvicorn does
            super().connection_made(transport)
            self.patience = self.loop.call_later(HEAD_SECONDS, transport.close)

        def connection_lost(self, exc: Exception | None) -> None:
            self.head_is_whole()
            if self.idle is not None:
                self.idle.cancel()
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            before = self.scope
            super().data_received(data)
            # A message has a scope from its first byte, and a method in it once its head is whole.
            if self.scope is None or "method" in self.scope:  # pyright: ignore[reportUnnecessaryComparison] - None before the first message
                self.head_is_whole()
                return
            if self.scope is before:
                self.head_bytes += len(data)
            else:
                # It begins somewhere in this piece, in which others may have ended.
                self.head_is_whole()
            if self.patience is None:
                self.patience = self.loop.call_later(HEAD_SECONDS, self.transport.close)
            if self.head_bytes > LONGEST_HEAD:
                self.transport.write(TOO_LONG)
                self.transport.close()

        def head_is_whole(self) -> None:
            self.head_bytes = 0
            if self.patience is not None:
                self.patience.cancel()
                self.patience = None

        def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
            # Not for a client that does not read, nor for one that wants the connection closed. Where requests wait
            # for this one, uvicorn begins the next from within: each would stand on the stack of the one before.
            if cycle.keep_alive and not self.flow.write_paused and not self.pipeline:
                answer = application.answer_now(cast("Scope", cycle.scope))
                if answer is not None:
                    self.transport.write(response(cycle.default_headers, answer))
                    cycle.response_started = cycle.response_complete = True
                    self.server_state.total_requests += 1
                    self.stay()
                    return
            super()._start_asgi_task(cycle, app)

        def stay(self) -> None:
            """Let the connection be open for as long as uvicorn lets an idle one be.

            One timer for many answers: setting and cancelling one for each takes as long as looking it up.
            """
            self.last_answer = self.loop.time()
            if self.idle is None:
                self.idle = self.loop.call_later(self.timeout_keep_alive, self.look_whether_idle)

        def look_whether_idle(self) -> None:
            self.idle = None
            if (
                self.patience is not None
                or not self.cycle.response_complete
                or self.timeout_keep_alive_task is not None
            ):
                # A request is on its way, or uvicorn has set a timer of its own since.
                return
            left = self.last_answer + self.timeout_keep_alive - self.loop.time()
            if left > 0:
                self.idle = self.loop.call_later(left, self.look_whether_idle)
            else:
                self.timeout_keep_alive_handler()

    return Protocol


def response(default: list[tuple[bytes, bytes]], answer: Whole) -> bytes:
    """Everything that is sent, in one piece: each piece costs a call of the system, and wakes the client."""
    lines = [b"%s: %s\r\n" % header for header in (*default, *answer.headers)]
    return b"".join((STATUS_LINE[200], *lines, b"\r\n", answer.body))
