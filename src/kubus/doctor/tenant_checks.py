"""Checks of how tenants are kept apart: what the data model declares, and whether app ids tell what templates read."""

import asyncio
from collections.abc import Iterator, Sequence
from types import MappingProxyType
from typing import Any, cast

from kubus.config.hook_calls import HookCalls
from kubus.config.hook_context import hook_context
from kubus.config.hooks import Hook
from kubus.config.settings import Settings
from kubus.context import SecurityContext
from kubus.doctor.check import Check, some
from kubus.errors import ConfigError, KubusError, ModelError
from kubus.loading.files import model_files
from kubus.loading.template_claims import claims_in_templates
from kubus.loading.tenancy import declared_tenancy
from kubus.model.tenancy import Tenancy

# Two callers who differ in one claim.
ONE, OTHER = "kubus-doctor-1", "kubus-doctor-2"


def check_tenants(settings: Settings) -> Iterator[Check]:
    """What the model says of tenants, and whether callers of one app id could have different models."""
    try:
        texts = model_files(settings.model)
    except (ConfigError, ModelError):
        # The check of the model says so.
        return
    tenancy = declared_tenancy(texts)
    if tenancy is not None:
        what = (
            "sees rows"
            if tenancy.kind is None
            else f"has a {tenancy.kind.replace('_', ' ')} of their own and sees rows"
        )
        yield Check(
            "tenancy", "ok", f"a caller {what} of the tenant that the claim {tenancy.name} names, and of no other"
        )
    read = claims_in_templates(texts)
    if read:
        yield from app_ids(read, settings, tenancy)


def app_ids(read: Sequence[tuple[str, ...]], settings: Settings, tenancy: Tenancy | None) -> Iterator[Check]:
    """Whether the app id tells apart whatever templates read of who asks."""
    hook = settings.hooks.context_to_app_id
    if hook is None:
        if tenancy is None:
            # Then templates may not read it, and the check of the model says so.
            return
        apart = [path == tenancy.claim for path in read]
    else:
        try:
            apart = asyncio.run(told_apart(hook, read, settings.values["KUBUS_HOOK_TIMEOUT"].total_seconds()))
        except KubusError:
            said = f"{settings.hooks.file}: context_to_app_id did not answer to made-up claims"
            yield Check("app-ids", "note", said, "See that the app id has whatever templates read of COMPILE_CONTEXT")
            return
    missing = [".".join(path) for path, is_told in zip(read, apart, strict=True) if not is_told]
    if missing:
        said = f"callers of one app id may differ in claims that templates read: {some(missing)}"
        yield Check("app-ids", "warn", f"{said}; each has a model of their own, which Cube would not give them",
                    "Put these claims into the app id")  # fmt: skip
    else:
        yield Check("app-ids", "ok", "the app id tells apart whatever templates read of COMPILE_CONTEXT")


async def told_apart(hook: Hook, read: Sequence[tuple[str, ...]], seconds: float) -> list[bool]:
    """Whether each claim makes a difference to the app id. Raises KubusError if the hook does not say."""
    calls = HookCalls()

    async def app_id(other: tuple[str, ...] | None) -> object:
        claims: dict[str, Any] = {}
        for path in read:
            here = claims
            for step in path[:-1]:
                inner = here.get(step)
                here[step] = here = cast("dict[str, Any]", inner) if isinstance(inner, dict) else {}
            here[path[-1]] = OTHER if path == other else ONE
        frozen = MappingProxyType(claims)
        ctx = hook_context(SecurityContext(frozen, frozen), {}, "kubus-doctor")
        return await calls.call("context_to_app_id", hook, ctx, seconds=seconds)

    plain = await app_id(None)
    return [await app_id(path) != plain for path in read]
