"""What the observer of a world must not see, and other worlds that differ in nothing else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from kubus.model.access import AccessPolicy
from kubus.prove.rules import Given, Value, admits, claim_at, given, is_for
from kubus.prove.world import Facade, Guarded, Person, World

# A text that stands nowhere but in what is hidden; numbers that no sum of others reaches; days of a year of their own.
CANARY = "canary"
CANARY_NUMBER = 900_000_000
CANARY_DAY = datetime(2987, 1, 1)  # noqa: DTZ001 - wall time of a column without a zone

Stored = tuple[Value, ...]
# A new row of a cube with a key of this number.
Fresh = Callable[[Guarded, int, Random], Stored]


@dataclass(frozen=True, slots=True)
class Way:
    """A view to a cube, as one caller sees it.

    `policies` are those that are for them, None where there are none at all. `members` are the view's by their names,
    with the cube's own members behind some of them. A row of the cube says nothing of `untold` members.
    """

    policies: tuple[AccessPolicy, ...] | None
    members: Mapping[str, str | None]
    untold: frozenset[str]


@dataclass(frozen=True, slots=True)
class Sight:
    """What one caller may see of one cube.

    `applying` are the policies for them, whose rows hold wherever the cube is read; None where the cube has none.
    `direct` are those that give members of the cube itself; they differ where a cube without policies is closed.
    `tenant` is the name of the caller's tenant.
    """

    cube: Guarded
    person: Person
    applying: tuple[AccessPolicy, ...] | None
    direct: tuple[AccessPolicy, ...] | None
    ways: tuple[Way, ...]
    tenant: str

    @property
    def given(self) -> frozenset[str]:
        """The cube's own members that are given, whole or masked, in some rows."""
        return given_by(self.direct, self.cube.reads)

    def sees(self, stored: Stored) -> bool:
        """Whether they may know that there is the row."""
        return self._seen(stored) is not None

    def columns_seen(self, stored: Stored) -> frozenset[str]:
        """The columns of a row on which something that the caller may see depends."""
        return self._seen(stored) or frozenset()

    def _seen(self, stored: Stored) -> frozenset[str] | None:
        """The columns; None for a row that they must not know of."""
        cube, claims = self.cube, self.person.claims
        if cube.tenant is not None and str(stored[list(cube.columns).index(cube.tenant)]) != self.tenant:
            return None
        row = cube.row(stored)
        if self.applying is not None and not any(admits(policy, row, claims) for policy in self.applying):
            return None
        if self.direct is None:
            return frozenset(cube.columns)
        found = set(cube.foreign | cube.fixed)
        is_known = cube.is_reached
        for policy in self.direct:
            if admits(policy, row, claims):
                for name in cube.reads:
                    how = given(policy, name)
                    is_known = is_known or how != "none"
                    found |= told_of(cube, name, how)
        for way in self.ways:
            seen_row = {
                name: row[member] for name, member in way.members.items() if member is not None and member in row
            }
            for policy in (None,) if way.policies is None else way.policies:
                if policy is not None and not admits(policy, seen_row, claims, way.untold):
                    continue
                for name, member in way.members.items():
                    how = "whole" if policy is None else given(policy, name)
                    is_known = is_known or how != "none"
                    if member is not None:
                        found |= told_of(cube, member, how)
        return frozenset(found) if is_known else None


def told_of(cube: Guarded, member: str, how: Given) -> frozenset[str]:
    """The columns that a member which is given so depends on."""
    if how == "none":
        return frozenset()
    return (cube.reads if how == "whole" else cube.masks).get(member, frozenset())


def sight(world: World, cube: Guarded, person: Person) -> Sight:
    """What a person may see of a cube."""
    own = applying(cube.policies, person)
    return Sight(
        cube,
        person,
        own,
        () if own is None and world.is_closed else own,
        tuple(way(world, view, cube, person) for view in world.views),
        str(claim_at(world.tenant_claim or ("tenant",), person.claims)),
    )


def way(world: World, view: Facade, cube: Guarded, person: Person) -> Way:
    members = {name: member if of == cube.name else None for name, (of, member) in view.members.items()}
    told = frozenset(name for name, member in members.items() if member in cube.dimensions)
    return Way(view_policies(world, view, person), members, frozenset(members) - told)


def view_policies(world: World, view: Facade, person: Person) -> tuple[AccessPolicy, ...] | None:
    """The policies of a view that are for a person; None where everything of it is given."""
    own = applying(view.policies, person)
    return () if own is None and world.is_closed else own


def given_by(policies: tuple[AccessPolicy, ...] | None, members: Mapping[str, object]) -> frozenset[str]:
    """The members that some policy gives, whole or masked."""
    if policies is None:
        return frozenset(members)
    return frozenset(name for name in members if any(given(policy, name) != "none" for policy in policies))


def applying(policies: tuple[AccessPolicy, ...] | None, person: Person) -> tuple[AccessPolicy, ...] | None:
    """The policies that are for a person; None where there are none at all."""
    if policies is None:
        return None
    return tuple(policy for policy in policies if is_for(policy, person.groups, person.claims))


def with_canaries(world: World, random: Random, fresh: Fresh) -> World:
    """The world with other values, most of them canaries, wherever the observer must not look."""
    rows = dict(world.rows)
    for cube in world.cubes:
        seen = sight(world, cube, world.observer)
        rows[cube.table] = tuple(poisoned(stored, seen, random, fresh) for stored in rows[cube.table])
    return replace(world, rows=rows)


def poisoned(stored: Stored, seen: Sight, random: Random, fresh: Fresh) -> Stored:
    """The row with other values in its hidden cells, as far as that does not show it.

    Most are canaries, which are found in any answer. Some are like any other value, so that filters, segments and masks
    which see them have different rows.
    """
    hidden = frozenset(seen.cube.columns) - seen.columns_seen(stored) - seen.cube.fixed
    if not hidden:
        return stored
    ordinary = fresh(seen.cube, 0, random)
    changed = tuple(
        value if name not in hidden else canary(kind, random) if random.random() < 0.65 else other
        for (name, kind), value, other in zip(seen.cube.columns.items(), stored, ordinary, strict=True)
    )
    return changed if not hidden & seen.columns_seen(changed) else stored


def canary(kind: str, random: Random) -> Value:
    """A value of a column type that is found again wherever it comes out; of true and false, there is none."""
    number = random.randrange(1_000_000)
    match kind:
        case "VARCHAR":
            return f"{CANARY}-{number}"
        case "INTEGER":
            return CANARY_NUMBER + number
        case "TIMESTAMP":
            return CANARY_DAY + timedelta(minutes=number % 500_000)
        case "BOOLEAN":
            return number % 2 == 0
        case _:
            raise ValueError(f"no canary of type {kind}")


def otherwise(world: World, random: Random, fresh: Fresh) -> World:
    """A world in which all that the observer may see is the same, and what is hidden has changed."""
    rows = dict(world.rows)
    for cube in world.cubes:
        seen = sight(world, cube, world.observer)
        kept: list[Stored] = []
        for number, stored in enumerate(rows[cube.table], start=1):
            if seen.sees(stored):
                kept.append(poisoned(stored, seen, random, fresh))
            elif random.random() < 0.5:
                changed = fresh(cube, number, random)
                kept.append(poisoned(stored if seen.sees(changed) else changed, seen, random, fresh))
        for number in range(random.randrange(4)):
            added = fresh(cube, 10_000 + number, random)
            if not seen.sees(added):
                kept.append(poisoned(added, seen, random, fresh))
        random.shuffle(kept)
        rows[cube.table] = tuple(kept)
    return replace(world, rows=rows)
