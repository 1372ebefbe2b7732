"""A statement in the making: what all nodes of a plan have in common when they become SQL.

Each family of nodes is written in a file of its own, as functions of what is made so far. What a node stands on it
writes through `groups` and `rows`, which choose the function by the node.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlglot import exp

from kubus.dialects.dialect import Dialect
from kubus.errors import Unsupported
from kubus.model.cube import Measure
from kubus.model.member_sql import MemberReference
from kubus.model.model import Model
from kubus.plan.nodes import Combine, GroupPlan, Project, RowFilter, RowPlan
from kubus.query.claims import CallerClaims
from kubus.query.conditions import Key
from kubus.query.needed import referenced
from kubus.query.shown import condition_of
from kubus.sql.context import Context
from kubus.sql.filters import predicate
from kubus.sql.names import Names
from kubus.sql.scope import Placeholders, Scope

ValueOf = Callable[[Measure], exp.Expr]


@dataclass(slots=True)
class Groups:
    """A SELECT in the making: its FROM and WHERE, and what keys and measures are written as in it.

    `is_grouped` says that the measures are aggregates, so that the keys are grouped by and conditions on measures
    are a HAVING.
    """

    select: exp.Select
    scope: Scope
    keys: list[exp.Expr]
    value_of: ValueOf
    is_grouped: bool


# What groups are called in a WITH: as no table is.
SHARED = "groups {}"

# What is written of groups: which, and with which columns.
Columns = tuple[GroupPlan, tuple[Key, ...], tuple[Measure, ...]]


@dataclass(slots=True)
class Shared:
    """The query of groups that stand in a statement more than once, its name, and how often it is read."""

    name: str
    select: exp.Select
    uses: int = 0


@dataclass(slots=True)
class Making(ABC):
    """One statement in the making."""

    model: Model
    dialect: Dialect
    timezone: str
    claims: CallerClaims
    placeholders: Placeholders = field(default_factory=Placeholders)
    data_sources: dict[str, None] = field(default_factory=dict[str, None])
    reads_own_place: bool = False
    # The groups that the plan has more than once, and those of them that are written: the query of each by its name.
    repeated: frozenset[GroupPlan] = frozenset()
    written: dict[Columns, Shared] = field(default_factory=dict[Columns, Shared])
    names: Names = field(init=False)

    def __post_init__(self) -> None:
        self.names = Names(self.model, self.dialect.max_identifier)

    @abstractmethod
    def groups(self, plan: GroupPlan | Project) -> Groups:
        """The SELECT of groups, without columns yet."""

    @abstractmethod
    def rows(self, plan: RowPlan, above: tuple[RowFilter, ...] = ()) -> tuple[exp.Select, Scope]:
        """FROM, joins and WHERE, without columns yet. The rows are filtered by those `above` afterwards."""

    def group_table(
        self, plan: GroupPlan | Project, keys: tuple[Key, ...], measures: tuple[Measure, ...], alias: str
    ) -> exp.Expr:
        """Groups as a table, with these columns. Those that the plan has more than once are written once, in a WITH."""
        name = exp.to_identifier(alias, quoted=True)
        if isinstance(plan, Project) or plan not in self.repeated:
            return self.finish(self.groups(plan), keys, measures).subquery(name, copy=False)
        shared = self.written.get((plan, keys, measures))
        if shared is None:
            select = self.finish(self.groups(plan), keys, measures)
            shared = self.written[plan, keys, measures] = Shared(SHARED.format(len(self.written) + 1), select)
        shared.uses += 1
        return exp.alias_(exp.table_(shared.name, quoted=True), name, table=True, copy=False)

    def with_shared(self, tree: exp.Select) -> exp.Select:
        """The whole statement, with what it shares before it.

        Raises:
            Unsupported: a table of the data model has such a name.
        """
        for one in self.written.values():
            tree = tree.with_(exp.to_identifier(one.name, quoted=True), as_=one.select, copy=False)
        for one in self.written.values():
            if sum(table.name == one.name for table in tree.find_all(exp.Table)) != one.uses:
                raise Unsupported(f"A table of the data model is called '{one.name}', which stands for something else")
        return tree

    def finish(
        self,
        groups: Groups,
        keys: tuple[Key, ...],
        measures: tuple[Measure, ...],
        conditions: tuple[object, ...] = (),
    ) -> exp.Select:
        """Put columns, conditions on measures and grouping to a SELECT."""
        select = groups.select
        for key, expression in zip(keys, groups.keys, strict=True):
            select = select.select(self.named(expression, key), copy=False)
        value_of = shown(groups, keys)
        for measure in measures:
            select = select.select(self.named(value_of(measure), measure), copy=False)
        for condition in conditions:
            test = predicate(condition, groups.scope, value_of)  # pyright: ignore[reportArgumentType] - tests of measures only
            add = select.having if groups.is_grouped else select.where
            select = add(exp.Paren(this=test), copy=False)
        if groups.is_grouped and keys:
            select = select.group_by(*(exp.Literal.number(n + 1) for n in range(len(keys))), copy=False)
        return select

    def named(self, expression: exp.Expr, of: Key | Measure) -> exp.Expr:
        return exp.alias_(expression, exp.to_identifier(self.names.of(of), quoted=True), copy=False)

    def expression(self, measure: Measure, scope: Scope, value_of: ValueOf) -> exp.Expr:
        """An expression measure, with the measures that it refers to written by `value_of`."""
        assert measure.sql is not None, measure.path

        def expand(reference: MemberReference) -> exp.Expr:
            member = referenced(reference, self.model)
            return value_of(member) if isinstance(member, Measure) else scope.rows_of(reference)

        return scope.bind(measure.sql, expand)

    def scope(self, filters: tuple[RowFilter, ...] | None) -> Scope:
        """A scope over rows that pass these filters; None where rows of several plans meet."""
        context = Context(self.claims, filters)
        return Scope(self.model, self.dialect, self.timezone, self.placeholders, context)


def shown(groups: Groups, keys: tuple[Key, ...]) -> ValueOf:
    """Measures as groups show them: masked, where a group does not pass what the mask spares."""

    def value(measure: Measure) -> exp.Expr:
        masked = measure.masked
        if masked is None:
            return groups.value_of(measure)
        test = predicate(condition_of(masked.unless), groups.scope, lambda key: groups.keys[keys.index(key)].copy())  # pyright: ignore[reportArgumentType] - a mask is spared by keys only
        return exp.Case().when(test, groups.value_of(masked.real)).else_(groups.value_of(masked.mask))

    return value


def measures_of(part: GroupPlan | Project) -> tuple[Measure, ...]:
    """The measures that a part computes."""
    if isinstance(part, Combine):
        return tuple(dict.fromkeys(measure for inner in part.parts for measure in measures_of(inner)))
    return part.measures
