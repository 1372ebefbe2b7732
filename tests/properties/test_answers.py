"""kubus answers what the naive evaluator answers, on DuckDB and on PostgreSQL."""

import os

from hypothesis import HealthCheck, given, reject, settings

from tests.properties.ask import Engine
from tests.properties.example import Example
from tests.properties.naive import Undecided
from tests.properties.strategies import examples
from tests.properties.verdict import fault, report

COUNT = int(os.environ.get("KUBUS_EXAMPLES", "2000"))


@settings(
    max_examples=COUNT,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
@given(example=examples())
def test_same_rows_as_the_naive_evaluator(engines: tuple[Engine, ...], example: Example):
    try:
        found = fault(example, engines)
    except Undecided:
        reject()
    assert found is None, report(example, found)
