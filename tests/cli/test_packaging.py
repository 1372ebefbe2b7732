"""What is installed is locked, and the make targets are there."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
FILES = ["requirements.txt", "requirements-dev.txt"]


def names(requirements: list[str]) -> set[str]:
    found = {re.split(r"[\[<>=; ]", requirement, maxsplit=1)[0] for requirement in requirements}
    return {re.sub(r"[-_.]+", "-", name).lower() for name in found}


@pytest.mark.parametrize("file", FILES)
def test_every_requirement_is_pinned_and_hashed_and_nothing_says_from_where(file):
    text = (ROOT / file).read_text()
    assert "//" not in text
    assert not re.search(r"^\s*-", text.replace("    --hash=sha256:", ""), re.MULTILINE)
    for requirement in text.replace("\\\n", "").strip().splitlines():
        assert re.fullmatch(r"[a-z0-9-]+==\S+( ; [^;#]+?)?( +--hash=sha256:[0-9a-f]{64})+", requirement), requirement


def test_what_pyproject_asks_for_is_locked():
    groups, extras = PROJECT["dependency-groups"], PROJECT["project"]["optional-dependencies"]
    needed = names(PROJECT["project"]["dependencies"] + extras["postgres"] + groups["build"])
    assert names((ROOT / "requirements.txt").read_text().splitlines()) >= needed
    assert names((ROOT / "requirements-dev.txt").read_text().splitlines()) >= needed | names(groups["dev"])


def test_both_files_lock_the_same_versions():
    def versions(file: str) -> dict[str, str]:
        return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / file).read_text(), re.MULTILINE))

    dev = versions("requirements-dev.txt")
    assert {name: dev.get(name) for name in versions("requirements.txt")} == versions("requirements.txt")


def test_make_help_lists_the_targets():
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, timeout=30, check=True)
    listed = re.findall(r"^ *make (\w+) +\S", done.stdout, re.MULTILINE)
    assert {"demo", "test", "check", "bench", "format", "lock", "docs"} <= set(listed)
    assert (
        subprocess.run(["make"], check=True, cwd=ROOT, capture_output=True, text=True, timeout=30).stdout == done.stdout
    )


def test_ci_runs_what_developers_run():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    text = script.read_text()
    assert "set -euo pipefail" in text
    assert re.search(r"^make check$(?s:.*)^make test$", text, re.MULTILINE)
