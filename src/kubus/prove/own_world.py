"""Worlds made of a project's own model: its cubes, on tables that are made up.

Every cube gets a table with the columns that its SQL names, filled at random with rows of several owners. What the
cube's own query in `sql` does is not asked then, unless it filters by a claim: only what kubus makes of the model is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from types import MappingProxyType
from typing import cast

from sqlglot import exp

from kubus.errors import ConfigError
from kubus.model.access import AccessPolicy, ClaimAt, Constant, PolicyValue, tests_in
from kubus.model.columns import KINDS, Kind, bare_column, columns_of, columns_read, members_of, named_in, on_table
from kubus.model.context import everything_in
from kubus.model.cube import Cube, Dimension, Measure, Segment
from kubus.model.member_sql import MemberReference, MemberSql
from kubus.model.model import Model
from kubus.prove.hidden import CANARY, Stored, with_canaries
from kubus.prove.rules import NotProven, Value, is_for
from kubus.prove.world import Facade, Guarded, Person, World

DAY_ONE = datetime(2024, 1, 1)  # noqa: DTZ001 - wall time of a column without a zone
WORDS = ("alpha", "beta", "gamma")
ANYONE = "anyone"


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the model says of a project's worlds: the tables, and which claims and groups its policies read."""

    model: Model
    cubes: tuple[Guarded, ...]
    views: tuple[Facade, ...]
    claims: Mapping[tuple[str, ...], tuple[Kind, bool]]
    groups: tuple[str, ...]
    values: Mapping[tuple[str, str], tuple[PolicyValue, ...]]


def drawn(model: Model) -> Drawn:
    """The tables of a model and what guards them.

    Raises:
        ConfigError: tenants have places of their own, and a world has one.
    """
    if model.tenancy is not None and model.tenancy.kind is not None:
        raise ConfigError(
            f"Each tenant has a {model.tenancy.kind.replace('_', ' ')}, and kubus prove makes one place for all",
            hint="Its own tests prove those: see docs/tenants.md",
        )
    columns = columns_of(model)
    foreign = {name: set[str]() for name in model.cubes}
    reads: dict[str, dict[str, frozenset[str]]] = {}
    for cube in model.cubes.values():
        own: dict[str, frozenset[str]] = {}
        for member in members_of(cube):
            found = set(columns_read(member, model, frozenset()))
            own[member.name] = frozenset(column for of, column in found if of == cube.name)
            for of, column in found:
                if of != cube.name:
                    foreign[of].add(column)
        reads[cube.name] = own
    cubes = tuple(
        guarded(cube, columns[cube.name], reads[cube.name], frozenset(foreign[cube.name]), model)
        for cube in model.cubes.values()
    )
    views = tuple(
        Facade(
            view.name,
            {},
            {
                member.name: (member.alias_of.cube, member.alias_of.member)
                for member in (*view.dimensions.values(), *view.measures.values(), *view.segments.values())
                if member.alias_of is not None
            },
            view.policies or None,
        )
        for view in model.views.values()
    )
    tables = {cube.name: on_table(model.cubes[cube.name], cube.table) for cube in cubes}
    claims: dict[tuple[str, ...], tuple[Kind, bool]] = {}
    values: dict[tuple[str, str], tuple[PolicyValue, ...]] = {}
    groups: set[str] = set()
    for holder in (*model.cubes.values(), *model.views.values()):
        for policy in holder.policies:
            groups |= policy.groups or frozenset()
            for condition in policy.conditions:
                claims.update((one.path, ("BOOLEAN", False)) for one in claims_of(condition))
            for test in () if policy.rows is None else tests_in(policy.rows):
                dimension = behind(model.dimension(test.member), model)
                values[dimension.cube, dimension.name] = (
                    *values.get((dimension.cube, dimension.name), ()),
                    *test.values,
                )
                many = test.operator in {"equals", "notEquals", "in", "notIn"}
                for value in test.values:
                    kind = KINDS.get(dimension.type, "VARCHAR")
                    claims.update((one.path, (kind, many)) for one in claims_of(value))
    for path in model.claims:
        claims.setdefault(path, ("VARCHAR", False))
    if model.tenancy is not None:
        kinds = {cube.columns[cube.tenant] for cube in cubes if cube.tenant is not None}
        if len(kinds) > 1:
            raise NotProven("the tenant columns of cubes are of several types")
        claims[model.tenancy.claim] = (cast("Kind", next(iter(kinds), "VARCHAR")), False)
    holders = {name: tables.get(name, holder) for name, holder in model.holders.items()}
    made = replace(model, cubes=MappingProxyType(tables), holders=MappingProxyType(holders))
    return Drawn(made, cubes, views, claims, tuple(sorted(groups)), values)


