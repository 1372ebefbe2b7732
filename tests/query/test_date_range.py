"""Date ranges in words and in digits, and wall time as instants."""
# ruff: noqa: DTZ001 - wall time has no zone

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kubus.errors import QueryError
from kubus.model.granularity import MILLISECOND, UNITS
from kubus.query.date_range import next_change, resolve_range, utc_end, utc_instant

NOW = datetime(2026, 11, 23, 7, 57, 12, 345_678)

ZONES = [
    "UTC",
    "America/New_York",
    "America/Sao_Paulo",
    "America/Havana",
    "Asia/Kathmandu",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "Africa/Casablanca",
]


def text_range(text, now=NOW):
    dates, _ = resolve_range(text, now)
    return f"{dates.start.isoformat(timespec='milliseconds')} {dates.end.isoformat(timespec='milliseconds')}"


def days(first, last):
    return f"{first}T00:00:00.000 {last}T23:59:59.999"


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("this week", days("2026-11-23", "2026-11-29")),
        ("last week", days("2026-11-16", "2026-11-22")),
        ("last 2 weeks", days("2026-11-09", "2026-11-22")),
        ("last 7 days", days("2026-11-16", "2026-11-22")),
        ("last 1 day", days("2026-11-22", "2026-11-22")),
        ("last month", days("2026-10-01", "2026-10-31")),
        ("this month", days("2026-11-01", "2026-11-30")),
        ("next quarter", days("2027-01-01", "2027-03-31")),
        ("next 3 months", days("2026-12-01", "2027-02-28")),
        ("last 12 hours", "2026-11-22T19:00:00.000 2026-11-23T06:59:59.999"),
        ("last 30 minutes", "2026-11-23T07:27:00.000 2026-11-23T07:56:59.999"),
        ("last 0 days", "2026-11-23T00:00:00.000 2026-11-22T23:59:59.999"),
        ("from 7 days ago to now", days("2026-11-16", "2026-11-23")),
        ("from 2 hours ago to now", "2026-11-23T05:00:00.000 2026-11-23T07:59:59.999"),
        ("from 1 hour ago to 1 hour from now", "2026-11-23T06:00:00.000 2026-11-23T08:59:59.999"),
        ("from 2024-01-01 to 2024-02-01", days("2024-01-01", "2024-02-01")),
        ("7 days ago", days("2026-11-16", "2026-11-16")),
        ("2 hours ago", "2026-11-23T05:00:00.000 2026-11-23T05:59:59.999"),
        ("now", days("2026-11-23", "2026-11-23")),
        ("last monday", days("2026-11-16", "2026-11-16")),
        ("jan 2024", days("2024-01-01", "2024-01-01")),
        ("past 7 days", days("2026-11-16", "2026-11-16")),
        ("last seven days", days("2026-11-16", "2026-11-16")),
        ("TODAY", days("2026-11-23", "2026-11-23")),
        ("yesterday", days("2026-11-22", "2026-11-22")),
        ("tomorrow", days("2026-11-24", "2026-11-24")),
        ("2024-02-29", days("2024-02-29", "2024-02-29")),
        ("February 29, 2024", days("2024-02-29", "2024-02-29")),
        ("Jan 1 2024 to Jan 5 2024", days("2024-01-01", "2024-01-05")),
        ("please the last 7 days or so", days("2026-11-16", "2026-11-22")),
    ],
)
def test_words_mean(text, dates):
    assert text_range(text) == dates


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("from last week to today", days("2026-11-16", "2026-11-22")),
        ("from yesterday to tomorrow", days("2026-11-22", "2026-11-22")),
        ("from 2 days ago to yesterday", days("2026-11-22", "2026-11-22")),
        ("from 2 months ago to next month", days("2026-12-01", "2026-12-31")),
        ("this 3 days", days("2026-11-26", "2026-11-26")),
        ("between Jan 1 2024 and Jan 5 2024", days("2024-01-01", "2024-01-01")),
    ],
)
def test_traps_are_kept(text, dates):
    assert text_range(text) == dates


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("from October 5 2024 to October 6 2024", "ber 6 2024"),
        ("2024", "2024"),
        ("2020-01", "2020-01"),
        ("2023-02-29", "2023-02-29"),
        ("Previous Month", "previous month"),
        ("year to date", "year to date"),
        ("month to date", "month to date"),
        ("7 days", "7 days"),
        ("no date at all", "no date at all"),
        ("from here to there", "here"),
        ("last 999999999 years", "last 999999999 years"),
        ("999999999 days ago", "999999999 days ago"),
        (" ", " "),
    ],
)
def test_what_is_no_date_is_refused(text, shown):
    with pytest.raises(QueryError) as caught:
        resolve_range(text, NOW)
    assert caught.value.wire_text == f"Can't parse date: '{shown}'"


