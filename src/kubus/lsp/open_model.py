"""The model that an editor has open: its files, with what is not saved yet, compiled time and again."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from kubus.errors import ModelError, Problem
from kubus.loading.compiler import Compiler
from kubus.loading.declarations import members_in
from kubus.loading.dynamic import PYTHON_ENDING, is_template
from kubus.loading.extends import parent_name
from kubus.loading.files import ENDINGS, ModelFolder
from kubus.loading.problems import Problems
from kubus.lsp.symbols import Occurrence, Symbol, ViewNames, occurrences
from kubus.model.cube import Member
from kubus.model.model import Model


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Something about a line: a problem, or what the rule `rule` warns of."""

    problem: Problem
    rule: str | None = None


@dataclass(slots=True)
class OpenModel:
    """The model in `folder`. `unsaved` has texts that editors hold, by their path below it.

    `dialects` has the SQL dialect of each data source; `off` the lint rules that are not asked.
    """

    folder: Path
    dialects: Mapping[str, str]
    off: Collection[str] = ()
    unsaved: dict[str, str] = field(default_factory=dict[str, str])
    texts: dict[str, str] = field(default_factory=dict[str, str])
    # The model of the last texts that compiled.
    model: Model | None = None
    found: list[Occurrence] = field(default_factory=list[Occurrence])
    _compiler: Compiler = field(init=False)
    _files: ModelFolder = field(init=False)

    def __post_init__(self) -> None:
        self._compiler = Compiler(self.dialects, self.folder)
        self._files = ModelFolder(self.folder)

    def path_of(self, file: Path) -> str | None:
        """The path of a file below the model's folder; None if it is no model file of it."""
        try:
            path = file.resolve().relative_to(self.folder.resolve()).as_posix()
        except ValueError:
            return None
        return path if path.endswith(ENDINGS) else None

    def compiled(self) -> list[Diagnosis]:
        """Compile the texts as they are now, and say what is wrong and what is probably not meant.

        Raises:
            ConfigError: the folder cannot be read.
        """
        self.texts = {**self._files.texts(), **self.unsaved}
        try:
            self.model = self._compiler.compile(self.texts)
        except ModelError as error:
            found = [Diagnosis(problem) for problem in error.problems]
        else:
            found = [Diagnosis(one.problem, one.rule) for one in self._compiler.lint(self.model, self.off)]
        named = occurrences(self.texts, self.members(), self.views())
        self.found = [replace(one, symbol=self.declaring(one.symbol)) for one in named]
        return found

    def declaring(self, symbol: Symbol) -> Symbol:
        """A member by the cube that declares it, where another inherits it."""
        cubes = self._compiler.declared_cubes
        holder = symbol.holder
        for _ in cubes:
            cube = cubes.get(holder)
            lists = {} if cube is None else cube.lists
            member = next((there[symbol.member] for there in lists.values() if symbol.member in there), None)
            if cube is None or member is None or not member.inherited or "extends" not in cube.fields:
                break
            holder = parent_name(cube)
        return replace(symbol, holder=holder)

    def redeclared_by(self, symbol: Symbol) -> str | None:
        """A cube that inherits from that of a member, and has a member of the same name of its own."""
        for name, cube in self._compiler.declared_cubes.items():
            above, names = cube, list[str]()
            while "extends" in above.fields and (parent := parent_name(above)) not in names:
                names.append(parent)
                above = self._compiler.declared_cubes.get(parent, above)
            own = any(
                one.name == symbol.member and not one.inherited for m in cube.lists.values() for one in m.values()
            )
            if symbol.member is not None and symbol.holder in names and own:
                return name
        return None

    def members(self) -> dict[str, dict[str, str]]:
        """The kind of each member of each cube, by name, as the files declare them now."""
        unheard = Problems({})
        return {name: members_in(cube, unheard) for name, cube in self._compiler.declared_cubes.items()}

    def views(self) -> dict[str, ViewNames]:
        """What the names in each view stand for, in the last model that compiled."""
        found: dict[str, ViewNames] = {}
        for view in () if self.model is None else self.model.views.values():
            declared = self._compiler.declared_views.get(view.declared_as)
            entries = () if declared is None else declared.entries
            prefixes = {(one.cube, f"{one.called}_" if one.prefix else "") for one in entries}
            renamed = {(e.cube, i.name) for e in entries for i in e.includes or () if "alias" in i.fields}
            targets: dict[str, tuple[Symbol, str]] = {}
            for name, member in {**view.dimensions, **view.measures, **view.segments}.items():
                of = member.alias_of
                prefix = "" if of is None else name.removesuffix(of.member)
                if of is not None and (of.cube, prefix) in prefixes and (of.cube, of.member) not in renamed:
                    targets[name] = (self.declaring(Symbol(of.cube, of.member)), prefix)
            found[view.name] = ViewNames(targets)
        return found

    def at(self, file: str, line: int, column: int) -> Occurrence | None:
        """The name at a place, counted from 0."""
        here = (one for one in self.found if one.file == file and one.line == line)
        return next((one for one in here if one.start <= column <= one.end), None)

    def all_of(self, symbol: Symbol) -> list[Occurrence]:
        """Every place of a name."""
        return [one for one in self.found if one.symbol == symbol]

    def hidden_from_rename(self, symbol: Symbol) -> str | None:
        """A file that names this and is not read by place: a template, or Python."""
        word = re.compile(rf"\b{re.escape(symbol.member or symbol.holder)}\b")
        unread = (f for f, text in self.texts.items() if f.endswith(PYTHON_ENDING) or is_template(text))
        return next((file for file in unread if word.search(self.texts[file])), None)

    def member(self, symbol: Symbol) -> Member | None:
        """The member that a name stands for."""
        holder = None if self.model is None else self.model.holders.get(symbol.holder)
        return None if holder is None or symbol.member is None else holder.member(symbol.member)
