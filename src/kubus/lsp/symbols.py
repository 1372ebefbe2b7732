"""What the names in model files stand for, and where each of them stands: found by reading the files as data.

Only files of plain YAML are read. What templates and Python make is known to the model, not by place.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from kubus.loading.bind import Members
from kubus.loading.dynamic import is_template
from kubus.loading.kept import KeptSteps
from kubus.loading.problems import Problems
from kubus.loading.yaml_text import BadYaml, Yaml, read_yaml
from kubus.model.granularity import UNITS
from kubus.model.names import snake_case

# Keys under which member SQL stands, and those under which names of members do.
SQL_KEYS = frozenset({"sql", "url"})
NAME_KEYS = frozenset(
    {
        "drill_members", "drill_member_references", "levels", "measures", "dimensions", "segments", "time_dimension",
        "rollups", "columns", "dimension", "keep_only", "exclude", "include", "group_by", "reduce_by", "add_group_by",
        "by", "switch", "key", "member", "includes", "excludes", "unless", "measure_references", "dimension_references",
        "segment_references", "time_dimension_reference",
    }
)  # fmt: skip
LISTS_OF_MEMBERS = frozenset({"dimensions", "measures", "segments"})

BRACES = re.compile(r"(?<!\\)\{([^{}]*)\}")
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
PATH = re.compile(r"[A-Za-z_]\w*(?:\s*\.\s*[A-Za-z_]\w*)*")
WORD = re.compile(r"[A-Za-z_]\w*")
# What stands before a dot in braces and is no cube.
CONTEXT = frozenset({"SECURITY_CONTEXT", "security_context", "securityContext", "SQL_UTILS", "COMPILE_CONTEXT"})


@dataclass(frozen=True, slots=True)
class Symbol:
    """A cube or view; or with `member` a member of one."""

    holder: str
    member: str | None = None


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A name in a file: its line and columns, counted from 0, and what it stands for."""

    file: str
    line: int
    start: int
    end: int
    symbol: Symbol
    is_definition: bool = False


@dataclass(frozen=True, slots=True)
class ViewNames:
    """The members of a view by their names in it, each with the cube's member and the prefix that stands before it."""

    targets: Mapping[str, tuple[Symbol, str]]


class NamesByFile:
    """The names in files, read again only where a file changed, or what it reads of the others."""

    def __init__(self) -> None:
        self._read: KeptSteps[tuple[Occurrence, ...]] = KeptSteps(keeps=True)
        self._texts: dict[str, str] = {}
        self._members: dict[str, Mapping[str, str]] = {}
        self._views: dict[str, ViewNames] = {}

    def of(
        self, texts: Mapping[str, str], members: Members, views: Mapping[str, ViewNames]
    ) -> dict[str, tuple[Occurrence, ...]]:
        """Every name in these files that stands for something of the model, by file.

        `members` has those of every cube.
        """
        self._texts = the_same(self._texts, texts)
        self._members = the_same(self._members, members)
        self._views = the_same(self._views, views)
        others, unheard = (self._members, self._views), Problems({})
        found: dict[str, tuple[Occurrence, ...]] = {}
        for file, text in self._texts.items():
            read = partial(names_in, file, text)
            found[file] = self._read.result(file, (text,), others, unheard, read)
        self._read.turn()
        return found


V = TypeVar("V")


def the_same(before: dict[str, V], now: Mapping[str, V]) -> dict[str, V]:
    """What there is now; what is equal to that of before is the very same."""
    return {name: before[name] if before.get(name) == value else value for name, value in now.items()}


def names_in(file: str, text: str, members: Members, views: Mapping[str, ViewNames]) -> tuple[Occurrence, ...]:
    """Every name in a file that stands for something of the model."""
    if not file.endswith((".yml", ".yaml")) or is_template(text):
        return ()
    try:
        document = read_yaml(text)
    except BadYaml:
        return ()
    if document is None or not document.is_map:
        return ()
    return tuple(FileReader(file, text.splitlines(), members, views).read(document))


