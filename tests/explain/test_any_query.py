"""Every query of random models and of the recorded corpus is explained, and by the statement that is run."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import sqlglot

from kubus.context import ANYBODY
from kubus.errors import KubusError
from kubus.explain.as_svg import as_svg
from kubus.explain.as_text import as_text
from kubus.explain.explain import explained
from kubus.explain.explanation import Explanation, Step
from kubus.library import SemanticLayer
from tests.properties.choices import Seeded
from tests.properties.model_text import model_text
from tests.properties.rounds import random_round

CORPUS = Path(__file__).parents[1] / "conformance" / "corpus"
NOW = datetime(2024, 6, 15, 12, tzinfo=UTC)
ROUNDS = 10


def check(layer: SemanticLayer, query: object) -> Explanation | None:
    """What is told of a query, which holds together. None for one that is malformed."""
    try:
        normal = layer.normal(query)  # type: ignore[arg-type]
    except KubusError:
        return None
    found = explained(layer, normal, ANYBODY, {"default": "duckdb"}, now=NOW)
    text = as_text(found)
    ElementTree.fromstring(as_svg(found))
    assert "<kubus" not in text, "a node or condition without words"
    if found.refused is not None:
        return found
    statement = layer.prepare(normal, ANYBODY, NOW).statement
    bare = sqlglot.parse_one(found.sql, read="duckdb").sql(dialect="duckdb", comments=False)
    assert bare == sqlglot.parse_one(statement.sql, read="duckdb").sql(dialect="duckdb")
    assert found.plan is not None
    told = {line for step in steps(found.plan) if step.node == "RowFilter" for line in step.details}
    assert told <= {one.says for one in found.conditions}
    assert {step.number for step in steps(found.plan) if step.node == "Scan"} == {
        number for one in found.joined for number in one.steps
    }
    for example in found.counter_examples:
        assert example.careless.rows != example.right.rows
        assert all(len(table.rows) <= 3 for table in example.tables)
    return found


def steps(step: Step) -> list[Step]:
    return [step, *(inner for one in step.inputs for inner in steps(one))]


def test_queries_of_random_models() -> None:
    seen: Counter[str] = Counter()
    for seed in range(ROUNDS):
        asked = random_round(Seeded(seed), data_sets=1)
        with SemanticLayer({"model.yml": model_text(asked.example(0, 0))}) as layer:
            for query in asked.queries:
                found = check(layer, query)
                if found is not None and found.refused is None:
                    seen.update(one.remedy for one in found.repeated)
                    seen.update(one.kind for one in found.stages)
                    seen["answered"] += 1
    assert seen["answered"] > ROUNDS * 4
    assert {"once", "window", "stage"} <= set(seen)


def test_queries_of_the_recorded_corpus() -> None:
    asked: dict[str, dict[str, object]] = {}
    for cases in sorted(CORPUS.glob("cases/*.jsonl")):
        for line in cases.read_text().splitlines():
            case = json.loads(line)
            query = (case["request"].get("query") or {}).get("query")
            if isinstance(query, dict) and case["expect"].get("status") == 200:
                asked.setdefault(case["model"], {})[json.dumps(query, sort_keys=True)] = query
    answered = 0
    for model, queries in asked.items():
        if model.startswith("err_"):
            continue
        with SemanticLayer(CORPUS / "models" / model) as layer:
            for query in queries.values():
                found = check(layer, query)
                answered += found is not None and found.refused is None
    assert answered > 300
