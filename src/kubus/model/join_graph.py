"""How cubes meet: joins, the shortest way from one cube to others, and which ways multiply rows."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from kubus.model.member_sql import MemberSql


class Relationship(Enum):
    """How many rows meet how many, read "this cube … that cube"."""

    ONE_TO_ONE = "one_to_one"
    ONE_TO_MANY = "one_to_many"
    MANY_TO_ONE = "many_to_one"


@dataclass(frozen=True, slots=True)
class Join:
    """A declared join: always a LEFT JOIN, from the declaring cube to the other."""

    source: str
    target: str
    relationship: Relationship
    on: MemberSql
    declared_sql: str


@dataclass(frozen=True, slots=True)
class JoinTree:
    """A root and the joins that reach every other cube, each after the cube it starts from."""

    root: str
    joins: tuple[Join, ...] = ()

    @property
    def cubes(self) -> tuple[str, ...]:
        return (self.root, *(join.target for join in self.joins))

    def multiplies(self, cube: str, by: Iterable[str] | None = None) -> bool:
        """Whether rows of `cube` repeat in this tree.

        Walks the tree away from `cube`; rows repeat when a step on the way leads from one row to many. With `by`,
        only the ways to those cubes count.
        """
        wanted = None if by is None else set(by)
        return any(repeated and (wanted is None or step.to in wanted) for step, repeated in self.steps_from(cube))

    def multiplied_by(self, cube: str) -> tuple[Join, ...]:
        """The joins that repeat rows of `cube` in this tree: each leads from one row to many, seen from there."""
        return tuple(step.join for step, _ in self.steps_from(cube) if step.to_many)

    def steps_from(self, cube: str) -> Iterator[tuple["Step", bool]]:
        """The steps that lead from a cube to every other, and of each whether rows repeat where it has led to."""
        steps: dict[str, list[Step]] = {}
        for join in self.joins:
            forwards = join.relationship is Relationship.ONE_TO_MANY
            backwards = join.relationship is Relationship.MANY_TO_ONE
            steps.setdefault(join.source, []).append(Step(join.target, forwards, join))
            steps.setdefault(join.target, []).append(Step(join.source, backwards, join))
        waiting = deque([(cube, False)])
        seen = {cube}
        while waiting:
            here, before = waiting.popleft()
            for step in steps.get(here, ()):
                if step.to not in seen:
                    seen.add(step.to)
                    repeated = before or step.to_many
                    waiting.append((step.to, repeated))
                    yield step, repeated


class Step(NamedTuple):
    """A join as it is walked, in its own direction or against it."""

    to: str
    to_many: bool
    join: Join


# A way that a query asks for: one cube, or a path of cubes each joined to the next.
Hint = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JoinGraph:
    """Every declared join, by the cube that declares it, in declared order."""

    joins: Mapping[str, tuple[Join, ...]]

    def join(self, source: str, target: str) -> Join | None:
        """The join that `source` declares to `target`."""
        return next((j for j in self.joins.get(source, ()) if j.target == target), None)

    def path(self, source: str, target: str) -> tuple[Join, ...] | None:
        """The shortest way; of equally short ones the one whose first differing join is declared first."""
        if source == target:
            return ()
        came: dict[str, Join] = {}
        waiting = deque([source])
        while waiting:
            here = waiting.popleft()
            for join in self.joins.get(here, ()):
                if join.target in came or join.target == source:
                    continue
                came[join.target] = join
                if join.target == target:
                    way = [join]
                    while way[-1].source != source:
                        way.append(came[way[-1].source])
                    return tuple(reversed(way))
                waiting.append(join.target)
        return None

    def tree(self, hints: Iterable[Hint]) -> JoinTree | None:
        """The tree with the fewest joins that holds every hinted cube; None if no root reaches all.

        Every hint's first cube is tried as the root, in order; of equally small trees the first stands.
        """
        wanted = tuple(dict.fromkeys(hints))
        best: JoinTree | None = None
        for root in dict.fromkeys(hint[0] for hint in wanted):
            tree = self.tree_from(root, wanted)
            if tree is not None and (best is None or len(tree.joins) < len(best.joins)):
                best = tree
        return best

    def tree_from(self, root: str, hints: tuple[Hint, ...]) -> JoinTree | None:
        """The tree that begins at a cube; None if it does not reach all that is hinted."""
        joined = {root}
        joins: list[Join] = []
        for hint in hints:
            here = root
            for cube in hint:
                if cube in joined:
                    here = cube
                    continue
                way = self.path(here, cube)
                if way is None and here != root:
                    way = self.path(root, cube)
                if way is None:
                    return None
                for join in way:
                    if join.target not in joined:
                        joined.add(join.target)
                        joins.append(join)
                here = cube
        return JoinTree(root, tuple(joins))

    def components(self, cubes: Iterable[str]) -> dict[str, int]:
        """For each cube that is joined to another, the number of its undirected component, counted from 1."""
        neighbours: dict[str, set[str]] = {}
        for source, joins in self.joins.items():
            for join in joins:
                neighbours.setdefault(source, set()).add(join.target)
                neighbours.setdefault(join.target, set()).add(source)
        found: dict[str, int] = {}
        number = 0
        for cube in cubes:
            if cube in found or cube not in neighbours:
                continue
            number += 1
            waiting = [cube]
            while waiting:
                here = waiting.pop()
                if here not in found:
                    found[here] = number
                    waiting.extend(neighbours[here])
        return found
