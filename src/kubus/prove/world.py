"""A world to look for leaks in: a model, the rows of its tables, and two callers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from kubus.model.access import (
    AccessPolicy,
    AllTests,
    AnyTest,
    ClaimAt,
    Constant,
    MemberSet,
    PolicyValue,
    RowFilter,
    RowTest,
)
from kubus.model.model import Model
from kubus.prove.rules import NotProven, Row, Value

# Shown where a masked member declares no mask, by type: none.
NO_MASKS: Mapping[str, str] = MappingProxyType({})

# A cube that only the model of one tenant has, and its table, of one text.
OTHERS_CUBE = "private_plans"
OTHERS_TABLE = "t_private_plans"


@dataclass(frozen=True, slots=True)
class Person:
    """A caller of a world."""

    name: str
    claims: Mapping[str, object]
    groups: frozenset[str]


@dataclass(frozen=True, slots=True)
class Guarded:
    """A cube, and what guards it.

    `declared` is how a model file has it, without its access policies. `columns` are those of its table with their SQL
    types. `dimensions` name the column that a dimension shows as it is; `reads` has the columns that the value of each
    member depends on, `masks` those that its mask does, `foreign` those that members of other cubes read. `policies`
    None says that the cube has no access policy. `tenant` is the column that has to name the caller's tenant, whatever
    it is that says so. `fixed` columns decide who sees a row, or which rows meet. `is_reached` says that
    queries of other cubes may pass through its rows.
    """

    name: str
    table: str
    declared: Mapping[str, Any]
    columns: Mapping[str, str]
    dimensions: Mapping[str, str]
    reads: Mapping[str, frozenset[str]]
    masks: Mapping[str, frozenset[str]]
    policies: tuple[AccessPolicy, ...] | None = None
    tenant: str | None = None
    foreign: frozenset[str] = frozenset()
    fixed: frozenset[str] = frozenset()
    is_reached: bool = True

    def row(self, stored: tuple[Value, ...]) -> Row:
        """A stored row by its dimensions."""
        values = dict(zip(self.columns, stored, strict=True))
        return {name: values[column] for name, column in self.dimensions.items()}


@dataclass(frozen=True, slots=True)
class Facade:
    """A view: `members` have the cube's member behind each name, as (cube, member)."""

    name: str
    declared: Mapping[str, Any]
    members: Mapping[str, tuple[str, str]]
    policies: tuple[AccessPolicy, ...] | None = None


@dataclass(frozen=True, slots=True)
class World:
    """Guarded cubes and views over them, the rows of each table, and two callers: one looks, the other has secrets.

    `model` is what answers, where it is not that of `files`. `tenant_claim` is the claim that a `tenant:` block of the
    model names; None for no such block, and the tenant is the claim `tenant`. `is_closed` says that without a policy
    nothing is given; `default_masks` are the masks of members that declare none. Of the cubes in `rewritten`, the
    project's `query_rewrite` lets callers have the rows of their tenant. `others` are the dimensions of a cube that
    only the model of the other caller's tenant has, if it has one.
    """

    cubes: tuple[Guarded, ...]
    views: tuple[Facade, ...]
    rows: Mapping[str, tuple[tuple[Value, ...], ...]]
    observer: Person
    other: Person
    model: Model | None = None
    tenant_claim: tuple[str, ...] | None = None
    is_closed: bool = False
    default_masks: Mapping[str, str] = field(default_factory=lambda: NO_MASKS)
    rewritten: frozenset[str] = frozenset()
    others: tuple[str, ...] = ()

    @property
    def others_members(self) -> tuple[str, ...]:
        """The paths of the members that only the other's model has, and of one that it may have."""
        return tuple(f"{OTHERS_CUBE}.{name}" for name in ("count", *self.others))

    def files(self) -> dict[str, str]:
        """The model, by file name."""
        cubes = [declared_with(cube.declared, cube.policies) for cube in self.cubes]
        views = [declared_with(view.declared, view.policies) for view in self.views]
        tenancy = {"tenant": {"claim": ".".join(self.tenant_claim)}} if self.tenant_claim else {}
        # JSON is YAML.
        files = {"model.yml": json.dumps({**tenancy, "cubes": cubes, **({"views": views} if views else {})})}
        if self.others:
            files["others.yml"] = others_file(
                self.others, str(self.other.claims["tenant"]), shared=self.tenant_claim is not None
            )
        return files


def others_file(members: tuple[str, ...], tenant: str, *, shared: bool) -> str:
    """A file in which only the models of one tenant have a cube."""
    cube = {
        "name": OTHERS_CUBE,
        "sql_table": OTHERS_TABLE,
        "dimensions": [{"name": name, "type": "string", "sql": "note"} for name in members],
        "measures": [{"name": "count", "type": "count"}],
        **({"tenant": "shared"} if shared else {}),
    }
    condition = f"COMPILE_CONTEXT.securityContext.tenant == '{tenant}'"
    return f"{{% if {condition} %}}\n{json.dumps({'cubes': [cube]})}\n{{% else %}}\ncubes: []\n{{% endif %}}\n"


def declared_with(declared: Mapping[str, Any], policies: tuple[AccessPolicy, ...] | None) -> dict[str, Any]:
    """A cube or view as a model file has it, with its access policies."""
    if policies is None:
        return dict(declared)
    return {**declared, "access_policy": [declared_policy(policy) for policy in policies]}


def declared_policy(policy: AccessPolicy) -> dict[str, Any]:
    """An access policy as a model file has it."""
    groups = ["*"] if policy.groups is None else sorted(policy.groups)
    found: dict[str, Any] = {"group": groups[0]} if len(groups) == 1 else {"groups": groups}
    if policy.conditions:
        found["conditions"] = [{"if": declared_value(one)} for one in policy.conditions]
    if policy.members is not None:
        found["member_level"] = declared_members(policy.members)
    if policy.masked is not None:
        found["member_masking"] = declared_members(policy.masked)
    if policy.rows is not None:
        found["row_level"] = {"filters": [declared_filter(policy.rows)]}
    if policy.min_group:
        found["min_group"] = policy.min_group
    return found


def declared_members(members: MemberSet) -> dict[str, Any]:
    return {
        "includes": "*" if members.includes is None else sorted(members.includes),
        "excludes": "*" if members.excludes is None else sorted(members.excludes),
    }


def declared_filter(written: RowFilter) -> dict[str, Any]:
    match written:
        case AllTests(parts):
            return {"and": [declared_filter(part) for part in parts]}
        case AnyTest(parts):
            return {"or": [declared_filter(part) for part in parts]}
        case RowTest(member, operator, values):
            name = member.rpartition(".")[2]
            given = {"values": [declared_value(value) for value in values]} if values else {}
            return {"member": name, "operator": operator, **given}


def declared_value(value: PolicyValue) -> Any:
    match value:
        case ClaimAt(path):
            return f"{{ security_context.{'.'.join(path)} }}"
        case Constant(constant):
            return constant
        case _:
            raise NotProven("a value that is neither a constant nor a claim")
