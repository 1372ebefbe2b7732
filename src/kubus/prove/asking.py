"""Requests put to an application in this process, and what of their answers may tell anything."""

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from kubus.api.app import Api
from kubus.prove.hidden import CANARY
from kubus.prove.questions import Question

# What is of one moment and not of what is stored.
VOLATILE = frozenset({"lastRefreshTime", "requestId", "slowQuery", "stack", "refreshKeyValues"})
# Of that, what differs from answer to answer.
OF_THE_MOMENT = re.compile(rb'"(?:lastRefreshTime|requestId)":"[^"]*",?')
# No number that is told has as many digits as a canary; sums of canaries have.
CANARY_FOUND = re.compile(rf"{CANARY}|(?<![.\d])\d{{9,}}|2987-")
MAY_BE_CANARY = re.compile(rb"\d{9}|2987-")


@dataclass(frozen=True, slots=True)
class Told:
    """What was answered: the status, and the body without what is of the moment."""

    status: int
    body: bytes

    def canary(self) -> str | None:
        """The canary in the body, if there is one. What the request itself said comes back in it and is none."""
        low = self.body.lower()
        if CANARY.encode() not in low and MAY_BE_CANARY.search(low) is None:
            return None
        said = self.tells().lower()
        found = CANARY_FOUND.search(said)
        return None if found is None else said[max(0, found.start() - 40) : found.end() + 20]

    def is_as(self, other: "Told", *, in_order: bool = False) -> bool:
        """Whether it tells the same. The order of rows tells something only where every row was given its place."""
        if self == other:
            return True
        return self.status == other.status and self.tells(in_order=in_order) == other.tells(in_order=in_order)

    def tells(self, *, in_order: bool = False) -> str:
        """What the body tells beside the query that it repeats; rows in an order of their own, or in the body's."""
        try:
            value = json.loads(self.body)
        except ValueError:
            return self.body.decode("utf-8", "replace")
        return json.dumps(settled(value, in_order=in_order), sort_keys=True)


async def ask(app: Api, question: Question, token: str | None) -> Told:
    """The answer to one request with this token."""
    headers = [(b"content-type", b"application/json")]
    if token is not None:
        headers.append((b"authorization", token.encode()))
    scope: dict[str, Any] = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET" if question.body is None else "POST",
        "path": question.path,
        "query_string": question.query_string.encode(),
        "headers": headers,
        "client": ("127.0.0.1", 1),
    }
    status = 0
    pieces: list[bytes] = []
    given: list[bool] = []

    async def receive() -> dict[str, Any]:
        if given:
            # The client stays until it has its answer.
            await asyncio.Event().wait()
        given.append(True)
        return {"type": "http.request", "body": question.body or b"", "more_body": False}

    async def send(message: Mapping[str, Any]) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        else:
            pieces.append(message.get("body", b""))

    await app(scope, receive, send)  # pyright: ignore[reportArgumentType] - dicts as ASGI has them
    return Told(status, OF_THE_MOMENT.sub(b"", b"".join(pieces)))


def settled(value: object, *, in_order: bool) -> object:
    """The body without what is of the moment and without the echo of the query."""
    if isinstance(value, dict):
        found = cast("dict[str, object]", value)
        kept = {
            key: settled(part, in_order=in_order)
            for key, part in found.items()
            if key not in VOLATILE and key != "query"
        }
        if "data" in found and not in_order:
            kept["data"] = rows_sorted(found["data"])
        return kept
    if isinstance(value, list):
        return [settled(part, in_order=in_order) for part in cast("list[object]", value)]
    return value


def rows_sorted(data: object) -> object:
    """Rows of any of the three formats, in an order of their own."""
    if isinstance(data, list):
        return sorted(json.dumps(row, sort_keys=True) for row in cast("list[object]", data))
    if isinstance(data, dict):
        found = cast("dict[str, Any]", data)
        if "columns" in found:
            rows = zip(*cast("list[list[object]]", found["columns"]), strict=True)
            return sorted(json.dumps(row) for row in rows)
        return {**found, "dataset": sorted(json.dumps(row) for row in found.get("dataset", []))}
    return data
