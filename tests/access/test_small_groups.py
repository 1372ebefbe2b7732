"""Small groups, attacked: every query by any dimensions, and every subtraction of what is shown from a coarser answer."""

import json
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.ask import Engine, duckdb_engine

KEYS = ("a", "b", "c")
LEAST = 3


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with duckdb_engine() as one:
        yield one


def model_of(rows: list[tuple[str, ...]]) -> str:
    columns = ("id", *KEYS)
    values = [
        "SELECT " + ", ".join(f"'{value}' AS {name}" for name, value in zip(columns, (str(number), *row), strict=True))
        for number, row in enumerate(rows)
    ]
    dimensions: list[dict[str, Any]] = [{"name": name, "sql": name, "type": "string"} for name in KEYS]
    key = {"name": "id", "sql": "id", "type": "string", "primary_key": True, "public": True}
    return json.dumps(
        {
            "cubes": [
                {
                    "name": "t",
                    "sql": " UNION ALL ".join(values),
                    "min_group": LEAST,
                    "dimensions": [key, *dimensions],
                    "measures": [{"name": "count", "type": "count"}],
                }
            ]
        }
    )


def answer(engine: Engine, model: str, keys: tuple[str, ...], filters: list[Any]) -> dict[tuple[str, ...], int]:
    query = {"dimensions": [f"t.{key}" for key in keys], "measures": ["t.count"], "filters": filters}
    rows = engine.run(engine.prepare(model, query)).rows
    return {tuple(row[f"t.{key}"] for key in keys): int(row["t.count"]) for row in rows}


rows = st.lists(st.tuples(*(st.sampled_from("xyz") for _ in KEYS)), min_size=1, max_size=30)


@settings(max_examples=25, deadline=None)
@given(drawn=rows)
def test_nothing_small_is_shown_or_had_by_subtraction(engine: Engine, drawn: list[tuple[str, ...]]) -> None:
    model = model_of(drawn)
    asked = [keys for width in range(len(KEYS) + 1) for keys in combinations(KEYS, width)]
    answers = {keys: answer(engine, model, keys, []) for keys in asked}
    for keys, groups in answers.items():
        at = [KEYS.index(key) for key in keys]
        true = Counter(tuple(row[place] for place in at) for row in drawn)
        for group, count in groups.items():
            assert count == true[group]
            assert count >= LEAST
        for coarser in (other for other in asked if set(other) < set(keys)):
            for parent, total in answers[coarser].items():
                places = [keys.index(key) for key in coarser]
                shown = sum(n for group, n in groups.items() if tuple(group[place] for place in places) == parent)
                assert total - shown == 0 or total - shown >= LEAST, (keys, coarser, parent)


@settings(max_examples=40, deadline=None)
@given(drawn=rows, keys=st.lists(st.sampled_from(KEYS), unique=True).map(tuple), value=st.sampled_from("xyz"))
def test_a_filter_tells_nothing_of_the_few_that_it_takes_away(
    engine: Engine, drawn: list[tuple[str, ...]], keys: tuple[str, ...], value: str
) -> None:
    model = model_of(drawn)
    whole = answer(engine, model, keys, [])
    for operator in ("equals", "notEquals"):
        some = answer(engine, model, keys, [{"member": "t.c", "operator": operator, "values": [value]}])
        for group, count in some.items():
            assert count == 0 or count >= LEAST
            if group in whole:
                assert whole[group] - count == 0 or whole[group] - count >= LEAST
