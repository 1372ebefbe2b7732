"""The result of a query: its rows, and what can be made of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kubus.results.chart import Chart, ChartKind, can_be_drawn
from kubus.results.column import ResultColumn
from kubus.results.frames import ArrowTable, arrow_table, pandas_frame, polars_frame
from kubus.results.table_html import table_html

if TYPE_CHECKING:
    import pandas
    import polars

Row = dict[str, Any]


class QueryResult(list[Row]):
    """The rows of a query, a dict each, keyed by member (`Orders.createdAt.month` for a time bucket).

    A list in every way, that also knows what its columns are: `columns` is in the order of the rows' keys, also where
    there are no rows. `refreshed_at` is when the rows were read from the database and `total` how many there are
    without a limit; each is None where that is not known. In a notebook it shows itself as a table.
    """

    def __init__(
        self,
        rows: Iterable[Row],
        columns: Sequence[ResultColumn],
        *,
        refreshed_at: datetime | None = None,
        total: int | None = None,
    ) -> None:
        super().__init__(rows)
        self.columns = tuple(columns)
        self.refreshed_at = refreshed_at
        self.total = total

    def to_pandas(self) -> "pandas.DataFrame":
        """The rows as a pandas data frame, named by member. Decimals become floats, as pandas itself reads them.

        Raises:
            ImportError: pandas is not installed.
        """
        return pandas_frame(self, self.columns)

    def to_polars(self) -> "polars.DataFrame":
        """The rows as a polars data frame, named by member. Decimals stay exact.

        Raises:
            ImportError: polars is not installed.
        """
        return polars_frame(self, self.columns)

    def to_arrow(self) -> ArrowTable:
        """The rows as an Arrow table, named by member. Decimals stay exact.

        Raises:
            ImportError: pyarrow is not installed.
        """
        return arrow_table(self, self.columns)

    def chart(self, kind: ChartKind | None = None) -> Chart:
        """The rows as a chart: lines over time, bars otherwise, unless `kind` says which.

        Raises:
            ValueError: there is nothing to draw: no rows, no measure, or nothing to draw it by.
        """
        return Chart(self, self.columns, kind)

    def _repr_html_(self) -> str:
        return table_html(self, self.columns)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:  # noqa: ARG002 - IPython gives both
        """A table, and for front ends that rather draw, a chart.

        Source: https://ipython.readthedocs.io/en/stable/config/integrating.html
        """
        bundle: dict[str, Any] = {"text/plain": repr(list(self)), "text/html": self._repr_html_()}
        if can_be_drawn(self, self.columns):
            bundle |= self.chart()._repr_mimebundle_()  # pyright: ignore[reportPrivateUsage] - the name is IPython's
        return bundle
