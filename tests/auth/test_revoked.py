"""Which tokens a line of the list takes back, and until when."""

import json
from typing import Any

import pytest

from kubus.auth.revocation import (
    FOREVER,
    MalformedRevocation,
    Revocation,
    Revocations,
    listed,
    named,
    read_revocation,
    takes_back,
)

NOW = 1_800_000_000.0
HASH = "ab" * 32


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ({"jti": "5f"}, Revocation("jti", "5f")),
        ({"sub": "u", "iss": "i"}, Revocation("sub", "u", "i")),
        ({"sha256": HASH, "until": 5}, Revocation("sha256", HASH, until=5)),
        ({"sha256": HASH, "iss": "i", "issued_before": 4.5}, Revocation("sha256", HASH, "i", 4.5)),
        ({"jti": "5f", "issued_before": 0, "until": 0}, Revocation("jti", "5f", None, 0, 0)),
    ],
)
def test_lines_are_read_and_written(line: dict[str, Any], read: Revocation) -> None:
    assert read_revocation(json.dumps(line)) == read_revocation(json.dumps(line).encode()) == read
    assert json.loads(read.line) == line


@pytest.mark.parametrize(
    "line",
    [
        "", "{", "[]", "null", "{}", '{"iss": "i"}', '{"jti": ""}', '{"jti": 5}', '{"jti": "a", "sub": "b"}',
        '{"jti": "a", "role": "b"}', '{"sha256": "ab"}', json.dumps({"sha256": HASH.upper()}), json.dumps({"sha256": f"{HASH}\n"}),
        '{"jti": "a", "until": -1}', '{"jti": "a", "until": 9007199254740992}', '{"jti": "a", "until": "1"}', b"\xff",
    ],
)  # fmt: skip
def test_what_is_no_revocation_is_refused_without_being_told(line: str | bytes) -> None:
    with pytest.raises(MalformedRevocation):
        read_revocation(line)


@pytest.mark.parametrize(
    ("revocation", "claims", "is_taken"),
    [
        (Revocation("sub", "u"), {}, True),
        (Revocation("sub", "u", until=NOW + 0.1), {}, True),
        (Revocation("sub", "u", until=NOW), {}, False),
        (Revocation("sub", "u", "i"), {"iss": "i"}, True),
        (Revocation("sub", "u", "i"), {"iss": "j"}, False),
        (Revocation("sub", "u", "i"), {}, False),
        (Revocation("sub", "u", issued_before=100), {"iat": 99}, True),
        (Revocation("sub", "u", issued_before=100), {"iat": 99.9}, True),
        (Revocation("sub", "u", issued_before=100), {"iat": 100}, False),
        (Revocation("sub", "u", issued_before=100), {"iat": 101}, False),
        # One that does not say when it was made may be as old as any.
        (Revocation("sub", "u", issued_before=100), {}, True),
        (Revocation("sub", "u", issued_before=100), {"iat": "101"}, True),
        (Revocation("sub", "u", "i", 100, NOW + 1), {"iss": "i", "iat": 5}, True),
        (Revocation("sub", "u", "i", 100, NOW + 1), {"iss": "j", "iat": 5}, False),
    ],
)
def test_what_is_taken_back(revocation: Revocation, claims: dict[str, Any], is_taken: bool) -> None:
    assert takes_back(revocation, claims, NOW) is is_taken


def test_a_list_is_asked_by_id_subject_and_hashes() -> None:
    found = listed(
        [
            Revocation("jti", "1"),
            Revocation("sub", "anna", "other"),
            Revocation("sub", "anna", issued_before=100),
            Revocation("sha256", HASH),
            Revocation("sub", "over", until=NOW),
            Revocation("sub", "not yet over", until=NOW + 1),
        ],
        NOW,
    )
    assert len(found) == 5
    assert found.revoke({"jti": "1"}, (), NOW)
    assert found.revoke({"jti": 1}, (), NOW)
    assert found.revoke({"sub": "anna", "iat": 99}, (), NOW)
    assert found.revoke({"sub": "anna", "iss": "other", "iat": 101}, (), NOW)
    assert found.revoke({"sub": "ben"}, ("cd" * 32, HASH), NOW)
    assert found.revoke({"sub": "not yet over"}, (), NOW)
    assert not found.revoke({"sub": "not yet over"}, (), NOW + 1)
    for claims in (
        {},
        {"sub": "anna", "iat": 101},
        {"sub": "1"},
        {"jti": "anna"},
        {"jti": True},
        {"sub": ["anna"]},
        {"sub": "over"},
    ):
        assert not found.revoke(claims, ("cd" * 32,), NOW)
    assert not Revocations().revoke({"jti": "1"}, (HASH,), NOW)
    assert len(Revocations()) == 0
    assert FOREVER > NOW


def test_a_list_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    from kubus.auth import revocation

    monkeypatch.setattr(revocation, "MOST_ENTRIES", 2)
    assert len(listed([Revocation("jti", str(n)) for n in range(2)], NOW)) == 2
    with pytest.raises(MalformedRevocation, match="more than 2"):
        listed([Revocation("jti", str(n)) for n in range(3)], NOW)


def test_names() -> None:
    assert named({"jti": "a"}, "jti") == "a"
    assert named({"jti": 0}, "jti") == "0"
    for odd in ({}, {"jti": None}, {"jti": True}, {"jti": 1.5}, {"jti": ["a"]}):
        assert named(odd, "jti") == ""
