"""What the settings ask of tokens: issuers, claims that are read, types, age, and keys as text."""

import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kubus.auth.claims import claim_at, groups_at
from kubus.auth.jwt import Refused
from kubus.auth.keys import configured_keys, secret_keys
from kubus.auth.provider import Authenticator
from kubus.auth.rules import JwtRules
from kubus.config.settings import Settings, load_settings
from kubus.errors import ConfigError
from tests.auth.tokens import NOW, SECRET, signed, verifying
from tests.engines.key_server import made

ONE, TWO = "https://one.example.com/", "https://two.example.com"


def production(**environ: Any) -> Settings:
    given = {name: value if isinstance(value, str) else json.dumps(value) for name, value in environ.items()}
    return load_settings({"CUBEJS_DB_TYPE": "duckdb", **given}, {}, Path())


def faults(**environ: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        production(**environ)
    return caught.value.message


# ── issuers ──


def test_a_list_of_addresses_shares_the_other_settings() -> None:
    rules = production(
        KUBUS_ISSUERS=f"{ONE}, {TWO}", CUBEJS_JWT_AUDIENCE="us", CUBEJS_JWT_ALGS="RS256", KUBUS_GROUPS_CLAIM="roles"
    ).jwt
    assert [each.issuers for each in rules] == [(ONE,), (TWO,)]
    for each in rules:
        assert (each.audiences, each.algorithms, each.groups_claim, each.keys) == (("us",), ("RS256",), "roles", ())
        assert each.key_place is not None
        assert (each.key_place.issuer, each.key_place.url) == ((each.issuers or ())[0], None)
        assert not each.key_place.insecure_loopback


def test_each_of_several_has_its_own() -> None:
    entries = [
        {"issuer": ONE, "audience": ["a", "b"], "algorithms": "ES256", "types": ["application/AT+JWT"]},
        {
            "issuer": TWO,
            "jwk_url": f"{TWO}/keys",
            "required": {"hd": "x"},
            "subject_claim": "oid",
            "tenant_claim": "tid",
        },
    ]
    one, two = production(KUBUS_ISSUERS=entries, CUBEJS_JWT_AUDIENCE="c", KUBUS_JWT_TYPES="jwt").jwt
    assert (one.audiences, one.algorithms, one.types, one.subject_claim) == (("a", "b"), ("ES256",), ("at+jwt",), "sub")
    assert (two.audiences, two.algorithms, two.types, two.subject_claim) == (("c",), None, ("jwt",), "oid")
    assert (dict(two.required), two.tenant_claim) == ({"hd": "x"}, "tid")
    assert two.key_place is not None
    assert two.key_place.url == f"{TWO}/keys"


@pytest.mark.parametrize(
    ("issuers", "said"),
    [
        ("[", "it is no JSON list of issuers"),
        ("[]", "it names no issuer"),
        (",", "it names no issuer"),
        ([{"audience": "a"}], "missing required field `issuer`"),
        ([{"issuer": ONE, "audiense": "a"}], "audiense"),
        ([{"issuer": ONE, "audience": []}], "length >= 1"),
        ([{"issuer": ONE, "required": "a"}], "required"),
        ([{"issuer": ONE}, {"issuer": ONE}], f"it names {ONE} twice"),
        ("http://one.example.com", "the address has to begin with https://"),
        ("http://127.0.0.1:9", "the address has to begin with https://"),
        ("one", "the address is no address of a host"),
        ("https://user:pass@one.example.com", "the address is no address of a host"),
        ([{"issuer": ONE, "jwk_url": "file:///keys"}], "the address is no address of a host"),
        ([{"issuer": ONE, "algorithms": "RS265"}], "there is no algorithm RS265"),
    ],
)
def test_issuers_that_are_none(issuers: Any, said: str) -> None:
    assert said in faults(KUBUS_ISSUERS=issuers)


def test_what_does_not_go_together() -> None:
    assert "both say whose tokens are taken" in faults(KUBUS_ISSUERS=ONE, CUBEJS_JWK_URL=f"{ONE}keys")
    assert "both say whose tokens are taken" in faults(KUBUS_ISSUERS=ONE, CUBEJS_JWT_ISSUER=ONE)
    assert "KUBUS_JWK_RETRY: must be between 1 and 5" in faults(KUBUS_ISSUERS=ONE, KUBUS_JWK_RETRY="6")
    assert "every token is too old" in faults(KUBUS_ISSUERS=ONE, KUBUS_JWT_MAX_AGE="0")
    assert "a list of addresses and networks" in faults(KUBUS_ISSUERS=ONE, KUBUS_TRUSTED_PROXIES="proxy")


def test_warnings() -> None:
    warned = dict(production(CUBEJS_JWK_URL=f"{ONE}keys", CUBEJS_API_SECRET=SECRET).warnings)
    assert "has no effect beside CUBEJS_JWK_URL" in warned["CUBEJS_API_SECRET"]
    told = [text for _, text in production(CUBEJS_JWK_URL=f"{ONE}keys").warnings]
    assert ["no CUBEJS_JWT_ISSUER" in told[0], "no CUBEJS_JWT_AUDIENCE" in told[1]] == [True, True]
    assert "has no audience" in dict(production(KUBUS_ISSUERS=ONE).warnings)["KUBUS_ISSUERS"]
    assert production(KUBUS_ISSUERS=ONE, CUBEJS_JWT_AUDIENCE="us").warnings == ()
    warned = dict(production(KUBUS_ISSUERS=ONE, CUBEJS_JWT_AUDIENCE="us", CUBEJS_JWT_ALGS="HS256").warnings)
    assert "none of the algorithms fits the key" in warned["CUBEJS_JWT_ALGS"]


def test_an_issuer_that_could_name_the_tenant_of_another_is_warned_of() -> None:
    common = {"audience": "us", "tenant_claim": "org"}
    held = [
        {"issuer": ONE, "required": {"org": "acme"}, **common},
        {"issuer": TWO, "required": {"org": "umbrella"}, **common},
    ]
    told = [text for name, text in production(KUBUS_ISSUERS=held).warnings if name == "KUBUS_ISSUERS"]
    assert told == []
    free = [held[0], {"issuer": TWO, **common}]
    told = [text for name, text in production(KUBUS_ISSUERS=free).warnings if name == "KUBUS_ISSUERS"]
    assert [TWO in text and "any tenant in 'org'" in text for text in told] == [True]
    assert production(KUBUS_ISSUERS=[{"issuer": ONE, **common}]).warnings == ()


# ── what is asked of a token, and read of it ──


def reason(token: str, **rules: Any) -> str | None:
    try:
        verifying(Authenticator(JwtRules(keys=secret_keys([SECRET]), **rules), now=lambda: NOW))(token)
    except Refused as refused:
        return refused.reason
    return None


def test_types() -> None:
    claims = {"exp": NOW + 60}
    for typ, taken in (("at+jwt", True), ("AT+JWT", True), ("application/at+jwt", True), ("JWT", False), (5, False)):
        assert reason(signed(claims, typ=typ), types=("at+jwt",)) == (None if taken else "type")


def test_age() -> None:
    hour = timedelta(hours=1)
    assert reason(signed({"exp": NOW + 60}), max_age=hour) == "no_issue_time"
    assert reason(signed({"exp": NOW + 60, "iat": NOW - 3599}), max_age=hour) is None
    assert reason(signed({"exp": NOW + 60, "iat": NOW - 3600}), max_age=hour) == "too_old"
    clock = [float(NOW)]
    rules = JwtRules(keys=secret_keys([SECRET]), max_age=hour)
    authenticator = Authenticator(rules, now=lambda: clock[0])
    token = signed({"exp": NOW + 9999, "iat": NOW - 3590})
    verifying(authenticator)(token)
    clock[0] = NOW + 10
    assert authenticator.recognize(token) is None


def test_required_claims() -> None:
    required = {"token_use": "access", "level": 1}
    good = {"exp": NOW + 60, "token_use": "access", "level": 1}
    assert reason(signed(good), required=required) is None
    for change in ({"token_use": "id"}, {"level": True}, {"level": 1.0}, {"level": "1"}, {"token_use": ["access"]}):
        assert reason(signed({**good, **change}), required=required) == "required_claim"


def test_who_is_read_of_a_token() -> None:
    rules = JwtRules(
        keys=secret_keys([SECRET]),
        groups_claim="realm.roles",
        tenant_claim="org",
        subject_claim="oid",
        claims_namespace="ns",
    )
    claims = {"exp": NOW + 60, "iss": "x", "sub": "s", "oid": "o", "realm": {"roles": ["a", "b", 5, ""]}, "org": 7}
    context = verifying(Authenticator(rules, now=lambda: NOW))(signed(claims))
    assert (context.issuer, context.subject, context.tenant) == ("x", "o", "7")
    assert context.groups == {"a", "b"}
    inner = {**claims, "ns": {"org": "inner"}}
    assert verifying(Authenticator(rules, now=lambda: NOW))(signed(inner)).tenant == "inner"
    for org in (None, "", True, ["a"], {"a": 1}, 1.5):
        with pytest.raises(Refused) as refused:
            verifying(Authenticator(rules, now=lambda: NOW))(signed({**claims, "org": org}))
        assert refused.value.reason == "no_tenant"


def test_where_claims_are() -> None:
    claims = {"https://x.y/groups": ["a"], "a": {"b": {"c": "d"}}, "a.b": "exact"}
    assert claim_at(claims, "https://x.y/groups") == ["a"]
    assert claim_at(claims, "a.b") == "exact"
    assert claim_at(claims, "a.b.c") == "d"
    for name in ("a.c", "a.b.c.d", "z", ""):
        assert claim_at(claims, name) is None
    assert groups_at({"g": "one group"}, "g") == {"one group"}
    for odd in (5, True, {"a": "b"}, None, "", [[]]):
        assert groups_at({"g": odd}, "g") == frozenset()


# ── keys as text ──


def test_a_key_set_as_text() -> None:
    one, two = made("one", "ES256"), made("two", "EdDSA")
    text = json.dumps({"keys": [one.published(), {"kty": "oct", "kid": "s", "k": "AAAA"}, two.published()]})
    authenticator = Authenticator(JwtRules(keys=configured_keys(text)))
    verify = verifying(authenticator)
    claims = {"exp": int(time.time()) + 60}
    for key in (one, two):
        verify(key.sign(claims))
    for forged, why in (
        (two.sign(claims, kid="one"), "algorithm"),
        (one.sign(claims, kid="three"), "unknown_key"),
        (signed(claims, text), "algorithm"),
    ):
        with pytest.raises(Refused) as refused:
            verify(forged)
        assert refused.value.reason == why


def test_ed25519_as_pem() -> None:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = made("a", "EdDSA")
    public = key.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    (found,) = configured_keys(public)
    assert found.algorithms == {"EdDSA", "Ed25519"}
    verifying(Authenticator(JwtRules(keys=(found,))))(key.sign({"exp": int(time.time()) + 60}))


def test_a_caller_has_the_groups_and_the_tenant_of_the_token() -> None:
    from kubus.api.rest.callers import Callers

    rules = JwtRules(keys=secret_keys([SECRET]), groups_claim="groups", tenant_claim="org")
    verify = verifying(Authenticator(rules, now=lambda: NOW))
    callers = Callers()
    one = callers.of(verify(signed({"exp": NOW + 60, "groups": ["a"], "org": "x"})))
    two = callers.of(verify(signed({"exp": NOW + 60, "groups": ["a"], "org": "y"})))
    assert (one.groups, one.app_id, one.compartment) == ({"a"}, "x", "x")
    assert (two.groups, two.app_id, two.compartment) == ({"a"}, "y", "y")
