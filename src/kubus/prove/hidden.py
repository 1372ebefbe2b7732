"""What the observer of a world must not see, and another world that differs in nothing else."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from kubus.model.access import AccessPolicy
from kubus.prove.rules import Value, admits, given, is_for
from kubus.prove.world import Guarded, Person, World

# A text that stands nowhere but in what is hidden; and numbers that no sum of others reaches.
CANARY = "canary"
CANARY_NUMBER = 900_000_000

Stored = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Sight:
    """What one caller may see of one cube."""

    cube: Guarded
    person: Person
    applying: tuple[AccessPolicy, ...] | None
    # Columns that some view shows, whatever the cube's own rules say of members.
    through_views: frozenset[str]

    def sees(self, stored: Stored) -> bool:
        """Whether any way leads to something of the row."""
        if self.cube.tenant is not None:
            at = list(self.cube.columns).index(self.cube.tenant)
            if stored[at] != self.person.claims.get("tenant"):
                return False
        if self.applying is None:
            return True
        row = self.cube.row(stored)
        return any(admits(policy, row, self.person.claims) for policy in self.applying)

    def columns_seen(self, stored: Stored) -> frozenset[str]:
        """The columns of a row on which something that the caller may see depends."""
        if not self.sees(stored):
            return frozenset()
        if self.applying is None:
            return frozenset(self.cube.columns)
        row = self.cube.row(stored)
        found = set(self.cube.foreign | self.cube.fixed | self.through_views)
        for policy in self.applying:
            if admits(policy, row, self.person.claims):
                found.update(*(cols for name, cols in self.cube.reads.items() if given(policy, name) == "whole"))
        return frozenset(found)


def sight(world: World, cube: Guarded, person: Person) -> Sight:
    """What a person may see of a cube."""
    shown: set[str] = set()
    for view in world.views:
        policies = applying(view.policies, person)
        for name, (of, member) in view.members.items():
            if of == cube.name and (policies is None or any(given(one, name) == "whole" for one in policies)):
                shown |= cube.reads.get(member, frozenset())
    return Sight(cube, person, applying(cube.policies, person), frozenset(shown))


def applying(policies: tuple[AccessPolicy, ...] | None, person: Person) -> tuple[AccessPolicy, ...] | None:
    """The policies that are for a person; None where there are none at all."""
    if policies is None:
        return None
    return tuple(policy for policy in policies if is_for(policy, person.groups, person.claims))


def with_canaries(world: World, random: Random) -> World:
    """The world with canaries wherever the observer must not look."""
    rows = dict(world.rows)
    for cube in world.cubes:
        seen = sight(world, cube, world.observer)
        rows[cube.table] = tuple(poisoned(stored, seen, random) for stored in rows[cube.table])
    return replace(world, rows=rows)


def poisoned(stored: Stored, seen: Sight, random: Random) -> Stored:
    """The row with canaries in its hidden cells, as far as that does not show it."""
    hidden = frozenset(seen.cube.columns) - seen.columns_seen(stored) - seen.cube.fixed
    changed = tuple(
        canary(kind, random) if name in hidden else value
        for (name, kind), value in zip(seen.cube.columns.items(), stored, strict=True)
    )
    return changed if not hidden & seen.columns_seen(changed) else stored


def canary(kind: str, random: Random) -> Value:
    """A value of a column type that is found again wherever it comes out."""
    number = random.randrange(1_000_000)
    match kind:
        case "VARCHAR":
            return f"{CANARY}-{number}"
        case "INTEGER":
            return CANARY_NUMBER + number
        case _:
            raise ValueError(f"no canary of type {kind}")


def otherwise(world: World, random: Random, fresh: Callable[[Guarded, int, Random], Stored]) -> World:
    """A world in which all that the observer may see is the same, and what is hidden has changed.

    `fresh` makes a new row of a cube with a key of this number; it is added if it is hidden.
    """
    rows = dict(world.rows)
    for cube in world.cubes:
        seen = sight(world, cube, world.observer)
        kept: list[Stored] = []
        for stored in rows[cube.table]:
            if seen.sees(stored):
                kept.append(poisoned(stored, seen, random))
            elif random.random() < 0.5:
                changed = fresh(cube, int(str(stored[0])), random)
                kept.append(poisoned(stored if seen.sees(changed) else changed, seen, random))
        for number in range(random.randrange(4)):
            added = fresh(cube, 10_000 + number, random)
            if not seen.sees(added):
                kept.append(poisoned(added, seen, random))
        random.shuffle(kept)
        rows[cube.table] = tuple(kept)
    return replace(world, rows=rows)
