"""Doors that were open: endpoints without a check, modes by mistake, and what strangers say of themselves."""

import json
from dataclasses import replace
from typing import Any

import pytest

from kubus.api import app as application
from kubus.api.assemble import asgi
from kubus.api.rest import gate, incoming, root
from kubus.api.rest.reply import json_reply
from kubus.config import project, token_rules
from kubus.context import NOBODY, SecurityContext
from kubus.errors import ConfigError, KubusError, Unauthenticated
from kubus.events import AuthRefused
from kubus.telemetry.log import for_machines
from tests.incidents.incident import incident
from tests.incidents.shop import COUNT, ENVIRON, NOTES, RED, SECRET, Shop, token

# Every endpoint that answers about the model or its data.
ENDPOINTS = ("load", "subscribe", "sql", "dry-run", "meta")

# Everybody may ask these: they say nothing of the model.
OPEN = ("/", "/readyz", "/livez", "/cubejs-api/openapi.json")


def tokens_are_optional(patch: pytest.MonkeyPatch) -> None:
    """Authentication that lets a missing token through, in production too."""
    real = gate.Gate.authenticate

    async def authenticate(self: gate.Gate, request: Any) -> SecurityContext:
        return NOBODY if gate.token_of(request) is None else await real(self, request)

    patch.setattr(gate.Gate, "authenticate", authenticate)


@incident("GHSA-4j6x-w426-6rc6", tokens_are_optional)
async def nothing_is_answered_without_a_token(shop: Shop) -> None:
    for endpoint in ENDPOINTS:
        for method in ("GET", "HEAD", "POST"):
            if endpoint == "meta" and method == "POST":
                continue
            answer = await shop.send(method, f"/cubejs-api/v1/{endpoint}", None, params={"query": json.dumps(COUNT)})
            assert answer.status_code == 403
            assert method == "HEAD" or answer.json() == {"error": "Authorization header isn't set"}


def a_route_for_sql(patch: pytest.MonkeyPatch) -> None:
    """An endpoint for tools that runs the SQL that it is sent."""
    made = application.Api.__init__

    def init(self: application.Api, *arguments: Any, **more: Any) -> None:
        made(self, *arguments, **more)

        async def run(*arguments: Any) -> Any:
            return json_reply({"data": [["blue-canary"]]})

        like = self._endpoints["/cubejs-api/v1/load"]
        self._endpoints["/cubejs-api/v1/sql-runner"] = replace(like, call=run, warm=None)

    patch.setattr(application.Api, "__init__", init)


@incident("CVE-2022-23510", a_route_for_sql)
async def no_endpoint_runs_sql_that_it_is_sent(shop: Shop) -> None:
    """Every endpoint takes a query in names or nothing, and none knows what to do with SQL."""
    sql = "SELECT 'blue-canary'"
    for endpoint in shop.app._endpoints:
        for sent in ({"query": sql}, {"sql": sql}, {"query": {"sql": sql}}, {"query": {"query": sql}}):
            for method in ("GET", "POST"):
                more: dict[str, Any] = {"json": sent} if method == "POST" else {"params": as_text(sent)}
                answer = await shop.send(method, endpoint, RED, **more)
                assert "blue-canary" not in answer.text, endpoint
                assert answer.status_code != 200 or endpoint.endswith("/meta"), endpoint


def as_text(sent: dict[str, Any]) -> dict[str, str]:
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in sent.items()}


def failures_are_not_caught(patch: pytest.MonkeyPatch) -> None:
    """What an endpoint did not foresee ends the connection, and with some servers the process."""

    def error_reply(error: Exception, **more: Any) -> Any:
        raise error

    patch.setattr(application, "error_reply", error_reply)


