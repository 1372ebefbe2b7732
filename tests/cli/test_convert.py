"""`kubus convert` as people call it."""

from pathlib import Path

import pytest

from kubus.cli.convert import convert
from kubus.errors import KubusError, ModelError
from tests.cli.project import Project

COMMENTED = """\
# Orders of the shop.
cubes:
  # One row an order.
  - name: orders
    sql_table: orders
    dimensions:
      - name: id  # as the shop has it
        sql: id
        type: number
        primary_key: true
      # What became of it,
      # in a word.
      - {name: status, sql: status, type: string}
    measures:
      - name: large
        type: count
        filters:
          # In Euro.
          - sql: "{CUBE}.amount > 100"
# That is all.
"""

AS_PYTHON = """\
from kubus.define import Cube, Dimension, Measure, Sql

# Orders of the shop.
# One row an order.
orders = Cube(
    name="orders",
    sql_table="orders",
    dimensions=[
        # as the shop has it
        Dimension(name="id", sql="id", type="number", primary_key=True),
        # What became of it,
        # in a word.
        Dimension(name="status", sql="status", type="string"),
    ],
    measures=[
        Measure(
            name="large",
            type="count",
            filters=[
                # In Euro.
                Sql("{CUBE}.amount > 100"),
            ],
        ),
    ],
)

# That is all.
"""

AS_YAML = """\
cubes:
  # Orders of the shop.
  # One row an order.
  - name: orders
    sql_table: orders
    dimensions:
      # as the shop has it
      - name: id
        sql: id
        type: number
        primary_key: true
      # What became of it,
      # in a word.
      - name: status
        sql: status
        type: string
    measures:
      - name: large
        type: count
        filters:
          # In Euro.
          - sql: "{CUBE}.amount > 100"

# That is all.
"""


@pytest.fixture
def commented(project: Project) -> Project:
    (project.folder / "model" / "orders.yml").write_text(COMMENTED)
    return project


def test_a_file_is_printed(commented: Project) -> None:
    done = commented.run("convert", "model/orders.yml")
    assert (done.stdout, done.stderr, done.returncode) == (AS_PYTHON, "", 0)
    assert sorted(p.name for p in (commented.folder / "model").iterdir()) == ["orders.yml"]


def test_there_and_back(commented: Project) -> None:
    model = commented.folder / "model"
    done = commented.run("convert", "model", "--to", "python", "--in-place")
    assert (done.stdout, done.returncode) == ("orders.yml -> orders.py\n", 0)
    assert [(p.name, p.read_text()) for p in model.glob("*.*")] == [("orders.py", AS_PYTHON)]
    assert commented.run("check").returncode == 0
    assert commented.run("convert", "model/orders.py").stdout == AS_YAML
    assert commented.run("convert", "model", "--to", "yaml", "--out", "other").returncode == 0
    assert (commented.folder / "other" / "orders.yml").read_text() == AS_YAML


@pytest.mark.parametrize(
    ("files", "arguments", "said"),
    [
        ({"a.yml": "cubes:\n{% for x in [1] %}\n  - {name: a, sql_table: a}\n{% endfor %}\n"}, ["model/a.yml"],
         ["a.yml:2:1: This is a template", "--outcome converts what it renders to now"]),
        ({"a.py": "from kubus.define import Cube\n\nall = [Cube(name=n, sql_table=n) for n in 'ab']\n"}, ["model/a.py"],
         ["a.py:3:7: This is code", "--outcome"]),
        ({"a.py": "from kubus.define import Cube\na = Cube(name='a', sql_table='a')\nb = a.changed(name='b')\n"},
         ["model/a.py"], ["a.py:3:5: This is code"]),
        ({"a.yml": "cubes: [{name: a, sql_table: a, titel: x}]"}, ["model/a.yml"],
         ["a.yml:1:33: (titel) is not allowed here", "Did you mean 'title'?"]),
        ({"a.yml": "cubes: [{name: a}]"}, ["model/a.yml"], ["a.yml:1:9: (value = a) must contain at least one of"]),
        ({"a.yml": "cubes: []"}, ["model"], ["model is a folder", "--to python or --to yaml"]),
        ({}, ["model", "to", "python"], ["Where do the files go?", "--in-place"]),
        ({}, ["model", "to", "yaml"], ["There is no .py file"]),
        ({}, ["model/no.yml"], ["model/no.yml is not there"]),
        ({"orders.py": "x = 1"}, ["model/orders.yml"], ["orders.yml would become orders.py, which is there already"]),
        ({}, ["model", "to", "python", "out", "taken"], ["is there already"]),
        ({}, ["model", "to", "python", "out", "model/new"], ["would then have every cube twice"]),
        ({}, ["model", "to", "python", "out", "taken/orders.py"], ["cannot be written"]),
        ({"a.py": "from kubus.define import Cube\na = Cube(name='a', sql_table='a')\n",
          "b.py": "from a import a\nb = a.changed(name='b')\n"}, ["model/a.py"],
         ["b.py: It cannot be converted: 'b' would be gone", "convert them together"]),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(
    files: dict[str, str], arguments: list[str], said: list[str], commented: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in files.items():
        (commented.folder / "model" / name).write_text(text)
    (commented.folder / "taken").mkdir()
    (commented.folder / "taken" / "orders.py").touch()
    before = {p: p.read_text() for p in commented.folder.rglob("*.*") if p.is_file()}
    monkeypatch.chdir(commented.folder)
    options = dict(zip(arguments[1::2], arguments[2::2], strict=True))
    with pytest.raises(KubusError) as caught:
        convert(Path(arguments[0]), to=options.get("to"), out=Path(options["out"]) if "out" in options else None)  # type: ignore[arg-type]
    told = str(caught.value)
    if isinstance(caught.value, ModelError):
        told = "\n".join(map(str, caught.value.problems))
    for part in said:
        assert part in told
    assert {p: p.read_text() for p in commented.folder.rglob("*.*") if p.is_file()} == before


def test_outcome(commented: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(commented.folder)
    model = commented.folder / "model"
    loop = "cubes:\n{% for x in names() %}\n  - {name: {{ x }}, sql_table: t}\n{% endfor %}\n"
    (model / "a.yml").write_text(loop)
    (model / "globals.py").write_text(
        "from cube import TemplateContext\nt = TemplateContext()\n@t.function\ndef names(): return ['x', 'y']\n"
    )
    convert(Path("model/a.yml"), outcome=True)
    assert capsys.readouterr().out == (
        'from kubus.define import Cube\n\nx = Cube(\n    name="x",\n    sql_table="t",\n)\n\n'
        'y = Cube(\n    name="y",\n    sql_table="t",\n)\n'
    )
    (model / "b.py").write_text(
        "from kubus.define import Cube\nall = [Cube(name=n, sql_table=n) for n in ('p', 'q')]\n"
    )
    convert(Path("model/b.py"), outcome=True)
    assert capsys.readouterr().out == "cubes:\n  - name: p\n    sql_table: p\n\n  - name: q\n    sql_table: q\n"
