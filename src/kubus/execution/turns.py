"""Turns: how many statements of one compartment a source runs at a time, so that none takes it from all others.

A source runs so many statements at once, and each compartment is let have a share of them. What has no turn waits with
those of its own compartment. The next turn goes to the compartment that has the fewest, and of those to whose last one
is longest ago.
"""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from kubus.errors import TooManyQueries
from kubus.sources.source import Source

Waiting = deque[asyncio.Future[None]]


@dataclass(slots=True)
class Shared:
    """The turns of one source, which is held so that its id stays its own."""

    source: Source
    running: Counter[object] = field(default_factory=Counter[object])
    waiting: dict[object, Waiting] = field(default_factory=dict[object, Waiting])
    given: int = 0
    last_given: dict[object, int] = field(default_factory=dict[object, int])

    def give(self, compartment: object) -> None:
        """Note that a compartment has one more turn."""
        self.given += 1
        self.last_given[compartment] = self.given
        self.running[compartment] += 1

    @property
    def total(self) -> int:
        return sum(self.running.values())


class Turns:
    """The turns of all sources. `share` is the part of a source that one compartment may take, at least one turn;
    `longest` how many of its statements may wait.
    """

    def __init__(self, share: float = 1.0, longest: int = 1_000) -> None:
        self._share = share
        self._longest = longest
        self._shared: dict[int, Shared] = {}

    @asynccontextmanager
    async def of(self, source: Source, compartment: object) -> AsyncGenerator[None]:
        """A turn at a source, as soon as it is there.

        Raises:
            TooManyQueries: as many statements of the compartment wait as may.
        """
        shared = self._shared.setdefault(id(source), Shared(source))
        await self._begin(shared, compartment)
        try:
            yield
        finally:
            self._end(shared, compartment)

    def most(self, source: Source) -> int:
        """How many turns one compartment may have at a time."""
        return max(1, int(source.at_once * self._share))

    @property
    def running(self) -> int:
        """How many statements have a turn, on all sources."""
        return sum(shared.total for shared in self._shared.values())

    @property
    def waiting(self) -> int:
        """How many statements wait for one."""
        return sum(len(waiting) for shared in self._shared.values() for waiting in shared.waiting.values())

    async def _begin(self, shared: Shared, compartment: object) -> None:
        if not shared.waiting.get(compartment) and self._has_room(shared, compartment):
            shared.give(compartment)
            return
        waiting = shared.waiting.setdefault(compartment, deque())
        if len(waiting) >= self._longest:
            raise TooManyQueries(
                f"{self._longest} statements of your tenant wait for the data source, which is the most that may",
                hint="Ask again when some of them are answered",
            )
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():
                # It was given in this very moment, and is somebody else's now.
                self._end(shared, compartment)
            else:
                with suppress(ValueError):
                    waiting.remove(turn)
                self._forget(shared, compartment)
            raise

    def _has_room(self, shared: Shared, compartment: object) -> bool:
        return shared.total < shared.source.at_once and shared.running[compartment] < self.most(shared.source)

    def _end(self, shared: Shared, compartment: object) -> None:
        shared.running[compartment] -= 1
        self._forget(shared, compartment)
        self._give(shared)

    def _give(self, shared: Shared) -> None:
        """Give the turns that are free."""
        while there := [one for one in shared.waiting if self._has_room(shared, one)]:
            chosen = min(there, key=lambda one: (shared.running[one], shared.last_given.get(one, 0)))
            turn = shared.waiting[chosen].popleft()
            if not turn.cancelled():
                shared.give(chosen)
                turn.set_result(None)
            self._forget(shared, chosen)

    def _forget(self, shared: Shared, compartment: object) -> None:
        """Keep nothing of a compartment that asks for nothing, and of a source that nobody asks."""
        if not shared.running[compartment]:
            del shared.running[compartment]
        if not shared.waiting.get(compartment, True):
            del shared.waiting[compartment]
        if compartment not in shared.running and compartment not in shared.waiting:
            shared.last_given.pop(compartment, None)
        if not shared.running and not shared.waiting and self._shared.get(id(shared.source)) is shared:
            del self._shared[id(shared.source)]
