"""`kubus check --live`: a model beside its tables, on both databases, and only what differs is said."""

import json
import subprocess
from pathlib import Path

import duckdb
import pytest

from kubus.live.look import look
from kubus.sources.options import DuckDBOptions, PostgresOptions, SourceOptions
from tests.cli.project import Project
from tests.engines.postgres import Server

TABLES = """
CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR, joined VARCHAR);
CREATE TABLE orders (id INTEGER PRIMARY KEY, user_id INTEGER, amount DECIMAL(9, 2), status VARCHAR);
INSERT INTO users VALUES (1, 'Ada', 'monday'); INSERT INTO orders VALUES (1, 1, 2.5, 'no number');
"""
RIGHT = """\
cubes:
  - name: users
    sql_table: users
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: name, sql: name, type: string}
  - name: orders
    sql: SELECT * FROM orders WHERE id > 0
    joins:
      - {name: users, relationship: many_to_one, sql: "{CUBE}.user_id = {users.id}"}
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: status, sql: status, type: string}
      - {name: mine, sql: status, type: string}
    measures:
      - {name: count, type: count}
      - {name: total, sql: amount, type: sum}
      - {name: share, sql: "{total} / {count}", type: number}
      - {name: so_far, sql: amount, type: sum, rolling_window: {trailing: unbounded}}
    segments:
      - {name: large, sql: "{CUBE}.amount > 100"}
    access_policy:
      - {group: sales, row_level: {filters: [{member: mine, operator: equals, values: ["{ securityContext.name }"]}]}}
views:
  - {name: all_orders, cubes: [{join_path: orders, includes: "*"}]}
"""


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def options(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> SourceOptions:
    if request.param == "duckdb":
        path = tmp_path_factory.mktemp("live") / "shop.duckdb"
        with duckdb.connect(str(path)) as connection:
            connection.execute(TABLES)
        return DuckDBOptions(path=path, read_only=True)
    server: Server = request.getfixturevalue("postgres")
    url = server.create_database("live")
    server.psql("live", TABLES)
    return PostgresOptions(url=url)


def found(folder: Path, options: SourceOptions, text: str) -> list[tuple[str, int, str, str]]:
    """Level, line, message and remedy of everything that differs."""
    (folder / "model").mkdir(exist_ok=True)
    (folder / "model" / "shop.yml").write_text(text)
    looked = look(folder / "model", {"default": options}, 60, folder)
    assert looked.left == ()
    return [(one.level, one.problem.line, one.problem.message, one.problem.hint or "") for one in looked.findings]


def test_what_fits_is_not_told(options: SourceOptions, tmp_path: Path) -> None:
    assert found(tmp_path, options, RIGHT) == []


@pytest.mark.parametrize(
    ("right", "wrong", "level", "line", "told", "remedy"),
    [
        ("sql: name, type", "sql: nmae, type", "error", 6, "'users.name': The table users has no column 'nmae'", "Did you mean 'name'?"),
        ("sql: name, type", "sql: weight, type", "error", 6, "has no column 'weight'", "Its columns are id, name, joined."),
        ("sql_table: users", "sql_table: user_s", "error", 3, "There is no table user_s for 'users'", "Did you mean 'users'?"),
        ("FROM orders WHERE", "FROM order_s WHERE", "error", 8, "The database refuses the sql of 'orders'", "Nothing of this cube"),
        ("sql: amount, type: sum}", "sql: status, type: sum}", "error", 17, "The database refuses it", "Change its SQL"),
        ("{CUBE}.amount > 100", "{CUBE}.amuont > 100", "error", 21, "The database refuses it", "Change its SQL"),
        ("{CUBE}.user_id = ", "{CUBE}.userid = ", "error", 10, "The join to 'users'", "Change its SQL"),
        ("sql: name, type: string", "sql: joined, type: number", "warning", 6, "is of type number, and the column joined is", "type: string says"),
    ],
)  # fmt: skip
def test_what_differs_is_told_at_its_place(
    right: str, wrong: str, level: str, line: int, told: str, remedy: str, options: SourceOptions, tmp_path: Path
) -> None:
    assert right in RIGHT
    ((of_level, at, message, hint),) = found(tmp_path, options, RIGHT.replace(right, wrong, 1))
    assert (of_level, at) == (level, line)
    assert told in message
    assert remedy in hint


def test_sums_of_texts_are_refused_by_the_database_alone(options: SourceOptions, tmp_path: Path) -> None:
    """No row is read: a text that is no number is met by nobody."""
    assert (
        found(
            tmp_path,
            options,
            RIGHT.replace("sql: status, type: string", 'sql: "CAST(status AS INTEGER)", type: number', 1),
        )
        == []
    )


def test_a_diff_mends_what_is_misspelt(options: SourceOptions, tmp_path: Path) -> None:
    wrong = RIGHT.replace("sql: name, type", "sql: nmae, type").replace("sql_table: users", "sql_table: user_s")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    # One by one: a cube without a table says nothing of its columns.
    for text in (wrong, RIGHT.replace("sql: name, type", "sql: nmae, type")):
        (tmp_path / "model").mkdir(exist_ok=True)
        (tmp_path / "model" / "shop.yml").write_text(text)
        mended = look(tmp_path / "model", {"default": options}, 60, tmp_path).patch
        subprocess.run(["git", "apply", "-"], input=mended, text=True, cwd=tmp_path, check=True)
        assert mended.count("\n+") == 2
    assert (tmp_path / "model" / "shop.yml").read_text() == RIGHT


def test_what_there_was_no_time_for_is_said(options: SourceOptions, tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "shop.yml").write_text(RIGHT)
    looked = look(tmp_path / "model", {"default": options}, 0, tmp_path)
    assert looked.left == ("users", "orders")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "shop.yml").write_text(RIGHT.replace("sql: name, type", "sql: nmae, type"))
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as connection:
        connection.execute(TABLES)
    return Project(
        tmp_path, {"CUBEJS_DB_TYPE": "duckdb", "CUBEJS_DB_DUCKDB_DATABASE_PATH": str(tmp_path / "shop.duckdb")}
    )


def test_the_command(project: Project) -> None:
    assert project.run("check").returncode == 0
    done = project.run("check", "--live")
    assert done.returncode == 1
    assert "model/shop.yml:6:" in done.stdout
    assert "Did you mean 'name'?" in done.stdout
    assert "+      - {name: name, sql: name, type: string}" in done.stdout
    report = json.loads(project.run("check", "--live", "--format", "json").stdout)
    assert [(one["rule"], one["level"], one["line"]) for one in report["findings"]] == [("live", "error", 6)]
    late = project.run("check", "--live", "--seconds", "0")
    assert late.returncode == 2
    assert "no time to look at users, orders" in late.stderr
    (project.folder / "shop.duckdb").unlink()
    gone = project.run("check", "--live")
    assert gone.returncode == 2
    assert "shop.duckdb" in gone.stderr
