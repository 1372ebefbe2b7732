"""SQL with {references}, taken apart, bound and parsed.

References come out before sqlglot sees the text: it would take `{CUBE}.x` for a struct, without a word.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlglot import exp

from kubus.model.context import ContextReference, everything_in, references_in
from kubus.model.expressions import Name, Node, end_of_expression, not_supported, parse_expression
from kubus.model.member_sql import MemberReference, MemberSql, QueryReference, Reference, TableReference, marker
from kubus.model.parsing import BadSql, parse, parse_value, used_parts

NAME = r"[A-Za-z_]\w*"
DOTTED = re.compile(rf"\s*({NAME}(?:\s*\.\s*{NAME})*)\s*(\(\s*\))?\s*")
FIRST_NAME = re.compile(rf"\s*({NAME})")
BARE = re.compile(rf"\s*({NAME})\s*")
BARE_COLUMN = re.compile(rf"\s*\{{\s*(?:CUBE|TABLE)\s*\}}\.({NAME})\s*")
BARE_MEMBER = re.compile(rf"\s*\{{({NAME}(?:\.{NAME})*)\}}\s*")
SIMPLE_SELECT = re.compile(r"\s*select\s+\*\s+from\s+([\w.\"]+)\s*;?\s*", re.IGNORECASE)
MARKER = re.compile(r"__kubus_ref_(\d+)__")

# What has to be told apart to find references: quotes and comments, in which a brace is no reference, and braces.
PIECE = re.compile(
    r"""(?P<escaped>\\[{}])
      | (?P<brace>[{}])
      | (?P<comment>--[^\n]*)
      | (?P<comments>/\*)
      | (?P<quoted> (?<!\w)[eE]'(?:[^'\\]|\\.|'')*'
                  | '(?:[^']|'')*' | "(?:[^"]|"")*" | \$(?P<tag>\w*)\$.*?\$(?P=tag)\$)""",
    re.DOTALL | re.VERBOSE,
)
COMMENT_MARKS = re.compile(r"/\*|\*/")

# Words that stand for values, not for columns, also when they are all there is.
CONSTANTS: dict[str, Callable[[], exp.Expr]] = {"true": exp.true, "false": exp.false, "null": exp.null}

# Names with a meaning of their own inside braces.
CONTEXT_NAMES = frozenset(
    {"FILTER_PARAMS", "FILTER_GROUP", "SECURITY_CONTEXT", "security_context", "securityContext", "SQL_UTILS"}
)

# Longer SQL than anybody writes by hand, and than a parser should be asked to read.
MAX_SQL = 200_000


@dataclass(frozen=True, slots=True)
class Expression:
    """What stands between braces: a dotted name, perhaps called; or else a `node`, which has a context variable in it.

    `line` counts from 1 in the SQL, and is 0 where it is not known.
    """

    parts: tuple[str, ...]
    called: bool
    text: str
    node: Node | None = None
    line: int = 0


# What an expression between braces refers to. Raises BadSql if it refers to nothing.
Bind = Callable[[Expression], Reference]


def member_sql(text: str, dialect: str, cube: str, bind: Bind) -> MemberSql:
    """A value or condition of `cube`, parsed. One bare name is a column of the cube.

    Raises:
        BadSql: it cannot be understood; the message says why.
    """
    bare = BARE.fullmatch(text) or BARE_COLUMN.fullmatch(text)
    if bare is not None:
        constant = CONSTANTS.get(text.strip().lower())
        if constant is not None:
            return MemberSql(text, constant())
        # Made by hand: a parser would stumble over names such as `order`.
        column = exp.column(exp.to_identifier(bare[1], quoted=False), exp.to_identifier(marker(0), quoted=False))
        return MemberSql(text, column, (TableReference(cube),))
    member = BARE_MEMBER.fullmatch(text)
    if member is not None:
        expressions: tuple[Expression, ...] = (expression(member[1]),)
        references = bound(expressions, bind)
        tree: exp.Expr = exp.column(exp.to_identifier(marker(0), quoted=False))
    else:
        marked, expressions = take_apart(text)
        references = bound(expressions, bind)
        tree = as_written(expressions, lambda: parse_value(marked, dialect))
    check_places(tree, references, expressions)
    return MemberSql(text, tree, with_inner(references))


