"""Access policies of one caller: which are for them, what their values come to, and which rows they give."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from kubus.context import Caller, SecurityContext
from kubus.errors import BadPolicy, Forbidden
from kubus.loading.load import load_files
from kubus.model.access import (
    AccessPolicy,
    AllTests,
    AnyTest,
    ClaimAt,
    Constant,
    FirstFalseOf,
    FirstTrueOf,
    Limits,
    ListOf,
    MemberSet,
    OppositeOf,
    PolicyValue,
    RowFilter,
    RowTest,
    TextOf,
)
from kubus.model.filter import AllOf, AnyOf, Comparison
from kubus.model.model import Model
from kubus.query.access import Access, claims_named, decisive, evaluated, is_for, sight, strictest, texts_of, widest
from kubus.query.clock import Clock

NOW = Clock(datetime(2024, 6, 15, 12, tzinfo=UTC), "UTC")
CLAIMS = {
    "yes": True,
    "no": False,
    "org": "acme",
    "orgs": ["acme", None, 7],
    "none": None,
    "one": ["acme"],
    "obj": {"in": 1},
}
ANNA = Caller(SecurityContext(CLAIMS), frozenset({"clerk", "boss"}))

MODEL = """
cubes:
  - name: orders
    sql_table: orders
    min_group: 3
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: city, sql: city, type: string}
      - {name: note, sql: note, type: string}
    measures: [{name: count, type: count}]
    segments: [{name: new, sql: "{CUBE}.city = 'new'"}]
    access_policy:
      - {group: clerk, member_level: {includes: [city]}, member_masking: {includes: [note, new]}, min_group: 5, limits: {rows: 10, seconds: 4}}
      - {group: boss, member_level: {includes: [city, count]}, min_group: 2, limits: {rows: 20}}
      - {group: nobody, min_group: 9}
  - name: open
    sql_table: open
    measures: [{name: count, type: count}]
  - name: asks
    sql_table: asks
    measures: [{name: count, type: count}]
    access_policy:
      - {group: "*", conditions: [{if: "{ security_context.absent }"}]}
views:
  - name: sales
    cubes: [{join_path: orders, includes: [city, count]}]
    access_policy: [{group: boss, member_level: {includes: "*"}}]
  - name: bare
    cubes: [{join_path: orders, includes: [city, note]}]
