"""The servers that are attacked: real processes in production mode, one for each way to verify tokens."""

import json
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

from tests.attacks.attack import Attack
from tests.attacks.forge import Forge, jwk, pem
from tests.attacks.signers import BAD_DISCOVERIES, BAD_SETS
from tests.engines.server import RunningServer, running_server

# What no answer to an attack may hold.
CANARY = "the-canary-sings"

ALWAYS = {"CUBEJS_DB_TYPE": "duckdb", "KUBUS_JWK_RETRY": "1", "KUBUS_AUTH_FAILURES": "0", "KUBUS_AUDIT": "stdout"}

MODEL = f"""
cubes:
  - name: canary
    sql: SELECT '{CANARY}' AS song
    measures: [{{name: count, type: count}}]
    dimensions: [{{name: song, sql: song, type: string}}]
"""


def settings(forge: Forge) -> dict[str, dict[str, str]]:
    """The environment of each server, by its name."""
    return {
        "secret": {"CUBEJS_API_SECRET": forge.secret},
        "strict": {
            "CUBEJS_API_SECRET": forge.secret,
            "CUBEJS_JWT_ALGS": "HS256",
            "CUBEJS_JWT_ISSUER": "https://issuer.example/,https://second.example/",
            "CUBEJS_JWT_AUDIENCE": "kubus",
            "CUBEJS_JWT_SUBJECT": "alice",
            "KUBUS_JWT_TYPES": "at+jwt",
        },
        "rsa": {"CUBEJS_JWT_KEY": pem(forge.rsa)},
        "ec": {"CUBEJS_JWT_KEY": json.dumps(jwk(forge.ec, alg="ES256", use="sig"))},
        "keys": {
            # The secret of before has no say any more.
            "CUBEJS_API_SECRET": forge.secret,
            "CUBEJS_JWK_URL": f"{forge.signer}/keys",
            "CUBEJS_JWT_ISSUER": "https://issuer.example/",
            "CUBEJS_JWT_AUDIENCE": "kubus",
        },
        "tenants": {"CUBEJS_API_SECRET": forge.secret, "KUBUS_TENANT_CLAIM": "org.id", "KUBUS_JWT_MAX_AGE": "1h"},
        "revoked": {"CUBEJS_JWT_KEY": pem(forge.ec), "KUBUS_REVOCATION": "revoked.jsonl"},
        "issuers": {"KUBUS_ISSUERS": json.dumps(issuers(forge.signer))},
    }


def revocations(forge: Forge) -> str:
    """What was taken back."""
    lines: list[dict[str, object]] = [
        {"jti": "taken back"},
        {"jti": "7"},
        {"sub": "mallory"},
        {"sub": "42"},
        {"sub": "dave", "issued_before": forge.now},
        {"sha256": sha256(forge.taken_back.encode()).hexdigest()},
        {"jti": "long ago", "until": forge.now - 1},
        {"sub": "erin", "iss": "https://other.example/"},
    ]
    return "".join(json.dumps(line) + "\n" for line in lines)


def issuers(signer: str) -> list[dict[str, str]]:
    """Two that are as they should be, and one for each way to misbehave."""
    good = [{"issuer": f"{signer}/first"}, {"issuer": f"{signer}/second"}]
    sets = [{"issuer": f"https://{name}.example", "jwk_url": f"{signer}/bad/{name}"} for name in BAD_SETS]
    found = [{"issuer": f"{signer}/{name}"} for name in BAD_DISCOVERIES]
    return [{**one, "audience": "kubus"} for one in (*good, *sets, *found)]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an attack met: the answer, and the reasons that the log and the audit log gave for it."""

    method: str
    status: int
    body: bytes
    headers: Mapping[str, str]
    reasons: tuple[str, ...] = ()
    audited: tuple[str, ...] = ()


@contextmanager
def attacked(folder: Path, name: str, forge: Forge, authority: Path) -> Iterator[RunningServer]:
    """The server of this name, on a model of one row. All that it writes is searched for tokens and keys at the end.

    `authority` is the certificate by which it believes those who publish keys.
    """
    (folder / "model").mkdir(parents=True)
    (folder / "model" / "canary.yml").write_text(MODEL)
    (folder / "revoked.jsonl").write_text(revocations(forge))
    with running_server(folder, {**ALWAYS, "SSL_CERT_FILE": str(authority), **settings(forge)[name]}) as server:
        yield server


def send(port: int, request: bytes) -> Outcome:
    """Send these bytes on a connection of their own. The status is 0 if it ends without an answer."""
    method = request.split(b" ", 1)[0].decode()
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        response = HTTPResponse(connection, method=method)
        try:
            connection.sendall(request)
            response.begin()
        except ConnectionError:
            return Outcome(method, 0, b"", {})
        body = response.read()
        return Outcome(method, response.status, body, {name.lower(): value for name, value in response.getheaders()})


def outcomes(server: RunningServer, attacks: Sequence[Attack], forge: Forge) -> dict[str, Outcome]:
    """What became of each attack, by its name. They are sent one after the other, and the log is read at the end.

    The first has to be let in. The audit log tells a bounded number of strangers one by one, and counts the others.
    """
    met: dict[str, Outcome] = {}
    ids = {attack.name: f"attack-{number}" for number, attack in enumerate(attacks)}
    for attack in attacks:
        met[attack.name] = send(server.port, attack.request(forge).bytes(ids[attack.name]))
    # The last line of the log tells that all before it are there, and the record of it what was counted.
    assert send(server.port, attacks[0].request(forge).bytes("the-end")).status == 200
    server.wait_for('REST API Request.*"the-end"')
    lines = log_lines(server)
    reasons: dict[str, list[str]] = {}
    audited: dict[str, list[str]] = {}
    for line in lines:
        if line.get("message") == "Auth Error":
            # Behind the class stands, for some, what to do about it.
            reasons.setdefault(line["request_id"], []).append(line["reason"].split(" ")[0])
        elif line.get("outcome") == "denied":
            audited.setdefault(line["request_id"], []).append((line.get("token") or {}).get("reason", ""))
    counted = sum(line["records"] for line in lines if line.get("kind") == "skipped")
    assert len(audited) + counted == sum(one.status == 403 for one in met.values())
    return {
        name: replace(one, reasons=tuple(reasons.get(ids[name], ())), audited=tuple(audited.get(ids[name], ())))
        for name, one in met.items()
    }


def log_lines(server: RunningServer) -> list[dict[str, Any]]:
    """The lines of a log, each of which has to be a JSON object: a stranger makes no line of their own."""
    found: list[dict[str, Any]] = []
    for line in server.said.splitlines():
        if line and not line.startswith("kubus: "):
            value = json.loads(line)
            assert isinstance(value, dict), line
            found.append(value)
    assert found
    return found
