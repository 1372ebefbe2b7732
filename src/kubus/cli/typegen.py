"""`kubus typegen`: types of a data model for programs in TypeScript and Python."""

from pathlib import Path
from typing import Literal

from kubus.cli.project import AsCaller, claims_argument, groups_argument, project_layer, project_settings

QUERIES = "queries"


def typegen(
    *,
    to: Literal["typescript", "python"] = "typescript",
    queries: Path | None = None,
    out: Path | None = None,
    context: AsCaller = None,
    groups: str = "",
    model: Path | None = None,
) -> None:
    """Write types: the names of measures, dimensions and segments, a query of them, and a row of each saved query.

    Only what a caller is shown is named: public members, and of those what access policies give. TypeScript is for
    Cube's client `@cubejs-client/core`; Python for `SemanticLayer.query`. No database is asked.

    Parameters
    ----------
    to
        The language.
    queries
        A folder of saved queries, JSON, one a file; `queries` if there is such a folder.
    out
        The file to write; without it the types are printed.
    context
        Who will ask: the claims of a caller, as a JSON object.
    groups
        The groups of that caller, which choose access policies: `a,b`.
    model
        The folder of the model files; wins over CUBEJS_SCHEMA_PATH.
    """
    # Commands that need none of this do not wait for it.
    from kubus.typegen.python import python
    from kubus.typegen.shapes import row_shapes, saved_queries, shown_to
    from kubus.typegen.typescript import typescript

    settings = project_settings(model)
    folder = queries or settings.folder / QUERIES
    saved = saved_queries(folder) if queries is not None or folder.is_dir() else {}
    with project_layer(settings) as layer:
        caller = layer.caller(claims_argument(context), groups_argument(groups))
        rows = list(row_shapes(layer, caller, saved))
        written = (typescript if to == "typescript" else python)(shown_to(layer, caller), rows)
    if out is None:
        print(written, end="")  # noqa: T201 - a command's answer
    else:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(written, "utf-8")
