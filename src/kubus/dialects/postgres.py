"""PostgreSQL 12 and later. Source: https://www.postgresql.org/docs/current/"""

from collections.abc import Sequence

from sqlglot import exp, parse_one

from kubus.dialects.dialect import Dialect, cast
from kubus.errors import Unsupported

URL_ENCODED = parse_one(
    """(
      SELECT STRING_AGG(
        CASE WHEN c ~ '[A-Za-z0-9._~-]' THEN c
        ELSE REGEXP_REPLACE(UPPER(ENCODE(CONVERT_TO(c, 'UTF8'), 'hex')), '(..)', '%\\1', 'g') END,
        '' ORDER BY n
      ) FROM REGEXP_SPLIT_TO_TABLE(:value, '') WITH ORDINALITY AS letters(c, n)
    )""",
    dialect="postgres",
)


class Postgres(Dialect):
    """PostgreSQL."""

    name = "postgres"
    sqlglot = "postgres"
    max_identifier = 63

    def number(self, value: exp.Expr, example: str) -> exp.Expr:
        # No index on whole numbers serves a comparison with NUMERIC: it would have to read the whole table.
        return cast(value, "BIGINT" if example == "0" else "NUMERIC", self)

    def count_distinct_approx(self, value: exp.Expr) -> exp.Expr:  # noqa: ARG002 - there is nothing to say with it
        # sqlglot would write APPROX_DISTINCT, which PostgreSQL does not have; a sketch needs an extension.
        raise Unsupported("Approximate distinct count is not supported by PostgreSQL", hint="Use type: count_distinct")

    def url_encoded(self, value: exp.Expr) -> exp.Expr:
        """Each byte of what is no letter, digit or one of `-._~` as %XX; PostgreSQL has no function for it."""
        return exp.replace_placeholders(URL_ENCODED.copy(), value=self.text(value))

    def same_keys(self, left: Sequence[exp.Expr], right: Sequence[exp.Expr]) -> exp.Expr:
        """Compare the keys as records: composite values compare their nulls as equal, and can be merge-joined.

        `IS NOT DISTINCT FROM` could only be run as a nested loop, and not at all in a FULL JOIN.
        Source: https://www.postgresql.org/docs/current/functions-comparisons.html#COMPOSITE-TYPE-COMPARISON
        """
        return exp.EQ(this=record(left), expression=record(right))


def record(values: Sequence[exp.Expr]) -> exp.Expr:
    row = exp.Anonymous(this="ROW", expressions=list(values))
    return exp.Cast(this=row, to=exp.DataType.build("record", dialect="postgres", udt=True))
