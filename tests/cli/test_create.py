"""`kubus create`: a project appears whole, or nothing changes."""

import io
import json
import os
import re
import runpy
import stat
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
import yaml
from rich.console import Console

import kubus
from kubus import SemanticLayer
from kubus.cli.create import create, create_project
from kubus.errors import ConfigError
from tests.cli.project import Project

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def projects(tmp_path_factory):
    parent = tmp_path_factory.mktemp("projects")
    for database in ("duckdb", "postgres"):
        create_project(parent / database, database, TODAY, Console(file=io.StringIO()))
    return parent


def settings(path):
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def files_of(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


COMMON = {
    ".env",
    ".env.example",
    ".gitignore",
    "README.md",
    "kubus.py",
    "model.schema.json",
    "model/cubes/line_items.yml",
    "model/cubes/orders.yml",
    "model/cubes/product_categories.yml",
    "model/cubes/products.yml",
    "model/cubes/suppliers.yml",
    "model/cubes/users.yml",
    "model/views/example_view.yml",
    "tests/orders.test.yml",
}
TABLES = {"line_items", "orders", "product_categories", "products", "suppliers", "users"}


def test_it_holds_these_files_and_no_others(projects):
    assert files_of(projects / "duckdb") == COMMON | {"data/shop.duckdb"}
    assert files_of(projects / "postgres") == COMMON | {"data/load.sql"} | {f"data/{table}.csv" for table in TABLES}
    assert {entry.name for entry in projects.iterdir()} == {"duckdb", "postgres"}


@pytest.mark.parametrize("database", ["duckdb", "postgres"])
def test_settings(projects, database):
    env = settings(projects / database / ".env")
    assert re.fullmatch("[0-9a-f]{128}", env["CUBEJS_API_SECRET"])
    assert env["CUBEJS_DEV_MODE"] == "true"
    assert env["CUBEJS_DB_TYPE"] == database
    assert (projects / database / env["CUBEJS_SCHEMA_PATH"] / "cubes").is_dir()
    # There are no inline comments in .env: one would be part of the value.
    assert not [value for value in env.values() if "#" in value or value != value.strip()]


def test_the_named_database_is_there(projects):
    env = settings(projects / "duckdb" / ".env")
    assert (projects / "duckdb" / env["CUBEJS_DB_DUCKDB_DATABASE_PATH"]).is_file()


@pytest.mark.parametrize("database", ["duckdb", "postgres"])
def test_the_secret_is_in_one_file_which_is_its_owners(projects, database):
    folder = projects / database
    secret = settings(folder / ".env")["CUBEJS_API_SECRET"]
    assert stat.S_IMODE((folder / ".env").stat().st_mode) == 0o600
    assert [path.name for path in folder.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()] == [
        ".env"
    ]
    assert settings(folder / ".env.example") == settings(folder / ".env") | {"CUBEJS_API_SECRET": ""}
    assert ".env" in (folder / ".gitignore").read_text().splitlines()


def test_each_project_has_a_secret_of_its_own(projects):
    first, second = (settings(projects / name / ".env")["CUBEJS_API_SECRET"] for name in ("duckdb", "postgres"))
    assert first != second


def test_the_folder_has_the_mode_that_any_folder_has(projects, tmp_path):
    (tmp_path / "plain").mkdir()
    assert (projects / "duckdb").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_model_files_are_yaml_with_the_cubes_of_the_guide(projects):
    cubes = {}
    for path in sorted((projects / "duckdb" / "model").rglob("*.yml")):
        content = yaml.safe_load(path.read_text())
        for cube in (content or {"cubes": []})["cubes"]:
            cubes[cube["name"]] = cube
    assert set(cubes) == {"LineItems", "Orders", "ProductCategories", "Products", "Suppliers", "Users"}


def test_programs_in_the_folder_import_the_package_and_not_the_hooks(projects):
    code = "import sys, kubus; from kubus.errors import ConfigError; print(kubus.__file__); print(sys.path[0] == '')"
    environment = os.environ | {"PYTHONPATH": str(Path(kubus.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=projects / "duckdb",
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [kubus.__file__, "True"]


def test_python_runs_the_package_and_not_the_hooks(projects):
    done = Project(projects / "duckdb").run("version")
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, f"kubus {kubus.__version__}")
    # What ends badly says so.
    assert Project(projects / "duckdb").run("no-such-command").returncode == 2


def test_hooks_do_nothing_yet(projects):
    # As they will be read: under another name.
    names = runpy.run_path(str(projects / "duckdb" / "kubus.py"), run_name="hooks")
    assert [name for name in names if not name.startswith("__")] == []


def test_the_command_says_what_it_does_and_what_is_next(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    create("multi-tenant-analytics")
    out = capsys.readouterr().out
    assert "Creating project structure" in out
    assert "Writing files from template" in out
    assert "Generating sample data" in out
    assert "multi-tenant-analytics app has been created" in out
    assert "  cd multi-tenant-analytics\n  kubus dev\n" in out
    # No database named and nobody to ask: DuckDB.
    assert (tmp_path / "multi-tenant-analytics" / "data" / "shop.duckdb").is_file()


def test_the_template_of_cubes_command_is_taken(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    create("shop", db_type="postgres", template="docker")
    out = capsys.readouterr().out
    assert "--template docker is not needed" in out
    assert "psql -d shop -f data/load.sql" in out


def test_what_is_there_stays(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "mine.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("shop", "file", "link"):
        with pytest.raises(ConfigError, match=f"'{name}' is here already"):
            create(name)
    assert {entry.name for entry in tmp_path.iterdir()} == {"shop", "file", "link"}
    assert files_of(tmp_path / "shop") == {"mine.txt"}
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../x",
        "a/b",
        "/tmp/x",
        "a\\b",
        "-x",
        ".hidden",
        "a b",
        "a\n",
        "a..b",
        "x.",
        "naïve",
        "$HOME",
        "a" * 101,
    ],
)
def test_odd_names_are_refused(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match="cannot be the name of a project"):
        create(name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["shop", "shop-2", "shop_2", "Shop", "v1.2", "2024", "a" * 100])
def test_plain_names_are_taken(tmp_path, monkeypatch, name, capsys):
    monkeypatch.chdir(tmp_path)
    # There already, so that only the name is looked at.
    (tmp_path / name).mkdir()
    with pytest.raises(ConfigError, match="is here already"):
        create(name)


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"nowhere/shop cannot be written: No such file"):
        create_project(tmp_path / "nowhere" / "shop", "duckdb", TODAY, Console(file=io.StringIO()))


def test_an_interrupted_start_leaves_nothing(tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("kubus.cli.create.write_sample_data", interrupt)
    with pytest.raises(KeyboardInterrupt):
        create_project(tmp_path / "shop", "duckdb", TODAY, Console(file=io.StringIO()))
    assert list(tmp_path.iterdir()) == []


# ── it works ──


@pytest.fixture(scope="module")
def loaded(projects, postgres):
    """Both projects, the second with its data in a database, as its README says."""
    folder = projects / "postgres"
    address = postgres.create_database("create_shop")
    postgres.psql("create_shop", files=(Path("data/load.sql"),), cwd=folder)
    place = {"CUBEJS_DB_HOST": postgres.host, "CUBEJS_DB_PORT": str(postgres.port), "CUBEJS_DB_NAME": "create_shop"}
    return {
        "duckdb": (Project(projects / "duckdb"), str(projects / "duckdb" / "data" / "shop.duckdb")),
        "postgres": (Project(folder, place), address),
    }


@pytest.mark.postgres
@pytest.mark.parametrize("database", ["duckdb", "postgres"])
def test_its_model_compiles_and_its_server_answers(loaded, database):
    project, _ = loaded[database]
    checked = project.run("check")
    assert checked.returncode == 0, checked.stderr
    assert "6 cubes" in checked.stdout
    tested = project.run("test")
    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert tested.stdout.startswith("4 passed")
    query = {"measures": ["Orders.count"], "dimensions": ["Orders.status"]}
    with project.serving(command="dev") as running:
        answer = httpx.get(f"{running.url}/cubejs-api/v1/load", params={"query": json.dumps(query)}, timeout=60)
        assert answer.json()["data"][0] == {"Orders.status": "completed", "Orders.count": "72672"}
    # As it is, it would not start without its own secret in production, and does with it.
    with project.serving(CUBEJS_DEV_MODE="false") as running:
        answer = httpx.get(f"{running.url}/cubejs-api/v1/load", params={"query": json.dumps(query)}, timeout=60)
        assert answer.status_code == 403
        token = project.run("token", "--quiet").stdout.strip()
        running.hide(token)
        answer = httpx.get(
            f"{running.url}/cubejs-api/v1/load",
            params={"query": json.dumps(query)},
            headers={"Authorization": token},
            timeout=60,
        )
        assert answer.status_code == 200


@pytest.mark.postgres
def test_every_member_means_the_same_on_both_databases(loaded, projects):
    answers = {}
    for database, (_, address) in loaded.items():
        with SemanticLayer(projects / database / "model", address) as layer:
            answers[database] = {name: comparable(layer.query(query)) for name, query in questions(layer.model).items()}
    assert len(answers["duckdb"]) > 70
    assert answers["duckdb"] == answers["postgres"]
    assert [name for name, rows in answers["duckdb"].items() if not rows] == []


def questions(model):
    """Each member of each cube by itself, and what shops ask of several cubes."""
    asked = {
        "categories": {"measures": ["LineItems.revenue", "Orders.count"], "dimensions": ["ProductCategories.name"]},
        "suppliers": {"measures": ["LineItems.totalQuantity"], "dimensions": ["Suppliers.country", "Users.ageGroup"]},
        "shops": {"measures": ["Orders.totalAmount", "LineItems.count"], "dimensions": ["Users.country"]},
        "months": {
            "measures": ["Orders.returnRate", "LineItems.revenuePerOrder"],
            "timeDimensions": [{"dimension": "Orders.createdAt", "granularity": "month"}],
        },
    }
    for cube in model.cubes.values():
        for measure in cube.measures.values():
            asked[measure.path] = {"measures": [measure.path]}
        for dimension in cube.dimensions.values():
            if dimension.public:
                # Sorted by itself and cut, because a page of the product catalogue tells enough.
                asked[dimension.path] = {
                    "measures": [f"{cube.name}.count"],
                    "dimensions": [dimension.path],
                    "order": {dimension.path: "asc"},
                    "filters": [{"member": dimension.path, "operator": "set"}],
                    "limit": 50,
                }
        for segment in cube.segments.values():
            asked[segment.path] = {"measures": [f"{cube.name}.count"], "segments": [segment.path]}
    return asked


def comparable(rows):
    """Rows without an order, numbers as they are on a screen: databases carry more or fewer digits."""
    return sorted([tuple((name, shown(value)) for name, value in row.items()) for row in rows], key=repr)


def shown(value):
    return f"{float(value):.6g}" if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else value
