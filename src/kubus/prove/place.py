"""A world brought to life: its tables in memory, and the API in front of them, with authentication on."""

import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import duckdb

from kubus.api.app import Api, ApiOptions, make_app
from kubus.api.rest.options import DEFAULT_SCOPES
from kubus.auth.keys import secret_keys
from kubus.auth.minting import mint_token
from kubus.auth.provider import Authenticator
from kubus.auth.rules import JwtRules
from kubus.auth.secrets import make_secret
from kubus.loading.load import load_files
from kubus.prove.world import Person, World
from kubus.semantic_layer import SemanticLayer
from kubus.sources.duckdb import DuckDBSource
from kubus.sources.options import DuckDBOptions

# Metadata with SQL in it is looked at as well.
SCOPES = DEFAULT_SCOPES | {"meta-extended"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a world can be asked. `tokens` has one for each of its people, by name."""

    app: Api
    tokens: Mapping[str, str]


@asynccontextmanager
async def opened(world: World) -> AsyncGenerator[Place]:
    """The API over a world. Raises ModelError if its model does not compile."""
    source = DuckDBSource("default", DuckDBOptions(threads=1), connection_with(world))
    layer = SemanticLayer(lambda: world.model or load_files(world.files(), {"default": "duckdb"}), {"default": source})
    secret = make_secret()
    rules = JwtRules(secret_keys([secret]), groups_claim="groups")
    app = make_app(layer, Authenticator(rules), ApiOptions(default_scopes=SCOPES))
    try:
        yield Place(app, {person.name: token_of(person, secret) for person in (world.observer, world.other)})
    finally:
        await layer.close()


def token_of(person: Person, secret: str) -> str:
    claims = {**person.claims, "groups": sorted(person.groups)}
    return mint_token(claims, secret, issued_at=int(time.time()), lifetime=3600)


def connection_with(world: World) -> duckdb.DuckDBPyConnection:
    """A database in memory with the tables of the world."""
    connection = duckdb.connect(":memory:", config={"threads": 1})
    connection.execute("SET GLOBAL TimeZone = 'UTC'")
    for cube in world.cubes:
        columns = ", ".join(f'"{name}" {kind}' for name, kind in cube.columns.items())
        connection.execute(f'CREATE TABLE "{cube.table}" ({columns})')
        rows = world.rows[cube.table]
        if rows:
            places = ", ".join(f"({', '.join('?' * len(cube.columns))})" for _ in rows)
            connection.execute(f'INSERT INTO "{cube.table}" VALUES {places}', [v for row in rows for v in row])  # noqa: S608 - names of our own
    return connection
