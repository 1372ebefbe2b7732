"""Every tool gives a useful answer on the demo's own model."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

import kubus.demo
from kubus.compare.differences import differences
from kubus.context import ANYBODY
from kubus.explain.as_svg import as_svg
from kubus.explain.as_text import as_text
from kubus.explain.explain import explained
from kubus.library import SemanticLayer
from kubus.lineage.build import lineage_of
from kubus.loading.files import model_files
from kubus.loading.load import load_files, load_model

FOLDER = Path(kubus.demo.__file__).parent / "model"
DIALECTS = {"default": "duckdb"}


def test_every_measure_is_explained_by_every_cube_it_reaches() -> None:
    repeated = examples = 0
    with SemanticLayer(FOLDER) as layer:
        model = layer.model
        for cube in model.cubes.values():
            measure = next((m.path for m in cube.measures.values() if m.public), None)
            for other in model.cubes.values():
                dimension = next((d.path for d in other.dimensions.values() if d.type == "string" and d.public), None)
                if measure is None or dimension is None:
                    continue
                query = layer.normal({"measures": [measure], "dimensions": [dimension]})
                found = explained(layer, query, ANYBODY, DIALECTS, why=True)
                assert as_text(found)
                ElementTree.fromstring(as_svg(found))
                is_repeated = any(one.remedy != "harmless" for one in found.repeated)
                repeated += is_repeated
                examples += is_repeated and bool(found.counter_examples)
                assert found.plan is not None or found.counter_examples, f"{measure} by {dimension}"
    assert repeated > 0
    assert examples == repeated


def test_every_measure_comes_from_columns() -> None:
    found = lineage_of(load_model(FOLDER, DIALECTS), DIALECTS)
    measures = [node for node in found.nodes.values() if node.kind == "measure"]
    assert measures
    for measure in measures:
        assert any(node.kind == "column" for node in found.around([measure.id], down=False).nodes.values()), measure
    assert found.unknown == ()


@pytest.mark.parametrize(
    ("old", "new", "kinds"),
    [
        ("one_to_many", "one_to_one", {"joins"}),
        ("many_to_one", "one_to_many", {"joins"}),
        ("type: sum", "type: avg", {"changed"}),
    ],
)
def test_a_change_of_the_model_is_found(old: str, new: str, kinds: set[str]) -> None:
    files = model_files(FOLDER)
    if not any(old in text for text in files.values()):
        pytest.skip(f"the demo has no {old}")
    before = load_files(files, DIALECTS)
    assert differences(before, load_files(files, DIALECTS)) == ()
    after = load_files({name: text.replace(old, new) for name, text in files.items()}, DIALECTS)
    assert {change.kind for change in differences(before, after)} == kinds
