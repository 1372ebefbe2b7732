"""Those who publish keys: good ones, bad ones, and the forger, who waits to be asked."""

import gzip
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.attacks.forge import Forge, jwk
from tests.attacks.forge import base64url as b64
from tests.engines.certificates import Authority

MEGABYTE = 1024 * 1024
WELL_KNOWN = "/.well-known/openid-configuration"

# Points of order 4, 1, 8, 8 and 2, and one of order 8 with the other sign. Source: RFC 8032, section 5.1
SMALL_ORDER = (
    "00" * 32,
    "01" + "00" * 31,
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ec" + "ff" * 30 + "7f",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
)

# What a signer answers: a status, headers, and the pieces of the body as they come.
Answer = tuple[int, dict[str, str], Iterator[bytes]]


def published(f: Forge) -> list[dict[str, Any]]:
    """The key set of a signer that has been at it for long: two good keys, and much that must not be used."""
    odd, numbers = f.odd_rsa, f.odd_rsa.private_numbers()
    return [
        jwk(f.rsa, kid="rsa", use="sig"),
        jwk(f.ec, kid="ec", alg="ES256"),
        jwk(odd, kid="for encryption", use="enc"),
        jwk(odd, kid="for wrapping", key_ops=["wrapKey"]),
        jwk(odd, kid="of another kind", alg="ES256"),
        jwk(odd, kid="for RS512", alg="RS512"),
        jwk(odd, kid="with its private half", d=b64(numbers.d.to_bytes(256))),
        jwk(odd, kid="of an odd algorithm", alg="none"),
        {**jwk(odd), "kid": 7},
        {**jwk(odd), "kid": "k" * 1000},
        jwk(odd),
        {"kty": "oct", "k": b64(b"a secret that everybody can fetch"), "kid": "a secret"},
        jwk(f.weak_rsa, kid="weak"),
        {**jwk(odd), "e": b64(b"\1"), "kid": "exponent one"},
        {**jwk(odd), "e": b64(b"\0"), "kid": "exponent zero"},
        {**jwk(odd), "e": b64(b"\2"), "kid": "exponent two"},
        {**jwk(odd), "n": b64(b"\0" * 255 + b"\3"), "kid": "modulus three"},
        {**jwk(odd), "n": b64(b"\xff" * 8192), "kid": "enormous"},
        jwk(f.cubic_rsa, kid="exponent three"),
        {**jwk(f.bitcoin), "crv": "secp256k1", "kid": "secp256k1"},
        {"kty": "EC", "crv": "P-192", "x": b64(b"\1" * 24), "y": b64(b"\2" * 24), "kid": "P-192"},
        {"kty": "EC", "crv": "P-256", "x": b64(b"\1" * 32), "y": b64(b"\2" * 32), "kid": "off the curve"},
        {"kty": "EC", "crv": "P-256", "x": b64(b"\0" * 32), "y": b64(b"\0" * 32), "kid": "at infinity"},
        {"kty": "OKP", "crv": "X25519", "x": b64(b"\1" * 32), "kid": "X25519"},
        *(
            {"kty": "OKP", "crv": "Ed25519", "x": b64(bytes.fromhex(x)), "kid": f"of small order {n}"}
            for n, x in enumerate(SMALL_ORDER)
        ),
        {"kty": "RSA", "x5c": ["AAAA"], "x5u": f.trap, "kid": "a pointer"},
    ]


def whole(body: bytes | str, **headers: str) -> Answer:
    return 200, headers, iter([body.encode() if isinstance(body, str) else body])


def good_set(f: Forge) -> str:
    return json.dumps({"keys": [jwk(f.rsa, kid="rsa")]})


def endless() -> Iterator[bytes]:
    yield b'{"keys":['
    while True:
        yield b'{"kty":"RSA","n":"AAAA","e":"AQAB","kid":"x"},' * 1000


def dripping(f: Forge) -> Iterator[bytes]:
    for byte in good_set(f).encode():
        yield bytes([byte])
        time.sleep(0.2)


def silent() -> Iterator[bytes]:
    time.sleep(8)
    yield b"{}"


def many(f: Forge, times: int) -> str:
    return json.dumps({"keys": [jwk(f.rsa, kid="rsa") for _ in range(times)]})


