"""`kubus create`: a new project."""

import re
import sys
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, get_args

from cyclopts import Parameter
from rich.console import Console
from rich.prompt import Prompt

from kubus.cli.scaffold.example import Example, write_example
from kubus.cli.scaffold.project import Database, write_project
from kubus.cli.scaffold.project import template as template_text
from kubus.cli.scaffold.sample_data import write_sample_data
from kubus.errors import ConfigError

# One folder, right here: no path, no hidden folder, nothing that a shell or a file system reads differently.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*")
LONGEST_NAME = 100


def create(
    name: str | None = None,
    /,
    *,
    db_type: Annotated[Database | None, Parameter(name=("--db-type", "-d"))] = None,
    template: Annotated[str | None, Parameter(name=("--template", "-t"), show=False)] = None,
    files: Annotated[list[Path] | None, Parameter(name="--from", consume_multiple=True, negative="")] = None,
    example: Example | None = None,
) -> None:
    """Make a new project in a folder of that name.

    It holds settings, a data model, and two years of a shop's orders to try it on.

    Parameters
    ----------
    name
        What the project is called; its folder must not be there yet. An example may do without, and is called as it is.
    db_type
        The database: with duckdb the sample data are a file in the project, ready to be asked; with postgres they are
        files to load into a database of yours. Asked for on a terminal, else duckdb.
    files
        Files of yours, CSV, Parquet or JSON, or a DuckDB file: they are copied into the project, and its data model is
        made of them, instead of the sample data.
    example
        A whole application instead: multi-tenant-analytics is a dashboard for several shops, with a tutorial.
    template
        Accepted, because Cube's command has it; there is one template.
    """
    console = Console(highlight=False)
    name = example if name is None else name
    if name is None:
        raise ConfigError("The project has no name", hint="kubus create NAME")
    target = _free_folder(Path.cwd(), name)
    if example is not None:
        if files or db_type not in (None, "duckdb"):
            raise ConfigError("An example has data of its own, for DuckDB", hint="Leave --from and --db-type out")
        create_from_example(target, example, datetime.now(UTC).date(), console)
        console.print(f"\n{name} app has been created\n", markup=False, soft_wrap=True)
        console.print(f"Next:\n\n  cd {name}\n  python start.py", markup=False, soft_wrap=True)
        return
    if files:
        if db_type not in (None, "duckdb"):
            raise ConfigError("Files are read by DuckDB", hint="Leave --db-type out")
        query = create_from_files(target, files, console)
        console.print(f"\n{name} app has been created\n", markup=False, soft_wrap=True)
        console.print(_next_steps(name, "duckdb", query), markup=False, soft_wrap=True)
        return
    database = db_type or _ask_for_database(console)
    if template is not None:
        console.print(f"--template {template} is not needed: there is one template", markup=False, soft_wrap=True)
    create_project(target, database, datetime.now(UTC).date(), console)
    console.print(f"\n{name} app has been created\n", markup=False, soft_wrap=True)
    console.print(_next_steps(name, database), markup=False, soft_wrap=True)


def create_project(
    target: Path, database: Database, today: date, console: Console, *, asks_for_tokens: bool = False
) -> None:
    """Write a whole project to `target`: it appears complete or not at all.

    `today` is the day that its sample data reach to, `asks_for_tokens` says whether callers need one in
    development mode too.

    Raises:
        ConfigError: `target` is there already, or its folder cannot be written to.
    """
    with _whole(target, console) as unfinished:
        console.print("- Writing files from template")
        write_project(unfinished, target.name, database, asks_for_tokens=asks_for_tokens)
        console.print("- Generating sample data")
        write_sample_data(unfinished, database, today, console)


def create_from_files(target: Path, files: Sequence[Path], console: Console, *, asks_for_tokens: bool = False) -> str:
    """Write a whole project on copies of these files to `target`, and give a query that it answers.

    Raises:
        ConfigError: a file cannot be read as a table, `target` is there already, or its folder cannot be written to.
    """
    # What reads files and makes cubes of them is for this alone.
    from kubus.cli.scaffold.own_data import first_query, write_own_project

    with _whole(target, console) as unfinished:
        console.print("- Reading files and making a data model of them")
        cubes = write_own_project(
            unfinished, target.name, files, template_text("README.files.md"), asks_for_tokens=asks_for_tokens
        )
    return first_query(cubes)


def create_from_example(target: Path, example: Example, today: date, console: Console) -> None:
    """Write a whole project made from an example to `target`, with sample data up to `today`.

    Raises:
        ConfigError: `target` is there already, or its folder cannot be written to.
    """
    with _whole(target, console) as unfinished:
        console.print("- Writing files from example")
        write_example(unfinished, example)
        console.print("- Generating sample data")
        write_sample_data(unfinished, "duckdb", today, console)


@contextmanager
def _whole(target: Path, console: Console) -> Generator[Path]:
    """A folder to be filled, which becomes `target` at the end, or is gone."""
    try:
        with tempfile.TemporaryDirectory(prefix=".kubus-create-", dir=target.parent) as parent:
            # Not the temporary folder itself: only its owner may enter that one.
            unfinished = Path(parent) / target.name
            console.print("- Creating project structure")
            unfinished.mkdir()
            yield unfinished
            if target.exists():
                raise _exists(target)
            unfinished.rename(target)
    except OSError as error:
        raise ConfigError(
            f"{target} cannot be written: {error.strerror or error}", hint="Choose a folder that is yours to write to"
        ) from error


def _free_folder(parent: Path, name: str) -> Path:
    if len(name) > LONGEST_NAME or not NAME.fullmatch(name):
        raise ConfigError(
            f"'{name}' cannot be the name of a project",
            hint="Begin with a letter or digit, and use letters, digits, '-', '_' and '.', up to 100 of them",
        )
    target = parent / name
    # A dangling link is not there for exists(), and would be followed by what is written.
    if target.exists() or target.is_symlink():
        raise _exists(target)
    return target


def _exists(target: Path) -> ConfigError:
    return ConfigError(
        f"'{target.name}' is here already", hint="Choose another name, or delete it; nothing was changed"
    )


def _ask_for_database(console: Console) -> Database:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return "duckdb"
    answer = Prompt.ask("Which database?", console=console, choices=list(get_args(Database)), default="duckdb")
    return "postgres" if answer == "postgres" else "duckdb"


FIRST_QUERY = '{"measures": ["Orders.count"], "dimensions": ["Orders.status"]}'


def _next_steps(name: str, database: Database, query: str = FIRST_QUERY) -> str:
    steps = [f"cd {name}"]
    notes = ""
    if database == "postgres":
        steps += ["# put your database into .env, then load the sample data if you want them:"]
        steps += ["psql -d shop -f data/load.sql"]
        if find_spec("psycopg") is None:
            notes = "\n\nPostgreSQL's driver is not installed yet: pip install 'kubus[postgres]'"
    steps.append("kubus dev")
    curl = f"curl -G -s http://localhost:4000/cubejs-api/v1/load --data-urlencode 'query={query}'"
    lines = "\n".join(f"  {step}" for step in steps)
    return f"Next:\n\n{lines}\n\nand in another terminal:\n\n  {curl}{notes}"
