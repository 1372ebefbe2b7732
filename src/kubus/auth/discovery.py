"""From the name of an issuer to the address of its keys, by its OpenID discovery document.

Source: OpenID Connect Discovery 1.0, section 4
"""

from typing import Any, cast

from kubus.auth.addresses import BadAddress, check_address
from kubus.auth.fetching import FetchFailed, Line, get_json

WELL_KNOWN = "/.well-known/openid-configuration"


def discovery_address(issuer: str) -> str:
    """Where an issuer publishes what it is."""
    return issuer.removesuffix("/") + WELL_KNOWN


def discovered(issuer: str, line: Line, *, seconds: float, insecure_loopback: bool = False) -> dict[str, Any]:
    """The discovery document of an issuer, with an address of keys that may be asked.

    Raises:
        FetchFailed: it is not there, is another issuer's, or names no usable address.
    """
    document = get_json(discovery_address(issuer), line, seconds=seconds, insecure_loopback=insecure_loopback).content
    if not isinstance(document, dict):
        raise FetchFailed("the discovery document is no object")
    found = cast("dict[str, Any]", document)
    if found.get("issuer") != issuer:
        # One signer must not be able to speak for another. Source: section 4.3
        raise FetchFailed(f"the discovery document is that of another issuer: {str(found.get('issuer'))[:200]!r}")
    address = found.get("jwks_uri")
    if not isinstance(address, str):
        raise FetchFailed("the discovery document has no jwks_uri")
    try:
        check_address(address, insecure_loopback=insecure_loopback)
    except BadAddress as error:
        raise FetchFailed(f"the jwks_uri of the discovery document {error}") from error
    return found
