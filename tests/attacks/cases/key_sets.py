"""Keys that are published: the wrong ones, those of others, and sets that are bombs."""

from collections.abc import Iterator
from typing import Any

from tests.attacks.attack import Attack
from tests.attacks.cases.signatures import cube_root
from tests.attacks.forge import Forge, ec_signature, mac, pem, rsa_signature, token
from tests.attacks.signers import BAD_DISCOVERIES, BAD_SETS, SMALL_ORDER

RFC7517 = "RFC 7517, section 4"
RFC8725 = "RFC 8725, sections 3.1, 3.2 and 3.10"
ODD = "odd"


def odd(f: Forge, kid: Any, alg: str = "RS256", size: str = "256") -> str:
    """A token that the odd key signed, under one of its names."""
    return token({"alg": alg, "kid": kid}, f.claims, rsa_signature(f.odd_rsa, size))


def unusable() -> Iterator[Attack]:
    rows: list[tuple[str, str, Any, str]] = [
        ("a key for encryption", "RFC 7517, section 4.2", lambda f: odd(f, "for encryption"), "unknown_key"),
        ("a key for wrapping", "RFC 7517, section 4.3", lambda f: odd(f, "for wrapping"), "unknown_key"),
        ("an RSA key for ES256", "RFC 7517, section 4.4", lambda f: odd(f, "of another kind"), "unknown_key"),
        ("a key for RS512 with RS256", "RFC 7517, section 4.4", lambda f: odd(f, "for RS512"), "algorithm"),
        ("a key for RS512 with PS512", "RFC 7517, section 4.4", lambda f: odd(f, "for RS512", "PS512"), "algorithm"),
        ("a key whose private half is published", "RFC 7517, section 9.2", lambda f: odd(f, "with its private half"), "unknown_key"),
        ("a key for the algorithm none", "RFC 8725, section 2.1", lambda f: odd(f, "of an odd algorithm"), "unknown_key"),
        ("a published secret", "RFC 8725, section 3.5", lambda f: token({"alg": "HS256", "kid": "a secret"}, f.claims, mac(b"a secret that everybody can fetch")), "unknown_key"),
        ("an RSA key of 1024 bits", "RFC 7518, section 3.3", lambda f: token({"alg": "RS256", "kid": "weak"}, f.claims, rsa_signature(f.weak_rsa)), "unknown_key"),
        ("an RSA exponent of one", "RFC 8017, section 3.1", lambda f: token({"alg": "RS256", "kid": "exponent one"}, f.claims, cube_root(f)), "unknown_key"),
        ("an RSA exponent of zero", "RFC 8017, section 3.1", lambda f: token({"alg": "RS256", "kid": "exponent zero"}, f.claims, cube_root(f)), "unknown_key"),
        ("an RSA exponent of two", "RFC 8017, section 3.1", lambda f: token({"alg": "RS256", "kid": "exponent two"}, f.claims, cube_root(f)), "unknown_key"),
        ("an RSA modulus of three", "RFC 8017, section 3.1", lambda f: token({"alg": "RS256", "kid": "modulus three"}, f.claims, lambda _: b"\1"), "unknown_key"),
        ("an RSA modulus of 65,536 bits", "CVE-2023-5678 (OpenSSL): large keys take long", lambda f: token({"alg": "RS256", "kid": "enormous"}, f.claims, lambda _: b"\1" * 8192), "unknown_key"),
        ("an RSA exponent of three, and a cube root", "CVE-2006-4339 (Bleichenbacher)", lambda f: token({"alg": "RS256", "kid": "exponent three"}, f.claims, cube_root(f)), "signature"),
        ("a key on secp256k1", "RFC 8812, section 3", lambda f: token({"alg": "ES256K", "kid": "secp256k1"}, f.claims, ec_signature(f.bitcoin)), "unknown_key"),
        ("a key on secp256k1 as ES256", "RFC 7518, section 3.4", lambda f: token({"alg": "ES256", "kid": "secp256k1"}, f.claims, ec_signature(f.bitcoin)), "unknown_key"),
        ("a key on P-192", "RFC 7518, section 3.4", lambda f: token({"alg": "ES256", "kid": "P-192"}, f.claims, ec_signature(f.ec)), "unknown_key"),
        ("a point off the curve", "CVE-2017-12974 (Nimbus)", lambda f: token({"alg": "ES256", "kid": "off the curve"}, f.claims, ec_signature(f.ec)), "unknown_key"),
        ("the point at infinity", "CVE-2017-12974 (Nimbus)", lambda f: token({"alg": "ES256", "kid": "at infinity"}, f.claims, ec_signature(f.ec)), "unknown_key"),
        ("a key for key agreement", "RFC 8037, section 3.2", lambda f: token({"alg": "EdDSA", "kid": "X25519"}, f.claims, f.own_ed.sign), "unknown_key"),
        *(
            # R is the neutral point and S zero: right for every few messages, whoever signs.
            (f"an Ed25519 point of small order, {x[:8]}…{x[-2:]}", "RFC 8032, section 5.1.7", lambda f, n=n: token({"alg": "EdDSA", "kid": f"of small order {n}"}, f.claims, lambda _: b"\1" + b"\0" * 63), "unknown_key")
            for n, x in enumerate(SMALL_ORDER)
        ),
        ("a key that is a pointer", "RFC 7517, section 4.6", lambda f: token({"alg": "RS256", "kid": "a pointer"}, f.claims, rsa_signature(f.own_rsa)), "unknown_key"),
    ]  # fmt: skip
    for name, source, send, reason in rows:
        yield Attack(f"a published key: {name}", source, "keys", send, reason)


