"""`query_rewrite`: what it sees, what it may change, and what it cannot take away."""

import json
from typing import Any

import httpx
import pytest

from kubus.config.options import read_options
from kubus.events import HookFailed, StatementFinished, listen
from tests.api.conftest import MODEL, token
from tests.hooks.conftest import Opened
from tests.hooks.test_callers import BASE, COUNT, counted, load

BY_STATUS = {"measures": ["orders.count"], "dimensions": ["orders.status"], "order": {"orders.status": "asc"}}

OWN_STATUS = """
from cube import config

@config('query_rewrite')
def query_rewrite(query: dict, ctx: dict) -> dict:
    status = ctx['securityContext'].get('status')
    if status:
        query['filters'].append({'member': 'orders.status', 'operator': 'equals', 'values': [status]})
    return query
"""


async def seen_by_hook(hooked: Opened, query: Any, **options: Any) -> Any:
    """The query as a hook saw it, told through the text of its denial."""
    text = """
import json
from kubus.hooks import config, Forbidden

@config
async def query_rewrite(query, ctx):
    raise Forbidden(json.dumps(query))
"""
    async with hooked(text, **options) as client:
        answer = await load(client, query)
    assert answer.status_code == 403, answer.text
    return json.loads(answer.json()["error"])


async def test_the_hook_sees_a_settled_query(hooked: Opened) -> None:
    query = {
        "measures": ["orders.count"],
        "timeDimensions": [{"dimension": "orders.created_at", "granularity": "month", "dateRange": "2024-01-05"}],
        "filters": [
            {"member": "orders.id", "operator": "gt", "values": [7]},
            {"or": [{"member": "orders.status", "operator": "set"}, {"dimension": "orders.id", "operator": "notSet"}]},
        ],
        "order": {"orders.count": "desc"},
        "segments": ["orders.done"],
    }
    assert await seen_by_hook(hooked, query) == {
        "measures": ["orders.count"],
        "segments": ["orders.done"],
        "dimensions": [],
        "timeDimensions": [
            {
                "dimension": "orders.created_at",
                "granularity": "month",
                "dateRange": ["2024-01-05T00:00:00.000", "2024-01-05T23:59:59.999"],
            }
        ],
        "filters": [
            {"member": "orders.id", "operator": "gt", "values": ["7"]},
            {"or": [{"member": "orders.status", "operator": "set"}, {"member": "orders.id", "operator": "notSet"}]},
        ],
        "order": [["orders.count", "desc"]],
        "limit": 10000,
        "timezone": "UTC",
    }


async def test_a_rewriting_that_changes_nothing_changes_nothing(hooked: Opened) -> None:
    query = {
        "measures": ["orders.count", "orders.revenue"],
        "dimensions": ["users.country", "orders.created_at.month"],
        "timeDimensions": [{"dimension": "orders.created_at", "dateRange": ["2024-01-01", "2024-01-31"]}],
        "filters": [{"and": [{"member": "orders.status", "operator": "contains", "values": ["o", None]}]}],
        "order": [["orders.count", "desc"], ["users.country", "asc"]],
        "limit": 3,
        "offset": 1,
        "timezone": "Europe/Oslo",
        "total": True,
    }
    same = "from cube import config\n@config\nasync def query_rewrite(query, ctx):\n    return query"
    async with hooked("") as client:
        plain = (await load(client, query)).json()
    async with hooked(same) as client:
        for _ in range(3):
            rewritten = (await load(client, query)).json()
            assert {**rewritten, "lastRefreshTime": ""} == {**plain, "lastRefreshTime": ""}


OWN_SEGMENT = """
from cube import config

@config('query_rewrite')
def query_rewrite(query: dict, ctx: dict) -> dict:
    query['segments'] = [*query.get('segments', []), 'orders.done']
    return query
"""

LEFT_OUT = """
      - {name: of_all, multi_stage: true, type: sum, sql: "{count}", filter: {mode: fixed}}
      - {name: of_most, multi_stage: true, type: sum, sql: "{count}", filter: {exclude: [status, id]}}
      - {name: of_kept, multi_stage: true, type: sum, sql: "{count}", filter: {keep_only: [id]}}
      - {name: twice, multi_stage: true, type: sum, sql: "{of_all}", filter: {mode: fixed}}
"""


