"""`kubus generate`: a data model from the tables of a database."""

import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.markup import escape
from rich.prompt import Prompt
from rich.syntax import Syntax

from kubus.cli.main import fail
from kubus.cli.project import project_settings
from kubus.config.settings import Settings
from kubus.errors import ConfigError, ModelError
from kubus.generate.proposals import Proposal
from kubus.generate.propose import Proposed, choose, propose
from kubus.loading.load import load_model
from kubus.loading.saving import BACKUPS, save
from kubus.model.model import Model
from kubus.sources.registry import dialect_of, make_source

QUESTION = "Write {}? \\[y]es, \\[n]o, \\[a]ll that are left, \\[q]uit"


def generate(
    *,
    tables: Annotated[str, Parameter(name=("--tables", "-t"))] = "",
    data_source: Annotated[str, Parameter(name=("--data-source", "--dataSource", "-d"))] = "default",
    model: Path | None = None,
    yes: Annotated[bool, Parameter(name=("--yes", "-y"), negative="")] = False,
    dry_run: Annotated[bool, Parameter(negative="")] = False,
    data: bool = True,
) -> None:
    """Make cubes of the tables of a database, or of files, and show them as a diff.

    A table becomes a cube in a file of its own: its key, dimensions, measures, and joins to the tables that its foreign
    keys lead to; where no constraint says so, what names suggest and the rows confirm. Of a cube that is there already,
    columns that it does not read are added at the end of its lists. No line that is there is changed.

    On a terminal each file is asked for; elsewhere nothing is written without --yes. Exits with status 1 if something
    is left to be added by hand.

    Parameters
    ----------
    tables
        The tables, with commas between them: orders,public.users. All of the current schema if not given.
    data_source
        The data source whose tables they are.
    model
        The folder of the model files; wins over CUBEJS_SCHEMA_PATH.
    yes
        Write everything.
    dry_run
        Write nothing.
    data
        Look at rows for keys that are not declared; --no-data looks at the catalog alone.
    """
    out = Console(highlight=False, soft_wrap=True)
    try:
        settings = project_settings(model)
        found = asyncio.run(proposed(settings, data_source, tables, out, looks_at_rows=data))
    except ConfigError as error:
        fail(str(error), status=2)
        return
    for line in found.by_hand:
        out.print(f"[yellow]{escape(line)}[/yellow]")
    if not found.files:
        out.print("There is nothing to add: every column of these tables is read by the model")
    else:
        accept(found.files, settings, out, everything=yes, nothing=dry_run)
    if found.by_hand:
        sys.exit(1)


async def proposed(settings: Settings, data_source: str, wanted: str, out: Console, *, looks_at_rows: bool) -> Proposed:
    """What would change in the model folder, by what the database has.

    Raises:
        ConfigError: there is no such data source or table, or the model is not right.
    """
    options = settings.sources.get(data_source)
    if options is None:
        known = ", ".join(settings.sources)
        raise ConfigError(f"There is no data source '{data_source}'", hint=f"There are: {known}")
    current = current_model(settings)
    source = make_source(data_source, options)
    names = [name.strip() for name in wanted.split(",") if name.strip()]
    try:
        out.print("Fetching DB schema")
        chosen = await choose(source, data_source, names, looks_at_rows=looks_at_rows)
    finally:
        await source.close()
    out.print("Generating schema files")
    return propose(chosen, settings.model, current)


def current_model(settings: Settings) -> Model | None:
    """The model as it is; None where there is none yet.

    Raises:
        ConfigError: it is not right, so that nobody can say what it lacks.
    """
    if not settings.model.is_dir():
        return None
    dialects = {name: dialect_of(options) for name, options in settings.sources.items()}
    try:
        return load_model(settings.model, dialects)
    except ModelError as error:
        raise ConfigError(
            f"The data model in {settings.model} is not right, so that nobody can say what it lacks",
            hint="kubus check says what is wrong",
        ) from error


def accept(found: Sequence[Proposal], settings: Settings, out: Console, *, everything: bool, nothing: bool) -> None:
    """Show each change, and write those that are wanted."""
    backups = settings.folder / BACKUPS
    asks = not everything and not nothing and sys.stdin.isatty() and sys.stdout.isatty()
    written = 0
    for one in found:
        diff = one.diff(settings.model.parent)
        out.print(Syntax(diff, "diff", background_color="default") if out.is_terminal else escape(diff))
        if asks and not everything:
            answer = Prompt.ask(QUESTION.format(one.path.name), console=out, choices=["y", "n", "a", "q"], default="y")
            if answer == "q":
                break
            if answer == "n":
                continue
            everything = answer == "a"
        elif not everything or nothing:
            continue
        save(one.folder, (one.edit,), backups, datetime.now(UTC))
        written += 1
    if written:
        out.print(f"[green]{written} of {len(found)} files written[/green]; kubus check looks at them")
    else:
        out.print("Nothing was written" + ("" if asks or nothing else ": --yes accepts everything"))
