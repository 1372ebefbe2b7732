"""Granularities that a model defines: periods of any length from any origin, or as a calendar says."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce

from kubus.model.granularity import FIXED, MONTHS, Unit, add
from kubus.model.member_sql import MemberSql
from kubus.model.window import Span

# Where periods are counted from when nothing says. Every interval that needs no origin has the same periods from the
# start of any year; those of several years, which have not, keep theirs from year to year.
START = datetime(2000, 1, 1)  # noqa: DTZ001 - wall time
# A Monday, for weeks.
MONDAY = datetime(2001, 1, 1)  # noqa: DTZ001


@dataclass(frozen=True, slots=True)
class Grid:
    """Periods on the wall: the one of number n starts at `origin` plus n times `months` and `seconds`.

    A day that a month does not have is its last.
    """

    origin: datetime
    months: int
    seconds: int


@dataclass(frozen=True, slots=True)
class CustomGranularity:
    """A granularity of one time dimension, by its name.

    `interval` is how long a period is, and `origin` where one starts, on the wall of the query's zone, or as an
    instant if it has a zone. Without an origin periods start with the year (weeks on Monday), moved by `offset`. With
    `sql` the start of a period is what a calendar says.
    """

    name: str
    title: str
    interval: tuple[Span, ...] = ()
    origin: datetime | None = None
    offset: tuple[Span, ...] = ()
    sql: MemberSql | None = None
    declared: tuple[tuple[str, str], ...] = ()

    @property
    def units(self) -> tuple[Unit, ...]:
        """Units at whose borders, all together, periods begin."""
        start = self.origin
        if start is None:
            return tuple(span.unit for span in (*self.interval, *self.offset))
        # An origin that is an instant has another time of day in each zone.
        moment = start.time() if start.tzinfo is None else None
        fine: Unit = "day" if moment == start.min.time() else "second"
        return (fine, *(span.unit for span in self.interval))

    def grid(self, origin: datetime | None = None) -> Grid:
        """The periods; `origin` is the wall time of an origin that is an instant."""
        start = origin or self.origin
        if start is None:
            weeks = all(span.unit == "week" for span in self.interval)
            start = reduce(lambda at, span: add(at, span.count, span.unit), self.offset, MONDAY if weeks else START)
        months = sum(span.count * MONTHS[span.unit] for span in self.interval if span.unit in MONTHS)
        fixed = sum((span.count * FIXED[span.unit] for span in self.interval if span.unit in FIXED), timedelta())
        return Grid(start.replace(tzinfo=None), months, int(fixed.total_seconds()))
