"""What is wrong with a query, in the words that clients of Cube know."""

from typing import cast

from kubus.errors import QueryError
from kubus.query.quoted import shortened


def malformed(label: str, problem: str) -> QueryError:
    """The error for the part of a query at `label`, as in `timeDimensions[0].dateRange`; empty for the query itself."""
    return QueryError(f'Invalid query format: "{shortened(label) or "value"}" {problem}')


def as_object(value: object) -> dict[str, object] | None:
    """A JSON object, or None. Its keys are texts, as those of all JSON are."""
    return cast("dict[str, object]", value) if isinstance(value, dict) else None


def as_array(value: object) -> list[object] | None:
    """A JSON array, or None."""
    return cast("list[object]", value) if isinstance(value, list) else None
