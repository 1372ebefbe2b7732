"""What a Python program has of an answer."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import vl_convert

from kubus.library import SemanticLayer
from kubus.results.chart import MIME_TYPE, MOST_ROWS, ChartKind
from kubus.results.column import ResultColumn
from kubus.results.query_result import QueryResult

MODEL = """
cubes:
  - name: orders
    title: Orders
    sql: >
      SELECT * FROM (VALUES
        (1, 'new', 'NO', 10.50::DECIMAL(9, 2), TIMESTAMP '2024-01-31 23:30:00'),
        (2, 'done', 'DE', 20.25, TIMESTAMP '2024-02-01 00:30:00'),
        (3, '<b>bold</b>', 'DE', 1, TIMESTAMP '2024-02-03'),
        (4, NULL, NULL, NULL, NULL)) AS t (id, status, country, amount, at)
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true, public: true}
      - {name: status, sql: status, type: string, description: "Where it is <now>"}
      - {name: country, sql: country, type: string}
      - {name: at, sql: at, type: time}
    measures:
      - {name: count, type: count}
      - {name: total, sql: amount, type: sum, title: Turnover}
      - {name: mean, sql: amount, type: avg}
    segments:
      - {name: big, sql: "{CUBE}.amount > 10"}
"""
BY_STATUS = {"measures": ["orders.total"], "dimensions": ["orders.status"], "order": {"orders.status": "asc"}}
BY_DAY = {"measures": ["orders.total"], "timeDimensions": [{"dimension": "orders.at", "granularity": "day"}]}
NONE = {
    **BY_STATUS,
    "filters": [{"member": "orders.status", "operator": "equals", "values": ["nothing"]}],
    "timeDimensions": [{"dimension": "orders.at", "granularity": "day"}],
}


@pytest.fixture(scope="module")
def layer() -> Any:
    with SemanticLayer({"orders.yml": MODEL}) as one:
        yield one


def test_it_is_a_list_that_knows_its_columns(layer: SemanticLayer) -> None:
    result = layer.query({**BY_DAY, "dimensions": ["orders.status"]})
    assert isinstance(result, list)
    assert [(column.key, column.kind, column.type, column.title, column.granularity) for column in result.columns] == [
        ("orders.status", "dimension", "string", "Orders Status", None),
        ("orders.at.day", "time", "time", "Orders At", "day"),
        ("orders.total", "measure", "number", "Orders Turnover", None),
    ]
    assert all(list(row) == [column.key for column in result.columns] for row in result)


def test_columns_are_known_without_rows(layer: SemanticLayer) -> None:
    result = layer.query(NONE)
    assert result == []
    assert [column.key for column in result.columns] == ["orders.status", "orders.at.day", "orders.total"]


def test_pandas(layer: SemanticLayer) -> None:
    frame = layer.query({**BY_DAY, "order": {"orders.at": "asc"}}).to_pandas()
    assert list(frame.columns) == ["orders.at.day", "orders.total"]
    assert frame["orders.total"].dtype == "float64"
    assert pd.api.types.is_datetime64_any_dtype(frame["orders.at.day"])
    assert frame["orders.total"].sum() == 31.75
    empty = layer.query(NONE).to_pandas()
    assert [str(dtype) for dtype in empty.dtypes] == ["object", "datetime64[ns]", "float64"]


def test_polars(layer: SemanticLayer) -> None:
    frame = layer.query(BY_STATUS).to_polars()
    assert frame.schema["orders.status"] == pl.String
    assert frame["orders.total"].sum() == Decimal("31.75")
    assert layer.query(NONE).to_polars().schema == {
        "orders.status": pl.String,
        "orders.at.day": pl.Datetime("us"),
        "orders.total": pl.Float64,
    }


def test_arrow(layer: SemanticLayer) -> None:
    table = layer.query(BY_STATUS).to_arrow()
    assert pa.types.is_decimal(table.schema.field("orders.total").type)
    assert table.to_pylist() == list(layer.query(BY_STATUS))
    assert [str(one) for one in layer.query(NONE).to_arrow().schema.types] == ["string", "timestamp[us]", "double"]


def test_a_table_in_a_notebook(layer: SemanticLayer) -> None:
    html = layer.query(BY_STATUS)._repr_html_()
    assert ">Orders Status</th>" in html
    assert "&lt;b&gt;bold&lt;/b&gt;" in html
    assert "<b>bold" not in html
    assert "20.25</td>" in html
    assert "∅</td>" in html
    assert "4 rows" in html


def test_a_table_shows_the_first_rows() -> None:
    column = ResultColumn("days.n", "dimension", "number", "Days N", "N")
    html = QueryResult(({"days.n": number} for number in range(60)), (column,))._repr_html_()
    assert html.count("<tr>") == 1 + 50
    assert "60 rows, of which the first 50 are shown" in html
    time = ResultColumn("days.at", "time", "time", "Days At", "At", "day")
    assert "2024-03-01</td>" in QueryResult([{"days.at": datetime(2024, 3, 1)}], (time,))._repr_html_()  # noqa: DTZ001 - wall time
    assert "(day)" in QueryResult([], (time,))._repr_html_()


@pytest.mark.parametrize("kind", [None, "line", "area", "bar", "point"])
@pytest.mark.parametrize(
    "query",
    [
        BY_STATUS,
        BY_DAY,
        {**BY_DAY, "dimensions": ["orders.country"]},
        {"measures": ["orders.total", "orders.count"], "dimensions": ["orders.status"]},
        {"measures": ["orders.total"], "dimensions": ["orders.status", "orders.country"]},
        {**BY_DAY, "measures": ["orders.total", "orders.count"]},
    ],
)
def test_charts_are_drawn(query: dict[str, Any], kind: ChartKind | None, layer: SemanticLayer) -> None:
    """Vega itself reads and draws each: what it would warn of is an error."""
    result = layer.query(query)
    picture = vl_convert.vegalite_to_svg(result.chart(kind).spec, vl_version="5.21")
    marks = {"bar": 'aria-roledescription="bar"', "area": 'aria-roledescription="area mark"'}
    shape = kind or ("line" if "timeDimensions" in query else "bar")
    assert marks.get(shape, 'aria-roledescription="') in picture
    assert "Turnover" in picture
    assert "NaN" not in picture


def test_a_chart_shows_the_very_values(layer: SemanticLayer) -> None:
    spec = layer.query(BY_STATUS).chart().spec
    assert [(row["c0"], row["c1"]) for row in spec["data"]["values"]] == [
        ("<b>bold</b>", 1),
        ("done", 20.25),
        ("new", 10.5),
        ("∅", None),
    ]
    # The day of a chart is the day of the answer, wherever the browser is.
    days = layer.query(BY_DAY).chart().spec["data"]["values"]
    assert "2024-02-01T00:00:00" in [row["c0"] for row in days]
    column = ResultColumn("d.on", "dimension", "time", "D On", "On")
    value = ResultColumn("d.n", "measure", "number", "D N", "N")
    spec = QueryResult([{"d.on": date(2024, 2, 1), "d.n": 1}], (column, value)).chart().spec
    assert spec["data"]["values"] == [{"c0": "2024-02-01T00:00:00", "c1": 1}]


def test_measures_of_one_name_are_told_apart() -> None:
    columns = (
        ResultColumn("a.x", "dimension", "string", "A X", "X"),
        ResultColumn("a.n", "measure", "number", "A Count", "Count"),
        ResultColumn("b.n", "measure", "number", "B Count", "Count"),
    )
    spec = QueryResult([{"a.x": "one", "a.n": 1, "b.n": 2}], columns).chart().spec
    assert '"c1": "A Count"' in spec["transform"][1]["calculate"]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        (NONE, "no rows"),
        ({"dimensions": ["orders.status"]}, "no measure"),
        ({"measures": ["orders.total"]}, "Add a dimension"),
        ({**BY_DAY, "dimensions": ["orders.status", "orders.country"]}, "more dimensions"),
    ],
)
def test_what_cannot_be_drawn(query: dict[str, Any], told: str, layer: SemanticLayer) -> None:
    result = layer.query(query)
    with pytest.raises(ValueError, match=told):
        result.chart()
    assert MIME_TYPE not in result._repr_mimebundle_()


def test_too_much_to_draw() -> None:
    columns = (
        ResultColumn("a.x", "dimension", "number", "A X", "X"),
        ResultColumn("a.n", "measure", "number", "N", "N"),
    )
    with pytest.raises(ValueError, match="at most 5,000 rows"):
        QueryResult(({"a.x": n, "a.n": n} for n in range(MOST_ROWS + 1)), columns).chart()


def test_a_layer_shows_its_members(layer: SemanticLayer) -> None:
    html = layer._repr_html_()
    assert "<code>orders.total</code>" in html
    assert "<code>orders.big</code>" in html
    assert "Where it is &lt;now&gt;" in html
    assert 'type="search"' in html
