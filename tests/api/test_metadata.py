"""What metadata say of hierarchies, links, keys, folders and pre-aggregations."""

import pytest

from kubus.api.wire.meta import metadata
from kubus.loading.load import load_files

MODEL = """
cubes:
  - name: base
    sql_table: orders
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
    pre_aggregations:
      - {name: inherited, measure_references: [count]}
      - {name: both, dimensions: [id]}
    hierarchies:
      - {name: old, levels: [id]}
    measures:
      - {name: count, type: count}

  - name: orders
    extends: base
    joins:
      - {name: users, relationship: many_to_one, sql: "{CUBE}.user_id = {users.id}"}
    dimensions:
      - name: city
        sql: city
        type: string
        key: code
        mask: hidden
        links:
          - {name: map, label: On the map, url: "'https://map/'", target: blank, primary: true, params: [{key: q, value: city}]}
          - {name: board, label: Board, dashboard: cities}
      - {name: code, sql: code, type: string, order: desc}
      - {name: created_at, sql: created_at, type: time}
    measures:
      - {name: amount, sql: amount, type: sum, mask: {sql: "0"}}
    hierarchies:
      - {name: place, title: Place, levels: [users.country, city]}
      - {name: hidden, public: false, levels: ["{CUBE.code}"]}
    pre_aggregations:
      - name: main
        measures: [amount, count]
        dimensions: [city, users.country]
        time_dimension: created_at
        granularity: day
        partition_granularity: month
        refresh_key: {every: 1 hour, incremental: true, update_window: 7 day}
        indexes: [{name: by_city, columns: [city]}]
      - {name: both, type: original_sql}
      - {name: joined, type: rollup_join, measures: [amount], dimensions: [users.country], rollups: [main, users.all]}

  - name: users
    sql_table: users
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: country, sql: country, type: string}
    pre_aggregations:
      - {name: all, dimensions: [country, id]}

views:
  - name: shop
    cubes:
      - {join_path: orders, includes: [amount, place, code], prefix: true}
      - {join_path: orders.users, includes: [country]}
    folders:
      - name: Outer
        includes:
          - orders_amount
          - {name: Inner, includes: [country, orders_city]}
          - {name: Other, includes: [country]}
  - name: all_of_it
    cubes:
      - {join_path: orders, includes: "*", excludes: [old]}
"""


@pytest.fixture(scope="module")
def model():
    return load_files({"m.yml": MODEL}, {"default": "duckdb"})


def cubes_of(model, **options):
    told = metadata(model, **{"hidden_too": True, "extended": True, "only_views": False, **options})
    return {cube["name"]: cube for cube in told["cubes"]}


def test_hierarchies(model):
    cubes = cubes_of(model)
    assert cubes["orders"]["hierarchies"] == [
        {"name": "orders.old", "public": True, "levels": ["orders.id"]},
        {"name": "orders.place", "title": "Place", "public": True, "levels": ["users.country", "orders.city"]},
        {"name": "orders.hidden", "public": False, "levels": ["orders.code"]},
    ]
    # Included with its name, and with the level of its own cube; the other level is there by another entry.
    assert cubes["shop"]["hierarchies"] == [
        {
            "name": "shop.orders_place",
            "title": "Place",
            "public": True,
            "levels": ["shop.country", "shop.orders_city"],
            "aliasMember": "orders.place",
        }
    ]
    assert [d["name"] for d in cubes["shop"]["dimensions"]] == ["shop.orders_code", "shop.country", "shop.orders_city"]
    # A level that the view does not show is left out.
    assert [h["levels"] for h in cubes["all_of_it"]["hierarchies"]] == [["all_of_it.city"], ["all_of_it.code"]]


def test_links_and_keys(model):
    cubes = cubes_of(model)
    city = next(d for d in cubes["orders"]["dimensions"] if d["name"] == "orders.city")
    assert city["key"] == "orders.code"
    assert city["links"] == [
        {"name": "map", "label": "On the map", "target": "blank", "primary": True, "params": ["q"]},
        {"name": "board", "label": "Board", "dashboard": "cities"},
    ]
    made = {d["name"]: d for d in cubes["orders"]["dimensions"] if d.get("synthetic")}
    assert list(made) == ["orders.city___link_map_url", "orders.city___link_board_url"]
    assert made["orders.city___link_map_url"]["type"] == "string"
    assert made["orders.city___link_map_url"]["shortTitle"] == "On the map"
    seen = {d["name"]: d for d in cubes["all_of_it"]["dimensions"]}
    assert seen["all_of_it.city"]["key"] == "all_of_it.code"
    assert seen["all_of_it.city___link_map_url"]["synthetic"] is True


def test_a_mask_is_not_told(model):
    assert "mask" not in str(cubes_of(model))


def test_pre_aggregations_as_they_are_declared(model):
    told = {one["name"]: one for one in cubes_of(model)["orders"]["preAggregations"]}
    # The child's own are tried first.
    assert list(told) == ["main", "both", "joined", "inherited"]
    assert told["main"] == {
        "name": "main",
        "type": "rollup",
        "external": True,
        "scheduledRefresh": True,
        "measureReferences": "[amount, count]",
        "dimensionReferences": "[city, users.country]",
        "timeDimensionReference": "created_at",
        "granularity": "day",
        "partitionGranularity": "month",
        "refreshKey": {"every": "1 hour", "incremental": True, "update_window": "7 day"},
        "indexes": [{"name": "by_city", "columns": ["city"]}],
    }
    assert told["both"] == {"name": "both", "type": "originalSql", "scheduledRefresh": True}
    assert told["joined"]["type"] == "rollupJoin"
    assert told["joined"]["rollupReferences"] == "[main, users.all]"
    assert "scheduledRefresh" not in told["joined"]
    compiled = {one.name: one for one in model.cubes["orders"].pre_aggregations}
    assert compiled["main"].dimensions == ("orders.city", "users.country")
    assert compiled["main"].times == (("orders.created_at", "day"),)
    assert compiled["joined"].rollups == ("orders.main", "users.all")
    assert all("preAggregations" not in cube for cube in cubes_of(model, extended=False).values())


@pytest.mark.parametrize(
    ("delimiter", "flat"),
    [
        ("", {"Outer": ["shop.orders_amount", "shop.country", "shop.orders_city"]}),
        (
            " / ",
            {
                "Outer / Inner": ["shop.country", "shop.orders_city"],
                "Outer / Other": ["shop.country"],
                "Outer": ["shop.orders_amount"],
            },
        ),
    ],
)
def test_folders_flat_and_nested(model, delimiter, flat):
    shop = cubes_of(model, folder_delimiter=delimiter)["shop"]
    assert {folder["name"]: folder["members"] for folder in shop["folders"]} == flat
    assert shop["nestedFolders"] == [
        {
            "name": "Outer",
            "members": [
                "shop.orders_amount",
                {"name": "Inner", "members": ["shop.country", "shop.orders_city"]},
                {"name": "Other", "members": ["shop.country"]},
            ],
        }
    ]
