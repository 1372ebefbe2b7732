"""Queries explained: as the API answers them for this caller."""

import re

import pytest

from kubus.config.project import project_settings
from kubus.explain.explain import explained
from kubus.library import SemanticLayer

QUERY = {"measures": ["orders.count"], "dimensions": ["orders.status"]}
CLERK = {"groups": ["clerk"], "city": "Oslo"}


async def told(opened, query=QUERY, claims=None, **more):
    answer = await opened.post("/playground/explain", query=query, claims=claims, **more)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_it_is_the_statement_that_the_api_sends(playground):
    async with playground() as opened:
        found = await told(opened, claims=CLERK)
        token = (await opened.post("/playground/token", payload=CLERK)).json()["token"]
        sent = await opened.client.post("/cubejs-api/v1/sql", json={"query": QUERY}, headers={"authorization": token})
        text, parameters = sent.json()["sql"]["sql"]
        assert found["parameters"] == parameters
        bare = re.sub(r"/\*.*?\*/", "", found["sql"])
        assert "".join(bare.split()).lower() == "".join(text.split()).lower()
        assert found["dialect"] == "duckdb"
        assert found["plan"]["node"]
        assert found["others"] == []


async def test_policies_are_those_of_the_caller(playground):
    async with playground() as opened:
        clerk = (await told(opened, claims=CLERK))["policies"]
        assert (
            "Rule: all rows: orders.city equals Oslo" in clerk
            or "Rule: rows of orders: orders.city equals Oslo" in clerk
        )
        assert "Mask: orders.status" in clerk
        manager = (await told(opened, claims={"groups": ["manager"]}))["policies"]
        assert not [line for line in manager if line.startswith(("Rule", "Mask"))]
        nobody = await told(opened)
        assert nobody["refused"]["code"] == "forbidden"
        assert nobody["sql"] == ""
        assert [line for line in nobody["policies"] if line.startswith("Refused: ")]


async def test_a_query_that_goes_wrong_says_why(playground):
    async with playground() as opened:
        found = await told(opened, {"measures": ["orders.nothing"]})
        assert found["refused"]["code"] == "member"
        answer = await opened.post("/playground/explain", query={"measures": 7})
        assert answer.status_code == 400
        assert "Invalid query format" in answer.json()["error"]
        (opened.folder / "model" / "orders.yml").write_text("cubes: [{name: 7}]")
        await opened.assembled.tenants.reload()
        assert (await told(opened, claims={"groups": ["manager"]}))["sql"], "the model of before answers on"


async def test_each_range_that_is_compared_is_told(playground):
    timed = """
cubes:
  - name: days
    sql: SELECT DATE '2024-01-01' AS day
    measures: [{name: count, type: count}]
    dimensions: [{name: day, sql: day, type: time}]
"""
    compared = {
        "dimension": "days.day",
        "compareDateRange": [["2024-01-01", "2024-02-01"], ["2023-01-01", "2023-02-01"]],
        "granularity": "month",
    }
    async with playground(model=timed) as opened:
        found = await told(opened, {"measures": ["days.count"], "timeDimensions": [compared]})
        [other] = found["others"]
        assert found["parameters"] != other["parameters"]
        assert other["sql"] == found["sql"]


async def test_the_rewriting_of_the_host_is_in_it(playground):
    hooks = """
from kubus import config

@config("query_rewrite")
def query_rewrite(query, ctx):
    query["filters"] = [{"member": "orders.note", "operator": "equals", "values": ["done"]}]
    return query
"""
    async with playground(hooks=hooks) as opened:
        found = await told(opened, claims={"groups": ["manager"]})
        assert found["parameters"] == ["done"]


@pytest.mark.parametrize("given", [None, {"sub": "ann"}])
async def test_who_is_not_let_in_is_explained_nothing(playground, given):
    hooks = """
from kubus import AuthError, config

@config("check_auth")
def check_auth(ctx, token):
    raise AuthError("Not you")
"""
    async with playground(hooks=hooks) as opened:
        answer = await opened.post("/playground/explain", query=QUERY, claims=given)
        assert (answer.status_code, answer.json()["error"]) == (403, "Not you")


async def test_where_tokens_are_asked_for_none_is_none_here_too(playground):
    async with playground(KUBUS_DEV_AUTH="true") as opened:
        answer = await opened.post("/playground/explain", query=QUERY)
        assert (answer.status_code, answer.json()["error"]) == (403, "Authorization header isn't set")
        # The header of the request itself is nobody's: only claims say who asks.
        token = (await opened.post("/playground/token", payload={"groups": ["manager"]})).json()["token"]
        opened.client.headers["authorization"] = token
        assert (await opened.post("/playground/explain", query=QUERY)).status_code == 403


async def test_it_is_what_the_command_says(playground):
    async with playground() as opened:
        found = await told(opened, claims=CLERK, why=True)
        settings = project_settings({"CUBEJS_DB_TYPE": "duckdb"}, opened.folder, dev_default=True)
        with SemanticLayer(settings.model) as layer:
            query, caller = layer.normal(QUERY), layer.caller(CLERK, ["clerk"])
            command = explained(layer, query, caller, {"default": "duckdb"}, why=True)
        assert found["sql"] == command.sql
        assert found["plan"]["says"] == command.plan.says
