"""The way of a query through the layer: the clock that it is read by, what its job is made of, and what is kept of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kubus import semantic_layer as room
from kubus.context import ANYBODY, Caller, SecurityContext
from kubus.errors import Forbidden
from kubus.execution.compartment import NO_COMPARTMENT, Compartment
from kubus.loading.load import load_files
from kubus.model.filter import Comparison
from kubus.model.refresh_key import RefreshInterval
from kubus.query.query import Order, Query, TimeDimension
from kubus.semantic_layer import Prepared, SemanticLayer
from kubus.sources.duckdb import DuckDBOptions, DuckDBSource

NOON = datetime(2024, 6, 15, 12, tzinfo=UTC)
# Later on the same day in UTC, and on the next in Tokyo.
EVENING = datetime(2024, 6, 15, 16, tzinfo=UTC)

MODEL = """
cubes:
  - name: orders
    sql: "SELECT * FROM orders WHERE {SECURITY_CONTEXT.city.filter('city')}"
    refresh_key: {every: 30 seconds}
    joins:
      - {name: users, sql: "{CUBE}.user_id = {users}.id", relationship: many_to_one}
      - {name: notes, sql: "{CUBE}.id = {notes}.id", relationship: many_to_one}
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: city, sql: city, type: string}
      - {name: came, sql: came, type: time}
      - {name: country, sql: "{users.country}", type: string}
      - {name: note, sql: "{users.country} || {notes.text}", type: string}
      - {name: inside, sql: inside, type: string, public: false}
      - {name: price, sql: price, type: number, mask: -1}
    measures: [{name: count, type: count}]
  - name: users
    sql_table: users
    refresh_key: {sql: "SELECT max(changed) FROM users"}
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: country, sql: country, type: string}
    access_policy:
      - group: "*"
        row_level: {filters: [{member: country, operator: equals, values: ["{ security_context.country }"]}]}
  - name: notes
    sql_table: notes
    dimensions: [{name: id, sql: id, type: number, primary_key: true}, {name: text, sql: text, type: string}]
    access_policy:
      - group: "*"
        row_level: {filters: [{member: text, operator: equals, values: ["{ security_context.text }"]}]}
views:
  - name: recent
    default_filters: [{member: came, operator: inDateRange, values: [today]}]
    cubes: [{join_path: orders, includes: [count, came]}]
"""

TENANTS = """
tenant: {claim: company}
cubes:
  - name: orders
    sql: "SELECT * FROM orders WHERE {SECURITY_CONTEXT.city.filter('city')}"
    tenant: company
    refresh_key: {sql: "SELECT max(changed) FROM orders WHERE {SECURITY_CONTEXT.city.filter('city')}"}
    dimensions: [{name: id, sql: id, type: number, primary_key: true}, {name: city, sql: city, type: string}]
    measures: [{name: count, type: count}]
