"""Settings: what the environment and `.env` say, as one frozen object."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

from kubus.auth.jwt import DEV_ISSUER, JwtRules
from kubus.auth.keys import VerificationKey, configured_key, secret_keys
from kubus.auth.secrets import make_secret, secret_refusal, secret_warning
from kubus.config.table import BY_NAME, NOT_YET, SETTINGS, Setting
from kubus.errors import ConfigError, QueryError
from kubus.query.timezones import canonical_timezone
from kubus.sources.options import DuckDBOptions, PostgresOptions, SourceOptions

LEAST_REQUEST, MOST_REQUEST = 100 * 1024, 64 * 1024**2
MOST_SKEW = timedelta(seconds=60)
DATA_SOURCE = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
SCOPES = frozenset({"graphql", "meta", "data", "sql", "jobs", "meta-extended"})


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that may be set. `values` has every setting of the table by its name, defaults filled in.

    `warnings` are what works and is not what one would want; `given` the names that were set, and where.
    """

    dev_mode: bool
    port: int
    model: Path
    jwt: JwtRules
    sources: Mapping[str, SourceOptions]
    values: Mapping[str, Any]
    given: Mapping[str, str]
    warnings: tuple[tuple[str, str], ...]

    def shown(self) -> dict[str, str]:
        """Every setting as text for people, secrets masked."""
        return {s.name: mask(self.values[s.name]) if s.secret else display(self.values[s.name]) for s in SETTINGS}


