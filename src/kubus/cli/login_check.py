"""`kubus login-check`: whether tokens of an OpenID issuer can be taken, and what to put into `.env` for it."""

import asyncio
import json
import sys
import time
from collections.abc import Mapping
from typing import Annotated, Any, cast

from cyclopts import Parameter

from kubus.auth.addresses import BadAddress, check_address
from kubus.auth.claims import claim_at, token_type
from kubus.auth.discovery import discovered
from kubus.auth.fetching import FetchFailed, get_json, within
from kubus.auth.jwt import Refused
from kubus.auth.key_place import KeyPlace
from kubus.auth.key_set import KeySet, MalformedKeySet, key_set
from kubus.auth.provider import Authenticator
from kubus.auth.reasons import explained, told
from kubus.auth.rules import JwtRules
from kubus.cli.token_inspect import claim_lines, given_token, header_lines, readable
from kubus.errors import ConfigError

SECONDS = 5.0

# Where providers put groups and roles, the plainest first.
GROUPS = ("groups", "roles", "realm_access.roles", "cognito:groups", "permissions")
TENANTS = ("tenant_id", "tenant", "org_id", "tid", "organization")


def login_check(
    issuer: str,
    *,
    token: Annotated[str | None, Parameter(name=("--token", "-t"))] = None,
    audience: Annotated[str | None, Parameter(name=("--audience", "-a"))] = None,
) -> None:
    """Fetch what an OpenID issuer publishes, verify a token of it, and print the settings for it.

    Nothing is sent to the issuer but the requests for its discovery document and keys. Status 1 says that something
    is wrong.

    Parameters
    ----------
    issuer
        Its address, as its tokens have it in `iss`: `https://login.example.com/`.
    token
        An access token of it, to be verified here; `-` reads it from standard input.
    audience
        What the token has to have in `aud`; else the token's own is proposed.
    """
    asyncio.run(check(issuer, None if token is None else given_token(token), audience))


async def check(issuer: str, text: str | None, audience: str | None) -> None:
    try:
        check_address(issuer, insecure_loopback=True)
    except BadAddress as error:
        raise ConfigError(f"The issuer {issuer}: it {error}") from error
    try:
        document = await within(SECONDS, lambda line: discovered(issuer, line, seconds=SECONDS, insecure_loopback=True))
        address: str = document["jwks_uri"]
        keys = await within(
            SECONDS, lambda line: key_set(get_json(address, line, seconds=SECONDS, insecure_loopback=True).content)
        )
    except FetchFailed as error:
        hint = None
        if "of another issuer" in str(error):
            hint = "Tokens have to have in iss what the document calls itself: give that, to the letter"
        raise ConfigError(f"The issuer {issuer}: {error}", hint=hint) from error
    except MalformedKeySet as error:
        raise ConfigError(f"The keys of {issuer}: {error}") from error
    show([f"Issuer  {issuer}", f"Keys    {address}", *key_lines(keys)])
    if not keys.keys:
        raise ConfigError("None of its keys can verify a token")
    if text is None:
        show(["", "No token was given: --token, or --token=- for standard input, verifies one and proposes more.", ""])
        show(settings_lines(issuer, {}, None, audience))
        return
    read, claims = readable(text)
    show([] if read is None else ["", *header_lines(read), *claim_lines(claims, time.time())])
    rules = JwtRules(
        key_place=KeyPlace(issuer=issuer, insecure_loopback=True),
        issuers=(issuer,),
        audiences=None if audience is None else (audience,),
    )
    authenticator = Authenticator(rules)
    try:
        await authenticator.verify(text)
    except Refused as error:
        show(["", f"Refused: {error.reason}", f"  {explained(error.reason, read, claims, rules, time.time())}"])
        sys.exit(1)
    finally:
        await authenticator.stop()
    show(["", "The token verifies. For .env:", ""])
    show(settings_lines(issuer, claims, None if read is None else token_type(read), audience))


def key_lines(keys: KeySet) -> list[str]:
    lines = [
        f"  {told(key_id)}  {', '.join(sorted(key.algorithms))}" for key_id, many in keys.keys.items() for key in many
    ]
    return [*lines, *(f"  {told(one.key_id)}  is not used: it {one.reason}" for one in keys.skipped)]


def settings_lines(issuer: str, claims: Mapping[str, Any], kind: str | None, audience: str | None) -> list[str]:
    """The settings for an issuer, as far as a token of it shows them."""
    lines = [f"KUBUS_ISSUERS={issuer}" if "," not in issuer else f"KUBUS_ISSUERS={json.dumps([{'issuer': issuer}])}"]
    named = audience or first_text(claims.get("aud"))
    if named is not None:
        lines.append(f"CUBEJS_JWT_AUDIENCE={named}")
    elif claims:
        lines.append("# The token has no aud: KUBUS_ISSUERS can require another claim, see docs/openid.md")
    else:
        lines.append("CUBEJS_JWT_AUDIENCE=<what the provider puts into aud for this API>")
    if kind == "at+jwt":
        lines.append("KUBUS_JWT_TYPES=at+jwt")
    for setting, names in (("KUBUS_GROUPS_CLAIM", GROUPS), ("KUBUS_TENANT_CLAIM", TENANTS)):
        found = next((name for name in names if is_there(claims, name)), None)
        if found is not None:
            lines.append(f"{setting}={found}")
    namespaces = [name for name, value in claims.items() if "://" in name and isinstance(value, dict)]
    if namespaces:
        lines.append(f"CUBEJS_JWT_CLAIMS_NAMESPACE={namespaces[0]}")
    return lines


def first_text(value: object) -> str | None:
    if isinstance(value, list):
        value = next(iter(cast("list[object]", value)), None)
    return value if isinstance(value, str) and value.isprintable() else None


def is_there(claims: Mapping[str, Any], name: str) -> bool:
    return claim_at(claims, name) is not None


def show(lines: list[str]) -> None:
    if lines:
        print("\n".join(lines))  # noqa: T201 - a command's answer
