"""Source: what runs SQL. Rows: what it gives back."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from kubus.sql.statement import Statement

# A value as the wire carries it: numbers as text, times as `YYYY-MM-DDTHH:MM:SS.mmm` text, nested JSON as it is.
WireValue = Any

# A `pyarrow.Table`; the package has no types of its own, and is there only with the extra `arrow`.
ArrowTable = Any


# How many rows a batch has.
BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a statement: column names as the statement aliases them, and a tuple a row, ready for the wire."""

    names: tuple[str, ...]
    values: Sequence[tuple[WireValue, ...]]


class Source(Protocol):
    """A database that kubus asks. Made once for each data source; safe to use from many tasks of one event loop.

    `db_type` is its name in settings and answers, `dialect` that of its SQL dialect, `at_once` how many statements it
    runs at a time.
    """

    db_type: str
    dialect: str

    @property
    def at_once(self) -> int:
        """How many statements run at a time; further ones wait."""
        ...

    def in_database(self, name: str) -> "Source":
        """A source like this one, for another database of the same server or folder. Nothing is opened yet.

        Raises:
            ConfigError: there can be no other.
        """
        ...

    async def has_database(self, name: str) -> bool:
        """Whether there is a database of that name to go to."""
        ...

    async def rows(self, statement: Statement) -> Rows:
        """Run the statement. When the awaiting task is cancelled, the statement is cancelled in the database.

        Raises:
            SourceError: the database refused or failed; the message is its own.
            SourceTimeout: it took longer than the source allows.
        """
        ...

    def batches(self, statement: Statement) -> AsyncGenerator[list[tuple[WireValue, ...]]]:
        """The same rows in their order, some thousands at a time, read only as they are asked for.

        They are not whole until the generator ends without an error. Close it to end the statement before.

        Raises:
            SourceError: as with `rows`, also after some of the rows.
        """
        ...

    async def python_rows(self, statement: Statement) -> list[tuple[Any, ...]]:
        """The same rows as Python's own values: int, float, Decimal, bool, str, date, datetime."""
        ...

    async def arrow(self, statement: Statement) -> ArrowTable:
        """The same rows as an Arrow table."""
        ...

    async def check(self) -> None:
        """Ask for nothing, to see whether the database answers. Raises SourceError if it does not."""
        ...

    async def close(self) -> None:
        """Give up every connection. Running statements are cancelled."""
        ...
