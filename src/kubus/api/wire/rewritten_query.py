"""Settled queries as JSON for the host's rewriting, and back.

Source: rest-api 4.7
"""

from datetime import UTC, datetime
from typing import Any

import msgspec

from kubus.api.wire.echo_query import time_dimension
from kubus.api.wire.parse_query import asked_query
from kubus.errors import HookError, QueryError
from kubus.model.filter import AllOf, AnyOf, Comparison, Filter
from kubus.query.normalize import normalize
from kubus.query.query import AskedQuery, Query


def query_json(asked: AskedQuery, query: Query) -> dict[str, Any]:
    """A settled query as its rewriting sees it: dates absolute, values as text, order as pairs. Plain dicts and lists.

    `measures`, `segments` and `order` are there if they were sent.
    """
    written: dict[str, Any] = {}
    if asked.measures is not None:
        written["measures"] = list(query.measures)
    written["dimensions"] = list(query.dimensions)
    written["timeDimensions"] = [time_dimension(time) for time in query.time_dimensions]
    if asked.segments is not None:
        written["segments"] = list(query.segments)
    written["filters"] = [filter_json(condition) for condition in query.filters]
    if query.order is not None:
        written["order"] = [[one.member, "desc" if one.descending else "asc"] for one in query.order]
    written["limit"] = query.limit
    written["timezone"] = query.timezone
    if query.offset:
        written["offset"] = query.offset
    if query.total:
        written["total"] = True
    if query.ungrouped:
        written["ungrouped"] = True
    if query.join_hints:
        written["joinHints"] = [list(hint) for hint in query.join_hints]
    return written


def filter_json(condition: Filter) -> dict[str, Any]:
    match condition:
        case Comparison(member, operator, values):
            # Some operators take no values, and refuse an empty list of them.
            return {"member": member, "operator": operator, **({"values": list(values)} if values else {})}
        case AllOf(parts):
            return {"and": [filter_json(part) for part in parts]}
        case AnyOf(parts):
            return {"or": [filter_json(part) for part in parts]}


def rewritten_query(value: object, before: Query) -> Query:
    """The query that a rewriting gave in the place of `before`. What it leaves out has its default.

    Raises:
        HookError: it is no query. What is wrong is for the log.
    """
    if not isinstance(value, dict):
        raise HookError(
            "A user-defined queryRewrite function returns an inconsistent type.",
            hint=f"It has to return the query, and returned a {type(value).__name__}",
        )
    try:
        # Tuples, dates and numbers of the host's Python become what JSON has for them.
        asked = asked_query(msgspec.json.decode(msgspec.json.encode(value)))
        if isinstance(asked, tuple):
            raise AssertionError("a dict is one query")
        limit = before.limit if asked.limit is None else asked.limit
        normalized = normalize(
            asked,
            now=datetime.now(UTC),
            default_timezone=before.timezone,
            default_limit=limit or 0,
            # The host may give more rows than a client may ask for.
            max_limit=limit or 0,
        )
    except (QueryError, TypeError, ValueError) as error:
        raise HookError("A user-defined queryRewrite function returns a malformed query.", hint=str(error)) from error
    if len(normalized.queries) != 1 or normalized.moves_at is not None:
        raise HookError(
            "A user-defined queryRewrite function returns a malformed query.",
            hint="It has to be one query, its dates absolute",
        )
    return normalized.queries[0]
