"""kubus answers what the naive evaluator answers, on DuckDB and on PostgreSQL."""

import os

from hypothesis import HealthCheck, Phase, given, reject, settings

from tests.properties.ask import Engine
from tests.properties.example import Example
from tests.properties.naive import Undecided
from tests.properties.shrink import smallest
from tests.properties.strategies import examples
from tests.properties.verdict import fault, kind_of, report

COUNT = int(os.environ.get("KUBUS_EXAMPLES", "2000"))


@settings(
    max_examples=COUNT,
    # An example is made small by what it means, which Hypothesis does not know: see shrink.py.
    phases=(Phase.generate,),
    deadline=None,
    database=None,
    # The same examples for everybody; run_many.py looks for new ones.
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
@given(example=examples())
def test_same_rows_as_the_naive_evaluator(engines: tuple[Engine, ...], example: Example):
    try:
        found = fault(example, engines)
    except Undecided:
        reject()
    if found is not None:
        small = smallest(example, lambda smaller: kind_of(smaller, engines))
        raise AssertionError(report(small, fault(small, engines)))
