"""All checks, of the project in a folder."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from kubus.config.project import project_settings
from kubus.config.settings import Settings
from kubus.doctor.audit_checks import check_audit_place
from kubus.doctor.check import Check
from kubus.doctor.database_checks import check_databases
from kubus.doctor.model_checks import check_model
from kubus.doctor.settings_checks import check_settings
from kubus.doctor.tenant_checks import check_tenants
from kubus.errors import ConfigError

PRODUCTION = {"CUBEJS_DEV_MODE": "false"}


def examine(environ: Mapping[str, str], folder: Path, *, for_production: bool) -> Iterator[Check]:
    """Every check of the project in `folder`.

    For production, what is wrong with it there fails; otherwise a project in development mode is only warned of it.
    Settings that are wrong end the examination, since nothing else can be known then.
    """
    try:
        settings = project_settings(environ, folder)
    except ConfigError as error:
        yield from faults(error)
        return
    is_judged = for_production or not settings.dev_mode
    for check in whole(settings, environ, folder):
        yield check if is_judged or check.status != "fail" else replace(check, status="warn")


def whole(settings: Settings, environ: Mapping[str, str], folder: Path) -> Iterator[Check]:
    in_production = settings
    if settings.dev_mode:
        # What would be refused there is not even read in development mode.
        try:
            in_production = project_settings({**environ, **PRODUCTION}, folder)
        except ConfigError as error:
            yield from faults(error)
    else:
        yield Check("settings", "ok", "the settings are right")
    for name, said in in_production.warnings:
        yield Check("settings", "warn", f"{name}: {said}")
    yield from check_settings(replace(in_production, dev_mode=settings.dev_mode), environ)
    yield from check_audit_place(settings)
    yield from check_tenants(settings)
    yield from check_model(settings)
    yield from check_databases(settings)


def faults(error: ConfigError) -> Iterator[Check]:
    for line in error.message.splitlines():
        yield Check("settings", "fail", line)
