"""Rolling windows as SQL: the borders of a window around a period, and times that lie within them.

A period is `[start, next)`. Its end, from which windows are measured, is the millisecond before `next`: a month before
the end of April is the end of March 30th, as in Cube.
"""

from sqlglot import exp

from kubus.dialects.dialect import Dialect
from kubus.model.cube import Dimension
from kubus.model.granularity import MONTHS
from kubus.model.window import Reach, Span, Window
from kubus.query.conditions import InWindows
from kubus.sql.coarse import around
from kubus.sql.periods import Periods, periods
from kubus.sql.scope import Scope, term
from kubus.sql.statement import Use


def lower(
    window: Window, start: exp.Expr, following: exp.Expr, dialect: Dialect, to_date: Periods | None
) -> exp.Expr | None:
    """The first instant of the window of a period, or None if it has none. `to_date` are the periods of that."""
    if to_date is not None:
        return to_date.start(start.copy())
    return moved(window, window.trailing, start, following, dialect, sign=-1)


def upper(window: Window, start: exp.Expr, following: exp.Expr, dialect: Dialect) -> exp.Expr | None:
    """The first instant after the window of a period, or None if there is none."""
    if window.to_date is not None:
        return following.copy()
    return moved(window, window.leading, start, following, dialect, sign=1)


def moved(
    window: Window, reach: Reach, start: exp.Expr, following: exp.Expr, dialect: Dialect, *, sign: int
) -> exp.Expr | None:
    if reach == "unbounded":
        return None
    at_start = window.offset == "start"
    anchor = start if at_start else following
    if not isinstance(reach, Span):
        return anchor.copy()
    count = sign * reach.count
    if at_start or reach.unit not in MONTHS:
        return dialect.plus(term(anchor.copy()), count, reach.unit)
    last = exp.Paren(this=dialect.plus(term(anchor.copy()), -1, "millisecond"))
    there = exp.Paren(this=dialect.plus(last, count, reach.unit))
    return dialect.plus(there, 1, "millisecond")


def lies_in(time: exp.Expr, first: exp.Expr | None, after: exp.Expr | None) -> exp.Expr:
    """Whether a time is not before the first instant, and before the one after the last."""
    tests: list[exp.Expr] = []
    if first is not None:
        tests.append(exp.GTE(this=time.copy(), expression=first))
    if after is not None:
        tests.append(exp.LT(this=time.copy(), expression=after))
    return exp.and_(*tests) if tests else exp.Not(this=exp.Is(this=time.copy(), expression=exp.Null()))


def in_windows(condition: InWindows, scope: Scope) -> exp.Expr:
    """Whether a row lies in the window of the range, or of some period of it."""
    dialect, window = scope.dialect, condition.window
    start = dialect.wall(scope.placeholders.add(condition.range.start, Use.AS_IS))
    end = dialect.wall(scope.placeholders.add(condition.range.end, Use.AS_IS))
    after_end = dialect.plus(end, 1, "millisecond")
    time = term(scope.local(condition.dimension))
    to_date = to_date_periods(window, condition.dimension, scope)
    if condition.granularity is None:
        first_instant = lower(window, start, after_end, dialect, to_date)
        return within_walls(condition, time, first_instant, upper(window, start, after_end, dialect), scope)
    asked = periods(condition.dimension, condition.granularity, dialect, scope.timezone)
    first = asked.start(start)
    second = asked.following(first.copy())
    # The range, widened by what the windows reach ahead; those that end with the start of a period end before it.
    last = asked.start(end.copy()) if window.offset == "start" else start
    after = upper(window, last, after_end, dialect)
    return within_walls(condition, time, lower(window, first, second, dialect, to_date), after, scope)


def within_walls(
    condition: InWindows, time: exp.Expr, first: exp.Expr | None, after: exp.Expr | None, scope: Scope
) -> exp.Expr:
    """Whether a time lies between two times on the wall of the query's zone."""
    first_instant, after_instant = (
        None if wall is None else scope.dialect.instant_at(term(wall.copy()), scope.timezone) for wall in (first, after)
    )
    return exp.and_(lies_in(time, first, after), *around(condition.dimension, first_instant, after_instant, scope))


def to_date_periods(window: Window, dimension: Dimension, scope: Scope) -> Periods | None:
    """The periods at whose start a window begins; None if it begins anywhere."""
    return None if window.to_date is None else periods(dimension, window.to_date, scope.dialect, scope.timezone)
