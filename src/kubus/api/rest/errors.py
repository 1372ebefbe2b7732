"""Errors as replies: the one place where they become a status and a body."""

import traceback
from typing import Any

from kubus.api.rest.reply import Header, Reply, json_reply
from kubus.errors import KubusError, ModelError, ShuttingDown

INTERNAL = "Error: Internal server error"


def error_reply(error: Exception, *, dev_mode: bool, request_id: str, headers: tuple[Header, ...] = ()) -> Reply:
    """The reply for an error.

    Callers learn what a `KubusError` says, and of any other exception nothing. Development mode adds the stack, with
    the hint of the error if it has one, and the request id.
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
    else:
        body["error"] = INTERNAL
    if dev_mode:
        body["stack"] = stack(error)
        body["requestId"] = request_id
    return json_reply(body, status, headers)


def stack(error: BaseException) -> str:
    """The traceback as text. The message of the error comes last, as Python has it."""
    return "".join(traceback.format_exception(error)).rstrip()
