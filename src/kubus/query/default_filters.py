"""Filters that a view puts to every query on it."""

from collections.abc import Iterator
from dataclasses import replace

from kubus.model.filter import Comparison, Filter
from kubus.model.model import Model
from kubus.query.clock import Clock
from kubus.query.normalize import settled_filter
from kubus.query.query import Query


def with_default_filters(query: Query, model: Model, clock: Clock) -> Query:
    """The query with the default filters of every view that it touches by more than a segment.

    A filter of the query on one of the members `unless` releases a default filter; selecting the member does not.
    Dates in words are settled by the clock.
    """
    if not any(view.default_filters for view in model.views.values()):
        return query
    tested = {path for condition in query.filters for path in members_of(condition)}
    named = (*query.measures, *query.dimensions, *(time.dimension for time in query.time_dimensions), *tested)
    found: list[Filter] = []
    for name in dict.fromkeys(path.partition(".")[0] for path in named):
        view = model.views.get(name)
        for default in () if view is None else view.default_filters:
            if not any(f"{name}.{member}" in tested for member in default.unless):
                found.append(settled_filter(default.filter, clock))
    return replace(query, default_filters=tuple(found)) if found else query


def members_of(condition: Filter) -> Iterator[str]:
    """Every member that a filter compares."""
    if isinstance(condition, Comparison):
        yield condition.member
    else:
        for part in condition.parts:
            yield from members_of(part)