# Key sets that are none. Each has the good key in it, or leads to it: whoever takes it would accept the token.
BAD_SETS: dict[str, Callable[[Forge], Answer]] = {
    "many": lambda f: whole(many(f, 101)),
    "large": lambda f: whole(good_set(f)[:-1] + "," + '"x":"' + "y" * (2 * MEGABYTE) + '"}'),
    "gzip": lambda f: whole(gzip.compress(good_set(f).encode()), **{"Content-Encoding": "gzip"}),
    "gzip-bomb": lambda f: whole(gzip.compress(b" " * 200 * MEGABYTE + good_set(f).encode(), 1), **{"Content-Encoding": "gzip"}),
    "endless": lambda f: (200, {}, endless()),
    "dripping": lambda f: (200, {}, dripping(f)),
    "silent": lambda f: (200, {}, silent()),
    "deep": lambda f: whole('{"x":' + "[" * 100_000 + "]" * 100_000 + "," + good_set(f)[1:]),
    "error": lambda f: (500, {}, iter([good_set(f).encode()])),
    "not-found": lambda f: (404, {}, iter([good_set(f).encode()])),
    "created": lambda f: (201, {}, iter([good_set(f).encode()])),
    "html": lambda f: whole("<html>" + good_set(f)),
    "array": lambda f: whole(json.dumps([jwk(f.rsa, kid="rsa")])),
    "one-key": lambda f: whole(json.dumps(jwk(f.rsa, kid="rsa"))),
    "keys-by-name": lambda f: whole(json.dumps({"keys": {"rsa": jwk(f.rsa, kid="rsa")}})),
    "no-keys": lambda f: whole("{}"),
    "two-documents": lambda f: whole(good_set(f) * 2),
    "to-the-trap": lambda f: (302, {"Location": f.trap}, iter([b""])),
    "to-http": lambda f: (302, {"Location": f.trap.replace("https", "http")}, iter([b""])),
    "to-a-file": lambda f: (302, {"Location": "file:///etc/passwd"}, iter([b""])),
    "to-metadata": lambda f: (307, {"Location": "http://169.254.169.254/latest/meta-data"}, iter([b""])),
    "to-another-name": lambda f: (301, {"Location": f.signer.replace("127.0.0.1", "localhost") + "/keys"}, iter([b""])),
    "to-itself": lambda f: (302, {"Location": f"{f.signer}/bad/to-itself"}, iter([b""])),
}  # fmt: skip


def discovery(**members: Any) -> Answer:
    return whole(json.dumps(members))


# Discovery documents that lead elsewhere, by the path of their issuer.
BAD_DISCOVERIES: dict[str, Callable[[Forge], Answer]] = {
    "of-another": lambda f: discovery(issuer=f"{f.signer}/first", jwks_uri=f"{f.signer}/first/keys"),
    "with-a-slash": lambda f: discovery(issuer=f"{f.signer}/with-a-slash/", jwks_uri=f"{f.signer}/first/keys"),
    "keys-by-http": lambda f: discovery(issuer=f"{f.signer}/keys-by-http", jwks_uri=f.trap.replace("https", "http")),
    "keys-in-a-file": lambda f: discovery(issuer=f"{f.signer}/keys-in-a-file", jwks_uri="file:///etc/passwd"),
    "keys-in-itself": lambda f: discovery(issuer=f"{f.signer}/keys-in-itself", jwks_uri="data:application/json,{}"),
    "keys-with-a-user": lambda f: discovery(
        issuer=f"{f.signer}/keys-with-a-user", jwks_uri=f.trap.replace("https://", "https://user:pass@")
    ),
    "keys-nowhere": lambda f: discovery(issuer=f"{f.signer}/keys-nowhere"),
    "keys-in-a-list": lambda f: discovery(issuer=f"{f.signer}/keys-in-a-list", jwks_uri=[f"{f.signer}/first/keys"]),
    "moved": lambda f: (302, {"Location": f"{f.trap}{WELL_KNOWN}"}, iter([b""])),
    "no-json": lambda f: whole("issuer=x"),
}


class Signers:
    """The servers. `asked` is every path that the trap was asked for."""

    def __init__(self, authority: Path) -> None:
        self.authority = authority
        self.asked: list[str] = []
        self.forge = Forge()

    def answer(self, path: str) -> Answer:
        """What is published at a path."""
        f = self.forge
        match path.strip("/").split("/", 1):
            case ["keys"]:
                return whole(json.dumps({"keys": published(f)}))
            case ["bad", name]:
                return BAD_SETS[name](f)
            case ["first", "keys"]:
                return whole(good_set(f))
            case ["second", "keys"]:
                # The same name as the first signer has for its key.
                return whole(json.dumps({"keys": [jwk(f.odd_rsa, kid="rsa")]}))
            case [("first" | "second") as name, rest] if f"/{rest}" == WELL_KNOWN:
                return discovery(issuer=f"{f.signer}/{name}", jwks_uri=f"{f.signer}/{name}/keys")
            case [name, rest] if f"/{rest}" == WELL_KNOWN:
                return BAD_DISCOVERIES[name](f)
            case _:
                return 404, {}, iter([b"{}"])

    def trapped(self, path: str) -> Answer:
        """The forger's own key, whoever asks for whatever."""
        self.asked.append(path)
        f = self.forge
        return whole(json.dumps({"issuer": f.signer, "jwks_uri": f.trap, "keys": [jwk(f.own_rsa, kid="rsa")]}))


@contextmanager
def running_signers(folder: Path) -> Iterator[Signers]:
    """Run them; the keys that they publish are those of `forge`."""
    authority = Authority("Attacked")
    certificate = authority.certificate("127.0.0.1", "127.0.0.1")
    (folder / "authority.pem").write_text(authority.pem)
    (folder / "own.pem").write_text(certificate.key + certificate.pem)
    signers = Signers(folder / "authority.pem")
    servers = [listening(signers.answer, folder / "own.pem"), listening(signers.trapped, folder / "own.pem")]
    places = [f"https://127.0.0.1:{server.server_address[1]}" for server in servers]
    signers.forge = Forge(signer=places[0], trap=places[1])
    try:
        yield signers
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


def listening(answer: Callable[[str], Answer], certificate: Path) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                status, headers, pieces = answer(self.path)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                for piece in pieces:
                    self.wfile.write(piece)
            except OSError:
                # Whoever asked has had enough.
                return

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - the name is the base class's
            """Nothing: the output of tests is for tests."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Nothing: connections that fail are the point."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = Server(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    return server
