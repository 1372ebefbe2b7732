"""Intervals of refresh keys: `1 hour`, or a cron text with equal intervals."""

import re

SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}
EVERY = re.compile(r"\s*(\d+)\s+(second|minute|hour|day|week)s?\s*")
CRON = re.compile(r"\s*\S+(\s+\S+){4,5}\s*")


def every_seconds(text: str) -> float | None:
    """The seconds of `n unit`; None for anything else."""
    match = EVERY.fullmatch(text)
    if match is None or int(match[1]) == 0:
        return None
    return float(int(match[1]) * SECONDS[match[2]])


def is_cron(text: str) -> bool:
    return CRON.fullmatch(text) is not None
