"""SQL with {references}, taken apart, bound and parsed.

References come out before sqlglot sees the text: it would take `{CUBE}.x` for a struct, without a word.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from kubus.model.member_sql import MemberReference, MemberSql, QueryReference, Reference, TableReference, marker

NAME = r"[A-Za-z_]\w*"
DOTTED = re.compile(rf"\s*({NAME}(?:\s*\.\s*{NAME})*)\s*(\(\s*\))?\s*")
BARE = re.compile(rf"\s*({NAME})\s*")
SIMPLE_SELECT = re.compile(r"\s*select\s+\*\s+from\s+([\w.\"]+)\s*;?\s*", re.IGNORECASE)
MARKER = re.compile(r"__kubus_ref_(\d+)__")

# Names with a meaning of their own inside braces, which come with the dynamic models.
CONTEXT_NAMES = (
    "FILTER_PARAMS",
    "FILTER_GROUP",
    "SECURITY_CONTEXT",
    "security_context",
    "securityContext",
    "COMPILE_CONTEXT",
    "SQL_UTILS",
    "USER_CONTEXT",
)

# Longer SQL than anybody writes by hand, and than a parser should be asked to read.
MAX_SQL = 200_000


class BadSql(Exception):
    """SQL of a model that cannot be understood; `hint` says what to do."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Expression:
    """What stands between braces: a dotted name, perhaps called."""

    parts: tuple[str, ...]
    called: bool
    text: str


def take_apart(text: str) -> tuple[str, tuple[Expression, ...]]:
    r"""The text with a marker for each `{expression}`, and the expressions. `\{` and `\}` are braces themselves.

    Raises:
        BadSql: braces do not match, or hold something else than a reference.
    """
    if len(text) > MAX_SQL:
        raise BadSql(f"SQL of {len(text)} characters is longer than the {MAX_SQL} that are read")
    pieces: list[str] = []
    found: list[Expression] = []
    at = 0
    while at < len(text):
        char = text[at]
        if char == "\\" and text[at + 1 : at + 2] in ("{", "}"):
            pieces.append(text[at + 1])
            at += 2
        elif char == "{":
            end = text.find("}", at)
            if end < 0:
                raise BadSql("A { has no }", "Write \\{ for a brace that is no reference")
            pieces.append(marker(len(found)))
            found.append(expression(text[at + 1 : end]))
            at = end + 1
        elif char == "}":
            raise BadSql("A } has no {", "Write \\} for a brace that is no reference")
        else:
            pieces.append(char)
            at += 1
    return "".join(pieces), tuple(found)


def expression(text: str) -> Expression:
    first = re.match(rf"\s*({NAME})", text)
    if first and first[1] in CONTEXT_NAMES:
        raise BadSql(f"'{first[1]}' is not yet supported by this version of kubus")
    match = DOTTED.fullmatch(text)
    if match is None:
        raise BadSql(
            f"Failed to parse Python expression. Most likely this type of syntax isn't supported yet: {{{text[:60]}}}",
            "Inside braces stands a member, such as {CUBE.name} or {other_cube.name}; write \\{ for a brace",
        )
    return Expression(tuple(re.split(r"\s*\.\s*", match[1])), match[2] is not None, text.strip())


# What an expression between braces refers to. Raises BadSql if it refers to nothing.
Bind = Callable[[Expression], Reference]


def member_sql(text: str, dialect: str, cube: str, bind: Bind) -> MemberSql:
    """A value or condition of `cube`, parsed. One bare name is a column of the cube.

    Raises:
        BadSql: it cannot be understood; the message says why.
    """
    bare = BARE.fullmatch(text)
    if bare is not None:
        column = exp.column(exp.to_identifier(bare[1], quoted=False), exp.to_identifier(marker(0), quoted=False))
        return MemberSql(text, column, (TableReference(cube),))
    marked, expressions = take_apart(text)
    references = tuple(map(bind, expressions))
    tree = parse_value(marked, dialect)
    check_places(tree, references)
    return MemberSql(text, tree, references)


def table_sql(text: str, dialect: str) -> MemberSql:
    """The name of a table, or a function that makes one.

    Raises:
        BadSql: it is neither.
    """
    marked, expressions = take_apart(text)
    if expressions:
        raise BadSql("sql_table holds a reference", "Write the name of a table, or use sql")
    tree = parse(f"SELECT * FROM {marked}", dialect)  # noqa: S608 - parsed, never run
    source = tree.args.get("from_") or tree.args.get("from")
    table = source.this if source is not None else None
    if not isinstance(table, exp.Table) or table.args.get("alias") or len(used_parts(tree)) > 2:
        raise BadSql(f"'{text.strip()[:80]}' is not the name of a table", "Use sql for a query")
    table.pop()
    return MemberSql(text, table, ())


