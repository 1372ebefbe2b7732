"""The form of tokens, part by part; what the log is told of one that is refused; and what is remembered of good ones."""

import json
from datetime import timedelta
from typing import Any

import jwt as pyjwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from kubus.auth import provider
from kubus.auth.jwt import Refused, canonical, clean, json_object, read_token, same_tokens, signing_key
from kubus.auth.keys import HMAC, VerificationKey, secret_keys
from kubus.auth.provider import Authenticator, digest, keys_named
from kubus.auth.rules import JwtRules
from tests.auth.tokens import CLAIMS, NOW, OTHER, SECRET, base64url, resigned, signed, verifying

HEADER = {"alg": "HS256", "kid": "k1"}
BODY = base64url(json.dumps({"iss": "https://id", "exp": NOW + 60}))


def refusal(token: str, **rules: Any) -> tuple[str, str, str, str]:
    """Why it is refused, and what the log is told: algorithm, key and issuer."""
    with pytest.raises(Refused) as caught:
        verifying(Authenticator(JwtRules(keys=secret_keys([SECRET]), **rules), now=lambda: NOW))(token)
    assert caught.value.message == "Invalid token"
    return caught.value.reason, caught.value.algorithm, caught.value.key_id, caught.value.issuer


def made(header: dict[str, Any], body: str = BODY) -> str:
    return resigned(f"{base64url(json.dumps(header))}.{body}")


def test_the_log_is_told_which_token_it_was() -> None:
    known = ("HS256", "k1")
    assert refusal(made(HEADER) + "=") == ("encoding", *known, "")
    assert refusal(f"{base64url(json.dumps(HEADER))}.+.{'A' * 43}") == ("encoding", *known, "")
    assert refusal(made({**HEADER, "crit": []})) == ("critical_header", *known, "")
    assert refusal(made({**HEADER, "b64": True})) == ("unsupported_header", *known, "")
    assert refusal(made({**HEADER, "zip": ""})) == ("unsupported_header", *known, "")
    assert refusal(made({**HEADER, "typ": 5})) == ("type", *known, "")
    assert refusal(made({**HEADER, "alg": 5})) == ("algorithm", "", "k1", "")
    assert refusal(made({**HEADER, "alg": "HS1"})) == ("algorithm", "HS1", "k1", "")
    assert refusal(made(HEADER), algorithms=("HS512",)) == ("algorithm", *known, "")
    assert refusal(made(HEADER, base64url("[]"))) == ("payload", *known, "")
    assert refusal(signed(secret=OTHER, kid="k1")) == ("signature", *known, "")
    assert refusal(made(HEADER), issuers=("https://other",)) == ("issuer", *known, "https://id")
    assert refusal(made(HEADER), max_age=timedelta(1)) == ("no_issue_time", *known, "https://id")
    assert refusal("a.b") == ("malformed", "", "", "")
    assert refusal("é.b.c") == ("malformed", "", "", "")
    for form in ("", "e30", "e30.e30", "e30.e30.e30.e30", "e30.e30.e30."):
        assert refusal(form)[0] == "malformed"


def test_what_strangers_wrote_is_cut_and_cleaned_for_the_log() -> None:
    assert clean("a" * 65) == "a" * 64
    assert clean("a\n\x1b[31mb\u202e") == "a[31mb"
    for odd in (None, 5, ["a"], {}, b"a"):
        assert clean(odd) == ""
    assert refusal(made({"alg": "HS256\n", "kid": "k" * 100}))[1:3] == ("HS256", "k" * 64)
    bare = Refused("reason")
    assert (bare.algorithm, bare.key_id, bare.issuer) == ("", "", "")


def test_a_token_may_be_as_long_as_it_may_be() -> None:
    token = signed()
    assert read_token(token, len(token)).text == token
    with pytest.raises(Refused) as caught:
        read_token(token, len(token) - 1)
    assert caught.value.reason == "too_large"
    # Of several signers each has its own bound, and the header says which token it was.
    short, long = (
        JwtRules(keys=secret_keys([SECRET]), issuers=(name,), max_size=size) for name, size in (("s", 200), ("l", 900))
    )
    verify = verifying(Authenticator(short, long, now=lambda: NOW))
    for issuer, size, reason in (("l", 400, None), ("s", 400, "too_large"), ("s", 10, None), ("l", 900, "too_large")):
        sent = signed({"exp": NOW + 9, "iss": issuer, "x": "y" * size}, kid="k1")
        if reason is None:
            assert verify(sent).issuer == issuer
            continue
        with pytest.raises(Refused) as caught:
            verify(sent)
        assert caught.value.reason == reason
        assert caught.value.key_id == ("k1" if issuer == "s" else "")


def test_a_part_is_written_in_one_way() -> None:
    for data in (b"", b"a", b"ab", b"abc", b"\xff\xfe\xfd", b"????>>>>"):
        part = base64url(data)
        assert canonical(part) == data
        for other in (part + "=", part + "\n", " " + part, part + "."):
            with pytest.raises(Refused) as caught:
                canonical(other)
            assert caught.value.reason == "encoding"
    for odd in ("A", "AAAAA", "AB", "AAB", "a+b/", "é"):
        with pytest.raises(Refused):
            canonical(odd, {"alg": "x"})


