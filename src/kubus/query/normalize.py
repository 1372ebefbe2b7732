"""A query as sent, to the queries it means: defaults filled in, dates absolute, limits checked, comparisons split."""

import json
from dataclasses import dataclass, replace
from datetime import datetime

from kubus.errors import LimitExceeded, QueryError
from kubus.model.filter import AllOf, AnyOf, Comparison, Filter, FilterValue
from kubus.query.clock import Clock
from kubus.query.date_range import iso_moment, relative_range, resolve_range, unreadable
from kubus.query.operators import OPERATORS, Operator
from kubus.query.query import (
    AskedComparison,
    AskedQuery,
    AskedTimeDimension,
    DateRange,
    Order,
    Query,
    QueryType,
    RangeText,
    TimeDimension,
)
from kubus.query.quoted import shortened
from kubus.query.shape import wall_text
from kubus.query.timezones import canonical_timezone


@dataclass(frozen=True, slots=True)
class Normalized:
    """The queries to answer, and what was asked for each of them: `asked` is as long as `queries`.

    `moves_at` is the first instant at which the same request would mean something else, since "last week" is in it;
    None says that it never does.
    """

    queries: tuple[Query, ...]
    type: QueryType
    asked: tuple[AskedQuery, ...]
    moves_at: datetime | None


def normalize(
    asked: AskedQuery | tuple[AskedQuery, ...],
    *,
    now: datetime,
    default_timezone: str,
    default_limit: int,
    max_limit: int,
) -> Normalized:
    """The queries that `asked` means at the instant `now`, which is aware.

    Several asked queries are a blending; one that compares date ranges is a query for each of them.

    Raises:
        QueryError: a query selects nothing, a filter lacks values, a date cannot be read, there is no such time zone,
            or the granularities of a blending differ.
        LimitExceeded: a limit is above `max_limit`.
    """
    moments: list[datetime] = []
    limit = min(default_limit, max_limit)

    def settle(one: AskedQuery) -> Query:
        check(one, max_limit)
        clock = Clock(now, canonical_timezone(one.timezone or default_timezone), moments)
        return settled(one, clock, limit)

    if isinstance(asked, tuple):
        kind: QueryType = "blendingQuery"
        parts = asked
        queries = tuple(map(settle, asked))
        check_blending(queries)
    else:
        split = comparisons(asked)
        kind = "regularQuery" if split is None else "compareDateRangeQuery"
        queries = tuple(map(settle, (asked,) if split is None else split))
        parts = (asked,) * len(queries)
    return Normalized(queries, kind, parts, min(moments, default=None))


def default_order(query: Query) -> tuple[Order, ...]:
    """The order of a query that asks for none in particular.

    By its first time dimension that has a granularity; else by the first measure, descending, if there are dimensions
    as well; else by the first dimension.
    """
    time = next((time for time in query.time_dimensions if time.granularity is not None), None)
    if time is not None:
        return (Order(time.dimension),)
    if not query.dimensions:
        return ()
    return (Order(query.measures[0], descending=True),) if query.measures else (Order(query.dimensions[0]),)


# ── what must hold ──


def check(asked: AskedQuery, max_limit: int) -> None:
    if not (asked.measures or asked.dimensions or any(time.granularity for time in asked.time_dimensions or ())):
        raise QueryError(
            "Query should contain either measures, dimensions or timeDimensions with granularities in order to be valid"
        )
    for condition in asked.filters or ():
        check_values(condition)
    if asked.limit is not None and asked.limit > max_limit:
        raise LimitExceeded("The query limit has been exceeded.", hint=f"The most is {max_limit}")


def check_values(condition: Filter) -> None:
    if not isinstance(condition, Comparison):
        for part in condition.parts:
            check_values(part)
        return
    operator = OPERATORS.get(condition.operator)
    if operator is None:
        raise QueryError(f"Operator {condition.operator} not supported for filter: {leaf_json(condition)}")
    if operator.needs_values and not condition.values:
        raise QueryError(f"Values required for filter: {leaf_json(condition)}")


def leaf_json(leaf: Comparison) -> str:
    """A comparison as it was sent."""
    is_as_sent = isinstance(leaf, AskedComparison)
    written: dict[str, object] = {
        "dimension" if is_as_sent and leaf.named_dimension else "member": leaf.member,
        "operator": leaf.operator,
    }
    if leaf.values or (is_as_sent and leaf.has_values):
        written["values"] = leaf.values
    return shortened(json.dumps(written, separators=(",", ":"), ensure_ascii=False))


