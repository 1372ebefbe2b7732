"""Where in a model file somebody writes: told by indentation, for YAML is seldom right while it is written."""

import re
from dataclasses import dataclass

from kubus.loading.shapes import FILE, MAPS, Key
from kubus.model.names import snake_case

KEY = re.compile(r"(?P<indent>\s*)(?P<dash>(?:- +)*)(?P<key>[A-Za-z_]\w*)\s*:(?:\s+(?P<value>.*))?$")
ITEM = re.compile(r"(?P<indent>\s*)- (?P<value>.*)$")


@dataclass(frozen=True, slots=True)
class Cursor:
    """The keys that lead to a place, outermost first, and the name of the cube or view that it is in.

    `before` is the text of the line before the cursor. `siblings` are the keys that the map has already.
    """

    path: tuple[str, ...]
    holder: str | None
    before: str
    siblings: frozenset[str]

    @property
    def keys(self) -> dict[str, Key]:
        """The keys of the map that the cursor is in."""
        return keys_at(self.path)

    @property
    def value_of(self) -> str | None:
        """The key on this line whose value is being written."""
        found = KEY.match(self.before)
        return None if found is None else snake_case(found["key"])


def cursor_at(lines: list[str], line: int, column: int) -> Cursor:
    """Where a line and column, counted from 0, are."""
    before = lines[line][:column] if line < len(lines) else ""
    limit = depth(before)
    path: list[str] = []
    siblings: set[str] = set()
    holder: str | None = None
    is_first = before.lstrip().startswith("- ")
    names: list[tuple[int, str]] = []
    for number in range(line - 1, -1, -1):
        found = KEY.match(lines[number].split(" #")[0].rstrip())
        if found is None:
            continue
        at = len(found["indent"]) + len(found["dash"])
        value = (found["value"] or "").strip()
        if found["key"] == "name":
            names.append((at, value.strip("\"'")))
        if at == limit and not path and not is_first:
            siblings.add(snake_case(found["key"]))
            is_first = bool(found["dash"])
        elif at < limit:
            if found["key"] in ("cubes", "views") and at == 0:
                holder = next((name for level, name in names if level == limit), None)
            path.append(snake_case(found["key"]))
            limit = at
    return Cursor(tuple(reversed(path)), holder, before, frozenset(siblings))


def depth(before: str) -> int:
    """How far the keys of the map on this line are indented."""
    found = re.match(r"(\s*)((?:- +)*)", before)
    return 0 if found is None else len(found[0])


def keys_at(path: tuple[str, ...]) -> dict[str, Key]:
    """The keys of the map at the end of a path of keys; none where nothing is known of it."""
    keys: dict[str, Key] = FILE
    for step in path:
        key = keys.get(step)
        name = None if key is None else map_below(key)
        if name is None:
            return {}
        keys = dict(MAPS[name].keys)
    return keys


def map_below(key: Key) -> str | None:
    """The name of the map that stands under a key, by itself or in a list."""
    found = re.search(r"#/\$defs/(\w+)", str(key.shape))
    return None if found is None else "row_test" if found[1] == "row_filter" else found[1]
