"""Random access policies: any, and ones that keep a secret from the observer in each of the ways that there are."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from random import Random

from kubus.model.access import (
    AccessPolicy,
    AllTests,
    AnyTest,
    ClaimAt,
    Constant,
    MemberSet,
    RowFilter,
    RowTest,
)
from kubus.prove.world import Person

TENANTS = ("acme", "bolt", "core")
GROUPS = ("analyst", "manager", "auditor")


@dataclass(frozen=True, slots=True)
class Guardable:
    """What policies of a cube or view may speak of: its members, those that tell its secret, and tests of rows."""

    members: tuple[str, ...]
    secretive: frozenset[str]
    tests: tuple[RowTest, ...]


def random_policies(of: Guardable, observer: Person, random: Random) -> tuple[AccessPolicy, ...]:
    """Policies of a cube or view. Where it has a secret, most of the time none of them gives it to the observer whole,
    or only in some rows.
    """
    kinds = ("any", "hidden", "masked", "masked in part", "split") if of.secretive else ("any",)
    kind = random.choices(kinds, (3, 2, 2, 2, 3)[: len(kinds)])[0]
    if kind == "any":
        return tuple(random_policy(of, random) for _ in range(random.randint(1, 3)))
    without, secret = MemberSet(None, of.secretive), MemberSet(of.secretive)
    others = frozenset(name for name in of.members if name not in of.secretive)
    groups = random_groups(observer, random)
    match kind:
        case "hidden":
            found = [AccessPolicy("", groups, (), without, None, maybe_rows(of, random))]
        case "masked":
            masked = secret if random.random() < 0.5 else MemberSet()
            found = [AccessPolicy("", groups, (), without, masked, maybe_rows(of, random))]
        case "masked in part":
            whole = None if random.random() < 0.5 else MemberSet(of.secretive | sample(others, random))
            found = [
                AccessPolicy("", groups, (), without, MemberSet(), maybe_rows(of, random)),
                AccessPolicy("", random_groups(observer, random), (), whole, None, random_rows(of, random, 1)),
            ]
        case _:
            some = MemberSet(of.secretive | sample(others, random))
            rest = without if random.random() < 0.5 else MemberSet(frozenset(others) or of.secretive)
            found = [
                AccessPolicy("", groups, (), some, None, random_rows(of, random, 1)),
                AccessPolicy("", random_groups(observer, random), (), rest, None, maybe_rows(of, random)),
            ]
    if random.random() < 0.4:
        found.append(for_others(of, observer, random))
    random.shuffle(found)
    return tuple(found)


def random_policy(of: Guardable, random: Random) -> AccessPolicy:
    """Any policy, for the observer or not."""
    level = random.choice(("all", "all", "some", "some", "masked"))
    return AccessPolicy(
        name="",
        groups=None if random.random() < 0.4 else frozenset(random.sample(GROUPS, random.randint(1, 2))),
        conditions=(ClaimAt(("trusted",)),) if random.random() < 0.2 else (),
        members=None if level == "all" else random_members(of, random),
        masked=random_members(of, random) if level == "masked" else None,
        rows=maybe_rows(of, random),
        min_group=2 if random.random() < 0.05 else 0,
    )


def for_others(of: Guardable, observer: Person, random: Random) -> AccessPolicy:
    """Any policy that is not for the observer."""
    foreign = [group for group in GROUPS if group not in observer.groups] or ["nobody"]
    policy = random_policy(of, random)
    return AccessPolicy(
        "", frozenset({random.choice(foreign)}), policy.conditions, policy.members, policy.masked, policy.rows
    )


def random_groups(observer: Person, random: Random) -> frozenset[str] | None:
    """Groups of which one is the observer's; None for everyone."""
    if not observer.groups or random.random() < 0.4:
        return None
    return frozenset({random.choice(sorted(observer.groups)), random.choice(GROUPS)})


def random_members(of: Guardable, random: Random) -> MemberSet:
    """Some members; often all but the secret."""
    if of.secretive and random.random() < 0.4:
        return MemberSet(None, of.secretive)
    if random.random() < 0.5:
        return MemberSet(None, frozenset(random.sample(of.members, random.randint(0, min(4, len(of.members))))))
    return MemberSet(frozenset(random.sample(of.members, random.randint(1, len(of.members)))))


def sample(names: Collection[str], random: Random) -> frozenset[str]:
    """Some of these names, or none."""
    return frozenset(random.sample(sorted(names), random.randint(0, len(names))))


# ── rows ──


def maybe_rows(of: Guardable, random: Random) -> RowFilter | None:
    return random_rows(of, random, 2) if random.random() < 0.65 else None


def random_rows(of: Guardable, random: Random, depth: int) -> RowFilter | None:
    """A filter of rows; None, which is every row, where there is nothing to tell them by."""
    if not of.tests:
        return None
    if depth and random.random() < 0.3:
        parts = (random_rows(of, random, depth - 1), random_rows(of, random, depth - 1))
        both = tuple(part for part in parts if part is not None)
        return AllTests(both) if random.random() < 0.5 else AnyTest(both)
    # Most often the rows of the caller's own tenant.
    own = [test for test in of.tests if test.values == TENANT_CLAIM]
    return random.choice(own if own and random.random() < 0.4 else of.tests)


def test(member: str, operator: str, *values: str | int | bool | None) -> RowTest:
    return RowTest(member, operator, tuple(Constant(value) for value in values))


TENANT_CLAIM = (ClaimAt(("tenant",)),)
TESTS: Sequence[RowTest] = (
    RowTest("owner", "equals", TENANT_CLAIM),
    test("owner", "notEquals", TENANTS[1]),
    RowTest("region", "equals", (ClaimAt(("regions",)),)),
    test("region", "in", "north", "south"),
    test("region", "notEquals", "north"),
    test("region", "notEquals", "east", None),
    test("region", "set"),
    test("region", "notSet"),
    test("status", "equals", "open", None),
    test("status", "contains", "e"),
    test("status", "startsWith", "h", "d"),
    test("status", "notContains", "p"),
    RowTest("price", "lte", (ClaimAt(("most",)),)),
    test("price", "gt", 30),
    test("at", "afterOrOnDate", "2024-02-01"),
    test("at", "beforeDate", "2024-03-01"),
    test("flag", "equals", True),
)
