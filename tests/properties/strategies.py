"""Random examples: small models with their rows, and queries on them. See `models.py` and `queries.py`."""

from hypothesis import strategies as st

from tests.properties.choices import Choices, Drawn
from tests.properties.example import Example
from tests.properties.models import random_cubes
from tests.properties.queries import random_query


def random_example(choices: Choices) -> Example:
    cubes = random_cubes(choices)
    return Example(cubes, random_query(choices, cubes))


@st.composite
def examples(draw: st.DrawFn) -> Example:
    return random_example(Drawn(draw))
