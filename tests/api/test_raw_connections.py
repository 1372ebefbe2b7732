"""What a client may send that no library would: the server refuses it, and goes on for everybody else."""

import asyncio
import contextlib
import json
from urllib.parse import quote

import pytest

from kubus.cli import protocol
from kubus.cli.protocol import answering_at_once
from tests.api.conftest import token
from tests.api.test_server import LOAD, served

COUNT = LOAD + quote(json.dumps({"measures": ["orders.count"]}))


def request(path: str = COUNT, *headers: str, method: str = "GET", body: str = "") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "host: kubus", f"authorization: {token()}", *headers, "", body]
    return "\r\n".join(lines).encode()


class Connection:
    """Bytes out, bytes in."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def to(cls, base: str) -> "Connection":
        return cls(*await asyncio.open_connection("127.0.0.1", int(base.rsplit(":", 1)[1])))

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def answer(self) -> tuple[int, bytes]:
        """Status and body of the next answer; status 0 if the connection was closed instead."""
        async with asyncio.timeout(10):
            try:
                head = await self.reader.readuntil(b"\r\n\r\n")
            except (asyncio.IncompleteReadError, ConnectionError):
                return 0, b""
            lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")]
            body = await self.reader.readexactly(int(lengths[0].split(b":")[1])) if lengths else b""
            return int(head.split()[1]), body


@pytest.fixture(params=[lambda app: "httptools", answering_at_once], ids=["uvicorn's own protocol", "ours"])
async def base(api, request):
    async with api() as (_, app), served(app, request.param(app)) as (base, _):
        yield base


async def still_answers(base: str) -> bool:
    connection = await Connection.to(base)
    connection.send(request())
    status, body = await connection.answer()
    return status == 200 and json.loads(body)["data"] == [{"orders.count": "4"}]


async def test_requests_one_after_the_other_without_waiting(base):
    connection = await Connection.to(base)
    users = LOAD + quote(json.dumps({"measures": ["users.count"]}))
    connection.send(request() + request(users) + request("/livez") + request())
    answers = [await connection.answer() for _ in range(4)]
    assert [status for status, _ in answers] == [200] * 4
    assert [json.loads(answers[i][1])["data"] for i in (0, 1, 3)] == [
        [{"orders.count": "4"}],
        [{"users.count": "2"}],
        [{"orders.count": "4"}],
    ]


async def test_a_body_in_chunks(base):
    connection = await Connection.to(base)
    body = json.dumps({"query": {"measures": ["orders.count"]}})
    chunks = "".join(f"{len(part):x}\r\n{part}\r\n" for part in (body[:7], body[7:])) + "0\r\n\r\n"
    headers = ("content-type: application/json", "transfer-encoding: chunked")
    connection.send(request("/cubejs-api/v1/load", *headers, method="POST", body=chunks))
    status, body = await connection.answer()
    assert (status, json.loads(body)["data"]) == (200, [{"orders.count": "4"}])


@pytest.mark.parametrize(
    "sent",
    [
        b"\0\1\2\3\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /livez HTTP/9.9\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nno colon\r\n\r\n",
        request("/cubejs-api/v1/load", "transfer-encoding: chunked", method="POST", body="zz\r\n{}\r\n0\r\n\r\n"),
        request(
            "/cubejs-api/v1/load", "transfer-encoding: chunked", "content-length: 3", method="POST", body="0\r\n\r\n"
        ),
        request("/cubejs-api/v1/load", "content-length: 3", "content-length: 30", method="POST", body="{}"),
        request("/cubejs-api/v1/load", "content-length: -1", method="POST", body="{}"),
    ],
    ids=["bytes", "no path", "version", "header", "chunk", "both lengths", "two lengths", "negative"],
)
async def test_what_is_no_http_is_refused(base, sent):
    connection = await Connection.to(base)
    connection.send(sent)
    status, body = await connection.answer()
    assert status in (0, 400), body
    assert b"orders" not in body
    assert await still_answers(base)


@pytest.mark.parametrize("header", ["x-any: " + "a" * 1_000_000, "authorization: " + "a" * 500_000])
async def test_headers_without_end_are_refused(base, header):
    connection = await Connection.to(base)
    connection.send(b"GET " + COUNT.encode() + b" HTTP/1.1\r\nhost: kubus\r\n" + header.encode() + b"\r\n\r\n")
    status, _ = await connection.answer()
    assert status in (0, 400, 403, 431)
    assert await still_answers(base)


@pytest.mark.parametrize("sent", [b"x-%d: " + b"a" * 1000 + b"\r\n", b"a" * 1000], ids=["many", "one that is long"])
async def test_a_head_is_not_kept_without_end(api, sent):
    """Nobody is asked for a token before the head of a request is whole: it must not fill the memory."""
    async with api() as (_, app), served(app, answering_at_once(app)) as (base, _):
        connection = await Connection.to(base)
        connection.send(b"GET /livez HTTP/1.1\r\nhost: kubus\r\nx-any: ")
        accepted = 0
        with contextlib.suppress(ConnectionError):
            while accepted < 10_000_000:
                connection.send(sent % accepted if b"%d" in sent else sent)
                await connection.writer.drain()
                await asyncio.sleep(0)
                accepted += len(sent)
        # What waits in the buffers of the connection on both sides is some megabytes at most.
        assert accepted < 10_000_000
        assert await still_answers(base)


async def test_a_head_that_never_ends_is_not_waited_for(api, monkeypatch):
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.2)
    async with api() as (_, app), served(app, answering_at_once(app)) as (base, _):
        silent, slow, kept = [await Connection.to(base) for _ in range(3)]
        slow.send(request()[:40])
        kept.send(request())
        assert (await kept.answer())[0] == 200
        # The time of the first request does not count for the second, which is cut off for its own.
        kept.send(request()[:40])
        for connection in (silent, slow, kept):
            assert (await connection.answer())[0] == 0
        assert await still_answers(base)


async def test_clients_that_never_finish_hinder_nobody(base):
    begun = request()[:40]
    slow = [await Connection.to(base) for _ in range(200)]
    for connection in slow:
        connection.send(begun)
    assert await still_answers(base)
    for connection in slow[:100]:
        connection.writer.close()
    # Who comes to the end after all is answered.
    slow[150].send(request()[40:])
    assert (await slow[150].answer())[0] == 200
    assert await still_answers(base)


async def test_a_client_that_leaves_within_its_body(base):
    connection = await Connection.to(base)
    connection.send(
        request(
            "/cubejs-api/v1/load", "content-type: application/json", "content-length: 900", method="POST", body='{"que'
        )
    )
    connection.writer.close()
    assert await still_answers(base)
