"""PostgreSQL 12 and later. Source: https://www.postgresql.org/docs/current/"""

from collections.abc import Sequence

from sqlglot import exp

from kubus.dialects.dialect import Dialect
from kubus.errors import Unsupported


class Postgres(Dialect):
    """PostgreSQL."""

    name = "postgres"
    sqlglot = "postgres"
    max_identifier = 63

    def count_distinct_approx(self, value: exp.Expr) -> exp.Expr:  # noqa: ARG002 - there is nothing to say with it
        # sqlglot would write APPROX_DISTINCT, which PostgreSQL does not have; a sketch needs an extension.
        raise Unsupported("Approximate distinct count is not supported by PostgreSQL", hint="Use type: count_distinct")

    def same_keys(self, left: Sequence[exp.Expr], right: Sequence[exp.Expr]) -> exp.Expr:
        """Compare the keys as records: composite values compare their nulls as equal, and can be merge-joined.

        `IS NOT DISTINCT FROM` could only be run as a nested loop, and not at all in a FULL JOIN.
        Source: https://www.postgresql.org/docs/current/functions-comparisons.html#COMPOSITE-TYPE-COMPARISON
        """
        return exp.EQ(this=record(left), expression=record(right))


def record(values: Sequence[exp.Expr]) -> exp.Expr:
    row = exp.Anonymous(this="ROW", expressions=list(values))
    return exp.Cast(this=row, to=exp.DataType.build("record", dialect="postgres", udt=True))
