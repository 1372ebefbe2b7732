"""Why a token is refused, in sentences: with what it has, and what it should have."""

from typing import Any

import pytest

from kubus.auth.jwt import Token
from kubus.auth.keys import secret_keys
from kubus.auth.reasons import REASONS, explained, spoken, told, when
from kubus.auth.rules import JwtRules
from tests.auth.tokens import SECRET

NOW = 1_800_000_000.0
TOKEN = Token("", {"alg": "HS1", "kid": "k1", "typ": "application/ID+jwt"}, "HS1", b"")
RULES = JwtRules(
    keys=secret_keys([SECRET]),
    max_size=100,
    types=("at+jwt", "jwt"),
    issuers=("https://a", "https://b"),
    audiences=("us", "ours"),
    subject="cook",
    required={"use": "access", "level": 1},
)
CLAIMS = {
    "iss": "https://c",
    "aud": ["them"],
    "sub": "chef",
    "use": "id",
    "level": 1,
    "exp": NOW - 60,
    "nbf": NOW + 7200,
    "iat": NOW - 86400,
}


@pytest.mark.parametrize(
    ("reason", "detail"),
    [
        ("too_large", "100 bytes"),
        ("algorithm", '"HS1"; HS256, HS384, HS512 would be'),
        ("unknown_key", '"k1"'),
        ("expired", "2027-01-15 07:59:00 UTC, 1 minute ago"),
        ("not_yet_valid", "2027-01-15 10:00:00 UTC, in 2 hours"),
        ("issued_in_the_future", "2027-01-14 08:00:00 UTC, 1 day ago"),
        ("too_old", "2027-01-14 08:00:00 UTC, 1 day ago"),
        ("type", '"id+jwt"; at+jwt, jwt would be'),
        ("issuer", '"https://c"; https://a, https://b would be'),
        ("audience", '["them"]; us, ours would be'),
        ("subject", '"chef"; cook would be'),
        ("required_claim", 'use is "id", not "access"'),
    ],
)
def test_what_it_has_and_what_it_should_have(reason: str, detail: str) -> None:
    assert explained(reason, TOKEN, CLAIMS, RULES, NOW) == f"{REASONS[reason]} ({detail})"


@pytest.mark.parametrize("reason", ["malformed", "signature", "no_expiry", "revoked", "check_auth"])
def test_some_reasons_say_all(reason: str) -> None:
    assert explained(reason, TOKEN, CLAIMS, RULES, NOW) == REASONS[reason]


def test_what_is_not_there() -> None:
    bare = JwtRules()
    given = [("algorithm", "; those of public keys would be"), ("unknown_key", ""), ("type", ";  would be")]
    for reason, detail in given:
        told_of = explained(reason, None, {}, bare, NOW)
        assert told_of == (f"{REASONS[reason]} ({detail})" if detail else REASONS[reason])
    for reason in ("issuer", "audience"):
        assert explained(reason, TOKEN, {}, bare, NOW) == f"{REASONS[reason]} (there is none;  would be)"
    chosen = JwtRules(keys=secret_keys([SECRET]), algorithms=("HS512",))
    assert explained("algorithm", TOKEN, {}, chosen, NOW).endswith('("HS1"; HS512 would be)')
    assert explained("required_claim", TOKEN, {}, RULES, NOW).endswith(
        '(use is there is none, not "access", level is there is none, not 1)'
    )
    assert explained("of tomorrow", TOKEN, {}, bare, NOW) == "of tomorrow"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "there is none"),
        ("é", '"é"'),
        (7, "7"),
        (["a"], '["a"]'),
        ("a\u202eb", '"a\\u202eb"'),
        ("\x1b[2J", '"\\u001b[2J"'),
        (True, "true"),
    ],
)
def test_values_of_strangers_are_to_be_looked_at(value: object, text: str) -> None:
    assert told(value) == text


@pytest.mark.parametrize(
    ("away", "words"),
    [
        (0.0, "now"), (0.9, "now"), (-0.9, "now"), (1.0, "in 1 second"), (-1.0, "1 second ago"), (59.9, "in 59 seconds"),
        (-60.0, "1 minute ago"), (119.0, "in 1 minute"), (120.0, "in 2 minutes"), (3599.0, "in 59 minutes"),
        (3600.0, "in 1 hour"), (-7200.0, "2 hours ago"), (86399.0, "in 23 hours"), (86400.0, "in 1 day"), (-864000.0, "10 days ago"),
    ],
)  # fmt: skip
def test_moments_in_words(away: float, words: str) -> None:
    assert when(NOW + away, NOW).partition(" UTC, ")[2] == words
    assert spoken(abs(away)) == words.removeprefix("in ").removesuffix(" ago") or abs(away) < 1


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        ("soon", "no time"),
        (True, "no time"),
        (None, "no time"),
        (1e300, "beyond all calendars"),
        (float("nan"), "beyond all calendars"),
    ],
)
def test_moments_that_are_none(seconds: Any, text: str) -> None:
    assert when(seconds, NOW) == text
