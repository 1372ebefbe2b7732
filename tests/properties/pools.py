"""The values that tables and filters are made of: few, so that they meet, and each awkward in some way."""

# ruff: noqa: DTZ001 - wall times and UTC instants have no zone here

from datetime import datetime, timedelta
from decimal import Decimal

from tests.properties.choices import Choices, chance, pick
from tests.properties.example import ColumnKind, Value

TEXTS = ("a", "A", "b", "", "Ab", "a%b", "a_b", "a\\b", "50%", "O'Hara", "é", "É", " a", "100", "null", "true", "ab")
FRAGMENTS = ("a", "A", "b", "", "%", "_", "\\", "a%", "a_b", "\\b", "0%", "'", "é", "É", "l", "10")
INTEGERS = (1, 0, 2, 3, -1, -3, 7, 10)
DECIMALS = tuple(Decimal(text) for text in ("1.00", "0.00", "1.10", "0.10", "0.20", "-2.50", "99.99", "3.00"))

DAYS = (
    datetime(2024, 1, 1),
    datetime(2024, 2, 29),
    datetime(2024, 3, 10),  # New York, 23 hours
    datetime(2024, 3, 31),  # Berlin, 23 hours
    datetime(2024, 4, 7),  # Lord Howe, 24.5 hours; Santiago, after a day with two last hours
    datetime(2024, 9, 8),  # Santiago, 23 hours, without a midnight
    datetime(2024, 10, 6),  # Lord Howe, 23.5 hours
    datetime(2024, 10, 27),  # Berlin, 25 hours
    datetime(2024, 11, 3),  # New York, 25 hours
    datetime(2023, 12, 31),
)
# Places in a day: its borders in several zones, the hours of the changes, and the last millisecond.
MOMENTS = (
    timedelta(),
    timedelta(hours=12),
    timedelta(hours=1, minutes=30),
    timedelta(hours=2),
    timedelta(hours=4),
    timedelta(hours=3, minutes=30),
    timedelta(hours=5),
    timedelta(hours=5, minutes=30),
    timedelta(hours=6, minutes=30),
    timedelta(hours=7),
    timedelta(hours=15, minutes=30),
    timedelta(hours=18, minutes=15),
    timedelta(hours=22, minutes=59, seconds=59, milliseconds=999, microseconds=500),
    timedelta(hours=23),
    timedelta(hours=23, minutes=59, seconds=59, milliseconds=999),
    timedelta(hours=23, minutes=59, seconds=59, milliseconds=999, microseconds=500),
    timedelta(hours=3, minutes=59, seconds=59, milliseconds=999, microseconds=1),
    timedelta(hours=1, minutes=59, seconds=59, milliseconds=999),
)
ZONES = ("UTC", "America/New_York", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Santiago")


def moment(choices: Choices) -> datetime:
    return pick(choices, DAYS) + pick(choices, MOMENTS)


def value(choices: Choices, kind: ColumnKind) -> Value:
    match kind:
        case "integer":
            return pick(choices, INTEGERS)
        case "decimal":
            return pick(choices, DECIMALS)
        case "string":
            return pick(choices, TEXTS)
        case "boolean":
            return chance(choices, 50)
        case "time":
            return moment(choices)
