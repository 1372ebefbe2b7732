"""A real login: an OpenID provider, a browser and PKCE; then queries with the access token, of the tutorial's model.

The steps are those of the multi-tenant guide: tokens, roles in the model's SQL, an identity provider with a namespaced
claim, and an audit of who asked what.
"""

import base64
import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.engines.openid import NAMESPACE, OpenIdProvider
from tests.engines.server import RunningServer, clean_environment, running_server
from tests.login.conftest import Login

MODEL = """
cubes:
  - name: orders
    sql: >
      SELECT * FROM (VALUES (1, 'new'), (2, 'new'), (3, 'done'), (4, 'done'), (5, 'done')) AS t(id, status)
      WHERE {SECURITY_CONTEXT.role.unsafeValue()} = 'admin' OR id % 5 = 0
    measures: [{name: count, type: count}]
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: status, sql: status, type: string}
"""

QUERY = {"dimensions": ["orders.status"], "measures": ["orders.count"], "order": {"orders.status": "asc"}}

ALL_ROWS = [
    {"orders.status": "done", "orders.count": "3"},
    {"orders.status": "new", "orders.count": "2"},
]
FEW_ROWS = [{"orders.status": "done", "orders.count": "1"}]

REFUSED = (403, {"error": "Invalid token"})

# The hook of the guide: admins' queries are printed with their e-mail, and answered as they are.
AUDIT = """
from kubus.hooks import config


@config
def query_rewrite(query, ctx):
    context = ctx["securityContext"]
    if context.get("role") == "admin":
        print(f"{context['email']} asked for {query['measures']}", flush=True)
    return query
"""


def by_key_set(provider: OpenIdProvider) -> dict[str, str]:
    """The settings of Cube."""
    return {
        "CUBEJS_JWK_URL": provider.key_set_url,
        "CUBEJS_JWT_ISSUER": provider.issuer,
        "CUBEJS_JWT_AUDIENCE": "kubus.example",
        "CUBEJS_JWT_CLAIMS_NAMESPACE": NAMESPACE,
    }


def by_issuer(provider: OpenIdProvider) -> dict[str, str]:
    """Our own: one setting, from which all else is discovered."""
    issuer = {"issuer": provider.issuer, "audience": "kubus.example", "claims_namespace": NAMESPACE, "types": "at+jwt"}
    return {"KUBUS_ISSUERS": json.dumps([issuer])}


WAYS = {"CUBEJS_JWK_URL": by_key_set, "KUBUS_ISSUERS": by_issuer}


@contextmanager
def serving(folder: Path, provider: OpenIdProvider, settings: dict[str, str]) -> Iterator[RunningServer]:
    (folder / "model").mkdir(exist_ok=True)
    (folder / "model" / "orders.yml").write_text(MODEL)
    trust = {"CUBEJS_DB_TYPE": "duckdb", "SSL_CERT_FILE": str(provider.authority)}
    with running_server(folder, {**trust, **settings}) as server:
        yield server


def ask(server: RunningServer, token: str) -> tuple[int, Any]:
    """Status, and the rows or the error."""
    server.hide(token)
    address = f"{server.url}/cubejs-api/v1/load?{urlencode({'query': json.dumps(QUERY)})}"
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {token}"} if token else {})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, json.load(answer)["data"]
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def part(token: str, number: int) -> dict[str, Any]:
    text = token.split(".")[number]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return found


@pytest.mark.parametrize("way", WAYS)
def test_who_logs_in_sees_what_their_role_sees(way: str, login: Login, tmp_path: Path) -> None:
    (tmp_path / "kubus.py").write_text(AUDIT)
    audit = {"KUBUS_AUDIT": "file", "KUBUS_AUDIT_CLAIMS": "role,email"}
    with serving(tmp_path, login.provider, {**WAYS[way](login.provider), **audit}) as server:
        for algorithm in ("RS256", "ES256"):
            resource = f"https://kubus.example/{algorithm.lower()}"
            admin = login(server.url, "admin", resource)
            server.hide(admin.token, admin.id_token)
            assert part(admin.token, 0)["alg"] == algorithm
            assert part(admin.token, 1)[NAMESPACE]["role"] == "admin"
            assert (admin.status, admin.answer["data"]) == (200, ALL_ROWS)
        other = login(server.url, "foobar")
        server.hide(other.token, other.id_token)
        assert (other.status, other.answer["data"]) == (200, FEW_ROWS)
        # The same query of both again, from what is kept.
        assert ask(server, admin.token) == (200, ALL_ROWS)
        assert ask(server, other.token) == (200, FEW_ROWS)
        # Who asked what: admins are printed, and nobody else.
        assert server.said.count("admin@shop.example asked for ['orders.count']") == 3
        assert "foobar@shop.example" not in server.said
        # A character of the token, and it is no token; nor is none.
        changed = admin.token[:-10] + ("A" if admin.token[-10] != "A" else "B") + admin.token[-9:]
        assert ask(server, changed) == REFUSED
        assert ask(server, "") == (403, {"error": "Authorization header isn't set"})
    # The same without any code: the audit log, of all who asked, and of those who were not let in.
    records = [json.loads(line) for line in (tmp_path / "audit" / "audit.jsonl").read_text().splitlines()]
    asked = [(one["subject"], one["claims"], one["outcome"]) for one in records if one.get("api") == "load"]
    admins = ("admin", {"role": "admin", "email": "admin@shop.example"}, "ok")
    others = ("foobar", {"role": "foobar", "email": "foobar@shop.example"}, "ok")
    assert asked[:5] == [admins, admins, others, admins, others]
    assert [outcome for _, _, outcome in asked[5:]] == ["denied", "denied"]
    assert {one["issuer"] for one in records if one.get("outcome") == "ok"} == {login.provider.issuer}
    assert all(
        one["queries"][0]["members"] == ["orders.count", "orders.status"]
        for one in records
        if one.get("outcome") == "ok"
    )


