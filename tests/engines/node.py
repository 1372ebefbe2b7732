"""Packages of node that tests use, installed once into a cache of the repository."""

import fcntl
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PACKAGES = {
    "@cubejs-client/core": "1.7.43",
    "@microsoft/jest-sarif": "1.0.0-beta.0",
    "axe-core": "4.14.1",
    "jsonwebtoken": "9.0.2",
    "oidc-provider": "8.8.1",
    "playwright-core": "1.65.1",
    "typescript": "7.0.2",
}


def node_folder() -> Path:
    """A folder whose `node_modules` has the packages; installed now if they are not there yet.

    Test processes that run side by side wait for the one that installs.
    """
    folder = ROOT / ".cache" / "node-tests"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not all(
            installed(folder / "node_modules" / name / "package.json") == version for name, version in PACKAGES.items()
        ):
            install(folder)
    return folder


def install(folder: Path) -> None:
    """Put the packages into a folder."""
    (folder / "package.json").write_text('{"name": "kubus-tests", "private": true}')
    wanted = [f"{name}@{version}" for name, version in PACKAGES.items()]
    subprocess.run(
        ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts", *wanted],
        cwd=folder,
        check=True,
        capture_output=True,
        timeout=300,
    )


def installed(description: Path) -> str | None:
    """The version of a package that is there, by its `package.json`."""
    return json.loads(description.read_text())["version"] if description.is_file() else None


def run_node(script: str, **environment: str) -> str:
    """What a script prints; CommonJS, with the packages at hand. A script that fails is an error with its words."""
    done = subprocess.run(
        ["node", "-e", script],
        cwd=node_folder(),
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


class Conversation:
    """A script of node that answers each JSON line with a JSON line, in order."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def read(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the script ended"
        return json.loads(line)

    def ask(self, **question: Any) -> Any:
        """What the script answers. Its failure is an error with its words."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer = self.read()
        assert "failed" not in answer, answer["failed"]
        return answer


@contextmanager
def conversing(script: Path, **environment: str) -> Iterator[Conversation]:
    """Run a script, an ES module, with the packages at hand, until the end of the block. What it complains of is seen."""
    process = subprocess.Popen(
        ["node", "--input-type=module", "-e", script.read_text()],
        cwd=node_folder(),
        env={**os.environ, **environment},
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        yield Conversation(process)
    finally:
        # The end of its input is how it is told to end.
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert process.stdout is not None
        process.stdout.close()


def browser_program() -> str:
    """Where Chromium is."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = next(filter(None, map(shutil.which, names)), None)
    assert found, "there is no Chromium: apt-get install chromium"
    return found
