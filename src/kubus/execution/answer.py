"""Answer: rows with the time they were read. StillRunning: there are none yet."""

from asyncio import TimerHandle
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from kubus.sources.source import Rows

if TYPE_CHECKING:
    from kubus.execution.asked_keys import KeyValue

Batch = list[tuple[Any, ...]]

# How an answer was come by: it was kept; a statement ran for it, or was running already; an older one was given.
CameBy = Literal["hit", "miss", "joined", "stale"]


@dataclass(slots=True)
class Asking:
    """A request that asks for an answer, by its id; what its statements are tagged with, as a comment for the accounts
    of the database; and once there is an answer, how it was come by.
    """

    request_id: str = ""
    tag: str = ""
    came_by: CameBy = "miss"


@dataclass(slots=True, eq=False)
class Answer:
    """The rows of a statement, and what was true when they were read.

    `refreshed_at` is aware, in UTC. `total` is the number of rows without limit and offset, where it was asked for.
    `slow` says that newer rows were asked for and not there in time, or that nobody knows whether there are any.
    `refresh_keys` are what the database said of the keys that it was asked for. `memo` keeps bytes that were encoded
    from this answer: they live as long as it does, and no longer.
    """

    rows: Rows
    refreshed_at: datetime
    total: int | None
    data_source: str
    db_type: str
    slow: bool = False
    database_ms: float = 0.0
    refresh_keys: "tuple[KeyValue, ...]" = ()
    memo: dict[object, bytes] = field(default_factory=dict[object, bytes])


@dataclass(slots=True, eq=False)
class LongAnswer:
    """An answer with more rows than are kept. Its statement still runs, and ends when `rest` is read or closed.

    `begun` holds the first rows. Only one request can have it: the one that calls `take` first. `forget` ends an answer
    that nobody takes, when its time comes.
    """

    begun: Answer
    rest: AsyncGenerator[Batch]
    forget: TimerHandle | None = None
    taken: bool = False

    def take(self) -> bool:
        """Whether the caller is the one that has it from now on."""
        if self.taken:
            return False
        self.taken = True
        if self.forget is not None:
            # A timer that ran on would keep the rows.
            self.forget.cancel()
        return True

    def take_first_rows(self) -> Sequence[tuple[Any, ...]]:
        """The rows that are there. They are given up here, so that they do not stay until the last one is sent."""
        rows = self.begun.rows
        self.begun.rows = Rows(rows.names, ())
        return rows.values

    async def close(self) -> None:
        """End the statement, wherever it is."""
        await self.rest.aclose()


@dataclass(frozen=True, slots=True)
class StillRunning:
    """Not an error: the answer is not there yet, and the statement runs on. On the wire "Continue wait"."""

    stage: str
    seconds: float
