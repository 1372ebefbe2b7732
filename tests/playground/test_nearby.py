"""Who is answered by an API that asks for no token: programs, and pages of this machine."""

import json

import pytest

LOAD = "/cubejs-api/v1/load"
COUNT = {"query": json.dumps({"measures": ["orders.count"]})}
ROUTES = (LOAD, "/CUBEJS-API/v1/Load", "/cubejs-api/v1/sql", "/cubejs-api/v1/meta", "/cubejs-api/v1/dry-run", "/readyz")

MODEL = """
cubes:
  - name: orders
    sql: SELECT 1 AS id UNION ALL SELECT 2
    measures:
      - {name: count, type: count}
"""

NEAR = (
    {},
    {"origin": "http://localhost:3000"},
    {"origin": "http://127.0.0.1:5173"},
    {"origin": "http://[::1]:3000"},
    {"host": "127.0.0.1:4000", "origin": "http://127.0.0.1:4000"},
    {"host": "[::1]:4000"},
    # A development server in front of it, and another container beside it.
    {"host": "localhost:3000", "origin": "http://localhost:3000"},
    {"host": "kubus:4000"},
    {"host": "192.168.1.7:4000", "origin": "http://192.168.1.7:4000"},
)
FAR = (
    {"origin": "http://evil.example"},
    {"origin": "https://localhost.evil.example"},
    {"origin": "http://192.168.1.7:3000"},
    {"origin": "null"},
    {"origin": ""},
    {"origin": "http://[bad"},
    {"host": "evil.example:4000"},
    {"host": "evil.example:4000", "origin": "http://evil.example:4000"},
    {"host": "localhost.:4000"},
    {"host": "127.0.0.1.evil.example:4000"},
    {"host": "localhost:4000, evil.example"},
)


@pytest.mark.parametrize("headers", NEAR, ids=str)
async def test_whoever_is_near_is_answered(playground, headers):
    async with playground(model=MODEL) as opened:
        answers = [await opened.client.get(LOAD, params=COUNT, headers=headers) for _ in range(2)]
        assert [answer.json()["data"] for answer in answers] == [[{"orders.count": "2"}]] * 2


@pytest.mark.parametrize("headers", FAR, ids=str)
async def test_a_page_of_another_machine_is_not(playground, headers):
    async with playground(model=MODEL) as opened:
        assert (await opened.client.get(LOAD, params=COUNT)).status_code == 200
        for path in ROUTES:
            for method in ("GET", "POST", "OPTIONS"):
                answer = await opened.client.request(method, path, params=COUNT, headers=headers)
                assert answer.status_code == 403, (method, path)
                assert "orders" not in answer.text
                assert answer.json()["hint"].endswith(
                    "or set KUBUS_DEV_AUTH=true, so that callers are asked for a token"
                )
                assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_what_is_at_hand_is_not_given_either(playground):
    async with playground(model=MODEL) as opened:
        await opened.client.get("/cubejs-api/v1/meta")
        scope = {
            "type": "http",
            "method": "GET",
            "path": "/cubejs-api/v1/meta",
            "root_path": "",
            "query_string": b"",
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 4000),
        }
        for host, is_given in ((b"localhost:4000", True), (b"evil.example:4000", False)):
            assert (opened.app.answer_now({**scope, "headers": [(b"host", host)]}) is not None) is is_given


async def test_origins_that_are_named_hold(playground):
    async with playground(model=MODEL, KUBUS_CORS_ORIGINS="https://app.example") as opened:
        for origin, allowed in (("https://app.example", "https://app.example"), ("http://localhost:3000", None)):
            answer = await opened.client.get(LOAD, params=COUNT, headers={"origin": origin})
            assert answer.status_code == 200
            assert answer.headers.get("access-control-allow-origin") == allowed


async def test_with_tokens_every_page_may_ask_that_has_one(playground):
    async with playground(model=MODEL, KUBUS_DEV_AUTH="true") as opened:
        answer = await opened.client.get(
            LOAD, params=COUNT, headers={"origin": "https://app.example", "host": "shop.example"}
        )
        assert (answer.status_code, answer.json()) == (403, {"error": "Authorization header isn't set"})
        assert answer.headers["access-control-allow-origin"] == "*"
