"""Files to a model: read, decode, extend, compile, check. Every problem of every file is told at once."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from kubus.loading.checks.joins import aliases_differ_where_cubes_meet, joined_cubes_have_primary_keys
from kubus.loading.checks.references import nothing_refers_to_itself, paths_are_joined, rows_refer_to_rows
from kubus.loading.cubes import compile_cube
from kubus.loading.declarations import DeclaredCube, members_by_cube, names_are_unique, read_file
from kubus.loading.extends import extended
from kubus.loading.files import model_files
from kubus.loading.problems import Problems
from kubus.loading.yaml_text import BadYaml, read_yaml
from kubus.model.cube import Cube
from kubus.model.join_graph import JoinGraph
from kubus.model.model import Model

CHECKS = (
    joined_cubes_have_primary_keys,
    aliases_differ_where_cubes_meet,
    rows_refer_to_rows,
    nothing_refers_to_itself,
    paths_are_joined,
)

# Changes when the same files come to mean something else.
FORMAT = b"1"

# What begins a template. Two closing braces alone are how nested maps of one line end.
TEMPLATE_MARKS = ("{%", "{{")

# SQL that begins with a reference and has no quotes.
UNQUOTED = re.compile(r":\s+\{.*\}\s*[^\s#]")


def load_model(folder: Path, dialects: Mapping[str, str]) -> Model:
    """The model in a folder. `dialects` has the SQL dialect of each data source by its name.

    Raises:
        ModelError: it does not compile; holds every problem.
        ConfigError: the folder or a file cannot be read.
    """
    return load_files(model_files(folder), dialects)


def load_files(files: Mapping[str, str], dialects: Mapping[str, str]) -> Model:
    """The model in these texts, by file name. Raises ModelError if it does not compile."""
    problems = Problems(files)
    declared: dict[str, DeclaredCube] = {}
    for file, text in files.items():
        for cube in decode(file, text, problems):
            first = declared.setdefault(cube.name, cube)
            if first is not cube:
                problems.add(
                    file,
                    cube.at,
                    f"Found duplicate cube name '{cube.name}'.",
                    hint=f"It is also in {first.file}, line {first.at.line}",
                )
    merged = extended(declared, problems)
    names_are_unique(merged, problems)
    members = members_by_cube(merged)
    cubes: dict[str, Cube] = {}
    for name, cube in merged.items():
        compiled = compile_cube(cube, members, dialects, problems)
        if compiled is not None:
            cubes[name] = compiled
    for check in CHECKS:
        check(cubes, merged, problems)
    problems.raise_any()
    graph = JoinGraph(MappingProxyType({name: cube.joins for name, cube in cubes.items()}))
    return Model(MappingProxyType(cubes), graph, version_of(files, dialects))


def decode(file: str, text: str, problems: Problems) -> list[DeclaredCube]:
    if any(mark in text for mark in TEMPLATE_MARKS):
        line = next(i for i, row in enumerate(text.splitlines(), 1) if any(mark in row for mark in TEMPLATE_MARKS))
        problems.note(file, line, 1, "Jinja templates are not yet supported by this version of kubus")
        return []
    try:
        document = read_yaml(text)
    except BadYaml as error:
        lines = text.splitlines()
        line = lines[error.line - 1] if error.line <= len(lines) else ""
        hint = "A text that begins with { needs quotes" if UNQUOTED.search(line) else None
        problems.note(file, error.line, error.column, f"YAMLException: {error.message}", hint=hint)
        return []
    return [] if document is None or document.data is None else list(read_file(file, document, problems))


def version_of(files: Mapping[str, str], dialects: Mapping[str, str]) -> str:
    """A hash of everything that the model was made from."""
    digest = hashlib.sha256(FORMAT)
    for part in (*sorted(dialects.items()), *sorted(files.items())):
        for text in part:
            data = text.encode("utf-8", "surrogatepass")
            digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()[:32]
