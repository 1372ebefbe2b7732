"""The model that an editor has open: its files, with what is not saved yet, compiled time and again.

Python is run once it is saved, and not while it is being written: half a line may mean anything.
"""

import ast
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from kubus.errors import ModelError, Problem
from kubus.loading.compiler import Compiler
from kubus.loading.declarations import members_in
from kubus.loading.dynamic import PYTHON_ENDING, is_template
from kubus.loading.extends import parent_name
from kubus.loading.files import ENDINGS, ModelFolder
from kubus.loading.problems import Problems
from kubus.loading.yaml_text import BadYaml, read_yaml
from kubus.lsp.symbols import NamesByFile, Occurrence, Symbol, ViewNames
from kubus.model.cube import Member
from kubus.model.model import Model


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Something about a line: a problem, or what the rule `rule` warns of."""

    problem: Problem
    rule: str | None = None


class Place(NamedTuple):
    """A line of a file, counted from 1; 0 is unknown."""

    file: str
    line: int


@dataclass(slots=True)
class OpenModel:
    """The model in `folder`. `unsaved` has texts that editors hold, by their path below it.

    `without` are files that are looked past, as if they were not there. `dialects` has the SQL dialect of each data
    source; `off` the lint rules that are not asked.
    """

    folder: Path
    dialects: Mapping[str, str]
    off: Collection[str] = ()
    unsaved: dict[str, str] = field(default_factory=dict[str, str])
    without: Collection[str] = ()
    texts: dict[str, str] = field(default_factory=dict[str, str])
    # Why files could not be read the last time.
    unreadable: list[Problem] = field(default_factory=list[Problem])
    # The model of the last texts that compiled.
    model: Model | None = None
    # The names in each file, each as it is written there.
    names: dict[str, tuple[Occurrence, ...]] = field(default_factory=dict[str, tuple[Occurrence, ...]])
    # The members of the cubes of each file, as they were when it was last YAML.
    _declared: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict[str, dict[str, dict[str, str]]])
    _problems: list[Diagnosis] = field(default_factory=list[Diagnosis])
    _findings: tuple[Diagnosis, ...] | None = None
    _compiler: Compiler = field(init=False)
    _files: ModelFolder = field(init=False)
    _named: NamesByFile = field(default_factory=NamesByFile)

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
        self.compile()
        return list(self.findings())

    def compile(self) -> None:
        """Compile the texts as they are now, and know the names in them.

        Raises:
            ConfigError: the folder cannot be read.
        """
        self.texts = self.read()
        try:
            made = self._compiler.compile(self.texts)
            # Of a part of the files comes no right model, but one is better than none.
            self.model = self.model if self.unreadable and self.model is not None else made
            self._problems = []
        except ModelError as error:
            self._problems = [Diagnosis(problem) for problem in error.problems]
        self._problems += [Diagnosis(problem) for problem in self.unreadable]
        wrong = map(syntax_problem, *self._unsaved_python())
        self._problems += [Diagnosis(problem) for problem in wrong if problem is not None]
        self._findings = None
        self._declare()
        self.names = self._named.of(self.texts, self.members(), self.views())

    @property
    def compiles(self) -> bool:
        """Whether the texts that were compiled last are right."""
        return not self._problems

    def findings(self) -> tuple[Diagnosis, ...]:
        """What is wrong with the texts that were compiled last; or, if they are right, what is probably not meant.

        Whoever asks for names alone does not wait for this.
        """
        if self._findings is None:
            found = self._problems
            if not found and self.model is not None:
                found = [Diagnosis(one.problem, one.rule) for one in self._compiler.lint(self.model, self.off)]
            self._findings = tuple(found)
        return self._findings

    def read(self) -> dict[str, str]:
        """The texts of all files, with those that are not saved in their place; of Python what is saved.

        Raises:
            ConfigError: the folder cannot be read.
        """
        unsaved = {file: text for file, text in self.unsaved.items() if not file.endswith(PYTHON_ENDING)}
        saved, problems = self._files.readable()
        self.unreadable = [one for one in problems if one.file not in self.without and one.file not in unsaved]
        texts = {**saved, **unsaved}
        return {file: text for file, text in texts.items() if file not in self.without} if self.without else texts

    def _unsaved_python(self) -> tuple[list[str], list[str]]:
        files = [file for file in self.unsaved if file.endswith(PYTHON_ENDING)]
        return files, [self.unsaved[file] for file in files]

    def _declare(self) -> None:
        """Keep what each file declares. What is half written is no YAML, and its names are those of before."""
        unheard = Problems({})
        declared: dict[str, dict[str, dict[str, str]]] = {}
        for name, cube in self._compiler.declared_cubes.items():
            declared.setdefault(cube.file, {})[name] = members_in(cube, unheard)
        for file, cubes in self._declared.items():
            if file not in declared and file in self.texts and not is_yaml(self.texts[file]):
                declared[file] = cubes
        self._declared = declared

    def place(self, holder: str, part: str | None = None) -> Place | None:
        """Where a cube or view is declared, or with `part` a member of it, or its join to that cube.

        None where nobody knows: a cube that is gone since, what a view shows, or what the compiler made itself.
        """
        cube = self._compiler.declared_cubes.get(holder)
        found = cube or self._compiler.declared_views.get(holder)
        if part is not None:
            lists = () if cube is None else cube.lists.values()
            found = next((members[part] for members in lists if part in members), None)
        if found is None:
            return None
        return Place(*self._compiler.place_of(found.file, found.at))

    def declaring(self, symbol: Symbol) -> Symbol:
        """A member by the cube that declares it, where another inherits it."""
        cubes = self._compiler.declared_cubes
        holder = symbol.holder
        for _ in cubes:
            cube = cubes.get(holder)
            if cube is None or "extends" not in cube.fields:
                break
            member = next((there[symbol.member] for there in cube.lists.values() if symbol.member in there), None)
            if member is None or not member.inherited:
                break
            holder = parent_name(cube)
        return symbol if holder == symbol.holder else replace(symbol, holder=holder)

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
        return {name: members for cubes in self._declared.values() for name, members in cubes.items()}

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
        here = (one for one in self.names.get(file, ()) if one.line == line)
        found = next((one for one in here if one.start <= column <= one.end), None)
        return None if found is None else self._declared_as(found)

    def all_of(self, symbol: Symbol) -> list[Occurrence]:
        """Every place of a name."""
        alike = (one for names in self.names.values() for one in names if one.symbol.member == symbol.member)
        return [one for one in map(self._declared_as, alike) if one.symbol == symbol]

    def _declared_as(self, one: Occurrence) -> Occurrence:
        """A name that stands for the member of the cube that declares it."""
        symbol = self.declaring(one.symbol)
        return one if symbol is one.symbol else replace(one, symbol=symbol)

    def hidden_from_rename(self, symbol: Symbol) -> str | None:
        """A file that names this and is not read by place: a template, or Python."""
        word = re.compile(rf"\b{re.escape(symbol.member or symbol.holder)}\b")
        unread = (f for f, text in self.texts.items() if f.endswith(PYTHON_ENDING) or is_template(text))
        return next((file for file in unread if word.search(self.texts[file])), None)

    def member(self, symbol: Symbol) -> Member | None:
        """The member that a name stands for."""
        holder = None if self.model is None else self.model.holders.get(symbol.holder)
        return None if holder is None or symbol.member is None else holder.member(symbol.member)


def is_yaml(text: str) -> bool:
    """Whether a text can be read at all."""
    try:
        read_yaml(text)
    except BadYaml:
        return False
    return True


def syntax_problem(file: str, text: str) -> Problem | None:
    """Why a text is no Python; None if it is."""
    try:
        ast.parse(text, file)
    except (SyntaxError, ValueError) as error:
        line, column = (error.lineno or 0, error.offset or 0) if isinstance(error, SyntaxError) else (0, 0)
        said = error.msg if isinstance(error, SyntaxError) else str(error)
        return Problem(file, line, column, f"{type(error).__name__}: {said}")
    return None
