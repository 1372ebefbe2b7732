"""PreAggregation: a declared table of aggregates. It is checked and shown; building it comes later."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Json = Any


@dataclass(frozen=True, slots=True)
class PreAggregation:
    """Members are paths; times are paths with their granularity. `declared` is what extended metadata show."""

    name: str
    type: str
    measures: tuple[str, ...]
    dimensions: tuple[str, ...]
    segments: tuple[str, ...]
    times: tuple[tuple[str, str | None], ...]
    rollups: tuple[str, ...]
    partition_granularity: str | None
    declared: Mapping[str, Json]

    def __hash__(self) -> int:
        return hash((self.name, self.type, self.measures, self.dimensions, self.times))
