"""Lint rules: each finds its example in the documents and nothing else, and can be turned off."""

import re
import tomllib
from pathlib import Path

import pytest

from kubus.checking.lint_table import rules_off
from kubus.errors import ConfigError
from kubus.loading.compiler import Compiler
from kubus.loading.files import model_files
from kubus.loading.lint.rules import MEANINGS, RULE_NAMES
from kubus.loading.lint.run import RULES, LintWarning

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "lint.md").read_text()
SECTION = re.compile(r"^## ([a-z-]+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
EXAMPLES = {name: re.search(r"```yaml\n(.*?)```", text, re.DOTALL)[1] for name, text in SECTION.findall(PAGE)}


def linted(files: str | dict[str, str], off: tuple[str, ...] = ()) -> tuple[LintWarning, ...]:
    compiler = Compiler({"default": "duckdb"})
    files = {"model.yml": files} if isinstance(files, str) else files
    return compiler.lint(compiler.compile(files), off)


def rules(files: str | dict[str, str]) -> list[str]:
    return [one.rule for one in linted(files)]


def test_every_rule_has_a_place_in_the_documents() -> None:
    assert list(EXAMPLES) == list(RULE_NAMES) == list(MEANINGS)
    assert {*RULES, "unknown-rule"} == set(RULE_NAMES)


@pytest.mark.parametrize("rule", RULE_NAMES)
def test_a_rule_finds_its_example_and_nothing_else(rule: str) -> None:
    found = linted(EXAMPLES[rule])
    assert [one.rule for one in found] == [rule]
    assert found[0].problem.line
    assert found[0].problem.excerpt
    assert found[0].problem.hint
    assert linted(EXAMPLES[rule], off=(rule,)) == ()


@pytest.mark.parametrize("rule", [name for name in RULE_NAMES if name != "unknown-rule"])
def test_a_comment_turns_a_rule_off(rule: str) -> None:
    lines = EXAMPLES[rule].splitlines()
    line = linted(EXAMPLES[rule])[0].problem.line
    beside = [*lines[: line - 1], f"{lines[line - 1]}  # kubus-off: fan-out, {rule}", *lines[line:]]
    assert rules("\n".join(beside)) == []
    indent = " " * (len(lines[line - 1]) - len(lines[line - 1].lstrip()))
    above = [*lines[: line - 1], f"{indent}# kubus-off: {rule}", f"{indent}# because", *lines[line - 1 :]]
    assert rules("\n".join(above)) == []
    other = "fan-out" if rule != "fan-out" else "unsafe-value"
    assert rules("\n".join(above).replace(rule, other)) == [rule]
    elsewhere = [f"# kubus-off: {rule}", "", *lines]
    assert rules("\n".join(elsewhere)) == [rule]


def test_the_example_of_a_comment() -> None:
    text = re.search(r"or above it\. Several.*?```yaml\n(.*?)```", PAGE, re.DOTALL)[1]
    assert rules(text) == []
    assert rules(text.replace("# kubus-off: not-additive", "")) == ["not-additive"]


def test_the_example_of_a_table(tmp_path: Path) -> None:
    text = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)[1]
    (tmp_path / "pyproject.toml").write_text(text)
    assert rules_off(tmp_path) == tuple(tomllib.loads(text)["tool"]["kubus"]["lint"]["off"])
    assert rules_off(tmp_path / "elsewhere") == ()


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("[tool.kubus.lint]\noff = ['unsafe-valeu']", "unsafe-value"),
        ("[tool.kubus.lint]\noff = 'unsafe-value'", "A list of|unsafe-value"),
        ("[tool.kubus.lint]\non = []", "no 'on'"),
        ("[tool.kubus]\nlint = 1", "has to be a table"),
        ("[tool", "is no TOML"),
    ],
)
def test_a_table_that_is_wrong(tmp_path: Path, table: str, said: str) -> None:
    (tmp_path / "pyproject.toml").write_text(table)
    with pytest.raises(ConfigError) as caught:
        rules_off(tmp_path)
    assert re.search(said, str(caught.value))


def test_what_templates_make_is_told_at_their_lines() -> None:
    member = '{name: weight_NUMBER, sql: "{CUBE}.weight", type: number}'
    text = EXAMPLES["not-aggregated"].rstrip() + (
        "\n{% for n in [1, 2] %}\n      - " + member.replace("NUMBER", "{{ n }}") + "\n{% endfor %}\n"
    )
    made = [one.problem for one in linted(text)]
    assert [text.splitlines()[one.line - 1].strip()[:20] for one in made] == [
        "- {name: weight, sql",
        *["- {name: weight_{{ n"] * 2,
    ]
    assert "Rendered it is" in made[1].hint
    assert (
        len(linted(text.replace("type: number}\n{% endfor", "type: number} # kubus-off: not-aggregated\n{% endfor")))
        == 1
    )


QUIET = """
cubes:
  - name: facts
    sql_table: facts
    joins: [JOIN]
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: place_id, sql: place_id, type: number}
    measures:
      - {name: count, type: count}
  - name: places
    sql_table: places
    dimensions:
      - {name: id, sql: place_key, type: number, primary_key: true}
      - {name: part, sql: part, type: number, primary_key: PART}
      - {name: other, sql: "CAST({id} AS TEXT)", type: string}
"""


