"""Rows as data frames and Arrow tables. The libraries are imported when they are asked for."""

from collections.abc import Sequence
from decimal import Decimal
from importlib import import_module
from typing import TYPE_CHECKING, Any

from kubus.results.column import ResultColumn

if TYPE_CHECKING:
    import pandas
    import polars

Rows = Sequence[dict[str, Any]]
# A `pyarrow.Table`; the package has no types of its own.
ArrowTable = Any


def values_of(rows: Rows, column: ResultColumn) -> list[Any]:
    return [row[column.key] for row in rows]


def pandas_frame(rows: Rows, columns: Sequence[ResultColumn]) -> "pandas.DataFrame":
    """A pandas data frame. A column without a value has the type that its member has."""
    import pandas as pd

    frame: dict[str, Any] = {}
    for column in columns:
        values = [float(value) if isinstance(value, Decimal) else value for value in values_of(rows, column)]
        empty = all(value is None for value in values)
        frame[column.key] = pd.Series(values, dtype=PANDAS_TYPES.get(column.type, "object") if empty else None)
    return pd.DataFrame(frame, columns=[column.key for column in columns])


PANDAS_TYPES = {"number": "float64", "time": "datetime64[ns]", "boolean": "boolean"}


def polars_frame(rows: Rows, columns: Sequence[ResultColumn]) -> "polars.DataFrame":
    """A polars data frame. A column without a value has the type that its member has."""
    import polars as pl

    types = {"number": pl.Float64, "time": pl.Datetime("us"), "boolean": pl.Boolean}
    series: list[pl.Series] = []
    for column in columns:
        values = values_of(rows, column)
        empty = all(value is None for value in values)
        dtype = types.get(column.type, pl.String) if empty else None
        series.append(pl.Series(column.key, values, dtype=dtype, strict=False))
    return pl.DataFrame(series)


def arrow_table(rows: Rows, columns: Sequence[ResultColumn]) -> ArrowTable:
    """An Arrow table. A column without a value has the type that its member has."""
    pa: Any = import_module("pyarrow")
    types = {"number": pa.float64(), "time": pa.timestamp("us"), "boolean": pa.bool_()}
    arrays: list[Any] = []
    for column in columns:
        values = values_of(rows, column)
        empty = all(value is None for value in values)
        arrays.append(pa.array(values, type=types.get(column.type, pa.string()) if empty else None))
    return pa.table(arrays, names=[column.key for column in columns])
