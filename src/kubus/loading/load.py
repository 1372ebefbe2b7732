"""Files to a model: read, decode, extend, compile, check. Every problem of every file is told at once."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from kubus.loading.checks.joins import aliases_differ_where_cubes_meet, joined_cubes_have_primary_keys
from kubus.loading.checks.references import nothing_refers_to_itself, paths_are_joined, rows_refer_to_rows
from kubus.loading.cubes import compile_cube
from kubus.loading.declarations import DeclaredCube, members_by_cube, names_are_unique, read_file
from kubus.loading.dynamic import model_texts
from kubus.loading.extends import extended
from kubus.loading.files import model_files
from kubus.loading.problems import Problems
from kubus.loading.view_declarations import DeclaredGroup, DeclaredView, read_groups, read_views
from kubus.loading.view_groups import compile_groups
from kubus.loading.views import ViewCompiler
from kubus.loading.yaml_text import BadYaml, Yaml, read_yaml
from kubus.model.context import claims_in
from kubus.model.cube import Cube
from kubus.model.join_graph import JoinGraph
from kubus.model.model import Model
from kubus.model.names import snake_case
from kubus.model.view import View

CHECKS = (
    joined_cubes_have_primary_keys,
    aliases_differ_where_cubes_meet,
    rows_refer_to_rows,
    nothing_refers_to_itself,
    paths_are_joined,
)

# Changes when the same files come to mean something else.
FORMAT = b"1"

# SQL that begins with a reference and has no quotes.
UNQUOTED = re.compile(r":\s+\{.*\}\s*[^\s#]")


def load_model(folder: Path, dialects: Mapping[str, str]) -> Model:
    """The model in a folder. `dialects` has the SQL dialect of each data source by its name.

    Raises:
        ModelError: it does not compile; holds every problem.
        ConfigError: the folder or a file cannot be read.
    """
    return load_files(model_files(folder), dialects, folder=folder)


def load_files(
    files: Mapping[str, str],
    dialects: Mapping[str, str],
    *,
    folder: Path | None = None,
    compile_context: Mapping[str, Any] | None = None,
) -> Model:
    """The model in these texts, by file name. Raises ModelError if it does not compile.

    `folder` is where the files lie, if they do. `compile_context` is what templates read as COMPILE_CONTEXT: one value
    for each compiled model, such as `{"security_context": {"tenant": 7}}`; without it they are refused to.
    """
    problems = Problems(files)
    texts = model_texts(files, problems, folder, compile_context)
    declared: dict[str, DeclaredCube] = {}
    views: dict[str, DeclaredView] = {}
    groups: list[DeclaredGroup] = []
    order: dict[str, None] = {}
    for file, text in texts.items():
        document = decode(file, text, problems)
        if document is None:
            continue
        for cube in read_file(file, document, problems):
            order[cube.name] = None
            add_once(cube, declared, views, "cube", problems)
        for key, value in document.items():
            if snake_case(key) == "views":
                for view in read_views(file, value, problems):
                    order[view.name] = None
                    add_once(view, views, declared, "view", problems)
            elif snake_case(key) == "view_groups":
                groups.extend(read_groups(file, value, problems))
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
    graph = JoinGraph(MappingProxyType({name: cube.joins for name, cube in cubes.items()}))
    shown = ViewCompiler(cubes, views, members, graph, problems).all()
    view_groups = compile_groups(groups, shown, views, problems)
    problems.raise_any()
    holders: dict[str, Cube | View] = {}
    for name in order:
        if name in cubes:
            holders[name] = cubes[name]
        elif name in shown:
            # What a view splits off stands behind it.
            holders |= {one.name: one for one in shown.values() if one.declared_as == name}
    return Model(
        MappingProxyType(cubes),
        graph,
        version_of(texts, dialects),
        claims_in(cubes),
        views=MappingProxyType(shown),
        holders=MappingProxyType(holders),
        view_groups=view_groups,
    )


T = TypeVar("T", DeclaredCube, DeclaredView)


def add_once(
    one: T, same: dict[str, T], others: Mapping[str, DeclaredCube | DeclaredView], kind: str, problems: Problems
) -> None:
    """Cubes and views share one name space over all files."""
    first = same.get(one.name) or others.get(one.name)
    if first is None:
        same[one.name] = one
        return
    clash = "conflicting cube and view" if one.name in others else f"duplicate {kind}"
    hint = f"It is also in {first.file}, line {problems.source_line(first.file, first.at.line)}"
    problems.add(one.file, one.at, f"Found {clash} name '{one.name}'.", hint=hint)


def decode(file: str, text: str, problems: Problems) -> Yaml | None:
    """The YAML of a file; None if there is nothing in it, or it cannot be read."""
    try:
        document = read_yaml(text)
    except BadYaml as error:
        lines = text.splitlines()
        line = lines[error.line - 1] if error.line <= len(lines) else ""
        hint = "A text that begins with { needs quotes" if UNQUOTED.search(line) else None
        problems.note(file, error.line, error.column, f"YAMLException: {error.message}", hint=hint)
        return None
    return None if document is None or document.data is None else document


def version_of(files: Mapping[str, str], dialects: Mapping[str, str]) -> str:
    """A hash of everything that the model was made from: of templates, what they rendered to."""
    digest = hashlib.sha256(FORMAT)
    for part in (*sorted(dialects.items()), *sorted(files.items())):
        for text in part:
            data = text.encode("utf-8", "surrogatepass")
            digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()[:32]