@incident("CVE-2023-50709", failures_are_not_caught, breaks=KubusError)
async def no_request_ends_the_server(shop: Shop) -> None:
    deep = "[" * 10_000
    odd: list[tuple[str, dict[str, Any]]] = [
        ("POST", {"content": b"{", "headers": {"content-type": "application/json"}}),
        ("POST", {"content": b"\xff\xfe", "headers": {"content-type": "application/json"}}),
        ("POST", {"content": b'{"query":' + deep.encode(), "headers": {"content-type": "application/json"}}),
        ("POST", {"json": {"query": {"measures": {"0": None}}}}),
        ("POST", {"json": {"query": [[[]]]}}),
        ("POST", {"json": {"query": {"filters": [{"and": [{"or": [None]}]}]}}}),
        ("POST", {"json": {"query": {"limit": 1e308, "offset": -1, "timezone": "\0"}}}),
        ("POST", {"json": {"query": {"timeDimensions": [{"dimension": "orders.x", "dateRange": ["9" * 5000]}]}}}),
        ("GET", {"params": {"query": deep}}),
        ("GET", {"params": {"query": '{"measures":["' + "a" * 10_000 + '"]}'}}),
        ("GET", {"params": {"query": '{"measures":["__proto__.constructor"]}'}}),
        ("GET", {"params": [("query[measures][]", "x")] * 1200}),
    ]
    for endpoint in ENDPOINTS:
        for method, more in odd:
            answer = await shop.send(method, f"/cubejs-api/v1/{endpoint}", RED, **more)
            assert answer.status_code in (200, 400, 404, 413, 500)
    assert await shop.rows(COUNT, RED) == [{"orders.count": "2"}]


def clients_add_to_the_context(patch: pytest.MonkeyPatch) -> None:
    """What a client says of itself joins what its token says."""
    real = gate.Gate.authenticate

    async def authenticate(self: gate.Gate, request: Any) -> SecurityContext:
        security = await real(self, request)
        parameters = incoming.url_parameters(request.query_string)
        said = json.loads(parameters.get("securityContext", "{}"))
        tenant = request.headers.get(b"x-tenant-id")
        added = {**said, **({"tenant": tenant.decode()} if tenant else {})}
        return replace(security, claims={**security.claims, **added})

    patch.setattr(gate.Gate, "authenticate", authenticate)


@incident("CVE-2026-25958", clients_add_to_the_context)
async def nothing_that_a_client_sends_joins_its_context(shop: Shop) -> None:
    wanted = {"tenant": "blue", "role": "admin"}
    told = json.dumps(wanted)
    for name in ("securityContext", "security_context", "authInfo", "context", "u", "user", "claims"):
        answer = await shop.ask(NOTES, RED, params={name: told})
        assert "blue" not in answer.text
        assert answer.status_code == 200
        for body in ({"query": NOTES, name: wanted}, {"query": {**NOTES, name: wanted}}):
            assert "blue" not in (await shop.send("POST", "/cubejs-api/v1/load", RED, json=body)).text


@incident("metabase-12267", clients_add_to_the_context)
async def the_tenant_is_the_tokens_and_no_parameter(shop: Shop) -> None:
    for name in (
        "x-tenant-id",
        "x-tenant",
        "x-cube-tenant",
        "x-hasura-tenant",
        "x-forwarded-user",
        "x-security-context",
    ):
        rows = await shop.rows(NOTES, RED, headers={name: "blue"})
        assert [row["orders.note"] for row in rows] == ["red-canary"]
    for name in ("tenant", "tenantId", "securityContext"):
        answer = await shop.ask(NOTES, RED, params={name: "blue" if "Context" not in name else '{"tenant":"blue"}'})
        assert "blue" not in answer.text
    without = await shop.ask(NOTES, {}, params={"tenant": "blue"}, headers={"x-tenant-id": "blue"})
    assert without.status_code in (400, 403)
    assert "canary" not in without.text


def development_by_node(patch: pytest.MonkeyPatch) -> None:
    """Development mode wherever another variable does not say production."""
    made = project.load_settings

    def load_settings(environ: Any, *more: Any, **options: Any) -> Any:
        production = environ.get("NODE_ENV") == "production"
        return made(environ if production else {**environ, "CUBEJS_DEV_MODE": "true"}, *more, **options)

    patch.setattr(project, "load_settings", load_settings)


