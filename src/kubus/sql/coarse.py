"""A range of raw times around a test of moved times: what indexes and partitions can use.

A time that is moved, or seen on the wall of a zone, is tested as it is then, and no index of the column serves that.
Beside that test stands this one, which lets more through and never less.
"""

from dataclasses import replace

from sqlglot import exp

from kubus.model.cube import Dimension
from kubus.sql.scope import Scope, term

# The clock may change, and a month may have no such day: a moved time is never further off.
DAYS_OF_ZONE = 1
DAYS_OF_SHIFT = 4


def around(dimension: Dimension, first: exp.Expr | None, after: exp.Expr | None, scope: Scope) -> list[exp.Expr]:
    """Tests of the column of a time dimension, for the instants at which the tested range begins and is over."""
    if dimension.is_text or (scope.timezone == "UTC" and not dimension.shifts):
        return []
    raw = term(scope.dimension(replace(dimension, shifts=())))
    days = DAYS_OF_ZONE + DAYS_OF_SHIFT * len(dimension.shifts)
    tests: list[exp.Expr] = []
    for bound, compare, sign in ((first, exp.GTE, -1), (after, exp.LT, 1)):
        if bound is not None:
            there = scope.dialect.plus(term(unmoved(bound, dimension, scope)), sign * days, "day")
            tests.append(compare(this=raw.copy(), expression=term(there)))
    return tests


def unmoved(instant: exp.Expr, dimension: Dimension, scope: Scope) -> exp.Expr:
    """Where about a time was before it was moved there."""
    for span in dimension.shifts:
        instant = scope.dialect.plus(term(instant), -span.count, span.unit)
    return instant
