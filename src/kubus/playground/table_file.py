"""Rows of the API as the bytes of a file. Nothing is rounded: numbers keep every digit that they came with."""

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

import duckdb
import msgspec
from sqlglot import exp

# A value of the wire: numbers are texts.
Value = str | bool | int | float | None

# How a text begins that spreadsheets take for a formula.
# Source: https://owasp.org/www-community/attacks/CSV_Injection
FORMULA = re.compile(r"[=+\-@\t\r]")

# The most digits of a decimal in Parquet files that everybody reads.
DIGITS = 38


@dataclass(frozen=True, slots=True)
class Table:
    """Columns, each with its name, the type of its member, and a value for every row."""

    names: tuple[str, ...]
    types: tuple[str, ...]
    columns: tuple[Sequence[Value], ...]


def csv_bytes(table: Table) -> bytes:
    """A line of names, then a line for each row. UTF-8. Null is an empty field, an empty text is `""`.

    The files go to spreadsheets, which take a text that begins like a formula for one and would run it. Texts are of
    whoever filled the rows, so such a text gets an apostrophe before it, which shows that it is text.
    """
    columns = tuple([None if value is None else cell(value) for value in column] for column in table.columns)
    return file_bytes(Table(table.names, ("string",) * len(columns), columns), "rows.csv")


def cell(value: Value) -> str:
    """A value as spreadsheets may read it."""
    text = plain(value)
    return f"'{text}" if isinstance(value, str) and FORMULA.match(text) and not is_number(text) else text


def json_bytes(table: Table) -> bytes:
    """A list of objects keyed by member, their values as the API gives them."""
    rows = [dict(zip(table.names, row, strict=True)) for row in zip(*table.columns, strict=True)]
    return msgspec.json.encode(rows)


def parquet_bytes(table: Table) -> bytes:
    """A Parquet file, its columns in the types of what they hold."""
    return file_bytes(table, "rows.parquet")


def file_bytes(table: Table, name: str) -> bytes:
    """What DuckDB writes under this name, `rows.csv` or `rows.parquet`."""
    chosen = [
        exp.alias_(
            exp.cast(
                exp.Anonymous(this="unnest", expressions=[exp.cast(exp.Placeholder(), "VARCHAR[]", dialect="duckdb")]),
                column_type(kind, column),
                dialect="duckdb",
            ),
            exp.to_identifier(name, quoted=True),
        )
        for name, kind, column in zip(table.names, table.types, table.columns, strict=True)
    ]
    values = [[None if value is None else plain(value) for value in column] for column in table.columns]
    with tempfile.TemporaryDirectory(prefix="kubus-export-") as folder, duckdb.connect(":memory:") as connection:
        path = Path(folder) / name
        rows = connection.sql(exp.select(*chosen).sql("duckdb"), params=values)
        rows.write_csv(str(path)) if path.suffix == ".csv" else rows.write_parquet(str(path))
        return path.read_bytes()


def plain(value: Value) -> str:
    """A value as text; null is empty."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case _:
            return str(value)


def is_number(text: str) -> bool:
    """Whether a text is a number: those of the wire are texts."""
    try:
        Decimal(text)
    except InvalidOperation:
        return False
    return True


def column_type(kind: str, values: Sequence[Value]) -> str:
    """The SQL type for values of a member of this type. What a mask put there may be no such value: that is text."""
    given = [value for value in values if value is not None]
    match kind:
        case "number":
            return number_type([str(value) for value in given])
        case "time" if all(isinstance(value, str) and value[4:5] == "-" for value in given):
            return "TIMESTAMP"
        case "boolean" if all(plain(value) in ("true", "false") for value in given):
            return "BOOLEAN"
        case _:
            return "VARCHAR"


def number_type(texts: Sequence[str]) -> str:
    """The narrowest type that holds all of these exactly; DOUBLE where none does, VARCHAR where one is no number."""
    before = after = 0
    try:
        for text in texts:
            number = Decimal(text)
            if not number.is_finite():
                return "DOUBLE"
            _, digits, exponent = number.as_tuple()
            assert isinstance(exponent, int), "it is finite"
            before = max(before, len(digits) + exponent)
            after = max(after, -exponent)
    except InvalidOperation:
        return "VARCHAR"
    if after == 0 and before <= 18:
        return "BIGINT"
    return f"DECIMAL({max(before, 0) + after}, {after})" if max(before, 0) + after <= DIGITS else "DOUBLE"
