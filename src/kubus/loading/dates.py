"""Dates that a model compares with, in digits or in words."""

from collections.abc import Sequence
from datetime import UTC, datetime

from kubus.errors import QueryError
from kubus.model.filter import FilterValue
from kubus.query.clock import Clock
from kubus.query.normalize import settled_values
from kubus.query.operators import Operator

# Any time will do: whether words are a date does not depend on it.
SOME = datetime(2024, 1, 1, tzinfo=UTC)


def date_problem(operator: Operator, values: Sequence[FilterValue]) -> str | None:
    """Why these values are no dates for an operator that compares with some; None if they are, or it does not."""
    try:
        settled_values(operator, tuple(values), Clock(SOME, "UTC"))
    except QueryError as error:
        return error.message
    return None
