"""The application: routes, headers, tokens, scopes, errors, and its end."""

import json

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from kubus.events import AuthRefused, RequestFailed, RequestFinished, listen
from tests.api.conftest import token

BASE = "/cubejs-api"
LOAD = f"{BASE}/v1/load"
COUNT = {"query": json.dumps({"measures": ["orders.count"]})}
ENDPOINTS = ["/v1/load", "/v1/subscribe", "/v1/sql", "/v1/dry-run", "/v1/meta"]


@pytest.mark.parametrize("path", [*ENDPOINTS, "/v1/run-scheduled-refresh", "/graphql"])
async def test_no_endpoint_answers_without_a_token(api, path):
    async with api() as (client, _):
        del client.headers["authorization"]
        missing = await client.get(BASE + path, params=COUNT)
        wrong = await client.get(BASE + path, params=COUNT, headers={"authorization": token("y" * 40)})
        in_url = await client.get(BASE + path, params=COUNT | {"authorization": token(), "token": token()})
    assert (missing.status_code, missing.json()) == (403, {"error": "Authorization header isn't set"})
    assert (wrong.status_code, wrong.json()) == (403, {"error": "Invalid token"})
    assert in_url.status_code == 403
    assert "www-authenticate" not in missing.headers


async def test_a_refused_token_is_told_by_its_hash_alone(api):
    heard = []
    end = listen(heard.append, [AuthRefused])
    bad = token("y" * 40)
    try:
        async with api() as (client, _):
            await client.get(LOAD, params=COUNT, headers={"authorization": bad})
    finally:
        end()
    (event,) = heard
    assert len(event.token_hash) == 12
    assert bad not in repr(event)
    assert event.reason


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("/v1/load", "data"),
        ("/v1/subscribe", "data"),
        ("/v1/dry-run", "data"),
        ("/v1/sql", "sql"),
        ("/v1/meta", "meta"),
        ("/graphql", "graphql"),
        ("/v1/run-scheduled-refresh", "jobs"),
    ],
)
async def test_every_endpoint_asks_for_its_scope(api, path, scope):
    async with api(default_scopes=frozenset({"none"})) as (client, _):
        answer = await client.get(BASE + path, params={"query": "{bad"})
    assert (answer.status_code, answer.json()) == (403, {"error": f"API scope is missing: {scope}"})


async def test_what_is_not_built_says_so(api):
    async with api(default_scopes=frozenset({"data", "sql", "graphql", "jobs", "meta"})) as (client, _):
        built_later = await client.post(f"{BASE}/v1/cubesql", json={"query": "SELECT 1"})
        removed = await client.get(f"{BASE}/v1/run-scheduled-refresh")
        cancel = await client.delete(f"{BASE}/v1/running-query/abc")
    assert built_later.status_code == cancel.status_code == 501
    assert removed.status_code == 404
    assert all("error" in answer.json() for answer in (built_later, removed, cancel))


