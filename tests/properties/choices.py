"""What generators ask for: small choices, drawn by Hypothesis (which can shrink them) or by a seeded generator."""

import random
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Protocol, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


class Choices(Protocol):
    """The first item, the low end and "no" are the simple outcomes."""

    def integer(self, low: int, high: int) -> int: ...


class Drawn:
    """Choices made by Hypothesis."""

    def __init__(self, draw: Callable[[Any], Any]) -> None:
        self.draw = draw

    def integer(self, low: int, high: int) -> int:
        return self.draw(integers(low, high))


class Seeded:
    """Choices made by a seeded generator: quick, the same on every machine."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def integer(self, low: int, high: int) -> int:
        return self.random.randint(low, high)


@cache
def integers(low: int, high: int) -> st.SearchStrategy[int]:
    return st.integers(low, high)


def apart(choices: Choices) -> Choices:
    """Choices from a seed that these choices make: quicker, where Hypothesis need not shrink each of them."""
    return Seeded(choices.integer(0, 2**32))


def chance(choices: Choices, percent: int) -> bool:
    return choices.integer(0, 99) >= 100 - percent


def pick(choices: Choices, items: Sequence[T]) -> T:
    return items[choices.integer(0, len(items) - 1)]


def some(choices: Choices, items: Sequence[T], low: int, high: int) -> list[T]:
    """Between `low` and `high` different items, as far as there are so many, in a random order."""
    left = list(items)
    count = min(choices.integer(low, high), len(left))
    return [left.pop(choices.integer(0, len(left) - 1)) for _ in range(count)]
