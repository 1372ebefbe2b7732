"""`/v1/sql`: the statement that would answer a query.

Source: https://cube.dev/docs/reference/rest-api#base_path-v1-sql
"""

from typing import TYPE_CHECKING, Any

from starlette.types import Receive

from kubus.api.rest.asked import parameters, read_asked
from kubus.api.rest.incoming import Incoming
from kubus.api.rest.options import ApiOptions
from kubus.api.rest.remembered import RememberedReplies
from kubus.api.rest.reply import Reply, Warm, json_reply, warm
from kubus.api.rest.rewriting import Rewriting, prepare_all
from kubus.api.wire.echo_query import query_order
from kubus.api.wire.transformed import transformed
from kubus.context import Caller
from kubus.model.filter import AllOf, AnyOf, Comparison, Filter
from kubus.model.model import Model
from kubus.query.query import Query

if TYPE_CHECKING:
    from kubus.semantic_layer import Prepared

NO_INTERFACE = "Error: SQL interface is not initialized. Please enable the SQL interface in your settings."


class Sql:
    """The endpoint."""

    def __init__(self, options: ApiOptions, rewriting: Rewriting | None = None) -> None:
        self._options = options
        self._rewriting = rewriting
        self._replies = RememberedReplies(options, keeps=rewriting is None)

    def warm(self, incoming: Incoming, caller: Caller) -> Warm | None:
        """The reply to a GET whose bytes came before, if it still holds."""
        reply = self._replies.get(incoming, incoming.query_string, caller)
        return None if reply is None else warm(reply)

    async def __call__(self, incoming: Incoming, caller: Caller, receive: Receive, raw: bytes) -> Reply:  # noqa: ARG002 - every endpoint is called so
        """The statement of a query; an array of them for an array of queries or a comparison.

        Raises:
            QueryError: the query is malformed, or names what is not there.
        """
        remembered = self._replies.get(incoming, raw, caller)
        if remembered is not None:
            return remembered
        given = parameters(incoming.method, raw)
        if given.get("format") == "sql":
            return json_reply({"error": NO_INTERFACE}, 500)
        asked = read_asked(given, self._options)
        prepared = await prepare_all(asked.normalized, caller, self._rewriting, incoming)
        entries = [self._entry(one, incoming.layer.model) for one in prepared]
        moments = [asked.normalized.moves_at, *(one.moves_at for one in prepared)]
        value = entries[0] if asked.normalized.type == "regularQuery" else entries
        return self._replies.keep(incoming, raw, caller, value, moments)

    def _entry(self, prepared: "Prepared", model: Model) -> dict[str, Any]:
        """One statement, and how its columns belong to members."""
        query, statement = prepared.query, prepared.statement
        sql: dict[str, Any] = {
            "external": False,
            "sql": [statement.sql, list(statement.parameters)],
            "lambdaQueries": {},
            **time_dimension_of(prepared, model),
            "order": query_order(prepared.order),
            # Answers go stale by the clock: no query has to be asked for that.
            "cacheKeyQueries": [],
            "preAggregations": [],
            "dataSource": statement.data_source,
            "aliasNameToMember": {column.alias: column.key for column in statement.columns},
        }
        if self._options.dev_mode:
            sql["rollupMatchResults"] = []
            if prepared.ambiguous:
                sql["warnings"] = [one.message for one in prepared.ambiguous]
        sql["canUseTransformedQuery"] = transformed(query)
        sql["memberNames"] = member_names(query)
        return {"sql": sql, "dataSource": statement.data_source}


def time_dimension_of(prepared: "Prepared", model: Model) -> dict[str, str]:
    """Alias and member of the first time dimension; by the day where it is only a filter."""
    if not prepared.query.time_dimensions:
        return {}
    path = prepared.query.time_dimensions[0].dimension
    for column in prepared.statement.columns:
        if column.member == path and column.granularity is not None:
            return {"timeDimensionAlias": column.alias, "timeDimensionField": path}
    dimension = model.dimension(path)
    alias = model.holders[dimension.cube].alias
    return {"timeDimensionAlias": f"{alias}__{dimension.name}_day", "timeDimensionField": path}


def member_names(query: Query) -> list[str]:
    """Every member that the query names, once."""
    times = (time.dimension for time in query.time_dimensions)
    filtered = (path for part in query.filters for path in members_of(part))
    return list(dict.fromkeys((*query.measures, *query.dimensions, *times, *query.segments, *filtered)))


def members_of(part: Filter) -> list[str]:
    """The members that a filter compares."""
    match part:
        case Comparison(member):
            return [member]
        case AllOf(parts) | AnyOf(parts):
            return [path for inner in parts for path in members_of(inner)]
