"""Many distinct queries at the same time."""

from collections.abc import Iterator

from bench.figures import Figure, sample
from bench.queries import Query
from bench.requests import all_at_once, path_of
from bench.stage import Pair, in_turn

COUNT = 200


def burst(pair: Pair) -> Iterator[Figure]:
    numbers = iter(range(1, 10**9))

    def distinct() -> Query:
        number = next(numbers)
        dimension = ("orders.status", "users.country", "users.city", "users.gender")[number % 4]
        return {
            "measures": ["orders.count", "orders.total"],
            "dimensions": [dimension],
            "filters": [
                {"member": "orders.id", "operator": "gt", "values": [str(number)]},
                {"member": "orders.id", "operator": "lt", "values": [str(number + 1000)]},
            ],
        }

    def paths() -> list[str]:
        return [path_of("load", distinct()) for _ in range(COUNT)]

    ours, theirs = in_turn(
        pair.stage.runs, lambda: all_at_once(pair.kubus, paths()), lambda: all_at_once(pair.cube, paths())
    )
    yield Figure("burst", "8 statements at once for both", "ms", sample(ours), "Cube", sample(theirs))
