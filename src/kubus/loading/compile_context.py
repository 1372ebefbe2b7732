"""What templates read as COMPILE_CONTEXT, noted, so that a model serves all for whom it would be the same.

A model is made from its texts and from what its templates read of who asks. Whoever has the same values there would
get the same model, and nobody else is given it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from kubus.loading.template_context import key_of

# The steps to a value, and the value, so that equal ones are equal and no others. A step that leads nowhere has None.
Reads = Mapping[tuple[str, ...], object]

MISSING = ("nothing there",)


class CompileContext(Mapping[str, Any]):
    """The values of one compilation. `reads` has what was read of them so far."""

    def __init__(
        self, values: Mapping[str, Any], path: tuple[str, ...] = (), reads: dict[tuple[str, ...], object] | None = None
    ) -> None:
        self._values = values
        self._path = path
        self.reads: dict[tuple[str, ...], object] = {} if reads is None else reads

    def whole(self) -> Mapping[str, Any]:
        """All of it at once, for what looks into it unseen."""
        self.reads[self._path] = told(self._values)
        return self._values

    def __getitem__(self, key: str) -> Any:
        path = (*self._path, key)
        if key not in self._values:
            self.reads[path] = MISSING
            raise KeyError(key)
        value = self._values[key]
        if isinstance(value, Mapping):
            return CompileContext(cast("Mapping[str, Any]", value), path, self.reads)
        self.reads[path] = told(value)
        return value

    def __contains__(self, key: object) -> bool:
        try:
            self[str(key)]
        except KeyError:
            return False
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(self.whole())

    def __len__(self) -> int:
        return len(self.whole())

    def __eq__(self, other: object) -> bool:
        return self.whole() == (other.whole() if isinstance(other, CompileContext) else other)

    def __hash__(self) -> int:
        return id(self)

    def __str__(self) -> str:
        return str(self.whole())

    __repr__ = __str__


def fits(reads: Reads, values: Mapping[str, Any]) -> bool:
    """Whether templates that read this would have read the same of these values."""
    return all(told_at(values, path) == value for path, value in reads.items())


def told_at(values: Mapping[str, Any], path: tuple[str, ...]) -> object:
    here: object = values
    for step in path:
        if not isinstance(here, Mapping):
            return MISSING
        inside = cast("Mapping[str, object]", here)
        if step not in inside:
            return MISSING
        here = inside[step]
    return told(here)


def told(value: object) -> object:
    """A value so that others are not equal to it: 1 is not true. What cannot be told apart is equal to nothing."""
    known = key_of(value)
    return object() if known is None else known