@pytest.mark.parametrize(("hook", "rows"), [("", 4), (OWN_STATUS, 2), (OWN_SEGMENT, 2)])
async def test_no_measure_leaves_out_what_the_hook_adds(hooked: Opened, hook: str, rows: int) -> None:
    """Found by `kubus prove`: a measure whose lower stage has no filters told what was hidden by that of the hook."""
    before, found, after = MODEL.partition("    measures:\n")
    assert found
    query = {
        "measures": ["orders.of_all", "orders.of_most", "orders.of_kept", "orders.twice"],
        # What the client filters by is left out as ever.
        "filters": [{"member": "orders.status", "operator": "set"}, {"member": "orders.status", "operator": "set"}],
    }
    async with hooked(hook, before + found + LEFT_OUT.lstrip("\n") + after, file="cube.py") as client:
        row = (await load(client, query, authorization=token(status="done"))).json()["data"][0]
        assert set(row.values()) == {str(rows)}, row
        impossible = {**query, "filters": [{"member": "orders.status", "operator": "equals", "values": ["nothing"]}]}
        row = (await load(client, impossible, authorization=token(status="done"))).json()["data"][0]
        assert row["orders.of_all"] == str(rows), row


ALL_BUT_ONE = """
from cube import config

@config('query_rewrite')
def query_rewrite(query: dict, ctx: dict) -> dict:
    query['filters'].append({'member': 'orders.id', 'operator': 'notEquals', 'values': ['4']})
    return query
"""


async def test_small_groups_do_not_tell_of_rows_that_the_hook_keeps_back(hooked: Opened) -> None:
    """Found by `kubus prove`: a group was left out where the hook's own filter took fewer rows away than `min_group`."""
    model = MODEL.replace("sql_table: orders\n", "sql_table: orders\n    min_group: 2\n")
    one_less = {**COUNT, "filters": [{"member": "orders.id", "operator": "notEquals", "values": ["1"]}]}
    async with hooked(ALL_BUT_ONE, model, file="cube.py") as client:
        assert counted(await load(client)) == 3
        # A filter of the client that takes one row away is refused an answer as ever.
        assert (await load(client, one_less)).json()["data"] == []


async def test_callers_are_held_to_what_the_hook_adds(hooked: Opened) -> None:
    ran: list[Any] = []
    end = listen(ran.append, (StatementFinished,))
    # No answer goes stale while the test runs.
    model = MODEL.replace("sql_table: orders\n", "sql_table: orders\n    refresh_key: {every: 1 hour}\n")
    async with hooked(OWN_STATUS, model, file="cube.py") as client:
        done, opened = {"authorization": token(status="done")}, {"authorization": token(status="open")}
        for _ in range(3):
            assert counted(await load(client)) == 4
            assert counted(await load(client, **done)) == 2
            assert counted(await load(client, **opened)) == 1
            # Another caller with the same outcome has the same answer.
            assert counted(await load(client, authorization=token(status="done", other=1))) == 2
        told = (await load(client, **done)).text
    end()
    # One statement for each outcome: the rest came from memory.
    assert len(ran) == 3
    # The host's filters are not for the caller to see.
    assert json.loads(told)["query"]["filters"] == []
    assert "filters" in json.loads(told)["query"]


async def test_the_hook_is_asked_every_time(hooked: Opened) -> None:
    text = """
from cube import config
asked = []

@config
def query_rewrite(query, ctx):
    asked.append(1)
    query["filters"] = [{"member": "orders.id", "operator": "lte", "values": [len(asked)]}]
    return query
"""
    async with hooked(text) as client:
        assert [counted(await load(client)) for _ in range(4)] == [1, 2, 3, 4]
        sql = await client.get(f"{BASE}/sql", params={"query": json.dumps(COUNT)})
        assert sql.json()["sql"]["sql"][1] == ["5"]
        sql = await client.get(f"{BASE}/sql", params={"query": json.dumps(COUNT)})
        assert sql.json()["sql"]["sql"][1] == ["6"]
        dry = await client.get(f"{BASE}/dry-run", params={"query": json.dumps(COUNT)})
        assert dry.json()["normalizedQueries"][0]["filters"] == []
        assert counted(await load(client)) == 4


async def test_it_runs_once_for_each_query(hooked: Opened) -> None:
    text = """
from cube import config

@config
def query_rewrite(query, ctx):
    (time,) = query["timeDimensions"]
    query["filters"] = [{"member": "orders.id", "operator": "equals", "values": [1 if "-01-" in time["dateRange"][0] else 4]}]
    return query
"""
    compared = {
        "measures": ["orders.count"],
        "timeDimensions": [
            {
                "dimension": "orders.created_at",
                "compareDateRange": [["2024-01-01", "2024-01-31"], ["2024-02-01", "2024-02-29"]],
            }
        ],
    }
    async with hooked(text) as client:
        given = {"query": json.dumps(compared), "queryType": "multi"}
        for _ in range(2):
            results = (await client.get(f"{BASE}/load", params=given)).json()["results"]
            assert [r["data"][0]["orders.count"] for r in results] == ["1", "1"]


async def test_it_may_test_what_the_caller_may_not_see(hooked: Opened) -> None:
    model = MODEL.replace(
        "- name: status\n        sql: status", "- name: status\n        public: false\n        sql: status"
    )
    assert model != MODEL
    async with hooked(OWN_STATUS, model, file="cube.py") as client:
        assert counted(await load(client, authorization=token(status="done"))) == 2