def bound(expressions: tuple[Expression, ...], bind: Bind) -> tuple[Reference, ...]:
    """What each expression refers to. Raises BadSql, at its line, if one refers to nothing."""
    found: list[Reference] = []
    for one in expressions:
        try:
            found.append(bind(one))
        except BadSql as error:
            raise BadSql(error.message, error.hint, one.line, error.missing) from error
    return tuple(found)


def with_inner(references: tuple[Reference, ...]) -> tuple[Reference, ...]:
    """The references, and after them what those with SQL of their own refer to."""
    inner = (r for reference in references if isinstance(reference, ContextReference) for r in references_in(reference))
    return (*references, *dict.fromkeys(inner))


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
    return select_sql(text, dialect, bind), True


def select_sql(text: str, dialect: str, bind: Bind) -> MemberSql:
    """A query, parsed.

    Raises:
        BadSql: it is none.
    """
    marked, expressions = take_apart(text)
    references = bound(expressions, bind)
    for number, reference in enumerate(references):
        if isinstance(reference, QueryReference):
            # In parentheses it may be the whole of a sub-query, where the name of a table alone is no SQL.
            alone = re.compile(rf"\(\s*({marker(number)})\s*\)")
            marked = alone.sub(r"(SELECT * FROM \1)", marked)
    marked = marked.rstrip().removesuffix(";")
    tree = as_written(expressions, lambda: parse(marked, dialect))
    if not isinstance(tree, exp.Query):
        raise BadSql("sql has to be a SELECT", "The name of a table alone is for the sql_table of a cube")
    check_places(tree, references, expressions)
    return MemberSql(text, tree, with_inner(references))


def take_apart(text: str) -> tuple[str, tuple[Expression, ...]]:
    r"""The text with a marker for each `{expression}`, and the expressions. `\{` and `\}` are braces themselves.

    Comments are left out, whatever is in them.

    Raises:
        BadSql: braces do not match, hold something else than a reference, or stand where one would only be text.
    """
    if len(text) > MAX_SQL:
        raise BadSql(f"SQL of {len(text)} characters is longer than the {MAX_SQL} that are read")
    if MARKER.search(text):
        raise BadSql("Names such as __kubus_ref_0__ are for kubus itself")
    pieces: list[str] = []
    found: list[Expression] = []
    at = 0
    while (piece := PIECE.search(text, at)) is not None:
        pieces.append(text[at : piece.start()])
        at = piece.end()
        match piece.lastgroup:
            case "escaped":
                pieces.append(piece[0][1])
            case "comment" | "comments":
                at = piece.end() if piece.lastgroup == "comment" else end_of_comment(text, piece.start())
                pieces.append("\n" * text.count("\n", piece.start(), at) or " ")
            case "brace":
                if piece[0] == "}":
                    raise BadSql("A } has no {", "Write \\} for a brace that is no reference", line_at(text, at))
                end = end_of_expression(text, at)
                if end < 0:
                    raise BadSql("A { has no }", "Write \\{ for a brace that is no reference", line_at(text, at))
                pieces.append(marker(len(found)))
                found.append(expression(text[at:end], line_at(text, at)))
                at = end + 1
            case _:
                pieces.append(without_references(piece[0], line_at(text, piece.start())))
    pieces.append(text[at:])
    return "".join(pieces), tuple(found)


