"""Projects in folders, served as they would be, with a database for each tenant on DuckDB and PostgreSQL."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest

from kubus.api.assemble import asgi
from kubus.events import Event, HookFailed, ModelLoaded, SettingWarning, StatementFinished, listen
from tests.api.conftest import SECRET, token
from tests.engines.postgres import Server

BASE = "/cubejs-api/v1"
TENANTS = ("acme", "bolt", "cave")

# Each tenant's own orders: as many as its place, and as much each.
ROWS = {name: [(number, 10**place) for number in range(1, place + 2)] for place, name in enumerate(TENANTS)}

ORDERS = """
cubes:
  - name: orders
    sql_table: orders
    refresh_key: {every: 1 hour}
    measures:
      - {name: count, type: count}
      - {name: total, type: sum, sql: amount}
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true, public: true}
"""


@dataclass
class Project:
    """A project that is served. `events` is what was told meanwhile."""

    folder: Path
    client: httpx.AsyncClient
    app: Any
    events: list[Event] = field(default_factory=list[Event])

    async def asked(self, tenant: Any = None, query: Any = None, path: str = "load", **claims: Any) -> httpx.Response:
        """The answer to a caller of a tenant."""
        if tenant is not None:
            claims["tenant"] = tenant
        headers = {"authorization": token(**claims)}
        given = {"query": json.dumps(query or {"measures": ["orders.count", "orders.total"]})}
        return await self.client.get(f"{BASE}/{path}", params=None if path == "meta" else given, headers=headers)

    async def row(self, tenant: Any = None, query: Any = None, **claims: Any) -> tuple[Any, ...]:
        """The first row that a caller of a tenant gets."""
        answer = await self.asked(tenant, query, **claims)
        assert answer.status_code == 200, answer.text
        return tuple(answer.json()["data"][0].values())

    def told(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]


Served = Callable[..., Any]


@pytest.fixture
def served(tmp_path: Path) -> Served:
    """`async with served("…kubus.py…", {"orders.yml": …}, CUBEJS_…="…") as project`."""

    @asynccontextmanager
    async def opened(hooks: str, model: dict[str, str], **environ: str) -> AsyncIterator[Project]:
        (tmp_path / "kubus.py").write_text(hooks)
        for name, text in model.items():
            path = tmp_path / "model" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        events: list[Event] = []
        end = listen(events.append, (HookFailed, ModelLoaded, SettingWarning, StatementFinished))
        app = asgi(tmp_path, environ={"CUBEJS_API_SECRET": SECRET, "CUBEJS_DB_TYPE": "duckdb", **environ})
        await app.startup()
        try:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://kubus") as client:
                yield Project(tmp_path, client, app, events)
        finally:
            await app.shutdown()
            end()

    return opened


def rows_sql(table: str, name: str) -> str:
    values = ", ".join(map(str, ROWS[name]))
    return f"CREATE TABLE {table} (id INTEGER, amount INTEGER); INSERT INTO {table} VALUES {values}"


@dataclass(frozen=True)
class Databases:
    """A database for each tenant: what a driver_factory has to return for `{tenant}`, and settings for the process."""

    driver: str
    environ: dict[str, str]


@pytest.fixture(scope="session", params=["duckdb", "postgres"])
def databases(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    if request.param == "duckdb":
        folder = tmp_path_factory.mktemp("databases")
        for name in TENANTS:
            with duckdb.connect(str(folder / f"{name}.duckdb")) as connection:
                connection.execute(rows_sql("orders", name))
        yield Databases(f"{{'type': 'duckdb', 'databasePath': f'{folder}/{{tenant}}.duckdb'}}", {})
        return
    server: Server = request.getfixturevalue("postgres")
    for name in TENANTS:
        server.create_database(f"tenant_{name}")
        server.psql(f"tenant_{name}", rows_sql("orders", name))
    place = {
        "CUBEJS_DB_TYPE": "postgres",
        "CUBEJS_DB_HOST": server.host,
        "CUBEJS_DB_PORT": str(server.port),
        "CUBEJS_DB_USER": server.user,
        "CUBEJS_DB_NAME": "postgres",
    }
    yield Databases("{'type': 'postgres', 'database': f'tenant_{tenant}'}", place)
