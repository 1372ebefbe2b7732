"""What a header says of keys and extensions is the word of a stranger."""

from collections.abc import Iterator
from typing import Any

from tests.attacks.attack import Attack
from tests.attacks.forge import Forge, der, jwk, mac, rsa_signature, token
from tests.attacks.forge import base64url as b64

KID = "RFC 8725, section 3.10; OWASP JSON Web Token cheat sheet"

# A key id is a name. It is no path, no query and no command.
KIDS: dict[str, Any] = {
    "a path to an empty file": "../../../../../../dev/null",
    "a path with a null byte": "/etc/passwd\0.pem",
    "a path, encoded": "..%2f..%2f..%2fdev%2fnull",
    "SQL": "x' UNION SELECT 'forged' --",
    "SQL that sleeps": "x'; SELECT pg_sleep(10) --",
    "a command": "x; touch /tmp/owned",
    "a command in a substitution": "$(touch /tmp/owned)",
    "a template": "{{ 7*7 }}{% raw %}",
    "an address": "https://attacker.example/key.pem",
    "LDAP": "*)(uid=*))(|(uid=*",
    "a line of the log": 'x"}\n{"level":"info","message":"forged"',
    "colours of a terminal": "\x1b[2J\x1b[31m",
    "the empty text": "",
    "a prototype": "__proto__",
    "a number": 1,
    "an object": {"$ne": None},
    "an array": ["a", "b"],
    "null": None,
    "ten thousand letters": "k" * 10_000,
}


def forged(f: Forge, **header: Any) -> str:
    """Signed by the forger's own key, which the header recommends."""
    return f.rs256(key=f.own_rsa, **header)


def kids() -> Iterator[Attack]:
    for name, kid in KIDS.items():
        yield Attack(
            f"kid: {name}",
            KID,
            "secret",
            # What a server would find that followed it: nothing, or what the forger chose.
            lambda f, kid=kid: f.hs256(secret="forged" if "SELECT" in str(kid) else b"", kid=kid),
            "signature",
        )


def pointers() -> Iterator[Attack]:
    """Headers that bring a key along, or say where there is one."""
    # All that the trap serves is the forger's own key.
    rows: list[tuple[str, str, Any]] = [
        ("jwk", "CVE-2018-0114 (node-jose)", lambda f: {"jwk": jwk(f.own_rsa)}),
        ("jwk with the kid of ours", "CVE-2018-0114 (node-jose)", lambda f: {"jwk": jwk(f.own_rsa, kid="a"), "kid": "a"}),
        ("jwks", "RFC 8725, section 3.10", lambda f: {"jwks": {"keys": [jwk(f.own_rsa)]}}),
        ("jku", "RFC 7515, section 4.1.2", lambda f: {"jku": f.trap}),
        ("jku to this machine", "OWASP server-side request forgery", lambda f: {"jku": f.trap.replace("https", "http")}),
        ("jku to a metadata service", "OWASP server-side request forgery", lambda f: {"jku": "http://169.254.169.254/"}),
        ("jku to a file", "OWASP server-side request forgery", lambda f: {"jku": "file:///etc/passwd"}),
        ("jku with our host as user", "RFC 8725, section 3.10", lambda f: {"jku": f.trap.replace("https://", "https://issuer.example@")}),
        ("x5u", "RFC 7515, section 4.1.5", lambda f: {"x5u": f.trap}),
        ("x5u to a file", "RFC 7515, section 4.1.5", lambda f: {"x5u": "file:///etc/ssl/cert.pem"}),
        ("x5c", "RFC 7515, section 4.1.6", lambda f: {"x5c": [b64(der(f.own_rsa))]}),
        ("x5c that is no certificate", "RFC 7515, section 4.1.6", lambda f: {"x5c": ["AAAA"]}),
        ("x5t", "RFC 7515, section 4.1.7", lambda f: {"x5t": b64(b"\0" * 20)}),
        ("x5t#S256", "RFC 7515, section 4.1.8", lambda f: {"x5t#S256": b64(b"\0" * 32)}),
        ("iss in the header", "RFC 7519, section 5.3", lambda f: {"iss": "https://attacker.example"}),
        ("a key under the name of a prototype", "CVE-2024-34273 (njwt)", lambda f: {"__proto__": {"key": "x"}}),
    ]  # fmt: skip
    for name, source, header in rows:
        yield Attack(
            f"a key that the header brings: {name}",
            source,
            "rsa",
            lambda f, header=header: forged(f, **header(f)),
            "signature",
        )
    yield Attack(
        "a jwk of a shared secret in the header",
        "CVE-2018-0114 (node-jose)",
        "secret",
        lambda f: f.hs256(secret=b"mine", jwk={"kty": "oct", "k": b64(b"mine")}),
        "signature",
    )


