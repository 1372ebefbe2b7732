"""`kubus demo`: made once, kept fresh, and left alone otherwise."""

import io
import json
import os
import socket
import subprocess
import sys
from contextlib import contextmanager
from datetime import date, timedelta

import duckdb
import httpx
import jwt
import pytest
from rich.console import Console

from kubus.cli.demo import demo_token, invitation, prepare_demo
from kubus.config.dotenv import read_dotenv
from kubus.config.project import project_settings
from kubus.demo.data import demo_data_day
from kubus.errors import ConfigError
from tests.cli.project import Project
from tests.engines.server import running_demo, running_server

TODAY = date(2026, 11, 23)


@pytest.fixture
def console():
    return Console(file=io.StringIO(), width=200)


@pytest.fixture
def demo_folder(tmp_path, console):
    prepare_demo(tmp_path / "kubus" / "demo", TODAY, console)
    return tmp_path / "kubus" / "demo"


@contextmanager
def in_another_process(database):
    code = f"import duckdb; c = duckdb.connect({str(database)!r}); print('open', flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"open\n"
        yield
        process.stdin.write(b"\n")


def said(console):
    return console.file.getvalue()


def test_it_is_made_with_authentication_on(demo_folder, console):
    assert f"Making the demo in {demo_folder}, once" in said(console)
    settings = read_dotenv(demo_folder / ".env")
    assert (settings["CUBEJS_DEV_MODE"], settings["KUBUS_DEV_AUTH"]) == ("true", "true")
    assert demo_data_day(demo_folder / "data" / "shop.duckdb") == TODAY


def test_an_empty_folder_will_do(tmp_path, console):
    prepare_demo(tmp_path, TODAY, console)
    assert (tmp_path / ".env").is_file()


def test_the_second_start_changes_nothing(demo_folder):
    before = {path: path.stat().st_mtime_ns for path in demo_folder.rglob("*")}
    console = Console(file=io.StringIO())
    prepare_demo(demo_folder, TODAY + timedelta(days=3), console)
    assert {path: path.stat().st_mtime_ns for path in demo_folder.rglob("*")} == before
    assert said(console) == ""


def test_data_that_fell_behind_are_made_anew_and_nothing_else_is(demo_folder, console):
    (demo_folder / "model" / "cubes" / "orders.yml").write_text("# mine\n")
    settings = (demo_folder / ".env").read_text()
    prepare_demo(demo_folder, TODAY + timedelta(days=4), console)
    assert demo_data_day(demo_folder / "data" / "shop.duckdb") == TODAY + timedelta(days=4)
    assert "The data of the demo reach to 2026-11-23: making them anew" in said(console)
    assert (demo_folder / "model" / "cubes" / "orders.yml").read_text() == "# mine\n"
    assert (demo_folder / ".env").read_text() == settings


@pytest.mark.parametrize("harm", ["lost", "damaged"])
def test_data_that_are_gone_are_made_anew(demo_folder, console, harm):
    database = demo_folder / "data" / "shop.duckdb"
    if harm == "lost":
        database.unlink()
    else:
        os.truncate(database, 5000)
    prepare_demo(demo_folder, TODAY, console)
    assert demo_data_day(database) == TODAY
    assert "Making the data of the demo" in said(console)


def test_a_file_in_use_stays_as_it_is(demo_folder, console):
    # DuckDB lets one process open a file twice, so that the lock needs another process.
    database = demo_folder / "data" / "shop.duckdb"
    before = database.stat().st_mtime_ns
    with in_another_process(database):
        with pytest.raises(duckdb.IOException):
            demo_data_day(database)
        prepare_demo(demo_folder, TODAY + timedelta(days=30), console)
    assert database.stat().st_mtime_ns == before


def test_other_peoples_folders_are_left_alone(tmp_path, console):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ConfigError, match="holds something else than a project of kubus"):
        prepare_demo(tmp_path, TODAY, console)
    assert [entry.name for entry in tmp_path.iterdir()] == ["mine.txt"]


def test_a_folder_below_a_file_cannot_be_made(tmp_path, console):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be written"):
        prepare_demo(tmp_path / "file" / "demo", TODAY, console)


# ── as a process ──


def pasted(running):
    """What the line that is to be pasted prints."""
    said = running.wait_for(r"(?s)curl -G .*?\}'")
    done = subprocess.run(["sh", "-c", said[0]], capture_output=True, text=True, timeout=60, check=True)
    return json.loads(done.stdout)


