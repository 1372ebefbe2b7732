"""Dates in words that a model says, in answers that are remembered."""

from datetime import datetime

from kubus import semantic_layer
from kubus.api.rest import prepared
from tests.query.test_dates_of_a_model import MODEL, day


async def test_the_api_asks_anew_when_the_day_is_over(api, monkeypatch):
    """The bytes of the request are the same, and yet it means another."""
    now = day(3)

    class Moving(datetime):
        @classmethod
        def now(cls, tz=None):
            return now.astimezone(tz)

    monkeypatch.setattr(semantic_layer, "datetime", Moving)

    def seconds():
        return now.timestamp()

    monkeypatch.setattr(prepared.time, "time", seconds)
    query = {"query": '{"measures": ["recent.count"]}', "cache": "no-cache"}
    async with api(MODEL.replace("STAGE", "3 days ago").replace("DEFAULT", "last 7 days"), dev_mode=True) as (
        client,
        _,
    ):
        for number, expected in ((3, 3), (3, 3), (20, 7), (103, 4)):
            now = day(number)
            for endpoint in ("load", "sql"):
                answer = (await client.get(f"/cubejs-api/v1/{endpoint}", params=query)).json()
                if endpoint == "load":
                    assert answer["data"] == [{"recent.count": str(expected)}]
                else:
                    assert day(number - 7, 0).strftime("%Y-%m-%d") in str(answer["sql"]["sql"][1])
