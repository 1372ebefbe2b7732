"""The option `http.cors`, and the settings that it stands for."""

import re
from collections.abc import Mapping
from typing import Any, cast

from kubus.config.findings import Findings

# Of the option, each under both of its spellings.
AS_SETTINGS = {
    "origin": "KUBUS_CORS_ORIGINS",
    "methods": "KUBUS_CORS_METHODS",
    "allowedHeaders": "KUBUS_CORS_HEADERS",
    "allowed_headers": "KUBUS_CORS_HEADERS",
    "exposedHeaders": "KUBUS_CORS_EXPOSED_HEADERS",
    "exposed_headers": "KUBUS_CORS_EXPOSED_HEADERS",
    "credentials": "KUBUS_CORS_CREDENTIALS",
    "maxAge": "KUBUS_CORS_MAX_AGE",
    "max_age": "KUBUS_CORS_MAX_AGE",
}

# What holds anyway may be said; anything else would be passed over.
AS_IT_IS = {
    "preflightContinue": False,
    "preflight_continue": False,
    "optionsSuccessStatus": 204,
    "options_success_status": 204,
}

# As browsers write them: no path, and nothing that ends a header.
ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[a-z0-9.\-_\[\]:]+(?<!:)", re.ASCII)
TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", re.ASCII)


def cors_options(where: str, value: object, faults: list[str]) -> Mapping[str, object]:
    """The values of settings that the option `http` stands for, before they are made text."""
    if not isinstance(value, Mapping):
        faults.append(f"{where} has to be a dict, and is {value!r}")
        return {}
    given = dict(cast("Mapping[str, Any]", value))
    cors = given.pop("cors", {})
    faults += [f"{where}.{name} is not supported; there is cors" for name in given]
    if not isinstance(cors, Mapping):
        faults.append(f"{where}.cors has to be a dict, and is {cors!r}")
        return {}
    found: dict[str, object] = {}
    for name, part in cast("Mapping[str, Any]", cors).items():
        if name in AS_IT_IS:
            if part != AS_IT_IS[name]:
                faults.append(f"{where}.cors.{name} can be {AS_IT_IS[name]!r} alone, and is {part!r}")
        elif name not in AS_SETTINGS:
            faults.append(f"{where}.cors.{name} is not supported; there are {', '.join(sorted(AS_SETTINGS))}")
        elif callable(part) or isinstance(part, re.Pattern):
            faults.append(f"{where}.cors.{name} has to be a text or a list of them, and is {part!r}")
        elif name == "origin" and isinstance(part, bool):
            found[AS_SETTINGS[name]] = "*" if part else ""
        elif part is not None:
            found[AS_SETTINGS[name]] = part
    return found


def check_cors(values: Mapping[str, Any], findings: Findings) -> None:
    """What has to hold for the settings of CORS."""
    origins: tuple[str, ...] = values["KUBUS_CORS_ORIGINS"]
    for origin in origins:
        if origin != "*" and not ORIGIN.fullmatch(origin):
            findings.fault(
                f"KUBUS_CORS_ORIGINS: '{origin}' is no origin; one is like https://app.example.com, in small letters "
                "and without a path"
            )
    if "*" in origins and len(origins) > 1:
        findings.fault("KUBUS_CORS_ORIGINS: `*` is every origin; it stands alone or not at all")
    if "*" in origins and values["KUBUS_CORS_CREDENTIALS"]:
        findings.fault("KUBUS_CORS_CREDENTIALS: not for every origin; name those that are meant in KUBUS_CORS_ORIGINS")
    for name in ("KUBUS_CORS_METHODS", "KUBUS_CORS_HEADERS", "KUBUS_CORS_EXPOSED_HEADERS"):
        wrong = [part for part in values[name] if not TOKEN.fullmatch(part)]
        if wrong:
            findings.fault(f"{name}: '{wrong[0]}' is no name")
