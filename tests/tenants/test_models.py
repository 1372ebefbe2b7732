"""Models of tenants: who has which, how often they are compiled, and what happens when one does not compile."""

import asyncio
from typing import Any

import pytest

from kubus.errors import ConfigError
from kubus.events import HookFailed, ModelLoaded, SettingWarning, StatementFinished
from tests.tenants.conftest import BASE, ORDERS, Served

APP_ID = """
from kubus.hooks import config

@config
def context_to_app_id(ctx):
    return f"APP_{ctx['securityContext']['tenant']}"
"""

# The number of rows is what the template was told.
BY_CONTEXT = """
cubes:
  - name: orders
    sql: "SELECT * FROM range({{ COMPILE_CONTEXT.securityContext.rows }}) AS r(id)"
    measures:
      - {name: count, type: count}
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
"""
COUNT = {"measures": ["orders.count"]}
FIXED = ORDERS.replace("sql_table: orders", 'sql: "SELECT 1 AS id, 2 AS amount"')


async def test_tenants_that_differ_in_nothing_share_one_model(served: Served) -> None:
    async with served(APP_ID, {"orders.yml": FIXED}) as project:
        for number in range(20):
            assert await project.row(number) == ("1", "2")
        assert len(project.told(ModelLoaded)) == 1
        # And nothing else: every tenant has answers of its own.
        assert len(project.told(StatementFinished)) == 20


async def test_answers_are_shared_by_those_of_one_app_id_and_no_others(served: Served) -> None:
    async with served(APP_ID, {"orders.yml": FIXED}) as project:
        for _ in range(3):
            for tenant in ("a", "b"):
                for user in (1, 2):
                    assert await project.row(tenant, user=user) == ("1", "2")
        assert len(project.told(StatementFinished)) == 2


async def test_they_are_shared_by_all_where_that_is_wanted(served: Served) -> None:
    async with served(APP_ID, {"orders.yml": FIXED}, KUBUS_SHARED_COMPARTMENT="true") as project:
        for tenant in ("a", "b", "c"):
            assert await project.row(tenant) == ("1", "2")
        assert len(project.told(StatementFinished)) == 1


async def test_a_hook_says_what_is_shared(served: Served) -> None:
    hook = APP_ID + "\n@config\ndef context_to_orchestrator_id(ctx):\n    return ctx['securityContext']['region']\n"
    async with served(hook, {"orders.yml": FIXED}) as project:
        for tenant, region in (("a", "eu"), ("b", "eu"), ("c", "us")):
            assert await project.row(tenant, region=region) == ("1", "2")
        assert len(project.told(StatementFinished)) == 2


async def test_a_model_is_made_for_what_its_templates_read(served: Served) -> None:
    async with served(APP_ID, {"orders.yml": BY_CONTEXT}) as project:
        assert project.told(ModelLoaded) == []
        for _ in range(2):
            assert await project.row("a", COUNT, rows=3) == ("3",)
            assert await project.row("b", COUNT, rows=5) == ("5",)
            # Read nothing else of the caller, so it is the same model.
            assert await project.row("c", COUNT, rows=3, other="x") == ("3",)
        assert len(project.told(ModelLoaded)) == 2
        # In Cube the first caller of an app id decides for all of its callers.
        assert await project.row("a", COUNT, rows=5) == ("5",)
        assert await project.row("a", COUNT, rows=3) == ("3",)
        assert len(project.told(ModelLoaded)) == 2
        (warning,) = project.told(SettingWarning)
        assert "APP_a" in warning.message
        assert "securityContext.rows" in warning.message


async def test_a_claim_that_is_missing_is_no_model_of_others(served: Served) -> None:
    async with served(APP_ID, {"orders.yml": BY_CONTEXT}) as project:
        assert await project.row("a", COUNT, rows=3) == ("3",)
        answer = await project.asked("a", COUNT)
        assert answer.status_code == 500
        assert "Compile errors" in answer.json()["error"]
        assert await project.row("a", COUNT, rows=3) == ("3",)


async def test_values_that_python_takes_for_equal_are_not(served: Served) -> None:
    model = BY_CONTEXT.replace(
        "COMPILE_CONTEXT.securityContext.rows", "3 if COMPILE_CONTEXT.securityContext.rows is true else 7"
    )
    async with served(APP_ID, {"orders.yml": model}) as project:
        assert await project.row("a", COUNT, rows=True) == ("3",)
        assert await project.row("a", COUNT, rows=1) == ("7",)


