"""Whatever a model says: turned into Python and back into YAML, it means the same."""

import itertools
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random

import pytest
import yaml
from bench.models import yaml_cubes

from kubus.define import Cube, Definitions, Dimension
from kubus.errors import ModelError
from kubus.loading.dynamic import is_template
from kubus.loading.files import in_order, model_files
from kubus.loading.load import load_files
from kubus.prove.random_world import random_world
from kubus.writing.convert import check_same, conversions, difference
from kubus.writing.python_text import python_text
from kubus.writing.yaml_text import yaml_text
from tests.properties.choices import Seeded
from tests.properties.model_text import model_text
from tests.properties.rounds import random_round

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^```(yaml|python)(?: title=(\S+))?\n(.*?)^```\n", re.MULTILINE | re.DOTALL)

Files = Mapping[str, str]


def round_trip(files: Files, dialect: str = "duckdb") -> tuple[Files, Files]:
    """The files with all YAML as Python, and those with all Python as YAML again; both checked to mean the same."""
    dialects = {"default": dialect}
    names = [name for name in files if name.endswith((".yml", ".yaml"))]
    rest = {name: text for name, text in files.items() if name not in names}
    there = conversions(files, names, "python", outcome=any(is_template(files[name]) for name in names))
    kept = {one.file: files[one.file] for one in there if one.text is None}
    python = ordered({**rest, **kept, **{one.target: one.text for one in there if one.text is not None}})
    check_same(files, python, dialects)
    made = [one.target for one in there if one.text is not None]
    back = conversions(python, made, "yaml")
    again = ordered({**rest, **kept, **{one.target: one.text for one in back if one.text is not None}})
    check_same(python, again, dialects)
    # What was written once is written the same ever after.
    third = conversions(again, [one.target for one in back], "python")
    assert [one.text for one in third] == [python[name] for name in made]
    assert conversions(python, made, "yaml") == back
    return python, again


def ordered(files: Files) -> Files:
    """As they are read from a folder."""
    return {name: files[name] for name in in_order(files)}


def models() -> Iterator[tuple[str, Files, str]]:
    """The models that people wrote: demo, examples, conformance, cases of the specification, pages of the reference."""
    folders = [ROOT / "src/kubus/demo/model", ROOT / "bench/model", *sorted(ROOT.glob("examples/*/model"))]
    for folder in folders:
        yield str(folder.relative_to(ROOT)), model_files(folder), "duckdb"
    for folder in sorted((ROOT / "tests/conformance/corpus/models").iterdir()):
        if folder.is_dir():
            yield folder.name, model_files(folder), "postgres"
    for file in sorted((ROOT / "tests/spec/cases").glob("*.yaml")):
        model = yaml.safe_load(file.read_text())["model"]
        yield file.stem, {"model.yml": json.dumps(model, default=str)}, "duckdb"
    for page in sorted((ROOT / "docs/model").glob("*.md")):
        found = enumerate(FENCE.findall(page.read_text()))
        yield page.stem, {title or f"page_{number}.yml": text for number, (_, title, text) in found}, "duckdb"


@pytest.mark.parametrize(("files", "dialect"), [pytest.param(f, d, id=name) for name, f, d in models()])
def test_models_of_people(files: Files, dialect: str) -> None:
    try:
        load_files(files, {"default": dialect})
    except ModelError:
        pytest.skip("does not compile")
    round_trip(files, dialect)


@pytest.mark.parametrize("seed", range(20))
def test_random_models(seed: int) -> None:
    example = random_round(Seeded(seed), data_sets=1, queries=1).example(0, 0)
    round_trip({"model.yml": model_text(example, tables="t_")})


@pytest.mark.parametrize("number", range(20))
def test_random_policies(number: int) -> None:
    files = random_world(Random(number)).files()
    if any("COMPILE_CONTEXT" in text for text in files.values()):
        pytest.skip("another model for each caller")
    round_trip(files)


def test_a_model_of_200_cubes() -> None:
    files = yaml_cubes(200)
    there = {one.target: str(one.text) for one in conversions(files, list(files), "python")}
    back = {one.target: str(one.text) for one in conversions(there, list(there), "yaml")}
    first, python, again = (load_files(one, {"default": "duckdb"}) for one in (files, there, back))
    assert len(first.cubes) == 200
    assert difference(first, python) == difference(first, again) == []


