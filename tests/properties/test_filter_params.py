"""Conditions pushed into the SQL of cubes and joins by FILTER_PARAMS leave every answer as it is."""

from collections import Counter
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from kubus.errors import KubusError
from tests.properties.ask import Engine, Got
from tests.properties.choices import Drawn, pick
from tests.properties.example import Column, Cube, Dimension, Example
from tests.properties.model_text import declaration, model_text
from tests.properties.queries import Walls, comparison
from tests.properties.strategies import examples
from tests.properties.test_metamorphic import asked, comparable, relation


@relation
@given(example=examples(), data=st.data())
def test_pushing_conditions_down_keeps_the_answer(engines: tuple[Engine, ...], example: Example, data: st.DataObject):
    query = asked(example, "limit", "offset")
    choices = Drawn(data.draw)
    # Filters on what is pushed down, which the query may have by chance as well.
    tested = [(f"{c.name}.{d.name}", d.kind) for c in example.cubes for d in c.dimensions if own_column(d)]
    walls = Walls.of(example.cubes, query.get("timezone"))
    for _ in range(2 if tested else 0):
        path, kind = pick(choices, tested)
        query = query | {"filters": [*query.get("filters", []), {"member": path, **comparison(choices, kind, walls)}]}
    for engine in engines:
        plain = answer(engine, model_text(example), query)
        pushed = answer(engine, pushing_text(example), query)
        assert plain == pushed, f"{engine.name}: {query}\n{pushing_text(example)}"


def answer(engine: Engine, model: str, query: dict[str, Any]) -> Any:
    try:
        got: Got = engine.run(engine.prepare(model, query))
    except KubusError as error:
        return type(error).__name__, error.message
    keys = list(got.rows[0]) if got.rows else []
    return got.total, Counter(tuple(comparable(row[key]) for key in keys) for row in got.rows)


def pushing_text(example: Example) -> str:
    """The data model with everything pushed down that can be: by column, by function, as a group, into joins."""
    by_name = {cube.name: cube for cube in example.cubes}
    declared: list[dict[str, Any]] = []
    for cube in example.cubes:
        entry = declaration(cube)
        entry["sql"] = f"SELECT * FROM ({entry['sql']}) AS t WHERE " + " AND ".join(pushed(cube))
        for join in entry.get("joins", []):
            join["sql"] += "".join(f" AND {one}" for one in pushed(by_name[join["name"]], inside_join=True))
        declared.append(entry)
    return yaml.dump({"cubes": declared}, sort_keys=False, allow_unicode=True, width=10_000, Dumper=yaml.CSafeDumper)


def pushed(cube: Cube, *, inside_join: bool = False) -> list[str]:
    group: list[str] = []
    parts = ["1 = 1"]
    for number, dimension in enumerate(cube.dimensions):
        column = own_column(dimension)
        if column is None:
            continue
        to = f"{{{cube.name}}}.{column}" if inside_join else column
        params = f"FILTER_PARAMS.{cube.name}.{dimension.name}.filter"
        quoted = f"f'{to}'" if inside_join else f'"{to}"'
        group.append(f"{params}({quoted})")
        if number % 2:
            parts.append(f"{{{params}({quoted})}}")
        elif dimension.kind == "time":
            parts.append(f"{{{params}(lambda a, b: f'{to} >= {{a}} AND {to} <= {{b}}')}}")
        else:
            parts.append(f"{{{params}(lambda a, b: f'{to} IN ({{a}}, {{b}})')}}")
            parts.append(f"{{{params}(lambda a: f'{to} = {{a}}')}}")
    if group:
        parts.append(f"{{FILTER_GROUP({', '.join(group)})}}")
    if not inside_join:
        for segment in cube.segments:
            written = next(s["sql"] for s in declaration(cube)["segments"] if s["name"] == segment.name)
            if "{" not in (plain := written.replace("{CUBE}.", "")) and '"' not in plain:
                parts.append(f'{{FILTER_PARAMS.{cube.name}.{segment.name}.filter("{plain}")}}')
    return parts


def own_column(dimension: Dimension) -> str | None:
    """The column that a dimension is; None for what is made of more."""
    return dimension.value.name if isinstance(dimension.value, Column) else None
