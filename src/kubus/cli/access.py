"""`kubus access`: why a caller sees what they see, who sees what, and which policies a change made wider."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from kubus.cli.project import (
    JsonArgument,
    claims_argument,
    groups_argument,
    json_argument,
    project_layer,
    project_settings,
)
from kubus.compare.revisions import model_at
from kubus.errors import ConfigError, KubusError
from kubus.query.access_report import Eyes, changes, explained, matrix, outcome, role, tenant_rows
from kubus.sources.registry import dialect_of

Claims = Annotated[str | None, Parameter(name=("--claims", "--as"))]

COLORS = {"full": "green", "filtered": "cyan", "masked": "yellow", "part masked": "yellow", "hidden": "dim", "?": "red"}


def explain(query: JsonArgument, /, *, claims: Claims = None, groups: str = "", model: Path | None = None) -> None:
    """Say which access policies apply to a query of a caller, and what they give, hide, mask and filter.

    Ends with status 1 if the query is refused. Nothing is asked of the database.

    Parameters
    ----------
    query
        The query as JSON; `-` reads it from standard input, `@file` from a file.
    claims
        The caller's claims, as a JSON object.
    groups
        The caller's groups: `a,b`.
    model
        The folder of the model files; wins over CUBEJS_SCHEMA_PATH.
    """
    settings = project_settings(model)
    asked = json_argument(query)
    with project_layer(settings) as layer:
        caller = layer.caller(claims_argument(claims), groups_argument(groups))
        for line in explained(layer.normal(asked), layer.access(caller)):
            say(line)
        try:
            prepared = layer.prepare(layer.normal(asked), caller)
            prepared.authorized.check_visible()
        except KubusError as error:
            say(f"Refused: {error.message}")
            sys.exit(1)
        for line in (
            *tenant_rows(prepared.planned.cubes, caller, layer.model.tenancy),
            *outcome(prepared.authorized),
        ):
            say(line)
        say(f"SQL: {prepared.statement.sql}")
        say(f"Parameters: {json.dumps(prepared.statement.parameters, ensure_ascii=False)}")


def show_matrix(
    *roles: str,
    claims: Claims = None,
    format: Literal["table", "json"] = "table",  # noqa: A002 - the name of the flag
    model: Path | None = None,
) -> None:
    """Show how each of several roles sees every public member: full, filtered, masked, part masked or hidden.

    `?` is a member of which queries are refused for what the claims lack: a claim that a policy reads, or the tenant.

    Parameters
    ----------
    roles
        Groups of each role, such as `admin` or `clerk,north`; `nobody` is in no group.
    claims
        The claims of all of them, as a JSON object.
    format
        How it is printed.
    model
        The folder of the model files; wins over CUBEJS_SCHEMA_PATH.
    """
    if not roles:
        raise ConfigError("There is no role to look at", hint="Write kubus access matrix admin clerk,north nobody")
    with project_layer(project_settings(model)) as layer:
        given: Mapping[str, Any] = claims_argument(claims) or {}
        eyes = [Eyes(layer.access(role(groups, given).caller)) for groups in roles]
        seen = list(matrix(eyes, layer.model))
    if format == "json":
        shown = {path: dict(zip(roles, cells, strict=True)) for path, cells in seen}
        say(json.dumps(shown, indent=1, ensure_ascii=False))
        return
    table = Table("member", *roles)
    for path, cells in seen:
        table.add_row(path, *(f"[{COLORS[cell]}]{cell}[/]" for cell in cells))
    Console(highlight=False).print(table)
    for place, groups in enumerate(roles):
        unclear = [path for path, cells in seen if cells[place] == "?"]
        for reason in dict.fromkeys(eyes[place].refusal(path) for path in unclear):
            say(f"? for {groups}: queries are refused: {reason}")


def diff(
    before: str,
    after: str,
    /,
    *,
    check: Annotated[bool, Parameter(negative=())] = False,
    model: Path | None = None,
) -> None:
    """Say which members became visible to whom, wider or narrower, between two revisions of the project in git.

    Parameters
    ----------
    before
        A revision of git: a branch, a tag or a commit.
    after
        Another; `.` is the files as they are.
    check
        End with status 1 if something became wider.
    model
        The folder of the model files; wins over CUBEJS_SCHEMA_PATH.
    """
    settings = project_settings(model)
    dialects = {name: dialect_of(options) for name, options in settings.sources.items()}
    old, new = (model_at(revision, settings.model, dialects) for revision in (before, after))
    found = list(changes(old, new, settings.values["KUBUS_DEFAULT_ACCESS"]))
    for change in found:
        say(str(change))
    if not found:
        say("No access policy became wider or narrower")
    if check and any(change.is_wider for change in found):
        sys.exit(1)


def say(line: str) -> None:
    print(line)  # noqa: T201 - a command's answer
