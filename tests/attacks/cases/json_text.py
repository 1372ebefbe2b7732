"""JSON that two readers read in two ways, or that one cannot read at all."""

from collections.abc import Iterator

from tests.attacks.attack import Attack
from tests.attacks.forge import Forge, base64url, mac, part

DUPLICATE = "RFC 7515, section 4: names are unique; RFC 8725, section 2.4"
JSON = "RFC 8259; RFC 8725, section 3.7"


def with_exp(text: str) -> object:
    return lambda f: f.hs256(text.replace("EXP", str(f.now + 900)))


def headers() -> Iterator[Attack]:
    rows = [
        ("alg twice, the good one last", DUPLICATE, '{"alg":"none","alg":"HS256"}'),
        ("alg twice, the good one first", DUPLICATE, '{"alg":"HS256","alg":"none"}'),
        ("alg twice, once in escapes", DUPLICATE, '{"alg":"HS256","\\u0061lg":"none"}'),
        ("alg twice and the same", DUPLICATE, '{"alg":"HS256","alg":"HS256"}'),
        ("a duplicate deep within", DUPLICATE, '{"alg":"HS256","x":{"a":1,"a":2}}'),
        ("a byte order mark", JSON, b'\xef\xbb\xbf{"alg":"HS256"}'),
        ("UTF-16", JSON, '{"alg":"HS256"}'.encode("utf-16")),
        ("UTF-32", JSON, '{"alg":"HS256"}'.encode("utf-32")),
        ("bytes that are no UTF-8", JSON, b'{"alg":"HS256","x":"\xff"}'),
        ("an overlong encoding", JSON, b'{"alg":"HS256","x":"\xc0\xaf"}'),
        ("an encoded surrogate", JSON, b'{"alg":"HS256","x":"\xed\xa0\x80"}'),
        ("text behind it", JSON, '{"alg":"HS256"} true'),
        ("two objects", JSON, '{"alg":"HS256"}{"alg":"none"}'),
        ("an array", JSON, '["HS256"]'),
        ("a text", JSON, '"HS256"'),
        ("null", JSON, "null"),
        ("no JSON", JSON, "alg=HS256"),
        ("a comment", JSON, '{"alg":"HS256"/**/}'),
        ("single quotes", JSON, "{'alg':'HS256'}"),
        ("a comma at the end", JSON, '{"alg":"HS256",}'),
        ("NaN", JSON, '{"alg":"HS256","x":NaN}'),
        ("cut short", JSON, '{"alg":"HS256"'),
        ("nested deep", "CVE-2025-61920 (Authlib)", '{"alg":"HS256","x":' + "[" * 5000 + "]" * 5000 + "}"),
        ("an integer of many digits", JSON, '{"alg":"HS256","x":' + "9" * 5000 + "}"),
    ]
    for name, source, text in rows:
        yield Attack(f"header: {name}", source, "secret", lambda f, text=text: f.as_is(text), "malformed_header")


def payloads() -> Iterator[Attack]:
    rows = [
        ("exp twice, the good one last", DUPLICATE, '{"exp":1,"exp":EXP}'),
        ("exp twice, the good one first", DUPLICATE, '{"exp":EXP,"exp":1}'),
        ("role twice", DUPLICATE, '{"exp":EXP,"role":"user","role":"admin"}'),
        ("role twice, once in escapes", DUPLICATE, '{"exp":EXP,"role":"user","\\u0072ole":"admin"}'),
        ("a duplicate deep within", DUPLICATE, '{"exp":EXP,"u":{"role":"user","role":"admin"}}'),
        ("a byte order mark", JSON, '\ufeff{"exp":EXP}'),
        ("NaN within", JSON, '{"exp":EXP,"x":NaN}'),
        ("Infinity within", JSON, '{"exp":EXP,"x":Infinity}'),
        ("minus Infinity within", JSON, '{"exp":EXP,"x":-Infinity}'),
        ("exp is NaN", JSON, '{"exp":NaN}'),
        ("exp is Infinity", JSON, '{"exp":Infinity}'),
        ("an array", "RFC 7519, section 7.2", '[{"exp":EXP}]'),
        ("a text", "RFC 7519, section 7.2", '"exp"'),
        ("null", "RFC 7519, section 7.2", "null"),
        ("a number", "RFC 7519, section 7.2", "1"),
        ("true", "RFC 7519, section 7.2", "true"),
        ("text behind it", JSON, '{"exp":EXP}x'),
        ("two objects", JSON, '{"exp":EXP}{"role":"admin"}'),
        ("no JSON", JSON, "exp=EXP"),
        ("cut short", JSON, '{"exp":EXP'),
        ("nested deep", "CVE-2025-61920 (Authlib)", '{"exp":EXP,"x":' + "[" * 5500 + "]" * 5500 + "}"),
        ("nested objects", "CVE-2025-61920 (Authlib)", '{"exp":EXP,"x":' + '{"a":' * 1900 + "1" + "}" * 1900 + "}"),
        ("an integer of many digits", JSON, '{"exp":EXP,"x":' + "9" * 5000 + "}"),
        ("half a character", JSON, '{"exp":EXP,"role":"\\ud800"}'),
        ("half a character in a name", JSON, '{"exp":EXP,"\\udfff":1}'),
        ("a number that no float holds", JSON, '{"exp":EXP,"x":1e999}'),
        ("a control character within", JSON, '{"exp":EXP,"x":"\n"}'),
    ]
    for name, source, text in rows:
        yield Attack(f"payload: {name}", source, "secret", with_exp(text), "payload")  # type: ignore[arg-type]


