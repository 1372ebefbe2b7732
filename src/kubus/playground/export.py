"""`POST /playground/export`: the rows of a query as a file. They are asked of the API itself, as every client asks."""

import asyncio
from typing import Any, Literal

import msgspec
from starlette.types import Message, Scope

from kubus.api.rest.incoming import Incoming
from kubus.api.rest.reply import JSON, Reply
from kubus.playground.project import Project, body_of
from kubus.playground.table_file import Table, csv_bytes, json_bytes, parquet_bytes

Format = Literal["csv", "parquet", "json"]

KINDS = {
    "csv": (b"text/csv; charset=utf-8", csv_bytes),
    "json": (JSON, json_bytes),
    "parquet": (b"application/vnd.apache.parquet", parquet_bytes),
}


class ExportAsked(msgspec.Struct, forbid_unknown_fields=True):
    """A query as clients send it, the token of who asks, and what the rows are written as."""

    query: dict[str, Any]
    format: Format
    token: str | None = None


class Result(msgspec.Struct):
    """What is read of one result of the API: rows in the format `compact`, and what their columns are."""

    data: dict[str, Any]
    annotation: dict[str, dict[str, Any]]


class Envelope(msgspec.Struct):
    """An answer of the API with its results, or with why there are none yet."""

    results: list[Result] = []
    error: str = ""


async def export(project: Project, request: Incoming, body: bytes) -> Reply:
    """The file. A query without a limit gives as many rows as the server gives at most.

    Whatever the API refuses is refused here, in its words and with its status.

    Raises:
        QueryError: the body is something else.
    """
    asked = body_of(body, ExportAsked)
    query = {"limit": project.api.options.max_limit, **asked.query, "responseFormat": "compact"}
    question = msgspec.json.encode({"query": query, "queryType": "multi"})
    while True:
        status, answer = await ask(project, request, question, asked.token)
        if status != 200:
            return Reply(status, (answer,))
        envelope = msgspec.json.decode(answer, type=Envelope)
        if not envelope.error:
            break
    content_type, write = KINDS[asked.format]
    written = await asyncio.to_thread(write, table_of(envelope.results))
    named = b"content-disposition", f'attachment; filename="kubus.{asked.format}"'.encode()
    return Reply(200, (written,), content_type, headers=(named,))


async def ask(project: Project, request: Incoming, question: bytes, token: str | None) -> tuple[int, bytes]:
    """The status and the body that the API answers to a POST of `/v1/load`."""
    headers = [(b"content-type", b"application/json"), (b"x-request-id", request.request_id.encode("latin-1"))]
    if token is not None:
        headers.append((b"authorization", token.encode()))
    scope: Scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": f"{project.settings.base_path}/v1/load",
        "query_string": b"",
        "headers": headers,
        "client": None if request.peer is None else (request.peer, 0),
    }
    sent: list[Message] = []
    unread: list[Message] = [{"type": "http.request", "body": question}]

    async def receive() -> Message:
        if unread:
            return unread.pop()
        # When whoever asks has left, all of this is cancelled, and with it the statement.
        return await asyncio.Future()

    async def send(message: Message) -> None:
        sent.append(message)

    await project.api(scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


def table_of(results: list[Result]) -> Table:
    """The rows of all results, which have the same keys. A time under its bare name, which is there for old clients, is
    left out."""
    described = results[0].annotation
    times = described.get("timeDimensions", {})
    # A result without rows names no keys: of ranges that are compared, one may have rows and another none.
    named = next((result.data["members"] for result in results if result.data["members"]), None)
    members: list[str] = named or [key for group in described.values() for key in group]
    shown = [number for number, key in enumerate(members) if key not in times or "granularity" in times[key]]
    kinds = {key: entry.get("type", "string") for group in described.values() for key, entry in group.items()}
    return Table(
        names=tuple(members[number] for number in shown),
        types=tuple(kinds.get(members[number], "string") for number in shown),
        columns=tuple([row[number] for result in results for row in result.data["dataset"]] for number in shown),
    )
