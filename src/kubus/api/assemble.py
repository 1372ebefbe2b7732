"""Settings to an application: sources, layer, authenticator and API put together."""

import asyncio
import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import kubus
from kubus.api.app import Api, ApiOptions, make_app
from kubus.api.rest.callers import HookRules
from kubus.api.rest.cors import Cors
from kubus.audit.audit_log import AuditLog
from kubus.audit.query_tags import QueryTags
from kubus.auth.provider import Authenticator
from kubus.config.audit import audit_key
from kubus.config.make_audit import make_audit
from kubus.config.project import project_settings
from kubus.config.revocation import make_watch
from kubus.config.settings import Settings
from kubus.errors import ConfigError, ModelError
from kubus.events import HooksFound, SettingWarning, emit
from kubus.loading.files import ModelFolder, model_stamps
from kubus.semantic_layer import SemanticLayer
from kubus.sources.registry import dialect_of, make_source
from kubus.tenants.rules import TenantRules
from kubus.tenants.tenants import Tenants

# How often model files are looked at in development.
WATCH_SECONDS = 0.5

NO_CONTEXTS = (
    "Multitenancy Without ScheduledRefreshContexts: context_to_app_id makes tenants, and no hook says for which of "
    "them work is done in the background"
)


@dataclass(frozen=True, slots=True)
class Assembled:
    """What answers, the application in front of it, what verifies tokens, and the audit log if there is one.

    `layer` is that of all who share one model, `tenants` has that of each caller.
    """

    layer: SemanticLayer
    app: Api
    tenants: Tenants
    authenticator: Authenticator
    audit: AuditLog | None = None


def assemble(settings: Settings, *, watch: bool = False, base_path: str | None = None) -> Assembled:
    """What these settings describe. Nothing is connected yet; with `watch`, changed model files are compiled anew.

    Raises:
        ConfigError: there is no model folder, or a driver is missing.
    """
    for name, message in settings.warnings:
        emit(SettingWarning(name, message))
    if settings.hooks.found:
        emit(HooksFound(settings.hooks.file, settings.hooks.found))
    if for_nobody(settings):
        emit(SettingWarning("scheduled_refresh_contexts", NO_CONTEXTS))
    tenants = make_tenants(settings, reloads=watch)
    audit = make_audit(settings.values, settings.folder)
    tasks: list[asyncio.Task[None]] = []

    async def on_start() -> None:
        if audit is not None:
            await audit.start()
        if watch:
            tasks.append(asyncio.get_running_loop().create_task(reload_when_changed(tenants, settings.model)))

    async def on_stop() -> None:
        for task in tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await tenants.close()
        if audit is not None:
            await audit.stop()

    options = api_options(settings, base_path or settings.base_path)
    rules = settings.jwt if settings.dev_jwt is None else (*settings.jwt, settings.dev_jwt)
    authenticator = Authenticator(*rules, watch=make_watch(settings))
    app = make_app(
        tenants,
        authenticator,
        options,
        hooks=settings.hooks,
        hook_rules=HookRules(
            settings.values["KUBUS_HOOK_TIMEOUT"].total_seconds(),
            settings.values["CUBEJS_APP"],
            options.default_scopes,
            settings.values["KUBUS_SHARED_COMPARTMENT"],
        ),
        on_start=on_start,
        on_stop=on_stop,
        audit=audit,
    )
    return Assembled(tenants.shared, app, tenants, authenticator, audit)


def for_nobody(settings: Settings) -> bool:
    """Whether background work is asked for, and nothing says for which tenants."""
    hooks = settings.hooks
    asked = settings.values["CUBEJS_REFRESH_WORKER"] or settings.values["CUBEJS_SCHEDULED_REFRESH_TIMER"] is not None
    return asked and hooks.context_to_app_id is not None and hooks.scheduled_refresh_contexts is None


def make_tenants(settings: Settings, *, reloads: bool = False, layer: SemanticLayer | None = None) -> Tenants:
    """What answers for each caller, as these settings say. Compiled is the model that all share, if they do.

    `layer` answers instead of the one that the settings describe.
    """
    values, hooks = settings.values, settings.hooks
    rules = TenantRules(
        seconds=values["KUBUS_HOOK_TIMEOUT"].total_seconds(),
        setup_seconds=values["KUBUS_SETUP_HOOK_TIMEOUT"].total_seconds(),
        models_kept=values["CUBEJS_COMPILER_CACHE_SIZE"],
        pools_kept=values["KUBUS_TENANT_POOLS"],
        app_id=values["CUBEJS_APP"],
        sources=settings.sources,
        folder=settings.folder,
        model_folder=settings.model,
    )
    texts = ModelFolder(settings.model).texts if hooks.repository_factory is None else None
    tenants = Tenants(layer or make_layer(settings, reloads=reloads), hooks, rules=rules, texts=texts)
    if not tenants.each_has_its_own:
        tenants.shared.reload()
    return tenants


