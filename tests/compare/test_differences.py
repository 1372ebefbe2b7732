"""What counts as a difference in meaning, and what does not."""

from collections.abc import Callable
from dataclasses import fields

import pytest

from kubus.compare.change import Change
from kubus.compare.differences import differences
from kubus.compare.meaning import LESSER, MEANING
from kubus.loading.load import load_files
from kubus.model.cube import Dimension, Measure, Segment
from kubus.model.model import Model
from tests.properties.choices import Seeded
from tests.properties.model_text import model_text
from tests.properties.rounds import random_round

BASE = """
cubes:
  - name: orders
    sql: SELECT * FROM shop.orders WHERE paid
    joins:
      - {name: users, sql: "{CUBE}.user_id = {users}.id", relationship: many_to_one}
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: status, sql: status, type: string}
      - {name: at, sql: at, type: time}
    measures:
      - {name: count, type: count}
      - {name: total, sql: "{CUBE}.amount", type: sum, filters: [{sql: "{CUBE}.amount > 0"}]}
      - {name: mean, sql: "{total} / NULLIF({count}, 0)", type: number}
    segments:
      - {name: big, sql: "{CUBE}.amount > 100"}
    access_policy:
      - group: boss
      - group: clerk
        member_level: {includes: [count, status]}
        row_level: {filters: [{member: status, operator: equals, values: [open]}]}
  - name: users
    sql_table: shop.users
    joins:
      - {name: teams, sql: "{CUBE}.team_id = {teams}.id", relationship: many_to_one}
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: city, sql: "CASE WHEN {CUBE}.city = '' THEN NULL ELSE {CUBE}.city END", type: string}
  - name: teams
    sql_table: shop.teams
    joins:
      - {name: users, sql: "{CUBE}.lead_id = {users}.id", relationship: many_to_one}
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
views:
  - name: board
    cubes: [{join_path: orders, includes: [total, status]}, {join_path: orders.users, includes: [city]}]
"""


def model(text: str) -> Model:
    return load_files({"m.yml": text}, {"default": "duckdb"})


def found(*pairs: tuple[str, str], base: str = BASE) -> list[Change]:
    text = base
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return list(differences(model(base), model(text)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "SELECT * FROM shop.orders WHERE paid",
            "select *\n      from SHOP.orders /* those that count */\n      where (PAID)",
        ),
        ('sql: "{CUBE}.amount", type', "sql: amount, type"),
        ('sql: "{CUBE}.amount", type', 'sql: "( {CUBE}.AMOUNT )", type'),
        ('"{total} / NULLIF({count}, 0)"', '"{CUBE.total} / nullif({orders.count}, (0)) /* mean */"'),
        ("THEN NULL ELSE", "then  null else"),
        ('"{CUBE}.user_id = {users}.id"', '"({orders}.user_id = {users}.id)"'),
        ("status, type: string", "status, type: string, title: Status"),
    ],
)
def test_how_it_is_written_is_no_difference(old: str, new: str) -> None:
    assert found((old, new)) == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("WHERE paid", "WHERE NOT paid", "cube orders sql"),
        ("{CUBE}.amount > 0", "{CUBE}.amount >= 0", "measure orders.total filters"),
        ("type: sum", "type: avg", "measure orders.total type"),
        ("{CUBE}.amount > 100", "{CUBE}.amount > 101", "segment orders.big sql"),
        ("THEN NULL ELSE", "THEN 'x' ELSE", "dimension users.city sql"),
        ("{total} / NULLIF({count}, 0)", "({total} + 1) / NULLIF({count}, 0)", "measure orders.mean sql"),
        ("{total} / NULLIF({count}, 0)", "{total} / NULLIF({count}, 1)", "measure orders.mean sql"),
        ("type: sum,", "type: sum, rolling_window: {trailing: 1 month},", "measure orders.total window"),
        # Names in quotes are told apart by their case.
        ('sql: "{CUBE}.amount", type', "sql: '{CUBE}.\"Amount\"', type", "measure orders.total sql"),
    ],
)
def test_what_it_means_is_a_difference(old: str, new: str, says: str) -> None:
    (change,) = found((old, new))
    assert (change.kind, f"{change.what} {change.name} {change.says}") == ("changed", says)


def test_the_condition_of_a_join_is_a_difference() -> None:
    (change,) = found(('{name: users, sql: "{CUBE}.user_id', '{name: users, sql: "{CUBE}.buyer_id'))
    assert (change.kind, change.what, change.name, change.says) == ("joins", "join", "orders → users", "sql")


def test_the_way_of_a_view_is_a_difference() -> None:
    (change,) = found(("{join_path: orders.users, includes", "{join_path: orders.users.teams.users, includes"))
    assert (change.kind, change.name, change.says) == ("changed", "board.city", "path")


def test_of_two_that_are_alike_none_is_guessed_to_be_the_other() -> None:
    two = BASE.replace(
        "- {name: count, type: count}", "- {name: count, type: count}\n      - {name: rows, type: count}"
    )
    changed = found(("{name: rows,", "{name: n,"), base=two)
    assert {(c.kind, c.name) for c in changed} == {("renamed", "orders.n")}
    both = found(
        ("{name: rows,", "{name: n,"),
        ("{name: count, ", "{name: k, "),
        ("{count}", "{k}"),
        ("[count, status]", "[k, status]"),
        base=two,
    )
    # Which of them became which nobody can tell; what is made of them is another measure then.
    assert {(c.kind, c.name) for c in both if c.kind in ("added", "removed", "renamed")} == {
        ("removed", "orders.count"),
        ("removed", "orders.rows"),
        ("added", "orders.k"),
        ("added", "orders.n"),
    }


