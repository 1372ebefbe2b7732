"""Who vouches for a caller: the protocol, and the one that verifies tokens and remembers them."""

import asyncio
import contextlib
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol

from kubus.auth.claims import held_until, security_context
from kubus.auth.jwt import Refused, Token, read_token, same_tokens, signing_key
from kubus.auth.key_place import KeyPlace
from kubus.auth.key_set import LONGEST_KEY_ID
from kubus.auth.keys import VerificationKey
from kubus.auth.rules import JwtRules
from kubus.context import SecurityContext

if TYPE_CHECKING:
    from kubus.auth.remote_keys import KeysStanding, RemoteKeys
    from kubus.auth.revocation_watch import RevocationStanding, RevocationWatch

# What is remembered of verified tokens: so many of them, and so many bytes of token.
REMEMBERED = 10_000
REMEMBERED_BYTES = 16 * 1024 * 1024


class AuthProvider(Protocol):
    """Turns a token into the context of who asks."""

    async def verify(self, token: str) -> SecurityContext:
        """The context that the token vouches for. Raises Unauthenticated if it does not verify."""
        ...

    def recognize(self, token: str) -> SecurityContext | None:
        """The context of a token that verified before and still holds. None says nothing about the token."""
        ...

    async def start(self) -> None:
        """Begin what goes on in the background. Tokens verify without it too."""
        ...

    async def stop(self) -> None:
        """End what goes on in the background."""
        ...

    @property
    def is_ready(self) -> bool:
        """Whether a token could verify now."""
        ...


@dataclass(frozen=True, slots=True)
class Remembered:
    """A verified token: its context, until when it holds, in seconds since 1970, how long it was, and its key.

    `hashes` are what may revoke it, in hex, where there is a list of revocations.
    """

    context: SecurityContext
    until: float
    size: int
    key: VerificationKey
    hashes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TokensStanding:
    """How what tokens are verified by is at a moment: key sets that are fetched, the list of revocations if there is
    one, and how many tokens are remembered.
    """

    keys: "tuple[KeysStanding, ...]"
    revocations: "RevocationStanding | None"
    remembered: int


