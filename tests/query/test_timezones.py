"""Names of time zones."""

import pytest

from kubus.errors import QueryError
from kubus.query.timezones import canonical_timezone


@pytest.mark.parametrize(
    ("given", "canonical"),
    [
        ("UTC", "UTC"),
        ("utc", "UTC"),
        ("america/new_york", "America/New_York"),
        ("EST", "EST"),
        ("Etc/GMT+5", "Etc/GMT+5"),
        ("ASIA/KATHMANDU", "Asia/Kathmandu"),
    ],
)
def test_names_are_found_in_any_case(given, canonical):
    assert canonical_timezone(given) == canonical


@pytest.mark.parametrize(
    "name", ["Mars/Olympus", "+03:00", "UTC'", "../etc/passwd", " UTC", "localtime", "Factory", "America", "İstanbul"]
)
def test_other_names_are_refused(name):
    with pytest.raises(QueryError) as caught:
        canonical_timezone(name)
    assert caught.value.wire_text == f'Invalid query format: "timezone" must be a valid IANA time zone, got "{name}"'
