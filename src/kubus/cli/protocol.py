"""uvicorn's HTTP/1.1, with a shorter way for answers that only have to be looked up.

A task, an event and two messages for each request cost several times what looking up does. So the application is asked
first whether it has the answer at hand; if so it is written at once, else the request goes its ordinary way through
ASGI, with the same outcome.
"""

import asyncio
from typing import cast

from starlette.types import Scope
from uvicorn._types import ASGI3Application  # pyright: ignore[reportPrivateUsage] - the type of what is overridden
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from kubus.api.app import Api
from kubus.api.rest.reply import Whole


def answering_at_once(api: Api) -> type[asyncio.Protocol]:
    """The protocol of a server of `api`."""

    class Protocol(HttpToolsProtocol):
        def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
            # Not for a client that does not read, nor for one that wants the connection closed. Where requests wait
            # for this one, uvicorn begins the next from within: each would stand on the stack of the one before.
            if cycle.keep_alive and not self.flow.write_paused and not self.pipeline:
                answer = api.answer_now(cast("Scope", cycle.scope))
                if answer is not None:
                    self.transport.write(response(cycle.default_headers, answer))
                    cycle.response_started = cycle.response_complete = True
                    cycle.on_response()
                    return
            super()._start_asgi_task(cycle, app)

    return Protocol


def response(default: list[tuple[bytes, bytes]], answer: Whole) -> bytes:
    """Everything that is sent, in one piece: each piece costs a call of the system, and wakes the client."""
    lines = [b"%s: %s\r\n" % header for header in (*default, *answer.headers)]
    return b"".join((STATUS_LINE[200], *lines, b"\r\n", answer.body))
