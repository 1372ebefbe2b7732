"""New members put into a model file that a person wrote: every line that is there stays as it is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import yaml

from kubus.define import Definition
from kubus.writing.yaml_text import item_lines

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Insertion:
    """A part of a cube, to be put at the end of one of its lists: `dimensions`, `measures`, `joins`."""

    cube: str
    key: str
    part: Definition

    @property
    def member(self) -> str:
        """`orders.discount`; of a join, the cube that it leads to."""
        name = getattr(self.part, "name", "")
        return f"{self.cube}.joins.{name}" if self.key == "joins" else f"{self.cube}.{name}"


def inserted(text: str, insertions: Sequence[Insertion]) -> str | None:
    """The text with more in it; None where its form leaves no place for that: the cube or list stands on one line."""
    end = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines()
    cubes = cube_nodes(text)
    places: dict[tuple[str, str], list[Definition]] = {}
    for one in insertions:
        places.setdefault((one.cube, one.key), []).append(one.part)
    new: list[tuple[int, list[str]]] = []
    for (cube, key), parts in places.items():
        found = None if cube not in cubes else lines_for(cubes[cube], key, parts)
        if found is None:
            return None
        new.append(found)
    # From the end, so that the places of those before stay theirs; of one place, the last comes first.
    for number in sorted(range(len(new)), key=lambda one: (new[one][0], one), reverse=True):
        after, added = new[number]
        lines[after:after] = added
    made = end.join(lines) + end
    return made if is_longer(text, made, places) else None


def lines_for(cube: yaml.MappingNode, key: str, parts: Sequence[Definition]) -> tuple[int, list[str]] | None:
    """After how many lines of the file these parts go, and their lines."""
    if cube.flow_style:
        return None
    items = value_of(cube, key)
    if items is None:
        indent = cube.start_mark.column
        below = [line for part in parts for line in item_lines(part, indent + 2)]
        return last_line(cube) + 1, [f"{' ' * indent}{key}:", *below]
    if not isinstance(items, yaml.SequenceNode) or items.flow_style or not items.value:
        return None
    return last_line(items) + 1, [line for part in parts for line in item_lines(part, items.start_mark.column)]


def cube_nodes(text: str) -> dict[str, yaml.MappingNode]:
    """The cubes of a file by name, as they stand in it; none of a file that is no YAML."""
    try:
        root: yaml.Node | None = Loader(text).get_single_node()
    except yaml.YAMLError:
        return {}
    cubes = value_of(root, "cubes") if isinstance(root, yaml.MappingNode) else None
    found: dict[str, yaml.MappingNode] = {}
    for cube in nodes_in(cubes):
        name = value_of(cube, "name") if isinstance(cube, yaml.MappingNode) else None
        if isinstance(name, yaml.ScalarNode):
            found[str(name.value)] = cast("yaml.MappingNode", cube)
    return found


def value_of(node: yaml.MappingNode, key: str) -> yaml.Node | None:
    pairs = cast("list[tuple[yaml.Node, yaml.Node]]", node.value)
    return next((value for name, value in pairs if name.value == key), None)


def nodes_in(node: yaml.Node | None) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.SequenceNode):
        yield from cast("list[yaml.Node]", node.value)


def last_line(node: yaml.Node) -> int:
    """The last line, counted from 0, that belongs to a node. The end mark of a block is where the next thing begins."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last: Any = node.value[-1]
        return last_line(last[1] if isinstance(node, yaml.MappingNode) else last)
    end: int = node.end_mark.line
    # A text over several lines ends where the next line begins.
    return end - 1 if node.end_mark.column == 0 and end > node.start_mark.line else end


def is_longer(before: str, after: str, places: dict[tuple[str, str], list[Definition]]) -> bool:
    """Whether a text says what it said, and the new parts besides: what is written into a person's file is checked."""
    old: Any = yaml.load(before, Loader=Loader)  # noqa: S506 - a safe loader
    new: Any = yaml.load(after, Loader=Loader)  # noqa: S506 - a safe loader
    for (name, key), parts in places.items():
        for cube in new["cubes"]:
            if cube.get("name") == name:
                del cube[key][-len(parts) :]
                if not cube[key]:
                    del cube[key]
    return bool(old == new)
