"""Where a token stands, and what stands beside it."""

from collections.abc import Iterator

from tests.attacks.attack import QUERY, Answer, Attack, Request
from tests.attacks.forge import Forge

PATH = "/cubejs-api/v1/load"
FORM = b"Content-Type: application/x-www-form-urlencoded"
JSON = b"Content-Type: application/json"


def header(value: bytes, name: bytes = b"Authorization") -> bytes:
    return name + b": " + value


def good(f: Forge) -> bytes:
    return f.hs256().encode()


def bad(f: Forge) -> bytes:
    return f.hs256(secret=b"").encode()


def elsewhere() -> Iterator[Attack]:
    """A good token where none is looked for."""

    def attack(name: str, source: str, send: object) -> Attack:
        return Attack(f"a token in {name}", source, "secret", send, "", "missing")  # type: ignore[arg-type]

    query = "RFC 6750, section 2.3; OWASP: tokens in addresses"
    for parameter in ("access_token", "token", "authorization", "Authorization", "jwt", "bearer", "auth"):
        yield attack(
            f"the query string as {parameter}",
            query,
            lambda f, parameter=parameter: Request(target=f"{PATH}?{QUERY}&{parameter}={f.hs256()}"),
        )
    for cookie in (b"token", b"authorization", b"access_token", b"cubejs_token"):
        yield attack(
            f"a cookie as {cookie.decode()}",
            "OWASP: cross-site request forgery",
            lambda f, cookie=cookie: Request((header(cookie + b"=" + good(f), b"Cookie"),)),
        )
    yield attack(
        "the body of a form",
        "RFC 6750, section 2.2",
        lambda f: Request((FORM,), PATH, "POST", b"access_token=" + good(f)),
    )
    yield attack(
        "the body as JSON",
        "RFC 6750, section 2.2",
        lambda f: Request((JSON,), PATH, "POST", b'{"query":{},"authorization":"%s"}' % good(f)),
    )
    for name in (b"Proxy-Authorization", b"X-Authorization", b"X-Auth-Token", b"X-Access-Token", b"X-Forwarded-Authorization",
                 b"Authorization-Bearer", b"X-Original-Authorization", b"X_Cube_Authorization", b"Sec-WebSocket-Protocol"):  # fmt: skip
        yield attack(
            f"the header {name.decode()}",
            "OWASP API security, broken authentication",
            lambda f, name=name: Request((header(b"Bearer " + good(f), name),)),
        )
    for scheme in (b"Basic", b"Digest", b"Token", b"JWT", b"Negotiate", b"DPoP", b"Bearer:", b"Bearer,", b"BearerX"):
        yield attack(
            f"the scheme {scheme.decode()}",
            "RFC 6750, section 2.1",
            lambda f, scheme=scheme: Request((header(scheme + b" " + good(f)),)),
        )


def nothing_there() -> Iterator[Attack]:
    rows: list[tuple[str, bytes]] = [
        ("an empty header", b""),
        ("a header of spaces", b"   "),
        ("the word Bearer alone", b"Bearer"),
        ("Bearer and spaces", b"Bearer    "),
        ("a tab behind Bearer", b"Bearer\t"),
    ]
    for name, value in rows:
        # Without a space behind it, the word is what stands where a bare token would.
        alone = value.strip() in (b"Bearer",) and b" " not in value.strip()
        yield Attack(
            name,
            "RFC 6750, section 2.1; Cube takes a bare token",
            "secret",
            lambda f, value=value: Request((header(value),)),
            "malformed" if alone else "",
            "invalid" if alone else "missing",
        )
    yield Attack("no header at all", "GHSA-4j6x-w426-6rc6 (Cube)", "secret", lambda f: Request(), "", "missing")
    for name in (b"X-HTTP-Method-Override: OPTIONS", b"X-Middleware-Subrequest: middleware", b"X-Forwarded-For: 127.0.0.1",
                 b"X-Original-URL: /livez", b"X-Rewrite-URL: /livez", b"X-Envoy-Original-Path: /livez", b"Upgrade: h2c",
                 b"X-Real-IP: 127.0.0.1", b"X-Forwarded-User: alice", b"X-Remote-User: alice", b"X-Cube-Security-Context: {}",
                 b"X-Hasura-Role: admin", b"Origin: http://localhost:4000", b"Host: localhost", b"Connection: authorization"):  # fmt: skip
        source = {
            b"X-HTTP-Method-Override": "CVE-2023-30845 (ESPv2)",
            b"X-Middleware-Subrequest": "CVE-2025-29927 (Next.js)",
            b"X-Envoy-Original-Path": "CVE-2023-27487 (Envoy)",
        }.get(name.partition(b":")[0], "OWASP API security, broken authentication")
        yield Attack(
            f"a header that a proxy would trust: {name.decode()}",
            source,
            "secret",
            lambda f, name=name: Request((name,)),
            "",
            "missing",
        )


