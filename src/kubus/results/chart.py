"""A result as a chart: a Vega-Lite specification, which notebooks draw without a network.

Source: https://vega.github.io/vega-lite/docs/ (version 5, the one that JupyterLab and VS Code have built in)
"""

import json
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Literal

from kubus.results.column import ResultColumn

ChartKind = Literal["line", "area", "bar", "point"]
Rows = Sequence[dict[str, Any]]

MIME_TYPE = "application/vnd.vegalite.v5+json"
SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
# More marks than this are no chart that anybody reads.
MOST_ROWS = 5_000
# Where several measures stand beside each other: their names and values as two columns.
MEASURE, VALUE = "measure", "value"


class Chart:
    """A chart of a result. In a notebook it draws itself; `spec` is it as Vega-Lite.

    By time it is lines, and otherwise bars. A second dimension, or several measures, are told apart by colour.
    """

    def __init__(self, rows: Rows, columns: Sequence[ResultColumn], kind: ChartKind | None = None) -> None:
        reason = why_not_drawn(rows, columns)
        if reason is not None:
            raise ValueError(reason)
        self._rows = rows
        self._columns = tuple(columns)
        self._kind: ChartKind = kind or ("line" if by_time(columns) else "bar")

    @property
    def spec(self) -> dict[str, Any]:
        """The chart as a Vega-Lite specification, with its rows in it."""
        # Names with dots would be read as paths into an object.
        names = {column.key: f"c{number}" for number, column in enumerate(self._columns)}
        rows = [{names[key]: plain(value) for key, value in row.items() if key in names} for row in self._rows]
        measures = [column for column in self._columns if column.kind == "measure"]
        by = across(self._columns)
        colours = [column for column in self._columns if column.kind != "measure" and column is not by]
        running = by.is_time and self._kind != "bar"
        place = channel(names[by.key], by.short_title, "temporal" if running else "ordinal")
        if not running:
            # The order of the answer is the order of the chart, and bars stand at texts.
            place["sort"] = None
            for row in rows:
                row[names[by.key]] = worded(row[names[by.key]])
        encoding: dict[str, Any] = {}
        spec: dict[str, Any] = {"$schema": SCHEMA, "data": {"values": rows}, "width": 560, "height": 280}
        if len(measures) == 1:
            value = channel(names[measures[0].key], measures[0].short_title, "quantitative")
            for colour in colours:
                encoding["color"] = channel(names[colour.key], colour.short_title, "nominal")
        else:
            spec["transform"] = folded({names[key]: title for key, title in told_apart(measures).items()})
            value = channel(VALUE, None, "quantitative")
            encoding["color"] = channel(MEASURE, None, "nominal")
        # What is told apart stands beside each other: on top of each other shows a sum, which not every measure has.
        value["stack"] = None
        upright = by.is_time or self._kind != "bar"
        encoding |= {"x": place, "y": value} if upright else {"x": value, "y": place}
        if self._kind == "bar" and "color" in encoding:
            encoding["xOffset" if upright else "yOffset"] = {"field": encoding["color"]["field"]}
        encoding["tooltip"] = [
            channel(names[column.key], column.title, vega_type(column, running=running)) for column in self._columns
        ]
        mark: dict[str, Any] = {"type": self._kind, "tooltip": True}
        if self._kind == "line":
            mark["point"] = True
        return spec | {"mark": mark, "encoding": encoding}

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:  # noqa: ARG002 - IPython gives both
        return {MIME_TYPE: self.spec, "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"<{self._kind} chart of {len(self._rows)} rows>"


def can_be_drawn(rows: Rows, columns: Sequence[ResultColumn]) -> bool:
    return why_not_drawn(rows, columns) is None


def why_not_drawn(rows: Rows, columns: Sequence[ResultColumn]) -> str | None:
    """Why there is no chart of these rows; None where there is one."""
    if not rows:
        return "There is nothing to draw: the result has no rows"
    if len(rows) > MOST_ROWS:
        return f"A chart has at most {MOST_ROWS:,} rows and this result has {len(rows):,}: limit the query"
    measures = [column for column in columns if column.kind == "measure"]
    if not measures or not all(column.is_number for column in measures):
        return "There is nothing to draw: no measure of the result is a number"
    others = [column for column in columns if column.kind != "measure"]
    if not others:
        return "There is nothing to draw by: the result is a single row of measures. Add a dimension to the query"
    if len(others) > 2 or (len(others) == 2 and len(measures) > 1):
        return "The result has more dimensions than a chart shows: ask for one to draw by, and at most one for colours"
    return None


def channel(field: str, title: str | None, kind: str) -> dict[str, Any]:
    return {"field": field, "type": kind, "title": title}


def folded(titles: dict[str, str]) -> list[dict[str, Any]]:
    """Several measures as two columns: what each is called, and its value."""
    return [
        {"fold": list(titles), "as": [MEASURE, VALUE]},
        {"calculate": f"{json.dumps(titles)}[datum.{MEASURE}]", "as": MEASURE},
    ]


def told_apart(measures: Sequence[ResultColumn]) -> dict[str, str]:
    """What each measure is called, by its key: in short, unless two are then called the same."""
    short = {column.key: column.short_title for column in measures}
    return short if len(set(short.values())) == len(short) else {column.key: column.title for column in measures}


def by_time(columns: Sequence[ResultColumn]) -> bool:
    return any(column.is_time for column in columns if column.kind != "measure")


def across(columns: Sequence[ResultColumn]) -> ResultColumn:
    """What the chart is drawn by: the time if there is one, or else the first dimension."""
    others = [column for column in columns if column.kind != "measure"]
    return next((column for column in others if column.is_time), others[0])


def vega_type(column: ResultColumn, *, running: bool) -> str:
    if column.is_time and running:
        return "temporal"
    return "quantitative" if column.kind == "measure" else "nominal"


def worded(value: Any) -> str:
    """A value as the label of a bar. What there is no value for is a bar too."""
    return "∅" if value is None else str(value).removesuffix("T00:00:00").replace("T", " ")


def plain(value: Any) -> Any:
    """A value as JSON. A date has its time, since Vega reads one without as of UTC and shows another day."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        return datetime.combine(value, time()).isoformat()
    return value
