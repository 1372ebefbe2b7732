"""Random queries: a tenant's answers are those of a database in which there is nobody else."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from kubus.errors import KubusError
from kubus.library import SemanticLayer
from tests.tenants.test_tenancy import DATA, MODEL, prove

QUERIES = 250
REFUSED = "refused:"
MEASURES = (
    "orders.count", "orders.total", "orders.distinct_users", "orders.mean", "orders.rolling", "orders.of_all",
    "users.count", "items.count", "items.pieces", "countries.count", "sales.count", "sales.total", "sales.rolling",
)  # fmt: skip
DIMENSIONS = (
    "orders.id", "orders.status", "users.id", "users.name", "users.spent", "items.id", "items.of_status",
    "countries.land", "sales.status", "sales.name", "sales.spent",
)  # fmt: skip
OPERATORS = (
    ("set", None),
    ("notSet", None),
    ("equals", ["1", "open", "CANARY"]),
    ("notEquals", ["CANARY"]),
    ("contains", ["A"]),
)


@pytest.fixture(scope="module")
def layers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SemanticLayer, SemanticLayer]]:
    """One with everybody's rows, and one with those of tenant a alone."""
    opened: list[SemanticLayer] = []
    for name in ("all", "alone"):
        path: Path = tmp_path_factory.mktemp("interference") / f"{name}.duckdb"
        with duckdb.connect(str(path)) as connection:
            connection.execute(DATA)
            for table in ("orders", "users", "items") if name == "alone" else ():
                connection.execute(f"DELETE FROM {table} WHERE org IS DISTINCT FROM 'a'")
        opened.append(SemanticLayer({"model.yml": MODEL}, path))
    yield opened[0], opened[1]
    for layer in opened:
        layer.shut()


def random_query(choose: random.Random) -> dict[str, Any]:
    query: dict[str, Any] = {
        "measures": choose.sample(MEASURES, choose.randint(0, 2)),
        "dimensions": choose.sample(DIMENSIONS, choose.randint(0, 2)),
        "filters": [],
    }
    if not query["measures"] and not query["dimensions"]:
        query["measures"] = ["orders.total"]
    for _ in range(choose.randint(0, 2)):
        operator, values = choose.choice(OPERATORS)
        leaf: dict[str, Any] = {"member": choose.choice(DIMENSIONS), "operator": operator}
        if values is not None:
            leaf["values"] = choose.sample(values, 1)
        query["filters"].append(choose.choice([leaf, {"or": [leaf, {**leaf, "operator": "set"}]}]))
    if choose.random() < 0.3:
        query["segments"] = ["orders.open"]
    if choose.random() < 0.3:
        time = {"dimension": "orders.created_at", "granularity": choose.choice(["day", "month"])}
        query["timeDimensions"] = [time | choose.choice([{}, {"dateRange": ["2024-01-01", "2024-01-04"]}])]
    if choose.random() < 0.1:
        query["ungrouped"] = True
    if choose.random() < 0.2:
        query["total"] = True
    return query


def answer(layer: SemanticLayer, query: dict[str, Any]) -> str:
    """Rows in any order, or the refusal."""
    try:
        rows = layer.query(query, context={"org": {"id": "a"}})
    except KubusError as error:
        return f"{REFUSED} {type(error).__name__}: {error}"
    return str(sorted(str(sorted(row.items(), key=str)) for row in rows))


def test_others_make_no_difference(layers: tuple[SemanticLayer, SemanticLayer]) -> None:
    everybody, alone = layers
    answered = 0
    for seed in range(QUERIES):
        query = random_query(random.Random(seed))
        found = answer(everybody, query)
        assert found == answer(alone, query), query
        if not found.startswith(REFUSED):
            assert "CANARY" not in found, query
            answered += 1
            prepared = everybody.asked(query, {"org": {"id": "a"}})
            for statement in filter(None, (prepared.statement, prepared.count)):
                prove(statement.sql, statement.parameters, everybody)
    assert answered > QUERIES // 3
