"""Access policies that became wider or narrower, and tenants that are kept apart less."""

from collections.abc import Iterator
from dataclasses import replace

from kubus.compare.change import Change
from kubus.compare.meaning import Renames, same
from kubus.compare.renames import members
from kubus.model.access import AllTests, AnyTest, RowFilter, RowTest
from kubus.model.cube import Cube
from kubus.model.member_sql import MemberSql
from kubus.model.model import Model
from kubus.model.tenancy import OwnPlace
from kubus.model.view import View
from kubus.query.access import DefaultAccess
from kubus.query.access_report import Given, given, given_text, groups_in


def of_policies(before: Model, after: Model, names: Renames, default: DefaultAccess) -> Iterator[Change]:
    """What became wider or narrower for each group, of members that are in both models."""
    if before.tenancy != after.tenancy:
        was, now = (tenancy_text(model) for model in (before, after))
        says = "wider" if after.tenancy is None else "narrower" if before.tenancy is None else "another"
        yield Change("policy", "tenants", "the data model", says, was, now, breaks=True)
    groups: list[str | None] = [None, *sorted(groups_in(before) | groups_in(after))]
    for name, old in before.holders.items():
        new = after.holders.get(names.holder(name))
        if new is None:
            continue
        yield from of_tenants(old, new, names)
        if same(old.policies, new.policies, names):
            continue
        yield from of_holder(old, new, before, after, names, groups, default)


def of_holder(
    old: Cube | View,
    new: Cube | View,
    before: Model,
    after: Model,
    names: Renames,
    groups: list[str | None],
    default: DefaultAccess,
) -> Iterator[Change]:
    """One change for each way in which what a group sees changed, with the members of which it did."""
    told: dict[tuple[bool, str | None, str, str], list[str]] = {}
    for member in members(old):
        path = names.path(member.path)
        now = new.member(path.partition(".")[2])
        if now is None or member.public != now.public or old.public != new.public:
            # Who sees what is no longer public is not told by a policy.
            continue
        everyone: tuple[frozenset[Given], frozenset[Given]] = (frozenset(), frozenset())
        for group in groups:
            was = renamed(given(member.path, group, before, default), names)
            is_ = given(path, group, after, default)
            if group is None:
                everyone = (was, is_)
            elif (was, is_) == everyone:
                continue
            if any(not any(one.covers(other) for one in was) for other in is_):
                told.setdefault((True, group, given_text(was), given_text(is_)), []).append(path)
            if any(not any(one.covers(other) for one in is_) for other in was):
                told.setdefault((False, group, given_text(was), given_text(is_)), []).append(path)
    for (is_wider, group, was, is_), paths in told.items():
        who = "everyone" if group is None else f"group {group}"
        yield Change(
            "policy",
            "access policy",
            new.name,
            f"{'wider' if is_wider else 'narrower'} for {who}",
            was,
            is_,
            tuple(paths),
            breaks=True,
        )


def renamed(grants: frozenset[Given], names: Renames) -> frozenset[Given]:
    """What was given, in the names of now."""
    return frozenset(replace(one, rows=None if one.rows is None else rows_now(one.rows, names)) for one in grants)


def rows_now(rows: RowFilter, names: Renames) -> RowFilter:
    match rows:
        case RowTest(member):
            return replace(rows, member=names.path(member))
        case AllTests(parts) | AnyTest(parts):
            return type(rows)(tuple(rows_now(part, names) for part in parts))


def of_tenants(old: Cube | View, new: Cube | View, names: Renames) -> Iterator[Change]:
    """Whose rows a cube has, and how small the groups are that are shown."""
    if old.min_group != new.min_group:
        wider = "wider" if new.min_group < old.min_group else "narrower"
        before, after = (
            f"groups of at least {most} rows" if most else "any group" for most in (old.min_group, new.min_group)
        )
        yield Change("policy", "smallest group", new.name, wider, before, after, breaks=True)
    if not (isinstance(old, Cube) and isinstance(new, Cube)):
        return
    if not same(old.tenant, new.tenant, names):
        before, after = (tenant_text(cube) for cube in (old, new))
        wider = "wider" if new.tenant is None else "narrower" if old.tenant is None else "another"
        yield Change("policy", "tenant", new.name, wider, before, after, breaks=True)


def tenancy_text(model: Model) -> str:
    """How tenants are kept apart."""
    tenancy = model.tenancy
    if tenancy is None:
        return "tenants are not kept apart"
    place = "" if tenancy.kind is None else f", a {tenancy.kind.replace('_', ' ')} each"
    return f"tenants are kept apart by the claim {tenancy.name}{place}"


def tenant_text(cube: Cube) -> str:
    """Whose rows a cube has."""
    match cube.tenant:
        case None:
            return "rows of every tenant"
        case MemberSql(text):
            return f"those whose tenant is {text}"
        case OwnPlace(kind):
            return f"those in the tenant's own {kind.replace('_', ' ')}"
