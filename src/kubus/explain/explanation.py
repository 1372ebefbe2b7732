"""What is told of a query: plain values, which are the JSON of `kubus explain` as they stand.

Every `step` is the number of a step of the plan.
"""

from dataclasses import dataclass
from typing import Literal

# What a value of a made-up row, or of an answer about such rows, is.
Cell = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Step:
    """A node of the plan. `node` is its kind, `says` what it does in a sentence; `inputs` are the steps below it.

    Rows that several steps read are told once: `same_as` is then the number of the step that tells them.
    """

    number: int
    node: str
    says: str
    details: tuple[str, ...] = ()
    inputs: tuple["Step", ...] = ()
    same_as: int | None = None


@dataclass(frozen=True, slots=True)
class JoinTold:
    """A join that the plan takes. `on` is its condition as the model has it."""

    source: str
    target: str
    relationship: str
    on: str


@dataclass(frozen=True, slots=True)
class OtherWay:
    """A way that the joins might have gone and do not. `cubes` begins where the way begins."""

    cubes: tuple[str, ...]
    why_not: str
    is_as_short: bool = False


@dataclass(frozen=True, slots=True)
class Joined:
    """One join tree: from where it starts and why, its joins, and what else was possible.

    `asked` are the cubes, and ways of cubes, that it has to hold, in the order in which the query needs them. `steps`
    are the scans at which its rows begin.
    """

    root: str
    why: str
    joins: tuple[JoinTold, ...]
    asked: tuple[tuple[str, ...], ...]
    others: tuple[OtherWay, ...]
    steps: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Repeated:
    """A measure whose rows a join repeats: by which joins, and what is done about it.

    `remedy` is `once` where the rows of its cube count once in each group, `distinct` where keys are counted, and
    `harmless` where repeated rows change nothing.
    """

    measure: str
    cube: str
    by: tuple[str, ...]
    remedy: Literal["once", "distinct", "harmless"]
    says: str
    step: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a condition stands: in WHERE or HAVING of a step, or inside the SQL of a cube."""

    step: int
    clause: Literal["WHERE", "HAVING", "inside the SQL of the cube"]


@dataclass(frozen=True, slots=True)
class ConditionTold:
    """A condition and every place to which it went. `of` says whose it is: the query's, or an access policy's.

    `not_at` are scans whose rows are read without it.
    """

    says: str
    of: Literal["query", "policy"]
    places: tuple[Place, ...]
    not_at: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """What access policies and tenants do to the query. `reasons` are lines for people."""

    policies: tuple[str, ...]
    rules: tuple[str, ...]
    masks: tuple[str, ...]
    tenants: tuple[str, ...]
    least: tuple[str, ...]
    limits: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StageTold:
    """A measure or dimension that sees other rows than those of a group, and how."""

    member: str
    kind: str
    says: str
    step: int


@dataclass(frozen=True, slots=True)
class TinyTable:
    """A made-up table: at most three rows."""

    cube: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class TinyAnswer:
    """What comes of the made-up tables one way. Without `rows`, there is no answer, and `says` why."""

    says: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    sql: str = ""


@dataclass(frozen=True, slots=True)
class CounterExample:
    """Rows on which a careless answer is wrong: asked of a database, not thought out.

    `kind` says what is careless: to aggregate rows that joins repeat (`repeats`), or that have several values each
    (`several values`); to walk joins that are not declared (`unreached`), or to join what nothing relates
    (`unrelated`). Where the joins are `ambiguous`, it is the other way.
    """

    kind: Literal["repeats", "several values", "unreached", "unrelated", "ambiguous"]
    about: str
    tables: tuple[TinyTable, ...]
    careless: TinyAnswer
    right: TinyAnswer
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why there is no answer, and what to do."""

    code: str
    message: str
    hint: str | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """All of it. Of a query that is refused there are no plan, joins and SQL."""

    measures: tuple[str, ...]
    dimensions: tuple[str, ...]
    plan: Step | None = None
    joined: tuple[Joined, ...] = ()
    repeated: tuple[Repeated, ...] = ()
    conditions: tuple[ConditionTold, ...] = ()
    stages: tuple[StageTold, ...] = ()
    held: Held | None = None
    ambiguous: tuple[str, ...] = ()
    sql: str = ""
    parameters: tuple[str, ...] = ()
    data_source: str = ""
    refused: Refused | None = None
    counter_examples: tuple[CounterExample, ...] = ()
    no_counter_example: str = ""
