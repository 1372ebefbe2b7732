"""Answer: rows with the time they were read. StillRunning: there are none yet."""

from dataclasses import dataclass, field
from datetime import datetime

from kubus.sources.source import Rows


@dataclass(slots=True, eq=False)
class Answer:
    """The rows of a statement, and what was true when they were read.

    `refreshed_at` is aware, in UTC. `total` is the number of rows without limit and offset, where it was asked for.
    `slow` says that newer rows were asked for and not there in time. `memo` keeps bytes that were encoded from this
    answer: they live as long as it does, and no longer.
    """

    rows: Rows
    refreshed_at: datetime
    total: int | None
    data_source: str
    db_type: str
    slow: bool = False
    database_ms: float = 0.0
    memo: dict[object, bytes] = field(default_factory=dict[object, bytes])


@dataclass(frozen=True, slots=True)
class StillRunning:
    """Not an error: the answer is not there yet, and the statement runs on. On the wire "Continue wait"."""

    stage: str
    seconds: float
