"""A key set: which of its keys are used, by which name, and which of them are the ones of before."""

import json
from typing import Any

import pytest

from kubus.auth.key_set import LONGEST_KEY_ID, MOST_KEYS, KeySet, MalformedKeySet, SkippedKey, key_set
from tests.auth.tokens import base64url
from tests.engines.key_server import made

ONE, TWO, WIDE = made("one"), made("two"), made("wide", "RS256")


def read(*keys: object, before: KeySet | None = None) -> KeySet:
    return key_set({"keys": list(keys)}) if before is None else key_set({"keys": list(keys)}, before)


def reasons(found: KeySet) -> list[tuple[str, str]]:
    return [(skipped.key_id, skipped.reason) for skipped in found.skipped]


@pytest.mark.parametrize("document", [None, 7, "keys", [], [{"keys": []}], {}, {"keys": {}}, {"KEYS": []}])
def test_what_is_no_key_set(document: object) -> None:
    with pytest.raises(MalformedKeySet, match=r"^it has no list 'keys'$"):
        key_set(document)


def test_an_empty_one_is_one() -> None:
    assert key_set({"keys": []}) == KeySet({}, (), {})


def test_so_many_keys_and_no_more() -> None:
    assert len(read(*[{}] * MOST_KEYS).skipped) == MOST_KEYS
    with pytest.raises(MalformedKeySet, match=r"^it has more than 100 keys$"):
        read(*[{}] * (MOST_KEYS + 1))


def test_keys_are_found_by_their_names() -> None:
    found = read(ONE.published(), TWO.published(), WIDE.published(kid="one"))
    assert set(found.keys) == {"one", "two"}
    curve, wide = found.keys["one"]
    assert (curve.algorithms, curve.key_id) == ({"ES256"}, "one")
    assert (wide.algorithms, wide.key_id) == ({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}, "one")
    assert set(found.members) == {curve, wide, *found.keys["two"]}
    assert found.skipped == ()


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"kid": None}, "has no kid"),
        ({"kid": 7}, "has no kid"),
        ({"kid": "x" * (LONGEST_KEY_ID + 1)}, "has a kid of more than 256 characters"),
        ({"kty": "oct", "k": "AAAA"}, "is no public key"),
        ({"kty": None}, "is no public key"),
        ({"d": "AAAA"}, "is a private key, which everybody can read"),
        ({"use": "enc"}, "is of a kind that no supported algorithm uses for signatures"),
        ({"alg": "ES384"}, "is of a kind that no supported algorithm uses for signatures"),
        ({"alg": "none"}, "is of a kind that no supported algorithm uses for signatures"),
        ({"key_ops": []}, "is of a kind that no supported algorithm uses for signatures"),
        ({"key_ops": ["sign"]}, "is of a kind that no supported algorithm uses for signatures"),
        ({"key_ops": "verify"}, "cannot be read"),
        ({"key_ops": {"verify": 1}}, "cannot be read"),
        ({"key_ops": ["verify", 7]}, "cannot be read"),
        ({"alg": 7}, "cannot be read"),
        ({"use": ["sig"]}, "cannot be read"),
        ({"x": 7}, "cannot be read"),
        ({"x": "AA"}, "cannot be read"),
        ({"x": None}, "cannot be read"),
        ({"crv": "P-999"}, "cannot be read"),
    ],
)
def test_a_key_that_is_not_used_costs_no_other(members: dict[str, Any], reason: str) -> None:
    bad = {**ONE.published(), **members}
    found = read(bad, TWO.published())
    assert set(found.keys) == {"two"}
    name = bad["kid"]
    assert reasons(found) == [(name[:64] if isinstance(name, str) else "", reason)]


@pytest.mark.parametrize("odd", [None, 7, "key", [], ["kid"]])
def test_what_is_no_key_has_no_name(odd: object) -> None:
    assert read(odd).skipped == (SkippedKey("", "has no kid"),)


