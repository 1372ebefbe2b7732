"""A cache that is bounded in entries and in bytes."""

from collections import OrderedDict
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Bounded(Generic[K, V]):
    """Values by key; what was not asked for longest makes room first. Not for use from several threads."""

    def __init__(self, max_entries: int, max_bytes: int) -> None:
        self._max_entries = max_entries
        self._max_bytes = max_bytes
        self._bytes = 0
        self._held: OrderedDict[K, tuple[V, int]] = OrderedDict()

    def get(self, key: K) -> V | None:
        """The value, or None."""
        found = self._held.get(key)
        if found is None:
            return None
        self._held.move_to_end(key)
        return found[0]

    def put(self, key: K, value: V, size: int) -> None:
        """Hold a value that takes about `size` bytes; one larger than an eighth of the whole is not held."""
        self.drop(key)
        if size > self._max_bytes // 8 or self._max_entries < 1:
            return
        self._held[key] = (value, size)
        self._bytes += size
        while self._bytes > self._max_bytes or len(self._held) > self._max_entries:
            _, (_, freed) = self._held.popitem(last=False)
            self._bytes -= freed

    def drop(self, key: K) -> None:
        """Forget a value, if it is there."""
        found = self._held.pop(key, None)
        if found is not None:
            self._bytes -= found[1]

    def __len__(self) -> int:
        return len(self._held)

    @property
    def size(self) -> int:
        """Bytes held, as their owners counted them."""
        return self._bytes
