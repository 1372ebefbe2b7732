"""Every tool has something to say of every larger model: the demo, those of the conformance corpus, and our own.

What the tools print is tested beside each of them; here it is seen that no model of people is beyond one.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import jsonschema_rs
import pytest
from bench.models import yaml_cubes

from kubus.checking.findings import findings_of
from kubus.checking.reports import REPORTS
from kubus.compare.differences import differences
from kubus.explain.as_svg import as_svg
from kubus.explain.as_text import as_text
from kubus.explain.explain import explained
from kubus.library import SemanticLayer
from kubus.lineage.as_text import as_text as lineage_text
from kubus.lineage.build import lineage_of
from kubus.loading.dynamic import is_template
from kubus.loading.files import model_files
from kubus.loading.load import load_files, load_model
from kubus.loading.schema import model_schema
from kubus.loading.yaml_text import read_yaml
from kubus.lsp.completing import choices
from kubus.lsp.open_model import OpenModel
from kubus.model.model import Model
from kubus.query.access_report import Eyes, matrix, role
from kubus.typegen.python import python
from kubus.typegen.shapes import shown_to
from kubus.typegen.typescript import typescript
from kubus.writing.convert import conversions
from kubus.writing.formatting import formatted

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "tests" / "conformance" / "corpus" / "models"
DIALECTS = {"default": "duckdb"}
OWN = {
    "demo": "src/kubus/demo/model",
    "shop": "bench/model",
    "tpch": "tests/tpch/model.yml",
    "tpcds": "tests/tpcds/model.yml",
    "tenants": "examples/tenants/by_column",
    "python": "examples/python_model/model",
    "analytics": "examples/multi-tenant-analytics/model",
}
# A caller for whom models with policies have something to show.
CLAIMS = {"tenant": "north", "company": {"id": 1}, "org": "north", "roles": ["owner"], "groups": ["owner"]}
THEIRS = ("ecom", "joins", "metadata", "rolling", "types", "views")


@pytest.fixture(scope="module", params=[*OWN, *THEIRS, "two hundred cubes"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model in a folder of its own."""
    folder = tmp_path_factory.mktemp("project") / "model"
    if request.param == "two hundred cubes":
        folder.mkdir()
        for file, text in yaml_cubes(200).items():
            (folder / file).write_text(text)
        return folder
    place = ROOT / OWN[request.param] if request.param in OWN else CORPUS / request.param
    if place.is_dir():
        shutil.copytree(place, folder)
    else:
        folder.mkdir()
        shutil.copy(place, folder)
    return folder


@pytest.fixture(scope="module")
def model(folder: Path) -> Model:
    return load_model(folder, DIALECTS)


def queries(model: Model) -> Iterator[dict[str, list[str]]]:
    """A few queries that are likely to have an answer: a measure, by a dimension of the same cube or view if it can."""
    for holder in [one for one in model.holders.values() if one.public and one.measures][:8]:
        measures = [one.path for one in holder.measures.values() if one.public][:1]
        shown = (one for one in holder.dimensions.values() if one.public and not one.primary_key and one.type != "geo")
        if measures:
            yield {"measures": measures, "dimensions": [one.path for one in shown][:1]}


def test_check_finds_it_right_in_every_report(folder: Path) -> None:
    found = findings_of(folder, DIALECTS, (), folder.parent)
    assert found.count("error") == 0
    assert found.cubes > 0
    assert found.members > 0
    for name, report in REPORTS.items():
        text = report(found)
        if name in ("json", "sarif", "gitlab"):
            json.loads(text)


def test_the_schema_takes_its_files(folder: Path) -> None:
    validator = jsonschema_rs.validator_for(model_schema())
    seen = 0
    for name, text in model_files(folder).items():
        if name.endswith((".yml", ".yaml")) and not is_template(text):
            document = read_yaml(text)
            if document is None:
                continue
            plain = json.loads(json.dumps(document.plain(), default=str))
            assert [error.message for error in validator.iter_errors(plain)] == [], name
            seen += 1
    assert seen or any(name.endswith(".py") or is_template(text) for name, text in model_files(folder).items())


