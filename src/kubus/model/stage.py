"""Multi-stage measures: computed from other measures after these have been aggregated at some grain."""

from dataclasses import dataclass

from kubus.model.filter import Filter
from kubus.model.member_sql import MemberReference, MemberSql
from kubus.model.window import Span


@dataclass(frozen=True, slots=True)
class Grain:
    """The dimensions of the lower stage: those of the query, of which some are kept or left out, and some more.

    `keep_only` None keeps all. A kept dimension that the query does not have adds nothing.
    """

    keep_only: tuple[MemberReference, ...] | None = None
    exclude: tuple[MemberReference, ...] = ()
    include: tuple[MemberReference, ...] = ()


@dataclass(frozen=True, slots=True)
class FilterContext:
    """The filters of the lower stage: the query's, or none where `fixed`; of these some kept or left out; and more."""

    fixed: bool = False
    keep_only: tuple[MemberReference, ...] | None = None
    exclude: tuple[MemberReference, ...] = ()
    include: tuple[Filter, ...] = ()


@dataclass(frozen=True, slots=True)
class TimeShift:
    """What is shown at a time is what was at that time less `span`. `dimension` None shifts every time dimension.

    A shift that has a `name` instead of a span is one of a calendar.
    """

    span: Span | None
    dimension: MemberReference | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class RankBy:
    """What rows are ranked by."""

    sql: MemberSql
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Stage:
    """How the lower stage of a measure differs from the query."""

    grain: Grain = Grain()
    filters: FilterContext = FilterContext()
    shifts: tuple[TimeShift, ...] = ()
    order_by: tuple[RankBy, ...] = ()
