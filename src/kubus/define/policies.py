"""Access policies of cubes and views.

Source: auth-and-security 6.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from kubus.define.definition import KEY, NAMES, Definition
from kubus.define.members import AllOf, AnyOf, Dimension, Filter, Measure, Segment


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition(Definition):
    """What has to be true of a caller: `Condition("{ security_context.is_manager }")`."""

    expression: str | bool = field(kw_only=False, metadata={KEY: "if"})
    """An expression over the security context (`if` in YAML)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MemberSet(Definition):
    """Members of a cube or view."""

    includes: Literal["*"] | Sequence[str | Dimension | Measure | Segment] | None = field(default=None, metadata=NAMES)
    """The members; every one if not given."""
    excludes: Literal["*"] | Sequence[str | Dimension | Measure | Segment] | None = field(default=None, metadata=NAMES)
    """Members that are left out of them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RowLevel(Definition):
    """Which rows a policy gives: those of `filters`, of a span of time, or with `allow_all` every one."""

    filters: Sequence[Filter | AllOf | AnyOf] | None = None
    """Filters that every row has to pass."""
    allow_all: Literal[True] | None = None
    """Every row."""
    time_dimension: str | Dimension | None = field(default=None, metadata=NAMES)
    """The dimension that says when a row is."""
    not_before: str | None = None
    """The first moment of the rows: a date, a date in words, or a claim."""
    not_after: str | None = None
    """The last moment of the rows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits(Definition):
    """What a query may take."""

    rows: int | None = None
    """Rows of an answer."""
    seconds: int | None = None
    """Seconds of the database."""
    running: int | None = None
    """Queries at one time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AccessPolicy(Definition):
    """What callers of a group may see. It has either `group` or `groups`.

    `AccessPolicy(group="*", row_level=RowLevel(filters=[Filter(member="city", operator="equals", values=["Oslo"])]))`
    """

    group: str | None = None
    """The group that it is for; `*` is everyone."""
    groups: Sequence[str] | str | None = None
    """The groups that it is for."""
    conditions: Sequence[Condition] | None = None
    """What has to be true of a caller besides."""
    member_level: MemberSet | None = None
    """The members that it gives whole; every one if not given."""
    member_masking: MemberSet | None = None
    """The members that it gives masked."""
    row_level: RowLevel | None = None
    """The rows that it gives; every one if not given."""
    min_group: int | None = None
    """How many rows a group has to have to be shown."""
    limits: Limits | None = None
    """What a query may take."""