def test_long_texts_are_refused_at_once_and_shown_in_part():
    with pytest.raises(QueryError) as caught:
        resolve_range("last " * 2_000_000, NOW)
    assert len(caught.value.wire_text) < 1100


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        (("2024-01-01", "2024-01-31"), days("2024-01-01", "2024-01-31")),
        (("2024-01-01",), days("2024-01-01", "2024-01-01")),
        (("2024-01", "2024-03"), "2024-01-01T00:00:00.000 2024-03-01T00:00:00.000"),
        (("2023", "2024"), "2023-01-01T00:00:00.000 2024-01-01T00:00:00.000"),
        (("2024-03-05", "2024-02-25"), days("2024-03-05", "2024-02-25")),
        (("2024-02-29T10:00:00", "2024-02-29 13:59"), "2024-02-29T10:00:00.000 2024-02-29T13:59:00.000"),
        (("2024-02-29T10:00:00.123999",), "2024-02-29T10:00:00.123 2024-02-29T10:00:00.123"),
        (("2024-01-01T00:00:00+03:00", "2024-01-01T00:00:00Z"), "2023-12-31T21:00:00.000 2024-01-01T00:00:00.000"),
        (("0001-01-01", "9999-12-31"), days("0001-01-01", "9999-12-31")),
    ],
)
def test_digits_mean(text, dates):
    assert text_range(text) == dates
    assert resolve_range(text, NOW)[1] is None


@pytest.mark.parametrize("text", ["nonsense", "2023-02-29", "last week", "", "24-01-01", "0001-01-01T00:00:00+05:00"])
def test_digits_that_are_no_date_are_refused(text):
    with pytest.raises(QueryError, match="Can't parse date"):
        resolve_range(("2024-01-01", text), NOW)


# When clocks change: days of 23, 24.5, 25 and no hours, midnights that are missing and that come twice.
CHANGES = [
    ("America/New_York", "2024-03-10T07:00Z"),
    ("America/New_York", "2024-11-03T06:00Z"),
    ("Europe/Berlin", "2024-03-31T01:00Z"),
    ("Europe/Berlin", "2024-10-27T01:00Z"),
    ("America/Sao_Paulo", "2018-11-04T03:00Z"),
    ("America/Sao_Paulo", "2018-02-18T02:00Z"),
    ("America/Havana", "2024-11-03T05:00Z"),
    ("Pacific/Apia", "2011-12-30T10:00Z"),
    ("Australia/Lord_Howe", "2024-10-05T15:30Z"),
    ("Australia/Lord_Howe", "2024-04-06T15:00Z"),
]

