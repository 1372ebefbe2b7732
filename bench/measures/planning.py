"""From a query's JSON to its statement: shapes not seen before, and the same shapes with other values."""

import time
from collections.abc import Iterator, Mapping
from typing import Any

from bench.figures import Figure, percentile, sample
from bench.models import SHOP
from bench.queries import SMALL, Query, shapes, with_other_values
from bench.stage import Stage
from kubus.library import SemanticLayer


def planning(stage: Stage) -> Iterator[Figure]:
    halves: list[float] = []
    worst: list[float] = []
    seen: list[float] = []
    for _ in range(stage.runs):
        # A new layer has planned nothing yet. It is asked for no rows, so it needs no database.
        layer = SemanticLayer({"shop.yml": SHOP}, stage.database.url)
        layer.sql(SMALL)
        new = [planned(layer, query) for query in shapes()]
        again = [planned(layer, with_other_values(query)) for query in shapes()]
        halves.append(percentile(new, 0.5))
        worst.append(percentile(new, 0.99))
        seen.append(percentile(again, 0.5))
    yield Figure("plan-new-p50", f"{len(shapes())} shapes", "ms", sample(halves))
    yield Figure("plan-new-p99", f"{len(shapes())} shapes", "ms", sample(worst))
    yield Figure("plan-seen", "other values, JSON and dates included", "ms", sample(seen))


def planned(layer: SemanticLayer, query: Query, claims: Mapping[str, Any] | None = None) -> float:
    began = time.perf_counter()
    layer.sql(query, context=claims)
    return (time.perf_counter() - began) * 1000
