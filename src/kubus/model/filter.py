"""Filter trees, in names: what queries ask and policies impose."""

from dataclasses import dataclass

# Everything a filter compares with is text; None is null. Dialects cast by the member's type.
FilterValue = str | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """`member operator values`. `operator` is a name in the table of operators."""

    member: str
    operator: str
    values: tuple[FilterValue, ...] = ()


@dataclass(frozen=True, slots=True)
class AllOf:
    """True when every part is; an empty one is true."""

    parts: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True when some part is. An empty one is no condition at all, as in Cube."""

    parts: tuple["Filter", ...]


Filter = Comparison | AllOf | AnyOf