class Authenticator:
    """Verifies tokens by fixed rules. A token that verified is remembered for as long as it holds.

    With several rules, each token is held to those that name its issuer, and one of another issuer to those that name
    none. What is remembered ends with the token's expiry, and with its key: it is forgotten when the key is withdrawn,
    or the token revoked, as `watch` says.

    `now` gives seconds since 1970.
    """

    def __init__(
        self, *rules: JwtRules, now: Callable[[], float] = time.time, watch: "RevocationWatch | None" = None
    ) -> None:
        self._rules = rules
        self._by_issuer = {issuer: each for each in rules for issuer in each.issuers or ()} if len(rules) > 1 else None
        self._otherwise = next((each for each in rules if each.issuers is None), None)
        self._max_size = max((each.max_size for each in rules), default=0)
        self._now = now
        self._remembered: OrderedDict[bytes, Remembered] = OrderedDict()
        self._remembered_bytes = 0
        self._remote: dict[int, RemoteKeys] = {}
        for each in rules:
            if each.key_place is not None:
                self._remote[id(each)] = remote_keys(each.key_place, self._forget_withdrawn)
        self._watch = watch
        if watch is not None:
            watch.on_change = self._forget_revoked
        self._tasks: list[asyncio.Task[None]] = []

    def recognize(self, token: str) -> SecurityContext | None:
        """See `AuthProvider`."""
        if len(token) > self._max_size:
            return None
        known = self._remembered.get(digest(token))
        if known is None:
            return None
        now = self._now()
        if now >= known.until or (self._watch is not None and now >= self._watch.held_until):
            return None
        return known.context

    async def verify(self, token: str) -> SecurityContext:
        """See `AuthProvider`. Waits for nothing but keys that have to be fetched.

        Raises:
            Refused: the token does not verify. The message is the same for every reason.
        """
        context = self.recognize(token)
        if context is None and self._watch is not None:
            await look(self._watch)
            context = self.recognize(token)
        if context is not None:
            return context
        read = read_token(token, self._max_size)
        rules = self._rules_for(read)
        if len(token) > rules.max_size:
            raise Refused("too_large", read.header)
        if rules.algorithms is not None and read.algorithm not in rules.algorithms:
            raise Refused("algorithm", read.header)
        remote = self._remote.get(id(rules))
        keys = keys_named(read, rules.keys) if remote is None else await fetched_keys(read, remote)
        # Nothing is waited for from here on, so that no key goes while its token is looked at.
        now = self._now()
        key = signing_key(read, keys)
        claims = read.claims()
        until = held_until(read, claims, rules, now)
        if remote is not None:
            until = min(until, now + remote.held_for)
        hashes: tuple[str, ...] = ()
        if self._watch is not None:
            hashes = tuple(digest(text).hex() for text in same_tokens(read))
            if self._watch.current.revoke(claims, hashes, now):
                raise Refused("revoked", read.header, claims.get("iss"))
        context = security_context(claims, rules)
        self._remember(digest(token), Remembered(context, until, len(token), key, hashes))
        return context

    @property
    def is_ready(self) -> bool:
        """See `AuthProvider`. One signer whose keys are there is enough: the others' tokens wait."""
        if self._watch is not None and not self._watch.is_known:
            return False
        return len(self._remote) < len(self._rules) or any(remote.has_keys for remote in self._remote.values())

    @property
    def standing(self) -> TokensStanding:
        """How what tokens are verified by is now."""
        watch = self._watch
        return TokensStanding(
            tuple(remote.standing for remote in self._remote.values()),
            None if watch is None else watch.standing,
            len(self._remembered),
        )

    async def start(self) -> None:
        """See `AuthProvider`: keys are fetched now, and whenever they are due, and revocations looked at."""
        loop = asyncio.get_running_loop()
        self._tasks += [loop.create_task(remote.keep_fresh()) for remote in self._remote.values()]
        if self._watch is not None:
            self._tasks.append(loop.create_task(self._watch.keep_looking()))

    async def stop(self) -> None:
        """See `AuthProvider`."""
        for task in self._tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._tasks.clear()
        for remote in self._remote.values():
            await remote.stop()
        if self._watch is not None:
            await self._watch.close()

    def _rules_for(self, token: Token) -> JwtRules:
        """The rules that a token is held to: those of the issuer that it names, which may not be true yet."""
        if self._by_issuer is None:
            return self._rules[0]
        issuer = token.claims().get("iss")
        found = self._by_issuer.get(issuer, self._otherwise) if isinstance(issuer, str) else self._otherwise
        if found is None:
            raise Refused("issuer", token.header, issuer)
        return found

    def _remember(self, key: bytes, verified: Remembered) -> None:
        before = self._remembered.pop(key, None)
        self._remembered_bytes += verified.size - (before.size if before is not None else 0)
        self._remembered[key] = verified
        while len(self._remembered) > REMEMBERED or self._remembered_bytes > REMEMBERED_BYTES:
            _, oldest = self._remembered.popitem(last=False)
            self._remembered_bytes -= oldest.size

    def _forget(self, ended: Callable[[Remembered], bool]) -> None:
        for key in [key for key, known in self._remembered.items() if ended(known)]:
            self._remembered_bytes -= self._remembered.pop(key).size

    def _forget_revoked(self) -> None:
        """Forget the tokens that are on the list by now."""
        if self._watch is None:
            return
        revoke, now = self._watch.current.revoke, self._now()
        self._forget(lambda known: revoke(known.context.jwt, known.hashes, now))

    def _forget_withdrawn(self) -> None:
        """Forget the tokens whose keys are gone."""
        fixed = {key for each in self._rules for key in each.keys}
        remotes = list(self._remote.values())
        self._forget(lambda known: known.key not in fixed and not any(remote.holds(known.key) for remote in remotes))


async def look(watch: "RevocationWatch") -> None:
    """See to it that the list of revocations is a recent one. Raises Refused if there is none."""
    from kubus.auth.revocation_watch import NoList

    try:
        await watch.look()
    except NoList:
        raise Refused("revocations_unknown") from None


def keys_named(token: Token, keys: tuple[VerificationKey, ...]) -> tuple[VerificationKey, ...]:
    """The keys that a token may be signed with: those of the name that it gives, and those without a name."""
    key_id = token.key_id
    if key_id is None:
        return keys
    named = tuple(key for key in keys if key.key_id is None or key.key_id == key_id)
    if keys and not named:
        raise Refused("unknown_key", token.header)
    return named


def remote_keys(place: KeyPlace, on_change: Callable[[], None]) -> "RemoteKeys":
    # What speaks HTTP is not imported where nothing is fetched.
    from kubus.auth.remote_keys import RemoteKeys

    return RemoteKeys(place, on_change)


async def fetched_keys(token: Token, remote: "RemoteKeys") -> tuple[VerificationKey, ...]:
    """The published keys of the name that a token gives. Raises Refused if it gives none, or there are none."""
    from kubus.auth.remote_keys import NoKeys, UnknownKey

    key_id = token.key_id
    if not isinstance(key_id, str) or not key_id:
        raise Refused("no_key_id", token.header)
    if len(key_id) > LONGEST_KEY_ID:
        raise Refused("key_id_too_long", token.header)
    try:
        return await remote.keys_for(key_id)
    except UnknownKey:
        raise Refused("unknown_key", token.header) from None
    except NoKeys:
        raise Refused("no_keys", token.header) from None


def digest(token: str) -> bytes:
    """What stands for a token, so that memory holds none."""
    return sha256(token.encode("utf-8", "surrogatepass")).digest()
