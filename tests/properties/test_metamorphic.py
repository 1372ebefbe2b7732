"""What holds between two answers of kubus, whatever the right answer is. No naive evaluator is asked for rows."""

import os
import re
from collections import Counter
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, cast

import yaml
from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st

from kubus.errors import KubusError
from tests.properties import naive, pools
from tests.properties.ask import Engine, Got
from tests.properties.choices import Choices, Drawn, pick
from tests.properties.example import Example
from tests.properties.model_text import model_text
from tests.properties.queries import Walls, comparison
from tests.properties.strategies import examples
from tests.properties.verdict import asks_for_something

COUNT = int(os.environ.get("KUBUS_METAMORPHIC_EXAMPLES", "150"))
relation = settings(
    max_examples=COUNT,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.filter_too_much,
        HealthCheck.function_scoped_fixture,
    ],
)
Engines = tuple[Engine, ...]


def answer(engine: Engine, example: Example, query: dict[str, Any]) -> Got:
    return engine.run(engine.prepare(model_text(example), query))


def without(query: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in query.items() if key not in keys}


def asked(example: Example, *left_out: str) -> dict[str, Any]:
    """The example's query; gives the example up if it asks for nothing or has no join tree."""
    query = without(example.query, *left_out)
    assume(asks_for_something(query))
    try:
        evaluation = naive.Evaluation(Example(example.cubes, query))
        evaluation.tree(evaluation.hints())
        if evaluation.ungrouped:
            evaluation.check_ungrouped()
    except (naive.NoTree, naive.Undecided):
        reject()
    return query


def as_bag(got: Got, keys: list[str]) -> Counter[tuple[Any, ...]]:
    return Counter(tuple(row[key] for key in keys) for row in got.rows)


def key_columns(query: dict[str, Any]) -> list[str]:
    entries = [f"{e['dimension']}.{e['granularity']}" for e in query.get("timeDimensions", []) if e.get("granularity")]
    return [*query.get("dimensions", []), *entries]


@relation
@given(example=examples(), data=st.data())
def test_a_filter_never_adds_rows(engines: Engines, example: Example, data: st.DataObject):
    query = asked(example, "limit", "offset", "order", "total")
    evaluation = naive.Evaluation(Example(example.cubes, without(query, "timeDimensions")))
    joined = {cube for way in evaluation.hints() for cube in way}
    dimensions = [
        (f"{cube.name}.{d.name}", d.kind)
        for cube in example.cubes
        for d in cube.dimensions
        if not d.sub_query and set(evaluation.cubes_of(cube.name, d.name)) <= joined
    ]
    # A sub-query that takes the filter over may change its values.
    assume(dimensions and not any(d.propagate_filters for cube in example.cubes for d in cube.dimensions))
    choices = Drawn(data.draw)
    path, kind = pick(choices, dimensions)
    tested = {"member": path, **comparison(choices, kind, Walls.of(example.cubes, query.get("timezone")))}
    keys = key_columns(query)
    counts = [m for m in query.get("measures", []) if evaluation.measure(*m.split(".")).type == "count"]
    has_measure_filter = any(evaluation.is_measure(m) for m in naive.filter_members(query.get("filters", [])))
    assume(not has_measure_filter)
    for engine in engines:
        every = answer(engine, example, query)
        some = answer(engine, example, query | {"filters": [*query.get("filters", []), tested]})
        more = as_bag(some, keys) - as_bag(every, keys)
        assert not more or not keys, f"{engine.name}: {tested} adds {more} to {query}\n{model_text(example)}"
        for measure in [] if query.get("ungrouped") else counts:
            before = {tuple(row[k] for k in keys): int(row[measure]) for row in every.rows}
            for row in some.rows:
                assert int(row[measure]) <= before[tuple(row[k] for k in keys)], f"{engine.name}: {measure} grows"


@relation
@given(example=examples(), limit=st.integers(0, 5), offset=st.integers(0, 5))
def test_limit_and_offset_pick_from_the_whole(engines: Engines, example: Example, limit: int, offset: int):
    query = asked(example, "limit", "offset")
    for engine in engines:
        whole = answer(engine, example, query)
        page = answer(engine, example, query | {"limit": limit, "offset": offset})
        keys = list(whole.rows[0]) if whole.rows else []
        assert len(page.rows) == max(0, min(limit, len(whole.rows) - offset))
        assert not as_bag(page, keys) - as_bag(whole, keys)
        assert page.total == whole.total
        if whole.total is not None:
            assert whole.total == len(whole.rows)


