"""A round: one random model, several data sets for it and several queries on it. Each query on each data set is a
triple, and an example of its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.properties.choices import Choices, apart, pick
from tests.properties.example import Cube, Example
from tests.properties.models import random_shape
from tests.properties.queries import random_query

DATA_SETS = 16
QUERIES = 8


@dataclass(frozen=True, slots=True)
class Round:
    """`data` are the same cubes with other rows."""

    data: tuple[tuple[Cube, ...], ...]
    queries: tuple[dict[str, Any], ...]

    def example(self, data_set: int, query: int) -> Example:
        return Example(self.data[data_set], self.queries[query])

    def examples(self) -> Iterator[Example]:
        for data_set in range(len(self.data)):
            for query in range(len(self.queries)):
                yield self.example(data_set, query)


def random_round(choices: Choices, data_sets: int = DATA_SETS, queries: int = QUERIES) -> Round:
    shape = random_shape(choices)
    data = tuple(shape.filled(apart(choices)) for _ in range(data_sets))
    # Bounds of a query are times of one data set, which the others have by chance.
    return Round(data, tuple(random_query(apart(choices), pick(choices, data)) for _ in range(queries)))
