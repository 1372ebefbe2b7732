"""The app id that the `tenant:` block of the data model names, where no hook says one."""

from pathlib import Path
from typing import Any

from kubus.events import ModelLoaded, SettingWarning, StatementFinished
from kubus.loading.tenancy import declared_tenancy
from tests.tenants.conftest import Served

BY_COLUMN = """
tenant: {claim: org.id}   # whose

cubes:
  - name: orders
    sql: "SELECT 'a' AS org, 1 AS id UNION ALL SELECT 'b', 2 UNION ALL SELECT 'b', 3"
    tenant: org
    measures: [{name: count, type: count}]
"""
BY_PLAN = """
  - name: plans
    sql: "SELECT '{{ COMPILE_CONTEXT.securityContext.plan }}' AS plan, 'a' AS org"
    tenant: org
    dimensions: [{name: plan, sql: plan, type: string}]
"""
COUNT = {"measures": ["orders.count"]}
PLAN = {"dimensions": ["plans.plan"]}


async def test_tenants_by_column_share_the_model_and_no_answer(served: Served) -> None:
    async with served("", {"orders.yml": BY_COLUMN}) as project:
        for _ in range(2):
            assert await project.row(query=COUNT, org={"id": "a"}) == ("1",)
            assert await project.row(query=COUNT, org={"id": "b"}) == ("2",)
            # The same statement for another of the same tenant.
            assert await project.row(query=COUNT, org={"id": "b"}, user=7) == ("2",)
        assert len(project.told(ModelLoaded)) == 1
        assert len(project.told(StatementFinished)) == 2
        callers = {caller.app_id: caller.compartment for caller, _ in project.app._tenants._at_hand.values()}
        assert callers == {"a": "a", "b": "b"}


async def test_templates_may_read_who_asks(served: Served) -> None:
    """In Cube only with context_to_app_id, which the block stands for."""
    async with served("", {"orders.yml": BY_COLUMN + BY_PLAN}) as project:
        for _ in range(2):
            assert await project.row(query=PLAN, org={"id": "a"}, plan="gold") == ("gold",)
            assert (await project.asked(query=PLAN, org={"id": "b"}, plan="iron")).json()["data"] == []
            assert await project.row(query=COUNT, org={"id": "b"}, plan="iron") == ("2",)
        assert len(project.told(ModelLoaded)) == 2
        assert project.told(SettingWarning) == []
        # Two of one tenant whose models differ: each has their own, and it is said once.
        assert await project.row(query=PLAN, org={"id": "a"}, plan="iron") == ("iron",)
        assert await project.row(query=PLAN, org={"id": "a"}, plan="gold") == ("gold",)
        (warning,) = project.told(SettingWarning)
        assert warning.setting == "tenant"
        for claims in ({}, {"org": {}}, {"org": {"id": ""}}):
            answer = await project.asked(query=COUNT, **claims)
            assert answer.status_code == 403
            assert "names no tenant" in answer.json()["error"]


async def test_the_log_names_the_tenant(served: Served, tmp_path: Path) -> None:
    audit: dict[str, Any] = {"KUBUS_AUDIT": "file"}
    async with served("", {"orders.yml": BY_COLUMN}, **audit) as project:
        assert await project.row(query=COUNT, org={"id": "b"}) == ("2",)
    lines = (tmp_path / "audit").glob("*.jsonl")
    assert any('"app_id":"b"' in file.read_text() for file in lines)


async def test_a_hook_wins(served: Served) -> None:
    hook = "from kubus import config\nconfig.context_to_app_id = lambda ctx: 'ONE'"
    async with served(hook, {"orders.yml": BY_COLUMN}) as project:
        assert await project.row(query=COUNT, org={"id": "a"}) == ("1",)
        assert await project.row(query=COUNT, org={"id": "b"}) == ("2",)
        assert len(project.told(StatementFinished)) == 2


def test_the_block_is_found_before_templates_are_rendered() -> None:
    def claim(text: str) -> str | None:
        found = declared_tenancy({"a.yml": text})
        return None if found is None else found.name

    assert claim(BY_COLUMN + BY_PLAN) == "org.id"
    assert claim("cubes: []\ntenant:\n  # whose\n\n  claim: org\n  schema: 't_{tenant}'\nviews: []\n") == "org"
    assert claim("tenant: {claim: org}") == "org"
    assert claim("cubes:\n  - name: a\n    tenant: org\n") is None
    assert claim("tenant: {claim: {{ x }}}\n") is None
    assert claim("tenant: [\n") is None
    assert claim("") is None
    assert declared_tenancy({"a.py": "tenant: {claim: org}"}) is None
