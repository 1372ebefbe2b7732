"""YAML files to definitions: every key under its own name, whatever it was written as."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from kubus.define import Definition, Definitions, Measure, PreAggregation
from kubus.define.definition import Key, keys_of
from kubus.loading.declarations import short
from kubus.loading.joins import RELATIONSHIPS
from kubus.loading.pre_aggregations import LISTS
from kubus.loading.problems import Problems, nearest_hint
from kubus.loading.yaml_text import Yaml
from kubus.model.names import snake_case
from kubus.writing.comments import Entry

# Older names of keys, for the key that they are now; of several the last wins.
OLDER: Mapping[str, str] = {"shown": "public", "visible": "public"}
OLDER_OF: Mapping[type[Definition], Mapping[str, str]] = {
    Measure: {"drill_member_references": "drill_members"},
    PreAggregation: {old: new for new, old in LISTS.items()},
}


@dataclass(slots=True)
class FromYaml:
    """Makes definitions of the YAML of one file. What is no definition is a problem.

    `entries` are the places of all that was made.
    """

    file: str
    problems: Problems
    entries: list[Entry] = field(default_factory=list[Entry])

    def definitions(self, document: Yaml) -> Definitions:
        """All that the file declares."""
        return cast("Definitions", self.definition(Definitions, document) or Definitions())

    def definition(self, kind: type[Definition], value: Yaml, *, is_item: bool = False) -> Definition | None:
        """A definition of a map; None and a problem if it is none. As an item of a list it has a place of its own."""
        if not value.is_map:
            self.problems.add(self.file, value, f"({short(value.plain())}) has to be a map")
            return None
        # A place for it before those of what is in it.
        number = len(self.entries)
        known = {key.key: key for key in keys_of(kind)}
        older = {**OLDER, **OLDER_OF.get(kind, {})}
        fields: dict[str, Any] = {}
        rank: dict[str, int] = {}
        places: list[tuple[int, str]] = []
        for written, item in value.items():
            name = snake_case(written)
            at = (value.keys or {}).get(written, item)
            key = known.get(name) or known.get(older.get(name, ""))
            if key is None:
                self.problems.add(self.file, at, f"({written}) is not allowed here", hint=nearest_hint(name, known))
                continue
            if item.data is None and not key.free:
                if kind is not Definitions:
                    self.problems.add(self.file, at, f"({written}) is empty: null is only allowed inside meta")
                continue
            order = 9 if key.key == name else list(older).index(name)
            if rank.get(key.field, -1) < order:
                rank[key.field] = order
                places.append((at.line, key.field))
                before = len(self.entries)
                fields[key.field] = self.value(key, item)
                if len(self.entries) == before:
                    # Comments inside of plain values stand above them all.
                    places += [(line, key.field) for line in lines_of(item)]
        for key in known.values():
            if key.is_required and fields.get(key.field) is None:
                self.problems.add(self.file, value, f"({kind.__name__}.{key.key}) is required")
                return None
        made = kind(**fields)
        own = [Entry(line, made, name) for line, name in places]
        self.entries[number:number] = [*([Entry(value.line, made)] if is_item else []), *own]
        return made

    def value(self, key: Key, value: Yaml, *, is_item: bool = False) -> object:
        if value.is_list and not (key.free and not key.nested):
            return tuple(self.value(key, item, is_item=True) for item in cast("list[Yaml]", value.data))
        if value.is_map and key.nested:
            kind = self.kind_of(key, value)
            if kind is not None:
                return self.definition(kind, value, is_item=is_item)
        if key.free:
            return value.plain()
        if value.is_map:
            self.problems.add(self.file, value, f"({key.key} = {short(value.plain())}) has to be a plain value")
            return None
        return scalar(key, value)

    def kind_of(self, key: Key, value: Yaml) -> type[Definition] | None:
        """The class that a map is of: the first that has all of its keys, or if others may stand there, none."""
        if len(key.nested) == 1 and not key.free:
            return key.nested[0]
        written = {snake_case(name) for name, _ in value.items()}
        fitting = (kind for kind in key.nested if written <= {one.key for one in keys_of(kind)})
        return next(fitting, None if key.free else key.nested[0])


def lines_of(value: Yaml) -> Iterator[int]:
    """The lines on which parts of a value begin."""
    yield value.line
    for item in (one for _, one in value.items()) if value.is_map else value.data if value.is_list else ():
        yield from lines_of(item)


def scalar(key: Key, value: Yaml) -> object:
    """A plain value, as a type that the key has."""
    data: Any = value.data
    if key.words and not value.is_list:
        if data in key.words:
            return data
        name = snake_case(str(data))
        if key.field == "relationship" and name in RELATIONSHIPS:
            return RELATIONSHIPS[name].value
        if name in key.words:
            return name
    if bool in key.scalars and str not in key.scalars and data in ("true", "false"):
        return data == "true"
    if data is None or isinstance(data, bool):
        return data
    # A number as it is written, where a database would see that.
    if isinstance(data, str) or str not in key.scalars or type(data) not in key.scalars or str(data) != value.text:
        return data if isinstance(data, int | float) and str not in key.scalars else value.text
    return data
