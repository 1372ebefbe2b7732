"""Tokens: what verifies, and that nothing else does."""

import base64
import json
import math
import time
from datetime import timedelta
from typing import Any

import jwt as pyjwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from kubus.auth import provider
from kubus.auth.jwt import Refused
from kubus.auth.keys import configured_keys, secret_keys
from kubus.auth.minting import mint_token
from kubus.auth.provider import Authenticator
from kubus.auth.rules import JwtRules
from kubus.auth.secrets import secret_refusal, secret_warning
from kubus.context import SecurityContext
from kubus.errors import ConfigError, Unauthenticated
from tests.auth.tokens import at_once
from tests.conformance.corpus import check as corpus
from tests.engines.node import run_node

SECRET = "f1b5c0c2d7e94a6b8c3d2e1f0a9b8c7d6e5f4a3b2c1d0e9f"
NOW = 1_800_000_000
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


class Verifier(Authenticator):
    """Verifies by fixed keys, for which there is nothing to wait."""

    def verify(self, token: str) -> SecurityContext:
        return at_once(super().verify(token))


def authenticator(now: float = NOW, **rules: Any) -> Verifier:
    keys = rules.pop("keys", None) or secret_keys([SECRET])
    return Verifier(JwtRules(keys=keys, **rules), now=lambda: now)


def token(secret: str = SECRET, alg: str = "HS256", headers: dict[str, Any] | None = None, **claims: Any) -> str:
    return pyjwt.encode({"exp": NOW + 60, **claims}, secret, alg, headers=headers)


def refusal(text: str, now: float = NOW, **rules: Any) -> str:
    with pytest.raises(Unauthenticated) as caught:
        authenticator(now, **rules).verify(text)
    assert caught.value.message == "Invalid token"
    return caught.value.reason


def b64(value: Any) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signed(header: str, payload: str, secret: str = SECRET) -> str:
    import hashlib
    import hmac

    mac = hmac.new(secret.encode(), f"{header}.{payload}".encode(), hashlib.sha256).digest()
    return f"{header}.{payload}.{b64(mac)}"


def test_a_good_token_is_its_claims() -> None:
    context = authenticator().verify(token(role="admin", n=7))
    assert context == SecurityContext(context.claims, context.jwt)
    assert dict(context.claims) == {"exp": NOW + 60, "role": "admin", "n": 7}


@pytest.mark.parametrize("alg", ["HS256", "HS384", "HS512"])
def test_every_character_counts(alg: str) -> None:
    """Each position of a token, changed to every other character that a token may have, is refused."""
    good = token(alg=alg, role="admin")
    verify = authenticator()
    assert verify.verify(good).claims["role"] == "admin"
    for position, character in enumerate(good):
        for other in (ALPHABET if position > len(good) - 3 else ALPHABET[position % 8 :: 8]) + ".=":
            if other != character:
                with pytest.raises(Unauthenticated):
                    verify.verify(good[:position] + other + good[position + 1 :])


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_cut_grown_or_turned_around_it_is_refused(data: st.DataObject) -> None:
    good = token(role="admin")
    at = data.draw(st.integers(0, len(good) - 2))
    changed = data.draw(
        st.sampled_from(
            [
                good[:at] + good[at + 1 :],
                good[:at] + data.draw(st.sampled_from(ALPHABET + ".= \n\0é")) + good[at:],
                good[:at] + good[at + 1] + good[at] + good[at + 2 :],
                good[:at],
            ]
        )
    )
    if changed != good:
        with pytest.raises(Unauthenticated):
            authenticator().verify(changed)


@settings(max_examples=400, deadline=None)
@given(st.text(max_size=80) | st.lists(st.text(ALPHABET, max_size=20), max_size=5).map(".".join))
def test_any_text_is_refused_and_nothing_else_happens(text: str) -> None:
    with pytest.raises(Unauthenticated):
        authenticator().verify(text)


