"""The commands that work without a server."""

import csv
import io
import json
import re
import subprocess
import sys

import pytest

import kubus
from kubus.cli.main import CUBE_NAMES, app
from kubus.config.table import SETTINGS
from tests.cli.project import SECRET

STATUS = json.dumps(
    {"measures": ["orders.count", "orders.total"], "order": {"orders.status": "asc"}, "dimensions": ["orders.status"]}
)


# ── kubus itself ──


def test_help_says_what_each_command_is_for(project):
    done = project.run("--help", COLUMNS="200")
    assert done.returncode == 0
    for name in ("check", "config", "create", "demo", "dev", "query", "secret", "serve", "sql", "token", "version"):
        assert re.search(rf"{name} +[A-Z].+\.", done.stdout), name
    for name in CUBE_NAMES:
        assert f"│ {name} " not in done.stdout


@pytest.mark.parametrize("name", [name for name in app if not name.startswith("-")])
def test_every_command_has_help(name, project):
    done = project.run(name, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"kubus {name}" in done.stdout


def test_help_of_a_command_says_more_than_the_list(project):
    assert "Exits with status 0" in project.run("check", "--help").stdout
    assert "Exits with" not in project.run("--help").stdout


def test_versions(project):
    assert project.run("--version").stdout == f"{kubus.__version__}\n"
    assert project.run("version").stdout.startswith(f"kubus {kubus.__version__}\nPython 3.")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["serv"], 'Unknown command "serv"'),
        (["serve", "--prot", "1"], "Did you mean --port?"),
        (["serve", "--port", "x"], "--port"),
        (["query"], "requires an argument"),
        (["query", "{}", "--format", "xml"], 'Choose from: "table", "json", "csv"'),
    ],
)
def test_wrong_use_ends_with_2_in_a_frame(project, arguments, said):
    done = project.run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("╭")
    assert said in done.stderr


def test_output_that_nobody_reads_is_no_error(project):
    settings = project.settings()
    settings["args"] = ["bash", "-c", f"{sys.executable} -m kubus config show | head -n 1"]
    done = subprocess.run(**settings, capture_output=True, timeout=60, check=False)
    assert done.stderr == ""
    assert done.stdout.startswith("CUBEJS_DEV_MODE=")


# ── check ──


@pytest.mark.parametrize("name", ["check", "validate"])
def test_a_model_that_compiles(project, name):
    done = project.run(name)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "The data model is right: 2 cubes, 5 members\n"


def test_every_problem_at_once_with_its_place_and_how_to_mend_it(project):
    (project.folder / "model" / "a.yml").write_text(
        "cubes:\n  - name: a\n    sql: SELECT 1\n    meassures: []\n    dimensions:\n      - {name: x, type: sting}\n"
    )
    (project.folder / "model" / "b.yml").write_text("cubes: [\n")
    done = project.run("check")
    assert done.returncode == 1
    assert "a.yml:4:5: " in done.stdout
    assert "measures" in done.stdout
    assert "a.yml:6:" in done.stdout
    assert "string" in done.stdout
    assert "b.yml:" in done.stdout
    assert re.search(r"^[3-9] problems in ", done.stdout, re.MULTILINE)


def test_what_is_probably_not_meant_is_told_and_no_fault(project):
    (project.folder / "model" / "seen.yml").write_text(
        "cubes:\n  - name: seen\n    sql_table: orders\n    segments:\n"
        "      - {name: mine, sql: \"{SECURITY_CONTEXT.role.unsafeValue()} = 'admin'\"}\n"
    )
    done = project.run("check")
    assert (done.returncode, done.stderr) == (0, "")
    assert "seen.yml:5:" in done.stdout
    assert "warning (unsafe-value): seen: 'seen.mine' reads a claim by unsafeValue" in done.stdout
    assert "1 warning; `# kubus-off: rule` on the line or above it turns one off" in done.stdout
    assert "The data model is right: 3 cubes, 6 members" in done.stdout
    off = project.run("check", KUBUS_LINT_OFF="unsafe-value")
    assert off.stdout == "The data model is right: 3 cubes, 6 members\n"
    assert project.run("check", "--strict", KUBUS_LINT_OFF="unsafe-value").returncode == 0
    assert project.run("check", "--strict").returncode == 1
    wrong = project.run("check", KUBUS_LINT_OFF="unsafe")
    assert wrong.returncode == 2
    assert "Must be a list of ambiguous-joins, fan-out" in wrong.stderr
    (project.folder / "pyproject.toml").write_text("[tool.kubus.lint]\noff = ['unsafe-value']\n")
    assert project.run("check", "--strict").stdout == off.stdout
    (project.folder / "pyproject.toml").write_text("[tool.kubus.lint]\noff = ['unsafe']\n")
    assert project.run("check").returncode == 2


@pytest.mark.parametrize("output", ["json", "sarif", "gitlab"])
def test_reports_for_programs_and_their_status(project, output):
    done = project.run("check", "--format", output)
    assert (done.returncode, done.stderr) == (0, "")
    json.loads(done.stdout)
    (project.folder / "model" / "b.yml").write_text("cubes: [\n")
    wrong = project.run("check", "--format", output)
    assert (wrong.returncode, wrong.stderr) == (1, "")
    assert "YAMLException" in wrong.stdout
    assert project.run("check", "--format", "xml").returncode == 2


