"""Rows as JSON, in the three response formats."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import starmap
from operator import itemgetter
from typing import Any, cast

import msgspec

from kubus.query.query import ResponseFormat
from kubus.sql.statement import Column

Row = tuple[Any, ...]

# Rows encoded in one go: about a quarter of a megabyte of JSON, a millisecond of work.
PIECE = 2000

encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Layout:
    """The keys of a row in order, and the column of the statement that each is read from.

    `last` is a key and a value that every row of a comparison ends with.
    """

    keys: tuple[str, ...]
    sources: tuple[int, ...]
    last: tuple[str, str] | None = None

    @property
    def members(self) -> tuple[str, ...]:
        """The keys of a whole row."""
        return self.keys if self.last is None else (*self.keys, self.last[0])


@lru_cache(maxsize=1024)
def layout(columns: tuple[Column, ...], *, blended: bool = False, compared: str | None = None) -> Layout:
    """The layout of rows with these columns.

    Old clients read a time dimension under its bare name: `orders.created_at` is there beside
    `orders.created_at.month`, with the value of the finest granularity that was asked for, unless it is a dimension
    of the query itself. Rows of a blended query repeat their first time as `time.<granularity>`; rows of a comparison
    say in `compareDateRange` which range they belong to.
    """
    dimensions = {column.member for column in columns if column.kind == "dimension"}
    finest: dict[str, tuple[float, int]] = {}
    for index, column in enumerate(columns):
        if column.granularity is not None and column.member not in dimensions:
            candidate = (column.seconds, index)
            finest[column.member] = min(candidate, finest.get(column.member, candidate))
    sources: dict[str, int] = {}
    for index, column in enumerate(columns):
        sources.setdefault(column.key, index)
        if column.granularity is not None and column.member in finest:
            sources.setdefault(column.member, finest[column.member][1])
    if blended:
        for index, column in enumerate(columns):
            if column.granularity is not None:
                sources[f"time.{column.granularity}"] = index
                break
    last = None if compared is None else ("compareDateRange", compared)
    return Layout(tuple(sources), tuple(sources.values()), last)


def encode_rows(shape: Layout, rows: Sequence[Row], response_format: ResponseFormat) -> Iterator[bytes]:
    """The `data` of an answer, in pieces that make up one JSON document. Each piece is quick to make."""
    match response_format:
        case "default":
            return objects(shape, rows)
        case "compact":
            return lists(shape, rows)
        case "columnar":
            return columns(shape, rows)


def objects(shape: Layout, rows: Sequence[Row]) -> Iterator[bytes]:
    """An array of objects, keyed by member."""
    return array(object_encoder(shape, len(rows[0]) if rows else 0), rows)


def lists(shape: Layout, rows: Sequence[Row]) -> Iterator[bytes]:
    """The keys once, and an array of arrays. Both are empty when there are no rows."""
    yield b'{"members":' + encode(shape.members if rows else ()) + b',"dataset":'
    yield from array(list_encoder(shape, len(rows[0]) if rows else 0), rows)
    yield b"}"


def object_encoder(shape: Layout, width: int) -> Callable[[Sequence[Row]], bytes]:
    """What makes an array of objects of rows of so many columns."""
    make = row_type(shape.keys, shape.last)
    pick = picker(shape, width)
    return lambda part: encode(list(starmap(make, part if pick is None else map(pick, part))))


def list_encoder(shape: Layout, width: int) -> Callable[[Sequence[Row]], bytes]:
    """What makes an array of arrays of rows of so many columns."""
    pick = picker(shape, width)
    tail = () if shape.last is None else (shape.last[1],)

    def part_bytes(part: Sequence[Row]) -> bytes:
        picked = part if pick is None else list(map(pick, part))
        return encode([row + tail for row in picked] if tail else picked)

    return part_bytes


def columns(shape: Layout, rows: Sequence[Row]) -> Iterator[bytes]:
    """The keys once, and an array of values for each. Both are empty when there are no rows."""
    yield b'{"members":' + encode(shape.members if rows else ()) + b',"columns":['
    if rows:
        for number, source in enumerate(shape.sources):
            value = itemgetter(source)
            if number:
                yield b","
            yield from array(lambda part, value=value: encode(list(map(value, part))), rows)
        if shape.last is not None:
            text = shape.last[1]
            yield b"," if shape.sources else b""
            yield from array(lambda part: encode([text] * len(part)), rows)
    yield b"]}"


def array(part_bytes: Callable[[Sequence[Row]], bytes], rows: Sequence[Row]) -> Iterator[bytes]:
    """One JSON array, from the arrays that `part_bytes` makes of parts of the rows."""
    if len(rows) <= PIECE:
        yield part_bytes(rows)
        return
    for start in range(0, len(rows), PIECE):
        part = part_bytes(rows[start : start + PIECE])
        is_last = start + PIECE >= len(rows)
        yield (b"[" if start == 0 else b",") + part[1:-1] + (b"]" if is_last else b"")


def picker(shape: Layout, width_of_rows: int) -> Callable[[Row], Row] | None:
    """What makes a row of the layout from a row of the statement; None where they are the same."""
    sources = shape.sources
    if sources == tuple(range(width_of_rows)):
        return None
    if len(sources) == 1:
        only = sources[0]
        return lambda row: (row[only],)
    # With two numbers or more an itemgetter gives a tuple, which its type does not tell.
    return cast("Callable[[Row], Row]", itemgetter(*sources))


@lru_cache(maxsize=512)
def row_type(keys: tuple[str, ...], last: tuple[str, str] | None) -> Callable[..., msgspec.Struct]:
    """A struct with these keys: it encodes three times as fast as a dict does."""
    names = [f"field_{number}" for number in range(len(keys))]
    fields: list[Any] = [(name, Any) for name in names]
    rename = dict(zip(names, keys, strict=True))
    if last is not None:
        fields.append(("last", str, last[1]))
        rename["last"] = last[0]
    return msgspec.defstruct("Row", fields, rename=rename, gc=False)