def display(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case tuple():
            return ",".join(str(part) for part in cast("tuple[object, ...]", value))
        case timedelta():
            return f"{value.total_seconds():g}s"
        case _:
            return str(value)


def mask(value: Any) -> str:
    return "" if value is None else "********"


def load_settings(
    environ: Mapping[str, str], dotenv: Mapping[str, str], folder: Path, *, dev_default: bool = False
) -> Settings:
    """The settings that the process environment and, below it, `.env` of `folder` make.

    `dev_default` is development mode where nothing says otherwise.

    Raises:
        ConfigError: at least one is wrong; says all that are.
    """
    given = {**dict(dotenv), **dict(environ)}
    origin = {**dict.fromkeys(dotenv, ".env"), **dict.fromkeys(environ, "environment")}
    faults: list[str] = []
    warnings: list[tuple[str, str]] = []
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        values[setting.name] = read(setting, given.get(setting.name), faults)
    if "CUBEJS_DEV_MODE" not in given or not given["CUBEJS_DEV_MODE"]:
        values["CUBEJS_DEV_MODE"] = dev_default
    dev_mode: bool = values["CUBEJS_DEV_MODE"]
    check_names(given, values["CUBEJS_DATASOURCES"] or (), faults, warnings)
    check_values(values, faults, warnings)
    sources = source_options(given, values, folder, faults, warnings)
    jwt = jwt_rules(values, dev_mode, faults, warnings)
    if faults:
        raise ConfigError("\n".join(faults))
    model = Path(values["CUBEJS_SCHEMA_PATH"])
    return Settings(
        dev_mode=dev_mode,
        port=values["PORT"],
        model=model if model.is_absolute() else folder / model,
        jwt=jwt,
        sources=MappingProxyType(sources),
        values=MappingProxyType(values),
        given=MappingProxyType({name: origin[name] for name in given if name in BY_NAME}),
        warnings=tuple(warnings),
    )


def read(setting: Setting, value: str | None, faults: list[str], name: str | None = None) -> Any:
    if value is None or (value.strip() == "" and not setting.empty_means_none):
        return setting.default
    try:
        return setting.read(value)
    except ValueError as error:
        # A secret's own text has no place in a message.
        said = "its value is not valid" if setting.secret else str(error)
        faults.append(f"{name or setting.name}: {said}")
        return setting.default


def check_names(
    given: Mapping[str, str], data_sources: tuple[str, ...], faults: list[str], warnings: list[tuple[str, str]]
) -> None:
    """Refuse what is not there yet and would matter; warn of names that nothing knows."""
    for name, value in given.items():
        if not value:
            continue
        if name in NOT_YET:
            if not (name == "CUBEJS_ROLLUP_ONLY" and value.lower() == "false"):
                faults.append(f"{name}: {NOT_YET[name]}")
        elif name == "CUBEJS_ENABLE_TLS" and value.lower() == "true":
            faults.append("CUBEJS_ENABLE_TLS has been removed: TLS is the work of a proxy in front")
        elif name.startswith(("CUBEJS_", "KUBUS_", "CUBESQL_")) and name not in BY_NAME:
            match = re.fullmatch(r"CUBEJS_DS_([A-Z0-9_]+?)_(DB_[A-Z0-9_]+|CONCURRENCY)", name)
            if match is not None:
                known = BY_NAME.get(f"CUBEJS_{match[2]}")
                if known is not None and known.per_source:
                    if match[1].lower() not in {source.lower() for source in data_sources}:
                        faults.append(
                            f"{name}: The {match[1].lower()} data source is missing in the declared CUBEJS_DATASOURCES."
                        )
                    continue
            close = get_close_matches(name, BY_NAME, n=1, cutoff=0.8)
            hint = f"; did you mean {close[0]}?" if close else ""
            warnings.append((name, f"kubus knows no such setting{hint}"))


def check_values(values: dict[str, Any], faults: list[str], warnings: list[tuple[str, str]]) -> None:
    try:
        values["CUBEJS_DEFAULT_TIMEZONE"] = canonical_timezone(values["CUBEJS_DEFAULT_TIMEZONE"])
    except QueryError:
        faults.append(f"CUBEJS_DEFAULT_TIMEZONE: there is no time zone '{values['CUBEJS_DEFAULT_TIMEZONE']}'")
    if not LEAST_REQUEST <= values["CUBEJS_MAX_REQUEST_SIZE"] <= MOST_REQUEST:
        faults.append("CUBEJS_MAX_REQUEST_SIZE: must be between 100kb and 64mb")
    if values["KUBUS_JWT_CLOCK_SKEW"] > MOST_SKEW:
        faults.append("KUBUS_JWT_CLOCK_SKEW: must be at most 60 seconds")
    driver = values["CUBEJS_CACHE_AND_QUEUE_DRIVER"]
    if driver != "memory":
        faults.append(f"CUBEJS_CACHE_AND_QUEUE_DRIVER: {driver} is not supported; set it to memory")
    if values["CUBEJS_WEB_SOCKETS"]:
        warnings.append(("CUBEJS_WEB_SOCKETS", "WebSockets come with a later version; clients can use HTTP"))
    unknown = set(values["CUBEJS_DEFAULT_API_SCOPES"] or ()) - SCOPES
    if unknown:
        faults.append(f"CUBEJS_DEFAULT_API_SCOPES: there is no scope {', '.join(sorted(unknown))}")
    values["CUBEJS_DB_QUERY_DEFAULT_LIMIT"] = min(
        values["CUBEJS_DB_QUERY_DEFAULT_LIMIT"], values["CUBEJS_DB_QUERY_LIMIT"]
    )


# ── tokens ──


def jwt_rules(
    values: Mapping[str, Any], dev_mode: bool, faults: list[str], warnings: list[tuple[str, str]]
) -> JwtRules:
    keys: tuple[VerificationKey, ...] = ()
    try:
        keys = verification_keys(values, dev_mode, faults, warnings)
    except ConfigError as error:
        faults.append(str(error))
    require: bool | None = values["KUBUS_JWT_REQUIRE_EXP"]
    if require is False and not dev_mode:
        warnings.append(("KUBUS_JWT_REQUIRE_EXP", "tokens without an expiry are accepted: they are valid for ever"))
    return JwtRules(
        keys=keys,
        algorithms=values["CUBEJS_JWT_ALGS"],
        issuers=values["CUBEJS_JWT_ISSUER"],
        audience=values["CUBEJS_JWT_AUDIENCE"],
        subject=values["CUBEJS_JWT_SUBJECT"],
        claims_namespace=values["CUBEJS_JWT_CLAIMS_NAMESPACE"],
        require_expiry=(not dev_mode) if require is None else require,
        clock_skew=values["KUBUS_JWT_CLOCK_SKEW"],
        max_size=values["KUBUS_JWT_MAX_SIZE"],
        refused_issuers=frozenset() if dev_mode else frozenset({DEV_ISSUER}),
        raw_context=values["KUBUS_CONTEXT_COMPAT"] == "raw",
    )


def verification_keys(
    values: Mapping[str, Any], dev_mode: bool, faults: list[str], warnings: list[tuple[str, str]]
) -> tuple[VerificationKey, ...]:
    if values["CUBEJS_JWT_KEY"]:
        name, secrets = "CUBEJS_JWT_KEY", (values["CUBEJS_JWT_KEY"],)
    elif values["CUBEJS_API_SECRETS"]:
        name, secrets = "CUBEJS_API_SECRETS", values["CUBEJS_API_SECRETS"]
    elif values["CUBEJS_API_SECRET"]:
        name, secrets = "CUBEJS_API_SECRET", (values["CUBEJS_API_SECRET"],)
    elif dev_mode:
        # Development works without a secret; this one ends with the process, and nobody is told it.
        return secret_keys([make_secret()])
    else:
        faults.append("apiSecret is required option(s): set CUBEJS_API_SECRET to the output of `kubus secret`")
        return ()
    looks_public = name == "CUBEJS_JWT_KEY" and secrets[0].strip().startswith(("-----BEGIN", "{"))
    if not looks_public:
        for secret in secrets:
            refusal, warning = secret_refusal(secret), secret_warning(secret)
            if refusal is not None and not dev_mode:
                faults.append(f"{name}: the secret is refused, because {refusal}; `kubus secret` makes a good one")
            elif warning is not None and not dev_mode:
                warnings.append((name, f"the secret is weak: {warning}; `kubus secret` makes a good one"))
    return (configured_key(secrets[0]),) if name == "CUBEJS_JWT_KEY" else secret_keys(secrets)


# ── data sources ──


def source_options(
    given: Mapping[str, str],
    values: Mapping[str, Any],
    folder: Path,
    faults: list[str],
    warnings: list[tuple[str, str]],
) -> dict[str, SourceOptions]:
    names: list[str] = list(values["CUBEJS_DATASOURCES"] or ())
    found: dict[str, SourceOptions] = {}
    for name in names:
        if not DATA_SOURCE.fullmatch(name):
            faults.append(f"CUBEJS_DATASOURCES: '{name}' is no name")
            continue
        own = source_values(name, given, values, faults)
        found[name] = one_source(name, own, values, folder, faults, warnings)
    return found


def source_values(name: str, given: Mapping[str, str], values: Mapping[str, Any], faults: list[str]) -> dict[str, Any]:
    """The settings of one data source, under their undecorated names."""
    per_source = [setting for setting in SETTINGS if setting.per_source]
    if name == "default":
        return {setting.name: values[setting.name] for setting in per_source}
    own: dict[str, Any] = {}
    for setting in per_source:
        decorated = f"CUBEJS_DS_{name.upper()}_{setting.name.removeprefix('CUBEJS_')}"
        own[setting.name] = read(setting, given.get(decorated), faults, decorated)
    return own


def one_source(
    name: str,
    own: Mapping[str, Any],
    values: Mapping[str, Any],
    folder: Path,
    faults: list[str],
    warnings: list[tuple[str, str]],
) -> SourceOptions:
    db_type = own["CUBEJS_DB_TYPE"]
    path: str | None = own["CUBEJS_DB_DUCKDB_DATABASE_PATH"]
    if db_type is None:
        if path is None and values["KUBUS_DUCKDB_FOLDER"] is None and not values["CUBEJS_DEV_MODE"]:
            faults.append("Either CUBEJS_DB_TYPE or CreateOptions.driverFactory must be specified")
        db_type = "duckdb"
    timeout: timedelta = values["CUBEJS_DB_QUERY_TIMEOUT"]
    if db_type == "duckdb":
        files: str | None = values["KUBUS_DUCKDB_FOLDER"] if name == "default" else None
        return DuckDBOptions(
            path=None if path is None or path == ":memory:" else folder / path,
            read_only=values["KUBUS_DUCKDB_READ_ONLY"],
            schema=own["CUBEJS_DB_DUCKDB_SCHEMA"],
            folder=None if files is None else folder / files,
            memory_limit=own["CUBEJS_DB_DUCKDB_MEMORY_LIMIT"],
            threads=values["KUBUS_DUCKDB_THREADS"],
            timeout=timeout,
        )
    if own["CUBEJS_DB_SSL"] and not own["CUBEJS_DB_SSL_REJECT_UNAUTHORIZED"]:
        warnings.append(
            (
                "CUBEJS_DB_SSL_REJECT_UNAUTHORIZED",
                f"the certificate of the data source '{name}' is not checked; set it to true, with CUBEJS_DB_SSL_CA",
            )
        )
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
        max_connections=max(1, own["CUBEJS_DB_MAX_POOL"]),
        timeout=timeout,
    )
