"""What `kubus explain` tells of queries whose plans are known."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import sqlglot

from kubus.cli.explain import explain
from kubus.explain.as_svg import as_svg
from kubus.explain.as_text import as_text
from kubus.explain.explain import explained
from kubus.explain.explanation import Explanation
from kubus.library import SemanticLayer

MODEL = """
cubes:
  - name: orders
    sql: SELECT * FROM orders WHERE {FILTER_PARAMS.orders.status.filter('status')}
    joins:
      - {name: items, sql: "{CUBE}.id = {items}.order_id", relationship: one_to_many}
      - {name: customers, sql: "{CUBE}.customer_id = {customers}.id", relationship: many_to_one}
      - {name: stores, sql: "{CUBE}.store_id = {stores}.id", relationship: many_to_one}
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: status, sql: status, type: string}
      - {name: at, sql: at, type: time}
      - {name: lines, sql: "{items.count}", type: number, sub_query: true}
    measures:
      - {name: count, type: count}
      - {name: total, sql: amount, type: sum}
      - {name: least, sql: amount, type: min}
      - {name: running, sql: amount, type: sum, rolling_window: {trailing: unbounded}}
      - {name: weighted, sql: "{CUBE}.amount * {items.quantity}", type: sum}
      - {name: per_line, sql: "sum({CUBE}.amount) / count(DISTINCT {CUBE}.id) + {items.count} * 0", type: number}
      - {name: share, sql: "{total} / {whole}", type: number, multi_stage: true}
      - {name: whole, sql: "{total}", type: sum, multi_stage: true, group_by: []}
    segments:
      - {name: big, sql: "{CUBE}.amount > 100"}
  - name: items
    sql_table: items
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: category, sql: category, type: string}
      - {name: quantity, sql: quantity, type: number}
    measures:
      - {name: count, type: count}
  - name: customers
    sql_table: customers
    joins:
      - {name: regions, sql: "{CUBE}.region_id = {regions}.id", relationship: many_to_one}
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: city, sql: city, type: string}
    access_policy:
      - group: "*"
        row_level: {filters: [{member: city, operator: equals, values: ["{ security_context.city }"]}]}
  - name: stores
    sql_table: stores
    joins:
      - {name: regions, sql: "{CUBE}.region_id = {regions}.id", relationship: many_to_one}
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
    measures:
      - {name: count, type: count}
  - name: regions
    sql_table: regions
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: name, sql: name, type: string}
  - name: rates
    sql_table: rates
    dimensions:
      - {name: currency, sql: currency, type: string}
