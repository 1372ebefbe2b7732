"""The keys that a signer publishes, kept fresh.

Fetched ahead of time in the background, once more for a `kid` that nobody has heard of, and one at a time. While the
signer cannot be reached the keys of before are used, for a while.
"""

import asyncio
import contextlib
import random
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic as system_monotonic

from kubus.auth.addresses import shown
from kubus.auth.discovery import discovered
from kubus.auth.fetching import FetchFailed, Line, get_json, within
from kubus.auth.key_place import KeyPlace
from kubus.auth.key_set import NO_KEYS, KeySet, MalformedKeySet, key_set
from kubus.auth.keys import VerificationKey
from kubus.events import KeySetFailed, KeySetFetched, KeySkipped, emit

# Keys are fetched again when so much of their lifetime has passed.
AHEAD = 0.8

LONGEST_LIFETIME = 24 * 3600.0

# Between attempts after failures, in seconds: doubled each time, up to the last.
FIRST_WAIT, LAST_WAIT = 1.0, 60.0

# Names of keys that were looked for and are not there.
MOST_UNKNOWN = 1000

# How long the address that a discovery document gave is used without asking again.
DISCOVERED_FOR = 24 * 3600.0


class UnknownKey(Exception):
    """The signer has no key of this name."""


class NoKeys(Exception):
    """The signer's keys could not be fetched yet, or too long ago."""


@dataclass(frozen=True, slots=True)
class KeysStanding:
    """How the keys at one place are at a moment.

    `place` is their address, without what could be a secret. `fetched` is how many seconds ago they were; None if they
    never were. `is_stale` says that a fetch was due and failed, and `failure` why the last one did. If none are fetched
    any more they may be used for `holds` seconds.
    """

    place: str
    keys: int
    fetched: float | None
    is_stale: bool
    failure: str | None
    holds: float


