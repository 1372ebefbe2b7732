"""A model that changes while queries are asked: every answer is of one model, the newest that compiles."""

import asyncio
import json
from itertools import cycle

import httpx

from kubus.api.app import ApiOptions, make_app
from kubus.errors import ModelError
from kubus.loading.compiler import Compiler
from kubus.semantic_layer import SemanticLayer
from kubus.sources.duckdb import DuckDBOptions, DuckDBSource
from tests.api.conftest import authenticator, token

MODEL = """
cubes:
  - name: numbers
    sql: SELECT * FROM (VALUES (1), (2), (3)) AS t(n)
    dimensions:
      - {{name: id, sql: n, type: number, primary_key: true}}
    measures:
      - {{name: total, sql: "{{CUBE}}.n * {factor}", type: sum}}
"""


def reading(texts):
    """A layer on a model file whose text is what `texts` holds, and its API."""
    compiler = Compiler({"default": "duckdb"})
    source = DuckDBSource("default", DuckDBOptions())
    layer = SemanticLayer(lambda: compiler.compile(texts), {"default": source})
    app = make_app(layer, authenticator(), ApiOptions(), on_stop=layer.close)
    return layer, app


def client_of(app):
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://kubus")
    client.headers["authorization"] = token()
    return client


def asked(**more):
    return {"query": json.dumps({"measures": ["numbers.total"], **more})}


async def test_the_last_good_model_answers_on_and_says_so():
    texts = {"m.yml": MODEL.format(factor=1)}
    layer, app = reading(texts)
    async with client_of(app) as client:
        for endpoint in ("load", "sql", "meta"):
            answer = await client.get(f"/cubejs-api/v1/{endpoint}", params=asked())
            assert (answer.status_code, answer.headers.get("x-kubus-model")) == (200, None)
        texts["m.yml"] = "cubes: ["
        assert layer.reload() is False
        for _ in range(2):
            for endpoint in ("load", "sql", "dry-run", "meta"):
                answer = await client.get(f"/cubejs-api/v1/{endpoint}", params=asked())
                assert (answer.status_code, answer.headers["x-kubus-model"]) == (200, "stale; problems=1")
        assert (await client.get("/readyz")).json() == {"health": "HEALTH", "model": "stale"}
        texts["m.yml"] = MODEL.format(factor=10)
        assert layer.reload() is True
        answer = await client.get("/cubejs-api/v1/load", params=asked())
        assert answer.json()["data"] == [{"numbers.total": "60"}]
        assert "x-kubus-model" not in answer.headers
        assert (await client.get("/readyz")).json() == {"health": "HEALTH"}
    await app.shutdown()


async def test_without_any_good_model_every_mistake_is_told():
    texts = {"m.yml": "cubes: ["}
    layer, app = reading(texts)
    async with client_of(app) as client:
        answer = await client.get("/cubejs-api/v1/load", params=asked())
        assert answer.status_code == 500
        assert "x-kubus-model" not in answer.headers
        assert isinstance(layer.model_error, ModelError)
        texts["m.yml"] = MODEL.format(factor=2)
        layer.reload()
        assert (await client.get("/cubejs-api/v1/load", params=asked())).json()["data"] == [{"numbers.total": "12"}]
    await app.shutdown()


async def test_reloading_while_queries_run():
    """No answer mixes two models, and none fails."""
    texts = {"m.yml": MODEL.format(factor=1)}
    layer, app = reading(texts)
    totals = {str(6 * factor) for factor in range(1, 8)}
    seen = set()

    async def ask(number):
        async with client_of(app) as client:
            for turn in range(30):
                # Some of them come again, and some never came before.
                more = {"limit": 1 + number} if turn % 2 else {"limit": 100 + 30 * number + turn}
                answer = await client.get("/cubejs-api/v1/load", params=asked(**more))
                assert answer.status_code == 200
                seen.add(answer.json()["data"][0]["numbers.total"])

    async def change():
        for factor in cycle(range(1, 8)):
            texts["m.yml"] = MODEL.format(factor=factor) if factor % 3 else "cubes: ["
            await asyncio.to_thread(layer.reload)
            await asyncio.sleep(0.002)

    changing = asyncio.create_task(change())
    await asyncio.gather(*map(ask, range(8)))
    changing.cancel()
    assert seen <= totals
    assert len(seen) > 1
    await app.shutdown()


async def test_warnings_are_part_of_the_debug_output(api):
    model = """
cubes:
  - name: a
    sql: SELECT 1 AS id
    joins:
      - {name: b, relationship: many_to_one, sql: "{CUBE}.id = {b}.id"}
      - {name: c, relationship: many_to_one, sql: "{CUBE}.id = {c}.id"}
    dimensions: [{name: id, sql: id, type: number, primary_key: true}]
    measures: [{name: count, type: count}]
  - name: b
    sql: SELECT 1 AS id
    joins: [{name: d, relationship: many_to_one, sql: "{CUBE}.id = {d}.id"}]
    dimensions: [{name: id, sql: id, type: number, primary_key: true}]
  - name: c
    sql: SELECT 1 AS id
    joins: [{name: d, relationship: many_to_one, sql: "{CUBE}.id = {d}.id"}]
    dimensions: [{name: id, sql: id, type: number, primary_key: true}]
  - name: d
    sql: SELECT 1 AS id
    dimensions: [{name: id, sql: id, type: number, primary_key: true}]
"""
    query = {"query": json.dumps({"measures": ["a.count"], "dimensions": ["d.id"]})}
    told = ["From 'a' to 'd' there are two ways equally short: a → b → d, which is taken because it is declared first, and a → c → d"]  # fmt: skip
    for dev_mode in (True, False):
        async with api(model, dev_mode=dev_mode) as (client, _):
            answer = (await client.get("/cubejs-api/v1/load", params=query)).json()
            sql = (await client.get("/cubejs-api/v1/sql", params=query)).json()["sql"]
            assert (answer.get("warnings"), sql.get("warnings")) == ((told, told) if dev_mode else (None, None))
