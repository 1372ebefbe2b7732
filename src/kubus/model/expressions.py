"""What may stand between the braces of a model's SQL: a small part of Python, read by Python's own parser.

Names, attributes, calls with positional arguments, texts, numbers, f-strings, `lambda`, `and`, `or`, `not`, lists.
"""

import ast
from dataclasses import dataclass

from kubus.model.parsing import BadSql

NOT_PARSED = "Failed to parse Python expression. Most likely this type of syntax isn't supported yet: "

# What ends a part of an expression that was opened by the key.
CLOSING = {"(": ")", "[": "]", "{": "}"}
QUOTES = ("'''", '"""', "'", '"')


@dataclass(frozen=True, slots=True)
class Name:
    """A dotted name: `a.b.c`."""

    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Constant:
    """A text, a number, true, false or none."""

    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Call:
    """`a.b(arguments)`."""

    of: Name
    arguments: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class FString:
    """An f-string: texts, and the expressions between them."""

    parts: tuple["str | Node", ...]


@dataclass(frozen=True, slots=True)
class Lambda:
    """`lambda parameters: body`."""

    parameters: tuple[str, ...]
    body: "Node"


@dataclass(frozen=True, slots=True)
class Both:
    """`a and b`: the first part that is false, or the last."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """`a or b`: the first part that is true, or the last."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Negated:
    """`not a`."""

    part: "Node"


@dataclass(frozen=True, slots=True)
class Items:
    """`[a, b]`."""

    parts: tuple["Node", ...]


Node = Name | Constant | Call | FString | Lambda | Both | Either | Negated | Items


def parse_expression(text: str) -> Node:
    """An expression between braces.

    Raises:
        BadSql: it is none, or one outside of the part of Python that is read.
    """
    try:
        # In parentheses it may go over several lines.
        return node_of(ast.parse(f"({text}\n)", mode="eval").body)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise not_supported(text) from error
    except UnknownSyntax as error:
        raise not_supported(text, error.what) from error


class UnknownSyntax(Exception):
    """Python that is not read here."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


def not_supported(text: str, what: str = "") -> BadSql:
    hint = "Inside braces stands a member, such as {CUBE.name} or {other_cube.name}; write \\{ for a brace"
    if what:
        hint = f"{what} cannot be used inside braces; put such logic in a Python function and call it through Jinja"
    return BadSql(f"{NOT_PARSED}{{{text.strip()[:60]}}}", hint)


def node_of(tree: ast.expr) -> Node:
    match tree:
        case ast.Name() | ast.Attribute():
            return Name(dotted(tree))
        case ast.Constant(value=str() | bool() | int() | float() | None as value):
            return Constant(value)
        case ast.Call(func=function, args=arguments, keywords=keywords):
            if keywords:
                raise UnknownSyntax("A keyword argument")
            return Call(Name(dotted(function)), tuple(map(node_of, arguments)))
        case ast.JoinedStr(values=values):
            return FString(tuple(map(part_of, values)))
        case ast.Lambda(args=parameters, body=body):
            return Lambda(names_of(parameters), node_of(body))
        case ast.BoolOp(op=operator, values=values):
            parts = tuple(map(node_of, values))
            return Both(parts) if isinstance(operator, ast.And) else Either(parts)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return Negated(node_of(operand))
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            return Constant(-number)
        case ast.List(elts=items):
            return Items(tuple(map(node_of, items)))
        case ast.Compare():
            raise UnknownSyntax("A comparison")
        case ast.BinOp() | ast.UnaryOp():
            raise UnknownSyntax("Arithmetic")
        case ast.IfExp():
            raise UnknownSyntax("A conditional expression")
        case ast.Subscript():
            raise UnknownSyntax("A subscript")
        case ast.Starred():
            raise UnknownSyntax("A starred argument")
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            raise UnknownSyntax("A comprehension")
        case _:
            raise UnknownSyntax("")


def dotted(tree: ast.expr) -> tuple[str, ...]:
    match tree:
        case ast.Name(id=name):
            return (name,)
        case ast.Attribute(value=value, attr=name):
            return (*dotted(value), name)
        case _:
            raise UnknownSyntax("What is more than a name with dots")


def part_of(tree: ast.expr) -> str | Node:
    match tree:
        case ast.Constant(value=str() as text):
            return text
        case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
            return node_of(value)
        case _:
            raise UnknownSyntax("A format or conversion in an f-string")


def names_of(parameters: ast.arguments) -> tuple[str, ...]:
    special = (parameters.vararg, parameters.kwarg, *parameters.kwonlyargs, *parameters.defaults)
    if any(part is not None for part in special):
        raise UnknownSyntax("A lambda with other than plain parameters")
    return tuple(parameter.arg for parameter in (*parameters.posonlyargs, *parameters.args))


# ── where an expression ends ──


def end_of_expression(text: str, start: int) -> int:
    """The place of the } that ends the expression that begins at `start`; -1 if there is none.

    Braces in its texts and f-strings belong to it.
    """
    found = closed(text, start, "}")
    # A quote that is no Python, as in {it's}: the first brace ends what is no expression anyway.
    return text.find("}", start) if found < 0 else found


def closed(text: str, at: int, closing: str) -> int:
    while at < len(text):
        character = text[at]
        if character == closing:
            return at
        if character in "'\"":
            at = end_of_text(text, at)
        elif character in CLOSING:
            at = closed(text, at + 1, CLOSING[character])
        if at < 0:
            return -1
        at += 1
    return -1


def end_of_text(text: str, at: int) -> int:
    """The place of the last quote of the Python text whose first quote is at `at`; -1 if it has no end."""
    quote = next(quote for quote in QUOTES if text.startswith(quote, at))
    before = text[max(0, at - 2) : at].lower()
    formatted = before.endswith(("f", "fr"))
    at += len(quote)
    while at < len(text):
        if text.startswith(quote, at):
            return at + len(quote) - 1
        if text[at] == "\\":
            at += 2
        elif formatted and text[at] == "{":
            if text.startswith("{{", at):
                at += 2
                continue
            at = closed(text, at + 1, "}")
            if at < 0:
                return -1
            at += 1
        else:
            at += 1
    return -1
