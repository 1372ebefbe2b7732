"""Signatures that are none, are another's, or are right by an accident of arithmetic."""

from collections.abc import Iterator
from hashlib import sha256

from tests.attacks.attack import Attack
from tests.attacks.forge import (
    ORDERS,
    Forge,
    Signer,
    base64url,
    der_signature,
    mac,
    nothing,
    numbers_of,
    raw,
    rsa_signature,
    these,
    token,
)

N = ORDERS[256]


def hmac_ones() -> Iterator[Attack]:
    rows = [
        ("an empty signature", "CVE-2020-28042 (ServiceStack)", lambda f: token({"alg": "HS256"}, f.claims, nothing)),
        ("the secret is empty", "CVE-2019-20933 (InfluxDB)", lambda f: f.hs256(secret="")),
        ("the secret is one space", "OWASP JSON Web Token cheat sheet", lambda f: f.hs256(secret=" ")),
        ("the secret is a null byte", "OWASP JSON Web Token cheat sheet", lambda f: f.hs256(secret=b"\0")),
        ("the secret is a well-known one", "RFC 8725, section 3.5", lambda f: f.hs256(secret="secret")),
        ("the secret of the examples", "RFC 8725, section 3.5", lambda f: f.hs256(secret="your-256-bit-secret")),
        ("the secret with a line end", "RFC 8725, section 3.5", lambda f: f.hs256(secret=f.secret + "\n")),
        ("the secret in capitals", "RFC 8725, section 3.5", lambda f: f.hs256(secret=f.secret.upper())),
        ("the secret as the bytes of its hex", "RFC 8725, section 3.5", lambda f: f.hs256(secret=bytes.fromhex(f.secret))),
        ("the secret in base64", "RFC 8725, section 3.5", lambda f: f.hs256(secret=base64url(f.secret.encode()))),
        ("a signature of zeros", "RFC 7515, section 5.2", lambda f: token({"alg": "HS256"}, f.claims, these(b"\0" * 32))),
        ("half a signature", "RFC 2104, section 5: cut MACs", lambda f: token({"alg": "HS256"}, f.claims, lambda m: mac(f.secret)(m)[:16])),
        ("a signature of one byte", "RFC 2104, section 5: cut MACs", lambda f: token({"alg": "HS256"}, f.claims, lambda m: mac(f.secret)(m)[:1])),
        ("a byte too many", "RFC 7515, section 5.2", lambda f: token({"alg": "HS256"}, f.claims, lambda m: mac(f.secret)(m) + b"\0")),
        ("the signature twice", "RFC 7515, section 5.2", lambda f: token({"alg": "HS256"}, f.claims, lambda m: mac(f.secret)(m) * 2)),
        ("the signature in hex", "RFC 7515, section 5.2", lambda f: token({"alg": "HS256"}, f.claims, lambda m: mac(f.secret)(m).hex().encode())),
        ("the signature of the payload alone", "RFC 7515, section 5.1", lambda f: token({"alg": "HS256"}, f.claims, lambda m: mac(f.secret)(m.split(b".")[1]))),
        ("the hash without a key", "RFC 7518, section 3.2", lambda f: token({"alg": "HS256"}, f.claims, mac(b""))),
        ("a signature of ten thousand bytes", "CVE-2025-61920 (Authlib)", lambda f: token({"alg": "HS256"}, f.claims, these(b"x" * 10_000))),
        ("the signature of another token", "RFC 7515, section 5.2", other_signature),
        ("the claims of one and the signature of the other", "CVE-2022-39227 (python-jwt)", swapped_claims),
    ]  # fmt: skip
    for name, source, send in rows:
        yield Attack(name, source, "secret", send, "signature")


def other_signature(f: Forge) -> str:
    one, two = f.hs256(), f.hs256(f.but(sub="bob"))
    return f"{one.rpartition('.')[0]}.{two.rpartition('.')[2]}"


def swapped_claims(f: Forge) -> str:
    one, two = f.hs256().split("."), f.hs256(f.but(sub="root", role="admin")).split(".")
    return f"{one[0]}.{two[1]}.{one[2]}"


