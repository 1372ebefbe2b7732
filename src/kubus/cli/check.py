"""`kubus check`: does the data model compile, and is it meant so?"""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.text import Text

from kubus.checking.findings import Finding, Findings, findings_of
from kubus.checking.lint_table import rules_off
from kubus.checking.reports import REPORTS, Format
from kubus.cli.main import fail
from kubus.cli.project import project_settings
from kubus.errors import ConfigError, SourceError
from kubus.sources.registry import dialect_of


def check(
    *,
    model: Path | None = None,
    output: Annotated[Format, Parameter(name="--format")] = "text",
    strict: bool = False,
    live: Annotated[bool, Parameter(negative="")] = False,
    seconds: float = 30,
) -> None:
    """Compile the data model and print every problem, with its place and how to mend it; then what may not be meant.

    Exits with status 0 if there is no problem, 1 if there are some, and 2 if the model could not be looked at, because
    a setting, an option or the folder is wrong. Warnings count as problems with --strict.

    Parameters
    ----------
    model
        The folder of the model files; wins over CUBEJS_SCHEMA_PATH.
    output
        text for people, json or sarif for programs, github or gitlab for what they show beside a change.
    strict
        End with status 1 on warnings as well.
    live
        Ask the databases as well, reading no row, whether they have the tables, columns and types that the model reads,
        and print a diff that would mend what is probably misspelt.
    seconds
        How long --live may take in all. What it does not come to is said, and ends with status 2.
    """
    left: tuple[str, ...] = ()
    mended = ""
    try:
        settings = project_settings(model)
        dialects = {name: dialect_of(options) for name, options in settings.sources.items()}
        off = {*settings.values["KUBUS_LINT_OFF"], *rules_off(Path.cwd())}
        findings = findings_of(settings.model, dialects, off, Path.cwd())
        if live:
            # What asks databases is for this alone.
            from kubus.live.look import look

            looked = look(settings.model, settings.sources, seconds, Path.cwd())
            findings = replace(findings, all=(*findings.all, *looked.findings))
            left, mended = looked.left, looked.patch
    except (ConfigError, SourceError) as error:
        fail(str(error), status=2)
        return
    if output == "text":
        show(findings, settings.model)
        if mended:
            sys.stdout.write(f"\nThis would mend what is probably misspelt (git apply):\n\n{mended}")
    else:
        sys.stdout.write(REPORTS[output](findings))
    if left:
        fail(f"There was no time to look at {', '.join(left)}\n  Give it more with --seconds", status=2)
    if findings.count("error") or (strict and findings.all):
        sys.exit(1)


def show(findings: Findings, folder: Path) -> None:
    """Everything that is found, for people, and what it comes to."""
    out = Console(highlight=False, soft_wrap=True)
    for one in findings.all:
        out.print(shown(one))
    errors, warnings = findings.count("error"), findings.count("warning")
    if errors:
        out.print(Text(f"{counted(errors, 'problem')} in {folder}", style="bold red"))
        return
    if warnings:
        off = "`# kubus-off: rule` on the line or above it turns one off"
        out.print(Text(f"{counted(warnings, 'warning')}; {off}", style="yellow"))
    views = [counted(findings.views, "view")] if findings.views else []
    counts = ", ".join((counted(findings.cubes, "cube"), *views, counted(findings.members, "member")))
    out.print(Text(f"The data model is right: {counts}", style="green"))


def counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def shown(one: Finding) -> Text:
    """A finding for people: place, message, the line itself, and what to do; of a warning, the rule."""
    problem = one.problem
    text = Text()
    place = one.path + (f":{problem.line}:{problem.column}" if problem.line else "")
    kind = f"warning ({one.rule}): " if one.level == "warning" else ""
    text.append(place, style="bold").append(f": {kind}", style="yellow")
    text.append((f"{problem.cube}: " if problem.cube else "") + problem.message)
    if problem.pointed:
        text.append("\n    " + problem.pointed.replace("\n", "\n    "), style="dim")
    if problem.hint:
        text.append(f"\n    {problem.hint}", style="cyan")
    return text
