"""Which pages of other origins may read answers."""

import pytest

from kubus.api.rest.cors import Cors
from kubus.config.options import options_of
from kubus.config.settings import load_settings
from kubus.errors import ConfigError

LOAD = "/cubejs-api/v1/load"
COUNT = {"query": '{"measures":["orders.count"]}'}
APP = {"origin": "https://app.example"}
CHOSEN = Cors(
    origins=("https://app.example", "http://localhost:3000"),
    methods=("GET", "POST"),
    headers=("x-cube-authorization",),
    exposed_headers=("etag", "server-timing"),
    credentials=True,
    max_age=600,
)


def cors_headers(answer):
    return {
        name: value for name, value in answer.headers.items() if name.startswith("access-control") or name == "vary"
    }


async def test_a_named_origin_may_read_every_answer_and_the_answer_varies(api):
    async with api(cors=CHOSEN) as (client, _):
        answers = [
            await client.get(LOAD, params=COUNT, headers=APP),
            await client.get(LOAD, params=COUNT, headers=APP),
            await client.get(LOAD, params={"query": "{bad"}, headers=APP),
            await client.get(LOAD, params=COUNT, headers={**APP, "authorization": "bad"}),
            await client.get("/readyz", headers=APP),
            await client.get("/nowhere", headers=APP),
        ]
        unchanged = await client.get(LOAD, params=COUNT, headers={**APP, "if-none-match": answers[0].headers["etag"]})
    assert [answer.status_code for answer in answers] == [200, 200, 400, 403, 200, 404]
    assert unchanged.status_code == 304
    for answer in (*answers, unchanged):
        assert cors_headers(answer) == {
            "access-control-allow-origin": "https://app.example",
            "access-control-allow-credentials": "true",
            "access-control-expose-headers": "etag,server-timing",
            "vary": "Origin",
        }


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "https://app.example.evil.example", "null", "HTTPS://APP.EXAMPLE", ""]
)
async def test_another_origin_may_read_nothing(api, origin):
    async with api(cors=CHOSEN) as (client, _):
        # Once for the long way, and once for the short one.
        answers = [await client.get(LOAD, params=COUNT, headers={"origin": origin}) for _ in range(2)]
        answers.append(await client.options(LOAD, headers={"origin": origin}))
        answers.append(await client.get(LOAD, params=COUNT))
    for answer in answers:
        assert cors_headers(answer) == {"vary": "Origin"}


async def test_an_answer_that_is_kept_is_not_given_with_the_origin_of_another(api):
    async with api(cors=CHOSEN) as (client, _):
        for origin in ("https://app.example", "http://localhost:3000", "https://app.example"):
            answer = await client.get(LOAD, params=COUNT, headers={"origin": origin})
            assert answer.headers["access-control-allow-origin"] == origin


async def test_a_preflight_says_what_pages_may_send(api):
    async with api(cors=CHOSEN) as (client, _):
        answer = await client.options(LOAD, headers=APP)
    assert (answer.status_code, answer.content) == (204, b"")
    assert cors_headers(answer) == {
        "access-control-allow-origin": "https://app.example",
        "access-control-allow-credentials": "true",
        "access-control-expose-headers": "etag,server-timing",
        "access-control-allow-methods": "GET,POST",
        "access-control-allow-headers": "x-cube-authorization",
        "access-control-max-age": "600",
        "vary": "Origin",
    }


async def test_no_origin_at_all(api):
    async with api(cors=Cors(origins=())) as (client, _):
        assert cors_headers(await client.get(LOAD, params=COUNT, headers=APP)) == {"vary": "Origin"}


async def test_long_answers_too(api):
    query = {"query": '{"dimensions":["numbers.n","numbers.text"],"limit":50000}'}
    async with api(cors=CHOSEN, layer_options={"cache_bytes": 1_000_000}) as (client, _):
        answer = await client.get(LOAD, params=query, headers=APP)
    assert "content-length" not in answer.headers
    assert answer.headers["access-control-allow-origin"] == "https://app.example"


def settings_of(tmp_path, cors):
    return load_settings({"CUBEJS_DEV_MODE": "true"}, {}, tmp_path, options_of("cube.py", {"http": {"cors": cors}}))


def test_the_option_of_a_project(tmp_path):
    given = {
        "origin": ["https://app.example", "http://localhost:3000"],
        "methods": "GET,POST",
        "allowedHeaders": ["x-cube-authorization"],
        "exposed_headers": ["etag"],
        "credentials": True,
        "maxAge": 600,
        "preflightContinue": False,
        "optionsSuccessStatus": 204,
    }
    values = settings_of(tmp_path, given).values
    assert values["KUBUS_CORS_ORIGINS"] == ("https://app.example", "http://localhost:3000")
    assert values["KUBUS_CORS_METHODS"] == ("GET", "POST")
    assert values["KUBUS_CORS_HEADERS"] == ("x-cube-authorization",)
    assert (values["KUBUS_CORS_CREDENTIALS"], values["KUBUS_CORS_MAX_AGE"]) == (True, 600)
    assert settings_of(tmp_path, {"origin": True}).values["KUBUS_CORS_ORIGINS"] == ("*",)
    assert settings_of(tmp_path, {"origin": False}).values["KUBUS_CORS_ORIGINS"] == ()


@pytest.mark.parametrize(
    ("cors", "said"),
    [
        ({"origin": "*", "credentials": True}, "not for every origin"),
        ({"origin": ["*", "https://a.example"]}, "it stands alone"),
        ({"origin": "https://app.example/path"}, "is no origin"),
        ({"origin": "https://App.example"}, "is no origin"),
        ({"origin": "null"}, "is no origin"),
        ({"origin": "https://a.example\r\nx: y"}, "is no origin"),
        ({"origin": lambda origin: True}, "has to be a text"),
        ({"origns": "*"}, "http.cors.origns is not supported"),
        ({"allowedHeaders": ["x\r\ny"]}, "is no name"),
        ({"preflightContinue": True}, "can be False alone"),
        ({"maxAge": "soon"}, "a whole number"),
        ([], "has to be a dict"),
    ],
)
def test_options_that_are_wrong_or_not_safe(tmp_path, cors, said):
    with pytest.raises(ConfigError, match=said):
        settings_of(tmp_path, cors)


def test_nothing_else_of_http_is_passed_over(tmp_path):
    with pytest.raises(ConfigError, match=r"http\.headers is not supported"):
        load_settings({"CUBEJS_DEV_MODE": "true"}, {}, tmp_path, options_of("cube.py", {"http": {"headers": {}}}))
