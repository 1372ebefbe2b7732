"""Random examples: small models with their rows, and queries on them. See `models.py` and `queries.py`."""

from hypothesis import strategies as st

from tests.properties.choices import Choices, Drawn
from tests.properties.example import Example
from tests.properties.grown import LEVELS, grown, random_views
from tests.properties.models import random_cubes
from tests.properties.queries import random_query


def random_example(choices: Choices, level: str = LEVELS[0]) -> Example:
    cubes = grown(choices, random_cubes(choices), level)
    views = () if level == LEVELS[0] else random_views(choices, cubes)
    return Example(cubes, random_query(choices, cubes, views), views)


@st.composite
def examples(draw: st.DrawFn, level: str = LEVELS[0]) -> Example:
    return random_example(Drawn(draw), level)
