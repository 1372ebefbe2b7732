"""Comments of model files, and what in the file they speak of.

A comment on a line of its own speaks of what begins below it, one behind something of what begins on its line. When
they are written again they all stand above.
"""

import ast
import io
import re
import tokenize
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from kubus.define import Definition, Definitions
from kubus.define.definition import put_comments
from kubus.loading.yaml_text import Loader

# Typed at the border.
scan: Any = yaml.scan  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - not annotated

# Under this name are the comments behind all else.
AT_END = "at end"

# What only the editor of one of the two formats reads.
FOR_EDITORS = re.compile(r"\s*(yaml-language-server:|noqa|pyright:|type:|ruff:|fmt:)")


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment without its `#`, and whether it has its line for itself."""

    line: int
    text: str
    is_alone: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a definition begins, or with `field` one of its fields."""

    line: int
    of: Definition
    field: str = ""


def put_all(comments: Iterable[Comment], entries: Iterable[Entry], whole: Definitions) -> None:
    """Put every comment to the entry that it speaks of."""
    # Of those on a line the first: it is the outermost.
    first: dict[int, Entry] = {}
    for entry in entries:
        first.setdefault(entry.line, entry)
    lines = sorted(first)
    if not lines:
        return
    for comment in comments:
        if FOR_EDITORS.match(comment.text):
            continue
        text = comment.text if comment.text.startswith(" ") or not comment.text else f" {comment.text}"
        below = bisect_right(lines, comment.line)
        if comment.is_alone:
            entry = first[lines[below]] if below < len(lines) else Entry(0, whole, AT_END)
        else:
            entry = first[lines[max(below, 1) - 1]]
        put_comments(entry.of, entry.field, [text.rstrip()])


def yaml_comments(text: str) -> Iterator[Comment]:
    """The comments of a YAML file. Those behind the `|` or `>` that begins a text are not among them."""
    rows = text.splitlines()
    at: Any = None
    tokens: Iterator[Any] = scan(text, Loader=Loader)
    for token in tokens:
        if at is not None:
            for number in range(at.line, min(token.start_mark.line + 1, len(rows))):
                begin = at.column if number == at.line else 0
                end = token.start_mark.column if number == token.start_mark.line else None
                before, mark, comment = rows[number][begin:end].partition("#")
                if mark and not before.strip():
                    yield Comment(number + 1, comment, not (rows[number][:begin] + before).strip())
        at = token.end_mark


def python_comments(text: str) -> Iterator[Comment]:
    """The comments of a Python file, its first string among them."""
    said = ast.get_docstring(ast.parse(text))
    for line in said.splitlines() if said else ():
        yield Comment(0, f" {line}" if line else "", is_alone=True)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield Comment(token.start[0], token.string[1:], is_alone=token.line.lstrip().startswith("#"))
