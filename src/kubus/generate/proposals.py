"""What would change in a model folder: a new file for each new cube, and new members in files that are there."""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path

from sqlglot import exp

from kubus.define import Definition, Definitions
from kubus.generate.catalog import Catalog
from kubus.generate.cubes import Generated
from kubus.generate.insert import Insertion, inserted
from kubus.loading.dynamic import is_template
from kubus.loading.saving import Edit, version_of
from kubus.model.columns import columns_read, members_of
from kubus.model.cube import Cube as CompiledCube
from kubus.model.model import Model
from kubus.writing.yaml_text import yaml_text

YAML = (".yml", ".yaml")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A file of the model in `folder` as it would be. `file` is its path below that, `adds` says what is new in it.

    `before` None: there is no such file yet.
    """

    folder: Path
    file: str
    before: str | None
    after: str
    adds: tuple[str, ...]

    @property
    def path(self) -> Path:
        """Where the file is, or would be."""
        return self.folder / self.file

    @property
    def edit(self) -> Edit:
        """What is to be written."""
        return Edit(self.file, self.after, None if self.before is None else version_of(self.before.encode()))

    def diff(self, beside: Path) -> str:
        """The change as a unified diff, with paths as seen from a folder."""
        name = str(self.path.relative_to(beside) if self.path.is_relative_to(beside) else self.path)
        old = [] if self.before is None else self.before.splitlines(keepends=True)
        lines = difflib.unified_diff(
            old, self.after.splitlines(keepends=True), "/dev/null" if self.before is None else name, name
        )
        return "".join(lines)


def proposals(folder: Path, model: Model | None, made: Sequence[Generated]) -> tuple[list[Proposal], list[str]]:
    """The files that would be new or longer, and what has to be added by hand, since code or a template makes it."""
    found: list[Proposal] = []
    by_hand: list[str] = []
    longer: dict[str, list[list[Insertion]]] = {}
    taken: set[str] = set()
    for one in made:
        compiled = None if model is None else model.cubes.get(one.cube.name)
        if compiled is None or model is None:
            file = free_file(folder, one.cube.name, taken)
            text = yaml_text(Definitions(cubes=[one.cube]))
            found.append(Proposal(folder, file, None, text, (one.cube.name,)))
            continue
        new = [Insertion(one.cube.name, key, part) for key, part in new_parts(one, compiled, model)]
        if new:
            longer.setdefault(compiled.file, []).append(new)
    for file, of_cubes in longer.items():
        before = after = read(folder / file)
        adds: list[str] = []
        for insertions in of_cubes:
            names = [one.member for one in insertions]
            longer_text = None if is_template(before) or not file.endswith(YAML) else inserted(after, insertions)
            if longer_text is None:
                by_hand.append(f"{file} has no place that can be told for what is new. Add there: {', '.join(names)}")
            else:
                after = longer_text
                adds += names
        if adds:
            found.append(Proposal(folder, file, before, after, tuple(adds)))
    return found, by_hand


def new_parts(made: Generated, cube: CompiledCube, model: Model) -> Iterator[tuple[str, Definition]]:
    """What a cube that is there lacks: members of columns that nothing in it reads, and joins to cubes that are new."""
    read_already = {
        column.lower()
        for member in members_of(cube)
        for of, column in columns_read(member, model, frozenset())
        if of == cube.name
    }
    read_already |= {column.name.lower() for join in cube.joins for column in join.on.tree.find_all(exp.Column)}
    named = {member.name for member in members_of(cube)}
    joined = {join.target for join in cube.joins}
    for join in made.cube.joins or ():
        if join.name not in joined and join.name not in model.cubes:
            yield "joins", join
    for key, parts in (("dimensions", made.cube.dimensions or ()), ("measures", made.cube.measures or ())):
        for part in parts:
            columns = {column.lower() for column in made.columns[part.name]}
            if columns and part.name not in named and not columns & read_already:
                yield key, part


def known_cubes(model: Model | None, catalog: Catalog, data_source: str) -> dict[tuple[str, str], str]:
    """The cubes that a model has already, by the table that each is on."""
    by_table = {(table.schema.lower(), table.name.lower()): table.path for table in catalog.tables}
    known: dict[tuple[str, str], str] = {}
    for cube in () if model is None else model.cubes.values():
        table = cube.table.tree
        if not cube.is_query and cube.data_source == data_source and isinstance(table, exp.Table):
            path = by_table.get(((table.db or catalog.schema).lower(), table.name.lower()))
            if path is not None:
                known.setdefault(path, cube.name)
    return known


def read(path: Path) -> str:
    with path.open(encoding="utf-8", newline="") as file:
        return file.read()


def free_file(folder: Path, name: str, taken: set[str]) -> str:
    """A file of a model folder that is not there yet; taken from now on."""
    names = chain((f"cubes/{name}.yml",), (f"cubes/{name}_{number}.yml" for number in count(2)))
    file = next(file for file in names if file not in taken and not (folder / file).exists())
    taken.add(file)
    return file
