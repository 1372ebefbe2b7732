"""What a client asks: as it was sent, and as it is once defaults, dates and limits are settled."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from kubus.model.filter import Comparison, Filter

ResponseFormat = Literal["default", "compact", "columnar"]
CacheMode = Literal["stale-if-slow", "stale-while-revalidate", "must-revalidate", "no-cache"]
QueryType = Literal["regularQuery", "compareDateRangeQuery", "blendingQuery"]

# One text ("last 7 days", "2024-01-31") or one or two absolute dates.
RangeText = str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Order:
    member: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class AskedTimeDimension:
    """A time dimension as sent. `date_range` and `compare` exclude each other."""

    dimension: str
    granularity: str | None = None
    date_range: RangeText | None = None
    compare: tuple[RangeText, ...] | None = None


@dataclass(frozen=True, slots=True)
class AskedComparison(Comparison):
    """A comparison as sent: whether it had the key `values`, and the old name `dimension` for its member.

    Only answers and error messages, which repeat it, tell the difference.
    """

    has_values: bool = True
    named_dimension: bool = False


@dataclass(frozen=True, slots=True)
class AskedQuery:
    """A query as it was sent, its shape checked. None says that the key was not sent.

    `texts` names the booleans among the keys that were sent as "true" or "false", and how they were spelled.
    """

    measures: tuple[str, ...] | None = None
    dimensions: tuple[str, ...] | None = None
    segments: tuple[str, ...] | None = None
    time_dimensions: tuple[AskedTimeDimension, ...] | None = None
    filters: tuple[Filter, ...] | None = None
    order: tuple[Order, ...] | None = None
    limit: int | None = None
    offset: int | None = None
    timezone: str | None = None
    total: bool | None = None
    ungrouped: bool | None = None
    response_format: ResponseFormat | None = None
    cache: CacheMode | None = None
    renew: bool | None = None
    join_hints: tuple[tuple[str, ...], ...] | None = None
    texts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class DateRange:
    """From `start` to the end of the millisecond `end`, both wall time in the query's time zone.

    They carry no zone on purpose: clients send and read wall time, and which instant it is depends on the zone of
    the query that holds the range.
    """

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class TimeDimension:
    """A dimension of type time: a column when it has a granularity, a filter when it has a range."""

    dimension: str
    granularity: str | None = None
    date_range: DateRange | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """A query with every default filled in, dates absolute and limits checked; members may not exist.

    `timezone` is a canonical IANA name. `order` None asks for the default order, an empty one for none.
    `default_filters` are those of the views that it asks; no client sends them. No measure leaves `held_filters` out,
    which are places among the filters, nor `held_segments`: the host put them to it.
    """

    measures: tuple[str, ...] = ()
    dimensions: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    time_dimensions: tuple[TimeDimension, ...] = ()
    filters: tuple[Filter, ...] = ()
    order: tuple[Order, ...] | None = None
    limit: int | None = 10_000
    offset: int = 0
    timezone: str = "UTC"
    total: bool = False
    ungrouped: bool = False
    join_hints: tuple[tuple[str, ...], ...] = ()
    default_filters: tuple[Filter, ...] = ()
    held_filters: frozenset[int] = frozenset()
    held_segments: frozenset[str] = frozenset()
