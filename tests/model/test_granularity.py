"""Units of time on the wall."""
# ruff: noqa: DTZ001 - wall time has no zone

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubus.model.granularity import LAST_MILLISECOND, MILLISECOND, UNITS, add, end_of, rank, start_of

moments = st.datetimes(min_value=datetime(1800, 1, 1), max_value=datetime(2900, 1, 1))
units = st.sampled_from(UNITS)


@settings(deadline=None)
@given(moments, units)
def test_a_moment_lies_in_its_unit(moment, unit):
    assert start_of(moment, unit) <= moment < end_of(moment, unit) + MILLISECOND


@settings(deadline=None)
@given(moments, units)
def test_units_follow_each_other_without_a_gap(moment, unit):
    after = end_of(moment, unit) + MILLISECOND
    assert start_of(after, unit) == after
    assert start_of(after - timedelta(microseconds=1), unit) == start_of(moment, unit)


@settings(deadline=None)
@given(moments, units, st.integers(-500, 500))
def test_add_reaches_the_unit_so_many_further(moment, unit, count):
    steps = start_of(moment, unit)
    for _ in range(min(abs(count), 40)):
        steps = start_of(add(steps, 1 if count > 0 else -1, unit), unit)
    assert start_of(add(start_of(moment, unit), max(-40, min(40, count)), unit), unit) == steps


@pytest.mark.parametrize(
    ("moment", "count", "unit", "moved"),
    [
        ("2024-01-31", 1, "month", "2024-02-29"),
        ("2023-01-31", 1, "month", "2023-02-28"),
        ("2024-02-29", 1, "year", "2025-02-28"),
        ("2024-12-31", 1, "quarter", "2025-03-31"),
        ("2024-03-31", -1, "month", "2024-02-29"),
        ("2024-12-30", 1, "week", "2025-01-06"),
    ],
)
def test_a_day_that_the_month_lacks_becomes_its_last(moment, count, unit, moved):
    assert add(datetime.fromisoformat(moment), count, unit) == datetime.fromisoformat(moved)


def test_weeks_begin_on_monday():
    assert start_of(datetime(2025, 1, 5, 12), "week") == datetime(2024, 12, 30)


@pytest.mark.parametrize("unit", UNITS)
def test_the_last_year_has_an_end(unit):
    assert end_of(datetime(9999, 12, 31, 23, 59, 59, 999_999), unit) == LAST_MILLISECOND
    with pytest.raises(OverflowError):
        add(datetime(9999, 12, 31, 23, 59, 59), 1, unit)


def test_finest_first():
    assert sorted(["year", "second", "week"], key=rank) == ["second", "week", "year"]
