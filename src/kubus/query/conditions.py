"""Conditions on rows and groups, said of members; and what rows are grouped by."""

from collections.abc import Iterator
from dataclasses import dataclass

from kubus.model.cube import Dimension, Measure, Segment
from kubus.model.granularity import FIXED, MONTHS, UNITS, Unit
from kubus.model.join_graph import Join
from kubus.model.window import Window
from kubus.query.operators import Operator
from kubus.query.shape import Slot

# What a month has at least.
MONTH_SECONDS = 28 * 86_400


@dataclass(frozen=True, slots=True)
class Bucket:
    """A time dimension cut to a granularity."""

    dimension: Dimension
    granularity: str

    @property
    def seconds(self) -> float:
        """How long a period is at least."""
        for custom in self.dimension.granularities:
            if custom.name == self.granularity and custom.sql is None:
                grid = custom.grid()
                return grid.months * MONTH_SECONDS + grid.seconds
        unit: Unit = next(unit for unit in UNITS if unit == self.granularity)
        return MONTHS[unit] * MONTH_SECONDS if unit in MONTHS else FIXED[unit].total_seconds()


# What rows are grouped by.
Key = Dimension | Bucket


@dataclass(frozen=True, slots=True)
class Shifted:
    """That the rows of a lower stage are looked at from another time than their own.

    Where a calendar is joined by a column, all of the cube is shifted and `member` is None; where a time is moved,
    that one is. `name` is the calendar's name of the shift, None if it has none.
    """

    cube: str
    member: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class Test:
    """A member compared with values. `with_null` says that null was among them."""

    member: Dimension | Measure
    operator: Operator
    slots: tuple[Slot, ...]
    with_null: bool


@dataclass(frozen=True, slots=True)
class Within:
    """A time dimension within a range, whose last millisecond belongs to it."""

    dimension: Dimension
    start: Slot
    end: Slot


@dataclass(frozen=True, slots=True)
class InWindows:
    """A time that lies in the window of the range, or of some period of it where there is a granularity."""

    range: Within
    window: Window
    granularity: str | None

    @property
    def dimension(self) -> Dimension:
        return self.range.dimension


@dataclass(frozen=True, slots=True)
class OwnFilters:
    """The rows that a filtered measure counts."""

    measure: Measure


@dataclass(frozen=True, slots=True)
class IsSet:
    """A dimension that is not null."""

    dimension: Dimension


@dataclass(frozen=True, slots=True)
class Meets:
    """A row that met one of the joined cube, where a LEFT JOIN keeps it either way."""

    join: Join


@dataclass(frozen=True, slots=True)
class Every:
    """True when every part is."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Some:
    """True when some part is."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Never:
    """True of no row."""


Condition = Test | Within | InWindows | OwnFilters | IsSet | Meets | Segment | Every | Some | Never


def kinds_tested(condition: Condition) -> Iterator[type]:
    """What kinds of member a condition tests: the value of a Measure, or rows."""
    match condition:
        case Test(member):
            yield type(member)
        case Every(parts) | Some(parts):
            for part in parts:
                yield from kinds_tested(part)
        case _:
            yield Dimension


def members_tested(condition: Condition) -> Iterator[Dimension | Measure | Segment]:
    """Every member that a condition reads itself."""
    match condition:
        case Test(member) | OwnFilters(member):
            yield member
        case Within(dimension) | IsSet(dimension):
            yield dimension
        case InWindows():
            yield condition.dimension
        case Segment():
            yield condition
        case Meets() | Never():
            return
        case Every(parts) | Some(parts):
            for part in parts:
                yield from members_tested(part)
