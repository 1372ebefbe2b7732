"""JSON Web Tokens, verified: form first, then signature, then claims.

The form is checked before the library sees a token, because libraries forgive what RFC 7515 does not: two tokens that
differ in a character are never the same token here. Signatures are the library's work.

Source: RFC 7515, RFC 7519, RFC 8725
"""

import base64
import binascii
import json
import math
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry

from kubus.auth.keys import VerificationKey
from kubus.errors import Unauthenticated

PART = re.compile(r"[A-Za-z0-9_-]*")

# No clock counts so many seconds; beyond it floats lose them.
LATEST = 2**53

# Tokens that development mode mints are for development mode alone.
DEV_ISSUER = "kubus-dev"


@dataclass(frozen=True, slots=True)
class JwtRules:
    """All that verification depends on. `keys` are tried in order: that is how secrets are rotated.

    `algorithms` None leaves the choice to the keys; an empty tuple refuses every token. `max_size` is in bytes.
    """

    keys: tuple[VerificationKey, ...] = ()
    algorithms: tuple[str, ...] | None = None
    issuers: tuple[str, ...] | None = None
    audience: str | None = None
    subject: str | None = None
    claims_namespace: str | None = None
    require_expiry: bool = True
    clock_skew: timedelta = timedelta(0)
    max_size: int = 16 * 1024
    refused_issuers: frozenset[str] = frozenset({DEV_ISSUER})
    raw_context: bool = False

    def __repr__(self) -> str:
        return f"JwtRules({len(self.keys)} keys, algorithms={self.algorithms}, issuers={self.issuers})"


class Refused(Unauthenticated):
    """A token that does not verify. What the token said of itself is for the log, cut and cleaned."""

    def __init__(self, reason: str, header: Mapping[str, Any] | None = None, issuer: object = None) -> None:
        super().__init__("Invalid token", reason=reason)
        self.algorithm = clean((header or {}).get("alg"))
        self.key_id = clean((header or {}).get("kid"))
        self.issuer = clean(issuer)


def clean(value: object) -> str:
    """Text of a stranger, short and printable."""
    return "".join(c for c in value[:64] if c.isprintable()) if isinstance(value, str) else ""


def verified_claims(token: str, rules: JwtRules, now: float) -> Mapping[str, Any]:
    """The claims of a token that verifies at `now`, in seconds since 1970.

    Raises:
        Refused: it does not; the reason is for the log.
    """
    if len(token) > rules.max_size:
        raise Refused("too_large")
    if not token.isascii():
        raise Refused("malformed")
    parts = token.split(".")
    if len(parts) != 3:
        raise Refused("malformed")
    header = json_object(canonical(parts[0]), "malformed_header")
    canonical(parts[2])
    algorithm = header.get("alg")
    if not isinstance(algorithm, str):
        raise Refused("algorithm", header)
    if "crit" in header:
        raise Refused("critical_header", header)
    if "b64" in header or "zip" in header:
        raise Refused("unsupported_header", header)
    if rules.algorithms is not None and algorithm not in rules.algorithms:
        raise Refused("algorithm", header)
    keys = [key for key in rules.keys if algorithm in key.algorithms]
    if not keys:
        raise Refused("algorithm", header)
    if not any(is_signed_by(token, key, algorithm) for key in keys):
        raise Refused("signature", header)
    claims = json_object(canonical(parts[1], header), "payload", header)
    check_claims(claims, rules, now, header)
    return claims


def canonical(part: str, header: Mapping[str, Any] | None = None) -> bytes:
    """The bytes of a base64url part that is written the one way in which it may be."""
    if not PART.fullmatch(part) or len(part) % 4 == 1:
        raise Refused("encoding", header)
    try:
        decoded = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except (binascii.Error, ValueError) as error:
        raise Refused("encoding", header) from error
    # The bits that the last character does not need have to be zero.
    if base64.urlsafe_b64encode(decoded).rstrip(b"=").decode() != part:
        raise Refused("encoding", header)
    return decoded


def json_object(text: bytes, reason: str, header: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The one object that the text holds: no key twice, no half characters, no numbers beyond JSON or floats."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError("duplicate key")
        return found

    def no_constant(name: str) -> Any:
        raise ValueError(name)

    def finite(digits: str) -> float:
        number = float(digits)
        if math.isinf(number):
            raise ValueError(digits)
        return number

    try:
        value = json.loads(text.decode("utf-8"), object_pairs_hook=once, parse_constant=no_constant, parse_float=finite)
        if b"\\u" in text:
            # Escapes can say half a surrogate pair, which is no character: no database and no log could take it.
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise Refused(reason, header) from error
    if not isinstance(value, dict):
        raise Refused(reason, header)
    return cast("dict[str, Any]", value)


class AnyHeader(JWSRegistry):
    """The library's rules without its own limits: `max_size` bounds the whole token."""

    max_header_length = max_payload_length = max_signature_length = sys.maxsize


def is_signed_by(token: str, key: VerificationKey, algorithm: str) -> bool:
    # Names in a header that nobody here knows are passed over, as RFC 7515 wants (section 4): issuers add their own.
    registry = AnyHeader(algorithms=[algorithm], strict_check_header=False)
    try:
        jws.deserialize_compact(token, key.key, registry=registry)
    except (JoseError, ValueError, TypeError):
        return False
    return True


def check_claims(claims: Mapping[str, Any], rules: JwtRules, now: float, header: Mapping[str, Any]) -> None:
    issuer = claims.get("iss")

    def refuse(reason: str) -> Refused:
        return Refused(reason, header, issuer)

    skew = rules.clock_skew.total_seconds()
    expires, begins, issued = (seconds(claims, name, refuse) for name in ("exp", "nbf", "iat"))
    if expires is None:
        if rules.require_expiry:
            raise refuse("no_expiry")
    elif now >= expires + skew:
        raise refuse("expired")
    if begins is not None and now < begins - skew:
        raise refuse("not_yet_valid")
    if issued is not None and issued > now + skew + 1:
        # Clocks of issuers are cut to whole seconds.
        raise refuse("issued_in_the_future")
    if isinstance(issuer, str) and issuer in rules.refused_issuers:
        raise refuse("refused_issuer")
    if rules.issuers is not None and issuer not in rules.issuers:
        raise refuse("issuer")
    if rules.audience is not None:
        audience = claims.get("aud")
        there = cast("list[object]", audience) if isinstance(audience, list) else [audience]
        if rules.audience not in there:
            raise refuse("audience")
    if rules.subject is not None and claims.get("sub") != rules.subject:
        raise refuse("subject")


def seconds(claims: Mapping[str, Any], name: str, refuse: Any) -> float | None:
    """A time claim; None if it is not there."""
    if name not in claims:
        return None
    value = claims[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not -LATEST < value < LATEST:
        raise refuse(f"{name}_is_no_number")
    return value
