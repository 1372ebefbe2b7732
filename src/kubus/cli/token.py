"""`kubus token`: a token for tests and tools."""

import json
import os
import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, cast

from cyclopts import Parameter

from kubus.auth.minting import mint_token
from kubus.config.dotenv import read_dotenv
from kubus.errors import ConfigError

UNITS = {
    "s": 1, "sec": 1, "second": 1,
    "m": 60, "min": 60, "minute": 60,
    "h": 3600, "hr": 3600, "hour": 3600,
    "d": 86_400, "day": 86_400,
    "w": 604_800, "week": 604_800,
    "y": 31_557_600, "yr": 31_557_600, "year": 31_557_600,
}  # fmt: skip
EXPIRY = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*?)s?\s*", re.IGNORECASE)


def token(
    *,
    expiry: Annotated[str, Parameter(name=("--expiry", "-e"))] = "30 days",
    secret: Annotated[str | None, Parameter(name=("--secret", "-s"))] = None,
    payload: Annotated[list[str] | None, Parameter(name=("--payload", "-p"), negative=())] = None,
    user_context: Annotated[list[str] | None, Parameter(name=("--user-context", "-u"), negative=(), show=False)] = None,
    json_payload: Annotated[str | None, Parameter(name="--json")] = None,
    quiet: Annotated[bool, Parameter(name=("--quiet", "-q"), negative=())] = False,
) -> None:
    """Make a signed token and print it, with when it expires and what it says.

    Parameters
    ----------
    expiry
        How long it holds: `30 days`, `90m`, `1h`; a bare number is seconds, 0 never expires.
    secret
        What to sign with; else CUBEJS_API_SECRET of the environment or of `.env`.
    payload
        A claim, `name=value`; its value is a text. May be given several times.
    user_context
        The same, under the old claim `u`.
    json_payload
        Claims with types, as a JSON object: `{"tenant_id": 7}`.
    quiet
        Print the token alone.
    """
    key = secret or os.environ.get("CUBEJS_API_SECRET") or read_dotenv(Path(".env")).get("CUBEJS_API_SECRET")
    if not key:
        raise ConfigError(
            "No app secret found", hint="Give --secret, or set CUBEJS_API_SECRET; `kubus secret` makes one"
        )
    claims: dict[str, Any] = {**pairs(payload), **json_claims(json_payload)}
    if user_context:
        claims["u"] = pairs(user_context)
    lifetime = lifetime_of(expiry)
    now = int(time.time())
    minted = mint_token(claims, key, issued_at=now, lifetime=lifetime)
    if quiet:
        print(minted)  # noqa: T201 - a command's answer
        return
    expires = (
        "never"
        if lifetime is None
        else f"{timedelta(seconds=lifetime)} ({datetime.fromtimestamp(now + lifetime, UTC):%Y-%m-%d %H:%M:%S} UTC)"
    )
    lines = [
        "Generating a token for tests and tools",
        "Whoever holds it is who it says. Tokens for users belong in your own backend.",
        "",
        f"Expires in: {expires}",
        f"Payload: {json.dumps(claims, ensure_ascii=False)}",
        "",
        f"Token: {minted}",
    ]
    if re.fullmatch(r"\s*\d+\s*", expiry) and lifetime is not None:
        lines.insert(4, "(a bare number is seconds)")
    print("\n".join(lines))  # noqa: T201


def pairs(given: list[str] | None) -> dict[str, str]:
    """`name=value` texts as claims, the last of two equal names winning. Raises ConfigError for others."""
    found: dict[str, str] = {}
    for pair in given or ():
        name, equals, value = pair.partition("=")
        if not name or not equals:
            raise ConfigError(f"'{pair}' is no claim", hint="Write --payload name=value")
        found[name] = value
    return found


def json_claims(text: str | None) -> dict[str, Any]:
    """Claims of a JSON object. Raises ConfigError if it is none."""
    if text is None:
        return {}
    try:
        value = json.loads(text)
    except ValueError as error:
        raise ConfigError(f"--json is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise ConfigError("--json has to be an object of claims")
    return cast("dict[str, Any]", value)


def lifetime_of(text: str) -> int | None:
    """Seconds; None for a token that never expires. Raises ConfigError if it is no time."""
    match = EXPIRY.fullmatch(text)
    unit = match[2].lower() if match else ""
    if match is None or (unit and unit not in UNITS):
        # A unit of one letter loses it to the plural.
        short = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*s\s*", text, re.IGNORECASE)
        if short is None:
            raise ConfigError(f"'{text}' is no time", hint="Write such as 30d, '30 days', 90m, or seconds")
        return int(float(short[1]))
    seconds = int(float(match[1]) * UNITS.get(unit, 1))
    return seconds or None
