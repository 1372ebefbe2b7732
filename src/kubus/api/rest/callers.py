"""Callers, made of the security contexts that tokens vouch for and of what the host's hooks say of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, TypeVar

from kubus.api.rest.bounded import Bounded
from kubus.api.rest.incoming import Incoming, token_of
from kubus.config.hook_calls import HookCalls
from kubus.config.hook_context import hook_context, thawed
from kubus.config.hooks import (
    NO_HOOKS,
    Hook,
    Hooks,
    checked_context,
    checked_extension,
    checked_groups,
    checked_name,
    checked_scopes,
)
from kubus.context import APP_ID, NOBODY, Caller, Claims, SecurityContext
from kubus.errors import HookError, Unauthenticated
from kubus.events import SettingWarning, emit
from kubus.loading.template_context import key_of
from kubus.model.tenancy import Tenancy
from kubus.query.tenant import named_by

T = TypeVar("T")

# How many callers are remembered, and about how many bytes of what is known of them.
REMEMBERED = 10_000
REMEMBERED_BYTES = 64 * 1024 * 1024

NO_CONTEXT = (
    "returned no security_context: whoever asks is let in with an empty one. Raise AuthError for those who may not in"
)


@dataclass(frozen=True, slots=True)
class HookRules:
    """How hooks are called: for so many seconds, with these defaults where they are missing.

    `shares_compartment` says that all app ids share connections and answers where no hook says otherwise, as in Cube.
    """

    seconds: float = 5.0
    app_id: str = APP_ID
    default_scopes: frozenset[str] = frozenset()
    shares_compartment: bool = False


class Callers:
    """Makes callers; of equal ones always the same one, so that what is kept for it is found again.

    `tenancy` is that of the data model: the tenant that it names is a caller's app id where nothing else says one.
    """

    def __init__(
        self,
        hooks: Hooks = NO_HOOKS,
        rules: HookRules | None = None,
        tenancy: Callable[[], Tenancy | None] = lambda: None,
    ) -> None:
        self._tenancy = tenancy
        self._seen: Tenancy | None = None
        self._hooks = hooks
        self._rules = rules or HookRules()
        self._calls = HookCalls()
        self._known: Bounded[object, Caller] = Bounded(REMEMBERED, REMEMBERED_BYTES)
        self._warned = False

    @property
    def calls(self) -> HookCalls:
        """What calls the hooks."""
        return self._calls

    @property
    def seconds(self) -> float:
        """How long a hook may take."""
        return self._rules.seconds

    def of(self, security: SecurityContext) -> Caller:
        """The caller with this context, where hooks have no say in it."""
        tenancy = self._tenancy()
        if tenancy is not self._seen:
            # Another data model may name tenants by another claim.
            self._seen = tenancy
            self._known = Bounded(REMEMBERED, REMEMBERED_BYTES)
        # A caller holds its context, so that the id stays the context's own.
        known = self._known.get(id(security))
        if known is not None:
            return known
        app_id = self._app_id(security)
        caller = Caller(security, security.groups, app_id=app_id, compartment=app_id)
        self._known.put(id(security), caller, 1000)
        return caller

    async def checked(self, request: Incoming) -> SecurityContext:
        """The context that the hook `check_auth` vouches for; it is asked for every request, also without a token.

        Raises:
            AuthError: the hook does not let the caller in, and says so.
            Unauthenticated: the hook failed, or there are two tokens of which it would see one.
        """
        assert self._hooks.check_auth is not None, "asked for where there is one"
        if request.several_tokens:
            raise Unauthenticated("Invalid token", reason="several_tokens")
        try:
            given = (request_of(request, {}), token_of(request))
            claims = await self._call("check_auth", request, given, checked_context)
        except HookError as error:
            raise Unauthenticated("Invalid token", reason="check_auth") from error
        if claims is None:
            if not self._warned:
                self._warned = True
                emit(SettingWarning("check_auth", NO_CONTEXT))
            return NOBODY
        kept: Claims = MappingProxyType(dict(claims))
        return SecurityContext(kept, kept)

    async def asked(self, security: SecurityContext, request: Incoming) -> Caller:
        """The caller with this context, as the hooks have it in this request.

        Raises:
            Forbidden, AuthError: a hook denied the request.
            HookError: a hook failed, or gave what it may not give.
        """
        hooks, rules = self._hooks, self._rules
        extended: Mapping[str, Any] = {}
        if hooks.extend_context is not None:
            given = (request_of(request, security.claims),)
            extended = await self._call("extend_context", request, given, checked_extension)
            if "securityContext" in extended:
                security = replaced(security, extended["securityContext"])
        ctx = hook_context(security, extended, request.request_id)
        app_id = self._app_id(security)
        if hooks.context_to_app_id is not None:
            app_id = await self._named("context_to_app_id", "contextToAppId", request, ctx)
        compartment = rules.app_id if rules.shares_compartment else app_id
        if hooks.context_to_orchestrator_id is not None:
            compartment = await self._named("context_to_orchestrator_id", "contextToOrchestratorId", request, ctx)
        groups = security.groups
        if hooks.context_to_groups is not None:
            groups = await self._call("context_to_groups", request, (ctx,), checked_groups)
        scopes: frozenset[str] | None = None
        if hooks.context_to_api_scopes is not None:
            given = (thawed(security.claims), sorted(rules.default_scopes))
            scopes = await self._call("context_to_api_scopes", request, given, checked_scopes)
        return self._same(Caller(security, groups, scopes, app_id, compartment, MappingProxyType(dict(extended))))

    def _app_id(self, security: SecurityContext) -> str:
        """The app id of a caller of whom no hook says one."""
        tenancy = self._tenancy()
        named = None if tenancy is None else named_by(security, tenancy)
        return security.tenant or named or self._rules.app_id

    def _same(self, caller: Caller) -> Caller:
        """The caller that came before and is equal, or else this one.

        One of which something cannot be compared, since a hook put an object of its own into it, is always new.
        """
        security = caller.security
        told = key_of(list(map(thawed, (security.claims, security.jwt, security.namespaced, caller.extended))))
        if told is None:
            return caller
        scopes = None if caller.scopes is None else tuple(sorted(caller.scopes))
        key = (told, tuple(sorted(caller.groups)), scopes, caller.app_id, caller.compartment)
        known = self._known.get(key)
        if known is None:
            known = caller
            self._known.put(key, caller, 1000 + 4 * len(repr(key)))
        return known

    async def _named(self, name: str, told: str, request: Incoming, ctx: dict[str, Any]) -> str:
        return await self._call(name, request, (ctx,), lambda value: checked_name(told, value))

    async def _call(self, name: str, request: Incoming, arguments: tuple[object, ...], check: Callable[[Any], T]) -> T:
        hook: Hook = getattr(self._hooks, name)
        return await self._calls.call(
            name, hook, *arguments, seconds=self._rules.seconds, request_id=request.request_id, check=check
        )


def request_of(request: Incoming, claims: Claims) -> dict[str, Any]:
    """A request as hooks see it: plain dicts that they may keep and change."""
    query = request.query_string.decode("latin-1")
    return {
        "url": f"{request.path}?{query}" if query else request.path,
        "method": request.method,
        "headers": {name.decode("latin-1"): value.decode("latin-1") for name, value in request.headers.items()},
        "requestId": request.request_id,
        "securityContext": thawed(claims),
    }


def replaced(security: SecurityContext, claims: Mapping[str, Any]) -> SecurityContext:
    """The context that a hook put in the place of the token's. SQL reads it too."""
    return replace(security, claims=MappingProxyType(dict(claims)), namespaced=None)
