"""An API over a small shop, with an audit log in a file."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from kubus.api.app import Api, ApiOptions, make_app
from kubus.audit.audit_log import AuditLog, AuditOptions
from kubus.audit.chain import hashing
from kubus.audit.file_sink import FileOptions, FileSink
from tests.api.conftest import authenticator, make_layer, shop, token

__all__ = ["shop"]


class Clock:
    """Seconds since 1970, as the test says."""

    def __init__(self) -> None:
        self.now = 1_795_000_000.0

    def __call__(self) -> float:
        return self.now


def records(path: Path) -> list[dict[str, Any]]:
    """Every record in a file, also those of the chain itself."""
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def requests(path: Path) -> list[dict[str, Any]]:
    """The records of requests in a file."""
    return [record for record in records(path) if record["kind"] in ("request", "begin", "end")]


def file_sink(
    path: Path, key: bytes | None = None, clock: Callable[[], float] | None = None, **options: Any
) -> FileSink:
    return FileSink(FileOptions(path, **options), hashing(key), clock or Clock())


@dataclass
class Audited:
    """A client, the application behind it, and its audit log."""

    client: httpx.AsyncClient
    app: Api
    path: Path
    audit: AuditLog

    @property
    def told(self) -> list[dict[str, Any]]:
        return requests(self.path)

    async def load(self, query: object, **headers: str) -> httpx.Response:
        return await self.client.get("/cubejs-api/v1/load", params={"query": json.dumps(query)}, headers=headers)


@pytest.fixture
def audited(shop: Path, tmp_path: Path) -> Callable[..., Any]:
    """`async with audited(claims=("role",)) as api`."""

    @asynccontextmanager
    async def opened(
        options: AuditOptions | None = None,
        sink: Any = None,
        layer_options: dict[str, Any] | None = None,
        model: str | None = None,
        **api_options: Any,
    ) -> AsyncIterator[Audited]:
        path = tmp_path / "audit.jsonl"
        clock = Clock()
        audit = AuditLog(sink or file_sink(path, clock=clock), options or AuditOptions(), clock)
        chosen = ApiOptions(**api_options)
        given = {} if model is None else {"model": model}
        layer = make_layer(shop, show_hidden=chosen.dev_mode, **given, **(layer_options or {}))

        # Kept answers go stale when a test says so, and not because it is slow.
        layer.runner._clock = clock

        async def stop() -> None:
            await layer.close()
            await audit.stop()

        app = make_app(layer, authenticator(), chosen, on_start=audit.start, on_stop=stop, audit=audit)
        await app.startup()
        try:
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="http://kubus") as client:
                client.headers["authorization"] = token(sub="anna", iss="https://id", role="admin")
                yield Audited(client, app, path, audit)
        finally:
            await app.shutdown()

    return opened
