"""Tokens that the Playground mints: as good as any in development, and refused in production."""

import time

import jwt
import pytest

from kubus.api.assemble import assemble
from kubus.config.project import project_settings
from tests.playground.conftest import SECRET

COUNT = {"query": '{"measures": ["orders.count"]}'}
CLERK = {"sub": "ann", "groups": ["clerk"], "city": "Oslo"}


async def counted(opened, token):
    answer = await opened.client.get(
        "/cubejs-api/v1/load", params=COUNT, headers={"authorization": token} if token else {}
    )
    return answer.json()["data"][0]["orders.count"] if answer.status_code == 200 else answer.json()["error"]


async def minted(opened, **claims):
    answer = await opened.post("/playground/token", payload=claims)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return answer.json()


async def test_it_is_who_its_claims_say(playground):
    async with playground(KUBUS_DEV_AUTH="true") as opened:
        assert await counted(opened, (await minted(opened, **CLERK))["token"]) == "2"
        assert await counted(opened, (await minted(opened, groups=["manager"]))["token"]) == "3"
        assert "hidden member" in await counted(opened, (await minted(opened))["token"])


async def test_it_says_that_it_is_of_the_playground_and_holds_for_a_day(playground):
    async with playground() as opened:
        given = await minted(opened, **CLERK, iss="https://issuer.example")
        payload = jwt.decode(given["token"], SECRET, algorithms=["HS256"])
        assert payload == given["payload"]
        assert payload["iss"] == "kubus-dev"
        assert payload["exp"] - payload["iat"] == 24 * 3600
        assert abs(payload["iat"] - time.time()) < 5
        assert (await minted(opened, exp=payload["iat"] + 60))["payload"]["exp"] == payload["iat"] + 60


async def test_production_refuses_it(playground):
    async with playground() as opened:
        token = (await minted(opened, groups=["manager"]))["token"]
        given = {
            "CUBEJS_API_SECRET": SECRET,
            "KUBUS_GROUPS_CLAIM": "groups",
            "CUBEJS_DEV_MODE": "false",
            "CUBEJS_DB_TYPE": "duckdb",
        }
        opened.client._transport.app = assemble(project_settings(given, opened.folder)).app
        assert await counted(opened, token) == "Invalid token"
        # The same of another issuer is taken: it is not the key, or anything else, that refuses it.
        claims = jwt.decode(token, SECRET, algorithms=["HS256"])
        assert await counted(opened, jwt.encode({**claims, "iss": "us"}, SECRET)) == "3"


@pytest.mark.parametrize(
    "settings",
    [
        {"CUBEJS_API_SECRET": ""},
        {"CUBEJS_API_SECRETS": f"another secret that is long enough for all of this,{SECRET}"},
        {"CUBEJS_JWT_KEY": "a key of this project that is long enough for all of this"},
        {"CUBEJS_JWK_URL": "https://issuer.example/keys"},
        {"KUBUS_ISSUERS": '[{"issuer": "https://a.example", "audience": "x"}, {"issuer": "https://b.example"}]'},
        {"CUBEJS_JWT_ISSUER": "https://a.example", "CUBEJS_JWT_AUDIENCE": "x", "CUBEJS_JWT_SUBJECT": "y"},
        {"CUBEJS_JWT_ALGS": "RS256", "CUBEJS_JWK_URL": "https://issuer.example/keys", "KUBUS_JWT_TYPES": "at+jwt"},
        {"KUBUS_JWT_MAX_AGE": "1"},
    ],
    ids=lambda given: next(iter(given)),
)
async def test_it_is_taken_whoever_signs_the_others(playground, settings):
    async with playground(KUBUS_DEV_AUTH="true", **settings) as opened:
        assert await counted(opened, (await minted(opened, **CLERK))["token"]) == "2"
        # That does not open the door to others: a token in the name of the Playground has to have its key.
        forged = jwt.encode({"iss": "kubus-dev", "groups": ["manager"], "exp": time.time() + 60}, "x" * 40)
        assert await counted(opened, forged) == "Invalid token"


async def test_a_secret_that_has_no_say_does_not_sign_for_the_playground(playground):
    async with playground(KUBUS_DEV_AUTH="true", CUBEJS_JWK_URL="https://issuer.example/keys") as opened:
        signed = jwt.encode({"iss": "kubus-dev", "groups": ["manager"], "exp": time.time() + 60}, SECRET)
        assert await counted(opened, signed) == "Invalid token"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "not what is expected"),
        (b"{", "not what is expected"),
        (b"[]", "not what is expected"),
        (b'{"payload": []}', "not what is expected"),
        (b'{"payload": {}, "groups": []}', "not what is expected"),
        (b'{"payload": {"exp": "tomorrow"}}', "The claim exp has to be a number"),
        (b'{"payload": {"iat": true}}', "The claim iat has to be a number"),
        (b'{"payload": {"x": "' + b"y" * 20_000 + b'"}}', "KUBUS_JWT_MAX_SIZE"),
    ],
)
async def test_what_is_no_claims_is_told(playground, body, says):
    async with playground() as opened:
        answer = await opened.client.post(
            "/playground/token", content=body, headers={"content-type": "application/json"}
        )
        assert answer.status_code == 400
        assert says in answer.text


async def test_the_context_mints_for_the_page_alone(playground):
    async with playground(KUBUS_DEV_AUTH="true") as opened:
        here = (await opened.client.get("/playground/context")).json()
        assert "hidden member" in await counted(opened, here["cubejsToken"])
        del opened.client.headers["x-kubus-nonce"]
        assert (await opened.client.get("/playground/context")).json()["cubejsToken"] is None
        assert (await opened.client.get("/playground/context", headers={"x-kubus-nonce": "x"})).json()[
            "cubejsToken"
        ] is None