def make_layer(
    settings: Settings, *, reloads: bool = False, connected: bool = True, show_hidden: bool | None = None
) -> SemanticLayer:
    """The semantic layer that these settings describe, its model not compiled yet; `reloads` says that it will be
    compiled again.

    One that is not `connected` has no sources, and every compartment has to be given its own. `show_hidden` says
    otherwise than the mode whether members that are not public are shown.
    """
    values = settings.values
    sources = {name: make_source(name, options) for name, options in settings.sources.items()} if connected else {}
    return SemanticLayer.from_folder(
        settings.model,
        sources,
        show_hidden=settings.dev_mode if show_hidden is None else show_hidden,
        allow_ungrouped_without_primary_key=values["CUBEJS_ALLOW_UNGROUPED_WITHOUT_PRIMARY_KEY"],
        continue_wait=min(values["KUBUS_CONTINUE_WAIT"].total_seconds(), 90.0),
        cache_bytes=values["KUBUS_CACHE_SIZE"],
        tenant_share=values["KUBUS_TENANT_SHARE"] / 100,
        tenant_queue=values["KUBUS_TENANT_QUEUE"],
        tenant_databases=values["KUBUS_TENANT_POOLS"],
        missing_claims=values["KUBUS_MISSING_CLAIMS"],
        ambiguous_joins=values["KUBUS_AMBIGUOUS_JOINS"],
        default_access=values["KUBUS_DEFAULT_ACCESS"],
        default_masks=settings.default_masks,
        reloads=reloads,
        dialects=None if connected else {name: dialect_of(options) for name, options in settings.sources.items()},
        compile_now=False,
    )


def api_options(settings: Settings, base_path: str) -> ApiOptions:
    """The options of the HTTP API in these settings."""
    values = settings.values
    return ApiOptions(
        dev_mode=settings.dev_mode,
        dev_auth=values["KUBUS_DEV_AUTH"],
        base_path=base_path,
        default_limit=values["CUBEJS_DB_QUERY_DEFAULT_LIMIT"],
        max_limit=values["CUBEJS_DB_QUERY_LIMIT"],
        default_timezone=values["CUBEJS_DEFAULT_TIMEZONE"],
        max_request_size=values["CUBEJS_MAX_REQUEST_SIZE"],
        default_scopes=frozenset(values["CUBEJS_DEFAULT_API_SCOPES"] or ()),
        cache_control=values["KUBUS_CACHE_CONTROL"],
        drain_seconds=int(values["CUBEJS_GRACEFUL_SHUTDOWN"].total_seconds()),
        query_tags=QueryTags(frozenset(values["KUBUS_QUERY_TAGS"]), audit_key(values) or b""),
        cors=Cors(
            origins=values["KUBUS_CORS_ORIGINS"],
            methods=values["KUBUS_CORS_METHODS"],
            headers=values["KUBUS_CORS_HEADERS"],
            exposed_headers=values["KUBUS_CORS_EXPOSED_HEADERS"],
            credentials=values["KUBUS_CORS_CREDENTIALS"],
            max_age=values["KUBUS_CORS_MAX_AGE"],
        ),
        folder_delimiter=values["CUBEJS_NESTED_FOLDERS_DELIMITER"] or "",
        auth_failures=values["KUBUS_AUTH_FAILURES"],
        trusted_proxies=values["KUBUS_TRUSTED_PROXIES"],
        auth_401=values["KUBUS_AUTH_401"],
        version=kubus.__version__,
    )


async def reload_when_changed(tenants: Tenants, folder: Path) -> None:
    """Compile the model again whenever a file of it changes, until cancelled."""
    seen = await asyncio.to_thread(model_stamps, folder)
    while True:
        await asyncio.sleep(WATCH_SECONDS)
        stamps = await asyncio.to_thread(model_stamps, folder)
        if stamps != seen:
            seen = stamps
            with contextlib.suppress(ConfigError, ModelError):
                # The folder may be gone for a moment, or a file be half written; what is loaded answers on.
                await tenants.reload()


def asgi(
    folder: Path | str = ".",
    *,
    environ: Mapping[str, str] | None = None,
    base_path: str | None = None,
    **overrides: Any,
) -> Api:
    """The HTTP API of the project in `folder`, as an ASGI application to mount in another one.

    Settings come from the project's `kubus.py` or `cube.py`, the process environment (or `environ`) and `.env`;
    `overrides` are settings by name and win, such as `CUBEJS_SCHEMA_PATH="model"`. The host's lifespan calls `startup`
    and `shutdown` of what is returned, because a mounted application has none of its own.

    Raises:
        ConfigError: a setting is wrong; says all that are.
    """
    place = Path(folder)
    given = os.environ if environ is None else environ
    settings = project_settings(given, place, overrides={name: str(value) for name, value in overrides.items()})
    return assemble(settings, base_path=base_path).app
