"""YAML with places: every value knows its line and column.

Built from the parser's events rather than its nodes: the nodes of hostile text overflow the stack of the C library.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from sys import intern
from typing import Any, cast

import yaml
from yaml import AliasEvent, MappingEndEvent, ScalarEvent, SequenceEndEvent, SequenceStartEvent

from kubus.loading.yaml_scalars import scalar_of

# The C parser is several times as fast; it is there unless PyYAML was built without it.
Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# Deeper nesting than any model has, and more values in a file: few lines of anchors can stand for billions.
MAX_DEPTH = 60
MAX_VALUES = 1_000_000

MERGE = "<<"
COLLECTION_TAGS = frozenset({None, "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"})


@dataclass(frozen=True, slots=True, eq=False)
class Yaml:
    """A value and where it begins, counted from 1.

    `data` is a dict of names to Yaml, a list of Yaml, or a scalar as YAML 1.2 reads it; `text` is a scalar as it is
    written. `keys` has the place of each key, and `twice` every key that is written a second time. `first_line` is the
    line on which a text begins that keeps the lines that it has in the file; 0 of every other. `file` is the file that
    it is in, where that is another than its document's.
    """

    data: Any
    line: int
    column: int
    keys: dict[str, "Yaml"] | None = None
    twice: tuple["Yaml", ...] = ()
    text: str = ""
    first_line: int = 0
    file: str = ""

    @property
    def is_map(self) -> bool:
        return isinstance(self.data, dict)

    @property
    def is_list(self) -> bool:
        return isinstance(self.data, list)

    def items(self) -> Iterator[tuple[str, "Yaml"]]:
        """The entries of a map; none of anything else."""
        if self.is_map:
            yield from cast("dict[str, Yaml]", self.data).items()

    def plain(self) -> Any:
        """The value without places."""
        if self.is_map:
            return {key: value.plain() for key, value in self.items()}
        if self.is_list:
            return [value.plain() for value in cast("list[Yaml]", self.data)]
        return self.data


class BadYaml(Exception):
    """Text that is no YAML, or more than data."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


def read_yaml(text: str) -> Yaml | None:
    """The value of a YAML document, or None if it is empty.

    Raises:
        BadYaml: it does not parse, is more than one document, nests too deep, or stands for too many values.
    """
    try:
        loader = Loader(text)
    except yaml.reader.ReaderError as error:
        raise unreadable(text, error) from error
    except UnicodeError as error:
        raise BadYaml("holds half a character", 1, 1) from error
    try:
        return Builder(loader).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
        raise BadYaml(error.problem or str(error), line, column) from error
    except yaml.reader.ReaderError as error:
        raise unreadable(text, error) from error
    except UnicodeError as error:
        raise BadYaml("holds half a character", 1, 1) from error
    finally:
        loader.dispose()


def unreadable(text: str, error: yaml.reader.ReaderError) -> BadYaml:
    """The error for a character that YAML does not allow; the parser counts where it stands in bytes."""
    before = text.encode("utf-8", "replace")[: error.position].decode("utf-8", "replace")
    return BadYaml(error.reason, before.count("\n") + 1, len(before) - before.rfind("\n"))


@dataclass(frozen=True, slots=True)
class Anchored:
    """What an alias stands for, with how many values it holds and how deep they nest."""

    value: Yaml
    values: int
    height: int


