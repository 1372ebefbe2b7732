"""What is built of a checkout: wheels and source distributions have the pages, and need no node to be used."""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import httpx
import pytest

from tests.cli.project import MODEL, SECRET
from tests.engines.server import RunningServer, clean_environment

ROOT = Path(__file__).parents[2]
PAGES = "kubus/playground/static"

PACKAGE = """{"name": "pages", "version": "1.0.0", "private": true, "scripts": {"build": "node build.mjs"}}"""
LOCK = """{"name": "pages", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": {"name": "pages", "version": "1.0.0"}}}"""
BUILD = """
import { mkdirSync, writeFileSync } from 'node:fs';
const pages = '../src/kubus/playground/static';
mkdirSync(`${pages}/assets`, { recursive: true });
writeFileSync(`${pages}/assets/main-1a2b.js`, 'console.log("pages");');
writeFileSync(`${pages}/index.html`, '<!doctype html><html><head><meta name="kubus-nonce" content=""><meta name="kubus-project" content=""></head></html>');
"""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory) -> Path:
    """A copy of this checkout, whose `web/` is one that builds in a moment."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", "CHANGELOG.md"):
        shutil.copy(ROOT / name, folder / name)
    shutil.copytree(
        ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__", "node_modules", "static")
    )
    # What is ignored there is here as well: pages are no part of the source.
    shutil.copy(ROOT / ".gitignore", folder / ".gitignore")
    (folder / ".git").mkdir()
    (folder / "web").mkdir()
    for name, text in (("package.json", PACKAGE), ("package-lock.json", LOCK), ("build.mjs", BUILD)):
        (folder / "web" / name).write_text(text)
    return folder


@pytest.fixture(scope="module")
def without_node(tmp_path_factory) -> str:
    """A PATH on which there is no node."""
    return str(tmp_path_factory.mktemp("empty"))


def built(folder: Path, out: Path, target: str = "wheel", **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(out)],
        cwd=folder,
        env={**clean_environment(), **environ},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def names_in(out: Path) -> set[str]:
    [wheel] = out.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_a_wheel_has_the_pages_and_serves_them_without_node(checkout, without_node, tmp_path):
    done = built(checkout, tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert {f"{PAGES}/index.html", f"{PAGES}/assets/main-1a2b.js"} <= names_in(tmp_path / "out")
    [wheel] = (tmp_path / "out").glob("*.whl")
    project = tmp_path / "project"
    (project / "model").mkdir(parents=True)
    (project / "model" / "orders.yml").write_text(MODEL)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    log = tmp_path / "log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "kubus", "dev", "--port", "0"],
            cwd=project,
            env={"PATH": without_node, "PYTHONPATH": str(tmp_path / "installed"), "CUBEJS_API_SECRET": SECRET},
            stdout=out,
            stderr=subprocess.STDOUT,
            text=True,
        )
    running = RunningServer(process, log)
    try:
        running.port = int(running.wait_for(r"is listening on (\d+)")[1])
        page = httpx.get(running.url).text
        assert '<meta name="kubus-nonce" content="' in page
        assert 'content=""' not in page
        assert httpx.get(f"{running.url}/playground/assets/main-1a2b.js").text == 'console.log("pages");'
        assert running.stop() == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def test_pages_that_are_there_and_not_old_are_not_built_again(checkout, without_node, tmp_path):
    assert built(checkout, tmp_path / "first").returncode == 0
    done = built(checkout, tmp_path / "second", PATH=without_node)
    assert done.returncode == 0, done.stderr
    assert f"{PAGES}/index.html" in names_in(tmp_path / "second")


def test_old_pages_need_node_or_a_word_that_they_are_not_wanted(checkout, without_node, tmp_path):
    assert built(checkout, tmp_path / "first").returncode == 0
    page = checkout / "src" / PAGES / "index.html"
    later = page.stat().st_mtime + 10
    os.utime(checkout / "web" / "build.mjs", (later, later))
    try:
        done = built(checkout, tmp_path / "second", PATH=without_node)
        assert done.returncode != 0
        assert "there is no node" in done.stderr
        assert "KUBUS_BUILD_WITHOUT_PLAYGROUND=1" in done.stderr
        assert not list((tmp_path / "second").glob("*.whl"))
        done = built(checkout, tmp_path / "third", PATH=without_node, KUBUS_BUILD_WITHOUT_PLAYGROUND="1")
        assert done.returncode == 0, done.stderr
        assert [name for name in names_in(tmp_path / "third") if name.startswith(PAGES)] == []
    finally:
        os.utime(checkout / "web" / "build.mjs", (0, 0))


def test_a_source_distribution_has_the_pages_and_is_built_without_node(checkout, without_node, tmp_path):
    done = built(checkout, tmp_path / "out", "sdist")
    assert done.returncode == 0, done.stderr
    [archive] = (tmp_path / "out").glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path / "unpacked", filter="data")
    [folder] = (tmp_path / "unpacked").iterdir()
    assert (folder / "src" / PAGES / "index.html").is_file()
    assert not (folder / "web").exists()
    done = built(folder, tmp_path / "wheel", PATH=without_node)
    assert done.returncode == 0, done.stderr
    assert f"{PAGES}/assets/main-1a2b.js" in names_in(tmp_path / "wheel")


def test_a_build_that_fails_says_so(checkout, tmp_path):
    broken = checkout / "web" / "build.mjs"
    text = broken.read_text()
    page = checkout / "src" / PAGES / "index.html"
    page.unlink(missing_ok=True)
    broken.write_text("process.exit(3);")
    try:
        assert built(checkout, tmp_path / "out").returncode != 0
        assert not list((tmp_path / "out").glob("*.whl"))
    finally:
        broken.write_text(text)


def test_work_on_a_checkout_builds_no_pages(checkout, without_node, tmp_path):
    page = checkout / "src" / PAGES / "index.html"
    page.unlink(missing_ok=True)
    done = built(checkout, tmp_path / "out", "wheel:editable", PATH=without_node)
    assert done.returncode == 0, done.stderr
    assert not page.exists()
