"""The claims that a model's SQL reads: their shape, which decides the SQL, and their values, which are bound.

Callers whose claims have one shape share statements. What the claims say is never part of a statement: it comes from
the caller each time that a statement is bound.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, cast

from kubus.context import SecurityContext
from kubus.model.context import ClaimPath
from kubus.query.shape import Slot, form_of

# What a filter on a claim that is not there does: let every row through, as Cube does, or refuse.
MissingClaim = Literal["allow", "deny"]


@dataclass(frozen=True, slots=True)
class ClaimShape:
    """What about a claim may change the SQL.

    `slots` are the places of its values: one of a text, number or boolean, as many as a list has. `kind` is
    `unusable` for what can be no value of SQL, such as an object. `is_true` is what it is in `and`, `or` and `not`.
    """

    path: ClaimPath
    kind: Literal["missing", "one", "many", "unusable"]
    slots: tuple[Slot, ...]
    is_true: bool
    is_empty_text: bool = False

    @property
    def name(self) -> str:
        return ".".join(self.path)


@dataclass(frozen=True, slots=True)
class CallerClaims:
    """The shapes of the claims that a statement may read, and what is done where one is missing.

    `tenant` is the place of the caller's tenant, where the model keeps tenants apart.
    """

    shapes: tuple[ClaimShape, ...] = ()
    missing: MissingClaim = "deny"
    tenant: Slot | None = None

    def at(self, path: ClaimPath) -> ClaimShape:
        """The shape of a claim. Raises LookupError for one that the statement may not read."""
        for shape in self.shapes:
            if shape.path == path:
                return shape
        raise LookupError(f"The claim {'.'.join(path)} is read and is not among those of the model")


def read_claims(
    paths: Sequence[ClaimPath], caller: SecurityContext, first: int
) -> tuple[tuple[ClaimShape, ...], tuple[str, ...]]:
    """The shapes of these claims and their values, whose slots are numbered from `first`."""
    shapes: list[ClaimShape] = []
    values: list[str] = []
    for path in paths:
        shape, texts = read_claim(path, caller, first + len(values))
        shapes.append(shape)
        values.extend(texts)
    return tuple(shapes), tuple(values)


def read_claim(path: ClaimPath, caller: SecurityContext, first: int) -> tuple[ClaimShape, list[str]]:
    found: object = caller.for_sql
    for step in path:
        if not isinstance(found, Mapping):
            # Nothing there is nothing below it; anything else is not what the model takes it for.
            return ClaimShape(path, "missing" if found is None else "unusable", (), is_true=False), []
        found = cast("Mapping[str, object]", found).get(step)
    if found is None:
        return ClaimShape(path, "missing", (), is_true=False), []
    if isinstance(found, list | tuple):
        # Null is a value that nothing is equal to.
        texts = [claim_text(item) for item in cast("Sequence[object]", found) if item is not None]
        if None in texts:
            return ClaimShape(path, "unusable", (), is_true=True), []
        many = [text for text in texts if text is not None]
        slots = tuple(Slot(first + number, form_of(text)) for number, text in enumerate(many))
        return ClaimShape(path, "many", slots, is_true=True), many
    text = claim_text(found)
    if text is None:
        return ClaimShape(path, "unusable", (), is_true=True), []
    slot = Slot(first, form_of(text))
    return ClaimShape(path, "one", (slot,), is_true=bool(found), is_empty_text=text == ""), [text]


def claim_text(value: object) -> str | None:
    """A claim as the database reads it; None for what is no text, number or boolean."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | str():
            return str(value)
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
        case _:
            return None
