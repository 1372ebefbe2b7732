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
CURVES = {"P-256": frozenset({"ES256"}), "P-384": frozenset({"ES384"}), "P-521": frozenset({"ES512"})}

# Source: RFC 7518, section 3.3
LEAST_RSA_BITS = 2048


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """A key and the algorithms that it verifies."""

    key: Any = field(repr=False)
    algorithms: frozenset[str]


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


def configured_key(text: str) -> VerificationKey:
    """The key in `CUBEJS_JWT_KEY`: a PEM public key, a JWK as JSON, or else a shared secret.

    Raises:
        ConfigError: it looks like a public key and cannot be read; it is never taken for a secret then.
    """
    stripped = text.strip().replace("\\n", "\n")
    if stripped.startswith("-----BEGIN"):
        for kind in (jwk.RSAKey, jwk.ECKey):
            try:
                return public_key(imported(kind, stripped))
            except (JoseError, ValueError, TypeError):
                continue
        raise ConfigError("CUBEJS_JWT_KEY looks like PEM, and holds no RSA or EC key")
    if stripped.startswith("{"):
        try:
            return public_key(imported(jwk, json.loads(stripped)))
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise ConfigError("CUBEJS_JWT_KEY looks like a JWK, and cannot be read as one") from error
    return secret_key(text)


def shared_secret(key: VerificationKey) -> bytes | None:
    """The secret that a key is, or None for a public key."""
    return key.key.raw_value if isinstance(key.key, jwk.OctKey) else None


def public_key(key: Any) -> VerificationKey:
    match key:
        case jwk.OctKey():
            algorithms = HMAC
        case jwk.RSAKey():
            algorithms = RSA
        case jwk.ECKey():
            algorithms = CURVES.get(str(key.curve_name), frozenset[str]())
        case _:
            algorithms = frozenset[str]()
    if isinstance(key, jwk.RSAKey) and key.raw_value.key_size < LEAST_RSA_BITS:
        raise ConfigError(f"CUBEJS_JWT_KEY is an RSA key of fewer than {LEAST_RSA_BITS} bits, which is not safe")
    if isinstance(alg := key.get("alg"), str):
        # A JWK may say for which algorithm it is meant.
        algorithms &= {alg}
    if not algorithms or key.get("use") not in (None, "sig"):
        raise ConfigError("CUBEJS_JWT_KEY is of a kind that no supported algorithm uses for signatures")
    return VerificationKey(key, algorithms)