@incident("cube-11805", development_by_node, NODE_ENV="development")
async def no_other_variable_turns_checks_off(shop: Shop) -> None:
    answer = await shop.ask(COUNT, None)
    assert answer.status_code == 403
    answer = await shop.ask(COUNT, "x.y.z")
    assert (answer.status_code, answer.json()) == (403, {"error": "Invalid token"})


def secrets_as_in_the_manual(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(token_rules, "secret_refusal", lambda secret: None)


@incident("CVE-2023-27524", secrets_as_in_the_manual)
async def no_server_starts_with_a_secret_that_everybody_knows(shop: Shop) -> None:
    for known in ("secret", "SECRET", "changeme", "your-256-bit-secret", "a" * 64):
        for name in ("CUBEJS_API_SECRET", "CUBEJS_API_SECRETS", "CUBEJS_JWT_KEY"):
            with pytest.raises(ConfigError, match="secret is refused"):
                await asgi(shop.folder, environ={**ENVIRON, name: known}).shutdown()


def examples_for_everybody(patch: pytest.MonkeyPatch) -> None:
    """The page at the root shows what the model holds to whoever comes."""
    patch.setattr(application.Api, "_example", lambda self: application.example_query(self._layer))
    real = root.root
    patch.setattr(application, "root", lambda options, example: real(replace(options, dev_mode=True), example))


@incident("open-endpoints", examples_for_everybody)
async def what_is_open_says_nothing_of_the_model(shop: Shop) -> None:
    for path in OPEN:
        answer = await shop.send("GET", path, None)
        assert answer.status_code == 200
        assert "orders" not in answer.text
        assert "duckdb" not in answer.text.lower()
    for path in (
        "/metrics",
        "/debug",
        "/playground/context",
        "/playground/files",
        "/cubejs-system/v1/context",
        "/.env",
    ):
        assert (await shop.send("GET", path, None)).status_code == 404


def tokens_in_the_log(patch: pytest.MonkeyPatch) -> None:
    """The refused token goes into the log, so that somebody can look what was wrong with it."""
    real = gate.refusal

    def refusal(error: Unauthenticated, text: str, request: Any, *more: Any) -> AuthRefused:
        return replace(real(error, text, request, *more), path=f"{request.path} {text}")

    patch.setattr(gate, "refusal", refusal)


@incident("cube-token-in-log", tokens_in_the_log)
async def no_token_and_no_secret_is_in_the_log(shop: Shop) -> None:
    late = token(RED, seconds=-5)
    forged = token(RED, secret="another secret of more than thirty-two bytes")
    for text in (late, forged, f"Bearer {late}"):
        assert (await shop.ask(COUNT, text)).status_code == 403
    good = token(RED)
    await shop.rows(COUNT, good)
    log = "\n".join(for_machines((event, 0.0)) for event in shop.told) + repr(shop.told)
    for text in (late, forged, good, SECRET):
        for part in text.split("."):
            assert len(part) < 20 or part not in log


def paths_by_their_look(patch: pytest.MonkeyPatch) -> None:
    """The check looks at the path as it was sent, and the endpoint is found by the path as it is meant."""
    real = application.Api.admitted

    async def admitted(self: application.Api, request: Any) -> Any:
        if request.path in self._endpoints:
            return await real(self, request)
        return self._callers.of(NOBODY)

    patch.setattr(application.Api, "admitted", admitted)


@incident("CVE-2021-29492", paths_by_their_look)
async def every_spelling_of_a_path_is_checked(shop: Shop) -> None:
    for path in (
        "/cubejs-api/v1/meta/",
        "/CUBEJS-API/V1/META",
        "/cubejs-api//v1/meta",
        "//cubejs-api/v1/meta",
        "/cubejs-api/v1/./meta",
        "/livez/../cubejs-api/v1/meta",
        "/cubejs-api%2fv1%2fmeta",
        "/cubejs-api/v1/met%61",
        "/cubejs-api/v1/meta;x=/livez",
        "/cubejs-api/v1/meta%00",
        "/cubejs-api/v1/meta%20",
        "/cubejs-api/v1\\meta",
    ):
        answer = await shop.send("GET", path, None)
        assert answer.status_code in (403, 404), path
        assert "orders" not in answer.text
