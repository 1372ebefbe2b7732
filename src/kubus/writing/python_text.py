"""Definitions as Python: the same definitions give the same bytes, formatted as ruff does at its own line length."""

import keyword
from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from textwrap import dedent
from typing import cast

import kubus.define
from kubus.define import Definition, Definitions
from kubus.define.definition import keys_of
from kubus.writing.comments import AT_END

WIDTH = 88
# What is written with so much before it fits on its line.
ENDLESS = 1_000_000


def python_text(definitions: Definitions) -> str:
    """The text of a Python file with these definitions, a variable each."""
    writer = PythonWriter()
    body: list[str] = []
    for key in keys_of(Definitions):
        value = getattr(definitions, key.field)
        whole = cast("Sequence[Definition]", (value,) if isinstance(value, Definition) else value or ())
        for number, one in enumerate(whole):
            above = [] if number else list(commented(definitions, key.field, 0))
            body += ["", *above, *commented(one, "", 0), *writer.assigned(one)]
    body += ["", *commented(definitions, AT_END, 0)]
    imports = [*(["from textwrap import dedent", ""] if writer.dedents else []), *imported(sorted(writer.used))]
    lines = [*(imports if writer.used else []), *body]
    return "\n".join(lines).strip("\n") + "\n"


def commented(one: Definition, field: str, indent: int) -> Iterator[str]:
    for line in one.comments.get(field, ()):
        yield f"{' ' * indent}#{line}"


def imported(names: Sequence[str]) -> list[str]:
    line = f"from kubus.define import {', '.join(names)}"
    if len(line) <= WIDTH:
        return [line]
    return ["from kubus.define import (", *(f"    {name}," for name in names), ")"]


class PythonWriter:
    """Writes expressions, and notes what has to be imported for them, and which variables there are."""

    def __init__(self) -> None:
        self.used: set[str] = set()
        self.dedents = False
        self.variables: set[str] = set()

    def assigned(self, one: Definition) -> list[str]:
        """A variable with a definition. Its name is that of what it defines, if it may be."""
        name = str(getattr(one, "name", "tenancy"))
        name = name.lstrip("_") or "it"
        while keyword.iskeyword(name) or name in RESERVED or name in self.variables or not name.isidentifier():
            name = f"{name}_" if name.isidentifier() else f"of_{name}"
        self.variables.add(name)
        lines = self.call(one, 0, many=True)
        return [f"{name} = {lines[0]}", *lines[1:]]

    def value(self, value: object, indent: int, before: int) -> list[str]:
        """An expression, its first line without the indent; `before` stands on that line already."""
        match value:
            case Definition():
                line = None if says_more(value) else self.on_one_line(self.call(value, indent), indent, before)
                return line or self.call(value, indent, many=True)
            case str() if "\n" in value and (block := self.block(value, indent)):
                return block
            case list() | tuple():
                items = cast("Sequence[object]", value)
                return self.listed([(item, "") for item in items], "[", "]", indent, before)
            case Mapping():
                entries = cast("Mapping[object, object]", value).items()
                return self.listed([(item, f"{text(str(k))}: ") for k, item in entries], "{", "}", indent, before)
            case str():
                return [text(value)]
            case float() if not isfinite(value):
                return [f'float("{value}")']
            case _:
                return [repr(value)]

    def call(self, one: Definition, indent: int, *, many: bool = False) -> list[str]:
        """A call that makes a definition, on one line, or an argument a line."""
        kind = next(c for c in type(one).__mro__ if c.__module__.startswith("kubus.define"))
        self.used.add(kind.__name__)
        arguments: list[str] = []
        for key in keys_of(kind):
            value = getattr(one, key.field)
            if value is None or (value == key.default and type(value) is type(key.default)):
                continue
            head = "" if key.is_positional else f"{key.field}="
            if not many:
                arguments.append(head + "\n".join(self.value(value, 0, -ENDLESS)))
                continue
            pad = " " * (indent + 4)
            lines = self.value(value, indent + 4, len(head))
            arguments += commented(one, key.field, indent + 4)
            arguments += [f"{pad}{head}{lines[0]}", *lines[1:]]
            arguments[-1] += ","
        if not many:
            return [f"{kind.__name__}({', '.join(arguments)})"]
        return [f"{kind.__name__}(", *arguments, f"{' ' * indent})"]

    def on_one_line(self, lines: list[str], indent: int, before: int) -> list[str] | None:
        # A comma stands behind it.
        fits = len(lines) == 1 and "\n" not in lines[0] and indent + before + len(lines[0]) + 1 <= WIDTH
        return lines if fits else None

    def listed(
        self, items: Sequence[tuple[object, str]], opening: str, closing: str, indent: int, before: int
    ) -> list[str]:
        """A list or dict: on one line if it fits and says nothing of its items, else an item a line."""
        pad = " " * (indent + 4)
        if not any(isinstance(item, Definition) and (item.comments or says_more(item)) for item, _ in items):
            inner = [head + "\n".join(self.value(item, 0, -ENDLESS)) for item, head in items]
            line = self.on_one_line([f"{opening}{', '.join(inner)}{closing}"], indent, before)
            if line is not None:
                return line
        lines = [opening]
        for item, head in items:
            if isinstance(item, Definition):
                lines += commented(item, "", indent + 4)
            found = self.value(item, indent + 4, len(head))
            lines += [f"{pad}{head}{found[0]}", *found[1:]]
            lines[-1] += ","
        return [*lines, f"{' ' * indent}{closing}"]

    def block(self, value: str, indent: int) -> list[str] | None:
        """A text of several lines as it is, indented with what stands around it; None if that would change it."""
        if not all(line.isprintable() for line in value.split("\n")) or value.endswith('"') or "\\" in value:
            return None
        if '"""' in value:
            return None
        pad = " " * (indent + 4)
        lines = [f"{pad}{line}" if line else "" for line in value.split("\n")]
        if value.endswith("\n"):
            lines[-1] = pad
        if dedent("\n".join(lines)) != value:
            return None
        self.dedents = True
        lines[-1] += '"""'
        return ["dedent(", f'{pad}"""\\', *lines, f"{' ' * indent})"]


# Names that a file of definitions has already.
RESERVED = frozenset({*kubus.define.__all__, "dedent", "float"})


def says_more(one: Definition) -> bool:
    """Whether there are comments inside of a definition."""
    if any(one.comments):
        return True
    for key in keys_of(type(one)):
        value: object = getattr(one, key.field)
        for item in cast("tuple[object, ...]", value) if isinstance(value, tuple) else (value,):
            if isinstance(item, Definition) and (item.comments or says_more(item)):
                return True
    return False


def text(value: str) -> str:
    """A text in the quotes in which the formatter has it."""
    quote = "'" if value.count('"') > value.count("'") else '"'
    escaped = value.replace("\\", "\\\\").replace(quote, f"\\{quote}")
    return quote + "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in escaped) + quote
