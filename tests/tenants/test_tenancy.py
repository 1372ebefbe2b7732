"""`tenant:` in a data model: whose rows a caller reads, whatever they ask, on both databases.

Other tenants' rows are poisoned: their numbers are so large, and their texts so telling, that none of them can be in an
answer unseen.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from kubus.errors import Forbidden, ModelError
from kubus.library import SemanticLayer
from kubus.loading.load import load_files
from kubus.plan.build import build
from kubus.plan.nodes import LeftJoin, Scan
from kubus.plan.tenants import check_tenants, readers
from tests.engines.postgres import Server

MODEL = """
tenant: {claim: org.id}
cubes:
  - name: orders
    sql_table: orders
    tenant: org
    joins:
      - {name: users, sql: "{CUBE}.user_id = {users}.id", relationship: many_to_one}
      - {name: items, sql: "{CUBE}.id = {items}.order_id", relationship: one_to_many}
    measures:
      - {name: count, type: count}
      - {name: total, type: sum, sql: amount}
      - {name: distinct_users, type: count_distinct, sql: user_id}
      - {name: mean, type: number, sql: "{total} / {count}"}
      - {name: rolling, type: sum, sql: amount, rolling_window: {trailing: unbounded}}
      - name: of_all
        type: number
        multi_stage: true
        sql: "SUM({total})"
        group_by: []
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true, public: true}
      - {name: status, sql: status, type: string}
      - {name: created_at, sql: created_at, type: time}
    segments:
      - {name: open, sql: "{CUBE}.status = 'open'"}
  - name: users
    sql: "SELECT * FROM users"
    tenant: "{CUBE}.org"
    joins:
      - {name: countries, sql: "{CUBE}.country = {countries}.code", relationship: many_to_one}
    measures:
      - {name: count, type: count}
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true, public: true}
      - {name: name, sql: name, type: string}
      - {name: spent, sql: "{orders.total}", type: number, sub_query: true}
  - name: items
    sql: "SELECT i.*, o.status FROM items i JOIN {orders.sql()} o ON o.id = i.order_id"
    tenant: org
    measures:
      - {name: count, type: count}
      - {name: pieces, type: sum, sql: pieces}
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true, public: true}
      - {name: of_status, sql: status, type: string}
  - name: countries
    sql_table: countries
    tenant: shared
    measures:
      - {name: count, type: count}
    dimensions:
      - {name: code, sql: code, type: string, primary_key: true, public: true}
      - {name: land, sql: land, type: string}
views:
  - name: sales
    cubes:
      - {join_path: orders, includes: [count, total, status, rolling]}
      - {join_path: orders.users, includes: [name, spent]}
"""

# The users' ids of order 3 and of a stranger's are the same: only its tenant tells which user it is.
DATA = """
CREATE TABLE orders (id INTEGER, org TEXT, user_id INTEGER, status TEXT, amount INTEGER, created_at TIMESTAMP);
INSERT INTO orders VALUES
    (1, 'a', 1, 'open', 1, '2024-01-01 10:00:00'), (2, 'a', 1, 'done', 2, '2024-01-02 10:00:00'),
    (3, 'a', 9, 'open', 4, '2024-01-03 10:00:00'),
    (4, 'b', 9, 'CANARY', 1000000, '2024-01-01 11:00:00'), (5, 'b', 9, 'open', 2000000, '2024-01-04 11:00:00'),
    (6, NULL, 1, 'CANARY', 4000000, '2024-01-01 12:00:00'), (7, 'A', 1, 'CANARY', 8000000, '2024-01-01 12:00:00');
