"""`kubus check`: does the data model compile?"""

import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

from kubus.cli.project import project_settings
from kubus.errors import ModelError, Problem
from kubus.loading.load import load_model
from kubus.sources.registry import dialect_of


def check(*, model: Path | None = None) -> None:
    """Compile the data model and print every problem, with its place and how to mend it.

    Exits with status 1 if there are any.

    Parameters
    ----------
    model
        The folder of the model files; wins over CUBEJS_SCHEMA_PATH.
    """
    settings = project_settings(model)
    dialects = {name: dialect_of(options) for name, options in settings.sources.items()}
    out = Console(highlight=False, soft_wrap=True)
    try:
        compiled = load_model(settings.model, dialects)
    except ModelError as error:
        for problem in error.problems:
            out.print(shown(problem))
        count = len(error.problems)
        out.print(Text(f"{count} problem{'s' if count > 1 else ''} in {settings.model}", style="bold red"))
        sys.exit(1)
    members = sum(len(c.dimensions) + len(c.measures) + len(c.segments) for c in compiled.cubes.values())
    out.print(Text(f"The data model is right: {len(compiled.cubes)} cubes, {members} members", style="green"))


def shown(problem: Problem) -> Text:
    """A problem for people: place, message, the line itself, and what to do."""
    text = Text()
    place = problem.file + (f":{problem.line}:{problem.column}" if problem.line else "")
    text.append(place, style="bold").append(": " + (f"{problem.cube}: " if problem.cube else "") + problem.message)
    if problem.excerpt:
        text.append(f"\n    {problem.excerpt}", style="dim")
    if problem.hint:
        text.append(f"\n    {problem.hint}", style="cyan")
    return text
