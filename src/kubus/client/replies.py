"""What a server's replies mean: an answer, a wait, or an error of the same kind as in the program itself."""

from typing import Any, TypeGuard

import httpx
import msgspec

from kubus.errors import (
    AccessError,
    Forbidden,
    KubusError,
    MemberError,
    NoAnswer,
    QueryError,
    Throttled,
    TooLarge,
    TooManyQueries,
    Unauthenticated,
)

Json = dict[str, Any]

CONTINUE_WAIT = "Continue wait"
# What 403 says where nobody vouches for the caller. Anything else is for a caller who is known.
NOT_VOUCHED = ("Authorization header isn't set", "Invalid token")


def read_reply(reply: httpx.Response) -> Json | None:
    """The body of a reply; None says to ask again, since the answer is not there yet.

    Raises:
        QueryError: the query is malformed, names what is not there, or the database refused it.
        AccessError: the caller is not known, or may not.
        NoAnswer: the server failed, or is no kubus.
    """
    body = body_of(reply)
    told = body.get("error", body.get("message") if reply.is_error else None)
    if reply.is_success and told is None:
        return body
    if reply.is_success and told == CONTINUE_WAIT:
        return None
    raise error_of(reply, told if isinstance(told, str) else f"HTTP status {reply.status_code}", body)


def body_of(reply: httpx.Response) -> Json:
    try:
        body: object = msgspec.json.decode(reply.content)
    except msgspec.DecodeError:
        body = None
    if not is_object(body):
        raise NoAnswer(
            f"{reply.url.copy_with(query=None)} answers with status {reply.status_code} and no JSON object",
            hint="Is this the address of a kubus server? The path of its API is `base_path`",
        )
    return body


def is_object(value: object) -> TypeGuard[Json]:
    return isinstance(value, dict)


def error_of(reply: httpx.Response, told: str, body: Json) -> KubusError:
    """The error that a reply speaks of, with the server's own words."""
    match reply.status_code:
        case 401:
            return Unauthenticated(told, reason=str(body.get("code", "")))
        case 403:
            return Unauthenticated(told) if told in NOT_VOUCHED else Forbidden(told)
        case 429:
            seconds = reply.headers.get("retry-after", "")
            return Throttled(int(seconds)) if seconds.isdigit() else TooManyQueries(told)
        case 413:
            return TooLarge(told)
        case 400:
            return MemberError(told) if body.get("type") == "UserError" else QueryError(told)
        case status if 400 <= status < 500:
            return AccessError(told) if status == 407 else QueryError(told)
        case _:
            return NoAnswer(told)