async def test_first_requests_at_once_compile_once(served: Served) -> None:
    async with served(APP_ID, {"orders.yml": BY_CONTEXT}) as project:
        rows = await asyncio.gather(*(project.row("a", COUNT, rows=4, user=n % 3) for n in range(20)))
        assert rows == [("4",)] * 20
        assert len(project.told(ModelLoaded)) == 1


async def test_as_many_models_are_kept_as_the_setting_says(served: Served) -> None:
    async with served(APP_ID, {"orders.yml": BY_CONTEXT}, CUBEJS_COMPILER_CACHE_SIZE="2") as project:
        for rows in (1, 2, 3, 3, 2, 1):
            assert await project.row(f"t{rows}", COUNT, rows=rows) == (str(rows),)
        assert len(project.told(ModelLoaded)) == 4
        assert len(project.app._tenants._models._kept) == 2


REPOSITORY = (
    APP_ID
    + """
from pathlib import Path

asked = []

@config
async def repository_factory(ctx):
    tenant = ctx["securityContext"]["tenant"]
    asked.append(tenant)
    if tenant == "gone":
        raise KeyError("no such tenant in the registry at 10.0.0.7")
    text = Path(__file__).with_name(f"{tenant}.yml").read_text()
    return [{"fileName": "orders.yml", "content": text}]

@config
def schema_version(ctx):
    return {"version": Path(__file__).with_name("version").read_text()}
"""
)


def text_with(rows: int) -> str:
    return BY_CONTEXT.replace("{{ COMPILE_CONTEXT.securityContext.rows }}", str(rows))


async def test_models_from_a_repository_of_each_tenant(served: Served, tmp_path: Any) -> None:
    (tmp_path / "version").write_text("1")
    for name, rows in (("a", 1), ("b", 2), ("same", 1), ("broken", 3)):
        (tmp_path / f"{name}.yml").write_text(text_with(rows))
    (tmp_path / "broken.yml").write_text("cubes: [{name: orders, sql_tabel: x}]")
    async with served(REPOSITORY, {}) as project:
        for _ in range(3):
            assert await project.row("a", COUNT) == ("1",)
            assert await project.row("b", COUNT) == ("2",)
            assert await project.row("same", COUNT) == ("1",)
            # A tenant whose model does not compile, or is not there, hurts nobody else.
            answer = await project.asked("broken", COUNT)
            assert (answer.status_code, "sql_tabel" in answer.json()["error"]) == (500, True)
            answer = await project.asked("gone", COUNT)
            assert (answer.status_code, answer.json()) == (500, {"error": "Error: Internal server error"})
        assert len(project.told(ModelLoaded)) == 2
        assert all("10.0.0.7" in event.reason for event in project.told(HookFailed))

        # A change is seen when the version changes, and one that does not compile leaves the model of before.
        (tmp_path / "a.yml").write_text(text_with(9))
        (tmp_path / "b.yml").write_text("cubes: [{name: orders, sql_tabel: x}]")
        assert await project.row("a", COUNT) == ("1",)
        (tmp_path / "version").write_text("2")
        assert await project.row("a", COUNT) == ("9",)
        answer = await project.asked("b", COUNT)
        assert (answer.status_code, answer.json()["data"]) == (200, [{"orders.count": "2"}])
        assert answer.headers["x-kubus-model"] == "stale; problems=1"
        assert await project.row("same", COUNT) == ("1",)
        # What one had before is not given to others whose files are the same.
        (tmp_path / "same.yml").write_text("cubes: [{name: orders, sql_tabel: x}]")
        answer = await project.asked("broken", COUNT)
        assert answer.status_code == 500


async def test_a_model_of_before_is_for_whom_it_was_made(served: Served) -> None:
    async with served(APP_ID, {"orders.yml": BY_CONTEXT}) as project:
        assert await project.row("a", COUNT, rows=3) == ("3",)
        (project.folder / "model" / "orders.yml").write_text(BY_CONTEXT + "\n  - {name: x, sql_tabel: y}")
        await project.app._tenants.reload()
        for _ in range(2):
            assert await project.row("a", COUNT, rows=3) == ("3",)
        answer = await project.asked("a", COUNT, rows=4)
        assert (answer.status_code, "sql_tabel" in answer.json()["error"]) == (500, True)


async def test_metadata_are_those_of_the_tenant(served: Served, tmp_path: Any) -> None:
    (tmp_path / "version").write_text("1")
    for name in ("a", "b"):
        (tmp_path / f"{name}.yml").write_text(text_with(1).replace("orders", f"orders_of_{name}"))
    async with served(REPOSITORY, {}) as project:
        for _ in range(3):
            for name in ("a", "b"):
                cubes = (await project.asked(name, path="meta")).json()["cubes"]
                assert [cube["name"] for cube in cubes] == [f"orders_of_{name}"]
            answer = await project.asked("a", {"measures": ["orders_of_b.count"]})
            assert answer.status_code == 400
            assert "orders_of_a" not in answer.json()["error"]


