r"""What DuckDB's values become on the wire: text that DuckDB itself makes, which is faster than by Python's numbers.

Source: https://duckdb.org/docs/stable/sql/data_types/overview
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kubus.errors import SourceError

ZONED = "TIMESTAMP WITH TIME ZONE"
TIMES = frozenset({"TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "DATE"})
NESTED = ("STRUCT", "MAP", "UNION", "VARIANT")

# Milliseconds are cut, as %g does, not rounded.
TIME = "strftime({}, '%Y-%m-%dT%H:%M:%S.%g')"
INSTANT = TIME.replace("{}", "CAST({} AS TIMESTAMP)")

# DuckDB writes `1.0` for a whole number, and `nan`, and takes to an exponent where PostgreSQL does not.
FLOAT = r"""CASE
    WHEN isfinite({}) THEN CASE
        WHEN abs({}) >= 1e15 AND abs({}) < 1e21 THEN CAST(CAST(CAST({} AS VARCHAR) AS DECIMAL(38, 0)) AS VARCHAR)
        WHEN abs({}) >= 1e-6 AND abs({}) < 1e-4
            THEN rtrim(CAST(CAST(CAST({} AS VARCHAR) AS DECIMAL(38, 30)) AS VARCHAR), '0')
        ELSE regexp_replace(CAST({} AS VARCHAR), '\.0$', '') END
    WHEN isnan({}) THEN 'NaN'
    WHEN {} > 0 THEN 'Infinity'
    WHEN {} < 0 THEN '-Infinity' END"""


@dataclass(frozen=True, slots=True)
class WireSql:
    """A statement whose values come as the wire has them; those of the columns `nested` are JSON, still as text."""

    sql: str
    nested: tuple[int, ...]


def wire_sql(sql: str, types: Sequence[str]) -> WireSql:
    """The statement that gives the values of `sql`, whose columns have these types, for the wire."""
    templates = {i: made for i, kind in enumerate(types) if (made := template(kind)) is not None}
    nested = tuple(i for i, kind in enumerate(types) if is_nested(kind))
    return WireSql(selected(sql, len(types), templates) if templates else sql, nested)


def wire_rows(rows: list[tuple[Any, ...]], nested: tuple[int, ...]) -> list[tuple[Any, ...]]:
    """The rows with JSON taken apart."""
    return converted(rows, dict.fromkeys(nested, json.loads))


def python_sql(sql: str, types: Sequence[str]) -> str:
    """The statement that gives the values of `sql` for Python; `python_rows` makes the last step.

    DuckDB's package would need another library to make aware times.
    """
    templates = {i: text for i, kind in enumerate(types) if (text := python_template(kind)) is not None}
    return selected(sql, len(types), templates) if templates else sql


def python_rows(rows: list[tuple[Any, ...]], types: Sequence[str]) -> list[tuple[Any, ...]]:
    """The rows as Python's own values."""
    loads = {i: aware if kind == ZONED else json.loads for i, kind in enumerate(types) if python_template(kind)}
    loads |= {i: json.loads for i, kind in enumerate(types) if kind == "JSON"}
    return converted(rows, loads)


def template(kind: str) -> str | None:
    """How a column of this type is written for the wire; None if its values are right as they come."""
    if kind in {"VARCHAR", "BOOLEAN"}:
        return None
    if kind in TIMES:
        return TIME
    if kind == ZONED:
        return INSTANT
    if kind in {"DOUBLE", "FLOAT"}:
        return FLOAT
    if kind == "BLOB":
        return "'0x' || hex({})"
    if is_nested(kind):
        element = kind.removesuffix("[]")
        if element in TIMES or element == ZONED:
            written = (INSTANT if element == ZONED else TIME).replace("{}", "e")
            return f"CAST(to_json(list_transform({{}}, lambda e: {written})) AS VARCHAR)"
        return "CAST(to_json({}) AS VARCHAR)"
    return "CAST({} AS VARCHAR)"


def python_template(kind: str) -> str | None:
    if kind == ZONED:
        return "CAST({} AS VARCHAR)"
    return template(kind) if ZONED in kind and is_nested(kind) else None


def is_nested(kind: str) -> bool:
    """Whether values of this type are JSON on the wire."""
    return kind == "JSON" or kind.endswith("]") or kind.startswith(NESTED)


def selected(sql: str, width: int, templates: Mapping[int, str]) -> str:
    """The statement with some columns written otherwise. Rows stay in order: DuckDB keeps that of a sub-query.

    Columns are known by place: to DuckDB, names that differ in case alone are one.
    """
    names = [f"c{i}" for i in range(width)]
    columns = ", ".join(templates.get(i, "{}").replace("{}", name) for i, name in enumerate(names))
    return f"SELECT {columns} FROM ({sql}) AS answer({', '.join(names)})"  # noqa: S608 - the statement is our own


def converted(rows: list[tuple[Any, ...]], loads: Mapping[int, Any]) -> list[tuple[Any, ...]]:
    """The rows with the values of some columns put through a function; null stays null."""
    if not loads:
        return rows
    return [tuple(loads[i](v) if v is not None and i in loads else v for i, v in enumerate(row)) for row in rows]


def aware(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError as error:
        raise SourceError(f"Python has no time for '{text}'") from error
