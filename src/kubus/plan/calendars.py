"""Shifts that a calendar says: facts are joined to the day from which they are looked at.

A row of the calendar says with a column which day is, for example, a year before it. What is shown at a day is what was
on that other day: in the lower stage the join to the calendar compares with the column instead of the primary key.
Times stay the calendar's own, and so do filters on them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from kubus.errors import MemberError, Unsupported
from kubus.model.calendar import CalendarShift
from kubus.model.context import ContextReference
from kubus.model.cube import Dimension
from kubus.model.join_graph import Hint, Join, JoinGraph, JoinTree
from kubus.model.member_sql import MemberReference, MemberSql, Reference, TableReference
from kubus.model.model import Model
from kubus.model.references import with_inner
from kubus.model.stage import TimeShift
from kubus.query.conditions import Shifted
from kubus.query.needed import target_of

# For each calendar the column that joins compare with.
Mapped = Mapping[str, MemberSql]


def said(dimension: Dimension, shift: TimeShift) -> CalendarShift | None:
    """What the calendar of a dimension says of a shift; None if it says nothing.

    Raises:
        MemberError: the shift is named, and there is none of that name.
    """
    if shift.name is None:
        return next((s for s in dimension.calendar_shifts if s.sql is not None and s.span == shift.span), None)
    found = next((s for s in dimension.calendar_shifts if s.name == shift.name), None)
    if found is None:
        raise MemberError(f"Time shift with name {shift.name} not found for dimension {dimension.path}")
    return found


def mapped_columns(times: Iterable[tuple[Dimension, TimeShift]]) -> Mapped:
    """The columns by which calendars are joined, for the time dimensions of a lower stage and their shifts."""
    found: dict[str, MemberSql] = {}
    for dimension, shift in times:
        entry = said(dimension, shift)
        if entry is None or entry.sql is None:
            continue
        cube = target_of(dimension)[0]
        if found.setdefault(cube, entry.sql) != entry.sql:
            raise Unsupported(f"'{cube}' would be shifted in two ways in one measure")
    return found


def looked_at(times: Iterable[tuple[Dimension, TimeShift]], above: tuple[Shifted, ...]) -> tuple[Shifted, ...]:
    """How a lower stage looks at the rows, for its time dimensions and their shifts, and those of the stages `above`.

    Raises:
        Unsupported: a calendar is shifted by a column, and in another way as well.
    """
    found = dict.fromkeys(above)
    for dimension, shift in times:
        cube, member = target_of(dimension)
        entry = said(dimension, shift)
        one = Shifted(cube, None if entry is not None and entry.sql is not None else member, shift.name)
        if any(other.cube == cube and None in (one.member, other.member) and other != one for other in found):
            raise Unsupported(f"'{dimension.path}' is shifted by its calendar and in another way, one upon the other")
        if one in above:
            if one.member is None:
                raise Unsupported(f"'{dimension.path}' is shifted by its calendar twice, one upon the other")
            # Twice as far is what no name says.
            one = replace(one, name=None)
        found[one] = None
    return tuple(found)


def joined_by(mapped: Mapped, model: Model) -> Model:
    """The model with joins to these calendars that compare with the columns."""
    keys = {cube: frozenset(d.name for d in model.cubes[cube].primary_key) for cube in mapped}
    return replace(model, join_graph=MappedGraph(model.join_graph.joins, model.join_graph, mapped, keys))


@dataclass(frozen=True)
class MappedGraph(JoinGraph):
    """A join graph whose trees join calendars by a column instead of their primary key. `keys` are the latter."""

    inner: JoinGraph
    mapped: Mapped
    keys: Mapping[str, frozenset[str]]

    def tree(self, hints: Iterable[Hint]) -> JoinTree | None:
        """As the graph itself has it.

        Raises:
            Unsupported: a calendar is joined by a column already, by anything else than its primary key, or is where
                the joins begin.
        """
        found = self.inner.tree(hints)
        if found is None:
            return None
        if found.root in self.mapped:
            raise Unsupported(f"The calendar '{found.root}' cannot be shifted where the joins begin with it")
        return JoinTree(
            found.root, tuple(self.turned(join) if join.target in self.mapped else join for join in found.joins)
        )

    def turned(self, join: Join) -> Join:
        references = tuple(self.reference(reference, join) for reference in join.on.references)
        return replace(join, on=replace(join.on, references=with_inner(references)))

    def reference(self, reference: Reference, join: Join) -> Reference:
        """A reference in the condition of a join to a calendar, the primary key replaced by the column."""
        keys = self.keys[join.target]
        match reference:
            case TableReference(join.target):
                raise Unsupported(
                    f"The join of '{join.source}' to the calendar '{join.target}' names a column, so that it cannot be "
                    "shifted",
                    hint=f"Name the primary key: {{{join.target}.{min(keys, default='…')}}}",
                )
            case ContextReference():
                raise Unsupported(f"The calendar '{join.target}' is shifted twice, one upon the other")
            case MemberReference(path, member, granularity) if path[-1] == join.target:
                if member not in keys or granularity is not None:
                    raise Unsupported(
                        f"The join of '{join.source}' to the calendar '{join.target}' compares with '{member}', which "
                        "is not its primary key"
                    )
                return ContextReference(self.mapped[join.target])
            case _:
                return reference