def test_an_object_and_nothing_else() -> None:
    assert json_object('{"a": 1.5, "b": "\\u00e9é", "c": 1}'.encode(), "payload") == {"a": 1.5, "b": "éé", "c": 1}
    for odd in (
        b'{"a": 1, "a": 1}', b'{"a": {"b": 1, "b": 2}}', b"[1]", b'"a"', b"1", b"null", b"", b"{", b'{"a": NaN}',
        b'{"a": -Infinity}', b'{"a": 1e999}', b'{"a": -1e999}', b"\xff", b'{"a": "\\ud800"}', b'{"\\udc00": 1}', b"[" * 100_000,
    ):  # fmt: skip
        with pytest.raises(Refused) as caught:
            json_object(odd, "payload", HEADER)
        assert (caught.value.reason, caught.value.algorithm, caught.value.key_id) == ("payload", "HS256", "k1")


@pytest.mark.parametrize(
    ("algorithm", "curve"), [("ES256", ec.SECP256R1()), ("ES384", ec.SECP384R1()), ("ES512", ec.SECP521R1())]
)
def test_every_ecdsa_token_has_one_twin_that_verifies_too(algorithm: str, curve: ec.EllipticCurve) -> None:
    """What revokes one by its hash has to revoke the other."""
    private = ec.generate_private_key(curve)
    token = pyjwt.encode(dict(CLAIMS), private, algorithm)
    read = read_token(token, 10_000)
    own, twin = same_tokens(read)
    assert own == token != twin
    assert pyjwt.decode(twin, private.public_key(), [algorithm], options={"verify_exp": False, "verify_iat": False})
    assert same_tokens(read_token(twin, 10_000)) == (twin, token)


def test_other_tokens_have_none() -> None:
    token = signed()
    assert same_tokens(read_token(token, 10_000)) == (token,)
    head = base64url(json.dumps({"alg": "ES256"}))
    for signature in (b"", b"a", b"abc", b"\0" * 2):
        text = f"{head}.{BODY}.{base64url(signature)}"
        assert same_tokens(read_token(text, 10_000))[0] == text


def test_the_key_that_signed_it() -> None:
    first, second = secret_keys([OTHER, SECRET])
    read = read_token(signed(), 10_000)
    assert signing_key(read, (first, second)) is second
    only_other = VerificationKey(second.key, HMAC - {"HS256"})
    for keys, reason in (((first,), "signature"), ((only_other,), "algorithm"), ((), "algorithm")):
        with pytest.raises(Refused) as caught:
            signing_key(read, keys)
        assert (caught.value.reason, caught.value.algorithm) == (reason, "HS256")
    assert signing_key(read, (only_other, second)) is second


def test_keys_with_a_name_are_for_tokens_that_give_it() -> None:
    bare = secret_keys([SECRET])[0]
    one, two = (VerificationKey(bare.key, HMAC, name) for name in ("one", "two"))

    def found(kid: object, *keys: VerificationKey) -> tuple[VerificationKey, ...]:
        header = {} if kid is None else {"kid": kid}
        return keys_named(read_token(signed(**header), 10_000), keys)

    assert found(None, one, two) == (one, two)
    assert found("one", one, two) == (one,)
    assert found("one", one, bare, two) == (one, bare)
    assert found("three", bare) == (bare,)
    assert found("three") == ()
    for odd in ("three", "", 5, ["one"]):
        with pytest.raises(Refused) as caught:
            found(odd, one, two)
        assert (caught.value.reason, caught.value.algorithm) == ("unknown_key", "HS256")


def test_a_good_token_is_known_until_it_expires_and_no_other_one() -> None:
    clock = [float(NOW)]
    known = Authenticator(JwtRules(keys=secret_keys([SECRET])), now=lambda: clock[0])
    token, other = signed({"exp": NOW + 10, "sub": "anna"}), signed({"exp": NOW + 10, "sub": "ben"})
    assert known.recognize(token) is None
    context = verifying(known)(token)
    assert known.recognize(token) is context is verifying(known)(token)
    for stranger in (other, token[:-1], token + "A", "", "x" * 20_000, "\ud800"):
        assert known.recognize(stranger) is None
    clock[0] = NOW + 9.99
    assert known.recognize(token) is context
    clock[0] = NOW + 10.0
    assert known.recognize(token) is None


def test_as_many_are_remembered_as_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider, "REMEMBERED", 3)
    known = Authenticator(JwtRules(keys=secret_keys([SECRET])), now=lambda: NOW)
    tokens = [signed({"exp": NOW + 10, "n": n}) for n in range(5)]
    for token in tokens:
        verifying(known)(token)
    assert [known.recognize(token) is not None for token in tokens] == [False, False, True, True, True]


def test_a_token_stands_for_itself_alone() -> None:
    assert digest("a") != digest("b")
    assert len(digest("a")) == 32
    assert digest("\ud800") != digest("\ud801")


def test_a_token_is_held_to_the_rules_of_its_issuer() -> None:
    """A signer signs for itself alone, whatever its tokens say."""
    one = JwtRules(keys=secret_keys([SECRET]), issuers=("one", "uno"))
    two = JwtRules(keys=secret_keys([OTHER]), issuers=("two",), algorithms=("HS512",))
    verify = verifying(Authenticator(one, two, now=lambda: NOW))

    def sent(issuer: object, secret: str, algorithm: str = "HS256") -> str | None:
        try:
            verify(signed({"exp": NOW + 9, "iss": issuer}, secret, algorithm))
        except Refused as refused:
            assert refused.issuer == (issuer if refused.reason == "issuer" and isinstance(issuer, str) else "")
            return refused.reason
        return None

    assert sent("one", SECRET) is None
    assert sent("uno", SECRET) is None
    assert sent("two", OTHER, "HS512") is None
    assert sent("two", OTHER) == "algorithm"
    assert sent("two", SECRET, "HS512") == "signature"
    assert sent("one", OTHER) == "signature"
    for odd in ("three", None, 5, ["one"]):
        assert sent(odd, SECRET) == "issuer"
