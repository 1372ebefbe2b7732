"""What signatures are verified with. A key says which algorithms it is for, and is used with no others.

Source: RFC 8725, sections 3.1 and 3.2
"""

import json
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from joserfc import jwk
from joserfc.errors import JoseError

from kubus.errors import ConfigError

HMAC = frozenset({"HS256", "HS384", "HS512"})
RSA = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})
CURVES = {
    "P-256": frozenset({"ES256"}),
    "P-384": frozenset({"ES384"}),
    "P-521": frozenset({"ES512"}),
    # One algorithm under its old and its new name. Source: RFC 8037, section 3.1; RFC 9864, section 2.2
    "Ed25519": frozenset({"EdDSA", "Ed25519"}),
}

# Source: RFC 7518, section 3.3
LEAST_RSA_BITS = 2048
# Longer ones make each verification take milliseconds.
MOST_RSA_BITS = 8192


# Points of Ed25519 of order eight and less, without the bit of their sign: of every few messages one verifies with
# them, whoever signed it. Source: RFC 8032, section 5.1.7 and RFC 7748, section 6.1; the list is that of libsodium.
SMALL_ORDER = frozenset(
    bytes.fromhex(point)
    for point in (
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    )
)


@dataclass(frozen=True, slots=True, eq=False)
class VerificationKey:
    """A key and the algorithms that it verifies. `key_id` is its name in a key set, None for a key without one.

    Compared by identity: what was verified with a key holds as long as this very object is in use.
    """

    key: Any = field(repr=False)
    algorithms: frozenset[str]
    key_id: str | None = None


class UnusableKey(ValueError):
    """A key that verifies no token. Says why, in a sentence that goes on after the key's name."""


def secret_key(secret: str) -> VerificationKey:
    """A shared secret: its UTF-8 bytes. Raises ConfigError if it is empty, or a public key: everybody has that."""
    if not secret:
        raise ConfigError("A secret is empty", hint="Set CUBEJS_API_SECRET to the output of `kubus secret`")
    try:
        return VerificationKey(imported(jwk.OctKey, secret.encode("utf-8")), HMAC)
    except ValueError as error:
        raise ConfigError(
            "A public key is set as a secret", hint="Set CUBEJS_JWT_KEY to it, and leave CUBEJS_API_SECRET to secrets"
        ) from error


def imported(kind: Any, value: Any) -> Any:
    """A key of the library. How strong keys have to be is said where settings are read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return kind.import_key(value)


def secret_keys(secrets: Iterable[str]) -> tuple[VerificationKey, ...]:
    """The secrets of a rotation list, each once, in order."""
    return tuple(secret_key(secret) for secret in dict.fromkeys(secrets))


def configured_keys(text: str) -> tuple[VerificationKey, ...]:
    """The keys in `CUBEJS_JWT_KEY`: a PEM public key, a JWK or a key set as JSON, or else a shared secret.

    Raises:
        ConfigError: it looks like a public key and cannot be read; it is never taken for a secret then.
    """
    # A key set needs this module.
    from kubus.auth.key_set import MalformedKeySet, key_set

    stripped = text.strip().replace("\\n", "\n")
    if stripped.startswith("-----BEGIN"):
        return (pem_key(stripped),)
    if not stripped.startswith("{"):
        return (secret_key(text),)
    try:
        members = json.loads(stripped)
        if "keys" not in members:
            return (public_key(imported(jwk, members), members),)
        found = key_set(members)
    except UnusableKey as error:
        raise ConfigError(f"CUBEJS_JWT_KEY {error}") from error
    except (JoseError, ValueError, TypeError, KeyError, MalformedKeySet) as error:
        raise ConfigError("CUBEJS_JWT_KEY looks like a JWK, and cannot be read as one") from error
    if not found.keys:
        why = "; ".join(f"{skipped.key_id or 'a key'} {skipped.reason}" for skipped in found.skipped) or "it is empty"
        raise ConfigError(f"CUBEJS_JWT_KEY is a key set without a usable key: {why}")
    return tuple(key for keys in found.keys.values() for key in keys)


def pem_key(text: str) -> VerificationKey:
    for kind in (jwk.RSAKey, jwk.ECKey, jwk.OKPKey):
        try:
            key = imported(kind, text)
        except (JoseError, ValueError, TypeError):
            continue
        try:
            return public_key(key, {})
        except UnusableKey as error:
            raise ConfigError(f"CUBEJS_JWT_KEY {error}") from error
    raise ConfigError("CUBEJS_JWT_KEY looks like PEM, and holds no RSA, EC or Ed25519 key")


def shared_secret(key: VerificationKey) -> bytes | None:
    """The secret that a key is, or None for a public key."""
    return key.key.raw_value if isinstance(key.key, jwk.OctKey) else None


def public_key(key: Any, members: dict[str, Any]) -> VerificationKey:
    """A key of the library, for the algorithms that its kind and the members of its JWK allow.

    Raises:
        UnusableKey: there are none.
    """
    match key:
        case jwk.OctKey():
            algorithms = HMAC
        case jwk.RSAKey():
            algorithms = RSA
        case jwk.ECKey() | jwk.OKPKey():
            algorithms = CURVES.get(str(key.curve_name), frozenset[str]())
        case _:
            algorithms = frozenset[str]()
    if isinstance(key, jwk.RSAKey):
        bits = key.raw_value.key_size
        if bits < LEAST_RSA_BITS:
            raise UnusableKey(f"is an RSA key of fewer than {LEAST_RSA_BITS} bits, which is not safe")
        if bits > MOST_RSA_BITS:
            raise UnusableKey(f"is an RSA key of more than {MOST_RSA_BITS} bits")
    if isinstance(key, jwk.OKPKey) and algorithms:
        point = bytearray(key.public_key.public_bytes_raw())
        point[-1] &= 0x7F
        if bytes(point) in SMALL_ORDER:
            raise UnusableKey("is a point of small order, with which forged signatures verify")
    if "alg" in members:
        # A JWK may say for which algorithm it is meant.
        algorithms &= CURVES["Ed25519"] if members["alg"] in CURVES["Ed25519"] else {members["alg"]}
    is_for_signatures = members.get("use") in (None, "sig") and "verify" in members.get("key_ops", ["verify"])
    if not algorithms or not is_for_signatures:
        raise UnusableKey("is of a kind that no supported algorithm uses for signatures")
    # The library takes no name that is not text.
    return VerificationKey(key, algorithms, members.get("kid"))