GOOD_KINDS = {"valid", "bearer", "bearer-lower", "bearer-upper", "trailing-word", "typ-missing", "hs384", "hs512"}
KINDS = [
    "valid", "bad-signature", "empty-secret", "secret-as-token", "tampered-payload", "swapped-payload",
    "tampered-signature", "cut-signature", "no-signature", "two-parts", "four-parts", "padded-signature", "hex-signature",
    "alg-none", "alg-none-upper", "alg-none-signed", "alg-lower", "alg-missing", "typ-missing", "extra-header", "hs384",
    "hs512", "hs512-as-256", "rs256-as-hmac", "payload-not-json", "payload-string", "payload-array", "payload-null",
    "payload-number", "garbage", "garbage-dots", "undefined",
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_of_the_corpus(kind: str) -> None:
    text = corpus.authorization(kind, {"exp": NOW + 60}, SECRET, NOW)
    if kind in GOOD_KINDS:
        authenticator().verify(text)
    else:
        refusal(text)


@pytest.mark.parametrize(
    "name", ["none", "None", "NONE", "nOnE", "", " none", "HS256 ", "hs256", "RS256", "ES256", "PS256", "dir"]
)
def test_no_other_algorithm(name: str) -> None:
    payload = b64({"exp": NOW + 60})
    for made in (signed(b64({"alg": name}), payload), f"{b64({'alg': name})}.{payload}."):
        assert refusal(made) == "algorithm"
    for odd in (None, 1, ["HS256"], {"x": 1}):
        assert refusal(signed(b64({"alg": odd}), payload)) == "algorithm"


def test_times() -> None:
    assert refusal(token(exp=NOW)) == "expired"
    authenticator(clock_skew=timedelta(seconds=1)).verify(token(exp=NOW))
    assert refusal(token(nbf=NOW + 1)) == "not_yet_valid"
    authenticator().verify(token(nbf=NOW))
    assert refusal(token(iat=NOW + 10)) == "issued_in_the_future"
    for odd in ("soon", True, [1], None, {"a": 1}):
        for claim in ("exp", "nbf", "iat"):
            assert refusal(signed(b64({"alg": "HS256"}), b64({"exp": NOW + 60, claim: odd}))) == f"{claim}_is_no_number"
    header = b64({"alg": "HS256"})
    assert refusal(signed(header, b64(b'{"exp": NaN}'))) == "payload"
    assert refusal(signed(header, b64(b'{"exp": Infinity}'))) == "payload"
    assert refusal(signed(header, b64(b'{"exp": 1e999}'))) == "payload"
    assert math.isinf(float("1e999"))


def test_expiry_is_asked_for() -> None:
    bare = pyjwt.encode({"role": "x"}, SECRET, "HS256")
    assert refusal(bare) == "no_expiry"
    authenticator(require_expiry=False).verify(bare)


def test_a_remembered_token_expires() -> None:
    clock = [float(NOW)]
    verify = Verifier(JwtRules(keys=secret_keys([SECRET])), now=lambda: clock[0])
    good = token()
    verify.verify(good)
    clock[0] = NOW + 59.9
    verify.verify(good)
    clock[0] = NOW + 60
    for _ in range(2):
        with pytest.raises(Refused) as caught:
            verify.verify(good)
        assert caught.value.reason == "expired"


def test_secrets_are_rotated() -> None:
    keys = secret_keys(["n" * 20 + "ew" * 10, SECRET])
    authenticator(keys=keys).verify(token())
    authenticator(keys=keys).verify(token(secret="n" * 20 + "ew" * 10))
    assert refusal(token(secret="another secret, of more than enough bytes"), keys=keys) == "signature"


def test_claims_that_are_asked_for() -> None:
    rules: dict[str, Any] = {"issuers": ("https://a/", "https://b/"), "audiences": ("kitchen",), "subject": "cook"}
    good = {"iss": "https://b/", "aud": ["hall", "kitchen"], "sub": "cook"}
    authenticator(**rules).verify(token(**good))
    assert refusal(token(**{**good, "iss": "https://b"}), **rules) == "issuer"
    assert refusal(token(**{**good, "aud": "hall"}), **rules) == "audience"
    assert refusal(token(**{**good, "sub": "Cook"}), **rules) == "subject"
    assert refusal(token(aud="kitchen", sub="cook"), **rules) == "issuer"
    assert refusal(token(iss="kubus-dev")) == "refused_issuer"
    assert refusal(token(alg="HS512"), algorithms=("HS256",)) == "algorithm"
    assert refusal(token(), algorithms=()) == "algorithm"


def test_forms_that_are_refused() -> None:
    payload = b64({"exp": NOW + 60})
    assert refusal(signed(b64(b'{"alg":"HS256","alg":"HS256"}'), payload)) == "malformed_header"
    assert refusal(signed(b64({"alg": "HS256"}), b64(b'{"exp":9999999999,"role":"a","role":"b"}'))) == "payload"
    for header in ({"crit": ["exp"]}, {"crit": []}):
        assert refusal(signed(b64({"alg": "HS256", **header}), payload)) == "critical_header"
    for header in ({"b64": False}, {"zip": "DEF"}):
        assert refusal(signed(b64({"alg": "HS256", **header}), payload)) == "unsupported_header"
    assert refusal("a." * 20_000) == "too_large"
    assert refusal(token(x="y" * 20_000)) == "too_large"
    assert refusal(signed(b64(b"[" * 5000), payload)) == "malformed_header"


def test_public_keys() -> None:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    curve = ec.generate_private_key(ec.SECP256R1())
    form = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    rsa_pem, ec_pem = (key.public_key().public_bytes(*form).decode() for key in (private, curve))
    claims = {"exp": NOW + 60, "role": "admin"}
    for pem, key, alg in ((rsa_pem, private, "RS256"), (rsa_pem, private, "PS512"), (ec_pem, curve, "ES256")):
        keys = configured_keys(pem)
        made = pyjwt.encode(claims, key, alg)
        assert authenticator(keys=keys).verify(made).claims["role"] == "admin"
        # The public key is known to all: as a secret it signs nothing.
        payload = b64(claims)
        assert refusal(signed(b64({"alg": "HS256"}), payload, pem), keys=keys) == "algorithm"
        assert refusal(token(), keys=keys) == "algorithm"
        assert refusal(
            pyjwt.encode(claims, rsa.generate_private_key(public_exponent=65537, key_size=2048), "RS256"), keys=keys
        )
    for broken in ("-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----", '{"kty": "oct"}', '{"kty": "RSA"}'):
        with pytest.raises(ConfigError):
            configured_keys(broken)


def test_the_context() -> None:
    claims = {"https://app/claims": {"role": "cook", "sub": "inner"}, "sub": "outer", "u": {"team": 3}}
    context = authenticator(claims_namespace="https://app/claims").verify(token(**claims))
    assert (context.claims["role"], context.claims["sub"], context.claims["team"]) == ("cook", "inner", 3)
    assert "u" not in context.claims
    assert context.jwt["sub"] == "outer"
    raw = authenticator(claims_namespace="https://app/claims", raw_context=True).verify(token(**claims))
    assert raw.claims == raw.jwt


@pytest.mark.parametrize(
    ("secret", "refused"),
    [
        ("", True),
        ("  ", True),
        ("secret", True),
        ("NEW_SECRET", True),
        ("a" * 64, True),
        ("short", False),
        (SECRET, False),
    ],
)
def test_secrets_are_judged(secret: str, refused: bool) -> None:
    assert (secret_refusal(secret) is not None) is refused
    assert (secret_warning(secret) is None) is (len(secret) >= 32)


def test_our_tokens_verify_elsewhere_and_theirs_here() -> None:
    ours = mint_token({"role": "admin", "n": 7}, SECRET, issued_at=int(time.time()), lifetime=60)
    assert pyjwt.decode(ours, SECRET, algorithms=["HS256"])["n"] == 7
    with pytest.raises(pyjwt.InvalidSignatureError):
        pyjwt.decode(ours, SECRET + "x", algorithms=["HS256"])
    assert authenticator(time.time()).verify(ours).claims["role"] == "admin"


@pytest.mark.node
def test_the_same_with_jsonwebtoken() -> None:
    ours = mint_token({"role": "admin", "n": 7}, SECRET, issued_at=int(time.time()), lifetime=60)
    script = """
        const jwt = require('jsonwebtoken');
        const seen = jwt.verify(process.env.TOKEN, process.env.SECRET, {algorithms: ['HS256']});
        console.log(JSON.stringify({seen, theirs: jwt.sign({tenant_id: 7}, process.env.SECRET, {expiresIn: '1h'})}));
    """
    got = json.loads(run_node(script, TOKEN=ours, SECRET=SECRET))
    assert (got["seen"]["role"], got["seen"]["n"]) == ("admin", 7)
    assert got["seen"]["exp"] - got["seen"]["iat"] == 60
    assert authenticator(time.time()).verify(got["theirs"]).claims["tenant_id"] == 7


def test_nothing_tells_a_secret() -> None:
    verify = authenticator()
    shown = repr(JwtRules(keys=secret_keys([SECRET]))) + repr(vars(verify)) + repr(secret_keys([SECRET]))
    good = token()
    verify.verify(good)
    with pytest.raises(Refused) as caught:
        verify.verify(good + "x")
    assert SECRET not in shown
    assert good not in repr(caught.value) + repr(vars(verify))


def test_headers_of_issuers_may_hold_what_they_like() -> None:
    """RFC 7515, section 4: names that are not understood are passed over. Keys in a header are never used."""
    headers = {"kid": "k/../1", "nonce": "x", "ver": 2, "x5t": "abc", "x5c": ["A" * 3000], "jku": "http://127.0.0.1:1/"}
    assert authenticator().verify(token(role="admin", headers=headers)).claims["role"] == "admin"
    theirs = {"kty": "oct", "k": b64(b"another secret, of more than enough bytes")}
    forged = token(secret="another secret, of more than enough bytes", headers={"jwk": theirs})
    assert refusal(forged) == "signature"


@pytest.mark.parametrize("claim", ["exp", "nbf", "iat"])
@pytest.mark.parametrize("number", ["1e308", "-1e308", "1" + "0" * 400, "-1" + "0" * 400, "1e999", "1" + "0" * 5000])
def test_times_beyond_all_clocks(claim: str, number: str) -> None:
    made = signed(b64({"alg": "HS256"}), b64(b'{"x":1,"%s":%s}' % (claim.encode(), number.encode())))
    for rules in ({}, {"clock_skew": timedelta(seconds=5)}):
        assert refusal(made, require_expiry=False, **rules) in (f"{claim}_is_no_number", "payload")


def test_memory_is_bounded_by_bytes_too(monkeypatch: pytest.MonkeyPatch) -> None:
    verify = authenticator()
    monkeypatch.setattr(provider, "REMEMBERED_BYTES", 4000)
    made = [token(n=n, x="y" * 500) for n in range(20)]
    for each in (*made, *made):
        verify.verify(each)
    kept = vars(verify)["_remembered"]
    assert 2 <= len(kept) <= 5
    assert vars(verify)["_remembered_bytes"] == sum(entry.size for entry in kept.values())
