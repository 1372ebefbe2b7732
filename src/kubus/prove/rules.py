"""What a caller may see, by definition: the rules of access applied to single rows in plain Python.

This is written from the rules (docs/access.md) and shares nothing with what is proven but the model: no planner, no
SQL, no `authorize`.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Literal, assert_never, cast

from kubus.model.access import (
    AccessPolicy,
    AllTests,
    AnyTest,
    ClaimAt,
    Constant,
    FirstFalseOf,
    FirstTrueOf,
    ListOf,
    MemberSet,
    OppositeOf,
    PolicyValue,
    RowFilter,
    RowTest,
    TextOf,
)

Value = str | int | float | bool | datetime | None
Row = Mapping[str, Value]
Claims = Mapping[str, object]
Given = Literal["whole", "masked", "none"]


class NotProven(Exception):
    """A policy of a kind that is not evaluated here."""


def is_for(policy: AccessPolicy, groups: frozenset[str], claims: Claims) -> bool:
    """Whether a policy is for a caller."""
    named = policy.groups is None or bool(policy.groups & groups)
    return named and all(result(condition, claims) is True for condition in policy.conditions)


def given(policy: AccessPolicy, member: str) -> Given:
    """What a policy gives of a member, by its own name."""
    if policy.members is None or named_by(policy.members, member):
        return "whole"
    return "masked" if policy.masked is not None and named_by(policy.masked, member) else "none"


def named_by(members: MemberSet, name: str) -> bool:
    """Whether a set names a member and does not leave it out."""
    included = members.includes is None or name in members.includes
    return included and members.excludes is not None and name not in members.excludes


def admits(policy: AccessPolicy, row: Row, claims: Claims, untold: Collection[str] = ()) -> bool:
    """Whether a policy gives a row; its values are by the names of dimensions.

    A test of an untold dimension, of which the row has no value, counts as passed: the row may be given.
    """
    return policy.rows is None or holds(policy.rows, row, claims, untold)


def holds(rule: RowFilter, row: Row, claims: Claims, untold: Collection[str] = ()) -> bool:
    """Whether a row passes; null compares as the operators say."""
    match rule:
        case AllTests(parts):
            return all(holds(part, row, claims, untold) for part in parts)
        case AnyTest(parts):
            return any(holds(part, row, claims, untold) for part in parts)
        case RowTest(member, operator, values):
            name = member.rpartition(".")[2]
            if name in untold:
                return True
            if name not in row:
                raise NotProven(f"a policy tests '{member}', which is no column of its own")
            return passes(row[name], operator, [part for value in values for part in flat(result(value, claims))])
        case _:
            assert_never(rule)


def result(value: PolicyValue, claims: Claims) -> object:
    """What a value of a policy comes to for a caller; None where there is no such claim."""
    match value:
        case Constant(constant):
            return constant
        case ClaimAt(path):
            return claim_at(path, claims)
        case TextOf(parts):
            return "".join(str(result(part, claims)) for part in parts)
        case ListOf(parts):
            return [one for part in parts for one in flat(result(part, claims))]
        case FirstTrueOf(parts):
            results = [result(part, claims) for part in parts]
            return next((one for one in results if one), results[-1])
        case FirstFalseOf(parts):
            results = [result(part, claims) for part in parts]
            return next((one for one in results if not one), results[-1])
        case OppositeOf(part):
            return not result(part, claims)
        case _:
            assert_never(value)


def claim_at(path: tuple[str, ...], claims: Claims) -> object:
    first, *rest = path
    found = claims.get(first)
    if not rest:
        return found
    return claim_at(tuple(rest), cast("Claims", found)) if isinstance(found, dict) else None


def flat(found: object) -> list[object]:
    return cast("list[object]", found) if isinstance(found, list) else [found]


def passes(value: Value, operator: str, values: list[object]) -> bool:
    """One comparison. Source: the operators' table in docs/query.md"""
    there = [like(value, v) for v in values if v is not None]
    with_null = len(there) < len(values)
    match operator:
        case "equals" | "in":
            return with_null if value is None else value in there
        case "notEquals" | "notIn":
            return not with_null if value is None else value not in there
        case "set":
            return value is not None
        case "notSet":
            return value is None
        case "contains":
            return with_null if value is None else any(low(v) in low(value) for v in there)
        case "startsWith":
            return with_null if value is None else any(low(value).startswith(low(v)) for v in there)
        case "endsWith":
            return with_null if value is None else any(low(value).endswith(low(v)) for v in there)
        case "notContains":
            return not with_null if value is None else not any(low(v) in low(value) for v in there)
        case "gt" | "gte" | "lt" | "lte" if there:
            return value is not None and compares(value, operator, there[0])
        case "afterOrOnDate" if there:
            return value is not None and compares(value, "gte", there[0])
        case "beforeDate" if there:
            return value is not None and compares(value, "lt", there[0])
        case _:
            raise NotProven(f"a policy uses the operator {operator}")


def like(value: Value, other: object) -> object:
    """A value of a policy as one of the kind that it is compared with; filters carry texts."""
    match value:
        case bool():
            return other is True or str(other).lower() == "true"
        case int() | float():
            return float(str(other))
        case datetime():
            # A day alone is its first moment.
            return datetime.fromisoformat(str(other))
        case _:
            return str(other)


def low(value: object) -> str:
    return str(value).lower()


def compares(left: Any, operator: str, right: Any) -> bool:
    """A comparison of two values of one kind."""
    match operator:
        case "gt":
            return bool(left > right)
        case "gte":
            return bool(left >= right)
        case "lt":
            return bool(left < right)
        case _:
            return bool(left <= right)
