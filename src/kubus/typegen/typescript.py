"""Types in TypeScript, for Cube's own client `@cubejs-client/core`.

Source: https://cube.dev/docs/reference/javascript-sdk/reference/cubejs-client-core
"""

import json
from collections.abc import Sequence

from kubus.model.measure_types import ValueType
from kubus.typegen.shapes import RowShape, Shown

TYPES: dict[ValueType, str] = {
    "number": "N",
    "boolean": "boolean",
    "string": "string",
    "time": "string",
    "geo": "string",
}

HEAD = """\
// Written by `kubus typegen`. Write it anew when the data model changes.
import type { BinaryOperator, DateRange, Query, QueryOrder, UnaryOperator } from "@cubejs-client/core";
"""

QUERY = """\
/** A condition of a query. */
export type ModelFilter =
  | { member: Measure | Dimension; operator: BinaryOperator; values: string[] }
  | { member: Measure | Dimension; operator: UnaryOperator }
  | { and: ModelFilter[] }
  | { or: ModelFilter[] };

/** A time dimension of a query. */
export type ModelTimeDimension = {
  dimension: TimeDimension;
  granularity?: Granularity;
  dateRange?: DateRange;
};

/** A query of this data model: the client's own, with the names of members. */
export type ModelQuery = Omit<
  Query,
  "measures" | "dimensions" | "segments" | "timeDimensions" | "filters" | "order"
> & {
  measures?: Measure[];
  dimensions?: Dimension[];
  segments?: Segment[];
  timeDimensions?: ModelTimeDimension[];
  filters?: ModelFilter[];
  order?: [Measure | Dimension, QueryOrder][];
};
"""


def typescript(shown: Shown, rows: Sequence[RowShape]) -> str:
    """The text of a TypeScript file."""
    parts = [
        HEAD,
        union("Measure", "A measure.", shown.measures),
        union("Dimension", "A dimension, of type time too.", shown.dimensions),
        union("TimeDimension", "A dimension of type time.", shown.time_dimensions),
        union("Segment", "A segment.", shown.segments),
        union("Granularity", "A width of time buckets.", shown.granularities),
        QUERY,
        *map(row_type, rows),
    ]
    return "\n".join(parts)


def union(name: str, what: str, members: Sequence[str]) -> str:
    """One of some texts; nothing can be it if there are none."""
    if not members:
        return f"/** {what} */\nexport type {name} = never;\n"
    return f"/** {what} */\nexport type {name} =\n" + "\n".join(f"  | {text(one)}" for one in members) + ";\n"


def row_type(row: RowShape) -> str:
    keys = "".join(f"  {text(key)}: {TYPES[kind]} | null;\n" for key, kind in row.wire)
    has_numbers = any(kind == "number" for _, kind in row.wire)
    how = " Numbers are texts; with `castNumerics` it is `" + row.name + "<number>`." if has_numbers else ""
    parameter = "<N = string>" if has_numbers else ""
    return f"/** A row of {row.file.replace('*/', '')}.{how} */\nexport type {row.name}{parameter} = {{\n{keys}}};\n"


def text(value: str) -> str:
    return json.dumps(value)
