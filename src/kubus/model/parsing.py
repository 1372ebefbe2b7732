"""SQL of a model to trees: what sqlglot reads, and what it would read as something else."""

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import sqlglot
from sqlglot import Dialect, Parser, Tokenizer, exp
from sqlglot.errors import ParseError, SqlglotError
from sqlglot.tokenizer_core import Token, TokenType


class BadSql(Exception):
    """SQL of a model that cannot be understood.

    `hint` says what to do; `line` counts from 1 in the SQL, and is 0 where it is not known. `missing` are the places
    where a name was looked for and is not: a cube and a member, or None and a cube.
    """

    def __init__(
        self,
        message: str,
        hint: str | None = None,
        line: int = 0,
        missing: tuple[tuple[str | None, str], ...] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.line = line
        self.missing = missing


# What only reads never has in it.
WRITES = (exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Create, exp.Drop, exp.Into, exp.Lock, exp.Command)

PLACEHOLDERS = (exp.Placeholder, exp.Parameter)
REFUSED = (*WRITES, *PLACEHOLDERS)

# sqlglot writes these as functions that answer in another type, with other digits.
RENAMED = {"postgres": re.compile(r"\b(date_part|log10)\s*\(", re.IGNORECASE)}

ESCAPED = re.compile(r"&(?:lt|gt|amp|#34|#39);")

# A JSON key with one of these is read as a path with several steps, unless it is written as a path.
STEPS = re.compile(r"[.:\[\]]")
JSON_FUNCTIONS = frozenset({"json_extract", "json_extract_string", "json_extract_path", "json_extract_path_text"})


def parse(text: str, dialect: str) -> exp.Expr:
    """One statement that only reads.

    Raises:
        BadSql: it is none, or the tree would not mean what the text does.
    """
    try:
        trees = READERS.parse(faithful(text, dialect), dialect)
    except ParseError as error:
        raise not_parsed(error, hint_for_escaped(text)) from error
    except SqlglotError as error:
        raise BadSql("SQL cannot be parsed, perhaps for a quote without its end") from error
    except (RecursionError, ValueError, TypeError, AttributeError, IndexError, KeyError) as error:
        why = "it nests too deep" if isinstance(error, RecursionError) else type(error).__name__
        raise BadSql(f"SQL cannot be parsed: {why}") from error
    if len(trees) != 1 or trees[0] is None:
        raise BadSql("This is not one statement", hint_for_escaped(text))
    tree = trees[0]
    refused = without_places(tree)
    if isinstance(refused, PLACEHOLDERS):
        raise BadSql("SQL of a model has no placeholders of its own", "Write the value, or a reference in braces")
    if refused is not None:
        raise BadSql("SQL of a model has to be a SELECT, and only read")
    return tree


def without_places(tree: exp.Expr) -> exp.Expr | None:
    """Take from every node where in the text it stood, which is a third of what a tree takes, and copied with it.

    Gives the first node that no model may have.
    """
    refused: exp.Expr | None = None
    for node in tree.walk():
        node._meta = None  # pyright: ignore[reportPrivateUsage] - there is no other way; asking `meta` makes one
        if refused is None and isinstance(node, REFUSED):
            refused = node
    return refused


@dataclass(slots=True)
class Reader:
    """What reads the texts of one dialect, one after the other."""

    tokenizer: Tokenizer
    parser: Parser

    def parse(self, text: str) -> list[exp.Expr | None]:
        return self.parser.parse(self.tokenizer.tokenize(text), text)


class Readers(threading.local):
    """A reader for each dialect and thread: making one costs as much as reading a short text."""

    def __init__(self) -> None:
        self.by_dialect: dict[str, Reader] = {}

    def parse(self, text: str, dialect: str) -> list[exp.Expr | None]:
        reader = self.by_dialect.get(dialect)
        if reader is None:
            spoken = Dialect.get_or_raise(dialect)
            reader = self.by_dialect[dialect] = Reader(spoken.tokenizer(), spoken.parser())
        return reader.parse(text)


READERS = Readers()


def parse_value(text: str, dialect: str) -> exp.Expr:
    """One expression. Raises BadSql."""
    tree = parse(f"SELECT {text}", dialect)
    if not isinstance(tree, exp.Select) or used_parts(tree) != ["expressions"] or len(tree.expressions) != 1:
        raise BadSql("This is not one SQL expression")
    value = tree.expressions[0]
    if isinstance(value, exp.Alias | exp.Aliases):
        raise BadSql("SQL of a member has no alias", "Leave out AS and the name after it")
    if value.is_star:
        raise BadSql("* is every column, and a member is one value")
    return value.pop()


def used_parts(tree: exp.Expr) -> list[str]:
    """The clauses that a tree has."""
    return [name for name, value in tree.args.items() if value]


def hint_for_escaped(text: str) -> str | None:
    """What to do about SQL that was escaped as if it were HTML, as templates do with what an expression gives."""
    found = ESCAPED.search(text)
    return (
        None if found is None else f"'{found[0]}' is what a template writes for a sign of SQL: say {{{{ … | safe }}}}"
    )


def not_parsed(error: ParseError, hint: str | None) -> BadSql:
    """The parser's own words, and where it stopped."""
    first = error.errors[0] if error.errors else {}
    description = str(first.get("description") or error).splitlines()[0].rstrip(". ")
    at = str(first.get("highlight") or "").strip()
    where = f", at '{at[:60]}'" if at and "\x1b" not in at else ""
    return BadSql(f"SQL cannot be parsed: {description}{where}", hint, line=int(first.get("line") or 0))


# ── what sqlglot would read as something else ──


def faithful(text: str, dialect: str) -> str:
    """The text in a form that sqlglot reads and writes as it is meant. Raises BadSql where there is none."""
    renamed = RENAMED.get(dialect)
    if renamed is not None and renamed.search(text):
        # With the schema before the name it is any function to sqlglot.
        for token in reversed(list(renamed_functions(text, dialect))):
            text = f"{text[: token.start]}pg_catalog.{text[token.start :]}"
    if dialect == "duckdb" and ("->" in text or "json_extract" in text.lower()):
        for key in json_keys(text, dialect):
            raise BadSql(
                f"The JSON key '{key[:60]}' would be read as a path of several steps",
                "Write it as a path, with the key in double quotes: '$.\"…\"'",
            )
    return text


def tokens_of(text: str, dialect: str) -> list[Token]:
    try:
        return sqlglot.tokenize(text, read=dialect)
    except SqlglotError as error:
        raise BadSql("SQL cannot be parsed, perhaps for a quote without its end") from error


def renamed_functions(text: str, dialect: str) -> Iterator[Token]:
    tokens = tokens_of(text, dialect)
    for number, token in enumerate(tokens[:-1]):
        before = tokens[number - 1].token_type if number else None
        follows = tokens[number + 1].token_type is TokenType.L_PAREN
        if follows and before is not TokenType.DOT and token.text.lower() in {"date_part", "log10"}:
            yield token


def json_keys(text: str, dialect: str) -> Iterator[str]:
    """Keys that are no paths and would become some."""
    calls: list[str] = []
    before: Token | None = None
    for token in tokens_of(text, dialect):
        kind = token.token_type
        if kind is TokenType.L_PAREN:
            calls.append("" if before is None else before.text.lower())
        elif kind is TokenType.R_PAREN and calls:
            calls.pop()
        elif kind is TokenType.STRING and before is not None and STEPS.search(token.text):
            after_arrow = before.token_type in {TokenType.ARROW, TokenType.DARROW}
            as_argument = before.token_type is TokenType.COMMA and bool(calls) and calls[-1] in JSON_FUNCTIONS
            if (after_arrow or as_argument) and not token.text.startswith(("$", "/")):
                yield token.text
        before = token
