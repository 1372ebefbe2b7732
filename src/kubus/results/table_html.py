"""Rows as a table in HTML, for notebooks. It takes the colours of the page around it, light or dark."""

from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Any

from kubus.results.column import ResultColumn

# Rows that a notebook shows at once.
SHOWN = 50

CELL = "padding:.25em .75em;border-bottom:1px solid color-mix(in srgb,currentColor 15%,transparent);"
NUMBER = "text-align:right;font-variant-numeric:tabular-nums;"
TEXT = "text-align:left;"


def table_html(rows: Sequence[dict[str, Any]], columns: Sequence[ResultColumn]) -> str:
    """The first rows as a table, under titles, and how many there are."""
    head = "".join(
        f'<th scope="col" title="{escape(column.key)}" style="{CELL}{aligned(column)}">{escape(heading(column))}</th>'
        for column in columns
    )
    body = "".join(
        "<tr>" + "".join(cell(row[column.key], column) for column in columns) + "</tr>" for row in rows[:SHOWN]
    )
    return (
        '<table class="kubus-result" style="border-collapse:collapse">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        f'<p style="opacity:.7">{counted(len(rows))}</p>'
    )


def heading(column: ResultColumn) -> str:
    return column.title if column.granularity is None else f"{column.title} ({column.granularity})"


def cell(value: Any, column: ResultColumn) -> str:
    if value is None:
        return f'<td style="{CELL}{aligned(column)}opacity:.5">∅</td>'
    return f'<td style="{CELL}{aligned(column)}">{escape(shown(value))}</td>'


def shown(value: Any) -> str:
    """A value as people read it: as it is, without the time of a midnight."""
    if isinstance(value, datetime):
        text = value.isoformat(sep=" ", timespec="auto")
        return text.removesuffix(" 00:00:00")
    return str(value)


def aligned(column: ResultColumn) -> str:
    return NUMBER if column.is_number else TEXT


def counted(rows: int) -> str:
    if rows > SHOWN:
        return f"{rows:,} rows, of which the first {SHOWN} are shown"
    return "1 row" if rows == 1 else f"{rows:,} rows"
