"""Whether a database answers, as it is set or as it might be."""

import asyncio
from collections.abc import Mapping

import msgspec

from kubus.authoring.open_project import OpenProject
from kubus.config.data_sources import PER_SOURCE
from kubus.config.settings import load_settings
from kubus.errors import ConfigError, QueryError, SourceError
from kubus.sources.options import SourceOptions
from kubus.sources.registry import make_source

# Seconds that a database has to answer.
PATIENCE = 15.0


class ConnectionRequest(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """The settings of a data source, such as `CUBEJS_DB_HOST`; without any, those that the server runs with."""

    data_source: str = "default"
    variables: dict[str, str] = {}


async def connection(project: OpenProject, asked: ConnectionRequest) -> str:
    """`ok`, if the database answers. Nothing is kept of the settings.

    Raises:
        QueryError: a setting is none of a data source, or wrong.
        SourceError: the database does not answer, and why.
    """
    name = asked.data_source
    options = None if not asked.variables else options_of(project, name, asked.variables)
    source = project.source(name) if options is None else make_source(name, options)
    try:
        async with asyncio.timeout(PATIENCE):
            await source.check()
    except TimeoutError as error:
        raise SourceError(f"The database did not answer within {PATIENCE:g} seconds") from error
    except ConfigError as error:
        raise QueryError(error.message, hint=error.hint) from error
    finally:
        if options is not None:
            await source.close()
    return "ok"


def options_of(project: OpenProject, name: str, variables: Mapping[str, str]) -> SourceOptions:
    """Where a database would be by these settings alone."""
    known = {setting.decorated(name) for setting in PER_SOURCE}
    unknown = sorted(variables.keys() - known)
    if unknown:
        raise QueryError(f"{', '.join(unknown)}: no setting of the data source '{name}'")
    sources = "default" if name == "default" else f"default,{name}"
    try:
        settings = load_settings(
            {**variables, "CUBEJS_DATASOURCES": sources}, {}, project.settings.folder, dev_default=True
        )
    except ConfigError as error:
        raise QueryError(error.message, hint=error.hint) from error
    return settings.sources[name]
