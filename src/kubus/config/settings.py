"""Settings: what the environment and `.env` say, as one frozen object."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

from kubus.auth.rules import JwtRules
from kubus.config.audit import check_audit
from kubus.config.cors import check_cors
from kubus.config.data_sources import PER_SOURCE, read_sources, source_options
from kubus.config.findings import Findings
from kubus.config.hooks import NO_HOOKS, SCOPES, Hooks
from kubus.config.options import Options
from kubus.config.read import read
from kubus.config.table import SETTINGS, Setting
from kubus.config.token_rules import jwt_rules, playground_rules
from kubus.config.unknown import check_names
from kubus.errors import ConfigError, QueryError
from kubus.query.timezones import canonical_timezone
from kubus.sources.options import SourceOptions

LEAST_REQUEST, MOST_REQUEST = 100 * 1024, 64 * 1024**2
NO_OPTIONS = Options()

# Where the API is, as in Cube.
BASE_PATH = "/cubejs-api"


# The types whose masks have a default.
MASKED = ("string", "number", "boolean", "time")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that may be set.

    `values` has every setting of the table by its name, and those of named data sources by theirs, defaults filled in.
    `folder` is the project's. `given` are the names that were set, and where.
    `warnings` are what works and is not what one would want. `dev_jwt` says how tokens are verified that the Playground
    mints; None in production, where there is none.
    """

    dev_mode: bool
    port: int
    model: Path
    jwt: tuple[JwtRules, ...]
    sources: Mapping[str, SourceOptions]
    values: Mapping[str, Any]
    given: Mapping[str, str]
    warnings: tuple[tuple[str, str], ...]
    base_path: str = BASE_PATH
    hooks: Hooks = NO_HOOKS
    folder: Path = Path()
    dev_jwt: JwtRules | None = None

    def __repr__(self) -> str:
        # `values` holds secrets.
        return f"Settings({', '.join(f'{name}={value}' for name, value in self.shown().items())})"

    @property
    def default_masks(self) -> Mapping[str, str]:
        """What masked members show that declare no mask, by type; types without a setting are not there."""
        found = {kind: self.values[f"CUBEJS_ACCESS_POLICY_MASK_{kind.upper()}"] for kind in MASKED}
        return {kind: text for kind, text in found.items() if text is not None}

    def shown(self) -> dict[str, str]:
        """Every setting as text for people, secrets masked."""
        rows: dict[str, Setting] = {setting.name: setting for setting in SETTINGS}
        rows |= {setting.decorated(source): setting for source in self.sources for setting in PER_SOURCE}
        return {
            name: mask(self.values[name]) if setting.secret else display(self.values[name])
            for name, setting in rows.items()
        }


def display(value: Any) -> str:
    """A value as it could stand in the environment."""
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
    """Whether there is a value, and nothing else of it."""
    return "" if value is None else "********"


def load_settings(
    environ: Mapping[str, str],
    dotenv: Mapping[str, str],
    folder: Path,
    options: Options = NO_OPTIONS,
    *,
    dev_default: bool = False,
) -> Settings:
    """The settings that the options in Python, the process environment and `.env` of `folder` make, in that order.

    `dev_default` is development mode where nothing says otherwise.

    Raises:
        ConfigError: at least one is wrong; says all that are.
    """
    given = {**dotenv, **environ, **options.settings}
    findings = Findings()
    findings.warnings.extend(options.warnings)
    values: dict[str, Any] = {setting.name: read(setting, given.get(setting.name), findings) for setting in SETTINGS}
    if not given.get("CUBEJS_DEV_MODE", "").strip():
        values["CUBEJS_DEV_MODE"] = dev_default
    names = read_sources(given, values, findings)
    check_names(given, names, findings)
    check_values(given, values, findings)
    check_hooks(options.hooks, values, findings)
    hooked = options.hooks.driver_factory is not None
    sources = {name: source_options(name, values, folder, findings, hooked=hooked) for name in names}
    jwt = jwt_rules(values, findings)
    if findings.faults:
        raise ConfigError("\n".join(findings.faults))
    return Settings(
        dev_mode=values["CUBEJS_DEV_MODE"],
        port=values["PORT"],
        model=folder / values["CUBEJS_SCHEMA_PATH"],
        jwt=jwt,
        sources=MappingProxyType(sources),
        values=MappingProxyType(values),
        given=MappingProxyType({n: origin(n, environ, options) for n in given if n in values}),
        warnings=tuple(findings.warnings),
        base_path=options.base_path or BASE_PATH,
        hooks=options.hooks,
        folder=folder,
        dev_jwt=playground_rules(values, jwt) if values["CUBEJS_DEV_MODE"] else None,
    )


def origin(name: str, environ: Mapping[str, str], options: Options) -> str:
    """Where a setting was set."""
    if name in options.settings:
        return str(options.file)
    return "environment" if name in environ else ".env"


def check_hooks(hooks: Hooks, values: Mapping[str, Any], findings: Findings) -> None:
    """Refuse what would let tenants read each other's data."""
    apart = hooks.context_to_app_id is not None and hooks.driver_factory is not None
    if apart and values["KUBUS_SHARED_COMPARTMENT"] and hooks.context_to_orchestrator_id is None:
        findings.fault(
            "KUBUS_SHARED_COMPARTMENT: app ids whose driver_factory leads to databases of their own cannot share "
            "connections and answers; leave it out, or define context_to_orchestrator_id"
        )


def check_values(given: Mapping[str, str], values: dict[str, Any], findings: Findings) -> None:
    """What has to hold for settings of their own, and of some together."""
    try:
        values["CUBEJS_DEFAULT_TIMEZONE"] = canonical_timezone(values["CUBEJS_DEFAULT_TIMEZONE"])
    except QueryError:
        findings.fault(f"CUBEJS_DEFAULT_TIMEZONE: there is no time zone '{values['CUBEJS_DEFAULT_TIMEZONE']}'")
    if not LEAST_REQUEST <= values["CUBEJS_MAX_REQUEST_SIZE"] <= MOST_REQUEST:
        findings.fault("CUBEJS_MAX_REQUEST_SIZE: must be between 100kb and 64mb")
    driver = values["CUBEJS_CACHE_AND_QUEUE_DRIVER"]
    if driver != "memory":
        findings.fault(
            f"CUBEJS_CACHE_AND_QUEUE_DRIVER: {driver} is not supported; set it to memory, which keeps answers in the "
            "process"
        )
    if values["CUBEJS_WEB_SOCKETS"]:
        findings.warn("CUBEJS_WEB_SOCKETS", "WebSockets come with a later version; clients can use HTTP")
    if values["CUBEJS_DEV_MODE"] and given.get("NODE_ENV", "").strip() == "production":
        findings.warn("NODE_ENV", "has no say here: CUBEJS_DEV_MODE=false is what turns authentication checks on")
    check_audit(values, findings)
    check_cors(values, findings)
    unknown = set(values["CUBEJS_DEFAULT_API_SCOPES"]) - SCOPES
    if unknown:
        findings.fault(
            f"CUBEJS_DEFAULT_API_SCOPES: there is no scope {', '.join(sorted(unknown))}; "
            f"there are {', '.join(sorted(SCOPES))}"
        )
    values["CUBEJS_DB_QUERY_DEFAULT_LIMIT"] = min(
        values["CUBEJS_DB_QUERY_DEFAULT_LIMIT"], values["CUBEJS_DB_QUERY_LIMIT"]
    )
