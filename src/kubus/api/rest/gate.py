"""Who may pass: tokens, and the scopes that an endpoint asks for."""

from hashlib import sha256
from math import ceil

from kubus.api.rest.incoming import Incoming, token_of
from kubus.api.rest.options import ApiOptions
from kubus.api.rest.throttle import Throttle, TrustedProxies
from kubus.auth.jwt import Refused
from kubus.auth.provider import AuthProvider
from kubus.context import NOBODY, Caller, SecurityContext
from kubus.errors import AuthError, Forbidden, Throttled, Unauthenticated
from kubus.events import AddressThrottled, AuthRefused, emit

# Metadata with the SQL of the model in it: nobody has this scope unless it is given.
META_EXTENDED = "meta-extended"


class Gate:
    """Says who asks, and counts who fails at it."""

    def __init__(self, authenticator: AuthProvider, options: ApiOptions) -> None:
        self._authenticator = authenticator
        self._is_open = options.is_open
        self._throttle = Throttle(options.auth_failures)
        self._proxies = TrustedProxies(options.trusted_proxies)

    async def authenticate(self, request: Incoming) -> SecurityContext:
        """Who asks.

        Where everybody is let in, as in development mode, a missing or wrong token makes nobody of the caller, and a
        right one is used.

        Raises:
            Unauthenticated: there is no token, or it does not verify.
        """
        token = token_of(request)
        if token is None and not request.several_tokens:
            if self._is_open:
                return NOBODY
            raise Unauthenticated("Authorization header isn't set")
        try:
            if token is None or request.several_tokens:
                # What stands before this server may have looked at another one than this server would.
                raise Refused("several_tokens")
            return await self._authenticator.verify(token)
        except Unauthenticated:
            if self._is_open:
                return NOBODY
            raise

    def recognized(self, request: Incoming) -> SecurityContext | None:
        """Who asks, if that takes nothing but looking up: the same token verified before and still holds.

        None says nothing about the token.
        """
        if request.several_tokens:
            return None
        token = token_of(request)
        if token is None:
            return NOBODY if self._is_open else None
        return self._authenticator.recognize(token)

    def failed(self, request: Incoming, error: Unauthenticated | AuthError) -> None:
        """Note that somebody showed what does not let them in, and tell the log.

        Raises:
            Throttled: their address did so too often.
        """
        token = token_of(request)
        if token is None and not request.several_tokens:
            return
        address = self._proxies.address(request.peer, request.forwarded_for)
        # A signer vouched for this one: whoever has it open in a browser is no attacker.
        expired = isinstance(error, Unauthenticated) and error.reason == "expired"
        excess = None if expired else self._throttle.failed(address)
        if excess is not None:
            if excess.unsaid is not None:
                emit(AddressThrottled(address, excess.unsaid))
            raise Throttled(ceil(excess.wait)) from error
        if isinstance(error, Unauthenticated):
            emit(refusal(error, token, request, address))


def refusal(error: Unauthenticated, token: str | None, request: Incoming, address: str = "") -> AuthRefused:
    """What the log learns of a token that did not verify: why, what it said of itself, and the begin of its hash."""
    told = error if isinstance(error, Refused) else Refused(error.reason)
    return AuthRefused(
        reason=told.reason,
        request_id=request.request_id,
        path=request.path,
        token_hash="" if token is None else sha256(token.encode()).hexdigest()[:12],
        algorithm=told.algorithm,
        key_id=told.key_id,
        issuer=told.issuer,
        address=address,
    )


def has_scope(scope: str, caller: Caller, options: ApiOptions) -> bool:
    """Whether a caller has this scope: one that the host gave them, or one of the default ones."""
    return scope in (options.default_scopes if caller.scopes is None else caller.scopes)


def require_scope(scope: str, caller: Caller, options: ApiOptions) -> None:
    """Raises Forbidden unless the caller has this scope."""
    if not has_scope(scope, caller, options):
        raise Forbidden(f"API scope is missing: {scope}")
