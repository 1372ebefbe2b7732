"""Whom nobody vouches for: what they are told, how often, and what the log is."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from kubus.api.rest.throttle import MOST_ADDRESSES, Throttle, TrustedProxies
from kubus.events import AddressThrottled, AuthRefused, listen
from tests.api.conftest import Opened, token

LOAD = '/cubejs-api/v1/load?query={"measures":["orders.count"]}'
BAD = token("another secret, of more than thirty-two bytes")


@pytest.fixture
def told() -> Iterator[list[Any]]:
    events: list[Any] = []
    end = listen(events.append, {AuthRefused, AddressThrottled})
    yield events
    end()


def client_at(app: Any, address: str, **headers: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app, client=(address, 1234))
    return httpx.AsyncClient(transport=transport, base_url="http://kubus", headers=headers)


# ── 401 ──


async def test_without_the_setting_it_is_403_as_in_cube(api: Opened) -> None:
    async with api() as (_, app), client_at(app, "10.0.0.1") as client:
        for given, text in ((None, "Authorization header isn't set"), (BAD, "Invalid token")):
            answer = await client.get(LOAD, headers={"authorization": given} if given else {})
            assert (answer.status_code, answer.json()) == (403, {"error": text})
            assert "www-authenticate" not in answer.headers


async def test_401_as_rfc_6750_says(api: Opened) -> None:
    expired = token(exp=int(time.time()) - 10)
    forged = token("another secret, of more than thirty-two bytes", exp=int(time.time()) - 10)
    cases = [
        (None, "Bearer", {"error": "Authorization header isn't set"}),
        ("Basic YTpi", "Bearer", {"error": "Authorization header isn't set"}),
        (BAD, 'Bearer error="invalid_token"', {"error": "Invalid token", "code": "invalid_token"}),
        # Whether it expired is told of tokens alone that a signer vouched for.
        (forged, 'Bearer error="invalid_token"', {"error": "Invalid token", "code": "invalid_token"}),
        (
            expired,
            'Bearer error="invalid_token", error_description="The access token expired"',
            {"error": "Invalid token", "code": "token_expired"},
        ),
    ]
    async with api(auth_401=True) as (_, app), client_at(app, "10.0.0.1") as client:
        for given, challenge, body in cases:
            answer = await client.get(LOAD, headers={"authorization": given} if given else {})
            assert (answer.status_code, answer.json()) == (401, body)
            assert answer.headers["www-authenticate"] == challenge
        # Who is known and may not is 403 as before.
        hidden = '/cubejs-api/v1/load?query={"measures":["orders.no_such"]}'
        answer = await client.get(hidden, headers={"authorization": token()})
        assert answer.status_code == 400
    async with api(auth_401=True, default_scopes=frozenset()) as (client, _):
        answer = await client.get(LOAD)
        assert (answer.status_code, answer.json()) == (403, {"error": "API scope is missing: data"})


# ── throttling ──


async def test_an_address_that_fails_too_often_is_told_to_wait(api: Opened, told: list[Any]) -> None:
    async with api(auth_failures=3) as (_, app):
        async with client_at(app, "10.0.0.1", authorization=BAD) as attacker:
            answers = [await attacker.get(LOAD) for _ in range(20)]
        assert [answer.status_code for answer in answers] == [403] * 3 + [429] * 17
        assert answers[-1].json() == {"error": "Too many failed attempts"}
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 20
        # The log is not flooded.
        assert [type(event) for event in told] == [AuthRefused] * 3 + [AddressThrottled]
        assert (told[0].address, told[3].address) == ("10.0.0.1", "10.0.0.1")
        # A colleague behind the same address is let in, whether they were here before or not.
        async with client_at(app, "10.0.0.1", authorization=token(new=True)) as colleague:
            for _ in range(5):
                assert (await colleague.get(LOAD)).status_code == 200
            assert (await colleague.post("/cubejs-api/v1/load", json={"query": {}})).status_code == 400
        # And nobody else is told to wait.
        async with client_at(app, "10.0.0.2", authorization=BAD) as other:
            assert (await other.get(LOAD)).status_code == 403


async def test_no_token_and_an_expired_one_are_no_attempts(api: Opened) -> None:
    async with api(auth_failures=1) as (_, app), client_at(app, "10.0.0.1") as client:
        old = token(exp=int(time.time()) - 10)
        for _ in range(5):
            assert (await client.get(LOAD)).status_code == 403
            assert (await client.get(LOAD, headers={"authorization": old})).status_code == 403
        assert (await client.get(LOAD, headers={"authorization": BAD})).status_code == 403
        assert (await client.get(LOAD, headers={"authorization": BAD})).status_code == 429


async def test_many_at_once(api: Opened) -> None:
    async with api(auth_failures=10) as (_, app), client_at(app, "10.0.0.1", authorization=BAD) as client:
        answers = await asyncio.gather(*(client.get(LOAD) for _ in range(60)))
        assert sum(answer.status_code == 403 for answer in answers) == 10


async def test_proxies_that_are_trusted_say_who_sent_it(api: Opened) -> None:
    options = {"auth_failures": 1, "trusted_proxies": ("10.0.0.0/8",)}

    async def status(client: httpx.AsyncClient, forwarded: str) -> int:
        return (await client.get(LOAD, headers={"x-forwarded-for": forwarded})).status_code

    async with api(**options) as (_, app), client_at(app, "10.0.0.1", authorization=BAD) as proxy:
        assert await status(proxy, "203.0.113.5") == 403
        assert await status(proxy, "203.0.113.5") == 429
        # What the sender made up stands before what the proxy added.
        assert await status(proxy, "198.51.100.7, 203.0.113.5, 10.1.1.1") == 429
        assert await status(proxy, "203.0.113.6") == 403
        async with client_at(app, "192.0.2.1", authorization=BAD) as stranger:
            assert await status(stranger, "203.0.113.7") == 403
            assert await status(stranger, "203.0.113.8") == 429


@pytest.mark.parametrize(
    ("peer", "forwarded", "counted"),
    [
        ("192.0.2.1", None, "192.0.2.1"),
        ("::ffff:192.0.2.1", None, "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", None, "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", None, "2001:db8:1:2::/64"),
        ("fe80::1%eth0", None, "fe80::/64"),
        (None, None, ""),
        ("/run/kubus.sock", "192.0.2.9", ""),
        ("10.0.0.1", "192.0.2.9", "192.0.2.9"),
        ("10.0.0.1", "192.0.2.9:4711", "192.0.2.9"),
        ("10.0.0.1", "[2001:db8::1]:4711", "2001:db8::/64"),
        ("10.0.0.1", "unknown", "10.0.0.1"),
        ("10.0.0.1", "192.0.2.9, 10.0.0.2", "192.0.2.9"),
        ("10.0.0.1", "192.0.2.9, nonsense, 10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", "10.0.0.3", "10.0.0.3"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("192.0.2.1", "10.0.0.9", "192.0.2.1"),
    ],
)
def test_whose_failures_are_counted(peer: str | None, forwarded: str | None, counted: str) -> None:
    assert TrustedProxies(["10.0.0.0/8"]).address(peer, forwarded) == counted


def test_failures_are_forgiven_with_time() -> None:
    clock = [0.0]
    throttle = Throttle(6, monotonic=lambda: clock[0])
    assert [throttle.failed("a") is None for _ in range(8)] == [True] * 6 + [False] * 2
    excess = throttle.failed("a")
    assert excess is not None
    # Going on failing does not make it longer.
    assert excess.wait == pytest.approx(10)
    clock[0] = 10.0
    assert throttle.failed("a") is None
    assert throttle.failed("a") is not None
    clock[0] = 1000.0
    assert [throttle.failed("a") is None for _ in range(7)] == [True] * 6 + [False]


def test_the_log_is_told_once_a_minute_how_many() -> None:
    clock = [0.0]
    throttle = Throttle(1, monotonic=lambda: clock[0])
    told = []
    for second in range(0, 119, 2):
        clock[0] = float(second)
        excess = throttle.failed("a")
        told.append(None if excess is None else excess.unsaid)
    assert [(2 * n, unsaid) for n, unsaid in enumerate(told) if unsaid is not None] == [(2, 1), (62, 29)]


def test_no_more_addresses_are_remembered_than_fit() -> None:
    throttle = Throttle(1, monotonic=lambda: 0.0)
    for number in range(MOST_ADDRESSES + 10):
        assert throttle.failed(str(number)) is None
    assert len(vars(throttle)["_known"]) == MOST_ADDRESSES
    assert throttle.failed(str(MOST_ADDRESSES)) is not None
    assert throttle.failed("0") is None


def test_without_a_limit_nothing_is_counted() -> None:
    throttle = Throttle(0)
    assert all(throttle.failed("a") is None for _ in range(1000))
    assert not vars(throttle)["_known"]