def query_sql(text: str, dialect: str, bind: Bind) -> tuple[MemberSql, bool]:
    """The query that a cube is made of, and whether it is more than the name of a table.

    Raises:
        BadSql: it is no query.
    """
    simple = SIMPLE_SELECT.fullmatch(text)
    if simple is not None:
        return table_sql(simple[1], dialect), False
    marked, expressions = take_apart(text)
    references = tuple(map(bind, expressions))
    tree = parse(marked.strip().removesuffix(";"), dialect)
    if not isinstance(tree, exp.Query):
        raise BadSql("sql of a cube has to be a SELECT", "Use sql_table for the name of a table")
    check_places(tree, references)
    return MemberSql(text, tree, references), True


def used_parts(tree: exp.Expr) -> list[str]:
    return [name for name, value in tree.args.items() if value]


def parse(text: str, dialect: str) -> exp.Expr:
    try:
        trees = sqlglot.parse(text, read=dialect)
    except SqlglotError as error:
        raise BadSql("SQL cannot be parsed: " + reason(error)) from error
    except (RecursionError, ValueError, TypeError, AttributeError, IndexError, KeyError) as error:
        raise BadSql(f"SQL cannot be parsed: {type(error).__name__}") from error
    if len(trees) != 1 or trees[0] is None:
        raise BadSql("This is not one statement")
    tree = trees[0]
    if tree.find(exp.Command):
        raise BadSql("SQL cannot be parsed as a query")
    if tree.find(exp.Placeholder, exp.Parameter):
        raise BadSql("SQL of a model has no placeholders of its own", "Write the value, or a reference in braces")
    return tree


@lru_cache(maxsize=20_000)
def parse_value(text: str, dialect: str) -> exp.Expr:
    """One expression. The same texts stand in many members, which share the tree: nobody changes it."""
    tree = parse(f"SELECT {text}", dialect)
    if not isinstance(tree, exp.Select) or used_parts(tree) != ["expressions"] or len(tree.expressions) != 1:
        raise BadSql("This is not one SQL expression")
    value = tree.expressions[0]
    if isinstance(value, exp.Alias | exp.Aliases):
        raise BadSql("SQL of a member has no alias", "Leave out AS and the name after it")
    return value.pop()


def reason(error: SqlglotError) -> str:
    """The parser's own words, with the place it stopped at, without our markers."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).splitlines()[0]
    return MARKER.sub("{…}", text).strip()


def check_places(tree: exp.Expr, references: tuple[Reference, ...]) -> None:
    """Make sure that every reference stands where it has a meaning. Raises BadSql."""
    for literal in tree.find_all(exp.Literal):
        if literal.is_string and MARKER.search(literal.name):
            raise BadSql(
                "A reference stands inside a text literal, where it would only be text",
                "Put the text together with ||, or write \\{ for a brace",
            )
    standing: dict[int, list[exp.Identifier]] = {}
    for identifier in tree.find_all(exp.Identifier):
        match = MARKER.fullmatch(identifier.name)
        if match is not None:
            standing.setdefault(int(match[1]), []).append(identifier)
    for number, reference in enumerate(references):
        places = standing.get(number, [])
        if not places or not all(is_in_place(reference, place) for place in places):
            raise BadSql(f"The reference number {number + 1} stands where it cannot stand: {described(reference)}")


def is_in_place(reference: Reference, place: exp.Identifier) -> bool:
    parent = place.parent
    match reference:
        case TableReference():
            return isinstance(parent, exp.Column) and place is not parent.this
        case MemberReference():
            return isinstance(parent, exp.Column) and place is parent.this and not parent.table
        case QueryReference():
            return isinstance(parent, exp.Table) and place is parent.this and not parent.db


def described(reference: Reference) -> str:
    match reference:
        case TableReference(cube):
            return f"the alias of '{cube}' has to be followed by a dot and a column"
        case MemberReference(path, name):
            return f"'{path[-1]}.{name}' is a value"
        case QueryReference(cube):
            return f"'{cube}.sql()' is a table"
