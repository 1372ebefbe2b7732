"""Plan to SQL: one branch for each node."""

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlglot import exp

from kubus.dialects.dialect import Dialect
from kubus.errors import MemberError, Unsupported
from kubus.model.cube import Dimension, Measure, value_sql
from kubus.model.measure_types import Aggregate as Kind
from kubus.model.member_sql import MemberReference
from kubus.model.model import Model
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
    Sort,
    Spine,
    Spread,
)
from kubus.query.claims import CallerClaims
from kubus.query.resolve import Bucket, Condition, Key, OrderBy, aliased, referenced
from kubus.sql.context import Context
from kubus.sql.filters import predicate
from kubus.sql.names import Names
from kubus.sql.periods import periods
from kubus.sql.scope import Placeholders, Scope, column, term
from kubus.sql.statement import Column, StatementShape, Use
from kubus.sql.windows import lies_in, lower, to_date_periods, upper

ValueOf = Callable[[Measure], exp.Expr]

# What is kept of several values by an aggregate over them.
KEPT_BY: dict[str, type[exp.AggFunc]] = {"min": exp.Min, "max": exp.Max, "avg": exp.Avg}


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


@dataclass(slots=True)
class Renderer:
    """One statement in the making."""

    model: Model
    dialect: Dialect
    timezone: str
    claims: CallerClaims
    placeholders: Placeholders = field(default_factory=Placeholders)
    data_sources: dict[str, None] = field(default_factory=dict[str, None])
    names: Names = field(init=False)

    def __post_init__(self) -> None:
        self.names = Names(self.model, self.dialect.max_identifier)

    # ── answers ──

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
                return self.finish(self.groups(input), keys, measures, conditions)
            case Count(input):
                rows = self.plan(input).subquery(exp.to_identifier("rows", quoted=True), copy=False)
                return exp.select(exp.alias_(exp.Count(this=exp.Star()), "total", quoted=True)).from_(rows, copy=False)

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
        for measure in measures:
            select = select.select(self.named(groups.value_of(measure), measure), copy=False)
        for condition in conditions:
            test = predicate(condition, groups.scope, groups.value_of)  # pyright: ignore[reportArgumentType] - tests of measures only
            add = select.having if groups.is_grouped else select.where
            select = add(exp.Paren(this=test), copy=False)
        if groups.is_grouped and keys:
            select = select.group_by(*(exp.Literal.number(n + 1) for n in range(len(keys))), copy=False)
        return select

    def named(self, expression: exp.Expr, of: Key | Measure) -> exp.Expr:
        return exp.alias_(expression, exp.to_identifier(self.names.of(of), quoted=True), copy=False)

    # ── groups ──

    def groups(self, plan: GroupPlan | Project) -> Groups:
        match plan:
            case Aggregate(input, keys, _, multiplied):
                select, scope = self.rows(input)
                value_of = self.over_rows(scope, multiplied)
                return Groups(select, scope, [scope.key(key) for key in keys], value_of, is_grouped=True)
            case Project(input, keys, _):
                select, scope = self.rows(input)
                return Groups(select, scope, [scope.key(key) for key in keys], self.of_one_row(scope), is_grouped=False)
            case AggregateOnce():
                return self.once(plan)
            case Combine():
                return self.combined(plan)
            case Roll():
                return self.rolled(plan)
            case RollRows():
                return self.rolled_rows(plan)
            case Calculate(input):
                return self.calculated(self.groups(input))
            case Reaggregate():
                return self.reaggregated(plan)
            case Spread():
                return self.spread(plan)
            case Rank():
                return self.ranked(plan)
            case KeepOne():
                return self.kept_one(plan)
            case Choose():
                return self.chosen(plan)
            case Merge():
                return self.merged(plan)

    def over_rows(self, scope: Scope, multiplied: frozenset[str]) -> ValueOf:
        """Measures as aggregates over joined rows."""

        def value(measure: Measure) -> exp.Expr:
            if measure.is_expression:
                return self.expression(measure, scope, value)
            counts_rows = measure.type.aggregate is Kind.COUNT and measure.sql is None
            distinct = counts_rows and measure.cube in multiplied
            argument = scope.argument(measure)
            if distinct and measure.filters:
                # The key where the row passes the filters, so that different keys can be counted.
                key = scope.identity(measure.cube)
                assert key is not None, measure.path
                argument = exp.Case().when(scope.own_filters(measure), key)
            return scope.aggregated(measure, argument, distinct=distinct)

        return value

    def of_one_row(self, scope: Scope) -> ValueOf:
        """Measures as what they would aggregate."""

        def value(measure: Measure) -> exp.Expr:
            if measure.is_expression:
                if measure.sql is not None and measure.sql.tree.find(exp.AggFunc):
                    raise Unsupported(
                        f"'{measure.path}' aggregates by itself, so an ungrouped query has no value for it",
                        hint="Leave the measure out, or ask without `ungrouped`",
                    )
                return self.expression(measure, scope, value)
            if measure.type.aggregate is Kind.COUNT:
                counted = scope.argument(measure)
                if counted is None:
                    return exp.Literal.number(1)
                there = exp.Not(this=exp.Is(this=term(counted), expression=exp.Null()))
                return exp.Case().when(there, exp.Literal.number(1))
            argument = scope.argument(measure)
            assert argument is not None, measure.path
            return argument

        return value

    def expression(self, measure: Measure, scope: Scope, value_of: ValueOf) -> exp.Expr:
        """An expression measure, with the measures that it refers to written by `value_of`."""
        assert measure.sql is not None, measure.path

        def expand(reference: MemberReference) -> exp.Expr:
            member = referenced(reference, self.model)
            return value_of(member) if isinstance(member, Measure) else scope.rows_of(reference)

        return scope.bind(measure.sql, expand)

    def once(self, plan: AggregateOnce) -> Groups:
        """Aggregates over the distinct rows of one cube in each group.

        The inner SELECT keeps, once for each group and primary key, what the measures aggregate: a row is the same
        however often a join repeats it.
        """
        select, scope = self.rows(plan.input)
        inner = select.distinct(copy=False)
        alias = self.names.table(f"{plan.cube.alias}__once")
        keys: list[exp.Expr] = []
        for key in plan.keys:
            inner.select(self.named(scope.key(key), key), copy=False)
            keys.append(column(alias, self.names.of(key)))
        kept: dict[exp.Expr, str] = {}

        def keep(expression: exp.Expr) -> exp.Expr:
            name = kept.get(expression)
            if name is None:
                name = kept[expression] = self.names.table(f"{plan.cube.alias}__{len(kept) + 1}")
                inner.select(exp.alias_(expression, exp.to_identifier(name, quoted=True), copy=False), copy=False)
            return column(alias, name)

        for key in plan.cube.primary_key:
            keep(scope.dimension(key))

        def value(measure: Measure) -> exp.Expr:
            if measure.is_expression:
                return keep_columns(self.expression(measure, scope, value), measure, keep, alias)
            argument = scope.argument(measure)
            assert argument is not None, measure.path
            if measure.type.aggregate is Kind.COUNT and measure.sql is not None:
                # Not every type that can be counted can be compared, as DISTINCT does.
                there = exp.Not(this=exp.Is(this=term(argument), expression=exp.Null()))
                argument = exp.Case().when(there, exp.Literal.number(1))
            return scope.aggregated(measure, keep(argument))

        inner_table = inner.subquery(exp.to_identifier(alias, quoted=True), copy=False)
        return Groups(exp.select().from_(inner_table, copy=False), scope, keys, value, is_grouped=True)

    def combined(self, plan: Combine) -> Groups:
        """Parts side by side, joined on all keys with nulls being equal."""
        select = exp.select()
        scope = self.scope(None)
        places: dict[Measure, exp.Expr] = {}
        keys: list[exp.Expr] = []
        for number, part in enumerate(plan.parts):
            alias = self.names.table(f"part_{number + 1}")
            measures = measures_of(part)
            table = self.finish(self.groups(part), plan.keys, measures)
            subquery = table.subquery(exp.to_identifier(alias, quoted=True), copy=False)
            own = [column(alias, self.names.of(key)) for key in plan.keys]
            if number == 0:
                select = select.from_(subquery, copy=False)
                keys = own
            elif not plan.keys:
                select = select.join(subquery, join_type="cross", copy=False)
            else:
                same = self.dialect.same_keys([k.copy() for k in keys], own)
                kind = "inner" if plan.same_groups else "full"
                select = select.join(subquery, on=same, join_type=kind, copy=False)
                if not plan.same_groups:
                    keys = [coalesce(k, o) for k, o in zip(keys, own, strict=True)]
            for measure in measures:
                places.setdefault(measure, column(alias, self.names.of(measure)))

        def value(measure: Measure) -> exp.Expr:
            place = places.get(measure)
            return place.copy() if place is not None else self.expression(measure, scope, value)

        return Groups(select, scope, keys, value, is_grouped=False)

    # ── stages ──

    def calculated(self, groups: Groups) -> Groups:
        """The same groups, with expressions over what they compute."""

        def value(measure: Measure) -> exp.Expr:
            return self.expression(measure, groups.scope, groups.value_of)

        return Groups(groups.select, groups.scope, groups.keys, value, groups.is_grouped)

    def below(self, lower: GroupPlan, names: tuple[Key, ...]) -> tuple[exp.Select, list[exp.Expr], ValueOf, Scope]:
        """Groups as a table under a SELECT: that, the columns of its keys, and measures as its columns."""
        alias = self.names.table("stage")
        table = self.finish(self.groups(lower), names, measures_of(lower))
        scope = self.scope(None)
        computed = set(measures_of(lower))

        def value(measure: Measure) -> exp.Expr:
            if measure in computed:
                return column(alias, self.names.of(measure))
            return self.expression(measure, scope, value)

        select = exp.select().from_(table.subquery(exp.to_identifier(alias, quoted=True), copy=False), copy=False)
        return select, [column(alias, self.names.of(key)) for key in names], value, scope

    def reaggregated(self, plan: Reaggregate) -> Groups:
        select, columns, value_of, scope = self.below(plan.input, plan.names)
        keys = [columns[plan.names.index(key)] for key in plan.keys]

        def value(measure: Measure) -> exp.Expr:
            found = self.expression(measure, scope, value_of)
            return found if measure.is_expression else scope.aggregated(measure, found)

        return Groups(select, scope, keys, value, is_grouped=True)

    def spread(self, plan: Spread) -> Groups:
        select, keys, _, scope = self.below(plan.groups, plan.keys)
        alias = self.names.table("coarser")
        table = self.finish(self.groups(plan.input), plan.shared, plan.measures)
        subquery = table.subquery(exp.to_identifier(alias, quoted=True), copy=False)
        if plan.shared:
            own = [keys[plan.keys.index(key)].copy() for key in plan.shared]
            same = self.dialect.same_keys(own, [column(alias, self.names.of(key)) for key in plan.shared])
            select = select.join(subquery, on=same, join_type="left", copy=False)
        else:
            select = select.join(subquery, join_type="cross", copy=False)
        return Groups(select, scope, keys, lambda measure: column(alias, self.names.of(measure)), is_grouped=False)

    def ranked(self, plan: Rank) -> Groups:
        select, keys, value_of, scope = self.below(plan.input, plan.keys)
        stage = plan.measure.stage
        assert stage is not None, plan.measure.path

        def written(reference: MemberReference) -> exp.Expr:
            member = referenced(reference, self.model)
            if isinstance(member, Measure):
                return value_of(member)
            raise Unsupported(f"'{plan.measure.path}' is ranked by '{member.path}', and only measures rank")

        order = [
            exp.Ordered(this=scope.bind(by.sql, written), desc=by.descending, nulls_first=by.descending)
            for by in stage.order_by
        ]
        place = exp.Window(
            this=exp.Anonymous(this="RANK"),
            partition_by=[keys[plan.keys.index(key)].copy() for key in plan.partition],
            order=exp.Order(expressions=order),
        )
        return Groups(select, scope, keys, lambda _: place, is_grouped=False)

    def chosen(self, plan: Choose) -> Groups:
        select, columns, value_of, scope = self.below(plan.input, plan.names)
        case = plan.measure.switch
        assert case is not None, plan.measure.path
        own = target(plan.switch)
        switch = next(
            at for key, at in zip(plan.names, columns, strict=True) if isinstance(key, Dimension) and target(key) == own
        )

        def expand(reference: MemberReference) -> exp.Expr:
            member = referenced(reference, self.model)
            if isinstance(member, Measure):
                return value_of(member)
            raise Unsupported(f"'{plan.measure.path}' refers to '{member.path}', and only measures can be chosen")

        tree = exp.Case()
        for text, sql in case.whens:
            is_it = exp.EQ(this=switch.copy(), expression=exp.Literal.string(text))
            tree = tree.when(is_it, scope.bind(sql, expand), copy=False)
        if case.otherwise is not None:
            tree = tree.else_(scope.bind(case.otherwise, expand), copy=False)
        keys = [columns[plan.names.index(key)] for key in plan.keys]
        return Groups(select, scope, keys, lambda _: tree, is_grouped=False)

    def kept_one(self, plan: KeepOne) -> Groups:
        select, columns, value_of, scope = self.below(plan.input, (*plan.keys, plan.over))
        *keys, time = columns
        if plan.keep in KEPT_BY:
            kept = KEPT_BY[plan.keep]
            return Groups(select, scope, keys, lambda measure: kept(this=value_of(measure)), is_grouped=True)
        first = plan.keep == "first"
        place = exp.Window(
            this=exp.Anonymous(this="ROW_NUMBER"),
            partition_by=[key.copy() for key in keys],
            order=exp.Order(expressions=[exp.Ordered(this=time, desc=not first, nulls_first=False)]),
        )
        alias, place_name = self.names.table("kept"), "place"
        for key, expression in zip(plan.keys, keys, strict=True):
            select.select(self.named(expression, key), copy=False)
        select.select(self.named(value_of(plan.measure), plan.measure), copy=False)
        select.select(exp.alias_(place, place_name, quoted=True), copy=False)
        outer = exp.select().from_(select.subquery(exp.to_identifier(alias, quoted=True), copy=False), copy=False)
        is_first = exp.EQ(this=column(alias, place_name), expression=exp.Literal.number(1))
        own = [column(alias, self.names.of(key)) for key in plan.keys]
        value = column(alias, self.names.of(plan.measure))
        return Groups(outer.where(is_first, copy=False), scope, own, lambda _: value.copy(), is_grouped=False)

    def merged(self, plan: Merge) -> Groups:
        select, columns, value_of, scope = self.below(plan.input, plan.names)
        keys = [columns[plan.names.index(key)] for key in plan.keys]

        def value(measure: Measure) -> exp.Expr:
            assert measure.type.merge is not None, measure.path
            return scope.folded(measure.type.merge, value_of(measure))

        return Groups(select, scope, keys, value, is_grouped=True)

    # ── windows ──

    def spine(self, spine: Spine) -> tuple[exp.Expr, exp.Expr, exp.Expr]:
        """Every period: a table, the start of a period in it, and the start of the period after that."""
        each = periods(spine.bucket.dimension, spine.bucket.granularity, self.dialect, self.timezone)
        alias = self.names.table("periods")
        if spine.within is not None:
            first = self.dialect.wall(self.placeholders.add(spine.within.start, Use.AS_IS))
            last = self.dialect.wall(self.placeholders.add(spine.within.end, Use.AS_IS))
            select = exp.select()
        else:
            assert spine.rows is not None
            select, scope = self.rows(spine.rows)
            time = self.names.table("times")
            found = scope.key(spine.bucket)
            bounds = select.select(
                exp.alias_(exp.Min(this=found), "first", quoted=True),
                exp.alias_(exp.Max(this=found.copy()), "last", quoted=True),
                copy=False,
            )
            first, last = column(time, "first"), column(time, "last")
            select = exp.select().from_(bounds.subquery(exp.to_identifier(time, quoted=True), copy=False), copy=False)
        series = exp.alias_(each.series(first, last), "period", quoted=True)
        table = select.select(series, copy=False).subquery(exp.to_identifier(alias, quoted=True), copy=False)
        period = column(alias, "period")
        return table, period, each.following(period.copy())

    def window(self, plan: Roll | RollRows, time: exp.Expr, period: exp.Expr, following: exp.Expr) -> exp.Expr:
        to_date = to_date_periods(plan.window, plan.spine.bucket.dimension, self.scope(None))
        first = lower(plan.window, period, following, self.dialect, to_date)
        after = upper(plan.window, period, following, self.dialect)
        return lies_in(time, first, after)

    def rolled(self, plan: Roll) -> Groups:
        """Groups joined to every period in whose window they lie, and folded."""
        inner_keys = tuple(plan.time if key == plan.spine.bucket else key for key in plan.keys)
        table = self.finish(self.groups(plan.input), inner_keys, plan.measures)
        spine, period, following = self.spine(plan.spine)
        alias = self.names.table("groups")
        on = self.window(plan, column(alias, self.names.of(plan.time)), period, following)
        select = exp.select().from_(spine, copy=False)
        subquery = table.subquery(exp.to_identifier(alias, quoted=True), copy=False)
        select = select.join(subquery, on=on, join_type="left", copy=False)
        keys = [period if key == plan.spine.bucket else column(alias, self.names.of(key)) for key in plan.keys]

        def value(measure: Measure) -> exp.Expr:
            if measure not in plan.measures:
                return self.expression(measure, scope, value)
            fold = aliased(measure, self.model).type.merge
            assert fold is not None, measure.path
            return scope.folded(fold, column(alias, self.names.of(measure)))

        scope = self.scope(None)
        return Groups(select, scope, keys, value, is_grouped=True)

    def rolled_rows(self, plan: RollRows) -> Groups:
        """Rows joined to every period in whose window they lie, and aggregated.

        The innermost SELECT keeps of each row its keys, its time and what the measures aggregate. Where rows repeat,
        the one around it keeps each once for each period and group.
        """
        rows, scope = self.rows(plan.input)
        spine, period, following = self.spine(plan.spine)
        below, alias = self.names.table("rows"), self.names.table("rolled")
        time = self.names.of(plan.time)
        rows.select(exp.alias_(scope.key(plan.time), exp.to_identifier(time, quoted=True), copy=False), copy=False)
        on = self.window(plan, column(below, time), period, following)
        joined = exp.select().from_(spine, copy=False)
        keys: list[exp.Expr] = []
        for key in plan.keys:
            name = self.names.of(key)
            if key == plan.spine.bucket:
                there = period.copy()
            else:
                rows.select(self.named(scope.key(key), key), copy=False)
                there = column(below, name)
            joined.select(exp.alias_(there, exp.to_identifier(name, quoted=True), copy=False), copy=False)
            keys.append(column(alias, name))
        kept: dict[exp.Expr, str] = {}

        def keep(expression: exp.Expr) -> exp.Expr:
            name = kept.get(expression)
            if name is None:
                name = kept[expression] = self.names.table(f"kept_{len(kept) + 1}")
                identifier = exp.to_identifier(name, quoted=True)
                rows.select(exp.alias_(expression, identifier, copy=False), copy=False)
                joined.select(exp.alias_(column(below, name), identifier.copy(), copy=False), copy=False)
            return column(alias, name)

        if plan.once is not None:
            joined.distinct(copy=False)
            for key in plan.once.primary_key:
                keep(scope.dimension(key))
        # Not null where a row lies in the window: a period without any has no value, also where that is a count.
        there = keep(exp.true())

        def value(measure: Measure) -> exp.Expr:
            if measure.alias_of is not None:
                return self.expression(measure, scope, value)
            if measure.is_expression:
                found = keep_columns(self.expression(measure, scope, value), measure, keep, alias)
            else:
                argument = scope.argument(measure)
                found = scope.aggregated(measure, there.copy() if argument is None else keep(argument))
            some = exp.GT(this=exp.Count(this=there.copy()), expression=exp.Literal.number(0))
            return exp.Case().when(some, found)

        inner = rows.subquery(exp.to_identifier(below, quoted=True), copy=False)
        joined = joined.join(inner, on=on, join_type="left", copy=False)
        table = joined.subquery(exp.to_identifier(alias, quoted=True), copy=False)
        return Groups(exp.select().from_(table, copy=False), scope, keys, value, is_grouped=True)

    # ── rows ──

    def scope(self, conditions: tuple[Condition, ...] | None) -> Scope:
        """A scope over rows that pass these conditions; None where rows of several plans meet."""
        context = Context(self.claims, conditions)
        return Scope(self.model, self.dialect, self.timezone, self.placeholders, context)

    def rows(self, plan: RowPlan, conditions: tuple[Condition, ...] = ()) -> tuple[exp.Select, Scope]:
        """FROM, joins and WHERE, without columns yet. The rows are filtered by `conditions` afterwards."""
        match plan:
            case Scan(cube):
                scope = self.scope(conditions)
                self.data_sources[cube.data_source] = None
                return exp.select().from_(scope.table(cube.name), copy=False), scope
            case LeftJoin(input, join, cube):
                select, scope = self.rows(input, conditions)
                self.data_sources[cube.data_source] = None
                on = scope.of_joined().bind(join.on, scope.rows_of)
                return select.join(scope.of_joined().table(cube.name), on=on, join_type="left", copy=False), scope
            case Attach():
                return self.attached(plan, conditions)
            case AttachGroups():
                return self.attached_groups(plan, conditions)
            case CrossValues():
                return self.crossed(plan, conditions)
            case RowFilter(input, own):
                select, scope = self.rows(input, (*conditions, *own))

                def value_of(member: Dimension | Measure) -> exp.Expr:
                    assert isinstance(member, Dimension), member.path
                    return scope.dimension(member)

                for condition in own:
                    select = select.where(exp.Paren(this=predicate(condition, scope, value_of)), copy=False)
                return select, scope

    def attached(self, plan: Attach, conditions: tuple[Condition, ...]) -> tuple[exp.Select, Scope]:
        select, scope = self.rows(plan.input, conditions)
        alias = self.names.table(f"{self.names.of(plan.dimension)}__values")
        values = self.finish(self.groups(plan.values), plan.primary_key, (plan.measure,))
        on = exp.and_(
            *(
                exp.EQ(this=term(scope.dimension(key)), expression=column(alias, self.names.of(key)))
                for key in plan.primary_key
            )
        )
        subquery = values.subquery(exp.to_identifier(alias, quoted=True), copy=False)
        select = select.join(subquery, on=on, join_type="left", copy=False)
        scope.attached[plan.dimension.path] = column(alias, self.names.of(plan.measure))
        return select, scope

    def crossed(self, plan: CrossValues, conditions: tuple[Condition, ...]) -> tuple[exp.Select, Scope]:
        select, scope = self.rows(plan.input, conditions)
        alias = self.names.table(f"{self.names.of(plan.dimension)}__values")
        rows = [exp.select(exp.alias_(exp.Literal.string(text), "value", quoted=True)) for text in plan.values]
        table: exp.Query = rows[0]
        for row in rows[1:]:
            table = exp.union(table, row, distinct=False, copy=False)
        subquery = table.subquery(exp.to_identifier(alias, quoted=True), copy=False)
        scope.attached[plan.dimension.path] = column(alias, "value")
        return select.join(subquery, join_type="cross", copy=False), scope

    def attached_groups(self, plan: AttachGroups, conditions: tuple[Condition, ...]) -> tuple[exp.Select, Scope]:
        select, scope = self.rows(plan.input, conditions)
        alias = self.names.table(f"{self.names.of(plan.dimension)}__values")
        subquery = self.finish(self.groups(plan.values), plan.keys, plan.measures).subquery(
            exp.to_identifier(alias, quoted=True), copy=False
        )
        if plan.keys:
            own = [scope.key(key) for key in plan.keys]
            same = self.dialect.same_keys(own, [column(alias, self.names.of(key)) for key in plan.keys])
            select = select.join(subquery, on=same, join_type="left", copy=False)
        else:
            select = select.join(subquery, join_type="cross", copy=False)

        def written(reference: MemberReference) -> exp.Expr:
            member = referenced(reference, self.model)
            return column(alias, self.names.of(member)) if isinstance(member, Measure) else scope.rows_of(reference)

        (sql,) = value_sql(plan.dimension.value)
        scope.attached[plan.dimension.path] = scope.bind(sql, written)
        return select, scope


