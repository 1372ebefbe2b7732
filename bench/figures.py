"""What a measure gives: figures, each with what it was measured against."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sample:
    """The values of several runs."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def low(self) -> float:
        return min(self.values)

    @property
    def high(self) -> float:
        return max(self.values)


def sample(values: Sequence[float] | float) -> Sample:
    return Sample((values,) if isinstance(values, int | float) else tuple(values))


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table.

    `target` is a key of TARGETS, `detail` what of it was measured. `other` is what stands beside kubus: `against` says
    whose it is. Without one, kubus' own value is what counts.
    """

    target: str
    detail: str
    unit: str
    kubus: Sample
    against: str = ""
    other: Sample | None = None
    note: str = ""

    @property
    def value(self) -> float:
        """What the target is about: the ratio of the medians, or the value itself."""
        return self.kubus.median if self.other is None else self.kubus.median / self.other.median


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of the others is."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]
