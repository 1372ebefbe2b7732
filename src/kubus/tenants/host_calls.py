"""Hooks that set up a tenant: asked for a caller, as the rules say."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from kubus.config.hook_calls import HookCalls
from kubus.config.hook_context import hook_context, thawed
from kubus.config.hooks import Hooks
from kubus.context import Caller
from kubus.loading.compile_context import told
from kubus.tenants.rules import TenantRules

T = TypeVar("T")

# What tells one token from the next of the same caller. No database and no model hangs on it.
OF_THE_TOKEN = frozenset({"iat", "exp", "nbf", "jti", "auth_time"})


@dataclass(frozen=True, slots=True)
class HostCalls:
    """Calls the hooks of the host. Those of every request have less time than those that set up a tenant."""

    hooks: Hooks
    calls: HookCalls
    rules: TenantRules

    async def asked(
        self,
        name: str,
        caller: Caller,
        request_id: str,
        check: Callable[[Any], T],
        *,
        sets_up: bool = True,
        more: Mapping[str, Any] | None = None,
    ) -> T:
        """What the hook says for a caller, made into what it has to be by `check`. `more` joins its context.

        Raises:
            Forbidden, AuthError: the hook denied.
            HookError: it failed, took too long, or gave what it may not give.
        """
        return await self.calls.call(
            name,
            getattr(self.hooks, name),
            {**hook_context(caller.security, caller.extended, request_id), **(more or {})},
            seconds=self.rules.setup_seconds if sets_up else self.rules.seconds,
            request_id=request_id,
            check=check,
        )


def who_is(caller: Caller) -> object:
    """All that hooks which set up a tenant may read of a caller, so that others are not equal to it."""
    security = caller.security
    said = [thawed(claims) for claims in (security.claims, security.jwt, caller.extended)]
    return told([{name: value for name, value in one.items() if name not in OF_THE_TOKEN} for one in said])
