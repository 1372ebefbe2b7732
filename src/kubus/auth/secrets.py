"""Secrets: made, and judged.

Source: RFC 7518, section 3.2; RFC 8725, section 3.5
"""

import secrets

# HS256 wants a key as long as its hash.
ENOUGH_BYTES = 32

WELL_KNOWN = frozenset(
    {"secret", "new_secret", "changeme", "change_me", "password", "your-256-bit-secret", "api_secret"}
)


def make_secret() -> str:
    """64 random bytes, in hex."""
    return secrets.token_hex(64)


def secret_refusal(secret: str) -> str | None:
    """Why a secret is none, or None if it may be used."""
    if not secret.strip():
        return "it is empty"
    if secret.strip().lower() in WELL_KNOWN:
        return "everybody knows it"
    if len(set(secret)) == 1:
        return "it is one character repeated"
    return None


def secret_warning(secret: str) -> str | None:
    """What is weak about a secret that may be used, or None."""
    size = len(secret.encode("utf-8", "surrogateescape"))
    if size < ENOUGH_BYTES:
        return f"it has {size} bytes, and {ENOUGH_BYTES} are the least that HS256 should have"
    return None
