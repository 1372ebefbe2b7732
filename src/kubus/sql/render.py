"""Plan to SQL: the answer, and for each node the function that writes it."""

from dataclasses import dataclass, field, replace

from sqlglot import exp

from kubus.dialects.dialect import Dialect
from kubus.errors import MemberError
from kubus.model.cube import Cube, Dimension, Measure
from kubus.model.member_sql import MemberSql
from kubus.model.model import Model
from kubus.model.refresh_key import RefreshSql
from kubus.model.tenancy import OwnPlace
from kubus.plan.nodes import (
    Aggregate,
    AggregateOnce,
    Attach,
    AttachGroups,
    Calculate,
    Choose,
    Combine,
    Count,
    CrossValues,
    GroupPlan,
    KeepOne,
    LeftJoin,
    Limit,
    Merge,
    Plan,
    Project,
    Rank,
    Reaggregate,
    Roll,
    RollRows,
    RowFilter,
    RowPlan,
    Scan,
    Select,
    ShowLarge,
    Sort,
    Spread,
    repeated_groups,
)
from kubus.query.claims import CallerClaims
from kubus.query.conditions import Bucket, Key
from kubus.query.resolve import OrderBy
from kubus.sql.aggregates import of_one_row, once, over_rows
from kubus.sql.attached import attached, attached_groups, crossed
from kubus.sql.filters import predicate
from kubus.sql.large_groups import only_large
from kubus.sql.making import Groups, Making
from kubus.sql.names import Names
from kubus.sql.parts import combined
from kubus.sql.rolling import rolled, rolled_rows
from kubus.sql.scope import Scope
from kubus.sql.stages import calculated, chosen, has_windows, kept_one, merged, ranked, reaggregated, set_below, spread
from kubus.sql.statement import Column, RefreshKeyShape, StatementShape
from kubus.sql.tenant_schema import marked_schema, put_schema


def render(
    plan: Plan, model: Model, dialect: Dialect, timezone: str, claims: CallerClaims | None = None
) -> StatementShape:
    """The statement of a plan, without the values of any one query and caller. `claims` are those of the model.

    Raises:
        MemberError: the plan reads from more than one data source.
        Unsupported: the dialect cannot say it.
        BadClaim: the caller lacks a claim that the model requires.
        Forbidden: it would read a table of which nothing says whose schema it is in.
    """
    renderer = Renderer(model, dialect, timezone, claims or CallerClaims())
    renderer.repeated = repeated_groups(plan)
    tree = renderer.with_shared(renderer.plan(plan))
    sources = tuple(renderer.data_sources)
    if len(sources) != 1:
        raise MemberError(
            "To join across data sources use rollupJoin with Cube Store. Found data sources: " + ", ".join(sources)
        )
    columns = columns_of(plan, renderer.names)
    shape = shaped(tree, renderer, columns, sources[0], is_own=renderer.reads_own_place)
    return replace(shape, refresh_keys=refresh_keys(renderer)) if renderer.refresh_keys else shape


def shaped(
    tree: exp.Expr, renderer: "Renderer", columns: tuple[Column, ...], data_source: str, *, is_own: bool
) -> StatementShape:
    """The text of a tree, its placeholders numbered as they come. `is_own`: it reads the tenant's own place."""
    used: dict[int, int] = {}
    for parameter in tree.find_all(exp.Parameter, bfs=False):
        number = used.setdefault(int(parameter.name), len(used) + 1)
        parameter.set("this", exp.Literal.number(number))
    parameters = tuple(renderer.placeholders.parameters[number - 1] for number in used)
    text = renderer.dialect.write(tree)
    tenancy = renderer.model.tenancy
    kind = None if tenancy is None else tenancy.kind
    schema = marked_schema(tree, text, renderer.dialect) if kind == "schema" else ""
    reads = kind if schema or is_own else None
    return StatementShape(text, parameters, columns, data_source, renderer.timezone, reads, schema)


def refresh_keys(renderer: "Renderer") -> tuple[RefreshKeyShape, ...]:
    """The refresh keys that were met, equal ones once."""
    found: dict[RefreshKeyShape, None] = {}
    for cube, seconds, tree in renderer.refresh_keys:
        names = tree.named_selects if isinstance(tree, exp.Query) else []
        columns = tuple(Column(name, name, "measure", "string") for name in names)
        is_own = isinstance(cube.tenant, OwnPlace)
        shape = shaped(tree, renderer, columns, cube.data_source, is_own=is_own)
        found[RefreshKeyShape(cube.name, shape, seconds)] = None
    return tuple(found)


