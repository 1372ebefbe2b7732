"""`kubus query`: the rows of a query."""

import csv
import json
import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from rich.console import Console
from rich.table import Table

from kubus.cli.project import (
    AsCaller,
    JsonArgument,
    claims_argument,
    groups_argument,
    json_argument,
    project_layer,
    project_settings,
)
from kubus.results.query_result import Row


def query(
    query: JsonArgument,
    /,
    *,
    format: Literal["table", "json", "csv"] = "table",  # noqa: A002 - the name of the flag
    context: AsCaller = None,
    groups: str = "",
    model: Path | None = None,
) -> None:
    """Ask the data model of the project here, without a server, and print the rows.

    Parameters
    ----------
    query
        The query as JSON; `-` reads it from standard input, `@file` from a file.
    format
        How rows are printed.
    context
        Who asks: the claims of the caller, as a JSON object.
    groups
        The groups of the caller, which choose access policies: `a,b`.
    model
        The folder of the model files; wins over CUBEJS_SCHEMA_PATH.
    """
    settings = project_settings(model)
    layer = project_layer(settings)
    asked = json_argument(query)
    progress = Console(stderr=True)
    with layer, progress.status("Asking the database") if progress.is_terminal else progress:
        claims, of = claims_argument(context), groups_argument(groups)
        names = [column.key for column in layer.sql(asked, context=claims, groups=of).columns]
        rows = layer.query(asked, context=claims, groups=of)
    write(names, rows, format)


def write(names: list[str], rows: list[Row], form: Literal["table", "json", "csv"]) -> None:
    match form:
        case "json":
            json.dump(rows, sys.stdout, default=plain, ensure_ascii=False, indent=1)
            sys.stdout.write("\n")
        case "csv":
            writer = csv.writer(sys.stdout)
            writer.writerow(names)
            writer.writerows([["" if row[n] is None else plain(row[n]) for n in names] for row in rows])
        case "table":
            table = Table(*names)
            for row in rows:
                table.add_row(*("" if row[n] is None else str(plain(row[n])) for n in names))
            Console(highlight=False).print(table)


def plain(value: Any) -> Any:
    """A value as JSON and CSV write it: numbers keep every digit."""
    match value:
        case Decimal():
            return format(value, "f")
        case datetime() | date():
            return value.isoformat()
        case bool() | int() | float() | str():
            return value
        case _:
            return value if isinstance(value, list | dict) else str(value)  # pyright: ignore[reportUnknownVariableType] - nested JSON