def several() -> Iterator[Attack]:
    """Two tokens: a proxy looks at one of them, and the server at the other."""
    source = "RFC 9110, section 5.3: a field that is no list comes once"
    cube = b"x-cube-authorization"
    rows: list[tuple[str, object]] = [
        ("a good and a bad one", lambda f: (header(good(f)), header(bad(f)))),
        ("a bad and a good one", lambda f: (header(bad(f)), header(good(f)))),
        ("an empty and a good one", lambda f: (header(b""), header(good(f)))),
        ("a good and an empty one", lambda f: (header(good(f)), header(b""))),
        ("two good ones of two people", lambda f: (header(good(f)), header(f.hs256(f.but(sub="bob")).encode()))),
        ("the same good one twice", lambda f: (header(good(f)), header(good(f)))),
        ("one in capitals", lambda f: (header(good(f)), header(bad(f), b"AUTHORIZATION"))),
        ("two of Cube's own header", lambda f: (header(good(f), cube), header(bad(f), cube))),
        ("a bad one of Cube's own header beside two good ones", lambda f: (header(bad(f), cube), header(good(f)), header(good(f)))),
    ]  # fmt: skip
    for name, headers in rows:
        yield Attack(
            f"several Authorization headers: {name}",
            source,
            "secret",
            lambda f, headers=headers: Request(headers(f)),
            "several_tokens",
        )
    yield Attack(
        "a bad token in Cube's own header and a good one in the other",
        "Cube: its own header goes first",
        "secret",
        lambda f: Request((header(bad(f), cube), header(good(f)))),
        "signature",
    )
    yield Attack(
        "two tokens behind a comma",
        source,
        "secret",
        lambda f: Request((header(b"Bearer " + bad(f) + b", Bearer " + good(f)),)),
        "encoding",
    )
    yield Attack(
        "two tokens behind one word",
        source,
        "secret",
        lambda f: Request((header(b"Bearer " + bad(f) + b" " + good(f)),)),
        "signature",
    )


def smuggled() -> Iterator[Attack]:
    """Bytes that one reader takes for an end, and another for a part of a value."""
    source = "RFC 9110, section 5.5; RFC 9112, section 11.2"
    rows: list[tuple[str, object, str, Answer]] = [
        ("a null byte behind the token", lambda f: (header(b"Bearer " + good(f) + b"\0"),), "", "no request"),
        ("a bare carriage return", lambda f: (header(b"Bearer " + bad(f) + b"\rAuthorization: " + good(f)),), "", "no request"),
        ("a space before the colon", lambda f: (b"Authorization : " + good(f),), "", "no request"),
        ("a folded line", lambda f: (b"Authorization:\r\n " + good(f),), "", "no request"),
        ("a line without a colon", lambda f: (b"Authorization",), "", "no request"),
        ("a null byte in the name", lambda f: (b"Author\0ization: " + good(f),), "", "no request"),
        ("a vertical tab behind Bearer", lambda f: (header(b"Bearer\x0b" + good(f)),), "", "no request"),
        ("an escape within the token", lambda f: (header(good(f)[:9] + b"\x1b" + good(f)[9:]),), "", "no request"),
        ("a delete character", lambda f: (header(good(f) + b"\x7f"),), "", "no request"),
        ("a letter beyond ASCII", lambda f: (header(good(f) + b"\xe9"),), "malformed", "invalid"),
        ("a space of another script", lambda f: (header(b"Bearer\xc2\xa0" + good(f)),), "malformed", "invalid"),
        ("a byte order mark", lambda f: (header(b"\xef\xbb\xbf" + good(f)),), "malformed", "invalid"),
        ("letters in full width", lambda f: (header("Ｂｅａｒｅｒ ".encode() + good(f)),), "", "missing"),
        ("a name in look-alikes", lambda f: ("Аuthorization: ".encode() + good(f),), "", "no request"),
    ]  # fmt: skip
    for name, headers, reason, answer in rows:
        yield Attack(
            f"smuggled: {name}", source, "secret", lambda f, headers=headers: Request(headers(f)), reason, answer
        )
    yield Attack(
        "smuggled: two lengths of the body",
        "RFC 9112, section 6.3",
        "secret",
        lambda f: Request((JSON, b"Content-Length: 2", b"Content-Length: 40"), PATH, "POST", b"{}"),
        "",
        "no request",
    )
    yield Attack(
        "smuggled: a length and chunks",
        "RFC 9112, section 6.1",
        "secret",
        lambda f: Request((JSON, b"Transfer-Encoding: chunked"), PATH, "POST", b"0\r\n\r\nGET / HTTP/1.1\r\n\r\n"),
        "",
        "no request",
    )


def paths() -> Iterator[Attack]:
    """The same endpoint by another name: every one asks for a token."""
    source = "CVE-2021-29492 (Envoy): a path that two readers read in two ways"
    for target in ("/CUBEJS-API/V1/LOAD", "/cubejs-api/v1/load/", "/Cubejs-Api/v1/Load", "/cubejs-api/v1/%6coad"):
        for method in ("GET", "HEAD", "POST"):
            yield Attack(
                f"{method} {target} without a token",
                source,
                "secret",
                lambda f, target=target, method=method: Request(target=f"{target}?{QUERY}", method=method),
                "",
                "missing",
            )
    for endpoint in ("meta", "sql", "dry-run", "subscribe", "pre-aggregations/jobs", "cubesql", "meta?extended=true"):
        for value in (b"", b"Bearer x.y.z"):
            yield Attack(
                f"{endpoint} {'with a bad token' if value else 'without a token'}",
                "GHSA-4j6x-w426-6rc6 and CVE-2022-23510 (Cube)",
                "secret",
                lambda f, endpoint=endpoint, value=value: Request(
                    (header(value),) if value else (),
                    f"/cubejs-api/v1/{endpoint}",
                    "POST" if endpoint in ("pre-aggregations/jobs", "cubesql") else "GET",
                ),
                "encoding" if value else "",
                "invalid" if value else "missing",
            )


ATTACKS = (*elsewhere(), *nothing_there(), *several(), *smuggled(), *paths())
