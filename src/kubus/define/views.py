"""Views, their folders and filters, and groups of views.

Source: data-model 14.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from kubus.define.cubes import Cube
from kubus.define.definition import NAMES, Definition
from kubus.define.members import Dimension, LinkFormat, Measure, Operator, Segment, Value
from kubus.define.policies import AccessPolicy


@dataclass(frozen=True, kw_only=True, slots=True)
class Include(Definition):
    """One member of a cube in a view, with what the view says otherwise of it."""

    name: str | Dimension | Measure | Segment = field(metadata=NAMES)
    """The member."""
    alias: str | None = None
    """Its name in the view."""
    title: str | None = None
    """Its name for people."""
    description: str | None = None
    """What it means, for people."""
    format: str | LinkFormat | None = None
    """How its values are shown."""
    meta: object = None
    """Anything for clients."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ViewCube(Definition):
    """What a view takes from a cube.

    `ViewCube(join_path="orders.users", includes=["city"])`
    """

    join_path: str | Cube = field(metadata=NAMES)
    """The cube, or the way to it: `orders.users`."""
    includes: Literal["*"] | Sequence[str | Include]
    """The members, or `*` for every one."""
    excludes: Literal["*"] | Sequence[str | Dimension | Measure | Segment] | None = field(default=None, metadata=NAMES)
    """Members that are left out of them."""
    prefix: bool | None = None
    """Whether names get the cube's before them: `users_city`."""
    alias: str | None = None
    """What the cube is called in those names."""
    split: bool | None = None
    """Whether this part becomes a view of its own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FolderPath(Definition):
    """In a folder: every member that came by a way of cubes."""

    join_path: str | Cube = field(metadata=NAMES)
    """The way, as the view has it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Folder(Definition):
    """Members of a view that belong together, for people."""

    name: str
    """Its name, unique in the view."""
    includes: "Literal['*'] | Sequence[str | Folder | FolderPath]"
    """Its members by the names that they have in the view, and folders in it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DefaultFilter(Definition):
    """A filter of a view that holds unless a query filters the same member."""

    member: str | Dimension | Measure = field(metadata=NAMES)
    """The member of the view."""
    operator: Operator
    """The operator, as in queries."""
    values: Sequence[Value] | None = None
    """The values."""
    unless: str | Sequence[str] | None = None
    """Members that lift it when a query filters them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class View(Definition):
    """Chosen members of cubes, under chosen names.

    `View(name="sales", cubes=[ViewCube(join_path="orders", includes="*")])`
    """

    is_whole: ClassVar[bool] = True

    name: str
    """Its name in queries, unique among cubes and views."""
    extends: "str | View | None" = field(default=None, metadata=NAMES)
    """The view whose members it takes over."""
    title: str | None = None
    """Its name for people; made of `name` if not given."""
    description: str | None = None
    """What it is for, for people."""
    public: bool | None = None
    """Whether callers may ask for its members."""
    meta: object = None
    """Anything for clients, shown in metadata as it is."""
    view_group: str | None = None
    """The group that it is in."""
    view_groups: Sequence[str] | None = None
    """The groups that it is in."""
    min_group: int | None = None
    """How many rows a group has to have to be shown."""
    cubes: Sequence[ViewCube] | None = None
    """What it takes from which cube."""
    folders: Sequence[Folder] | None = None
    """Its members put together."""
    default_filters: Sequence[DefaultFilter] | None = None
    """Filters that hold unless a query says otherwise."""
    access_policy: Sequence[AccessPolicy] | None = None
    """Who may see what of it; nobody more, once there is one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ViewGroup(Definition):
    """Views that belong together, for people."""

    is_whole: ClassVar[bool] = True

    name: str
    """Its name, unique among groups."""
    title: str | None = None
    """Its name for people; made of `name` if not given."""
    description: str | None = None
    """What it is about, for people."""
    includes: "Sequence[str | ViewGroup] | None" = None
    """The names of views, and groups in it."""
    views: Sequence[str] | None = None
    """Older than `includes`: the names of views."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tenancy(Definition):
    """The claim that names a caller's tenant, said once for a data model (`tenant` in YAML)."""

    is_whole: ClassVar[bool] = True

    claim: str
    """The way to the claim: `organization.id`."""
    schema: str | Mapping[str, str] | None = None
    """The schema of each tenant: `tenant_{tenant}`, or name by name."""
    database: str | Mapping[str, str] | None = None
    """The database of each tenant, in the same way."""
    data_source: str | Mapping[str, str] | None = None
    """The data source of each tenant, in the same way."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Definitions(Definition):
    """All that one model file defines."""

    cubes: Sequence[Cube] | None = None
    """The cubes."""
    views: Sequence[View] | None = None
    """The views."""
    view_groups: Sequence[ViewGroup] | None = None
    """The groups of views."""
    tenant: Tenancy | None = None
    """The claim that names a caller's tenant."""
