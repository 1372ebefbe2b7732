"""Calendars: cubes of days that say themselves what was a week, a month or a year before."""

from dataclasses import dataclass

from kubus.model.member_sql import MemberSql
from kubus.model.window import Span


@dataclass(frozen=True, slots=True)
class CalendarShift:
    """What a time dimension of a calendar says of one shift.

    It is found by its `name`, or by its `span`, which looks back where its count is positive. `sql` is the day that is
    looked at from a row of the calendar; without it a name stands for the span.
    """

    name: str | None
    span: Span | None
    sql: MemberSql | None
