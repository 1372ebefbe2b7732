"""`kubus sql`: the statement of a query."""

from pathlib import Path

from kubus.cli.project import (
    AsCaller,
    JsonArgument,
    claims_argument,
    groups_argument,
    json_argument,
    project_layer,
    project_settings,
)
from kubus.sources.registry import dialect_of


def sql(query: JsonArgument, /, *, context: AsCaller = None, groups: str = "", model: Path | None = None) -> None:
    """Print the SQL that answers a query, and its parameters. Nothing is run.

    Parameters
    ----------
    query
        The query as JSON; `-` reads it from standard input, `@file` from a file.
    context
        Who asks: the claims of the caller, as a JSON object.
    groups
        The groups of the caller, which choose access policies: `a,b`.
    model
        The folder of the model files; wins over CUBEJS_SCHEMA_PATH.
    """
    settings = project_settings(model)
    with project_layer(settings) as layer:
        statement = layer.sql(json_argument(query), context=claims_argument(context), groups=groups_argument(groups))
    print(pretty(statement.sql, dialect_of(settings.sources[statement.data_source])))  # noqa: T201 - a command's answer
    for number, value in enumerate(statement.parameters, 1):
        print(f"-- ${number} = {value!r}")  # noqa: T201


def pretty(text: str, dialect: str) -> str:
    """A statement over several lines."""
    # Only this command writes for people to read.
    import sqlglot

    return sqlglot.parse_one(text, read=dialect).sql(dialect=dialect, pretty=True)
