"""Requests for rows, read and prepared, and remembered by their bytes.

What depends on the query alone is kept once for all callers; the statements are kept for each caller, since what a
caller may see goes into them.
"""

import time
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from kubus.api.rest.asked import Asked, parameters, prepared_all, read_asked
from kubus.api.rest.bounded import Bounded
from kubus.api.rest.incoming import Incoming
from kubus.api.rest.options import ApiOptions
from kubus.api.rest.rewriting import Rewriting, prepare_rewritten
from kubus.api.wire.annotation import annotation
from kubus.api.wire.answer import Layout, layout
from kubus.api.wire.echo_query import echoes, pivot_query
from kubus.audit.account import Account
from kubus.context import Caller
from kubus.errors import QueryError
from kubus.model.model import Model
from kubus.query.query import AskedQuery, CacheMode, Query, ResponseFormat

if TYPE_CHECKING:
    from kubus.semantic_layer import Prepared, SemanticLayer

# Method and bytes, model, what of it the caller is shown, and the queries as the host rewrote them.
Key = tuple[str, bytes, str, tuple[str, ...], tuple[Query, ...]]

encode = msgspec.json.Encoder().encode

# How many callers' statements are kept beside one request.
CALLERS = 64
# Longer request bytes are not remembered.
RAW = 64 * 1024


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around the rows of one result. `compared` and `blended` say which keys its rows get on top."""

    query: Query
    opening: bytes
    annotation: bytes
    response_format: ResponseFormat
    compared: str | None
    blended: bool


@dataclass(slots=True, eq=False)
class ForCaller:
    """The statements of a request for one caller. Holds the caller, so that its id stays its own.

    `questions` is what the audit log says of its queries, once it was asked.
    """

    caller: Caller
    prepared: "tuple[Prepared, ...]"
    layouts: tuple[Layout, ...]
    questions: tuple[bytes, ...] | None = None

    def tell(self, account: Account) -> None:
        """Note in the account what is asked, as it was authorized."""
        if self.questions is None:
            account.authorized(one.authorized for one in self.prepared)
            self.questions = account.questions
        account.questions = self.questions


@dataclass(slots=True, eq=False)
class LoadRequest:
    """A request, read. Compared by identity: it is a key in the memo of answers.

    `frames` are those of the results that are given. `moves_at` is the Unix time at which the dates of the queries
    become others. `opening` and `closing` stand around the results of an envelope.
    """

    queries: tuple[Query, ...]
    frames: tuple[Frame, ...]
    cache: CacheMode
    moves_at: float
    is_envelope: bool
    opening: bytes
    closing: bytes
    etag_key: object = field(default_factory=object)
    callers: dict[object, ForCaller] = field(default_factory=dict[object, ForCaller])

    @property
    def size(self) -> int:
        """About how many bytes this takes, with the statements of every caller that it may hold."""
        frames = sum(len(frame.opening) + len(frame.annotation) for frame in self.frames)
        return (2000 + 100 * CALLERS) * len(self.queries) + len(self.opening) + len(self.closing) + frames


class PreparedRequests:
    """The requests that came lately."""

    def __init__(self, options: ApiOptions) -> None:
        self._options = options
        self._held: Bounded[Key, LoadRequest] = Bounded(options.prepared_entries, options.prepared_bytes)

    def get(self, incoming: Incoming, raw: bytes, caller: Caller) -> tuple[LoadRequest, ForCaller]:
        """The request in these bytes, and its statements for this caller. The account learns what is asked.

        Raises:
            QueryError: the query is malformed, or names what is not there.
            ModelError: the model does not compile; faults of the query itself come before it.
        """
        method, account = incoming.method, incoming.account
        request = self.remembered(method, raw, incoming.layer, caller)
        if request is not None:
            held = request.callers.get(id(caller))
            if held is None:
                prepared = prepared_all(request.queries, caller, incoming)
                held = self._hold(request, caller, id(caller), prepared)
            if account is not None:
                held.tell(account)
            return request, held
        asked = self._read(method, raw)
        prepared = prepared_all(asked.normalized.queries, caller, incoming)
        model = incoming.layer.model_for(caller)
        request = framed(asked, model, hidden_too=self._options.dev_mode)
        held = self._hold(request, caller, id(caller), prepared)
        if len(raw) <= RAW:
            key = (method, raw, model.version, incoming.layer.visibility(caller), ())
            self._held.put(key, request, request.size + len(raw))
        if account is not None:
            held.tell(account)
        return request, held

    async def rewritten(
        self, incoming: Incoming, raw: bytes, caller: Caller, rewriting: Rewriting
    ) -> tuple[LoadRequest, ForCaller]:
        """The same, its queries rewritten by the host, who is asked every time. Equal outcomes are one request.

        Answers show the filters that were asked for, and not those of the host.

        Raises:
            HookError: the host's code failed.
        """
        asked = self._read(incoming.method, raw)
        outcome = await rewriting.of(asked.normalized, caller, incoming)
        sent = asked.normalized.queries
        shown = tuple(replace(one.query, filters=was.filters) for one, was in zip(outcome, sent, strict=True))
        model = incoming.layer.model_for(caller)
        key = (incoming.method, raw, model.version, incoming.layer.visibility(caller), shown)
        request = self._held.get(key)
        if request is None or request.moves_at <= time.time():
            # What the host added to the columns is shown as if it had been asked for.
            columns = tuple(
                replace(was, measures=query.measures) if query.measures else was
                for query, was in zip(shown, asked.normalized.asked, strict=True)
            )
            settled = replace(asked.normalized, queries=shown, asked=columns)
            request = framed(replace(asked, normalized=settled), model, hidden_too=self._options.dev_mode)
            if len(raw) <= RAW:
                self._held.put(key, request, request.size + len(raw))
        held = request.callers.get((id(caller), outcome))
        if held is None:
            held = self._hold(
                request, caller, (id(caller), outcome), prepare_rewritten(outcome, incoming.layer, caller)
            )
        if incoming.account is not None:
            held.tell(incoming.account)
        return request, held

    def _read(self, method: str, raw: bytes) -> Asked:
        asked = read_asked(parameters(method, raw), self._options)
        kind = asked.normalized.type
        if kind != "regularQuery" and asked.query_type is None:
            raise QueryError(f"'{kind}' query type is not supported by the client.Please update the client.")
        return asked

    def remembered(self, method: str, raw: bytes, layer: "SemanticLayer", caller: Caller) -> LoadRequest | None:
        """The request in these bytes, if it came before and means the same now."""
        model = layer.model_if_any
        if model is None:
            return None
        request = self._held.get((method, raw, model.version, layer.visibility(caller), ()))
        return None if request is None or request.moves_at <= time.time() else request

    def _hold(self, request: LoadRequest, caller: Caller, key: object, prepared: "tuple[Prepared, ...]") -> ForCaller:
        request.moves_at = min(request.moves_at, *(until(one.moves_at) for one in prepared))
        # All queries are prepared, so that a fault in any of them is told; only those with a frame are run.
        given = prepared[: len(request.frames)]
        layouts = tuple(
            layout(one.statement.columns, blended=frame.blended, compared=frame.compared)
            for one, frame in zip(given, request.frames, strict=True)
        )
        if len(request.callers) >= CALLERS:
            request.callers.clear()
        held = request.callers[key] = ForCaller(caller, given, layouts)
        return held


def until(moment: datetime | None) -> float:
    """An instant as Unix time; None is never."""
    return float("inf") if moment is None else moment.timestamp()


def framed(asked: Asked, model: Model, *, hidden_too: bool) -> LoadRequest:
    """Everything of the answer that does not depend on rows, encoded."""
    normalized = asked.normalized
    is_envelope = asked.query_type == "multi"
    # Any other query type gets the first result alone.
    count = len(normalized.queries) if is_envelope else 1
    echoed = echoes(normalized, is_envelope)
    frames = tuple(
        Frame(
            query=normalized.queries[number],
            opening=b'{"query":' + encode(echoed[number]) + b',"data":',
            annotation=encode(annotation(normalized.queries[number], model, hidden_too=hidden_too)),
            response_format=normalized.asked[number].response_format or "default",
            compared=compared_range(normalized.queries[number], normalized.asked[number]),
            blended=normalized.type == "blendingQuery",
        )
        for number in range(count)
    )
    return LoadRequest(
        queries=normalized.queries,
        frames=frames,
        cache=asked.cache,
        moves_at=until(normalized.moves_at),
        is_envelope=is_envelope,
        opening=b'{"queryType":' + encode(normalized.type) + b',"results":[' if is_envelope else b"",
        closing=b'],"pivotQuery":' + encode(pivot_query(normalized)) + b',"slowQuery":' if is_envelope else b"",
    )


def compared_range(query: Query, asked: AskedQuery) -> str | None:
    """What the rows of one query of a comparison are marked with: its range. None without a comparison."""
    compared = [(given.dimension, given.granularity) for given in asked.time_dimensions or () if given.compare]
    for dimension in query.time_dimensions:
        if dimension.date_range is not None and (dimension.dimension, dimension.granularity) in compared:
            start = dimension.date_range.start.isoformat(timespec="milliseconds")
            return f"{start} - {dimension.date_range.end.isoformat(timespec='milliseconds')}"
    return None
