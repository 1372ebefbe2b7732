"""The one place that lets queries through: which rules, masks, limits and groups a query gets, and what is refused."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from kubus.context import Caller, SecurityContext
from kubus.errors import Forbidden, LimitExceeded
from kubus.loading.load import load_files
from kubus.model.access import Limits
from kubus.model.filter import AllOf, AnyOf, Comparison
from kubus.model.model import Model
from kubus.query.authorize import AuthorizedQuery, MaskedMember, RowRule, authorize
from kubus.query.clock import Clock
from kubus.query.query import DateRange, Order, Query, TimeDimension

NOW = Clock(datetime(2024, 6, 15, 12, tzinfo=UTC), "UTC")

MODEL = """
cubes:
  - name: orders
    sql_table: orders
    joins: [{name: users, sql: "{CUBE}.user_id = {users}.id", relationship: many_to_one}]
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: city, sql: city, type: string}
      - {name: note, sql: note, type: string}
      - {name: came, sql: came, type: time}
      - {name: hidden, sql: hidden, type: string, public: false}
    measures:
      - {name: count, type: count}
      - {name: sum, sql: amount, type: sum}
      - {name: rolling, sql: amount, type: sum, rolling_window: {trailing: 1 month}}
      - {name: share, sql: "{sum} / {count}", type: number}
      - {name: share_rolling, sql: "{rolling} / {count}", type: number}
    segments: [{name: new, sql: "{CUBE}.city = 'new'"}]
    access_policy:
      - group: clerk
        member_level: {includes: [city, count, came]}
        row_level: {filters: [{member: city, operator: equals, values: ["{ security_context.city }"]}]}
        min_group: 4
        limits: {rows: 10, seconds: 3, running: 2}
      - group: reader
        member_level: {includes: [city]}
        member_masking: {includes: [note, sum, rolling, share, share_rolling]}
        limits: {rows: 30}
      - group: boss
      - group: local
        member_level: {excludes: [hidden]}
        row_level: {filters: [{member: city, operator: equals, values: [Oslo, Rome]}]}
        min_group: 2
  - name: users
    sql_table: users
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: name, sql: name, type: string}
    measures: [{name: count, type: count}]
    access_policy:
      - group: clerk
        row_level: {filters: [{member: name, operator: set}]}
        limits: {rows: 5, seconds: 9}
        min_group: 6
      - group: local
        row_level: {allow_all: true}
  - name: days
    sql_table: days
    dimensions: [{name: day, sql: day, type: time}]
    measures: [{name: count, type: count}]
  - name: dark
    sql_table: dark
    public: false
    measures: [{name: count, type: count}]
views:
  - name: sales
    cubes:
      - {join_path: orders, includes: [city, note, count]}
      - {join_path: orders.users, includes: [name]}
    access_policy:
      - {group: clerk, min_group: 7, limits: {rows: 20}, row_level: {filters: [{member: city, operator: set}]}}
      - {group: reader}
  - name: bare
    cubes: [{join_path: orders, includes: [city, count]}]
