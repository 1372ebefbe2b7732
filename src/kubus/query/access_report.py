"""Access policies told to people: why a query is let through or not, who sees what, and what a change made wider."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from kubus.context import Caller, SecurityContext
from kubus.errors import BadPolicy, Forbidden, KubusError
from kubus.model.access import (
    AccessPolicy,
    AllTests,
    AnyTest,
    ClaimAt,
    Constant,
    FirstFalseOf,
    FirstTrueOf,
    ListOf,
    OppositeOf,
    PolicyValue,
    RowFilter,
    RowTest,
    TextOf,
)
from kubus.model.cube import Cube, Member
from kubus.model.filter import AllOf, AnyOf, Comparison, Filter
from kubus.model.member_sql import MemberSql
from kubus.model.model import Model
from kubus.model.tenancy import OwnPlace, PlaceKind, Tenancy
from kubus.model.view import View
from kubus.query.access import Access, DefaultAccess, Sight, behind_view, holds, sight
from kubus.query.authorize import AuthorizedQuery, named
from kubus.query.query import Query
from kubus.query.tenant import named_by, place_of, tenant_of

# ── explain ──


def explained(query: Query, access: Access) -> Iterator[str]:
    """What the policies of all that a query names say to it, a line each."""
    caller = access.caller
    groups, claims = ", ".join(sorted(caller.groups)), ", ".join(caller.security.claims)
    yield f"Caller: groups {groups or 'none'}; claims {claims or 'none'}"
    yield from of_tenant(caller, access.model.tenancy)
    holders: dict[str, Cube | View] = {}
    for path in named(query, access.model):
        name = path.partition(".")[0]
        holders[name] = access.model.holders[name]
        cube = behind_view(path, access.model)
        if cube is not None:
            holders[cube.name] = cube
    for holder in holders.values():
        yield from of_holder(holder, access)
    for path in named(query, access.model):
        yield from of_member(path, access)


def of_tenant(caller: Caller, tenancy: Tenancy | None) -> Iterator[str]:
    """Which tenant a caller is of, a line; nothing where the model keeps no tenants apart."""
    if tenancy is None:
        return
    found = named_by(caller.security, tenancy)
    if found is None:
        yield f"Tenant: none, since the claim {tenancy.name} names none, so every query is refused"
        return
    try:
        place = place_of(found, tenancy)
    except Forbidden as error:
        yield f"Tenant: {found}, by the claim {tenancy.name}, and refused: {error.message}"
        return
    where = "" if place is None else f", whose {kind_text(place.kind)} is {place.name}"
    yield f"Tenant: {found}, by the claim {tenancy.name}{where}"


def tenant_rows(cubes: Sequence[Cube], caller: Caller, tenancy: Tenancy | None) -> Iterator[str]:
    """Which rows of the cubes that are read are there for the caller's tenant, a line each, whatever policies give."""
    if tenancy is None:
        return
    tenant = tenant_of(caller.security, tenancy)
    for cube in cubes:
        match cube.tenant:
            case MemberSql(text):
                rows = f"those of the tenant, where {text.strip()} is {tenant}"
            case OwnPlace(kind):
                rows = f"those in the tenant's own {kind_text(kind)}"
            case None:
                rows = "everybody's"
        yield f"Tenant: rows of {cube.name}: {rows}"


def kind_text(kind: PlaceKind) -> str:
    return kind.replace("_", " ")


def of_holder(holder: Cube | View, access: Access) -> Iterator[str]:
    kind = "Cube" if isinstance(holder, Cube) else "View"
    if not holder.policies:
        says = "open to everyone" if access.default == "allow" else "closed, since KUBUS_DEFAULT_ACCESS=deny"
        yield f"{kind} {holder.name} has no access policy: {says}"
        return
    yield f"{kind} {holder.name}:"
    for policy in holder.policies:
        yield f"  {policy.name} {why_for(policy, access.caller)}"


