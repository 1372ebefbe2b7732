"""Who is let in, and for how long what was found is remembered: by clocks, lists and keys that the test holds."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from kubus.auth import provider
from kubus.auth.jwt import Refused, read_token
from kubus.auth.key_place import KeyPlace
from kubus.auth.keys import VerificationKey, secret_keys
from kubus.auth.provider import Authenticator, fetched_keys
from kubus.auth.remote_keys import NoKeys, UnknownKey
from kubus.auth.revocation import Revocation, Revocations, listed
from kubus.auth.revocation_places import Unavailable
from kubus.auth.revocation_watch import HELD_SECONDS, RevocationWatch
from kubus.auth.rules import JwtRules
from kubus.context import SecurityContext
from tests.auth.tokens import NOW, OTHER, SECRET, signed

TOKEN = {"exp": NOW + 600, "iat": NOW - 60}


class List:
    """A place of revocations that says what the test says."""

    def __init__(self) -> None:
        self.revocations: list[Revocation] | None = []

    async def changed(self, now: float) -> Revocations:
        if self.revocations is None:
            raise Unavailable("it is down")
        return listed(self.revocations, now)

    async def add(self, revocation: Revocation) -> None: ...

    async def close(self) -> None: ...


class Keys:
    """Keys of a signer: by name, held for so many seconds."""

    has_keys = True
    held_for = 1_000.0

    def __init__(self, **keys: tuple[VerificationKey, ...]) -> None:
        self.keys = keys
        self.says: Exception | None = None

    def holds(self, key: VerificationKey) -> bool:
        return any(key in found for found in self.keys.values())

    async def keys_for(self, key_id: str) -> tuple[VerificationKey, ...]:
        if self.says is not None:
            raise self.says
        if key_id not in self.keys:
            raise UnknownKey
        return self.keys[key_id]

    async def stop(self) -> None: ...


class Door:
    """An authenticator, its clock, and the list of revocations that it looks at."""

    def __init__(self, *rules: JwtRules, watched: bool = False, stale: float = 100.0) -> None:
        self.now = float(NOW)
        self.list = List()
        self.watch = RevocationWatch(self.list, timedelta(seconds=stale), self.clock) if watched else None
        chosen = rules or (JwtRules(keys=secret_keys([SECRET])),)
        self.authenticator = Authenticator(*chosen, now=self.clock, watch=self.watch)

    def clock(self) -> float:
        return self.now

    async def let_in(self, token: str) -> SecurityContext:
        context = await self.authenticator.verify(token)
        assert self.authenticator.recognize(token) is context
        return context

    async def refused(self, token: str) -> Refused:
        with pytest.raises(Refused, match=r"^Invalid token$") as caught:
            await self.authenticator.verify(token)
        assert self.authenticator.recognize(token) is None
        return caught.value

    def knows(self, token: str) -> bool:
        return self.authenticator.recognize(token) is not None


def said(refused: Refused) -> tuple[str, str, str, str]:
    return refused.reason, refused.algorithm, refused.key_id, refused.issuer


# ── what is remembered ──


async def test_a_token_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    door, token = Door(), signed(TOKEN)
    context = await door.let_in(token)
    # From here on nothing could be read any more.
    monkeypatch.setattr(provider, "read_token", None)
    assert await door.authenticator.verify(token) is context


async def test_the_longest_token_that_is_read_is_remembered() -> None:
    token = signed(TOKEN)
    for size, fits in ((len(token), True), (len(token) - 1, False)):
        door = Door(JwtRules(keys=secret_keys([SECRET]), max_size=size))
        if fits:
            await door.let_in(token)
        else:
            assert (await door.refused(token)).reason == "too_large"


async def test_each_issuer_has_its_own_longest_token() -> None:
    mine, yours = signed({**TOKEN, "iss": "mine"}), signed({**TOKEN, "iss": "yours"})
    keys = secret_keys([SECRET])
    for size, fits in ((len(mine), True), (len(mine) - 1, False)):
        door = Door(JwtRules(keys=keys, issuers=("mine",), max_size=size), JwtRules(keys=keys, issuers=("yours",)))
        await door.let_in(yours)
        if fits:
            await door.let_in(mine)
        else:
            assert said(await door.refused(mine)) == ("too_large", "HS256", "", "")


def test_without_rules_nobody_is_known() -> None:
    assert Authenticator().recognize("") is None
    assert Authenticator().recognize(signed(TOKEN)) is None


async def test_memory_is_counted_to_the_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    door = Door()
    tokens = [signed({**TOKEN, "n": n}) for n in range(4)]
    size = len(tokens[0])
    monkeypatch.setattr(provider, "REMEMBERED_BYTES", 3 * size)
    for token in tokens[:3]:
        await door.let_in(token)
    assert [door.knows(token) for token in tokens] == [True, True, True, False]
    await door.let_in(tokens[3])
    assert [door.knows(token) for token in tokens] == [False, True, True, True]
    # The same token, verified again after it was forgotten or had ended, takes no more than before.
    door.now = NOW + 600.0
    renewed = [signed({"exp": NOW + 2_000, "n": n}) for n in range(3)]
    assert not any(map(door.knows, tokens))
    for token in (*renewed, *renewed):
        await door.let_in(token)
    assert all(map(door.knows, renewed))


async def test_what_is_remembered_again_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    door = Door(watched=True)
    tokens = [signed({**TOKEN, "n": n}) for n in range(3)]
    monkeypatch.setattr(provider, "REMEMBERED_BYTES", 3 * len(tokens[0]))
    remember = door.authenticator._remember
    for token in tokens:
        await door.let_in(token)
        known = door.authenticator._remembered[provider.digest(token)]
        remember(provider.digest(token), known)
        remember(provider.digest(token), known)
    assert all(map(door.knows, tokens))


# ── what is told of who is not let in ──


async def test_what_a_refused_token_said_of_itself_is_told() -> None:
    by_issuer = (JwtRules(keys=secret_keys([SECRET]), issuers=("a",)), JwtRules(keys=(), issuers=("b",)))
    only = JwtRules(keys=secret_keys([SECRET]), algorithms=("HS512",))
    for door, token, due in (
        (Door(), signed(TOKEN, OTHER, kid="k"), ("signature", "HS256", "k", "")),
        (Door(only), signed(TOKEN, kid="k"), ("algorithm", "HS256", "k", "")),
        (Door(*by_issuer), signed({**TOKEN, "iss": "c"}, kid="k"), ("issuer", "HS256", "k", "c")),
        (Door(*by_issuer), signed({**TOKEN, "iss": "b"}, kid="k"), ("algorithm", "HS256", "k", "")),
        (Door(), signed(TOKEN)[:-1] + "*", ("encoding", "HS256", "", "")),
    ):
        assert said(await door.refused(token)) == due


# ── what is taken back ──


def sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@pytest.mark.parametrize(
    "revocation",
    [
        lambda _: Revocation("jti", "one"),
        lambda _: Revocation("sub", "cook", issuer="us", issued_before=NOW),
        lambda token: Revocation("sha256", sha256(token), until=NOW + 50),
    ],
    ids=["jti", "sub", "hash"],
)
async def test_a_revoked_token_is_refused_cold_and_warm(revocation: Callable[[str], Revocation]) -> None:
    token = signed({**TOKEN, "jti": "one", "sub": "cook", "iss": "us"}, kid="k")
    other = signed({**TOKEN, "jti": "two", "sub": "waiter", "iss": "us"}, kid="k")
    cold = Door(watched=True)
    cold.list.revocations = [revocation(token)]
    assert said(await cold.refused(token)) == ("revoked", "HS256", "k", "us")
    await cold.let_in(other)
    warm = Door(watched=True)
    await warm.let_in(token)
    await warm.let_in(other)
    warm.list.revocations = [revocation(token)]
    warm.now += 1
    # Looking for the one shows the other too.
    assert await warm.authenticator.verify(other) is not None
    assert warm.knows(token)
    warm.now += HELD_SECONDS
    assert said(await warm.refused(token)) == ("revoked", "HS256", "k", "us")
    assert not warm.knows(token)
    await warm.let_in(other)


async def test_when_the_list_changes_what_it_takes_back_is_forgotten_at_once() -> None:
    door = Door(watched=True)
    gone, kept = signed({**TOKEN, "jti": "one"}), signed({**TOKEN, "n": 2})
    hashed, ended = signed({**TOKEN, "n": 3}), signed({**TOKEN, "jti": "ended"})
    for token in (gone, kept, hashed, ended):
        await door.let_in(token)
    assert door.watch is not None
    door.watch.current = listed(
        [Revocation("jti", "one"), Revocation("sha256", sha256(hashed)), Revocation("jti", "ended", until=NOW + 1)],
        now=NOW,
    )
    door.now += 1
    door.watch.on_change()
    assert [door.knows(token) for token in (gone, kept, hashed, ended)] == [False, True, False, True]
    assert len(door.authenticator._remembered) == 2
    assert door.authenticator._remembered_bytes == len(kept) + len(ended)


async def test_what_was_found_holds_a_moment_without_a_look_at_the_list() -> None:
    door, token = Door(watched=True), signed(TOKEN)
    assert not door.authenticator.is_ready
    context = await door.let_in(token)
    assert door.authenticator.is_ready
    for seconds, holds in ((HELD_SECONDS - 0.1, True), (HELD_SECONDS, False)):
        door.now = NOW + seconds
        assert door.knows(token) is holds
    # A look, and it is the same as before.
    assert await door.authenticator.verify(token) is context
    assert door.knows(token)


async def test_without_a_list_nobody_is_let_in() -> None:
    door, token = Door(watched=True, stale=10), signed(TOKEN)
    door.list.revocations = None
    assert (await door.refused(token)).reason == "revocations_unknown"
    assert not door.authenticator.is_ready
    door.list.revocations = []
    door.now += 1
    await door.let_in(token)
    # The last list serves for a while.
    door.list.revocations = None
    door.now += 9.9
    await door.let_in(token)
    door.now += 0.1
    assert (await door.refused(token)).reason == "revocations_unknown"


# ── keys that come and go ──


async def test_which_published_keys_a_token_may_be_signed_with() -> None:
    (one,) = secret_keys([SECRET])
    keys: Any = Keys(one=(one,))

    async def found(header: dict[str, Any]) -> object:
        try:
            return await fetched_keys(read_token(signed(TOKEN, **header), 10_000), keys)
        except Refused as refused:
            return said(refused)

    assert await found({"kid": "one"}) == (one,)
    assert await found({"kid": "x"}) == ("unknown_key", "HS256", "x", "")
    for odd in ({}, {"kid": ""}, {"kid": 5}):
        assert await found(odd) == ("no_key_id", "HS256", "", "")
    assert await found({"kid": "x" * 256}) == ("unknown_key", "HS256", "x" * 64, "")
    assert await found({"kid": "x" * 257}) == ("key_id_too_long", "HS256", "x" * 64, "")
    keys.says = NoKeys()
    assert await found({"kid": "one"}) == ("no_keys", "HS256", "one", "")


def remote(door: Door, keys: Keys) -> Keys:
    """These in the place of the keys that the rules of a place fetch."""
    (rules,) = door.authenticator._remote
    door.authenticator._remote[rules] = keys  # type: ignore[assignment]
    return keys


async def test_a_token_is_remembered_no_longer_than_its_key_may_be_used() -> None:
    door = Door(JwtRules(key_place=KeyPlace("https://login.example.com/keys")))
    remote(door, Keys(one=secret_keys([SECRET]))).held_for = 50.0
    token, short = signed(TOKEN, kid="one"), signed({**TOKEN, "exp": NOW + 20}, kid="one")
    await door.let_in(token)
    await door.let_in(short)
    for seconds, holds in ((19.9, [True, True]), (20, [True, False]), (49.9, [True, False]), (50, [False, False])):
        door.now = NOW + seconds
        assert [door.knows(token), door.knows(short)] == holds


async def test_tokens_whose_keys_are_withdrawn_are_forgotten_and_no_others() -> None:
    door = Door(
        JwtRules(keys=secret_keys([OTHER]), issuers=("ours",)),
        JwtRules(key_place=KeyPlace("https://login.example.com/keys"), issuers=("theirs",)),
    )
    keys = remote(door, Keys(one=secret_keys([SECRET]), two=secret_keys([SECRET])))
    theirs, stays = (signed({**TOKEN, "iss": "theirs", "n": kid}, kid=kid) for kid in ("one", "two"))
    ours = signed({**TOKEN, "iss": "ours"}, OTHER)
    for token in (theirs, stays, ours):
        await door.let_in(token)
    door.authenticator._forget_withdrawn()
    assert [door.knows(token) for token in (theirs, stays, ours)] == [True, True, True]
    del keys.keys["one"]
    door.authenticator._forget_withdrawn()
    assert [door.knows(token) for token in (theirs, stays, ours)] == [False, True, True]
    assert door.authenticator._remembered_bytes == len(stays) + len(ours)
    assert (await door.refused(theirs)).reason == "unknown_key"


async def test_readiness_is_that_of_one_signer_at_least() -> None:
    place = KeyPlace("https://login.example.com/keys")
    assert Door().authenticator.is_ready
    alone = Door(JwtRules(key_place=place))
    assert not alone.authenticator.is_ready
    remote(alone, Keys())
    assert alone.authenticator.is_ready
    both = Door(JwtRules(keys=secret_keys([SECRET]), issuers=("a",)), JwtRules(key_place=place, issuers=("b",)))
    assert both.authenticator.is_ready