def names() -> Iterator[Attack]:
    rows: list[tuple[str, Any, str]] = [
        ("no kid", lambda f: f.rs256(), "no_key_id"),
        ("an empty kid", lambda f: f.rs256(kid=""), "no_key_id"),
        ("a kid of null", lambda f: f.rs256(kid=None), "no_key_id"),
        ("a kid of a number, which one key has", lambda f: odd(f, 7), "no_key_id"),
        ("a kid of a list", lambda f: f.rs256(kid=["rsa"]), "no_key_id"),
        ("a kid of a thousand letters, which one key has", lambda f: odd(f, "k" * 1000), "key_id_too_long"),
        ("an unknown kid", lambda f: f.rs256(kid="nobody"), "unknown_key"),
        ("a kid in capitals", lambda f: f.rs256(kid="RSA"), "unknown_key"),
        ("a kid with a space", lambda f: f.rs256(kid="rsa "), "unknown_key"),
        ("a kid with a null byte", lambda f: f.rs256(kid="rsa\0"), "unknown_key"),
        ("a kid in full width", lambda f: f.rs256(kid="ｒｓａ"), "unknown_key"),
        ("a kid that climbs", lambda f: f.rs256(kid="../keys"), "unknown_key"),
        ("a kid that is an address", lambda f: f.rs256(key=f.own_rsa, kid=f.trap), "unknown_key"),
        ("a kid of the JavaScript engine", lambda f: f.rs256(kid="__proto__"), "unknown_key"),
        ("the kid of the other key", lambda f: f.rs256(kid="ec"), "algorithm"),
        ("the other kid, and its algorithm", lambda f: token({"alg": "ES256", "kid": "ec"}, f.claims, rsa_signature(f.rsa)), "signature"),
        ("our kid, and the forger's key", lambda f: f.rs256(key=f.own_rsa, kid="rsa"), "signature"),
        ("our kid, the forger's key, and a jwk", lambda f: f.rs256(key=f.own_rsa, kid="rsa", jku=f.trap), "signature"),
    ]  # fmt: skip
    for name, send, reason in rows:
        yield Attack(f"a name: {name}", RFC8725, "keys", send, reason)