def why_for(policy: AccessPolicy, caller: Caller) -> str:
    """Whether a policy is for a caller, and why."""
    groups = "everyone" if policy.groups is None else " or ".join(sorted(policy.groups))
    if policy.groups is not None and not policy.groups & caller.groups:
        return f"is for {groups}: not this caller"
    for condition in policy.conditions:
        try:
            if not holds(condition, policy, caller):
                return f"is for {groups}, but {value_text(condition)} is not true: not this caller"
        except (BadPolicy, Forbidden) as error:
            return f"is for {groups}, but it cannot be evaluated: {error.message}"
    rows = "" if policy.rows is None else f", where {row_text(policy.rows)}"
    return f"is for {groups}: applies{rows}"


def of_member(path: str, access: Access) -> Iterator[str]:
    try:
        seen = access.sight(path)
    except KubusError as error:
        yield f"{path}: refused: {error.message}"
        return
    yield f"{path}: {sight_text(seen)}"
    cube = behind_view(path, access.model)
    if seen is not None and cube is not None and cube.policies:
        try:
            applying = access.applying(cube)
        except KubusError as error:
            yield f"  rows of {cube.name}: refused: {error.message}"
            return
        if not applying:
            yield f"  rows of {cube.name}: none of its policies is for this caller, so the query is refused"
        elif all(policy.rows is not None for policy in applying):
            yield f"  rows of {cube.name}: those of {names_of(applying)}"


def sight_text(seen: Sight | None) -> str:
    if seen is None:
        return "hidden: no policy that applies gives it, so the query is refused"
    rows = "every row" if seen.rows is None else f"rows of {names_of(seen.rows)}"
    match seen.whole_in:
        case None:
            return f"given whole, {rows}"
        case ():
            return f"masked, {rows}"
        case policies:
            return f"shown in rows of {names_of(policies)} and masked in others, {rows}"


def names_of(policies: Sequence[AccessPolicy]) -> str:
    return " or ".join(policy.name for policy in policies)


def outcome(authorized: AuthorizedQuery) -> Iterator[str]:
    """What a query that was let through is held to."""
    for rule in authorized.rules:
        of = "all rows" if rule.cube is None else f"rows of {rule.cube}"
        yield f"Rule: {of}: " + ("none" if rule.filter is None else filter_text(rule.filter))
    for one in authorized.masked:
        yield f"Mask: {one.path}" + ("" if one.unless is None else f", unless {filter_text(one.unless)}")
    yield f"Applied: {', '.join(authorized.applied) or 'no policy'}"


# ── who sees what ──

Cell = Literal["full", "filtered", "masked", "part masked", "hidden", "?"]


@dataclass(frozen=True, slots=True)
class Role:
    """Somebody to look through the eyes of: groups, and claims where conditions read them."""

    name: str
    caller: Caller


def role(groups: str, claims: Mapping[str, object]) -> Role:
    """`a,b` as somebody in both groups, with these claims; `nobody` is in none."""
    found = frozenset(part.strip() for part in groups.split(",") if part.strip() not in ("", "nobody"))
    return Role(groups, Caller(SecurityContext(claims), found))


def matrix(eyes: Sequence["Eyes"], model: Model) -> Iterator[tuple[str, tuple[Cell, ...]]]:
    """Every member that is public, with how each of the callers sees it."""
    for path in paths_of(model):
        yield path, tuple(one.cell(path) for one in eyes)


def members_of(holder: Cube | View) -> Iterator[Member]:
    yield from holder.measures.values()
    yield from holder.dimensions.values()
    yield from holder.segments.values()