def test_tokens_for_others_and_of_another_kind_are_refused(login: Login, tmp_path: Path) -> None:
    with serving(tmp_path, login.provider, by_issuer(login.provider)) as server:
        elsewhere = login(server.url, "admin", "https://other.example/rs256")
        server.hide(elsewhere.token, elsewhere.id_token)
        assert (elsewhere.status, elsewhere.answer) == REFUSED
        assert reasons(server, 1) == ["audience"]
        # An ID token says who somebody is to the page, and is no key to data.
        assert ask(server, elsewhere.id_token) == REFUSED
        assert reasons(server, 2) == ["audience", "type"]


def test_an_expired_token_is_refused_though_it_was_good(login: Login, tmp_path: Path) -> None:
    with serving(tmp_path, login.provider, by_key_set(login.provider)) as server:
        found = login(server.url, "admin", "https://kubus.example/brief")
        server.hide(found.token, found.id_token)
        while time.time() < part(found.token, 1)["exp"]:
            time.sleep(0.05)
        assert ask(server, found.token) == REFUSED
        assert reasons(server, 1)[-1] == "expired"


def test_keys_are_rotated_without_a_restart(login: Login, tmp_path: Path) -> None:
    provider = login.provider
    settings = {**by_key_set(provider), "KUBUS_JWK_REFETCH_WINDOW": "1s", "KUBUS_JWK_DEFAULT_EXPIRE": "1s"}
    with serving(tmp_path, provider, settings) as server:
        old = login(server.url, "admin")
        assert old.status == 200
        provider.rotate(keep=True)
        new = login(server.url, "admin")
        server.hide(old.token, old.id_token, new.token, new.id_token)
        assert part(new.token, 0)["kid"] != part(old.token, 0)["kid"]
        # A key that nobody had heard of works at once, and the old one as long as it is published.
        assert (new.status, new.answer["data"]) == (200, ALL_ROWS)
        assert ask(server, old.token) == (200, ALL_ROWS)
        provider.rotate(keep=False)
        last = login(server.url, "admin")
        server.hide(last.token, last.id_token)
        assert last.status == 200
        # Both keys of before are withdrawn, and with them the tokens that are remembered.
        deadline = time.monotonic() + 20
        while ask(server, old.token) != REFUSED and time.monotonic() < deadline:
            time.sleep(0.2)
        assert ask(server, old.token) == REFUSED
        assert ask(server, new.token) == REFUSED
        assert ask(server, last.token) == (200, ALL_ROWS)


def test_a_token_that_is_revoked_is_refused(login: Login, tmp_path: Path) -> None:
    settings = {**by_key_set(login.provider), "KUBUS_REVOCATION": "revoked.jsonl"}
    (tmp_path / "revoked.jsonl").touch()
    with serving(tmp_path, login.provider, settings) as server:
        first, second = login(server.url, "admin"), login(server.url, "admin")
        server.hide(first.token, first.id_token, second.token, second.id_token)
        assert (first.status, second.status) == (200, 200)
        command = [sys.executable, "-P", "-m", "kubus", "token", "revoke", "--jti", part(first.token, 1)["jti"]]
        done = subprocess.run(
            command,
            cwd=tmp_path,
            check=False,
            env={**clean_environment(), "CUBEJS_DB_TYPE": "duckdb", **settings},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        deadline = time.monotonic() + 10
        while ask(server, first.token) != REFUSED and time.monotonic() < deadline:
            time.sleep(0.1)
        assert ask(server, first.token) == REFUSED
        assert set(reasons(server, 1)) == {"revoked"}
        # Of the same person another one, which nobody took back.
        assert ask(server, second.token) == (200, ALL_ROWS)


def reasons(server: RunningServer, count: int) -> list[str]:
    """Why tokens were refused, in order, once so many of them were."""
    server.wait_for(r"(?s)" + ".*".join(["Auth Error"] * count))
    lines = [json.loads(line) for line in server.said.splitlines() if line.startswith("{")]
    return [line["reason"] for line in lines if line["message"] == "Auth Error"]
