"""DuckDB in the place of another database: where a model is tried on given rows, and that database is not there.

SQL of the model was parsed in its own dialect, so that writing it for DuckDB translates it. What has another meaning
there is written otherwise, or refused: a test on something else than the model says would prove nothing.
"""

import re
from collections.abc import Callable

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect as Grammar
from sqlglot.errors import ErrorLevel, UnsupportedError

from kubus.dialects.dialect import Dialect, cast
from kubus.dialects.duckdb import DuckDB
from kubus.errors import NotTranslated

# Functions that the database in the place of another has: what time it is, and a number that is not zero.
NOW = "kubus_now"
NOT_ZERO = "kubus_not_zero"

LIVE = "Ask the database itself: `source: live`"

# What is left of a time format once everything that is known is taken out.
FORMAT_CODES = re.compile(r"%[-#]?[A-Za-z%]")
LETTERS = re.compile(r"[A-Za-z]+")


class StandIn(DuckDB):
    """DuckDB in the place of the database whose SQL is `of`."""

    def __init__(self, of: Dialect) -> None:
        grammar = Grammar.get_or_raise(of.sqlglot)
        self._is_same = of.sqlglot == self.sqlglot
        # In PostgreSQL 1/0 is refused; DuckDB gives null, or infinity.
        self._refuses_zero = not grammar.SAFE_DIVISION and not self._is_same
        self._of = of

    def write(self, tree: exp.Expr) -> str:
        """See `Dialect`.

        Raises:
            NotTranslated: something in the tree has no translation.
        """
        made = tree.transform(self._translated, copy=True)
        try:
            text = made.sql(
                dialect=self.sqlglot, identify=False, copy=False, comments=False, unsupported_level=ErrorLevel.RAISE
            )
        except UnsupportedError as error:
            raise self._refused(made, str(error)) from error
        # Looked at as it is written: which formats the database takes is known only then.
        if not self._is_same:
            self._check_formats(made)
        return text

    def count_distinct_approx(self, value: exp.Expr) -> exp.Expr:
        """See `Dialect`. Raises Unsupported where the other database has none."""
        self._of.count_distinct_approx(value.copy())
        return super().count_distinct_approx(value)

    def _translated(self, node: exp.Expr) -> exp.Expr:
        moment = MOMENTS.get(type(node))
        if isinstance(node, exp.Anonymous):
            moment = NAMED_MOMENTS.get(node.name.lower())
        if moment is not None:
            return moment(exp.Anonymous(this=NOW, expressions=[]), self)
        if self._is_same:
            return node
        match node:
            case exp.SimilarTo():
                raise self._refused(node, "SIMILAR TO has another meaning in DuckDB")
            case exp.Substring() if isinstance(start := node.args.get("start"), exp.Literal) and start.is_string:
                raise self._refused(node, "substring with a pattern is not in DuckDB")
            case exp.Div() if self._refuses_zero and not is_number(node.expression):
                node.set("expression", exp.Anonymous(this=NOT_ZERO, expressions=[node.expression]))
            case exp.Like() | exp.ILike() if not isinstance(node.parent, exp.Escape) and escapes(node.expression):
                # PostgreSQL and others take a backslash for an escape; DuckDB has none by default.
                return exp.Escape(this=node, expression=exp.Literal.string("\\"))
            case _:
                pass
        return node

    def _check_formats(self, tree: exp.Expr) -> None:
        for node in tree.find_all(exp.TimeToStr, exp.StrToTime, exp.StrToDate):
            written = node.args.get("format")
            if not isinstance(written, exp.Literal):
                raise self._refused(node, "the format of a time has to be a text in the SQL")
            left = LETTERS.search(FORMAT_CODES.sub("", written.name))
            if left is not None:
                raise self._refused(node, f"the format has '{left[0]}', which has no translation")

    def _refused(self, node: exp.Expr, reason: str) -> NotTranslated:
        shown = node.sql(dialect=self.sqlglot, comments=False, unsupported_level=ErrorLevel.IGNORE)
        return NotTranslated(
            f"This SQL for {self._of.name} cannot be run on DuckDB: {reason}\n  {shown[:2000]}", hint=LIVE
        )


def is_number(node: exp.Expr) -> bool:
    """Whether a divisor is a number other than zero as it is written."""
    return isinstance(node, exp.Literal) and not node.is_string and float(node.name) != 0


def escapes(pattern: exp.Expr) -> bool:
    """Whether a backslash may be in a pattern."""
    return not (isinstance(pattern, exp.Literal) and "\\" not in pattern.name)


# What a word for this moment comes to, from the instant; sessions are in UTC.
Moment = Callable[[exp.Expr, Dialect], exp.Expr]


def instant(now: exp.Expr, _: Dialect) -> exp.Expr:
    return now


def wall_time(now: exp.Expr, to: Dialect) -> exp.Expr:
    return cast(now, "TIMESTAMP", to)


def wall_date(now: exp.Expr, to: Dialect) -> exp.Expr:
    return cast(wall_time(now, to), "DATE", to)


def wall_clock(now: exp.Expr, to: Dialect) -> exp.Expr:
    return cast(wall_time(now, to), "TIME", to)


MOMENTS: dict[type[exp.Expr], Moment] = {
    exp.CurrentTimestamp: instant,
    exp.Localtimestamp: wall_time,
    exp.CurrentDatetime: wall_time,
    exp.CurrentDate: wall_date,
    exp.CurrentTime: wall_clock,
    exp.Localtime: wall_clock,
}

# Those that are no syntax of their own.
NAMED_MOMENTS: dict[str, Moment] = {
    "now": instant,
    "clock_timestamp": instant,
    "statement_timestamp": instant,
    "transaction_timestamp": instant,
    "get_current_timestamp": instant,
    "current_localtimestamp": wall_time,
    "today": wall_date,
}
