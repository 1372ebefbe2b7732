"""What answers say of refresh keys that the database was asked for."""

import json

from tests.api.conftest import MODEL, Opened, token

COUNT = {"query": json.dumps({"measures": ["orders.count"]})}
KEYED = MODEL.replace(
    "  - name: orders\n    sql_table: orders\n",
    "  - name: orders\n    sql_table: orders\n    refresh_key: {sql: SELECT max(id) AS newest FROM orders}\n",
    1,
)
BROKEN = KEYED.replace("max(id) AS newest", "max(nothing)")


async def test_development_mode_shows_what_the_keys_are(api: Opened) -> None:
    async with api(KEYED, dev_mode=True) as (client, _):
        for _ in range(2):
            answer = (await client.get("/cubejs-api/v1/load", params=COUNT)).json()
            assert answer["refreshKeyValues"] == [[{"newest": "4"}]]
            assert "warnings" not in answer
    async with api(KEYED) as (client, _):
        assert "refreshKeyValues" not in (await client.get("/cubejs-api/v1/load", params=COUNT)).json()


async def test_an_answer_of_which_nobody_knows_whether_it_is_stale_says_so(api: Opened) -> None:
    async with api(BROKEN, dev_mode=True) as (client, _):
        first, second = [(await client.get("/cubejs-api/v1/load", params=COUNT)).json() for _ in range(2)]
        assert (first["slowQuery"], second["slowQuery"]) == (False, True)
        assert first["lastRefreshTime"] == second["lastRefreshTime"]
        for answer in (first, second):
            assert answer["data"] == [{"orders.count": "4"}]
            assert answer["refreshKeyValues"] == [[]]
            assert "The refresh_key of cube 'orders' failed" in answer["warnings"][0]
    async with api(BROKEN) as (client, _):
        client.headers["authorization"] = token()
        answers = [(await client.get("/cubejs-api/v1/load", params=COUNT)).json() for _ in range(3)]
        assert [answer["slowQuery"] for answer in answers] == [False, True, True]
        renewed = await client.get("/cubejs-api/v1/load", params={**COUNT, "cache": "must-revalidate"})
        assert renewed.json()["slowQuery"] is False
