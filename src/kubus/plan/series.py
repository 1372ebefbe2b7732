"""How long the series of periods may be that windows are laid around."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import cast

from kubus.errors import QueryError
from kubus.plan.nodes import Spine
from kubus.query.conditions import Bucket
from kubus.query.query import Query

# Source: query-semantics 8.1.
MOST_PERIODS = 50_000


def series_of(plan: object) -> tuple[Bucket, ...]:
    """What the series of a plan are cut to, each once."""
    return tuple(dict.fromkeys(spine.bucket for spine in spines(plan)))


def spines(node: object) -> Iterator[Spine]:
    if isinstance(node, Spine):
        yield node
    elif isinstance(node, tuple):
        for part in cast("tuple[object, ...]", node):
            yield from spines(part)
    elif is_dataclass(node) and type(node).__module__ == Spine.__module__:
        for field in fields(node):
            yield from spines(getattr(node, field.name))


def check_series(series: tuple[Bucket, ...], query: Query) -> None:
    """Refuse ranges that have too many periods.

    Raises:
        QueryError: there are more than 50,000.
    """
    for bucket in series:
        for time in query.time_dimensions:
            if time.date_range is None or time.granularity != bucket.granularity:
                continue
            length = (time.date_range.end - time.date_range.start).total_seconds()
            if length / bucket.seconds > MOST_PERIODS:
                raise QueryError(
                    f"The range of '{time.dimension}' has more than {MOST_PERIODS} periods of '{bucket.granularity}'",
                    hint="A rolling window has a row for each: ask for a shorter range or a coarser granularity",
                )
