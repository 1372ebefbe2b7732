"""Rules about access policies: whether they change what anybody sees."""

from collections.abc import Iterator

from kubus.loading.declarations import DeclaredPolicies
from kubus.loading.lint.linted import Found, Linted
from kubus.loading.yaml_text import Yaml
from kubus.model.access import (
    NO_LIMITS,
    AccessPolicy,
    AllTests,
    Constant,
    MemberSet,
    OppositeOf,
    PolicyValue,
    RowFilter,
    RowTest,
)

EVERY_MEMBER = (None, MemberSet())


def policy_without_effect(linted: Linted) -> Iterator[Found]:
    """Policies that never apply, that let no row through, or that give what another gives anyway."""
    model = linted.model
    for name, holder in model.holders.items():
        declared = linted.cubes.get(name) or linted.views.get(name)
        places = [] if declared is None else list(written(declared.policies))
        if len(places) != len(holder.policies):
            continue
        for (of, at), policy in zip(places, holder.policies, strict=True):
            reason = None if of.inherited else without_effect(policy, holder.policies)
            if reason is not None:
                yield Found(name, of.file, at, f"The policy {policy.name} {reason[0]}", reason[1])


def written(declared: tuple[DeclaredPolicies, ...]) -> Iterator[tuple[DeclaredPolicies, Yaml]]:
    """Every policy as it is written, in the order in which they are compiled."""
    for one in declared:
        for item in one.at.data:
            yield one, item


def without_effect(policy: AccessPolicy, beside: tuple[AccessPolicy, ...]) -> tuple[str, str] | None:
    """Why a policy changes nothing, and what to do; None if it may change something."""
    if any(is_false(condition) for condition in policy.conditions):
        return "never applies: a condition of it is always false", "Take it out, or let the condition read a claim"
    if policy.rows is not None and lets_nothing_through(policy.rows):
        return (
            "lets no row through: its filters exclude each other",
            "Filters of a list have to hold all; put alternatives below `or`",
        )
    wider = next((other for other in beside if other is not policy and gives_all_of(other, policy)), None)
    if wider is not None:
        hint = "Policies only widen what others give: narrow that one, or take this one out"
        return f"has no effect: {wider.name} gives its callers every member and every row", hint
    return None


def is_false(value: PolicyValue) -> bool:
    match value:
        case Constant(value=constant):
            return not constant
        case OppositeOf(Constant(value=constant)):
            return bool(constant)
        case _:
            return False


def lets_nothing_through(rows: RowFilter) -> bool:
    """Whether two tests of one dimension, both of which have to hold, cannot both."""
    if not isinstance(rows, AllTests):
        return False
    allowed: dict[str, set[object]] = {}
    for part in rows.parts:
        if isinstance(part, RowTest) and part.operator == "equals":
            constants = [value.value for value in part.values if isinstance(value, Constant)]
            if len(constants) == len(part.values):
                kept = allowed.setdefault(part.member, set(constants))
                kept &= set(constants)
                if not kept:
                    return True
    return any(lets_nothing_through(part) for part in rows.parts)


def gives_all_of(wide: AccessPolicy, narrow: AccessPolicy) -> bool:
    """Whether one policy gives every member and row to everybody for whom another is."""
    unlimited = wide.limits == narrow.limits == NO_LIMITS and wide.min_group == narrow.min_group == 0
    everything = wide.members in EVERY_MEMBER and wide.rows is None
    same_callers = wide.groups is None or (narrow.groups is not None and narrow.groups <= wide.groups)
    # Of two that give everything to the same callers, the later one is told.
    twins = narrow.members in EVERY_MEMBER and narrow.rows is None and narrow.groups == wide.groups
    earlier = not twins or int(wide.name.rpartition("[")[2][:-1]) < int(narrow.name.rpartition("[")[2][:-1])
    return unlimited and everything and same_callers and not wide.conditions and earlier
