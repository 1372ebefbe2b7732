"""`kubus doctor`: is this configuration fit for production?"""

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.text import Text

from kubus.doctor.check import Check
from kubus.doctor.examination import examine

STYLES = {"ok": "green", "warn": "yellow", "fail": "bold red", "note": "dim"}


def doctor(*, production: bool = False, as_json: Annotated[bool, Parameter(name="--json")] = False) -> None:
    """Look at settings, model and databases, and say what is not fit for production, and what to do about it.

    Exits with status 1 if something fails. In development mode that is a warning, unless it is asked for production.

    Parameters
    ----------
    production
        Judge a project in development mode as if it were in production.
    as_json
        A JSON array of the checks, for other programs.
    """
    checks: list[Check] = []
    out = Console(highlight=False, soft_wrap=True)
    for check in examine(os.environ, Path.cwd(), for_production=production):
        checks.append(check)
        if not as_json:
            out.print(shown(check))
    if as_json:
        print(json.dumps([asdict(check) for check in checks], indent=2, ensure_ascii=False))  # noqa: T201 - a command's answer
    else:
        out.print(Text(summary(checks)))
    if any(check.status == "fail" for check in checks):
        sys.exit(1)


def shown(check: Check) -> Text:
    """A check on a line, and what to do on the next."""
    text = Text().append(f"{check.status:4}", style=STYLES[check.status]).append(f"  {check.name}: {check.said}")
    if check.remedy:
        text.append(f"\n      {check.remedy}", style="cyan")
    return text


def summary(checks: list[Check]) -> str:
    counts = {status: sum(check.status == status for check in checks) for status in ("ok", "warn", "fail")}
    return f"{counts['ok']} ok, {counts['warn']} to look at, {counts['fail']} not fit"
