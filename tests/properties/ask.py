"""kubus as the properties ask it: a model's text and a query as clients send it in, rows as they go out."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kubus.api.wire.parse_query import asked_query
from kubus.context import ANYBODY, Caller
from kubus.loading.load import load_files
from kubus.query.normalize import normalize
from kubus.semantic_layer import Prepared, SemanticLayer
from kubus.sources.options import DuckDBOptions, PostgresOptions
from kubus.sources.registry import make_source
from kubus.sources.source import Source

NOW = datetime(2024, 6, 15, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Got:
    """The rows by result column, and their number without limit and offset if it was asked for."""

    rows: list[dict[str, Any]]
    total: int | None


class Engine:
    """One database, asked through kubus; everything short of HTTP and the cache of answers."""

    def __init__(self, name: str, source: Source, loop: asyncio.AbstractEventLoop) -> None:
        self.name = name
        self.source = source
        self.loop = loop

    def layer(self, model: str) -> SemanticLayer:
        """Raises ModelError, when it is first asked, if the model does not compile."""
        dialects = {"default": self.source.dialect}
        return SemanticLayer(lambda: load_files({"model.yml": model}, dialects), {"default": self.source})

    def prepare(self, model: str, query: dict[str, Any], caller: Caller = ANYBODY) -> Prepared:
        return self.prepare_on(self.layer(model), query, caller)

    def prepare_on(self, layer: SemanticLayer, query: dict[str, Any], caller: Caller = ANYBODY) -> Prepared:
        normal = normalize(asked_query(query), now=NOW, default_timezone="UTC", default_limit=10_000, max_limit=50_000)
        (single,) = normal.queries
        prepared = layer.prepare(single, caller, NOW)
        prepared.authorized.check_visible()
        return prepared

    def run(self, prepared: Prepared) -> Got:
        return self.loop.run_until_complete(self.run_async(prepared))

    async def run_async(self, prepared: Prepared) -> Got:
        rows = await self.source.rows(prepared.statement)
        keys = [column.key for column in prepared.statement.columns]
        found = [dict(zip(keys, row, strict=True)) for row in rows.values]
        total = None
        if prepared.count is not None:
            total = int((await self.source.rows(prepared.count)).values[0][0])
        return Got(found, total)

    def sql_of(self, prepared: Prepared) -> str:
        return f"{prepared.statement.sql}\n-- {prepared.statement.parameters}"


@contextmanager
def duckdb_engine(path: str | None = None) -> Iterator[Engine]:
    with opened("duckdb", make_source("default", DuckDBOptions(None if path is None else Path(path)))) as engine:
        yield engine


@contextmanager
def postgres_engine(url: str) -> Iterator[Engine]:
    with opened("postgres", make_source("default", PostgresOptions(url=url))) as engine:
        yield engine


@contextmanager
def opened(name: str, source: Source) -> Iterator[Engine]:
    loop = asyncio.new_event_loop()
    try:
        yield Engine(name, source, loop)
    finally:
        loop.run_until_complete(source.close())
        loop.close()