def own_world(project: Drawn, random: Random) -> World:
    """A world of the project's model: two callers, and rows of theirs and of others."""
    observer = person("observer", "a", project, random)
    other = person(f"{CANARY}-other", "b", project, random)
    rows = {
        cube.table: tuple(own_row(project, cube, number, random) for number in range(1, random.randint(5, 12)))
        for cube in project.cubes
    }
    tenancy = project.model.tenancy
    world = World(
        project.cubes,
        project.views,
        rows,
        observer,
        other,
        project.model,
        tenant_claim=None if tenancy is None else tenancy.claim,
    )
    return with_canaries(world, random, lambda cube, key, random: own_row(project, cube, key, random))


def person(name: str, letter: str, project: Drawn, random: Random) -> Person:
    """A caller with every claim that the model reads."""
    claims: dict[str, object] = {"sub": name}
    for path, (kind, many) in project.claims.items():
        value = claim(letter, kind, random)
        put(claims, path, [value, claim(ANYONE, kind, random)] if many and random.random() < 0.3 else value)
    return Person(name, claims, frozenset(group for group in project.groups if random.random() < 0.5))


def claim(letter: str, kind: Kind, random: Random) -> object:
    match kind:
        case "VARCHAR":
            return f"owner-{letter}"
        case "INTEGER":
            return {"a": 1, "b": 2}.get(letter, 3)
        case "BOOLEAN":
            return random.random() < 0.7
        case "TIMESTAMP":
            return "2024-02-01"


def put(claims: dict[str, object], path: tuple[str, ...], value: object) -> None:
    """Set the claim at a path."""
    first, *rest = path
    if not rest:
        claims[first] = value
        return
    inner = cast("dict[str, object]", claims.setdefault(first, {}))
    put(inner, tuple(rest), value)


def own_row(project: Drawn, cube: Guarded, number: int, random: Random) -> Stored:
    """A row with a key of this number."""
    shown = {column: name for name, column in cube.dimensions.items()}
    keys = {d.name for d in project.model.cubes[cube.name].primary_key}

    def value(column: str, kind: str) -> Value:
        name = shown.get(column)
        if name in keys:
            return (
                number
                if kind == "INTEGER"
                else f"key-{number}"
                if kind == "VARCHAR"
                else DAY_ONE + timedelta(days=number)
            )
        if column == cube.tenant:
            return policy_value(ClaimAt(()), kind, random)
        wanted = project.values.get((cube.name, name or ""), ())
        if wanted and random.random() < 0.8:
            return policy_value(random.choice(wanted), kind, random)
        return some_value(kind, random)

    return tuple(value(column, kind) for column, kind in cube.columns.items())


def key_value(kind: str, number: int) -> Value:
    match kind:
        case "INTEGER":
            return number
        case "VARCHAR":
            return f"key-{number}"
        case _:
            return DAY_ONE + timedelta(days=number)


def policy_value(wanted: PolicyValue, kind: str, random: Random) -> Value:
    """A value that a policy asks for, or the like of another owner."""
    if isinstance(wanted, Constant) and kind in {"VARCHAR", "BOOLEAN"}:
        return None if wanted.value is None else str(wanted.value) if kind == "VARCHAR" else bool(wanted.value)
    match kind:
        case "VARCHAR":
            return f"owner-{random.choice(('a', 'a', 'b', ANYONE))}"
        case "INTEGER":
            return random.choice((1, 1, 2, 3))
        case _:
            return some_value(kind, random)


def some_value(kind: str, random: Random) -> Value:
    match kind:
        case "INTEGER":
            return random.choice((None, random.randrange(1, 12), random.randrange(1, 12)))
        case "TIMESTAMP":
            return DAY_ONE + timedelta(hours=random.randrange(24 * 90))
        case "BOOLEAN":
            return random.choice((True, False, None))
        case _:
            return random.choice((None, *WORDS))


