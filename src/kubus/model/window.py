"""Rolling windows: which rows around a period a measure sees."""

from dataclasses import dataclass
from typing import Literal

from kubus.model.granularity import UNITS, Unit


@dataclass(frozen=True, slots=True)
class Span:
    """So many units of time, forwards; backwards when `count` is negative."""

    count: int
    unit: Unit


# How far a window reaches on one side: a span, to the end of time, or (None) not at all.
Reach = Span | Literal["unbounded"] | None


@dataclass(frozen=True, slots=True)
class Window:
    """The rows of a moving window, for a period from its start to its last millisecond.

    A fixed window is anchored at the end of the period, or at its start: rows later than the anchor less `trailing`,
    and up to the anchor plus `leading`. With `to_date` it is the rows from the start of that granularity, in which
    the period begins, to the end of the period.
    """

    trailing: Reach = None
    leading: Reach = None
    offset: Literal["start", "end"] = "end"
    to_date: str | None = None

    @property
    def units(self) -> tuple[Unit, ...]:
        """The units in which the window is measured."""
        return tuple(reach.unit for reach in (self.trailing, self.leading) if isinstance(reach, Span))


def common_unit(units: tuple[Unit, ...]) -> Unit:
    """The coarsest unit whose borders are borders of all of these too. A week is no part of a month."""
    finest = min(units, key=UNITS.index)
    return "day" if finest == "week" and any(UNITS.index(unit) > UNITS.index("week") for unit in units) else finest
