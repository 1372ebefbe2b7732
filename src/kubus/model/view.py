"""View: members of cubes under names of its own, with the ways that lead to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kubus.model.access import AccessPolicy
from kubus.model.cube import NO_MEMBERS, Dimension, Label, Measure, Member, Segment
from kubus.model.filter import Filter
from kubus.model.hierarchy import Hierarchy
from kubus.model.join_graph import Hint

Json = Any


@dataclass(frozen=True, slots=True)
class Folder:
    """A group of a view's members, for people; in it, member names and further folders in declared order."""

    name: str
    items: tuple["str | Folder", ...]

    def members(self) -> tuple[str, ...]:
        """Every member in the folder and the folders in it, each once."""
        found: dict[str, None] = {}
        for item in self.items:
            found.update(dict.fromkeys(item.members() if isinstance(item, Folder) else (item,)))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class DefaultFilter:
    """A filter that holds for a query on the view, unless a filter of the query names one of the members `unless`."""

    filter: Filter
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """A facade: it has no rows, and each of its members stands for the member of a cube.

    `alias` begins the aliases of its columns. `paths` are all ways from its roots to each cube that it shows: where
    several facts share a cube, each reaches it from its own root. `declared_as` is the view in whose declaration it
    stands: another one's, where that splits it off.
    """

    name: str
    alias: str
    label: Label
    public: bool
    file: str
    dimensions: Mapping[str, Dimension] = field(default_factory=lambda: NO_MEMBERS)
    measures: Mapping[str, Measure] = field(default_factory=lambda: NO_MEMBERS)
    segments: Mapping[str, Segment] = field(default_factory=lambda: NO_MEMBERS)
    paths: Mapping[str, tuple[Hint, ...]] = field(default_factory=lambda: NO_MEMBERS)
    hierarchies: Mapping[str, Hierarchy] = field(default_factory=lambda: NO_MEMBERS)
    folders: tuple[Folder, ...] = ()
    default_filters: tuple[DefaultFilter, ...] = ()
    policies: tuple[AccessPolicy, ...] = ()
    min_group: int = 0
    groups: tuple[str, ...] = ()
    extends: str | None = None
    declared_as: str = ""

    def member(self, name: str) -> Member | None:
        """The member of that name; the three kinds share one name space."""
        return self.dimensions.get(name) or self.measures.get(name) or self.segments.get(name)


@dataclass(frozen=True, slots=True)
class ViewGroup:
    """Views and further groups under one heading, for people."""

    name: str
    title: str
    description: str | None
    items: tuple["str | ViewGroup", ...]
