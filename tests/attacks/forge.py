"""Tokens as a forger writes them: every part by hand, so that every part can be wrong.

Nothing here is shared with kubus or with a JWT library: what is right by these lines is right by the RFCs.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, padding
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256K1, SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as make_ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as make_rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SECRET = "7c5e0f1b9a2d4c3e8f6071a2b3c4d5e6f708192a3b4c5d6e"

HASHES: dict[str, Callable[..., Any]] = {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512}
DIGESTS = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}

# Source: SEC 2, sections 2.4.2, 2.5.1 and 2.6.1: the orders of the groups.
ORDERS = {
    256: 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    384: 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
}

Signer = Callable[[bytes], bytes]
Sent = str | bytes | Mapping[str, Any] | list[Any]


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def part(content: Sent) -> str:
    """A part of a token: bytes and text as they are, all else as JSON."""
    if isinstance(content, bytes):
        return base64url(content)
    return base64url((content if isinstance(content, str) else json.dumps(content)).encode("utf-8", "surrogatepass"))


def token(header: Sent, claims: Sent, sign: Signer) -> str:
    """A token whose signature is what `sign` makes of its header and payload."""
    begin = f"{part(header)}.{part(claims)}"
    return f"{begin}.{base64url(sign(begin.encode()))}"


def mac(secret: bytes | str, size: str = "256") -> Signer:
    """An HMAC signature."""
    key = secret.encode() if isinstance(secret, str) else secret
    return lambda message: hmac.new(key, message, HASHES[size]).digest()


def rsa_signature(key: RSAPrivateKey, size: str = "256", *, pss: bool = False) -> Signer:
    digest = DIGESTS[size]
    pad = padding.PSS(padding.MGF1(digest), digest.digest_size) if pss else padding.PKCS1v15()
    return lambda message: key.sign(message, pad, digest)


def der_signature(key: EllipticCurvePrivateKey, size: str = "256") -> Signer:
    """An ECDSA signature as X.509 writes it, and JWS does not."""
    return lambda message: key.sign(message, ECDSA(DIGESTS[size]))


def numbers_of(key: EllipticCurvePrivateKey, size: str = "256") -> Callable[[bytes], tuple[int, int]]:
    return lambda message: decode_dss_signature(der_signature(key, size)(message))


def raw(r: int, s: int, width: int = 32) -> bytes:
    """Two numbers as JWS writes them: big-endian, of the width of the group's order, one behind the other."""
    return r.to_bytes(width) + s.to_bytes(width)


def ec_signature(key: EllipticCurvePrivateKey, size: str = "256") -> Signer:
    width = (key.key_size + 7) // 8
    return lambda message: raw(*numbers_of(key, size)(message), width)


def nothing(_: bytes) -> bytes:
    """No signature at all."""
    return b""


def these(signature: bytes) -> Signer:
    """This signature, whatever is signed."""
    return lambda _: signature


@dataclass(frozen=True)
class Forge:
    """The keys of the servers, and those of a forger who has none of them. `now` is in seconds since 1970."""

    now: int = field(default_factory=lambda: int(time.time()))
    secret: str = SECRET
    # Where keys are published, as the configuration of the servers says; and where the forger waits to be asked.
    signer: str = ""
    trap: str = ""

    @cached_property
    def rsa(self) -> RSAPrivateKey:
        """The key of the server that verifies by RSA."""
        return make_rsa(65537, 2048)

    @cached_property
    def ec(self) -> EllipticCurvePrivateKey:
        """The key of the server that verifies on P-256."""
        return make_ec(SECP256R1())

    @cached_property
    def own_rsa(self) -> RSAPrivateKey:
        """The forger's own."""
        return make_rsa(65537, 2048)

    @cached_property
    def own_ec(self) -> EllipticCurvePrivateKey:
        return make_ec(SECP256R1())

    @cached_property
    def own_ed(self) -> ed25519.Ed25519PrivateKey:
        return ed25519.Ed25519PrivateKey.generate()

    @cached_property
    def odd_rsa(self) -> RSAPrivateKey:
        """A key that is published under several names, in ways in which none may be used."""
        return make_rsa(65537, 2048)

    @cached_property
    def weak_rsa(self) -> RSAPrivateKey:
        return make_rsa(65537, 1024)

    @cached_property
    def cubic_rsa(self) -> RSAPrivateKey:
        """A key with the exponent 3. It may be used; what it makes easy may not work."""
        return make_rsa(3, 2048)

    @cached_property
    def bitcoin(self) -> EllipticCurvePrivateKey:
        """A key on a curve that no supported algorithm uses."""
        return make_ec(SECP256K1())

    @cached_property
    def taken_back(self) -> str:
        """A token that was revoked by its hash."""
        return self.es256(self.but(sub="carol"))

    @property
    def claims(self) -> dict[str, Any]:
        """Claims that every server here accepts."""
        return {
            "sub": "alice",
            "iss": "https://issuer.example/",
            "aud": "kubus",
            "iat": self.now,
            "exp": self.now + 900,
        }

    def but(self, *without: str, **others: Any) -> dict[str, Any]:
        """The good claims with some changed and some left out."""
        return {name: value for name, value in {**self.claims, **others}.items() if name not in without}

    def hs256(self, claims: Sent | None = None, secret: str | bytes | None = None, **header: Any) -> str:
        """A token signed by the shared secret, if no other is given: right but for what is changed."""
        head = {"alg": "HS256", "typ": "JWT", **header}
        return token(head, self.claims if claims is None else claims, mac(self.secret if secret is None else secret))

    def rs256(self, claims: Sent | None = None, key: RSAPrivateKey | None = None, **header: Any) -> str:
        head = {"alg": "RS256", "typ": "JWT", **header}
        return token(head, self.claims if claims is None else claims, rsa_signature(key or self.rsa))

    def es256(self, claims: Sent | None = None, key: EllipticCurvePrivateKey | None = None, **header: Any) -> str:
        head = {"alg": "ES256", "typ": "JWT", **header}
        return token(head, self.claims if claims is None else claims, ec_signature(key or self.ec))

    def as_is(self, header: Sent, claims: Sent | None = None) -> str:
        """A token signed by the shared secret whose header is all the forger's."""
        return token(header, self.claims if claims is None else claims, mac(self.secret))


def pem(key: RSAPrivateKey | EllipticCurvePrivateKey) -> str:
    """The public key as everybody has it."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def pkcs1_pem(key: RSAPrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.PKCS1).decode()


def der(key: RSAPrivateKey | EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def number(value: int, width: int | None = None) -> str:
    return base64url(value.to_bytes(width or (value.bit_length() + 7) // 8))


def jwk(key: RSAPrivateKey | EllipticCurvePrivateKey, **more: Any) -> dict[str, Any]:
    """The public key as a JWK."""
    if isinstance(key, RSAPrivateKey):
        told = key.public_key().public_numbers()
        return {"kty": "RSA", "n": number(told.n), "e": number(told.e), **more}
    point = key.public_key().public_numbers()
    width = (key.key_size + 7) // 8
    return {"kty": "EC", "crv": f"P-{key.key_size}", "x": number(point.x, width), "y": number(point.y, width), **more}
