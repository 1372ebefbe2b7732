"""Rows of PostgreSQL as an Arrow table, whose types are those of the columns and not of the values in them.

Source: https://arrow.apache.org/docs/python/api/datatypes.html
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, cast

from psycopg import adapters as defaults
from psycopg.adapt import AdaptersMap
from psycopg.pq import Format
from psycopg.types.string import TextLoader

from kubus.sources.arrow import arrow_library
from kubus.sources.source import ArrowTable

# Every other type comes as text.
ARROW_TYPES: dict[str, tuple[str, ...]] = {
    "bool": ("bool_",),
    "int2": ("int16",),
    "int4": ("int32",),
    "int8": ("int64",),
    "oid": ("int64",),
    "float4": ("float32",),
    "float8": ("float64",),
    "date": ("date32",),
    "time": ("time64", "us"),
    "timestamp": ("timestamp", "us"),
    "timestamptz": ("timestamp", "us", "UTC"),
    "bytea": ("binary",),
}
NAMES = {kind.oid: kind.name for kind in defaults.types}
ELEMENTS = {kind.array_oid: kind.name for kind in defaults.types if kind.array_oid}


def load_for_arrow(adapters: AdaptersMap) -> None:
    """Make a cursor load what Arrow takes: Python's own values of the types above and of numeric, texts otherwise."""
    for oid, name in NAMES.items():
        typed = name in ARROW_TYPES or name == "numeric"
        adapters.register_loader(oid, (typed and defaults.get_loader(oid, Format.TEXT)) or TextLoader)
    for oid in ELEMENTS:
        loader = defaults.get_loader(oid, Format.TEXT)
        if loader is not None:
            adapters.register_loader(oid, loader)


def arrow_table(names: Sequence[str], columns: Sequence[Any], rows: Sequence[tuple[Any, ...]]) -> ArrowTable:
    """The rows as a table. `columns` are psycopg's descriptions of them."""
    pa = arrow_library()
    arrays = [arrow_array(pa, column, [row[i] for row in rows]) for i, column in enumerate(columns)]
    return pa.Table.from_arrays(arrays, names=list(names))


def arrow_array(pa: Any, column: Any, values: list[Any]) -> Any:
    element = ELEMENTS.get(column.type_code)
    if element is None:
        return scalars(pa, NAMES.get(column.type_code, ""), values, column.precision, column.scale)
    if element == "numeric":
        # Decimals in lists would need a scale that holds for all of them.
        return pa.array([as_floats(value) for value in values], lists(pa, pa.float64(), values))
    return pa.array(values, lists(pa, made(pa, element), values))


def scalars(pa: Any, name: str, values: list[Any], precision: int | None, scale: int | None) -> Any:
    if name != "numeric":
        return pa.array(values, made(pa, name))
    if any(isinstance(value, Decimal) and not value.is_finite() for value in values):
        # Arrow's decimals know no NaN.
        return pa.array([None if value is None else float(value) for value in values], pa.float64())
    if precision is not None and 1 <= precision <= 38:
        return pa.array(values, pa.decimal128(precision, scale or 0))
    try:
        found = pa.array(values)
    except pa.ArrowInvalid:
        # More digits than Arrow's decimals have.
        return pa.array([None if value is None else float(value) for value in values], pa.float64())
    return found if found.type != pa.null() else found.cast(pa.decimal128(38, 0))


def made(pa: Any, name: str) -> Any:
    constructor, *arguments = ARROW_TYPES.get(name, ("string",))
    return getattr(pa, constructor)(*arguments)


def lists(pa: Any, element: Any, values: list[Any]) -> Any:
    """The list type as deep as the first array is: PostgreSQL's types do not say it."""
    deep: Any = next((value for value in values if value), None)
    kind = pa.list_(element)
    while deep and isinstance(deep[0], list):
        kind, deep = pa.list_(kind), deep[0]
    return kind


def as_floats(value: Any) -> Any:
    if isinstance(value, list):
        return [as_floats(item) for item in cast("list[Any]", value)]
    return None if value is None else float(value)
