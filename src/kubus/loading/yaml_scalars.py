"""What the scalars of YAML mean: as in YAML 1.2, where `yes`, `no` and `on` are texts.

Source: https://yaml.org/spec/1.2.2/#103-core-schema; dates as in https://yaml.org/type/timestamp.html
"""

import re
from datetime import UTC, datetime, timedelta, timezone

Scalar = str | int | float | bool | None

WORDS: dict[str, Scalar] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
TIME = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)"
    r"(?:(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.(\d*))?(?:[ \t]*(?:Z|([-+])(\d\d?)(?::?(\d\d))?))?)?"
)
# Only texts that begin like this can be anything but texts.
BEGINNINGS = frozenset("0123456789+-.~ntfNTF")

PREFIX = "tag:yaml.org,2002:"


def scalar_of(text: str, tag: str | None, *, is_plain: bool) -> Scalar:
    """The value of a scalar. `is_plain` says that it stands without quotes. A date is a text: its instant in ISO form.

    Raises:
        ValueError: the tag is none of YAML's own, or the text is not what it says.
    """
    if tag is None or tag == "!":
        return plain_of(text) if is_plain and tag is None else text
    kind = tag.removeprefix(PREFIX)
    if kind == "str":
        return text
    if kind not in {"int", "float", "bool", "null", "timestamp"}:
        raise ValueError(f"the tag {tag} is not supported")
    value = plain_of(text)
    matches = {
        "int": isinstance(value, int) and not isinstance(value, bool),
        "float": isinstance(value, float | int) and not isinstance(value, bool),
        "bool": isinstance(value, bool),
        "null": value is None,
        "timestamp": TIME.fullmatch(text) is not None,
    }
    if not matches[kind]:
        raise ValueError(f"'{text[:60]}' is no {kind}")
    return float(value) if kind == "float" and isinstance(value, int) else value


def plain_of(text: str) -> Scalar:
    if text in WORDS:
        return WORDS[text]
    if text[0] not in BEGINNINGS:
        return text
    if INTEGER.fullmatch(text):
        return integer(text)
    if FLOAT.fullmatch(text):
        return float(text)
    if NOT_FINITE.fullmatch(text):
        return float(text.replace(".", "", 1))
    time = TIME.fullmatch(text)
    return text if time is None else instant(text, time)


def integer(text: str) -> int | float:
    """An integer, or the nearest float to one that 64 bits do not hold: JSON's readers know no others."""
    base = {"0o": 8, "0x": 16}.get(text[:2], 10)
    if base == 10 and len(text) > 18:
        return float(text) if abs(float(text)) >= 2**63 else int(text)
    number = int(text[2:] if base != 10 else text, base)
    return number if abs(number) < 2**63 else float(number)


def instant(text: str, time: re.Match[str]) -> str:
    year, month, day, hour, minute, second, fraction, sign, off_hours, off_minutes = time.groups()
    try:
        offset = timedelta(hours=int(off_hours or 0), minutes=int(off_minutes or 0))
        zone = timezone(-offset if sign == "-" else offset)
        microsecond = int((fraction or "0")[:3].ljust(3, "0")) * 1000
        midnight = datetime(int(year), int(month), int(day), tzinfo=zone)
        moment = midnight.replace(
            hour=int(hour or 0), minute=int(minute or 0), second=int(second or 0), microsecond=microsecond
        ).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"'{text}' is no date: {error}") from error
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
