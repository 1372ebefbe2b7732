"""What `/v1/load`, `/v1/sql` and `/v1/dry-run` have in common: their parameters, read into queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from starlette.types import Receive

from kubus.api.rest.incoming import Incoming, body_parameters, read_body, url_parameters
from kubus.api.rest.options import ApiOptions
from kubus.api.wire.parse_query import asked_query, cache_mode, parse_query, text
from kubus.context import Caller
from kubus.errors import QueryError
from kubus.query.normalize import Normalized, normalize
from kubus.query.query import AskedQuery, CacheMode, Query

if TYPE_CHECKING:
    from kubus.semantic_layer import Prepared

# What a POST body of these endpoints is read as when it is not declared as JSON.
NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Asked:
    """The queries of a request, and how it wants them answered. `query_type` is as sent; only `multi` has a meaning."""

    normalized: Normalized
    query_type: str | None
    cache: CacheMode


async def raw_parameters(request: Incoming, receive: Receive, limit: int) -> bytes:
    """The bytes that hold the parameters: the query string of a GET, the body of a POST; empty for other types."""
    if request.method != "POST":
        return request.query_string
    body = await read_body(request, receive, limit)
    return body if request.is_json else b""


def parameters(method: str, raw: bytes) -> Mapping[str, Any]:
    """The parameters in these bytes. Raises QueryError if they are not JSON, in a body, or nest too deep."""
    if method != "POST":
        return url_parameters(raw)
    return body_parameters(raw) if raw else NOTHING


def read_asked(given: Mapping[str, Any], options: ApiOptions) -> Asked:
    """The queries in these parameters, with defaults, dates and limits settled as of now.

    Raises:
        QueryError: there is no query, or it is malformed.
    """
    value = given.get("query")
    if value is None or value in ("", "undefined"):
        raise QueryError("Query param is required")
    asked = parse_query(value) if isinstance(value, str) else asked_query(value)
    normalized = normalize(
        asked,
        now=datetime.now(UTC),
        default_timezone=options.default_timezone,
        default_limit=options.default_limit,
        max_limit=options.max_limit,
    )
    query_type = None if given.get("queryType") is None else text(given["queryType"], "queryType")
    return Asked(normalized, query_type, cache_of(given, normalized.asked[0]))


def prepared_all(queries: Sequence[Query], caller: Caller, incoming: Incoming) -> "tuple[Prepared, ...]":
    """The queries, prepared for this caller. The account learns what is asked, also of a query that is refused.

    Raises:
        QueryError: one names what is not there.
        Forbidden: one asks for what is not the caller's.
    """
    account = incoming.account
    if account is not None:
        account.asked(queries)
    prepared = tuple(incoming.layer.prepare(query, caller) for query in queries)
    if account is not None:
        account.authorized(one.authorized for one in prepared)
    return prepared


def cache_of(given: Mapping[str, Any], asked: AskedQuery) -> CacheMode:
    """The cache mode: that of the request, else that of its first query, else `stale-if-slow`.

    Raises:
        QueryError: there is no such mode.
    """
    if "cache" in given:
        return cache_mode(given["cache"], "cache")
    if asked.cache is not None:
        return asked.cache
    return "must-revalidate" if asked.renew else "stale-if-slow"