"""


def told(
    query: dict[str, Any], *, why: bool = False, claims: dict[str, Any] | None = None, **options: Any
) -> Explanation:
    layer = SemanticLayer({"m.yml": MODEL}, **options)
    return explained(
        layer, layer.normal(query), layer.caller(claims or {"city": "Oslo"}), {"default": "duckdb"}, why=why
    )


def test_the_statement_is_the_one_that_is_run() -> None:
    query = {"measures": ["orders.total", "items.count"], "dimensions": ["orders.status"]}
    with SemanticLayer({"m.yml": MODEL}) as layer:
        statement = layer.sql(query)
    found = told(query)
    bare = sqlglot.parse_one(found.sql, read="duckdb").sql(dialect="duckdb", comments=False)
    assert bare == sqlglot.parse_one(statement.sql, read="duckdb").sql(dialect="duckdb")
    for comment in ("/* orders.status */", "/* items.count */", "/* cube orders */"):
        assert comment in found.sql


def test_repeated_rows_and_what_is_done_about_them() -> None:
    found = told({"measures": ["orders.total", "orders.count", "orders.least"], "dimensions": ["items.category"]})
    assert {(one.measure, one.remedy, one.by) for one in found.repeated} == {
        ("orders.total", "once", ("orders → items (one_to_many)",)),
        ("orders.count", "once", ("orders → items (one_to_many)",)),
        ("orders.least", "once", ("orders → items (one_to_many)",)),
    }
    # Beside a measure that has to be computed apart, the others of its cube are too; alone nothing has to be done.
    (least,) = told({"measures": ["orders.least"], "dimensions": ["items.category"]}).repeated
    assert least.remedy == "harmless"
    (count,) = told({"measures": ["orders.count"], "dimensions": ["items.category"]}).repeated
    assert (count.remedy, count.says) == (
        "distinct",
        "counts different values of the primary key id instead of rows",
    )
    assert told({"measures": ["items.count"], "dimensions": ["orders.status"]}).repeated == ()


def test_where_conditions_went() -> None:
    found = told(
        {
            "measures": ["orders.total"],
            "dimensions": ["orders.status"],
            "segments": ["orders.big"],
            "filters": [
                {"member": "orders.status", "operator": "equals", "values": ["new"]},
                {"member": "orders.total", "operator": "gt", "values": ["7"]},
            ],
            "timeDimensions": [{"dimension": "orders.at", "dateRange": ["2024-01-01", "2024-01-02"]}],
        }
    )
    places = {one.says: [place.clause for place in one.places] for one in found.conditions}
    assert places == {
        "orders.total gt 7": ["HAVING"],
        "orders.status equals new": ["WHERE", "inside the SQL of the cube"],
        "segment orders.big": ["WHERE"],
        "orders.at from 2024-01-01T00:00:00.000 to 2024-01-02T23:59:59.999": ["WHERE"],
    }
    # Over parts that stand side by side, groups are tested in WHERE.
    parts = told(
        {
            "measures": ["orders.total", "items.count"],
            "filters": [{"member": "orders.total", "operator": "gt", "values": ["7"]}],
        }
    )
    assert [place.clause for one in parts.conditions for place in one.places] == ["WHERE"]


def test_rows_that_are_read_without_a_condition() -> None:
    found = told(
        {
            "measures": ["orders.total"],
            "dimensions": ["orders.lines"],
            "filters": [{"member": "orders.status", "operator": "equals", "values": ["new"]}],
        }
    )
    (status,) = (one for one in found.conditions if one.says == "orders.status equals new")
    # The sub-query counts the items of every order.
    assert len(status.not_at) == 1
    assert [(one.member, one.kind) for one in found.stages] == [("orders.lines", "sub-query")]


def test_policies_are_told() -> None:
    found = told({"measures": ["orders.count"], "dimensions": ["customers.city"]})
    assert found.held is not None
    assert found.held.policies == ("customers[0]",)
    assert found.held.rules == ("rows of customers: customers.city equals Oslo",)
    assert [one.of for one in found.conditions] == ["policy"]
    assert "Caller: groups none; claims city" in found.held.reasons
    refused = told({"measures": ["orders.count"], "dimensions": ["customers.city"]}, claims={"town": "Oslo"})
    assert refused.refused is not None
    assert refused.refused.code == "forbidden"
    assert refused.no_counter_example == "It is refused for who asks, not for what rows would come to"


def test_stages_and_windows_are_told() -> None:
    times = [{"dimension": "orders.at", "granularity": "month", "dateRange": ["2024-01-01", "2024-12-31"]}]
    found = told({"measures": ["orders.running"], "timeDimensions": times})
    assert [(one.member, one.kind) for one in found.stages] == [("orders.running", "window")]
    assert any("widened to the windows" in one.says for one in found.conditions)
    stage = told({"measures": ["orders.share"], "dimensions": ["orders.status"]})
    assert "orders.share" in {one.member for one in stage.stages}


def test_what_else_was_possible() -> None:
    found = told({"measures": ["orders.total"], "dimensions": ["regions.name"]})
    (joined,) = found.joined
    assert [(join.source, join.target) for join in joined.joins] == [("orders", "customers"), ("customers", "regions")]
    others = {one.cubes: one for one in joined.others}
    assert others["orders", "stores", "regions"].is_as_short
    assert others[("regions",)].why_not == "beginning at regions: no join leads from it to orders"
    assert len(found.ambiguous) == 1


# ── counter-examples ──


def test_aggregates_beside_measures_are_shown_to_repeat_rows() -> None:
    found = told({"measures": ["orders.per_line"], "dimensions": ["orders.status"]})
    assert found.refused is not None
    assert "mixes aggregates of its own" in found.refused.message
    (example,) = found.counter_examples
    assert example.remark == "Right comes out with a measure of its own for each aggregate"
    orders = {
        row[0]: dict(zip(table.columns, row, strict=True))
        for table in example.tables
        if table.cube == "orders"
        for row in table.rows
    }
    for status, right in example.right.rows:
        amounts = [order["amount"] for order in orders.values() if order["status"] == status]
        assert right == sum(amounts) / len(amounts)


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ({"measures": ["orders.total"], "dimensions": ["items.category"]}, "repeats"),
        ({"measures": ["orders.weighted"], "dimensions": ["orders.status"]}, "several values"),
        ({"measures": ["stores.count"], "dimensions": ["customers.city"]}, "unreached"),
        ({"measures": ["orders.total"], "dimensions": ["rates.currency"]}, "unrelated"),
        ({"measures": ["orders.total"], "dimensions": ["regions.name"]}, "ambiguous"),
    ],
)
def test_rows_show_it(query: dict[str, Any], kind: str) -> None:
    found = told(query, why=True)
    (example,) = found.counter_examples
    assert example.kind == kind
    assert example.careless.rows != example.right.rows
    assert 0 < len(example.tables) <= 4
    assert all(1 <= len(table.rows) <= 3 for table in example.tables)
    assert (found.refused is None) == (kind in ("repeats", "ambiguous"))


def test_the_numbers_of_a_counter_example_are_right() -> None:
    (example,) = told({"measures": ["orders.total"], "dimensions": ["items.category"]}, why=True).counter_examples
    tables = {
        table.cube: [dict(zip(table.columns, row, strict=True)) for row in table.rows] for table in example.tables
    }
    careless: dict[object, int] = {}
    once: dict[object, dict[object, int]] = {}
    for order in tables["orders"]:
        matches = [item for item in tables["items"] if item["order_id"] == order["id"]] or [{"category": None}]
        for item in matches:
            careless[item["category"]] = careless.get(item["category"], 0) + order["amount"]
            once.setdefault(item["category"], {})[order["id"]] = order["amount"]
    assert dict(example.careless.rows) == careless
    assert dict(example.right.rows) == {category: sum(of.values()) for category, of in once.items()}


def test_an_ambiguous_query_may_be_refused_and_is_explained_all_the_same() -> None:
    found = told({"measures": ["orders.total"], "dimensions": ["regions.name"]}, ambiguous_joins="error")
    assert found.refused is not None
    assert [one.kind for one in found.counter_examples] == ["ambiguous"]


def test_what_is_not_about_joins_has_no_rows() -> None:
    found = told({"measures": ["orders.totl"]}, why=True)
    assert found.refused is not None
    assert (found.counter_examples, found.no_counter_example) == ((), "It is not about how rows are joined")
    assert told({"measures": ["items.count"]}, why=True).counter_examples == ()


def test_members_that_do_not_run_on_made_up_tables_are_columns() -> None:
    model = MODEL.replace("sql: amount, type: sum}", 'sql: "no_such_function({CUBE}.amount)", type: sum}', 1)
    layer = SemanticLayer({"m.yml": model})
    query = layer.normal({"measures": ["orders.total"], "dimensions": ["items.category"]})
    found = explained(layer, query, layer.caller(), {"default": "duckdb"}, why=True)
    (example,) = found.counter_examples
    assert "Members are columns of their own here" in example.remark


# ── shapes ──


def test_text_json_and_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "m.yml").write_text(MODEL)
    (tmp_path / ".env").write_text("CUBEJS_DB_TYPE=duckdb\n")
    monkeypatch.chdir(tmp_path)
    query = '{"measures": ["orders.total"], "dimensions": ["customers.city"]}'
    explain(query, context='{"city": "a<b"}')
    printed = capsys.readouterr().out
    assert "(a row of customers is there) and (customers.city equals a<b) (access policy)" in printed
    assert "Rule: rows of customers: customers.city equals a<b" in printed
    explain(query, context='{"city": "a<b"}', format="json")
    shown = json.loads(capsys.readouterr().out)
    assert shown["plan"]["node"] == "Limit"
    assert shown["held"]["rules"] == ["rows of customers: customers.city equals a<b"]
    explain(query, context='{"city": "a<b"}', format="svg")
    picture = ElementTree.fromstring(capsys.readouterr().out)
    space = "{http://www.w3.org/2000/svg}"
    assert picture.find(f"{space}title") is not None
    assert picture.find(f"{space}desc") is not None
    assert "prefers-color-scheme" in (picture.findtext(f"{space}style") or "")
    assert {"script", "image", "use"}.isdisjoint(tag.tag.removeprefix(space) for tag in picture.iter())
    with pytest.raises(SystemExit) as ended:
        explain('{"measures": ["orders.weighted"], "dimensions": ["orders.status"]}')
    assert ended.value.code == 1


def test_a_refusal_has_a_picture_too() -> None:
    found = told({"measures": ["orders.weighted"]})
    ElementTree.fromstring(as_svg(found))
    assert as_text(found).startswith("Refused (member)")
