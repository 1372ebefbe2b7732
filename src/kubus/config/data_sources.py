"""The data sources that the settings name, and the options of each."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kubus.config.findings import Findings
from kubus.config.read import read
from kubus.config.table import SETTINGS
from kubus.sources.options import DuckDBOptions, PostgresOptions, SourceOptions

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")

PER_SOURCE = tuple(setting for setting in SETTINGS if setting.per_source)


def read_sources(given: Mapping[str, str], values: dict[str, Any], findings: Findings) -> tuple[str, ...]:
    """The names of the data sources. What is set for each of them joins `values`, under its decorated name."""
    declared: tuple[str, ...] = values["CUBEJS_DATASOURCES"]
    for name in declared:
        if not NAME.fullmatch(name):
            findings.fault(f"CUBEJS_DATASOURCES: '{name}' is no name: letters, digits and underscores make one")
    if "default" not in declared:
        findings.fault("The default data source is missing in the declared CUBEJS_DATASOURCES.")
    names = tuple(name for name in dict.fromkeys(declared) if NAME.fullmatch(name))
    for name in names:
        for setting in PER_SOURCE:
            decorated = setting.decorated(name)
            if decorated not in values:
                values[decorated] = read(setting, given.get(decorated), findings, decorated)
    return names


def source_options(
    name: str, values: Mapping[str, Any], folder: Path, findings: Findings, *, hooked: bool = False
) -> SourceOptions:
    """Where a data source is. Paths are below `folder`, the project's. `hooked` says that a hook tells more of it."""
    own = {setting.name: values[setting.decorated(name)] for setting in PER_SOURCE}
    named = {setting.name: setting.decorated(name) for setting in PER_SOURCE}
    path: str | None = own["CUBEJS_DB_DUCKDB_DATABASE_PATH"]
    files: str | None = own["KUBUS_DUCKDB_FOLDER"]
    is_told = hooked or own["CUBEJS_DB_TYPE"] is not None or path is not None or files is not None
    if not is_told and not values["CUBEJS_DEV_MODE"]:
        findings.fault(
            "Either CUBEJS_DB_TYPE or CreateOptions.driverFactory must be specified: "
            f"set {named['CUBEJS_DB_TYPE']} to duckdb or postgres"
        )
    if own["CUBEJS_DB_TYPE"] == "postgres":
        return postgres_options(name, own, named, values, findings)
    return DuckDBOptions(
        path=None if path is None or path == ":memory:" else folder / path,
        read_only=own["KUBUS_DUCKDB_READ_ONLY"],
        schema=own["CUBEJS_DB_DUCKDB_SCHEMA"],
        folder=None if files is None else folder / files,
        memory_limit=own["CUBEJS_DB_DUCKDB_MEMORY_LIMIT"],
        threads=own["KUBUS_DUCKDB_THREADS"],
        timeout=values["CUBEJS_DB_QUERY_TIMEOUT"],
    )


def postgres_options(
    name: str, own: Mapping[str, Any], named: Mapping[str, str], values: Mapping[str, Any], findings: Findings
) -> PostgresOptions:
    if own["CUBEJS_DB_SSL"] and not own["CUBEJS_DB_SSL_REJECT_UNAUTHORIZED"]:
        findings.warn(
            named["CUBEJS_DB_SSL_REJECT_UNAUTHORIZED"],
            f"the certificate of the data source '{name}' is not checked; set it to true, "
            f"with {named['CUBEJS_DB_SSL_CA']}",
        )
    if own["CUBEJS_DB_MIN_POOL"] > own["CUBEJS_DB_MAX_POOL"]:
        findings.fault(f"{named['CUBEJS_DB_MIN_POOL']}: must not be above {named['CUBEJS_DB_MAX_POOL']}")
    return PostgresOptions(
        host=own["CUBEJS_DB_HOST"],
        port=own["CUBEJS_DB_PORT"],
        database=own["CUBEJS_DB_NAME"],
        user=own["CUBEJS_DB_USER"],
        password=own["CUBEJS_DB_PASS"],
        url=own["CUBEJS_DB_URL"],
        ssl=own["CUBEJS_DB_SSL"],
        ssl_verify=own["CUBEJS_DB_SSL_REJECT_UNAUTHORIZED"],
        ssl_ca=own["CUBEJS_DB_SSL_CA"],
        ssl_cert=own["CUBEJS_DB_SSL_CERT"],
        ssl_key=own["CUBEJS_DB_SSL_KEY"],
        min_connections=own["CUBEJS_DB_MIN_POOL"],
        max_connections=own["CUBEJS_DB_MAX_POOL"],
        timeout=values["CUBEJS_DB_QUERY_TIMEOUT"],
    )
