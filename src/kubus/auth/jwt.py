"""JSON Web Tokens: their form first, then their signature.

The form is checked before the library sees a token, because libraries forgive what RFC 7515 does not: two tokens that
differ in a character are never the same token here. Signatures are the library's work.

Source: RFC 7515, RFC 7519, RFC 8725
"""

import base64
import json
import math
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jws
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jws import JWSRegistry

from kubus.auth.keys import VerificationKey
from kubus.errors import Unauthenticated

TWINS = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}

PART = re.compile(r"[A-Za-z0-9_-]*")


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


@dataclass(frozen=True, slots=True)
class Token:
    """A token of the right form, whose signature nobody has looked at: nothing in it is to be believed yet."""

    text: str
    header: Mapping[str, Any]
    algorithm: str
    payload: bytes

    def claims(self) -> dict[str, Any]:
        """What it claims. Raises Refused if that is no JSON object."""
        return json_object(self.payload, "payload", self.header)

    @property
    def key_id(self) -> object:
        """The header `kid`: whatever the token has there, None for nothing."""
        return self.header.get("kid")


def read_token(text: str, max_size: int) -> Token:
    """The parts of a token of at most `max_size` bytes.

    Raises:
        Refused: its form is not the one that RFC 7515 gives, or its header asks for what is not supported.
    """
    if len(text) > max_size:
        raise Refused("too_large")
    if not text.isascii():
        raise Refused("malformed")
    parts = text.split(".")
    if len(parts) != 3:
        raise Refused("malformed")
    header = json_object(canonical(parts[0]), "malformed_header")
    payload = canonical(parts[1], header)
    canonical(parts[2], header)
    algorithm = header.get("alg")
    if not isinstance(algorithm, str):
        raise Refused("algorithm", header)
    if "crit" in header:
        raise Refused("critical_header", header)
    if "b64" in header or "zip" in header:
        raise Refused("unsupported_header", header)
    if not isinstance(header.get("typ", ""), str):
        raise Refused("type", header)
    return Token(text, header, algorithm, payload)


def signing_key(token: Token, keys: Iterable[VerificationKey]) -> VerificationKey:
    """The first of these keys that signed the token.

    Raises:
        Refused: none did, or none is for the algorithm that the token names.
    """
    fitting = [key for key in keys if token.algorithm in key.algorithms]
    if not fitting:
        raise Refused("algorithm", token.header)
    for key in fitting:
        if is_signed_by(token.text, key, token.algorithm):
            return key
    raise Refused("signature", token.header)


def same_tokens(token: Token) -> tuple[str, ...]:
    """The token, and the other text that anybody can make of it: every ECDSA signature has a twin that verifies too.

    Source: SEC 1, section 4.1.4: with (r, s), (r, n - s) verifies as well
    """
    curve = TWINS.get(token.algorithm)
    begin, _, last = token.text.rpartition(".")
    signature = canonical(last)
    if curve is None or len(signature) % 2:
        return (token.text,)
    half = len(signature) // 2
    turned = (curve.group_order - int.from_bytes(signature[half:])) % curve.group_order
    try:
        twin = signature[:half] + turned.to_bytes(half)
    except OverflowError:
        # It is of another length than signatures of this curve have, and does not verify.
        return (token.text,)
    return token.text, f"{begin}.{base64.urlsafe_b64encode(twin).rstrip(b'=').decode()}"


def canonical(part: str, header: Mapping[str, Any] | None = None) -> bytes:
    """The bytes of a base64url part that is written the one way in which it may be."""
    if not PART.fullmatch(part) or len(part) % 4 == 1:
        raise Refused("encoding", header)
    # Of these characters, and of no length that none encodes to, every text is read.
    decoded = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
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


class OneAlgorithm(JWSRegistry):
    """The library's rules for one algorithm, without its own limits: the size of the whole token is bounded."""

    max_header_length = max_payload_length = max_signature_length = sys.maxsize

    def __init__(self, name: str) -> None:
        # Names in a header that nobody here knows are passed over (RFC 7515, section 4): issuers add their own.
        super().__init__(algorithms=[name], strict_check_header=False)
        self._name = name

    def get_alg(self, name: str) -> Any:
        # The library's own warns of `EdDSA`, whose name RFC 9864 replaced: signers go on using it.
        if name != self._name:
            raise UnsupportedAlgorithmError(f"Algorithm of '{name}' is not allowed")
        return self.algorithms[name]


def is_signed_by(token: str, key: VerificationKey, algorithm: str) -> bool:
    try:
        jws.deserialize_compact(token, key.key, registry=OneAlgorithm(algorithm))
    except (JoseError, ValueError, TypeError):
        return False
    return True
