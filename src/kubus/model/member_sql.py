"""SQL with {references}: what the compiler makes of it."""

from dataclasses import dataclass

from sqlglot import exp

from kubus.model.context import ContextReference


@dataclass(frozen=True, slots=True)
class TableReference:
    """`{CUBE}`, `{TABLE}` or `{other}`: stands for the alias of that cube's table in the statement."""

    cube: str


@dataclass(frozen=True, slots=True)
class MemberReference:
    """`{member}`, `{CUBE.member}`, `{cube.member}`, `{a.b.cube.member}`, `{time_dimension.granularity}`.

    `path` is the way to the cube when one is written (`a.b.cube`), else the cube alone.
    """

    path: tuple[str, ...]
    member: str
    granularity: str | None = None

    @property
    def cube(self) -> str:
        return self.path[-1]


@dataclass(frozen=True, slots=True)
class QueryReference:
    """`{cube.sql()}`: stands for that cube's own query or table."""

    cube: str


Reference = TableReference | MemberReference | QueryReference | ContextReference


@dataclass(frozen=True, slots=True)
class MemberSql:
    """SQL of a member, parsed, with its references taken out.

    In `tree` the reference number n stands as an identifier that `marker(n)` names: as the table of a column for a
    `TableReference`, as a column without a table for a `MemberReference` or `ContextReference`, as a table for a
    `QueryReference`. What context references refer to themselves follows in `references`, without a place in `tree`.
    `text` is what was written.
    """

    text: str
    tree: exp.Expr
    references: tuple[Reference, ...] = ()


def marker(number: int) -> str:
    """The identifier that stands for reference `number` in a parsed tree."""
    return f"__kubus_ref_{number}__"
