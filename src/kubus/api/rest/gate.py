"""Who may pass: tokens, and the scopes that an endpoint asks for."""

from hashlib import sha256
from typing import TYPE_CHECKING

from kubus.api.rest.incoming import Incoming, token_of
from kubus.api.rest.options import ApiOptions
from kubus.context import NOBODY, SecurityContext
from kubus.errors import Forbidden, Unauthenticated
from kubus.events import AuthRefused, emit

if TYPE_CHECKING:
    from kubus.auth.provider import Authenticator

# Metadata with the SQL of the model in it: nobody has this scope unless it is given.
META_EXTENDED = "meta-extended"


def authenticate(request: Incoming, authenticator: "Authenticator", options: ApiOptions) -> SecurityContext:
    """Who asks.

    In development mode a missing or wrong token makes nobody of the caller, and a right one is used.

    Raises:
        Unauthenticated: there is no token, or it does not verify.
    """
    token = token_of(request)
    if token is None:
        if options.dev_mode:
            return NOBODY
        raise Unauthenticated("Authorization header isn't set")
    try:
        return authenticator.verify(token)
    except Unauthenticated as error:
        if options.dev_mode:
            return NOBODY
        digest = sha256(token.encode("utf-8", "surrogateescape")).hexdigest()[:12]
        emit(AuthRefused(error.reason, request.request_id, request.path, token_hash=digest))
        raise


def require_scope(scope: str, options: ApiOptions) -> None:
    """Raises Forbidden unless callers have this scope."""
    if scope not in options.default_scopes:
        raise Forbidden(f"API scope is missing: {scope}")
