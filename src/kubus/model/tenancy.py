"""Tenancy: whose rows a caller reads, and where they are, said once for a whole model."""

import re
from dataclasses import dataclass
from typing import Literal

from kubus.model.context import ClaimPath

# What a tenant may be called where a name is made of it. No capitals: some databases do not tell them apart.
PLAIN = re.compile(r"[a-z0-9][a-z0-9_-]*")

# What a schema, a database or a data source of a tenant may be called.
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_$-]*")

# PostgreSQL would cut longer ones, and two tenants might have the same beginning.
LONGEST = 63

# What each tenant has of its own.
PlaceKind = Literal["schema", "database", "data_source"]


@dataclass(frozen=True, slots=True)
class TenantNames:
    """What the places of tenants are called: one by one in `listed`, or else by a pattern around the tenant's name.

    No two tenants have the same.
    """

    listed: tuple[tuple[str, str], ...] = ()
    before: str = ""
    after: str = ""

    def of(self, tenant: str) -> str | None:
        """The name for a tenant; None if there is none."""
        if self.listed:
            return dict(self.listed).get(tenant)
        if not PLAIN.fullmatch(tenant):
            return None
        name = f"{self.before}{tenant}{self.after}"
        return name if len(name) <= LONGEST else None

    def has(self, name: str) -> bool:
        """Whether some tenant's place could be called so."""
        if self.listed:
            return name in dict(self.listed).values()
        inner = name.removeprefix(self.before).removesuffix(self.after)
        return bool(PLAIN.fullmatch(inner)) and name == f"{self.before}{inner}{self.after}"


@dataclass(frozen=True, slots=True)
class Tenancy:
    """The claim that names a caller's tenant.

    Each cube says whose its rows are, or that they are everybody's. Where tenants have a schema, database or data
    source each, `kind` says which, and `names` what they are called: cubes that say nothing are there.
    """

    claim: ClaimPath
    kind: PlaceKind | None = None
    names: TenantNames = TenantNames()

    @property
    def name(self) -> str:
        return ".".join(self.claim)


@dataclass(frozen=True, slots=True)
class OwnPlace:
    """That the rows of a cube are in the place of the caller's tenant, where there are no others."""

    kind: PlaceKind


@dataclass(frozen=True, slots=True)
class Place:
    """The place of one tenant."""

    kind: PlaceKind
    name: str
