"""The rule about claims of the caller's token in SQL."""

from collections.abc import Iterator

from kubus.loading.checks.references import members_of, sql_of
from kubus.loading.lint.linted import Found, Linted
from kubus.model.context import Claim, ClaimFilter, ContextReference, everything_in
from kubus.model.member_sql import MemberSql

HINT = "SECURITY_CONTEXT.….filter('column') says what holds without the claim"


def unsafe_value(linted: Linted) -> Iterator[Found]:
    """A claim as a value in SQL, where a token without it compares with null, or shows everything."""
    for cube in linted.model.cubes.values():
        if reads_claims(cube.table):
            yield from linted.at_cube(cube, f"The sql of '{cube.name}' reads a claim by unsafeValue", HINT, "sql")
        for join in cube.joins:
            if reads_claims(join.on):
                what = f"The join of '{join.source}' to '{join.target}' reads a claim by unsafeValue"
                yield from linted.at_join(join, what, HINT)
        for member in members_of(cube):
            if any(map(reads_claims, sql_of(member))):
                yield from linted.at_member(member, f"'{member.path}' reads a claim by unsafeValue", HINT)


def reads_claims(sql: MemberSql) -> bool:
    """Whether a claim stands in this SQL by itself, outside of the filters that are made for it."""
    return any(
        isinstance(part, Claim)
        for reference in sql.references
        if isinstance(reference, ContextReference) and not isinstance(reference.value, ClaimFilter)
        for part in everything_in(reference.value)
    )
