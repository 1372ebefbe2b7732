"""Relations between the values of a row, such as `completed <= count` or `sum(count by status) == count`."""

import ast
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

# `sum(count by status, channel)`: an aggregate of what a measure comes to for each value of more dimensions.
PART = re.compile(r"\b(sum|min|max|avg|count)\s*\(\s*([\w.]+)\s+by\s+([\w.]+(?:\s*,\s*[\w.]+)*)\s*\)")
SIGNS = {"≤": "<=", "≥": ">=", "≠": "!=", "–": "-"}

COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
CALCULATIONS: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
}
FUNCTIONS = ("abs", "coalesce", "min", "max", "round")


@dataclass(frozen=True, slots=True)
class Part:
    """What a measure comes to when the query is asked by more dimensions, put together again by `aggregate`."""

    aggregate: str
    measure: str
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation as it is written, and as it is evaluated. In `tree` the part number n is the name `kubus_part_n`."""

    text: str
    tree: ast.Expression
    names: tuple[str, ...]
    parts: tuple[Part, ...]


class Unknown(Exception):
    """A relation that says neither yes nor no: a value is null, or is divided by zero."""


def parse_relation(text: str) -> Relation:
    """The relation that a text says.

    Raises:
        ValueError: it is none; says why.
    """
    parts: list[Part] = []

    def taken_out(match: re.Match[str]) -> str:
        parts.append(Part(match[1], match[2], tuple(name.strip() for name in match[3].split(","))))
        return f"kubus_part_{len(parts) - 1}"

    written = PART.sub(taken_out, text)
    for sign, plain in SIGNS.items():
        written = written.replace(sign, plain)
    try:
        tree = ast.parse(written.strip(), mode="eval")
    except SyntaxError as error:
        reason = "one = sets, and two compare" if re.search(r"(?<![<>=!])=(?!=)", written) else error.msg
        raise ValueError(reason) from error
    names: dict[str, None] = {}
    check(tree.body, names)
    if not any(isinstance(node, ast.Compare) for node in ast.walk(tree)):
        raise ValueError("it compares nothing")
    for name in [one for one in names if re.fullmatch(r"kubus_part_\d+", one)]:
        del names[name]
    if not names and not parts:
        raise ValueError("it names no member")
    return Relation(text, tree, tuple(names), tuple(parts))


def check(node: ast.expr, names: dict[str, None]) -> None:
    """Collect the names in an expression. Raises ValueError at what a relation cannot hold."""
    match node:
        case ast.Name() | ast.Attribute():
            names[dotted(node)] = None
        case ast.Constant(value=bool() | int() | float() | str()):
            return
        case ast.Compare(left=left, ops=ops, comparators=others) if all(type(one) in COMPARISONS for one in ops):
            for one in (left, *others):
                check(one, names)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in CALCULATIONS:
            check(left, names)
            check(right, names)
        case ast.UnaryOp(op=ast.USub() | ast.Not(), operand=operand):
            check(operand, names)
        case ast.BoolOp(values=values):
            for one in values:
                check(one, names)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in FUNCTIONS and arguments:
            for one in arguments:
                check(one, names)
        case ast.Call(func=ast.Name(id=name)):
            raise ValueError(
                f"there is no function {name}; there are {', '.join(FUNCTIONS)}, and sum(measure by member)"
            )
        case _:
            raise ValueError(f"'{ast.unparse(node)}' cannot stand in a relation")


def dotted(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=name):
            return f"{dotted(value)}.{name}"
        case _:
            raise ValueError(f"'{ast.unparse(node)}' is no name")


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Evaluates relations over one row. `values` has that of each name and part; a number may be off by `slack`,
    which is given both sides.
    """

    values: Mapping[str, Any]
    slack: Callable[[Fraction, Fraction], Fraction]

    def holds(self, relation: Relation) -> bool:
        """Whether a relation holds. Raises Unknown if it cannot be said."""
        return bool(self.of(relation.tree.body))

    def of(self, node: ast.expr) -> Any:
        match node:
            case ast.Name() | ast.Attribute():
                return exact(self.values[dotted(node)])
            case ast.Constant(value=float() as number):
                return Fraction(str(number))
            case ast.Constant(value=value):
                return exact(value)
            case ast.Compare(left=left, ops=ops, comparators=others):
                sides = [self.of(left), *map(self.of, others)]
                return all(self.compared(*three) for three in zip(sides, ops, sides[1:], strict=False))
            case ast.BinOp(left=left, op=op, right=right):
                return self.calculated(CALCULATIONS[type(op)], known(self.of(left), left), known(self.of(right), right))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return not self.of(operand)
            case ast.UnaryOp(operand=operand):
                return -known(self.of(operand), operand)
            case ast.BoolOp(op=ast.And(), values=values):
                return all(self.of(one) for one in values)
            case ast.BoolOp(values=values):
                return any(self.of(one) for one in values)
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return self.called(name, [self.of(one) for one in arguments])
            case _:
                raise AssertionError(ast.dump(node))

    def compared(self, left: Any, op: ast.cmpop, right: Any) -> bool:
        if left is None or right is None:
            raise Unknown("a value is null; coalesce(value, 0) stands for it")
        if isinstance(left, Fraction) and isinstance(right, Fraction):
            slack = self.slack(left, right)
            match op:
                case ast.Eq():
                    return abs(left - right) <= slack
                case ast.NotEq():
                    return abs(left - right) > slack
                case ast.Lt() | ast.LtE():
                    right += slack
                case _:
                    right -= slack
        try:
            return COMPARISONS[type(op)](left, right)
        except TypeError as error:
            raise Unknown(f"{left!r} and {right!r} are of different kinds") from error

    def calculated(self, calculate: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
        try:
            return calculate(left, right)
        except ZeroDivisionError as error:
            raise Unknown("something is divided by zero") from error
        except TypeError as error:
            raise Unknown(f"{left!r} and {right!r} are no numbers") from error

    def called(self, name: str, arguments: list[Any]) -> Any:
        if name == "coalesce":
            return next((one for one in arguments if one is not None), None)
        if any(one is None for one in arguments):
            raise Unknown("a value is null; coalesce(value, 0) stands for it")
        try:
            match name:
                case "abs":
                    return abs(arguments[0])
                case "round":
                    return round(arguments[0], int(arguments[1]) if len(arguments) > 1 else 0)
                case "min":
                    return min(arguments)
                case _:
                    return max(arguments)
        except TypeError as error:
            raise Unknown(f"{name} takes numbers") from error


def known(value: Any, node: ast.expr) -> Any:
    if value is None:
        shown = ast.unparse(node)
        raise Unknown(f"{shown} is null; coalesce({shown}, 0) stands for it")
    return value


def exact(value: Any) -> Any:
    """A number as a fraction, so that nothing is lost; other values as they are."""
    if isinstance(value, int | Decimal | float) and not isinstance(value, bool):
        try:
            return Fraction(value)
        except (ValueError, OverflowError) as error:
            raise Unknown(f"{value} is no number") from error
    return value
