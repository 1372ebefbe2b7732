"""Definitions as YAML: the same definitions give the same bytes, keys in the order of the reference."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from kubus.define import Definition, Definitions
from kubus.define.definition import keys_of
from kubus.loading.dynamic import TEMPLATE_MARKS
from kubus.loading.yaml_scalars import plain_of
from kubus.writing.comments import AT_END

WIDTH = 100

# What begins something else than a text, or ends one.
INDICATORS = frozenset("-?:,[]{}#&*!|>'\"%@`=")
NOT_PLAIN = re.compile(r": |:$|\s#|^\s|\s$|[\n\t]")
IN_FLOW = re.compile(r"[,\[\]{}]")
# Words that other readers of YAML take for booleans.
WORDS = frozenset({"yes", "no", "on", "off"})
# What a file of YAML cannot hold, and what some readers take for the end of a line.
UNPRINTABLE = re.compile(
    "[^\\x20-\\x7e\\xa0-\\u2027\\u202a-\\ud7ff\\ue000-\\ufefe\\uff00-\\ufffd\\U00010000-\\U0010ffff]"
)


def yaml_text(definitions: Definitions) -> str:
    """The text of a YAML file with these definitions. It holds no template marks, so that it is never a template."""
    lines: list[str] = []
    for key in keys_of(Definitions):
        value = getattr(definitions, key.field)
        if value is None:
            continue
        lines += ["", *commented(definitions, key.field, 0), f"{key.key}:"]
        if isinstance(value, Definition):
            lines += map_lines(value, 2)
        else:
            for number, one in enumerate(value):
                lines += [*([""] if number else []), *item_lines(one, 2)]
    lines += ["", *commented(definitions, AT_END, 0)]
    return "\n".join(lines).strip("\n") + "\n"


def commented(one: Definition, field: str, indent: int) -> Iterator[str]:
    for line in one.comments.get(field, ()):
        for mark in TEMPLATE_MARKS:
            line = line.replace(mark, " ".join(mark))  # noqa: PLW2901 - what is left of it
        yield f"{' ' * indent}#{line}"


def map_lines(one: Definition, indent: int) -> Iterator[str]:
    """The keys of a definition, each on its line or above its lines."""
    pad = " " * indent
    for key in keys_of(type(one)):
        value = getattr(one, key.field)
        if value is None:
            continue
        yield from commented(one, key.field, indent)
        yield from entry(f"{pad}{key.key}:", value, indent)


def entry(head: str, value: object, indent: int) -> Iterator[str]:
    """A key with its value; `head` is the key as it stands there."""
    pad = " " * indent
    match value:
        case Definition():
            yield head
            yield from map_lines(value, indent + 2)
        case str() if "\n" in value and (block := block_lines(value, indent + 2)):
            yield f"{head} {block[0]}"
            yield from block[1:]
        case list() | tuple():
            items = cast("Sequence[object]", value)
            flow = flow_list(items)
            if flow is not None and len(head) + 1 + len(flow) <= WIDTH:
                yield f"{head} {flow}"
                return
            yield head
            for item in items:
                yield from item_lines(item, indent + 2)
        case Mapping() if value:
            yield head
            for name, item in cast("Mapping[object, object]", value).items():
                yield from entry(f"{pad}  {scalar(str(name))}:", item, indent + 2)
        case _:
            yield f"{head} {scalar(value)}"


def item_lines(item: object, indent: int) -> Iterator[str]:
    """An item of a list in lines, a dash before the first."""
    pad = " " * indent
    match item:
        case Definition():
            yield from commented(item, "", indent)
            lines = list(map_lines(item, indent + 2))
        case Mapping() if item:
            entries = cast("Mapping[object, object]", item).items()
            lines = [line for name, one in entries for line in entry(f"{pad}  {scalar(str(name))}:", one, indent + 2)]
        case _:
            lines = list(entry(f"{pad} ", item, indent))
            yield f"{pad}-{lines[0][indent + 1 :]}" if lines[0].strip() else f"{pad}-"
            yield from lines[1:]
            return
    # Comments of the first key stand above the dash: between the two there is no place for them.
    first = next((number for number, line in enumerate(lines) if not line.lstrip().startswith("#")), 0)
    yield from (line[2:] for line in lines[:first])
    yield f"{pad}- {lines[first][indent + 2 :]}" if lines else f"{pad}- {{}}"
    yield from lines[first + 1 :]


def flow_list(items: Sequence[object]) -> str | None:
    """A list of plain values on one line; None if it has others."""
    if any(
        isinstance(item, Definition | Mapping | list | tuple) or (isinstance(item, str) and "\n" in item)
        for item in items
    ):
        return None
    return f"[{', '.join(scalar(item, in_flow=True) for item in items)}]"


def scalar(value: object, *, in_flow: bool = False) -> str:
    """A plain value on one line."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case float():
            return repr(value).replace("inf", ".inf").replace("nan", ".nan")
        case int():
            return str(value)
        case Mapping():
            return "{}"
        case _:
            text = str(value)
            return text if is_plain(text) and not (in_flow and IN_FLOW.search(text)) else quoted(text)


def is_plain(text: str) -> bool:
    """Whether a text needs no quotes."""
    if not text or text[0] in INDICATORS or text == "<<" or text.lower() in WORDS:
        return False
    if NOT_PLAIN.search(text) or UNPRINTABLE.search(text) or any(mark in text for mark in TEMPLATE_MARKS):
        return False
    try:
        return plain_of(text) == text
    except ValueError:
        return False


def quoted(text: str) -> str:
    has_marks = any(mark in text for mark in TEMPLATE_MARKS)
    if '"' in text and not UNPRINTABLE.search(text) and not has_marks:
        return "'" + text.replace("'", "''") + "'"
    text = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    text = UNPRINTABLE.sub(lambda found: escaped(found[0]), text)
    # So that the file is no template.
    while any(mark in text for mark in TEMPLATE_MARKS):
        text = text.replace("{%", "\\x7B%").replace("{{", "{\\x7B")
    return f'"{text}"'


def escaped(character: str) -> str:
    number = ord(character)
    return f"\\x{number:02X}" if number < 0x100 else f"\\u{number:04X}" if number < 0x10000 else f"\\U{number:08X}"


def block_lines(text: str, indent: int) -> list[str] | None:
    """A text of several lines as it is, its head first; None if that cannot be."""
    lines = text.split("\n")
    if UNPRINTABLE.search(text.replace("\n", "").replace("\t", "")) or any(mark in text for mark in TEMPLATE_MARKS):
        return None
    body = text.rstrip("\n")
    if not body.strip():
        return None
    ends = len(text) - len(body)
    # Without a number the first line says how far the text is indented.
    begins = "2" if lines[0].startswith(" ") or not lines[0] else ""
    keeps = {0: "-", 1: ""}.get(ends, "+")
    shown = lines[:-1] if ends else lines
    return [f"|{begins}{keeps}", *(f"{' ' * indent}{line}" if line else "" for line in shown)]
