"""A statement that was planned for another query of the same shape is the one that would be planned for this one."""

import re
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubus.api.wire.parse_query import asked_query
from kubus.context import Caller, SecurityContext
from kubus.errors import KubusError
from kubus.loading.load import load_files
from kubus.query.normalize import normalize
from kubus.semantic_layer import SemanticLayer
from kubus.sources.options import DuckDBOptions, PostgresOptions
from kubus.sources.registry import make_source

MODEL = """
cubes:
  - name: orders
    sql: >
      SELECT * FROM orders
      WHERE {SECURITY_CONTEXT.tenant.filter('tenant')} AND {FILTER_PARAMS.orders.at.filter('at')}
    joins: [{name: users, relationship: many_to_one, sql: "{CUBE}.user_id = {users}.id"}]
    dimensions:
      - {name: id, type: number, sql: id, primary_key: true, public: true}
      - {name: status, type: string, sql: status}
      - {name: paid, type: boolean, sql: paid}
      - {name: at, type: time, sql: at}
    measures:
      - {name: count, type: count}
      - {name: amount, type: sum, sql: amount}
  - name: users
    sql_table: users
    dimensions:
      - {name: id, type: number, sql: id, primary_key: true}
      - {name: city, type: string, sql: city}
    measures: [{name: count, type: count}]
views:
  - name: recent
    cubes: [{join_path: orders, includes: "*"}]
"""
NOW = datetime(2024, 3, 10, 12, tzinfo=UTC)

TEXTS = st.sampled_from(["a", "b'", "%", "", "7", "2024-01-01", "null"])
NUMBERS = st.sampled_from(["0", "-7", "41", "1.5", "-2.25", "1e3", "9" * 18, "9" * 19, "-" + "9" * 20, "9" * 38, "x"])
MEASURED = ["orders.count", "orders.amount", "users.count"]


def compared(members: list[str], operators: list[str], values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {
            "member": st.sampled_from(members),
            "operator": st.sampled_from(operators),
            "values": st.lists(values, min_size=1, max_size=4),
        }
    )


CONDITIONS = st.one_of(
    compared(
        ["orders.status", "users.city"],
        ["equals", "notEquals", "contains", "notContains", "startsWith", "endsWith"],
        st.none() | TEXTS,
    ),
    compared(["orders.id"], ["equals", "notEquals"], st.none() | NUMBERS),
    compared(["orders.id"], ["gt", "gte", "lt", "lte"], NUMBERS),
    compared(["orders.paid"], ["equals", "notEquals"], st.sampled_from([True, False, "true", None])),
    compared(
        ["orders.at"],
        ["beforeDate", "afterDate", "beforeOrOnDate", "afterOrOnDate", "inDateRange", "notInDateRange"],
        st.sampled_from(["2024-01-31", "2024-02-29T10:00:00.000", "2023-12-31"]),
    ),
    st.fixed_dictionaries(
        {"member": st.sampled_from(["orders.status", "orders.at"]), "operator": st.sampled_from(["set", "notSet"])}
    ),
)
RANGES = st.sampled_from(
    [
        None,
        ["2024-01-01", "2024-01-31"],
        ["2023-02-01T05:00:00", "2024-02-29"],
        "last 7 days",
        "this month",
        "yesterday",
    ]
)
QUERIES = st.fixed_dictionaries(
    {
        "measures": st.lists(st.sampled_from(MEASURED), max_size=2, unique=True),
        "dimensions": st.lists(st.sampled_from(["orders.status", "users.city"]), min_size=1, max_size=2, unique=True),
        "timeDimensions": st.lists(
            st.builds(
                lambda ranged, granularity: {
                    "dimension": "orders.at",
                    **({} if ranged is None else {"dateRange": ranged}),
                    **({} if granularity is None else {"granularity": granularity}),
                },
                RANGES,
                st.sampled_from([None, "day", "month"]),
            ),
            max_size=1,
        ),
        "filters": st.lists(
            CONDITIONS
            | st.builds(lambda parts: {"or": parts}, st.lists(CONDITIONS, min_size=1, max_size=3))
            | compared(["orders.count"], ["gt", "equals"], NUMBERS),
            max_size=3,
        ),
        "timezone": st.sampled_from(["UTC", "America/New_York", "Asia/Kathmandu"]),
        "total": st.booleans(),
        "limit": st.sampled_from([10, 20]),
    }
)
CLAIMS = st.fixed_dictionaries(
    {}, optional={"tenant": st.sampled_from([None, "a", "b'", 7, 1.5, True, "", [], ["a"], ["b", "c"], [1, "x"]])}
)


def layer(dialect: str) -> SemanticLayer:
    source = make_source("default", DuckDBOptions() if dialect == "duckdb" else PostgresOptions(host="nowhere"))
    return SemanticLayer(
        lambda: load_files({"m.yml": MODEL}, {"default": dialect}), {"default": source}, missing_claims="deny"
    )


@pytest.fixture(scope="module")
def layers() -> dict[str, SemanticLayer]:
    """A layer for each dialect. Nothing is asked of a database."""
    return {dialect: layer(dialect) for dialect in ("duckdb", "postgres")}


def prepared(asking: SemanticLayer, query: dict[str, Any], claims: dict[str, Any]) -> Any:
    """Everything that is sent to the database, or why nothing is."""
    try:
        normal = normalize(
            asked_query(query), now=NOW, default_timezone="UTC", default_limit=10_000, max_limit=50_000
        ).queries[0]
        found = asking.prepare(normal, Caller(SecurityContext(MappingProxyType(claims))))
    except KubusError as error:
        return type(error), error.message
    return found.job, found.order, found.query


@pytest.mark.parametrize("dialect", ["duckdb", "postgres"])
@given(asked=st.lists(st.tuples(QUERIES, CLAIMS), min_size=2, max_size=6))
@settings(max_examples=200, deadline=None)
def test_a_kept_plan_gives_the_statement_of_a_new_one(layers, dialect, asked):
    kept = layers[dialect]
    for query, claims in asked:
        warm = prepared(kept, query, claims)
        shapes, kept._shapes = kept._shapes, type(kept._shapes)()
        cold = prepared(kept, query, claims)
        kept._shapes = shapes
        assert warm == cold


@pytest.mark.parametrize("dialect", ["duckdb", "postgres"])
@given(query=QUERIES)
@settings(max_examples=100, deadline=None)
def test_what_callers_claim_is_sent_for_them_alone(layers, dialect, query):
    tenants = ["tenant one", "tenant two"]
    for tenant, other in (tenants, reversed(tenants)):
        found = prepared(layers[dialect], query, {"tenant": tenant})
        if not isinstance(found[0], type):
            for statement in filter(None, (found[0].statement, found[0].count)):
                reads_orders = re.search(r"\borders\b(?!_)", statement.sql) is not None
                assert (tenant in statement.parameters) == reads_orders
                assert other not in statement.parameters


def test_shapes_are_shared_at_all():
    counted = layer("duckdb")
    for number in ("1", "22", "-333"):
        query = {
            "measures": ["orders.count"],
            "filters": [{"member": "orders.id", "operator": "gt", "values": [number]}],
        }
        prepared(counted, query, {"tenant": "t" + number})
    assert len(counted._shapes) == 1
