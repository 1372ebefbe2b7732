"""Normalised queries as JSON: the `query` of an answer, and what clients pivot its rows by."""

from typing import Any

from kubus.model.filter import AllOf, AnyOf, Comparison, Filter
from kubus.query.normalize import Normalized
from kubus.query.query import AskedComparison, AskedQuery, Order, Query, QueryType, TimeDimension
from kubus.query.shape import wall_text

# Rows of a comparison have the range they belong to under this name.
COMPARED = "compareDateRange"


def echo_query(
    asked: AskedQuery, query: Query, *, query_type: QueryType | None = None, compare: bool = False
) -> dict[str, Any]:
    """The query with every default filled in. Keys without a default are there if they were sent.

    `query_type` is repeated when given; `compare` puts `compareDateRange` first among the dimensions.
    """
    echo: dict[str, Any] = {}
    if asked.measures is not None:
        echo["measures"] = list(query.measures)
    echo["dimensions"] = [COMPARED, *query.dimensions] if compare else list(query.dimensions)
    echo["timeDimensions"] = [time_dimension(time) for time in query.time_dimensions]
    if asked.segments is not None:
        echo["segments"] = list(query.segments)
    echo["limit"] = query.limit
    if asked.offset is not None:
        echo["offset"] = query.offset
    for key, field, value in (
        ("total", "total", asked.total),
        ("ungrouped", "ungrouped", asked.ungrouped),
        ("renewQuery", "renew", asked.renew),
    ):
        if value is not None:
            echo[key] = dict(asked.texts).get(field, value)
    if asked.response_format is not None:
        echo["responseFormat"] = asked.response_format
    echo["timezone"] = query.timezone
    # Filters that a policy added after those that were sent are not for the client to see.
    pairs = zip(query.filters, asked.filters or (), strict=False)
    echo["filters"] = [echo_filter(condition, sent) for condition, sent in pairs]
    echo["rowLimit"] = query.limit
    if query.order is not None:
        echo["order"] = [{"id": order.member, "desc": order.descending} for order in query.order]
    if query_type is not None:
        echo["queryType"] = query_type
    return echo


def echoes(normalized: Normalized, is_envelope: bool = True) -> list[dict[str, Any]]:
    """Every query, as answers repeat it.

    In an envelope the first query is what the client pivots by, unless queries are blended: it says so.
    """
    is_pivot = is_envelope and normalized.type != "blendingQuery"
    found: list[dict[str, Any]] = []
    for asked, query in zip(normalized.asked, normalized.queries, strict=True):
        is_first = is_pivot and not found
        compare = is_first and normalized.type == "compareDateRangeQuery"
        found.append(echo_query(asked, query, query_type=normalized.type if is_first else None, compare=compare))
    return found


def pivot_query(normalized: Normalized) -> dict[str, Any]:
    """The query that a client pivots rows by: the first one, or the union of those that are blended."""
    if normalized.type != "blendingQuery":
        return echoes(normalized)[0]
    queries = normalized.queries
    granularity = queries[0].time_dimensions[0].granularity
    return {
        "measures": list(dict.fromkeys(name for query in queries for name in query.measures)),
        "dimensions": list(dict.fromkeys(name for query in queries for name in query.dimensions)),
        "timeDimensions": [{"dimension": "time", "granularity": granularity}],
        "queryType": normalized.type,
    }


def query_order(order: tuple[Order, ...]) -> dict[str, str]:
    """An order as `{member: direction}`."""
    return {one.member: "desc" if one.descending else "asc" for one in order}


def time_dimension(time: TimeDimension) -> dict[str, Any]:
    echo: dict[str, Any] = {"dimension": time.dimension}
    if time.granularity is not None:
        echo["granularity"] = time.granularity
    if time.date_range is not None:
        echo["dateRange"] = [wall_text(time.date_range.start), wall_text(time.date_range.end)]
    return echo


def echo_filter(condition: Filter, sent: Filter) -> dict[str, Any]:
    """A filter with its values as text. It has `values` if that is how it was sent."""
    match condition, sent:
        case Comparison(member, operator, values), _:
            echo: dict[str, Any] = {"member": member, "operator": operator}
            if values or (isinstance(sent, AskedComparison) and sent.has_values):
                echo["values"] = list(values)
            return echo
        case (AllOf(parts), AllOf(sent_parts)) | (AnyOf(parts), AnyOf(sent_parts)):
            name = "and" if isinstance(condition, AllOf) else "or"
            return {name: [echo_filter(*pair) for pair in zip(parts, sent_parts, strict=True)]}
        case _:
            raise AssertionError("a normalised filter has the form of the one that was sent")