@pytest.mark.parametrize(
    "members",
    [
        {"kid": "x" * LONGEST_KEY_ID},
        {"alg": "ES256"},
        {"alg": None, "use": None, "key_ops": None},
        {"use": "sig", "key_ops": ["verify"]},
        {"key_ops": ["sign", "verify"]},
        # What nobody here reads: certificates, and whatever else a signer says.
        {"x5c": ["AAAA"], "x5u": "http://127.0.0.1:1/", "ext": True, "D": "AAAA"},
    ],
)
def test_what_a_key_may_say_of_itself(members: dict[str, Any]) -> None:
    bare = {name: value for name, value in ONE.published().items() if name != "use"}
    found = read({**bare, **members})
    ((key,),) = found.keys.values()
    assert (key.algorithms, found.skipped) == ({"ES256"}, ())


def test_a_key_is_for_the_algorithm_that_it_names_alone() -> None:
    for algorithm in ("RS256", "PS384"):
        ((key,),) = read(WIDE.published(alg=algorithm)).keys.values()
        assert key.algorithms == {algorithm}


def test_what_is_said_as_before_is_the_key_of_before() -> None:
    said = {"alg": "ES256", "use": "sig", "key_ops": ["verify"]}
    before = read(ONE.published(**said), TWO.published())
    same = read(TWO.published(), json.loads(json.dumps(ONE.published(**said, x5t="new"))), before=before)
    assert same.keys["one"][0] is before.keys["one"][0]
    assert same.keys["two"][0] is before.keys["two"][0]
    assert same.members == before.members
    # And that of the one before that.
    assert read(ONE.published(**said), before=same).keys["one"][0] is before.keys["one"][0]


@pytest.mark.parametrize(
    "members",
    [
        {"kid": "other"},
        {"alg": None},
        {"use": None},
        {"key_ops": None},
        {"key_ops": ["verify", "sign"]},
        {"x": made("other").published()["x"], "y": None},
    ],
)
def test_whatever_is_said_otherwise_makes_another_key(members: dict[str, Any]) -> None:
    """A token that an old key vouched for must not live on under a new one."""
    usual = ONE.published(alg="ES256", use="sig", key_ops=["verify"])
    before = read(usual)
    after = read({**usual, **members}, before=before)
    assert not before.members.keys() & after.members.keys()
    if "x" not in members:
        assert len(after.members) == 1
    assert read(usual, before=after).members.keys() != before.members.keys()


def test_key_operations_that_are_not_there_are_others_than_none() -> None:
    before = read(ONE.published())
    assert len(before.members) == 1
    # An empty list allows nothing, and may not be taken for the key that says nothing.
    assert read(ONE.published(key_ops=[]), before=before).keys == {}


# ── curves that need a closer look ──


def edwards(point: bytes, **members: Any) -> dict[str, Any]:
    return {"kty": "OKP", "kid": "one", "crv": "Ed25519", "x": base64url(point), **members}


@pytest.mark.parametrize("sign", [0x00, 0x80])
@pytest.mark.parametrize(
    "point",
    [
        "00" * 32,
        "01" + "00" * 31,
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ec" + "ff" * 30 + "7f",
        "ed" + "ff" * 30 + "7f",
        "ee" + "ff" * 30 + "7f",
    ],
)
def test_points_of_small_order_are_no_keys(point: str, sign: int) -> None:
    """Everybody can sign for them. Source: RFC 8032, section 5.1.7; the last bit is a sign."""
    made = bytearray.fromhex(point)
    made[-1] |= sign
    (skipped,) = read(edwards(bytes(made))).skipped
    assert skipped.reason == "is a point of small order, with which forged signatures verify"


def test_a_point_next_to_one_of_small_order_is_a_key() -> None:
    assert read(edwards(b"\x02" + bytes(31))).keys.keys() == {"one"}
    assert read(edwards(b"\x02" + bytes(30) + b"\x80")).keys.keys() == {"one"}


@pytest.mark.parametrize("algorithm", ["EdDSA", "Ed25519"])
def test_the_old_and_the_new_name_of_an_algorithm_are_one(algorithm: str) -> None:
    published = made("one", "EdDSA").published(alg=algorithm)
    ((key,),) = read(published).keys.values()
    assert key.algorithms == {"EdDSA", "Ed25519"}


@pytest.mark.parametrize("algorithm", [None, "EdDSA", "ECDH-ES"])
def test_a_curve_that_does_not_sign_is_no_key(algorithm: str | None) -> None:
    (skipped,) = read(edwards(bytes(31) + b"\1", crv="X25519", alg=algorithm)).skipped
    assert skipped.reason == "is of a kind that no supported algorithm uses for signatures"
