"""Conditions to predicates with parameters.

Source for the meaning of each operator with nulls: docs/query.md, "Filters".
"""

from collections.abc import Callable
from typing import Literal

from sqlglot import exp

from kubus.errors import Unsupported
from kubus.model.cube import Dimension, Measure, Segment
from kubus.query.conditions import Condition, Every, InWindows, IsSet, Meets, Never, OwnFilters, Some, Test, Within
from kubus.query.shape import Slot
from kubus.sql.coarse import around
from kubus.sql.scope import Scope, term
from kubus.sql.statement import Use
from kubus.sql.windows import in_windows

# What a tested member is in the statement: a row value in WHERE, an aggregate in HAVING, a column on top of parts.
ValueOf = Callable[[Dimension | Measure], exp.Expr]


def predicate(condition: Condition, scope: Scope, value_of: ValueOf) -> exp.Expr:
    """A condition as SQL."""
    match condition:
        case Test():
            return tested(condition, term(value_of(condition.member)), scope)
        case Within(dimension, start, end):
            return within(dimension, term(value_of(dimension)), start, end, scope)
        case InWindows():
            return in_windows(condition, scope)
        case IsSet(dimension):
            return is_set(term(value_of(dimension)))
        case Meets(join):
            return scope.of_joined().bind(join.on, scope.rows_of)
        case OwnFilters(measure):
            return scope.own_filters(measure)
        case Never():
            return exp.EQ(this=exp.Literal.number(1), expression=exp.Literal.number(0))
        case Segment():
            return scope.segment(condition)
        case Every(parts):
            return exp.and_(*(exp.Paren(this=predicate(part, scope, value_of)) for part in parts))
        case Some(parts):
            return exp.or_(*(exp.Paren(this=predicate(part, scope, value_of)) for part in parts))


def tested(test: Test, value: exp.Expr, scope: Scope) -> exp.Expr:
    operator = test.operator
    match operator.family:
        case "set":
            return is_null(value) if operator.negated else is_set(value)
        case "equals":
            return equals(test, value, scope)
        case "contains":
            return like(test, value, Use.CONTAINS, scope)
        case "starts_with":
            return like(test, value, Use.STARTS_WITH, scope)
        case "ends_with":
            return like(test, value, Use.ENDS_WITH, scope)
        case "compare":
            return COMPARISONS[operator.name](this=value, expression=typed(test, test.slots[0], scope))
        case "date_range":
            # One value is the whole of itself; of more than two, the rest says nothing.
            start, end = test.slots[0], test.slots[:2][-1]
            if not operator.negated:
                return within(test.member, value, start, end, scope)
            return exp.or_(
                exp.LT(this=value.copy(), expression=moment(test.member, start, Use.FROM, scope)),
                exp.GTE(this=value.copy(), expression=moment(test.member, end, Use.UNTIL, scope)),
            )
        case "date_compare":
            compare, use = DATE_COMPARISONS[operator.name]
            return compare(this=value, expression=moment(test.member, test.slots[0], use, scope))
        case _:
            raise Unsupported(f"Operator {operator.name} is not supported here")


COMPARISONS: dict[str, type[exp.Binary]] = {"gt": exp.GT, "gte": exp.GTE, "lt": exp.LT, "lte": exp.LTE}

# A date covers its whole day and a time its whole millisecond: "after" begins when they are over.
DATE_COMPARISONS: dict[str, tuple[type[exp.Binary], Literal[Use.FROM, Use.UNTIL]]] = {
    "beforeDate": (exp.LT, Use.FROM),
    "beforeOrOnDate": (exp.LT, Use.UNTIL),
    "afterDate": (exp.GTE, Use.UNTIL),
    "afterOrOnDate": (exp.GTE, Use.FROM),
}


def within(member: Dimension | Measure, value: exp.Expr, start: Slot, end: Slot, scope: Scope) -> exp.Expr:
    first, after = moment(member, start, Use.FROM, scope), moment(member, end, Use.UNTIL, scope)
    tests: list[exp.Expr] = [exp.GTE(this=value, expression=first), exp.LT(this=value.copy(), expression=after)]
    if isinstance(member, Dimension) and member.shifts:
        tests.extend(around(member, first.copy(), after.copy(), scope))
    return exp.and_(*tests)


def moment(member: Dimension | Measure, slot: Slot, use: Literal[Use.FROM, Use.UNTIL], scope: Scope) -> exp.Expr:
    """A moment as a parameter to compare a member with."""
    if is_compared_as_text(member):
        return scope.placeholders.add(slot, Use.TEXT_FROM if use is Use.FROM else Use.TEXT_UNTIL)
    return scope.dialect.instant(scope.placeholders.add(slot, use))


def is_compared_as_text(member: Dimension | Measure) -> bool:
    """Whether a time is text in conditions. One that is moved has become a time."""
    return isinstance(member, Dimension) and member.is_text and not member.shifts


def typed(test: Test, slot: Slot, scope: Scope) -> exp.Expr:
    """A value as a parameter of the member's type."""
    parameter = scope.placeholders.add(slot, Use.AS_IS)
    kind = test.member.type.value_type if isinstance(test.member, Measure) else test.member.type
    match kind:
        case "number":
            return scope.dialect.number(parameter, slot.form)
        case "boolean":
            return scope.dialect.boolean(parameter)
        case "time":
            return parameter if is_compared_as_text(test.member) else scope.dialect.instant(parameter)
        case "string" | "geo":
            return parameter


def equals(test: Test, value: exp.Expr, scope: Scope) -> exp.Expr:
    values = [typed(test, slot, scope) for slot in test.slots]
    negated = test.operator.negated
    match values:
        case []:
            return is_set(value) if negated else is_null(value)
        case [single]:
            same: exp.Expr = (exp.NEQ if negated else exp.EQ)(this=value, expression=single)
        case _:
            same = exp.In(this=value, expressions=values)
            if negated:
                same = exp.Not(this=same)
    # Null is among the values of `equals`, or is not among those that `notEquals` leaves out.
    return exp.or_(same, is_null(value.copy())) if negated != test.with_null else same


def like(test: Test, value: exp.Expr, use: Use, scope: Scope) -> exp.Expr:
    negated = test.operator.negated
    if not test.slots:
        return is_set(value) if negated else is_null(value)
    matches = [scope.dialect.matches(value.copy(), scope.placeholders.add(slot, use)) for slot in test.slots]
    misses = [exp.Not(this=exp.Paren(this=match)) for match in matches]
    found = exp.and_(*misses) if negated else exp.or_(*matches)
    return exp.or_(found, is_null(value.copy())) if negated != test.with_null else found


def is_null(value: exp.Expr) -> exp.Expr:
    return exp.Is(this=value, expression=exp.Null())


def is_set(value: exp.Expr) -> exp.Expr:
    return exp.Not(this=exp.Is(this=value, expression=exp.Null()))
