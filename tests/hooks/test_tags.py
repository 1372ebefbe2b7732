"""The hook `query_tags`: what statements tell the database besides."""

import json
import re
from typing import Any

import pytest

from kubus.config.hooks import cannot_refuse
from kubus.events import HookFailed, SettingWarning
from tests.engines.postgres import Server
from tests.tenants.conftest import Served, served

__all__ = ["served"]

# The text of the statement itself, as the database has it.
ITSELF = """
cubes:
  - name: activity
    sql: "SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid()"
    dimensions: [{name: query, sql: query, type: string}]
"""
QUERY = {"dimensions": ["activity.query"]}
TAGS = """
from kubus.hooks import config

asked = []

@config
async def query_tags(ctx):
    asked.append(ctx["securityContext"]["sub"])
    return {"team": ctx["securityContext"].get("team"), "cost": 7, "batch": False, "tenant": "*/ mine"}
"""


@pytest.fixture(scope="module")
def place(postgres: Server) -> dict[str, str]:
    return {"CUBEJS_DB_TYPE": "postgres", "CUBEJS_DB_URL": postgres.create_database("tags_of_hooks")}


async def test_the_database_is_told(served: Served, place: dict[str, str]) -> None:
    async with served(TAGS, {"m.yml": ITSELF}, KUBUS_QUERY_TAGS="tenant", **place) as project:
        (text,) = await project.row(query=QUERY, sub="ann", team="sales")
        found = re.match(r"/\* kubus: (\{.*?\}) \*/ SELECT", text)
        assert found is not None, text
        # What the settings tell wins.
        assert json.loads(found[1]) == {"team": "sales", "cost": "7", "batch": "false", "tenant": "STANDALONE"}
        asked: list[Any] = project.app._hooks.query_tags.__globals__["asked"]
        assert asked == ["ann"]
        # What is kept is answered without it.
        assert await project.row(query=QUERY, sub="ann", team="sales") == (text,)
        assert asked == ["ann"]


@pytest.mark.parametrize(
    ("gives", "status", "error"),
    [
        ("None", 200, ""),
        ("{}", 200, ""),
        ("['a']", 500, "Error: A user-defined queryTags function returns an inconsistent type."),
        ("{'a': ['b']}", 500, "Error: A user-defined queryTags function returns an inconsistent type."),
        ("{1: 'b'}", 500, "Error: A user-defined queryTags function returns an inconsistent type."),
        ("1 / 0", 500, "Error: Internal server error"),
    ],
)
async def test_what_it_may_give(served: Served, place: dict[str, str], gives: str, status: int, error: str) -> None:
    hook = f"from kubus import config\nconfig.query_tags = lambda ctx: {gives}"
    async with served(hook, {"m.yml": ITSELF}, **place) as project:
        answer = await project.asked(query=QUERY, sub="ann")
        assert (answer.status_code, answer.json().get("error", "")) == (status, error)
        assert bool(project.told(HookFailed)) == (status == 500)
        if status == 200:
            assert "kubus:" not in answer.text


# ── what the start warns of ──


def nothing(ctx: Any, token: Any) -> None:
    pass


async def nothing_later(ctx: Any, token: Any) -> None:
    return None


def anybody(ctx: Any, token: Any) -> Any:
    if token == "x":
        return {"security_context": {"admin": True}}
    return {"security_context": {}}


def checks(ctx: Any, token: Any) -> Any:
    return {"security_context": decoded(token)}


def raises(ctx: Any, token: Any) -> Any:
    if token != "x":
        raise PermissionError


def looks_up(ctx: Any, token: Any) -> Any:
    return {"x": {"security_context": {}}}[token]


def decoded(token: Any) -> Any:
    return token


async def waits(ctx: Any, token: Any) -> Any:
    return await token


def test_who_can_refuse() -> None:
    assert all(map(cannot_refuse, (nothing, nothing_later, anybody, lambda *_: None, lambda *_: {"a": 1})))
    assert not any(map(cannot_refuse, (checks, raises, looks_up, waits, lambda *given: decoded(given), print)))


async def test_a_check_that_refuses_nobody_is_told_at_the_start(served: Served) -> None:
    hook = "from kubus import config\n@config\ndef check_auth(ctx, token):\n    return {'security_context': {}}\n"
    model = {"m.yml": "cubes: [{name: a, sql: SELECT 1, measures: [{name: count, type: count}]}]"}
    async with served(hook, model) as project:
        (warning,) = project.told(SettingWarning)
        assert warning.setting == "kubus.py: check_auth"
        assert "refuses nobody" in warning.message
    async with served(hook.replace("return", "str(token); return"), model) as project:
        assert project.told(SettingWarning) == []


@pytest.mark.parametrize(("worker", "contexts", "told"), [("true", "", 1), ("true", "1", 0), ("false", "", 0)])
async def test_background_work_for_nobody_is_told(served: Served, worker: str, contexts: str, told: int) -> None:
    hook = "from kubus import config\nconfig.context_to_app_id = lambda ctx: 'ONE'\n"
    if contexts:
        hook += "config.scheduled_refresh_contexts = lambda: []\n"
    model = {"m.yml": "cubes: [{name: a, sql: SELECT 1, measures: [{name: count, type: count}]}]"}
    async with served(hook, model, CUBEJS_REFRESH_WORKER=worker) as project:
        found = [one for one in project.told(SettingWarning) if "ScheduledRefreshContexts" in one.message]
        assert len(found) == told
