"""`kubus lineage`: what a member or column is made of, and what is made of it."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from kubus.cli.project import project_settings
from kubus.lineage.as_svg import as_svg
from kubus.lineage.as_text import as_text
from kubus.lineage.build import lineage_of
from kubus.loading.load import load_model
from kubus.sources.registry import dialect_of

Switch = Annotated[bool, Parameter(negative=())]


def lineage(
    member: str,
    /,
    *,
    up: Switch = False,
    down: Switch = False,
    column: Switch = False,
    format: Literal["text", "json", "svg"] = "text",  # noqa: A002 - the name of the flag
    model: Path | None = None,
) -> None:
    """Show what a member is made of, down to the columns of the database, and what is made of it.

    Parameters
    ----------
    member
        A member as `cube.member`; with `--column` a column, as `table.column` or `schema.table.column`.
    up
        Only what it is made of.
    down
        Only what is made of it.
    column
        Begin at a column of the database, or of a cube's query.
    format
        Text, the same as JSON, or a picture.
    model
        The folder of the model files; wins over CUBEJS_SCHEMA_PATH.
    """
    settings = project_settings(model)
    dialects = {name: dialect_of(options) for name, options in settings.sources.items()}
    whole = lineage_of(load_model(settings.model, dialects), dialects)
    both = up == down
    start = whole.columns(member) if column else (whole.member(member),)
    found = whole.around(start, up=up or both, down=down or both)
    match format:
        case "text":
            sys.stdout.write(as_text(found, up=up or both, down=down or both))
        case "json":
            shown = {
                "start": found.start,
                "nodes": [asdict(node) for node in found.nodes.values()],
                "edges": [asdict(edge) for edge in found.edges],
            }
            sys.stdout.write(json.dumps(shown, ensure_ascii=False, indent=1) + "\n")
        case "svg":
            sys.stdout.write(as_svg(found))