"""


@pytest.fixture(scope="module")
def model() -> Model:
    return load_files({"model.yml": MODEL}, {"default": "duckdb"})


def caller(*groups: str, **claims: Any) -> Caller:
    return Caller(SecurityContext(claims), frozenset(groups))


def access(model: Model, *groups: str, **more: Any) -> Access:
    return Access(model, caller(*groups), NOW, **more)


def policy(rows: RowFilter | None = None, **more: Any) -> AccessPolicy:
    return AccessPolicy(more.pop("name", "orders.0"), more.pop("groups", None), rows=rows, **more)


def claim(*path: str) -> ClaimAt:
    return ClaimAt(path)


YES, NO, ABSENT = claim("yes"), claim("no"), claim("absent")


# ── for whom a policy is ──


def test_groups() -> None:
    assert is_for(policy(), ANNA)
    assert is_for(policy(groups=frozenset({"clerk"})), ANNA)
    assert is_for(policy(groups=frozenset({"other", "boss"})), ANNA)
    assert not is_for(policy(groups=frozenset({"other"})), ANNA)
    assert not is_for(policy(groups=frozenset()), ANNA)
    assert not is_for(policy(groups=frozenset({"clerk"})), caller())


def test_every_condition_holds() -> None:
    assert is_for(policy(conditions=(YES, Constant(True))), ANNA)
    for conditions in ((YES, NO), (NO, YES), (Constant(False),)):
        assert not is_for(policy(conditions=conditions), ANNA)
    # Conditions of a policy for others are not looked at: their claims need not be there.
    assert not is_for(policy(groups=frozenset({"other"}), conditions=(ABSENT,)), ANNA)


@pytest.mark.parametrize(
    ("condition", "shown"),
    [
        (claim("org"), '"acme"'),
        (Constant(1), "1"),
        (Constant(None), "null"),
        (claim("orgs"), '["acme", null, 7]'),
        (Constant(""), '""'),
    ],
)
def test_a_condition_is_true_or_false(condition: PolicyValue, shown: str) -> None:
    with pytest.raises(BadPolicy, match="must return boolean, got") as refused:
        is_for(policy(conditions=(condition,)), ANNA)
    assert refused.value.message.endswith(shown)
    assert "orders.0" in (refused.value.hint or "")


@pytest.mark.parametrize("condition", [ABSENT, FirstTrueOf((NO, ABSENT)), FirstFalseOf((YES, claim("obj", "absent")))])
def test_a_condition_without_its_claim_denies(condition: PolicyValue) -> None:
    with pytest.raises(Forbidden, match=r"Access policy value is missing: (obj\.)?absent"):
        is_for(policy(conditions=(condition,)), ANNA)


# ── what values come to ──


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (Constant(7), 7),
        (claim("org"), "acme"),
        (claim("obj", "in"), 1),
        (claim("obj", "in", "deeper"), None),
        (claim("org", "deeper"), None),
        (ABSENT, None),
        (TextOf((Constant("org-"), claim("org"), Constant("-"), claim("obj", "in"))), "org-acme-1"),
        (ListOf((Constant(1), claim("org"))), [1, "acme"]),
        (OppositeOf(YES), False),
        (OppositeOf(ABSENT), True),
        (FirstTrueOf((NO, claim("org"), YES)), "acme"),
        (FirstTrueOf((NO, ABSENT, Constant(0))), 0),
        (FirstFalseOf((YES, claim("org"), NO, ABSENT)), False),
        (FirstFalseOf((YES, claim("org"))), "acme"),
        (FirstTrueOf((NO, FirstFalseOf((YES, claim("org"))))), "acme"),
        (FirstFalseOf((YES, FirstTrueOf((NO, claim("org"))))), "acme"),
    ],
)
def test_values(value: PolicyValue, found: object) -> None:
    assert evaluated(value, ANNA) == found
    assert type(evaluated(value, ANNA)) is type(found)
    assert evaluated(decisive(value, ANNA), ANNA) == found


@pytest.mark.parametrize(
    ("value", "texts"),
    [
        (Constant(7), ["7"]),
        (Constant(None), [None]),
        (Constant(True), ["true"]),
        (claim("org"), ["acme"]),
        (claim("orgs"), ["acme", "7"]),
        (ListOf((Constant("a"), claim("orgs"), ListOf((Constant(None),)))), ["a", "acme", "7", None]),
        (TextOf((Constant("x"), claim("one"))), ["xacme"]),
        (FirstTrueOf((claim("none"), claim("orgs"))), ["acme", "7"]),
        (OppositeOf(YES), ["false"]),
    ],
)
def test_texts(value: PolicyValue, texts: list[str | None]) -> None:
    assert texts_of(value, ANNA) == texts


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (ABSENT, "is missing: absent"),
        (claim("none"), "is missing: none"),
        (claim("obj"), "is no text, number, boolean or list of them: obj"),
        (TextOf((Constant("x"), claim("orgs"))), "is not one value: orgs"),
        (TextOf((Constant("x"), ListOf((Constant(None),)))), "is not one value: a list"),
        (FirstTrueOf((NO, ABSENT)), "is missing: absent"),
    ],
)
def test_values_that_are_none(value: PolicyValue, said: str) -> None:
    with pytest.raises(Forbidden) as refused:
        texts_of(value, ANNA)
    assert refused.value.message == f"Access policy value {said}"


# ── rows ──

CITY = RowTest("orders.city", "equals", (claim("org"),))
IS_ACME = Comparison("orders.city", "equals", ("acme",))
NOTE = RowTest("orders.note", "set", (ABSENT,))
HAS_NOTE = Comparison("orders.note", "set")
# Nothing is in an empty list, and everything is outside of it.
IN_NOTHING = RowTest("orders.city", "equals", (claim("no_list"),))
OUTSIDE = RowTest("orders.city", "notEquals", (claim("no_list"),))
READER = Caller(SecurityContext({**CLAIMS, "no_list": []}), frozenset())


@pytest.mark.parametrize(
    ("policies", "rows"),
    [
        ([], False),
        ([None], True),
        ([CITY, None], True),
        ([None, CITY], True),
        ([CITY], IS_ACME),
        ([CITY, CITY], AnyOf((IS_ACME,))),
        ([CITY, NOTE], AnyOf((IS_ACME, HAS_NOTE))),
        ([IN_NOTHING], False),
        ([IN_NOTHING, CITY], IS_ACME),
        ([OUTSIDE], True),
        ([CITY, OUTSIDE], True),
        ([AllTests((CITY, NOTE))], AllOf((IS_ACME, HAS_NOTE))),
        ([AllTests((CITY, IN_NOTHING))], False),
        ([AllTests((CITY, OUTSIDE))], AllOf((IS_ACME,))),
        ([AllTests((OUTSIDE, OUTSIDE))], True),
        ([AllTests(())], True),
        ([AnyTest((CITY, NOTE))], AnyOf((IS_ACME, HAS_NOTE))),
        ([AnyTest((CITY, OUTSIDE))], True),
        ([AnyTest((CITY, IN_NOTHING))], AnyOf((IS_ACME,))),
        ([AnyTest((IN_NOTHING, IN_NOTHING))], False),
        ([AllTests((AnyTest((CITY, IN_NOTHING)), NOTE))], AllOf((AnyOf((IS_ACME,)), HAS_NOTE))),
    ],
)
def test_rows(model: Model, policies: list[RowFilter | None], rows: object) -> None:
    seen = Access(model, READER, NOW)
    assert seen.row_filter([policy(one) for one in policies]) == rows


@pytest.mark.parametrize(
    "operator", ["equals", "notEquals", "in", "notIn", "contains", "notContains", "startsWith", "notEndsWith"]
)
def test_an_empty_list_of_values(model: Model, operator: str) -> None:
    found = Access(model, READER, NOW).row_filter([policy(RowTest("orders.city", operator, (claim("no_list"),)))])
    assert found is operator.startswith("not")


@pytest.mark.parametrize("operator", ["gt", "lte", "inDateRange", "notInDateRange", "beforeDate"])
def test_an_empty_list_is_nothing_to_compare_with(model: Model, operator: str) -> None:
    with pytest.raises(Forbidden, match="is missing: no_list"):
        Access(model, READER, NOW).row_filter([policy(RowTest("orders.city", operator, (claim("no_list"),)))])


def test_dates_in_rows(model: Model) -> None:
    moment = Clock(datetime(2024, 6, 15, 12, tzinfo=UTC), "UTC")
    seen = Access(model, caller(since="yesterday", odd="x"), moment)
    found = seen.row_filter([policy(RowTest("orders.at", "afterDate", (claim("since"),)))])
    assert found == Comparison("orders.at", "afterDate", ("2024-06-14T23:59:59.999",))
    assert moment.moves_at == datetime(2024, 6, 16, tzinfo=UTC)
    with pytest.raises(Forbidden, match="is no date: odd"):
        seen.row_filter([policy(RowTest("orders.at", "afterDate", (claim("odd"),)))])


# ── members ──


def test_how_members_are_seen(model: Model) -> None:
    clerk, boss = access(model, "clerk"), access(model, "boss")
    both = access(model, "clerk", "boss")
    assert {path for path in ("orders.city", "orders.note", "orders.count", "orders.new") if clerk.shows(path)} == {
        "orders.city",
        "orders.note",
    }
    note = clerk.sight("orders.note")
    assert note is not None
    assert note.whole_in == ()
    city = clerk.sight("orders.city")
    assert city is not None
    assert (city.rows, city.whole_in) == (None, None)
    # A segment that stands masked would tell what it hides: it is given whole or not at all.
    assert clerk.sight("orders.new") is None
    assert not boss.shows("orders.note")
    assert boss.shows("orders.count")
    assert both.shows("orders.note")
    assert not access(model).shows("orders.city")
    assert access(model, "nobody").shows("orders.new")


def test_what_has_no_policy(model: Model) -> None:
    assert access(model).shows("open.count")
    assert not access(model, default="deny").shows("open.count")
    assert not access(model, "clerk", default="deny").shows("bare.city")


def test_a_view_shows_what_its_cube_lets_it(model: Model) -> None:
    assert access(model, "boss").shows("sales.city")
    assert not access(model, "clerk").shows("sales.city")
    assert access(model, "clerk").shows("bare.city")
    assert not access(model).shows("bare.city")


def test_what_cannot_be_evaluated_is_not_shown(model: Model) -> None:
    seen = access(model, "boss")
    assert not seen.shows("asks.count")
    with pytest.raises(Forbidden):
        seen.sight("asks.count")


def test_keys_tell_callers_apart_by_what_they_are_shown(model: Model) -> None:
    keys = {
        groups: access(model, *groups).key() for groups in ((), ("clerk",), ("boss",), ("clerk", "boss"), ("other",))
    }
    assert keys[()] == keys[("other",)]
    assert len(set(keys.values())) == 4
    with_claim = Access(model, caller("clerk", absent=True), NOW).key()
    without_claim = Access(model, caller("clerk", absent=False), NOW).key()
    assert len({keys[("clerk",)], with_claim, without_claim}) == 3


# ── groups and limits ──


def test_small_groups(model: Model) -> None:
    """The least that a policy asks for which gives the member; what the cube asks for holds for all."""
    orders = model.cubes["orders"]
    both = access(model, "clerk", "boss")
    assert both.min_group(orders, "note") == 5
    assert both.min_group(orders, "city") == 3
    assert both.min_group(orders, "count") == 3
    assert both.min_group(orders) == 3
    assert access(model, "clerk").min_group(orders) == 5
    assert access(model, "nobody").min_group(orders, "note") == 9
    assert access(model).min_group(orders) == 3
    assert access(model).min_group(model.cubes["open"]) == 0


def test_limits(model: Model) -> None:
    orders = model.cubes["orders"]
    both = access(model, "clerk", "boss")
    assert both.limits(orders, "note") == Limits(rows=10, seconds=4.0)
    assert both.limits(orders, "city") == Limits(rows=20)
    assert both.limits(orders, "count") == Limits(rows=20)
    assert access(model).limits(orders, "city") == Limits()


def test_the_widest_and_the_strictest() -> None:
    assert widest([1, 3, 2]) == 3
    assert widest([1, None]) is None
    assert widest([None]) is None
    assert widest([]) is None
    assert widest([0]) == 0
    assert strictest([3, 1, 2]) == 1
    assert strictest([None, 2]) == 2
    assert strictest([None]) is None
    assert strictest([]) is None


# ── how policies add up, where a table of docs/access.md does not say ──


def test_the_policies_that_a_row_has_to_pass() -> None:
    whole = policy(CITY, name="whole", members=MemberSet(frozenset({"m"})))
    masked = policy(NOTE, name="masked", members=MemberSet(frozenset()), masked=MemberSet(frozenset({"m"})))
    other = policy(name="other", members=MemberSet(frozenset({"n"})))
    seen = sight([whole, masked, other], "m")
    assert seen is not None
    assert (seen.rows, seen.whole_in) == ((whole, masked), (whole,))
    assert sight([other], "m") is None
    assert sight([], "m") is None


def test_messages_name_every_claim_that_was_read_once() -> None:
    deep = FirstTrueOf((claim("a", "b"), FirstFalseOf((OppositeOf(claim("c")), Constant("x")))))
    assert claims_named((TextOf((Constant("x"), deep)), ListOf((claim("d"), claim("c"))))) == "a.b, c, d"
    assert claims_named((Constant("canary"),)) == claims_named(()) == "a list"


def test_messages_hold_no_values() -> None:
    secret = Caller(SecurityContext({"list": [{"canary": 1}]}), frozenset())
    with pytest.raises(Forbidden) as refused:
        texts_of(claim("list"), secret)
    assert "canary" not in json.dumps([refused.value.message, refused.value.hint])
