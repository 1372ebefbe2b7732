"""The table of filter operators: name, values, meaning.

Source: https://cube.dev/docs/reference/rest-api/query-format#filters-operators
"""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

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


@dataclass(frozen=True, slots=True)
class Operator:
    """A way to test a member.

    One that `needs_values` is refused without any; the others ignore theirs. `relative` is None where a value is no
    date.
    """

    name: str
    family: Family
    negated: bool = False
    needs_values: bool = True
    relative: RelativeDate | None = None


OPERATORS: MappingProxyType[str, Operator] = MappingProxyType(
    {
        operator.name: operator
        for operator in (
            # One value or a list; null among them is a row without a value.
            Operator("equals", "equals"),
            Operator("notEquals", "equals", negated=True),
            Operator("in", "equals"),
            Operator("notIn", "equals", negated=True),
            # Without regard to case; one match among the values is enough, or none may match.
            Operator("contains", "contains"),
            Operator("notContains", "contains", negated=True),
            Operator("startsWith", "starts_with"),
            Operator("notStartsWith", "starts_with", negated=True),
            Operator("endsWith", "ends_with"),
            Operator("notEndsWith", "ends_with", negated=True),
            # The first value alone.
            Operator("gt", "compare"),
            Operator("gte", "compare"),
            Operator("lt", "compare"),
            Operator("lte", "compare"),
            Operator("set", "set", needs_values=False),
            Operator("notSet", "set", negated=True, needs_values=False),
            # Both ends belong to the range; one value is the whole of itself.
            Operator("inDateRange", "date_range", relative="range"),
            Operator("notInDateRange", "date_range", negated=True, relative="range"),
            Operator("onTheDate", "date_range", relative="range"),
            Operator("beforeDate", "date_compare", relative="start"),
            Operator("beforeOrOnDate", "date_compare", relative="end"),
            Operator("afterDate", "date_compare", relative="end"),
            Operator("afterOrOnDate", "date_compare", relative="start"),
            # The rows that the measure's own filters let through.
            Operator("measureFilter", "measure_filter", needs_values=False),
        )
    }
)
