"""The table of filter operators: name, values, meaning.

Source: https://cube.dev/docs/reference/rest-api/query-format#filters-operators
"""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Kind = Literal["measure", "string", "number", "time", "boolean", "geo"]

# The form of the predicate; `negated` chooses between a form and its opposite, the name between the four comparisons.
Family = Literal[
    "equals",
    "contains",
    "starts_with",
    "ends_with",
    "compare",
    "set",
    "date_range",
    "date_compare",
    "measure_filter",
]

# What a relative date ("last week") becomes: both its ends, or one of them.
RelativeDate = Literal["range", "start", "end"]

ANY: frozenset[Kind] = frozenset({"measure", "string", "number", "time", "boolean", "geo"})
COMPARABLE: frozenset[Kind] = frozenset({"measure", "string", "number", "time", "boolean"})
TEXT: frozenset[Kind] = frozenset({"string"})
ORDERED: frozenset[Kind] = frozenset({"measure", "number", "time"})
TIME: frozenset[Kind] = frozenset({"time"})
MEASURE: frozenset[Kind] = frozenset({"measure"})


@dataclass(frozen=True, slots=True)
class Operator:
    """A way to test a member.

    `applies_to` holds the kinds of member it is meant for: a measure, or the type of a dimension. An operator that
    `needs_values` is refused without any; the others ignore theirs. `relative` is None where a value is no date.
    """

    name: str
    family: Family
    applies_to: frozenset[Kind]
    negated: bool = False
    needs_values: bool = True
    relative: RelativeDate | None = None


OPERATORS: MappingProxyType[str, Operator] = MappingProxyType(
    {
        operator.name: operator
        for operator in (
            # One value or a list; null among them is a row without a value.
            Operator("equals", "equals", COMPARABLE),
            Operator("notEquals", "equals", COMPARABLE, negated=True),
            Operator("in", "equals", COMPARABLE),
            Operator("notIn", "equals", COMPARABLE, negated=True),
            # Without regard to case; one match among the values is enough, or none may match.
            Operator("contains", "contains", TEXT),
            Operator("notContains", "contains", TEXT, negated=True),
            Operator("startsWith", "starts_with", TEXT),
            Operator("notStartsWith", "starts_with", TEXT, negated=True),
            Operator("endsWith", "ends_with", TEXT),
            Operator("notEndsWith", "ends_with", TEXT, negated=True),
            # The first value alone.
            Operator("gt", "compare", ORDERED),
            Operator("gte", "compare", ORDERED),
            Operator("lt", "compare", ORDERED),
            Operator("lte", "compare", ORDERED),
            Operator("set", "set", ANY, needs_values=False),
            Operator("notSet", "set", ANY, negated=True, needs_values=False),
            # Both ends belong to the range; one value is the whole of itself.
            Operator("inDateRange", "date_range", TIME, relative="range"),
            Operator("notInDateRange", "date_range", TIME, negated=True, relative="range"),
            Operator("onTheDate", "date_range", TIME, relative="range"),
            Operator("beforeDate", "date_compare", TIME, relative="start"),
            Operator("beforeOrOnDate", "date_compare", TIME, relative="end"),
            Operator("afterDate", "date_compare", TIME, relative="end"),
            Operator("afterOrOnDate", "date_compare", TIME, relative="start"),
            # The rows that the measure's own filters let through.
            Operator("measureFilter", "measure_filter", MEASURE, needs_values=False),
        )
    }
)
