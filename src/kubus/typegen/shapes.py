"""What types are made of: the members that a caller is shown, and the columns of saved queries."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import msgspec

from kubus.api.wire.answer import layout
from kubus.api.wire.meta import metadata
from kubus.context import Caller
from kubus.errors import ConfigError, KubusError, QueryError
from kubus.library import SemanticLayer
from kubus.model.granularity import UNITS
from kubus.model.measure_types import ValueType

# What a saved query is called goes into names of both languages.
WORD = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Shown:
    """The members that a caller is shown, by kind, each as `cube.member`, in the order of the model.

    `dimensions` has the time dimensions too. `granularities` are the predefined ones, and those of the model.
    """

    measures: tuple[str, ...]
    dimensions: tuple[str, ...]
    time_dimensions: tuple[str, ...]
    segments: tuple[str, ...]
    granularities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RowShape:
    """The rows of a saved query: `name` is that of the type, `file` that of the query.

    `wire` are the keys of a row of the REST API with their types, `library` those of a row of `SemanticLayer.query`.
    """

    name: str
    file: str
    wire: tuple[tuple[str, ValueType], ...]
    library: tuple[tuple[str, ValueType], ...]


def shown_to(layer: SemanticLayer, caller: Caller) -> Shown:
    """What metadata show to a caller. Raises ModelError if the model does not compile."""
    told = metadata(layer.model_for(caller), hidden_too=False, extended=False, only_views=False)
    cubes = cast("list[dict[str, Any]]", told["cubes"])

    def members(kind: str) -> list[dict[str, Any]]:
        return [entry for cube in cubes for entry in cast("list[dict[str, Any]]", cube[kind])]

    times = [entry for entry in members("dimensions") if entry["type"] == "time"]
    own = (cast("str", one["name"]) for entry in times for one in entry.get("granularities", ()))
    return Shown(
        measures=tuple(entry["name"] for entry in members("measures")),
        dimensions=tuple(entry["name"] for entry in members("dimensions")),
        time_dimensions=tuple(entry["name"] for entry in times),
        segments=tuple(entry["name"] for entry in members("segments")),
        granularities=tuple(dict.fromkeys((*UNITS, *own))),
    )


def row_shapes(layer: SemanticLayer, caller: Caller, queries: Mapping[str, Any]) -> Iterator[RowShape]:
    """The rows of saved queries, by the names of their files.

    Raises:
        QueryError: a query is wrong, or is several.
        Forbidden: it asks for what the caller may not see.
        ConfigError: two would have one name.
    """
    names: dict[str, str] = {}
    for file, query in queries.items():
        name = type_name(file)
        if name in names:
            raise ConfigError(f"{names[name]} and {file} would both be {name}", hint="Give one another name")
        names[name] = file
        try:
            prepared = layer.prepare(layer.normal(query), caller)
            prepared.authorized.check_visible()
        except KubusError as error:
            # Which of them it was is said in front; what it is stays what it is.
            error.message = f"{file}: {error.message}"
            raise
        columns = prepared.statement.columns
        types: list[ValueType] = [column.type for column in columns]
        shape = layout(columns)
        wire: list[tuple[str, ValueType]] = [
            (key, types[source]) for key, source in zip(shape.keys, shape.sources, strict=True)
        ]
        library: dict[str, ValueType] = {column.key: column.type for column in columns}
        yield RowShape(name, file, tuple(wire), tuple(library.items()))


def type_name(file: str) -> str:
    """`TopCitiesRow` for `top-cities.json`."""
    words = [word for word in WORD.split(Path(file).stem) if word]
    name = "".join(word[0].upper() + word[1:] for word in words)
    return f"Q{name}Row" if not name or name[0].isdigit() else f"{name}Row"


def saved_queries(folder: Path) -> dict[str, Any]:
    """The queries in the `.json` files of a folder, by file name.

    Raises:
        ConfigError: the folder is not there.
        QueryError: a file is not JSON.
    """
    if not folder.is_dir():
        raise ConfigError(
            f"There is no folder {folder}", hint="Put a JSON query a file into it, or leave --queries out"
        )
    found: dict[str, Any] = {}
    for path in sorted(folder.glob("*.json")):
        try:
            found[path.name] = msgspec.json.decode(path.read_bytes())
        except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
            raise QueryError(f"{path} cannot be read as JSON: {error}") from error
    return found
