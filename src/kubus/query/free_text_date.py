"""Dates in English words: "2 days ago", "last monday", "October 5 2024", "Jan 1 2024 to Jan 5 2024".

A text may say more than its date; what is not a date is passed over. The rules follow the parser that Cube uses
(https://github.com/wanasit/chrono), since dashboards were written against it: a bare "7 days", "2024" or "2020-01" is
no date, "jan 2024" is its first day, a date without a year is the closest one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from kubus.model.granularity import FIXED, Unit, add, rank

if TYPE_CHECKING:
    from dateparser.date import DateDataParser

# Longer texts hold no date: they are not searched, so that nobody can make the search slow.
LONGEST = 200

NUMBERS: dict[str, float] = {
    name: float(number)
    for number, names in {
        0.5: "half a|half an|half",
        1: "a|an|the|one",
        2: "two|a couple of|couple of|a couple|couple",
        3: "three|a few|few",
        4: "four",
        5: "five",
        6: "six",
        7: "seven|several",
        8: "eight",
        9: "nine",
        10: "ten",
        11: "eleven",
        12: "twelve",
    }.items()
    for name in names.split("|")
}

SPELLINGS: dict[str, Unit] = {
    "sec": "second",
    "second": "second",
    "min": "minute",
    "minute": "minute",
    "h": "hour",
    "hr": "hour",
    "hour": "hour",
    "d": "day",
    "day": "day",
    "week": "week",
    "mo": "month",
    "month": "month",
    "qtr": "quarter",
    "quarter": "quarter",
    "y": "year",
    "yr": "year",
    "year": "year",
}

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def longest_first(words: dict[str, float] | dict[str, Unit]) -> str:
    return "|".join(word.replace(" ", r"\s") for word in sorted(words, key=len, reverse=True))


NUMBER = rf"(?:[0-9]{{1,9}}(?:\.[0-9]{{1,6}})?|(?:{longest_first(NUMBERS)})\b)"
UNIT = rf"(?:{longest_first(SPELLINGS)})s?\b"
AMOUNT = rf"{NUMBER}\s*{UNIT}"
AMOUNTS = rf"{AMOUNT}(?:\s*,?\s*(?:and\s+)?{AMOUNT}){{0,6}}"
EACH_AMOUNT = re.compile(rf"({NUMBER})\s*({longest_first(SPELLINGS)})s?\b")

MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
DAY = r"[0-9]{1,2}(?:st|nd|rd|th)?\b"
YEAR = r"[0-9]{4}\b"
WEEKDAY = r"(?:mon|tue(?:s)?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b"

MENTION = re.compile(
    rf"""
      \b(?P<iso>[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})(?![0-9])(?P<clock>[t\s][0-9]{{2}}:[0-9]{{2}}(?::[0-9]{{2}})?)?
    | \b(?:{WEEKDAY},?\s+)?(?P<calendar>
          {MONTH}(?:[\s-]+{DAY})?(?:,?[\s-]+{YEAR})?
        | {DAY}(?:\s+of)?[\s-]+{MONTH}(?:,?[\s-]+{YEAR})?
        | [0-9]{{1,2}}/[0-9]{{1,2}}/(?:[0-9]{{4}}|[0-9]{{2}})\b
        | [0-9]{{4}}/[0-9]{{1,2}}/[0-9]{{1,2}}\b )
    | \b(?P<back>{AMOUNTS})\s*(?:ago|before|earlier)\b
    | \b(?P<ahead>{AMOUNTS})\s*(?:from\s+now|later|after|henceforth)\b
    | \b(?:in|within)\s+(?P<within>{AMOUNTS})
    | (?:\b(?P<way>this|last|past|next)\s+|(?P<sign>[+-])\s*)(?P<moved>{AMOUNTS})
    | \bpast\s+(?P<past>{UNIT})
    | \b(?:(?P<which>this|last|past|next)\s+)?(?P<weekday>{WEEKDAY})
    | \b(?P<today>now|tonight|noon|midnight|this\s+(?:morning|afternoon|evening|night))\b
    | \b(?P<yesterday>last\s+night)\b
    """,
    re.VERBOSE,
)

# What may stand between two dates that are the ends of one range.
BETWEEN = re.compile(r"\s*(?:to|until|till|through|-|–)\s*")


@dataclass(frozen=True, slots=True)
class Mention:
    """A date in a text, as wall time, and where in the text it is.

    `step` is the unit in which it moves as time goes by; None says that it is the same whenever it is read.
    `has_year` is false for a calendar date whose year was chosen, since it was not said.
    """

    moment: datetime
    step: Unit | None
    has_year: bool
    begins: int
    ends: int


def find_dates(text: str, now: datetime) -> tuple[Mention, ...]:
    """The first date in a lower-cased text, or the two that it makes a range of; none where there is no date.

    `now` is wall time, and so are the dates.
    """
    if len(text) > LONGEST:
        return ()
    found = mentions(text, now)
    first = next(found, None)
    if first is None:
        return ()
    second = next(found, None)
    if second is None or not BETWEEN.fullmatch(text, first.ends, second.begins):
        return (first,)
    if second.has_year and not first.has_year:
        moment = in_year(first.moment, second.moment.year)
        first = replace(first, moment=moment, step=second.step, has_year=True)
    return (first, second)


def mentions(text: str, now: datetime) -> Iterator[Mention]:
    for match in MENTION.finditer(text):
        try:
            mention = read(match, now)
        except (OverflowError, ValueError):
            # It looks like a date and is none: 30 February, a million years ago.
            continue
        if mention is not None:
            yield mention


def read(match: re.Match[str], now: datetime) -> Mention | None:
    """The date that a match of MENTION is; None if the calendar does not have it."""

    def mention(moment: datetime, step: Unit | None = "day") -> Mention:
        return Mention(moment, step, has_year=True, begins=match.start(), ends=match.end())

    if match["iso"]:
        return mention(datetime.fromisoformat(match["iso"] + (match["clock"] or "").upper()), None)
    if match["calendar"]:
        return calendar_mention(match["calendar"], now, match)
    if amounts := match["back"]:
        return mention(moved(now, amounts, -1), step_of(amounts))
    if amounts := match["ahead"] or match["within"]:
        return mention(moved(now, amounts, 1), step_of(amounts))
    if amounts := match["moved"]:
        is_back = match["way"] in {"last", "past"} or match["sign"] == "-"
        return mention(moved(now, amounts, -1 if is_back else 1), step_of(amounts))
    if match["past"]:
        return mention(moved(now, f"1 {match['past']}", -1), step_of(f"1 {match['past']}"))
    if match["weekday"]:
        return mention(weekday(now, match["weekday"], match["which"]))
    if match["yesterday"]:
        return mention(now - timedelta(days=1))
    return mention(now)


def calendar_mention(text: str, now: datetime, match: re.Match[str]) -> Mention | None:
    moment = english_dates().get_date_data(text).date_obj
    if moment is None:
        return None
    moment = moment.replace(tzinfo=None)
    has_year = re.search(r"[0-9]{4}|/[0-9]+/", text) is not None
    if not has_year:
        years = (now.year - 1, now.year, now.year + 1)
        moment = min((in_year(moment, year) for year in years), key=lambda candidate: abs(candidate - now))
    return Mention(moment, None if has_year else "day", has_year, match.start(), match.end())


@lru_cache(maxsize=1)
def english_dates() -> "DateDataParser":
    # Imported when the first such text comes: it takes a quarter of a second, and most servers never see one.
    from dateparser.date import DateDataParser

    return DateDataParser(
        languages=["en"],
        settings={
            "PARSERS": ["absolute-time"],
            "DATE_ORDER": "MDY",
            "PREFER_DAY_OF_MONTH": "first",
            "RETURN_AS_TIMEZONE_AWARE": False,
        },
    )


def in_year(moment: datetime, year: int) -> datetime:
    """The same day in another year; 29 February becomes the 28th where there is none."""
    return add(moment, year - moment.year, "year")


def moved(now: datetime, amounts: str, direction: int) -> datetime:
    """`now` moved by every amount in the text, in one direction."""
    for count, unit in counted(amounts):
        if count.is_integer():
            now = add(now, direction * int(count), unit)
        elif unit in FIXED:
            now += direction * count * FIXED[unit]
        else:
            # A part of a month is counted in days of an average one.
            now += direction * count * {"month": 30, "quarter": 91, "year": 365}[unit] * FIXED["day"]
    return now


def step_of(amounts: str) -> Unit:
    """The unit in which `now`, moved by these amounts, goes on: the finest of them, and at most a day."""
    finest: Unit = "day"
    for count, unit in counted(amounts):
        finest = min(finest, unit if count.is_integer() else SPELLINGS["sec"], key=rank)
    return finest


def counted(amounts: str) -> Iterator[tuple[float, Unit]]:
    for number, spelling in EACH_AMOUNT.findall(amounts):
        word = " ".join(number.split())
        yield NUMBERS[word] if word in NUMBERS else float(number), SPELLINGS[spelling]


def weekday(now: datetime, name: str, which: str | None) -> datetime:
    """The day of that name: the closest one, or the one before today, from today on, or of next week."""
    today = now.weekday()
    wanted = WEEKDAYS.index(name[:3])
    forward = (wanted - today) % 7
    backward = forward - 7
    match which:
        case "this":
            days = forward
        case "last" | "past":
            days = backward
        case "next":
            # Of the week after this one, which begins on Monday; said on a Sunday, it is the week that begins tomorrow.
            days = wanted - today + 7
        case _:
            days = forward if forward <= -backward else backward
    return now + timedelta(days=days)