@pytest.mark.parametrize(
    "returned", ["'x'", "{}", "[1]", "[{'fileName': 'a.yml'}]", "[{'fileName': 'a', 'content': ''}] * 2"]
)
async def test_what_a_repository_may_not_give(served: Served, returned: str) -> None:
    hook = f"from kubus import config\nconfig.repository_factory = lambda ctx: {returned}"
    async with served(hook, {}) as project:
        answer = await project.asked("a", COUNT)
        error = "Error: A user-defined repositoryFactory function returns an inconsistent type."
        assert (answer.status_code, answer.json()) == (500, {"error": error})


async def test_a_tenant_that_compiles_long_holds_up_nobody(served: Served, tmp_path: Any) -> None:
    go = tmp_path / "go"
    model = {
        "globals.py": "import time\nfrom pathlib import Path\nfrom kubus import TemplateContext\n"
        "template = TemplateContext()\n@template.function\ndef slow(rows):\n"
        f"    while rows == 9 and not Path({str(go)!r}).exists():\n        time.sleep(0.01)\n    return rows\n",
        "orders.yml": BY_CONTEXT.replace(
            "{{ COMPILE_CONTEXT.securityContext.rows }}", "{{ slow(COMPILE_CONTEXT.securityContext.rows) }}"
        ),
    }
    async with served(APP_ID, model) as project:
        slow = asyncio.create_task(project.row("slow", COUNT, rows=9))
        await asyncio.sleep(0.1)
        assert await project.row("quick", COUNT, rows=2) == ("2",)
        assert not slow.done()
        go.touch()
        assert await slow == ("9",)


async def test_a_changed_folder_is_seen_by_every_tenant(served: Served) -> None:
    async with served(APP_ID, {"orders.yml": BY_CONTEXT}) as project:
        assert await project.row("a", COUNT, rows=3) == ("3",)
        model = project.folder / "model" / "orders.yml"
        model.write_text(BY_CONTEXT.replace("rows }}", "rows + 100 }}"))
        await project.app._tenants.reload()
        assert await project.row("a", COUNT, rows=3) == ("103",)
        model.write_text("cubes: [{name: orders, sql: 'SELECT {{ COMPILE_CONTEXT.x }}'}]")
        await project.app._tenants.reload()
        assert await project.row("a", COUNT, rows=3) == ("103",)


async def test_without_the_hook_there_is_no_compile_context(served: Served) -> None:
    async with served("", {"orders.yml": BY_CONTEXT}) as project:
        answer = await project.asked("a", COUNT)
        assert answer.status_code == 500
        assert "COMPILE_CONTEXT can't be used unless contextToAppId is defined" in answer.json()["error"]


async def test_a_failing_app_id_denies(served: Served) -> None:
    async with served(APP_ID, {"orders.yml": FIXED}) as project:
        answer = await project.asked(None)
        assert (answer.status_code, answer.json()) == (500, {"error": "Error: Internal server error"})
        answer = await project.client.get(f"{BASE}/load")
        assert answer.status_code == 403


def test_sharing_between_drivers_of_their_own_is_refused_at_the_start(tmp_path: Any) -> None:
    from kubus.config.project import project_settings

    (tmp_path / "kubus.py").write_text(APP_ID + "\nconfig.driver_factory = lambda ctx: {'type': 'duckdb'}\n")
    environ = {"CUBEJS_API_SECRET": "a8F3kQ9xLm2Pz7Rt5Vw1Yb4Nc6Hd0Je8Sg"}
    project_settings(environ, tmp_path)
    with pytest.raises(ConfigError, match="KUBUS_SHARED_COMPARTMENT"):
        project_settings({**environ, "KUBUS_SHARED_COMPARTMENT": "true"}, tmp_path)


async def test_a_model_that_begins_to_ask_is_no_longer_everybodys(served: Served) -> None:
    async with served(APP_ID, {"orders.yml": FIXED}) as project:
        assert await project.row("a", COUNT, rows=3) == ("1",)
        (project.folder / "model" / "orders.yml").write_text(BY_CONTEXT)
        await project.app._tenants.reload()
        assert await project.row("a", COUNT, rows=3) == ("3",)
        assert await project.row("b", COUNT, rows=5) == ("5",)
