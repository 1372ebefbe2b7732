"""The base of every dialect: what sqlglot does not say about a database, with the answer most databases share."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from sqlglot import exp

from kubus.errors import Unsupported


class Dialect:
    """How one database says things. Methods take and give SQL trees; none keeps state.

    `name` is the database type in settings and answers, `sqlglot` the name of the dialect that writes the text.
    `max_identifier` is the length past which the database cuts names.
    """

    name: ClassVar[str]
    sqlglot: ClassVar[str]
    max_identifier: ClassVar[int] = 63

    def write(self, tree: exp.Expr) -> str:
        """The text of a tree."""
        return tree.sql(dialect=self.sqlglot, identify=False, copy=False, comments=False)

    # ── values ──

    def number(self, value: exp.Expr, example: str) -> exp.Expr:  # noqa: ARG002 - for dialects that tell them apart
        """A parameter as a number. `example` has the form of the texts that will be bound: `0`, nineteen
        zeros for whole numbers that 64 bits may not hold, `0.00`, or other.
        """
        return cast(value, "NUMERIC", self)

    def boolean(self, value: exp.Expr) -> exp.Expr:
        """A parameter as a boolean."""
        return cast(value, "BOOLEAN", self)

    def instant(self, value: exp.Expr) -> exp.Expr:
        """A parameter such as `2024-01-31T00:00:00.000Z`, as a time to compare a raw column with."""
        return cast(value, "TIMESTAMPTZ", self)

    def text(self, value: exp.Expr) -> exp.Expr:
        """An expression as text."""
        return cast(value, "TEXT", self)

    def matches(self, value: exp.Expr, pattern: exp.Expr) -> exp.Expr:
        """Whether text matches a LIKE pattern, whatever the case; a backslash in the pattern escapes."""
        return exp.ILike(this=value, expression=pattern)

    def compared_with_texts(self, value: exp.Expr, forms: Sequence[str]) -> exp.Expr:  # noqa: ARG002 - for dialects that round
        """A value of any type in a form to compare exactly with parameters whose type nobody knows.

        `forms` are those of the texts that will be bound, as in `number`.
        """
        return value

    def url_encoded(self, value: exp.Expr) -> exp.Expr:  # noqa: ARG002 - for dialects that can
        """A text as it may stand in a part of a URL."""
        raise Unsupported(f"SQL_UTILS.urlEncode is not supported by {self.name}")

    # ── time ──

    def zoned(self, text: exp.Expr) -> exp.Expr:
        """A column of texts such as `2024-01-31T00:00:00.000Z` as times; those that name no zone are in UTC."""
        return cast(text, "TIMESTAMPTZ", self)

    def utc(self, time: exp.Expr) -> exp.Expr:
        """A time column as UTC wall time. Columns without a zone hold UTC: the session's zone is UTC."""
        return cast(time, "TIMESTAMP", self)

    def local(self, time: exp.Expr, timezone: str) -> exp.Expr:
        """A time column as wall time in a zone."""
        if timezone == "UTC":
            return self.utc(time)
        return exp.AtTimeZone(this=cast(time, "TIMESTAMPTZ", self), zone=exp.Literal.string(timezone))

    def instant_at(self, wall_time: exp.Expr, timezone: str) -> exp.Expr:
        """A wall time of a zone as a time that compares with raw columns."""
        if timezone == "UTC":
            return wall_time
        return exp.AtTimeZone(this=wall_time, zone=exp.Literal.string(timezone))

    def truncate(self, granularity: str, wall_time: exp.Expr) -> exp.Expr:
        """The start of the predefined granularity that holds a wall time; weeks start on Monday."""
        return exp.Anonymous(this="date_trunc", expressions=[exp.Literal.string(granularity), wall_time])

    def wall(self, value: exp.Expr) -> exp.Expr:
        """A parameter such as `2024-01-31T00:00:00.000` as wall time."""
        return cast(value, "TIMESTAMP", self)

    def plus(self, time: exp.Expr, count: int, unit: str) -> exp.Expr:
        """A wall time moved by so many units of the calendar; a day that the month does not have becomes its last."""
        months = {"quarter": 3}.get(unit, 1)
        word = "month" if unit == "quarter" else unit
        step = exp.Interval(this=exp.Literal.string(str(abs(count) * months)), unit=exp.var(word.upper()))
        return (exp.Add if count >= 0 else exp.Sub)(this=time, expression=step)

    def series(self, first: exp.Expr, last: exp.Expr, count: int, unit: str) -> exp.Expr:
        """Wall times from `first` up to `last`, so many units apart: a row each, in the list of a SELECT."""
        step = exp.Interval(this=exp.Literal.string(str(count)), unit=exp.var(unit.upper()))
        return exp.Anonymous(this="generate_series", expressions=[first, last, step])

    def moment(self, wall_time: datetime) -> exp.Expr:
        """A wall time that the model says."""
        return cast(exp.Literal.string(wall_time.isoformat(sep=" ")), "TIMESTAMP", self)

    def times(self, number: exp.Expr, count: int, unit: str) -> exp.Expr:
        """A number of spans of so many units each."""
        step = exp.Interval(this=exp.Literal.string(str(count)), unit=exp.var(unit.upper()))
        return exp.Mul(this=number, expression=step)

    def whole(self, value: exp.Expr, width: int) -> exp.Expr:
        """How many whole widths are in a number, rounded down."""
        parts = exp.Div(this=cast(value, "DOUBLE", self), expression=exp.Literal.number(width))
        return cast(exp.Floor(this=parts), "BIGINT", self)

    def numbers(self, first: exp.Expr, last: exp.Expr) -> exp.Expr:
        """Whole numbers from `first` to `last`: a row each, in the list of a SELECT."""
        return exp.Anonymous(this="generate_series", expressions=[first, last])

    def binned(self, seconds: int, origin: datetime, wall_time: exp.Expr) -> exp.Expr:
        """The start of the span of so many seconds that holds a wall time, counted from `origin`."""
        passed = exp.Paren(this=exp.Sub(this=wall_time, expression=self.moment(origin)))
        number = self.whole(exp.Extract(this=exp.var("EPOCH"), expression=passed), seconds)
        return exp.Paren(this=exp.Add(this=self.moment(origin), expression=self.times(number, seconds, "second")))

    # ── groups ──

    def count_distinct_approx(self, value: exp.Expr) -> exp.Expr:  # noqa: ARG002 - for dialects that have it
        """About how many different values there are."""
        raise Unsupported(
            f"Approximate distinct count is not supported by {self.name}", hint="Use type: count_distinct"
        )

    def same_keys(self, left: Sequence[exp.Expr], right: Sequence[exp.Expr]) -> exp.Expr:
        """Whether two lists of grouping keys are the same group, nulls being equal."""
        pairs = [exp.NullSafeEQ(this=a, expression=b) for a, b in zip(left, right, strict=True)]
        return exp.and_(*pairs)


def cast(value: exp.Expr, to: str, dialect: Dialect) -> exp.Expr:
    """`CAST(value AS to)`."""
    return exp.Cast(this=value, to=exp.DataType.build(to, dialect=dialect.sqlglot))