@dataclass(slots=True)
class FileReader:
    """Reads the names of one file."""

    file: str
    lines: list[str]
    members: Members
    views: Mapping[str, ViewNames]

    def read(self, document: Yaml) -> Iterator[Occurrence]:
        for key, value in document.items():
            for item in value.data if value.is_list else ():
                if item.is_map and snake_case(key) in ("cubes", "views"):
                    name = item.data.get("name")
                    if name is not None and isinstance(name.data, str):
                        yield from self.name(name, Symbol(name.data), is_definition=True)
                        is_cube = snake_case(key) == "cubes"
                        yield from self.cube(item, name.data) if is_cube else self.view(item, name.data)

    def cube(self, cube: Yaml, name: str) -> Iterator[Occurrence]:
        for key, value in cube.items():
            kind = snake_case(key)
            if kind == "extends":
                yield from self.word(value, Symbol(value.text.strip("{} ")))
            elif kind == "joins":
                for join in value.data if value.is_list else ():
                    target = join.data.get("name") if join.is_map else None
                    if target is not None:
                        yield from self.name(target, Symbol(target.text))
                    yield from self.below(join, name, ("name",))
            elif kind in LISTS_OF_MEMBERS:
                for member in value.data if value.is_list else ():
                    written = member.data.get("name") if member.is_map else None
                    if written is not None:
                        yield from self.name(written, Symbol(name, written.text), is_definition=True)
                    yield from self.below(member, name, ("name",))
            elif kind == "sql":
                yield from self.sql(value, name)
            elif kind not in ("name", "meta"):
                yield from self.below(value, name)

    def view(self, view: Yaml, name: str) -> Iterator[Occurrence]:
        for key, value in view.items():
            kind = snake_case(key)
            if kind == "extends":
                yield from self.word(value, Symbol(value.text.strip("{} ")))
            elif kind == "cubes":
                for entry in value.data if value.is_list else ():
                    yield from self.entry(entry)
            elif kind not in ("name", "meta"):
                yield from self.below(value, name)

    def entry(self, entry: Yaml) -> Iterator[Occurrence]:
        """What a view takes of a cube."""
        parts = {snake_case(key): value for key, value in entry.items()}
        path = parts.get("join_path")
        if path is None or not isinstance(path.data, str):
            return
        cubes = [word.strip() for word in path.data.strip("{} ").split(".")]
        yield from self.words(path, [Symbol(cube) for cube in cubes])
        for key in ("includes", "excludes"):
            value = parts.get(key)
            for item in value.data if value is not None and value.is_list else ():
                named = item.data.get("name") if item.is_map else item
                if named is not None and isinstance(named.data, str):
                    yield from self.word(named, Symbol(cubes[-1], named.data))

    def below(self, value: Yaml, holder: str, leave: tuple[str, ...] = ()) -> Iterator[Occurrence]:
        """The names in SQL and references anywhere below a value."""
        if value.is_list:
            for item in value.data:
                yield from self.below(item, holder)
        for key, part in value.items():
            name = snake_case(key)
            if name in leave or name == "meta":
                continue
            if name in SQL_KEYS:
                yield from self.sql(part, holder)
            elif name in NAME_KEYS:
                for item in part.data if part.is_list else [part]:
                    if isinstance(item.data, str):
                        yield from self.path(item, holder)
                    else:
                        yield from self.below(item, holder)
            else:
                yield from self.below(part, holder)

    # ── places ──

    def extent(self, value: Yaml) -> Iterator[tuple[int, int, str]]:
        """The pieces of a text as it stands in the file: line and column, from 0, and what stands there."""
        line, column = value.line - 1, value.column - 1
        row = self.lines[line][column:] if line < len(self.lines) else ""
        if row[:1] in "|>" and row[:1]:
            indent = len(self.lines[line]) - len(self.lines[line].lstrip())
            for number in range(line + 1, len(self.lines)):
                text = self.lines[number]
                if text.strip() and len(text) - len(text.lstrip()) <= indent:
                    return
                yield number, 0, text
        elif row[:1] in "\"'" and row[:1]:
            quote = row[0]
            for number in range(line, min(line + 500, len(self.lines))):
                start = column + 1 if number == line else 0
                text = self.lines[number][start:]
                end = end_of_quote(text, quote)
                yield number, start, text if end < 0 else text[:end]
                if end >= 0:
                    return
        else:
            yield line, column, row[: len(value.text)]

    def name(self, value: Yaml, symbol: Symbol, *, is_definition: bool = False) -> Iterator[Occurrence]:
        for line, column, text in self.extent(value):
            found = WORD.search(text)
            if found is not None:
                start = column + found.start()
                yield Occurrence(self.file, line, start, start + len(found[0]), symbol, is_definition)

    def word(self, value: Yaml, symbol: Symbol) -> Iterator[Occurrence]:
        return self.name(value, symbol)

    def words(self, value: Yaml, symbols: list[Symbol]) -> Iterator[Occurrence]:
        for line, column, text in self.extent(value):
            for found, symbol in zip(WORD.finditer(text), symbols, strict=False):
                yield Occurrence(self.file, line, column + found.start(), column + found.end(), symbol)

    def path(self, value: Yaml, holder: str) -> Iterator[Occurrence]:
        for line, column, text in self.extent(value):
            found = PATH.search(text)
            if found is not None and "security_context" not in text:
                yield from self.resolved(found[0], line, column + found.start(), holder)

    def sql(self, value: Yaml, holder: str) -> Iterator[Occurrence]:
        for line, column, text in self.extent(value):
            for braces in BRACES.finditer(text):
                inside = QUOTED.sub(lambda quoted: " " * len(quoted[0]), braces[1])
                for found in PATH.finditer(inside):
                    yield from self.resolved(found[0], line, column + braces.start(1) + found.start(), holder)

    def resolved(self, path: str, line: int, column: int, holder: str) -> Iterator[Occurrence]:
        """What each name of a dotted path stands for."""
        words = list(WORD.finditer(path))
        for word, symbol in zip(words, meanings([w[0] for w in words], holder, self.members, self.views), strict=True):
            if symbol is not None:
                shown = self.views[holder].targets.get(word[0]) if holder in self.views else None
                start, end = column + word.start(), column + word.end()
                if shown is not None and symbol == shown[0]:
                    # Of a name with a prefix only what is behind it is the member's.
                    start += len(shown[1])
                yield Occurrence(self.file, line, start, end, symbol)


