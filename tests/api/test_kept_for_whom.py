"""What the API keeps, and for whom: bounded, found by its whole key, and never for another caller."""

import json
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import Any

import httpx
import pytest

from kubus.api.app import ApiOptions, make_app
from kubus.api.rest.bounded import Bounded
from kubus.api.rest.callers import Callers, HookRules
from kubus.api.rest.incoming import Incoming
from kubus.auth.keys import secret_keys
from kubus.auth.provider import Authenticator
from kubus.auth.rules import JwtRules
from kubus.config.hooks import Hooks
from kubus.context import APP_ID, SecurityContext
from tests.api.conftest import SECRET, make_layer, shop, token

__all__ = ["shop"]


def test_a_value_is_found_by_its_own_key() -> None:
    held: Bounded[object, str] = Bounded(10, 1_000)
    held.put(("a", 1), "one", 10)
    held.put(("a", 2), "two", 10)
    assert (held.get(("a", 1)), held.get(("a", 2)), held.get(("a", 3)), held.get("a")) == ("one", "two", None, None)
    assert (len(held), held.size) == (2, 20)
    held.put(("a", 1), "other", 30)
    assert (held.get(("a", 1)), len(held), held.size) == ("other", 2, 40)
    held.drop(("a", 1))
    held.drop(("a", 1))
    assert (held.get(("a", 1)), len(held), held.size) == (None, 1, 10)


def test_what_was_not_asked_for_longest_makes_room() -> None:
    held: Bounded[int, int] = Bounded(3, 1_000)
    for number in range(3):
        held.put(number, number, 1)
    assert held.get(0) == 0
    held.put(3, 3, 1)
    assert [number for number in range(4) if held.get(number) is not None] == [0, 2, 3]
    by_bytes: Bounded[int, int] = Bounded(100, 80)
    for number in range(8):
        by_bytes.put(number, number, 10)
    assert (len(by_bytes), by_bytes.size) == (8, 80)
    by_bytes.put(8, 8, 1)
    assert (by_bytes.get(0), len(by_bytes), by_bytes.size) == (None, 8, 71)


def test_nothing_takes_more_than_an_eighth() -> None:
    held: Bounded[int, str] = Bounded(10, 80)
    held.put(1, "small", 10)
    assert held.get(1) == "small"
    held.put(1, "large", 11)
    assert (held.get(1), held.size) == (None, 0)
    none: Bounded[int, str] = Bounded(0, 80)
    none.put(1, "any", 1)
    assert (none.get(1), none.size, len(none)) == (None, 0, 0)


def test_a_caller_is_one_for_one_context() -> None:
    callers = Callers()
    anna = SecurityContext({"sub": "anna"}, groups=frozenset({"clerk"}), tenant="acme")
    nobody = SecurityContext()
    one, other = callers.of(anna), callers.of(nobody)
    assert callers.of(anna) is one
    assert callers.of(nobody) is other is not one
    assert (one.security, one.groups, one.app_id, one.compartment) == (anna, {"clerk"}, "acme", "acme")
    assert (other.groups, other.app_id, other.compartment, other.scopes) == (frozenset(), APP_ID, APP_ID, None)
    # An equal context is another one: whoever holds it may hold other tokens.
    assert callers.of(SecurityContext({"sub": "anna"}, groups=frozenset({"clerk"}), tenant="acme")) is not one
    named = Callers(rules=HookRules(app_id="shop")).of(nobody)
    assert (named.app_id, named.compartment) == ("shop", "shop")


SAID: dict[str, Any] = {
    "extend_context": {"k": 1},
    "context_to_app_id": "shop",
    "context_to_orchestrator_id": "shared",
    "context_to_groups": ["a", "b"],
    "context_to_api_scopes": ["data", "meta"],
}
OTHERWISE: dict[str, Any] = {
    "extend_context": {"k": 2},
    "context_to_app_id": "other",
    "context_to_orchestrator_id": "own",
    "context_to_groups": ["a"],
    "context_to_api_scopes": ["data"],
}
ANNA = SecurityContext({"sub": "anna"}, {"sub": "anna", "iat": 1}, {"only": "sql"})


def request() -> Incoming:
    return Incoming("GET", "/cubejs-api/v1/load", b"", {})


async def test_callers_are_one_who_are_equal_in_all_that_decides_what_they_see() -> None:
    said = dict(SAID)
    hooks = Hooks(**{name: (lambda *_, name=name: said[name]) for name in SAID})
    callers = Callers(hooks, HookRules())
    first = await callers.asked(ANNA, request())
    assert (first.security, first.groups, first.scopes) == (ANNA, {"a", "b"}, {"data", "meta"})
    assert (first.app_id, first.compartment, first.extended) == ("shop", "shared", {"k": 1})
    said["context_to_groups"] = ["b", "a"]
    assert await callers.asked(replace(ANNA), request()) is first
    found = [first]
    for name, value in OTHERWISE.items():
        said = {**SAID, name: value}
        found.append(await callers.asked(ANNA, request()))
    said = dict(SAID)
    for security in (
        replace(ANNA, claims={"sub": "ben"}),
        replace(ANNA, jwt={"sub": "anna", "iat": 2}),
        replace(ANNA, namespaced={"only": "other"}),
        replace(ANNA, namespaced=None),
    ):
        found.append(await callers.asked(security, request()))
        assert found[-1].security == security
    assert len({id(caller) for caller in found}) == len(found) == 1 + len(SAID) + 4
    assert await callers.asked(ANNA, request()) is first


