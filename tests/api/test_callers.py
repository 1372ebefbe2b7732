"""Who a caller is: what the token says, what the data model makes of it, and what each hook has the say in."""

from types import MappingProxyType
from typing import Any

import pytest

from kubus.api.rest import callers as room
from kubus.api.rest.callers import Callers, HookRules
from kubus.api.rest.incoming import Incoming
from kubus.config.hooks import Hooks
from kubus.context import APP_ID, SecurityContext
from kubus.errors import HookError
from kubus.events import HookFailed, listen
from kubus.model.context import ClaimPath
from kubus.model.tenancy import Tenancy

BY_COMPANY = Tenancy(ClaimPath(("company",)))
BY_COUNTRY = Tenancy(ClaimPath(("country",)))


def signed(tenant: str | None = None, groups: frozenset[str] = frozenset(), **claims: Any) -> SecurityContext:
    kept = MappingProxyType(claims)
    return SecurityContext(kept, kept, tenant=tenant, groups=groups)


def request() -> Incoming:
    return Incoming("POST", "/cubejs-api/v1/load", b"a=b", {b"x-region": b"eu", b"x-request-id": b"r-7"})


# ── without hooks ──


def test_one_context_is_one_caller_and_each_is_its_own() -> None:
    callers = Callers()
    red, blue = signed(n="red", groups=frozenset({"clerk"})), signed(n="red", groups=frozenset({"clerk"}))
    first = callers.of(red)
    assert (first.security, first.groups, first.scopes) == (red, {"clerk"}, None)
    assert callers.of(red) is first
    assert callers.of(blue) is not first
    assert callers.of(blue).security is blue
    assert callers.of(red) is first


def test_the_tenant_of_a_caller_is_their_app_id_and_their_compartment() -> None:
    model: list[Tenancy | None] = [None]
    callers = Callers(tenancy=lambda: model[0])
    plain, named = signed(company="red", country="no"), signed(tenant="set", company="red")
    for tenancy, of_plain, of_named in (
        (None, APP_ID, "set"),
        (BY_COMPANY, "red", "set"),
        (BY_COUNTRY, "no", "set"),
        (None, APP_ID, "set"),
    ):
        model[0] = tenancy
        for caller, due in ((callers.of(plain), of_plain), (callers.of(named), of_named)):
            assert (caller.app_id, caller.compartment) == (due, due)
        assert callers.of(plain) is callers.of(plain)
    assert Callers(rules=HookRules(app_id="ours")).of(plain).compartment == "ours"


def test_of_many_callers_the_latest_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "REMEMBERED", 2)
    model: list[Tenancy | None] = [None]
    callers = Callers(tenancy=lambda: model[0])
    for model[0] in (None, BY_COMPANY):
        contexts = [signed(n=n) for n in range(3)]
        made = [callers.of(one) for one in contexts]
        assert callers.of(contexts[1]) is made[1]
        assert callers.of(contexts[2]) is made[2]
        assert callers.of(contexts[0]) is not made[0]


def test_so_many_bytes_of_callers_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    # Each is counted as a thousand.
    monkeypatch.setattr(room, "REMEMBERED_BYTES", 8_000)
    model: list[Tenancy | None] = [None]
    callers = Callers(tenancy=lambda: model[0])
    for model[0] in (None, BY_COMPANY):
        contexts = [signed(n=n) for n in range(9)]
        made = [callers.of(one) for one in contexts]
        assert callers.of(contexts[1]) is made[1]
        assert callers.of(contexts[0]) is not made[0]


# ── with hooks ──


async def test_without_a_word_of_any_hook_a_caller_is_who_the_token_says() -> None:
    security = signed("red", frozenset({"clerk"}), n=1)
    for rules, compartment in (
        (HookRules(), "red"),
        (HookRules(shares_compartment=True), APP_ID),
        (HookRules(shares_compartment=True, app_id="ours"), "ours"),
    ):
        caller = await Callers(rules=rules).asked(security, request())
        assert (caller.security, caller.groups, caller.scopes) == (security, {"clerk"}, None)
        assert (caller.app_id, caller.compartment, caller.extended) == ("red", compartment, {})
    assert (await Callers(rules=HookRules(app_id="ours")).asked(signed(), request())).app_id == "ours"


async def test_each_hook_says_one_thing_and_is_told_the_context() -> None:
    told: dict[str, Any] = {}

    def noting(name: str, answer: Any) -> Any:
        def hook(*given: Any) -> Any:
            told[name] = given
            return answer

        return hook

    hooks = Hooks(
        extend_context=noting("extend", {"region": "eu"}),
        context_to_app_id=noting("app", "an app"),
        context_to_orchestrator_id=noting("orchestrator", "a compartment"),
        context_to_groups=noting("groups", ["clerk", "boss"]),
        context_to_api_scopes=noting("scopes", ["data", "meta"]),
    )
    rules = HookRules(default_scopes=frozenset({"sql", "data"}), shares_compartment=True)
    security = signed("red", frozenset({"nobody"}), n={"deep": [1]})
    caller = await Callers(hooks, rules).asked(security, request())
    assert (caller.security, caller.groups, caller.scopes) == (security, {"clerk", "boss"}, {"data", "meta"})
    assert (caller.app_id, caller.compartment, caller.extended) == ("an app", "a compartment", {"region": "eu"})
    claims = {"n": {"deep": [1]}}
    assert told["extend"] == (
        {
            "url": "/cubejs-api/v1/load?a=b",
            "method": "POST",
            "headers": {"x-region": "eu", "x-request-id": "r-7"},
            "requestId": "r-7",
            "securityContext": claims,
        },
    )
    assert told["app"] == told["orchestrator"] == told["groups"]
    (ctx,) = told["app"]
    assert (ctx["securityContext"], ctx["jwt"], ctx["region"], ctx["requestId"]) == (claims, claims, "eu", "r-7")
    assert told["scopes"] == (claims, ["data", "sql"])
    # The last of all who may change what they are told.
    told["scopes"][0]["n"]["deep"].append(2)
    assert security.claims["n"] == {"deep": [1]}