@pytest.mark.parametrize("path", ["/v1/nothing", "", "/readyz", "/v1/load/more", "/v1", "/v1/<script>"])
async def test_unknown_paths_are_404_pages_without_a_token(api, path):
    async with api() as (client, _):
        del client.headers["authorization"]
        answer = await client.get(BASE + path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "<script>" not in answer.text


@pytest.mark.parametrize(("method", "path"), [("PATCH", "/v1/load"), ("DELETE", "/v1/load"), ("POST", "/v1/meta")])
async def test_a_method_that_is_not_there_is_an_unknown_path(api, method, path):
    async with api() as (client, _):
        assert (await client.request(method, BASE + path, json={})).status_code == 404


@pytest.mark.parametrize("path", ["/v1/load/", "/v1/LOAD", "/V1/Load/"])
async def test_paths_ignore_case_and_a_slash_at_the_end(api, path):
    async with api() as (client, _):
        assert (await client.get(BASE + path, params=COUNT)).json()["data"] == [{"orders.count": "4"}]
        assert (await client.get(f"/CubeJS-API{path}", params=COUNT)).status_code == 200


@pytest.mark.parametrize("path", [LOAD, f"{BASE}/v1/meta", f"{BASE}/v1/nothing", "/", "/readyz"])
async def test_preflights_are_answered_anywhere(api, path):
    async with api() as (client, _):
        answer = await client.options(path, headers={"origin": "https://app.example"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-methods"] == "GET,HEAD,PUT,PATCH,POST,DELETE"
    assert answer.headers["access-control-allow-headers"] == "authorization,content-type,x-request-id"


async def test_headers_of_answers(api):
    async with api() as (client, _):
        answers = [
            await client.get(LOAD, params=COUNT),
            await client.get(LOAD, params=COUNT),
            await client.get(LOAD, params={"query": "{bad"}),
            await client.get(LOAD, params=COUNT, headers={"authorization": "bad"}),
            await client.get("/readyz"),
            await client.get(f"{BASE}/v1/meta"),
        ]
    for answer in answers:
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["content-type"] == "application/json; charset=utf-8"
        assert answer.headers["etag"].startswith('W/"')
        assert int(answer.headers["content-length"]) == len(answer.content)
        assert not {"cache-control", "vary", "x-request-id", "content-encoding", "allow"} & set(answer.headers)


@pytest.mark.parametrize("path", [LOAD, f"{BASE}/v1/sql", f"{BASE}/v1/meta", f"{BASE}/openapi.json", "/livez"])
async def test_a_body_that_the_client_has_is_not_sent_again(api, path):
    async with api() as (client, _):
        first = await client.get(path, params=COUNT)
        held = await client.get(path, params=COUNT, headers={"if-none-match": first.headers["etag"]})
        other = await client.get(path, params=COUNT, headers={"if-none-match": 'W/"0-0"'})
        head = await client.head(path, params=COUNT)
    assert (held.status_code, held.content) == (304, b"")
    assert held.headers["etag"] == first.headers["etag"]
    assert "content-type" not in held.headers
    assert other.content == first.content
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == first.headers["content-length"]


async def test_answers_may_be_kept_out_of_shared_caches(api):
    async with api(cache_control="private, no-store") as (client, _):
        for _ in range(2):
            answer = await client.get(LOAD, params=COUNT)
            assert answer.headers["cache-control"] == "private, no-store"
            assert answer.headers["vary"] == "Authorization"
        assert "cache-control" not in (await client.get("/readyz")).headers


@pytest.mark.parametrize("body", [b"{bad", b'{"query": {bad}', b'"text"', b"7"])
async def test_a_body_that_is_no_json_object_is_refused(api, body):
    async with api() as (client, _):
        json_type = {"content-type": "application/json"}
        answer = await client.post(LOAD, content=body, headers=json_type)
        stranger = await client.post(LOAD, content=body, headers=json_type | {"authorization": ""})
    assert answer.status_code == stranger.status_code == 400
    assert answer.json().keys() == {"error"}


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_only_json_bodies_are_read(api, content_type):
    async with api() as (client, _):
        answer = await client.post(LOAD, content=json.dumps(COUNT).encode(), headers={"content-type": content_type})
        array = await client.post(LOAD, json=[1])
        in_url = await client.post(LOAD, params=COUNT, json={})
    for refused in (answer, array, in_url):
        assert (refused.status_code, refused.json()) == (400, {"error": "Query param is required"})


async def test_a_body_that_is_too_large_is_refused(api):
    async with api(max_request_size=1000) as (client, _):
        answer = await client.post(LOAD, json={"query": "x" * 2000})
        stranger = await client.post(LOAD, json={"query": "x" * 2000}, headers={"authorization": ""})
    assert answer.status_code == 413
    assert "1000 bytes" in answer.json()["error"]
    assert stranger.status_code == 403


async def test_pages_of_production_and_development(api):
    async with api() as (client, _):
        production = await client.get("/")
    async with api(dev_mode=True) as (client, _):
        development = await client.get("/")
    assert production.status_code == development.status_code == 200
    assert production.headers["content-type"] == "text/html; charset=utf-8"
    assert "production mode" in production.text
    assert "development" not in production.text.lower()
    assert "playground" not in production.text.lower()
    assert "development mode" in development.text
    assert "orders.count" in development.text


BROKEN = "cubes:\n  - name: orders\n    sql_table: orders\n    measures:\n      - name: count\n        type: median\n"


async def test_a_model_that_does_not_compile_ends_nothing_else(api):
    async with api(model=BROKEN) as (client, _):
        for path in ENDPOINTS:
            answer = await client.get(BASE + path, params=COUNT)
            assert answer.status_code == 500
            assert answer.json()["error"].startswith("Error: Compile errors:\n")
            assert "plainError" in answer.json()
        assert (await client.get(LOAD, params={"query": "{}"})).status_code == 400
        assert (await client.get(LOAD, params=COUNT, headers={"authorization": ""})).status_code == 403
        for path in ("/livez", "/readyz"):
            assert (await client.get(path)).json() == {"health": "HEALTH"}
        assert (await client.get("/")).status_code == 200


async def test_an_unforeseen_failure_tells_the_log_and_not_the_caller(api):
    heard = []
    async with api() as (client, app):
        app._layer.fresh = None
        end = listen(heard.append, [RequestFailed, RequestFinished])
        try:
            answer = await client.get(LOAD, params=COUNT)
        finally:
            end()
    assert (answer.status_code, answer.json()) == (500, {"error": "Error: Internal server error"})
    failed, finished = heard
    assert "TypeError" in failed.traceback
    assert finished.status == 500


async def test_a_draining_server_refuses(api):
    async with api() as (client, app):
        app.draining = True
        for path in (LOAD, "/readyz", "/nothing"):
            answer = await client.get(path, params=COUNT)
            assert answer.status_code == 503
            assert answer.json() == {"message": "Server unavailable, no new requests accepted during shutdown"}
            assert answer.headers["connection"] == "close"
            assert int(answer.headers["retry-after"]) >= 5
        assert (await client.options(LOAD)).status_code == 204


async def test_mounted_under_a_path(api):
    async with api() as (_, app):
        host = Starlette(routes=[Mount("/analytics", app=app)])
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=host), base_url="http://host") as client:
            answer = await client.get(f"/analytics{LOAD}", params=COUNT, headers={"authorization": token()})
            assert answer.json()["data"] == [{"orders.count": "4"}]
            assert (await client.get("/analytics/livez")).json() == {"health": "HEALTH"}


async def test_lifespan_begins_and_ends_what_it_is_given(api):
    async with api() as (_, app):
        ran = []

        async def start():
            ran.append("start")

        app._on_start = start
        told = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
        answered = []

        async def receive():
            return told.pop(0)

        async def send(message):
            answered.append(message["type"])

        await app({"type": "lifespan"}, receive, send)
        assert answered == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
        assert ran == ["start"]
        assert app.draining
