"""Masks: what stands for a value, of every kind of member; and when a client's own filters say that nothing is hidden."""

from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import pytest

from kubus.context import Caller
from kubus.loading.load import load_files
from kubus.model.filter import AllOf, AnyOf, Comparison, Filter
from kubus.model.model import Model
from kubus.query.masks import covers, is_implied, sees_its_rows
from kubus.semantic_layer import SemanticLayer
from tests.properties.ask import Engine, duckdb_engine

MODEL = """
cubes:
  - name: sales
    sql_table: sales
    joins: [{name: shops, sql: "{CUBE}.shop_id = {shops}.id", relationship: many_to_one}]
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true, public: true}
      - {name: city, sql: city, type: string}
      - {name: note, sql: note, type: string, mask: "hidden"}
      - {name: price, sql: price, type: number, mask: -1}
      - {name: day, sql: day, type: time}
      - {name: paid, sql: paid, type: boolean, mask: false}
      - {name: kind, type: string, mask: "any", case: {when: [{sql: "{CUBE}.price > 15", label: dear}], else: {label: cheap}}}
      - {name: initial, sql: note, type: string, mask: {sql: "SUBSTRING({CUBE}.note, 1, 1)"}}
      - {name: lines, sql: "{lines.count}", type: number, sub_query: true, mask: -2}
      - {name: plain_lines, sql: "{lines.count}", type: number, sub_query: true}
      - {name: class, sql: "CASE WHEN {sum} > 15 THEN 'big' ELSE 'small' END", type: string, multi_stage: true,
         add_group_by: [id], mask: "none"}
      - {name: coin, type: switch, values: [one, two]}
    measures:
      - {name: count, type: count}
      - {name: sum, sql: price, type: sum, mask: 0}
      - {name: sum_of_paid, sql: price, type: sum, mask: -3, filters: [{sql: "{CUBE}.paid"}]}
      - {name: rounded, sql: price, type: sum, mask: {sql: "ROUND(SUM({CUBE}.price), -1)"}}
      - {name: mean, sql: "{sum} * 1.0 / {count}", type: number, mask: -4}
      - {name: rolling, sql: price, type: sum, rolling_window: {trailing: unbounded}, mask: -5}
      - {name: rolling_mean, sql: "{rolling} * 1.0 / {count}", type: number, mask: -9}
      - {name: mean_of_mean, sql: "{rolling_mean} + {count}", type: number, mask: -9}
      - {name: whole, sql: "{sum}", type: number, multi_stage: true, grain: {exclude: [city]}, mask: -6}
      - {name: closing, sql: price, type: sum, additive: {dimension: day, keep: last}, mask: -7}
      - {name: chosen, type: number, case: {switch: CUBE.coin, when: [{value: one, sql: "{sum}"}], else: {sql: "{count}"}}, mask: -8}
      - {name: word, sql: "MAX({CUBE}.note)", type: string, mask: "word"}
      - {name: last, sql: "MAX({CUBE}.day)", type: time}
      - {name: most, sql: price, type: max}
    access_policy:
      - group: guest
        member_level: {includes: [id, city, count, coin]}
        member_masking: {includes: "*"}
      - group: oslo
        row_level: {filters: [{member: city, operator: equals, values: [Oslo]}]}
      - {group: boss}
  - name: shops
    sql_table: shops
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: name, sql: name, type: string}
  - name: lines
    sql_table: lines
    joins: [{name: sales, sql: "{CUBE}.sale_id = {sales}.id", relationship: many_to_one}]
    dimensions: [{name: id, sql: id, type: number, primary_key: true, public: true}]
    measures: [{name: count, type: count}]
views:
  - name: shown
    cubes:
      - {join_path: sales, includes: [city, note]}
      - {join_path: sales.shops, includes: [name]}
"""

DATA = """
CREATE TABLE sales (id INT, shop_id INT, city TEXT, note TEXT, price INT, day TIMESTAMP, paid BOOLEAN);
INSERT INTO sales VALUES (1, 1, 'Oslo', 'apple', 10, '2024-01-01', true), (2, 1, 'Oslo', 'pear', 20, '2024-01-02', false),
    (3, 2, 'Rome', 'plum', 12, '2024-01-03', true);
CREATE TABLE shops (id INT, name TEXT);
INSERT INTO shops VALUES (1, 'one'), (2, 'two');
CREATE TABLE lines (id INT, sale_id INT);
INSERT INTO lines VALUES (1, 1), (2, 1), (3, 3);
"""

# The rows of an answer, sorted, their values as lower-case texts.
Asked = Callable[..., list[tuple[str | None, ...]]]


@pytest.fixture(scope="module")
def model() -> Model:
    return load_files({"model.yml": MODEL}, {"default": "duckdb"})


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    path = tmp_path_factory.mktemp("masks") / "sales.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(DATA)
    with duckdb_engine(str(path)) as one:
        yield one


def text(value: Any) -> str | None:
    return None if value is None else str(value).lower()


