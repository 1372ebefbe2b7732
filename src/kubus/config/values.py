"""The values of settings: how text becomes what it means. Each raises ValueError with what is wrong."""

import re
from datetime import timedelta

DURATION = re.compile(r"(\d+)(s|m|h)?")
SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(b|kb|mb|gb)?", re.IGNORECASE)
SECONDS = {None: 1, "s": 1, "m": 60, "h": 3600}
BYTES = {None: 1, "b": 1, "kb": 1024, "mb": 1024**2, "gb": 1024**3}


def text(value: str) -> str:
    return value


def boolean(value: str) -> bool:
    if value.lower() not in ("true", "false"):
        raise ValueError(f'"{value}" must be true or false')
    return value.lower() == "true"


def whole(value: str) -> int:
    if not re.fullmatch(r"\d{1,12}", value):
        raise ValueError(f'"{value}" must be a whole number that is not negative')
    return int(value)


def port(value: str) -> int:
    number = whole(value)
    if number > 65_535:
        raise ValueError(f'"{value}" must be a port between 0 and 65535')
    return number


def duration(value: str) -> timedelta:
    """Whole seconds, or `30s`, `5m`, `1h`."""
    match = DURATION.fullmatch(value.strip())
    if match is None:
        raise ValueError(f'"{value}" must be a number in seconds or duration string (1s, 1m, 1h)')
    return timedelta(seconds=int(match[1]) * SECONDS[match[2]])


def size(value: str) -> int:
    """Bytes, or `100kb`, `50mb`, `1gb`."""
    match = SIZE.fullmatch(value.strip())
    if match is None:
        raise ValueError(f'"{value}" must be a number of bytes, or such as 100kb or 50mb')
    return int(float(match[1]) * BYTES[match[2].lower() if match[2] else None])


def names(value: str) -> tuple[str, ...]:
    """A comma list, trimmed; the empty text is the empty list."""
    return tuple(part for item in value.split(",") if (part := item.strip()))


def one_of(*allowed: str):
    def read(value: str) -> str:
        if value.lower() not in allowed:
            raise ValueError(f'"{value}" must be one of {", ".join(allowed)}')
        return value.lower()

    return read
