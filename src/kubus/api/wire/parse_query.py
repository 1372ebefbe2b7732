"""Queries from JSON. Every fault is told with the path to it, in the order and the words of Cube's own validation.

Source: https://cube.dev/docs/reference/rest-api/query-format
"""

import math
import re
from collections.abc import Callable
from typing import Any, TypeVar, get_args

import msgspec

from kubus.api.wire.malformed import as_array, as_object, malformed
from kubus.api.wire.parse_filter import parse_filters
from kubus.errors import QueryError, Unsupported
from kubus.query.query import (
    AskedQuery,
    AskedTimeDimension,
    CacheMode,
    Order,
    RangeText,
    ResponseFormat,
)
from kubus.query.quoted import shortened

T = TypeVar("T")

# A pattern, and how messages show it.
MEMBER = (re.compile(r"[a-zA-Z0-9_]+\.[a-zA-Z0-9_]+"), r"/^[a-zA-Z0-9_]+\.[a-zA-Z0-9_]+$/")
DIMENSION = (
    re.compile(r"[a-zA-Z0-9_]+\.[a-zA-Z0-9_]+(\.[a-zA-Z0-9_]+)?"),
    r"/^[a-zA-Z0-9_]+\.[a-zA-Z0-9_]+(\.[a-zA-Z0-9_]+)?$/",
)
ORDERED = (re.compile(r"[a-zA-Z0-9_]+(\.[a-zA-Z0-9_]+){0,2}"), r"/^[a-zA-Z0-9_]+(\.[a-zA-Z0-9_]+){0,2}$/")

DIRECTIONS = {"asc": False, "desc": True}
CACHE_MODES: tuple[CacheMode, ...] = get_args(CacheMode)
RESPONSE_FORMATS: tuple[ResponseFormat, ...] = get_args(ResponseFormat)
GRANULARITY_BYTES = 128

# Beyond this, JavaScript's numbers skip whole numbers.
MAX_SAFE = 2**53 - 1


def parse_query(raw: bytes | str) -> AskedQuery | tuple[AskedQuery, ...]:
    """The query in this JSON, or the queries of an array.

    Raises:
        QueryError: it is not JSON, or not the JSON of a query.
    """
    if raw in (b"", "", b"undefined", "undefined"):
        raise QueryError("Query param is required")
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise QueryError(f"Unable to decode query param as JSON, error: {error}") from error
    return asked_query(value)


def asked_query(value: object) -> AskedQuery | tuple[AskedQuery, ...]:
    """The query in this decoded JSON, or the queries of an array.

    Raises:
        QueryError: it is malformed.
    """
    several = as_array(value)
    if several is None:
        return parse_object(value)
    queries = tuple(parse_object(item) for item in several)
    if any(time.compare is not None for query in queries for time in query.time_dimensions or ()):
        raise QueryError("compareDateRange is not supported in an array of queries")
    return queries


def parse_object(value: object) -> AskedQuery:
    given = as_object(value)
    if given is None:
        raise malformed("", "must be of type object")
    refuse_two_comparisons(given)
    refuse_expressions(given)

    def read(key: str, parse: Callable[[object, str], T]) -> T | None:
        return parse(given[key], key) if key in given else None

    texts: list[tuple[str, str]] = []

    def read_boolean(key: str, field: str) -> bool | None:
        if key not in given:
            return None
        sent = given[key]
        if isinstance(sent, str):
            texts.append((field, sent))
        return boolean(sent, key)

    asked = AskedQuery(
        measures=read("measures", members),
        dimensions=read("dimensions", dimensions),
        filters=parse_filters(given["filters"]) if "filters" in given else None,
        time_dimensions=read("timeDimensions", time_dimensions),
        order=read("order", order),
        segments=read("segments", members),
        timezone=read("timezone", text),
        limit=read("limit", count),
        offset=read("offset", count),
        total=read_boolean("total", "total"),
        renew=read_boolean("renewQuery", "renew"),
        ungrouped=read_boolean("ungrouped", "ungrouped"),
        response_format=read("responseFormat", response_format),
        cache=read("cache", cache_mode),
        join_hints=read("joinHints", join_hints),
        texts=tuple(texts),
    )
    read("cacheMode", cache_mode)
    for key in given:
        if key not in KEYS:
            raise malformed(key, "is not allowed")
    if "maskedMembers" in given:
        raise QueryError("maskedMembers cannot be provided in the query")
    if read("subqueryJoins", array):
        raise Unsupported("subqueryJoins are not supported from the REST API")
    return asked


