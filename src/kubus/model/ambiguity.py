"""Where two ways between cubes are equally short, so that the order of joins alone decides between them."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from kubus.model.join_graph import Hint, Join, JoinGraph, JoinTree


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """Two ways of cubes, from the same to the same, of the same length. The first is the one that is taken."""

    taken: tuple[str, ...]
    other: tuple[str, ...]

    @property
    def message(self) -> str:
        """What is ambiguous, in a sentence."""
        return (
            f"From '{self.taken[0]}' to '{self.taken[-1]}' there are two ways equally short: {shown(self.taken)}, "
            f"which is taken because it is declared first, and {shown(self.other)}"
        )


# In a graph like a grid there are more ways than anybody waits for.
LOOKED_AT = 100

# What to do about it.
REMEDY = "Say which is meant by the join_path of a view, or by a path in SQL such as {a.b.c}"


def shown(way: Iterable[str]) -> str:
    return " → ".join(way)


@dataclass(frozen=True)
class WatchedGraph(JoinGraph):
    """A join graph that notes the trees that it gives, each with what was asked for, and the ambiguous ways in them."""

    noted: dict[Ambiguity, None] = field(default_factory=dict[Ambiguity, None], compare=False)
    given: list[tuple[JoinTree, tuple[Hint, ...]]] = field(
        default_factory=list[tuple[JoinTree, tuple[Hint, ...]]], compare=False
    )

    def tree(self, hints: Iterable[Hint]) -> JoinTree | None:
        """As the graph itself."""
        wanted = tuple(dict.fromkeys(hints))
        tree = JoinGraph(self.joins).tree(wanted)
        if tree is not None:
            self.given.append((tree, wanted))
            # Once more from the root that was chosen: the ways from others do not count.
            self.tree_from(tree.root, wanted)
        return tree

    def path(self, source: str, target: str) -> tuple[Join, ...] | None:
        """As the graph itself."""
        way = JoinGraph(self.joins).path(source, target)
        if way is not None and len(way) > 1:
            taken = (source, *(join.target for join in way))
            other = next((one for one in shortest_ways(self.joins, source, target) if one != taken), None)
            if other is not None:
                self.noted[Ambiguity(taken, other)] = None
        return way


def shortest_ways(joins: Mapping[str, tuple[Join, ...]], source: str, target: str) -> Iterator[tuple[str, ...]]:
    """Every shortest way, as its cubes; of one cube to itself none."""
    before = steps_from(joins, source, target)

    def back(cube: str, behind: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        if cube == source:
            yield (cube, *behind)
            return
        for earlier in before.get(cube, ()):
            yield from back(earlier, (cube, *behind))

    yield from back(target, ()) if source != target else ()


def steps_from(joins: Mapping[str, tuple[Join, ...]], source: str, target: str | None = None) -> dict[str, list[str]]:
    """For each cube that can be reached, the cubes before it on shortest ways; no farther than `target`."""
    distance = {source: 0}
    before: dict[str, list[str]] = {}
    waiting = deque([source])
    while waiting:
        here = waiting.popleft()
        if target is not None and distance[here] >= distance.get(target, len(joins) + 1):
            break
        for join in joins.get(here, ()):
            there = join.target
            if there not in distance:
                distance[there] = distance[here] + 1
                before[there] = [here]
                waiting.append(there)
            elif distance[there] == distance[here] + 1:
                before[there].append(here)
    return before


def ambiguities(graph: JoinGraph) -> Iterator[Ambiguity]:
    """Every place of a model where ways part and meet again after equally many joins.

    Ways that only lead through such a place are not told again.
    """
    for source, joins in graph.joins.items():
        if len(joins) < 2:
            continue
        before = steps_from(graph.joins, source)
        for target, earlier in before.items():
            if len(earlier) < 2:
                continue
            way = graph.path(source, target)
            taken = (source, *(join.target for join in way or ()))
            inner = set(taken[1:-1])
            for other in islice(shortest_ways(graph.joins, source, target), LOOKED_AT):
                if other != taken and not inner & set(other):
                    yield Ambiguity(taken, other)
                    break
