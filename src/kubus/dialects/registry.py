"""Dialects by name. Built-in ones are imported when named; others come from the entry points `kubus.dialects`.

`duckdb for NAME` is DuckDB in the place of the database of that name, which is how tests run a model on given rows.
"""

from functools import cache
from importlib import import_module
from importlib.metadata import entry_points

from kubus.dialects.dialect import Dialect
from kubus.errors import ConfigError

# What the name of a stand-in begins with.
STANDS_IN = "duckdb for "

BUILT_IN = {
    "duckdb": "kubus.dialects.duckdb:DuckDB",
    "postgres": "kubus.dialects.postgres:Postgres",
}


@cache
def dialect(name: str) -> Dialect:
    """The dialect of that name.

    Raises:
        ConfigError: there is none.
    """
    if name.startswith(STANDS_IN):
        from kubus.dialects.stand_in import StandIn  # needed by tests of models alone

        return StandIn(dialect(name.removeprefix(STANDS_IN)))
    if name in BUILT_IN:
        module, _, attribute = BUILT_IN[name].partition(":")
        return getattr(import_module(module), attribute)()
    for entry in entry_points(group="kubus.dialects", name=name):
        return entry.load()()
    known = ", ".join(sorted(BUILT_IN))
    raise ConfigError(f"There is no SQL dialect '{name}'", hint=f"Known are: {known}")