def target(dimension: Dimension) -> tuple[str, str]:
    """Cube and name of a dimension; of one of a view those of what it stands for."""
    alias = dimension.alias_of
    return (dimension.cube, dimension.name) if alias is None else (alias.cube, alias.member)


def keep_columns(expression: exp.Expr, measure: Measure, keep: Callable[[exp.Expr], exp.Expr], alias: str) -> exp.Expr:
    """An expression over rows, with the row columns that it reads kept below it."""
    if expression.find(exp.Query):
        raise Unsupported(
            f"'{measure.path}' has a sub-query of its own, so it cannot be computed where joins repeat its rows",
            hint="Move the sub-query into a dimension, or ask without the members that repeat the rows",
        )
    for found in list(expression.find_all(exp.Column)):
        if found.table == alias or isinstance(found.this, exp.Star):
            continue
        kept = keep(found.copy())
        if found is expression:
            return kept
        found.replace(kept)
    return expression


def measures_of(part: GroupPlan) -> tuple[Measure, ...]:
    """The measures that a part computes."""
    if isinstance(part, Combine):
        return tuple(dict.fromkeys(measure for inner in part.parts for measure in measures_of(inner)))
    return part.measures


def coalesce(first: exp.Expr, second: exp.Expr) -> exp.Expr:
    if isinstance(first, exp.Coalesce):
        return exp.Coalesce(this=first.this.copy(), expressions=[*(e.copy() for e in first.expressions), second.copy()])
    return exp.Coalesce(this=first.copy(), expressions=[second.copy()])


