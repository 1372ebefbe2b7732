"""`kubus generate` and `kubus create --from`: from tables and files to a model that answers."""

import os
import pty
import select
import subprocess
import time
from pathlib import Path

import duckdb
import pytest

from tests.cli.project import Project

PEOPLE = """\
# by hand
cubes:
  - name: people
    sql_table: users
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "people.yml").write_text(PEOPLE)
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as connection:
        connection.execute("CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR)")
        connection.execute("CREATE TABLE orders (id INTEGER, user_id INTEGER, amount DECIMAL(9, 2))")
        connection.execute("INSERT INTO users VALUES (1, 'Ada')")
        connection.execute("INSERT INTO orders VALUES (1, 1, 2.5), (2, 1, 3)")
    environ = {"CUBEJS_DB_TYPE": "duckdb", "CUBEJS_DB_DUCKDB_DATABASE_PATH": str(tmp_path / "shop.duckdb")}
    return Project(tmp_path, environ)


def files(project: Project) -> dict[str, str]:
    folder = project.folder / "model"
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*.yml")}


def test_nothing_is_written_without_a_word(project: Project) -> None:
    for arguments in ((), ("--dry-run",), ("--dry-run", "--yes")):
        done = project.run("generate", *arguments)
        assert done.returncode == 0, done.stderr
        assert "+++ model/cubes/orders.yml" in done.stdout
        assert "+      - name: name" in done.stdout
        assert "Nothing was written" in done.stdout
        assert files(project) == {"people.yml": PEOPLE}


def test_all_is_written(project: Project) -> None:
    done = project.run("generate", "--yes")
    assert done.returncode == 0, done.stderr
    assert "2 of 2 files written" in done.stdout
    assert files(project)["people.yml"].startswith(PEOPLE)
    assert project.run("check", "--strict").returncode == 0
    asked = project.run("query", '{"measures": ["orders.total_amount"], "dimensions": ["people.name"]}')
    assert "5.5" in asked.stdout, asked.stderr
    again = project.run("generate", "--yes")
    assert "There is nothing to add" in again.stdout


def test_only_some_tables(project: Project) -> None:
    done = project.run("generate", "-t", "main.Users", "--yes")
    assert done.returncode == 0, done.stderr
    assert list(files(project)) == ["people.yml"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("-t", "ordesr"), "There is no table ordesr"),
        (("-d", "warehouse"), "There is no data source 'warehouse'"),
    ],
)
def test_what_is_not_there(project: Project, arguments: tuple[str, ...], told: str) -> None:
    done = project.run("generate", *arguments)
    assert done.returncode == 2
    assert told in done.stderr


def test_a_wrong_model_is_left_alone(project: Project) -> None:
    (project.folder / "model" / "people.yml").write_text("cubes: [{name: 7}]")
    done = project.run("generate", "--yes")
    assert done.returncode == 2
    assert "kubus check" in done.stderr
    assert list(files(project)) == ["people.yml"]


def test_code_is_left_to_people(project: Project) -> None:
    text = PEOPLE + "      {% for n in [] %}{% endfor %}\n"
    (project.folder / "model" / "people.yml").write_text(text)
    done = project.run("generate", "--yes")
    assert done.returncode == 1
    assert "Add there: people.name" in done.stdout
    assert files(project)["people.yml"] == text
    assert "cubes/orders.yml" in files(project)


@pytest.mark.parametrize(
    ("answers", "written"),
    [
        (["n", "y"], {"people.yml"}),
        (["y", "n"], {"orders.yml"}),
        (["a"], {"people.yml", "orders.yml"}),
        (["q"], set()),
    ],
)
def test_on_a_terminal_each_file_is_asked_for(project: Project, answers: list[str], written: set[str]) -> None:
    ours, theirs = pty.openpty()
    settings = project.settings("generate")
    process = subprocess.Popen(**(settings | {"text": False}), stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    said = b""
    for answer in answers:
        count = said.count(b"[q]uit")
        deadline = time.monotonic() + 60
        while said.count(b"[q]uit") == count and time.monotonic() < deadline:
            if select.select([ours], [], [], 1)[0]:
                said += os.read(ours, 65536)
        os.write(ours, answer.encode() + b"\n")
    process.wait(60)
    os.close(ours)
    changed = {"people.yml"} if files(project)["people.yml"] != PEOPLE else set()
    assert changed | {Path(name).name for name in files(project)} - {"people.yml"} == written


def test_from_files_to_an_answer(tmp_path: Path) -> None:
    (tmp_path / "sales.csv").write_text("id,city,amount,sold\n1,Oslo,10.5,2024-01-01\n2,Bergen,3,2024-01-02\n")
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT 1 AS id, 1 AS sale_id, 'tea' AS kind) TO '{tmp_path / 'lines.parquet'}'")
    done = Project(tmp_path).run("create", "shop", "--from", "sales.csv", "lines.parquet")
    assert done.returncode == 0, done.stderr
    project = Project(tmp_path / "shop")
    assert '{"measures": ["lines.count"], "dimensions": ["lines.kind"]}' in done.stdout
    assert project.run("check", "--strict").returncode == 0
    asked = project.run("query", '{"measures": ["lines.count"], "dimensions": ["sales.city"]}')
    assert "Oslo" in asked.stdout, asked.stderr
    # A newer file in its place is what is read.
    (project.folder / "data" / "sales.csv").write_text("id,city,amount,sold\n1,Bodø,10.5,2024-01-01\n")
    assert "Bodø" in project.run("query", '{"dimensions": ["sales.city"]}').stdout


def test_from_a_database_file(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "mine.duckdb")) as connection:
        connection.execute("CREATE TABLE t AS SELECT 1 AS id, 'a' AS name")
    done = Project(tmp_path).run("create", "shop", "--from", "mine.duckdb")
    assert done.returncode == 0, done.stderr
    assert "a" in Project(tmp_path / "shop").run("query", '{"dimensions": ["t.name"]}').stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--from", "nothing.csv"), "There is no file nothing.csv"),
        (("--from", "notes.txt"), "no file that can be read as a table"),
        (("--from", "broken.parquet"), "cannot be read as a table"),
        (("--from", "a.csv", "-d", "postgres"), "Files are read by DuckDB"),
        (("--from", "a.csv", "sub/a.csv"), "Two files are called a.csv"),
    ],
)
def test_files_that_are_none(tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("notes.txt", "broken.parquet", "a.csv", "sub/a.csv"):
        (tmp_path / name).write_text("id\n1\n")
    done = Project(tmp_path).run("create", "shop", *arguments)
    assert done.returncode != 0
    assert told in done.stderr
    assert not (tmp_path / "shop").exists()
