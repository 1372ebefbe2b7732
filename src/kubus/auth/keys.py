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


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """A key and the algorithms that it verifies."""

    key: Any = field(repr=False)
    algorithms: frozenset[str]


def secret_key(secret: str) -> VerificationKey:
    """A shared secret: its UTF-8 bytes. Raises ConfigError if it is empty."""
    if not secret:
        raise ConfigError("A secret is empty", hint="Set CUBEJS_API_SECRET to the output of `kubus secret`")
    with warnings.catch_warnings():
        # A short secret is warned of where settings are read.
        warnings.simplefilter("ignore")
        return VerificationKey(jwk.OctKey.import_key(secret.encode("utf-8")), HMAC)


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
                return public_key(kind.import_key(stripped))
            except (JoseError, ValueError, TypeError):
                continue
        raise ConfigError("CUBEJS_JWT_KEY looks like PEM, and holds no RSA or EC key")
    if stripped.startswith("{"):
        try:
            return public_key(jwk.import_key(json.loads(stripped)))
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise ConfigError("CUBEJS_JWT_KEY looks like a JWK, and cannot be read as one") from error
    return secret_key(text)


def public_key(key: Any) -> VerificationKey:
    match key:
        case jwk.OctKey():
            return VerificationKey(key, HMAC)
        case jwk.RSAKey():
            return VerificationKey(key, RSA)
        case jwk.ECKey():
            algorithms = CURVES.get(str(key.curve_name))
            if algorithms is not None:
                return VerificationKey(key, algorithms)
        case _:
            pass
    raise ConfigError("CUBEJS_JWT_KEY is of a kind that no supported algorithm uses")
