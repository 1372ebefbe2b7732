"""Replies, and how they are sent: headers, ETags, 304, HEAD, and long bodies in pieces."""

from collections.abc import AsyncGenerator, Sequence
from hashlib import blake2b
from typing import NamedTuple

import msgspec
from starlette.types import Send

JSON = b"application/json; charset=utf-8"
HTML = b"text/html; charset=utf-8"

# Longer bodies are sent in pieces of this size.
LONG = 1024 * 1024

Header = tuple[bytes, bytes]


class Reply(NamedTuple):
    """An answer to a request. `parts` make up the body; `headers` come on top of its type, length and ETag.
    The body of a long reply comes in `pieces` instead, which have to be read or closed.

    A tuple, since one is made for every request, in a third of the time that a frozen dataclass takes.
    """

    status: int
    parts: Sequence[bytes]
    content_type: bytes = JSON
    etag: bytes | None = None
    headers: tuple[Header, ...] = ()
    pieces: AsyncGenerator[bytes] | None = None

    @property
    def length(self) -> int:
        """Bytes in the body."""
        return sum(map(len, self.parts))


class Warm(NamedTuple):
    """A JSON answer that was given before: its body, its ETag, and the headers of this time."""

    body: bytes
    etag: bytes
    headers: tuple[Header, ...] = ()


def warm(reply: Reply) -> Warm | None:
    """A reply that is given again. None if it is not such as can be: it has no ETag."""
    return None if reply.etag is None else Warm(b"".join(reply.parts), reply.etag, reply.headers)


class Whole(NamedTuple):
    """An answer of status 200, ready to be sent: all of its headers, and its body."""

    headers: list[Header]
    body: bytes


def whole(warm: Warm, more: tuple[Header, ...]) -> Whole:
    """The answer with all of its headers, `more` of them at the end."""
    headers = [
        (b"content-type", JSON),
        (b"content-length", b"%d" % len(warm.body)),
        (b"etag", warm.etag),
        *warm.headers,
        *more,
    ]
    return Whole(headers, warm.body)


async def send_whole(send: Send, answer: Whole) -> None:
    """Send it."""
    await send({"type": "http.response.start", "status": 200, "headers": answer.headers})
    await send({"type": "http.response.body", "body": answer.body})


def json_reply(value: object, status: int = 200, headers: tuple[Header, ...] = ()) -> Reply:
    """A reply with this value as its JSON body."""
    return Reply(status, (msgspec.json.encode(value),), headers=headers)


def html_reply(page: str, status: int = 200) -> Reply:
    """A reply with a page that loads nothing and runs nothing."""
    headers = (
        (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'"),
        (b"x-content-type-options", b"nosniff"),
    )
    return Reply(status, (page.encode(),), HTML, headers=headers)


def weak_etag(parts: Sequence[bytes]) -> bytes:
    """A weak ETag: the length of the body in hex, and a hash of it."""
    digest = blake2b(digest_size=15)
    length = 0
    for part in parts:
        digest.update(part)
        length += len(part)
    return b'W/"%x-%s"' % (length, digest.hexdigest().encode())


def matches(if_none_match: bytes, etag: bytes) -> bool:
    """Whether the client holds this very body. Compares weakly, as RFC 9110 section 13.1.2 says."""
    bare = etag.removeprefix(b"W/")
    candidates = (candidate.strip() for candidate in if_none_match.split(b","))
    return any(candidate == b"*" or candidate.removeprefix(b"W/") == bare for candidate in candidates)


def settled(method: str, if_none_match: bytes | None, reply: Reply) -> Reply:
    """The reply to a request of this method, with its ETag; of status 304 if the client has the body."""
    if reply.pieces is not None:
        return reply
    etag = reply.etag or weak_etag(reply.parts)
    is_read = method in ("GET", "HEAD")
    if if_none_match is not None and is_read and reply.status == 200 and matches(if_none_match, etag):
        return reply._replace(status=304, etag=etag)
    return reply._replace(etag=etag) if reply.etag is None else reply


async def send_reply(send: Send, method: str, reply: Reply) -> None:
    """Send a settled reply to a request of this method."""
    etag = reply.etag or weak_etag(reply.parts)
    if reply.status == 304:
        unchanged = [(b"etag", etag), *reply.headers]
        await send({"type": "http.response.start", "status": 304, "headers": unchanged})
        await send({"type": "http.response.body", "body": b""})
        return
    length = reply.length
    headers = [
        (b"content-type", reply.content_type),
        (b"content-length", b"%d" % length),
        (b"etag", etag),
        *reply.headers,
    ]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    if method == "HEAD":
        await send({"type": "http.response.body", "body": b""})
        return
    if length <= LONG:
        await send({"type": "http.response.body", "body": b"".join(reply.parts)})
        return
    for part in reply.parts:
        for start in range(0, len(part), LONG):
            piece = part if len(part) <= LONG else part[start : start + LONG]
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def send_preflight(send: Send, headers: list[Header]) -> None:
    """The answer to every OPTIONS request: a browser asks what it may send."""
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