def line_at(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def end_of_comment(text: str, start: int) -> int:
    """Where a comment ends that others may stand inside."""
    depth = 0
    for mark in COMMENT_MARKS.finditer(text, start):
        depth += 1 if mark[0] == "/*" else -1
        if depth == 0:
            return mark.end()
    raise BadSql("A comment has no end", "Write */ after it", line_at(text, start))


def without_references(quoted: str, line: int) -> str:
    """A quoted text with its braces as they are meant. Raises BadSql if they are a reference."""
    plain = quoted.replace("\\{", "").replace("\\}", "")
    if "{" in plain:
        inside = plain[plain.find("{") + 1 :].partition("}")[0]
        if DOTTED.fullmatch(inside):
            raise BadSql(
                "A reference stands inside a text literal, where it would only be text",
                "Put the text together with ||, or write \\{ for a brace",
                line,
            )
    if "{" in plain or "}" in plain:
        raise BadSql("A brace inside a text literal begins a reference", "Write \\{ and \\} for the braces", line)
    return quoted.replace("\\{", "{").replace("\\}", "}")


def expression(text: str, line: int = 0) -> Expression:
    """What stands between braces. Raises BadSql if it is nothing that may stand there."""
    match = DOTTED.fullmatch(text)
    first = FIRST_NAME.match(text)
    if first is not None and first[1] == "USER_CONTEXT":
        raise BadSql("USER_CONTEXT is not supported any more", "Use SECURITY_CONTEXT, which has the same claims", line)
    if first is not None and first[1] == "COMPILE_CONTEXT":
        raise BadSql("'COMPILE_CONTEXT' is not yet supported by this version of kubus", line=line)
    if match is not None and first is not None and first[1] not in CONTEXT_NAMES:
        return Expression(
            tuple(part.strip() for part in match[1].split(".")), match[2] is not None, text.strip(), line=line
        )
    try:
        node = parse_expression(text)
    except BadSql as error:
        raise BadSql(error.message, error.hint, line) from error
    if not any(isinstance(part, Name) and part.parts[0] in CONTEXT_NAMES for part in everything_in(node)):
        error = not_supported(text)
        raise BadSql(error.message, error.hint, line)
    return Expression((), called=False, text=text.strip(), node=node, line=line)


def as_written(expressions: tuple[Expression, ...], parsed: Callable[[], exp.Expr]) -> exp.Expr:
    """A parsed tree; if there is none, the reason names references as they are written."""
    try:
        return parsed()
    except BadSql as error:
        message = MARKER.sub(lambda m: "{" + expressions[int(m[1])].text + "}", error.message)
        raise BadSql(message, error.hint, error.line) from error


def check_places(tree: exp.Expr, references: tuple[Reference, ...], expressions: tuple[Expression, ...] = ()) -> None:
    """Make sure that every reference stands where it has a meaning. Raises BadSql, at the line of its expression."""
    standing = dict(places_of(tree))
    for number, reference in enumerate(references):
        places = standing.get(number, [])
        if not places or not all(is_in_place(reference, place) for place in places):
            what = f"{{{expressions[number].text[:60]}}}" if expressions else f"The reference number {number + 1}"
            line = expressions[number].line if expressions else 0
            raise BadSql(f"{what} stands where it cannot stand: {described(reference)}", line=line)


def places_of(tree: exp.Expr) -> Iterator[tuple[int, list[exp.Identifier]]]:
    """Where each reference stands."""
    standing: dict[int, list[exp.Identifier]] = {}
    for identifier in tree.find_all(exp.Identifier):
        match = MARKER.fullmatch(identifier.name)
        if match is not None:
            standing.setdefault(int(match[1]), []).append(identifier)
    yield from standing.items()


def is_in_place(reference: Reference, place: exp.Identifier) -> bool:
    parent = place.parent
    match reference:
        case TableReference():
            return isinstance(parent, exp.Column) and place is not parent.this and place is parent.parts[0]
        case MemberReference() | ContextReference():
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
        case ContextReference():
            return "a context variable is a condition or a value, so WHERE, AND or a comparison stands before it"
