"""How long a refresh key holds that changes with the clock."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RefreshInterval:
    """Equal spans of so many seconds, counted from 1970 on the wall of a zone, and `offset` seconds later."""

    seconds: float
    offset: float = 0.0
    timezone: str = "UTC"
