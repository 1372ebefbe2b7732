"""Date ranges as clients write them, to two moments of wall time, and wall time to instants.

Source of the grammar: Cube's date parser, whose traps are kept because dashboards rely on them. The rules are tried in
their order and searched for anywhere in the text, so that `from last week to today` is last week.
"""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from kubus.errors import QueryError
from kubus.model.granularity import MILLISECOND, UNITS, Unit, add, end_of, rank, start_of
from kubus.query.free_text_date import Mention, find_dates
from kubus.query.query import DateRange, RangeText
from kubus.query.quoted import shortened

# Longer texts hold no range; a limit keeps the error message and the search small.
LONGEST = 500

UNIT = r"(second|minute|hour|day|week|month|quarter|year)"
NAMED_UNIT = re.compile(rf"(this|last|next)\s+{UNIT}")
COUNTED_UNITS = re.compile(rf"(last|next)\s+([0-9]{{1,9}})\s+{UNIT}")
NAMED_DAYS = (("today", 0), ("yesterday", -1), ("tomorrow", 1))
# The first part takes all it can: what separates them is the last "to", even one inside a word.
FROM_TO = re.compile(r"from(.{0,50})to(.{0,50})")

DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
YEAR_OR_MONTH = re.compile(r"[0-9]{4}(?:-[0-9]{2})?")


def resolve_range(text: RangeText, now: datetime) -> tuple[DateRange, Unit | None]:
    """A range as sent, absolute; and the unit whose end changes what it means, None if nothing does.

    `now` is wall time in the query's zone, and so are the ends of the range.

    Raises:
        QueryError: it cannot be read as a date.
    """
    if isinstance(text, str):
        return relative_range(text, now)
    return absolute_range(text[0], text[-1]), None


# ── absolute ──


def absolute_range(first: str, last: str) -> DateRange:
    """From the start of `first` to the end of `last`: of the day where it is a date, of the moment else."""
    end = absolute_moment(last)
    if DATE.fullmatch(last):
        end = end_of(end, "day")
    return DateRange(absolute_moment(first), end)


def absolute_moment(text: str) -> datetime:
    """ISO 8601 as wall time, cut to milliseconds; a year or month alone is its first instant.

    An offset is folded into UTC and then dropped, as Cube does: clients send wall time.

    Raises:
        QueryError: it is no date.
    """
    moment = iso_moment(text)
    if moment is None:
        raise unreadable(text)
    return moment


def iso_moment(text: str) -> datetime | None:
    """What `absolute_moment` gives, or None."""
    stripped = text.strip()
    if YEAR_OR_MONTH.fullmatch(stripped):
        stripped = f"{stripped}-01-01"[:10]
    try:
        moment = datetime.fromisoformat(stripped)
        if moment.tzinfo is not None:
            moment = moment.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def unreadable(text: str) -> QueryError:
    return QueryError(f"Can't parse date: '{shortened(text)}'")


# ── relative ──


def relative_range(text: str, now: datetime) -> tuple[DateRange, Unit | None]:
    """A range in words, as of `now`; see `resolve_range`."""
    text = text.lower()
    if DATE.fullmatch(text) and (day := iso_moment(text)) is not None:
        return DateRange(day, end_of(day, "day")), None
    if len(text) > LONGEST:
        raise unreadable(text)
    try:
        return read_range(text, now)
    except (OverflowError, ValueError) as error:
        # It leads out of the years 1 to 9999.
        raise unreadable(text) from error


def read_range(text: str, now: datetime) -> tuple[DateRange, Unit | None]:
    if named := NAMED_UNIT.search(text):
        unit = as_unit(named[2])
        moment = add(now, {"this": 0, "last": -1, "next": 1}[named[1]], unit)
        return DateRange(start_of(moment, unit), end_of(moment, unit)), unit
    if counted := COUNTED_UNITS.search(text):
        unit, count = as_unit(counted[3]), int(counted[2])
        first, last = (-count, -1) if counted[1] == "last" else (1, count)
        return DateRange(start_of(add(now, first, unit), unit), end_of(add(now, last, unit), unit)), unit
    for word, days in NAMED_DAYS:
        if word in text:
            day = add(now, days, "day")
            return DateRange(start_of(day, "day"), end_of(day, "day")), "day"
    unit = width_of(text)
    parts = FROM_TO.fullmatch(text)
    if parts is None:
        found = find_dates(text, now)
        if not found:
            raise unreadable(text)
    else:
        found = tuple(first_date(part.strip(), now) for part in parts.groups())
    dates = DateRange(start_of(found[0].moment, unit), end_of(found[-1].moment, unit))
    step: Unit | None = None
    for date in found:
        if date.step is not None:
            step = min(step or unit, unit, date.step, key=rank)
    return dates, step


def width_of(text: str) -> Unit:
    """How much of a date in words counts: its day, unless the text speaks of a finer unit."""
    for unit in UNITS:
        if unit == "day" or unit in text:
            return unit
    return "day"


def first_date(text: str, now: datetime) -> Mention:
    found = find_dates(text, now)
    if not found:
        raise unreadable(text)
    return found[0]


def as_unit(name: str) -> Unit:
    return UNITS[rank(name)]


# ── instants ──


def utc_instant(local: datetime, timezone: str) -> datetime:
    """The instant, in UTC, at which clocks in the zone show `local`.

    Of two such instants the first; where clocks jump over `local`, the instant that is as far behind the jump as
    `local` is behind the last moment before it. Instants outside the years 1 to 9999 are cut to them.
    """
    try:
        return local.replace(tzinfo=ZoneInfo(timezone), fold=0).astimezone(UTC)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC) if local.year == 1 else datetime.max.replace(tzinfo=UTC)


def utc_end(local: datetime, timezone: str) -> datetime:
    """The first instant after the millisecond `local`, in UTC: where a range that ends with it is over.

    A range that ends with a day ends with all of it, also where clocks set back at midnight show its last hour twice.
    """
    try:
        after = local + MILLISECOND
        if after == start_of(after, "day"):
            return utc_instant(after, timezone)
        return utc_instant(local, timezone) + MILLISECOND
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


def next_change(step: Unit, now: datetime, timezone: str) -> datetime:
    """The first instant after `now` at which the current unit of the zone's wall time is over. Both are aware.

    It may be too early where clocks are set back within the unit, never too late.
    """
    local = now.astimezone(ZoneInfo(timezone)).replace(tzinfo=None, fold=0)
    over = end_of(local, step) + MILLISECOND
    if rank(step) <= rank("hour"):
        return now + (over - local)
    change = utc_instant(over, timezone)
    return change if change > now else now + MILLISECOND