def test_a_difference_is_found() -> None:
    text = "cubes:\n  - {name: a, sql_table: a, measures: [{name: n, type: count}]}\n"
    one = load_files({"a.yml": text}, {"default": "duckdb"})
    for other in (text.replace("name: n", "name: m"), text.replace("sql_table: a", "sql_table: b"), f"{text}views: []"):
        found = difference(one, load_files({"a.yml": other}, {"default": "duckdb"}))
        assert found == ([] if "views" in other else ["'a'"])
    with pytest.raises(ModelError, match="meaning of 'a'"):
        check_same(
            {"a.yml": text}, {"a.yml": text.replace("type: count", "{type: sum, sql: x}"[1:-1])}, {"default": "duckdb"}
        )


# Texts that YAML or Python could take for something else.
TEXTS = [
    "", " ", "a", "yes", "null", "~", "1", "1.50", "0x1F", "1e3", ".inf", "2024-01-01", "- a", "a: b", "a #b", "#a",
    "{a}", "[a]", "'a'", '"a"', "a'b\"c", "\\", "\\n", "{{ a }}", "{% a %}", "}}", "a\nb", "a\nb\n", "\na", " a\nb",
    "a\n\n\n", "\n", "a\n b\n  c\n", "a\t\nb", "a\r\nb", "\u2028", "\x85", "\x00"[1:], "é", "😀", "a\\\nb", '"""\n', "=", "<<",
    "a:", "%a", "@a", "`a", "|", ">", "!a", "&a", "*a", "?", "-", ",a", "a, b", "a ", "on", "Off", "{{{%", "  a\n  b\n",
]  # fmt: skip


def test_every_text_stays_what_it_is() -> None:
    """In both forms, and from one into the other."""
    others: list[object] = [0, -7, 1.5, 1e30, 2**62, True, False, [], {}, [[], [1, [2]], None], {"a": {"b": {}}}]
    metas: list[object] = [*({text: [text, {"k": text}]} for text in TEXTS), *TEXTS, *others]
    dimensions = [
        Dimension(name=f"d{number}", sql="x", type="string", description=text, meta=meta)
        for number, (meta, text) in enumerate(zip(metas, itertools.cycle(TEXTS)))
    ]
    whole = Definitions(cubes=[Cube(name="a", sql_table="a", dimensions=dimensions)])
    yaml_file, python_file = {"a.yml": yaml_text(whole)}, {"a.py": python_text(whole)}
    there = {"a.py": conversions(yaml_file, ["a.yml"], "python")[0].text or ""}
    back = {"a.yml": conversions(python_file, ["a.py"], "yaml")[0].text or ""}
    assert (there, back) == (python_file, yaml_file)
    for files in (yaml_file, python_file):
        cube = load_files(files, {"default": "duckdb"}).cubes["a"]
        for number, (meta, text) in enumerate(zip(metas, itertools.cycle(TEXTS))):
            label = cube.dimensions[f"d{number}"].label
            assert (label.meta, type(label.meta), label.description) == (meta, type(meta), text)