@pytest.mark.parametrize(
    ("relationship", "sql", "part", "warned"),
    [
        ("many_to_one", "{CUBE}.place_id = {places}.place_key", False, False),
        ("many_to_one", "{place_id} = {places.id}", False, False),
        ("many_to_one", "({places.id} = {CUBE}.place_id) AND {places}.is_old = false", False, False),
        ("many_to_one", "CAST({CUBE}.place_id AS TEXT) = CAST({places}.PLACE_KEY AS TEXT)", False, False),
        ("many_to_one", "{CUBE}.place = {places.other}", False, False),
        ("many_to_one", "{CUBE}.place_id = {places}.id", False, True),
        ("many_to_one", "{CUBE}.place_id = {places.part}", False, True),
        ("many_to_one", "{CUBE}.place_id >= {places.id}", False, True),
        ("many_to_one", "{CUBE}.place_id = {places.id} OR {CUBE}.old_id = {places.id}", False, True),
        ("many_to_one", "{CUBE}.place_id = {places.id}", True, True),
        ("many_to_one", "{CUBE}.place_id = {places.id} AND {CUBE}.part = {places.part}", True, False),
        ("one_to_many", "{CUBE.id} = {places}.fact", False, False),
        ("one_to_many", "{CUBE}.place_id = {places.id}", False, True),
        ("one_to_one", "{CUBE}.place_id = {places.id}", False, False),
        ("one_to_one", "{CUBE.id} = {places}.fact", False, False),
        ("one_to_one", "{CUBE}.name = {places}.name", False, True),
    ],
)
def test_joins_by_their_keys(relationship: str, sql: str, part: bool, warned: bool) -> None:
    join = f'{{name: places, relationship: {relationship}, sql: "{sql}"}}'
    text = QUIET.replace("JOIN", join).replace("PART", str(part).lower())
    assert rules(text) == (["join-without-key"] if warned else [])


@pytest.mark.parametrize(
    ("sql", "warned"),
    [
        ("SUM({CUBE}.a) / COUNT(*)", False),
        ("SUM({CUBE}.a) / {CUBE}.b", True),
        ("{count} * 2", False),
        ("my_aggregate({CUBE}.a)", False),
        ("PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY {CUBE}.a)", False),
        ("COUNT(*) FILTER (WHERE {CUBE}.a > 1)", False),
        ("ARRAY_AGG({place_id})", False),
        ("{place_id} + {count}", True),
        ("1", False),
        ("amount", True),
        ("(SELECT MAX(x) FROM t)", False),
    ],
)
def test_calculations_over_rows(sql: str, warned: bool) -> None:
    join = '{name: places, relationship: many_to_one, sql: "{place_id} = {places.id}"}'
    measure = f'- {{name: count, type: count}}\n      - {{name: calculated, type: number, sql: "{sql}"}}'
    text = QUIET.replace("JOIN", join).replace("PART", "false").replace("- {name: count, type: count}", measure)
    assert rules(text) == (["not-aggregated"] if warned else [])


@pytest.mark.parametrize(
    ("policies", "warned"),
    [
        ("[{group: a}, {group: b}]", False),
        ("[{group: a}, {group: '*', member_level: {includes: [id]}}]", False),
        ("[{group: a, member_level: {includes: [id]}}, {groups: [a, b]}]", True),
        ("[{group: a}, {groups: [a, b], member_level: {includes: [id]}}]", False),
        ("[{group: a}, {group: '*', conditions: [{if: '{ security_context.boss }'}]}]", False),
        ("[{group: a, limits: {rows: 5}}, {group: '*'}]", False),
        ("[{group: a, conditions: [{if: false}]}]", True),
        ("[{group: a, row_level: {filters: [{member: id, operator: equals, values: [1]}, {member: id, operator: equals, values: [2]}]}}]", True),
        ("[{group: a, row_level: {filters: [{or: [{member: id, operator: equals, values: [1]}, {member: id, operator: equals, values: [2]}]}]}}]", False),
    ],
)  # fmt: skip
def test_policies_that_change_nothing(policies: str, warned: bool) -> None:
    text = "cubes:\n  - name: a\n    sql_table: a\n    dimensions: [{name: id, sql: id, type: number}]\n"
    assert rules(f"{text}    access_policy: {policies}\n") == (["policy-without-effect"] if warned else [])


def test_what_leads_to_a_hidden_cube() -> None:
    hidden = "cubes:\n  - name: hidden\n    sql_table: h\n    public: false\n    dimensions: [{name: id, sql: id, type: number, primary_key: true}]\n"
    assert rules(hidden) == ["unreachable-cube"]
    view = "views:\n  - {name: v, cubes: [{join_path: hidden, includes: '*'}]}\n"
    child = "  - {name: child, extends: hidden, public: true, sql_table: c}\n"
    joined = "  - name: open\n    sql_table: o\n    joins: [{name: hidden, relationship: many_to_one, sql: '{CUBE}.h = {hidden.id}'}]\n"
    query = "  - {name: open, sql: 'SELECT * FROM {hidden.sql()} AS h'}\n"
    for more in (view, child, joined, query):
        assert rules(hidden + more) == []


def test_one_thing_under_one_name_is_told_once() -> None:
    first = "cubes:\n  - name: a\n    sql_table: t\n    measures: [{name: m, type: sum, sql: '{CUBE}.x'}]\n"
    second = "  - name: b\n    sql_table: t\n    measures: [{name: m, type: sum, sql: '{b}.x'}]\n"
    assert rules(first + second) == []
    assert rules(first + second.replace("b}.x", "b}.y")) == ["two-meanings"]
    child = "  - {name: b, extends: a, title: Other}\n"
    assert rules(first + child) == []


def test_the_demo_has_no_warnings() -> None:
    model = ROOT / "src" / "kubus" / "demo" / "model"
    assert rules(model_files(model)) == []
