"""What changed joins do to results: which ways lead where, and which rows they repeat."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kubus.compare.change import Change
from kubus.compare.meaning import Renames, same
from kubus.model.ambiguity import shown
from kubus.model.cube import Cube
from kubus.model.join_graph import Join, JoinGraph, JoinTree
from kubus.model.model import Model

# How many effects of one join are told; in a large model one join is on many ways.
EFFECTS = 12


@dataclass(frozen=True, slots=True)
class Way:
    """The joins from one cube to another, by the names of now."""

    joins: tuple[Join, ...]
    cubes: tuple[str, ...]
    repeats: frozenset[str]

    @property
    def steps(self) -> frozenset[tuple[str, str]]:
        return frozenset(zip(self.cubes, self.cubes[1:], strict=False))


def of_joins(before: Model, after: Model, names: Renames) -> Iterator[Change]:
    """Joins that are gone, new or different, each with what follows from it."""
    old = {(names.holder(j.source), names.holder(j.target)): j for js in before.join_graph.joins.values() for j in js}
    new = {(join.source, join.target): join for joins in after.join_graph.joins.values() for join in joins}
    both = {names.holder(name) for name in before.cubes} & set(after.cubes)
    was, now = ways(before.join_graph, names), ways(after.join_graph, Renames())
    effects = dict(of_ways(was, now, after, both))
    told: set[tuple[str, str]] = set()
    for ends in dict.fromkeys((*old, *new)):
        one, other = old.get(ends), new.get(ends)
        if other is not None and one is None and not set(ends) <= both:
            # It came with its cube.
            continue
        if one is not None and other is None and not set(ends) <= both:
            continue
        texts = differs(one, other, names)
        if texts is None:
            continue
        mine = [pair for pair in effects if ends in was_steps(was.get(pair)) | was_steps(now.get(pair))]
        told.update(mine)
        lines = tuple(line for pair in mine for line in effects[pair])
        cut = (*lines[:EFFECTS], f"and {len(lines) - EFFECTS} more") if len(lines) > EFFECTS else lines
        lost = any(now.get(pair) is None for pair in mine)
        yield Change("joins", "join", " → ".join(ends), *texts, cut, breaks=lost)
    for pair, lines in effects.items():
        if pair not in told:
            says = "the way is another, though no join differs: it follows their order"
            yield Change("joins", "way", " → ".join(pair), says, effects=lines)


def was_steps(way: Way | None) -> frozenset[tuple[str, str]]:
    return frozenset() if way is None else way.steps


def differs(old: Join | None, new: Join | None, names: Renames) -> tuple[str, str | None, str | None] | None:
    """What to say of a join, and how it was and is; None if it means the same."""
    if old is None:
        assert new is not None
        return "added", None, f"{new.relationship.value} on {new.declared_sql}"
    if new is None:
        return "removed", f"{old.relationship.value} on {old.declared_sql}", None
    if old.relationship is not new.relationship:
        return "relationship", old.relationship.value, new.relationship.value
    if not same(old.on, new.on, names):
        return "sql", old.declared_sql, new.declared_sql
    return None


def ways(graph: JoinGraph, names: Renames) -> Mapping[tuple[str, str], Way]:
    """The way that the planner takes from each cube to each other that it reaches."""
    found: dict[tuple[str, str], Way] = {}
    for source in graph.joins:
        came: dict[str, tuple[Join, ...]] = {source: ()}
        waiting = deque([source])
        # As the join graph does: the shortest way, and of equally short ones the one declared first.
        while waiting:
            here = waiting.popleft()
            for join in graph.joins.get(here, ()):
                if join.target not in came:
                    came[join.target] = (*came[here], join)
                    waiting.append(join.target)
        for target, joins in came.items():
            if joins:
                tree = JoinTree(source, joins)
                repeats = frozenset(names.holder(cube) for cube in (source, target) if tree.multiplies(cube))
                cubes = tuple(names.holder(cube) for cube in tree.cubes)
                found[cubes[0], cubes[-1]] = Way(joins, cubes, repeats)
    return found


def of_ways(
    was: Mapping[tuple[str, str], Way], now: Mapping[tuple[str, str], Way], after: Model, both: set[str]
) -> Iterator[tuple[tuple[str, str], tuple[str, ...]]]:
    """What differs on the way between cubes that are in both models."""
    for pair in dict.fromkeys((*was, *now)):
        source, target = pair
        if not set(pair) <= both:
            continue
        old, new = was.get(pair), now.get(pair)
        if old is None:
            yield pair, (f"{source} reaches {target} now",)
        elif new is None:
            yield pair, (f"{source} does not reach {target} any more: queries of both are refused",)
        else:
            lines = tuple(of_way(old, new, after))
            if lines:
                yield pair, lines


def of_way(old: Way, new: Way, after: Model) -> Iterator[str]:
    if old.cubes != new.cubes:
        yield f"from {new.cubes[0]} to {new.cubes[-1]} the way is {shown(new.cubes)}, and was {shown(old.cubes)}"
    for cube in (new.cubes[0], new.cubes[-1]):
        other = new.cubes[-1] if cube == new.cubes[0] else new.cubes[0]
        measures = harmed(after.cubes[cube])
        if not measures or (cube in old.repeats) == (cube in new.repeats):
            continue
        if cube in new.repeats:
            yield f"{measures}: rows of {cube} count once with members of {other}, which are now said to repeat them"
        else:
            yield (
                f"{measures}: rows of {cube} are taken as they are joined with members of {other}, which are no longer "
                "said to repeat them"
            )


def harmed(cube: Cube) -> str:
    """The measures of a cube that come out otherwise where its rows repeat."""
    return ", ".join(m.path for m in cube.measures.values() if not m.is_expression and not m.type.repeats_harmlessly)