KEYS = frozenset(
    {
        "measures",
        "dimensions",
        "filters",
        "timeDimensions",
        "order",
        "segments",
        "timezone",
        "limit",
        "offset",
        "total",
        "renewQuery",
        "ungrouped",
        "responseFormat",
        "cache",
        "cacheMode",
        "joinHints",
        "subqueryJoins",
        "maskedMembers",
    }
)


# ── what is refused before anything else is looked at ──


def refuse_two_comparisons(given: dict[str, object]) -> None:
    times = map(as_object, as_array(given.get("timeDimensions")) or ())
    if sum(time is not None and time.get("compareDateRange") is not None for time in times) > 1:
        raise QueryError("compareDateRange can only exist for one timeDimension")


def refuse_expressions(given: dict[str, object]) -> None:
    """Member expressions are code, and are only for the SQL API: they are never looked into."""
    for key in ("measures", "dimensions", "segments"):
        if any(isinstance(item, str) and item.startswith("{") for item in as_array(given.get(key)) or ()):
            raise QueryError("Error: Expressions are not allowed in this context")


# ── lists of members ──


def members(value: object, label: str) -> tuple[str, ...]:
    return listed(value, label, MEMBER)


def dimensions(value: object, label: str) -> tuple[str, ...]:
    return listed(value, label, DIMENSION)


def listed(value: object, label: str, pattern: tuple[re.Pattern[str], str]) -> tuple[str, ...]:
    items = array(value, label)
    written = tuple(item for item in items if isinstance(item, str) and pattern[0].fullmatch(item))
    if len(written) == len(items):
        return written
    # Where the fault is, which is only looked for if there is one.
    return tuple(member(item, f"{label}[{number}]", pattern) for number, item in enumerate(items))


def member(value: object, label: str, pattern: tuple[re.Pattern[str], str]) -> str:
    if isinstance(value, dict):
        raise malformed(label, "does not match any of the allowed types")
    if not isinstance(value, str):
        raise malformed(label, "must be one of [string, object]")
    return name(value, label, pattern)


def name(value: object, label: str, pattern: tuple[re.Pattern[str], str]) -> str:
    written = text(value, label)
    if not pattern[0].fullmatch(written):
        raise malformed(label, f'with value "{shortened(written)}" fails to match the required pattern: {pattern[1]}')
    return written


# ── time dimensions ──


def time_dimensions(value: object, label: str) -> tuple[AskedTimeDimension, ...]:
    return tuple(time_dimension(item, f"{label}[{number}]") for number, item in enumerate(array(value, label)))


def time_dimension(value: object, label: str) -> AskedTimeDimension:
    given = as_object(value)
    if given is None:
        raise malformed(label, "must be of type object")
    if "dimension" not in given:
        raise malformed(f"{label}.dimension", "is required")
    dimension = name(given["dimension"], f"{label}.dimension", MEMBER)
    granularity = None if given.get("granularity") is None else granularity_name(given["granularity"], label)
    date_range = range_text(given["dateRange"], f"{label}.dateRange") if "dateRange" in given else None
    compare = compared(given["compareDateRange"], label) if "compareDateRange" in given else None
    for key in given:
        if key not in {"dimension", "granularity", "dateRange", "compareDateRange"}:
            raise malformed(f"{label}.{key}", "is not allowed")
    if date_range is not None and compare is not None:
        raise malformed(label, "contains a conflict between optional exclusive peers [dateRange, compareDateRange]")
    return AskedTimeDimension(dimension, granularity, date_range, compare)


def granularity_name(value: object, label: str) -> str:
    label = f"{label}.granularity"
    written = text(value, label)
    if len(written.encode("utf-8", "surrogatepass")) > GRANULARITY_BYTES:
        raise malformed(label, f"length must be less than or equal to {GRANULARITY_BYTES} characters long")
    return written


