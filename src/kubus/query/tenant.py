"""The tenant of a caller, as their claims name it."""

from collections.abc import Mapping
from typing import cast

from kubus.context import SecurityContext
from kubus.errors import Forbidden
from kubus.model.tenancy import Tenancy


def tenant_of(caller: SecurityContext, tenancy: Tenancy) -> str:
    """The tenant's name, as text.

    Raises:
        Forbidden: the claim is not there, is empty, or is neither a text nor a whole number.
    """
    found: object = caller.claims
    for step in tenancy.claim:
        found = cast("Mapping[str, object]", found).get(step) if isinstance(found, Mapping) else None
    match found:
        case bool():
            pass
        case int():
            return str(found)
        case str() if found.strip():
            return found
        case _:
            pass
    raise Forbidden(
        f"Your token names no tenant: '{tenancy.name}' has to be a text or a whole number",
        hint="The data model keeps tenants apart by that claim",
    )
