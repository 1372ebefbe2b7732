"""YAML with places: every value knows its line and column."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import yaml

# The C parser is several times as fast; it is there unless PyYAML was built without it.
Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True, eq=False)
class Yaml:
    """A value and where it begins, counted from 1.

    `data` is a dict of names to Yaml, a list of Yaml, or a scalar as YAML reads it. `keys` has the place of each key,
    and `twice` every key that is written a second time.
    """

    data: Any
    line: int
    column: int
    keys: dict[str, "Yaml"] | None = None
    twice: tuple["Yaml", ...] = ()

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


# Deeper nesting than any model has; the parser would run out of stack on hostile text.
MAX_DEPTH = 60


def read_yaml(text: str) -> Yaml | None:
    """The value of a YAML document, or None if it is empty.

    Raises:
        BadYaml: it does not parse, nests too deep, or holds aliases of itself.
    """
    if re.search(rf"[\[{{]{{{MAX_DEPTH * 4}}}}}", text):
        raise BadYaml("nests too deep", 1, 1)
    loader = Loader(text)
    try:
        node = loader.get_single_node()
        return None if node is None else built(node, loader, 0)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
        raise BadYaml(error.problem or str(error), line, column) from error
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError) as error:
        raise BadYaml(str(error).splitlines()[0] if str(error) else type(error).__name__, 1, 1) from error
    finally:
        loader.dispose()


def built(node: yaml.Node, loader: Any, depth: int) -> Yaml:
    line, column = node.start_mark.line + 1, node.start_mark.column + 1
    if depth > MAX_DEPTH:
        raise BadYaml("nests too deep", line, column)
    match node:
        case yaml.MappingNode():
            data: dict[str, Yaml] = {}
            keys: dict[str, Yaml] = {}
            twice: list[Yaml] = []
            for key_node, value_node in node.value:
                at = Yaml(None, key_node.start_mark.line + 1, key_node.start_mark.column + 1)
                if not isinstance(key_node, yaml.ScalarNode):
                    raise BadYaml("a key has to be a name", at.line, at.column)
                key = str(key_node.value)
                if key in data:
                    twice.append(Yaml(key, at.line, at.column))
                    continue
                data[key] = built(value_node, loader, depth + 1)
                keys[key] = at
            return Yaml(data, line, column, keys, tuple(twice))
        case yaml.SequenceNode():
            return Yaml([built(item, loader, depth + 1) for item in node.value], line, column)
        case _:
            return Yaml(loader.construct_object(node), line, column)
