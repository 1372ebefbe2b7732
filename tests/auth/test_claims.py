"""What claims say: until when a token holds, to the second, and what of it is read."""

from datetime import timedelta
from typing import Any

import pytest

from kubus.auth.claims import claims_for_sql, held_until, seconds, security_context, tenant_of, text_at, token_type
from kubus.auth.jwt import Refused, Token
from kubus.auth.rules import JwtRules

NOW = 1_800_000_000.0
NEVER = float("inf")
HEADER = {"alg": "HS256", "kid": "k1", "typ": "JWT"}


def until(claims: dict[str, Any], header: dict[str, Any] | None = None, **rules: Any) -> float | str:
    """Until when a token with these claims holds, after now; or why it does not."""
    rules.setdefault("require_expiry", False)
    try:
        token = Token("", HEADER if header is None else header, "HS256", b"")
        return held_until(token, claims, JwtRules(**rules), NOW) - NOW
    except Refused as refused:
        assert (refused.algorithm, refused.key_id) == ("HS256", "k1"), "the log tells which token it was"
        assert refused.issuer == claims.get("iss", "") or not isinstance(claims["iss"], str)
        return refused.reason


def skewed(number: int) -> dict[str, Any]:
    return {"clock_skew": timedelta(seconds=number)}


def aged(number: int, skew: int = 0) -> dict[str, Any]:
    return {"max_age": timedelta(seconds=number), **skewed(skew)}


@pytest.mark.parametrize(
    ("claims", "rules", "outcome"),
    [
        ({}, {}, NEVER),
        ({}, {"require_expiry": True}, "no_expiry"),
        ({"exp": 1}, {"require_expiry": True}, 1),
        ({"exp": 0}, {}, "expired"),
        ({"exp": 0.5}, {}, 0.5),
        ({"exp": 0}, skewed(5), 5),
        ({"exp": -4}, skewed(5), 1),
        ({"exp": -5}, skewed(5), "expired"),
        ({"nbf": 0}, {}, NEVER),
        ({"nbf": 1}, {}, "not_yet_valid"),
        ({"nbf": 5}, skewed(5), NEVER),
        ({"nbf": 6}, skewed(5), "not_yet_valid"),
        # A second more than the skew, since issuers cut their clocks to whole seconds.
        ({"iat": 1}, {}, NEVER),
        ({"iat": 1.5}, {}, "issued_in_the_future"),
        ({"iat": 2}, {}, "issued_in_the_future"),
        ({"iat": 6}, skewed(5), NEVER),
        ({"iat": 7}, skewed(5), "issued_in_the_future"),
        ({}, aged(60), "no_issue_time"),
        ({"iat": 0}, aged(60), 60),
        ({"iat": -59}, aged(60), 1),
        ({"iat": -60}, aged(60), "too_old"),
        ({"iat": -60}, aged(60, 5), 5),
        ({"iat": -65}, aged(60, 5), "too_old"),
        # The earlier of both ends it.
        ({"iat": -10, "exp": 20}, aged(60), 20),
        ({"iat": -50, "exp": 20}, aged(60), 10),
        ({"iat": -50, "exp": 10}, aged(60, 5), 15),
    ],
)
def test_times_to_the_second(claims: dict[str, float], rules: dict[str, Any], outcome: object) -> None:
    assert until({name: NOW + value for name, value in claims.items()}, **rules) == outcome


@pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
def test_times_that_are_none(name: str) -> None:
    def refuse(reason: str) -> Refused:
        return Refused(reason)

    assert seconds({}, name, refuse) is None
    for good in (0, -1, 1.5, 2**53 - 1, 1 - 2**53):
        assert seconds({name: good}, name, refuse) == good
    for odd in (True, False, None, "1", [1], 2**53, -(2**53), 2.0**53, float("inf"), float("-inf"), float("nan")):
        with pytest.raises(Refused) as refused:
            seconds({name: odd}, name, refuse)
        assert refused.value.reason == f"{name}_is_no_number"


def test_types() -> None:
    assert token_type(Token("", {"typ": "application/AT+JWT"}, "HS256", b"")) == "at+jwt"
    assert token_type(Token("", {"typ": "JWT"}, "HS256", b"")) == "jwt"
    for header in ({}, {"typ": None}, {"typ": 5}):
        assert token_type(Token("", header, "HS256", b"")) is None
    header = {"alg": "HS256", "kid": "k1"}
    assert until({}, header, types=("at+jwt", "jwt")) == "type"
    assert until({}, {**header, "typ": "at+jwt"}, types=("at+jwt", "jwt")) == NEVER
    assert until({}, {**header, "typ": "application/jwt"}, types=("at+jwt", "jwt")) == NEVER
    assert until({}, {**header, "typ": "id+jwt"}, types=("at+jwt", "jwt")) == "type"


def test_issuers_audiences_subjects() -> None:
    assert until({"iss": "a"}, issuers=("a", "b")) == NEVER
    for wrong in ({}, {"iss": "c"}, {"iss": ["a"]}, {"iss": None}, {"iss": "a "}):
        assert until(wrong, issuers=("a", "b")) == "issuer"
    assert until({"iss": "kubus-dev"}) == "refused_issuer"
    assert until({"iss": "x"}, refused_issuers=frozenset({"x"}), issuers=("x",)) == "refused_issuer"
    assert until({"iss": ["kubus-dev"]}) == NEVER
    for right in ("us", ["us"], ["them", "us"], "ours"):
        assert until({"aud": right}, audiences=("us", "ours")) == NEVER
    for wrong in ({}, {"aud": "them"}, {"aud": []}, {"aud": {"us": "us"}}, {"aud": [["us"]]}, {"aud": "us them"}):
        assert until(wrong, audiences=("us", "ours")) == "audience"
    assert until({"sub": "s"}, subject="s") == NEVER
    for wrong in ({}, {"sub": "t"}, {"sub": ["s"]}):
        assert until(wrong, subject="s") == "subject"


