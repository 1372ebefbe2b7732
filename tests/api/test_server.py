"""The API behind a real server: what only a connection shows."""

import asyncio
import json
import socket
from contextlib import asynccontextmanager
from urllib.parse import quote

import httpx
import uvicorn

from tests.api.conftest import token

LOAD = "/cubejs-api/v1/load?query="


@asynccontextmanager
async def served(app, http="httptools"):
    """The base URL of a server of the application, and the server; `http` is its protocol."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(app, http=http, log_level="critical", lifespan="off", timeout_graceful_shutdown=20)
    )
    running = asyncio.create_task(server.serve(sockets=[listener]))
    await until(lambda: server.started)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", server
    finally:
        server.should_exit = True
        await running


async def until(condition) -> None:
    """Wait for up to ten seconds, looking often."""
    for _ in range(5000):
        if condition():
            return
        await asyncio.sleep(0.002)
    raise AssertionError("it did not come about")


def load_url(query) -> str:
    return LOAD + quote(json.dumps(query))


async def test_the_client_leaving_ends_its_statement(api):
    async with api() as (_, app), served(app) as (base, _):
        async with httpx.AsyncClient(base_url=base, headers={"authorization": token()}) as client:
            slow = load_url({"dimensions": ["numbers.slow"], "limit": 1})
            asking = asyncio.create_task(client.get(slow))
            await until(lambda: app._layer._runner._running)
            asking.cancel()
            await until(lambda: not app._layer._runner._running)
            # The database is free again for others.
            answer = await client.get(load_url({"measures": ["orders.count"]}))
            assert answer.json()["data"] == [{"orders.count": "4"}]


async def test_a_stopping_server_finishes_what_runs(api):
    async with api() as (_, app), served(app) as (base, server):
        async with httpx.AsyncClient(base_url=base, headers={"authorization": token()}, timeout=30) as client:
            takes_a_while = load_url({"dimensions": ["numbers.text"], "measures": [], "limit": 50_000})
            asking = asyncio.create_task(client.get(takes_a_while))
            await until(lambda: app._layer._runner._running)
            server.should_exit = True
            answer = await asking
    assert len(answer.json()["data"]) == 50_000


async def test_what_a_connection_carries(api):
    async with api() as (_, app), served(app) as (base, _):
        async with httpx.AsyncClient(base_url=base, headers={"authorization": token()}) as client:
            url = load_url({"measures": ["orders.count"]})
            first = await client.get(url)
            held = await client.get(url, headers={"if-none-match": first.headers["etag"]})
            head = await client.head(url)
            preflight = await client.options(url)
            many = await client.get(load_url({"dimensions": ["numbers.n", "numbers.text"], "limit": 50_000}))
            again = await client.get(url)
    assert (held.status_code, held.content) == (304, b"")
    assert (head.status_code, head.content) == (200, b"")
    assert preflight.status_code == 204
    assert len(many.content) > 2_000_000
    assert int(many.headers["content-length"]) == len(many.content)
    assert again.content == first.content
