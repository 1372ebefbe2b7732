"""Rows as JSON while they are read: byte for byte what `encode_rows` makes of all of them."""

from collections.abc import AsyncGenerator, AsyncIterable, Sequence

from kubus.api.wire.answer import PIECE, Layout, Row, encode, list_encoder, object_encoder
from kubus.query.query import ResponseFormat


def can_be_long(response_format: ResponseFormat) -> bool:
    """Whether rows can be encoded while they are read. A column is done only when the last row is there."""
    return response_format != "columnar"


async def encode_batches(
    shape: Layout, first: Sequence[Row], rest: AsyncIterable[Sequence[Row]], response_format: ResponseFormat
) -> AsyncGenerator[bytes]:
    """The `data` of an answer, in pieces: of `first`, of which there is at least one row, then of the rest."""
    opening, closing = b"[", b"]"
    if response_format == "compact":
        opening, closing = b'{"members":%b,"dataset":[' % encode(shape.members), b"]}"
    make = list_encoder if response_format == "compact" else object_encoder
    part_bytes = make(shape, len(first[0]))
    for start in range(0, len(first), PIECE):
        yield (b"," if start else opening) + part_bytes(first[start : start + PIECE])[1:-1]
    del first
    async for batch in rest:
        yield b"," + part_bytes(batch)[1:-1]
    yield closing
