"""Cron texts of refresh keys: `0 1 * * *` is every day at one o'clock. Only equal intervals are taken.

Source: data-model 4.1.
"""

import re

from kubus.model.refresh_key import RefreshInterval

PART = re.compile(r"(\*|\d+|\d+-\d+)(?:/(\d+))?")
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
DAY, WEEK = 86_400, 604_800
# Weeks begin on Sunday in cron, and 1970 began on a Thursday.
THURSDAY = 4
# The lowest and highest number of each field.
SECOND, MINUTE, HOUR, DAY_OF_MONTH, MONTH, DAY_OF_WEEK = (0, 59), (0, 59), (0, 23), (1, 31), (1, 12), (0, 7)


class BadCron(Exception):
    """Text that is no cron text; or is one, whose intervals differ."""


def cron_interval(text: str, timezone: str) -> RefreshInterval:
    """The interval of five fields, from minute to day of the week, or of six, with the second before them.

    Raises:
        BadCron: it is not understood, or its intervals are not all the same.
    """
    fields = text.split()
    if len(fields) not in (5, 6):
        raise BadCron(f"Invalid cron string '{text}'")
    *second, minute, hour, day, month, weekday = fields
    seconds = numbers(second[0], SECOND, text) if second else {0}
    minutes, hours = numbers(minute, MINUTE, text), numbers(hour, HOUR, text)
    days = {number % 7 for number in numbers(named(weekday), DAY_OF_WEEK, text)}
    every_day = numbers(day, DAY_OF_MONTH, text) == numbers("*", DAY_OF_MONTH, text)
    every_month = numbers(month, MONTH, text) == numbers("*", MONTH, text)
    times = sorted(h * 3600 + m * 60 + s for h in hours for m in minutes for s in seconds)
    if len(days) == 7:
        round_of, turns = DAY, times
    else:
        round_of, turns = WEEK, [d * DAY + t for d in sorted(days) for t in times]
    gaps = {later - earlier for earlier, later in zip(turns, [*turns[1:], turns[0] + round_of], strict=True)}
    if len(gaps) != 1 or not every_day or not every_month:
        raise BadCron(f"Your cron string ('{text}') is correct, but we support only equal time intervals.")
    (gap,) = gaps
    first = turns[0] - (THURSDAY * DAY if round_of == WEEK else 0)
    return RefreshInterval(float(gap), float(first % gap), timezone)


def named(weekday: str) -> str:
    for number, name in enumerate(DAYS):
        weekday = re.sub(name, str(number), weekday, flags=re.IGNORECASE)
    return weekday


def numbers(field: str, span: tuple[int, int], text: str) -> set[int]:
    """The numbers that a field stands for."""
    low, high = span
    found: set[int] = set()
    for part in ("*" if field == "?" else field).split(","):
        match = PART.fullmatch(part)
        if match is None:
            raise BadCron(f"Invalid cron string '{text}'")
        first, _, last = (f"{low}-{high}" if match[1] == "*" else match[1]).partition("-")
        step = int(match[2] or 1)
        begin = int(first)
        end = int(last) if last else (high if match[2] else begin)
        if step == 0 or not low <= begin <= end <= high:
            raise BadCron(f"Invalid cron string '{text}'")
        found.update(range(begin, end + 1, step))
    return found
