"""The members of a model as one caller is shown them: some are masked."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kubus.model.cube import NO_MEMBERS, Dimension, Masked, Measure, Member, Segment
from kubus.model.model import Model
from kubus.query.conditions import Condition, Every, Some, Test


@dataclass(frozen=True, slots=True)
class Shown:
    """The members of a model as a query shows them: some are masked, by their paths."""

    model: Model
    masked: Mapping[str, Dimension | Measure] = field(default_factory=lambda: NO_MEMBERS)

    def dimension(self, path: str) -> Dimension:
        found = self.masked.get(path)
        return found if isinstance(found, Dimension) else self.model.dimension(path)

    def measure(self, path: str) -> Measure:
        found = self.masked.get(path)
        return found if isinstance(found, Measure) else self.model.measure(path)

    def measure_or_dimension(self, path: str) -> Measure | Dimension:
        return self.masked.get(path) or self.model.measure_or_dimension(path)


def is_masked(member: Member) -> bool:
    match member:
        case Dimension(value=value):
            return isinstance(value, Masked)
        case Measure(type=kind, masked=masked):
            return masked is not None or kind.name == "mask"
        case Segment():
            return False


def condition_of(unless: object) -> Condition:
    """The condition of a mask, which the model holds without knowing what it is."""
    assert isinstance(unless, Test | Every | Some), unless
    return unless
