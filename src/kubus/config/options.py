"""Options from Python: what `cube.py` or `kubus.py` of a project sets on `config`, as settings and hooks.

Source: https://cube.dev/docs/reference/configuration/config
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

from kubus.config.cors import cors_options
from kubus.config.hooks import NO_HOOKS, Hooks, cannot_refuse
from kubus.config.jwt_options import jwt_settings
from kubus.config.option_texts import nested, text_of
from kubus.errors import ConfigError

# The files, and which is taken where there are both: ours, which a project that came from Cube may have added.
FILES = ("kubus.py", "cube.py")

# Options that are settings as well, by the setting's name.
AS_SETTINGS = {
    "schema_path": "CUBEJS_SCHEMA_PATH",
    "api_secret": "CUBEJS_API_SECRET",
    "api_secrets": "CUBEJS_API_SECRETS",
    "cache_and_queue_driver": "CUBEJS_CACHE_AND_QUEUE_DRIVER",
    "allow_ungrouped_without_primary_key": "CUBEJS_ALLOW_UNGROUPED_WITHOUT_PRIMARY_KEY",
    "graceful_shutdown": "CUBEJS_GRACEFUL_SHUTDOWN",
    "telemetry": "CUBEJS_TELEMETRY",
    "web_sockets": "CUBEJS_WEB_SOCKETS",
    "scheduled_refresh_timer": "CUBEJS_SCHEDULED_REFRESH_TIMER",
    "pre_aggregations_schema": "CUBEJS_PRE_AGGREGATIONS_SCHEMA",
    "compiler_cache_size": "CUBEJS_COMPILER_CACHE_SIZE",
    "pg_sql_port": "CUBEJS_PG_SQL_PORT",
    "sql_user": "CUBEJS_SQL_USER",
    "sql_password": "CUBEJS_SQL_PASSWORD",
    "sql_super_user": "CUBEJS_SQL_SUPER_USER",
}
# Functions of the project in the way of a query, which are called. `query_transformer` is the old name of one.
HOOKS = tuple(field.name for field in fields(Hooks) if field.name != "file")
OLD_NAMES = {"query_transformer": "query_rewrite"}

# Those that are not there yet. Passed over, they would leave their author believing in them.
LATER_HOOKS = (
    "can_switch_sql_user",
    "check_sql_auth",
    "context_to_cube_store_router_id",
    "external_driver_factory",
    "semantic_layer_sync",
)

# Options that change nothing here.
NO_EFFECT = frozenset({
    "allow_js_duplicate_props_in_schema",
    "dashboard_app_path",
    "dashboard_app_port",
    "dev_server",
    "fast_reload",
    "live_preview",
    "max_compiler_cache_keep_alive",
    "process_subscriptions_interval",
    "scheduled_refresh_batch_size",
    "scheduled_refresh_concurrency",
    "sql_cache",
    "update_compiler_cache_keep_alive",
    "web_sockets_base_path",
})  # fmt: skip

# Gone from Cube, and what to do instead.
REMOVED = {
    "check_auth_middleware": "use check_auth",
    "context_to_data_source_id": "use context_to_orchestrator_id",
    "context_to_roles": "use context_to_groups",
    "db_type": "set CUBEJS_DB_TYPE",
    "init_app": "mount kubus.asgi() in an application of your own",
}

OWN = frozenset({"base_path", "http", "jwt", "orchestrator_options"})
KNOWN = frozenset({*AS_SETTINGS, *HOOKS, *OLD_NAMES, *LATER_HOOKS, *NO_EFFECT, *REMOVED, *OWN})


class Config:
    """`config` of the modules `cube` and `kubus`: options by attribute, functions by decorator."""

    def __init__(self) -> None:
        object.__setattr__(self, "given", cast("dict[str, Any]", {}))

    def __setattr__(self, name: str, value: object) -> None:
        given: dict[str, Any] = self.given
        given[known(name)] = value

    def __getattr__(self, name: str) -> Any:
        given: dict[str, Any] = object.__getattribute__(self, "given")
        return given.get(known(name))

    def __call__(self, function: Callable[..., Any] | str) -> Any:
        """Decorate a function whose name, or the given one, is that of an option."""
        if not isinstance(function, str):
            setattr(self, function.__name__, function)
            return function

        def decorated(of: Callable[..., Any]) -> Callable[..., Any]:
            setattr(self, function, of)
            return of

        return decorated


@dataclass(frozen=True, slots=True)
class Options:
    """What the Python file of a project sets: settings by name, which win over the environment, hooks, and the rest.

    `file` is its name, none where there is none.
    """

    file: str | None = None
    settings: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    base_path: str | None = None
    hooks: Hooks = NO_HOOKS
    warnings: tuple[tuple[str, str], ...] = ()


def known(name: str) -> str:
    """The name of an option. Raises AttributeError if there is none."""
    if name in KNOWN:
        return name
    near = get_close_matches(name, KNOWN, n=1)
    raise AttributeError(f"Unknown configuration property: '{name}'" + (f". Did you mean '{near[0]}'?" if near else ""))


def read_options(folder: Path) -> Options:
    """Run the Python file of the project in `folder`, if it has one.

    Raises:
        ConfigError: it fails, or sets what there is not, or what is not there yet.
    """
    file = next((name for name in FILES if (folder / name).is_file()), None)
    if file is None:
        if (folder / "cube.js").is_file():
            text = "is JavaScript, and not run; what it sets has no effect. Set it in the environment or in cube.py"
            return Options(warnings=(("cube.js", text),))
        return Options()
    # Most projects have none.
    from kubus.loading.python_files import FailedPython, PythonFiles
    from kubus.loading.template_context import SafeString, TemplateContext, context_func, memo

    config = Config()
    provided = {
        "config": config,
        "TemplateContext": TemplateContext,
        "SafeString": SafeString,
        "memo": memo,
        "context_func": context_func,
    }
    try:
        text = (folder / file).read_text("utf-8")
        PythonFiles({file: text}, folder, provided).run(file)
    except FailedPython as error:
        raise ConfigError(f"{file}, line {error.line}: {error.message}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} cannot be read: {error}") from error
    return options_of(file, config.given)


def options_of(file: str, given: Mapping[str, Any]) -> Options:
    """The options that were set. Raises ConfigError for what is gone, or not there yet."""
    faults: list[str] = []
    warnings: list[tuple[str, str]] = []
    settings: dict[str, str] = {}
    hooks: dict[str, Any] = {}
    for name, value in given.items():
        if value is None:
            continue
        if name in REMOVED:
            faults.append(f"{file}: {name} was removed; {REMOVED[name]}")
        elif name in LATER_HOOKS:
            faults.append(f"{file}: the hook {name} comes with a later version; remove it to start without it")
        elif name == "logger" and inspect.iscoroutinefunction(value):
            faults.append(f"{file}: logger has to be a plain function: the log does not wait")
        elif name in (*HOOKS, *OLD_NAMES) and callable(value):
            hooks[name] = value
        elif callable(value):
            faults.append(f"{file}: {name} is a function, and has to be a value")
        elif name in (*HOOKS, *OLD_NAMES) and name not in AS_SETTINGS:
            faults.append(f"{file}: {name} has to be a function, and is {value!r}")
        elif name in NO_EFFECT:
            warnings.append((f"{file}: {name}", "has no effect here"))
        elif name in AS_SETTINGS:
            settings[AS_SETTINGS[name]] = text_of(value)
        elif name == "jwt":
            settings |= jwt_settings(f"{file}: jwt", value, faults)
        elif name == "orchestrator_options":
            names = {"continueWaitTimeout": "KUBUS_CONTINUE_WAIT", "continue_wait_timeout": "KUBUS_CONTINUE_WAIT"}
            settings |= nested(f"{file}: orchestrator_options", value, names, faults)
        elif name == "http":
            found = cors_options(f"{file}: http", value, faults)
            settings |= {setting: text_of(part) for setting, part in found.items()}
    base_path = given.get("base_path")
    if base_path is not None and not (isinstance(base_path, str) and base_path.startswith("/")):
        faults.append(f"{file}: base_path has to be a path that begins with '/', and is {base_path!r}")
    for old, name in OLD_NAMES.items():
        if old in hooks:
            found = hooks.pop(old)
            if hooks.setdefault(name, found) is not found:
                warnings.append((f"{file}: {old}", f"is the old name of {name}, which is there as well and wins"))
    if "check_auth" in hooks and cannot_refuse(hooks["check_auth"]):
        warnings.append((f"{file}: check_auth", "refuses nobody: whoever asks is let in, with a token or without"))
    if faults:
        raise ConfigError("\n".join(faults))
    return Options(file, MappingProxyType(settings), base_path, Hooks(file, **hooks), tuple(warnings))
