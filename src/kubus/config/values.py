"""The values of settings: how text becomes what it means. Each raises ValueError with what the value must be."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from ipaddress import ip_network

DURATION = re.compile(r"(\d{1,9})(s|m|h)?", re.ASCII)
SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,9})?) ?(b|kb|mb|gb)?", re.ASCII | re.IGNORECASE)
NUMBER = re.compile(r"-?[0-9]{1,30}(?:\.[0-9]{1,20})?")
WHOLE = re.compile(r"\d{1,12}", re.ASCII)
SECONDS = {None: 1, "s": 1, "m": 60, "h": 3600}
BYTES = {None: 1, "b": 1, "kb": 1024, "mb": 1024**2, "gb": 1024**3}


def text(value: str) -> str:
    """The text as it stands."""
    return value


def boolean(value: str) -> bool:
    """Exactly `true` or `false`: a switch that is misread would be worse than one that is refused."""
    if value not in ("true", "false"):
        raise ValueError("true or false")
    return value == "true"


def boolean_text(value: str) -> str:
    """`true` or `false`, as it stands."""
    return "true" if boolean(value) else "false"


def number_text(value: str) -> str:
    """A number, as it stands."""
    if not NUMBER.fullmatch(value):
        raise ValueError("a number, such as 0 or -1.5")
    return value


def date_text(value: str) -> str:
    """A date or a time, as it stands."""
    try:
        datetime.fromisoformat(value)
    except ValueError as error:
        raise ValueError("a date or a time, such as 1970-01-01") from error
    return value


def whole(value: str) -> int:
    """A whole number from 0 up."""
    if not WHOLE.fullmatch(value):
        raise ValueError("a whole number that is not negative")
    return int(value)


def positive(value: str) -> int:
    """A whole number from 1 up."""
    if not WHOLE.fullmatch(value) or int(value) == 0:
        raise ValueError("a whole number above 0")
    return int(value)


def percent(value: str) -> int:
    """A whole number from 1 to 100."""
    if not WHOLE.fullmatch(value) or not 1 <= int(value) <= 100:
        raise ValueError("a whole number between 1 and 100")
    return int(value)


def port(value: str) -> int:
    """A port; 0 is any that is free."""
    if "/" in value:
        raise ValueError("a port; listening on a socket path is not supported yet")
    if not WHOLE.fullmatch(value) or int(value) > 65_535:
        raise ValueError("a port between 0 and 65535")
    return int(value)


def duration(value: str) -> timedelta:
    """Whole seconds, or `30s`, `5m`, `1h`."""
    match = DURATION.fullmatch(value)
    if match is None:
        raise ValueError("a number in seconds or duration string (1s, 1m, 1h)")
    return timedelta(seconds=int(match[1]) * SECONDS[match[2]])


def size(value: str) -> int:
    """Bytes, or `100kb`, `50mb`, `1gb`, by 1024."""
    match = SIZE.fullmatch(value)
    if match is None:
        raise ValueError("a number of bytes or size string (100kb, 50mb, 1gb)")
    return int(float(match[1]) * BYTES[match[2].lower() if match[2] else None])


def names(value: str) -> tuple[str, ...]:
    """A comma list, trimmed; the empty text is the empty list."""
    return tuple(part for item in value.split(",") if (part := item.strip()))


def networks(value: str) -> tuple[str, ...]:
    """Addresses and networks, in a list."""
    given = names(value)
    for one in given:
        try:
            ip_network(one, strict=False)
        except ValueError:
            raise ValueError("a list of addresses and networks, such as 10.0.0.0/8") from None
    return given


def one_of(*allowed: str) -> Callable[[str], str]:
    """One of these words, in any case."""

    def read(value: str) -> str:
        if value.lower() not in allowed:
            raise ValueError(f"one of {', '.join(allowed)}")
        return value.lower()

    return read


def some_of(*allowed: str) -> Callable[[str], tuple[str, ...]]:
    """Some of these names, in a list."""

    def read(value: str) -> tuple[str, ...]:
        given = names(value)
        if not set(given) <= set(allowed):
            raise ValueError(f"a list of {', '.join(allowed)}")
        return given

    return read
