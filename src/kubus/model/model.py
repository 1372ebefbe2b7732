"""Model: all cubes and views of one app id, by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from kubus.errors import MemberError
from kubus.model.context import ClaimPath
from kubus.model.cube import NO_MEMBERS, Cube, Dimension, Measure, Segment
from kubus.model.join_graph import JoinGraph
from kubus.model.view import View, ViewGroup


@dataclass(frozen=True, slots=True)
class Model:
    """All cubes and views by name, each in the order of files and of the text in them; `holders` are both together.

    `version` changes with every change of meaning: it is part of every cache key. `claims` are all that any SQL reads
    of the security context.
    """

    cubes: Mapping[str, Cube]
    join_graph: JoinGraph
    version: str
    claims: tuple[ClaimPath, ...] = ()
    views: Mapping[str, View] = field(default_factory=lambda: NO_MEMBERS)
    holders: Mapping[str, Cube | View] = field(default_factory=lambda: NO_MEMBERS)
    view_groups: tuple[ViewGroup, ...] = ()

    def holder(self, name: str, path: str) -> Cube | View:
        """The cube or view of that name, which holds members; `path` is what the caller wrote.

        Raises:
            MemberError: there is no such cube.
        """
        holder = self.holders.get(name)
        if holder is None:
            raise MemberError(f"Cube '{name}' not found for path '{path}'", hint=nearest(name, self.holders))
        return holder

    def dimension(self, path: str) -> Dimension:
        """The dimension at `cube.name`. Raises MemberError if it is not there."""
        cube, name = self._split(path)
        found = cube.dimensions.get(name)
        if found is None:
            raise missing(name, path, cube.dimensions)
        return found

    def measure(self, path: str) -> Measure:
        """The measure at `cube.name`. Raises MemberError if it is not there."""
        cube, name = self._split(path)
        found = cube.measures.get(name)
        if found is None:
            raise missing(name, path, cube.measures)
        return found

    def segment(self, path: str) -> Segment:
        """The segment at `cube.name`. Raises MemberError if it is not there."""
        cube, name = self._split(path)
        found = cube.segments.get(name)
        if found is None:
            raise missing(name, path, cube.segments)
        return found

    def measure_or_dimension(self, path: str) -> Measure | Dimension:
        """What a filter or an order names. Raises MemberError if it is not there."""
        cube, name = self._split(path)
        found = cube.measures.get(name) or cube.dimensions.get(name)
        if found is None:
            raise missing(name, path, {**cube.measures, **cube.dimensions})
        return found

    def _split(self, path: str) -> tuple[Cube | View, str]:
        name, _, member = path.partition(".")
        return self.holder(name, path), member


def missing(name: str, path: str, there: Mapping[str, object]) -> MemberError:
    """The error for a name that the cube does not have."""
    return MemberError(f"'{name}' not found for path '{path}'", hint=nearest(name, there))


def nearest(name: str, names: Mapping[str, object]) -> str | None:
    """A hint with the name that was probably meant."""
    close = get_close_matches(name, names, n=1, cutoff=0.6)
    return f"Did you mean '{close[0]}'?" if close else None
