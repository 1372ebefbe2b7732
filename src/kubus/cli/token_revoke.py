"""`kubus token revoke`: take tokens back, on the list that KUBUS_REVOCATION names."""

import asyncio
import os
import re
import time
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from kubus.auth.jwt import Refused, read_token
from kubus.auth.provider import digest
from kubus.auth.revocation import FOREVER, Revocation
from kubus.auth.revocation_places import Place, Unavailable
from kubus.cli.token_inspect import MOST_BYTES, TokenArgument, given_token
from kubus.config.project import project_settings
from kubus.config.revocation import make_place
from kubus.errors import ConfigError

SHA256 = re.compile(r"[0-9a-f]{64}")


def revoke(
    token: TokenArgument = None,
    *,
    jti: Annotated[str | None, Parameter(name="--jti")] = None,
    subject: Annotated[str | None, Parameter(name="--subject")] = None,
    sha256: Annotated[str | None, Parameter(name="--sha256")] = None,
    issuer: Annotated[str | None, Parameter(name="--issuer")] = None,
    all_times: Annotated[bool, Parameter(name="--for-ever", negative=())] = False,
) -> None:
    """Take a token back, or all tokens of a subject that were issued up to now. Servers follow within a second.

    Parameters
    ----------
    token
        The token; `-` reads it from standard input. It is revoked by its hash until it expires.
    jti
        The `jti` of tokens instead.
    subject
        The `sub` of tokens instead: those issued before now, so that who logs in again is let in.
    sha256
        The hash of a token instead, in hex.
    issuer
        With --jti and --subject: of tokens of this issuer alone.
    all_times
        With --subject: tokens that are issued from now on as well.
    """
    if sum(one is not None for one in (token, jti, subject, sha256)) != 1:
        raise ConfigError("Say what to revoke: a token, --jti, --subject or --sha256, and one of them alone")
    if sha256 is not None and not SHA256.fullmatch(sha256):
        raise ConfigError("--sha256 has to be 64 hex digits in lower case")
    now = time.time()
    if jti is not None:
        revocation = Revocation("jti", jti, issuer)
    elif subject is not None:
        # Issuers count in whole seconds: what was made within this one is from before.
        revocation = Revocation("sub", subject, issuer, None if all_times else int(now) + 1)
    elif sha256 is not None:
        revocation = Revocation("sha256", sha256)
    else:
        revocation = of_token(given_token(token))
    settings = project_settings(os.environ, Path.cwd())
    place = make_place(settings)
    if place is None:
        raise ConfigError(
            "There is no list of revocations", hint="Set KUBUS_REVOCATION to a file, or to a Valkey server"
        )
    try:
        asyncio.run(added(place, revocation))
    except Unavailable as error:
        raise ConfigError(f"Not revoked: {error}") from error
    print("Revoked")  # noqa: T201 - a command's answer


def of_token(text: str) -> Revocation:
    """What takes this very token back. It need not verify, but has to be one."""
    try:
        claims = read_token(text, MOST_BYTES).claims()
    except Refused as error:
        raise ConfigError("This is no token", hint="`kubus token inspect` says more") from error
    until = FOREVER
    match claims.get("exp"):
        case bool():
            pass
        case int() | float() as expires:
            # Clocks may differ by a minute, and the entry has to outlive the token.
            until = float(expires) + 60
        case _:
            pass
    return Revocation("sha256", digest(text).hex(), until=until)


async def added(place: Place, revocation: Revocation) -> None:
    try:
        await place.add(revocation)
    finally:
        await place.close()
