"""SQL as text: one page for each dialect and shape of query, for people to read. Everything else asserts rows.

`python -m tests.gallery.test_gallery` writes the pages anew.
"""

from pathlib import Path
from typing import Any

import pytest
import sqlglot

from kubus.library import SemanticLayer
from kubus.sources.options import DuckDBOptions, PostgresOptions
from kubus.sources.registry import make_source

HERE = Path(__file__).parent
SHOP = HERE / "shop.yml"
MODELS = HERE.parent / "conformance" / "corpus" / "models"

DAYS = {"dateRange": ["2024-01-01", "2024-03-31"]}

SHAPES: dict[str, tuple[str, dict[str, Any]]] = {
    "measure_by_dimension": ("ecom", {"measures": ["orders.count"], "dimensions": ["orders.status"]}),
    "filters": (
        "ecom",
        {
            "measures": ["users.count"],
            "filters": [
                {"member": "users.company", "operator": "notContains", "values": ["50%"]},
                {"or": [
                    {"member": "users.age", "operator": "gt", "values": ["40.5"]},
                    {"member": "users.age", "operator": "equals", "values": [None, "7", "8"]},
                ]},
                {"member": "users.count", "operator": "gte", "values": ["1"]},
            ],
        },
    ),
    "time": (
        "ecom",
        {
            "measures": ["orders.total_amount"],
            "timeDimensions": [
                {"dimension": "orders.created_at", "granularity": "week", "dateRange": ["2024-03-01", "2024-03-31"]}
            ],
            "timezone": "America/New_York",
        },
    ),
    "fan_out": (
        "ecom",
        {"measures": ["orders.total_amount", "orders.count", "line_items.revenue"], "dimensions": ["orders.status"]},
    ),
    "composite_key": ("joins", {"measures": ["pairs.times", "pair_notes.count"], "dimensions": ["customers.country"]}),
    "sub_query": ("ecom", {"measures": ["users.avg_orders"], "dimensions": ["users.country"]}),
    "ungrouped": (
        "ecom",
        {"measures": ["orders.count", "orders.completed_amount"], "dimensions": ["orders.id"], "ungrouped": True, "limit": 5},
    ),
    "links": ("shop", {"dimensions": ["customers.name", "customers.name___link_page_url"]}),
    "text_time": ("shop", {"measures": ["orders.count"], "timeDimensions": [{"dimension": "orders.noted", "granularity": "day", **DAYS}]}),
    "sub_query_group": ("shop", {"measures": ["customers.count"], "dimensions": ["customers.size"]}),
    "several_facts": (
        "shop",
        {
            "measures": ["orders.revenue", "shipments.weight"],
            "dimensions": ["customers.city"],
            "filters": [{"member": "orders.status", "operator": "equals", "values": ["done"]}],
        },
    ),
    "window": (
        "shop",
        {
            "measures": ["orders.revenue", "orders.revenue_7_days"],
            "timeDimensions": [{"dimension": "orders.placed_at", "granularity": "day", **DAYS}],
        },
    ),
    "window_of_rows": (
        "shop",
        {
            "measures": ["orders.buyers_7_days"],
            "timeDimensions": [{"dimension": "orders.placed_at", "granularity": "day", **DAYS}],
            "timezone": "Europe/Oslo",
        },
    ),
    "year_to_date": (
        "shop",
        {
            "measures": ["orders.revenue_of_year"],
            "dimensions": ["orders.status"],
            "timeDimensions": [{"dimension": "orders.placed_at", "granularity": "month", **DAYS}],
        },
    ),
    "share": ("shop", {"measures": ["orders.share"], "dimensions": ["orders.status", "customers.city"]}),
    "rank": ("shop", {"measures": ["orders.place"], "dimensions": ["orders.status"]}),
    "year_before": (
        "shop",
        {
            "measures": ["orders.revenue", "orders.year_before"],
            "timeDimensions": [{"dimension": "orders.placed_at", "granularity": "month", **DAYS}],
            "timezone": "Europe/Oslo",
        },
    ),
    "calendar": (
        "shop",
        {
            "measures": ["orders.fiscal_year_before"],
            "timeDimensions": [{"dimension": "calendar.day", "granularity": "month", **DAYS}],
        },
    ),
    "switch": ("shop", {"measures": ["orders.chosen"], "dimensions": ["orders.status", "orders.currency"]}),
    "switch_chosen": (
        "shop",
        {
            "measures": ["orders.chosen"],
            "filters": [{"member": "orders.currency", "operator": "equals", "values": ["EUR"]}],
        },
    ),
    "semi_additive": ("shop", {"measures": ["stock.pieces"], "timeDimensions": [{"dimension": "stock.day", "granularity": "month"}]}),
}  # fmt: skip


def layer(model: str, dialect: str) -> SemanticLayer:
    options = DuckDBOptions() if dialect == "duckdb" else PostgresOptions()
    files = {"shop.yml": SHOP.read_text()} if model == "shop" else MODELS / model
    return SemanticLayer(files, {"default": make_source("default", options)})


def written(dialect: str, shape: str) -> str:
    model, query = SHAPES[shape]
    statement = layer(model, dialect).sql(query)
    text = sqlglot.parse_one(statement.sql, read=dialect).sql(dialect=dialect, pretty=True)
    return text + "".join(f"\n-- ${n} = {value}" for n, value in enumerate(statement.parameters, 1)) + "\n"


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dialect", ["duckdb", "postgres"])
def test_page(dialect: str, shape: str) -> None:
    assert (HERE / dialect / f"{shape}.sql").read_text() == written(dialect, shape)


def test_values_are_never_in_the_text() -> None:
    """Not even where two queries share a plan."""
    poison = "x' OR 1=1; DROP TABLE users --"
    query = {
        "measures": ["users.count"],
        "filters": [{"member": "users.city", "operator": "equals", "values": [poison]}],
    }
    for dialect in ("duckdb", "postgres"):
        statement = layer("ecom", dialect).sql(query)
        assert poison not in statement.sql
        assert poison in statement.parameters


def test_one_shape_has_one_text() -> None:
    asked = layer("ecom", "postgres")
    query = {"measures": ["users.count"], "filters": [{"member": "users.city", "operator": "equals", "values": ["a"]}]}
    other = {"measures": ["users.count"], "filters": [{"member": "users.city", "operator": "equals", "values": ["b"]}]}
    assert asked.sql(query).sql is asked.sql(other).sql


if __name__ == "__main__":
    for page in ("duckdb", "postgres"):
        (HERE / page).mkdir(exist_ok=True)
        for name in SHAPES:
            (HERE / page / f"{name}.sql").write_text(written(page, name))
