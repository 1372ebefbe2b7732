"""What is told of two versions of a model: plain values, which are the JSON of `kubus diff` as they stand."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["removed", "renamed", "changed", "joins", "policy", "query", "value", "added", "lesser"]

# In the order in which they are told: what breaks first.
KINDS: tuple[Kind, ...] = ("removed", "renamed", "query", "policy", "joins", "changed", "value", "added", "lesser")


@dataclass(frozen=True, slots=True)
class Example:
    """Where a value shows to differ: one value of a dimension."""

    dimension: str
    value: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `what` is the kind of thing, `name` its name now, or before where it is gone.

    `before` and `after` are what changed, as text. `effects` are what follows from it, a sentence or a member each.
    `breaks` says that somebody who uses the model may have to do something.
    """

    kind: Kind
    what: str
    name: str
    says: str = ""
    before: str | None = None
    after: str | None = None
    effects: tuple[str, ...] = ()
    breaks: bool = False
    example: Example | None = None
