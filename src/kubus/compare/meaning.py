"""The meaning of parts of a model, as values that are equal when the meaning is.

SQL is compared as a tree with its references in it: white space, comments, the case of names without quotes and
parentheses around a single term are no difference. What is renamed counts as what it is called now.
"""

from collections.abc import Callable, Hashable, Mapping, Set
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any, cast

from sqlglot import exp

from kubus.model.cube import Cube, Dimension, Measure, Member, Segment
from kubus.model.measure_types import MeasureType
from kubus.model.member_sql import MemberReference, MemberSql, QueryReference, TableReference
from kubus.model.references import MARKER
from kubus.model.view import View

# What decides which values a member has, by its kind.
MEANING: Mapping[type, tuple[str, ...]] = {
    Dimension: (
        "value",
        "primary_key",
        "sub_query",
        "propagate_filters",
        "granularities",
        "calendar_shifts",
        "is_text",
        "stage",
        "alias_of",
        "mask",
    ),
    Measure: ("type", "sql", "filters", "window", "stage", "additive", "switch", "alias_of", "mask"),
    Segment: ("sql", "alias_of"),
}
# What people and programs see of it.
LESSER: Mapping[type, tuple[str, ...]] = {
    Dimension: ("type", "label", "public", "suggest_filter_values", "order", "key", "links"),
    Measure: ("label", "public", "drill_members"),
    Segment: ("label", "public"),
}
# How a thing is written, where it stands, and whence it was inherited.
NOT_MEANT = frozenset({"text", "declared_sql", "declared", "file", "inherited", "extends"})


@dataclass(slots=True)
class Renames:
    """What is called otherwise now: cubes and views, and members by their paths.

    `own` is the cube whose SQL is looked at, by its name before: a column without a table is one of its own.
    """

    holders: dict[str, str] = field(default_factory=dict[str, str])
    members: dict[str, str] = field(default_factory=dict[str, str])
    own: str | None = None

    def holder(self, name: str) -> str:
        return self.holders.get(name, name)

    def path(self, path: str) -> str:
        """The path of a member now. A text that is none stays as it is."""
        known = self.members.get(path)
        if known is not None:
            return known
        name, dot, member = path.partition(".")
        return f"{self.holder(name)}{dot}{member}" if name in self.holders else path

    def with_holder(self, old: str, new: str) -> "Renames":
        return replace(self, holders={**self.holders, old: new})

    def of(self, cube: str) -> "Renames":
        return replace(self, own=cube)


NO_RENAMES = Renames()

# What some SQL means, in the names of now.
SqlMeaning = Callable[[MemberSql, Renames], Hashable]


def meaning(member: Member, names: Renames = NO_RENAMES) -> tuple[Hashable, ...]:
    """What a member means, whatever it is called."""
    own = names.of(member.cube)
    return (type(member).__name__, *(canonical(getattr(member, name), own) for name in MEANING[type(member)]))


def same_part(old: Member, new: Member, name: str, names: Renames) -> bool:
    """Whether one part of the declarations of two members means the same."""
    return same(getattr(old, name), getattr(new, name), names, (old.cube, new.cube))


def same_meaning(old: Member, new: Member, names: Renames) -> bool:
    """Whether two members of one kind mean the same."""
    return type(old) is type(new) and all(same_part(old, new, name, names) for name in MEANING[type(old)])


def of_holder(holder: Cube | View, names: Renames = NO_RENAMES) -> tuple[Hashable, ...]:
    """What a cube or view means, whatever it is called."""
    members = (*holder.dimensions.values(), *holder.measures.values(), *holder.segments.values())
    own = frozenset((member.name, meaning(member, names)) for member in members)
    if isinstance(holder, View):
        return ("view", own, canonical(holder.default_filters, names))
    joins = frozenset(canonical(join, names) for join in holder.joins)
    return ("cube", canonical(holder.table, names), holder.data_source, own, joins)


def same(was: object, now: object, names: Renames = NO_RENAMES, own: tuple[str, str] | None = None) -> bool:
    """Whether two values mean the same; `own` is the cube that they are of, by its names before and now."""
    old, new = (names, NO_RENAMES) if own is None else (names.of(own[0]), NO_RENAMES.of(own[1]))
    # What is written the same and refers to the same need not be taken apart.
    if canonical(was, old, as_written) == canonical(now, new, as_written):
        return True
    return canonical(was, old) == canonical(now, new)


def as_written(sql: MemberSql, names: Renames) -> Hashable:
    return (sql.text, canonical(sql.references, names, as_written))


def canonical(value: object, names: Renames = NO_RENAMES, sql: "SqlMeaning | None" = None) -> Hashable:
    """A value that is equal for all values of the same meaning. `sql` is what SQL means; without it, its tree."""
    match value:
        case MemberSql():
            return ("sql", (sql or sql_text)(value, names))
        case MemberReference(path, member, granularity):
            cubes = tuple(names.holder(cube) for cube in path)
            renamed = names.path(f"{path[-1]}.{member}").partition(".")[2]
            return ("member", *cubes, renamed, granularity)
        case TableReference(cube) | QueryReference(cube):
            return (type(value).__name__, names.holder(cube))
        case MeasureType(name):
            return name
        case str():
            return names.path(value) if value in names.members else names.holder(value)
        case tuple() | list():
            return tuple(canonical(one, names, sql) for one in cast("tuple[object, ...]", value))
        case Mapping():
            pairs = cast("Mapping[str, object]", value).items()
            return tuple(sorted(((str(key), canonical(one, names, sql)) for key, one in pairs), key=repr))
        case Set():
            return frozenset(canonical(one, names, sql) for one in cast("Set[object]", value))
        case _ if is_dataclass(value):
            own = (f.name for f in fields(value) if f.name not in NOT_MEANT)
            return (type(value).__name__, *(canonical(getattr(value, name), names, sql) for name in own))
        case _:
            return cast("Hashable", value)


def sql_text(sql: MemberSql, names: Renames) -> str:
    """SQL as one text for all ways to write it, references being what they refer to."""
    tree = exp.Tuple(expressions=[sql.tree.copy()])
    for column in tree.find_all(exp.Column):
        match = MARKER.fullmatch(column.table)
        reference = sql.references[int(match[1])] if match else None
        # Inside of a sub-select, a column without a table would be one of what is selected from there.
        if reference == TableReference(names.own or "") and column.find_ancestor(exp.Query) is None:
            column.set("table", None)
    for identifier in tree.find_all(exp.Identifier):
        match = MARKER.fullmatch(identifier.name)
        if match is not None:
            identifier.set("this", repr(canonical(sql.references[int(match[1])], names)))
            identifier.set("quoted", True)
        elif not identifier.args.get("quoted"):
            identifier.set("this", identifier.name.lower())
    for paren in list(tree.find_all(exp.Paren)):
        if is_term(paren.this) or paren.parent is tree:
            paren.replace(paren.this)
    return tree.sql(comments=False)


def is_term(expression: Any) -> bool:
    """Whether parentheses around it say nothing."""
    alone = isinstance(expression, exp.Column | exp.Literal | exp.Paren | exp.Func | exp.Cast | exp.Case)
    return alone and not isinstance(expression, exp.Binary | exp.Connector)
