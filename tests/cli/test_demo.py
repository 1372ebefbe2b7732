"""`kubus demo`: made once, kept fresh, and left alone otherwise."""

import io
import os
import subprocess
import sys
from contextlib import contextmanager
from datetime import date, timedelta

import duckdb
import pytest
from rich.console import Console

from kubus.cli.demo import prepare_demo
from kubus.demo.data import demo_data_day
from kubus.errors import ConfigError

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
    assert "\nCUBEJS_DEV_MODE=false\n" in (demo_folder / ".env").read_text()
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
