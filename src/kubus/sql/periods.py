"""Periods of a granularity as SQL: the one that holds a time, the next one, all between two times.

All times are on the wall of the query's zone.
"""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlglot import exp

from kubus.dialects.dialect import Dialect
from kubus.errors import MemberError, Unsupported
from kubus.model.cube import Dimension
from kubus.model.custom_granularity import CustomGranularity, Grid
from kubus.model.granularity import UNITS

MONTH_SECONDS = 2_629_746  # of the Gregorian calendar's mean


@dataclass(frozen=True, slots=True)
class Periods:
    """The periods of one granularity."""

    dialect: Dialect
    unit: str
    grid: Grid | None = None

    def start(self, wall: exp.Expr) -> exp.Expr:
        """The start of the period that holds a time."""
        match self.grid:
            case None:
                return self.dialect.truncate(self.unit, wall)
            case Grid(origin, 0, seconds):
                return self.dialect.binned(seconds, origin, wall)
            case grid:
                return self.numbered(grid, self.number(grid, wall))

    def following(self, start: exp.Expr) -> exp.Expr:
        """The start of the period after the one that starts there."""
        match self.grid:
            case None:
                return self.dialect.plus(start, 1, self.unit)
            case Grid(months=0, seconds=seconds):
                return self.dialect.plus(start, seconds, "second")
            case grid:
                # Counted from the origin: a month after the last of February is the last of March.
                number = exp.Add(this=self.number(grid, start), expression=exp.Literal.number(1))
                return self.numbered(grid, exp.Paren(this=number))

    def series(self, first: exp.Expr, last: exp.Expr) -> exp.Expr:
        """The starts of all periods from the one that holds `first` to the one that holds `last`: a row each."""
        match self.grid:
            case None:
                return self.dialect.series(self.start(first), last, 1, self.unit)
            case Grid(months=0, seconds=seconds):
                return self.dialect.series(self.start(first), last, seconds, "second")
            case grid:
                return self.numbered(
                    grid, self.dialect.numbers(self.number(grid, first), self.number(grid, last.copy()))
                )

    # ── periods that have months, by their number ──

    def numbered(self, grid: Grid, number: exp.Expr) -> exp.Expr:
        """The start of the period of a number."""
        months = self.dialect.times(number, grid.months, "month")
        start = exp.Add(this=self.dialect.moment(grid.origin), expression=months)
        if grid.seconds:
            start = exp.Add(this=start, expression=self.dialect.times(number.copy(), grid.seconds, "second"))
        return exp.Paren(this=start)

    def number(self, grid: Grid, wall: exp.Expr) -> exp.Expr:
        """The number of the period that holds a time."""
        if grid.seconds:
            return self.searched(grid, wall)
        year, month = (exp.Extract(this=exp.var(part), expression=wall.copy()) for part in ("YEAR", "MONTH"))
        months = exp.Add(this=exp.Mul(this=year, expression=exp.Literal.number(12)), expression=month)
        passed = exp.Paren(
            this=exp.Sub(this=months, expression=exp.Literal.number(grid.origin.year * 12 + grid.origin.month))
        )
        number = self.dialect.whole(passed, grid.months)
        if grid.origin.day == 1 and grid.origin.time() == grid.origin.min.time():
            return number
        late = exp.GT(this=self.numbered(grid, number.copy()), expression=wall.copy())
        return exp.Paren(this=exp.Sub(this=number, expression=exp.Case().when(late, "1").else_("0")))

    def searched(self, grid: Grid, wall: exp.Expr) -> exp.Expr:
        """The same for periods of months and days: a number near it by their mean length, then one less or more."""
        passed = exp.Paren(this=exp.Sub(this=wall.copy(), expression=self.dialect.moment(grid.origin)))
        seconds = exp.Extract(this=exp.var("EPOCH"), expression=passed)
        near = self.dialect.whole(seconds, grid.months * MONTH_SECONDS + grid.seconds)
        after = exp.Paren(this=exp.Add(this=near.copy(), expression=exp.Literal.number(1)))
        before = exp.Paren(this=exp.Sub(this=near.copy(), expression=exp.Literal.number(1)))
        found = exp.Case()
        for number in (after, near):
            there = exp.LTE(this=self.numbered(grid, number.copy()), expression=wall.copy())
            found = found.when(there, number, copy=False)
        return found.else_(before)


def periods(dimension: Dimension, name: str, dialect: Dialect, timezone: str) -> Periods:
    """The periods of a granularity of a dimension.

    Raises:
        MemberError: the dimension has no granularity of that name.
        Unsupported: it is one of a calendar, whose periods are not known beforehand.
    """
    custom = granularity_of(dimension, name)
    if custom is None:
        return Periods(dialect, name)
    if custom.sql is not None:
        raise Unsupported(
            f"The periods of '{dimension.path}.{name}' are in a calendar, so a rolling window cannot run over them",
            hint="Use a granularity with an interval",
        )
    return Periods(dialect, name, grid_of(custom, timezone))


def grid_of(custom: CustomGranularity, timezone: str) -> Grid:
    """The grid of a granularity in a zone."""
    origin = custom.origin
    if origin is not None and origin.tzinfo is not None:
        origin = origin.astimezone(ZoneInfo(timezone)).replace(tzinfo=None)
    return custom.grid(origin)


def granularity_of(dimension: Dimension, name: str) -> CustomGranularity | None:
    """The granularity of a dimension's own; None for a predefined one. Raises MemberError if there is neither."""
    for custom in dimension.granularities:
        if custom.name == name:
            return custom
    if name not in UNITS:
        raise MemberError(f'Granularity "{name}" does not exist in dimension {dimension.path}')
    return None
