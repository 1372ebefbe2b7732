"""kubus answers what the naive evaluator answers, on DuckDB and on PostgreSQL."""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import HealthCheck, Phase, given, reject, settings

from tests.engines.postgres import Server
from tests.properties.ask import Engine
from tests.properties.choices import Seeded
from tests.properties.example import Example
from tests.properties.grown import LEVELS
from tests.properties.naive import Undecided
from tests.properties.rounds import random_round
from tests.properties.shrink import smallest
from tests.properties.strategies import examples
from tests.properties.tables import DuckTables, PostgresTables, Tables
from tests.properties.verdict import fault, judged, kind_of, report

ROUNDS = int(os.environ.get("KUBUS_ROUNDS", "45"))
COUNT = int(os.environ.get("KUBUS_EXAMPLES", "200"))
# Of what is undecided nothing is proven.
MOST_UNDECIDED = 0.03


@pytest.fixture(scope="module")
def tables(postgres: Server) -> Iterator[tuple[Tables, ...]]:
    with closing(DuckTables()) as duck, closing(PostgresTables(postgres.url())) as of_postgres:
        yield (duck, of_postgres)


def test_each_triple_of_many_rounds(engines: tuple[Engine, ...], tables: tuple[Tables, ...]):
    """The same triples for everybody, more than 5,000; run_many.py looks for new ones."""
    outcomes = Counter[str]()
    for seed in range(ROUNDS):
        asked = random_round(Seeded(seed))
        for found in judged(asked, engines, tables, f"t{seed}_"):
            outcomes[found.outcome.split(":")[0]] += 1
            if found.is_fault:
                example = asked.example(found.data_set, found.query)
                assert kind_of(example, engines), f"{seed}: {found}, but alone it is right\n{example!r}"
                small = smallest(example, lambda smaller: kind_of(smaller, engines))
                raise AssertionError(f"{seed}: {found}\n{report(small, fault(small, engines))}")
    assert outcomes["undecided"] <= MOST_UNDECIDED * outcomes.total(), outcomes


@settings(
    max_examples=COUNT,
    # An example is made small by what it means, which Hypothesis does not know: see shrink.py.
    phases=(Phase.generate,),
    deadline=None,
    database=None,
    # The same examples for everybody.
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
@given(example=examples(LEVELS[-1]))
def test_same_rows_on_the_wire(engines: tuple[Engine, ...], example: Example):
    """As above, through the sources and with values as answers carry them."""
    try:
        found = fault(example, engines)
    except Undecided:
        reject()
    if found is not None:
        small = smallest(example, lambda smaller: kind_of(smaller, engines))
        raise AssertionError(report(small, fault(small, engines)))
