"""When keys are fetched, to the second, by a clock that the test turns.

The signer answers without HTTP here, which is proven in test_fetching.py and test_remote_keys.py.
"""

import asyncio
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kubus.auth import discovery
from kubus.auth import remote_keys as room
from kubus.auth.fetching import Document, FetchFailed, Line
from kubus.auth.key_place import KeyPlace
from kubus.auth.remote_keys import NoKeys, RemoteKeys, UnknownKey
from kubus.events import KeySetFailed, KeySetFetched, KeySkipped, listen
from tests.engines.key_server import DISCOVERY, KEYS, Signer, made

ONE, TWO = made("one"), made("two")


URL = "http://127.0.0.1:1"


@pytest.fixture
def signer(monkeypatch: pytest.MonkeyPatch) -> Signer:
    signer = Signer(URL)
    signer.publish(ONE)

    def answer(url: str, line: Line, *, seconds: float, insecure_loopback: bool) -> Document:
        assert (url[: len(URL)], line.sockets, seconds, insecure_loopback) == (URL, [], 5.0, True)
        signer.asked.append(url.removeprefix(URL))
        status, headers, body = signer.answer(signer.asked[-1])
        if status != 200:
            raise FetchFailed(f"status {status}")
        says = headers.get("Cache-Control")
        return Document(json.loads(body), None if says is None else int(says.removeprefix("max-age=")))

    for module in (room, discovery):
        monkeypatch.setattr(module, "get_json", answer)
    return signer


class Fetched:
    """The keys of a signer by a clock that stands still. Keys live for 100 s, stale ones for 1,000, gaps are 10 s."""

    def __init__(self, signer: Signer, spread: float = 0.0, issuer: bool = False, **more: Any) -> None:
        self.now, self.changes, self.spread, self.told = 5_000.0, 0, spread, list[Any]()
        where = {"issuer": signer.url} if issuer else {"url": signer.keys_url}
        times = {"lifetime": 100, "least_gap": 10, "stale_limit": 1_000, **more.pop("seconds", {})}
        kept = {name: timedelta(seconds=value) for name, value in times.items()}
        place = KeyPlace(**where, **kept, attempts=1, insecure_loopback=True, **more)
        self.keys = RemoteKeys(place, self.changed, monotonic=lambda: self.now, spread=lambda: self.spread)
        self.signer = signer

    def changed(self) -> None:
        self.changes += 1

    async def at(self, now: float, name: str = "one") -> str:
        """What becomes of a token whose key has this name, so many seconds after the beginning; and what it asked."""
        self.now, before = 5_000.0 + now, len(self.signer.asked)
        try:
            found = "found" if await self.keys.keys_for(name) else "empty"
        except UnknownKey:
            found = "unknown"
        except NoKeys:
            found = "no keys"
        # What nobody waits for.
        if self.keys._flight is not None:
            await self.keys._flight
        return found + " asked" * (len(self.signer.asked) - before)


@pytest.fixture
def told() -> Iterator[list[Any]]:
    events: list[Any] = []
    end = listen(events.append, {KeySetFailed, KeySetFetched, KeySkipped})
    yield events
    end()


async def test_keys_live_until_their_time_is_over(signer: Signer) -> None:
    one = Fetched(signer)
    assert (one.keys.has_keys, one.keys.held_for) == (False, float("-inf"))
    assert await one.at(0) == "found asked"
    assert (one.keys.has_keys, one.keys.held_for) == (True, 1_000)
    assert await one.at(99.9) == "found"
    assert one.keys.held_for == pytest.approx(900.1)
    (key,) = await one.keys.keys_for("one")
    assert one.keys.holds(key)
    assert not one.keys.holds(replace(key))
    assert await one.at(100) == "found asked"
    assert await one.at(199.9) == "found"
    assert await one.at(200) == "found asked"
    assert one.changes == 1


async def test_keys_end_when_nobody_has_answered_for_too_long(signer: Signer, told: list[Any]) -> None:
    one = Fetched(signer)
    assert await one.at(0) == "found asked"
    signer.status = 500
    assert await one.at(100) == "found asked"
    assert await one.at(999.9) == "found asked"
    assert one.keys.has_keys
    one.now = 6_000.0
    assert (one.keys.has_keys, one.keys.held_for) == (False, 0)
    # The pause after the last failure is not over.
    assert await one.at(1_000) == "no keys"
    assert await one.at(1_001) == "no keys asked"
    assert [event.has_keys for event in told if isinstance(event, KeySetFailed)] == [True, True, False]
    signer.status = 200
    assert await one.at(1_100) == "found asked"


