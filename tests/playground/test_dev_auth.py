"""Development mode that asks for tokens all the same."""

import time

import jwt
import pytest

from tests.playground.conftest import SECRET

COUNT = {"query": '{"measures": ["orders.count"]}'}
LOAD = "/cubejs-api/v1/load"


def token(secret=SECRET, **claims):
    return jwt.encode({"exp": time.time() + 60, **claims}, secret, "HS256")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (None, "Authorization header isn't set"),
        ("Basic abc", "Authorization header isn't set"),
        ("x", "Invalid token"),
        (token("another secret that is long enough for all of this"), "Invalid token"),
        (token(exp=1), "Invalid token"),
        # As in production: it has to expire.
        (jwt.encode({"groups": ["manager"]}, SECRET, "HS256"), "Invalid token"),
    ],
)
async def test_nobody_is_let_in_without_a_token(playground, given, says):
    headers = {} if given is None else {"authorization": given}
    async with playground(KUBUS_DEV_AUTH="true") as opened:
        for path in ("load", "sql", "dry-run", "meta", "subscribe"):
            answer = await opened.client.get(f"/cubejs-api/v1/{path}", params=COUNT, headers=headers)
            # Nothing but what production says: no stack for strangers.
            assert (answer.status_code, answer.json()) == (403, {"error": says}), path


async def test_whoever_has_one_is_told_what_development_tells(playground):
    async with playground(KUBUS_DEV_AUTH="true") as opened:
        headers = {"authorization": token(groups=["manager"])}
        answer = await opened.client.get(LOAD, params={"query": '{"measures": ["orders.nothing"]}'}, headers=headers)
        assert answer.status_code == 400
        assert "stack" in answer.json()
        # Members that are not public, too.
        query = {"query": '{"dimensions": ["orders.note"], "order": {"orders.note": "asc"}}'}
        rows = (await opened.client.get(LOAD, params=query, headers=headers)).json()["data"]
        assert [row["orders.note"] for row in rows] == ["done", "new"]


async def test_without_it_development_asks_nobody(playground):
    async with playground(
        KUBUS_DEFAULT_ACCESS="allow",
        model="cubes: [{name: orders, sql: SELECT 1 AS id, measures: [{name: count, type: count}]}]",
    ) as opened:
        assert (await opened.client.get(LOAD, params=COUNT)).json()["data"] == [{"orders.count": "1"}]
        assert (await opened.client.get(LOAD, params=COUNT, headers={"authorization": "x"})).status_code == 200


async def test_the_description_of_the_api_says_so(playground):
    for given, open_too in (("true", False), ("false", True)):
        async with playground(KUBUS_DEV_AUTH=given) as opened:
            described = (await opened.client.get("/cubejs-api/openapi.json")).json()
            assert ({} in described["paths"]["/cubejs-api/v1/meta"]["get"]["security"]) is open_too