@dataclass(slots=True)
class Renderer(Making):
    """One branch for each node. `refresh_keys` are those of the cubes that were read so far, each with the conditions
    under which its cube is read.
    """

    refresh_keys: list[tuple[Cube, float, exp.Expr]] = field(default_factory=list[tuple[Cube, float, exp.Expr]])

    def plan(self, plan: Plan) -> exp.Select:
        match plan:
            case Limit(input, limit, offset):
                select = self.plan(input)
                if limit is not None:
                    select = select.limit(limit, copy=False)
                return select.offset(offset, copy=False) if offset else select
            case Sort(input, order):
                return self.plan(input).order_by(*(ordered(o, input) for o in order), copy=False)
            case Select(input, keys, measures, conditions):
                # The columns of the answer have the first claim to their names.
                for one in (*keys, *measures):
                    self.names.of(one)
                # SQL knows no condition on a window beside it: the window is a column first.
                groups = set_below(self, input, keys) if conditions and has_windows(input) else self.groups(input)
                return self.finish(groups, keys, measures, conditions)
            case Count(input):
                rows = self.plan(input).subquery(exp.to_identifier("rows", quoted=True), copy=False)
                return exp.select(exp.alias_(exp.Count(this=exp.Star()), "total", quoted=True)).from_(rows, copy=False)

    def groups(self, plan: GroupPlan | Project) -> Groups:
        match plan:
            case Aggregate(input, keys, _, multiplied):
                select, scope = self.rows(input)
                value_of = over_rows(self, scope, multiplied)
                return Groups(select, scope, [scope.key(key) for key in keys], value_of, is_grouped=True)
            case Project(input, keys, _):
                select, scope = self.rows(input)
                return Groups(
                    select, scope, [scope.key(key) for key in keys], of_one_row(self, scope), is_grouped=False
                )
            case AggregateOnce():
                return once(self, plan)
            case Combine():
                return combined(self, plan)
            case Roll():
                return rolled(self, plan)
            case RollRows():
                return rolled_rows(self, plan)
            case Calculate(input):
                return calculated(self, self.groups(input))
            case Reaggregate():
                return reaggregated(self, plan)
            case Spread():
                return spread(self, plan)
            case Rank():
                return ranked(self, plan)
            case KeepOne():
                return kept_one(self, plan)
            case Choose():
                return chosen(self, plan)
            case Merge():
                return merged(self, plan)
            case ShowLarge():
                return only_large(self, plan)

    def rows(self, plan: RowPlan, above: tuple[RowFilter, ...] = ()) -> tuple[exp.Select, Scope]:
        match plan:
            case Scan(cube, tenant):
                scope = self.scope(above)
                return exp.select().from_(self.table(cube, tenant, scope), copy=False), scope
            case LeftJoin(input, join, cube, tenant):
                select, scope = self.rows(input, above)
                on = scope.of_joined().bind(join.on, scope.rows_of)
                table = self.table(cube, tenant, scope.of_joined())
                return select.join(table, on=on, join_type="left", copy=False), scope
            case Attach():
                return attached(self, plan, above)
            case AttachGroups():
                return attached_groups(self, plan, above)
            case CrossValues():
                return crossed(self, plan, above)
            case RowFilter(input, conditions):
                select, scope = self.rows(input, (*above, plan))

                def value_of(member: Dimension | Measure) -> exp.Expr:
                    assert isinstance(member, Dimension), member.path
                    return scope.dimension(member)

                for condition in conditions:
                    select = select.where(exp.Paren(this=predicate(condition, scope, value_of)), copy=False)
                return select, scope

    def table(self, cube: Cube, tenant: MemberSql | OwnPlace | None, scope: Scope) -> exp.Expr:
        """A cube as it stands in FROM."""
        self.data_sources[cube.data_source] = None
        self.reads_own_place |= isinstance(cube.tenant, OwnPlace)
        if isinstance(cube.refresh, RefreshSql):
            tree = scope.bind(cube.refresh.sql, scope.rows_of)
            if isinstance(cube.tenant, OwnPlace) and cube.tenant.kind == "schema":
                put_schema(tree)
            self.refresh_keys.append((cube, cube.refresh.seconds, tree))
        return scope.table(cube.name, tenant=tenant)


def ordered(order: OrderBy, select: Select) -> exp.Expr:
    columns: tuple[Key | Measure, ...] = (*select.keys, *select.measures)
    position = exp.Literal.number(columns.index(order.column) + 1)
    return exp.Ordered(this=position, desc=order.descending, nulls_first=order.descending)


def columns_of(plan: Plan, names: Names) -> tuple[Column, ...]:
    match plan:
        case Limit(input, _, _) | Sort(input, _):
            return columns_of(input, names)
        case Count():
            return (Column("total", "total", "measure", "number"),)
        case Select(_, keys, measures, _):
            return (*(key_column(key, names) for key in keys), *(measure_column(m, names) for m in measures))


def key_column(key: Key, names: Names) -> Column:
    match key:
        case Bucket(dimension, granularity):
            return Column(names.of(key), dimension.path, "time_dimension", "time", granularity, key.seconds)
        case Dimension():
            return Column(names.of(key), key.path, "dimension", key.type)


def measure_column(measure: Measure, names: Names) -> Column:
    return Column(names.of(measure), measure.path, "measure", measure.type.value_type)