async def test_an_app_id_is_the_compartment_unless_all_share_one() -> None:
    hooks = Hooks(context_to_app_id=lambda ctx: ctx["securityContext"]["app"])
    for rules, compartment in ((HookRules(), "blue"), (HookRules(shares_compartment=True), APP_ID)):
        caller = await Callers(hooks, rules).asked(signed(app="blue"), request())
        assert (caller.app_id, caller.compartment) == ("blue", compartment)


async def test_a_context_of_a_hook_takes_the_place_of_the_tokens() -> None:
    hooks = Hooks(
        extend_context=lambda req: {"securityContext": {**req["securityContext"], "company": "blue"}},
        context_to_groups=lambda ctx: [ctx["securityContext"]["company"]],
        context_to_api_scopes=lambda claims, _: ["data"] if claims["company"] == "blue" else [],
    )
    callers = Callers(hooks, tenancy=lambda: BY_COMPANY)
    token = SecurityContext({"company": "red", "n": 1}, {"company": "red", "n": 1}, namespaced={"company": "red"})
    caller = await callers.asked(token, request())
    assert caller.security.claims == caller.security.for_sql == {"company": "blue", "n": 1}
    # What was signed stays what it was.
    assert caller.security.jwt == {"company": "red", "n": 1}
    assert (caller.app_id, caller.compartment, caller.groups, caller.scopes) == ("blue", "blue", {"blue"}, {"data"})
    for part in (caller.security.claims, caller.extended):
        with pytest.raises(TypeError):
            part["company"] = "red"  # type: ignore[index]


@pytest.mark.parametrize(
    ("hooks", "name"),
    [
        (Hooks(extend_context=lambda _: 7), "extend_context"),
        (Hooks(context_to_app_id=lambda _: ""), "context_to_app_id"),
        (Hooks(context_to_orchestrator_id=lambda _: 7), "context_to_orchestrator_id"),
        (Hooks(context_to_groups=lambda _: "admin"), "context_to_groups"),
        (Hooks(context_to_api_scopes=lambda *_: ["everything"]), "context_to_api_scopes"),
    ],
)
async def test_what_a_hook_may_not_say_denies_and_is_told_with_the_request(hooks: Hooks, name: str) -> None:
    told: list[Any] = []
    end = listen(told.append, {HookFailed})
    with pytest.raises(HookError) as refused:
        await Callers(hooks).asked(signed(), request())
    end()
    (failed,) = told
    assert (failed.hook, failed.request_id) == (name, "r-7")
    first, *others = name.split("_")
    assert f"A user-defined {first}{''.join(map(str.title, others))} function " in str(refused.value)


@pytest.mark.parametrize(
    "other",
    [
        {"claims": {"n": 2}},
        {"jwt": {"n": 1, "more": 1}},
        {"namespaced": {"n": 1}},
        {"groups": ["a"]},
        {"groups": ["a", "b", "c"]},
        {"scopes": None},
        {"scopes": ["data"]},
        {"app": "other"},
        {"compartment": "other"},
        {"extended": {"region": "us"}},
        {"extended": {}},
    ],
)
async def test_whatever_is_another_of_a_caller_makes_another_caller(other: dict[str, Any]) -> None:
    """Answers and statements are kept for a caller: two of whom anything is different must never be one."""
    usual: dict[str, Any] = {
        "claims": {"n": 1},
        "jwt": {"n": 1},
        "namespaced": None,
        "groups": ["a", "b"],
        "scopes": ["data", "meta"],
        "app": "one",
        "compartment": "one",
        "extended": {"region": "eu"},
    }

    def context(say: dict[str, Any]) -> SecurityContext:
        return SecurityContext(dict(say["claims"]), dict(say["jwt"]), say["namespaced"])

    # Scopes None: the default ones, which is what a caller has of whom no hook says any.
    says = usual
    callers = Callers(
        Hooks(
            extend_context=lambda _: dict(says["extended"]),
            context_to_app_id=lambda _: says["app"],
            context_to_orchestrator_id=lambda _: says["compartment"],
            context_to_groups=lambda _: says["groups"],
            context_to_api_scopes=lambda *_: [] if says["scopes"] is None else says["scopes"],
        )
    )
    first = await callers.asked(context(usual), request())
    says = {**usual, "groups": ["b", "a"], "scopes": ["meta", "data"]}
    assert await callers.asked(context(usual), request()) is first
    says = {**usual, **other}
    second = await callers.asked(context(says), request())
    assert second is not first
    assert await callers.asked(context(says), request()) is second
    says = usual
    assert await callers.asked(context(usual), request()) is first
