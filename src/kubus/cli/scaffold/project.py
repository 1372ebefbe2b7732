"""Write the files of a new project: settings, data model and its first tests, README, a place for hooks."""

import os
import secrets
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template
from typing import Literal

from kubus.loading.schema import SCHEMA_FILE, naming_schema, schema_text

Database = Literal["duckdb", "postgres"]

# Where the sample data of a DuckDB project are, below its folder. Its `.env` names the same file.
SAMPLE_DATABASE = Path("data") / "shop.duckdb"


def write_project(folder: Path, name: str, database: Database, *, asks_for_tokens: bool) -> None:
    """Write everything but the sample data of project `name` into `folder`, which is made if it is not there.

    `.env` holds a fresh secret and may be read by its owner alone; `asks_for_tokens` says that callers
    need one in development mode too. Files that are there are overwritten.

    Raises:
        OSError: the folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    copy_folder(files("kubus.demo") / "model", folder / "model")
    copy_folder(files("kubus.demo") / "tests", folder / "tests")
    for file in sorted((folder / "model").rglob("*.yml")):
        _write(file, naming_schema(file.relative_to(folder).as_posix(), file.read_text("utf-8")))
    _write(folder / SCHEMA_FILE, schema_text())

    place = f"CUBEJS_DB_DUCKDB_DATABASE_PATH={SAMPLE_DATABASE.as_posix()}"
    write_settings(folder, database, place, asks_for_tokens=asks_for_tokens)
    write_common(folder)
    _write(folder / "README.md", Template(template(f"README.{database}.md")).substitute(name=name))
    if database == "postgres":
        (folder / "data").mkdir(exist_ok=True)
        _write(folder / "data" / "load.sql", template("load.sql"))


def write_settings(folder: Path, database: Database, place: str, *, asks_for_tokens: bool) -> None:
    """Write `.env`, which its owner alone may read, and the same without its secret. `place` is where the data are."""
    text = Template(template(f"{database}.env"))
    known = {"dev_auth": "true" if asks_for_tokens else "false", "place": place}
    # 64 bytes, as `kubus secret` makes.
    _write_secret(folder / ".env", text.substitute(known, secret=secrets.token_hex(64)))
    _write(folder / ".env.example", text.substitute(known, secret=""))


def write_common(folder: Path) -> None:
    """Write what every project has."""
    _write(folder / ".gitignore", template("gitignore"))
    _write(folder / "kubus.py", template("hooks.py.txt"))


def template(name: str) -> str:
    return (files("kubus.cli.scaffold") / "files" / name).read_text(encoding="utf-8")


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _write_secret(path: Path, text: str) -> None:
    # Made with its mode, and not given it afterwards: there is no moment at which others can read it. What is there
    # goes first, because opening it would keep its mode.
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)


def copy_folder(source: Traversable, target: Path, without: frozenset[str] = frozenset()) -> None:
    """Copy a folder of the package, which may lie in an archive, without what has one of these names."""
    target.mkdir(parents=True, exist_ok=True)
    for entry in source.iterdir():
        if entry.name in without:
            continue
        if entry.is_dir():
            copy_folder(entry, target / entry.name, without)
        else:
            (target / entry.name).write_bytes(entry.read_bytes())
