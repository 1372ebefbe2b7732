"""What a caller may see: which policies are for them, and how those combine. docs/access.md says the same in words."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar, cast

from kubus.context import Caller
from kubus.errors import BadPolicy, Forbidden, QueryError
from kubus.model.access import (
    AccessPolicy,
    AllTests,
    AnyTest,
    ClaimAt,
    ClaimPath,
    Constant,
    FirstFalseOf,
    FirstTrueOf,
    Limits,
    ListOf,
    OppositeOf,
    PolicyValue,
    RowFilter,
    RowTest,
    TextOf,
)
from kubus.model.cube import NO_MEMBERS, Cube, Segment
from kubus.model.filter import AllOf, AnyOf, Comparison, Filter
from kubus.model.model import Model
from kubus.model.view import View
from kubus.query.claims import claim_text
from kubus.query.clock import Clock
from kubus.query.masks import DefaultMasks
from kubus.query.normalize import settled_values
from kubus.query.operators import OPERATORS

# Whether a cube or view without policies is open to everyone, as in Cube, or closed.
DefaultAccess = Literal["allow", "deny"]


@dataclass(frozen=True, slots=True)
class Sight:
    """How a caller sees a member.

    `rows` are the policies of which a row has to pass one's row filter; None for every row. `whole_in` are those in
    whose rows the value is shown; in other rows its mask is. None says that it is never masked.
    """

    rows: tuple[AccessPolicy, ...] | None = None
    whole_in: tuple[AccessPolicy, ...] | None = None


EVERYTHING = Sight()


def sight(policies: Sequence[AccessPolicy], member: str) -> Sight | None:
    """How several policies together show a member; None if none of them gives it. All of them are for the caller."""
    whole = [policy for policy in policies if policy.gives(member)]
    masked = [policy for policy in policies if policy.masks(member)]
    giving = tuple(policy for policy in policies if policy in whole or policy in masked)
    if not giving:
        return None
    rows = None if any(policy.rows is None for policy in giving) else giving
    # Where nothing is masked, every row that is seen passes the filter of a policy that gives the value.
    never_masked = not masked or any(policy.rows is None for policy in whole)
    return Sight(rows, None if never_masked else tuple(whole))


@dataclass(slots=True)
class Access:
    """What one caller may see of a model, as of one moment."""

    model: Model
    caller: Caller
    clock: Clock
    default: DefaultAccess = "allow"
    masks: DefaultMasks = field(default_factory=lambda: NO_MEMBERS)
    _applying: dict[str, tuple[AccessPolicy, ...]] = field(default_factory=dict[str, tuple[AccessPolicy, ...]])

    def applying(self, holder: Cube | View) -> tuple[AccessPolicy, ...]:
        """The policies of a cube or view that are for the caller.

        Raises:
            BadPolicy: a condition is neither true nor false.
            Forbidden: a condition reads a claim that the caller does not have.
        """
        found = self._applying.get(holder.name)
        if found is None:
            found = tuple(policy for policy in holder.policies if is_for(policy, self.caller))
            self._applying[holder.name] = found
        return found

    def is_open(self, holder: Cube | View) -> bool:
        """Whether a cube or view has no policies, and needs none."""
        return not holder.policies and self.default == "allow"

    def sight(self, path: str) -> Sight | None:
        """How the caller sees a member of the model, by the policies of what it is a member of; None: not at all."""
        name, _, member = path.partition(".")
        holder = self.model.holders[name]
        if self.is_open(holder):
            return EVERYTHING
        seen = sight(self.applying(holder), member)
        if seen is not None and seen.whole_in is not None and isinstance(holder.member(member), Segment):
            # A condition that stands masked says nothing: it is given whole or not at all.
            whole = tuple(policy for policy in self.applying(holder) if policy.gives(member))
            return sight(whole, member)
        return seen

    def min_group(self, holder: Cube | View, member: str | None = None) -> int:
        """Of how many rows a group has to be to be shown: the least that a policy which gives the member asks for.

        Without a member it is that of any policy for the caller. What the cube or view itself asks for holds for all.
        """
        giving = [one for one in self.applying(holder) if member is None or one.gives(member) or one.masks(member)]
        return max(holder.min_group, min((one.min_group for one in giving), default=0))

    def limits(self, holder: Cube | View, member: str) -> Limits:
        """The widest limits of the policies that give a member to the caller."""
        giving = [one.limits for one in self.applying(holder) if one.gives(member) or one.masks(member)]
        return Limits(
            widest([one.rows for one in giving]),
            widest([one.seconds for one in giving]),
            widest([one.running for one in giving]),
        )

    def shows(self, path: str) -> bool:
        """Whether a query may name a member of the model. What policies cannot be evaluated for is not shown."""
        try:
            if self.sight(path) is None:
                return False
            cube = behind_view(path, self.model)
            return cube is None or not cube.policies or bool(self.applying(cube))
        except (BadPolicy, Forbidden):
            return False

    def key(self) -> tuple[str, ...]:
        """Equal for callers who are shown the same members: the policies that are for them, by name."""
        found: list[str] = []
        for name in sorted(self.model.guarded):
            try:
                found.extend(policy.name for policy in self.applying(self.model.holders[name]))
            except (BadPolicy, Forbidden):
                found.append(f"{name}: none can be evaluated")
        return tuple(found)

    def row_filter(self, policies: Iterable[AccessPolicy]) -> Filter | bool:
        """The filter of rows that pass the row filter of one of the policies; true for every row, false for none.

        Raises:
            Forbidden: it reads a claim that the caller does not have, or one that it cannot compare with.
        """
        written = [policy.rows for policy in policies]
        if None in written:
            return True
        found = [self._filter(rows) for rows in written if rows is not None]
        if True in found:
            return True
        parts = [one for one in found if not isinstance(one, bool)]
        if not parts:
            return False
        return parts[0] if len(parts) == 1 else AnyOf(tuple(dict.fromkeys(parts)))

    def _filter(self, written: RowFilter) -> Filter | bool:
        match written:
            case RowTest():
                return self._comparison(written)
            case AllTests(parts):
                found = [self._filter(part) for part in parts]
                kept = tuple(part for part in found if not isinstance(part, bool))
                return False if False in found else AllOf(kept) if kept else True
            case AnyTest(parts):
                found = [self._filter(part) for part in parts]
                kept = tuple(part for part in found if not isinstance(part, bool))
                return True if True in found else AnyOf(kept) if kept else False

    def _comparison(self, test: RowTest) -> Filter | bool:
        operator = OPERATORS[test.operator]
        if not operator.needs_values:
            return Comparison(test.member, test.operator)
        texts = [text for value in test.values for text in texts_of(value, self.caller)]
        if not texts:
            # Nothing is in an empty list, and everything is outside of it.
            if operator.family in {"equals", "contains", "starts_with", "ends_with"}:
                return operator.negated
            raise Forbidden(f"Access policy value is missing: {claims_named(test.values)}")
        try:
            return Comparison(test.member, test.operator, settled_values(operator, tuple(texts), self.clock))
        except QueryError as error:
            raise Forbidden(f"Access policy value is no date: {claims_named(test.values)}") from error


N = TypeVar("N", int, float)


def widest(limits: Sequence[N | None]) -> N | None:
    """The largest of several limits; None, which is none at all, is larger than any."""
    found = [one for one in limits if one is not None]
    return max(found) if found and len(found) == len(limits) else None


def strictest(limits: Iterable[N | None]) -> N | None:
    """The smallest of several limits; None if there is none."""
    return min((one for one in limits if one is not None), default=None)


def behind_view(path: str, model: Model) -> Cube | None:
    """The cube whose member a member of a view stands for; None for a member of a cube."""
    name, _, member = path.partition(".")
    found = model.holders[name].member(member)
    return None if found is None or found.alias_of is None else model.cubes[found.alias_of.cube]


# ── conditions and values ──


def is_for(policy: AccessPolicy, caller: Caller) -> bool:
    """Whether a policy is for a caller: one of its groups is theirs, and every condition is true.

    Raises:
        BadPolicy: a condition is neither true nor false.
        Forbidden: a condition comes to a claim that the caller does not have.
    """
    if policy.groups is not None and not policy.groups & caller.groups:
        return False
    return all(holds(condition, policy, caller) for condition in policy.conditions)


def holds(condition: PolicyValue, policy: AccessPolicy, caller: Caller) -> bool:
    found = evaluated(condition, caller)
    if found is None and isinstance(missing := decisive(condition, caller), ClaimAt):
        raise missing_claim(missing.path)
    if not isinstance(found, bool):
        shown = json.dumps(found, default=str)
        raise BadPolicy(
            f"Access policy condition must return boolean, got {shown}",
            hint=f"A condition of {policy.name} has to be a claim that is true or false",
        )
    return found


def missing_claim(path: ClaimPath) -> Forbidden:
    return Forbidden(
        f"Access policy value is missing: {'.'.join(path)}", hint="Put the claim into the token, or change the policy"
    )


def evaluated(value: PolicyValue, caller: Caller) -> Any:
    """What a value of a policy is for a caller; None for a claim that is not there."""
    match value:
        case Constant(constant):
            return constant
        case ClaimAt(path):
            return claim_at(path, caller)
        case TextOf(parts):
            return "".join(only_text(part, caller) for part in parts)
        case ListOf(parts):
            return [evaluated(part, caller) for part in parts]
        case OppositeOf(part):
            return not evaluated(part, caller)
        case FirstTrueOf() | FirstFalseOf():
            return evaluated(decisive(value, caller), caller)


def decisive(value: PolicyValue, caller: Caller) -> PolicyValue:
    """The part of `and` and `or` that it comes to; any other value is itself."""
    match value:
        case FirstTrueOf(parts):
            found = next((part for part in parts if evaluated(part, caller)), parts[-1])
            return decisive(found, caller)
        case FirstFalseOf(parts):
            found = next((part for part in parts if not evaluated(part, caller)), parts[-1])
            return decisive(found, caller)
        case _:
            return value


def claim_at(path: ClaimPath, caller: Caller) -> Any:
    found: Any = caller.security.claims
    for step in path:
        if not isinstance(found, Mapping):
            return None
        found = cast("Mapping[str, Any]", found).get(step)
    return found


def only_text(value: PolicyValue, caller: Caller) -> str:
    texts = texts_of(value, caller)
    if len(texts) != 1 or texts[0] is None:
        raise Forbidden(f"Access policy value is not one value: {claims_named((value,))}")
    return texts[0]


def texts_of(value: PolicyValue, caller: Caller) -> list[str | None]:
    """The values that a value of a policy stands for, as filters compare them.

    A null that the policy itself writes is null; one in a list of a claim is nothing that anything is equal to.

    Raises:
        Forbidden: a claim is missing, or is no text, number, boolean or list of them.
    """
    chosen = decisive(value, caller)
    match chosen:
        case Constant(constant):
            return [claim_text(constant)]
        case ListOf(parts):
            return [text for part in parts for text in texts_of(part, caller)]
        case ClaimAt(path):
            found = claim_at(path, caller)
            if found is None:
                raise missing_claim(path)
            items = cast("Sequence[object]", found) if isinstance(found, list | tuple) else [found]
            texts = [claim_text(item) for item in items if item is not None]
            if None in texts:
                raise Forbidden(f"Access policy value is no text, number, boolean or list of them: {'.'.join(path)}")
            return texts
        case _:
            return [claim_text(evaluated(chosen, caller))]


def claims_named(values: Iterable[PolicyValue]) -> str:
    """The claims that values read, for messages."""
    return ", ".join(dict.fromkeys(".".join(path) for value in values for path in claims_read(value))) or "a list"


def claims_read(value: PolicyValue) -> Iterable[ClaimPath]:
    match value:
        case Constant():
            return
        case ClaimAt(path):
            yield path
        case OppositeOf(part):
            yield from claims_read(part)
        case TextOf(parts) | ListOf(parts) | FirstTrueOf(parts) | FirstFalseOf(parts):
            for part in parts:
                yield from claims_read(part)
