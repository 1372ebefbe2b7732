"""Answers that are too large to be kept: sent while they are read, and the same bytes as if they were not."""

import asyncio
import http.client
import json
import re
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx
import pytest

from kubus.events import StatementFailed, StatementFinished, listen
from kubus.execution import run
from tests.api.conftest import MODEL, token
from tests.api.test_server import load_url, served, until

# Nothing larger than a few rows is kept, so that every answer of more than 10,000 rows may be long.
SMALL = {"cache_bytes": 80_000}

ROWS = {"dimensions": ["numbers.n", "numbers.text"], "limit": 50_000, "order": {"numbers.n": "asc"}}
TIMES = """
      - name: fails_late
        sql: "CAST(CASE {CUBE}.n WHEN 900000 THEN 'x' ELSE '7' END AS INTEGER)"
        type: number
"""
LONGER = MODEL.replace("range(50000)", "range(1000000)") + TIMES


@contextmanager
def heard(kind):
    """The events of this kind, as they come."""
    events = []
    end = listen(events.append, [kind])
    try:
        yield events
    finally:
        end()


def body_of(answer):
    """The body without the time at which it was read."""
    return re.sub(rb'"lastRefreshTime":"[^"]*"', b"", answer.content)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"responseFormat": "compact"},
        {"responseFormat": "columnar"},
        {"total": True, "limit": 20_000},
        {"offset": 49_995},
        {"filters": [{"member": "numbers.n", "operator": "lt", "values": ["0"]}]},
        {"filters": [{"member": "numbers.n", "operator": "lt", "values": ["2000"]}]},
        {"filters": [{"member": "numbers.n", "operator": "lt", "values": ["2001"]}]},
    ],
)
@pytest.mark.parametrize("multi", [False, True])
async def test_the_bytes_are_the_same(api, more, multi):
    query = ROWS | more
    url = load_url(query) + ("&queryType=multi" if multi else "")
    found = []
    for options in (SMALL, {"cache_bytes": 2**32}):
        async with api(layer_options=options) as (_, app), served(app) as (base, _):
            async with httpx.AsyncClient(base_url=base, headers={"authorization": token()}) as client:
                found.append(await client.get(url))
    long, short = found
    assert long.status_code == short.status_code == 200
    assert body_of(long) == body_of(short)
    assert "etag" in short.headers
    is_long = len(short.content) > 10_000 and query.get("responseFormat") != "columnar"
    assert ("content-length" not in long.headers) == is_long
    assert ("etag" not in long.headers) == is_long
    assert long.headers["content-type"] == short.headers["content-type"]


async def test_a_total_of_all_rows(api):
    async with api(layer_options=SMALL) as (client, _):
        answer = (await client.get(load_url(ROWS | {"total": True, "limit": 20_000}))).json()
    assert (len(answer["data"]), answer["total"]) == (20_000, 50_000)


async def test_what_may_be_stored_is_said_of_long_answers_too(api):
    async with api(layer_options=SMALL, cache_control="private, max-age=5") as (client, _):
        answer = await client.get(load_url(ROWS))
    assert answer.headers["cache-control"] == "private, max-age=5"
    assert answer.headers["vary"] == "Authorization"
    assert "database;dur=" in answer.headers["server-timing"]


async def test_equal_requests_at_once_each_get_all_rows(api):
    async with api(layer_options=SMALL) as (_, app), served(app) as (base, _):
        async with httpx.AsyncClient(base_url=base, headers={"authorization": token()}, timeout=60) as client:
            answers = await asyncio.gather(*(client.get(load_url(ROWS)) for _ in range(6)))
    assert {body_of(answer) for answer in answers} == {body_of(answers[0])}
    assert len(answers[0].json()["data"]) == 50_000


async def test_no_token_no_byte(api):
    async with api(layer_options=SMALL) as (_, app), served(app) as (base, _):
        async with httpx.AsyncClient(base_url=base) as client:
            answer = await client.get(load_url(ROWS))
    assert answer.status_code == 403
    assert b"text" not in answer.content


