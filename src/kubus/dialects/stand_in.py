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

# Functions that the database in the place of another has, by name, with their arguments and SQL; beside them NOW, which
# says what time it is.
NOW = "kubus_now"
NOT_ZERO, FINITE, AS_TEXT = "kubus_not_zero", "kubus_finite", "kubus_as_text"
FUNCTIONS = {
    NOT_ZERO: "CASE WHEN x = 0 THEN error('division by zero') ELSE x END",
    FINITE: """CASE WHEN isnan(CAST(x AS DOUBLE)) OR isinf(CAST(x AS DOUBLE))
        THEN error('the result is no finite number') ELSE x END""",
    # A float that is a whole number has no `.0`.
    AS_TEXT: r"""CASE WHEN typeof(x) IN ('DOUBLE', 'FLOAT') THEN regexp_replace(CAST(x AS VARCHAR), '\.0$', '')
        ELSE CAST(x AS VARCHAR) END""",
}

LIVE = "Ask the database itself: `source: live`"

# Parts of time formats that sqlglot leaves as they are, or cuts, with what they mean.
FORMAT_REPAIRS = (
    (re.compile("F%month"), "%B"),
    (re.compile("FM%uay"), "%A"),
    (re.compile("Mon(?!th)"), "%b"),
    (re.compile("AM|PM"), "%p"),
    (re.compile("MS"), "%g"),
)
# What is left of a format once everything that is known is taken out. Days of the week and weeks are counted in other
# ways than sqlglot takes them to be, and `%S%S` are the seconds of the day.
FORMAT_CODES = re.compile(r"%(?![uU])(?!S%S)[-#]?[A-Za-z%]")
LETTERS = re.compile(r'[A-Za-z"%]+')


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
            case exp.Dot(this=exp.Expr() as schema, expression=exp.Anonymous() as call) if schema.name == "pg_catalog":
                # How functions are written that sqlglot would take for others.
                return call
            case exp.Format():
                raise self._refused(node, "format has other templates in DuckDB")
            case exp.EQ() | exp.NEQ() if isinstance(node.this, exp.Tuple) or isinstance(node.expression, exp.Tuple):
                raise self._refused(node, "rows that hold nulls compare otherwise in DuckDB")
            case exp.Cast(to=exp.DataType(this=kind) as to) if kind in TEXTS:
                return self._as_text(node, to)
            case exp.Sqrt() | exp.Ln() | exp.Log() | exp.Pow() if self._refuses_zero:
                # Elsewhere what has no finite result is refused.
                return exp.Anonymous(this=FINITE, expressions=[node])
            case exp.TimeToStr() | exp.StrToTime() | exp.StrToDate():
                self._repair_format(node)
            case exp.Div() | exp.IntDiv() | exp.Mod() if self._refuses_zero and not is_number(node.expression):
                node.set("expression", exp.Anonymous(this=NOT_ZERO, expressions=[node.expression]))
            case exp.Like() | exp.ILike() if not isinstance(node.parent, exp.Escape) and escapes(node.expression):
                # PostgreSQL and others take a backslash for an escape; DuckDB has none by default.
                return exp.Escape(this=node, expression=exp.Literal.string("\\"))
            case _:
                pass
        return node

    def _as_text(self, node: exp.Cast, to: exp.DataType) -> exp.Expr:
        if to.this in (exp.DType.CHAR, exp.DType.NCHAR, exp.DType.BPCHAR):
            raise self._refused(node, "DuckDB fills no text up with spaces")
        text = exp.Anonymous(this=AS_TEXT, expressions=[node.this])
        if not to.expressions:
            return text
        # The length is no limit to DuckDB.
        return exp.Left(this=text, expression=to.expressions[0].this)

    def _repair_format(self, node: exp.Expr) -> None:
        written = node.args.get("format")
        if isinstance(written, exp.Literal):
            text = written.name
            for part, code in FORMAT_REPAIRS:
                text = part.sub(code, text)
            node.set("format", exp.Literal.string(text))

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


# Types of texts.
TEXTS = frozenset(exp.DataType.TEXT_TYPES)


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
