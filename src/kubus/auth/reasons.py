"""Why tokens are refused, in sentences: what the log tells by one word, for whoever holds token and settings."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from kubus.auth.claims import token_type
from kubus.auth.jwt import Token
from kubus.auth.rules import JwtRules

REASONS: Mapping[str, str] = {
    "too_large": "it is longer than KUBUS_JWT_MAX_SIZE",
    "malformed": "it has not the form of a token: three parts of base64url with dots between them",
    "encoding": "a part of it is not base64url as RFC 7515 writes it; a character may be missing or too many",
    "malformed_header": "its header is no JSON object, or has a name twice",
    "payload": "its payload is no JSON object, or has a name twice, or a number that is none",
    "algorithm": "its algorithm is none of those that the keys and CUBEJS_JWT_ALGS allow",
    "critical_header": "its header asks for an extension that everybody has to know (crit), and kubus knows none",
    "unsupported_header": "its header asks for b64 or zip, which tokens for access do not have",
    "signature": "none of the keys signed it: it was signed with another one, or changed since",
    "no_key_id": "its header names no kid, and fetched keys are found by that",
    "key_id_too_long": "its kid has more than 256 characters",
    "unknown_key": "no key has its kid: another signer made it, or its key was withdrawn",
    "no_keys": "the keys of its signer could not be fetched",
    "exp_is_no_number": "its exp is no number of seconds",
    "nbf_is_no_number": "its nbf is no number of seconds",
    "iat_is_no_number": "its iat is no number of seconds",
    "no_expiry": "it has no exp; KUBUS_JWT_REQUIRE_EXP=false would take such tokens, which are valid for ever",
    "expired": "it has expired",
    "not_yet_valid": "it is not valid yet (nbf)",
    "issued_in_the_future": "it was issued in the future (iat): clocks differ, see KUBUS_JWT_CLOCK_SKEW",
    "no_issue_time": "it has no iat, by which KUBUS_JWT_MAX_AGE counts its age",
    "too_old": "it was issued longer ago than KUBUS_JWT_MAX_AGE",
    "type": "its header typ is none of KUBUS_JWT_TYPES: it may be an ID token, which is not for access",
    "refused_issuer": "it was made in development mode, and is for that alone",
    "issuer": "its iss is none of the issuers whose tokens are taken",
    "audience": "its aud names no audience that this server is",
    "subject": "its sub is not CUBEJS_JWT_SUBJECT",
    "no_tenant": "the claim that KUBUS_TENANT_CLAIM names is missing, or no text or whole number",
    "required_claim": "a claim that KUBUS_ISSUERS requires is missing or another",
    "revoked": "it was revoked (KUBUS_REVOCATION)",
    "revocations_unknown": "the list of revoked tokens (KUBUS_REVOCATION) cannot be read",
    "several_tokens": "the header Authorization came more than once",
    "check_auth": "the hook check_auth failed",
}


def explained(reason: str, token: Token | None, claims: Mapping[str, Any], rules: JwtRules, now: float) -> str:
    """Why a token was refused, with what it has and what it should have."""
    text = REASONS.get(reason, reason)
    match reason:
        case "too_large":
            detail = f"{rules.max_size} bytes"
        case "algorithm":
            wanted = rules.algorithms or sorted({name for key in rules.keys for name in key.algorithms})
            named = told(token.header.get("alg")) if token else ""
            detail = f"{named}; {', '.join(wanted) or 'those of public keys'} would be"
        case "unknown_key":
            detail = told(token.key_id) if token else ""
        case "expired" | "not_yet_valid" | "issued_in_the_future" | "too_old":
            name = {"expired": "exp", "not_yet_valid": "nbf"}.get(reason, "iat")
            detail = when(claims[name], now)
        case "type":
            detail = f"{told(token_type(token)) if token else ''}; {', '.join(rules.types or ())} would be"
        case "issuer":
            detail = f"{told(claims.get('iss'))}; {', '.join(rules.issuers or ())} would be"
        case "audience":
            detail = f"{told(claims.get('aud'))}; {', '.join(rules.audiences or ())} would be"
        case "subject":
            detail = f"{told(claims.get('sub'))}; {rules.subject} would be"
        case "required_claim":
            wrong = [name for name, value in rules.required.items() if claims.get(name) != value]
            detail = ", ".join(
                f"{name} is {told(claims.get(name))}, not {told(rules.required[name])}" for name in wrong
            )
        case _:
            detail = ""
    return f"{text} ({detail})" if detail else text


def told(value: object) -> str:
    """A value of a stranger, to be looked at."""
    if value is None:
        return "there is none"
    text = json.dumps(value, ensure_ascii=False)
    return text if text.isprintable() else json.dumps(value)


def when(seconds: object, now: float) -> str:
    """A time claim in words: the moment in UTC, and how far from now."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return "no time"
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return "beyond all calendars"
    away = abs(seconds - now)
    words = spoken(away)
    distance = "now" if away < 1 else f"in {words}" if seconds > now else f"{words} ago"
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC, {distance}"


def spoken(seconds: float) -> str:
    """A length of time in its largest unit that it fills once."""
    left = timedelta(seconds=int(seconds))
    for name, unit in (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1))):
        if left >= unit:
            number = left // unit
            return f"{number} {name}{'' if number == 1 else 's'}"
    return f"{int(seconds)} second{'' if int(seconds) == 1 else 's'}"
