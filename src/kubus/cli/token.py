"""`kubus token`: a token for tests and tools."""

import json
import os
import re
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, cast

from cyclopts import App, Parameter

from kubus.auth.minting import mint_token
from kubus.config.dotenv import read_dotenv
from kubus.errors import ConfigError

SECONDS = {
    ("s", "sec", "second"): 1,
    ("m", "min", "minute"): 60,
    ("h", "hr", "hour"): 3600,
    ("d", "day"): 86_400,
    ("w", "week"): 604_800,
    ("y", "yr", "year"): 31_557_600,
}
# Words have plurals, letters have none: `ms` is no minutes.
UNITS = {
    form: n for names, n in SECONDS.items() for name in names for form in ((name, f"{name}s") if name[1:] else name)
}
EXPIRY = re.compile(r"\s*(\d{1,12}(?:\.\d{1,9})?)\s*([a-z]*)\s*", re.ASCII | re.IGNORECASE)

# No calendar goes on after it.
LAST_YEAR = 9999

# Claims that are times: numbers, in seconds since 1970.
TIMES = ("exp", "iat", "nbf")


tokens = App(name="token", help="Make a signed token and print it, with when it expires and what it says.")
tokens.command(
    "kubus.cli.token_inspect:inspect", name="inspect", help="Say what a token holds, and why it is refused if it is."
)
tokens.command("kubus.cli.token_revoke:revoke", name="revoke", help="Take a token back before it expires.")


@tokens.default
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
    now = int(time.time())
    lifetime = lifetime_of(expiry, now)
    if "exp" in claims:
        lifetime = claims["exp"] - now
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
    if expiry.strip().isdecimal() and lifetime is not None and "exp" not in claims:
        lines.insert(4, "(a bare number is seconds)")
    print("\n".join(lines))  # noqa: T201


def pairs(given: list[str] | None) -> dict[str, str]:
    """`name=value` texts as claims, the last of two equal names winning. Raises ConfigError for others."""
    found: dict[str, str] = {}
    for pair in given or ():
        name, equals, value = pair.partition("=")
        if not name or not equals:
            raise ConfigError(f"'{pair}' is no claim", hint="Write --payload name=value")
        if name in TIMES:
            raise ConfigError(
                f"--payload {pair} would make a text of a time, and nobody would take the token",
                hint=f"Use --expiry, or --json '{{\"{name}\": <seconds since 1970>}}'",
            )
        found[name] = value
    return found


def json_claims(text: str | None) -> dict[str, Any]:
    """Claims of a JSON object. Raises ConfigError if it is none."""
    if text is None:
        return {}
    try:
        value = json.loads(text, parse_constant=no_number)
    except ValueError as error:
        raise ConfigError(f"--json is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise ConfigError("--json has to be an object of claims")
    claims = cast("dict[str, Any]", value)
    for name in TIMES:
        if name in claims and (type(claims[name]) is not int or not 0 <= claims[name] <= latest()):
            raise ConfigError(f"--json: {name} has to be a whole number of seconds since 1970")
    return claims


def no_number(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def latest() -> int:
    return int(datetime(LAST_YEAR, 12, 31, tzinfo=UTC).timestamp())


def lifetime_of(text: str, now: int) -> int | None:
    """Seconds from `now` on; None for a token that never expires, which 0 alone asks for.

    Raises:
        ConfigError: it is no time, or less than a second, or beyond the calendar.
    """
    match = EXPIRY.fullmatch(text)
    unit = match[2].lower() if match else ""
    if match is None or (unit and unit not in UNITS):
        raise ConfigError(f"'{text}' is no time", hint="Write such as 30d, '30 days', 90m, or seconds")
    seconds = Decimal(match[1]) * UNITS.get(unit, 1)
    if not unit and not seconds:
        return None
    if seconds < 1:
        raise ConfigError(f"'{text}' is less than a second", hint="0 alone makes a token that never expires")
    if now + seconds > latest():
        raise ConfigError(f"'{text}' is beyond the year {LAST_YEAR}", hint="0 makes a token that never expires")
    return int(seconds)