def test_names_are_followed_through_all_that_refers_to_them() -> None:
    changed = found(
        ("name: status, sql", "name: state, sql"),
        ("[count, status]", "[count, state]"),
        ("member: status", "member: state"),
        ("[total, status]", "[total, state]"),
        ("name: total", "name: revenue"),
        ("{total}", "{revenue}"),
        ("includes: [total", "includes: [revenue"),
    )
    assert {(c.kind, c.before, c.after) for c in changed} == {
        ("renamed", "orders.status", "orders.state"),
        ("renamed", "orders.total", "orders.revenue"),
        ("renamed", "board.status", "board.state"),
        ("renamed", "board.total", "board.revenue"),
    }


def test_a_cube_with_another_name() -> None:
    text = (
        BASE.replace("name: users", "name: people")
        .replace("{users}", "{people}")
        .replace("orders.users", "orders.people")
    )
    changed = differences(model(BASE), model(text))
    assert {(c.kind, c.before, c.after) for c in changed} == {("renamed", "users", "people")}


@pytest.mark.parametrize(
    ("old", "new", "says", "members"),
    [
        ("values: [open]", "values: [open, closed]", "wider for group clerk", {"orders.count", "orders.status"}),
        ("includes: [count, status]", "includes: [count, status, total]", "wider for group clerk", {"orders.total"}),
        ("includes: [count, status]", "includes: [count]", "narrower for group clerk", {"orders.status"}),
    ],
)
def test_policies(old: str, new: str, says: str, members: set[str]) -> None:
    changed = [c for c in found((old, new)) if c.kind == "policy"]
    assert [c.says for c in changed] == [says]
    assert set(changed[0].effects) == members


TENANTS = """
tenant: {claim: org}
cubes:
  - name: orders
    sql_table: orders
    tenant: org_id
    measures:
      - {name: count, type: count}
"""


def test_tenants_that_are_kept_apart_less() -> None:
    gone = found(("tenant: {claim: org}\n", ""), ("    tenant: org_id\n", ""), base=TENANTS)
    assert {(c.kind, c.what, c.says) for c in gone} == {("policy", "tenants", "wider"), ("policy", "tenant", "wider")}
    (shared,) = found(("tenant: org_id", "tenant: shared"), base=TENANTS)
    assert (shared.name, shared.says, shared.before) == ("orders", "wider", "those whose tenant is org_id")
    (other,) = found(("claim: org", "claim: company"), base=TENANTS)
    assert (other.what, other.says) == ("tenants", "another")


def test_a_policy_is_not_made_wider_behind_a_new_name() -> None:
    changed = found(
        ("name: status, sql", "name: state, sql"),
        ("[count, status]", "[count, state, mean]"),
        ("member: status", "member: state"),
        ("[total, status]", "[total, state]"),
    )
    assert [(c.says, c.effects) for c in changed if c.kind == "policy"] == [("wider for group clerk", ("orders.mean",))]


def test_joins_and_what_they_do() -> None:
    (gone,) = found(
        ('      - {name: teams, sql: "{CUBE}.team_id = {teams}.id", relationship: many_to_one}\n', ""),
        ("    joins:\n    dimensions", "    dimensions"),
    )
    assert (gone.kind, gone.name, gone.says, gone.breaks) == ("joins", "users → teams", "removed", True)
    assert "users does not reach teams any more: queries of both are refused" in gone.effects
    assert "orders does not reach teams any more: queries of both are refused" in gone.effects
    (other,) = found(
        (
            '{users}.id", relationship: many_to_one}\n    dimensions:\n      - {name: id, sql: id, type: number, primary_key: true}\n      - {name: status',
            '{users}.id", relationship: one_to_many}\n    dimensions:\n      - {name: id, sql: id, type: number, primary_key: true}\n      - {name: status',
        )
    )
    assert (other.kind, other.before, other.after) == ("joins", "many_to_one", "one_to_many")
    assert any(line.startswith("orders.count, orders.total: rows of orders count once") for line in other.effects)


def test_lesser_changes() -> None:
    changed = found(
        ("{name: count, type: count}", "{name: count, type: count, title: Orders, public: false}"),
        ("sql: status, type: string", "sql: status, type: number"),
    )
    assert {(c.kind, c.name, c.says, c.breaks) for c in changed} == {
        ("lesser", "orders.count", "title", False),
        ("lesser", "orders.count", "public", True),
        ("lesser", "orders.status", "type", False),
    }


# Names and places, and what follows from what is compared.
NOT_COMPARED: dict[type, set[str]] = {
    Dimension: {"cube", "name", "declared_sql", "inherited", "shifts", "synthetic"},
    Measure: {"cube", "name", "declared_sql", "inherited", "cumulative", "masked"},
    Segment: {"cube", "name", "declared_sql", "inherited"},
}


@pytest.mark.parametrize("kind", [Dimension, Measure, Segment])
def test_every_part_of_a_member_is_compared(kind: type) -> None:
    assert {f.name for f in fields(kind)} == {*MEANING[kind], *LESSER[kind], *NOT_COMPARED[kind]}


def shouted(text: str) -> str:
    return "# the same\n\n" + text.replace("SELECT", "select")


@pytest.mark.parametrize("change", [lambda text: text, shouted])
def test_random_models_mean_the_same_as_themselves(change: Callable[[str], str]) -> None:
    for seed in range(12):
        text = model_text(random_round(Seeded(seed), data_sets=1, queries=1).example(0, 0))
        assert differences(model(text), model(change(text))) == ()