def test_a_model_elsewhere(project):
    (project.folder / "model").rename(project.folder / "other")
    done = project.run("check")
    assert done.returncode == 2
    assert f"There is no model folder at {project.folder}/model" in done.stderr
    assert project.run("check", "--model", "other").returncode == 0
    assert project.run("check", CUBEJS_SCHEMA_PATH="other").returncode == 0


def test_checking_a_model_needs_no_secret_and_no_database(project):
    (project.folder / ".env").unlink()
    assert project.run("check", CUBEJS_DB_TYPE="postgres", CUBEJS_DB_HOST="192.0.2.1").returncode == 0


# ── query and sql ──


def test_rows_as_json(project):
    done = project.run("query", STATUS, "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == [
        {"orders.status": "done", "orders.count": 2, "orders.total": "20.0"},
        {"orders.status": "new", "orders.count": 1, "orders.total": "10.5"},
    ]


def test_rows_as_csv_from_standard_input(project):
    done = project.run("query", "-", "--format", "csv", stdin=STATUS)
    assert list(csv.reader(io.StringIO(done.stdout))) == [
        ["orders.status", "orders.count", "orders.total"],
        ["done", "2", "20.0"],
        ["new", "1", "10.5"],
    ]


def test_rows_as_a_table_from_a_file(project):
    (project.folder / "q.json").write_text(STATUS)
    done = project.run("query", "@q.json")
    assert "┃ orders.status ┃ orders.count ┃ orders.total ┃" in done.stdout
    assert re.search(r"│ new +│ 1 +│ 10\.5 +│", done.stdout)
    assert done.stderr == ""


def test_no_value_is_no_text(project):
    query = json.dumps({"measures": ["orders.total"], "dimensions": ["orders.id"], "order": {"orders.id": "desc"}})
    rows = list(csv.reader(io.StringIO(project.run("query", query, "--format", "csv").stdout)))
    assert rows[1] == ["3", ""]
    assert json.loads(project.run("query", query, "--format", "json").stdout)[0]["orders.total"] is None


def test_the_statement_and_its_parameters(project):
    query = {
        "measures": ["orders.count"],
        "filters": [{"member": "orders.status", "operator": "equals", "values": ["new"]}],
    }
    done = project.run("sql", json.dumps(query))
    assert done.returncode == 0
    assert re.search(r"COUNT\(.+\) AS \"orders__count\"", done.stdout)
    assert re.search(r"status = \$1\b", done.stdout)
    assert done.stdout.endswith("-- $1 = 'new'\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["query", "{"], "as JSON"),
        (["query", "@no.json"], "no.json cannot be read: No such file"),
        (["query", '{"measures": ["orders.cout"]}'], "Did you mean 'count'?"),
        (["sql", '{"measures": ["orders.cout"]}'], "'cout' not found for path 'orders.cout'"),
        (
            ["query", '{"measures": ["orders.count"]}', "--context", "[1]"],
            "The caller's claims have to be a JSON object",
        ),
        (["query", '{"measures": ["orders.count"]}', "--context", "x"], "Unable to decode the caller's claims as JSON"),
        (["query", '{"meassures": []}'], "meassures"),
    ],
)
def test_faults_end_with_1_in_a_frame(project, arguments, said):
    done = project.run(*arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("╭")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_refuses_ends_with_1(project):
    (project.folder / "model" / "bad.yml").write_text(
        "cubes:\n  - {name: bad, sql_table: nowhere, measures: [{name: count, type: count}]}\n"
    )
    done = project.run("query", '{"measures": ["bad.count"]}')
    assert done.returncode == 1
    assert "nowhere" in done.stderr
    assert "Traceback" not in done.stderr


# ── config ──


def test_settings_are_shown_with_their_origin_and_without_secrets(project):
    done = project.run("config", "show", PORT="4711", CUBEJS_DB_PASS="hidden")
    assert done.returncode == 0
    lines = dict(line.split("=", 1) for line in done.stdout.splitlines())
    assert lines["PORT"] == "4711  # environment"
    assert lines["CUBEJS_DB_TYPE"] == "duckdb  # .env"
    assert lines["CUBEJS_DEFAULT_TIMEZONE"] == "UTC  # default"
    assert lines["CUBEJS_API_SECRET"] == "********  # .env"
    assert set(lines) == {setting.name for setting in SETTINGS}
    assert SECRET not in done.stdout
    assert "hidden" not in done.stdout


def test_settings_are_checked(project):
    assert project.run("config", "check").stdout == "The settings are right\n"
    assert (
        project.run("config", "check", CUBEJS_DEV_MODE="true").stdout == "The settings are right, in development mode\n"
    )
    warned = project.run("config", "check", CUBEJS_API_SECERT="x")
    assert warned.returncode == 0
    assert "Warning. CUBEJS_API_SECERT: kubus knows no such setting; did you mean CUBEJS_API_SECRET?" in warned.stdout
    wrong = project.run("config", "check", PORT="x", CUBEJS_DB_SSL="y")
    assert wrong.returncode == 1
    assert "is not valid for PORT" in wrong.stderr
    assert "is not valid for CUBEJS_DB_SSL" in wrong.stderr


def test_a_fault_in_dotenv_names_the_line(project):
    with (project.folder / ".env").open("a") as dotenv:
        dotenv.write('CUBEJS_DB_PASS="hidden\n')
    done = project.run("config", "check")
    assert done.returncode == 1
    assert ".env, line 3: the value of CUBEJS_DB_PASS begins with a quote that nothing closes" in done.stderr
    assert "hidden" not in done.stderr