def ecdsa() -> Iterator[Attack]:
    top = 2**256 - 1
    pairs = [
        ("r and s are zero", 0, 0, "CVE-2022-21449 (Java, the psychic signatures)"),
        ("r is zero", 0, None, "CVE-2021-43572 (starkbank-ecdsa)"),
        ("s is zero", None, 0, "CVE-2021-43572 (starkbank-ecdsa)"),
        ("r and s are one", 1, 1, "Wycheproof: ecdsa edge cases"),
        ("r is n", N, None, "CVE-2022-24884 (ecdsautils)"),
        ("s is n", None, N, "CVE-2022-24884 (ecdsautils)"),
        ("r and s are n", N, N, "CVE-2022-21449 (Java)"),
        ("r is n, s is zero", N, 0, "Wycheproof: ecdsa edge cases"),
        ("r is zero, s is n", 0, N, "Wycheproof: ecdsa edge cases"),
        ("r and s are n minus one", N - 1, N - 1, "Wycheproof: ecdsa edge cases"),
        ("r and s are n plus one", N + 1, N + 1, "Wycheproof: ecdsa edge cases"),
        ("r and s are all ones", top, top, "Wycheproof: ecdsa edge cases"),
        ("r is one", 1, None, "Wycheproof: ecdsa edge cases"),
        ("s is one", None, 1, "Wycheproof: ecdsa edge cases"),
    ]
    for name, r, s, source in pairs:

        def send(f: Forge, r: int | None = r, s: int | None = s) -> str:
            def sign(message: bytes) -> bytes:
                right_r, right_s = numbers_of(f.ec)(message)
                return raw(right_r if r is None else r, right_s if s is None else s)

            return token({"alg": "ES256"}, f.claims, sign)

        yield Attack(f"ECDSA: {name}", source, "ec", send, "signature")
    shaped = [
        ("DER instead of the two numbers", "RFC 7518, section 3.4", lambda f: der_signature(f.ec)),
        ("s before r", "RFC 7518, section 3.4", lambda f: lambda m: raw(*reversed(numbers_of(f.ec)(m)))),
        ("little-endian", "RFC 7518, section 3.4", lambda f: lambda m: b"".join(n.to_bytes(32, "little") for n in numbers_of(f.ec)(m))),
        ("a zero byte before each number", "CVE-2020-13822 (elliptic)", lambda f: lambda m: raw(*numbers_of(f.ec)(m), 33)),
        ("wide zeros before each number", "CVE-2020-14966 (jsrsasign)", lambda f: lambda m: raw(*numbers_of(f.ec)(m), 48)),
        ("a byte too many", "CVE-2024-48948 (elliptic)", lambda f: lambda m: raw(*numbers_of(f.ec)(m)) + b"\0"),
        ("a byte too few", "RFC 7518, section 3.4", lambda f: lambda m: raw(*numbers_of(f.ec)(m))[:-1]),
        ("one number alone", "RFC 7518, section 3.4", lambda f: lambda m: raw(*numbers_of(f.ec)(m))[:32]),
        ("an empty signature", "CVE-2022-21449 (Java)", lambda f: nothing),
        ("thirty-two thousand bits", "HAProxy: overflow in the conversion to DER", lambda f: these(b"\xff" * 4096)),
        ("the hash of ES384", "RFC 7518, section 3.4", lambda f: lambda m: raw(*numbers_of(f.ec, "384")(m))),
        ("another's key", "RFC 8725, section 3.8", lambda f: lambda m: raw(*numbers_of(f.own_ec)(m))),
        ("a signature of RSA", "RFC 8725, section 3.1", lambda f: rsa_signature(f.rsa)),
    ]  # fmt: skip
    for name, source, signer in shaped:
        yield Attack(
            f"ECDSA: {name}",
            source,
            "ec",
            lambda f, signer=signer: token({"alg": "ES256"}, f.claims, signer(f)),
            "signature",
        )


def rsa_ones() -> Iterator[Attack]:
    rows = [
        ("another's key", "RFC 8725, section 3.8", lambda f: rsa_signature(f.own_rsa)),
        ("zeros", "RFC 8017, section 8.2.2", lambda f: these(b"\0" * 256)),
        ("one", "RFC 8017, section 8.2.2", lambda f: these(b"\0" * 255 + b"\1")),
        ("the modulus", "RFC 8017, section 8.2.2", lambda f: these(modulus(f).to_bytes(256))),
        ("the modulus minus one", "RFC 8017, section 8.2.2", lambda f: these((modulus(f) - 1).to_bytes(256))),
        ("all ones, above the modulus", "RFC 8017, section 5.2.2", lambda f: these(b"\xff" * 256)),
        ("a right one plus the modulus", "RFC 8017, section 5.2.2", plus_modulus),
        ("a byte short", "RFC 8017, section 8.2.2", lambda f: lambda m: rsa_signature(f.rsa)(m)[1:]),
        ("a zero byte before", "CVE-2020-14967 (jsrsasign)", lambda f: lambda m: b"\0" + rsa_signature(f.rsa)(m)),
        ("empty", "RFC 7515, section 5.2", lambda f: nothing),
        ("a padding with the hash behind garbage", "CVE-2006-4339 (Bleichenbacher)", cube_root),
    ]
    for name, source, signer in rows:
        yield Attack(
            f"RSA: {name}",
            source,
            "rsa",
            lambda f, signer=signer: token({"alg": "RS256"}, f.claims, signer(f)),
            "signature",
        )


def modulus(f: Forge) -> int:
    return f.rsa.public_key().public_numbers().n


def plus_modulus(f: Forge) -> Signer:
    def sign(message: bytes) -> bytes:
        value = int.from_bytes(rsa_signature(f.rsa)(message)) + modulus(f)
        return value.to_bytes(257)

    return sign


def cube_root(f: Forge) -> Signer:
    """What a key with the exponent 3 and a careless check would accept."""

    def sign(message: bytes) -> bytes:
        prefix = bytes.fromhex("3031300d060960864801650304020105000420")
        wanted = int.from_bytes(b"\0\1\xff\0" + prefix + sha256(message).digest() + b"\xff" * (256 - 4 - 19 - 32))
        low, high = 0, 1 << 700
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if middle**3 <= wanted else (low, middle - 1)
        return low.to_bytes(256)

    return sign


ATTACKS = (*hmac_ones(), *ecdsa(), *rsa_ones())
