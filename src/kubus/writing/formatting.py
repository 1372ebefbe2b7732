"""Model files laid out alike: indents, gaps and empty lines. Every word, comment and order stays.

Two spaces for each level, dashes of a list two spaces further than its key, one space behind colons and dashes, no
spaces at the ends of lines, and one empty line where there were several. What stands in braces, in quotes or in a
block of text stays as it is, moved as a whole.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
STEP = 2
BLOCK_INDENT = re.compile(r"[|>][+-]?([1-9])")
# A comment: at the start of a line, or behind a space.
COMMENT = re.compile(r"(?:^|\s)#(.*)$")


@dataclass(slots=True)
class Level:
    """A map or list: where its keys or dashes are, and where they go. `implied` has its dashes below the key itself."""

    column: int
    indent: int
    is_list: bool = False
    implied: bool = False


@dataclass(slots=True)
class Line:
    """A line of a file: the column where it begins and goes to, or of what it is a part.

    `gaps` are the places behind colons and dashes: from which column to which there are spaces.
    """

    indent: int | None = None
    part_of: "Line | None" = None
    block: bool = False
    column: int = 0
    gaps: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])


def formatted(text: str) -> str | None:
    """The text laid out; None where it cannot be, and what it says would change.

    Raises:
        yaml.YAMLError: it is no YAML.
    """
    once = laid_out(text)
    return once if same(text, once) and laid_out(once) == once else None


def same(before: str, after: str) -> bool:
    """Whether two texts say the same, and have the same comments in the same order.

    Raises:
        yaml.YAMLError: the first is no YAML.
    """
    said = values_of(before)
    try:
        return said == values_of(after) and list(comments(before)) == list(comments(after))
    except yaml.YAMLError:
        return False


def values_of(text: str) -> list[Any]:
    return list(yaml.load_all(text, Loader=Loader))


def comments(text: str) -> Iterator[str]:
    for line in text.splitlines():
        found = COMMENT.search(line)
        if found is not None:
            yield found[1].rstrip()


def laid_out(text: str) -> str:
    lines = text.splitlines()
    known = structure(text)
    out: list[str] = []
    for number, line in enumerate(lines):
        one = known.get(number)
        if one is not None and one.block:
            out.append(moved_block(line, one))
        elif not line.strip():
            if out and out[-1]:
                out.append("")
        elif line.lstrip().startswith("#") and one is None:
            out.append(" " * comment_indent(number, lines, known) + line.strip())
        elif one is None:
            out.append(line.rstrip())
        elif one.part_of is not None:
            out.append(" " * continued(line, one.part_of) + line.strip())
        else:
            out.append(" " * (one.indent or 0) + closed(line, one)[one.column :].rstrip())
    while out and not out[-1]:
        out.pop()
    return "\n".join(out) + "\n" if out else ""


def closed(line: str, one: Line) -> str:
    """The line with one space at each of its gaps."""
    for start, end in sorted(one.gaps, reverse=True):
        line = f"{line[:start]} {line[end:]}"
    return line


def continued(line: str, begun: Line) -> int:
    """Where a line goes that goes on with what another began: as much further than that as it was."""
    further = len(line) - len(line.lstrip()) - begun.column
    return (begun.indent or 0) + max(further, 1)


def moved_block(line: str, one: Line) -> str:
    """A line of a block of text: moved as the whole block is."""
    if not line.strip():
        return ""
    return " " * (one.indent or 0) + line[one.column :]


def comment_indent(number: int, lines: list[str], known: dict[int, Line]) -> int:
    """Where a comment on a line of its own goes: to what comes next, unless it stood further in, where a list ends."""
    column = len(lines[number]) - len(lines[number].lstrip())
    after = next((known[n] for n in range(number + 1, len(lines)) if n in known and known[n].indent is not None), None)
    before = (known[n] for n in range(number - 1, -1, -1) if n in known and known[n].indent is not None)
    alike = next((one for one in before if one.column <= column and not one.block), None)
    indent = 0 if alike is None else alike.indent or 0
    if after is not None and (alike is None or column <= after.column or (after.indent or 0) > indent):
        return after.indent or 0
    return indent


def structure(text: str) -> dict[int, Line]:
    """What each line is, by its number from 0; comments and empty lines are not there."""
    lines = text.splitlines()
    known: dict[int, Line] = {}
    levels: list[Level] = []
    # How many braces and brackets are open, and the line where the first was.
    flows, flow_line = 0, 0
    waiting: tuple[int, int] | None = None

    def begin(line: int, column: int, indent: int) -> Line:
        if line not in known:
            known[line] = Line(indent=indent, column=column)
        return known[line]

    def below() -> int:
        return levels[-1].indent + STEP if levels else 0

    def part(first: int, last: int) -> None:
        for number in range(first + 1, last + 1):
            known.setdefault(number, Line(part_of=known[first]))

    for token in tokens(text):
        mark, end = token.start_mark, token.end_mark
        if waiting is not None and not isinstance(token, yaml.BlockEndToken | yaml.StreamEndToken):
            # What comes behind a colon or a dash, on the same line.
            if waiting[0] == mark.line and mark.column > waiting[1] and not is_start(token):
                known[mark.line].gaps.append((waiting[1], mark.column))
                waiting = None
            elif waiting[0] != mark.line:
                waiting = None
        if flows and mark.line not in known:
            known[mark.line] = Line(part_of=known[flow_line])
        match token:
            case yaml.BlockMappingStartToken():
                levels.append(Level(mark.column, below()))
            case yaml.BlockSequenceStartToken():
                levels.append(Level(mark.column, below(), is_list=True))
            case yaml.BlockEndToken():
                if levels and levels[-1].implied:
                    levels.pop()
                if levels:
                    levels.pop()
            case yaml.BlockEntryToken() if not flows:
                if levels and not levels[-1].is_list:
                    levels.append(Level(mark.column, below(), is_list=True, implied=True))
                begin(mark.line, mark.column, levels[-1].indent if levels else 0)
                waiting = (mark.line, mark.column + 1)
            case yaml.KeyToken() if not flows:
                if levels and levels[-1].implied and mark.column == levels[-1].column:
                    levels.pop()
                begin(mark.line, mark.column, levels[-1].indent if levels else 0)
            case yaml.ValueToken() if not flows:
                waiting = (mark.line, mark.column + 1)
            case yaml.FlowMappingStartToken() | yaml.FlowSequenceStartToken():
                if not flows:
                    begin(mark.line, mark.column, below())
                    flow_line = mark.line
                flows += 1
            case yaml.FlowMappingEndToken() | yaml.FlowSequenceEndToken():
                flows -= 1
            case yaml.ScalarToken():
                if not flows:
                    begin(mark.line, mark.column, below())
                if token.style in ("|", ">"):
                    block(lines, token, levels[-1] if levels else Level(-STEP, -STEP), known)
                else:
                    part(mark.line, end.line)
            case yaml.AliasToken() | yaml.AnchorToken() | yaml.TagToken() if not flows:
                begin(mark.line, mark.column, below())
            case _:
                pass
    return {number: line for number, line in known.items() if number < len(lines)}


def tokens(text: str) -> Iterator[Any]:
    loader = Loader(text)
    while loader.check_token():
        yield loader.get_token()


def is_start(token: Any) -> bool:
    """Whether a token is no word of the text, but says that a map, a list or a key begins at the next."""
    return isinstance(token, yaml.BlockMappingStartToken | yaml.BlockSequenceStartToken | yaml.KeyToken)


def last_of(end: Any) -> int:
    """The last line of a block of text, whose end mark is where the next thing begins."""
    return end.line if end.column else end.line - 1


def block(lines: list[str], token: Any, level: Level, known: dict[int, Line]) -> None:
    """Note the lines of a block of text in a map or list."""
    first: int = token.start_mark.line
    last = min(last_of(token.end_mark), len(lines) - 1)
    filled = [number for number in range(first + 1, last + 1) if lines[number].strip()]
    if not filled:
        return
    # A number behind the mark says how much further in than the map or list the text is.
    said = BLOCK_INDENT.match(lines[first], token.start_mark.column)
    step = STEP if said is None else int(said[1])
    column = len(lines[filled[0]]) - len(lines[filled[0]].lstrip()) if said is None else level.column + step
    for number in range(first + 1, filled[-1] + 1):
        known[number] = Line(indent=level.indent + step, column=column, block=True)
