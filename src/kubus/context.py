"""Who asks, and in which request."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

# Claims are JSON: their values are typed where they are read.
Claims = Mapping[str, Any]

NO_CLAIMS: Claims = MappingProxyType({})

# The tenant of callers whom no hook gives another, as in Cube.
APP_ID = "STANDALONE"


@dataclass(frozen=True, slots=True)
class SecurityContext:
    """Who asks, as the auth provider vouches for it.

    `claims` is what hooks and policies read: the token's payload, overlaid with the namespaced claim and the old
    claim `u` where there are any. `jwt` is the payload as it was signed. Both are empty for a caller without a token,
    who exists only in development mode and in library use. `namespaced` is what SQL reads where a setting makes that
    something else than `claims`.

    `issuer` and `subject` say who asks, for records; empty where the token does not. `tenant` and `groups` are what the
    claims hold that settings name for them: none where no setting does.
    """

    claims: Claims = field(default_factory=lambda: NO_CLAIMS)
    jwt: Claims = field(default_factory=lambda: NO_CLAIMS)
    namespaced: Any = None
    issuer: str = ""
    subject: str = ""
    tenant: str | None = None
    groups: frozenset[str] = frozenset()

    @property
    def for_sql(self) -> Any:
        """What `SECURITY_CONTEXT` is in the SQL of a model; a token may hold anything there."""
        return self.claims if self.namespaced is None else self.namespaced


NOBODY = SecurityContext()


@dataclass(frozen=True, slots=True, eq=False)
class Caller:
    """Who asks, with what the host says of them. Everything that decides what they may see, and nothing of one request.

    `groups` choose the access policies that are for them. `scopes` are the APIs that they may use; None stands for the
    default ones. `app_id` is their tenant: whose data model they ask. `compartment` names what they share with others:
    connections, kept answers and statements that run. `extended` is what the host added for its own hooks.

    Compared by identity, so that what is kept for one caller is found without reading all their claims. Callers who
    are equal in all of this are made one and the same where they come in.
    """

    security: SecurityContext = NOBODY
    groups: frozenset[str] = frozenset()
    scopes: frozenset[str] | None = None
    app_id: str = APP_ID
    compartment: str = APP_ID
    extended: Claims = field(default_factory=lambda: NO_CLAIMS)


ANYBODY = Caller()
