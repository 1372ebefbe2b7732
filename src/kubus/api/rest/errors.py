"""Errors as replies: the one place where they become a status and a body."""

import traceback
from typing import Any

from kubus.api.rest.reply import Header, Reply, json_reply
from kubus.errors import KubusError, ModelError, ShuttingDown, Throttled, Unauthenticated

INTERNAL = "Error: Internal server error"


def error_reply(
    error: Exception, *, dev_mode: bool, request_id: str, headers: tuple[Header, ...] = (), auth_401: bool = False
) -> Reply:
    """The reply for an error.

    Callers learn what a `KubusError` says, and of any other exception nothing. Development mode adds the stack, with
    the hint of the error if it has one, and the request id. `auth_401` answers as RFC 6750 says where nobody vouches
    for the caller.
    """
    if isinstance(error, ShuttingDown):
        return json_reply({"message": error.wire_text}, error.status, headers)
    body: dict[str, Any] = {}
    status = 500
    if isinstance(error, KubusError):
        status = error.status
        if error.wire_type is not None:
            body["type"] = error.wire_type
        body["error"] = error.wire_text
        if isinstance(error, ModelError):
            # A line end between every two problems and nothing else: what clients have always got here.
            body["plainError"] = "\n" * (len(error.problems) - 1)
        if isinstance(error, Throttled):
            headers = (*headers, (b"retry-after", b"%d" % error.seconds))
        elif isinstance(error, Unauthenticated) and auth_401:
            status, challenge, code = unauthorized(error)
            headers = (*headers, (b"www-authenticate", challenge))
            if code is not None:
                body["code"] = code
    else:
        body["error"] = INTERNAL
    if dev_mode:
        body["stack"] = stack(error)
        body["requestId"] = request_id
    return json_reply(body, status, headers)


def stack(error: BaseException) -> str:
    """The traceback as text. The message of the error comes last, as Python has it."""
    return "".join(traceback.format_exception(error)).rstrip()


def unauthorized(error: Unauthenticated) -> tuple[int, bytes, str | None]:
    """Status, challenge and code for a caller whom nobody vouches for. Without a token there is nothing to be wrong.

    That a token expired is told, since its signer vouched for it; any other reason is for the log alone.

    Source: RFC 6750, section 3
    """
    match error.reason:
        case "":
            return 401, b"Bearer", None
        case "expired":
            told = b'Bearer error="invalid_token", error_description="The access token expired"'
            return 401, told, "token_expired"
        case _:
            return 401, b'Bearer error="invalid_token"', "invalid_token"
