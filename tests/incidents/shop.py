"""A shop of two tenants in production mode, put together as `kubus serve` puts it together, and a client of it."""

import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import duckdb
import httpx
import jwt

from kubus.api.app import Api
from kubus.api.assemble import asgi
from kubus.events import Event, listen
from tests.attacks.forge import SECRET

# Whose row it is stands in every row: what a caller gets to see tells whose it was.
ROWS = """
CREATE TABLE orders (id INTEGER, tenant TEXT, status TEXT, amount INTEGER, note TEXT);
INSERT INTO orders VALUES
  (1, 'red', 'new', 10, 'red-canary'), (2, 'red', 'done', 20, 'red-canary'),
  (3, 'blue', 'new', 40, 'blue-canary'), (4, 'blue', 'lost', 80, 'blue-canary');
"""

MODEL = """
cubes:
  - name: orders
    sql: "SELECT * FROM orders WHERE {SECURITY_CONTEXT.tenant.filter('tenant')}"
    measures:
      - {name: count, type: count}
      - {name: revenue, sql: amount, type: sum}
      - {name: cost, sql: amount, type: sum, public: false}
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: tenant, sql: tenant, type: string}
      - {name: status, sql: status, type: string}
      - {name: note, sql: note, type: string}
      - {name: as_number, sql: "CAST(note AS INTEGER)", type: number}
"""

DATABASE = "shop.duckdb"

ENVIRON = {
    "CUBEJS_DB_TYPE": "duckdb",
    "CUBEJS_DB_DUCKDB_DATABASE_PATH": DATABASE,
    "CUBEJS_API_SECRET": SECRET,
    "KUBUS_MISSING_CLAIMS": "deny",
}

COUNT = {"measures": ["orders.count"]}
NOTES = {"dimensions": ["orders.note"], "measures": ["orders.revenue"]}

RED = {"tenant": "red"}
BLUE = {"tenant": "blue"}


def token(claims: Mapping[str, Any], *, seconds: float = 600, secret: str = SECRET) -> str:
    return jwt.encode({"exp": int(time.time() + seconds), **claims}, secret, "HS256")


class Shop:
    """The running shop. What the log is told while it runs is in `told`."""

    def __init__(self, app: Api, client: httpx.AsyncClient, folder: Path, told: list[Event]) -> None:
        self.app = app
        self.folder = folder
        self.told = told
        self._client = client

    async def send(self, method: str, path: str, claims: Mapping[str, Any] | str | None, **more: Any) -> httpx.Response:
        """A request. `claims` are signed; a text is a token as it is, and None is no token."""
        headers: dict[str, str] = dict(more.pop("headers", {}))
        if claims is not None:
            headers["authorization"] = claims if isinstance(claims, str) else token(claims)
        return await self._client.request(method, path, headers=headers, **more)

    async def ask(
        self, query: object, claims: Mapping[str, Any] | str | None, endpoint: str = "load", **more: Any
    ) -> httpx.Response:
        """The answer to a query."""
        params = {"query": json.dumps(query), **more.pop("params", {})}
        return await self.send("GET", f"/cubejs-api/v1/{endpoint}", claims, params=params, **more)

    async def rows(self, query: object, claims: Mapping[str, Any] | str, **more: Any) -> list[dict[str, Any]]:
        response = await self.ask(query, claims, **more)
        assert response.status_code == 200, response.text
        return list(response.json()["data"])


@asynccontextmanager
async def opened(folder: Path, files: Mapping[str, str], environ: Mapping[str, str]) -> AsyncIterator[Shop]:
    """The shop, with these files and settings beside its own."""
    for name, text in {"model/orders.yml": MODEL, **files}.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    with duckdb.connect(str(folder / DATABASE)) as connection:
        connection.execute(ROWS)
    app = asgi(folder, environ={**ENVIRON, **environ})
    told: list[Event] = []
    end = listen(told.append)
    await app.startup()
    # A server answers a failed request and goes on; the transport must not be more patient than a server is.
    transport = httpx.ASGITransport(app=app)
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://kubus") as client:
            yield Shop(app, client, folder, told)
    finally:
        end()
        await app.shutdown()