def test_the_line_to_paste_answers_and_nobody_else_is_answered(demo_folder, tmp_path):
    # What the shell says of other projects has no part in it.
    shell = {"CUBEJS_API_SECRET": "another project's secret, of more than 32 bytes", "CUBEJS_DB_TYPE": "postgres"}
    with running_demo(demo_folder, tmp_path, **shell, KUBUS_DEV_AUTH="false", PORT="4000") as running:
        counts = {row["Orders.status"]: int(row["Orders.count"]) for row in pasted(running)["data"]}
        assert set(counts) == {"processing", "shipped", "completed", "returned", "cancelled"}
        assert 98_000 < sum(counts.values()) < 102_000
        assert f"Open {running.url} in a browser: the Playground is there." in running.said
        refused = httpx.get(f"{running.url}/cubejs-api/v1/load", params={"query": '{"measures": ["Orders.count"]}'})
        assert (refused.status_code, refused.json()) == (403, {"error": "Authorization header isn't set"})


def test_a_demo_of_before_goes_on_in_production_mode(demo_folder, tmp_path):
    env = demo_folder / ".env"
    lines = [line for line in env.read_text().splitlines() if not line.startswith("KUBUS_DEV_AUTH=")]
    env.write_text("\n".join(lines).replace("CUBEJS_DEV_MODE=true", "CUBEJS_DEV_MODE=false"))
    with running_demo(demo_folder, tmp_path) as running:
        assert pasted(running)["data"]
        assert f"The demo is at {running.url}, in production mode." in running.said
        assert httpx.get(f"{running.url}/playground/context").status_code == 404
        assert "Playground" not in running.said


def test_other_machines_are_not_let_in_unasked(demo_folder, tmp_path):
    done = Project(tmp_path).run("demo", "--port", "0", "--host", "0.0.0.0", "--folder", str(demo_folder))
    assert done.returncode == 1
    assert "KUBUS_DEV_ALLOW_REMOTE=true" in done.stderr
    assert "Authorization" not in done.stdout


def test_the_token_holds_for_thirty_days(demo_folder):
    settings = project_settings({}, demo_folder)
    token = jwt.decode(demo_token(demo_folder, settings), options={"verify_signature": False})
    assert token["exp"] - token["iat"] == 30 * 24 * 3600


def test_the_token_is_one_of_development(demo_folder):
    # Whoever goes on to production with the demo's secret is not open to those who had its token.
    token = demo_token(demo_folder, project_settings({}, demo_folder))
    assert jwt.decode(token, options={"verify_signature": False})["iss"] == "kubus-dev"
    with running_server(demo_folder, {"CUBEJS_DEV_MODE": "false"}) as running:
        answer = httpx.get(f"{running.url}/cubejs-api/v1/meta", headers={"authorization": token})
        assert (answer.status_code, answer.json()) == (403, {"error": "Invalid token"})


def test_in_development_mode_nobody_is_asked(demo_folder, tmp_path):
    env = demo_folder / ".env"
    env.write_text(env.read_text().replace("KUBUS_DEV_AUTH=true", "KUBUS_DEV_AUTH=false"))
    with running_demo(demo_folder, tmp_path) as running:
        assert pasted(running)["data"]
        assert "Nobody is asked for a token" in running.said
        assert "Authorization:" not in running.said


def test_without_a_secret_it_says_so(demo_folder, tmp_path):
    env = demo_folder / ".env"
    lines = [line for line in env.read_text().splitlines() if not line.startswith("CUBEJS_API_SECRET=")]
    env.write_text("\n".join(lines))
    done = Project(tmp_path).run("demo", "--port", "0", "--folder", str(demo_folder))
    assert done.returncode == 1
    assert "CUBEJS_API_SECRET" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_taken_port_is_said_before_anything_is_made(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = Project(tmp_path).run("demo", "--port", port, "--folder", str(tmp_path / "demo"))
    assert done.returncode == 1
    assert f"Cannot listen on 127.0.0.1:{port}" in done.stderr
    assert not (tmp_path / "demo").exists()


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:4000"),
        ("0.0.0.0", "http://127.0.0.1:4000"),
        ("::1", "http://[::1]:4000"),
        ("::", "http://[::1]:4000"),
        ("localhost", "http://localhost:4000"),
    ],
)
def test_the_address_to_call(host, url):
    assert f"The demo is at {url}, in production mode" in invitation(host, 4000, "token", dev_mode=False)
    assert f"Open {url} in a browser" in invitation(host, 4000, "token", dev_mode=True)
    assert f"curl -G -s {url}/cubejs-api/v1/load" in invitation(host, 4000, "token", dev_mode=True)
