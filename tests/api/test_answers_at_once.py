"""Answers that only have to be looked up: written at once, and nobody can tell, except by the clock."""

import asyncio
import json
import time
from contextlib import asynccontextmanager
from types import SimpleNamespace
from urllib.parse import quote

import pytest
import uvicorn
from uvicorn.server import ServerState

from kubus.cli.protocol import answering_at_once
from tests.api.conftest import token
from tests.api.test_raw_connections import COUNT, Connection
from tests.api.test_server import LOAD, served

USERS = LOAD + quote(json.dumps({"measures": ["users.count"]}))
SQL = "/cubejs-api/v1/sql?query=" + quote(json.dumps({"measures": ["orders.count"]}))
META = "/cubejs-api/v1/meta"

# One for all: which token is known is the matter here.
TOKEN = token()


def request(path=COUNT, *headers, method="GET", token=TOKEN):
    return "\r\n".join(
        [f"{method} {path} HTTP/1.1", "host: kubus", f"authorization: {token}", *headers, "", ""]
    ).encode()


@asynccontextmanager
async def both(api, **options):
    """Connections to two servers of one application, uvicorn's protocol and ours, and what ours answered at once."""
    async with api(**options) as (_, app):
        at_once = []
        ask = app.answer_now

        def watched(scope):
            found = ask(scope)
            at_once.append(found is not None)
            return found

        async with served(app) as (plain, _), served(app, answering_at_once(app)) as (ours, _):
            connections = (await Connection.to(plain), await Connection.to(ours))
            app.answer_now = watched
            yield connections, at_once


async def whole(connection, sent):
    """Status, headers without the clock, body."""
    connection.send(sent)
    head = await connection.reader.readuntil(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    headers = sorted(line for line in lines[1:] if not line.lower().startswith((b"date:", b"server-timing:")))
    length = next((int(line.split(b":")[1]) for line in headers if line.startswith(b"content-length")), 0)
    body = b"" if sent.startswith(b"HEAD") else await connection.reader.readexactly(length)
    return lines[0].split(b" ")[1], headers, body


@pytest.mark.parametrize("path", [COUNT, SQL, META], ids=["load", "sql", "meta"])
async def test_the_same_bytes_on_both_ways(api, path):
    async with both(api) as ((plain, ours), at_once):
        first = await whole(plain, request(path))
        at_once.clear()
        assert await whole(ours, request(path)) == first
        assert at_once == [True]
        assert first[0] == b"200"


async def test_headers_of_the_configuration_are_there(api):
    async with both(api, cache_control="private, max-age=5") as ((plain, ours), at_once):
        first = await whole(plain, request())
        at_once.clear()
        again = await whole(ours, request())
        assert again == first
        assert at_once == [True]
        assert b"cache-control: private, max-age=5" in again[1]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (request(token=TOKEN[:-2]), b"403"),
        (request().replace(b"authorization", b"x-other"), b"403"),
        (request(COUNT, "if-none-match: *"), b"304"),
        (request(method="HEAD"), b"200"),
        (request(LOAD + quote(json.dumps({"measures": ["orders.nothing"]}))), b"400"),
        (request(COUNT + "&cache=no-cache"), b"200"),
    ],
    ids=["other token", "no token", "unchanged", "head", "other query", "not from memory"],
)
async def test_everything_else_takes_the_long_way(api, sent, status):
    async with both(api) as ((_, ours), at_once):
        for _ in range(2):
            await whole(ours, request())
        at_once.clear()
        assert (await whole(ours, sent))[0] == status
        assert True not in at_once


async def test_a_token_that_expired_is_no_longer_known(api):
    async with both(api) as ((_, ours), at_once):
        short = request(token=token(exp=int(time.time()) + 2))
        assert [(await whole(ours, short))[0] for _ in range(2)] == [b"200", b"200"]
        assert at_once[-1] is True
        await asyncio.sleep(2.1)
        answer = await whole(ours, short)
        assert answer[0] == b"403"
        assert b"orders" not in answer[2]


