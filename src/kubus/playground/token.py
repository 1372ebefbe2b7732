"""`POST /playground/token`: a token for a caller, to look at the project through their eyes.

Source: rest-api.md, section 10
"""

from typing import Any

import msgspec

from kubus.api.rest.incoming import Incoming
from kubus.api.rest.reply import Reply, json_reply
from kubus.playground.project import Project, body_of


class TokenAsked(msgspec.Struct, forbid_unknown_fields=True):
    """The claims of the token."""

    payload: dict[str, Any]


async def token(project: Project, request: Incoming, body: bytes) -> Reply:  # noqa: ARG001 - every endpoint is called so
    """The token, and its claims as they stand in it.

    Raises:
        QueryError: the body is something else, or a claim is such that no server would take the token.
    """
    minted, payload = project.minted(body_of(body, TokenAsked).payload)
    return json_reply({"token": minted, "payload": payload})
