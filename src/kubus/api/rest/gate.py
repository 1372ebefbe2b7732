"""Who may pass: tokens, and the scopes that an endpoint asks for."""

from hashlib import sha256

from kubus.api.rest.incoming import Incoming, token_of
from kubus.api.rest.options import ApiOptions
from kubus.auth.jwt import Refused
from kubus.auth.provider import AuthProvider
from kubus.context import NOBODY, Caller, SecurityContext
from kubus.errors import Forbidden, Unauthenticated
from kubus.events import AuthRefused, emit

# Metadata with the SQL of the model in it: nobody has this scope unless it is given.
META_EXTENDED = "meta-extended"


async def authenticate(request: Incoming, authenticator: AuthProvider, options: ApiOptions) -> SecurityContext:
    """Who asks.

    In development mode a missing or wrong token makes nobody of the caller, and a right one is used.

    Raises:
        Unauthenticated: there is no token, or it does not verify.
    """
    token = token_of(request)
    if token is None and not request.several_tokens:
        if options.dev_mode:
            return NOBODY
        raise Unauthenticated("Authorization header isn't set")
    try:
        if token is None or request.several_tokens:
            # What stands before this server may have looked at another one than this server would.
            raise Refused("several_tokens")
        return await authenticator.verify(token)
    except Unauthenticated as error:
        if options.dev_mode:
            return NOBODY
        emit(refusal(error, token, request))
        raise


def recognized(request: Incoming, authenticator: AuthProvider, options: ApiOptions) -> SecurityContext | None:
    """Who asks, if that takes nothing but looking up: the same token verified before and still holds.

    None says nothing about the token.
    """
    if request.several_tokens:
        return None
    token = token_of(request)
    if token is None:
        return NOBODY if options.dev_mode else None
    return authenticator.recognize(token)


def refusal(error: Unauthenticated, token: str | None, request: Incoming) -> AuthRefused:
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
    )


def has_scope(scope: str, caller: Caller, options: ApiOptions) -> bool:
    """Whether a caller has this scope: one that the host gave them, or one of the default ones."""
    return scope in (options.default_scopes if caller.scopes is None else caller.scopes)


def require_scope(scope: str, caller: Caller, options: ApiOptions) -> None:
    """Raises Forbidden unless the caller has this scope."""
    if not has_scope(scope, caller, options):
        raise Forbidden(f"API scope is missing: {scope}")
