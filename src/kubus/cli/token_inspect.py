"""`kubus token inspect`: what a token says, and whether and why this project takes it or not."""

import asyncio
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from kubus.auth.claims import held_until
from kubus.auth.jwt import Refused, Token, read_token
from kubus.auth.provider import Authenticator
from kubus.auth.reasons import explained, told, when
from kubus.auth.rules import JwtRules
from kubus.config.project import project_settings
from kubus.config.revocation import make_watch
from kubus.context import SecurityContext
from kubus.errors import ConfigError
from kubus.events import KeySetFailed, KeySkipped, RevocationsFailed, listen

TIMES = ("exp", "nbf", "iat", "auth_time")

# Longer tokens are not even looked at; the setting for the server may be less.
MOST_BYTES = 1024 * 1024


# A lone `-` is standard input, and no option.
TokenArgument = Annotated[str | None, Parameter(allow_leading_hyphen=True)]


def inspect(token: TokenArgument = None, *, offline: Annotated[bool, Parameter(negative=())] = False) -> None:
    """Print what a token says, and whether this project takes it; if not, which check failed and why.

    The token goes nowhere: it is verified here, by the settings of the project. Status 1 says that it is refused.

    Parameters
    ----------
    token
        The token; without one, or for `-`, it is read from standard input.
    offline
        Fetch no keys. A signature that needs them is not checked then.
    """
    text = given_token(token)
    settings = project_settings(os.environ, Path.cwd())
    now = time.time()
    read, claims = readable(text)
    lines = header_lines(read) if read is not None else []
    if claims:
        lines += claim_lines(claims, now)
    try:
        rules = rules_for(settings.jwt, claims, read)
        if offline and rules.key_place is not None:
            verdict, is_taken = without_keys(text, read, claims, rules, now)
        else:
            watch = make_watch(settings)
            context, notes = asyncio.run(verified(Authenticator(*settings.jwt, watch=watch), text))
            lines += notes
            verdict, is_taken = taken(context, settings.dev_mode), True
            if isinstance(context, Refused):
                verdict, is_taken = refused(context.reason, read, claims, rules, now), False
    except Refused as error:
        verdict, is_taken = refused(error.reason, read, claims, settings.jwt[0], now), False
    print("\n".join([*lines, "", *verdict]))  # noqa: T201 - a command's answer
    if not is_taken:
        sys.exit(1)


def given_token(argument: str | None) -> str:
    """The token of a command line, or of standard input. A scheme before it is taken off."""
    text = sys.stdin.read() if argument in (None, "-") else str(argument)
    text = text.strip()
    if text.lower().startswith("bearer "):
        text = text[7:].strip()
    if not text:
        raise ConfigError("There is no token", hint="Give it as an argument, or on standard input")
    return text


def readable(text: str) -> tuple[Token | None, dict[str, Any]]:
    """What can be read of a token, whether it is right or not."""
    try:
        token = read_token(text, MOST_BYTES)
    except Refused:
        return None, {}
    try:
        return token, token.claims()
    except Refused:
        return token, {}


def header_lines(token: Token) -> list[str]:
    return ["Header", *rows(token.header, {})]


def claim_lines(claims: Mapping[str, Any], now: float) -> list[str]:
    return ["", "Claims", *rows(claims, {name: when(claims[name], now) for name in TIMES if name in claims})]


def rows(values: Mapping[str, Any], notes: Mapping[str, str]) -> list[str]:
    """Names and values below each other, strangers' both."""
    names = {name: name if name.isprintable() else told(name) for name in values}
    width = max(map(len, names.values()), default=0)
    return [
        f"  {names[name]:<{width}}  {told(value) if value is not None else 'null'}"
        + (f"   {notes[name]}" if name in notes else "")
        for name, value in values.items()
    ]


def rules_for(rules: tuple[JwtRules, ...], claims: Mapping[str, Any], token: Token | None) -> JwtRules:
    """Those that the token is held to. Raises Refused if there are several, and none for its issuer."""
    if len(rules) == 1:
        return rules[0]
    for one in rules:
        if claims.get("iss") in (one.issuers or ()):
            return one
    known = tuple(issuer for one in rules for issuer in one.issuers or ())
    if token is None or not claims:
        return replace(rules[0], issuers=known)
    raise Refused("issuer", token.header, claims.get("iss"))


async def verified(authenticator: Authenticator, text: str) -> tuple[SecurityContext | Refused, list[str]]:
    """What a server would say, and what it would tell the log of keys and lists that it could not read."""
    notes: list[str] = []

    def note(event: object) -> None:
        match event:
            case KeySetFailed(place, reason, _, _):
                notes.append(f"The keys of {place} could not be fetched: {reason}")
            case KeySkipped(place, key_id, reason):
                notes.append(f"A key of {place} is not used: '{told(key_id)[1:-1]}' {reason}")
            case RevocationsFailed(reason, _):
                notes.append(f"The list of revoked tokens: {reason}")
            case _:
                pass

    end = listen(note, {KeySetFailed, KeySkipped, RevocationsFailed})
    try:
        return await authenticator.verify(text), notes
    except Refused as error:
        return error, notes
    finally:
        end()
        await authenticator.stop()


def without_keys(
    text: str, token: Token | None, claims: dict[str, Any], rules: JwtRules, now: float
) -> tuple[list[str], bool]:
    """What can be said of a token whose keys are not at hand."""
    try:
        if token is None or not claims:
            read_token(text, rules.max_size).claims()
            raise Refused("payload")
        if rules.algorithms is not None and token.algorithm not in rules.algorithms:
            raise Refused("algorithm", token.header)
        held_until(token, claims, rules, now)
    except Refused as error:
        return refused(error.reason, token, claims, rules, now), False
    return ["Nothing but its signature is left to check, which needs the keys of its signer (--offline)"], True


def taken(context: object, dev_mode: bool) -> list[str]:
    lines = ["Accepted"]
    if isinstance(context, SecurityContext):
        for name, value in (("subject", context.subject), ("tenant", context.tenant)):
            if value:
                lines.append(f"  {name}  {told(value)}")
        if context.groups:
            lines.append(f"  groups   {', '.join(map(told, sorted(context.groups)))}")
    if dev_mode:
        lines.append("In development mode: requests without a token, or with a wrong one, are answered too")
    return lines


def refused(reason: str, token: Token | None, claims: Mapping[str, Any], rules: JwtRules, now: float) -> list[str]:
    return [f"Refused: {reason}", f"  {explained(reason, token, claims, rules, now)}"]
