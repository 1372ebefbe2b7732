"""Names that are kept of files give what reading all of them anew gives."""

from pathlib import Path

import pytest

from kubus.lsp.open_model import OpenModel
from kubus.lsp.symbols import NamesByFile
from tests.loading.test_incremental import CUBES, DIALECTS, Project


@pytest.mark.parametrize("seed", range(12))
def test_what_is_kept_makes_no_difference(seed: int, tmp_path: Path) -> None:
    project, open_model = Project(seed), OpenModel(tmp_path, DIALECTS)
    before: set[object] = set()
    for _ in range(20):
        open_model.unsaved = dict(project.files)
        open_model.compile()
        anew = NamesByFile().of(open_model.texts, open_model.members(), open_model.views())
        assert open_model.names == anew
        before.update(anew.items())
        project.change()
    # Else this would say little: names came to mean others in files that stayed the same too.
    assert len(before) > len(CUBES)


def test_only_what_changed_is_read_again(tmp_path: Path) -> None:
    project, open_model = Project(1), OpenModel(tmp_path, DIALECTS)
    open_model.unsaved = dict(project.files)
    open_model.compile()
    first = open_model.names
    open_model.unsaved = {**project.files, "a.yml": f"# a line more\n{project.files['a.yml']}"}
    open_model.compile()
    assert [file for file in first if open_model.names[file] is not first[file]] == ["a.yml"]
    assert [one.line for one in open_model.names["a.yml"]] == [one.line + 1 for one in first["a.yml"]]
    # A member that is gone is no name any more where others refer to it.
    open_model.unsaved = {**project.files, "b.yml": project.files["b.yml"].replace("name: status", "name: state")}
    open_model.compile()
    gone = {one.symbol for names in open_model.names.values() for one in names if one.symbol.member == "status"}
    assert "b" not in {one.holder for one in gone}


def test_whoever_asks_for_names_does_not_wait_for_the_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    open_model = OpenModel(tmp_path, DIALECTS)
    monkeypatch.setattr(open_model._compiler, "lint", lambda model, off: asked.append(model) or ())
    open_model.unsaved = dict(Project(1).files)
    open_model.compile()
    assert asked == []
    assert open_model.compiles
    open_model.findings()
    open_model.findings()
    assert len(asked) == 1