def test_what_is_written_is_formatted(tmp_path: Path) -> None:
    """ruff has nothing to say of it, nor to change."""
    files: dict[str, str] = {}
    for name, model, dialect in models():
        try:
            load_files(model, {"default": dialect})
        except ModelError:
            continue
        names = [path for path in model if path.endswith((".yml", ".yaml"))]
        for one in conversions(model, names, "python", outcome=True):
            if one.text is not None:
                files[f"{name.replace('/', '_')}_{one.target.replace('/', '_')}"] = one.text
    assert len(files) > 50
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    for command in (["format", "--isolated", "--check"], ["check", "--isolated", "--extend-select", "I,W,UP"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, str(tmp_path)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout


def test_names_stay_apart() -> None:
    """Cubes may be called like words of Python, like what is imported, or like one another but for case."""
    names = ["class", "Cube", "Dimension", "dedent", "None", "_own", "own", "float", "print"]
    model = {"cubes": [{"name": name, "sql_table": "t"} for name in names]}
    groups = {"view_groups": [{"name": "own", "includes": []}]}
    python, _ = round_trip({"model.yml": json.dumps(model | groups)})
    assert set(load_files(python, {"default": "duckdb"}).cubes) == set(names)
    assert list(itertools.chain(*(re.findall(r"^(\w+) = ", text, re.MULTILINE) for text in python.values()))) == [
        "class_", "Cube_", "Dimension_", "dedent_", "None_", "own", "own_", "float_", "print", "own__",
    ]  # fmt: skip


# ── what people write ──

ODD = {
    "crlf": "cubes:\r\n  - name: a # one\r\n    sql: |\r\n      SELECT 1\r\n      AS x\r\n    # two\r\n    title: T\r\n",
    "documents": "--- # start\n# head\ncubes:\n- name: a\n  sql_table: t\n...\n# after\n",
    "anchors": """
cubes:
  - &base
    name: a
    sql_table: t
    meta: &m {a: [1, 2.50, 2024-01-01, 0x1F, yes, ~]}
    measures: [{name: n, type: count}]
  - <<: *base
    name: b
    meta: *m
""",
    "older": """
cubes:
  - name: a
    sqlTable: t
    refreshKey: {every: 1 hour}
    dimensions:
      - {name: id, sql: id, type: number, primaryKey: true, shown: 'true'}
      - {name: g, type: geo, latitude: {sql: a}, longitude: {sql: b}}
      - {name: at, sql: at, type: time}
      - {name: c, type: string, case: {when: [{sql: 'x', label: 1}], else: {label: {sql: 'y'}}}}
    joins: [{name: b, relationship: belongsTo, sql: "{CUBE}.b = {b.id}"}]
    measures:
      - {name: n, type: countDistinct, sql: id, drillMembers: [id, CUBE.id], drillFilters: [{sql: x}], format: percent}
      - {name: m, type: max, sql: 1, filters: [{sql: '{CUBE}.x = 1'}], visible: false}
    preAggregations:
      - name: p
        measureReferences: [n]
        timeDimensionReference: at
        granularity: day
        partitionGranularity: month
        refreshKey: {every: 1 day, update_window: 7 day, incremental: true}
        indexes: [{name: i, columns: [n]}, {name: j, unknown: 1}]
        buildRangeStart: {sql: SELECT 1}
  - {name: b, sql_table: b, dimensions: [{name: id, sql: id, type: number, primary_key: true}]}
""",
    "views": """
cubes:
  - name: a
    sql_table: t
    dimensions: [{name: id, sql: id, type: number, primary_key: true}, {name: d, sql: d, type: time}]
    measures: [{name: n, type: count}]
views:
  - name: v
    cubes: [{join_path: '{a}', includes: [n, {name: d, alias: dd, meta: {x: null}}], excludes: []}]
    folders: [{name: F, includes: [n, {name: G, includes: [dd]}, {join_path: a}]}]
    default_filters: [{member: dd, operator: inDateRange, values: ['2024-01-01', 2024-02-01], unless: n}]
    view_groups: [x]
view_groups: [{name: x, includes: [v, {name: y, includes: [v]}]}]
""",
    "policies": """
cubes:
  - name: a
    sql_table: t
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true, mask: -1.50}
      - {name: s, sql: s, type: string, mask: {sql: "'x'"}}
      - {name: at, sql: at, type: time}
    measures: [{name: n, type: count, mask: 0}]
    access_policy:
      - groups: [a, b]
        conditions: [{if: '{ security_context.a }'}, {if: true}]
        member_level: {includes: '*', excludes: []}
        member_masking: {includes: [s]}
        row_level:
          filters:
            - or:
                - {member: s, operator: equals, values: [1, 1.50, null, true, x, [a, b]]}
                - and: [{member: s, operator: set}, {member: s, operator: equals, values: '{ security_context.x }'}]
          time_dimension: at
          not_before: 2024-01-01
        limits: {rows: 10}
      - {group: '*', row_level: {allow_all: true}}
""",
    "tenants": "tenant: {claim: org.id, schema: {a: x, b: y}}\ncubes:\n  - {name: a, sql_table: t}\n",
    "comments": """
cubes:
  -
    # c
    name: a
    # d
    sql_table: t # e
    meta:
      # f
      x: 1
      y: [ # g
        1, # h
        2 ]
    segments: # i
      # j
      - name: s
        # k
        sql: x
# l
""",
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_odd_files(name: str) -> None:
    files = {f"{name}.yml": ODD[name]}
    load_files(files, {"default": "duckdb"})
    python, again = round_trip(files)
    for text in (*python.values(), *again.values()) if name == "comments" else ():
        assert re.findall(r"# (.)$", text, re.MULTILINE) == list("cdefghijkl")