async def test_callers_whom_hooks_leave_as_they_are() -> None:
    tenant = SecurityContext({"sub": "a"}, tenant="acme", groups=frozenset({"g"}))
    apart, shared = Callers(), Callers(rules=HookRules(app_id="shop", shares_compartment=True))
    one, other = await apart.asked(tenant, request()), await shared.asked(tenant, request())
    assert (one.app_id, one.compartment, one.groups, one.scopes, one.extended) == ("acme", "acme", {"g"}, None, {})
    assert (other.app_id, other.compartment) == ("acme", "shop")
    nobody = await shared.asked(SecurityContext(), request())
    assert (nobody.app_id, nobody.compartment) == ("shop", "shop")
    assert (await apart.asked(SecurityContext(), request())).app_id == APP_ID


async def test_a_context_that_a_hook_replaces_is_that_of_hooks_policies_and_sql() -> None:
    seen: list[Any] = []

    def extend(given: Any) -> Any:
        seen.append(given)
        return {"securityContext": {"sub": "ben"}, "k": 1}

    def scopes(claims: Any, defaults: Any) -> Any:
        seen.append((claims, defaults))
        return defaults

    rules = HookRules(default_scopes=frozenset({"meta", "data"}))
    caller = await Callers(Hooks(extend_context=extend, context_to_api_scopes=scopes), rules).asked(ANNA, request())
    assert (caller.security.claims, caller.security.for_sql) == ({"sub": "ben"}, {"sub": "ben"})
    assert caller.security.jwt == ANNA.jwt
    assert caller.scopes == {"meta", "data"}
    assert seen[0]["securityContext"] == {"sub": "anna"}
    assert seen[1] == ({"sub": "ben"}, ["data", "meta"])
    for part in (caller.security.claims, caller.extended):
        with pytest.raises(TypeError):
            part["sub"] = "else"  # type: ignore[index]


MODEL = """
cubes:
  - name: orders
    sql_table: orders
    measures: [{name: count, type: count}, {name: revenue, sql: amount, type: sum}]
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: status, sql: status, type: string}
    access_policy:
      - {group: boss}
      - {group: clerk, member_level: {includes: [count]}}
      - {group: lender, member_level: {includes: [revenue]}, conditions: [{if: "{ security_context.signed }"}]}
views:
  - name: sales
    cubes: [{join_path: orders, includes: [count, status]}]
    access_policy: [{group: boss}]
"""

WHO: dict[str, dict[str, Any]] = {
    "boss": {"groups": ["boss"]},
    "clerk": {"groups": ["clerk"]},
    "another clerk": {"groups": ["clerk"], "sub": "ben"},
    "lender": {"groups": ["lender"], "signed": True},
    "lender by word": {"groups": ["lender"], "signed": False},
    "both": {"groups": ["clerk", "lender"], "signed": True},
    "nobody": {},
}
SHOWN = {
    "boss": {"orders.count", "orders.revenue", "orders.status", "sales.count", "sales.status"},
    "clerk": {"orders.count"},
    "another clerk": {"orders.count"},
    "lender": {"orders.revenue"},
    "lender by word": set(),
    "both": {"orders.count", "orders.revenue"},
    "nobody": set(),
}


def client_of(shop: Path, **options: Any) -> httpx.AsyncClient:
    layer = make_layer(shop, MODEL)
    tokens = Authenticator(JwtRules(keys=secret_keys([SECRET]), groups_claim="groups"))
    app = make_app(layer, tokens, ApiOptions(**options), on_stop=layer.close)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://kubus")


def members(answer: httpx.Response) -> set[str]:
    assert answer.status_code == 200, answer.text
    cubes = answer.json()["cubes"]
    return {one["name"] for cube in cubes for kind in ("measures", "dimensions", "segments") for one in cube[kind]}


TOKENS = {who: token(**claims) for who, claims in WHO.items()}


@pytest.mark.parametrize("only_views", [False, True])
async def test_metadata_is_never_that_of_a_caller_who_is_shown_other_members(shop: Path, only_views: bool) -> None:
    """Whoever asked before, cold and warm, with the tag of another's answer too."""
    params = {"onlyViews": "true"} if only_views else {}
    due = {who: {name for name in shown if not only_views or name.startswith("sales.")} for who, shown in SHOWN.items()}
    for first, second in permutations(WHO, 2):
        async with client_of(shop) as client:
            before = await client.get("/cubejs-api/v1/meta", params=params, headers={"authorization": TOKENS[first]})
            assert members(before) == due[first], first
            for _ in range(2):
                headers = {"authorization": TOKENS[second]}
                answer = await client.get("/cubejs-api/v1/meta", params=params, headers=headers)
                assert members(answer) == due[second], f"{second} after {first}"
                headers["if-none-match"] = before.headers["etag"]
                tagged = await client.get("/cubejs-api/v1/meta", params=params, headers=headers)
                assert (tagged.status_code == 304) == (due[first] == due[second])
                again = await client.get("/cubejs-api/v1/meta", params=params, headers={"authorization": TOKENS[first]})
                assert members(again) == due[first]


async def test_what_hides_members_hides_them_in_annotations_and_sql(shop: Path) -> None:
    query = {"query": json.dumps({"measures": ["orders.count"]})}
    for first, second in permutations(("boss", "clerk", "lender", "nobody"), 2):
        async with client_of(shop) as client:
            for endpoint in ("load", "sql", "dry-run"):
                for who in (first, second, first, second):
                    headers = {"authorization": TOKENS[who]}
                    answer = await client.get(f"/cubejs-api/v1/{endpoint}", params=query, headers=headers)
                    assert answer.status_code == (200 if "orders.count" in SHOWN[who] else 403), (who, endpoint)