class Eyes:
    """How one caller sees members. What of the caller was found out is kept: a matrix asks the same of many members."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self._tenant = tenant_refusal(access)
        self._rows: dict[tuple[str, ...], str | None] = {}

    def cell(self, path: str) -> Cell:
        """How the caller sees a member; `?` where queries that name it are refused for what their claims lack."""
        access = self.access
        try:
            seen = access.sight(path)
            cube = behind_view(path, access.model)
            applying = () if cube is None or seen is None else access.applying(cube)
        except (BadPolicy, Forbidden):
            return "?"
        if seen is None or (cube is not None and cube.policies and not applying):
            return "hidden"
        if self._refusal(seen, applying) is not None:
            return "?"
        is_filtered = seen.rows is not None or (bool(applying) and all(policy.rows is not None for policy in applying))
        match seen.whole_in:
            case None:
                return "filtered" if is_filtered else "full"
            case ():
                return "masked"
            case _:
                return "part masked"

    def refusal(self, path: str) -> str | None:
        """Why queries that name a member are refused though policies may give it; None if they are not."""
        try:
            seen = self.access.sight(path)
            cube = behind_view(path, self.access.model)
            applying = () if cube is None or seen is None else self.access.applying(cube)
        except (BadPolicy, Forbidden) as error:
            return error.message
        return None if seen is None else self._refusal(seen, applying)

    def _refusal(self, seen: Sight, applying: tuple[AccessPolicy, ...]) -> str | None:
        own = (*(seen.rows or ()), *(seen.whole_in or ()))
        return self._tenant or self._rows_refusal(own) or self._rows_refusal(applying)

    def _rows_refusal(self, policies: tuple[AccessPolicy, ...]) -> str | None:
        """Why the row filters of policies cannot be told for the caller."""
        if not policies:
            return None
        key = tuple(policy.name for policy in policies)
        if key not in self._rows:
            try:
                self.access.row_filter(policies)
                self._rows[key] = None
            except (BadPolicy, Forbidden) as error:
                self._rows[key] = error.message
        return self._rows[key]


def tells_apart(model: Model, default: DefaultAccess) -> bool:
    """Whether some caller sees less than everything: by policies, by tenants, or since what has no policy is closed."""
    if model.tenancy is not None:
        return True
    for holder in model.holders.values():
        gives_all = any(
            one.groups is None and not one.conditions and one.members is None and one.rows is None
            for one in holder.policies
        )
        if not (gives_all if holder.policies else default == "allow"):
            return True
    return False


def tenant_refusal(access: Access) -> str | None:
    """Why every query of a caller is refused who is of no tenant; None if it is not."""
    tenancy = access.model.tenancy
    if tenancy is None:
        return None
    try:
        place_of(tenant_of(access.caller.security, tenancy), tenancy)
    except Forbidden as error:
        return error.message
    return None


# ── what became wider ──


@dataclass(frozen=True, slots=True)
class Given:
    """What one policy gives of a member: whole or masked, under conditions, in rows."""

    how: Literal["whole", "masked"]
    conditions: frozenset[PolicyValue] = frozenset()
    rows: RowFilter | None = None

    def covers(self, other: "Given") -> bool:
        """Whether everything that the other gives, this gives as well. Told by how it is written."""
        return (
            (self.how == "whole" or other.how == "masked")
            and self.conditions <= other.conditions
            and passes_more(self.rows, other.rows)
        )


def passes_more(wide: RowFilter | None, narrow: RowFilter | None) -> bool:
    """Whether every row that passes one row filter passes the other, as far as that can be told."""
    if wide is None or wide == narrow:
        return True
    if narrow is None:
        return False
    match wide, narrow:
        case _, AnyTest(parts):
            return all(passes_more(wide, part) for part in parts)
        case AllTests(parts), _:
            return all(passes_more(part, narrow) for part in parts)
        case AnyTest(parts), _ if any(passes_more(part, narrow) for part in parts):
            return True
        case _, AllTests(parts):
            return any(passes_more(wide, part) for part in parts)
        case RowTest(member, "equals" | "in", values), RowTest(other, "equals" | "in", fewer):
            return member == other and bool(fewer) and set(fewer) <= set(values)
        case _:
            return False


@dataclass(frozen=True, slots=True)
class Change:
    """How what a group sees of a member changed. `group` None is everyone, also those in no group."""

    path: str
    group: str | None
    is_wider: bool
    before: str
    after: str

    def __str__(self) -> str:
        who = "everyone" if self.group is None else f"group {self.group}"
        return f"{'wider' if self.is_wider else 'narrower'}: {self.path} for {who}: {self.before} -> {self.after}"


def changes(before: Model, after: Model, default: DefaultAccess = "allow") -> Iterator[Change]:
    """What the policies of one model give that those of another do not, for each group by itself.

    A member that is in one of the models alone counts where policies or their lack give it to somebody.
    """
    groups: list[str | None] = [None, *sorted(groups_in(before) | groups_in(after))]
    paths = dict.fromkeys((*paths_of(before), *paths_of(after)))
    for path in paths:
        everyone: tuple[frozenset[Given], frozenset[Given]] = (frozenset(), frozenset())
        for group in groups:
            old, new = given(path, group, before, default), given(path, group, after, default)
            if group is None:
                everyone = (old, new)
            elif (old, new) == everyone:
                # It is told of everyone.
                continue
            texts = given_text(old), given_text(new)
            if any(not any(was.covers(one) for was in old) for one in new):
                yield Change(path, group, True, *texts)
            if any(not any(now.covers(one) for now in new) for one in old):
                yield Change(path, group, False, *texts)


def groups_in(model: Model) -> set[str]:
    return {group for holder in model.holders.values() for one in holder.policies for group in one.groups or ()}


def paths_of(model: Model) -> Iterator[str]:
    for holder in model.holders.values():
        yield from (member.path for member in members_of(holder) if holder.public and member.public)


def given(path: str, group: str | None, model: Model, default: DefaultAccess) -> frozenset[Given]:
    """What the policies for a group give of a member."""
    name, _, member = path.partition(".")
    holder = model.holders.get(name)
    found = None if holder is None else holder.member(member)
    if holder is None or found is None or not (holder.public and found.public):
        return frozenset()
    if not holder.policies:
        return frozenset({Given("whole")} if default == "allow" else ())
    mine = [one for one in holder.policies if one.groups is None or (group is not None and group in one.groups)]
    return frozenset(
        Given("whole" if one.gives(member) else "masked", frozenset(one.conditions), one.rows)
        for one in mine
        if sight([one], member) is not None
    )


def given_text(grants: frozenset[Given]) -> str:
    if not grants:
        return "hidden"
    texts: list[str] = []
    for one in grants:
        when = "".join(f" if {value_text(condition)}" for condition in sorted(one.conditions, key=repr))
        where = "" if one.rows is None else f" where {row_text(one.rows)}"
        texts.append(one.how + when + where)
    return "; ".join(sorted(texts))


# ── as text ──


def row_text(rows: RowFilter) -> str:
    match rows:
        case RowTest(member, operator, values):
            return f"{member} {operator}" + (f" {', '.join(map(value_text, values))}" if values else "")
        case AllTests(parts):
            return " and ".join(f"({row_text(part)})" for part in parts)
        case AnyTest(parts):
            return " or ".join(f"({row_text(part)})" for part in parts)


def value_text(value: PolicyValue) -> str:
    match value:
        case Constant(constant):
            return (
                "null" if constant is None else str(constant).lower() if isinstance(constant, bool) else str(constant)
            )
        case ClaimAt(path):
            return "{ security_context." + ".".join(path) + " }"
        case TextOf(parts):
            return "".join(map(value_text, parts))
        case ListOf(parts):
            return f"[{', '.join(map(value_text, parts))}]"
        case FirstTrueOf(parts):
            return " or ".join(map(value_text, parts))
        case FirstFalseOf(parts):
            return " and ".join(map(value_text, parts))
        case OppositeOf(part):
            return f"not {value_text(part)}"


def filter_text(condition: Filter) -> str:
    match condition:
        case Comparison(member, operator, values):
            shown = ", ".join("null" if value is None else value for value in values)
            return f"{member} {operator} {shown}".rstrip()
        case AllOf(parts):
            return " and ".join(f"({filter_text(part)})" for part in parts)
        case AnyOf(parts):
            return " or ".join(f"({filter_text(part)})" for part in parts)