@relation
@given(example=examples(), data=st.data())
def test_the_parts_of_a_range_add_up(engines: Engines, example: Example, data: st.DataObject):
    choices = Drawn(data.draw)
    additive = [
        (f"{cube.name}.{m.name}", f"{cube.name}.{d.name}")
        for cube in example.cubes
        for m in cube.measures
        if m.type in ("count", "sum")
        for d in cube.dimensions
        # A row has one time of its own; of another cube's times it may have many.
        if d.kind == "time" and naive.references(d.value) == []  # pyright: ignore[reportArgumentType] - times are no cases
    ]
    assume(additive)
    measure, time = pick(choices, additive)
    first, cut, last = sorted(pick(choices, pools.DAYS) for _ in range(3))
    zone = pick(choices, pools.ZONES)
    others = [f"{c.name}.{d.name}" for c in example.cubes for d in c.dimensions if not d.sub_query]
    dimension = pick(choices, [None, *others])
    query: dict[str, Any] = {"measures": [measure], "timezone": zone}
    if dimension:
        query["dimensions"] = [dimension]

    def within(start: datetime, end: datetime) -> dict[str, Any]:
        days = [start.date().isoformat(), end.date().isoformat()]
        return query | {"timeDimensions": [{"dimension": time, "dateRange": days}]}

    asked(Example(example.cubes, within(first, last)))
    for engine in engines:
        totals: Counter[Any] = Counter()
        for part, sign in (
            (within(first, last), 1),
            (within(first, cut), -1),
            (within(cut + timedelta(days=1), max(last, cut)), -1),
        ):
            if part["timeDimensions"][0]["dateRange"][0] > part["timeDimensions"][0]["dateRange"][1]:
                continue
            for row in answer(engine, example, part).rows:
                totals[row[dimension] if dimension else ""] += sign * Fraction(str(row[measure] or 0))
        assert not any(totals.values()), f"{engine.name}: {totals} for {within(first, last)}\n{model_text(example)}"


@relation
@given(example=examples(), data=st.data())
def test_the_groups_of_a_dimension_add_up_to_the_total(engines: Engines, example: Example, data: st.DataObject):
    choices = Drawn(data.draw)
    additive = [
        (cube, f"{cube.name}.{m.name}") for cube in example.cubes for m in cube.measures if m.type in ("count", "sum")
    ]
    assume(additive)
    cube, measure = pick(choices, additive)
    query = {"measures": [measure], "filters": example.query.get("filters", [])}
    whole = asked(Example(example.cubes, query))
    evaluation = naive.Evaluation(Example(example.cubes, whole))
    # Each row of its own cube has one value of such a dimension; over a join it may have several.
    own = [
        f"{cube.name}.{d.name}" for d in cube.dimensions if set(evaluation.cubes_of(cube.name, d.name)) <= {cube.name}
    ]
    assume(own)
    assume(not any(evaluation.is_measure(m) for m in naive.filter_members(query["filters"])))
    dimension = pick(choices, own)
    for engine in engines:
        (total,) = answer(engine, example, whole).rows or [{measure: 0}]
        parts = answer(engine, example, whole | {"dimensions": [dimension]}).rows
        added = sum((Fraction(str(row[measure] or 0)) for row in parts), Fraction())
        told = f"{engine.name}: {measure} by {dimension}\n{query}\n{model_text(example)}"
        assert added == Fraction(str(total[measure] or 0)), told


@relation
@given(example=examples())
def test_a_view_answers_as_its_cubes_do(engines: Engines, example: Example):
    """A view with the ways that the query takes anyway shows the same rows under its own names."""
    query = asked(example, "limit", "offset", "order", "total", "ungrouped")
    evaluation = naive.Evaluation(Example(example.cubes, query))
    root, joins = evaluation.tree(evaluation.hints())
    ways = {root: root}
    for source, target in joins:
        ways[target] = f"{ways[source]}.{target}"
    entries = [{"join_path": way, "includes": "*", "prefix": True} for way in ways.values()]
    model = model_text(example)
    with_view = model + yaml.safe_dump({"views": [{"name": "v", "cubes": entries}]})
    names = {f"{c.name}.{m.name}" for c in example.cubes for m in (*c.measures, *c.dimensions, *c.segments)}
    for engine in engines:
        plain = answer(engine, example, query)
        shown = engine.run(engine.prepare(with_view, in_view(query, names)))
        keys = list(plain.rows[0]) if plain.rows else []
        told = f"{engine.name}: {query}\n{with_view}"
        seen = [{key: row[in_view(key, names)] for key in keys} for row in shown.rows]
        assert bag_of(Got(plain.rows, None), keys) == bag_of(Got(seen, None), keys), told


def in_view(value: Any, names: set[str]) -> Any:
    """A query, or a part of it, with the members of the view instead of those of cubes."""
    if isinstance(value, str):
        cube, _, rest = value.partition(".")
        member, _, granularity = rest.partition(".")
        if f"{cube}.{member}" not in names:
            return value
        return f"v.{cube}_{member}" + (f".{granularity}" if granularity else "")
    if isinstance(value, list):
        return [in_view(part, names) for part in cast("list[Any]", value)]
    if isinstance(value, dict):
        # Values are compared with, and never names.
        parts = cast("dict[str, Any]", value)
        return {key: part if key == "values" else in_view(part, names) for key, part in parts.items()}
    return value