def replaced() -> Iterator[Attack]:
    rows: list[tuple[str, Any, str]] = [
        ("a token by the secret of before", lambda f: f.hs256(), "no_key_id"),
        ("a token by the secret of before, with a kid", lambda f: f.hs256(kid="rsa"), "algorithm"),
        ("the published RSA key as HMAC secret", lambda f: f.hs256(secret=pem(f.rsa), kid="rsa"), "algorithm"),
        ("the published EC key as HMAC secret", lambda f: f.hs256(secret=pem(f.ec), kid="ec"), "algorithm"),
        ("alg none with a kid", lambda f: token({"alg": "none", "kid": "rsa"}, f.claims, lambda _: b""), "algorithm"),
        ("the issuer of another", lambda f: f.rs256(f.but(iss="https://other.example/"), kid="rsa"), "issuer"),
        ("the audience of another", lambda f: f.rs256(f.but(aud="other"), kid="rsa"), "audience"),
        ("expired", lambda f: f.rs256(f.but(exp=f.now - 1), kid="rsa"), "expired"),
    ]
    for name, send, reason in rows:
        yield Attack(f"beside published keys: {name}", RFC8725, "keys", send, reason)


def issuers() -> Iterator[Attack]:
    """Each signer speaks for itself alone."""
    source = "RFC 8725, section 3.8; CVE-2018-15801 (Spring Security)"
    rows: list[tuple[str, Any, str]] = [
        ("the second's key under the first's name", lambda f: by(f, "first", f.odd_rsa), "signature"),
        ("the first's key under the second's name", lambda f: by(f, "second", f.rsa), "signature"),
        ("an issuer that nobody named", lambda f: f.rs256(f.but(iss=f"{f.signer}/third"), kid="rsa"), "issuer"),
        ("the forger as issuer", lambda f: f.rs256(f.but(iss=f.trap), key=f.own_rsa, kid="rsa"), "issuer"),
        ("a slash too many", lambda f: f.rs256(f.but(iss=f"{f.signer}/first/"), kid="rsa"), "issuer"),
        ("our issuer as a path of the forger", lambda f: f.rs256(f.but(iss=f"{f.trap}/{f.signer}/first"), kid="rsa"), "issuer"),
        ("both issuers", lambda f: f.rs256(f.but(iss=[f"{f.signer}/first", f"{f.signer}/second"]), kid="rsa"), "issuer"),
        ("no issuer", lambda f: f.rs256(f.but("iss"), kid="rsa"), "issuer"),
        ("the issuer in the header alone", lambda f: f.rs256(f.but("iss"), kid="rsa", iss=f"{f.signer}/first"), "issuer"),
        ("an address within the machine", lambda f: f.rs256(f.but(iss="http://169.254.169.254/"), kid="rsa"), "issuer"),
        ("a file", lambda f: f.rs256(f.but(iss="file:///etc/passwd"), kid="rsa"), "issuer"),
        ("no audience", lambda f: f.rs256(f.but("aud", iss=f"{f.signer}/first"), kid="rsa"), "audience"),
    ]  # fmt: skip
    for name, send, reason in rows:
        yield Attack(f"issuers: {name}", source, "issuers", send, reason)


def by(f: Forge, issuer: str, key: Any) -> str:
    return f.rs256(f.but(iss=f"{f.signer}/{issuer}"), key=key, kid="rsa")


def bombs() -> Iterator[Attack]:
    for name in BAD_SETS:
        yield Attack(
            f"a key set: {name}",
            "OWASP server-side request forgery; RFC 8725, section 3.10",
            "issuers",
            lambda f, name=name: f.rs256(f.but(iss=f"https://{name}.example"), kid="rsa"),
            "no_keys",
        )
    for name in BAD_DISCOVERIES:
        yield Attack(
            f"a discovery document: {name}",
            "OpenID Connect Discovery 1.0, section 4.3; OWASP server-side request forgery",
            "issuers",
            lambda f, name=name: f.rs256(f.but(iss=f"{f.signer}/{name}"), kid="rsa"),
            "no_keys",
        )


ATTACKS = (*unusable(), *names(), *replaced(), *issuers(), *bombs())
