"""Measures whose values differ between two models, on the same databases."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from kubus.compare.change import Change, Example
from kubus.compare.differences import Used, pairs
from kubus.compare.joins import ways
from kubus.compare.meaning import Renames, canonical, same, same_meaning
from kubus.compare.queries import Claims
from kubus.compare.renames import members, renames
from kubus.errors import KubusError
from kubus.library import SemanticLayer
from kubus.model.cube import Cube, Dimension, Measure
from kubus.model.model import Model
from kubus.model.view import View

# How many dimensions are looked at to find where a value differs.
OWN_LOOKED_AT = 6
OTHER_LOOKED_AT = 4
MOST_ROWS = 10_000
# Floats are added up in any order.
CLOSE = 1e-9


@dataclass(frozen=True, slots=True)
class Asked:
    """A measure to be compared, by its path before and now, and dimensions by which it may differ, the same."""

    before: str
    after: str
    dimensions: tuple[tuple[str, str], ...]


def changed_values(before: SemanticLayer, after: SemanticLayer, claims: Claims = None) -> Iterator[Change]:
    """The measures whose value differs, with an example. Both layers ask the same databases.

    Only measures are asked that something they are made of differs for, or a way to another cube.
    """
    for asked in affected(before.model, after.model):
        try:
            yield from Comparison(before, after, claims).of(asked)
        except KubusError as error:
            yield Change("value", "measure", asked.after, f"could not be compared: {error.message}")


def affected(before: Model, after: Model) -> Iterator[Asked]:
    """The measures that may come out otherwise."""
    names = renames(before, after)
    used = Used(after)
    touched: dict[str, None] = {}
    for old, new in pairs(before, after, names):
        whole = rows_differ(old, new, names)
        for member in members(old):
            now = new.member(names.path(member.path).partition(".")[2])
            if now is not None and (whole or not same_meaning(member, now, names)):
                touched.update(dict.fromkeys((now.path, *used.by(now.path))))
    was, now_ways = ways(before.join_graph, names), ways(after.join_graph, Renames())
    other: dict[str, list[str]] = {}
    for pair in dict.fromkeys((*was, *now_ways)):
        one, two = was.get(pair), now_ways.get(pair)
        if (
            one is not None
            and two is not None
            and (one.cubes, one.repeats, ons(one.joins, names))
            != (
                two.cubes,
                two.repeats,
                ons(two.joins, Renames()),
            )
        ):
            other.setdefault(pair[0], []).append(pair[1])
            other.setdefault(pair[1], []).append(pair[0])
    olds = {names.path(m.path): m.path for old, _ in pairs(before, after, names) for m in members(old)}
    for holder in after.holders.values():
        for measure in holder.measures.values():
            was_path = olds.get(measure.path)
            if was_path is None or not is_asked(measure):
                continue
            cube = measure.cube if measure.alias_of is None else measure.alias_of.cube
            far = [d for name in other.get(cube, ()) for d in groupable(after.cubes[name], olds)][:OTHER_LOOKED_AT]
            if measure.path in touched or (far and isinstance(holder, Cube)):
                near = groupable(holder, olds)[:OWN_LOOKED_AT]
                dimensions = (*far, *near) if isinstance(holder, Cube) else tuple(near)
                yield Asked(was_path, measure.path, dimensions)


def rows_differ(old: Cube | View, new: Cube | View, names: Renames) -> bool:
    """Whether all that is shown of a cube or view may be made of other rows."""
    if isinstance(old, Cube) and isinstance(new, Cube):
        return not same(old.table, new.table, names)
    if isinstance(old, View) and isinstance(new, View):
        return not same(old.default_filters, new.default_filters, names)
    return False


def ons(joins: Iterable[Any], names: Renames) -> tuple[Any, ...]:
    return tuple(canonical(join.on, names) for join in joins)


def is_asked(measure: Measure) -> bool:
    """Whether a measure has a value by itself."""
    return measure.public and measure.type.value_type == "number" and measure.switch is None


def groupable(holder: Any, olds: Mapping[str, str]) -> list[tuple[str, str]]:
    """The dimensions of a cube or view by which people would look at a measure: (before, now)."""
    found: list[tuple[str, str]] = []
    for dimension in holder.dimensions.values():
        plain = isinstance(dimension, Dimension) and dimension.type in ("string", "boolean") and dimension.public
        if plain and not dimension.primary_key and dimension.path in olds:
            found.append((olds[dimension.path], dimension.path))
    return found


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two layers that ask the same databases, for somebody with these claims."""

    before: SemanticLayer
    after: SemanticLayer
    claims: Claims

    def of(self, asked: Asked) -> Iterator[Change]:
        old, new = (total(layer, path, self.claims) for layer, path in self.sides(asked))
        example = next((found for pair in asked.dimensions if (found := self.where(asked, *pair)) is not None), None)
        if not equal(old, new) or example is not None:
            says = "the same in all, and otherwise in parts" if equal(old, new) else by_how_much(old, new)
            yield Change("value", "measure", asked.after, says, text(old), text(new), example=example)

    def sides(self, asked: Asked) -> tuple[tuple[SemanticLayer, str], tuple[SemanticLayer, str]]:
        return (self.before, asked.before), (self.after, asked.after)

    def where(self, asked: Asked, was: str, now: str) -> Example | None:
        """The value of a dimension at which a measure differs most; None where it does not, or cannot be asked."""
        try:
            old = parts(self.before, asked.before, was, self.claims)
            new = parts(self.after, asked.after, now, self.claims)
        except KubusError:
            # By this dimension it is refused; by another it may not be.
            return None
        worst: tuple[float, Example] | None = None
        for value in dict.fromkeys((*old, *new)):
            one, two = old.get(value), new.get(value)
            size = abs(number(two) - number(one))
            if not equal(one, two) and (worst is None or size > worst[0]):
                worst = (size, Example(now, text(value), text(one), text(two)))
        return None if worst is None else worst[1]


def total(layer: SemanticLayer, path: str, claims: Claims) -> object:
    (row,) = layer.query({"measures": [path]}, context=claims)
    return row[path]


def parts(layer: SemanticLayer, measure: str, dimension: str, claims: Claims) -> dict[object, object]:
    query = {"measures": [measure], "dimensions": [dimension], "limit": MOST_ROWS, "order": {dimension: "asc"}}
    return {row[dimension]: row[measure] for row in layer.query(query, context=claims)}


def equal(one: object, two: object) -> bool:
    if isinstance(one, float) or isinstance(two, float):
        first, second = number(one), number(two)
        return (one is None) == (two is None) and abs(first - second) <= CLOSE * max(abs(first), abs(second), 1.0)
    return one == two


def number(value: object) -> float:
    return float(value) if isinstance(value, int | float | Decimal) else 0.0


def by_how_much(old: object, new: object) -> str:
    if old is None or new is None:
        return "there is a value now" if old is None else "there is no value any more"
    difference = number(new) - number(old)
    share = f" ({difference / abs(number(old)):+.1%})" if number(old) else ""
    return f"by {text(round(difference, 6))}{share}"


def text(value: object) -> str:
    match value:
        case None:
            return "null"
        case float():
            return str(int(value)) if value.is_integer() else repr(round(value, 6))
        case Decimal():
            return format(value, "f")
        case bool():
            return str(value).lower()
        case _:
            return str(value)
