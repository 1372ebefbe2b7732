"""Who asked, as a record tells it: which claims, and which of them only as a hash that nobody can turn back."""

import hashlib
import hmac
import json
from types import MappingProxyType
from typing import Any

import pytest

from kubus.audit.identity import Identities, IdentityOptions, keyed_hash, plain, value_at
from kubus.context import Caller, SecurityContext

KEY, OTHER = b"k" * 32, b"o" * 32
CLAIMS = {"sub": "anna", "email": "anna@example.com", "org": {"unit": "north", "more": 1}, "org.id": 7, "none": None}


def told(given: dict[str, Any] = CLAIMS, key: bytes | None = KEY, **options: Any) -> dict[str, Any]:
    caller = Caller(
        SecurityContext(given, given, issuer="https://id", subject="anna"), frozenset({"b", "a"}), app_id="acme"
    )
    options = {name: value if name == "claims" else frozenset(value) for name, value in options.items()}
    return json.loads(b"{%b}" % Identities(IdentityOptions(key=key, **options)).of(caller))


def by_hand(key: bytes, value: Any) -> str:
    """The hash, by the standard library alone: HMAC-SHA-256 of the word and the value as JSON, its first half."""
    return (
        "hmac:"
        + hmac.new(key, b"value:" + json.dumps(value, separators=(",", ":")).encode(), hashlib.sha256).hexdigest()[:32]
    )


def test_claims_that_are_chosen_and_no_others() -> None:
    assert told(claims=("email", "org.unit", "org.id", "absent", "none", "email.below")) == {
        "issuer": "https://id",
        "subject": "anna",
        "app_id": "acme",
        "groups": ["a", "b"],
        "claims": {"email": "anna@example.com", "org.unit": "north", "org.id": 7},
    }
    assert told()["claims"] == {}


@pytest.mark.parametrize("value", ["anna@example.com", 7, 0, "", True, ["a", 1], {"a": {"b": None}}])
def test_a_hashed_claim_is_told_as_the_keyed_hash_of_its_value(value: Any) -> None:
    found = told({"email": value}, claims=("email",), hashed=("email",))["claims"]["email"]
    assert found == by_hand(KEY, value) == f"hmac:{keyed_hash(KEY, value)}"
    assert found != by_hand(OTHER, value)
    assert found == told({"email": value}, claims=("email",), hashed=("email",))["claims"]["email"]
    assert found != told({"email": value}, key=OTHER, claims=("email",), hashed=("email",))["claims"]["email"]
    # Without the key nobody finds it by trying values.
    assert found[5:] not in (hashlib.sha256(json.dumps(value).encode()).hexdigest()[:32], by_hand(b"", value)[5:])


def test_other_values_have_other_hashes() -> None:
    values = ["a", "b", "A", "a ", "", 1, "1", 1.5, True, "true", False, [], ["a"], ["a", "b"], {"a": 1}, {"a": "1"}]
    assert len({keyed_hash(KEY, value) for value in values}) == len(values)


def test_a_hash_hides_the_claim_wherever_it_is_told() -> None:
    claims = ("email", "org.unit", "sub")
    record = told(claims=claims, hashed=("sub", "iss", "email", "org.unit"))
    assert record["issuer"] == by_hand(KEY, "https://id")
    assert record["subject"] == record["claims"]["sub"] == by_hand(KEY, "anna")
    assert record["claims"]["email"] == by_hand(KEY, "anna@example.com")
    assert record["claims"]["org.unit"] == by_hand(KEY, "north")
    text = json.dumps(record)
    for secret in ("anna", "example.com", "north", "https://id"):
        assert secret not in text
    # What is not there is not told by a hash either.
    assert told({}, claims=claims, hashed=claims)["claims"] == {}


def test_who_asks_is_read_of_the_claims_where_a_hook_gave_nothing_else() -> None:
    caller = Caller(SecurityContext({"iss": "https://id", "sub": "anna"}))
    record = json.loads(b"{%b}" % Identities(IdentityOptions()).of(caller))
    assert (record["issuer"], record["subject"]) == ("https://id", "anna")
    nobody = json.loads(b"{%b}" % Identities(IdentityOptions()).of(None))
    assert nobody == {"issuer": None, "subject": None, "app_id": None, "groups": [], "claims": {}}


def test_each_caller_has_their_own_text() -> None:
    identities = Identities(IdentityOptions(("sub",), frozenset({"sub"}), KEY))
    callers = [Caller(SecurityContext({"sub": f"user-{number}"})) for number in range(50)]
    for _ in range(2):
        told = [json.loads(b"{%b}" % identities.of(caller))["claims"]["sub"] for caller in callers]
        assert told == [by_hand(KEY, f"user-{number}") for number in range(50)]


def test_values_as_json() -> None:
    assert plain(MappingProxyType({"a": (1, {2}), 3: None})) == {"a": [1, "{2}"], "3": None}
    assert value_at({"a": {"b": 1}, "a.b": 2}, "a.b") == 2
    assert value_at({"a": "text"}, "a.b") is None
