"""Access policies: for whom they are, which members they give, whole or masked, and which rows.

What depends on the caller is a small tree over the caller's claims; `query/access.py` evaluates it.

Source: https://cube.dev/docs/product/auth/data-access-policies
"""

from collections.abc import Iterator
from dataclasses import dataclass

# The steps to a claim in the security context.
ClaimPath = tuple[str, ...]


# ── what claims come to ──


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that the policy says itself; None is null."""

    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class ClaimAt:
    """The claim at this path: one value, or a list of them."""

    path: ClaimPath


@dataclass(frozen=True, slots=True)
class TextOf:
    """A text with claims in it."""

    parts: tuple["PolicyValue", ...]


@dataclass(frozen=True, slots=True)
class ListOf:
    """Several values; a list among them counts as its values."""

    parts: tuple["PolicyValue", ...]


@dataclass(frozen=True, slots=True)
class FirstTrueOf:
    """`a or b`: the first part that is true, or the last."""

    parts: tuple["PolicyValue", ...]


@dataclass(frozen=True, slots=True)
class FirstFalseOf:
    """`a and b`: the first part that is false, or the last."""

    parts: tuple["PolicyValue", ...]


@dataclass(frozen=True, slots=True)
class OppositeOf:
    """`not a`."""

    part: "PolicyValue"


PolicyValue = Constant | ClaimAt | TextOf | ListOf | FirstTrueOf | FirstFalseOf | OppositeOf


# ── rows ──


@dataclass(frozen=True, slots=True)
class RowTest:
    """`member operator values`, of a row. `member` is the path of a dimension, `operator` a name in their table."""

    member: str
    operator: str
    values: tuple[PolicyValue, ...] = ()


@dataclass(frozen=True, slots=True)
class AllTests:
    """True when every part is."""

    parts: tuple["RowFilter", ...]


@dataclass(frozen=True, slots=True)
class AnyTest:
    """True when some part is. Never empty."""

    parts: tuple["RowFilter", ...]


RowFilter = RowTest | AllTests | AnyTest


def tests_in(written: RowFilter) -> Iterator[RowTest]:
    """Every comparison of a row filter."""
    if isinstance(written, RowTest):
        yield written
    else:
        for part in written.parts:
            yield from tests_in(part)


# ── policies ──


@dataclass(frozen=True, slots=True)
class MemberSet:
    """Members by their names. `includes` None stands for all; `excludes` None leaves out all."""

    includes: frozenset[str] | None = None
    excludes: frozenset[str] | None = frozenset()

    def __contains__(self, name: str) -> bool:
        if self.excludes is None or name in self.excludes:
            return False
        return self.includes is None or name in self.includes


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a query may take: rows of its answer, seconds, queries that run at the same time. None is no limit."""

    rows: int | None = None
    seconds: float | None = None
    running: int | None = None


NO_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class AccessPolicy:
    """One entry of `access_policy`. `name` is for people: the cube or view, and the place in its list from 0.

    `groups` None is for everyone. Every one of `conditions` has to be true. `members` None gives every member whole.
    `masked` are those that are given masked where they are not given whole. `rows` None gives every row. Groups of
    fewer rows than `min_group` are not shown.
    """

    name: str
    groups: frozenset[str] | None
    conditions: tuple[PolicyValue, ...] = ()
    members: MemberSet | None = None
    masked: MemberSet | None = None
    rows: RowFilter | None = None
    min_group: int = 0
    limits: Limits = NO_LIMITS

    def gives(self, member: str) -> bool:
        """Whether it gives a member whole, in the rows that it gives."""
        return self.members is None or member in self.members

    def masks(self, member: str) -> bool:
        """Whether it gives a member masked and not whole."""
        return not self.gives(member) and self.masked is not None and member in self.masked