def end_of_quote(text: str, quote: str) -> int:
    """Where a quoted text ends; -1 if it goes on in the next line."""
    at = 0
    while at < len(text):
        if (quote == '"' and text[at] == "\\") or (quote == "'" and text[at : at + 2] == "''"):
            at += 2
        elif text[at] == quote:
            return at
        else:
            at += 1
    return -1


def meanings(parts: list[str], holder: str, members: Members, views: Mapping[str, ViewNames]) -> list[Symbol | None]:
    """What each part of a path stands for, as the binder of SQL reads it; None for what has no place of its own."""
    none: list[Symbol | None] = [None] * len(parts)
    if parts[0] in CONTEXT:
        return none
    if parts[0] in ("FILTER_PARAMS", "FILTER_GROUP"):
        return [None, *meanings(parts[1:3], holder, members, views), *none[3:]] if len(parts) > 2 else none
    if holder in views:
        shown = views[holder].targets.get(parts[-1])
        return [*none[:-1], None if shown is None else shown[0]]
    own = members.get(holder, {})
    if parts[0] in ("CUBE", "TABLE"):
        return [None, *of_member(parts[1:], holder, members)]
    if parts[0] in own and (len(parts) == 1 or parts[0] not in members or (len(parts) == 2 and parts[1] in UNITS)):
        return of_member(parts, holder, members)
    if parts[0] not in members:
        return none
    path = [parts[0]]
    rest = parts[1:]
    while len(rest) > 1 and rest[0] not in members[path[-1]] and rest[0] in members:
        path.append(rest.pop(0))
    return [*(Symbol(cube) for cube in path), *of_member(rest, path[-1], members)]


def of_member(parts: list[str], cube: str, members: Members) -> list[Symbol | None]:
    """A member, and behind it perhaps a granularity, which is none."""
    if not parts:
        return []
    there = parts[0] in members.get(cube, {})
    return [Symbol(cube, parts[0]) if there else None, *([None] * (len(parts) - 1))]
