"""A project in development mode with its Playground, in this process, and pages that look as the build leaves them."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from kubus.api.assemble import Assembled, assemble
from kubus.config.project import project_settings
from kubus.playground.app import Playground, make_playground
from kubus.playground.bundle import Bundle

SECRET = "f1b5c0c2d7e94a6b8c3d2e1f0a9b8c7d6e5f4a3b2c1d0e9f"
ORIGIN = "http://localhost:4000"

MODEL = """
cubes:
  - name: orders
    sql: >
      SELECT * FROM (VALUES (1, 'Oslo', 'new', 10), (2, 'Oslo', 'done', 20), (3, 'Rome', 'done', 30))
      AS t (id, city, status, amount)
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true, public: true}
      - {name: city, sql: city, type: string}
      - {name: status, sql: status, type: string, mask: "…"}
      - {name: note, sql: status, type: string, public: false}
    measures:
      - {name: count, type: count}
      - {name: total, sql: amount, type: sum}
    segments:
      - {name: done, sql: "{CUBE}.status = 'done'"}
    access_policy:
      - group: manager
      - group: clerk
        member_level: {includes: [count, city, id]}
        member_masking: {includes: [status]}
        row_level:
          filters:
            - {member: city, operator: equals, values: ["{ securityContext.city }"]}
"""

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="kubus-nonce" content=""><meta name="kubus-project" content="">
<script type="module" src="/playground/assets/main-4f2a.js"></script></head><body><div id="root"></div></body></html>
"""
SCRIPT = "console.log('kubus');\n"


@dataclass
class Opened:
    """A Playground, its API, and a client that is a page of it. `told` are the keys that were printed."""

    client: httpx.AsyncClient
    app: Playground
    assembled: Assembled
    folder: Path
    told: list[str]

    async def post(self, path: str, **body: Any) -> httpx.Response:
        return await self.client.post(path, json=body)

    async def raw(self, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
        """What comes of a path that is sent as it is; clients tidy theirs."""
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        given = {"host": "localhost:4000", **headers}
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in given.items()],
            "server": ("127.0.0.1", 4000),
            "client": ("127.0.0.1", 5000),
        }
        await self.app(scope, receive, send)  # type: ignore[arg-type]
        told = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return sent[0]["status"], told, b"".join(one.get("body", b"") for one in sent[1:])


Opening = Callable[..., Any]


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    folder = tmp_path / "static"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(PAGE)
    (folder / "assets" / "main-4f2a.js").write_text(SCRIPT)
    (folder / "favicon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    return Bundle(folder)


def nonce_of(page: str) -> str:
    found = re.search(r'<meta name="kubus-nonce" content="([\w-]{40,})">', page)
    assert found, page
    return found[1]


@pytest.fixture
def playground(tmp_path: Path, bundle: Bundle) -> Opening:
    """`async with playground(KUBUS_DEV_AUTH="true") as opened`: as `kubus dev` with these settings."""

    @asynccontextmanager
    async def opened(
        *, address: str = "127.0.0.1", model: str = MODEL, hooks: str | None = None, **settings: str
    ) -> AsyncIterator[Opened]:
        folder = tmp_path / "project"
        (folder / "model").mkdir(parents=True, exist_ok=True)
        (folder / "model" / "orders.yml").write_text(model)
        if hooks is not None:
            (folder / "kubus.py").write_text(hooks)
        given = {"CUBEJS_API_SECRET": SECRET, "KUBUS_GROUPS_CLAIM": "groups", **settings}
        found = project_settings(given, folder, dev_default=True)
        assembled = assemble(found)
        told: list[str] = []
        app = make_playground(found, assembled, address, told.append, bundle)
        transport = httpx.ASGITransport(app=app)
        await assembled.app.startup()
        try:
            async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
                if address == "127.0.0.1":
                    client.headers["x-kubus-nonce"] = nonce_of((await client.get("/")).text)
                yield Opened(client, app, assembled, folder, told)
        finally:
            await assembled.app.shutdown()

    return opened