def ordered(order: OrderBy, select: Select) -> exp.Expr:
    columns: tuple[Key | Measure, ...] = (*select.keys, *select.measures)
    position = exp.Literal.number(columns.index(order.column) + 1)
    return exp.Ordered(this=position, desc=order.descending, nulls_first=order.descending)


def render(
    plan: Plan, model: Model, dialect: Dialect, timezone: str, claims: CallerClaims | None = None
) -> StatementShape:
    """The statement of a plan, without the values of any one query and caller. `claims` are those of the model.

    Raises:
        MemberError: the plan reads from more than one data source.
        Unsupported: the dialect cannot say it.
        BadClaim: the caller lacks a claim that the model requires.
    """
    renderer = Renderer(model, dialect, timezone, claims or CallerClaims())
    tree = renderer.plan(plan)
    sources = tuple(renderer.data_sources)
    if len(sources) != 1:
        raise MemberError(
            "To join across data sources use rollupJoin with Cube Store. Found data sources: " + ", ".join(sources)
        )
    used: dict[int, int] = {}
    for parameter in tree.find_all(exp.Parameter, bfs=False):
        number = used.setdefault(int(parameter.name), len(used) + 1)
        parameter.set("this", exp.Literal.number(number))
    parameters = tuple(renderer.placeholders.parameters[number - 1] for number in used)
    return StatementShape(dialect.write(tree), parameters, columns_of(plan, renderer.names), sources[0], timezone)


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
            return Column(names.of(key), dimension.path, "time_dimension", "time", granularity)
        case Dimension():
            return Column(names.of(key), key.path, "dimension", key.type)


def measure_column(measure: Measure, names: Names) -> Column:
    return Column(names.of(measure), measure.path, "measure", measure.type.value_type)
