"""Cubes and views that Python files of a model define, as the YAML that they stand for, with their places.

From there on they go the way of every declaration: the same checks, the same compilation.
"""

import ast
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from types import ModuleType
from typing import Any, cast

from kubus.define.definition import MAKING, Definition, Making, keys_of
from kubus.define.views import Definitions, Tenancy
from kubus.loading.document import Document
from kubus.loading.problems import Problems
from kubus.loading.python_files import FailedPython, PythonFiles
from kubus.loading.python_places import PythonPlaces, Spot
from kubus.loading.yaml_text import MAX_DEPTH, Yaml

# What a file says that defines something.
PACKAGE = "kubus.define"

RUNS = count(1)


@dataclass(frozen=True, slots=True)
class Defined:
    """What each Python file of a model defines, in the order of its variables, and where it was made."""

    by_file: Mapping[str, list[Definition]]
    places: PythonPlaces


def python_documents(python: PythonFiles, problems: Problems) -> dict[str, Document]:
    """What the Python files of a model define, by file; a problem for each that fails, and nothing of it."""
    documents: dict[str, Document] = {}
    found = defined(python, problems)
    for file, definitions in found.by_file.items():
        written = Written(found.places, problems, file, python.modules[file])
        root = written.document(definitions)
        documents[file] = Document(root, hashlib.sha256("\0".join(told(root)).encode("utf-8", "replace")).digest())
    return documents


def defined(python: PythonFiles, problems: Problems) -> Defined:
    """The cubes, views and the like of each Python file that defines some; a problem for each file that fails."""
    making = Making({python.path(file): file for file in python.texts}, next(RUNS))
    places = PythonPlaces(python.texts, making.run)
    files = defining(python)
    token = MAKING.set(making)
    failed = False
    try:
        for file in files:
            try:
                python.run(file)
            except FailedPython as error:
                failed = True
                problems.note(error.file, error.line, 1, error.message, hint=error.hint)
                problems.lose(None)
    finally:
        MAKING.reset(token)
    files_of: dict[int, str] = {}
    found: dict[int, Definition] = {}
    kept: set[int] = {id(one) for one in making.sources}
    for file in files:
        module = python.modules.get(file)
        for name, value in vars(module).items() if module is not None else ():
            for one in whole_in(value):
                kept.update(id(inner) for inner in with_inner(one))
                if name.startswith("_"):
                    continue
                at_home = one.made is not None and one.made.run == making.run and one.made.file == file
                if id(one) not in found or at_home:
                    files_of[id(one)] = file
                found[id(one)] = one
    if not failed:
        tell_lost([one for one in making.whole if id(one) not in kept], places, problems)
    result: dict[str, list[Definition]] = {file: [] for file in files if file in python.modules}
    for number, one in found.items():
        result[files_of[number]].append(one)
    return Defined(result, places)


def tell_lost(lost: Iterable[Definition], places: PythonPlaces, problems: Problems) -> None:
    """A problem for what a model file makes and does not keep: it would be missing without a word."""
    for one in lost:
        spot = places.spot(one)
        # What an imported library makes is its own affair.
        if spot is not None and spot.call is not None:
            name = getattr(one, "name", "")
            what = f"The {type(one).__name__.lower()} '{name}' is made here, and no variable holds it"
            hint = "Assign it to a variable, or put it into a list that is in one; with _ in front it is not declared"
            problems.note(spot.file, spot.line, spot.column, what, hint=hint)


def defining(python: PythonFiles) -> list[str]:
    """The Python files that define something: those that name kubus.define, and those that import one that does."""
    naming = {file for file, text in python.texts.items() if PACKAGE in text or "kubus import define" in text}
    if not naming:
        return []
    imports = {file: imported(file, python) for file in python.texts if file not in naming}
    while more := {file for file, names in imports.items() if file not in naming and names & naming}:
        naming |= more
    return [file for file in python.texts if file in naming]


