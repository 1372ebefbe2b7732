"""What rules look at, and what they find."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from kubus.errors import Problem
from kubus.loading.checks.references import kind_of
from kubus.loading.declarations import DeclaredCube, DeclaredMember
from kubus.loading.problems import Problems
from kubus.loading.view_declarations import DeclaredView
from kubus.loading.yaml_text import Yaml
from kubus.model.cube import Cube, Member
from kubus.model.join_graph import Join
from kubus.model.model import Model


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule found, and where: in `holder`, a cube or view, at a place of a file as it was read."""

    holder: str
    file: str
    at: Yaml
    message: str
    hint: str

    def placed(self, places: Problems) -> Problem:
        """The same at its place in the files as they are written."""
        file = self.at.file or self.file
        return places.placed(file, self.at.line, self.at.column, self.message, hint=self.hint, cube=self.holder)


@dataclass(frozen=True, slots=True)
class Linted:
    """A model that compiled; its cubes as they are declared, extended; and its views as they are declared."""

    model: Model
    cubes: Mapping[str, DeclaredCube]
    views: Mapping[str, DeclaredView]

    def declared(self, member: Member) -> DeclaredMember | None:
        """A member as it is written; None where the model made it, or it is a view's."""
        cube = self.cubes.get(member.cube)
        return None if cube is None else cube.lists.get(kind_of(member), {}).get(member.name)

    def at_member(self, member: Member, message: str, hint: str, key: str = "sql") -> Iterator[Found]:
        """What is found at a key of a member; nothing where its cube only inherits it, as it is told there."""
        written = self.declared(member)
        if written is not None and not written.inherited:
            at = written.fields.get(key) or written.at
            yield Found(member.cube, written.origin(at)[0], at, message, hint)

    def at_join(self, join: Join, message: str, hint: str) -> Iterator[Found]:
        """The same for a join."""
        written = self.cubes[join.source].lists["joins"][join.target]
        if not written.inherited:
            yield Found(join.source, written.file, written.fields.get("sql") or written.at, message, hint)

    def at_cube(self, cube: Cube, message: str, hint: str, key: str | None = None) -> Iterator[Found]:
        """The same for a cube, or for one of its own keys."""
        written = self.cubes[cube.name]
        if key is None or (key in written.fields and key not in written.origins):
            yield Found(cube.name, written.file, written.at if key is None else written.fields[key], message, hint)


Rule = Callable[[Linted], Iterator[Found]]
