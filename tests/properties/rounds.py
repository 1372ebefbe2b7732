"""A round: one random model, several data sets for it and several queries on it. Each query on each data set is a
triple, and an example of its own."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from tests.properties.choices import Choices, apart, pick
from tests.properties.example import Cube, Example, View
from tests.properties.grown import LEVELS, grown, random_views
from tests.properties.models import random_shape
from tests.properties.queries import random_query

DATA_SETS = 16
QUERIES = 8


@dataclass(frozen=True, slots=True)
class Round:
    """`data` are the same cubes with other rows."""

    data: tuple[tuple[Cube, ...], ...]
    queries: tuple[dict[str, Any], ...]
    views: tuple[View, ...] = ()

    def example(self, data_set: int, query: int) -> Example:
        return Example(self.data[data_set], self.queries[query], self.views)

    def examples(self) -> Iterator[Example]:
        for data_set in range(len(self.data)):
            for query in range(len(self.queries)):
                yield self.example(data_set, query)


def random_round(
    choices: Choices, level: str = LEVELS[-1], data_sets: int = DATA_SETS, queries: int = QUERIES
) -> Round:
    """A round whose model has what is in the language up to a level."""
    shape = random_shape(choices)
    cubes = grown(choices, shape.cubes, level)
    shape = replace(shape, cubes=cubes)
    views = () if level == "cubes" else random_views(apart(choices), cubes)
    data = tuple(shape.filled(apart(choices)) for _ in range(data_sets))
    # Bounds of a query are times of one data set, which the others have by chance.
    asked = tuple(random_query(apart(choices), pick(choices, data), views) for _ in range(queries))
    return Round(data, asked, views)
