"""Requests that came before: found by all that they depend on, for the caller who asks, until their dates move."""

import json
import math
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kubus.api.rest import prepared as room
from kubus.api.rest.incoming import Incoming
from kubus.api.rest.options import ApiOptions
from kubus.api.rest.prepared import PreparedRequests
from kubus.api.rest.rewriting import Rewriting
from kubus.audit.account import Account
from kubus.config.hook_calls import HookCalls
from kubus.context import Caller, SecurityContext
from kubus.errors import Forbidden, QueryError
from kubus.semantic_layer import SemanticLayer
from tests.api.conftest import make_layer, shop

__all__ = ["shop"]

MODEL = """
cubes:
  - name: orders
    sql_table: orders
    measures: [{name: count, type: count}, {name: revenue, sql: amount, type: sum}]
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: status, sql: status, type: string}
      - {name: created_at, sql: created_at, type: time}
    access_policy:
      - {group: boss}
      - group: clerk
        member_level: {includes: [count, status, created_at]}
        row_level: {filters: [{member: status, operator: equals, values: ["{ security_context.status }"]}]}
"""

COUNT = {"measures": ["orders.count"]}
REVENUE = {"measures": ["orders.revenue"]}
TODAY = {"measures": ["orders.count"], "timeDimensions": [{"dimension": "orders.created_at", "dateRange": "today"}]}


@pytest.fixture
def layer(shop: Path) -> Iterator[SemanticLayer]:
    return make_layer(shop, MODEL)


@pytest.fixture
def requests() -> PreparedRequests:
    return PreparedRequests(ApiOptions())


def who(group: str, **claims: Any) -> Caller:
    return Caller(SecurityContext(claims, claims), frozenset({group}))


BOSS, OPEN, DONE = who("boss"), who("clerk", status="open"), who("clerk", status="done")


def asking(
    layer: SemanticLayer, query: dict[str, Any], method: str = "POST", audited: bool = False, **more: str
) -> tuple[Incoming, bytes]:
    """A request, and the bytes in it that say what is asked."""
    incoming = Incoming(method, "/cubejs-api/v1/load", b"", {})
    incoming.layer = layer
    incoming.account = Account("load", method) if audited else None
    return incoming, json.dumps({"query": query, **more}).encode()


def parameters(held: room.ForCaller) -> list[tuple[str, ...]]:
    return [one.statement.parameters for one in held.prepared]


# ── one and the same ──


def test_the_same_bytes_are_read_once_and_each_caller_has_its_own_statements(
    layer: SemanticLayer, requests: PreparedRequests
) -> None:
    first, of_open = requests.get(*asking(layer, COUNT), OPEN)
    again, of_open_again = requests.get(*asking(layer, COUNT), OPEN)
    assert (again, of_open_again) == (first, of_open)
    # Shown the same members, and other rows.
    same, of_done = requests.get(*asking(layer, COUNT), DONE)
    assert same is first
    assert parameters(of_open) == [("open",)]
    assert parameters(of_done) == [("done",)]
    # What is kept for a caller holds it: no other object may come to have its id.
    assert (of_open.caller, of_done.caller) == (OPEN, DONE)
    assert first.callers == {id(OPEN): of_open, id(DONE): of_done}
    # Shown other members: another annotation.
    other, of_boss = requests.get(*asking(layer, COUNT), BOSS)
    assert other is not first
    assert parameters(of_boss) == [()]


@pytest.mark.parametrize("other", ["method", "bytes", "model"])
def test_whatever_a_request_depends_on_makes_another(
    layer: SemanticLayer, requests: PreparedRequests, shop: Path, other: str
) -> None:
    incoming, raw = asking(layer, COUNT)
    first, _ = requests.get(incoming, raw, BOSS)
    match other:
        case "method":
            incoming, _ = asking(layer, COUNT, "GET")
            # The same bytes say nothing in a query string.
            with pytest.raises(QueryError, match="Query param is required"):
                requests.get(incoming, raw, BOSS)
            return
        case "bytes":
            raw += b" "
        case _:
            incoming.layer = make_layer(shop, MODEL.replace("amount", "amount + 1"))
    second, _ = requests.get(incoming, raw, BOSS)
    assert second is not first
    assert requests.get(incoming, raw, BOSS)[0] is second
    assert requests.get(*asking(layer, COUNT), BOSS)[0] is first


def test_what_is_refused_is_refused_again(layer: SemanticLayer, requests: PreparedRequests) -> None:
    requests.get(*asking(layer, REVENUE), BOSS)
    for _ in range(2):
        with pytest.raises(Forbidden, match=r"orders\.revenue"):
            requests.get(*asking(layer, REVENUE), OPEN)


