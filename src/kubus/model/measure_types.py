"""The table of measure types: how rows become one value, and whether parts add up."""

from dataclasses import dataclass
from enum import Enum
from typing import Literal, get_args

ValueType = Literal["string", "number", "boolean", "time", "geo"]
VALUE_TYPES: tuple[ValueType, ...] = get_args(ValueType)


class Aggregate(Enum):
    """How the rows of a group become one value."""

    COUNT = "count"
    COUNT_DISTINCT = "count_distinct"
    COUNT_DISTINCT_APPROX = "count_distinct_approx"
    SUM = "sum"
    AVG = "avg"
    MIN = "min"
    MAX = "max"
    # The place among the other groups.
    RANK = "rank"
    # The measure's SQL is an expression over other measures, or has aggregates of its own.
    EXPRESSION = "expression"


@dataclass(frozen=True, slots=True)
class MeasureType:
    """How rows become one value.

    `wire_name` is `aggType` in metadata and `value_type` its `type`. `merge` folds partial values into the final one;
    None says that no fold is right, so that partial values may not be combined. `repeats_harmlessly` says that the
    value does not change when rows repeat, so that no join can inflate it.
    """

    name: str
    wire_name: str
    aggregate: Aggregate
    value_type: ValueType
    merge: Aggregate | None
    repeats_harmlessly: bool = False
    needs_sql: bool = True


MEASURE_TYPES: dict[str, MeasureType] = {
    kind.name: kind
    for kind in (
        MeasureType("count", "count", Aggregate.COUNT, "number", merge=Aggregate.SUM, needs_sql=False),
        MeasureType(
            "count_distinct",
            "countDistinct",
            Aggregate.COUNT_DISTINCT,
            "number",
            merge=None,
            repeats_harmlessly=True,
        ),
        MeasureType(
            "count_distinct_approx",
            "countDistinctApprox",
            Aggregate.COUNT_DISTINCT_APPROX,
            "number",
            merge=None,
            repeats_harmlessly=True,
        ),
        MeasureType("sum", "sum", Aggregate.SUM, "number", merge=Aggregate.SUM),
        # The old name of a sum with an unbounded trailing window.
        MeasureType("running_total", "runningTotal", Aggregate.SUM, "number", merge=Aggregate.SUM),
        MeasureType("avg", "avg", Aggregate.AVG, "number", merge=None),
        MeasureType("min", "min", Aggregate.MIN, "number", merge=Aggregate.MIN, repeats_harmlessly=True),
        MeasureType("max", "max", Aggregate.MAX, "number", merge=Aggregate.MAX, repeats_harmlessly=True),
        MeasureType("rank", "rank", Aggregate.RANK, "number", merge=None, needs_sql=False),
        MeasureType("number_agg", "numberAgg", Aggregate.EXPRESSION, "number", merge=None),
        MeasureType("number", "number", Aggregate.EXPRESSION, "number", merge=None),
        MeasureType("string", "string", Aggregate.EXPRESSION, "string", merge=None),
        MeasureType("boolean", "boolean", Aggregate.EXPRESSION, "boolean", merge=None),
        MeasureType("time", "time", Aggregate.EXPRESSION, "time", merge=None),
    )
}
