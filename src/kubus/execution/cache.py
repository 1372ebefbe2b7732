"""Answers kept in memory, bounded in bytes, the least recently used given up first."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from kubus.execution.answer import Answer


class AnswerKey:
    """What identifies an answer: everything that was sent to the database to make it, and how long it may be kept.

    Hashed once: kept answers are looked up for every request, and the texts and values of a statement are long.
    """

    __slots__ = ("_hash", "parts")

    def __init__(self, *parts: object) -> None:
        self.parts = parts
        self._hash = hash(parts)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, AnswerKey) and self.parts == other.parts)


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer, from when until when it is fresh, in seconds since 1970, and about how many bytes it takes."""

    answer: Answer
    since: float
    until: float
    size: int


class AnswerCache:
    """The answers of one process.

    `given_up` counts those that made room for others, `too_large` those that were not kept for their size.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self.given_up = 0
        self.too_large = 0
        self._kept: OrderedDict[AnswerKey, Kept] = OrderedDict()

    @property
    def answers(self) -> int:
        """How many are kept."""
        return len(self._kept)

    @property
    def size(self) -> int:
        """How many bytes the kept answers take, as `size_of` counts them."""
        return self._bytes

    @property
    def most(self) -> int:
        """How many bytes they may take."""
        return self._max_bytes

    @property
    def largest(self) -> int:
        """How many bytes an answer may take to be kept, as `size_of` counts them."""
        return self._max_bytes // 8

    def get(self, key: AnswerKey) -> Kept | None:
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
        return kept

    def put(self, key: AnswerKey, answer: Answer, span: tuple[float, float]) -> None:
        """Keep an answer; one that is larger than an eighth of the whole is not kept."""
        size = size_of(answer.rows.values)
        self.drop(key)
        if size > self.largest:
            self.too_large += 1
            return
        self._kept[key] = Kept(answer, *span, size)
        self._bytes += size
        while self._bytes > self._max_bytes:
            _, given_up = self._kept.popitem(last=False)
            self._bytes -= given_up.size
            self.given_up += 1

    def renew(self, key: AnswerKey, until: float) -> None:
        """Let a kept answer be fresh until another time."""
        kept = self._kept.get(key)
        if kept is not None:
            self._kept[key] = replace(kept, until=until)

    def drop(self, key: AnswerKey) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._bytes -= kept.size

    def clear(self) -> None:
        self._kept.clear()
        self._bytes = 0


def size_of(rows: Sequence[tuple[Any, ...]]) -> int:
    """About how many bytes rows take, with the encoded answers that will be made of them."""
    size = 1_000
    for row in rows:
        size += 100
        for value in row:
            size += 160 + 2 * len(value) if isinstance(value, str) else 60
    return size