def asking(engine: Engine, layer: SemanticLayer) -> Asked:
    def ask(groups: str, **query: Any) -> list[tuple[str | None, ...]]:
        caller = Caller(groups=frozenset(groups.split()))
        rows = engine.run(engine.prepare_on(layer, query, caller)).rows
        return sorted((tuple(map(text, row.values())) for row in rows), key=repr)

    return ask


@pytest.fixture(scope="module")
def ask(engine: Engine) -> Asked:
    """The rows that callers of these groups get."""
    return asking(engine, engine.layer(MODEL))


# ── what stands for a value ──


@pytest.mark.parametrize(
    ("member", "mask"),
    [
        ("note", ["hidden"] * 3),
        ("price", ["-1"] * 3),
        ("day", [None] * 3),
        ("paid", ["false"] * 3),
        ("kind", ["any"] * 3),
        ("initial", ["a", "p", "p"]),
        ("lines", ["-2"] * 3),
        ("plain_lines", [None] * 3),
        ("class", ["none"] * 3),
    ],
)
def test_a_dimension_is_its_mask_in_every_row(ask: Asked, member: str, mask: list[Any]) -> None:
    got = ask("guest", dimensions=["sales.id", f"sales.{member}"])
    assert [value for _, value in got] == mask
    # As whoever sees all knows, there are other values.
    assert [value for _, value in got] != [
        value for _, value in ask("boss", dimensions=["sales.id", f"sales.{member}"])
    ]


@pytest.mark.parametrize("member", ["note", "price", "day", "paid", "kind", "lines", "plain_lines", "class"])
def test_a_dimension_is_its_value_in_rows_that_a_policy_gives(ask: Asked, member: str) -> None:
    names = ["sales.id", f"sales.{member}"]
    whole, masked = ask("boss", dimensions=names), ask("guest", dimensions=names)
    assert ask("guest oslo", dimensions=names) == [*whole[:2], *masked[2:]]


@pytest.mark.parametrize(
    ("member", "mask"),
    [
        ("sum", "0"),
        ("sum_of_paid", "-3"),
        ("mean", "-4"),
        ("rolling", "-5"),
        ("whole", "-6"),
        ("closing", "-7"),
        ("chosen", "-8"),
        ("word", "word"),
        ("last", None),
        ("most", None),
    ],
)
def test_a_measure_is_its_mask_in_every_group(ask: Asked, member: str, mask: str | None) -> None:
    name = f"sales.{member}"
    assert [value for _, value in ask("guest", dimensions=["sales.city"], measures=[name])] == [mask] * 2
    assert [value for (value,) in ask("guest", measures=[name])] == [mask]
    nothing = [{"member": "sales.city", "operator": "equals", "values": ["Nowhere"]}]
    assert [value for (value,) in ask("guest", measures=[name], filters=nothing)] == [mask]
    # In a row of its own too.
    rows = ask("guest", dimensions=["sales.id"], measures=[name], ungrouped=True) if member != "whole" else []
    assert [value for _, value in rows] == [mask] * len(rows)
    # And over rows that a join repeats.
    if member not in ("rolling", "whole"):
        by_line = ask("guest", dimensions=["lines.id"], measures=[name])
        assert [value for _, value in by_line] == [mask] * 3


def test_a_mask_in_sql_is_of_the_group_and_there_is_none_of_a_row(ask: Asked) -> None:
    assert ask("guest", dimensions=["sales.city"], measures=["sales.rounded"]) == [("oslo", "30"), ("rome", "10")]
    assert ask("guest", dimensions=["sales.id"], measures=["sales.rounded"], ungrouped=True) == [
        ("1", None),
        ("2", None),
        ("3", None),
    ]


def test_a_measure_is_its_value_in_groups_that_a_policy_gives(ask: Asked) -> None:
    query: dict[str, Any] = {"dimensions": ["sales.city"], "measures": ["sales.sum"]}
    assert ask("guest oslo", **query) == [("oslo", "30"), ("rome", "0")]
    assert ask("guest oslo", measures=["sales.sum"]) == [("0",)]
    rows = ask("guest oslo", dimensions=["sales.id"], measures=["sales.sum"], ungrouped=True)
    assert rows == [("1", "0"), ("2", "0"), ("3", "0")]


@pytest.mark.parametrize(("value", "groups"), [("0", ["oslo", "rome"]), ("30", [])])
def test_a_condition_on_a_masked_measure_is_one_on_its_mask(ask: Asked, value: str, groups: list[str]) -> None:
    condition = {"member": "sales.sum", "operator": "equals", "values": [value]}
    assert ask("guest", dimensions=["sales.city"], filters=[condition]) == [(name,) for name in groups]


def test_masks_by_type_stand_where_a_member_has_none(engine: Engine, model: Model) -> None:
    defaults = {"number": "-99", "time": "1970-01-01T00:00:00.000"}
    ask = asking(engine, SemanticLayer(lambda: model, {"default": engine.source}, default_masks=defaults))
    assert ask("guest", dimensions=["sales.id", "sales.plain_lines"]) == [("1", "-99"), ("2", "-99"), ("3", "-99")]
    assert ask("guest", measures=["sales.most"]) == [("-99",)]
    assert {str(value)[:10] for _, value in ask("guest", dimensions=["sales.id", "sales.day"])} == {"1970-01-01"}
    # Its own goes first, and other types have none.
    assert ask("guest", measures=["sales.sum"]) == [("0",)]


