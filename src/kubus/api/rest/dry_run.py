"""`/v1/dry-run`: what a query means, without asking the database.

Source: https://cube.dev/docs/reference/rest-api#base_path-v1-dry-run
"""

from typing import TYPE_CHECKING

from starlette.types import Receive

from kubus.api.rest.asked import parameters, read_asked
from kubus.api.rest.incoming import Incoming
from kubus.api.rest.options import ApiOptions
from kubus.api.rest.remembered import RememberedReplies
from kubus.api.rest.reply import Reply
from kubus.api.rest.rewriting import Rewriting, prepare_all
from kubus.api.wire.echo_query import echoes, pivot_query, query_order
from kubus.api.wire.transformed import transformed
from kubus.context import Caller

if TYPE_CHECKING:
    pass


class DryRun:
    """The endpoint."""

    def __init__(self, options: ApiOptions, rewriting: Rewriting | None = None) -> None:
        self._options = options
        self._rewriting = rewriting
        self._replies = RememberedReplies(options, keeps=rewriting is None)

    async def __call__(self, incoming: Incoming, caller: Caller, receive: Receive, raw: bytes) -> Reply:  # noqa: ARG002 - every endpoint is called so
        """The queries with defaults and dates settled, their orders, and how a client pivots the rows.

        They are planned as well, so that what cannot be planned is refused here as it is by `/v1/load`.

        Raises:
            QueryError: the query is malformed, or names what is not there.
        """
        remembered = self._replies.get(incoming, raw, caller)
        if remembered is not None:
            return remembered
        asked = read_asked(parameters(incoming.method, raw), self._options)
        normalized = asked.normalized
        prepared = await prepare_all(normalized, caller, self._rewriting, incoming)
        value = {
            "queryType": normalized.type,
            "normalizedQueries": echoes(normalized),
            "queryOrder": [query_order(one.order) for one in prepared],
            "transformedQueries": [transformed(query) for query in normalized.queries],
            "pivotQuery": pivot_query(normalized),
        }
        moments = [normalized.moves_at, *(one.moves_at for one in prepared)]
        return self._replies.keep(incoming, raw, caller, value, moments)
