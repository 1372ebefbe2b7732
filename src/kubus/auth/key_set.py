"""Key sets: the public keys that a signer publishes, each by its `kid`.

Source: RFC 7517, section 5
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, cast

from joserfc import jwk

from kubus.auth.keys import UnusableKey, VerificationKey, imported, public_key

MOST_KEYS = 100
LONGEST_KEY_ID = 256

# What of a key is looked at: the library gets nothing else of what a stranger wrote.
PUBLIC_MEMBERS = ("kty", "n", "e", "crv", "x", "y")
KINDS = ("RSA", "EC", "OKP")


class MalformedKeySet(ValueError):
    """A document that is no key set. Says why."""


@dataclass(frozen=True, slots=True)
class SkippedKey:
    """A key of a set that is not used, and why, in a sentence that goes on after its name."""

    key_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class KeySet:
    """Keys by `kid`; RFC 7517 lets keys of different kinds share one. `members` are what each was made of."""

    keys: Mapping[str, tuple[VerificationKey, ...]]
    skipped: tuple[SkippedKey, ...] = ()
    members: Mapping[VerificationKey, str] = field(default_factory=lambda: MappingProxyType({}))


NO_KEYS = KeySet(MappingProxyType({}))


def key_set(document: object, before: KeySet = NO_KEYS) -> KeySet:
    """The usable keys of a key set. Each that was in the set of `before` is the same object as there.

    Raises:
        MalformedKeySet: it is none, or has too many keys.
    """
    given = cast("dict[str, object]", document).get("keys") if isinstance(document, dict) else None
    if not isinstance(given, list):
        raise MalformedKeySet("it has no list 'keys'")
    listed = cast("list[object]", given)
    if len(listed) > MOST_KEYS:
        raise MalformedKeySet(f"it has more than {MOST_KEYS} keys")
    known = {text: key for key, text in before.members.items()}
    keys: dict[str, list[VerificationKey]] = {}
    members: dict[VerificationKey, str] = {}
    skipped: list[SkippedKey] = []
    for one in listed:
        found = cast("dict[str, Any]", one) if isinstance(one, dict) else {}
        try:
            text, key_id = identity(found)
            key = known.get(text) or usable_key(found)
        except UnusableKey as error:
            name = found.get("kid")
            skipped.append(SkippedKey(name[:64] if isinstance(name, str) else "", str(error)))
            continue
        keys.setdefault(key_id, []).append(key)
        members[key] = text
    by_id = {key_id: tuple(found) for key_id, found in keys.items()}
    return KeySet(MappingProxyType(by_id), tuple(skipped), MappingProxyType(members))


def identity(members: Mapping[str, Any]) -> tuple[str, str]:
    """What tells a key from every other, and its `kid`. Raises UnusableKey for a key that has none."""
    key_id = members.get("kid")
    if not isinstance(key_id, str):
        raise UnusableKey("has no kid")
    if len(key_id) > LONGEST_KEY_ID:
        raise UnusableKey(f"has a kid of more than {LONGEST_KEY_ID} characters")
    said = [members.get(name) for name in ("alg", "use", *PUBLIC_MEMBERS)]
    operations = members.get("key_ops")
    listed = cast("list[object]", operations) if isinstance(operations, list) else []
    if not all(value is None or isinstance(value, str) for value in (*said, *listed)):
        raise UnusableKey("cannot be read")
    return repr((key_id, said, operations if operations is None else listed)), key_id


def usable_key(members: Mapping[str, Any]) -> VerificationKey:
    """The key with these members. Raises UnusableKey if no token may be verified with it."""
    if members.get("kty") not in KINDS:
        # A shared secret above all: what everybody can fetch is none.
        raise UnusableKey("is no public key")
    if "d" in members:
        raise UnusableKey("is a private key, which everybody can read")
    said = {name: members[name] for name in ("kid", "alg", "use", "key_ops") if members.get(name) is not None}
    if not isinstance(said.get("key_ops", []), list):
        raise UnusableKey("cannot be read")
    try:
        key = imported(jwk, {name: members[name] for name in PUBLIC_MEMBERS if name in members})
    except Exception as error:
        # Whatever the library and the cryptography below it say of a stranger's numbers: one bad key costs no other.
        raise UnusableKey("cannot be read") from error
    return public_key(key, said)
