"""The tenant that claims name: a text or a whole number, and nothing else stands for one."""

from typing import Any

import pytest

from kubus.context import SecurityContext
from kubus.errors import Forbidden
from kubus.model.tenancy import Tenancy
from kubus.query.tenant import tenant_of

TENANCY = Tenancy(("org", "id"))


@pytest.mark.parametrize(("value", "tenant"), [("acme", "acme"), (" acme ", " acme "), (7, "7"), (0, "0"), (-1, "-1")])
def test_who_is_of_which_tenant(value: Any, tenant: str) -> None:
    assert tenant_of(SecurityContext({"org": {"id": value}}), TENANCY) == tenant


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"org": None},
        {"org": "acme"},
        {"id": "acme"},
        {"org.id": "acme"},
        *({"org": {"id": value}} for value in (None, "", "  ", True, False, 1.0, ["acme"], {"id": "acme"})),
    ],
    ids=repr,
)
def test_who_is_of_none_is_refused(claims: dict[str, Any]) -> None:
    with pytest.raises(Forbidden, match=r"names no tenant: 'org\.id'"):
        tenant_of(SecurityContext(claims), TENANCY)