"""


def layer_of(model: str = MODEL, **options: Any) -> SemanticLayer:
    source = DuckDBSource("default", DuckDBOptions())
    return SemanticLayer(lambda: load_files({"m.yml": model}, {"default": "duckdb"}), {"default": source}, **options)


@pytest.fixture(scope="module")
def layer() -> SemanticLayer:
    return layer_of()


def who(*groups: str, **claims: Any) -> Caller:
    return Caller(SecurityContext(claims, claims), frozenset(groups))


NORWEGIAN = who(country="NO", text="a")
GERMAN = who(country="DE", text="b")
COUNT = Query(measures=("orders.count",))


# ── the clock ──


def days(prepared: Prepared) -> tuple[str, ...]:
    return tuple(value[:13] for value in prepared.statement.parameters)


def test_words_for_dates_mean_the_day_that_it_is_in_the_zone_of_the_query(layer: SemanticLayer) -> None:
    recent = Query(measures=("recent.count",))
    tokyo = Query(measures=("recent.count",), timezone="Asia/Tokyo")
    assert days(layer.prepare(recent, ANYBODY, NOON)) == ("2024-06-15T00", "2024-06-16T00")
    assert days(layer.prepare(recent, ANYBODY, EVENING)) == ("2024-06-15T00", "2024-06-16T00")
    assert days(layer.prepare(tokyo, ANYBODY, NOON)) == ("2024-06-14T15", "2024-06-15T15")
    assert days(layer.prepare(tokyo, ANYBODY, EVENING)) == ("2024-06-15T15", "2024-06-16T15")
    # The moment at which they mean another.
    assert layer.prepare(recent, ANYBODY, NOON).moves_at == datetime(2024, 6, 16, tzinfo=UTC)
    assert layer.prepare(tokyo, ANYBODY, NOON).moves_at == datetime(2024, 6, 15, 15, tzinfo=UTC)
    assert layer.prepare(COUNT, ANYBODY, NOON).moves_at is None


def test_without_a_clock_it_is_now(layer: SemanticLayer) -> None:
    recent = Query(measures=("recent.count",))
    for zone in ("UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"):
        query = Query(measures=("recent.count",), timezone=zone)
        before = datetime.now(UTC)
        prepared, authorized = layer.prepare(query, ANYBODY), layer.authorized(query, ANYBODY)
        expected = [layer.prepare(query, ANYBODY, moment) for moment in (before, datetime.now(UTC))]
        assert days(prepared) in [days(one) for one in expected]
        assert authorized.query.filters in [one.query.filters for one in expected]
        assert authorized.query.default_filters in [one.query.default_filters for one in expected]
    assert layer.authorized(recent, ANYBODY).query == layer.prepare(recent, ANYBODY).query


# ── what a job is made of ──


def test_a_job_has_its_total_its_intervals_and_its_keys(layer: SemanticLayer) -> None:
    plain = layer.prepare(COUNT, ANYBODY, NOON)
    assert (plain.count, plain.job.compartment, plain.job.refresh_keys) == (None, NO_COMPARTMENT, ())
    assert RefreshInterval(30.0) in plain.job.refresh_intervals
    oslo = who(city="Oslo", country="NO", text="a")
    total = layer.prepare(Query(dimensions=("orders.city",), total=True), oslo, NOON)
    assert total.count is not None
    assert total.count.parameters == total.statement.parameters == ("Oslo",)
    assert "count" in total.count.sql.lower()
    keyed = layer.prepare(Query(dimensions=("orders.country",)), NORWEGIAN, NOON)
    (key,) = keyed.job.refresh_keys
    assert (key.cube, "max(changed)" in key.statement.sql.lower()) == ("users", True)


def test_the_order_is_the_one_asked_for_or_the_usual_one(layer: SemanticLayer) -> None:
    by_day = (TimeDimension("orders.came", "day"),)
    for given, due in (
        (None, (Order("orders.came"),)),
        ((), ()),
        ((Order("orders.count"),), (Order("orders.count"),)),
    ):
        query = Query(measures=("orders.count",), time_dimensions=by_day, order=given)
        assert layer.prepare(query, ANYBODY, NOON).order == due


def test_a_job_of_a_tenant_is_that_tenants() -> None:
    layer = layer_of(TENANTS)
    for name in ("red", "blue"):
        prepared = layer.prepare(COUNT, who(company=name, city="Oslo"), NOON)
        assert prepared.job.compartment == Compartment(tenant=name, is_one_of_many=True)
        assert sorted(prepared.statement.parameters) == ["Oslo", name]
        assert [sorted(key.statement.parameters) for key in prepared.job.refresh_keys] == [["Oslo"]]
        narrow = Query(measures=("orders.count",), filters=(Comparison("orders.city", "equals", ("Rome", "Bonn")),))
        asked = layer.prepare(narrow, who(company=name, city="Oslo"), NOON).statement.parameters
        assert sorted(asked) == sorted(["Oslo", "Rome", "Bonn", name])
    beside = layer.beside(layer.current, Compartment("own"))
    compartment = beside.prepare(COUNT, who(company="red"), NOON).job.compartment
    assert compartment == Compartment("own", tenant="red", is_one_of_many=True)
    with pytest.raises(Forbidden, match="names no tenant"):
        layer.prepare(COUNT, ANYBODY, NOON)


# ── cubes that a plan reads, and that the query does not name ──


def test_policies_of_all_that_is_read_hold_the_first_time_and_later(layer: SemanticLayer) -> None:
    through = Query(dimensions=("orders.country",))
    for _ in range(2):
        for caller, values in ((NORWEGIAN, ("NO",)), (GERMAN, ("DE",))):
            prepared = layer.prepare(through, caller, NOON)
            assert prepared.statement.parameters == values
            assert "users" in prepared.authorized.covered
    both = Query(dimensions=("orders.note",))
    for _ in range(2):
        for caller, values in ((NORWEGIAN, {"NO", "a"}), (GERMAN, {"DE", "b"})):
            prepared = layer.prepare(both, caller, NOON)
            assert set(prepared.statement.parameters) == values
            assert {"users", "notes"} <= set(prepared.authorized.covered)
    # A query that reads neither is held to neither.
    assert layer.prepare(COUNT, NORWEGIAN, NOON).statement.parameters == ()


def test_what_is_known_of_shapes_is_bounded_and_the_oldest_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "SHAPES_KEPT", 2)
    layer = layer_of()

    def planned(operator: str) -> room.Planned:
        query = Query(dimensions=("orders.city",), filters=(Comparison("orders.city", operator, ("a",)),))
        return layer.prepare(query, ANYBODY, NOON).planned

    first, second = planned("equals"), planned("contains")
    assert planned("equals") is first
    third = planned("startsWith")
    # That of the second was asked for longest ago.
    assert planned("equals") is first
    assert planned("startsWith") is third
    assert planned("contains") is not second


def test_of_shapes_whose_cubes_are_forgotten_the_policies_hold_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "SHAPES_KEPT", 2)
    layer = layer_of()
    for number, operator in enumerate(("equals", "contains", "startsWith", "equals", "contains")):
        query = Query(dimensions=("orders.country",), filters=(Comparison("orders.city", operator, ("a",)),))
        for caller, value in ((NORWEGIAN, "NO"), (GERMAN, "DE")):
            assert value in layer.prepare(query, caller, NOON).statement.parameters
        assert len(layer._read) == min(number + 1, 2)


def test_a_plan_with_dates_of_its_own_ends_with_them() -> None:
    model = MODEL.replace(
        "public: false}", "public: false}\n      - {name: is_new, sql: \"{CUBE}.came >= '2024-01-01'\", type: boolean}"
    )
    layer = layer_of(model)
    one = layer.prepare(COUNT, ANYBODY, NOON)
    assert layer.prepare(COUNT, ANYBODY, NOON + timedelta(days=400)).planned is one.planned


# ── who is shown what ──


def test_hidden_members_are_given_where_that_is_set(layer: SemanticLayer) -> None:
    hidden = Query(dimensions=("orders.inside",))
    with pytest.raises(Forbidden, match=r"orders\.inside"):
        layer.prepare(hidden, ANYBODY, NOON).authorized.check_visible()
    shown = layer_of(show_hidden=True)
    shown.prepare(hidden, ANYBODY, NOON).authorized.check_visible()


def test_conditions_of_the_host_test_what_a_policy_hides_from_its_caller() -> None:
    layer = layer_of(
        MODEL.replace(
            "measures: [{name: count, type: count}]\n  - name: users",
            "measures: [{name: count, type: count}]\n"
            "    access_policy: [{group: '*', member_level: {includes: [count]}}]\n"
            "  - name: users",
        )
    )
    query = Query(measures=("orders.count",), filters=(Comparison("orders.city", "equals", ("x",)),))
    trusted = frozenset({"orders.city"})
    for refused in (lambda: layer.prepare(query, ANYBODY, NOON), lambda: layer.authorized(query, ANYBODY)):
        with pytest.raises(Forbidden, match=r"orders\.city"):
            refused()
    assert layer.prepare(query, ANYBODY, NOON, trusted=trusted).statement.parameters == ("x",)
    assert layer.authorized(query, ANYBODY, trusted=trusted).query == query


def test_what_has_no_policy_is_closed_where_that_is_set() -> None:
    closed = layer_of(default_access="deny")
    with pytest.raises(Forbidden, match=r"orders\.count"):
        closed.prepare(COUNT, NORWEGIAN, NOON).authorized.check_visible()
    assert not closed.access(NORWEGIAN).shows("orders.count")
    assert layer_of().access(NORWEGIAN).shows("orders.count")


def test_masks_by_type_are_those_that_are_set() -> None:
    model = MODEL.replace(
        "measures: [{name: count, type: count}]\n  - name: users",
        "measures: [{name: count, type: count}]\n"
        "    access_policy: [{group: '*', member_level: {includes: [count]}, member_masking: {includes: '*'}}]\n"
        "  - name: users",
    )
    query = Query(dimensions=("orders.city", "orders.price"))
    plain, masked = layer_of(model), layer_of(model, default_masks={"string": "***"})
    assert "***" not in str(plain.prepare(query, ANYBODY, NOON).statement)
    assert "***" in str(masked.prepare(query, ANYBODY, NOON).statement)


def test_what_a_caller_is_shown_is_found_once_and_again_with_another_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "CALLERS_KEPT", 2)
    text = [MODEL]
    source = DuckDBSource("default", DuckDBOptions())
    layer = SemanticLayer(lambda: load_files({"m.yml": text[0]}, {"default": "duckdb"}), {"default": source})
    callers = [who(str(n)) for n in range(3)]
    keys = [layer.visibility(one) for one in callers]
    assert [layer.visibility(one) is key for one, key in zip(callers[1:], keys[1:], strict=True)] == [True, True]
    assert layer.visibility(callers[0]) is not keys[0]
    # Everybody is shown the same of it.
    assert layer.visibility(callers[0]) == keys[1]
    text[0] = MODEL.replace('group: "*"', "group: boss")
    assert layer.reload()
    boss, clerk = who("boss"), who("clerk")
    assert layer.visibility(boss) != layer.visibility(clerk)
    assert layer.visibility(callers[0]) == layer.visibility(clerk) != keys[0]
    assert layer.model_for(clerk).is_shown("users.country") is False
    assert layer.model_for(boss).is_shown("users.country") is True
    # Without policies everybody is shown the same, and nobody is looked at.
    text[0] = "cubes: [{name: c, sql_table: c, measures: [{name: count, type: count}]}]"
    assert layer.reload()
    assert layer.visibility(boss) == ()