def imported(file: str, python: PythonFiles) -> set[str]:
    """The files of the model that a file imports."""
    try:
        tree = ast.parse(python.texts[file])
    except (SyntaxError, ValueError):
        return set()
    found: set[str | None] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(python.file_of(alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            name = python.absolute(node.module or "", node.level, file)
            found.add(python.file_of(name))
            found.update(python.file_of(f"{name}.{alias.name}".strip(".")) for alias in node.names)
    return {one for one in found if one is not None}


def whole_in(value: object, depth: int = 0) -> Iterator[Definition]:
    """What a variable defines: itself, or what lists and dicts hold."""
    if isinstance(value, Definition):
        if value.is_whole:
            yield value
    elif depth < MAX_DEPTH and type(value) in (list, tuple, dict, set, frozenset):
        items = cast("dict[object, object]", value).values() if isinstance(value, dict) else cast("list[object]", value)
        for item in items:
            yield from whole_in(item, depth + 1)


def with_inner(one: Definition) -> Iterator[Definition]:
    """A definition and those of its kind in it, as groups have groups."""
    yield one
    for item in cast("tuple[object, ...]", getattr(one, "includes", None) or ()):
        if isinstance(item, Definition) and item.is_whole:
            yield from with_inner(item)


@dataclass(slots=True)
class Written:
    """Writes the definitions of one file as YAML. `module` is what the file came to when it was run."""

    places: PythonPlaces
    problems: Problems
    file: str
    module: ModuleType

    def document(self, definitions: Iterable[Definition]) -> Yaml:
        """All that a file defines."""
        here = Spot(self.file, 1, 1)
        lists: dict[str, list[Yaml]] = {}
        tenancies: list[Yaml] = []
        for one in definitions:
            spot = self.places.spot(one)
            if spot is None or spot.call is None:
                # Made by a library, at the latest when it was imported here.
                spot = self.places.bound(one, self.file, self.module)
            written = self.definition(one, spot)
            if isinstance(one, Tenancy):
                tenancies.append(written)
            else:
                lists.setdefault(LISTS[type_of(one)], []).append(written)
        for again in tenancies[1:]:
            self.problems.add(self.file, again, "A model file has one Tenancy")
        data = {key: self.yaml(items, here) for key, items in lists.items()}
        if tenancies:
            data["tenant"] = tenancies[0]
        return Yaml(data, 1, 1, {key: self.yaml(key, here) for key in data})

    def definition(self, one: Definition, spot: Spot) -> Yaml:
        data: dict[str, Yaml] = {}
        keys: dict[str, Yaml] = {}
        for key in keys_of(type(one)):
            value = getattr(one, key.field)
            if value is None:
                continue
            keys[key.key] = self.yaml(key.key, spot.key(key.field))
            data[key.key] = self.value(value, spot.value(key.field), key.key)
        return Yaml(data, spot.line, spot.column, keys, file=spot.file)

    def value(self, value: object, spot: Spot, key: str, depth: int = 0) -> Yaml:
        if depth > MAX_DEPTH:
            self.problems.note(spot.file, spot.line, spot.column, f"({key}) nests too deep")
            return self.yaml(None, spot)
        match value:
            case Definition():
                return self.definition(value, self.places.spot(value) or spot)
            case list() | tuple():
                items = cast("list[object]", value)
                return self.yaml([self.value(item, spot.item(n), key, depth + 1) for n, item in enumerate(items)], spot)
            case Mapping():
                entries = cast("Mapping[object, object]", value).items()
                data = {str(name): self.value(item, spot, key, depth + 1) for name, item in entries}
                return Yaml(
                    data, spot.line, spot.column, {name: self.yaml(name, spot) for name in data}, file=spot.file
                )
            case bool() | None:
                return self.yaml(value, spot, {True: "true", False: "false", None: ""}[value])
            case int() if abs(value) < 2**63:
                return self.yaml(int(value), spot, str(int(value)))
            case int() | float():
                return self.yaml(float(value), spot, repr(float(value)))
            case str():
                return self.yaml(str(value), spot, str(value))
            case _:
                what = f"({key}) has a {type(value).__name__}, which a model cannot hold"
                self.problems.note(spot.file, spot.line, spot.column, what, hint="Write it as a text or a number")
                return self.yaml(None, spot)

    def yaml(self, data: Any, spot: Spot, text: str = "") -> Yaml:
        first_line = spot.first_line(text) if "\n" in text else 0
        return Yaml(data, spot.line, spot.column, text=text, first_line=first_line, file=spot.file)


def type_of(one: Definition) -> type[Definition]:
    """The class of ours that it is of."""
    return next(kind for kind in LISTS if isinstance(one, kind))


LISTS: Mapping[type[Definition], str] = {
    key.nested[0]: key.key for key in keys_of(Definitions) if key.nested[0] is not Tenancy
}


def told(value: Yaml) -> Iterator[str]:
    """All that a value says, places included, in a form in which different ones differ."""
    yield f"{value.file}:{value.line}:{value.column}:{value.first_line}"
    if value.is_map:
        yield "{"
        for key, item in value.items():
            at = (value.keys or {})[key]
            yield f"{key}\0{at.line}:{at.column}"
            yield from told(item)
        yield "}"
    elif value.is_list:
        yield "["
        for item in value.data:
            yield from told(item)
        yield "]"
    else:
        yield f"{type(value.data).__name__}\0{value.data}\0{value.text}"
