"""The JSON Schema of model files: valid itself, right of models that compile, and wrong of those that do not."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import jsonschema_rs
import pytest
import yaml

from kubus.errors import ModelError
from kubus.loading.dynamic import is_template
from kubus.loading.load import load_files
from kubus.loading.schema import model_schema
from kubus.loading.shapes import FILE, MAPS
from kubus.loading.yaml_text import read_yaml
from tests.mistakes.model import FILES
from tests.mistakes.seeded import KEYS, MISSING, MISTAKES, SHAPES, VALUES, Mistake

ROOT = Path(__file__).parents[2]
VALIDATOR = jsonschema_rs.validator_for(model_schema())
DIALECTS = {"default": "duckdb"}


def faults(text: str) -> list[str]:
    document = read_yaml(text)
    plain = json.loads(json.dumps(None if document is None else document.plain(), default=str))
    return [f"{list(error.instance_path)}: {error.message[:200]}" for error in VALIDATOR.iter_errors(plain)]


def texts() -> Iterator[tuple[str, str]]:
    """Every text of YAML in tests, documents, examples and the demo that may be a model file."""
    for file in sorted((ROOT / "tests" / "spec" / "cases").glob("*.yaml")):
        for number, case in enumerate(yaml.safe_load_all(file.read_text())):
            for inner in case if isinstance(case, list) else [case]:
                if isinstance(inner, dict) and isinstance(inner.get("model"), dict):
                    yield f"{file.name}-{number}", yaml.safe_dump(inner["model"])
    for folder in ("tests", "src/kubus", "examples", "bench"):
        for file in sorted((ROOT / folder).rglob("*.y*ml")):
            yield str(file.relative_to(ROOT)), file.read_text()
    for file in sorted((ROOT / "docs").rglob("*.md")):
        for number, found in enumerate(re.finditer(r"```yaml\n(.*?)```", file.read_text(), re.DOTALL)):
            yield f"{file.name}-{number}", found[1]
    for file in sorted((ROOT / "tests").rglob("*.py")):
        for number, found in enumerate(re.finditer(r'"""(.*?)"""', file.read_text(), re.DOTALL)):
            if re.match(r"\s*(cubes|views):", found[1]):
                yield f"{file.relative_to(ROOT)}-{number}", found[1].replace("\\\\", "\\").replace("\\n", "\n")


def models() -> Iterator[tuple[str, str]]:
    """Those that kubus takes by themselves, and that are no templates."""
    for name, text in texts():
        if not is_template(text) and re.search(r"^(cubes|views)\s*:", text, re.MULTILINE):
            try:
                load_files({"model.yml": text}, {"default": "duckdb", "postgres": "postgres"})
            except (ModelError, ValueError):
                continue
            yield name, text


def test_the_schema_is_one() -> None:
    assert jsonschema_rs.meta.is_valid(model_schema())


def test_every_key_says_what_it_means() -> None:
    for keys in (FILE, *(written.keys for written in MAPS.values())):
        assert all(len(key.means) >= 5 and not key.means.endswith(".") for key in keys.values())


def test_models_that_compile_are_right() -> None:
    taken = list(models())
    wrong = [(name, found[:3]) for name, text in taken if (found := faults(text))]
    assert wrong == []
    assert len(taken) >= 100
    assert [faults(text) for file, text in FILES.items() if file != "prices.yml"] == [[]] * 3


def test_keys_in_camel_case_are_right() -> None:
    assert faults("cubes: [{name: a, sqlTable: a, measures: [{name: m, type: countDistinct, sql: x}]}]") == []
    assert faults("views: [{name: v, cubes: [{joinPath: a, includes: '*'}]}]") == []


# What a schema of one file cannot know: names that other files have, and texts within texts.
BEYOND = ("data_source", "primary_key: true", "2024-04-31", "1 moth", "1 dya", "interval: 1 yaer", "every: 1 month", "granularity: dya",
          "measures: [amount, status]", "dimensions: [amount]", "levels: [city, amount]", "time_dimension: status", "format: curency",
          "orders.city]", "granularity: day\n", "time_dimension: created_at\n", "        sql: amount\n        type: sum\n", "- name: status\n", "- name: id\n", "- name: users\n", "- name: orders\n", "title: Sales", "evry")  # fmt: skip


@pytest.mark.parametrize("mistake", [*KEYS, *VALUES, *MISSING, *SHAPES], ids=lambda m: f"{m.file}-{m.after[:40]}")
def test_mistakes_of_structure_are_wrong(mistake: Mistake) -> None:
    wrong = FILES[mistake.file].replace(mistake.before, mistake.after, 1)
    if "YAMLException" in mistake.said:
        pytest.skip("no YAML")
    if faults(wrong) == []:
        assert any(text in mistake.after or text in mistake.before for text in BEYOND), "the schema takes it"


def test_what_is_beyond_a_schema_is_little() -> None:
    beyond = [
        m
        for m in (*KEYS, *VALUES, *MISSING, *SHAPES)
        if "YAMLException" not in m.said and not faults(FILES[m.file].replace(m.before, m.after, 1))
    ]
    assert len(beyond) <= 24
    assert len(MISTAKES) >= 160
