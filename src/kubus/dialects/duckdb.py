"""DuckDB 1.5 and later. Source: https://duckdb.org/docs/stable/sql/introduction"""

from collections.abc import Sequence
from datetime import datetime

from sqlglot import exp

from kubus.dialects.dialect import Dialect, cast

# The most digits that a DECIMAL holds.
MAX_DIGITS = 38


class DuckDB(Dialect):
    """DuckDB."""

    name = "duckdb"
    sqlglot = "duckdb"
    # DuckDB cuts no names; this keeps statements readable.
    max_identifier = 255

    def number(self, value: exp.Expr, example: str) -> exp.Expr:
        # Whole and decimal numbers stay exact: as DOUBLE, keys above 2**53 would compare equal to their neighbours.
        whole, dot, fraction = example.lstrip("-").partition(".")
        if not whole.isdigit() or (dot and not fraction.isdigit()) or len(whole) + len(fraction) > MAX_DIGITS:
            return cast(value, "DOUBLE", self)
        if not dot:
            return cast(value, "HUGEINT", self)
        return cast(value, f"DECIMAL({MAX_DIGITS}, {len(fraction)})", self)

    def compared_with_texts(self, value: exp.Expr, forms: Sequence[str]) -> exp.Expr:
        # DuckDB rounds '7.5' to compare it with a whole number, and 8 would be equal to it.
        return value if all(form.isdigit() for form in forms) else self.text(value)

    def url_encoded(self, value: exp.Expr) -> exp.Expr:
        return exp.Anonymous(this="url_encode", expressions=[self.text(value)])

    def instant(self, value: exp.Expr) -> exp.Expr:
        # Compared with a column that has a zone, DuckDB takes this as UTC, the session's zone; compared with one
        # that has none, the column needs no cast and its statistics stay of use.
        return cast(value, "TIMESTAMP", self)

    def local(self, time: exp.Expr, timezone: str) -> exp.Expr:
        if timezone == "UTC":
            return self.utc(time)
        zoned = cast(time, "TIMESTAMPTZ", self)
        return exp.Anonymous(this="timezone", expressions=[exp.Literal.string(timezone), zoned])

    def instant_at(self, wall_time: exp.Expr, timezone: str) -> exp.Expr:
        if timezone == "UTC":
            return wall_time
        return exp.Anonymous(this="timezone", expressions=[exp.Literal.string(timezone), wall_time])

    def series(self, first: exp.Expr, last: exp.Expr, count: int, unit: str) -> exp.Expr:
        # What PostgreSQL gives as rows is a list here.
        return exp.Anonymous(this="unnest", expressions=[super().series(first, last, count, unit)])

    def numbers(self, first: exp.Expr, last: exp.Expr) -> exp.Expr:
        return exp.Anonymous(this="unnest", expressions=[super().numbers(first, last)])

    def binned(self, seconds: int, origin: datetime, wall_time: exp.Expr) -> exp.Expr:
        step = exp.Interval(this=exp.Literal.string(str(seconds)), unit=exp.var("SECOND"))
        return exp.Anonymous(this="time_bucket", expressions=[step, wall_time, self.moment(origin)])

    def matches(self, value: exp.Expr, pattern: exp.Expr) -> exp.Expr:
        # DuckDB has no default escape character.
        return exp.Escape(this=super().matches(value, pattern), expression=exp.Literal.string("\\"))

    def count_distinct_approx(self, value: exp.Expr) -> exp.Expr:
        return exp.Anonymous(this="approx_count_distinct", expressions=[value])
