"""Who asks, and in which request."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

# Claims are JSON: their values are typed where they are read.
Claims = Mapping[str, Any]

NO_CLAIMS: Claims = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class SecurityContext:
    """Who asks, as the auth provider vouches for it.

    `claims` is what hooks and policies read: the token's payload, overlaid with the namespaced claim and the old
    claim `u` where there are any. `jwt` is the payload as it was signed. Both are empty for a caller without a token,
    who exists only in development mode and in library use. `namespaced` is what SQL reads where a setting makes that
    something else than `claims`.
    """

    claims: Claims = field(default_factory=lambda: NO_CLAIMS)
    jwt: Claims = field(default_factory=lambda: NO_CLAIMS)
    namespaced: Any = None

    @property
    def for_sql(self) -> Any:
        """What `SECURITY_CONTEXT` is in the SQL of a model; a token may hold anything there."""
        return self.claims if self.namespaced is None else self.namespaced


NOBODY = SecurityContext()


@dataclass(frozen=True, slots=True)
class RequestContext:
    """One request: its id for the log, and the scopes that its caller has."""

    request_id: str
    security: SecurityContext = NOBODY
    scopes: frozenset[str] = field(default_factory=frozenset[str])
