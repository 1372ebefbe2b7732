"""Replies that are sent while their rows are read.

They are sent in chunks, without a length and an ETag, which nobody knows before the end. When the database fails
midway, the connection is closed without the last chunk, so that no client takes what it has for the whole.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from starlette.types import Receive, Send

from kubus.api.rest.reply import Reply
from kubus.api.rest.waiting import while_client_waits
from kubus.errors import NotAudited, SourceError

# How many seconds a client may take for a piece before it is given up: it holds a connection to the database.
SLOWEST_PIECE = 60.0


class Truncated(Exception):
    """A reply could not be sent to its end. Raised out of the application, so that its server cuts the connection."""


async def send_long(send: Send, receive: Receive, method: str, reply: Reply, pieces: AsyncGenerator[bytes]) -> int:
    """Send a reply whose body comes in pieces; gives the number of bytes sent.

    Raises:
        ClientDisconnect: the client left; the statement was cancelled.
        Truncated: the database failed, the end could not be recorded, or the client did not read.
    """
    async with aclosing(pieces):
        await send({"type": "http.response.start", "status": reply.status, "headers": long_headers(reply)})
        if method == "HEAD":
            await send({"type": "http.response.body", "body": b""})
            return 0
        (length,) = await while_client_waits([send_pieces(send, pieces)], receive)
    return length


def long_headers(reply: Reply) -> list[tuple[bytes, bytes]]:
    return [(b"content-type", reply.content_type), *reply.headers]


async def send_pieces(send: Send, pieces: AsyncGenerator[bytes]) -> int:
    length = 0
    try:
        async for piece in pieces:
            length += len(piece)
            async with asyncio.timeout(SLOWEST_PIECE):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
    except (SourceError, NotAudited, TimeoutError) as error:
        raise Truncated(f"after {length} bytes: {error}") from error
    await send({"type": "http.response.body", "body": b""})
    return length
