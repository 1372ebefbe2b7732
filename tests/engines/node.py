"""Packages of node that tests use, installed once into a cache of the repository."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = {"@cubejs-client/core": "1.7.43", "jsonwebtoken": "9.0.2"}


def node_folder() -> Path:
    """A folder whose `node_modules` has the packages; installed now if they are not there yet."""
    folder = ROOT / ".cache" / "node-tests"
    if not all((folder / "node_modules" / name / "package.json").is_file() for name in PACKAGES):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"name": "kubus-tests", "private": true}')
        wanted = [f"{name}@{version}" for name, version in PACKAGES.items()]
        subprocess.run(
            ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts", *wanted],
            cwd=folder,
            check=True,
            capture_output=True,
            timeout=300,
        )
    return folder


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
