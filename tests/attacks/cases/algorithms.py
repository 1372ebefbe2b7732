"""Which algorithm a token is verified by is the server's to say, and never the token's."""

from collections.abc import Iterator

from tests.attacks.attack import Attack
from tests.attacks.forge import (
    SECRET,
    der,
    ec_signature,
    jwk,
    mac,
    nothing,
    part,
    pem,
    pkcs1_pem,
    rsa_signature,
    token,
)

RFC8725 = "RFC 8725, section 2.1"
NONE = "CVE-2015-9235 (jsonwebtoken); RFC 8725, section 2.1"

# Every way to write the name of the algorithm that is none.
NONES = {
    "none": "none",
    "None": "None",
    "NONE": "NONE",
    "nOnE": "nOnE",
    "a space before": " none",
    "a space behind": "none ",
    "a tab behind": "none\t",
    "a line end behind": "none\n",
    "a null byte behind": "none\0",
    "full-width letters": "ｎｏｎｅ",
    "a dotless letter": "nοne",  # a Greek omicron
    "a zero-width space within": "no\u200bne",
    "null as text": "null",
    "empty": "",
    "undefined": "undefined",
    "dir": "dir",
}

# What is no algorithm at all where one should stand.
NO_TEXT = {"null": None, "a number": 0, "true": True, "an array": ["HS256"], "an object": {"alg": "HS256"}}


def nones() -> Iterator[Attack]:
    for name, alg in NONES.items():
        yield Attack(
            f"alg none without a signature: {name}",
            NONE,
            "secret",
            lambda f, alg=alg: token({"alg": alg}, f.claims, nothing),
            "algorithm",
        )
    for server in ("rsa", "ec"):
        yield Attack(
            f"alg none without a signature to the {server} key",
            "CVE-2022-23540 (jsonwebtoken)",
            server,
            lambda f: token({"alg": "none"}, f.claims, nothing),
            "algorithm",
        )
    yield Attack(
        "alg none and a signature that would be right",
        "CVE-2018-1000531 (prime-jwt)",
        "secret",
        lambda f: token({"alg": "none"}, f.claims, mac(f.secret)),
        "algorithm",
    )
    yield Attack(
        "alg none with two parts",
        "CVE-2021-22160 (Apache Pulsar)",
        "secret",
        lambda f: f"{part({'alg': 'none'})}.{part(f.claims)}",
        "malformed",
    )
    for name, alg in NO_TEXT.items():
        yield Attack(
            f"alg is {name}",
            "RFC 7515, section 4.1.1",
            "secret",
            lambda f, alg=alg: token({"alg": alg}, f.claims, mac(f.secret)),
            "algorithm",
        )
    yield Attack(
        "no alg",
        "RFC 7515, section 4.1.1",
        "secret",
        lambda f: token({"typ": "JWT"}, f.claims, mac(f.secret)),
        "algorithm",
    )


def spelt_otherwise() -> Iterator[Attack]:
    for alg in (
        "hs256",
        "Hs256",
        "HS256 ",
        " HS256",
        "HS-256",
        "HMAC-SHA256",
        "ＨＳ256",
        "HS256\0",
        "HS1",
        "HS224",
        "HS0",
    ):
        yield Attack(
            f"a right signature under the name {alg!r}",
            "RFC 7518, section 3.1: names are case-sensitive",
            "secret",
            lambda f, alg=alg: token({"alg": alg}, f.claims, mac(f.secret)),
            "algorithm",
        )


def confused() -> Iterator[Attack]:
    """The public key, which everybody has, as the secret of an HMAC."""
    shapes = {
        "PEM": pem,
        "PEM without its last line end": lambda key: pem(key).rstrip("\n"),
        "PEM with line ends of Windows": lambda key: pem(key).replace("\n", "\r\n"),
        "PEM behind white space": lambda key: " \n" + pem(key),
        "PEM on one line": lambda key: pem(key).replace("\n", "\\n"),
        "the text in PEM": lambda key: "".join(pem(key).splitlines()[1:-1]),
        "DER": der,
        "a JWK": lambda key: str(jwk(key)).replace("'", '"'),
    }
    for name, shape in shapes.items():
        yield Attack(
            f"the RSA key as HMAC secret: {name}",
            "CVE-2022-29217 (PyJWT), CVE-2024-33663 (python-jose), CVE-2026-34950 (fast-jwt)",
            "rsa",
            lambda f, shape=shape: f.hs256(secret=shape(f.rsa)),
            "algorithm",
        )
        yield Attack(
            f"the EC key as HMAC secret: {name}",
            "CVE-2024-33663 (python-jose), CVE-2024-37568 (Authlib)",
            "ec",
            lambda f, shape=shape: f.hs256(secret=shape(f.ec)),
            "algorithm",
        )
    yield Attack(
        "the RSA key as HMAC secret: PKCS#1 PEM",
        "CVE-2017-11424 (PyJWT), CVE-2023-48223 (fast-jwt)",
        "rsa",
        lambda f: f.hs256(secret=pkcs1_pem(f.rsa)),
        "algorithm",
    )
    for size in ("384", "512"):
        yield Attack(
            f"the RSA key as HMAC secret: HS{size}",
            "CVE-2016-10555 (jwt-simple)",
            "rsa",
            lambda f, size=size: token({"alg": f"HS{size}"}, f.claims, mac(pem(f.rsa), size)),
            "algorithm",
        )


