"""Hooks that say who asks: check_auth, extend_context, and what becomes of a context."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from kubus.api.rest.callers import Callers, HookRules
from kubus.api.rest.incoming import Incoming
from kubus.config.hooks import Hooks
from kubus.context import SecurityContext
from kubus.events import HookFailed, RequestFinished, SettingWarning, emit
from kubus.telemetry.log import start_log
from tests.api.conftest import token
from tests.hooks.conftest import Opened

BASE = "/cubejs-api/v1"
COUNT = {"measures": ["orders.count"]}
# Rows by what the token says, so that a test sees which context SQL was given.
MODEL = """
cubes:
  - name: orders
    sql: "SELECT * FROM orders WHERE {SECURITY_CONTEXT.status.filter('status')}"
    measures: [{name: count, type: count}]
    dimensions: [{name: id, sql: id, type: number, primary_key: true}]
"""


async def load(client: httpx.AsyncClient, query: Any = None, **headers: str) -> httpx.Response:
    return await client.get(f"{BASE}/load", params={"query": json.dumps(query or COUNT)}, headers=headers)


def counted(answer: httpx.Response) -> int:
    assert answer.status_code == 200, answer.text
    return int(answer.json()["data"][0]["orders.count"])


# ── check_auth ──

CHECKS = """
from kubus.hooks import config, AuthError, RequestJson

@config
{kind} check_auth(ctx: RequestJson, token: str | None):
    if token is None:
        raise AuthError("Who are you?", status=401)
    if token == "closed":
        raise AuthError("Not today")
    if token == "fails":
        raise RuntimeError("the database of users is at 10.0.0.7")
    if token == "text":
        return "open"
    if token == "list":
        return {{"security_context": ["a"]}}
    return {{"security_context": {{"status": token}}}}
"""


@pytest.mark.parametrize("kind", ["def", "async def"])
async def test_check_auth_takes_the_place_of_the_built_in_check(hooked: Opened, kind: str, told: list[Any]) -> None:
    async with hooked(CHECKS.format(kind=kind), MODEL) as client:
        assert counted(await load(client, authorization="done")) == 2
        assert counted(await load(client, authorization="Bearer open")) == 1
        assert counted(await load(client, authorization="done")) == 2
        del client.headers["authorization"]
        for headers, status, text in (
            ({}, 401, "Who are you?"),
            ({"authorization": "closed"}, 403, "Not today"),
            ({"authorization": "fails"}, 403, "Invalid token"),
            ({"authorization": "text"}, 403, "Invalid token"),
            ({"authorization": "list"}, 403, "Invalid token"),
        ):
            answer = await load(client, **headers)
            assert (answer.status_code, answer.json()) == (status, {"error": text})
    reasons = [event.reason for event in told if isinstance(event, HookFailed)]
    assert len(reasons) == 3
    assert "10.0.0.7" in reasons[0]
    assert "kubus.py" in reasons[0]


async def test_check_auth_is_asked_for_every_request(hooked: Opened) -> None:
    text = """
from cube import config
asked = []

@config('check_auth')
def check(ctx: dict, token: str) -> dict:
    asked.append(token)
    if len(asked) > 3:
        raise Exception("Access denied")
    return {'security_context': {}}
"""
    async with hooked(text, file="cube.py") as client:
        statuses = [(await load(client)).status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 403, 403]


async def test_a_check_that_says_nothing_is_open_and_warned_of_once(hooked: Opened, told: list[Any]) -> None:
    async with hooked("from cube import config\n@config\ndef check_auth(ctx, token):\n    pass", MODEL) as client:
        del client.headers["authorization"]
        assert counted(await load(client)) == 4
        assert counted(await load(client)) == 4
    warnings = [event for event in told if isinstance(event, SettingWarning)]
    assert [w.setting for w in warnings] == ["check_auth"]


async def test_the_hook_sees_the_request(hooked: Opened) -> None:
    text = """
from kubus.hooks import config, AuthError

@config
def check_auth(ctx, token):
    raise AuthError("|".join([ctx["method"], ctx["url"], ctx["headers"]["x-region"], ctx["requestId"], str(token)]))
