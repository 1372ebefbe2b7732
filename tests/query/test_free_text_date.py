"""Dates in English words."""
# ruff: noqa: DTZ001 - wall time has no zone

import subprocess
import sys
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubus.query.free_text_date import find_dates

# A Monday.
NOW = datetime(2026, 11, 23, 7, 57, 12)


def found(text, now=NOW):
    return [mention.moment.date().isoformat() for mention in find_dates(text, now)]


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("october 5 2024", ["2024-10-05"]),
        ("saturday, october 5th, 2024", ["2024-10-05"]),
        ("5 october 2024", ["2024-10-05"]),
        ("5th of june 2024", ["2024-06-05"]),
        ("12/25/2024", ["2024-12-25"]),
        ("2024/12/25", ["2024-12-25"]),
        ("2024-12-25t10:30", ["2024-12-25"]),
        ("the report of march 3, 2024, please", ["2024-03-03"]),
        ("sept 2023", ["2023-09-01"]),
        ("jan 5 until jan 7 2024", ["2024-01-05", "2024-01-07"]),
        ("2024-01-05 - 2024-01-07", ["2024-01-05", "2024-01-07"]),
    ],
)
def test_calendar_dates(text, dates):
    assert found(text) == dates


@pytest.mark.parametrize(
    ("text", "date"), [("jan 5", "2027-01-05"), ("december 25", "2026-12-25"), ("june", "2026-06-01")]
)
def test_a_date_without_a_year_is_the_closest(text, date):
    assert found(text) == [date]


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("monday", "2026-11-23"),
        ("thursday", "2026-11-26"),
        ("friday", "2026-11-20"),
        ("last monday", "2026-11-16"),
        ("past friday", "2026-11-20"),
        ("this friday", "2026-11-27"),
        ("next friday", "2026-12-04"),
        ("next monday", "2026-11-30"),
    ],
)
def test_weekdays(text, date):
    assert found(text) == [date]


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("3 weeks ago", "2026-11-02"),
        ("a month ago", "2026-10-23"),
        ("1 year and 2 months ago", "2025-09-23"),
        ("a couple of days from now", "2026-11-25"),
        ("in two quarters", "2027-05-23"),
        ("within 5 days", "2026-11-28"),
        ("+3 days", "2026-11-26"),
        ("- 3 days", "2026-11-20"),
        ("past year", "2025-11-23"),
        ("1.5 days ago", "2026-11-21"),
        ("last night", "2026-11-22"),
        ("tonight", "2026-11-23"),
    ],
)
def test_moved_from_now(text, date):
    assert found(text) == [date]


@pytest.mark.parametrize(
    "text",
    [*("", "7 days", "2024", "2024-01", "february 30 2024", "12/45/2024", "2024-13-01", "13:00", "5"), "ago" * 60],
)
def test_no_date(text):
    assert found(text) == []


@settings(deadline=None)
@given(st.text(alphabet="abdfghjmnorstuvy0123456789 -/,.'", max_size=220))
def test_any_text_is_read_or_passed_over(text):
    for mention in find_dates(text, NOW):
        assert mention.begins < mention.ends


def test_most_servers_never_import_the_slow_library():
    code = (
        "import sys; from datetime import datetime; from kubus.query.date_range import resolve_range as r;"
        "now = datetime(2026, 11, 23);"
        "[r(t, now) for t in ('last 7 days', '2 days ago', 'now', '2024-01-01', 'from 3 hours ago to now')];"
        "sys.exit('dateparser' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