"""


@pytest.fixture(scope="module")
def model() -> Model:
    return load_files({"model.yml": MODEL}, {"default": "duckdb"})


def ask(model: Model, groups: str, query: Query, **more: Any) -> AuthorizedQuery:
    claims = more.pop("claims", {"city": "Oslo"})
    return authorize(query, model, Caller(SecurityContext(claims), frozenset(groups.split())), NOW, **more)


def one(dimension: str, *more: str, **others: Any) -> Query:
    return Query(dimensions=(dimension, *more), **others)


CITY = Comparison("orders.city", "equals", ("Oslo",))
OSLO_OR_ROME = Comparison("orders.city", "equals", ("Oslo", "Rome"))
NAMED = Comparison("users.name", "set")
IN_VIEW = Comparison("sales.city", "set")


# ── what is refused ──


@pytest.mark.parametrize(
    "query",
    [
        Query(measures=("orders.sum",)),
        one("orders.note"),
        one("orders.city", "orders.note"),
        Query(time_dimensions=(TimeDimension("orders.came", "day"),)),
        Query(time_dimensions=(TimeDimension("orders.came"),)),
        one("orders.city", segments=("orders.new",)),
        one("orders.city", filters=(Comparison("orders.note", "set"),)),
        one("orders.city", filters=(AllOf((AnyOf((CITY, Comparison("orders.note", "set"))),)),)),
        one("orders.city", order=(Order("orders.note"),)),
        one("orders.city", order=(Order("orders.came.day"),)),
    ],
)
def test_whatever_names_a_member_that_no_policy_gives_is_refused(model: Model, query: Query) -> None:
    narrow = load_files(
        {"model.yml": MODEL.replace("includes: [city, count, came]", "includes: [city]")}, {"default": "duckdb"}
    )
    with pytest.raises(Forbidden, match=r"You requested hidden member: 'orders\.(sum|note|came|new)'"):
        ask(narrow, "clerk", query)
    assert ask(narrow, "boss", query).rules == ()


def test_who_has_no_policy_gets_nothing(model: Model) -> None:
    with pytest.raises(Forbidden, match=r"'orders\.city'"):
        ask(model, "", one("orders.city"))
    with pytest.raises(Forbidden, match=r"'orders\.city'"):
        ask(model, "stranger", one("orders.city"))
    # A view does not open the cube behind it.
    with pytest.raises(Forbidden, match=r"'bare\.city'"):
        ask(model, "", one("bare.city"))
    with pytest.raises(Forbidden, match=r"'sales\.name'"):
        ask(model, "reader", one("sales.name"))
    assert ask(model, "", Query(measures=("days.count",))).rules == ()
    with pytest.raises(Forbidden, match=r"'days\.count'"):
        ask(model, "", Query(measures=("days.count",)), default="deny")


def test_without_any_policy_in_the_model_everything_is_open_unless_it_is_closed_by_default() -> None:
    model = load_files(
        {"m.yml": "cubes: [{name: t, sql_table: t, measures: [{name: count, type: count}]}]"}, {"default": "duckdb"}
    )
    query = Query(measures=("t.count",))
    assert ask(model, "", query) == AuthorizedQuery(query, ask(model, "", query).access)
    with pytest.raises(Forbidden):
        ask(model, "", query, default="deny")


def test_members_that_do_not_exist_are_left_for_others_to_refuse(model: Model) -> None:
    query = one("orders.city", "orders.nothing", "nowhere.name", "odd", order=(Order("orders.nothing"),))
    assert [rule.cube for rule in ask(model, "clerk", query).rules] == ["orders"]


# ── which rows ──


def test_rows_of_the_policies_that_give_what_is_named(model: Model) -> None:
    assert ask(model, "clerk", one("orders.city")).rules == (RowRule("orders", CITY),)
    assert ask(model, "clerk local", one("orders.city")).rules == (RowRule("orders", AnyOf((CITY, OSLO_OR_ROME))),)
    assert ask(model, "clerk boss", one("orders.city")).rules == ()
    # Each member is held to the policies that give it, and a row to those of every member.
    both = ask(model, "clerk local", one("orders.city", "orders.note"))
    assert both.rules == (RowRule("orders", AnyOf((CITY, OSLO_OR_ROME))), RowRule("orders", OSLO_OR_ROME))
    assert ask(model, "clerk", one("orders.city", "users.name")).rules == (
        RowRule("orders", CITY),
        RowRule("users", NAMED),
    )
    assert ask(model, "clerk", one("orders.city"), claims={"city": []}).rules == (RowRule("orders", None),)
    with pytest.raises(Forbidden, match="is missing: city"):
        ask(model, "clerk", one("orders.city"), claims={})


def test_rows_through_a_view_are_those_of_the_view_and_of_its_cubes(model: Model) -> None:
    seen = ask(model, "clerk", one("sales.city", "sales.name"))
    assert seen.rules == (RowRule(None, IN_VIEW), RowRule("orders", CITY), RowRule("users", NAMED))
    assert seen.covered == {"orders", "users"}
    assert ask(model, "clerk reader", one("sales.city")).rules == ()
    assert ask(model, "clerk", one("bare.city")).rules == (RowRule("orders", CITY),)
    # By itself and through a view, a cube is held to both.
    twice = ask(model, "clerk", one("orders.city", "sales.city"))
    assert twice.rules == (RowRule("orders", CITY), RowRule(None, IN_VIEW))
    assert twice.covered == {"orders"}


def test_cubes_that_a_plan_reads_and_nobody_named(model: Model) -> None:
    first = ask(model, "clerk", one("orders.city"))
    assert first.covered == {"orders"}
    read = first.reading(["orders", "users", "days"])
    assert read.rules == (RowRule("orders", CITY), RowRule("users", NAMED))
    assert read.covered == {"orders", "users", "days"}
    assert len(read.applied) == len(set(read.applied)) == 2
    assert dict(read.least) == {"orders": 4, "users": 6}
    assert read.reading(["users"]) is read
    with pytest.raises(Forbidden, match="no access policy is for you"):
        ask(model, "reader", one("orders.city")).reading(["users"])
    free = ask(model, "local", one("orders.city")).reading(["users"])
    assert free.rules == (RowRule("orders", OSLO_OR_ROME),)


# ── masks ──


def test_what_is_masked_and_where(model: Model) -> None:
    assert ask(model, "reader", one("orders.note", "orders.city")).masked == (MaskedMember("orders.note"),)
    assert ask(model, "boss reader", one("orders.note")).masked == ()
    # Whole in the rows of the policy that gives it whole, masked in the others that are seen.
    assert ask(model, "reader local", one("orders.note")).masked == (MaskedMember("orders.note", OSLO_OR_ROME),)
    assert ask(model, "reader local", one("orders.note")).rules == ()
    assert ask(model, "local", one("orders.note")).masked == ()
    for measure in ("sum", "rolling", "share", "share_rolling"):
        path = f"orders.{measure}"
        assert ask(model, "reader", Query(measures=(path,))).masked == (MaskedMember(path),)
        assert ask(model, "reader local", Query(measures=(path,))).masked == (MaskedMember(path, OSLO_OR_ROME),)


@pytest.mark.parametrize(
    ("filters", "is_whole"),
    [
        ((), False),
        ((OSLO_OR_ROME,), True),
        ((CITY,), True),
        ((Comparison("orders.city", "in", ("Rome",)),), True),
        ((Comparison("orders.city", "in", ("Rome", "Oslo")),), True),
        ((AllOf((Comparison("orders.id", "set"), AllOf((CITY,)))),), True),
        ((Comparison("orders.city", "equals", ("Oslo", "Bonn")),), False),
        ((Comparison("orders.city", "equals", ("Oslo", None)),), False),
        ((Comparison("orders.city", "equals", ()),), False),
        ((Comparison("orders.city", "notEquals", ("Oslo",)),), False),
        ((Comparison("orders.city", "contains", ("Oslo",)),), False),
        ((Comparison("orders.note", "equals", ("Oslo",)),), False),
        ((AnyOf((CITY, Comparison("orders.id", "set"))),), False),
        ((AnyOf((CITY,)),), False),
        ((Comparison("sales.city", "equals", ("Oslo",)),), False),
    ],
)
def test_filters_that_leave_only_rows_that_are_seen_whole(
    model: Model, filters: tuple[Any, ...], is_whole: bool
) -> None:
    """What the client asks for may say already what the policy says; then nothing is masked."""
    for query in (one("orders.note", filters=filters), Query(measures=("orders.sum",), filters=filters)):
        (path,) = (*query.dimensions, *query.measures)
        due = () if is_whole else (MaskedMember(path, OSLO_OR_ROME),)
        assert [m for m in ask(model, "reader local", query).masked if m.path == path] == list(due)
    for measure in ("orders.rolling", "orders.share_rolling"):
        # Windows see rows that the filter of the client does not leave.
        found = ask(model, "reader local", Query(measures=(measure,), filters=filters)).masked
        assert MaskedMember(measure, OSLO_OR_ROME) in found
    share = ask(model, "reader local", Query(measures=("orders.share",), filters=filters)).masked
    assert (MaskedMember("orders.share", OSLO_OR_ROME) in share) is not is_whole


# ── groups, limits, roles ──


def test_small_groups_are_counted_in_every_cube_that_is_named(model: Model) -> None:
    assert ask(model, "clerk", one("orders.city")).least == (("orders", 4),)
    assert ask(model, "clerk", one("users.name", "orders.city")).least == (("orders", 4), ("users", 6))
    assert ask(model, "clerk local", one("orders.city")).least == (("orders", 2),)
    assert ask(model, "boss", one("orders.city")).least == ()
    # A member of a view counts the rows of the view's root, and those of its own cube.
    assert ask(model, "clerk", one("sales.name")).least == (("orders", 7), ("users", 6))
    assert ask(model, "clerk", one("sales.city")).least == (("orders", 7),)
    assert ask(model, "clerk", one("sales.city", "orders.city")).least == (("orders", 7),)
    assert ask(model, "clerk", one("orders.city", "sales.city")).least == (("orders", 7),)


def test_limits_are_the_strictest_of_what_is_named(model: Model) -> None:
    assert ask(model, "clerk", one("orders.city")).limits == Limits(10, 3.0, 2)
    assert ask(model, "clerk", one("orders.city", "users.name")).limits == Limits(5, 3.0, 2)
    assert ask(model, "clerk reader", one("orders.city")).limits == Limits(30)
    assert ask(model, "clerk reader", one("orders.city", "orders.note")).limits == Limits(30)
    assert ask(model, "clerk reader", one("orders.city", "orders.count")).limits == Limits(10, 3.0, 2)
    assert ask(model, "boss clerk", one("orders.city")).limits == Limits()


def test_rows_are_counted_before_they_are_given(model: Model) -> None:
    asked = ask(model, "clerk", one("orders.city"))
    asked.check_rows(10)
    with pytest.raises(LimitExceeded, match="more than 10 rows"):
        asked.check_rows(11)
    ask(model, "boss", one("orders.city")).check_rows(10**9)
    replace(asked, limits=Limits(rows=0)).check_rows(0)


def test_roles_are_the_policies_that_give_what_is_named(model: Model) -> None:
    clerk, reader, boss, local = (policy.name for policy in model.cubes["orders"].policies)
    view = [policy.name for policy in model.views["sales"].policies]
    users = [policy.name for policy in model.cubes["users"].policies]
    assert ask(model, "clerk reader", one("orders.city")).roles == tuple(sorted((clerk, reader)))
    assert ask(model, "clerk reader", one("orders.note")).roles == (reader,)
    assert ask(model, "clerk reader", one("orders.note")).applied == (clerk, reader)
    assert ask(model, "boss local", Query(measures=("orders.sum",))).roles == tuple(sorted((boss, local)))
    seen = ask(model, "clerk", one("sales.name", "sales.city"))
    assert seen.roles == (view[0],)
    assert set(seen.applied) == {view[0], users[0], clerk}


# ── what is not public, and what the host's own code tests ──


def test_members_that_are_not_public_can_be_explained_and_not_read(model: Model) -> None:
    for query in (one("orders.hidden"), Query(measures=("dark.count",))):
        asked = ask(model, "boss", query)
        assert asked.hidden == (*query.dimensions, *query.measures)
        with pytest.raises(Forbidden, match="You requested hidden member"):
            asked.check_visible()
        ask(model, "boss", query, show_hidden=True).check_visible()
    with pytest.raises(Forbidden, match=r"orders\.hidden"):
        # Development mode shows what is not public; policies hold all the same.
        ask(model, "local", one("orders.hidden"), show_hidden=True)
    by_time = Query(time_dimensions=(TimeDimension("orders.hidden", "day"), TimeDimension("orders.came", "day")))
    assert ask(model, "boss", by_time).hidden == ("orders.hidden",)
    tested = Query(
        ("orders.count",),
        filters=(Comparison("orders.hidden", "set"),),
        time_dimensions=(TimeDimension("orders.hidden"),),
    )
    assert ask(model, "boss", tested).hidden == ()
    ask(model, "boss", one("orders.city", "no.where")).check_visible()


def test_what_the_hosts_own_conditions_test_may_be_hidden_unless_it_is_selected_too(model: Model) -> None:
    trusted = frozenset({"orders.note"})
    by_note = Comparison("orders.note", "set")
    asked = ask(model, "clerk", one("orders.city", filters=(by_note,)), trusted=trusted)
    assert asked.rules == (RowRule("orders", CITY),)
    with pytest.raises(Forbidden):
        ask(model, "clerk", one("orders.city", "orders.note", filters=(by_note,)), trusted=trusted)
    with pytest.raises(Forbidden):
        ask(model, "clerk", one("orders.city", filters=(Comparison("orders.sum", "set"),)), trusted=trusted)


# ── shape and values ──


def test_shape_and_values_stand_apart(model: Model) -> None:
    """Equal shapes share a plan: everything that changes SQL is in them, and no value is."""
    start, end = datetime(2024, 1, 1), datetime(2024, 1, 2)  # noqa: DTZ001 - wall time
    query = one(
        "orders.note",
        filters=(Comparison("orders.city", "contains", ("x",)),),
        time_dimensions=(TimeDimension("orders.came", "day", DateRange(start, end)),),
    )
    asked = ask(model, "reader local", query)
    moments = ("2024-01-01T00:00:00.000", "2024-01-02T00:00:00.000")
    # Those of the query, of the rule that the time is held to, and of what is not masked.
    assert asked.values == ("x", *moments, "Oslo", "Rome", "Oslo", "Rome")
    assert asked.first_mask_slot == 5
    clerk = ask(model, "clerk", one("orders.city", filters=(Comparison("orders.city", "contains", ("x",)),)))
    assert (clerk.values, clerk.first_mask_slot) == (("x", "Oslo"), 2)
    other = ask(model, "clerk", clerk.query, claims={"city": "Rome"})
    assert other.shape == clerk.shape
    assert other.values == ("x", "Rome")
    assert "Oslo" not in repr(clerk.shape)
    number = ask(model, "clerk", clerk.query, claims={"city": 7})
    shapes = [
        clerk.shape,
        number.shape,
        ask(model, "clerk", clerk.query, claims={"city": ["Oslo", "Rome"]}).shape,
        ask(model, "clerk", clerk.query, claims={"city": []}).shape,
        replace(clerk, least=()).shape,
        replace(clerk, least=(("orders", 5),)).shape,
        replace(clerk, limits=Limits(rows=11)).shape,
        replace(clerk, masked=(MaskedMember("orders.city"),)).shape,
        replace(clerk, masked=(MaskedMember("orders.city", CITY),)).shape,
        replace(clerk, rules=()).shape,
        replace(clerk, rules=(RowRule("users", CITY),)).shape,
        replace(clerk, query=replace(clerk.query, dimensions=("orders.note",))).shape,
    ]
    assert len(set(shapes)) == len(shapes)


# ── every member is looked at, whatever came before it ──


def test_what_the_host_tests_and_what_is_not_there_do_not_let_others_by(model: Model) -> None:
    note, hidden = Comparison("orders.note", "set"), Comparison("orders.hidden", "set")
    trusted = frozenset({"orders.note"})
    assert ask(model, "clerk", one("orders.city", filters=(note,)), trusted=trusted).query.filters == (note,)
    with pytest.raises(Forbidden, match=r"orders\.hidden"):
        ask(model, "clerk", one("orders.city", filters=(note, hidden)), trusted=trusted)
    for unknown in ("nobody.x", "orders.nothing", "x"):
        with pytest.raises(Forbidden, match=r"orders\.note"):
            ask(model, "clerk", one(unknown, "orders.note"))


def test_each_of_several_masked_members_is_masked(model: Model) -> None:
    query = Query(measures=("orders.sum", "orders.share"), dimensions=("orders.note",))
    paths = {"orders.sum", "orders.share", "orders.note"}
    assert {m.path for m in ask(model, "reader", query).masked} == paths
    # One that another policy gives in every row is not, and those after it are.
    giving = MODEL.replace(
        "      - group: boss\n", "      - group: giver\n        member_level: {includes: [sum]}\n", 1
    )
    given = load_files({"model.yml": giving}, {"default": "duckdb"})
    assert {m.path for m in ask(given, "reader giver", query).masked} == paths - {"orders.sum"}
