"""The databases that the hook `driver_factory` names: its dicts as options of sources.

Source: https://cube.dev/docs/reference/configuration/config#driver_factory
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, urlsplit, urlunsplit

from kubus.errors import HookError
from kubus.model.names import snake_case
from kubus.sources.options import DuckDBOptions, PostgresOptions, SourceOptions

# Keys by their names in snake case, Cube's drivers' among them, and the field that each sets.
POSTGRES = {
    "host": "host",
    "port": "port",
    "database": "database",
    "user": "user",
    "password": "password",
    "url": "url",
    "ssl": "ssl",
    "max_pool_size": "max_connections",
}
DUCKDB = {
    "path": "path",
    "database_path": "path",
    "schema": "schema",
    "folder": "folder",
    "memory_limit": "memory_limit",
    "threads": "threads",
    "read_only": "read_only",
}
SSL = {"reject_unauthorized": "ssl_verify", "ca": "ssl_ca", "cert": "ssl_cert", "key": "ssl_key"}


def driver_options(value: object, base: SourceOptions, folder: Path) -> SourceOptions:
    """The source that a hook's dict describes. What it leaves out is that of `base`, if that is of the same type.

    Paths are below `folder`, the project's.

    Raises:
        HookError: it is no dict, or says what there is not.
    """
    if not isinstance(value, Mapping):
        raise wrong(f"It has to return a dict with the key 'type', and returned a {type(value).__name__}")
    given = {snake_case(str(key)): part for key, part in cast("Mapping[str, Any]", value).items() if part is not None}
    match given.pop("type", None):
        case "postgres":
            # What a DuckDB source is set to says nothing of a server, but how long statements may take.
            known = base if isinstance(base, PostgresOptions) else PostgresOptions(timeout=base.timeout)
            return postgres_options(given, known)
        case "duckdb":
            known = base if isinstance(base, DuckDBOptions) else DuckDBOptions(read_only=True, timeout=base.timeout)
            return duckdb_options(given, known, folder)
        case other:
            raise wrong(f"The type is {other!r}, and can be duckdb or postgres")


def postgres_options(given: Mapping[str, Any], base: PostgresOptions) -> PostgresOptions:
    fields = renamed(given, POSTGRES)
    if isinstance(fields.get("ssl"), Mapping):
        fields |= {"ssl": True, **renamed({snake_case(k): v for k, v in fields["ssl"].items()}, SSL)}
    check_types(fields, text=("host", "database", "user", "password", "url", "ssl_ca", "ssl_cert", "ssl_key"))
    fields |= {name: whole(name, fields[name]) for name in ("port", "max_connections") if name in fields}
    if base.url is not None and "url" not in fields:
        # A URL wins over the other options, and would lead back to where it says.
        others = {"host", "port", "user", "password"} & fields.keys()
        if others:
            raise wrong(f"CUBEJS_DB_URL is set, so that {', '.join(sorted(others))} would have no effect; give 'url'")
        if "database" in fields:
            fields["url"] = url_with_database(base.url, fields["database"])
    return replace(base, **fields)


def duckdb_options(given: Mapping[str, Any], base: DuckDBOptions, folder: Path) -> DuckDBOptions:
    fields = renamed(given, DUCKDB)
    check_types(fields, text=("path", "folder", "schema", "memory_limit"))
    for name in ("path", "folder"):
        if name in fields:
            fields[name] = None if fields[name] == ":memory:" else folder / fields[name]
    if "threads" in fields:
        fields["threads"] = whole("threads", fields["threads"])
    return replace(base, **fields)


def renamed(given: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    unknown = [key for key in given if key not in names]
    if unknown:
        raise wrong(f"There is no option {', '.join(map(repr, unknown))}; there are {', '.join(names)}")
    return {names[key]: part for key, part in given.items()}


def check_types(fields: Mapping[str, Any], text: tuple[str, ...]) -> None:
    for name in text:
        if name in fields and not isinstance(fields[name], str | Path):
            raise wrong(f"{name} has to be a text, and is a {type(fields[name]).__name__}")
    for name in ("ssl", "ssl_verify", "read_only"):
        if name in fields and not isinstance(fields[name], bool):
            raise wrong(f"{name} has to be True or False")


def whole(name: str, value: Any) -> int:
    text = str(value)
    if isinstance(value, bool) or not text.isdigit() or not 0 < int(text) < 65_536:
        raise wrong(f"{name} has to be a whole number")
    return int(text)


def url_with_database(url: str, database: str) -> str:
    """The same URL, with another database in its path."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path="/" + quote(database, safe="")))


def wrong(reason: str) -> HookError:
    return HookError("A user-defined driverFactory function returns an inconsistent type.", hint=reason)


def place_of(options: SourceOptions) -> tuple[object, ...]:
    """Which database options lead to, and as whom. Passwords may change while it stays the same."""
    match options:
        case PostgresOptions():
            address = None if options.url is None else without_password(options.url)
            return ("postgres", options.host, options.port, options.database, options.user, address)
        case DuckDBOptions():
            return ("duckdb", options.path, options.schema, options.folder)


def without_password(url: str) -> tuple[object, ...]:
    parts = urlsplit(url)
    return (parts.username, parts.hostname, parts.port, parts.path, parts.query)
