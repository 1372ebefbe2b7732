"""Random worlds: cubes that are joined and guarded in several ways, with rows of three tenants."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from types import MappingProxyType
from typing import Any

from kubus.model.access import AccessPolicy, MemberSet, RowTest, tests_in
from kubus.prove.hidden import CANARY, Stored, with_canaries
from kubus.prove.random_policies import GROUPS, TENANTS, TESTS, Guardable, maybe_rows, random_policies, random_policy
from kubus.prove.rules import Value, is_for
from kubus.prove.world import NO_MASKS, Facade, Guarded, Person, World

NAMES = ("orders", "users", "items", "payments")
REGIONS = ("north", "south", "east", None)
STATES = ("open", "done", "Held", None)
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

# Columns in which nothing is changed: they decide which rows meet, and most often what is seen.
FIXED = frozenset({"id", "owner", "region", "status"})
# Columns that may be the secret of a cube: few are given it.
SECRETS = ("note", "note", "amount", "amount", "qty", "at", "flag")

# Each member as declared, and the columns that its value depends on.
Declared = Mapping[str, tuple[dict[str, Any], tuple[str, ...]]]

DIMENSIONS: Declared = {
    "id": ({"type": "number", "sql": "id", "primary_key": True, "public": True}, ("id",)),
    "owner": ({"type": "string", "sql": "owner"}, ("owner",)),
    "region": ({"type": "string", "sql": "region"}, ("region",)),
    "status": ({"type": "string", "sql": "status"}, ("status",)),
    "price": ({"type": "number", "sql": "amount"}, ("amount",)),
    "note": ({"type": "string", "sql": "note"}, ("note",)),
    "at": ({"type": "time", "sql": "{CUBE}.at"}, ("at",)),
    "flag": ({"type": "boolean", "sql": "flag"}, ("flag",)),
    "size": ({"type": "string", "sql": "case when {CUBE}.amount > 50 then 'big' else 'small' end"}, ("amount",)),
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
    "total": ({"type": "sum", "sql": "amount"}, ("amount",)),
    "biggest": ({"type": "max", "sql": "{CUBE}.amount"}, ("amount",)),
    "average": ({"type": "avg", "sql": "qty"}, ("qty",)),
    "notes": ({"type": "count_distinct", "sql": "note"}, ("note",)),
    "last_note": ({"type": "string", "sql": "max({CUBE}.note)"}, ("note",)),
    "latest": ({"type": "time", "sql": "max({CUBE}.at)"}, ("at",)),
    "flagged": ({"type": "count", "filters": [{"sql": "{CUBE}.flag"}]}, ("id", "flag")),
    "open_count": ({"type": "count", "filters": [{"sql": "{CUBE}.status = 'open'"}]}, ("id", "status")),
    "per_row": ({"type": "number", "sql": "{total} * 1.0 / nullif({count}, 0)"}, ("amount", "id")),
    "running": ({"type": "sum", "sql": "qty", "rolling_window": {"trailing": "unbounded"}}, ("qty", "at")),
    "recent": ({"type": "sum", "sql": "amount", "rolling_window": {"trailing": "7 day"}}, ("amount", "at")),
    "overall": ({"multi_stage": True, "type": "sum", "sql": "{total}", "group_by": []}, ("amount",)),
    "unfiltered": ({"multi_stage": True, "type": "sum", "sql": "{total}", "filter": {"mode": "fixed"}}, ("amount",)),
    "before": (
        {"multi_stage": True, "type": "number", "sql": "{total}", "time_shift": [LAST_MONTH]},
        ("amount", "at"),
    ),
    "best": (
        {"multi_stage": True, "type": "rank", "order_by": [{"sql": "{total}", "dir": "desc"}], "reduce_by": ["status"]},
        ("amount",),
    ),
}  # fmt: skip
SEGMENTS: Declared = {
    "large": ({"sql": "{CUBE}.amount > 50"}, ("amount",)),
    "noted": ({"sql": "{CUBE}.note like 'c%'"}, ("note",)),
    "red": ({"sql": "{CUBE}.flag"}, ("flag",)),
}

# What some members are masked by; others by the mask of their type, if there is one. The masks in SQL read no secret.
MASKS: Mapping[str, tuple[Any, ...]] = {
    "note": ("***", {"sql": "'?'"}, {"sql": "coalesce({CUBE}.region, 'nowhere')"}),
    "price": (-1, {"sql": "0"}),
    "shout": ("***",),
    "size": ({"sql": "'?'"},),
    "at": ("2020-01-01",),
    "flag": (False,),
    "total": (-1, {"sql": "count(*)"}),
    "average": ({"sql": "count(distinct {CUBE}.region)"},),
    "last_note": ("***",),
}
DEFAULT_MASKS: Mapping[str, str] = {"string": "masked", "number": "-9", "boolean": "false", "time": "2021-01-01"}
MASKS_READ: Mapping[str, frozenset[str]] = {"note": frozenset({"region"}), "average": frozenset({"region"})}


def random_world(random: Random) -> World:
    """A world, with canaries in it wherever its observer must not look."""
    names = NAMES[: random.choice((1, 2, 2, 3, 3, 4))]
    # Some first cubes are seen through a view alone.
    is_apart = random.random() < 0.25
    joins = {
        name: [o for o in names if o != name and not (is_apart and o == names[0]) and random.random() < 0.5]
        for name in names
    }
    observer = random_person("ann", TENANTS[0], random)
    has_tenants, is_closed = random.random() < 0.2, random.random() < 0.2
    secrets = {name: random.choice(SECRETS) if random.random() < 0.75 else None for name in names}
    cubes = [random_cube(name, joins, secrets[name], observer, random, has_tenants=has_tenants) for name in names]
    rewritten = frozenset(cube.name for cube in cubes if is_alone(cube.name, joins) and random.random() < 0.3)
    cubes = [replace(cube, tenant="owner") if cube.name in rewritten else cube for cube in cubes]
    joined = with_foreign(cubes, joins, secrets, random)
    if is_apart:
        joined = (seen_through_views(joined[0], random, is_closed=is_closed), *joined[1:])
    views = ()
    if names[0] not in rewritten and (is_apart or random.random() < 0.6):
        views = (random_view(joined, joins, secrets, observer, random),)
    world = World(
        cubes=joined,
        views=views,
        rows={c.table: tuple(random_row(c, n, random) for n in range(1, random.randint(4, 12))) for c in joined},
        observer=observer,
        other=random_person(f"{CANARY}-bob", TENANTS[1], random),
        tenant_claim=("tenant",) if has_tenants else None,
        is_closed=is_closed,
        default_masks=DEFAULT_MASKS if random.random() < 0.5 else NO_MASKS,
        rewritten=rewritten,
        others=random_others(random) if random.random() < 0.15 else (),
    )
    return with_canaries(world, random, random_row)


def with_other_policies(world: World, random: Random) -> World:
    """The world with other access policies for everyone but the observer, and another model for others."""
    person = world.observer

    def changed(policies: tuple[AccessPolicy, ...] | None, of: Guardable) -> tuple[AccessPolicy, ...] | None:
        if policies is None:
            return None
        own = [policy for policy in policies if is_for(policy, person.groups, person.claims) or random.random() < 0.5]
        extra = [random_policy(of, random) for _ in range(random.randrange(3))]
        own.extend(policy for policy in extra if not is_for(policy, person.groups, person.claims))
        # A cube keeps at least one policy: without any it would be open.
        return tuple(own) or (AccessPolicy("", frozenset({"nobody"})),)

    return replace(
        world,
        cubes=tuple(
            replace(cube, policies=changed(cube.policies, of_cube(cube.reads, None, fixed=cube.fixed)))
            for cube in world.cubes
        ),
        views=tuple(
            replace(view, policies=changed(view.policies, of_view(view.members, world.cubes, {})))
            for view in world.views
        ),
        others=random_others(random) if world.others else (),
    )


def random_person(name: str, tenant: str, random: Random) -> Person:
    claims: dict[str, object] = {
        "sub": name,
        "tenant": tenant,
        "regions": random.sample(["north", "south", "east"], random.randrange(3)),
        "most": random.choice((20, 60, 100)),
        "trusted": random.random() < 0.5,
    }
    return Person(name, claims, frozenset(group for group in GROUPS if random.random() < 0.4))


def random_others(random: Random) -> tuple[str, ...]:
    """The dimensions of a cube that others have."""
    return ("plan", *(f"plan_{number}" for number in random.sample(range(1000), 2)))


# ── cubes ──


def random_cube(
    name: str,
    joins: Mapping[str, Sequence[str]],
    secret: str | None,
    observer: Person,
    random: Random,
    *,
    has_tenants: bool,
) -> Guarded:
    """A cube that is joined with others, each by a column of its own."""
    targets = joins[name]
    columns = {**COLUMNS, **{f"{target}_id": "INTEGER" for target in targets}}
    dimensions = {n: d for n, d in DIMENSIONS.items() if n in PLAIN or random.random() < 0.6}
    measures = {n: m for n, m in MEASURES.items() if n in {"count", "total"} or random.random() < 0.5}
    segments = {n: s for n, s in SEGMENTS.items() if random.random() < 0.5}
    reads = {n: frozenset(cols) for n, (_, cols) in (dimensions | measures | segments).items()}
    guard = random.choice(("policies", "policies", "policies", "claims", "both", "open"))
    table = f"t_{name}"
    source: dict[str, Any] = {"sql_table": table}
    tenant: str | None = None
    if guard in {"claims", "both"}:
        source = {"sql": f"SELECT * FROM {table} WHERE {{SECURITY_CONTEXT.tenant.requiredFilter('owner')}}"}  # noqa: S608 - SQL of a model
        tenant = "owner"
    elif random.random() < 0.2:
        source = {"sql": f"SELECT * FROM {table}"}  # noqa: S608 - SQL of a model
    if has_tenants:
        is_shared = random.random() < 0.25
        source["tenant"] = "shared" if is_shared else "owner"
        tenant = tenant if is_shared else "owner"
    fixed = FIXED | {f"{target}_id" for target in targets}
    policies: tuple[AccessPolicy, ...] | None = None
    if guard in {"policies", "both"}:
        policies = random_policies(of_cube(reads, secret, fixed=None), observer, random)
        fixed |= {PLAIN[member] for policy in policies for member in tested(policy)}
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
        "dimensions": [{"name": n, **said, **random_mask(n, random)} for n, (said, _) in dimensions.items()],
        "measures": [{"name": n, **said, **random_mask(n, random)} for n, (said, _) in measures.items()],
        "segments": [{"name": n, **said} for n, (said, _) in segments.items()],
    }
    is_reached = any(name in others for others in joins.values())
    return Guarded(
        name, table, declared, columns, PLAIN, reads, MASKS_READ, policies, tenant, frozenset(), fixed, is_reached
    )


def random_mask(name: str, random: Random) -> dict[str, Any]:
    masks = MASKS.get(name, ())
    return {"mask": random.choice(masks)} if masks and random.random() < 0.6 else {}


def is_alone(name: str, joins: Mapping[str, Sequence[str]]) -> bool:
    """Whether a cube is joined with no other."""
    return not joins[name] and not any(name in others for others in joins.values())


def with_foreign(
    cubes: Sequence[Guarded], joins: Mapping[str, Sequence[str]], secrets: Mapping[str, str | None], random: Random
) -> tuple[Guarded, ...]:
    """The cubes, some with members that read other cubes; few of them read a secret."""
    read: dict[str, set[str]] = {cube.name: set() for cube in cubes}
    found: list[Guarded] = []

    def may_read(target: str, column: str) -> bool:
        return random.random() < (0.05 if secrets[target] == column else 0.3)

    for cube in cubes:
        measures, dimensions = list(cube.declared["measures"]), list(cube.declared["dimensions"])
        reads = dict(cube.reads)
        for target in joins[cube.name]:
            if may_read(target, "amount"):
                measures.append({"name": f"of_{target}_total", "type": "number", "sql": f"{{{target}.total}}"})
                reads[f"of_{target}_total"] = frozenset()
                read[target].add("amount")
            if may_read(target, "id"):
                dimensions.append(
                    {"name": f"of_{target}_count", "type": "number", "sub_query": True, "sql": f"{{{target}.count}}"}
                )
                reads[f"of_{target}_count"] = frozenset()
            if may_read(target, "note"):
                dimensions.append({"name": f"of_{target}_note", "type": "string", "sql": f"{{{target}.note}}"})
                reads[f"of_{target}_note"] = frozenset()
                read[target].add("note")
        declared = {**cube.declared, "measures": measures, "dimensions": dimensions}
        found.append(replace(cube, declared=declared, reads=reads))
    return tuple(replace(cube, foreign=frozenset(read[cube.name])) for cube in found)


def seen_through_views(cube: Guarded, random: Random, *, is_closed: bool) -> Guarded:
    """The cube, of which nobody is given a member."""
    if is_closed and random.random() < 0.5:
        return replace(cube, policies=None)
    rows = maybe_rows(of_cube(cube.reads, None, fixed=cube.fixed), random)
    return replace(cube, policies=(AccessPolicy("", None, (), MemberSet(None, None), None, rows),))


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


# ── what is guarded ──


def of_cube(reads: Mapping[str, frozenset[str]], secret: str | None, *, fixed: frozenset[str] | None) -> Guardable:
    """What policies of a cube may speak of. They tell rows by no secret, and if given, by `fixed` columns alone."""
    tests = [t for t in TESTS if PLAIN[t.member] != secret and (fixed is None or PLAIN[t.member] in fixed)]
    return Guardable(tuple(reads), frozenset(n for n, columns in reads.items() if secret in columns), tuple(tests))


def of_view(
    members: Mapping[str, tuple[str, str]], cubes: Sequence[Guarded], secrets: Mapping[str, str | None]
) -> Guardable:
    """What policies of a view may speak of."""
    by_name = {cube.name: cube for cube in cubes}

    def reads(name: str) -> frozenset[str]:
        cube, member = members[name]
        return by_name[cube].reads[member]

    tests = [
        RowTest(name, t.operator, t.values)
        for name, (cube, member) in members.items()
        for t in TESTS
        if t.member == member and PLAIN[member] in by_name[cube].fixed
    ]
    secretive = frozenset(name for name, (cube, _) in members.items() if secrets.get(cube) in reads(name))
    return Guardable(tuple(members), secretive, tuple(tests))


def tested(policy: AccessPolicy) -> frozenset[str]:
    """The members that a policy tells rows by."""
    return frozenset() if policy.rows is None else frozenset(one.member for one in tests_in(policy.rows))


# ── views ──


def random_view(
    cubes: Sequence[Guarded],
    joins: Mapping[str, Sequence[str]],
    secrets: Mapping[str, str | None],
    observer: Person,
    random: Random,
) -> Facade:
    """A view over the first cube and some of those that it is joined with."""
    root = cubes[0]
    is_guarded = random.random() < 0.75
    members: dict[str, tuple[str, str]] = {}
    entries: list[dict[str, Any]] = []
    by_name = {cube.name: cube for cube in cubes}
    for path in (root.name, *(f"{root.name}.{target}" for target in joins[root.name] if random.random() < 0.7)):
        cube = by_name[path.rpartition(".")[2]]
        # What gives everything tells few secrets.
        told = [n for n, columns in cube.reads.items() if is_guarded or secrets[cube.name] not in columns]
        told = told if told and random.random() < 0.8 else list(cube.reads)
        chosen = random.sample(told, random.randint(1, len(told)))
        is_root = cube is root
        entries.append({"join_path": path, "includes": chosen, "prefix": not is_root})
        members |= {name if is_root else f"{cube.name}_{name}": (cube.name, name) for name in chosen}
    policies = random_policies(of_view(members, cubes, secrets), observer, random) if is_guarded else None
    return Facade("wide", {"name": "wide", "cubes": entries}, members, policies)