def critical() -> Iterator[Attack]:
    rows: list[tuple[str, dict[str, Any]]] = [
        ("an unknown name", {"crit": ["bork"], "bork": True}),
        ("a name that is not there", {"crit": ["bork"]}),
        ("a name of the RFC", {"crit": ["alg"]}),
        ("cnf, which binds a token to a key", {"crit": ["cnf"], "cnf": {"jkt": "x"}}),
        ("exp", {"crit": ["exp"], "exp": 1}),
        ("b64", {"crit": ["b64"], "b64": True}),
        ("b64, false", {"crit": ["b64"], "b64": False}),
        ("empty", {"crit": []}),
        ("twice the same", {"crit": ["bork", "bork"], "bork": 1}),
        ("no array", {"crit": "bork", "bork": 1}),
        ("null", {"crit": None}),
        ("a number within", {"crit": [1]}),
        ("an object", {"crit": {}}),
        ("itself", {"crit": ["crit"]}),
    ]
    for name, header in rows:
        yield Attack(
            f"crit: {name}",
            "RFC 7515, section 4.1.11; CVE-2025-59420 (Authlib), CVE-2026-32597 (PyJWT), CVE-2026-35042 (fast-jwt)",
            "secret",
            lambda f, header=header: f.hs256(**header),
            "critical_header",
        )


def unsupported() -> Iterator[Attack]:
    rows: list[tuple[str, str, dict[str, Any]]] = [
        ("b64: false without crit", "RFC 7797, section 6", {"b64": False}),
        ("b64: true", "RFC 7797, section 6", {"b64": True}),
        ("zip: DEF", "RFC 8725, section 3.6; CVE-2024-28102 (jwcrypto)", {"zip": "DEF"}),
        ("zip: GZIP", "RFC 8725, section 3.6", {"zip": "GZIP"}),
        ("zip: none", "RFC 8725, section 3.6", {"zip": None}),
    ]
    for name, source, header in rows:
        yield Attack(name, source, "secret", lambda f, header=header: f.hs256(**header), "unsupported_header")


def types() -> Iterator[Attack]:
    """Against a server that accepts access tokens alone."""
    rows: list[tuple[str, Any]] = [
        ("an ID token", "JWT"),
        ("a logout token", "logout+jwt"),
        ("a proof of possession", "dpop+jwt"),
        ("a security event", "secevent+jwt"),
        ("a name that begins like it", "at+jwt-not"),
        ("a list of types", ["at+jwt"]),
        ("null", None),
        ("a look-alike", "аt+jwt"),  # a Cyrillic a
        ("empty", ""),
    ]
    for name, typ in rows:
        yield Attack(
            f"typ: {name}",
            "RFC 9068, section 4; RFC 8725, section 3.11",
            "strict",
            lambda f, typ=typ: f.hs256(typ=typ),
            "type",
        )
    yield Attack(
        "typ: none",
        "RFC 9068, section 4",
        "strict",
        lambda f: token({"alg": "HS256"}, f.claims, mac(f.secret)),
        "type",
    )


def nested() -> Iterator[Attack]:
    yield Attack(
        "a token as payload of a token",
        "RFC 7519, section 5.2; RFC 8725, section 3.3",
        "secret",
        lambda f: f.hs256(f.hs256(), cty="JWT"),
        "payload",
    )
    yield Attack(
        "a forged token in a signed one",
        "RFC 8725, section 2.8",
        "rsa",
        lambda f: token({"alg": "RS256", "cty": "JWT"}, f.hs256(secret=b""), rsa_signature(f.rsa)),
        "payload",
    )


ATTACKS = (*kids(), *pointers(), *critical(), *unsupported(), *types(), *nested())
