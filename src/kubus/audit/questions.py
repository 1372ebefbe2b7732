"""What a query asks, as a record tells it: members, and of conditions the members alone unless values are wanted."""

from collections.abc import Iterable, Iterator
from typing import Any

from kubus.audit.texts import as_json
from kubus.model.filter import AllOf, AnyOf, Comparison, Filter
from kubus.query.authorize import AuthorizedQuery
from kubus.query.query import Query, TimeDimension


def authorized_question(authorized: AuthorizedQuery, *, with_values: bool = False) -> bytes:
    """A query as its caller may ask it, with the `policies` that were applied and the members that they `masked`."""
    masked = [one.path for one in authorized.masked]
    return question(authorized.query, authorized.applied, masked, with_values=with_values)


def question(
    query: Query, policies: Iterable[str] = (), masked: Iterable[str] = (), *, with_values: bool = False
) -> bytes:
    """The inside of a JSON object: `members` that are asked for, those that rows are `filtered` by, and what policies
    did. With values, what rows are filtered by as well, under `filters` and `date_ranges`.
    """
    times = query.time_dimensions
    shown = (f"{time.dimension}.{time.granularity}" for time in times if time.granularity is not None)
    members = list(dict.fromkeys((*query.measures, *query.dimensions, *shown)))
    filtered = list(dict.fromkeys((*query.segments, *conditions(query))))
    said = b'"members":%b,"filtered":%b,"policies":%b,"masked":%b' % tuple(
        as_json(list(names)) for names in (members, filtered, policies, masked)
    )
    if not with_values:
        return said
    filters = [condition(part) for part in query.filters]
    ranges = {t.dimension: range_of(t) for t in times if t.date_range is not None}
    return said + b',"filters":%b,"date_ranges":%b' % (as_json(filters), as_json(ranges))


def conditions(query: Query) -> Iterator[str]:
    """The members that rows are filtered by."""
    yield from (t.dimension for t in query.time_dimensions if t.date_range is not None)
    for part in (*query.filters, *query.default_filters):
        yield from members_of(part)


def members_of(part: Filter) -> Iterator[str]:
    match part:
        case Comparison(member):
            yield member
        case AllOf(parts) | AnyOf(parts):
            for inner in parts:
                yield from members_of(inner)


def condition(part: Filter) -> dict[str, Any]:
    """A filter as JSON, as clients write it."""
    match part:
        case Comparison(member, operator, values):
            return {"member": member, "operator": operator, "values": list(values)}
        case AllOf(parts):
            return {"and": [condition(inner) for inner in parts]}
        case AnyOf(parts):
            return {"or": [condition(inner) for inner in parts]}


def range_of(time: TimeDimension) -> list[str]:
    span = time.date_range
    return [] if span is None else [moment.isoformat(timespec="milliseconds") for moment in (span.start, span.end)]