async def test_keys_that_live_longer_than_stale_ones_may_are_used_until_then(signer: Signer) -> None:
    signer.headers = {"Cache-Control": "max-age=2000"}
    one = Fetched(signer)
    assert await one.at(0) == "found asked"
    assert one.keys.held_for == 2_000
    assert await one.at(1_999) == "found"


@pytest.mark.parametrize(("says", "lives"), [(0, 10), (9, 10), (11, 11), (10**8, 24 * 3600)])
async def test_what_the_answer_says_of_its_life_is_held_within_bounds(signer: Signer, says: int, lives: int) -> None:
    signer.headers = {"Cache-Control": f"max-age={says}"}
    one = Fetched(signer)
    assert await one.at(0) == "found asked"
    assert await one.at(lives - 0.1) == "found"
    assert await one.at(lives) == "found asked"


@pytest.mark.parametrize(("spread", "due"), [(0.0, 80.0), (0.5, 75.0), (1.0, 70.0)])
async def test_in_the_background_they_are_fetched_ahead_of_time(signer: Signer, spread: float, due: float) -> None:
    one = Fetched(signer, spread)
    assert await one.at(0) == "found asked"
    assert one.keys._due == 5_000 + due


async def test_a_signer_that_is_down_is_asked_less_and_less(signer: Signer, told: list[Any]) -> None:
    one = Fetched(signer, spread=1.0)
    signer.status = 500
    now = 0.0
    for failures, wait in enumerate((1, 2, 4, 8, 16, 32, 60, 60), 1):
        assert await one.at(now) == "no keys asked"
        assert told[-1] == KeySetFailed(signer.keys_url, "status 500", failures, has_keys=False)
        assert await one.at(now + wait - 0.1) == "no keys"
        now += wait
    # With other chances after half of that.
    one.spread = 0.0
    assert await one.at(now) == "no keys asked"
    assert await one.at(now + 29.9) == "no keys"
    signer.status = 200
    assert await one.at(now + 30) == "found asked"
    # It is back, and is told of, though its keys are what they were, and pauses begin anew.
    assert told[-1] == KeySetFetched(signer.keys_url, 1)
    signer.status = 500
    assert await one.at(now + 130) == "found asked"
    assert await one.at(now + 130.4) == "found"
    assert await one.at(now + 130.5) == "found asked"
    signer.status = 200
    assert await one.at(now + 131.5) == "found asked"
    assert told[-1] == KeySetFetched(signer.keys_url, 1)
    assert one.changes == 1


async def test_of_a_signer_that_is_well_the_log_is_told_when_its_keys_change(signer: Signer, told: list[Any]) -> None:
    one = Fetched(signer)
    signer.publish()
    assert await one.at(0) == "unknown asked"
    # None at all is told each time.
    assert await one.at(100, "other") == "unknown asked"
    assert told == [KeySetFetched(signer.keys_url, 0)] * 2
    assert one.changes == 0
    signer.publish(ONE, TWO)
    assert await one.at(200) == "found asked"
    assert await one.at(300) == "found asked"
    signer.publish(TWO)
    assert await one.at(400, "two") == "found asked"
    assert [event.keys for event in told] == [0, 0, 2, 1]
    assert one.changes == 2
    bad = {"kty": "oct", "kid": "bad"}
    signer.keys = [TWO.published(), bad]
    for now in (500, 600):
        assert await one.at(now, "two") == "found asked"
        # A key that is not used is told of once, and changes nothing.
        assert told[4:] == [KeySkipped(signer.keys_url, "bad", "is no public key")]
    assert one.changes == 2
    # One failure, and it is told that the keys are there again.
    signer.status = 500
    assert await one.at(700, "two") == "found asked"
    signer.status = 200
    assert await one.at(800, "two") == "found asked"
    assert told[-1] == KeySetFetched(signer.keys_url, 1)


async def test_an_unknown_name_is_looked_for_once_in_a_while(signer: Signer) -> None:
    one = Fetched(signer)
    assert await one.at(0) == "found asked"
    assert await one.at(1, "x") == "unknown asked"
    assert await one.at(2, "x") == "unknown"
    assert await one.at(2, "y") == "unknown"
    signer.publish(ONE, TWO)
    # Not for ten seconds after the last that was asked for the like.
    assert await one.at(10.9, "two") == "unknown"
    assert await one.at(11, "two") == "found asked"
    # What is known of names that are not there is forgotten with the keys.
    assert await one.at(21, "x") == "unknown asked"
    assert await one.at(22, "one") == "found"


async def test_a_name_that_the_first_fetch_did_not_find_is_not_looked_for_at_once(signer: Signer) -> None:
    one = Fetched(signer)
    assert await one.at(0, "x") == "unknown asked"
    assert await one.at(9.9, "x") == "unknown"
    assert await one.at(10, "x") == "unknown asked"
    # Of another name that fetch said nothing.
    other = Fetched(signer)
    assert await other.at(0, "x") == "unknown asked"
    assert await other.at(1, "y") == "unknown asked"