@relation
@given(example=examples())
def test_the_databases_agree(engines: Engines, example: Example):
    query = without(example.query, "limit", "offset")
    assume(asks_for_something(query))
    answers: list[Any] = []
    for engine in engines:
        try:
            answers.append(answer(engine, example, query))
        except KubusError as error:
            answers.append(f"{type(error).__name__}: {error}" if not hasattr(error, "sql") else type(error).__name__)
    duck, postgres = answers
    if isinstance(duck, str) or isinstance(postgres, str):
        assert duck == postgres
        return
    keys = list(duck.rows[0]) if duck.rows else []

    def bag(got: Got) -> Counter[tuple[Any, ...]]:
        return Counter(tuple(comparable(row[key]) for key in keys) for row in got.rows)

    assert bag(duck) == bag(postgres), f"{query}\n{model_text(example)}"
    assert duck.total == postgres.total


def comparable(value: Any) -> Any:
    """A wire value without what a database's number types add: digits past the ninth, zeros at the end."""
    if isinstance(value, str):
        try:
            number = Fraction(value)
        except (ValueError, ZeroDivisionError):
            return value
        return round(number, 9)
    return round(Fraction(str(value)), 9) if isinstance(value, int | float) and not isinstance(value, bool) else value


@relation
@given(example=examples(), data=st.data())
def test_an_unneeded_join_never_changes_a_measure(engines: Engines, example: Example, data: st.DataObject):
    choices = Drawn(data.draw)
    measures = [(c, f"{c.name}.{m.name}") for c in example.cubes for m in c.measures]
    assume(measures)
    cube, measure = pick(choices, measures)
    own = [f"{cube.name}.{d.name}" for d in cube.dimensions if not isinstance(d.value, naive.CaseOf)]
    query: dict[str, Any] = {"measures": [measure]}
    if own:
        query["dimensions"] = [pick(choices, own)]
    others = [f"{c.name}.{m.name}" for c in example.cubes if c is not cube for m in c.measures]
    assume(others)
    joined = query | {"measures": [measure, pick(choices, others)]}
    roots: list[str] = []
    for each in (query, joined):
        try:
            evaluation = naive.Evaluation(Example(example.cubes, each))
            roots.append(evaluation.tree(evaluation.hints())[0])
        except naive.NoTree:
            reject()
    # Another root keeps other rows.
    assume(roots[0] == roots[1])
    keys = [*query.get("dimensions", []), measure]
    for engine in engines:
        alone, beside = answer(engine, example, query), answer(engine, example, joined)
        told = f"{engine.name}: {query} and {joined}\n{model_text(example)}"
        assert bag_of(alone, keys) == bag_of(beside, keys), told


def bag_of(got: Got, keys: list[str]) -> Counter[tuple[Any, ...]]:
    return Counter(tuple(comparable(row[key]) for key in keys) for row in got.rows)


@relation
@given(example=examples(), data=st.data())
def test_a_kept_plan_answers_for_other_values(engines: Engines, example: Example, data: st.DataObject):
    query = asked(example, "limit", "offset", "total")
    other = other_values(query, Drawn(data.draw))
    for engine in engines:
        layer = engine.layer(model_text(example))
        engine.run(engine.prepare_on(layer, other))
        again = engine.run(engine.prepare_on(layer, query))
        fresh = answer(engine, example, query)
        keys = list(fresh.rows[0]) if fresh.rows else []
        assert as_bag(again, keys) == as_bag(fresh, keys), f"{engine.name}: {other} before {query}"


def other_values(query: dict[str, Any], choices: Choices) -> dict[str, Any]:
    """The query with other values of the same form."""

    def turned(tested: dict[str, Any]) -> dict[str, Any]:
        for group in ("and", "or"):
            if group in tested:
                return {group: [turned(part) for part in tested[group]]}
        return tested | {"values": [other(value, choices) for value in tested.get("values", [])]}

    changed = dict(query)
    if "filters" in query:
        changed["filters"] = [turned(tested) for tested in query["filters"]]
    if "timeDimensions" in query:
        changed["timeDimensions"] = [
            entry | {"dateRange": ["2023-12-30", "2024-05-05"]} if "dateRange" in entry else entry
            for entry in query["timeDimensions"]
        ]
    return changed


def other(value: Any, choices: Choices) -> Any:
    """Another date for a date, another number for a number and so on: any member that takes the one takes the other."""
    if value is None or isinstance(value, bool):
        return value
    text = str(value)
    if text in ("true", "false"):
        return pick(choices, ("true", "false"))
    if NUMBER.fullmatch(text):
        return pick(choices, ("0.10", "-7.25")) if "." in text else pick(choices, ("5", "0", "-1", "12"))
    if DATE.match(text):
        return pick(choices, pools.DAYS).date().isoformat() + text[10:]
    return pick(choices, ("a", "B", "%", "", "it's"))


NUMBER = re.compile(r"-?\d+(\.\d+)?")
DATE = re.compile(r"\d{4}-\d\d-\d\d")
