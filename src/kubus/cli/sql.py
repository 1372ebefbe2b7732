"""`kubus sql`: the statement of a query."""

from pathlib import Path

from kubus.cli.project import JsonArgument, claims_argument, json_argument, project_settings
from kubus.library import SemanticLayer
from kubus.sources.registry import make_source


def sql(query: JsonArgument, /, *, context: str | None = None, model: Path | None = None) -> None:
    """Print the SQL that answers a query, and its parameters. Nothing is run.

    Parameters
    ----------
    query
        The query as JSON; `-` reads it from standard input, `@file` from a file.
    context
        The caller's claims, as a JSON object.
    model
        The folder of the model files; wins over CUBEJS_SCHEMA_PATH.
    """
    settings = project_settings(model)
    sources = {name: make_source(name, options) for name, options in settings.sources.items()}
    layer = SemanticLayer(
        settings.model,
        sources,
        timezone=settings.values["CUBEJS_DEFAULT_TIMEZONE"],
        max_limit=settings.values["CUBEJS_DB_QUERY_LIMIT"],
    )
    statement = layer.sql(json_argument(query), context=claims_argument(context))
    print(pretty(statement.sql, sources[statement.data_source].dialect))  # noqa: T201 - a command's answer
    for number, value in enumerate(statement.parameters, 1):
        print(f"-- ${number} = {value!r}")  # noqa: T201


def pretty(text: str, dialect: str) -> str:
    """A statement over several lines."""
    # Only this command writes for people to read.
    import sqlglot

    return sqlglot.parse_one(text, read=dialect).sql(dialect=dialect, pretty=True)
