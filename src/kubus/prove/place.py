"""A world brought to life: its tables in a database, and the API in front of them, with authentication on."""

import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import duckdb

from kubus.api.app import Api, ApiOptions, make_app
from kubus.api.rest.options import DEFAULT_SCOPES
from kubus.auth.keys import secret_keys
from kubus.auth.minting import mint_token
from kubus.auth.provider import Authenticator
from kubus.auth.rules import JwtRules
from kubus.auth.secrets import make_secret
from kubus.config.hooks import Hook, Hooks
from kubus.loading.load import load_files
from kubus.model.model import Model
from kubus.prove.hidden import CANARY
from kubus.prove.rules import Value
from kubus.prove.world import OTHERS_TABLE, Person, World
from kubus.semantic_layer import SemanticLayer
from kubus.sources.duckdb import DuckDBSource
from kubus.sources.options import DuckDBOptions, PostgresOptions
from kubus.sources.source import Source
from kubus.tenants.rules import TenantRules
from kubus.tenants.tenants import Tenants

# Metadata with SQL in it is looked at as well.
SCOPES = DEFAULT_SCOPES | {"meta-extended"}

# What has the tables of a world, as long as it is open. Who has it closes the source.
Database = Callable[[World], AbstractAsyncContextManager[Source]]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a world: the types of its columns, and its rows."""

    name: str
    columns: Mapping[str, str]
    rows: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a world can be asked. `tokens` has one for each of its people, by name."""

    app: Api
    tokens: Mapping[str, str]


@asynccontextmanager
async def in_memory(world: World) -> AsyncGenerator[Source]:
    """The tables of a world in DuckDB, in the memory of this process."""
    yield DuckDBSource("default", DuckDBOptions(threads=1), connection_with(world))


@asynccontextmanager
async def opened(world: World, database: Database = in_memory) -> AsyncGenerator[Place]:
    """The API over a world. Raises ModelError if its model does not compile."""
    async with database(world) as source:

        def load() -> Model:
            return world.model or load_files(world.files(), {"default": source.dialect})

        is_for_each = bool(world.others)
        layer = SemanticLayer(
            load,
            {"default": source},
            default_access="deny" if world.is_closed else "allow",
            default_masks=world.default_masks,
            compile_now=not is_for_each,
        )
        hooks = Hooks(
            query_rewrite=rewriting(world.rewritten) if world.rewritten else None,
            context_to_app_id=app_of if is_for_each else None,
        )
        place = TenantRules(sources={"default": DuckDBOptions() if source.dialect == "duckdb" else PostgresOptions()})
        tenants = Tenants(layer, hooks, rules=place, texts=world.files if is_for_each else None)
        secret = make_secret()
        rules = JwtRules(secret_keys([secret]), groups_claim="groups")
        app = make_app(tenants, Authenticator(rules), ApiOptions(default_scopes=SCOPES), hooks=hooks)
        try:
            yield Place(app, {person.name: token_of(person, secret) for person in (world.observer, world.other)})
        finally:
            await tenants.close()


async def app_of(ctx: Mapping[str, Any]) -> str:
    """The hook `context_to_app_id`: one app for each tenant."""
    return f"app-{ctx['securityContext']['tenant']}"


def rewriting(cubes: frozenset[str]) -> Hook:
    """The hook `query_rewrite`, which holds queries of some cubes to the rows of the caller's tenant."""

    async def query_rewrite(query: dict[str, Any], ctx: Mapping[str, Any]) -> dict[str, Any]:
        named = str(query)
        held = [
            {"member": f"{cube}.owner", "operator": "equals", "values": [ctx["securityContext"]["tenant"]]}
            for cube in sorted(cubes)
            if f"'{cube}." in named
        ]
        return {**query, "filters": [*query.get("filters", ()), *held]} if held else query

    return query_rewrite


def token_of(person: Person, secret: str) -> str:
    claims = {**person.claims, "groups": sorted(person.groups)}
    return mint_token(claims, secret, issued_at=int(time.time()), lifetime=3600)


def tables_of(world: World) -> list[Table]:
    """Every table that the model of a world reads."""
    tables = [Table(cube.table, cube.columns, world.rows[cube.table]) for cube in world.cubes]
    if world.others:
        tables.append(Table(OTHERS_TABLE, {"note": "VARCHAR"}, ((f"{CANARY}-plan",),)))
    return tables


def connection_with(world: World) -> duckdb.DuckDBPyConnection:
    """A database in memory with the tables of the world."""
    connection = duckdb.connect(":memory:", config={"threads": 1})
    connection.execute("SET GLOBAL TimeZone = 'UTC'")
    for table in tables_of(world):
        connection.execute(created(table))
        if table.rows:
            places = ", ".join(f"({', '.join('?' * len(table.columns))})" for _ in table.rows)
            connection.execute(f'INSERT INTO "{table.name}" VALUES {places}', [v for row in table.rows for v in row])  # noqa: S608 - names of our own
    return connection


def created(table: Table) -> str:
    """The SQL that makes a table."""
    columns = ", ".join(f'"{name}" {kind}' for name, kind in table.columns.items())
    return f'CREATE TABLE "{table.name}" ({columns})'