"""
    async with hooked(text) as client:
        headers = {"x-region": "eu", "x-request-id": "r-1", "authorization": "Basic abc"}
        answer = await client.get(f"{BASE}/meta", params={"a": "b"}, headers=headers)
    assert answer.json()["error"] == f"GET|{BASE}/meta?a=b|eu|r-1|None"


# ── time ──


@pytest.mark.parametrize("wait", ["time.sleep(3)", "asyncio.sleep(3)"])
async def test_a_slow_hook_denies_in_time_and_nobody_else_waits(hooked: Opened, told: list[Any], wait: str) -> None:
    kind, call = ("async def", f"await {wait}") if "asyncio" in wait else ("def", wait)
    text = f"""
import asyncio, time
from kubus import config

@config
{kind} check_auth(ctx, token):
    if token == "slow":
        {call}
    return {{"security_context": {{}}}}
"""
    async with hooked(text, seconds=0.3) as client:
        slow = asyncio.create_task(load(client, authorization="slow"))
        await asyncio.sleep(0.05)
        assert (await load(client, authorization="quick")).status_code == 200
        assert not slow.done()
        answer = await slow
    assert (answer.status_code, answer.json()["error"]) == (403, "Invalid token")
    assert [event.reason for event in told] == ["It took longer than 0.3 s"]


# ── extend_context, groups, scopes, app id ──


async def test_an_extended_context_reaches_hooks_and_sql(hooked: Opened) -> None:
    text = """
from kubus.hooks import config, Forbidden

@config
async def extend_context(req):
    if "x-status" not in req["headers"]:
        return {}
    return {"securityContext": {**req["securityContext"], "status": req["headers"]["x-status"]}, "region": "eu"}

@config
def context_to_groups(ctx):
    if ctx["securityContext"].get("status") == "closed":
        raise Forbidden(f"Not for {ctx['region']}: {ctx['securityContext']['role']}")
    return ["everyone"]
"""
    async with hooked(text, MODEL) as client:
        assert counted(await load(client)) == 4
        assert counted(await load(client, **{"x-status": "done"})) == 2
        assert counted(await load(client, **{"x-status": "open"})) == 1
        answer = await load(client, **{"x-status": "closed"})
        assert (answer.status_code, answer.json()) == (403, {"error": "Not for eu: admin"})
        assert counted(await load(client)) == 4


@pytest.mark.parametrize(
    ("hook", "returned", "error"),
    [
        ("extend_context", "7", "A user-defined extendContext function returns an inconsistent type."),
        ("context_to_app_id", "None", "A user-defined contextToAppId function returns an inconsistent type."),
        ("context_to_groups", "'admin'", "A user-defined contextToGroups function returns an inconsistent type."),
        ("context_to_groups", "[1]", "A user-defined contextToGroups function returns an inconsistent type."),
        ("context_to_api_scopes", "'data'", "A user-defined contextToApiScopes function returns an inconsistent type."),
        ("context_to_api_scopes", "['all']", "A user-defined contextToApiScopes function returns a wrong scope: all"),
        ("context_to_groups", "1 / 0", "Internal server error"),
        ("context_to_app_id", "ctx[0]['securityContext']['tenant']", "Internal server error"),
    ],
)
async def test_what_hooks_may_not_give(hooked: Opened, told: list[Any], hook: str, returned: str, error: str) -> None:
    async with hooked(f"from cube import config\n@config\ndef {hook}(*ctx):\n    return {returned}") as client:
        answer = await load(client)
    assert (answer.status_code, answer.json()) == (500, {"error": f"Error: {error}"})
    assert [event.hook for event in told if isinstance(event, HookFailed)] == [hook]


async def test_scopes_are_those_of_each_request(hooked: Opened) -> None:
    text = """
from kubus import config

@config
def context_to_api_scopes(security_context, default_scopes):
    assert default_scopes == ["data", "graphql", "meta", "sql"]
    return security_context.get("scopes", default_scopes)
