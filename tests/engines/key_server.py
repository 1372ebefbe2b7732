"""A signer of tokens that publishes its keys by HTTP or HTTPS on loopback, and can be told to misbehave."""

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

KEYS = "/keys"
DISCOVERY = "/.well-known/openid-configuration"

MAKERS: dict[str, Callable[[], Any]] = {
    "RS256": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "PS256": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ES384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "ES512": lambda: ec.generate_private_key(ec.SECP521R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate,
}


@dataclass(frozen=True)
class SigningKey:
    """A private key, the `kid` under which its public half is published, and its algorithm."""

    key_id: str
    algorithm: str = "ES256"
    private: Any = None

    def sign(self, claims: dict[str, Any], **header: Any) -> str:
        # Whatever the claims are: what is right about them is for others to say.
        payload = json.dumps(claims).encode()
        return jwt.api_jws.encode(payload, self.private, self.algorithm, headers={"kid": self.key_id, **header})

    def published(self, **more: Any) -> dict[str, Any]:
        algorithm = jwt.get_algorithm_by_name(self.algorithm)
        members = json.loads(algorithm.to_jwk(self.private.public_key()))
        members.pop("key_ops", None)
        return {**members, "kid": self.key_id, "use": "sig", **more}


def made(key_id: str, algorithm: str = "ES256") -> SigningKey:
    """A new key."""
    return SigningKey(key_id, algorithm, MAKERS[algorithm]())


@dataclass
class Signer:
    """What the server answers. `behave`, if set, gets the path and gives status, headers and body instead.

    While `held` is there and not set, it answers nobody.
    """

    url: str = ""
    keys: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    headers: dict[str, str] = field(default_factory=dict[str, str])
    delay: float = 0.0
    held: threading.Event | None = None
    status: int = 200
    issuer: str | None = None
    behave: Callable[[str], tuple[int, dict[str, str], bytes]] | None = None
    asked: list[str] = field(default_factory=list[str])
    trickle: bool = False

    @property
    def keys_url(self) -> str:
        return self.url + KEYS

    def publish(self, *keys: SigningKey) -> None:
        self.keys = [key.published() for key in keys]

    def times_asked(self, path: str = KEYS) -> int:
        return self.asked.count(path)

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        if self.behave is not None:
            return self.behave(path)
        if self.status != 200:
            return self.status, {}, b"{}"
        if path == KEYS:
            return 200, self.headers, json.dumps({"keys": self.keys}).encode()
        if path == DISCOVERY:
            named = self.url if self.issuer is None else self.issuer
            return 200, {}, json.dumps({"issuer": named, "jwks_uri": self.keys_url}).encode()
        return 404, {}, b"{}"


class Answering(BaseHTTPRequestHandler):
    """One request."""

    server: "Listening"

    def do_GET(self) -> None:
        signer = self.server.signer
        signer.asked.append(self.path)
        if signer.delay:
            time.sleep(signer.delay)
        if signer.held is not None:
            signer.held.wait(60)
        status, headers, body = signer.answer(self.path)
        try:
            if signer.trickle:
                self.wfile.write(b"HTTP/1.0 200 OK\r\n")
                for number in range(200):
                    self.wfile.write(b"X-%d: y\r\n" % number)
                    self.wfile.flush()
                    time.sleep(0.05)
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            # Whoever asked has left.
            return

    def log_message(self, *args: Any) -> None:
        pass


class Listening(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    signer: Signer

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


@contextmanager
def key_server(*keys: SigningKey, port: int = 0, certificate: Path | None = None) -> Iterator[Signer]:
    """A signer that publishes these keys, at a free port if none is given; by TLS with a certificate and its key."""
    server = Listening(("127.0.0.1", port), Answering)
    scheme = "http"
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        scheme = "https"
    server.signer = Signer(f"{scheme}://127.0.0.1:{server.server_address[1]}")
    server.signer.publish(*keys)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.signer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def certificate_file(path: Path, *, host: str = "127.0.0.1") -> Path:
    """A certificate for loopback and its key in one file, which is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "signer")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=2))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    signed = builder.sign(key, hashes.SHA256())
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + signed.public_bytes(Encoding.PEM))
    return path
