"""Whether rows are a right answer: the same rows, the asked number of them, in an order that the query allows."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.properties.naive import Answer, ResultColumn
from tests.properties.naive_values import EPSILON, Known

WireRow = Mapping[str, Any]
Row = tuple[Known, ...]


def difference(expected: Answer, got: Sequence[WireRow]) -> str | None:
    """What is wrong with the rows that came back as the wire carries them, in a sentence; None if nothing is."""
    for row in got:
        if absent := [column.key for column in expected.columns if column.key not in row]:
            return f"no column {absent}, only {sorted(row)}"
    # The wire cuts times to milliseconds.
    right = [tuple(map(cut, row)) for row in expected.rows]
    return wrong_rows(expected, right, [tuple(of_wire(row[c.key], c) for c in expected.columns) for row in got])


def difference_in_values(expected: Answer, got: Sequence[Row], keys: Sequence[str]) -> str | None:
    """The same for rows as a database's driver gives them, whose columns are `keys`."""
    wanted = [column.key for column in expected.columns]
    if list(keys) != wanted:
        if absent := [key for key in wanted if key not in keys]:
            return f"no column {absent}, only {sorted(keys)}"
        places = [keys.index(key) for key in wanted]
        got = [tuple(row[place] for place in places) for row in got]
    for place, column in enumerate(expected.columns):
        if column.kind == "time":
            got = [(*row[:place], of_driver(row[place]), *row[place + 1 :]) for row in got]
    return wrong_rows(expected, expected.rows, got)


def wrong_rows(expected: Answer, right: Sequence[Row], got: Sequence[Row]) -> str | None:
    """What is wrong with the rows that came instead of the `right` ones.

    Rows whose order the query leaves open may come in any order, and where a limit then leaves open which rows come,
    any of them will do.
    """
    due = max(0, min(expected.limit, len(right) - expected.offset))
    if len(got) != due:
        return f"{len(got)} rows instead of {due}"
    columns = expected.columns
    for row in got:
        for value, column in zip(row, columns, strict=True):
            if value is not None and (
                not isinstance(value, TYPES[column.kind])
                or (value is True or value is False) != (column.kind == "boolean")
            ):
                return f"{column.key} is {value!r}, which is no {column.kind}"
    if any(column.approximate for column in columns):
        left = list(right)
        for row in got:
            match = next((e for e in left if same_row(e, row, columns)), None)
            if match is None:
                return f"the row {shown(row)} is not in the answer, or too often"
            left.remove(match)
    elif more := Counter(got) - Counter(right):
        return f"the row {shown(next(iter(more)))} is not in the answer, or too often"
    page = right[expected.offset : expected.offset + due]
    for position, _ in expected.order:
        for place, (row, due_row) in enumerate(zip(got, page, strict=True)):
            if not same(due_row[position], row[position], columns[position]):
                return f"row {place} is out of order: {shown(row)} where {shown(due_row)} is due"
    return None


# What drivers give for each kind; true and false are numbers to Python alone.
TYPES: dict[str, Any] = {
    "integer": (int, Decimal, float, Fraction),
    "decimal": (int, Decimal, float, Fraction),
    "string": str,
    "boolean": bool,
    "time": datetime,
}


def cut(value: Known) -> Known:
    if isinstance(value, datetime):
        return value.replace(microsecond=value.microsecond // 1000 * 1000)
    return value


def of_wire(value: Any, column: ResultColumn) -> Known:
    if value is None:
        return None
    if column.kind in ("integer", "decimal"):
        return Fraction(str(value))
    return datetime.fromisoformat(value) if column.kind == "time" else value


def of_driver(value: Any) -> Any:
    """A time as the evaluator has it: wall time, or UTC where the database says a zone."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).replace(tzinfo=None)
    return value


def same_row(expected: Row, got: Row, columns: tuple[ResultColumn, ...]) -> bool:
    return all(same(e, g, column) for e, g, column in zip(expected, got, columns, strict=True))


def same(expected: Known, got: Known, column: ResultColumn) -> bool:
    if expected is None or got is None:
        return expected is got
    if column.approximate:
        return bool(abs(float(expected) - float(got)) <= EPSILON * max(1.0, abs(float(expected))))
    return bool(expected == got)


def shown(row: Row) -> str:
    return "(" + ", ".join(str(value) for value in row) + ")"
