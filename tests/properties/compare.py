"""Whether rows are a right answer: the same rows, the asked number of them, in an order that the query allows."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from tests.properties.naive import Answer, ResultColumn
from tests.properties.naive_values import EPSILON, Known

WireRow = Mapping[str, Any]


def difference(expected: Answer, got: Sequence[WireRow]) -> str | None:
    """What is wrong with the rows that came back, in a sentence; None if nothing is.

    Rows whose order the query leaves open may come in any order, and where a limit then leaves open which rows come,
    any of them will do.
    """
    due = max(0, min(expected.limit, len(expected.rows) - expected.offset))
    if len(got) != due:
        return f"{len(got)} rows instead of {due}"
    for row in got:
        if absent := [column.key for column in expected.columns if column.key not in row]:
            return f"no column {absent}, only {sorted(row)}"
    rows = [tuple(read(row[column.key], column) for column in expected.columns) for row in got]
    left = list(expected.rows)
    for row in rows:
        match = next((e for e in left if same_row(e, row, expected.columns)), None)
        if match is None:
            return f"the row {shown(row)} is not in the answer, or too often"
        left.remove(match)
    page = expected.rows[expected.offset : expected.offset + due]
    for place, (row, right) in enumerate(zip(rows, page, strict=True)):
        for position, _ in expected.order:
            if not same(right[position], row[position], expected.columns[position]):
                return f"row {place} is out of order: {shown(row)} where {shown(right)} is due"
    return None


def read(value: Any, column: ResultColumn) -> Known:
    """A value of the wire as the evaluator knows it; times stay text."""
    if value is not None and column.kind in ("integer", "decimal"):
        return Fraction(str(value))
    return value


def same_row(expected: tuple[Known, ...], got: tuple[Known, ...], columns: tuple[ResultColumn, ...]) -> bool:
    return all(same(e, g, column) for e, g, column in zip(expected, got, columns, strict=True))


def same(expected: Known, got: Known, column: ResultColumn) -> bool:
    if expected is None or got is None:
        return expected is got
    if column.kind == "time":
        # The wire cuts to milliseconds.
        return bool(got == expected.isoformat(timespec="milliseconds"))
    if column.approximate:
        return bool(abs(expected - got) <= EPSILON * max(1, abs(expected)))
    return type(expected) is type(got) and bool(expected == got)


def shown(row: tuple[Known, ...]) -> str:
    return "(" + ", ".join(str(value) for value in row) + ")"
