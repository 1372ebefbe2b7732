"""Columns to members, views and pre-aggregations, and back."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from kubus.cli.lineage import lineage
from kubus.errors import MemberError
from kubus.lineage.as_svg import as_svg
from kubus.lineage.as_text import as_text
from kubus.lineage.build import lineage_of
from kubus.lineage.graph import Lineage
from kubus.loading.load import load_files, load_model

MODEL = """
cubes:
  - name: sales
    sql: >
      WITH paid AS (SELECT id AS order_id, amount, city FROM shop.orders)
      SELECT paid.*, c.name AS city_name, 'eur' AS currency FROM paid JOIN shop.cities AS c ON c.id = paid.city
      WHERE {FILTER_PARAMS.sales.city.filter('c.name')}
    joins:
      - {name: shops, sql: "{CUBE}.city = {shops.city}", relationship: many_to_one}
    dimensions:
      - {name: id, sql: order_id, type: number, primary_key: true}
      - {name: city, sql: city_name, type: string}
      - {name: currency, sql: currency, type: string}
      - {name: size, type: string, case: {when: [{sql: "{amount} > 100", label: big}], else: {label: small}}}
      - {name: amount, sql: amount, type: number}
    measures:
      - {name: count, type: count}
      - {name: total, sql: "{amount}", type: sum}
      - {name: euros, sql: "{amount}", type: sum, filters: [{sql: "{CUBE}.currency = 'eur'"}]}
      - {name: mean, sql: "{total} / {count}", type: number}
    pre_aggregations:
      - {name: by_city, measures: [total], dimensions: [city]}
    access_policy:
      - group: "*"
        row_level: {filters: [{member: currency, operator: equals, values: [eur]}]}
  - name: shops
    sql_table: shop.shops
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: city, sql: town, type: string}
  - name: doubled
    sql: SELECT order_id, amount * 2 AS twice FROM {sales.sql()} AS s
    measures:
      - {name: twice, sql: twice, type: sum}
views:
  - name: board
    cubes: [{join_path: sales, includes: [mean, city]}]
"""


def whole() -> Lineage:
    return lineage_of(load_files({"m.yml": MODEL}, {"default": "duckdb"}), {"default": "duckdb"})


def names(found: Lineage, kind: str | None = None) -> set[str]:
    return {node.name for node in found.nodes.values() if kind in (None, node.kind)}


def test_a_measure_comes_from_columns_of_tables() -> None:
    found = whole().around([whole().member("sales.mean")], down=False)
    assert names(found, "column") == {"shop.orders.amount", "shop.orders.id", "sales.amount", "sales.order_id"}
    assert names(found, "measure") == {"sales.mean", "sales.total", "sales.count"}
    hows = {(edge.source, edge.target): edge.how for edge in found.edges}
    assert hows["sales.id", "sales.count"] == "counted"
    assert found.unknown == ()


def test_a_column_is_followed_to_all_that_is_made_of_it() -> None:
    found = whole().around(whole().columns("shop.orders.amount"), up=False)
    assert {"sales.amount", "sales.size", "sales.total", "sales.euros", "sales.mean", "board.mean"} <= names(found)
    assert {"sales.by_city", "doubled.twice"} <= names(found)
    assert "sales.city" not in names(found)
    # The end of a name is enough.
    assert whole().columns("orders.amount") == whole().columns("shop.orders.amount")


def test_filters_joins_policies_and_pushed_conditions_are_uses() -> None:
    found = whole().around([whole().member("sales.currency")], up=False)
    assert names(found, "access policy") == {"sales[0]"}
    column = whole().around(whole().columns("sales.currency"), up=False)
    assert ("query:sales.currency", "sales.euros", "filters") not in {(e.source, e.target, e.how) for e in column.edges}
    assert ("query:sales.currency", "sales.euros", "filter") in {(e.source, e.target, e.how) for e in column.edges}
    joins = whole().around([whole().member("shops.city")], up=False)
    assert names(joins, "join") == {"sales → shops"}
    pushed = whole().around([whole().member("sales.city")], up=False)
    assert {"sales", "board.city", "sales.by_city"} <= names(pushed)


def test_what_is_no_column_is_said() -> None:
    found = whole().around([whole().member("sales.currency")], down=False)
    assert names(found, "constant") == {"'eur'"}
    unknown = lineage_of(
        load_files({"m.yml": MODEL.replace("paid.*, c.name AS city_name", "*")}, {"default": "duckdb"}),
        {"default": "duckdb"},
    )
    (node,) = unknown.around([unknown.member("sales.city")], down=False).unknown
    assert node.says == "it comes out of `*` over several tables"


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        (
            "(SELECT max(x) FROM web.visits AS v WHERE v.page = {CUBE}.id)",
            "it stands in a sub-select of a member's SQL",
        ),
        ("pages.size * 2", "the SQL names pages itself, not by a reference"),
    ],
)
def test_other_tables_in_the_sql_of_a_member_are_not_guessed(sql: str, says: str) -> None:
    model = MODEL.replace("sql: town, type: string", f'sql: "{sql}", type: string')
    found = lineage_of(load_files({"m.yml": model}, {"default": "duckdb"}), {"default": "duckdb"})
    near = found.around([found.member("shops.city")], down=False)
    assert {node.says for node in near.unknown} == {says}


def test_every_member_is_there_and_every_end_is_a_node() -> None:
    found = whole()
    for edge in found.edges:
        assert edge.source in found.nodes
        assert edge.target in found.nodes
    ElementTree.fromstring(as_svg(found.around([found.member("sales.mean")])))


@pytest.mark.parametrize("model", ["ecom", "joins", "rolling", "security", "types", "views", "relative", "metadata"])
def test_every_member_of_the_recorded_models_has_a_lineage(model: str) -> None:
    folder = Path(__file__).parents[1] / "conformance" / "corpus" / "models" / model
    if not folder.exists():
        pytest.skip(f"{model} is not in the corpus")
    found = lineage_of(load_model(folder, {"default": "postgres"}), {"default": "postgres"})
    for edge in found.edges:
        assert {edge.source, edge.target} <= set(found.nodes)
    for node in found.nodes.values():
        if node.kind == "measure":
            assert as_text(found.around([node.id]), up=True, down=True)


def test_names_that_are_not_there() -> None:
    with pytest.raises(MemberError, match=r"no member 'sales\.totl'") as refused:
        whole().member("sales.totl")
    assert refused.value.hint == "Did you mean 'sales.total'?"
    with pytest.raises(MemberError, match=r"no column .shop\.orders\.amont."):
        whole().columns("shop.orders.amont")


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "m.yml").write_text(MODEL)
    (tmp_path / ".env").write_text("CUBEJS_DB_TYPE=duckdb\n")
    monkeypatch.chdir(tmp_path)
    lineage("sales.mean", up=True)
    printed = capsys.readouterr().out
    assert printed.startswith("measure sales.mean (number: {total} / {count})\n\nMade of\n")
    assert "Used by" not in printed
    lineage("shop.orders.amount", column=True, format="json")
    shown = json.loads(capsys.readouterr().out)
    assert shown["start"] == ["column:default:shop.orders.amount"]
    lineage("sales.mean", format="svg")
    ElementTree.fromstring(capsys.readouterr().out)