class RemoteKeys:
    """The keys at one place. `on_change` is called when keys have come or gone.

    `monotonic` gives seconds; `spread` a number between 0 and 1, which keeps servers from asking all at once.
    """

    def __init__(
        self,
        place: KeyPlace,
        on_change: Callable[[], None],
        *,
        monotonic: Callable[[], float] = system_monotonic,
        spread: Callable[[], float] = random.random,
    ) -> None:
        self._place = place
        self._on_change = on_change
        self._monotonic = monotonic
        self._spread = spread
        self._gap = place.least_gap.total_seconds()
        self._keys = NO_KEYS
        self._ends = float("-inf")
        self._stale_from = float("-inf")
        self._due = float("-inf")
        self._asked_for_unknown = float("-inf")
        self._failures = 0
        self._failure: str | None = None
        # When the fetch began that gave the keys.
        self._asked_at = float("-inf")
        self._unknown: OrderedDict[str, float] = OrderedDict()
        self._flight: asyncio.Task[None] | None = None
        self._address: tuple[str, float] | None = None

    @property
    def has_keys(self) -> bool:
        """Whether tokens can be verified."""
        return self._monotonic() < self._ends and bool(self._keys.keys)

    @property
    def standing(self) -> KeysStanding:
        """How they are now."""
        now = self._monotonic()
        return KeysStanding(
            self._shown,
            len(self._keys.members),
            None if self._asked_at == float("-inf") else now - self._asked_at,
            self._failures > 0,
            self._failure,
            max(self.held_for, 0.0),
        )

    @property
    def held_for(self) -> float:
        """For how many seconds the keys may be used if none are fetched any more."""
        return self._ends - self._monotonic()

    def holds(self, key: VerificationKey) -> bool:
        """Whether this key is one of them now."""
        return key in self._keys.members

    async def keys_for(self, key_id: str) -> tuple[VerificationKey, ...]:
        """The keys of this name. Waits for a fetch only where nothing else can tell.

        Raises:
            UnknownKey: there are none.
            NoKeys: nobody knows what there is.
        """
        began = now = self._monotonic()
        if now >= self._ends:
            if self._flight is not None or now >= self._due:
                await self._refresh()
            if self._monotonic() >= self._ends:
                raise NoKeys
        elif now >= self._stale_from and now >= self._due:
            if self._failures:
                # The signer is down: nobody waits for it again while there are keys of before.
                self._begin()
            else:
                await self._refresh()
        return await self._named(key_id, began)

    async def keep_fresh(self) -> None:
        """Fetch the keys whenever they are due, until cancelled."""
        try:
            while True:
                await self._refresh()
                await asyncio.sleep(max(self._due - self._monotonic(), 0.01))
        finally:
            await self.stop()

    async def stop(self) -> None:
        """End a fetch that is under way."""
        if self._flight is not None:
            self._flight.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._flight

    async def _named(self, key_id: str, began: float) -> tuple[VerificationKey, ...]:
        """The keys of this name. One that nobody had heard of at `began` is looked for once, then not for a while."""
        if self._unknown.get(key_id, 0.0) > self._monotonic():
            raise UnknownKey
        while key_id not in self._keys.keys and self._asked_at < began:
            if self._flight is None:
                if not self._may_ask_again():
                    raise UnknownKey
                self._asked_for_unknown = self._monotonic()
            # One that is under way may have begun before the key was published: then another follows.
            await self._refresh()
        found = self._keys.keys.get(key_id)
        if found is not None:
            return found
        if self._asked_at >= began:
            self._unknown[key_id] = self._monotonic() + self._gap
            if len(self._unknown) > MOST_UNKNOWN:
                self._unknown.popitem(last=False)
        raise UnknownKey

    def _may_ask_again(self) -> bool:
        """Whether an unknown name is a reason to ask the signer now: not if one was lately, or if it fails."""
        now = self._monotonic()
        return now - self._asked_for_unknown >= self._gap and not (self._failures and now < self._due)

    def _begin(self) -> asyncio.Task[None]:
        if self._flight is None:
            self._flight = asyncio.get_running_loop().create_task(self._fetch())
        return self._flight

    async def _refresh(self) -> None:
        # Whoever waits may leave; the fetch is everybody's.
        await asyncio.shield(self._begin())

    async def _fetch(self) -> None:
        """Fetch once, and take what there is."""
        asked_at = self._monotonic()
        try:
            fetched, lifetime = await within(self._place.timeout.total_seconds(), self._get)
        except FetchFailed as error:
            self._fail(str(error))
        except Exception as error:
            # Whatever a stranger's document brings about: what goes on in the background goes on.
            self._fail(f"the answer cannot be read: {type(error).__name__}")
        else:
            self._asked_at = asked_at
            self._take(fetched, lifetime)
        finally:
            self._flight = None

    def _fail(self, reason: str) -> None:
        """Leave the signer in peace for a while, longer each time."""
        self._failures += 1
        self._failure = reason
        wait = min(FIRST_WAIT * 2 ** min(self._failures - 1, 10), LAST_WAIT)
        self._due = self._monotonic() + wait * (0.5 + self._spread() / 2)
        emit(KeySetFailed(self._shown, reason, self._failures, self.has_keys))

    def _take(self, fetched: KeySet, lifetime: float) -> None:
        now = self._monotonic()
        had_failed, self._failures, self._failure = self._failures > 0, 0, None
        self._ends = now + max(self._place.stale_limit.total_seconds(), lifetime)
        self._stale_from = now + lifetime
        self._due = now + lifetime * (AHEAD - self._spread() / 10)
        before, self._keys = self._keys, fetched
        if fetched.skipped != before.skipped:
            for skipped in fetched.skipped:
                emit(KeySkipped(self._shown, skipped.key_id, skipped.reason))
        if fetched.members.keys() != before.members.keys() or had_failed or not fetched.keys:
            emit(KeySetFetched(self._shown, len(fetched.members)))
        if fetched.members.keys() != before.members.keys():
            self._unknown.clear()
            self._on_change()

    def _get(self, line: Line) -> tuple[KeySet, float]:
        """The keys as they are now, and for how many seconds they hold. In a thread."""
        attempt = 1
        while True:
            try:
                return self._get_once(line)
            except FetchFailed:
                # What did not answer in time has had its time.
                if attempt >= self._place.attempts or line.is_cut:
                    raise
                attempt += 1

    def _get_once(self, line: Line) -> tuple[KeySet, float]:
        place, seconds = self._place, self._place.timeout.total_seconds()
        address = place.url
        if address is None:
            address = self._discovered_address(line, seconds)
        document = get_json(address, line, seconds=seconds, insecure_loopback=place.insecure_loopback)
        try:
            found = key_set(document.content, self._keys)
        except MalformedKeySet as error:
            raise FetchFailed(f"the answer is no key set: {error}") from error
        lifetime = place.lifetime.total_seconds() if document.max_age is None else document.max_age
        return found, min(max(lifetime, self._gap), LONGEST_LIFETIME)

    def _discovered_address(self, line: Line, seconds: float) -> str:
        known = self._address
        if known is not None and not self._failures and self._monotonic() < known[1]:
            return known[0]
        issuer = self._place.issuer or ""
        found = discovered(issuer, line, seconds=seconds, insecure_loopback=self._place.insecure_loopback)
        address: str = found["jwks_uri"]
        self._address = (address, self._monotonic() + DISCOVERED_FOR)
        return address

    @property
    def _shown(self) -> str:
        return shown(self._place.name)
