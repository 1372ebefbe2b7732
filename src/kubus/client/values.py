"""Values of the wire as values of Python."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from kubus.errors import NoAnswer
from kubus.results.column import GROUPS, ResultColumn, result_columns
from kubus.results.query_result import QueryResult

Json = Mapping[str, Any]


def result_of(answer: Json) -> QueryResult:
    """The rows of an answer of `/v1/load` in the format `compact`, as Python's own values.

    Numbers that are texts on the wire, so that nothing is lost, become `int` or `Decimal`; times become `datetime`
    without a zone: they are wall time of the query's zone.

    Raises:
        NoAnswer: it is no such answer.
    """
    try:
        rows: list[list[Any]] = answer["data"]["dataset"]
        described: Json = answer["annotation"]
        # Without rows no keys are sent.
        keys: list[str] = answer["data"]["members"] or [key for group, _ in GROUPS for key in described[group]]
    except (KeyError, TypeError) as error:
        raise NoAnswer(f"The answer has no rows in the format that was asked for: {str(answer)[:200]}") from error
    shown = [number for number, key in enumerate(keys) if not repeats(key, described)]
    columns = result_columns(described, [keys[number] for number in shown])
    readers = [reader(column) for column in columns]
    read = [(column.key, number, value_of) for column, number, value_of in zip(columns, shown, readers, strict=True)]
    return QueryResult(
        (
            {key: None if row[number] is None else value_of(row[number]) for key, number, value_of in read}
            for row in rows
        ),
        columns,
        refreshed_at=instant(answer.get("lastRefreshTime")),
        total=answer.get("total"),
    )


def repeats(key: str, described: Json) -> bool:
    """Whether this is a time under its bare name, which old clients read beside `orders.created_at.month`."""
    entry = described.get("timeDimensions", {}).get(key)
    return entry is not None and "granularity" not in entry


def reader(column: ResultColumn) -> Callable[[Any], Any]:
    match column.type:
        case "number":
            return number
        case "time":
            return moment
        case "boolean":
            return truth
        case _:
            return as_it_is


def number(value: Any) -> Any:
    """A number: exact where it is a text. What is no number stays what it is: a dimension may hold anything."""
    if not isinstance(value, str):
        return value
    try:
        return int(value)
    except ValueError:
        pass
    try:
        return Decimal(value)
    except InvalidOperation:
        return value


def moment(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return value


def truth(value: Any) -> Any:
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def as_it_is(value: Any) -> Any:
    return value


def instant(text: object) -> datetime | None:
    """An instant of the wire, in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC) if isinstance(text, str) else None
