"""Ways between cubes that are equally short: found, told, and refused where that is asked for."""

import pytest

from kubus.errors import MemberError
from kubus.library import SemanticLayer
from kubus.loading.compiler import Compiler
from kubus.loading.load import load_files
from kubus.model.ambiguity import Ambiguity, ambiguities, shortest_ways

DIALECTS = {"default": "duckdb"}


def cube(name, *joins):
    lines = [f"  - name: {name}", "    sql: SELECT 1 AS id", "    joins:" if joins else "    joins: []"]
    lines += [
        f'      - {{name: {other}, relationship: many_to_one, sql: "{{CUBE}}.id = {{{other}}}.id"}}' for other in joins
    ]
    lines += ["    dimensions:", "      - {name: id, sql: id, type: number, primary_key: true, public: true}"]
    return "\n".join([*lines, "    measures:", "      - {name: count, type: count}"])


def model_text(**joins):
    return "\n".join(["cubes:", *(cube(name, *others) for name, others in joins.items())]) + "\n"


DIAMOND = model_text(a=["b", "c"], b=["d"], c=["d"], d=["e"], e=[], start=["a"])
VIEW = """
views:
  - name: by_c
    cubes:
      - {join_path: a, includes: [count]}
      - {join_path: a.c.d, includes: [id]}
"""


def found(text):
    return list(ambiguities(load_files({"m.yml": text}, DIALECTS).join_graph))


def test_a_diamond_is_told_once_where_it_parts_and_meets():
    assert found(DIAMOND) == [Ambiguity(("a", "b", "d"), ("a", "c", "d"))]


def test_the_first_way_is_the_one_that_is_declared_first():
    other = model_text(a=["c", "b"], b=["d"], c=["d"], d=[])
    assert found(other) == [Ambiguity(("a", "c", "d"), ("a", "b", "d"))]


@pytest.mark.parametrize(
    "joins",
    [
        {"a": ["b", "c"], "b": ["d"], "c": [], "d": []},
        {"a": ["b", "c", "d"], "b": ["d"], "c": ["d"], "d": []},
        {"a": ["b", "c"], "b": ["d"], "c": ["x"], "x": ["d"], "d": []},
        {"a": ["b"], "b": ["a"]},
    ],
    ids=["one way", "a straight way", "a longer way", "both directions"],
)
def test_ways_of_different_length_are_not_ambiguous(joins):
    assert found(model_text(**joins)) == []


def test_ways_of_four_joins():
    text = model_text(a=["b", "c"], b=["b2"], c=["c2"], b2=["d"], c2=["d"], d=[])
    assert found(text) == [Ambiguity(("a", "b", "b2", "d"), ("a", "c", "c2", "d"))]


def test_a_grid_of_ways_is_looked_through_in_time():
    size = 12
    cubes = {f"c{x}_{y}": [f"c{a}_{b}" for a, b in ((x + 1, y), (x, y + 1)) if a < size and b < size] for x in range(size) for y in range(size)}  # fmt: skip
    graph = load_files({"m.yml": model_text(**cubes)}, DIALECTS).join_graph
    assert len(list(ambiguities(graph))) >= (size - 1) ** 2
    assert next(shortest_ways(graph.joins, "c0_0", "c11_11"))[0] == "c0_0"


@pytest.mark.parametrize("way", ["warn", "error"])
def test_a_query_is_told_or_refused(way):
    with SemanticLayer({"m.yml": DIAMOND + VIEW}, ambiguous_joins=way) as layer:
        asked = {"measures": ["a.count"], "dimensions": ["d.id"]}
        if way == "error":
            with pytest.raises(MemberError, match=r"a → b → d, which is taken .* and a → c → d\. Say which is meant"):
                layer.query(asked)
        else:
            assert layer.query(asked) == [{"a.count": 1, "d.id": 1}]
        # What decides, decides: a view's path, a query without the choice, and a cube on the one way alone.
        for decided in (
            {"measures": ["by_c.count"], "dimensions": ["by_c.id"]},
            {"measures": ["a.count"], "dimensions": ["b.id"]},
            {"measures": ["d.count"], "dimensions": ["e.id"]},
        ):
            assert len(layer.query(decided)) == 1


def test_only_the_way_that_is_taken_counts():
    """Another root might have reached all by an ambiguous way, and was not chosen."""
    with SemanticLayer({"m.yml": DIAMOND}, ambiguous_joins="error") as layer:
        assert len(layer.query({"measures": ["d.count"]})) == 1


def test_the_warning_stands_at_the_join():
    compiler = Compiler(DIALECTS)
    text = DIAMOND
    (warning,) = compiler.lint(compiler.compile({"m.yml": text}))
    assert warning.rule == "ambiguous-joins"
    problem = warning.problem
    assert text.splitlines()[problem.line - 1].strip().startswith("- {name: b,")
    assert compiler.lint(compiler.compile({"m.yml": text}), ["ambiguous-joins"]) == ()
