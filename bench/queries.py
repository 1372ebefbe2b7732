"""The queries that are asked."""

from typing import Any

Query = dict[str, Any]

# About 1 kB as an answer, and about 22 kB.
SMALL: Query = {"measures": ["orders.count"], "dimensions": ["orders.status"]}
LARGE: Query = {
    "measures": ["orders.count", "orders.total"],
    "dimensions": ["users.city", "users.country", "users.age"],
    "limit": 170,
}


def narrow(number: int) -> Query:
    """One row found by its key; another one for each number."""
    return {
        "measures": ["orders.count"],
        "filters": [{"member": "orders.id", "operator": "equals", "values": [str(number)]}],
    }


def heavy(number: int) -> Query:
    """One that reads every order and line item; another one for each number."""
    return {
        "measures": ["orders.total", "line_items.pieces"],
        "dimensions": ["users.country"],
        "filters": [{"member": "orders.id", "operator": "notEquals", "values": [str(number)]}],
    }


def rows(limit: int, number: int) -> Query:
    """Rows of five columns; never the same query for another number."""
    return {
        "dimensions": [f"line_items.{name}" for name in ("id", "order_id", "quantity", "price", "created_at")],
        "filters": [{"member": "line_items.id", "operator": "gt", "values": [str(-number)]}],
        "order": {"line_items.id": "asc"},
        "limit": limit,
    }


def time(granularity: str, dimension: str = "orders.created_at", years: tuple[str, str] | None = None) -> Query:
    ranged = {} if years is None else {"dateRange": list(years)}
    return {"timeDimensions": [{"dimension": dimension, "granularity": granularity, **ranged}]}


def where(member: str, operator: str, *values: str) -> Query:
    return {"filters": [{"member": member, "operator": operator, **({"values": list(values)} if values else {})}]}


# For the comparison of the SQL itself: plain ones, joins, measures of one and of several cubes that a join multiplies.
COMPARED: tuple[Query, ...] = (
    {"measures": ["orders.count"]},
    {"measures": ["orders.count", "orders.total", "orders.average"], "dimensions": ["orders.status"]},
    {"measures": ["orders.count"], **time("month")},
    {"measures": ["orders.total"], **time("day", years=("2024-01-01", "2024-12-31"))},
    {"measures": ["orders.buyers"], **time("week")},
    {"measures": ["orders.completed_share"], **time("quarter"), "dimensions": ["orders.status"]},
    {"measures": ["orders.count"], "segments": ["orders.big"]},
    {"measures": ["orders.largest"], **where("orders.amount", "gt", "1000"), "dimensions": ["orders.status"]},
    {"measures": ["orders.count"], "dimensions": ["users.country"]},
    {"measures": ["orders.total"], "dimensions": ["users.city", "users.gender"]},
    {"measures": ["orders.count", "orders.buyers"], "dimensions": ["users.country"], **time("year")},
    {"measures": ["orders.count"], "dimensions": ["users.gender"], **where("users.age", "gte", "30")},
    {"measures": ["orders.total"], "dimensions": ["users.company"], **where("users.company", "contains", "a")},
    {"measures": ["orders.count"], "dimensions": ["users.country"], **where("orders.count", "gt", "100")},
    {"measures": ["users.count"], "dimensions": ["users.country"]},
    {"measures": ["users.average_age"], "dimensions": ["users.gender"]},
    {"measures": ["line_items.revenue"], "dimensions": ["products.name"]},
    {"measures": ["line_items.revenue", "line_items.pieces"], "dimensions": ["product_categories.name"]},
    {"measures": ["line_items.count"], "dimensions": ["product_categories.name", "suppliers.company"]},
    {"measures": ["line_items.revenue"], **time("month", "line_items.created_at")},
    {"measures": ["line_items.pieces"], "dimensions": ["orders.status"]},
    {"measures": ["line_items.revenue"], "dimensions": ["users.country"]},
    {"measures": ["line_items.revenue"], "dimensions": ["product_categories.name", "users.country"]},
    {"measures": ["line_items.revenue"], "dimensions": ["product_categories.name"], **time("month")},
    {"measures": ["products.count", "products.average_price"], "dimensions": ["product_categories.name"]},
    {"measures": ["orders.total"], "dimensions": ["line_items.quantity"]},
    {"measures": ["orders.count", "orders.total"], "dimensions": ["product_categories.name"]},
    {"measures": ["orders.total", "line_items.revenue"], "dimensions": ["orders.status"]},
    {"measures": ["orders.total", "line_items.pieces"], "dimensions": ["users.country"]},
    {"measures": ["orders.total", "line_items.revenue"], **time("month")},
    {"measures": ["orders.average", "line_items.count", "users.count"], "dimensions": ["users.gender"]},
    {"measures": ["users.average_age"], "dimensions": ["orders.status"]},
    {"measures": ["users.count", "orders.count", "line_items.revenue"], "dimensions": ["product_categories.name"]},
)


def shapes() -> list[Query]:
    """Fifty queries of fifty shapes: one to four cubes, plain and multiplied, with and without conditions and buckets."""
    measures = [["orders.count"], ["orders.total", "orders.completed_share"], ["line_items.revenue"],
                ["orders.total", "line_items.pieces"], ["orders.buyers", "line_items.count"]]  # fmt: skip
    dimensions = ["orders.status", "users.country", "products.name", "product_categories.name", "users.city"]
    more: list[Query] = [
        time("month", years=("2024-01-01", "2024-06-30")),
        {**where("users.age", "gte", "30"), "order": {"orders.status": "asc"}, "limit": 500},
    ]
    made = [{"measures": m, "dimensions": [d], **extra} for m in measures for d in dimensions for extra in more]
    for query in made:
        # An order by what is not asked for would be refused.
        if "order" in query and query["dimensions"] != ["orders.status"]:
            query["order"] = {query["dimensions"][0]: "desc"}
    return made


def with_other_values(query: Query) -> Query:
    """The same shape with other values."""
    changed = dict(query)
    if "filters" in query:
        changed["filters"] = [{**one, "values": ["41"]} for one in query["filters"]]
    if "timeDimensions" in query:
        changed["timeDimensions"] = [
            {**one, "dateRange": ["2023-02-01", "2023-09-30"]} for one in query["timeDimensions"]
        ]
    return changed
