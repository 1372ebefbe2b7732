"""`kubus schema`, and the line of scaffolded files that names it."""

import json
import re

import pytest

from kubus.cli.create import create_project
from kubus.loading.schema import model_schema, naming_schema


def test_the_schema_is_printed_and_written(project):
    assert json.loads(project.run("schema").stdout) == model_schema()
    assert project.run("schema", "--write").stdout == "model.schema.json is written\n"
    assert json.loads((project.folder / "model.schema.json").read_text()) == model_schema()


def test_every_scaffolded_model_file_names_the_schema_beside_it(tmp_path):
    from datetime import date

    from rich.console import Console

    create_project(tmp_path / "shop", "postgres", date(2024, 5, 6), Console(quiet=True))
    made = sorted((tmp_path / "shop" / "model").rglob("*.yml"))
    assert len(made) >= 5
    for file in made:
        first = file.read_text().splitlines()[0]
        named = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
        assert named is not None, file
        assert json.loads((file.parent / named[1]).read_text()) == model_schema()


@pytest.mark.parametrize(("path", "way"), [("a.yml", "./"), ("model/a.yml", "../"), ("model/b/a.yml", "../../")])
def test_the_way_to_the_schema(path, way):
    assert naming_schema(path, "cubes: []\n") == f"# yaml-language-server: $schema={way}model.schema.json\ncubes: []\n"
