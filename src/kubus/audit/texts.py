"""What goes into records, as JSON."""

import json
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec

encode = msgspec.json.Encoder(order="deterministic").encode


def as_json(value: Any) -> bytes:
    """A JSON value as JSON, its keys in order."""
    try:
        return encode(value)
    except UnicodeEncodeError:
        # Half a character, which UTF-8 cannot say.
        return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


def instant(seconds: float) -> str:
    """Seconds since 1970 as `2026-01-31T12:00:00.123456Z`."""
    whole, microseconds = divmod(round(seconds * 1_000_000), 1_000_000)
    return f"{second_text(whole)}.{microseconds:06}Z"


@lru_cache(maxsize=16)
def second_text(whole: int) -> str:
    return datetime.fromtimestamp(whole, UTC).replace(tzinfo=None).isoformat()
