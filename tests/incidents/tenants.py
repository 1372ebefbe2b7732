"""Tenants that got the database or the model of another."""

import json
from typing import Any

import duckdb
import pytest

from kubus.events import SettingWarning
from kubus.execution.compartment import Compartment
from kubus.tenants import connections, models
from tests.incidents.incident import incident
from tests.incidents.shop import Shop

# Which database it is hangs on a claim, and nothing says so to the app id.
BY_CLAIM = """
from kubus.hooks import config


@config
def driver_factory(ctx):
    return {"type": "duckdb", "path": ctx["securityContext"]["tenant"] + ".duckdb"}
"""

BY_APP_ID = (
    BY_CLAIM
    + """

@config
def context_to_app_id(ctx):
    return "APP_" + ctx["securityContext"]["tenant"]
"""
)

PLACES = """
cubes:
  - name: places
    sql_table: places
    dimensions: [{name: who, sql: who, type: string}]
"""

WHO = {"dimensions": ["places.who"]}


def fill(shop: Shop) -> None:
    for name in ("red", "blue"):
        with duckdb.connect(str(shop.folder / f"{name}.duckdb")) as connection:
            connection.execute(f"CREATE TABLE places (who TEXT); INSERT INTO places VALUES ('{name}-canary')")


async def who(shop: Shop, tenant: str, **more: Any) -> str:
    """What a tenant reads in their database, or what they are told instead."""
    answer = await shop.ask(WHO, {"tenant": tenant, **more})
    return json.dumps(answer.json()["data"] if answer.status_code == 200 else answer.json())


def one_for_all(patch: pytest.MonkeyPatch) -> None:
    """Whoever comes first says where the databases of an app id are."""
    patch.setattr(connections, "who_is", lambda caller: None)


@incident("cube-6374", one_for_all, files={"kubus.py": BY_CLAIM, "model/places.yml": PLACES})
async def a_database_by_a_claim_is_nobody_elses(shop: Shop) -> None:
    fill(shop)
    assert "red-canary" in await who(shop, "red")
    for _ in range(2):
        assert "canary" not in await who(shop, "blue")
        assert "canary" not in await who(shop, "nowhere")
    # Another token of the same, with other times: the same caller.
    assert "red-canary" in await who(shop, "red", jti="another", iat=1)
    warned = [event for event in shop.told if isinstance(event, SettingWarning)]
    assert any("different databases" in event.message for event in warned)


def compartments_alike(patch: pytest.MonkeyPatch) -> None:
    """All app ids share connections and answers."""
    made = connections.Connections.of

    async def of(self: Any, caller: Any, *more: Any) -> Any:
        if not self._furnished:
            return await made(self, caller, *more)
        name = next(iter(self._furnished))
        return Compartment(name, furnished=True), self._furnished[name].dialects

    patch.setattr(connections.Connections, "of", of)


@incident("cube-4129", compartments_alike, files={"kubus.py": BY_APP_ID, "model/places.yml": PLACES})
async def every_tenant_reads_their_own_database(shop: Shop) -> None:
    fill(shop)
    for _ in range(2):
        assert "red-canary" in await who(shop, "red")
        assert "blue-canary" in await who(shop, "blue")
        # One whose database cannot be opened gets an error, and not the data of who asked before.
        told = await who(shop, "nowhere")
        assert "canary" not in told
        assert "duckdb" not in told.lower()


COMPILED = """
cubes:
  - name: ledger
    sql_table: orders
    measures:
      - {name: count, type: count}
      {% if COMPILE_CONTEXT.securityContext.role == 'admin' %}
      - {name: margin, sql: amount, type: sum}
      {% endif %}
    dimensions: [{name: note, sql: note, type: string}]
"""

ONE_APP_ID = """
from kubus.hooks import config


@config
def context_to_app_id(ctx):
    return "APP"
"""


def compiled_for_the_first(patch: pytest.MonkeyPatch) -> None:
    """The model of an app id is that of its first caller."""
    patch.setattr(models, "fits", lambda reads, values: True)


@incident("cube-6974", compiled_for_the_first, files={"kubus.py": ONE_APP_ID, "model/ledger.yml": COMPILED})
async def the_model_of_the_first_caller_is_not_everybodys(shop: Shop) -> None:
    query = {"measures": ["ledger.margin"]}
    for _ in range(2):
        assert (await shop.ask(query, {"role": "admin"})).status_code == 200
        assert (await shop.ask(query, {"role": "user"})).status_code == 400
        for endpoint in ("sql", "dry-run"):
            assert (await shop.ask(query, {"role": "user"}, endpoint)).status_code == 400
        assert "margin" in (await shop.send("GET", "/cubejs-api/v1/meta", {"role": "admin"})).text
        assert "margin" not in (await shop.send("GET", "/cubejs-api/v1/meta", {"role": "user"})).text
