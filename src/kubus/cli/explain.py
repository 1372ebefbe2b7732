"""`kubus explain`: how a query is answered, and why so."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Literal

from kubus.cli.project import (
    AsCaller,
    JsonArgument,
    claims_argument,
    groups_argument,
    json_argument,
    project_layer,
    project_settings,
)
from kubus.explain.as_svg import as_svg
from kubus.explain.as_text import as_text
from kubus.explain.explain import explained
from kubus.sources.registry import dialect_of


def explain(
    query: JsonArgument,
    /,
    *,
    why: bool = False,
    format: Literal["text", "json", "svg"] = "text",  # noqa: A002 - the name of the flag
    context: AsCaller = None,
    groups: str = "",
    model: Path | None = None,
) -> None:
    """Explain how a query is answered: the plan, its joins and what else was possible, repeated rows, and conditions.

    Of a query that is refused, or whose joins are ambiguous, three rows a table on which a careless answer is wrong
    are shown. Ends with status 1 if the query is refused. No data source is asked.

    Parameters
    ----------
    query
        The query as JSON; `-` reads it from standard input, `@file` from a file.
    why
        Show such rows also where joins repeat rows and kubus counts each once.
    format
        Text, JSON of the same, or the plan as a picture.
    context
        Who asks: the claims of the caller, as a JSON object.
    groups
        The groups of the caller, which choose access policies: `a,b`.
    model
        The folder of the model files; wins over CUBEJS_SCHEMA_PATH.
    """
    settings = project_settings(model)
    dialects = {name: dialect_of(options) for name, options in settings.sources.items()}
    with project_layer(settings) as layer:
        caller = layer.caller(claims_argument(context), groups_argument(groups))
        told = explained(layer, layer.normal(json_argument(query)), caller, dialects, why=why)
    match format:
        case "text":
            sys.stdout.write(as_text(told))
        case "json":
            sys.stdout.write(json.dumps(asdict(told), ensure_ascii=False, indent=1) + "\n")
        case "svg":
            sys.stdout.write(as_svg(told))
    if told.refused is not None:
        sys.exit(1)
