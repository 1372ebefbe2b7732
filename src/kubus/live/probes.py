"""Probes: the very statements that members would be asked by, of which no row is wanted."""

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from kubus.errors import KubusError, SourceError
from kubus.library import SemanticLayer
from kubus.loading.checks.references import members_of, references_of
from kubus.model.cube import Cube, Dimension, Measure, Member, Segment, Switch
from kubus.model.join_graph import Join
from kubus.model.model import Model
from kubus.semantic_layer import Prepared
from kubus.sources.source import Source
from kubus.sql.statement import Statement

# How many are asked at the same time.
AT_ONCE = 8

Asked = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Refused:
    """What a database refuses: a member, or a join; and its words."""

    what: Member | Join
    message: str


def without_policies(model: Model) -> Model:
    """The model as nobody asks it: whether SQL fits its tables hangs on no caller."""
    cubes = {
        name: replace(cube, policies=(), min_group=0, tenant=None, public=True) for name, cube in model.cubes.items()
    }
    plain = MappingProxyType(cubes)
    return replace(model, cubes=plain, views=MappingProxyType({}), holders=plain, tenancy=None, guarded=frozenset())


@dataclass(frozen=True, slots=True)
class Probing:
    """What asks the databases of a model: the statements are its own, and no more than some run at the same time."""

    layer: SemanticLayer
    sources: Mapping[str, Source]
    turns: asyncio.Semaphore

    async def refused_members(self, cube: Cube) -> list[Refused]:
        """The members of a cube that its database refuses. All of a kind are asked at once, and apart if that fails."""
        found: list[Refused] = []
        members = [member for member in members_of(cube) if is_probed(member)]
        rows = [member for member in members if isinstance(member, Dimension)]
        for together in (
            rows,
            [m for m in members if isinstance(m, Segment)],
            [m for m in members if isinstance(m, Measure)],
        ):
            good = [row for row in rows if row not in [one.what for one in found]]
            if not together or await self.refusal(query_of(together, good)) is None:
                continue
            for member in together:
                message = await self.refusal(query_of([member], good))
                if message is not None:
                    found.append(Refused(member, message))
        refused = {one.what.path for one in found if not isinstance(one.what, Join)}
        # What is made of a member that is refused has no fault of its own.
        return [one for one in found if not any(path in refused for path in made_of(one.what))]

    async def refused_joins(self, cube: Cube, refused: Collection[str]) -> list[Refused]:
        """The joins that its database refuses, where members of both cubes are none of the `refused`."""
        found: list[Refused] = []
        for join in cube.joins:
            here, there = (self.first_of(name, refused) for name in (join.source, join.target))
            if here is None or there is None:
                continue
            message = await self.refusal({"dimensions": [here, there], "ungrouped": True})
            if message is not None:
                found.append(Refused(join, message))
        return found

    def first_of(self, cube: str, without: Collection[str]) -> str | None:
        dimensions = self.layer.model.cubes[cube].dimensions.values()
        return next((one.path for one in dimensions if is_probed(one) and one.path not in without), None)

    async def refusal(self, query: Asked) -> str | None:
        """The words with which the database refuses a query of which no row is wanted; None if it takes it."""
        try:
            prepared = self.layer.asked(query)
        except KubusError:
            # What cannot be asked without a caller's claims, or of these members alone, says nothing about tables.
            return None
        async with self.turns:
            try:
                await self.sources[prepared.statement.data_source].rows(without_rows(prepared))
            except SourceError as error:
                return error.message
        return None


def made_of(what: Member | Join) -> Iterator[str]:
    """The members that a member is made of."""
    return iter(()) if isinstance(what, Join) else (f"{one.cube}.{one.member}" for one in references_of(what))


def is_probed(member: Member) -> bool:
    """Whether a member is SQL over the rows of its cube: others are made of such, or of other cubes."""
    match member:
        case Dimension():
            return not isinstance(member.value, Switch) and not member.sub_query and member.stage is None
        case Measure():
            return member.stage is None and member.switch is None and member.window is None and member.additive is None
        case Segment():
            return True


def query_of(members: Sequence[Member], rows: Sequence[Dimension]) -> Asked:
    """A query of members of one kind; segments need one of the `rows` beside them, which the database takes."""
    paths = [member.path for member in members]
    match members[0]:
        case Measure():
            return {"measures": paths}
        case Dimension():
            return {"dimensions": paths, "ungrouped": True}
        case Segment():
            return {"dimensions": [row.path for row in rows[:1]], "segments": paths, "ungrouped": True}


def without_rows(prepared: Prepared) -> Statement:
    """The statement within a condition that is never true: names and types are looked up, and no row is read."""
    statement = prepared.statement
    return replace(statement, sql=f"SELECT * FROM ({statement.sql}) AS probe WHERE 1 = 0")  # noqa: S608 - made by the planner