"""
    async with hooked(text) as client:
        for _ in range(3):
            few = {"authorization": token(scopes=["meta"])}
            more = {"authorization": token(scopes=["meta", "data", "meta-extended"])}
            assert (await load(client)).status_code == 200
            answer = await load(client, **few)
            assert (answer.status_code, answer.json()["error"]) == (403, "API scope is missing: data")
            assert (await load(client, **more)).status_code == 200
            assert (await client.get(f"{BASE}/meta", headers=few)).status_code == 200
            assert (await client.get(f"{BASE}/meta?extended", headers=few)).status_code == 403
            assert (await client.get(f"{BASE}/meta?extended", headers=more)).status_code == 200


async def test_a_stack_is_for_development_alone(hooked: Opened) -> None:
    text = "from kubus import config\n@config\ndef context_to_groups(ctx):\n    raise RuntimeError('inside')"
    async with hooked(text) as client:
        assert "inside" not in (await load(client)).text
    async with hooked(text, dev_mode=True) as client:
        assert "inside" in (await load(client)).json()["stack"]


# ── one and the same caller ──


def request() -> Incoming:
    return Incoming("GET", "/cubejs-api/v1/load", b"", {})


async def test_equal_callers_are_one_and_others_are_not() -> None:
    groups = iter([["a", "b"], ["b", "a"], ["a"], ["a", "b"], ["a", "b"]])
    callers = Callers(Hooks(context_to_groups=lambda _: next(groups)), HookRules())

    def context(**claims: Any) -> SecurityContext:
        return SecurityContext(claims, claims)

    first = await callers.asked(context(n=1, deep={"x": [1]}), request())
    assert await callers.asked(context(n=1, deep={"x": [1]}), request()) is first
    assert await callers.asked(context(n=1, deep={"x": [1]}), request()) is not first
    # Equal to Python, and not to a hook.
    assert await callers.asked(context(n=True, deep={"x": [1]}), request()) is not first
    assert await callers.asked(context(n=1.0, deep={"x": [1]}), request()) is not first


async def test_what_a_hook_changes_in_its_context_changes_nothing() -> None:
    def greedy(ctx: dict[str, Any]) -> list[str]:
        ctx["securityContext"]["role"] = "admin"
        ctx["securityContext"]["deep"]["x"].append(2)
        return []

    claims = {"role": "guest", "deep": {"x": [1]}}
    caller = await Callers(Hooks(context_to_groups=greedy)).asked(SecurityContext(claims, claims), request())
    assert caller.security.claims == {"role": "guest", "deep": {"x": [1]}}


async def test_a_context_with_objects_is_never_taken_for_another() -> None:
    callers = Callers(Hooks(extend_context=lambda _: {"session": object()}))
    security = SecurityContext({}, {})
    assert await callers.asked(security, request()) is not await callers.asked(security, request())


async def test_two_tokens_are_refused_before_a_hook_sees_one_of_them(hooked: Opened) -> None:
    code = """
from kubus.hooks import config

@config
def check_auth(ctx, token):
    return {"security_context": {"status": token}}
"""
    async with hooked(code, MODEL) as client:
        for name in ("authorization", "x-cube-authorization"):
            headers = [(name, "new"), (name, "done")]
            answer = await client.get(f"{BASE}/load", params={"query": json.dumps(COUNT)}, headers=headers)
            assert (answer.status_code, answer.json()) == (403, {"error": "Invalid token"})


@pytest.mark.parametrize("how", ["async def", "def"])
async def test_a_hook_that_ends_the_program_denies(hooked: Opened, how: str, told: list[Any]) -> None:
    """`sys.exit` in a hook must not end the server for everybody."""
    code = f"""
import sys
from kubus.hooks import config

@config
{how} check_auth(ctx, token):
    sys.exit("no")
"""
    async with hooked(code) as client:
        for _ in range(2):
            answer = await load(client)
            assert (answer.status_code, answer.json()) == (403, {"error": "Invalid token"})
    assert "SystemExit: no" in told[0].reason


async def test_a_host_may_have_a_log_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    lines: list[tuple[str, dict[str, Any]]] = []

    def logger(message: str, params: dict[str, Any]) -> None:
        if message == "Hook Error":
            raise RuntimeError("the log is full")
        lines.append((message, params))

    stop = start_log("info", dev_mode=False, logger=logger)
    emit(SettingWarning("X", "is odd"))
    emit(HookFailed("check_auth", "r-1", "why"))
    emit(RequestFinished("GET", "/x", 200, 1.0, "r-2", 3))
    stop()
    assert [message for message, _ in lines] == ["Warning", "REST API Request"]
    assert lines[0][1]["text"] == "is odd"
    assert lines[1][1]["path"] == "/x"
    # What the host's log does not take is not lost.
    written = capsys.readouterr().err
    assert "why" in written
    assert "the log is full" in written
    assert "/x" not in written
