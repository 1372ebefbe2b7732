"""The list of revocations over time: when it is looked at, how long it holds, and what the log is told. By hand."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kubus.auth.revocation import Revocation, Revocations, listed
from kubus.auth.revocation_places import File, Unavailable
from kubus.auth.revocation_watch import NoList, RevocationWatch
from kubus.events import RevocationsFailed, RevocationsRead, listen

ONE = listed([Revocation("jti", "1")], 0)
TWO = listed([Revocation("jti", "1"), Revocation("jti", "2")], 0)


class Place:
    """Gives what the test says, and counts how often it is asked."""

    says: Revocations | Unavailable | None = ONE
    asked = 0
    is_closed = False

    async def changed(self, now: float) -> Revocations | None:
        self.asked += 1
        self.now = now
        await asyncio.sleep(0)
        if isinstance(self.says, Unavailable):
            raise self.says
        return self.says

    async def add(self, revocation: Revocation) -> None: ...

    async def close(self) -> None:
        self.is_closed = True


class Watched:
    def __init__(self) -> None:
        self.place, self.now, self.changes = Place(), 1_000.0, 0
        self.watch = RevocationWatch(self.place, timedelta(seconds=100), lambda: self.now, self.changed)

    def changed(self) -> None:
        self.changes += 1

    async def at(self, now: float) -> str:
        """Look at this second: how many lines hold then, or that nobody is let in; and whether it was asked for."""
        self.now, before = now, self.place.asked
        try:
            await self.watch.look()
            return f"{len(self.watch.current)} {'asked' if self.place.asked > before else 'known'}"
        except NoList:
            return f"none {'asked' if self.place.asked > before else 'known'}"


@pytest.fixture
def told() -> Iterator[list[Any]]:
    events: list[Any] = []
    end = listen(events.append, {RevocationsFailed, RevocationsRead})
    yield events
    end()


async def test_it_is_looked_at_once_a_second(told: list[Any]) -> None:
    one = Watched()
    assert not one.watch.is_known
    assert one.watch.held_until == float("-inf")
    assert await one.at(1_000.0) == "1 asked"
    assert one.place.now == 1_000.0
    assert (one.watch.is_known, one.watch.held_until, one.changes) == (True, 1_003.0, 1)
    assert await one.at(1_000.0) == "1 known"
    assert await one.at(1_000.99) == "1 known"
    one.place.says = None
    assert await one.at(1_001.0) == "1 asked"
    assert (one.watch.held_until, one.changes) == (1_004.0, 1)
    one.place.says = TWO
    assert await one.at(1_001.5) == "1 known"
    assert await one.at(1_002.0) == "2 asked"
    assert one.changes == 2
    # A clock that was set back is no reason not to look.
    assert await one.at(900.0) == "2 asked"
    assert told == [RevocationsRead(1), RevocationsRead(2), RevocationsRead(2)]


async def test_the_last_list_holds_for_a_while(told: list[Any]) -> None:
    one = Watched()
    assert await one.at(1_000.0) == "1 asked"
    one.place.says = Unavailable("down")
    assert await one.at(1_001.0) == "1 asked"
    assert await one.at(1_059.9) == "1 asked"
    assert await one.at(1_061.0) == "1 asked"
    assert one.watch.held_until == 1_064.0
    assert await one.at(1_099.0) == "1 asked"
    # What is remembered does not hold for longer than the list.
    assert one.watch.held_until == 1_100.0
    assert await one.at(1_099.9) == "1 known"
    assert await one.at(1_100.0) == "none asked"
    assert not one.watch.is_known
    # The log hears of it once a minute, and whether anybody is let in.
    assert told == [
        RevocationsRead(1),
        RevocationsFailed("down", True),
        RevocationsFailed("down", True),
    ]
    assert await one.at(1_121.0) == "none asked"
    assert told[-1] == RevocationsFailed("down", False)
    one.place.says = None
    assert await one.at(1_122.0) == "1 asked"
    assert told[-1] == RevocationsRead(1)
    assert await one.at(1_123.0) == "1 asked"
    one.place.says = Unavailable("down again")
    assert await one.at(1_124.0) == "1 asked"
    assert told[-1] == RevocationsFailed("down again", True)
    assert len(told) == 6


async def test_without_a_first_list_nobody_is_let_in(told: list[Any]) -> None:
    one = Watched()
    one.place.says = Unavailable("down")
    assert await one.at(1_000.0) == "none asked"
    assert await one.at(1_000.5) == "none known"
    assert told == [RevocationsFailed("down", False)]
    assert one.watch.held_until == float("-inf")


async def test_who_looks_at_the_same_time_looks_once() -> None:
    one = Watched()
    await asyncio.gather(*(one.watch.look() for _ in range(5)))
    assert one.place.asked == 1
    one.now += 1
    leaving = asyncio.create_task(one.watch.look())
    staying = asyncio.create_task(one.watch.look())
    await asyncio.sleep(0)
    leaving.cancel()
    await staying
    assert one.place.asked == 2
    await one.watch.close()
    assert one.place.is_closed


async def test_lines_of_a_file_are_added_whole(tmp_path: Path) -> None:
    path = tmp_path / "revoked.jsonl"
    file = File(path)
    path.write_text('{"jti": "1"}')
    # A line that an editor did not end is another's.
    await file.add(Revocation("jti", "2"))
    await file.add(Revocation("jti", "3"))
    assert path.read_text() == '{"jti": "1"}\n{"jti": "2"}\n{"jti": "3"}\n'
    found = await file.changed(0.0)
    assert found is not None
    assert len(found) == 3
    assert await file.changed(0.0) is None
    path.write_text('# all over\n\n  {"jti": "4", "until": 50}  \n')
    found = await file.changed(49.0)
    assert found is not None
    assert found.revoke({"jti": "4"}, (), 49.0)
    path.write_text('{"jti": "5"}\n{"jti": }\n')
    with pytest.raises(Unavailable, match=r"revoked\.jsonl: line 2"):
        await file.changed(0.0)
    # It is read again, though it did not change meanwhile.
    with pytest.raises(Unavailable):
        await file.changed(0.0)
    path.unlink()
    with pytest.raises(Unavailable, match="cannot be read"):
        await file.changed(0.0)
    new = File(tmp_path / "new.jsonl")
    await new.add(Revocation("sub", "anna"))
    assert (tmp_path / "new.jsonl").read_text() == '{"sub": "anna"}\n'
    await file.close()