async def test_what_it_selects_is_authorized_anew(hooked: Opened) -> None:
    text = "from cube import config\n@config\ndef query_rewrite(query, ctx):\n    return {**query, 'measures': ['orders.{0}']}"
    async with hooked(text.replace("{0}", "secret_sum")) as client:
        answer = await load(client)
        assert answer.status_code == 403
        assert "You requested hidden member: 'orders.secret_sum'" in answer.json()["error"]
    async with hooked(text.replace("{0}", "revenue")) as client:
        answer = (await load(client)).json()
        assert answer["data"] == [{"orders.revenue": "40.50"}]
        assert list(answer["annotation"]["measures"]) == answer["query"]["measures"] == ["orders.revenue"]


async def test_a_denied_query_is_not_shown_to_the_hook(hooked: Opened) -> None:
    text = "from cube import config\n@config\ndef query_rewrite(query, ctx):\n    return {**query, 'measures': ['orders.count']}"
    async with hooked(text) as client:
        answer = await load(client, {"measures": ["orders.secret_sum"]})
        assert (answer.status_code, "orders.secret_sum" in answer.json()["error"]) == (403, True)


@pytest.mark.parametrize(
    ("body", "status", "error", "logged"),
    [
        ("pass", 500, "Error: A user-defined queryRewrite function returns an inconsistent type.", "NoneType"),
        ("return [query]", 500, "Error: A user-defined queryRewrite function returns an inconsistent type.", "list"),
        ("return {}", 500, "Error: A user-defined queryRewrite function returns a malformed query.", "should contain"),
        (
            "return {**query, 'filters': [{'member': 'orders.id'}]}",
            500,
            "Error: A user-defined queryRewrite function returns a malformed query.",
            "filters[0]",
        ),
        (
            "return {**query, 'timeDimensions': [{'dimension': 'orders.created_at', 'dateRange': 'today'}]}",
            500,
            "Error: A user-defined queryRewrite function returns a malformed query.",
            "absolute",
        ),
        ("raise Exception('tenant 7 is not yours')", 500, "Error: Internal server error", "tenant 7"),
        ("raise Forbidden('Not yours')", 403, "Not yours", None),
        ("from kubus import AuthError\n    raise AuthError('Log in', status=401)", 401, "Log in", None),
    ],
)
async def test_what_denies(
    hooked: Opened, told: list[Any], body: str, status: int, error: str, logged: str | None
) -> None:
    text = f"from kubus.hooks import config, Forbidden\n@config\ndef query_rewrite(query, ctx):\n    {body}"
    async with hooked(text) as client:
        for path in ("load", "sql", "dry-run"):
            answer = await client.get(f"{BASE}/{path}", params={"query": json.dumps(COUNT)})
            assert (answer.status_code, answer.json()) == (status, {"error": error})
    failures = [event.reason for event in told if isinstance(event, HookFailed)]
    assert len(failures) == (0 if logged is None else 3)
    assert all(logged in reason for reason in failures if logged is not None)


async def test_a_missing_claim_denies(hooked: Opened) -> None:
    text = """
from cube import config

@config
def query_rewrite(query, ctx):
    query["filters"].append({"member": "orders.id", "operator": "equals", "values": [ctx["securityContext"]["tenant"]]})
    return query
"""
    async with hooked(text) as client:
        assert (await load(client)).status_code == 500
        assert counted(await load(client, authorization=token(tenant=3))) == 1


def test_the_new_name_wins_over_the_old_one(tmp_path: Any) -> None:
    text = "from cube import config\nconfig.query_transformer = lambda q, c: 'old'\n"
    (tmp_path / "cube.py").write_text(text)
    old = read_options(tmp_path)
    assert old.hooks.query_rewrite is not None
    assert old.hooks.query_rewrite({}, {}) == "old"
    (tmp_path / "cube.py").write_text(text + "config.query_rewrite = lambda q, c: 'new'\n")
    both = read_options(tmp_path)
    assert both.hooks.query_rewrite is not None
    assert both.hooks.query_rewrite({}, {}) == "new"
    assert both.warnings[0][0] == "cube.py: query_transformer"


async def test_in_development_hooks_run_with_an_empty_context(hooked: Opened) -> None:
    text = """
from kubus.hooks import config, Forbidden

@config
def query_rewrite(query, ctx):
    if not ctx["securityContext"]:
        raise Forbidden("Nobody asks here")
    return query
"""
    async with hooked(text, dev_mode=True) as client:
        assert counted(await load(client)) == 4
        answer: httpx.Response = await load(client, authorization="wrong")
        assert (answer.status_code, answer.json()["error"]) == (403, "Nobody asks here")
