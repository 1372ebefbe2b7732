"""Keys by URL: tokens of a signer that publishes its keys on loopback."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from kubus.auth.jwt import Refused
from kubus.auth.key_place import KeyPlace
from kubus.auth.keys import secret_keys
from kubus.auth.provider import Authenticator
from kubus.auth.rules import JwtRules
from kubus.events import KeySetFailed, KeySetFetched, KeySkipped, listen
from tests.auth.tokens import SECRET, base64url, signed
from tests.engines.key_server import DISCOVERY, Signer, SigningKey, key_server, made

ONE, TWO = made("one"), made("two")
SHORT = SigningKey("bad", "RS256", rsa.generate_private_key(public_exponent=65537, key_size=1024))


@pytest.fixture
def signer() -> Iterator[Signer]:
    with key_server(ONE) as running:
        yield running


@pytest.fixture
def told() -> Iterator[list[Any]]:
    """The events of key sets."""
    events: list[Any] = []
    end = listen(events.append, {KeySetFailed, KeySetFetched, KeySkipped})
    yield events
    end()


def place(url: str, **more: Any) -> KeyPlace:
    return KeyPlace(url, insecure_loopback=True, **more)


def verifier(signer: Signer, rules: dict[str, Any] | None = None, **more: Any) -> Authenticator:
    return Authenticator(JwtRules(key_place=place(signer.keys_url, **more), **(rules or {})))


@asynccontextmanager
async def started(authenticator: Authenticator) -> AsyncIterator[Authenticator]:
    await authenticator.start()
    try:
        yield authenticator
    finally:
        await authenticator.stop()


def token(key: SigningKey = ONE, **claims: Any) -> str:
    return key.sign({"exp": int(time.time()) + 600, **claims})


async def refusal(authenticator: Authenticator, text: str) -> str:
    with pytest.raises(Refused, match=r"^Invalid token$") as refused:
        await authenticator.verify(text)
    assert authenticator.recognize(text) is None
    return refused.value.reason


async def eventually(holds: Callable[[], bool], seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come about"
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "ES384", "ES512", "EdDSA"])
async def test_every_kind_of_key(algorithm: str) -> None:
    key = made("a", algorithm)
    with key_server(key) as signer:
        authenticator = verifier(signer)
        good = token(key, role="admin")
        assert (await authenticator.verify(good)).claims["role"] == "admin"
        assert authenticator.recognize(good) is not None
        assert await refusal(authenticator, good[:-8] + good[-8:].swapcase()) in ("signature", "encoding")
        other = SigningKey("a", algorithm, made("a", algorithm).private)
        assert await refusal(authenticator, token(other)) == "signature"
        assert signer.times_asked() == 1


async def test_secrets_no_longer_count_and_a_public_key_is_none(signer: Signer) -> None:
    authenticator = verifier(signer)
    await authenticator.verify(token())
    claims = {"exp": int(time.time()) + 600}
    assert await refusal(authenticator, signed(claims, kid="one")) == "algorithm"
    for secret in (json.dumps(signer.keys[0]), signer.keys[0]["x"]):
        assert await refusal(authenticator, signed(claims, secret, kid="one")) == "algorithm"


async def test_shared_secrets_that_are_published_are_none(signer: Signer, told: list[Any]) -> None:
    signer.keys = [{"kty": "oct", "kid": "s", "k": base64url(SECRET)}, ONE.published()]
    authenticator = verifier(signer)
    assert await refusal(authenticator, signed({"exp": int(time.time()) + 600}, kid="s")) == "unknown_key"
    await authenticator.verify(token())
    assert KeySkipped(signer.keys_url, "s", "is no public key") in told


async def test_the_name_of_a_key_is_asked_for(signer: Signer) -> None:
    authenticator = verifier(signer)
    claims = {"exp": int(time.time()) + 600}
    import jwt as pyjwt

    assert await refusal(authenticator, pyjwt.encode(claims, ONE.private, "ES256")) == "no_key_id"
    for odd, reason in ((7, "no_key_id"), (["one"], "no_key_id"), ("", "no_key_id"), ("x" * 257, "key_id_too_long")):
        forged = f"{base64url(json.dumps({'alg': 'ES256', 'kid': odd}))}.{base64url(json.dumps(claims))}.AA"
        assert await refusal(authenticator, forged) == reason
    assert signer.asked == []


async def test_a_new_key_is_fetched_once_for_all_who_wait(signer: Signer) -> None:
    authenticator = verifier(signer)
    await authenticator.verify(token())
    signer.publish(ONE, TWO)
    signer.delay = 0.2
    contexts = await asyncio.gather(*(authenticator.verify(token(TWO, n=n)) for n in range(200)))
    assert [context.claims["n"] for context in contexts] == list(range(200))
    assert signer.times_asked() == 2


async def test_all_who_joined_a_fetch_from_before_the_key_join_the_next(signer: Signer) -> None:
    authenticator = verifier(signer, lifetime=timedelta(seconds=2), least_gap=timedelta(seconds=0.3))
    await authenticator.start()
    await authenticator.verify(token())
    signer.delay = 0.3
    # Ahead of time, while the keys of before still hold.
    await eventually(lambda: signer.times_asked() == 2)
    # What that fetch will answer was said before this key.
    answer = signer.answer("/keys")
    signer.behave = lambda path: (
        answer if signer.times_asked() == 2 else (200, {}, json.dumps({"keys": [TWO.published()]}).encode())
    )
    await asyncio.gather(*(authenticator.verify(token(TWO, n=n)) for n in range(30)))
    await authenticator.stop()
    assert signer.times_asked() == 3


async def test_unknown_names_cause_one_fetch_for_a_while(signer: Signer) -> None:
    authenticator = verifier(signer)
    await authenticator.verify(token())
    for n in range(50):
        assert await refusal(authenticator, token(SigningKey(f"x{n}", "ES256", TWO.private))) == "unknown_key"
    assert signer.times_asked() == 2
    # One that could be fetched before the while is over waits for it.
    signer.publish(ONE, TWO)
    assert await refusal(authenticator, token(TWO)) == "unknown_key"
    await authenticator.verify(token())
    assert signer.times_asked() == 2


async def test_a_name_that_a_fetch_did_not_find_is_not_looked_for_again(signer: Signer) -> None:
    authenticator = verifier(signer)
    for _ in range(3):
        assert await refusal(authenticator, token(TWO)) == "unknown_key"
    # The keys were fetched for the first of these, and there is no reason to think that they are others now.
    assert signer.times_asked() == 1


async def test_the_while_ends(signer: Signer) -> None:
    authenticator = verifier(signer, least_gap=timedelta(seconds=0.1))
    await authenticator.verify(token())
    assert await refusal(authenticator, token(TWO)) == "unknown_key"
    signer.publish(TWO)
    await asyncio.sleep(0.12)
    await authenticator.verify(token(TWO))
    assert await refusal(authenticator, token(ONE, n=2)) == "unknown_key"


async def test_a_withdrawn_key_ends_the_tokens_that_it_signed(signer: Signer, told: list[Any]) -> None:
    signer.publish(ONE, TWO)
    authenticator = verifier(signer, lifetime=timedelta(seconds=0.2), least_gap=timedelta(seconds=0.2))
    gone, kept = token(ONE), token(TWO)
    async with started(authenticator):
        for text in (gone, kept):
            await authenticator.verify(text)
        before = authenticator.recognize(kept)
        signer.publish(TWO)
        await eventually(lambda: authenticator.recognize(gone) is None)
        assert await refusal(authenticator, gone) == "unknown_key"
        # The other was not touched: what was kept for its caller is found again.
        assert authenticator.recognize(kept) is before
        assert before is not None
    assert [event.keys for event in told if isinstance(event, KeySetFetched)] == [2, 1]


async def test_a_key_with_another_content_is_another_key(signer: Signer) -> None:
    authenticator = verifier(signer, lifetime=timedelta(seconds=0.2), least_gap=timedelta(seconds=0.2))
    old = token(ONE)
    replaced = made("one")
    async with started(authenticator):
        await authenticator.verify(old)
        signer.publish(replaced)
        await eventually(lambda: authenticator.recognize(old) is None)
        assert await refusal(authenticator, old) == "signature"
        await authenticator.verify(token(replaced))


async def test_rotation_under_load(signer: Signer) -> None:
    """New keys are published before they sign, and old ones withdrawn after: no valid request is refused."""
    authenticator = verifier(signer, lifetime=timedelta(seconds=0.3), least_gap=timedelta(seconds=0.15))
    signer.delay = 0.05
    now = int(time.time())
    signing = [ONE]
    asked = refused = 0

    async def ask(worker: int) -> None:
        nonlocal asked, refused
        while len(signing) < 6:
            try:
                await authenticator.verify(signing[-1].sign({"exp": now + 600, "n": f"{worker}-{asked % 50}"}))
            except Refused:
                refused += 1
            asked += 1
            await asyncio.sleep(0)

    async def rotate() -> None:
        for number in range(5):
            following = made(f"key-{number}")
            signer.publish(signing[-1], following)
            await asyncio.sleep(0.02)
            signing.append(following)
            # The next comes when this one is known, and unknown names may cause a fetch again.
            await authenticator.verify(following.sign({"exp": now + 600}))
            await asyncio.sleep(0.3)

    async with started(authenticator):
        await asyncio.gather(rotate(), *(ask(worker) for worker in range(20)))
        assert (refused, asked > 100) == (0, True)
        first = token(ONE, n="last")
        assert await refusal(authenticator, first) == "unknown_key"


async def test_starting_while_the_signer_is_down(told: list[Any]) -> None:
    with key_server(ONE) as gone:
        port = int(gone.url.rpartition(":")[2])
    authenticator = verifier(gone)
    async with started(authenticator):
        assert await refusal(authenticator, token()) == "no_keys"
        assert not authenticator.is_ready
        with key_server(ONE, port=port):
            await eventually(lambda: authenticator.is_ready)
            await authenticator.verify(token())
    failed = [event for event in told if isinstance(event, KeySetFailed)]
    assert failed[0] == KeySetFailed(gone.keys_url, failed[0].reason, 1, has_keys=False)
    assert "Connection refused" in failed[0].reason


@contextmanager
def not_answering(signer: Signer) -> Iterator[None]:
    """A signer that takes requests and answers none of them, until the end of this."""
    signer.held = Event()
    try:
        yield
    finally:
        signer.held.set()


async def test_keys_of_before_serve_while_the_signer_is_down(signer: Signer, told: list[Any]) -> None:
    authenticator = verifier(
        signer,
        lifetime=timedelta(seconds=0.1),
        least_gap=timedelta(seconds=0.1),
        stale_limit=timedelta(seconds=2.5),
    )
    text = token(n=0)
    async with started(authenticator):
        await authenticator.verify(text)
        signer.status = 500
        await eventually(lambda: any(isinstance(event, KeySetFailed) for event in told))
        with not_answering(signer):
            # Nobody waits for a signer that is down: whoever did would hear that it gave no answer.
            await authenticator.verify(token(n=1))
            assert authenticator.recognize(text) is not None
            assert not [event for event in told if "no answer" in getattr(event, "reason", "")]
        await eventually(lambda: authenticator.recognize(text) is None)
        await eventually(lambda: not authenticator.is_ready)
        assert await refusal(authenticator, text) == "no_keys"
    failed = [event for event in told if isinstance(event, KeySetFailed)]
    assert (failed[0].reason, failed[0].has_keys) == ("status 500", True)


async def test_without_a_background_nobody_waits_for_a_signer_that_is_down_either(
    signer: Signer, told: list[Any]
) -> None:
    authenticator = verifier(signer, lifetime=timedelta(seconds=0.1), least_gap=timedelta(seconds=0.1), attempts=1)
    await authenticator.verify(token(n=0))
    signer.status = 500
    await asyncio.sleep(0.12)
    await authenticator.verify(token(n=1))
    assert signer.times_asked() == 2
    # It is asked again when its pause is over, and by nobody who would wait for it.
    await asyncio.sleep(1.05)
    with not_answering(signer):
        await authenticator.verify(token(n=2))
        assert not [event for event in told if "no answer" in getattr(event, "reason", "")]
    await eventually(lambda: signer.times_asked() == 3)
    await authenticator.stop()


def answering(status: int = 200, body: bytes = b"{}", **headers: str) -> Callable[[str], Any]:
    return lambda path: (status, headers, body)


BAD_ANSWERS: list[tuple[Callable[[str], Any], str]] = [
    (answering(404), "status 404"),
    (answering(503), "status 503"),
    (answering(204, b""), "status 204"),
    (answering(200, b"<html>"), "the answer is no JSON"),
    (answering(200, b'{"keys": [}'), "the answer is no JSON"),
    (answering(200, b"\xff\xfe"), "the answer is no JSON"),
    (answering(200, b"[" * 100_000), "the answer is no JSON"),
    (answering(200, b"{}"), "it has no list 'keys'"),
    (answering(200, b'{"keys": {}}'), "it has no list 'keys'"),
    (answering(200, b"[]"), "it has no list 'keys'"),
    (answering(200, b'{"keys": [' + b",".join([b"{}"] * 101) + b"]}"), "it has more than 100 keys"),
    (answering(200, b'{"keys": "' + b"x" * 1024 * 1024 + b'"}'), "larger than 1048576 bytes"),
    (answering(302, Location="http://127.0.0.2:1/keys"), "redirects to another host: http://127.0.0.2:1/keys"),
    (answering(302, Location="http://localhost/keys"), "redirects to another host"),
    (answering(302, Location="file:///etc/hostname"), "status 302"),
    (answering(302, Location="/keys"), "status 302"),
]


@pytest.mark.parametrize(("behave", "reason"), BAD_ANSWERS, ids=[reason[:30] for _, reason in BAD_ANSWERS])
async def test_answers_that_are_no_keys(signer: Signer, told: list[Any], behave: Any, reason: str) -> None:
    authenticator = verifier(signer)
    signer.behave = behave
    assert await refusal(authenticator, token()) == "no_keys"
    (failed,) = told
    assert reason in failed.reason
    signer.behave = None


async def test_a_redirect_on_the_host_is_followed(signer: Signer) -> None:
    authenticator = Authenticator(JwtRules(key_place=place(f"{signer.url}/moved")))
    signer.behave = lambda path: (
        (301, {"Location": "/keys"}, b"")
        if path == "/moved"
        else (200, {}, json.dumps({"keys": [ONE.published()]}).encode())
    )
    await authenticator.verify(token())


@pytest.mark.parametrize("way", ["slow", "trickling"])
async def test_a_slow_signer_is_given_up(signer: Signer, told: list[Any], way: str) -> None:
    authenticator = verifier(signer, timeout=timedelta(seconds=0.3))
    if way == "slow":
        signer.delay = 2.0
    else:
        signer.trickle = True
    assert await refusal(authenticator, token()) == "no_keys"
    assert told[0].reason == "no answer within 0.3 seconds"


async def test_failures_are_followed_by_longer_waits(signer: Signer, told: list[Any]) -> None:
    authenticator = verifier(signer, attempts=3)
    signer.status = 500
    for _ in range(20):
        assert await refusal(authenticator, token()) == "no_keys"
    # Three attempts of one fetch, and no other for at least half a second.
    assert signer.times_asked() == 3
    assert len(told) == 1
    await asyncio.sleep(1.05)
    assert await refusal(authenticator, token()) == "no_keys"
    assert signer.times_asked() == 6
    await asyncio.sleep(0.6)
    assert await refusal(authenticator, token()) == "no_keys"
    assert signer.times_asked() == 6


BAD_KEYS: list[tuple[Any, str]] = [
    ("no object", "has no kid"),
    ({"kty": "RSA"}, "has no kid"),
    ({"kty": "RSA", "kid": 5}, "has no kid"),
    ({"kty": "RSA", "kid": "x" * 257}, "has a kid of more than 256 characters"),
    (SHORT.published(), "is an RSA key of fewer than 2048 bits"),
    ({"kty": "RSA", "kid": "bad", "n": 5, "e": "AQAB"}, "cannot be read"),
    ({"kty": "RSA", "kid": "bad"}, "cannot be read"),
    ({"kty": "EC", "kid": "bad", "crv": "P-256", "x": "AA", "y": "AA"}, "cannot be read"),
    ({"kty": "EC", "kid": "bad", "crv": "P-999", "x": "AA", "y": "AA"}, "cannot be read"),
    ({"kty": "OKP", "kid": "bad", "crv": "X25519", "x": base64url(b"\1" * 32)}, "no supported algorithm uses"),
    ({"kty": "oct", "kid": "bad", "k": "AAAA"}, "is no public key"),
    ({"kty": ["EC"], "kid": "bad"}, "cannot be read"),
    ({"kty": "EC", "kid": "bad", "crv": json.loads("[" * 400 + "]" * 400)}, "cannot be read"),
    (TWO.published(key_ops=[["verify"]]), "cannot be read"),
    (TWO.published(use="enc"), "no supported algorithm uses"),
    (TWO.published(key_ops=["encrypt"]), "no supported algorithm uses"),
    (TWO.published(key_ops="verify"), "cannot be read"),
    (TWO.published(alg="ES384"), "no supported algorithm uses"),
    (TWO.published(alg="HS256"), "no supported algorithm uses"),
    (TWO.published(alg=["ES256"]), "cannot be read"),
    (TWO.published(d="AAAA"), "is a private key, which everybody can read"),
]


@pytest.mark.parametrize(("bad", "reason"), BAD_KEYS)
async def test_one_bad_key_costs_no_other(signer: Signer, told: list[Any], bad: Any, reason: str) -> None:
    signer.keys = [bad, ONE.published(alg="ES256", key_ops=["verify"])]
    authenticator = verifier(signer)
    await authenticator.verify(token())
    (skipped,) = (event for event in told if isinstance(event, KeySkipped))
    assert reason in skipped.reason
    if isinstance(bad, dict) and bad.get("kid") == "two":
        assert await refusal(authenticator, token(TWO)) == "unknown_key"


async def test_a_key_is_used_for_its_own_algorithm_alone() -> None:
    key = made("a", "RS256")
    with key_server(key) as signer:
        signer.keys = [key.published(alg="RS256")]
        authenticator = verifier(signer)
        await authenticator.verify(token(key))
        assert await refusal(authenticator, token(SigningKey("a", "PS256", key.private))) == "algorithm"
        assert await refusal(authenticator, token(SigningKey("a", "RS512", key.private))) == "algorithm"


async def test_two_kinds_of_keys_may_share_a_name() -> None:
    curve, wide = made("same", "ES256"), made("same", "RS256")
    with key_server(curve, wide) as signer:
        authenticator = verifier(signer)
        await authenticator.verify(token(curve))
        await authenticator.verify(token(wide))


@pytest.mark.parametrize("header", ["jku", "x5u", "jwk", "x5c"])
async def test_what_a_token_says_of_its_key_is_not_looked_at(signer: Signer, header: str) -> None:
    with key_server(TWO) as elsewhere:
        value = {"jku": elsewhere.keys_url, "x5u": elsewhere.keys_url, "jwk": TWO.published(), "x5c": ["AAAA"]}[header]
        authenticator = verifier(signer)
        forged = TWO.sign({"exp": int(time.time()) + 600}, kid="one", **{header: value})
        assert await refusal(authenticator, forged) == "signature"
        assert elsewhere.asked == []


@pytest.mark.parametrize("key_id", ["../../etc/passwd", "one'--", "http://127.0.0.1:1/", "one\u0000", "ｏｎｅ", "One"])
async def test_the_name_of_a_key_is_a_name(signer: Signer, key_id: str) -> None:
    authenticator = verifier(signer)
    assert await refusal(authenticator, token(SigningKey(key_id, "ES256", ONE.private))) == "unknown_key"
    assert set(signer.asked) == {"/keys"}
    named = SigningKey(key_id, "ES256", ONE.private)
    with key_server(named) as other:
        await verifier(other).verify(token(named))


async def test_how_long_keys_are_kept(signer: Signer) -> None:
    for headers, asked in (
        ({"Cache-Control": "public, max-age=3600"}, 1),
        ({"Cache-Control": "max-age=0"}, 2),
        ({}, 2),
    ):
        signer.headers = headers
        signer.asked.clear()
        authenticator = verifier(signer, lifetime=timedelta(seconds=0.1), least_gap=timedelta(seconds=0.1))
        await authenticator.verify(token(n=1))
        await asyncio.sleep(0.15)
        await authenticator.verify(token(n=2))
        assert signer.times_asked() == asked, headers


# ── issuers ──


def issuers(*signers: Signer, **more: Any) -> Authenticator:
    return Authenticator(
        *(
            JwtRules(
                key_place=KeyPlace(issuer=signer.url, insecure_loopback=True),
                issuers=(signer.url,),
                audiences=("us",),
                **more,
            )
            for signer in signers
        )
    )


async def test_discovery_from_the_issuer_alone(signer: Signer) -> None:
    authenticator = issuers(signer)
    context = await authenticator.verify(token(iss=signer.url, aud=["them", "us"], sub="cook"))
    assert (context.issuer, context.subject) == (signer.url, "cook")
    assert signer.asked == [DISCOVERY, "/keys"]
    assert await refusal(authenticator, token(iss=signer.url, aud="them")) == "audience"
    assert await refusal(authenticator, token(iss=signer.url + "/", aud="us")) == "issuer"


@pytest.mark.parametrize("named", ["https://other.example.com", "{url}/", "", None])
async def test_a_discovery_document_of_another_issuer_is_refused(signer: Signer, told: list[Any], named: Any) -> None:
    document = {"issuer": None if named is None else named.replace("{url}", signer.url), "jwks_uri": signer.keys_url}
    signer.behave = lambda path: (200, {}, json.dumps(document).encode())
    assert await refusal(issuers(signer), token(iss=signer.url, aud="us")) == "no_keys"
    assert "is that of another issuer" in told[0].reason


@pytest.mark.parametrize("address", [None, 5, "", "file:///etc/hostname", "http://10.0.0.1/keys", "https://u:p@x/keys"])
async def test_where_a_discovery_document_may_not_lead(signer: Signer, told: list[Any], address: Any) -> None:
    document = {"issuer": signer.url, "jwks_uri": address}
    signer.behave = lambda path: (200, {}, json.dumps(document).encode())
    assert await refusal(issuers(signer), token(iss=signer.url, aud="us")) == "no_keys"
    assert "jwks_uri" in told[0].reason
    assert set(signer.asked) == {DISCOVERY}


async def test_each_issuer_speaks_for_itself_alone() -> None:
    """Both publish keys of one name; neither's key makes a token of the other."""
    here, there = made("main"), made("main")
    with key_server(here) as first, key_server(there) as second:
        authenticator = issuers(first, second)
        await authenticator.verify(token(here, iss=first.url, aud="us"))
        await authenticator.verify(token(there, iss=second.url, aud="us"))
        assert await refusal(authenticator, token(there, iss=first.url, aud="us")) == "signature"
        assert await refusal(authenticator, token(here, iss=second.url, aud="us")) == "signature"
        for stranger in ("https://evil.example.com", None, 5, [first.url], {"a": 1}):
            assert await refusal(authenticator, token(here, iss=stranger, aud="us")) == "issuer"
        assert await refusal(authenticator, token(here, aud="us")) == "issuer"
    assert first.times_asked() == second.times_asked() == 1


async def test_an_issuer_that_is_down_does_not_stop_the_others() -> None:
    with key_server(TWO) as gone:
        pass
    with key_server(ONE) as up:
        authenticator = issuers(gone, up)
        async with started(authenticator):
            await authenticator.verify(token(iss=up.url, aud="us"))
            assert authenticator.is_ready
            assert await refusal(authenticator, token(TWO, iss=gone.url, aud="us")) == "no_keys"


async def test_fixed_and_fetched_keys_do_not_mix(signer: Signer) -> None:
    authenticator = Authenticator(
        JwtRules(keys=secret_keys([SECRET]), issuers=("ours",)),
        JwtRules(key_place=place(signer.keys_url), issuers=("theirs",)),
    )
    claims = {"exp": int(time.time()) + 600}
    await authenticator.verify(signed({**claims, "iss": "ours"}))
    await authenticator.verify(token(iss="theirs"))
    assert await refusal(authenticator, signed({**claims, "iss": "theirs"}, kid="one")) == "algorithm"
    assert await refusal(authenticator, token(iss="ours")) == "algorithm"
