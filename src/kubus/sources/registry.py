"""Sources by database type. Built-in ones are imported when named; others are entry points of `kubus.sources`."""

from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from kubus.errors import ConfigError
from kubus.sources.source import Source

BUILT_IN = {
    "duckdb": "kubus.sources.duckdb:DuckDBSource",
    "postgres": "kubus.sources.postgres:PostgresSource",
}


def make_source(name: str, options: Any) -> Source:
    """The source that `options` describe, under the data source name `name`. Nothing is opened yet.

    Options say by `db_type` which database they are for.

    Raises:
        ConfigError: there is no such database type, or its driver is not installed.
    """
    db_type: str = options.db_type
    if db_type in BUILT_IN:
        module, _, attribute = BUILT_IN[db_type].partition(":")
        return getattr(import_module(module), attribute)(name, options)
    for entry in entry_points(group="kubus.sources", name=db_type):
        return entry.load()(name, options)
    known = ", ".join(sorted(BUILT_IN))
    raise ConfigError(f"There is no database type '{db_type}'", hint=f"Known are: {known}")


def dialect_of(options: Any) -> str:
    """The SQL dialect of the source that `options` describe. No driver is needed to know it."""
    dialect: str = getattr(options, "dialect", options.db_type)
    return dialect
