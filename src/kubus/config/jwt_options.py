"""`config.jwt` of a project's Python file, as settings.

Source: https://cube.dev/docs/reference/configuration/config#jwt
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, cast

from kubus.config.option_texts import nested, text_of

AS_SETTINGS = {
    "key": "CUBEJS_JWT_KEY",
    "algorithms": "CUBEJS_JWT_ALGS",
    "issuer": "CUBEJS_JWT_ISSUER",
    "audience": "CUBEJS_JWT_AUDIENCE",
    "subject": "CUBEJS_JWT_SUBJECT",
    "claimsNamespace": "CUBEJS_JWT_CLAIMS_NAMESPACE",
    "claims_namespace": "CUBEJS_JWT_CLAIMS_NAMESPACE",
    "jwkUrl": "CUBEJS_JWK_URL",
    "jwk_url": "CUBEJS_JWK_URL",
    "jwkRetry": "KUBUS_JWK_RETRY",
    "jwk_retry": "KUBUS_JWK_RETRY",
    "jwkDefaultExpire": "KUBUS_JWK_DEFAULT_EXPIRE",
    "jwk_default_expire": "KUBUS_JWK_DEFAULT_EXPIRE",
    "jwkRefetchWindow": "KUBUS_JWK_REFETCH_WINDOW",
    "jwk_refetch_window": "KUBUS_JWK_REFETCH_WINDOW",
    "issuers": "KUBUS_ISSUERS",
}
URLS = ("jwkUrl", "jwk_url")
MILLISECONDS = ("jwkRefetchWindow", "jwk_refetch_window")


def jwt_settings(where: str, value: object, faults: list[str]) -> dict[str, str]:
    """The settings that the keys of `config.jwt` stand for."""
    if not isinstance(value, Mapping):
        return nested(where, value, AS_SETTINGS, faults)
    given = dict(cast("Mapping[str, Any]", value))
    issuers: str | None = None
    for name in URLS:
        if callable(given.get(name)):
            issuers = asked_for_each_issuer(f"{where}.{name}", given.pop(name), given.pop("issuer", None), faults)
    for name in MILLISECONDS:
        if isinstance(milliseconds := given.get(name), int | float):
            # Settings count in seconds.
            given[name] = -int(-milliseconds // 1000)
    if isinstance(given.get("issuers"), list | tuple):
        given["issuers"] = json.dumps(given["issuers"])
    found = nested(where, given, AS_SETTINGS, faults)
    if issuers is not None:
        found["KUBUS_ISSUERS"] = issuers
    return found


def asked_for_each_issuer(where: str, function: Callable[[Any], Any], allowed: object, faults: list[str]) -> str | None:
    """`jwkUrl` as a function, as a list of issuers: it is asked for each issuer that is allowed, once, now.

    Cube calls it with every token before it is verified. An address that is made from what a stranger wrote is not
    fetched here.
    """
    issuers = text_of(allowed).split(",") if allowed else []
    if not issuers:
        faults.append(
            f"{where} is a function, which is asked once for each issuer that may be: name them beside it, as "
            '"issuer": ["https://…"]'
        )
        return None
    entries: list[dict[str, str]] = []
    for issuer in issuers:
        try:
            url: object = function({"header": {}, "payload": {"iss": issuer}})
        except Exception as error:
            faults.append(f"{where} fails for the issuer {issuer}: {type(error).__name__}: {error}")
            return None
        if not isinstance(url, str):
            faults.append(f"{where} has to give an address for the issuer {issuer}, and gives {url!r}")
            return None
        entries.append({"issuer": issuer, "jwk_url": url})
    return json.dumps(entries)