async def test_a_connection_that_the_client_wants_closed_is(api):
    async with both(api) as ((_, ours), _):
        await whole(ours, request())
        assert (await whole(ours, request(COUNT, "connection: close")))[0] == b"200"
        assert await ours.reader.read() == b""


async def test_a_server_that_stops_answers_nothing_from_memory(api):
    async with api() as (_, app), served(app, answering_at_once(app)) as (base, _):
        connection = await Connection.to(base)
        await whole(connection, request())
        app.draining = True
        assert (await whole(connection, request()))[0] == b"503"


async def test_requests_one_after_the_other_known_and_unknown(api):
    async with both(api) as ((_, ours), at_once):
        await whole(ours, request())
        at_once.clear()
        ours.send(request() + request(USERS) + request() * 3)
        answers = [json.loads((await ours.answer())[1])["data"] for _ in range(5)]
        assert answers == [[{"orders.count": "4"}], [{"users.count": "2"}], *[[{"orders.count": "4"}]] * 3]
        assert at_once.count(True) == 4


async def test_a_thousand_known_requests_in_one_piece(api):
    async with both(api) as ((_, ours), _):
        await whole(ours, request())
        # The first takes its time, and all others wait behind it.
        ours.send(request(COUNT + "&cache=no-cache") + request() * 1000)
        for _ in range(1001):
            status, body = await ours.answer()
            assert (status, json.loads(body)["data"]) == (200, [{"orders.count": "4"}])


async def test_a_client_that_does_not_read_does_not_fill_the_memory(api):
    """Once the connection is full, requests wait in it instead of being answered."""
    async with both(api) as ((_, ours), at_once):
        await whole(ours, request(META))
        at_once.clear()
        ours.send(request(META) * 20_000)
        before = -1
        while before < len(at_once):
            before = len(at_once)
            await asyncio.sleep(0.2)
        assert at_once.count(True) < 20_000
        for _ in range(20_000):
            assert (await ours.answer())[0] == 200


class Loop:
    """A loop whose clock is moved by hand."""

    def __init__(self):
        self.now = 0.0
        self.timers = []

    def time(self):
        return self.now

    def call_later(self, seconds, call):
        timer = SimpleNamespace(at=self.now + seconds, call=call, set=True)
        timer.cancel = lambda: setattr(timer, "set", False)
        self.timers.append(timer)
        return timer

    def pass_time(self, seconds):
        self.now += seconds
        for timer in [timer for timer in self.timers if timer.set and timer.at <= self.now]:
            timer.set = False
            timer.call()


async def test_an_idle_connection_is_closed_by_one_timer_for_many_answers(api):
    async with api() as (client, app):
        await client.get(COUNT, headers={"authorization": TOKEN})
        config = uvicorn.Config(app, lifespan="off", timeout_keep_alive=5)
        config.load()
        loop, closed, written = Loop(), [], []
        transport = SimpleNamespace(
            write=written.append,
            close=lambda: closed.append(loop.now),
            is_closing=lambda: bool(closed),
            get_extra_info=lambda name, default=None: None,
        )
        protocol = answering_at_once(app)(config=config, server_state=ServerState(), app_state={}, _loop=loop)
        protocol.connection_made(transport)
        for _ in range(20):
            protocol.data_received(request())
            loop.pass_time(1)
        assert len(written) == 20
        # One for the head of the first request, and one in five seconds.
        assert len(loop.timers) <= 6
        assert protocol.server_state.total_requests == 20
        loop.pass_time(3.9)
        assert not closed
        # A head has begun: what it may take is bounded elsewhere.
        protocol.data_received(request()[:40])
        loop.pass_time(2)
        assert not closed
        protocol.data_received(request()[40:])
        assert len(written) == 21
        loop.pass_time(4.9)
        assert not closed
        loop.pass_time(5)
        assert closed == [loop.now]
        protocol.connection_lost(None)
        assert not any(timer.set for timer in loop.timers)
