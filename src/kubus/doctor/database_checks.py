"""Checks that ask the databases: whether they answer, by what connection, and what their user may do.

Source: https://www.postgresql.org/docs/current/monitoring-stats.html#MONITORING-PG-STAT-SSL-VIEW
"""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from kubus.config.settings import Settings
from kubus.doctor.check import Check, some
from kubus.errors import ConfigError, KubusError
from kubus.sources.options import DuckDBOptions, PostgresOptions, SourceOptions
from kubus.sources.registry import make_source
from kubus.sources.source import Source
from kubus.sql.statement import Statement

# Who is connected, from where and how.
SESSION = """
SELECT current_user::text, r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolcreatedb, coalesce(s.ssl, false),
    coalesce(host(inet_client_addr()), '') IN ('', '127.0.0.1', '::1')
FROM pg_roles r LEFT JOIN pg_stat_ssl s ON s.pid = pg_backend_pid() WHERE r.rolname = current_user
"""

# What of the data the user could change, were its sessions not read-only.
WRITABLE = """
SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    AND n.nspname NOT LIKE 'pg\\_%' AND has_schema_privilege(n.oid, 'USAGE')
    AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
ORDER BY 1 LIMIT 4
"""

CREATABLE = """
SELECT n.nspname FROM pg_namespace n
WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' AND has_schema_privilege(n.oid, 'CREATE')
ORDER BY 1 LIMIT 4
"""


def check_databases(settings: Settings) -> Iterator[Check]:
    """The checks of each data source."""
    for name, options in settings.sources.items():
        yield from asyncio.run(examined(name, options))


async def examined(name: str, options: SourceOptions) -> list[Check]:
    """The checks of one data source."""
    where = f"database '{name}'"
    try:
        source = make_source(name, options)
    except ConfigError as error:
        return [Check("database", "fail", f"{where}: {error.message}", error.hint or "")]
    try:
        await source.check()
        found = [Check("database", "ok", f"{where} answers")]
        match options:
            case PostgresOptions():
                found += await postgres(where, options, source)
            case DuckDBOptions():
                found += duckdb(where, options)
    except KubusError as error:
        found = [Check("database", "fail", f"{where}: {error.message}", error.hint or "See that it can be reached")]
    finally:
        with suppress(KubusError):
            await source.close()
    return found


async def postgres(where: str, options: PostgresOptions, source: Source) -> list[Check]:
    ((user, is_super, bypasses, makes_roles, makes_databases, is_encrypted, is_local),) = await asked(source, SESSION)
    found = [encryption(where, options, is_encrypted=is_encrypted, is_local=is_local)]
    powers = [
        told
        for held, told in (
            (is_super, "is a superuser"),
            (bypasses, "passes by row security"),
            (makes_roles, "makes roles"),
            (makes_databases, "makes databases"),
        )
        if held
    ]
    remedy = "Connect as a user that may SELECT what the model reads, and nothing else"
    if powers:
        found.append(Check("database-user", "fail", f"{where}: its user '{user}' {', '.join(powers)}", remedy))
        return found
    tables = [str(row[0]) for row in await asked(source, WRITABLE)]
    schemas = [str(row[0]) for row in await asked(source, CREATABLE)]
    if tables:
        said = f"{where}: its user '{user}' may change {some(tables)}"
        found.append(Check("database-user", "fail", said, remedy))
    elif schemas:
        said = f"{where}: its user '{user}' may make tables in {some(schemas)}"
        found.append(Check("database-user", "warn", said, f"REVOKE CREATE ON SCHEMA {schemas[0]} FROM it, and PUBLIC"))
    else:
        found.append(Check("database-user", "ok", f"{where}: its user '{user}' can only read"))
    return found


def encryption(where: str, options: PostgresOptions, *, is_encrypted: bool, is_local: bool) -> Check:
    """Whether somebody between could read or answer in the database's place."""
    if not is_encrypted:
        if is_local:
            return Check("database-tls", "ok", f"{where} is on this machine")
        return Check(
            "database-tls", "fail", f"{where}: the connection is not encrypted",
            "Set CUBEJS_DB_SSL=true and CUBEJS_DB_SSL_REJECT_UNAUTHORIZED=true, with CUBEJS_DB_SSL_CA",
        )  # fmt: skip
    if not options.ssl_verify:
        return Check(
            "database-tls", "fail", f"{where}: its certificate is not checked, so that anybody between can be it",
            "Set CUBEJS_DB_SSL_REJECT_UNAUTHORIZED=true, with CUBEJS_DB_SSL_CA",
        )  # fmt: skip
    return Check("database-tls", "ok", f"{where}: the connection is encrypted, and its certificate checked")


def duckdb(where: str, options: DuckDBOptions) -> list[Check]:
    if options.path is not None and not options.read_only:
        return [
            Check(
                "database-user", "warn", f"{where}: its file is opened for writing",
                "Set KUBUS_DUCKDB_READ_ONLY=true",
            )
        ]  # fmt: skip
    return [Check("database-user", "ok", f"{where}: nothing in it can be changed by a query")]


async def asked(source: Source, sql: str) -> list[tuple[Any, ...]]:
    return await source.python_rows(Statement(sql, (), (), ""))