# An instant and a zone, often near a change of its clocks.
places = st.tuples(
    st.datetimes(min_value=datetime(2005, 1, 1), max_value=datetime(2035, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(ZONES),
) | st.builds(
    lambda change, offset: (datetime.fromisoformat(change[1]) + offset, change[0]),
    st.sampled_from(CHANGES),
    st.timedeltas(timedelta(hours=-30), timedelta(hours=30)),
)


def wall(instant, zone):
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


@settings(deadline=None)
@given(places, st.sampled_from(UNITS), st.integers(1, 40))
def test_neighbouring_ranges_cover_time_without_overlap(place, unit, count):
    instant, zone = place
    now = wall(instant, zone)
    before, this, after = (
        resolve_range(text, now)[0] for text in (f"last {count} {unit}s", f"this {unit}", f"next {count} {unit}s")
    )
    for left, right in ((before, this), (this, after)):
        assert left.start < right.start
        assert left.end + MILLISECOND == right.start
    assert this.start <= now < this.end + MILLISECOND


@settings(deadline=None)
@given(places, st.sampled_from(["day", "week", "month", "quarter", "year"]), st.integers(1, 40))
def test_neighbouring_days_are_neighbours_in_time(place, unit, count):
    instant, zone = place
    before, this = (resolve_range(text, wall(instant, zone))[0] for text in (f"last {count} {unit}s", f"this {unit}"))
    assert utc_instant(before.start, zone) <= utc_end(before.end, zone) == utc_instant(this.start, zone)
    assert utc_instant(this.start, zone) <= instant < utc_end(this.end, zone)


WORDS = [
    *(f"{way} {unit}" for way in ("this", "last", "next") for unit in UNITS),
    *("last 3 hours", "last 15 minutes", "next 2 weeks", "today", "yesterday", "tomorrow", "now", "last friday"),
    *("2 hours ago", "half an hour ago", "2 hrs ago", "90 seconds ago", "from 36 hours ago to now", "in 3 days"),
    *("from 90 minutes ago to 2 days from now", "from 7 days ago to now", "past month", "friday", "1.5 days ago"),
]


@settings(deadline=None, max_examples=400)
@given(places, st.sampled_from(WORDS), st.sampled_from([0, 0.3, 0.9, 1]))
@example((datetime(2005, 1, 1, 22, 59, 59, 999001, tzinfo=UTC), "Europe/Berlin"), "this day", 1)
def test_words_mean_the_same_until_they_change(place, text, part):
    instant, zone = place
    dates, unit = resolve_range(text, wall(instant, zone))
    assert unit is not None
    change = next_change(unit, instant, zone)
    assert change > instant
    later = min(instant + part * (change - instant), change - timedelta(microseconds=1))
    assert resolve_range(text, wall(later, zone))[0] == dates


@pytest.mark.parametrize("text", ["2024-01-01", "from 2024-01-01 to 2024-02-01", "jan 5 2024", ("2024", "2025")])
def test_dates_never_change(text):
    assert resolve_range(text, NOW)[1] is None


@pytest.mark.parametrize(
    ("local", "zone", "instant"),
    [
        ("2024-06-01T12:00:00", "America/New_York", "2024-06-01T16:00:00+00:00"),
        # In the gap of spring: moved forward to 03:30.
        ("2024-03-10T02:30:00", "America/New_York", "2024-03-10T07:30:00+00:00"),
        # Twice in autumn: the first.
        ("2024-11-03T01:30:00", "America/New_York", "2024-11-03T05:30:00+00:00"),
        # A midnight that was not, and a day that was not.
        ("2018-11-04T00:00:00", "America/Sao_Paulo", "2018-11-04T03:00:00+00:00"),
        ("2011-12-30T00:00:00", "Pacific/Apia", "2011-12-30T10:00:00+00:00"),
        ("0001-01-01T00:00:00", "Asia/Tokyo", "0001-01-01T00:00:00+00:00"),
        ("9999-12-31T23:59:59.999", "America/New_York", "9999-12-31T23:59:59.999999+00:00"),
    ],
)
def test_wall_time_is_an_instant(local, zone, instant):
    assert utc_instant(datetime.fromisoformat(local), zone) == datetime.fromisoformat(instant)


@settings(deadline=None)
@given(places)
def test_an_instant_survives_its_wall_time_but_for_the_second_of_two(place):
    instant, zone = place
    local = instant.astimezone(ZoneInfo(zone))
    back = utc_instant(local.replace(tzinfo=None), zone)
    if local.fold == 0:
        assert back == instant
    else:
        assert timedelta(0) < instant - back <= timedelta(hours=24)


@pytest.mark.parametrize(
    ("local", "zone", "instant"),
    [
        ("2024-06-01T12:00:00.999", "America/New_York", "2024-06-01T16:00:01+00:00"),
        # The end of the missing hour is moved forward with its start, and of the hour that comes twice the first ends.
        ("2024-03-10T02:59:59.999", "America/New_York", "2024-03-10T08:00:00+00:00"),
        ("2024-11-03T01:59:59.999", "America/New_York", "2024-11-03T06:00:00+00:00"),
        # The last hour of this day comes twice, and all of it is the day.
        ("2018-02-17T23:59:59.999", "America/Sao_Paulo", "2018-02-18T03:00:00+00:00"),
        ("9999-12-31T23:59:59.999", "UTC", "9999-12-31T23:59:59.999999+00:00"),
    ],
)
def test_a_last_millisecond_is_over(local, zone, instant):
    assert utc_end(datetime.fromisoformat(local), zone) == datetime.fromisoformat(instant)
