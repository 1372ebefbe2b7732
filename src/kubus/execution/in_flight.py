"""How many queries of a role run at the same time, and how long each may take."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from kubus.errors import SourceTimeout, TooManyQueries
from kubus.model.access import Limits


class InFlight:
    """Counts the queries that wait for the database, by whatever their roles are called by."""

    def __init__(self) -> None:
        self._waiting: Counter[object] = Counter()

    @asynccontextmanager
    async def within(self, limits: Limits, role: object) -> AsyncGenerator[None]:
        """What is done inside takes no longer than the limits say, and counts as one query of the role.

        Raises:
            TooManyQueries: as many as may run are running.
            SourceTimeout: it takes too long; it is cancelled then.
        """
        if limits.running is not None and self._waiting[role] >= limits.running:
            raise TooManyQueries(
                f"{limits.running} queries of your access policy are running, which is the most that it lets run",
                hint="Ask again when one of them is answered",
            )
        self._waiting[role] += 1
        try:
            async with asyncio.timeout(limits.seconds):
                yield
        except TimeoutError as error:
            raise too_long(limits) from error
        finally:
            self._waiting[role] -= 1
            if not self._waiting[role]:
                del self._waiting[role]


def too_long(limits: Limits) -> SourceTimeout:
    return SourceTimeout(
        f"The query took longer than {limits.seconds:g} seconds, which is the most that your access policy lets it",
        hint="Ask for less: fewer members, or a shorter range of time",
    )
