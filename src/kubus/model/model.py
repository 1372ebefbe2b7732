"""Model: all cubes and views of one app id, by name."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from kubus.errors import MemberError
from kubus.model.context import ClaimPath
from kubus.model.cube import NO_MEMBERS, Cube, Dimension, Measure, Member, Segment
from kubus.model.join_graph import JoinGraph
from kubus.model.names import nearest
from kubus.model.tenancy import Tenancy
from kubus.model.view import View, ViewGroup


def anything(path: str) -> bool:  # noqa: ARG001 - of every path
    """Whether a hint may name this member, before anybody asks: yes."""
    return True


@dataclass(frozen=True, slots=True)
class Model:
    """All cubes and views by name, each in the order of files and of the text in them; `holders` are both together.

    `version` changes with every change of meaning: it is part of every cache key. `claims` are all that any SQL reads
    of the security context. `guarded` are the cubes and views that have access policies. `tenancy` says how tenants
    are kept apart. `is_shown` says of a member's path whether a hint may name it.
    """

    cubes: Mapping[str, Cube]
    join_graph: JoinGraph
    version: str
    claims: tuple[ClaimPath, ...] = ()
    views: Mapping[str, View] = field(default_factory=lambda: NO_MEMBERS)
    holders: Mapping[str, Cube | View] = field(default_factory=lambda: NO_MEMBERS)
    view_groups: tuple[ViewGroup, ...] = ()
    guarded: frozenset[str] = frozenset()
    tenancy: Tenancy | None = None
    is_shown: Callable[[str], bool] = anything

    def holder(self, name: str, path: str) -> Cube | View:
        """The cube or view of that name, which holds members; `path` is what the caller wrote.

        Raises:
            MemberError: there is no such cube.
        """
        holder = self.holders.get(name)
        if holder is None:
            shown = {other: one for other, one in self.holders.items() if one.public and self.shows_any(one)}
            raise MemberError(f"Cube '{name}' not found for path '{path}'", hint=did_you_mean(name, shown))
        return holder

    def dimension(self, path: str) -> Dimension:
        """The dimension at `cube.name`. Raises MemberError if it is not there."""
        cube, name = self._split(path)
        found = cube.dimensions.get(name)
        if found is None:
            raise self.missing(name, path, cube.dimensions)
        return found

    def measure(self, path: str) -> Measure:
        """The measure at `cube.name`. Raises MemberError if it is not there."""
        cube, name = self._split(path)
        found = cube.measures.get(name)
        if found is None:
            raise self.missing(name, path, cube.measures)
        return found

    def segment(self, path: str) -> Segment:
        """The segment at `cube.name`. Raises MemberError if it is not there."""
        cube, name = self._split(path)
        found = cube.segments.get(name)
        if found is None:
            raise self.missing(name, path, cube.segments)
        return found

    def measure_or_dimension(self, path: str) -> Measure | Dimension:
        """What a filter or an order names. Raises MemberError if it is not there."""
        cube, name = self._split(path)
        found = cube.measures.get(name) or cube.dimensions.get(name)
        if found is None:
            raise self.missing(name, path, {**cube.measures, **cube.dimensions})
        return found

    def shows_any(self, holder: Cube | View) -> bool:
        """Whether a hint may name this cube or view: some member of it may be named."""
        members = (*holder.measures.values(), *holder.dimensions.values(), *holder.segments.values())
        return not members or any(self.is_shown(member.path) for member in members)

    def is_public(self, path: str) -> bool:
        """Whether the member at `cube.name` is there, and neither it nor its cube is `public: false`."""
        cube, name = path.partition(".")[::2]
        holder = self.holders.get(cube)
        member = None if holder is None else holder.member(name)
        return holder is not None and member is not None and holder.public and member.public

    def missing(self, name: str, path: str, there: Mapping[str, Member]) -> MemberError:
        """The error for a name that the cube does not have."""
        shown = {other: one for other, one in there.items() if self.is_shown(one.path) and self.is_public(one.path)}
        return MemberError(f"'{name}' not found for path '{path}'", hint=did_you_mean(name, shown))

    def _split(self, path: str) -> tuple[Cube | View, str]:
        name, _, member = path.partition(".")
        return self.holder(name, path), member


def did_you_mean(name: str, names: Iterable[str]) -> str | None:
    """A hint with the name that was probably meant."""
    close = nearest(name, names)
    return None if close is None else f"Did you mean '{close}'?"
