"""Members as SQL, in terms of rows: what each expression is where the tables of a query are joined."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from sqlglot import exp

from kubus.dialects.dialect import Dialect
from kubus.errors import BadClaim, Unsupported
from kubus.model.context import ContextReference, ContextValue
from kubus.model.cube import Case, Dimension, Geo, Masked, Measure, Segment, Switch
from kubus.model.measure_types import Aggregate
from kubus.model.member_sql import MemberReference, MemberSql, QueryReference, TableReference, marker
from kubus.model.model import Model
from kubus.model.tenancy import OwnPlace
from kubus.query.claims import claim_text
from kubus.query.conditions import Bucket, Key
from kubus.query.needed import referenced
from kubus.query.shape import Slot, form_of
from kubus.sql.periods import granularity_of, periods
from kubus.sql.statement import Parameter, Use
from kubus.sql.tenant_schema import put_schema

# What a member that some SQL refers to becomes there.
Expand = Callable[[MemberReference], exp.Expr]

# What the parameters of the functions around some SQL stand for.
Arguments = Mapping[str, list[exp.Expr]]
NO_ARGUMENTS: Arguments = {}


class ContextSql(Protocol):
    """What context variables are, for the query and caller at hand."""

    def test(self, condition: object, scope: "Scope") -> exp.Expr:
        """Whether a row shows what is masked in others."""
        ...

    def trees(self, value: ContextValue, scope: "Scope", expand: Expand, arguments: Arguments) -> list[exp.Expr]:
        """One expression, or those of a list."""
        ...

    def is_of_tenant(self, tenant: MemberSql, scope: "Scope") -> exp.Expr:
        """The condition that a row is of the caller's tenant, which this SQL names."""
        ...


# Expressions that stay one term wherever they are put, unless they are written between two others: some of those,
# such as OR, are functions to sqlglot.
TERMS = (exp.Column, exp.Literal, exp.Paren, exp.Func, exp.Cast, exp.Case, exp.Null, exp.Boolean, exp.Parameter)


@dataclass(slots=True)
class Placeholders:
    """The placeholders of a statement in the making; equal ones are one."""

    numbers: dict[Parameter, int] = field(default_factory=dict[Parameter, int])
    copy: int = 0

    def add(self, slot: Slot, use: Use) -> exp.Expr:
        number = self.numbers.setdefault(Parameter(slot, use, self.copy), len(self.numbers) + 1)
        return exp.Parameter(this=exp.Literal.number(number))

    def apart(self) -> "Placeholders":
        """The same placeholders, for values that stand where their type may be another than elsewhere."""
        return Placeholders(self.numbers, 1 + max((parameter.copy for parameter in self.numbers), default=0))

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        return tuple(self.numbers)


def column(table: str, name: str) -> exp.Expr:
    """`"table"."name"`."""
    return exp.column(exp.to_identifier(name, quoted=True), exp.to_identifier(table, quoted=True))


def put(trees: list[exp.Expr], standing: exp.Expr, sql: MemberSql) -> None:
    """Put one expression, or those of a list, where a column stands."""
    if len(trees) == 1:
        standing.replace(term(trees[0]))
    elif standing.index is not None and isinstance(standing.parent, exp.In | exp.Func | exp.Tuple | exp.Array):
        standing.replace([term(tree) for tree in trees])
    else:
        raise several_values(sql)


def several_values(sql: MemberSql) -> BadClaim:
    return BadClaim(
        "A claim of the security context has several values where the data model expects one",
        hint=f"In {sql.text.strip()[:80]}",
    )


def term(expression: exp.Expr) -> exp.Expr:
    """The expression, in parentheses if it is more than one term."""
    alone = isinstance(expression, TERMS) and not isinstance(expression, exp.Binary | exp.Connector)
    return expression if alone else exp.Paren(this=expression)