# ── what filters say already ──

OSLO = Comparison("sales.city", "equals", ("Oslo",))
OSLO_OR_ROME = Comparison("sales.city", "equals", ("Oslo", "Rome"))
DEAR = Comparison("sales.price", "gt", ("15",))
PAID = Comparison("sales.paid", "equals", ("true",))
SHOP = Comparison("shops.name", "equals", ("one",))


@pytest.mark.parametrize(
    ("unless", "asked", "implied"),
    [
        (OSLO, (OSLO,), True),
        (OSLO, (), False),
        (OSLO, (DEAR,), False),
        (OSLO, (DEAR, OSLO), True),
        (OSLO_OR_ROME, (OSLO,), True),
        (OSLO, (OSLO_OR_ROME,), False),
        (OSLO, (AllOf((DEAR, OSLO)),), True),
        (OSLO, (AnyOf((DEAR, OSLO)),), False),
        (AllOf((OSLO, DEAR)), (OSLO, DEAR), True),
        (AllOf((OSLO, DEAR)), (OSLO,), False),
        (AllOf((OSLO, DEAR)), (DEAR,), False),
        (AllOf(()), (), True),
        (AnyOf((OSLO, DEAR)), (OSLO,), True),
        (AnyOf((OSLO, DEAR)), (DEAR,), True),
        (AnyOf((OSLO, DEAR)), (PAID,), False),
        (AnyOf((OSLO, AllOf((DEAR, PAID)))), (PAID, DEAR), True),
        (AnyOf((OSLO, AllOf((DEAR, PAID)))), (PAID,), False),
        (AllOf((AnyOf((OSLO, PAID)), DEAR)), (DEAR, PAID), True),
        (AllOf((AnyOf((OSLO, PAID)), DEAR)), (OSLO, PAID), False),
        # A test of another cube's member holds for the rows that are joined, and not wherever these are read.
        (SHOP, (SHOP,), False),
        (AllOf((OSLO, SHOP)), (OSLO, SHOP), False),
        (AnyOf((OSLO, SHOP)), (SHOP,), False),
    ],
)
def test_nothing_is_masked_where_filters_leave_only_what_is_seen(
    model: Model, unless: Filter, asked: tuple[Filter, ...], implied: bool
) -> None:
    note = model.dimension("sales.note")
    assert is_implied(unless, note, asked, model, set()) is implied
    # What is masked itself says nothing of values.
    assert is_implied(unless, note, asked, model, {"sales.city", "sales.price", "sales.paid"}) is (unless == AllOf(()))


def test_members_of_views_are_those_of_their_cubes(model: Model) -> None:
    note, shown = model.dimension("sales.note"), model.dimension("shown.note")
    city = Comparison("shown.city", "equals", ("Oslo",))
    name = Comparison("shown.name", "equals", ("one",))
    for member in (note, shown):
        assert is_implied(city, member, (city,), model, set())
        assert is_implied(OSLO, member, (OSLO,), model, set())
        assert not is_implied(name, member, (name,), model, set())
        assert not is_implied(city, member, (OSLO,), model, set())


@pytest.mark.parametrize(
    ("wide", "narrow", "covered"),
    [
        (OSLO, OSLO, True),
        (OSLO, Comparison("sales.city", "in", ("Oslo",)), True),
        (Comparison("sales.city", "in", ("Rome", "Oslo")), OSLO, True),
        (OSLO, Comparison("sales.note", "equals", ("Oslo",)), False),
        (OSLO, Comparison("sales.city", "equals", ()), False),
        (OSLO, Comparison("sales.city", "equals", ("Oslo", None)), False),
        (Comparison("sales.city", "equals", ("Oslo", None)), OSLO, True),
        (Comparison("sales.city", "notEquals", ("Oslo",)), Comparison("sales.city", "notEquals", ("Oslo",)), True),
        (
            Comparison("sales.city", "notEquals", ("Oslo", "Rome")),
            Comparison("sales.city", "notEquals", ("Oslo",)),
            False,
        ),
        (OSLO, Comparison("sales.city", "notEquals", ("Oslo",)), False),
        (Comparison("sales.city", "notEquals", ("Oslo",)), OSLO, False),
        (
            Comparison("sales.city", "contains", ("Oslo", "Rome")),
            Comparison("sales.city", "contains", ("Oslo",)),
            False,
        ),
        (Comparison("sales.city", "contains", ("Oslo",)), OSLO, False),
        (Comparison("sales.city", "set"), OSLO, False),
    ],
)
def test_which_comparison_another_goes_inside_of(wide: Comparison, narrow: Comparison, covered: bool) -> None:
    assert covers(wide, narrow) is covered


def test_which_measures_are_made_of_the_rows_of_their_group(model: Model) -> None:
    seen = {name for name, one in model.cubes["sales"].measures.items() if sees_its_rows(one, model)}
    assert seen == {"count", "sum", "sum_of_paid", "rounded", "mean", "word", "last", "most"}
