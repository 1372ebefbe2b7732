"""The list of revocations as it is now, looked at every second.

While the place of the list is down, the last one holds, with an alarm in the log, for as long as a setting says; then,
and as long as there never was one, nobody is let in. See docs/decisions/0033.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from kubus.auth.revocation import Revocations
from kubus.auth.revocation_places import Place, Unavailable
from kubus.events import RevocationsFailed, RevocationsRead, emit

EVERY_SECONDS = 1.0

# What is remembered of tokens holds so long without a look: more than a second, so that the background is in time.
HELD_SECONDS = 3.0

# The log hears of a place that is down this often.
ALARM_SECONDS = 60.0


class NoList(Exception):
    """There is no list of revocations that is recent enough."""


@dataclass(frozen=True, slots=True)
class RevocationStanding:
    """How the list is at a moment.

    `read` is how many seconds ago it was looked at with success; None if it never was. `failure` is why the last look
    failed. `is_known` says whether it is recent enough to go by: without, nobody is let in.
    """

    entries: int
    read: float | None
    is_known: bool
    failure: str | None


class RevocationWatch:
    """Looks at a place. `on_change` is called when the list has become another.

    `held_until` is until when what was found before holds without a further look, in seconds since 1970 as `now`.
    """

    def __init__(
        self,
        place: Place,
        stale_limit: timedelta,
        now: Callable[[], float] = time.time,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self._place = place
        self._stale_limit = stale_limit.total_seconds()
        self._now = now
        self.on_change = on_change
        self.current = Revocations()
        self.held_until = float("-inf")
        self._good_at = float("-inf")
        self._looked_at = float("-inf")
        self._alarmed_at = float("-inf")
        self._failure: str | None = None
        self._look_now: asyncio.Task[None] | None = None

    @property
    def standing(self) -> RevocationStanding:
        """How the list is now."""
        read = None if self._good_at == float("-inf") else self._now() - self._good_at
        return RevocationStanding(len(self.current), read, self.is_known, self._failure)

    @property
    def is_known(self) -> bool:
        """Whether there is a list that is recent enough."""
        return self._now() < self._good_at + self._stale_limit

    async def look(self) -> None:
        """See to it that the list is that of the last second.

        Raises:
            NoList: there is none to go by.
        """
        now = self._now()
        if not self._looked_at <= now < self._looked_at + EVERY_SECONDS:
            if self._look_now is None:
                self._look_now = asyncio.get_running_loop().create_task(self._look())
            await asyncio.shield(self._look_now)
        if not self.is_known:
            raise NoList

    async def keep_looking(self) -> None:
        """Look every second, until cancelled."""
        while True:
            with contextlib.suppress(NoList):
                await self.look()
            await asyncio.sleep(EVERY_SECONDS)

    async def close(self) -> None:
        """End connections."""
        if self._look_now is not None:
            self._look_now.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._look_now
        await self._place.close()

    async def _look(self) -> None:
        try:
            found = await self._place.changed(self._now())
        except Unavailable as error:
            self._failure = str(error)
            self._looked_at = now = self._now()
            if now - self._alarmed_at >= ALARM_SECONDS:
                self._alarmed_at = now
                emit(RevocationsFailed(str(error), self.is_known))
        else:
            self._failure = None
            self._looked_at = self._good_at = self._now()
            was_down, self._alarmed_at = self._alarmed_at > 0, float("-inf")
            if found is not None:
                self.current = found
                self.on_change()
            if found is not None or was_down:
                emit(RevocationsRead(len(self.current)))
        finally:
            self._look_now = None
        self.held_until = min(self._looked_at + HELD_SECONDS, self._good_at + self._stale_limit)