def test_format_keeps_what_it_means(folder: Path, model: Model) -> None:
    files = dict(model_files(folder))
    for name, text in files.items():
        if name.endswith((".yml", ".yaml")) and not is_template(text):
            laid_out = formatted(text)
            assert laid_out is not None, name
            assert formatted(laid_out) == laid_out
            files[name] = laid_out
    assert differences(model, load_files(files, DIALECTS)) == ()


def test_explain_tells_the_plan_of_its_queries(folder: Path, model: Model) -> None:
    asked = 0
    with SemanticLayer(folder) as layer:
        for query in queries(model):
            told = explained(layer, layer.normal(query), layer.caller(CLAIMS, CLAIMS["groups"]), DIALECTS)
            assert query["measures"][0] in as_text(told)
            ElementTree.fromstring(as_svg(told))
            # What is refused is explained as well, and says why.
            assert told.plan is not None or told.refused
            asked += told.plan is not None
    assert asked > 0


def test_lineage_leads_to_columns(model: Model) -> None:
    found = lineage_of(model, DIALECTS)
    measures = [node for node in found.nodes.values() if node.kind == "measure"]
    assert measures
    led = [
        measure
        for measure in measures
        if any(node.kind in ("column", "table") for node in found.around([measure.id], down=False).nodes.values())
    ]
    # A cube without a table has none to lead to.
    assert len(led) >= len(measures) / 2
    assert "Made of" in lineage_text(found.around([measures[0].id], down=False), up=True, down=False)


def test_diff_sees_a_measure_that_is_hidden(model: Model) -> None:
    assert differences(model, model) == ()
    cube, measure = next((c, m) for c in model.cubes.values() if c.public for m in c.measures.values() if m.public)
    less = replace(cube, measures={**cube.measures, measure.name: replace(measure, public=False)})
    changed = replace(model, cubes={**model.cubes, cube.name: less}, holders={**model.holders, cube.name: less})
    (found, *_) = differences(model, changed)
    assert measure.path in str(found)


def test_types_name_every_member_that_is_shown(folder: Path, model: Model) -> None:
    with SemanticLayer(folder) as layer:
        shown = shown_to(layer, layer.caller(CLAIMS, CLAIMS["groups"]))
        for text in (typescript(shown, []), python(shown, [])):
            for query in queries(model):
                assert query["measures"][0] in text
                assert all(path in text for path in query["dimensions"])


def test_access_matrix_has_a_line_for_every_public_member(folder: Path) -> None:
    with SemanticLayer(folder) as layer:
        seen = dict(matrix([Eyes(layer.access(role("nobody", {}).caller))], layer.model))
        assert {path for query in queries(layer.model) for path in (*query["measures"], *query["dimensions"])} <= set(
            seen
        )


def test_the_editor_knows_what_names_stand_for(folder: Path) -> None:
    opened = OpenModel(folder, DIALECTS)
    assert [one for one in opened.compiled() if one.rule is None] == []
    for cube, members in list(opened.members().items())[:5]:
        line = f'        sql: "{{{cube}.'
        text = f"cubes:\n  - name: another\n    measures:\n      - name: one\n{line}"
        # Granularities of a dimension are among them with a point before their name.
        assert {name for name in members if "." not in name} <= {
            one.text for one in choices(opened, text, 4, len(line))
        }, cube
    if any(name.endswith((".yml", ".yaml")) and not is_template(text) for name, text in model_files(folder).items()):
        assert any(one.is_definition for all_of in opened.names.values() for one in all_of)


def test_it_goes_to_python_and_back(folder: Path) -> None:
    """That the outcome means the same is tested for all of them in tests/writing."""
    files = model_files(folder)
    names = [name for name in files if name.endswith((".yml", ".yaml"))]
    made = conversions(files, names, "python", outcome=any(is_template(files[name]) for name in names))
    assert any(one.text for one in made) or not names
