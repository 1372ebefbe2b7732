"""Refresh keys that change with the clock: when kept answers of a cube are stale."""

from datetime import UTC, datetime

import pytest

from kubus.errors import ModelError
from kubus.execution.refresh_key import fresh_span, refresh_intervals
from kubus.loading.load import load_files


def span(key: str, now: str) -> tuple[str, str]:
    """From when until when an answer is fresh that is read at a UTC time."""
    files = {"m.yml": f"cubes: [{{name: a, sql_table: t, refresh_key: {key}}}]"}
    cube = load_files(files, {"default": "duckdb"}).cubes["a"]
    found = fresh_span(refresh_intervals([cube]), datetime.fromisoformat(now).replace(tzinfo=UTC).timestamp())
    since, until = (datetime.fromtimestamp(second, UTC).isoformat(sep=" ")[:19] for second in found)
    return since, until


@pytest.mark.parametrize(
    ("key", "now", "since", "until"),
    [
        ("{every: 5 minute}", "2024-03-06 10:07:30", "2024-03-06 10:05:00", "2024-03-06 10:10:00"),
        ("{every: '0 * * * *'}", "2024-03-06 10:07:30", "2024-03-06 10:00:00", "2024-03-06 11:00:00"),
        ("{every: '*/20 * * * *'}", "2024-03-06 10:47:30", "2024-03-06 10:40:00", "2024-03-06 11:00:00"),
        ("{every: '5,25,45 * * * *'}", "2024-03-06 10:47:30", "2024-03-06 10:45:00", "2024-03-06 11:05:00"),
        ("{every: '30 */6 * * *'}", "2024-03-06 10:47:30", "2024-03-06 06:30:00", "2024-03-06 12:30:00"),
        ("{every: '15 30 1 * * *'}", "2024-03-06 01:30:14", "2024-03-05 01:30:15", "2024-03-06 01:30:15"),
        # The 6th of March 2024 is a Wednesday.
        ("{every: '0 1 * * 1'}", "2024-03-06 10:00:00", "2024-03-04 01:00:00", "2024-03-11 01:00:00"),
        ("{every: '0 1 * * SUN'}", "2024-03-06 10:00:00", "2024-03-03 01:00:00", "2024-03-10 01:00:00"),
        ("{every: '0 1 * * 7'}", "2024-03-06 10:00:00", "2024-03-03 01:00:00", "2024-03-10 01:00:00"),
        ("{every: '0 1 * * *', timezone: Europe/Oslo}", "2024-03-06 10:00:00", "2024-03-06 00:00:00", "2024-03-07 00:00:00"),
        ("{every: '0 1 * * *', timezone: europe/oslo}", "2024-07-06 10:00:00", "2024-07-05 23:00:00", "2024-07-06 23:00:00"),
    ],
)  # fmt: skip
def test_an_answer_is_fresh_within_an_interval(key: str, now: str, since: str, until: str) -> None:
    assert span(key, now) == (since, until)


@pytest.mark.parametrize(
    ("key", "message"),
    [
        (
            "{every: '0 0 1 * *'}",
            "Your cron string ('0 0 1 * *') is correct, but we support only equal time intervals.",
        ),
        ("{every: '*/7 * * * *'}", "only equal time intervals"),
        ("{every: '0 0 * * 1-5'}", "only equal time intervals"),
        ("{every: '61 * * * *'}", "Invalid cron string '61 * * * *' in refreshKey"),
        ("{every: 'a b c d e'}", "Invalid cron string 'a b c d e' in refreshKey"),
        ("{every: '*/0 * * * *'}", "Invalid cron string"),
        ("{every: '0 1 * * *', timezone: Mars/Base}", "must be a valid IANA time zone"),
        ("{sql: SELECT 1, every: '0 * * * *'}", "does not go with sql"),
        ("{sql: SELECT 1, timezone: UTC}", "not with sql"),
        ("{every: 1 month}", "does not match: n second|minute|hour|day|week"),
    ],
)
def test_what_is_no_interval_is_told(key: str, message: str) -> None:
    with pytest.raises(ModelError) as caught:
        span(key, "2024-03-06 10:00:00")
    assert message in str(caught.value)