def serialisations() -> Iterator[Attack]:
    """The other ways in which JWS and JWE are written."""

    def flattened(f: Forge) -> str:
        head, payload, signature = f.hs256().split(".")
        return f'{{"protected":"{head}","payload":"{payload}","signature":"{signature}"}}'

    def general(f: Forge) -> str:
        head, payload, signature = f.hs256().split(".")
        return f'{{"payload":"{payload}","signatures":[{{"protected":"{head}","signature":"{signature}"}}]}}'

    def mixed(f: Forge) -> str:
        """A JSON whose dots make three parts of it; the good token is inside."""
        head, payload, signature = f.hs256().split(".")
        forged = part(f.but(role="admin"))
        return f'{{"{head}.{forged}.":"","protected":"{head}","payload":"{payload}","signature":"{signature}"}}'

    def detached(f: Forge) -> str:
        head, _, signature = f.hs256().split(".")
        return f"{head}..{signature}"

    def jwe(f: Forge, alg: str = "dir", **more: object) -> str:
        return f"{part({'alg': alg, 'enc': 'A256GCM', **more})}..{base64url(b'0' * 12)}.{part(f.claims)}.{base64url(b'0' * 16)}"

    yield Attack("JWS in JSON, flattened", "RFC 7515, section 7.2.2", "secret", flattened, "malformed")
    yield Attack("JWS in JSON, general", "RFC 7515, section 7.2.1", "secret", general, "malformed")
    yield Attack("JSON and compact mixed", "CVE-2022-39227 (python-jwt)", "secret", mixed, "encoding")
    yield Attack("detached payload", "RFC 7515, appendix F", "secret", detached, "signature")
    yield Attack("JWE, direct", "RFC 7516, section 7.1", "secret", jwe, "malformed")
    yield Attack(
        "JWE, compressed",
        "CVE-2024-33664 (python-jose), CVE-2024-28102 (jwcrypto)",
        "secret",
        lambda f: jwe(f, zip="DEF"),
        "malformed",
    )
    yield Attack(
        "JWE by a password of a billion rounds",
        "CVE-2023-6681 (jwcrypto)",
        "secret",
        lambda f: jwe(f, "PBES2-HS256+A128KW", p2c=2**31, p2s="AAAA"),
        "malformed",
    )
    yield Attack(
        "JWE to our RSA key",
        "CVE-2023-51774 (json-jwt)",
        "rsa",
        lambda f: jwe(f, "RSA-OAEP"),
        "malformed",
    )
    yield Attack(
        "a payload that is not encoded",
        "RFC 7797",
        "secret",
        unencoded,
        "encoding",
    )


def unencoded(f: Forge) -> str:
    head = part({"alg": "HS256"})
    payload = f'{{"exp":{f.now + 900}}}'
    return f"{head}.{payload}.{base64url(mac(f.secret)(f'{head}.{payload}'.encode()))}"


ATTACKS = (*headers(), *payloads(), *serialisations())