async def test_a_failure_before_the_first_byte_is_an_error(api):
    async with api(layer_options=SMALL) as (_, app), served(app) as (base, _):
        async with httpx.AsyncClient(base_url=base, headers={"authorization": token()}) as client:
            answer = await client.get(load_url({"dimensions": ["numbers.broken"], "limit": 50_000}))
    assert answer.status_code == 400
    assert "cannot work with" in answer.json()["error"]


async def test_a_failure_midway_cuts_the_connection(api):
    query = {"dimensions": ["numbers.n", "numbers.fails_late"], "limit": 1_000_000, "order": []}
    with heard(StatementFailed) as failures:
        async with api(LONGER, SMALL, max_limit=1_000_000) as (_, app), served(app) as (base, _):
            async with httpx.AsyncClient(base_url=base, headers={"authorization": token()}) as client:
                received = bytearray()
                with pytest.raises(httpx.RemoteProtocolError):  # noqa: PT012 - what came before is looked at
                    async with client.stream("GET", load_url(query)) as answer:
                        assert answer.status_code == 200
                        async for piece in answer.aiter_bytes():
                            received += piece
                assert len(received) > 100_000
                with pytest.raises(ValueError, match="line 1 column"):
                    json.loads(received)
                # Others are served as before.
                count = await client.get(load_url({"measures": ["orders.count"]}))
    assert count.json()["data"] == [{"orders.count": "4"}]
    assert len(failures) == 1


async def test_the_client_leaving_midway_ends_the_statement(api):
    query = {"dimensions": ["numbers.n", "numbers.text"], "limit": 1_000_000}
    with heard(StatementFinished) as finished:
        async with api(LONGER, SMALL, max_limit=1_000_000) as (_, app), served(app) as (base, _):
            source = app._layer._runner.pools.source("default")
            for _ in range(4):
                async with httpx.AsyncClient(base_url=base, headers={"authorization": token()}) as client:
                    async with client.stream("GET", load_url(query)) as answer:
                        await anext(answer.aiter_bytes())
                        assert source._cursors
                await until(lambda: not source._cursors)
    assert not finished


async def test_a_head_request_ends_the_statement(api):
    async with api(layer_options=SMALL) as (_, app), served(app) as (base, _):
        async with httpx.AsyncClient(base_url=base, headers={"authorization": token()}) as client:
            answer = await client.head(load_url(ROWS))
            await until(lambda: not app._layer._runner.pools.source("default")._cursors)
    assert (answer.status_code, answer.content) == (200, b"")


async def test_an_answer_that_nobody_takes_is_given_up(api, monkeypatch):
    monkeypatch.setattr(run, "PATIENCE", 0.05)
    async with api(LONGER, SMALL | {"continue_wait": 0.0}, max_limit=1_000_000) as (client, app):
        query = {"dimensions": ["numbers.n", "numbers.text"], "limit": 1_000_000}
        assert (await client.get(load_url(query))).json()["error"] == "Continue wait"
        source = app._layer._runner.pools.source("default")
        await until(lambda: source._cursors)
        await until(lambda: not source._cursors and not app._layer._runner._running)


async def test_who_was_told_to_wait_gets_the_rows(api):
    async with api(layer_options=SMALL | {"continue_wait": 0.0}) as (client, _):
        answers = []
        while not answers or answers[-1].get("error") == "Continue wait":
            answers.append((await client.get(load_url(ROWS))).json())
            await asyncio.sleep(0.01)
    assert len(answers) > 1
    assert len(answers[-1]["data"]) == 50_000


async def test_an_old_client_is_told_the_length(api):
    async with api(layer_options=SMALL) as (_, app), served(app) as (base, _):

        def ask():
            connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=30)
            connection._http_vsn, connection._http_vsn_str = 10, "HTTP/1.0"
            connection.request("GET", load_url(ROWS), headers={"Authorization": token()})
            answer = connection.getresponse()
            return answer.headers, answer.read()

        headers, body = await asyncio.to_thread(ask)
    assert int(headers["content-length"]) == len(body)
    assert len(json.loads(body)["data"]) == 50_000