CREATE TABLE users (id INTEGER, org TEXT, name TEXT, country TEXT);
INSERT INTO users VALUES (1, 'a', 'Ann', 'NO'), (2, 'a', 'Abe', 'DE'), (9, 'b', 'CANARY', 'NO'), (8, NULL, 'CANARY', 'DE');
CREATE TABLE items (id INTEGER, org TEXT, order_id INTEGER, pieces INTEGER);
INSERT INTO items VALUES (1, 'a', 1, 10), (2, 'a', 1, 20), (3, 'a', 3, 40), (4, 'b', 4, 1000000), (5, 'b', 1, 2000000), (6, 'a', 4, 80);
CREATE TABLE countries (code TEXT, land TEXT);
INSERT INTO countries VALUES ('NO', 'Norge'), ('DE', 'Deutschland');
"""

# A query, and what tenant a gets: worked out by hand.
CASES: list[tuple[dict[str, Any], list[tuple[Any, ...]]]] = [
    ({"measures": ["orders.count", "orders.total", "orders.mean"]}, [(3, 7, 2)]),
    ({"measures": ["orders.distinct_users"]}, [(2,)]),
    (
        {"dimensions": ["orders.status"], "measures": ["orders.total"], "order": {"orders.status": "asc"}},
        [("done", 2), ("open", 5)],
    ),
    ({"measures": ["orders.count"], "segments": ["orders.open"]}, [(2,)]),
    # The user of order 3 is another tenant's: the order stays, without a name.
    (
        {"dimensions": ["users.name"], "measures": ["orders.total"], "order": {"orders.total": "asc"}},
        [("Ann", 3), (None, 4)],
    ),
    ({"dimensions": ["users.name"], "order": {"users.name": "asc"}}, [("Abe",), ("Ann",)]),
    # Orders repeat for their items: item 5 is another tenant's and item 6 is of another tenant's order.
    ({"measures": ["orders.total", "items.pieces"]}, [(7, 70)]),
    ({"measures": ["items.pieces", "items.count"]}, [(70, 3)]),
    ({"dimensions": ["items.of_status"], "measures": ["items.pieces"]}, [("open", 70)]),
    # Sub-query dimensions.
    ({"dimensions": ["users.name", "users.spent"], "order": {"users.name": "asc"}}, [("Abe", None), ("Ann", 3)]),
    # Rolling windows, with and without a range, and stages.
    (
        {
            "measures": ["orders.rolling"],
            "timeDimensions": [
                {"dimension": "orders.created_at", "granularity": "day", "dateRange": ["2024-01-01", "2024-01-04"]}
            ],
        },
        [
            ("2024-01-01T00:00:00.000", 1),
            ("2024-01-02T00:00:00.000", 3),
            ("2024-01-03T00:00:00.000", 7),
            ("2024-01-04T00:00:00.000", 7),
        ],
    ),
    ({"measures": ["orders.rolling"]}, [(7,)]),
    (
        {"dimensions": ["orders.status"], "measures": ["orders.of_all"], "order": {"orders.status": "asc"}},
        [("done", 7), ("open", 7)],
    ),
    # Two facts side by side, views, and what is everybody's.
    (
        {"measures": ["sales.total", "sales.count"], "dimensions": ["sales.name"], "order": {"sales.total": "asc"}},
        [("Ann", 3, 2), (None, 4, 1)],
    ),
    (
        {"dimensions": ["sales.name", "sales.spent"], "measures": ["sales.count"], "order": {"sales.count": "asc"}},
        [(None, None, 1), ("Ann", 3, 2)],
    ),
    (
        {"dimensions": ["countries.land"], "measures": ["orders.total"], "order": {"orders.total": "asc"}},
        [("Norge", 3), (None, 4)],
    ),
    ({"measures": ["countries.count"]}, [(2,)]),
    (
        {"dimensions": ["orders.id", "users.name"], "ungrouped": True, "order": {"orders.id": "asc"}},
        [(1, "Ann"), (2, "Ann"), (3, None)],
    ),
    (
        {
            "dimensions": ["orders.id"],
            "filters": [{"or": [{"member": "orders.total", "operator": "gt", "values": ["2"]}]}],
        },
        [(3,)],
    ),
    (
        {
            "dimensions": ["orders.id"],
            "filters": [
                {
                    "or": [
                        {"member": "orders.status", "operator": "equals", "values": ["CANARY"]},
                        {"member": "orders.id", "operator": "gt", "values": ["2"]},
                    ]
                }
            ],
        },
        [(3,)],
    ),
]

Opened = Callable[..., SemanticLayer]


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def layer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SemanticLayer]:
    if request.param == "duckdb":
        path = tmp_path_factory.mktemp("tenancy") / "shop.duckdb"
        with duckdb.connect(str(path)) as connection:
            connection.execute(DATA)
        database: str | Path = path
    else:
        server: Server = request.getfixturevalue("postgres")
        database = server.create_database("tenancy")
        server.psql("tenancy", DATA)
    with SemanticLayer({"model.yml": MODEL}, database) as opened:
        yield opened


def rows(layer: SemanticLayer, query: dict[str, Any], **context: Any) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in layer.query(query, context=context)]


def same(value: Any) -> Any:
    """A value as the cases have it."""
    if hasattr(value, "isoformat"):
        return value.isoformat(timespec="milliseconds")
    return value if value is None or isinstance(value, str) else int(value)


@pytest.mark.parametrize(("query", "expected"), CASES, ids=[json.dumps(query)[:60] for query, _ in CASES])
def test_a_tenant_reads_its_own_rows(
    layer: SemanticLayer, query: dict[str, Any], expected: list[tuple[Any, ...]]
) -> None:
    found = [tuple(map(same, row)) for row in rows(layer, query, org={"id": "a"})]
    # Columns are in the order of the statement: dimensions first.
    assert found == expected
    assert "CANARY" not in str(found)
    # Who has no rows gets none of others, by any way.
    for row in rows(layer, query, org={"id": "nobody"}):
        assert "CANARY" not in str(row)
        assert all(value in (None, 0) or hasattr(value, "year") or "countries" in str(query) for value in row)
    statement = layer.sql(query, context={"org": {"id": "a"}})
    prove(statement.sql, statement.parameters, layer)


def prove(sql: str, parameters: tuple[str, ...], layer: SemanticLayer) -> None:
    """Every table of tenants in a statement stands alone in a SELECT with the condition on its tenant."""
    dialect = layer._runner.pools.source("default").dialect
    tree = sqlglot.parse_one(sql, read=dialect)
    for table in tree.find_all(exp.Table):
        if table.name not in {"orders", "users", "items"}:
            continue
        held: exp.Expr | None = table
        while held is not None:
            held = held.find_ancestor(exp.Select)
            where = held.args.get("where") if held is not None else None
            if where is not None and any(is_tenant(test, parameters) for test in conjuncts(where.this)):
                break
        assert held is not None, f"{table} is read without a condition in {sql}"


def conjuncts(condition: exp.Expr) -> Iterator[exp.Expr]:
    if isinstance(condition, exp.Paren):
        yield from conjuncts(condition.this)
    elif isinstance(condition, exp.And):
        yield from conjuncts(condition.left)
        yield from conjuncts(condition.right)
    else:
        yield condition


def is_tenant(test: exp.Expr, parameters: tuple[str, ...]) -> bool:
    columns = [column.name for column in test.find_all(exp.Column)] if isinstance(test, exp.EQ) else []
    given = [parameters[int(number) - 1] for number in re.findall(r"\$(\d+)", test.sql("duckdb"))]
    return columns == ["org"] and given == ["a"]


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"org": None},
        {"org": "a"},
        {"org": {}},
        *({"org": {"id": v}} for v in (None, "", "  ", True, 1.5, ["a"], {"x": 1})),
    ],
)
def test_who_is_of_no_tenant_is_refused(layer: SemanticLayer, claims: dict[str, Any]) -> None:
    for query in ({"measures": ["orders.count"]}, {"measures": ["countries.count"]}):
        with pytest.raises(Forbidden, match=r"Your token names no tenant: 'org\.id'"):
            layer.query(query, context=claims)


def test_a_number_is_a_tenant_too(layer: SemanticLayer) -> None:
    assert rows(layer, {"measures": ["orders.count"]}, org={"id": 7}) == [(0,)]


def test_tenants_share_one_plan_and_no_value(layer: SemanticLayer) -> None:
    query = {"measures": ["orders.total"], "dimensions": ["users.name"]}
    one, two = (layer.asked(query, {"org": {"id": name}}) for name in ("a", "b"))
    assert one.statement.sql == two.statement.sql
    assert set(one.statement.parameters) == {"a"}
    assert set(two.statement.parameters) == {"b"}
    assert one.job.key != two.job.key


def test_a_scan_without_its_condition_is_refused(layer: SemanticLayer) -> None:
    """Take the condition out of each place of a plan, one at a time: every time it is seen."""
    from datetime import UTC, datetime

    from kubus.query.clock import Clock
    from kubus.query.resolve import resolve

    taken = 0
    for query, _ in CASES:
        prepared = layer.asked(query, {"org": {"id": "a"}})
        plan = build(resolve(prepared.authorized, layer.model, Clock(datetime.now(UTC), "UTC")), layer.model)
        check_tenants(plan)
        for node in [node for node in readers(plan) if node.tenant is not None]:
            with pytest.raises(Forbidden, match="without its tenant condition"):
                check_tenants(without(plan, node))
            taken += 1
    assert taken > 30


def without(plan: Any, node: Scan | LeftJoin) -> Any:
    """The plan, with the condition of one node taken out."""
    if plan is node:
        return replace(node, tenant=None)
    if isinstance(plan, tuple):
        return tuple(without(part, node) for part in plan)
    if type(plan).__module__ == Scan.__module__:
        return replace(plan, **{name: without(getattr(plan, name), node) for name in plan.__dataclass_fields__})
    return plan


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("    tenant: org\n    joins", "    joins", "Cube 'orders' does not say whose its rows are"),
        ("    tenant: shared\n", "", "Cube 'countries' does not say whose its rows are"),
        ("tenant: {claim: org.id}\n", "", "tenant has no meaning: the model names no claim"),
        ("{claim: org.id}", "org.id", "(tenant = org.id) is not allowed"),
        ("{claim: org.id}", "{claim: 'org id'}", "is not allowed"),
        ("{claim: org.id}", "{claim: org.id, by: column}", "is not allowed"),
        ('tenant: "{CUBE}.org"', 'tenant: "{orders.status}"', "tenant has to be SQL of the cube's own columns"),
        (
            "sql: status, type: string",
            "sql: '(SELECT max(status) FROM orders)', type: string",
            "reads a table in a sub-select",
        ),
    ],
)
def test_mistakes(old: str, new: str, message: str) -> None:
    assert old in MODEL
    with pytest.raises(ModelError) as caught:
        load_files({"model.yml": MODEL.replace(old, new, 1)}, {"default": "duckdb"})
    assert message in str(caught.value)


def test_a_second_block_is_refused() -> None:
    with pytest.raises(ModelError, match="tenant is declared twice"):
        load_files({"a.yml": MODEL, "b.yml": "tenant: {claim: other}"}, {"default": "duckdb"})


def test_a_child_is_of_the_same_tenants_as_its_parent() -> None:
    text = MODEL.replace("views:", "  - {name: more_orders, extends: orders}\nviews:")
    model = load_files({"model.yml": text}, {"default": "duckdb"})
    assert model.cubes["more_orders"].tenant is not None