async def test_an_unknown_name_is_no_reason_to_ask_a_signer_that_is_down(signer: Signer) -> None:
    one = Fetched(signer)
    assert await one.at(0) == "found asked"
    signer.status = 500
    assert await one.at(100) == "found asked"
    assert await one.at(100.4, "two") == "unknown"
    signer.status = 200
    signer.publish(ONE, TWO)
    assert await one.at(100.5, "two") == "found asked"


async def test_of_names_that_are_not_there_the_latest_are_known(
    signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "MOST_UNKNOWN", 2)
    one = Fetched(signer, seconds={"least_gap": 0})
    one.keys._gap = 1_000.0
    assert await one.at(0) == "found asked"
    one.keys._gap = 0.0
    for number, name in enumerate("abc"):
        assert await one.at(1 + number, name) == "unknown asked"
        one.keys._unknown[name] += 1_000
    assert list(one.keys._unknown) == ["b", "c"]


async def test_the_address_of_an_issuer_is_asked_for_once_a_day_and_after_failures(signer: Signer) -> None:
    one = Fetched(signer, issuer=True, seconds={"lifetime": 24 * 3600, "stale_limit": 10**6})
    day = 24 * 3600
    assert await one.at(0) == "found asked asked"
    assert signer.asked == [DISCOVERY, KEYS]
    assert await one.at(60, "x") == "unknown asked"
    assert await one.at(day - 20, "y") == "unknown asked"
    assert signer.asked == [DISCOVERY, KEYS, KEYS, KEYS]
    assert await one.at(day, "z") == "unknown asked asked"
    signer.status = 500
    assert await one.at(day + 100, "v") == "unknown asked"
    signer.status = 200
    signer.asked.clear()
    assert await one.at(day + 200, "w") == "unknown asked asked"
    assert signer.asked == [DISCOVERY, KEYS]


@pytest.mark.parametrize("attempts", [1, 2, 3])
async def test_one_fetch_has_so_many_attempts(signer: Signer, attempts: int) -> None:
    place = KeyPlace(signer.keys_url, attempts=attempts, insecure_loopback=True)
    keys = RemoteKeys(place, lambda: None)
    signer.behave = lambda _: (500, {}, b"")
    with pytest.raises(NoKeys):
        await keys.keys_for("one")
    assert signer.times_asked() == attempts
    answers = iter([500] * (attempts - 1) + [200])
    body = signer.behave
    signer.behave = lambda path: (200, {}, b'{"keys": []}') if next(answers) == 200 else body(path)
    keys = RemoteKeys(place, lambda: None)
    with pytest.raises(UnknownKey):
        await keys.keys_for("one")


async def test_whatever_goes_wrong_in_a_fetch_is_a_failure(
    signer: Signer, told: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError("inside")

    monkeypatch.setattr(room, "key_set", broken)
    one = Fetched(signer)
    assert await one.at(0) == "no keys asked"
    (failed,) = told
    assert failed.reason == "the answer cannot be read: ZeroDivisionError"


async def test_the_background_fetches_when_keys_are_due_and_never_without_a_pause(
    signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = Fetched(signer, seconds={"lifetime": 100})
    slept: list[float] = []
    enough = asyncio.Event()
    pause = asyncio.sleep

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        one.now += seconds
        signer.status = 500 if len(slept) in (2, 3) else 200
        if len(slept) == 6:
            enough.set()
            await pause(3600)
        if len(slept) == 5:
            # The fetch took longer than keys live.
            one.keys._due = one.now
            one.keys._begin = done  # type: ignore[method-assign]

    def done() -> asyncio.Task[None]:
        return asyncio.get_running_loop().create_task(pause(0))

    monkeypatch.setattr(room.asyncio, "sleep", sleep)
    background = asyncio.get_running_loop().create_task(one.keys.keep_fresh())
    await enough.wait()
    assert slept == pytest.approx([80, 80, 0.5, 1, 80, 0.01])
    background.cancel()
    with pytest.raises(asyncio.CancelledError):
        await background
    assert signer.times_asked() == 5


async def test_a_fetch_under_way_is_ended(signer: Signer) -> None:
    one = Fetched(signer)
    asked, go_on = threading.Event(), threading.Event()

    def slow(_: str) -> Any:
        asked.set()
        go_on.wait(5)
        return 500, {}, b""

    signer.behave = slow
    waiting = asyncio.get_running_loop().create_task(one.keys.keys_for("one"))
    await asyncio.to_thread(asked.wait, 5)
    await one.keys.stop()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert one.keys._flight is None
    go_on.set()
    # There is none under way.
    await one.keys.stop()
