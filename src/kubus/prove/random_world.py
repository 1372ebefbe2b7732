"""Random worlds: cubes that are joined and guarded in several ways, with rows of three tenants."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from types import MappingProxyType
from typing import Any

from kubus.model.access import (
    AccessPolicy,
    AllTests,
    AnyTest,
    ClaimAt,
    Constant,
    MemberSet,
    RowFilter,
    RowTest,
    tests_in,
)
from kubus.prove.hidden import CANARY, Stored, with_canaries
from kubus.prove.rules import Value, is_for
from kubus.prove.world import Facade, Guarded, Person, World

NAMES = ("orders", "users", "items", "payments")
TENANTS = ("acme", "bolt", "core")
REGIONS = ("north", "south", "east", None)
STATES = ("open", "done", "Held", None)
GROUPS = ("analyst", "manager", "auditor")
DAY_ONE = datetime(2024, 1, 1)  # noqa: DTZ001 - wall time of a column without a zone

COLUMNS: Mapping[str, str] = MappingProxyType({
    "id": "INTEGER",
    "owner": "VARCHAR",
    "region": "VARCHAR",
    "status": "VARCHAR",
    "amount": "INTEGER",
    "qty": "INTEGER",
    "note": "VARCHAR",
    "at": "TIMESTAMP",
    "flag": "BOOLEAN",
})  # fmt: skip

# Columns of which no value is a canary: they decide what is seen and which rows meet, or are of a type without one.
FIXED = frozenset({"id", "owner", "region", "status", "at", "flag"})

# The columns that the value of each member depends on.
Reads = Mapping[str, frozenset[str]]

# Each member as declared, and the columns that its value depends on.
Declared = Mapping[str, tuple[dict[str, Any], tuple[str, ...]]]

DIMENSIONS: Declared = {
    "id": ({"type": "number", "sql": "id", "primary_key": True, "public": True}, ("id",)),
    "owner": ({"type": "string", "sql": "owner"}, ("owner",)),
    "region": ({"type": "string", "sql": "region"}, ("region",)),
    "status": ({"type": "string", "sql": "status"}, ("status",)),
    "price": ({"type": "number", "sql": "amount"}, ("amount",)),
    "note": ({"type": "string", "sql": "note", "mask": "***"}, ("note",)),
    "at": ({"type": "time", "sql": "{CUBE}.at"}, ("at",)),
    "flag": ({"type": "boolean", "sql": "flag"}, ("flag",)),
    "size": (
        {"type": "string", "sql": "case when {CUBE}.amount > 50 then 'big' else 'small' end", "mask": {"sql": "'?'"}},
        ("amount",),
    ),
    "shout": ({"type": "string", "sql": "upper({note})"}, ("note",)),
}
# Dimensions that show a column as it is.
PLAIN: Mapping[str, str] = {
    name: columns[0]
    for name, (said, columns) in DIMENSIONS.items()
    if said["sql"].removeprefix("{CUBE}.") == columns[0]
}

LAST_MONTH = {"interval": "1 month", "type": "prior"}
MEASURES: Declared = {
    "count": ({"type": "count"}, ("id",)),
    "total": ({"type": "sum", "sql": "amount", "mask": -1}, ("amount",)),
    "biggest": ({"type": "max", "sql": "{CUBE}.amount"}, ("amount",)),
    "average": ({"type": "avg", "sql": "qty"}, ("qty",)),
    "notes": ({"type": "count_distinct", "sql": "note"}, ("note",)),
    "last_note": ({"type": "string", "sql": "max({CUBE}.note)"}, ("note",)),
    "open_count": ({"type": "count", "filters": [{"sql": "{CUBE}.status = 'open'"}]}, ("id", "status")),
    "per_row": ({"type": "number", "sql": "{total} * 1.0 / nullif({count}, 0)"}, ("amount", "id")),
    "running": ({"type": "sum", "sql": "qty", "rolling_window": {"trailing": "unbounded"}}, ("qty",)),
    "recent": ({"type": "sum", "sql": "amount", "rolling_window": {"trailing": "7 day"}}, ("amount",)),
    "overall": ({"multi_stage": True, "type": "sum", "sql": "{total}", "group_by": []}, ("amount",)),
    "unfiltered": ({"multi_stage": True, "type": "sum", "sql": "{total}", "filter": {"mode": "fixed"}}, ("amount",)),
    "before": (
        {"multi_stage": True, "type": "number", "sql": "{total}", "time_shift": [LAST_MONTH]},
        ("amount",),
    ),
    "best": (
        {"multi_stage": True, "type": "rank", "order_by": [{"sql": "{total}", "dir": "desc"}], "reduce_by": ["status"]},
        ("amount",),
    ),
}  # fmt: skip
SEGMENTS: Declared = {
    "large": ({"sql": "{CUBE}.amount > 50"}, ("amount",)),
    "noted": ({"sql": "{CUBE}.note like 'c%'"}, ("note",)),
}


def random_world(random: Random) -> World:
    """A world, with canaries in it wherever its observer must not look."""
    names = NAMES[: random.choice((1, 2, 2, 3, 3, 4))]
    joins = {name: [other for other in names if other != name and random.random() < 0.5] for name in names}
    cubes = with_foreign([random_cube(name, joins[name], random) for name in names], joins, random)
    return with_canaries(
        World(
            cubes=cubes,
            views=random_views(cubes, joins, random),
            rows={c.table: tuple(random_row(c, n, random) for n in range(1, random.randint(4, 12))) for c in cubes},
            observer=random_person("ann", TENANTS[0], random),
            other=random_person(f"{CANARY}-bob", TENANTS[1], random),
        ),
        random,
    )


def with_other_policies(world: World, random: Random) -> World:
    """The world with other access policies for everyone but the observer."""
    person = world.observer

    def changed(policies: tuple[AccessPolicy, ...] | None, members: Reads) -> tuple[AccessPolicy, ...] | None:
        if policies is None:
            return None
        own = [policy for policy in policies if is_for(policy, person.groups, person.claims) or random.random() < 0.5]
        extra = [within(random_policy(members, random), members) for _ in range(random.randrange(3))]
        own.extend(policy for policy in extra if not is_for(policy, person.groups, person.claims))
        # A cube keeps at least one policy: without any it would be open.
        return tuple(own) or (AccessPolicy("", frozenset({"nobody"})),)

    return replace(
        world,
        cubes=tuple(replace(cube, policies=changed(cube.policies, cube.reads)) for cube in world.cubes),
        views=tuple(
            replace(view, policies=changed(view.policies, shown_by(view, world.cubes))) for view in world.views
        ),
    )


def shown_by(view: Facade, cubes: Sequence[Guarded]) -> Reads:
    """The columns on which each member of a view depends."""
    reads = {cube.name: cube.reads for cube in cubes}
    return {name: reads[cube].get(member, frozenset()) for name, (cube, member) in view.members.items()}


def random_person(name: str, tenant: str, random: Random) -> Person:
    claims: dict[str, object] = {
        "sub": name,
        "tenant": tenant,
        "regions": random.sample(["north", "south", "east"], random.randrange(3)),
        "most": random.choice((20, 60, 100)),
        "trusted": random.random() < 0.5,
    }
    return Person(name, claims, frozenset(group for group in GROUPS if random.random() < 0.4))


# ── cubes ──


def random_cube(name: str, targets: Sequence[str], random: Random) -> Guarded:
    """A cube that is joined with `targets`, each by a column of its own."""
    columns = {**COLUMNS, **{f"{target}_id": "INTEGER" for target in targets}}
    dimensions = {n: d for n, d in DIMENSIONS.items() if n in PLAIN or random.random() < 0.6}
    measures = {n: m for n, m in MEASURES.items() if n in {"count", "total"} or random.random() < 0.5}
    segments = {n: s for n, s in SEGMENTS.items() if random.random() < 0.5}
    reads = {n: frozenset(cols) for n, (_, cols) in (dimensions | measures | segments).items()}
    guard = random.choice(("policies", "policies", "policies", "claims", "both", "open"))
    table = f"t_{name}"
    source = {"sql_table": table}
    if guard in {"claims", "both"}:
        source = {"sql": f"SELECT * FROM {table} WHERE {{SECURITY_CONTEXT.tenant.requiredFilter('owner')}}"}  # noqa: S608 - SQL of a model
    elif random.random() < 0.2:
        source = {"sql": f"SELECT * FROM {table}"}  # noqa: S608 - SQL of a model
    policies = random_policies(reads, random) if guard in {"policies", "both"} else None
    declared = {
        "name": name,
        **source,
        "joins": [
            {
                "name": target,
                "sql": f"{{CUBE}}.{target}_id = {{{target}}}.id",
                "relationship": random.choice(("many_to_one", "many_to_one", "one_to_one", "one_to_many")),
            }
            for target in targets
        ],
        "dimensions": [{"name": n, **said} for n, (said, _) in dimensions.items()],
        "measures": [{"name": n, **said} for n, (said, _) in measures.items()],
        "segments": [{"name": n, **said} for n, (said, _) in segments.items()],
    }
    tenant = "owner" if guard in {"claims", "both"} else None
    fixed = FIXED | {f"{target}_id" for target in targets}
    if policies is not None and any("price" in tested(policy.rows) for policy in policies):
        fixed |= {"amount"}
    if policies is not None and any("note" in tested(policy.rows) for policy in policies):
        fixed |= {"note"}
    return Guarded(name, table, declared, columns, PLAIN, reads, policies, tenant, frozenset(), fixed)


def with_foreign(cubes: Sequence[Guarded], joins: Mapping[str, Sequence[str]], random: Random) -> tuple[Guarded, ...]:
    """The cubes, some with members that read other cubes."""
    read: dict[str, set[str]] = {cube.name: set() for cube in cubes}
    found: list[Guarded] = []
    for cube in cubes:
        measures, dimensions = list(cube.declared["measures"]), list(cube.declared["dimensions"])
        reads = dict(cube.reads)
        for target in joins[cube.name]:
            if random.random() < 0.3:
                measures.append({"name": f"of_{target}_total", "type": "number", "sql": f"{{{target}.total}}"})
                reads[f"of_{target}_total"] = frozenset()
                read[target].add("amount")
            if random.random() < 0.3:
                dimensions.append(
                    {"name": f"of_{target}_count", "type": "number", "sub_query": True, "sql": f"{{{target}.count}}"}
                )
                reads[f"of_{target}_count"] = frozenset()
            if random.random() < 0.3:
                dimensions.append({"name": f"of_{target}_note", "type": "string", "sql": f"{{{target}.note}}"})
                reads[f"of_{target}_note"] = frozenset()
                read[target].add("note")
        declared = {**cube.declared, "measures": measures, "dimensions": dimensions}
        found.append(replace(cube, declared=declared, reads=reads))
    return tuple(replace(cube, foreign=frozenset(read[cube.name])) for cube in found)


def random_row(cube: Guarded, number: int, random: Random) -> Stored:
    """A row with this key."""

    def value(name: str) -> Value:
        match name:
            case "id":
                return number
            case "owner":
                return random.choice((*TENANTS, TENANTS[0]))
            case "region":
                return random.choice(REGIONS)
            case "status":
                return random.choice(STATES)
            case "amount" | "qty":
                return random.choice((None, random.randrange(100), random.randrange(100)))
            case "note":
                return random.choice((None, "calm", "Calm", "loud", "n" + str(random.randrange(5))))
            case "at":
                return DAY_ONE + timedelta(hours=random.randrange(24 * 90))
            case "flag":
                return random.choice((True, False, None))
            case _:
                return random.choice((None, random.randrange(1, 12), random.randrange(1, 12)))

    return tuple(value(name) for name in cube.columns)


# ── access policies ──


def random_policies(members: Reads, random: Random) -> tuple[AccessPolicy, ...]:
    return tuple(random_policy(members, random) for _ in range(random.randint(1, 3)))


def random_policy(members: Reads, random: Random) -> AccessPolicy:
    level = random.choice(("all", "all", "some", "some", "masked"))
    return AccessPolicy(
        name="",
        groups=None if random.random() < 0.4 else frozenset(random.sample(GROUPS, random.randint(1, 2))),
        conditions=(ClaimAt(("trusted",)),) if random.random() < 0.2 else (),
        members=None if level == "all" else random_members(members, random),
        masked=random_members(members, random) if level == "masked" else None,
        rows=random_rows(random, 2) if random.random() < 0.75 else None,
    )


def random_members(members: Reads, random: Random) -> MemberSet:
    """Some members; often all but those that read one column, so that no other member tells of it."""
    if random.random() < 0.5:
        column = random.choice(("note", "note", "amount", "qty"))
        return MemberSet(None, frozenset(name for name, columns in members.items() if column in columns))
    if random.random() < 0.5:
        return MemberSet(None, frozenset(random.sample(list(members), random.randint(0, min(4, len(members))))))
    return MemberSet(frozenset(random.sample(list(members), random.randint(1, len(members)))))


def random_rows(random: Random, depth: int) -> RowFilter:
    if depth and random.random() < 0.3:
        parts = tuple(random_rows(random, depth - 1) for _ in range(2))
        return AllTests(parts) if random.random() < 0.5 else AnyTest(parts)
    return random.choice(TESTS)


def test(member: str, operator: str, *values: str | int | bool | None) -> RowTest:
    return RowTest(member, operator, tuple(Constant(value) for value in values))


OWN_ROWS = RowTest("owner", "equals", (ClaimAt(("tenant",)),))
TESTS: tuple[RowTest, ...] = (
    *(OWN_ROWS,) * 6,
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


def within(policy: AccessPolicy, members: Collection[str]) -> AccessPolicy:
    """The policy, without its rows if they are told by what is not among these members."""
    return policy if tested(policy.rows) <= set(members) else replace(policy, rows=None)


def tested(rows: RowFilter | None) -> frozenset[str]:
    """The members that a filter of rows compares."""
    return frozenset() if rows is None else frozenset(one.member for one in tests_in(rows))


# ── views ──


def random_views(cubes: Sequence[Guarded], joins: Mapping[str, Sequence[str]], random: Random) -> tuple[Facade, ...]:
    """A view over the first cube and some of those that it is joined with; or none."""
    if random.random() < 0.4:
        return ()
    root = cubes[0]
    members: dict[str, tuple[str, str]] = {}
    entries: list[dict[str, Any]] = []
    by_name = {cube.name: cube for cube in cubes}
    for path in (root.name, *(f"{root.name}.{target}" for target in joins[root.name] if random.random() < 0.7)):
        cube = by_name[path.rpartition(".")[2]]
        chosen = random.sample(list(cube.reads), random.randint(1, len(cube.reads)))
        is_root = cube is root
        entries.append({"join_path": path, "includes": chosen, "prefix": not is_root})
        members |= {name if is_root else f"{cube.name}_{name}": (cube.name, name) for name in chosen}
    policies: tuple[AccessPolicy, ...] | None = None
    if random.random() < 0.6:
        shown = shown_by(Facade("wide", {}, members), cubes)
        policies = tuple(within(policy, members) for policy in random_policies(shown, random))
    return (Facade("wide", {"name": "wide", "cubes": entries}, members, policies),)
