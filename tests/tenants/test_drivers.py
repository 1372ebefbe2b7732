"""Databases of tenants: `driver_factory`, on both databases."""

import asyncio
from typing import Any

import pytest

from kubus.config.driver_options import driver_options
from kubus.errors import HookError
from kubus.events import HookFailed, SettingWarning, StatementFinished
from kubus.sources.options import DuckDBOptions, PostgresOptions
from tests.tenants.conftest import ORDERS, ROWS, TENANTS, Databases, Project, Served

HOOKS = """
from kubus.hooks import config, Forbidden

@config
def context_to_app_id(ctx):
    return "APP_" + ctx["securityContext"]["tenant"]

asked = []

@config
async def driver_factory(ctx):
    tenant = ctx["securityContext"]["tenant"]
    asked.append((tenant, ctx["dataSource"]))
    if tenant == "nobody":
        raise Forbidden("There is no such tenant")
    return {driver}
"""
EXPECTED = {name: (str(len(rows)), str(sum(amount for _, amount in rows))) for name, rows in ROWS.items()}


async def test_every_tenant_reads_its_own_database(served: Served, databases: Databases) -> None:
    async with served(
        HOOKS.replace("{driver}", databases.driver), {"orders.yml": ORDERS}, **databases.environ
    ) as project:
        for _ in range(3):
            for name in TENANTS:
                assert await project.row(name) == EXPECTED[name]
            answer = await project.asked("nobody")
            assert (answer.status_code, answer.json()) == (403, {"error": "There is no such tenant"})
        assert len(project.told(StatementFinished)) == len(TENANTS)


async def test_at_once_they_do_not_mix(served: Served, databases: Databases) -> None:
    async with served(
        HOOKS.replace("{driver}", databases.driver), {"orders.yml": ORDERS}, **databases.environ
    ) as project:
        names = [TENANTS[n % len(TENANTS)] for n in range(60)]
        assert await asyncio.gather(*map(project.row, names)) == [EXPECTED[name] for name in names]
        hooks = project.app._hooks.driver_factory
        assert sorted(hooks.__globals__["asked"]) == [(name, "default") for name in TENANTS]


async def test_one_compartment_for_two_databases_is_refused(served: Served, databases: Databases) -> None:
    constant = "\n@config\ndef context_to_orchestrator_id(ctx):\n    return 'ONE'\n"
    text = HOOKS.replace("{driver}", databases.driver) + constant
    async with served(text, {"orders.yml": ORDERS}, **databases.environ) as project:
        assert await project.row("acme") == EXPECTED["acme"]
        for _ in range(2):
            answer = await project.asked("bolt")
            assert (answer.status_code, answer.json()) == (500, {"error": "Error: Internal server error"})
        assert await project.row("acme") == EXPECTED["acme"]
        assert any("different databases" in warning.message for warning in project.told(SettingWarning))


async def test_connections_that_nobody_asks_for_make_room(
    served: Served, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kubus.tenants.connections.IDLE_SECONDS", 0.0)
    text = HOOKS.replace("{driver}", databases.driver)
    async with served(text, {"orders.yml": ORDERS}, KUBUS_TENANT_POOLS="1", **databases.environ) as project:
        for name in (*TENANTS, *TENANTS):
            query = {"measures": ["orders.count", "orders.total"], "limit": len(project.events) + 1}
            assert await project.row(name, query) == EXPECTED[name]
            assert len(project.app._tenants._connections._furnished) == 1


async def test_a_model_may_be_shared_by_all_databases(served: Served, databases: Databases) -> None:
    async with served(
        HOOKS.replace("{driver}", databases.driver), {"orders.yml": ORDERS}, **databases.environ
    ) as project:
        for name in TENANTS:
            assert await project.row(name) == EXPECTED[name]
        assert len(project.app._tenants._models._kept) == 1


async def test_what_was_given_up_does_not_fall_back_on_the_settings(served: Served, databases: Databases) -> None:
    async with served(
        HOOKS.replace("{driver}", databases.driver), {"orders.yml": ORDERS}, **databases.environ
    ) as project:
        assert await project.row("acme") == EXPECTED["acme"]
        runner = project.app._layer.runner.pools
        assert await runner.clear_out("APP_acme")
        kept = runner.is_furnished
        runner.is_furnished = lambda _: True
        answer = await project.asked("acme", {"measures": ["orders.count"], "limit": 7})
        assert answer.status_code == 400
        assert "given up" in answer.json()["error"]
        runner.is_furnished = kept
        assert await project.row("acme") == EXPECTED["acme"]


@pytest.mark.parametrize(
    ("returned", "logged"),
    [
        ("None", "NoneType"),
        ("{'type': 'oracle'}", "'oracle'"),
        ("{'database': 'x'}", "None"),
        ("{'type': 'postgres', 'hots': 'x'}", "'hots'"),
        ("{'type': 'postgres', 'port': 'x'}", "port"),
        ("{'type': 'duckdb', 'database_path': 7}", "path"),
        ("{'type': 'postgres', 'ssl': 'yes'}", "ssl"),
    ],
)
async def test_what_a_driver_may_not_be(served: Served, returned: str, logged: str) -> None:
    hook = f"from kubus import config\nconfig.driver_factory = lambda ctx: {returned}"
    project: Project
    async with served(hook, {"orders.yml": ORDERS}, CUBEJS_DB_TYPE="") as project:
        answer = await project.asked("acme")
        error = "Error: A user-defined driverFactory function returns an inconsistent type."
        assert (answer.status_code, answer.json()) == (500, {"error": error})
        assert logged in project.told(HookFailed)[0].reason


def test_a_url_in_the_settings_does_not_win_over_the_hook(tmp_path: Any) -> None:
    base = PostgresOptions(url="postgresql://ann:pw@host:5433/first?sslmode=require")
    made = driver_options({"type": "postgres", "database": "other one"}, base, tmp_path)
    assert isinstance(made, PostgresOptions)
    assert made.url == "postgresql://ann:pw@host:5433/other%20one?sslmode=require"
    with pytest.raises(HookError) as caught:
        driver_options({"type": "postgres", "host": "elsewhere"}, base, tmp_path)
    assert "CUBEJS_DB_URL" in str(caught.value)


def test_paths_are_below_the_project(tmp_path: Any) -> None:
    made = driver_options({"type": "duckdb", "databasePath": "data/a.duckdb"}, DuckDBOptions(), tmp_path)
    assert isinstance(made, DuckDBOptions)
    assert made.path == tmp_path / "data" / "a.duckdb"
