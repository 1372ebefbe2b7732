"""A query as tools that design pre-aggregations read it."""

from typing import Any

from kubus.query.query import Query


def transformed(query: Query) -> dict[str, Any]:
    """What a query groups by and measures, sorted, so that equal needs look equal."""
    return {
        "measures": list(query.measures),
        "sortedDimensions": sorted(query.dimensions),
        "sortedTimeDimensions": sorted(
            [time.dimension, time.granularity] for time in query.time_dimensions if time.granularity is not None
        ),
        "ungrouped": query.ungrouped,
    }