def test_there_is_nothing_without_a_model(layer: SemanticLayer, requests: PreparedRequests, shop: Path) -> None:
    incoming, raw = asking(layer, COUNT)
    first, _ = requests.get(incoming, raw, BOSS)
    assert requests.remembered("POST", raw, layer, BOSS) is first
    assert requests.remembered("GET", raw, layer, BOSS) is None
    assert requests.remembered("POST", raw + b" ", layer, BOSS) is None
    assert requests.remembered("POST", raw, layer, OPEN) is None
    assert requests.remembered("POST", raw, make_layer(shop, MODEL, compile_now=False), BOSS) is None


def test_long_bytes_are_not_kept(layer: SemanticLayer, requests: PreparedRequests) -> None:
    incoming, raw = asking(layer, COUNT)
    for length, kept in ((room.RAW, True), (room.RAW + 1, False)):
        padded = raw.ljust(length)
        first, _ = requests.get(incoming, padded, BOSS)
        assert (requests.get(incoming, padded, BOSS)[0] is first) is kept


def test_so_many_callers_are_kept_beside_a_request(
    layer: SemanticLayer, requests: PreparedRequests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "CALLERS", 2)
    first, of_open = requests.get(*asking(layer, COUNT), OPEN)
    assert requests.get(*asking(layer, COUNT), DONE)[0] is first
    assert requests.get(*asking(layer, COUNT), OPEN)[1] is of_open
    third = who("clerk", status="new")
    requests.get(*asking(layer, COUNT), third)
    assert list(first.callers) == [id(third)]
    assert parameters(requests.get(*asking(layer, COUNT), OPEN)[1]) == [("open",)]


def test_what_is_kept_is_counted(layer: SemanticLayer) -> None:
    incoming, raw = asking(layer, COUNT)
    probe = PreparedRequests(ApiOptions())
    request, _ = probe.get(incoming, raw, BOSS)
    size = request.size + len(raw)
    for room_for, kept in ((size, True), (size - 1, False)):
        # One takes an eighth at most.
        requests = PreparedRequests(ApiOptions(prepared_bytes=8 * room_for))
        first, _ = requests.get(incoming, raw, BOSS)
        assert (requests.get(incoming, raw, BOSS)[0] is first) is kept
    none = PreparedRequests(ApiOptions(prepared_entries=0))
    assert none.get(incoming, raw, BOSS)[0] is not none.get(incoming, raw, BOSS)[0]


# ── dates ──


