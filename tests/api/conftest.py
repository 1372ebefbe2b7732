"""A small shop in a DuckDB file, and the API over it."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import duckdb
import httpx
import jwt
import pytest

from kubus.api.app import Api, ApiOptions, make_app
from kubus.auth.keys import secret_keys
from kubus.auth.provider import Authenticator
from kubus.auth.rules import JwtRules
from kubus.loading.load import load_files
from kubus.semantic_layer import SemanticLayer
from kubus.sources.duckdb import DuckDBOptions, DuckDBSource

SECRET = "a secret of more than thirty-two bytes for the tests"

MODEL = """
cubes:
  - name: orders
    sql_table: orders
    joins:
      - name: users
        sql: "{CUBE}.user_id = {users}.id"
        relationship: many_to_one
    measures:
      - name: count
        type: count
        drill_members: [id, status]
      - name: revenue
        sql: amount
        type: sum
        format: currency
        filters:
          - sql: "{CUBE}.status = 'done'"
      - name: secret_sum
        sql: amount
        type: sum
        public: false
    dimensions:
      - name: id
        sql: id
        type: number
        primary_key: true
      - name: status
        sql: status
        type: string
        description: State of the order
        meta: {pii: false}
      - name: created_at
        sql: created_at
        type: time
    segments:
      - name: done
        sql: "{CUBE}.status = 'done'"
  - name: users
    sql: "SELECT * FROM users"
    title: People
    measures:
      - name: count
        type: count
    dimensions:
      - name: id
        sql: id
        type: number
        primary_key: true
      - name: country
        sql: country
        type: string
      - name: created_at
        sql: created_at
        type: time
  - name: numbers
    sql: "SELECT * FROM range(50000) AS r(n)"
    dimensions:
      - name: n
        sql: n
        type: number
        primary_key: true
        public: true
      - name: text
        sql: "'text ' || n"
        type: string
      - name: slow
        sql: "(SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range + b.range = {CUBE}.n)"
        type: number
      - name: broken
        sql: "CAST('x' || n AS INTEGER)"
        type: number
"""

DATA = """
CREATE TABLE orders (id INTEGER, user_id INTEGER, status TEXT, amount DECIMAL(10, 2), created_at TIMESTAMP);
INSERT INTO orders VALUES
    (1, 1, 'done', 10.50, '2024-01-05 10:00:00'),
    (2, 1, 'open', 20.00, '2024-01-06 11:00:00'),
    (3, 2, 'done', 30.00, '2024-02-01 12:34:56.789'),
    (4, NULL, NULL, 40.00, '2024-02-02 00:00:00');
CREATE TABLE users (id INTEGER, country TEXT, created_at TIMESTAMP);
INSERT INTO users VALUES (1, 'NO', '2023-12-31 23:59:59'), (2, 'DE', '2024-02-01 00:00:00');
"""


def authenticator() -> Authenticator:
    return Authenticator(JwtRules(keys=secret_keys([SECRET])))


def token(secret: str = SECRET, **claims: Any) -> str:
    return jwt.encode({"exp": int(time.time()) + 3600, **claims}, secret, "HS256")


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("shop") / "shop.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(DATA)
    return path


def make_layer(shop: Path, model: str = MODEL, **options: Any) -> SemanticLayer:
    source = DuckDBSource("default", DuckDBOptions(path=shop, read_only=True))
    return SemanticLayer(lambda: load_files({"shop.yml": model}, {"default": "duckdb"}), {"default": source}, **options)


Opened = Callable[..., Any]


@pytest.fixture
def api(shop: Path) -> Opened:
    """A client of an API over the shop, and the application: `async with api(dev_mode=True) as (client, app)`."""

    @asynccontextmanager
    async def opened(
        model: str = MODEL, layer_options: dict[str, Any] | None = None, **options: Any
    ) -> AsyncIterator[tuple[httpx.AsyncClient, Api]]:
        chosen = ApiOptions(**options)
        layer = make_layer(shop, model, show_hidden=chosen.dev_mode, **(layer_options or {}))
        app = make_app(layer, authenticator(), chosen, on_stop=layer.close)
        transport = httpx.ASGITransport(app=app)
        try:
            async with httpx.AsyncClient(transport=transport, base_url="http://kubus") as client:
                client.headers["authorization"] = token()
                yield client, app
        finally:
            await app.shutdown()

    return opened
