"""The tenant of a caller, as their claims name it, and where that tenant's rows are."""

from collections.abc import Mapping
from typing import cast

from kubus.context import SecurityContext
from kubus.errors import Forbidden
from kubus.model.tenancy import Place, Tenancy


def tenant_of(caller: SecurityContext, tenancy: Tenancy) -> str:
    """The tenant's name, as text.

    Raises:
        Forbidden: the claim is not there, is empty, or is neither a text nor a whole number.
    """
    found = named_by(caller, tenancy)
    if found is None:
        raise Forbidden(
            f"Your token names no tenant: '{tenancy.name}' has to be a text or a whole number",
            hint="The data model keeps tenants apart by that claim",
        )
    return found


def named_by(caller: SecurityContext, tenancy: Tenancy) -> str | None:
    """The tenant's name, as text; None if the claims name none."""
    found: object = caller.claims
    for step in tenancy.claim:
        found = cast("Mapping[str, object]", found).get(step) if isinstance(found, Mapping) else None
    match found:
        case bool():
            return None
        case int():
            return str(found)
        case str() if found.strip():
            return found
        case _:
            return None


def place_of(tenant: str, tenancy: Tenancy) -> Place | None:
    """Where the rows of a tenant are; None where all tenants' rows are in the same tables.

    Raises:
        Forbidden: the data model knows no place for this tenant.
    """
    if tenancy.kind is None:
        return None
    name = tenancy.names.of(tenant)
    if name is None:
        raise Forbidden(
            f"There is no data for the tenant that your token names in '{tenancy.name}'",
            hint=f"The data model says in `tenant` which {tenancy.kind.replace('_', ' ')} each tenant has",
        )
    return Place(tenancy.kind, name)
