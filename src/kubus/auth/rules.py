"""What a token has to be, and whose keys it has to be signed with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from kubus.auth.key_place import KeyPlace
from kubus.auth.keys import VerificationKey

# Tokens that development mode mints are for development mode alone.
DEV_ISSUER = "kubus-dev"


@dataclass(frozen=True, slots=True)
class JwtRules:
    """All that verifying the tokens of one signer depends on.

    `keys` are tried in order: that is how secrets are rotated. `key_place` is where keys are fetched instead.
    `algorithms` None leaves the choice to the keys; an empty tuple refuses every token. `audiences` are those of which
    a token must name one. `required` are claims that must be there with these values. `types` are the values of the
    header `typ` that are taken, in lower case and without `application/`. `max_size` is in bytes.

    `claims_namespace`, `groups_claim`, `tenant_claim` and `subject_claim` say where a token holds what is read of it.
    """

    keys: tuple[VerificationKey, ...] = ()
    key_place: KeyPlace | None = None
    algorithms: tuple[str, ...] | None = None
    issuers: tuple[str, ...] | None = None
    audiences: tuple[str, ...] | None = None
    subject: str | None = None
    required: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    types: tuple[str, ...] | None = None
    claims_namespace: str | None = None
    groups_claim: str | None = None
    tenant_claim: str | None = None
    subject_claim: str = "sub"
    require_expiry: bool = True
    max_age: timedelta | None = None
    clock_skew: timedelta = timedelta(0)
    max_size: int = 16 * 1024
    refused_issuers: frozenset[str] = frozenset({DEV_ISSUER})
    raw_context: bool = False

    def __repr__(self) -> str:
        return f"JwtRules({len(self.keys)} keys, algorithms={self.algorithms}, issuers={self.issuers})"
