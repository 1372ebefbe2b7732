"""Model files laid out alike: the same words, comments and meaning, and the second time nothing changes."""

import random
from pathlib import Path

import pytest
import yaml

from kubus.loading.dynamic import is_template
from kubus.writing.formatting import comments, formatted, same
from tests.cli.project import Project

ROOT = Path(__file__).parents[2]
CORPUS = [
    path
    for folder in ("src/kubus/demo/model", "tests/conformance/corpus/models", "examples", "tests/spec/cases")
    for path in sorted((ROOT / folder).rglob("*.y*ml"))
    if not is_template(path.read_text())
]

MESSY = """\
# top


cubes:
- name:   people   # mine
  sql_table: "users"


  dimensions:
      # the key
  - {name: id,   sql: id, type: number,primary_key: true}   # end
  -   name: city   \x20
      sql: >
          upper(
            city)

      type: 'string'

      # after the city

  -   name: size
      case:
         when:
            - sql: "a
                    b"
              label: b
            -   {sql: c,
                 label: d}
         else: {label: e}
  measures:
    # none yet
views: []
# last

"""
NEAT = """\
# top

cubes:
  - name: people   # mine
    sql_table: "users"

    dimensions:
      # the key
      - {name: id,   sql: id, type: number,primary_key: true}   # end
      - name: city
        sql: >
          upper(
            city)

        type: 'string'

        # after the city

      - name: size
        case:
          when:
            - sql: "a
                    b"
              label: b
            - {sql: c,
                 label: d}
          else: {label: e}
    measures:
    # none yet
views: []
# last
"""


def test_a_messy_file() -> None:
    assert formatted(MESSY) == NEAT
    assert formatted(NEAT) == NEAT


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_model_here_can_be_laid_out(path: Path) -> None:
    text = path.read_text()
    try:
        yaml.safe_load(text)
    except yaml.YAMLError:
        pytest.skip("no YAML, on purpose")
    made = formatted(text)
    assert made is not None
    assert same(text, made)


@pytest.mark.parametrize("seed", range(150))
def test_whatever_the_indents(seed: int) -> None:
    """The models here with the indents of other people: laid out they say the same."""
    chance = random.Random(seed)
    path = chance.choice([path for path in CORPUS if path.stat().st_size < 20_000])
    text = path.read_text()
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError:
        value = None
    other = yaml.safe_dump(
        value, indent=chance.choice([2, 3, 4, 7]), width=chance.choice([20, 40, 200]), sort_keys=False,
        default_flow_style=chance.choice([None, False]), allow_unicode=chance.choice([True, False]),
    )  # fmt: skip
    # Comments and empty lines anywhere between lines that begin something.
    lines = [
        line
        for one in other.splitlines()
        for line in (
            [" " * chance.randrange(9) + f"# {chance.random()}", one]
            if chance.random() < 0.1 and begins(one)
            else [one]
        )
    ]
    messy = "\n".join(lines) + "\n"
    if yaml.safe_load(messy) != value:
        pytest.skip("a comment within a text is a part of it")
    made = formatted(messy)
    assert made is not None, messy
    assert yaml.safe_load(made) == value
    assert list(comments(made)) == list(comments(messy))
    assert formatted(made) == made


def begins(line: str) -> bool:
    return line.lstrip().startswith("- ") or line.rstrip().endswith(":")


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("", ""),
        ("\n\n", ""),
        ("# only a word\n\n\n", "# only a word\n"),
        ("a: 1", "a: 1\n"),
        ("a:    1   # b\n", "a: 1   # b\n"),
        ("a:\n    b: 1\n", "a:\n  b: 1\n"),
        ("a:\n- 1\n-   2\n", "a:\n  - 1\n  - 2\n"),
        ("a:\n     |\n     x\n", "a:\n  |\n  x\n"),
        ("a: |2\n    x\n  y\n", "a: |2\n    x\n  y\n"),
        ("- - 1\n  - 2\n", "- - 1\n  - 2\n"),
    ],
)
def test_small_things(text: str, made: str) -> None:
    assert formatted(text) == made


def test_what_would_say_something_else_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kubus.writing.formatting.STEP", 0)
    assert formatted(MESSY) is None


def test_the_command(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    messy, template, broken = (tmp_path / "model" / name for name in ("a.yml", "b.yml", "c.yml"))
    messy.write_text(MESSY)
    template.write_text("cubes:   [{{ one }}]\n")
    project = Project(tmp_path)
    checked = project.run("format", "--check")
    assert (checked.returncode, messy.read_text()) == (1, MESSY)
    assert "1 of 2 files would change" in checked.stdout
    shown = project.run("format", "--diff", "model/a.yml")
    assert "+    sql_table" in shown.stdout
    assert messy.read_text() == MESSY
    done = project.run("format")
    assert (done.returncode, messy.read_text()) == (0, NEAT)
    assert template.read_text() == "cubes:   [{{ one }}]\n"
    assert project.run("format", "--check").returncode == 0
    assert project.run("format", "-", stdin=MESSY).stdout == NEAT
    broken.write_bytes(b"a: [\r\n")
    wrong = project.run("format")
    assert wrong.returncode == 1
    assert "c.yml is no YAML" in wrong.stderr
    assert broken.read_bytes() == b"a: [\r\n"
    assert project.run("format", "nowhere").returncode == 2
