"""The host's rewriting of queries, between what policies say of a query and its plan.

A rewriting is trusted code: it may add what the client may not name. It cannot take away what holds for the caller,
since the query that it gives is authorized anew.

Source: auth-and-security 9.1
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kubus.api.rest.asked import prepared_all
from kubus.api.rest.incoming import Incoming
from kubus.api.wire.rewritten_query import filter_json, query_json, rewritten_query
from kubus.config.hook_calls import HookCalls
from kubus.config.hook_context import hook_context
from kubus.config.hooks import Hook
from kubus.context import Caller
from kubus.query.default_filters import members_of
from kubus.query.normalize import Normalized
from kubus.query.query import Query

if TYPE_CHECKING:
    from kubus.semantic_layer import Prepared, SemanticLayer


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A query as the host wants it. `trusted` are the members that only its own conditions test."""

    query: Query
    trusted: frozenset[str] = frozenset()


class Rewriting:
    """Asks the hook `query_rewrite` what becomes of queries."""

    def __init__(self, hook: Hook, calls: HookCalls, seconds: float) -> None:
        self._hook = hook
        self._calls = calls
        self._seconds = seconds

    async def of(self, normalized: Normalized, caller: Caller, incoming: Incoming) -> tuple[Rewritten, ...]:
        """What becomes of each query. One that is denied as it is, is not shown to the hook.

        The account of the request learns what was asked for.

        Raises:
            Forbidden: a policy or the hook denied it.
            HookError: the hook failed, or gave no query.
        """
        if incoming.account is not None:
            incoming.account.asked(normalized.queries)
        found: list[Rewritten] = []
        for asked, query in zip(normalized.asked, normalized.queries, strict=True):
            if incoming.layer.authorized(query, caller).hidden:
                # It can be explained, and its rows are not given.
                found.append(Rewritten(query))
                continue

            def check(value: object, query: Query = query) -> Query:
                return rewritten_query(value, query)

            ctx = hook_context(caller.security, caller.extended, incoming.request_id)
            rewritten = await self._calls.call(
                "query_rewrite",
                self._hook,
                query_json(asked, query),
                ctx,
                seconds=self._seconds,
                request_id=incoming.request_id,
                check=check,
            )
            trusted = frozenset(conditioned(rewritten)) - frozenset(conditioned(query))
            found.append(Rewritten(held(rewritten, query), trusted))
        return tuple(found)


def held(rewritten: Query, before: Query) -> Query:
    """The rewritten query, in which no measure leaves out the conditions that were not there before.

    A measure may leave out what a client filters by; what the host adds is often which rows the caller may see.
    """
    asked = Counter(str(filter_json(condition)) for condition in before.filters)
    added: list[int] = []
    for place, condition in enumerate(rewritten.filters):
        text = str(filter_json(condition))
        if asked[text]:
            asked[text] -= 1
        else:
            added.append(place)
    segments = frozenset(rewritten.segments) - frozenset(before.segments)
    return replace(rewritten, held_filters=frozenset(added), held_segments=segments)


async def prepare_all(
    normalized: Normalized, caller: Caller, rewriting: Rewriting | None, incoming: Incoming
) -> "tuple[Prepared, ...]":
    """The queries made ready to run, rewritten by the host where it does that. The account learns what is asked."""
    if rewriting is None:
        return prepared_all(normalized.queries, caller, incoming)
    prepared = prepare_rewritten(await rewriting.of(normalized, caller, incoming), incoming.layer, caller)
    if incoming.account is not None:
        incoming.account.authorized(one.authorized for one in prepared)
    return prepared


def prepare_rewritten(outcome: tuple[Rewritten, ...], layer: "SemanticLayer", caller: Caller) -> "tuple[Prepared, ...]":
    """Queries that the host has rewritten, made ready to run."""
    return tuple(layer.prepare(one.query, caller, trusted=one.trusted) for one in outcome)


def conditioned(query: Query) -> Iterator[str]:
    """The members that conditions of a query test."""
    yield from query.segments
    yield from (path for condition in query.filters for path in members_of(condition))
    yield from (time.dimension for time in query.time_dimensions if time.granularity is None)
