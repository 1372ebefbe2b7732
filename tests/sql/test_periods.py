# ruff: noqa: DTZ001 - wall times
"""Periods of a model's own granularities: what databases compute is what counting from the origin gives."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import duckdb
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from kubus.dialects.registry import dialect
from kubus.model.custom_granularity import Grid
from kubus.model.granularity import add
from kubus.sql.periods import Periods
from tests.engines.postgres import Server

MOMENTS = st.datetimes(datetime(1960, 1, 1), datetime(2080, 1, 1)).map(lambda m: m.replace(microsecond=0))
FIXED = st.builds(Grid, MOMENTS, st.just(0), st.integers(1, 100 * 86_400))
MONTHS = st.builds(Grid, MOMENTS, st.integers(1, 30), st.just(0))
BOTH = st.builds(Grid, MOMENTS, st.integers(1, 30), st.integers(1, 40 * 86_400))
FIRST = st.builds(
    Grid, MOMENTS.map(lambda m: m.replace(day=1, hour=0, minute=0, second=0)), st.integers(1, 30), st.just(0)
)


def start(grid: Grid, number: int) -> datetime:
    return add(grid.origin, number * grid.months, "month") + timedelta(seconds=number * grid.seconds)


def number_of(grid: Grid, moment: datetime) -> int:
    """The period that holds a moment, found by halving."""
    low, high = (-3_000, 3_000) if grid.months else (-(10**12), 10**12)
    low = max(low, -int((grid.origin - datetime(1, 2, 1)).total_seconds() // (grid.months * 2_678_400 + grid.seconds)))
    high = min(
        high, int((datetime(9990, 1, 1) - grid.origin).total_seconds() // (grid.months * 2_678_400 + grid.seconds))
    )
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if start(grid, middle) <= moment else (low, middle)
    return low


@pytest.fixture(scope="module")
def connections(postgres: Server) -> Iterator[dict[str, object]]:
    with duckdb.connect() as one, psycopg.connect(postgres.url()) as other:
        yield {"duckdb": one, "postgres": other}


@settings(max_examples=200, deadline=None)
@given(grid=FIXED | MONTHS | BOTH | FIRST, moment=MOMENTS, near=st.booleans(), seconds=st.integers(-1, 1))
def test_the_period_of_a_moment(
    connections: dict[str, object], grid: Grid, moment: datetime, near: bool, seconds: int
) -> None:
    if near:
        # Borders are where it goes wrong.
        moment = start(grid, number_of(grid, moment)) + timedelta(seconds=seconds)
    number = number_of(grid, moment)
    expected = start(grid, number), start(grid, number + 1)
    for name, connection in connections.items():
        periods = Periods(dialect(name), "own", grid)
        wall = dialect(name).moment(moment)
        first = periods.start(wall)
        sql = exp.select(first, periods.following(dialect(name).moment(expected[0]))).sql(name)
        found = connection.execute(sql).fetchone()  # type: ignore[attr-defined]
        assert found == expected, (name, sql)


@settings(max_examples=60, deadline=None)
@given(grid=MONTHS | BOTH | FIRST, moment=MOMENTS, count=st.integers(0, 20))
def test_a_series_of_periods(connections: dict[str, object], grid: Grid, moment: datetime, count: int) -> None:
    number = number_of(grid, moment)
    expected = [start(grid, number + n) for n in range(count + 1)]
    for name, connection in connections.items():
        said = dialect(name)
        series = Periods(said, "own", grid).series(said.moment(moment), said.moment(expected[-1]))
        sql = exp.select(series).sql(name)
        found = [row[0] for row in connection.execute(sql).fetchall()]  # type: ignore[attr-defined]
        assert sorted(found) == expected, (name, sql)