@dataclass(slots=True)
class Scope:
    """How the members of a model are written over joined rows.

    `attached` says where the values of sub-query dimensions stand: the column, by the dimension's path.
    `may_be_missing` says of SQL that it is of a joined cube, whose rows a LEFT JOIN replaces by nulls.
    """

    model: Model
    dialect: Dialect
    timezone: str
    placeholders: Placeholders
    context: ContextSql
    attached: dict[str, exp.Expr] = field(default_factory=dict[str, exp.Expr])
    may_be_missing: bool = False

    def with_own_placeholders(self) -> "Scope":
        """The same for SQL whose values have types of their own."""
        return replace(self, placeholders=self.placeholders.apart())

    def of_joined(self) -> "Scope":
        """The same for SQL that decides which rows a joined cube has."""
        return replace(self, may_be_missing=True)

    # ── SQL with references ──

    def bind(self, sql: MemberSql, expand: Expand, arguments: Arguments = NO_ARGUMENTS) -> exp.Expr:
        """The tree of a member's SQL with every reference replaced."""
        match sql.tree, sql.references:
            case exp.Column(this=exp.Identifier() as name), (TableReference(cube),):
                # A column of the cube, which most members are: made anew faster than it is copied.
                table = exp.to_identifier(self.model.cubes[cube].alias, quoted=True)
                return exp.Column(this=exp.to_identifier(name.name, quoted=name.quoted), table=table)
            case _:
                tree = sql.tree.copy()
        if not sql.references:
            return tree
        by_marker = {marker(number): reference for number, reference in enumerate(sql.references)}
        for identifier in list(tree.find_all(exp.Identifier)):
            reference = by_marker.get(identifier.this)
            match reference:
                case None:
                    continue
                case TableReference(cube):
                    identifier.replace(exp.to_identifier(self.model.cubes[cube].alias, quoted=True))
                case MemberReference():
                    standing = identifier.parent
                    assert isinstance(standing, exp.Column), sql.text
                    replacement = expand(reference)
                    if standing.parent is None:
                        return replacement
                    standing.replace(term(replacement))
                case ContextReference(value):
                    standing = identifier.parent
                    assert isinstance(standing, exp.Column), sql.text
                    trees = self.context.trees(value, self, expand, arguments)
                    if standing.parent is None:
                        if len(trees) != 1:
                            raise several_values(sql)
                        return trees[0]
                    put(trees, standing, sql)
                case QueryReference(cube):
                    table = identifier.parent
                    assert isinstance(table, exp.Table), sql.text
                    table.replace(self.table(cube, table.alias or None, tenant=self.model.cubes[cube].tenant))
        return tree

    def rows_of(self, reference: MemberReference) -> exp.Expr:
        """A dimension or segment, as rows have it."""
        member = referenced(reference, self.model)
        match member:
            case Dimension():
                if reference.granularity is not None:
                    return self.key(Bucket(member, reference.granularity))
                return self.dimension(member)
            case Segment():
                return self.segment(member)
            case Measure():
                raise AssertionError(f"{member.path} is no row value")

    def table(self, cube: str, alias: str | None = None, *, tenant: MemberSql | OwnPlace | None = None) -> exp.Expr:
        """A cube as it stands in FROM; with `tenant`, its rows of the caller's tenant alone.

        A condition is inside, so that an outer join sees no other rows, and nothing outside can let them through.
        """
        if isinstance(tenant, MemberSql):
            held = exp.select("*").from_(self.table(cube), copy=False)
            held = held.where(self.context.is_of_tenant(tenant, self), copy=False)
            name = exp.to_identifier(alias or self.model.cubes[cube].alias, quoted=True)
            return exp.Subquery(this=held, alias=exp.TableAlias(this=name))
        of = self.model.cubes[cube]
        tree = self.bind(of.table, self.rows_of)
        if tenant is not None and tenant.kind == "schema":
            put_schema(tree)
        name = exp.to_identifier(alias or of.alias, quoted=True)
        if of.is_query:
            return exp.Subquery(this=tree, alias=exp.TableAlias(this=name))
        tree.set("alias", exp.TableAlias(this=name))
        return tree

    # ── dimensions ──

    def key(self, key: Key) -> exp.Expr:
        """A column to group by: times in the query's zone."""
        match key:
            case Bucket(dimension, granularity):
                return self.bucket(dimension, granularity)
            case Dimension():
                value = self.dimension(key)
                if key.type == "time" and self.is_own_time(key):
                    return self.local(key)
                return value

    def bucket(self, dimension: Dimension, granularity: str) -> exp.Expr:
        """The start of the period that a time lies in, on the wall of the query's zone."""
        custom = granularity_of(dimension, granularity)
        if custom is not None and custom.sql is not None:
            if dimension.shifts:
                raise Unsupported(
                    f"'{dimension.path}.{granularity}' is what a calendar says, so it cannot be shifted by an interval"
                )
            return self.dialect.wall(term(self.bind(custom.sql, self.rows_of)))
        return periods(dimension, granularity, self.dialect, self.timezone).start(self.local(dimension))

    def local(self, dimension: Dimension) -> exp.Expr:
        """A time dimension as wall time in the query's zone."""
        own = self.dimension(replace(dimension, shifts=()))
        time = self.dialect.local(self.dialect.zoned(own) if dimension.is_text else own, self.timezone)
        for span in dimension.shifts:
            time = self.dialect.plus(term(time), span.count, span.unit)
        return time

    def is_own_time(self, dimension: Dimension) -> bool:
        """Whether a time dimension is a time by its own column or another time, and so has a zone to be moved to.

        One put together from members that are no times has the meaning that its author gave it.
        """
        if isinstance(dimension.value, Masked):
            return self.is_own_time(dimension.value.real)
        if dimension.alias_of is not None:
            aliased = referenced(dimension.alias_of, self.model)
            return isinstance(aliased, Dimension) and self.is_own_time(aliased)
        if not isinstance(dimension.value, MemberSql):
            return False
        members = [r for r in dimension.value.references if isinstance(r, MemberReference)]
        if not members:
            return True
        if any(isinstance(r, TableReference) for r in dimension.value.references):
            return True
        return any(isinstance(m := referenced(r, self.model), Dimension) and m.type == "time" for r in members)

    def dimension(self, dimension: Dimension) -> exp.Expr:
        """The value of a dimension as its SQL gives it."""
        if dimension.shifts:
            # Moved on the wall: a day stays a day where the clock changes in between.
            return self.dialect.instant_at(term(self.local(dimension)), self.timezone)
        if dimension.is_attached:
            return self.attached[dimension.path].copy()
        match dimension.value:
            case MemberSql() as sql:
                return self.bind(sql, self.rows_of)
            case Geo(latitude, longitude):
                parts = (
                    self.dialect.text(term(self.bind(latitude, self.rows_of))),
                    exp.Literal.string(","),
                    self.dialect.text(term(self.bind(longitude, self.rows_of))),
                )
                return exp.DPipe(this=exp.DPipe(this=parts[0], expression=parts[1]), expression=parts[2])
            case Case() as case:
                return self.case(case)
            case Masked(real, mask, unless):
                kind = "string" if real.is_text else real.type
                hidden = self.bind(mask, self.rows_of) if isinstance(mask, MemberSql) else self.mask(mask, kind)
                if unless is None:
                    return hidden
                return exp.Case().when(self.context.test(unless, self), self.dimension(real)).else_(hidden)
            case Switch():
                raise AssertionError(f"{dimension.path} stands beside the row")

    def mask(self, value: str | int | float | bool | None, kind: str) -> exp.Expr:
        """A mask that the model or a setting says, of the type of what it stands for."""
        text = claim_text(value)
        form = "0" if text is None else form_of(text)
        use = Use.FROM if kind == "time" else Use.AS_IS
        shown = exp.Null() if text is None else self.placeholders.apart().add(Slot(-1, form, text), use)
        match kind:
            case "number":
                return self.dialect.number(shown, form)
            case "boolean":
                return self.dialect.boolean(shown)
            case "time":
                return self.dialect.instant(shown)
            case _:
                return self.dialect.text(shown)

    def case(self, case: Case) -> exp.Expr:
        tree = exp.Case()
        for when in case.whens:
            tree = tree.when(self.bind(when.condition, self.rows_of), self.label(when.label))
        return tree if case.otherwise is None else tree.else_(self.label(case.otherwise))

    def label(self, label: str | MemberSql) -> exp.Expr:
        return exp.Literal.string(label) if isinstance(label, str) else self.bind(label, self.rows_of)

    def segment(self, segment: Segment) -> exp.Expr:
        return self.bind(segment.sql, self.rows_of)

    # ── measures ──

    def argument(self, measure: Measure) -> exp.Expr | None:
        """What a measure aggregates, null for the rows that its filters leave out. None: every row, whole."""
        value = None if measure.sql is None else self.bind(measure.sql, self.rows_of)
        if value is None:
            value = self.identity(measure.cube)
        if not measure.filters:
            return value
        return exp.Case().when(self.own_filters(measure), exp.Literal.number(1) if value is None else value)

    def own_filters(self, measure: Measure) -> exp.Expr:
        """Whether a row passes the measure's own filters."""
        if not measure.filters:
            return exp.true()
        return exp.and_(*(exp.Paren(this=self.bind(sql, self.rows_of)) for sql in measure.filters))

    def identity(self, cube: str) -> exp.Expr | None:
        """An expression that is not null where the cube has a row; None for a cube without a primary key."""
        keys = [self.dimension(d) for d in self.model.cubes[cube].primary_key]
        match keys:
            case []:
                return None
            case [single]:
                return single
            case _:
                there = exp.and_(*(exp.Not(this=exp.Is(this=term(key), expression=exp.Null())) for key in keys))
                return exp.Case().when(there, exp.Literal.number(1))

    def folded(self, fold: Aggregate, value: exp.Expr) -> exp.Expr:
        """Parts of an aggregate put together: one of those that fold."""
        return {Aggregate.SUM: exp.Sum, Aggregate.MIN: exp.Min, Aggregate.MAX: exp.Max}[fold](this=value)

    def aggregated(self, measure: Measure, argument: exp.Expr | None, *, distinct: bool = False) -> exp.Expr:
        """An aggregate over an argument; `distinct` counts different values where the measure counts rows."""
        value = exp.Star() if argument is None else argument
        match measure.type.aggregate:
            case Aggregate.COUNT:
                return exp.Count(this=exp.Distinct(expressions=[value]) if distinct else value)
            case Aggregate.COUNT_DISTINCT:
                return exp.Count(this=exp.Distinct(expressions=[value]))
            case Aggregate.COUNT_DISTINCT_APPROX:
                return self.dialect.count_distinct_approx(value)
            case Aggregate.SUM:
                return exp.Sum(this=value)
            case Aggregate.AVG:
                return exp.Avg(this=value)
            case Aggregate.MIN:
                return exp.Min(this=value)
            case Aggregate.MAX:
                return exp.Max(this=value)
            case Aggregate.EXPRESSION | Aggregate.RANK:
                raise AssertionError(f"{measure.path} has no argument")
