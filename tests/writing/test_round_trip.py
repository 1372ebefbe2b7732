"""Whatever a model says: turned into Python and back into YAML, it means the same."""

import itertools
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml
from bench.models import yaml_cubes

from kubus.define import Cube, Definitions, Dimension
from kubus.errors import ModelError
from kubus.loading.dynamic import is_template
from kubus.loading.files import model_files
from kubus.loading.load import load_files
from kubus.prove.prover import random_pair
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
    python = {**rest, **kept, **{one.target: one.text for one in there if one.text is not None}}
    check_same(files, python, dialects)
    made = [one.target for one in there if one.text is not None]
    back = conversions(python, made, "yaml")
    again = {**rest, **kept, **{one.target: one.text for one in back if one.text is not None}}
    check_same(python, again, dialects)
    # What was written once is written the same ever after.
    third = conversions(again, [one.target for one in back], "python")
    assert [one.text for one in third] == [python[name] for name in made]
    assert conversions(python, made, "yaml") == back
    return python, again


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


@pytest.mark.parametrize("seed", range(24))
def test_random_models(seed: int) -> None:
    example = random_round(Seeded(seed), data_sets=1, queries=1).example(0, 0)
    round_trip({"model.yml": model_text(example, tables="t_")})


@pytest.mark.parametrize("number", range(24))
def test_random_policies(number: int) -> None:
    round_trip(dict(random_pair(number).world.files()))


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
