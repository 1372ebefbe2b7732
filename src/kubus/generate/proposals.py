"""What would change in a model folder: a new file for each new cube, and new members in files that are there."""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path

from sqlglot import exp

from kubus.define import Definition, Definitions
from kubus.errors import ConfigError
from kubus.generate.catalog import Catalog
from kubus.generate.cubes import Generated
from kubus.generate.insert import Insertion, inserted
from kubus.loading.dynamic import is_template
from kubus.model.columns import columns_read, members_of
from kubus.model.cube import Cube as CompiledCube
from kubus.model.model import Model
from kubus.writing.yaml_text import yaml_text

YAML = (".yml", ".yaml")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A file of the model as it would be. `before` None: there is no such file yet. `adds` says what is new in it."""

    path: Path
    before: str | None
    after: str
    adds: tuple[str, ...]

    def diff(self, beside: Path) -> str:
        """The change as a unified diff, with paths as seen from a folder."""
        name = str(self.path.relative_to(beside) if self.path.is_relative_to(beside) else self.path)
        old = [] if self.before is None else self.before.splitlines(keepends=True)
        lines = difflib.unified_diff(
            old, self.after.splitlines(keepends=True), "/dev/null" if self.before is None else name, name
        )
        return "".join(lines)

    def write(self) -> None:
        """Put it into the folder.

        Raises:
            ConfigError: the file is another than it was when this was proposed; nothing is written.
            OSError: it cannot be written.
        """
        if self.before is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            try:
                with self.path.open("x", encoding="utf-8", newline="\n") as file:
                    file.write(self.after)
            except FileExistsError as error:
                raise changed(self.path) from error
            return
        if read(self.path) != self.before:
            raise changed(self.path)
        self.path.write_text(self.after, encoding="utf-8", newline="")


def changed(path: Path) -> ConfigError:
    return ConfigError(f"{path} was changed meanwhile, and is left as it is", hint="Run the command once more")


def proposals(folder: Path, model: Model | None, made: Sequence[Generated]) -> tuple[list[Proposal], list[str]]:
    """The files that would be new or longer, and what has to be added by hand, since code or a template makes it."""
    found: list[Proposal] = []
    by_hand: list[str] = []
    longer: dict[str, list[list[Insertion]]] = {}
    taken: set[Path] = set()
    for one in made:
        compiled = None if model is None else model.cubes.get(one.cube.name)
        if compiled is None or model is None:
            path = free_path(folder / "cubes", one.cube.name, taken)
            found.append(Proposal(path, None, yaml_text(Definitions(cubes=[one.cube])), (one.cube.name,)))
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
            found.append(Proposal(folder / file, before, after, tuple(adds)))
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


def free_path(folder: Path, name: str, taken: set[Path]) -> Path:
    """A file that is not there yet; taken from now on."""
    names = chain((f"{name}.yml",), (f"{name}_{number}.yml" for number in count(2)))
    path = next(path for path in map(folder.joinpath, names) if path not in taken and not path.exists())
    taken.add(path)
    return path
