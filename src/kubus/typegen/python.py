"""Types in Python, for rows of `SemanticLayer.query`."""

from collections.abc import Sequence

from kubus.model.measure_types import ValueType
from kubus.typegen.shapes import RowShape, Shown
from kubus.writing.python_text import text

TYPES: dict[ValueType, str] = {
    "number": "int | float | Decimal",
    "boolean": "bool",
    "string": "str",
    "time": "datetime | date",
    "geo": "str",
}

QUERY = '''\
Condition = TypedDict(
    "Condition",
    {
        "member": NotRequired[Measure | Dimension],
        "operator": NotRequired[str],
        "values": NotRequired[list[str]],
        "and": NotRequired[list["Condition"]],
        "or": NotRequired[list["Condition"]],
    },
)


class TimeOfQuery(TypedDict):
    """A time dimension of a query."""

    dimension: TimeDimension
    granularity: NotRequired[Granularity]
    dateRange: NotRequired[str | list[str]]


class ModelQuery(TypedDict, total=False):
    """A query of this data model, for `SemanticLayer.query` and the REST API."""

    measures: list[Measure]
    dimensions: list[Dimension]
    segments: list[Segment]
    timeDimensions: list[TimeOfQuery]
    filters: list[Condition]
    order: dict[Measure | Dimension, Literal["asc", "desc"]]
    limit: int
    offset: int
    timezone: str
    ungrouped: bool
'''


def python(shown: Shown, rows: Sequence[RowShape]) -> str:
    """The text of a Python file."""
    kinds = {kind for row in rows for _, kind in row.library}
    names = ["Literal", "NotRequired", "TypedDict"]
    if not all((shown.measures, shown.dimensions, shown.time_dimensions, shown.segments)):
        names.insert(1, "Never")
    imports = [
        *(["from datetime import date, datetime"] if "time" in kinds else []),
        *(["from decimal import Decimal"] if "number" in kinds else []),
        f"from typing import {', '.join(names)}",
    ]
    parts = [
        '"""Written by `kubus typegen`. Write it anew when the data model changes."""\n',
        "\n".join(imports) + "\n",
        union("Measure", shown.measures),
        union("Dimension", shown.dimensions),
        union("TimeDimension", shown.time_dimensions),
        union("Segment", shown.segments),
        union("Granularity", shown.granularities),
        QUERY,
    ]
    return "\n".join(parts) + "".join(f"\n\n{row_type(row)}" for row in rows)


def union(name: str, members: Sequence[str]) -> str:
    """One of some texts; nothing can be it if there are none."""
    if not members:
        return f"{name} = Never\n"
    line = f"{name} = Literal[{', '.join(map(text, members))}]\n"
    if len(line) <= 89:
        return line
    return f"{name} = Literal[\n" + "".join(f"    {text(one)},\n" for one in members) + "]\n"


def row_type(row: RowShape) -> str:
    keys = "".join(f"        {text(key)}: {TYPES[kind]} | None,\n" for key, kind in row.library)
    return f"# A row of {row.file}.\n{row.name} = TypedDict(\n    {text(row.name)},\n    {{\n{keys}    }},\n)\n"
