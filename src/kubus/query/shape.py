"""The shape of a query: what is left when its values are taken out.

Queries of one shape have one plan and one SQL text; their values are bound as parameters. Dashboards ask few shapes
with many values, so plans are kept by shape.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from kubus.model.filter import AllOf, AnyOf, Comparison, Filter
from kubus.query.query import DateRange, Query

SHORT = re.compile(r"-?\d{1,18}")
WHOLE = re.compile(r"-?\d{1,38}")
DECIMAL = re.compile(r"-?\d{1,38}\.\d{1,20}")
NO_MOMENT = datetime(1970, 1, 1)  # noqa: DTZ001 - wall time, as every range has it
NO_RANGE = DateRange(NO_MOMENT, NO_MOMENT)


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of a value in the query: its number, counted through filters and then ranges, and its form.

    `constant` is a value that the model itself gives, and every query with it.
    """

    number: int
    form: str
    constant: str | None = None


# The form of whole numbers of which 64 bits may not hold all.
LONG = "0" * 19


def form_of(value: str) -> str:
    """What about a value may change the SQL: `0` for whole numbers, `0.00` for decimals, `x` for all else.

    Whole numbers of nineteen digits and more have nineteen zeros.
    """
    if SHORT.fullmatch(value):
        return "0"
    if WHOLE.fullmatch(value):
        return LONG
    if DECIMAL.fullmatch(value):
        return "0." + "0" * len(value.partition(".")[2])
    return "x"


def shape_of(query: Query) -> Query:
    """The query with every value replaced by its form and every range by none in particular."""
    return replace(
        query,
        filters=tuple(map(filter_shape, query.filters)),
        default_filters=tuple(map(filter_shape, query.default_filters)),
        time_dimensions=tuple(replace(t, date_range=NO_RANGE) if t.date_range else t for t in query.time_dimensions),
    )


def filter_shape(condition: Filter) -> Filter:
    match condition:
        case Comparison(member, operator, values):
            return Comparison(member, operator, tuple(None if v is None else form_of(v) for v in values))
        case AllOf(parts):
            return AllOf(tuple(map(filter_shape, parts)))
        case AnyOf(parts):
            return AnyOf(tuple(map(filter_shape, parts)))


def values_of(query: Query) -> tuple[str, ...]:
    """Every value, by slot number: filters as asked, filters of views, then the two ends of each range."""
    values = [value for condition in (*query.filters, *query.default_filters) for value in filter_values(condition)]
    for time in query.time_dimensions:
        if time.date_range is not None:
            values += (wall_text(time.date_range.start), wall_text(time.date_range.end))
    return tuple(values)


def filter_values(condition: Filter) -> Iterator[str]:
    if isinstance(condition, Comparison):
        yield from (value for value in condition.values if value is not None)
    else:
        for part in condition.parts:
            yield from filter_values(part)


def wall_text(moment: datetime) -> str:
    """`YYYY-MM-DDTHH:MM:SS.mmm`."""
    return moment.isoformat(timespec="milliseconds")