def other_families() -> Iterator[Attack]:
    rows = [
        ("an RS256 token for a shared secret", "secret", lambda f: f.rs256(key=f.own_rsa)),
        ("an ES256 token for a shared secret", "secret", lambda f: f.es256(key=f.own_ec)),
        ("an EdDSA token for a shared secret", "secret", lambda f: token({"alg": "EdDSA"}, f.claims, f.own_ed.sign)),
        ("an HMAC named RS256 for a shared secret", "secret", lambda f: token({"alg": "RS256"}, f.claims, mac(SECRET))),
        ("an ES256 token for an RSA key", "rsa", lambda f: f.es256()),
        ("an ES256 signature named RS256 for an EC key", "ec", lambda f: token({"alg": "RS256"}, f.claims, ec_signature(f.ec))),
        ("an RS256 token for an EC key", "ec", lambda f: f.rs256()),
        ("an EdDSA token for an EC key", "ec", lambda f: token({"alg": "EdDSA"}, f.claims, f.own_ed.sign)),
        ("an ES384 name on the P-256 key", "ec", lambda f: token({"alg": "ES384"}, f.claims, ec_signature(f.ec, "384"))),
        ("an ES256K name on the P-256 key", "ec", lambda f: token({"alg": "ES256K"}, f.claims, ec_signature(f.ec))),
        ("HMAC with the empty secret for an RSA key", "rsa", lambda f: f.hs256(secret="")),
        ("a key encryption algorithm as signature", "rsa", lambda f: token({"alg": "RSA-OAEP"}, f.claims, rsa_signature(f.rsa))),
        ("RS1, with SHA-1", "rsa", lambda f: token({"alg": "RS1"}, f.claims, rsa_signature(f.rsa))),
    ]  # fmt: skip
    for name, server, send in rows:
        yield Attack(name, "RFC 8725, sections 3.1 and 3.2; CVE-2022-23539 (jsonwebtoken)", server, send, "algorithm")
    signatures = [
        ("an RS256 signature named PS256", "rsa", lambda f: token({"alg": "PS256"}, f.claims, rsa_signature(f.rsa))),
        ("a PS256 signature named RS256", "rsa", lambda f: token({"alg": "RS256"}, f.claims, rsa_signature(f.rsa, pss=True))),
        ("an RS384 signature named RS256", "rsa", lambda f: token({"alg": "RS256"}, f.claims, rsa_signature(f.rsa, "384"))),
        ("an ES256 signature named RS256 for an RSA key", "rsa", lambda f: token({"alg": "RS256"}, f.claims, ec_signature(f.ec))),
        ("an HMAC named RS256 for an RSA key", "rsa", lambda f: token({"alg": "RS256"}, f.claims, mac(pem(f.rsa)))),
        ("an HMAC named ES256 for an EC key", "ec", lambda f: token({"alg": "ES256"}, f.claims, mac(pem(f.ec)))),
        ("an HS512 MAC named HS256", "secret", lambda f: token({"alg": "HS256"}, f.claims, mac(f.secret, "512"))),
        ("an HS256 MAC named HS512", "secret", lambda f: token({"alg": "HS512"}, f.claims, mac(f.secret))),
    ]  # fmt: skip
    for name, server, send in signatures:
        yield Attack(name, "RFC 8725, section 3.1", server, send, "signature")
    yield Attack(
        "an algorithm that the settings leave out",
        "RFC 8725, section 3.1",
        "strict",
        lambda f: token({"alg": "HS512", "typ": "JWT"}, f.claims, mac(f.secret, "512")),
        "algorithm",
    )


ATTACKS = (*nones(), *spelt_otherwise(), *confused(), *other_families())