def test_a_tenant_and_other_claims_that_have_to_be_there() -> None:
    assert until({"org": "acme"}, tenant_claim="org") == NEVER
    for wrong in ({}, {"org": ""}, {"org": True}, {"org": ["acme"]}):
        assert until(wrong, tenant_claim="org") == "no_tenant"
    required = {"use": "access", "level": 1}
    assert until({"use": "access", "level": 1}, required=required) == NEVER
    for wrong in ({}, {"use": "access"}, {"use": "id", "level": 1}, {"use": "access", "level": True}):
        assert until(wrong, required=required) == "required_claim"


PAYLOAD = {
    "iss": "https://id",
    "sub": "outer",
    "role": "cook",
    "org": "acme",
    "u": {"role": "chef", "team": 3},
    "https://app/": {"sub": "inner", "org": "umbrella", "groups": ["a"]},
}


def test_what_hooks_policies_and_sql_read() -> None:
    """The payload, with the namespaced claim over it, and the old claim `u` over that."""
    plain = security_context(PAYLOAD, JwtRules())
    laid_over = {name: value for name, value in PAYLOAD.items() if name != "u"} | {"role": "chef", "team": 3}
    assert (plain.claims, plain.jwt, plain.for_sql) == (laid_over, PAYLOAD, laid_over)
    spaced = security_context(PAYLOAD, JwtRules(claims_namespace="https://app/"))
    assert spaced.claims == laid_over | {"sub": "inner", "org": "umbrella", "groups": ["a"]}
    assert spaced.jwt == PAYLOAD
    assert spaced.for_sql == PAYLOAD["https://app/"]
    # Who asks is what was signed, whatever lies over it.
    assert (plain.issuer, plain.subject) == (spaced.issuer, spaced.subject) == ("https://id", "outer")


def test_as_upstream_hooks_read_the_payload_alone() -> None:
    raw = security_context(PAYLOAD, JwtRules(raw_context=True))
    assert (raw.claims, raw.jwt) == (PAYLOAD, PAYLOAD)
    assert raw.for_sql == security_context(PAYLOAD, JwtRules()).claims
    spaced = security_context(PAYLOAD, JwtRules(raw_context=True, claims_namespace="https://app/"))
    assert (spaced.claims, spaced.for_sql) == (PAYLOAD, PAYLOAD["https://app/"])


@pytest.mark.parametrize("odd", ["text", 5, ["a"], None])
def test_claims_over_claims_that_are_no_objects(odd: Any) -> None:
    claims = {"a": 1, "u": odd, "ns": odd}
    seen = security_context(claims, JwtRules(claims_namespace="ns"))
    assert seen.claims == ({"a": 1, "u": odd, "ns": odd} if odd is not None else {"a": 1, "ns": None})
    assert seen.for_sql == str(odd)
    assert claims_for_sql({"a": 1}, JwtRules(claims_namespace="ns")) == {}
    assert claims_for_sql(claims, JwtRules()) == claims


def test_a_context_is_nobodys_to_change() -> None:
    given = {"role": "cook", "u": {"team": 1}, "ns": {"org": "acme"}}
    rules = [JwtRules(), JwtRules(raw_context=True), JwtRules(claims_namespace="ns")]
    contexts = [security_context(given, one) for one in rules]
    given["role"] = "chef"
    for context in contexts:
        assert context.claims["role"] == context.jwt["role"] == "cook"
        for part in (context.claims, context.jwt, context.for_sql):
            with pytest.raises(TypeError):
                part["role"] = "chef"


def test_groups_and_tenant_are_read_where_hooks_read() -> None:
    rules: dict[str, Any] = {"claims_namespace": "https://app/", "groups_claim": "groups", "tenant_claim": "org"}
    context = security_context(PAYLOAD, JwtRules(**rules))
    assert (context.groups, context.tenant) == ({"a"}, "umbrella")
    raw = security_context(PAYLOAD, JwtRules(**rules, raw_context=True))
    assert (raw.groups, raw.tenant) == (frozenset(), "acme")
    bare = security_context(PAYLOAD, JwtRules())
    assert (bare.groups, bare.tenant) == (frozenset(), None)
    assert tenant_of(PAYLOAD, JwtRules()) is None
    assert tenant_of({"u": {"org": 7}}, JwtRules(tenant_claim="org")) == "7"


def test_names_of_callers() -> None:
    rules = JwtRules(subject_claim="act.sub")
    assert security_context({"act": {"sub": 7}, "sub": "x"}, rules).subject == "7"
    for odd in ({}, {"act": {"sub": True}}, {"act": {"sub": ["a"]}}, {"act": {"sub": 1.5}}, {"act": "sub"}):
        assert security_context(odd, rules).subject == ""
    assert security_context({"iss": ["x"]}, rules).issuer == ""
    assert text_at({"a": 0}, "a") == "0"
    assert text_at({"a": ""}, "a") is None