def test_a_request_ends_with_its_dates(
    layer: SemanticLayer, requests: PreparedRequests, monkeypatch: pytest.MonkeyPatch
) -> None:
    request, _ = requests.get(*asking(layer, TODAY), BOSS)
    midnight = (time.time() // 86_400 + 1) * 86_400
    assert request.moves_at == midnight
    assert requests.get(*asking(layer, COUNT), BOSS)[0].moves_at == math.inf
    raw = asking(layer, TODAY)[1]
    for now, holds in ((midnight - 0.001, True), (midnight, False)):
        monkeypatch.setattr(room.time, "time", lambda now=now: now)
        assert (requests.remembered("POST", raw, layer, BOSS) is request) is holds


# ── what the audit log is told ──


def test_an_account_is_told_what_is_asked_the_first_time_and_later(
    layer: SemanticLayer, requests: PreparedRequests
) -> None:
    told: list[bytes] = []
    for caller in (OPEN, OPEN, DONE):
        incoming, raw = asking(layer, COUNT, audited=True)
        requests.get(incoming, raw, caller)
        assert incoming.account is not None
        told.append(incoming.account.queries_json())
    assert b"orders.count" in told[0]
    assert told == [told[0]] * 3
    incoming, raw = asking(layer, REVENUE, audited=True)
    with pytest.raises(Forbidden):
        requests.get(incoming, raw, OPEN)
    assert incoming.account is not None
    # What is refused is told too.
    assert b"orders.revenue" in incoming.account.queries_json()


# ── as the host rewrites it ──


class Host:
    """Rewrites each query as the test says, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.adds: list[dict[str, Any]] = []
        self.measures: list[str] | None = None

    def __call__(self, query: dict[str, Any], _: Any) -> dict[str, Any]:
        self.asked += 1
        query["filters"] = [*query.get("filters", []), *self.adds]
        return query if self.measures is None else {**query, "measures": self.measures}


def status(value: str) -> dict[str, Any]:
    return {"member": "orders.status", "operator": "equals", "values": [value]}


async def test_the_host_is_asked_each_time_and_equal_outcomes_are_one(
    layer: SemanticLayer, requests: PreparedRequests
) -> None:
    host = Host()
    rewriting = Rewriting(host, HookCalls(), 5.0)

    async def get(query: Any, caller: Caller = BOSS) -> tuple[room.LoadRequest, room.ForCaller]:
        incoming, raw = asking(layer, query)
        return await requests.rewritten(incoming, raw, caller, rewriting)

    plain, of_plain = await get(COUNT)
    assert parameters(of_plain) == [()]
    assert await get(COUNT) == (plain, of_plain)
    host.adds = [status("open")]
    filtered, of_open = await get(COUNT)
    assert await get(COUNT) == (filtered, of_open)
    assert parameters(of_open) == [("open",)]
    host.adds = [status("done")]
    # What the host filters by is not shown: only the statement is another.
    same, of_done = await get(COUNT)
    assert same is filtered
    assert b"status" not in same.frames[0].opening
    assert parameters(of_done) == [("done",)]
    host.adds = []
    assert (await get(COUNT))[1] is of_plain
    # Another caller with the same outcome.
    _, of_clerk = await get(COUNT, OPEN)
    assert parameters(of_clerk) == [("open",)]
    assert of_clerk.caller is OPEN
    assert (await get(COUNT, OPEN))[1] is of_clerk
    # Another measure is another request, and is shown.
    host.measures = ["orders.revenue"]
    other, _ = await get(COUNT)
    assert other is not plain
    assert b"orders.revenue" in other.frames[0].opening
    assert b"orders.revenue" in other.frames[0].annotation
    assert b"orders.count" not in other.frames[0].annotation
    assert host.asked == 9
    # It was never kept for the bytes alone.
    assert requests.remembered("POST", asking(layer, COUNT)[1], layer, BOSS) is None


async def test_of_a_rewritten_query_filters_are_shown_as_they_were_asked(
    layer: SemanticLayer, requests: PreparedRequests
) -> None:
    host = Host()
    host.adds = [status("done")]
    incoming, raw = asking(layer, {**COUNT, "filters": [status("open")]}, audited=True)
    request, held = await requests.rewritten(incoming, raw, BOSS, Rewriting(host, HookCalls(), 5.0))
    assert parameters(held) == [("open", "done")]
    assert b'"open"' in request.frames[0].opening
    assert b'"done"' not in request.frames[0].opening
    # The audit log is told of both.
    assert incoming.account is not None
    assert incoming.account.queries_json().count(b"orders.status") >= 1
    assert held.questions == incoming.account.questions


async def test_a_rewritten_request_ends_with_its_dates_and_long_ones_are_not_kept(
    layer: SemanticLayer, requests: PreparedRequests, monkeypatch: pytest.MonkeyPatch
) -> None:
    rewriting = Rewriting(Host(), HookCalls(), 5.0)
    incoming, raw = asking(layer, COUNT)
    first, _ = await requests.rewritten(incoming, raw, BOSS, rewriting)
    for ends, holds in ((first.moves_at, True), (time.time() + 60, True), (time.time() - 1, False)):
        first.moves_at = ends
        assert ((await requests.rewritten(incoming, raw, BOSS, rewriting))[0] is first) is holds
    for length, kept in ((room.RAW, True), (room.RAW + 1, False)):
        long, _ = await requests.rewritten(incoming, raw.ljust(length), BOSS, rewriting)
        again, _ = await requests.rewritten(incoming, raw.ljust(length), BOSS, rewriting)
        assert (again is long) is kept


# ── several queries ──


def test_all_are_prepared_and_those_with_a_frame_are_given(layer: SemanticLayer, requests: PreparedRequests) -> None:
    ranges = [["2024-01-01", "2024-01-31"], ["2024-02-01", "2024-02-29"]]
    compared = {**COUNT, "timeDimensions": [{"dimension": "orders.created_at", "compareDateRange": ranges}]}
    request, held = requests.get(*asking(layer, compared, queryType="multi"), BOSS)
    assert (len(request.queries), len(request.frames), len(held.prepared), len(held.layouts)) == (2, 2, 2, 2)
    assert [frame.compared for frame in request.frames] == [
        "2024-01-01T00:00:00.000 - 2024-01-31T23:59:59.999",
        "2024-02-01T00:00:00.000 - 2024-02-29T23:59:59.999",
    ]
    first, held = requests.get(*asking(layer, compared, queryType="other"), BOSS)
    assert (len(first.queries), len(first.frames), len(held.prepared), len(held.layouts)) == (2, 1, 1, 1)
    with pytest.raises(QueryError, match="query type is not supported by the client"):
        requests.get(*asking(layer, compared), BOSS)