def range_text(value: object, label: str) -> RangeText:
    if isinstance(value, str):
        return text(value, label)
    ends = as_array(value)
    if ends is None:
        raise malformed(label, "must be one of [array, string]")
    written = tuple(text(end, f"{label}[{number}]") for number, end in enumerate(ends))
    if not written:
        raise malformed(label, "must contain at least 1 items")
    if len(written) > 2:
        raise malformed(label, "must contain less than or equal to 2 items")
    return written


def compared(value: object, label: str) -> tuple[RangeText, ...]:
    """The ranges of a comparison. Each is the `dateRange` of a query of its own, and its faults are told so."""
    ranges = array(value, f"{label}.compareDateRange")
    if not ranges:
        raise malformed(f"{label}.compareDateRange", "must contain at least 1 items")
    return tuple(range_text(one, f"{label}.dateRange") for one in ranges)


# ── order ──


def order(value: object, label: str) -> tuple[Order, ...]:
    by_member = as_object(value)
    if by_member is not None:
        return order_of_object(by_member, label)
    pairs = as_array(value)
    if pairs is None:
        raise malformed(label, "must be one of [object, array]")
    return tuple(order_of_pair(pair, f"{label}[{number}]") for number, pair in enumerate(pairs))


def order_of_object(given: dict[str, object], label: str) -> tuple[Order, ...]:
    for key, way in given.items():
        if ORDERED[0].fullmatch(key):
            direction(way, f"{label}.{key}")
    for key in given:
        if not ORDERED[0].fullmatch(key):
            raise malformed(f"{label}.{key}", "is not allowed")
    return tuple(Order(key, direction(way, label)) for key, way in given.items())


def order_of_pair(value: object, label: str) -> Order:
    pair = array(value, label)
    if len(pair) < 2:
        raise malformed(label, "must contain at least 2 items")
    ordered = Order(name(pair[0], f"{label}[0]", ORDERED), direction(pair[1], f"{label}[1]"))
    if len(pair) > 2:
        raise malformed(label, "must contain at most 2 items")
    return ordered


def direction(value: object, label: str) -> bool:
    """Whether it is descending."""
    descending = DIRECTIONS.get(value) if isinstance(value, str) else None
    if descending is None:
        raise malformed(label, "must be one of [asc, desc]")
    return descending


# ── single values ──


def text(value: object, label: str) -> str:
    if not isinstance(value, str):
        raise malformed(label, "must be a string")
    if not value:
        raise malformed(label, "is not allowed to be empty")
    return value


def count(value: object, label: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:  # noqa: PLR0124 - NaN
        raise malformed(label, "must be a number")
    if value in (math.inf, -math.inf):
        raise malformed(label, "cannot be infinity")
    if not -MAX_SAFE <= value <= MAX_SAFE:
        raise malformed(label, "must be a safe number")
    if value != int(value):
        raise malformed(label, "must be an integer")
    if value < 0:
        raise malformed(label, "must be greater than or equal to 0")
    return int(value)


def boolean(value: object, label: str) -> bool:
    """A boolean, or its name in any case, as Cube has it."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    raise malformed(label, "must be a boolean")


def response_format(value: object, label: str) -> ResponseFormat:
    return one_of(value, label, RESPONSE_FORMATS)


def cache_mode(value: object, label: str) -> CacheMode:
    return one_of(value, label, CACHE_MODES)


def one_of(value: object, label: str, allowed: tuple[T, ...]) -> T:
    for each in allowed:
        if value == each:
            return each
    raise malformed(label, f"must be one of [{', '.join(map(str, allowed))}]")


def join_hints(value: object, label: str) -> tuple[tuple[str, ...], ...]:
    return tuple(
        tuple(text(cube, f"{label}[{number}][{place}]") for place, cube in enumerate(array(hint, f"{label}[{number}]")))
        for number, hint in enumerate(array(value, label))
    )


def array(value: object, label: str) -> list[Any]:
    items = as_array(value)
    if items is None:
        raise malformed(label, "must be an array")
    return items