@dataclass(slots=True)
class Builder:
    """Builds the values of one document from its events."""

    loader: Any
    anchors: dict[str, Anchored | None] = field(default_factory=dict[str, "Anchored | None"])
    values: int = 0
    deepest: int = 0

    def document(self) -> Yaml | None:
        get = self.loader.get_event
        get()  # the start of the stream
        event = get()
        if isinstance(event, yaml.StreamEndEvent):
            return None
        value = self.value(get(), 0)
        get()  # the end of the document
        event = get()
        if not isinstance(event, yaml.StreamEndEvent):
            raise self.bad("holds another document", event)
        return value

    def value(self, event: Any, depth: int) -> Yaml:
        self.values += 1
        if depth > MAX_DEPTH:
            raise self.bad("nests too deep", event)
        if self.values > MAX_VALUES:
            raise self.bad(f"stands for more than {MAX_VALUES} values", event)
        self.deepest = max(self.deepest, depth)
        match event:
            case ScalarEvent():
                value = self.scalar(event)
                if event.anchor is not None:
                    self.anchors[event.anchor] = Anchored(value, 1, 0)
                return value
            case AliasEvent():
                return self.aliased(event, depth)
            case _:
                return self.collection(event, depth)

    def scalar(self, event: Any) -> Yaml:
        text: str = event.value
        mark = event.start_mark
        line, column = mark.line + 1, mark.column + 1
        try:
            data = scalar_of(text, event.tag, is_plain=event.implicit[0])
        except ValueError as error:
            raise BadYaml(str(error), line, column) from error
        return Yaml(data, line, column, text=text, first_line=line + 1 if event.style == "|" else 0)

    def aliased(self, event: Any, depth: int) -> Yaml:
        if event.anchor not in self.anchors:
            raise self.bad(f"found undefined alias '{event.anchor}'", event)
        anchored = self.anchors[event.anchor]
        if anchored is None:
            raise self.bad(f"'{event.anchor}' holds itself", event)
        self.values += anchored.values
        self.deepest = max(self.deepest, depth + anchored.height)
        if depth + anchored.height > MAX_DEPTH:
            raise self.bad("nests too deep", event)
        return anchored.value

    def collection(self, event: Any, depth: int) -> Yaml:
        if event.tag not in COLLECTION_TAGS:
            raise self.bad(f"the tag {event.tag} is not supported", event)
        if event.anchor is None:
            return self.filled(event, depth)
        # Its own height and size are counted from here on, and put to what was counted before.
        self.anchors[event.anchor] = None
        before, above = self.values, self.deepest
        self.deepest = depth
        value = self.filled(event, depth)
        self.anchors[event.anchor] = Anchored(value, self.values - before + 1, self.deepest - depth)
        self.deepest = max(self.deepest, above)
        return value

    def filled(self, event: Any, depth: int) -> Yaml:
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        get = self.loader.get_event
        if isinstance(event, SequenceStartEvent):
            items: list[Yaml] = []
            while not isinstance(item := get(), SequenceEndEvent):
                items.append(self.value(item, depth + 1))
            return Yaml(items, line, column)
        data: dict[str, Yaml] = {}
        keys: dict[str, Yaml] = {}
        twice: list[Yaml] = []
        merged: list[Yaml] = []
        while not isinstance(key := get(), MappingEndEvent):
            if not isinstance(key, ScalarEvent):
                raise self.bad("a key has to be a name", key)
            # The same few words in every file.
            name: str = intern(key.value)
            at = Yaml(name, key.start_mark.line + 1, key.start_mark.column + 1)
            value = self.value(get(), depth + 1)
            if name == MERGE and key.implicit[0]:
                merged.extend(self.to_merge(value, at))
            elif name in data:
                twice.append(at)
            else:
                data[name] = value
                keys[name] = at
        for other in merged:
            for name, value in other.items():
                if name not in data:
                    data[name] = value
                    keys[name] = (other.keys or {})[name]
        return Yaml(data, line, column, keys, tuple(twice))

    def to_merge(self, value: Yaml, at: Yaml) -> list[Yaml]:
        """The maps whose keys a `<<` takes over; of equal keys the earlier map's stands."""
        maps = cast("list[Yaml]", value.data) if value.is_list else [value]
        if not all(one.is_map for one in maps):
            raise BadYaml("<< takes over the keys of a map, or of a list of maps", at.line, at.column)
        return maps

    def bad(self, message: str, event: Any) -> BadYaml:
        return BadYaml(message, event.start_mark.line + 1, event.start_mark.column + 1)