def without_others(world: World) -> World:
    """The world in a model that has only the policies that are for the observer; a guarded cube stays guarded."""
    assert world.model is not None, "a world of a project"
    person = world.observer

    def own(policies: tuple[AccessPolicy, ...]) -> tuple[AccessPolicy, ...]:
        kept = tuple(policy for policy in policies if is_for(policy, person.groups, person.claims))
        return kept or tuple(replace(policy, groups=frozenset({"nobody"})) for policy in policies)

    model = world.model
    cubes = {name: replace(cube, policies=own(cube.policies)) for name, cube in model.cubes.items()}
    views = {name: replace(view, policies=own(view.policies)) for name, view in model.views.items()}
    changed = replace(
        model,
        cubes=MappingProxyType(cubes),
        views=MappingProxyType(views),
        holders=MappingProxyType({name: cubes.get(name) or views[name] for name in model.holders}),
        version=f"{model.version}, others left out",
    )
    return replace(world, model=changed)


def columns_of_mask(member: Dimension | Measure | Segment, model: Model) -> frozenset[str]:
    """The columns of its own cube that the mask of a member reads."""
    mask = None if isinstance(member, Segment) else member.mask
    if not isinstance(mask, MemberSql):
        return frozenset()
    found = {column for of, column, _ in named_in(mask, member.cube) if of == member.cube}
    for reference in mask.references:
        if isinstance(reference, MemberReference) and reference.cube in model.cubes:
            read = model.cubes[reference.cube].member(reference.member)
            if read is not None:
                found |= {c for of, c in columns_read(read, model, frozenset({member.path})) if of == member.cube}
    return frozenset(found)


def guarded(
    cube: Cube, columns: Mapping[str, Kind], reads: Mapping[str, frozenset[str]], foreign: frozenset[str], model: Model
) -> Guarded:
    """What guards a cube."""
    shown = {d.name: column for d in cube.dimensions.values() if (column := bare_column(d)) is not None}
    rows = [p.rows for holder in model.holders.values() for p in holder.policies if p.rows is not None]
    tested = [behind(model.dimension(test.member), model) for filter_ in rows for test in tests_in(filter_)]
    fixed = {shown[d.name] for d in tested if d.cube == cube.name and d.name in shown}
    fixed |= {column for d in cube.primary_key for of, column in columns_read(d, model, frozenset()) if of == cube.name}
    fixed |= {column for column, kind in columns.items() if kind not in {"VARCHAR", "INTEGER"}}
    of_tenant = tenant_column(cube)
    if of_tenant is not None:
        fixed.add(of_tenant)
    for other in model.cubes.values():
        for join in other.joins:
            fixed |= {column for of, column, _ in named_in(join.on, other.name) if of == cube.name}
    declared = {
        "dimensions": [{"name": d.name, "type": d.type} for d in cube.dimensions.values()],
        "measures": [{"name": m.name, "type": m.type.value_type} for m in cube.measures.values()],
        "segments": [{"name": s.name} for s in cube.segments.values()],
    }
    whole = {**columns} or {"id": "INTEGER"}
    return Guarded(
        cube.name,
        f"prove_{cube.name}",
        declared,
        whole,
        shown,
        reads,
        {member.name: columns_of_mask(member, model) for member in members_of(cube)},
        cube.policies or None,
        of_tenant,
        foreign,
        frozenset(fixed),
    )


def tenant_column(cube: Cube) -> str | None:
    """The column that names the tenant of a row; None where none does. Raises NotProven if it is no plain column."""
    if not isinstance(cube.tenant, MemberSql):
        return None
    if not isinstance(cube.tenant.tree, exp.Column):
        raise NotProven(f"the tenant of a row of '{cube.name}' is no plain column")
    return cube.tenant.tree.name


def behind(dimension: Dimension, model: Model) -> Dimension:
    target = dimension.alias_of
    return dimension if target is None else model.dimension(f"{target.cube}.{target.member}")


def claims_of(value: PolicyValue) -> list[ClaimAt]:
    return [one for one in everything_in(value) if isinstance(one, ClaimAt)]
