"""`/v1/load` and `/v1/subscribe`: queries in, their rows out.

A warm request is a few look-ups and two sends: the bytes of the request lead to the prepared request, that to the
fresh answer, and that to the bytes of its body, which live as long as the answer does.

Source: https://cube.dev/docs/reference/rest-api#base_path-v1-load
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC
from time import perf_counter
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.types import Receive

from kubus.api.rest.incoming import Incoming
from kubus.api.rest.options import ApiOptions
from kubus.api.rest.prepared import ForCaller, Frame, LoadRequest, PreparedRequests
from kubus.api.rest.reply import Reply, Warm, json_reply, weak_etag
from kubus.api.rest.rewriting import Rewriting
from kubus.api.rest.tagging import Tagging
from kubus.api.rest.timing import Phases
from kubus.api.rest.waiting import while_client_waits
from kubus.api.wire.answer import Layout, encode_rows
from kubus.api.wire.long_answer import can_be_long, encode_batches
from kubus.api.wire.transformed import transformed
from kubus.audit.account import Account
from kubus.context import Caller
from kubus.execution.answer import Answer, Asking, Batch, CameBy, LongAnswer, StillRunning
from kubus.query.query import ResponseFormat

if TYPE_CHECKING:
    from kubus.semantic_layer import Prepared

encode = msgspec.json.Encoder().encode

# Bodies up to this size are kept whole beside their answer; of longer ones only the rows are.
WHOLE = 256 * 1024
# How many encodings of one answer are kept.
MEMO = 32
# After a piece of rows this long, other requests have their turn.
YIELD_AFTER = 64 * 1024


class Load:
    """The endpoint, with the requests that it remembers. `came` counts how its answers were come by."""

    def __init__(self, options: ApiOptions, rewriting: Rewriting | None = None, tagging: Tagging | None = None) -> None:
        self._options = options
        self._rewriting = rewriting
        self._tagging = tagging or Tagging(options.query_tags)
        self._requests = PreparedRequests(options)
        self.came: dict[CameBy, int] = {"hit": 0, "miss": 0, "joined": 0, "stale": 0}

    def warm(self, incoming: Incoming, caller: Caller) -> Warm | None:
        """The answer to a GET whose bytes were answered before, if it is still fresh. None says that nothing was done.

        Raises:
            Forbidden: the caller may not see a member.
        """
        started = perf_counter()
        request = self._requests.remembered("GET", incoming.query_string, incoming.layer, caller)
        held = None if request is None else request.callers.get(id(caller))
        if request is None or held is None or len(held.prepared) != 1:
            return None
        answer = incoming.layer.fresh(held.prepared[0], request.cache)
        body = None if answer is None else answer.memo.get(request)
        if answer is None or body is None:
            return None
        self.came["hit"] += 1
        if incoming.account is not None:
            held.tell(incoming.account)
            incoming.account.results = [(len(answer.rows.values), "warm")]
        auth, plan = incoming.auth_seconds * 1000, (perf_counter() - started) * 1000
        timing = b"auth;dur=%.3f, plan;dur=%.3f, queue;dur=0, database;dur=0, encode;dur=0" % (auth, plan)
        return Warm(body, answer.memo[request.etag_key], ((b"server-timing", timing),))

    async def __call__(self, incoming: Incoming, caller: Caller, receive: Receive, raw: bytes) -> Reply:
        """The answer to a request whose body has been read; `raw` holds its parameters.

        Raises:
            QueryError: the query is malformed, or names what is not there.
            Forbidden: the caller may not see a member.
            SourceError: the database refused or failed.
        """
        phases = Phases(auth=incoming.auth_seconds)
        started = perf_counter()
        account = incoming.account
        if self._rewriting is None:
            request, held = self._requests.get(incoming, raw, caller)
        else:
            request, held = await self._requests.rewritten(incoming, raw, caller, self._rewriting)
        phases.plan = perf_counter() - started

        answers: list[Answer] = []
        for prepared in held.prepared:
            answer = incoming.layer.fresh(prepared, request.cache)
            if answer is None:
                break
            answers.append(answer)
        came_by: list[CameBy] = ["hit"] * len(answers)
        if len(answers) < len(held.prepared):
            ran, came_by = await self._ran(request, held, incoming, receive, phases)
            if isinstance(ran, StillRunning):
                if account is not None:
                    account.is_running = True
                return self._continue_wait(ran, incoming, phases)
            self._count(came_by)
            if isinstance(ran, LongAnswer):
                if account is not None:
                    account.results = [(None, came_by[0])]
                pieces = self._pieces(request, held, ran, incoming)
                # Begun, so that closing it closes the answer even if nothing is read.
                await anext(pieces)
                return Reply(200, (), headers=(phases.header,), pieces=pieces)
            answers = ran
        else:
            self._count(came_by)
        if account is not None:
            account.results = [(len(a.rows.values), came) for a, came in zip(answers, came_by, strict=True)]
        first = answers[0]
        body = first.memo.get(request)
        if body is not None:
            if account is not None and came_by[0] == "hit":
                account.results = [(len(first.rows.values), "warm")]
            return Reply(200, (body,), etag=first.memo[request.etag_key], headers=(phases.header,))

        started = perf_counter()
        parts = await self._parts(request, held, answers, incoming)
        etag = weak_etag(parts)
        phases.encode = perf_counter() - started
        if len(answers) == 1:
            self._remember(request, first, parts, etag)
        return Reply(200, parts, etag=etag, headers=(phases.header,))

    def _count(self, came_by: list[CameBy]) -> None:
        for one in came_by:
            self.came[one] += 1

    async def _ran(
        self, request: LoadRequest, held: ForCaller, incoming: Incoming, receive: Receive, phases: Phases
    ) -> tuple[list[Answer] | LongAnswer | StillRunning, list[CameBy]]:
        """An answer for every query, or the long one of the only query, or the first that is still running; and how
        each was come by.
        """
        tag = await self._tagging.of(held.caller, incoming)
        askings = [Asking(incoming.request_id, tag) for _ in held.prepared]
        started = perf_counter()
        outcomes: list[Answer | StillRunning] | list[Answer | LongAnswer | StillRunning]
        if len(held.prepared) == 1 and incoming.takes_chunks and can_be_long(request.frames[0].response_format):
            run = incoming.layer.run_in_batches(held.prepared[0], request.cache, askings[0])
            outcomes = await while_client_waits([run], receive)
        else:
            # Several long answers would each hold a connection, and wait for each other.
            asked = zip(held.prepared, askings, strict=True)
            runs = [incoming.layer.run(prepared, request.cache, asking) for prepared, asking in asked]
            outcomes = await while_client_waits(runs, receive)
        waited = perf_counter() - started
        came_by: list[CameBy] = [asking.came_by for asking in askings]
        running = next((outcome for outcome in outcomes if isinstance(outcome, StillRunning)), None)
        if running is not None:
            phases.queue = waited
            return running, came_by
        long = next((outcome for outcome in outcomes if isinstance(outcome, LongAnswer)), None)
        answers = [outcome for outcome in outcomes if isinstance(outcome, Answer)] if long is None else [long.begun]
        # Who joined a statement that ran already waited for less than it took.
        phases.database = min(waited, max(answer.database_ms for answer in answers) / 1000)
        phases.queue = waited - phases.database
        return long or answers, came_by

    def _continue_wait(self, running: StillRunning, incoming: Incoming, phases: Phases) -> Reply:
        """Not an error, though it looks like one: the client asks again at once."""
        body: dict[str, Any] = {
            "error": "Continue wait",
            "stage": {"stage": running.stage, "timeElapsed": round(running.seconds * 1000)},
        }
        if self._options.dev_mode:
            body["requestId"] = incoming.request_id
        return json_reply(body, headers=(phases.header,))

    async def _parts(
        self, request: LoadRequest, held: ForCaller, answers: list[Answer], incoming: Incoming
    ) -> list[bytes]:
        """The body, in parts."""
        parts = [request.opening]
        for number, (frame, shape, answer) in enumerate(zip(request.frames, held.layouts, answers, strict=True)):
            if number:
                parts.append(b",")
            parts.append(frame.opening)
            parts.append(await rows_json(shape, frame.response_format, answer))
            parts.append(self._after_rows(frame, held.prepared[number], answer, incoming))
        if request.is_envelope:
            parts.append(request.closing)
            parts.append(b"true}" if any(answer.slow for answer in answers) else b"false}")
        return parts

    async def _pieces(
        self, request: LoadRequest, held: ForCaller, long: LongAnswer, incoming: Incoming
    ) -> AsyncGenerator[bytes]:
        """The body of a long answer, the same bytes as `_parts` makes of a short one. The first piece is empty."""
        (frame,), (shape,), begun = request.frames, held.layouts, long.begun
        async with aclosing(long.rest) as rest:
            yield b""
            yield request.opening + frame.opening
            batches = rest if incoming.account is None else counted(rest, len(begun.rows.values), incoming.account)
            body = encode_batches(shape, long.take_first_rows(), batches, frame.response_format)
            async with aclosing(body) as pieces:
                async for piece in pieces:
                    yield piece
        yield self._after_rows(frame, held.prepared[0], begun, incoming)
        if request.is_envelope:
            yield request.closing + (b"true}" if begun.slow else b"false}")

    def _after_rows(self, frame: Frame, prepared: "Prepared", answer: Answer, incoming: Incoming) -> bytes:
        """What follows the rows of a result."""
        refreshed = answer.refreshed_at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")
        debug = b""
        if self._options.dev_mode:
            debug = b',"refreshKeyValues":%b,"usedPreAggregations":{},"transformedQuery":%b,"requestId":%b' % (
                encode([key.shown for key in answer.refresh_keys]),
                encode(transformed(frame.query)),
                encode(incoming.request_id),
            )
            warnings = [one.message for one in prepared.ambiguous]
            warnings += [key.failure for key in answer.refresh_keys if key.failure]
            if warnings:
                debug += b',"warnings":%b' % encode(warnings)
        return (
            b',"lastRefreshTime":"%bZ"%b,"annotation":%b,"dataSource":%b,"dbType":%b,"external":false,'
            b'"slowQuery":%b,"total":%b}'
        ) % (
            refreshed.encode(),
            debug,
            frame.annotation,
            encode(answer.data_source),
            encode(answer.db_type),
            b"true" if answer.slow else b"false",
            b"null" if answer.total is None else b"%d" % answer.total,
        )

    def _remember(self, request: LoadRequest, answer: Answer, parts: list[bytes], etag: bytes) -> None:
        """Keep the whole body beside its answer, for the next time that the same bytes ask for it.

        Not where it is long, and not in development mode, where it tells the id of this one request.
        """
        if self._options.dev_mode or len(answer.memo) >= MEMO or sum(map(len, parts)) > WHOLE:
            return
        answer.memo[request] = b"".join(parts)
        answer.memo[request.etag_key] = etag


async def counted(batches: AsyncGenerator[Batch], rows: int, account: Account) -> AsyncGenerator[Batch]:
    """The same batches. The account knows at any time how many rows there were so far, with the `rows` before."""
    ((_, came_by),) = account.results
    account.results = [(rows, came_by)]
    async for batch in batches:
        rows += len(batch)
        account.results = [(rows, came_by)]
        yield batch


async def rows_json(shape: Layout, response_format: ResponseFormat, answer: Answer) -> bytes:
    """The rows as JSON. Between the pieces of many rows, other requests have their turn."""
    key = (shape, response_format)
    held = answer.memo.get(key)
    if held is not None:
        return held
    pieces: list[bytes] = []
    for piece in encode_rows(shape, answer.rows.values, response_format):
        pieces.append(piece)
        if len(piece) > YIELD_AFTER:
            await asyncio.sleep(0)
    encoded = b"".join(pieces)
    if len(encoded) > WHOLE and len(answer.memo) < MEMO:
        answer.memo[key] = encoded
    return encoded