def check_blending(queries: tuple[Query, ...]) -> None:
    """The rows of all queries are laid side by side by the granularity of their first time dimension."""
    granularities = [query.time_dimensions[0].granularity if query.time_dimensions else None for query in queries]
    if len({granularity for granularity in granularities if granularity is not None}) > 1:
        raise QueryError("Data blending query granularities must match")
    if not granularities or None in granularities:
        raise QueryError("Data blending query without granularity is not supported")


# ── what it means ──


def comparisons(asked: AskedQuery) -> tuple[AskedQuery, ...] | None:
    """One query for each range of a comparison; None if nothing is compared."""
    times = asked.time_dimensions or ()
    compared = [number for number, time in enumerate(times) if time.compare is not None]
    if not compared:
        return None
    if len(compared) > 1:
        raise QueryError("compareDateRange can only exist for one timeDimension")

    def over(text: RangeText) -> AskedQuery:
        ranged = replace(times[compared[0]], date_range=text, compare=None)
        return replace(asked, time_dimensions=(*times[: compared[0]], ranged, *times[compared[0] + 1 :]))

    return tuple(map(over, times[compared[0]].compare or ()))


def settled(asked: AskedQuery, clock: Clock, default_limit: int) -> Query:
    dimensions = asked.dimensions or ()
    times = tuple(settled_time(time, clock) for time in asked.time_dimensions or ())
    # `orders.created_at.month` among the dimensions is a time dimension without a range.
    cut = tuple(
        TimeDimension(path, granularity)
        for path, _, granularity in (name.rpartition(".") for name in dimensions if name.count(".") == 2)
    )
    return Query(
        measures=asked.measures or (),
        dimensions=tuple(name for name in dimensions if name.count(".") != 2),
        segments=asked.segments or (),
        time_dimensions=(*times, *cut),
        filters=tuple(settled_filter(condition, clock) for condition in asked.filters or ()),
        order=asked.order,
        limit=default_limit if asked.limit is None else asked.limit,
        offset=asked.offset or 0,
        timezone=clock.timezone,
        total=bool(asked.total),
        ungrouped=bool(asked.ungrouped),
        join_hints=asked.join_hints or (),
    )


def settled_time(asked: AskedTimeDimension, clock: Clock) -> TimeDimension:
    date_range: DateRange | None = None
    if asked.date_range is not None:
        date_range, unit = resolve_range(asked.date_range, clock.local)
        clock.holds_until_end_of(unit)
    return TimeDimension(asked.dimension, asked.granularity, date_range)


def settled_filter(condition: Filter, clock: Clock) -> Filter:
    match condition:
        case Comparison(member, operator, values):
            return Comparison(member, operator, settled_values(OPERATORS[operator], values, clock))
        case AllOf(parts):
            return AllOf(tuple(settled_filter(part, clock) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(settled_filter(part, clock) for part in parts))


def settled_values(operator: Operator, values: tuple[FilterValue, ...], clock: Clock) -> tuple[FilterValue, ...]:
    """The values, with dates in words replaced by wall time; dates in digits pass as they are."""
    if operator.relative is None or not values:
        return values
    first = values[0]
    if operator.relative == "range" and len(values) > 1:
        return tuple(value if value is None else written_date(value, operator, clock) for value in values)
    if first is None:
        return values
    moment = iso_date(first)
    if moment is not None:
        return (moment, *values[1:])
    dates = dates_in_words(first, clock)
    match operator.relative:
        case "range":
            return (wall_text(dates.start), wall_text(dates.end))
        case "start":
            return (wall_text(dates.start), *values[1:])
        case "end":
            return (wall_text(dates.end), *values[1:])


def iso_date(value: str) -> str | None:
    """A date in digits, as it is if a database would read it so, else as wall time; None for other texts."""
    moment = iso_moment(value)
    if moment is None:
        return None
    try:
        datetime.fromisoformat(value)
    except ValueError:
        # A year or a month alone.
        return wall_text(moment)
    return value


def written_date(value: str, operator: Operator, clock: Clock) -> str:
    """One of several dates, which must be in digits."""
    moment = iso_date(value)
    if moment is not None:
        return moment
    dates_in_words(value, clock)
    raise QueryError(
        f"Relative-date strings are only supported when they are the one value of '{operator.name}', "
        f"got '{shortened(value)}' among several"
    )


def dates_in_words(value: str, clock: Clock) -> DateRange:
    if not value:
        raise unreadable(value)
    dates, unit = relative_range(value, clock.local)
    clock.holds_until_end_of(unit)
    return dates
