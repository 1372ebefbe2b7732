"""Tokens of our own: for the command line, the demo and development."""

from collections.abc import Mapping
from typing import Any

from joserfc import jwt

from kubus.auth.keys import VerificationKey, secret_key


def mint_token(claims: Mapping[str, Any], secret: str, *, issued_at: int, lifetime: int | None) -> str:
    """An HS256 token. `issued_at` is in seconds since 1970, `lifetime` in seconds; None for a token that never expires.

    Claims of these names that are given win.

    Raises:
        ConfigError: the secret is empty, or a public key.
    """
    times: dict[str, Any] = {"iat": issued_at}
    if lifetime is not None:
        times["exp"] = issued_at + lifetime
    payload = {**dict(claims), **{name: value for name, value in times.items() if name not in claims}}
    return signed_token(payload, secret_key(secret))


def signed_token(claims: Mapping[str, Any], key: VerificationKey) -> str:
    """An HS256 token that says these claims and nothing else, signed with a key that is a shared secret."""
    return jwt.encode({"alg": "HS256", "typ": "JWT"}, dict(claims), key.key)
