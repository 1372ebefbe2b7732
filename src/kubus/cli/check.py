"""`kubus check`: does the data model compile?"""

import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

from kubus.cli.project import project_settings
from kubus.errors import ModelError, Problem
from kubus.loading.compiler import Compiler
from kubus.loading.files import model_files
from kubus.sources.registry import dialect_of


def check(*, model: Path | None = None) -> None:
    """Compile the data model and print every problem, with its place and how to mend it; then what may not be meant.

    Exits with status 1 if there are problems. Warnings end with status 0.

    Parameters
    ----------
    model
        The folder of the model files; wins over CUBEJS_SCHEMA_PATH.
    """
    settings = project_settings(model)
    dialects = {name: dialect_of(options) for name, options in settings.sources.items()}
    out = Console(highlight=False, soft_wrap=True)
    try:
        compiler = Compiler(dialects, settings.model, keeps=False)
        compiled = compiler.compile(model_files(settings.model))
    except ModelError as error:
        for problem in error.problems:
            out.print(shown(problem))
        out.print(Text(f"{counted(len(error.problems), 'problem')} in {settings.model}", style="bold red"))
        sys.exit(1)
    views = [counted(len(compiled.views), "view")] if compiled.views else []
    members = sum(len(c.dimensions) + len(c.measures) + len(c.segments) for c in compiled.cubes.values())
    warnings = compiler.lint(compiled, settings.values["KUBUS_LINT_OFF"])
    for warning in warnings:
        out.print(shown(warning.problem, warning.rule))
    if warnings:
        out.print(Text(f"{counted(len(warnings), 'warning')}; KUBUS_LINT_OFF turns rules off", style="yellow"))
    counts = ", ".join((counted(len(compiled.cubes), "cube"), *views, counted(members, "member")))
    out.print(Text(f"The data model is right: {counts}", style="green"))


def counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def shown(problem: Problem, rule: str | None = None) -> Text:
    """A problem for people: place, message, the line itself, and what to do; of a warning, the rule."""
    text = Text()
    place = problem.file + (f":{problem.line}:{problem.column}" if problem.line else "")
    kind = f"warning ({rule}): " if rule else ""
    text.append(place, style="bold").append(f": {kind}", style="yellow")
    text.append((f"{problem.cube}: " if problem.cube else "") + problem.message)
    if problem.pointed:
        text.append("\n    " + problem.pointed.replace("\n", "\n    "), style="dim")
    if problem.hint:
        text.append(f"\n    {problem.hint}", style="cyan")
    return text
