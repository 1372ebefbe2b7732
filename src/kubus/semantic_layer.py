"""The way of a query, from names to rows. Start reading here.

```
Query ─authorize→ AuthorizedQuery ─resolve→ ResolvedQuery ─build→ Plan ─render→ StatementShape ─bind→ Statement
      ─run→ Answer | StillRunning
```

What was done before is not done again: statements are kept by the shape of their query, answers by their statement.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple

from kubus.context import Caller
from kubus.dialects.registry import dialect
from kubus.errors import MemberError, ModelError
from kubus.execution.answer import Answer, Asking, LongAnswer, StillRunning
from kubus.execution.compartment import NO_COMPARTMENT, Compartment
from kubus.execution.in_flight import InFlight, too_long
from kubus.execution.pools import Pools
from kubus.execution.refresh_key import refresh_intervals
from kubus.execution.run import Job, Runner
from kubus.execution.turns import Turns
from kubus.loading.compiler import Compiler
from kubus.loading.current_model import CurrentModel
from kubus.loading.files import ModelFolder
from kubus.loading.load import load_model
from kubus.model.access import NO_LIMITS
from kubus.model.ambiguity import REMEDY, Ambiguity, WatchedGraph
from kubus.model.cube import NO_MEMBERS, Cube
from kubus.model.join_graph import Hint, JoinTree
from kubus.model.model import Model
from kubus.model.refresh_key import RefreshInterval
from kubus.plan.build import build, build_count
from kubus.plan.nodes import Plan, cubes_of
from kubus.plan.series import check_series, series_of
from kubus.plan.tenants import check_tenants
from kubus.query.access import Access, DefaultAccess
from kubus.query.authorize import AuthorizedQuery, AuthorizedShape, authorize
from kubus.query.claims import CallerClaims, MissingClaim, read_claims
from kubus.query.clock import Clock
from kubus.query.conditions import Bucket
from kubus.query.default_filters import with_default_filters
from kubus.query.masks import DefaultMasks
from kubus.query.normalize import default_order
from kubus.query.query import CacheMode, Order, Query
from kubus.query.resolve import resolve
from kubus.query.shape import Slot, form_of
from kubus.query.tenant import place_of, tenant_of
from kubus.sources.source import Source
from kubus.sql.render import render
from kubus.sql.statement import Statement, StatementShape

# What happens to a query whose cubes can be joined in two ways equally short.
AmbiguousJoins = Literal["warn", "error"]

# Answers of more rows than this are read in batches.
LONG_FROM = 10_000

# How many shapes of query keep their SQL. A shape takes a few kilobytes.
SHAPES_KEPT = 5_000
# Of how many callers it is known what they are shown.
CALLERS_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Prepared:
    """A query whose statement is known. `order` is the order that holds, asked for or by default.

    `planned` is what it shares with all queries of its shape, its plan among it. `moves_at` is the first instant at
    which dates in words of the model mean others; None says never.
    """

    authorized: AuthorizedQuery
    job: Job
    order: tuple[Order, ...]
    planned: "Planned"
    moves_at: datetime | None = None

    @property
    def ambiguous(self) -> tuple[Ambiguity, ...]:
        """The ways between its cubes that might as well have been others."""
        return self.planned.ambiguous

    @property
    def query(self) -> Query:
        return self.authorized.query

    @property
    def statement(self) -> Statement:
        return self.job.statement

    @property
    def count(self) -> Statement | None:
        return self.job.count

    @property
    def may_be_long(self) -> bool:
        """Whether the answer may have more rows than are read in one go."""
        if self.authorized.limits != NO_LIMITS:
            # The whole answer is there, and counted, before any of it is given.
            return False
        return self.query.limit is None or self.query.limit > LONG_FROM


class Visibility(NamedTuple):
    """What of a model is shown to a caller. Holds the caller, so that its id stays its own."""

    caller: Caller
    version: str
    key: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Planned:
    """What all queries of one shape share. `intervals` are those of the refresh keys of its cubes, `trees` join trees,
    each with what it was to hold.
    """

    plan: Plan
    statement: StatementShape
    count: StatementShape | None
    cubes: tuple[Cube, ...]
    intervals: tuple[RefreshInterval, ...]
    series: tuple[Bucket, ...] = ()
    ambiguous: tuple[Ambiguity, ...] = ()
    trees: tuple[tuple[JoinTree, tuple[Hint, ...]], ...] = ()
    moves_at: datetime | None = None


class SemanticLayer:
    """Answers queries about the measures and dimensions of one data model.

    `load` compiles the model, at once unless `compile_now` is false, and is called again by `reload`. While a model
    does not compile, everything that needs it raises its ModelError. Once a model has compiled it answers on, until a
    reload brings another that compiles. Of many tenants each runs statements on no more than `tenant_share` of a source
    at a time, and `tenant_queue` of them may wait; so many databases of tenants as `tenant_databases` stay connected.
    """

    def __init__(
        self,
        load: Callable[[], Model],
        sources: Mapping[str, Source],
        *,
        show_hidden: bool = False,
        allow_ungrouped_without_primary_key: bool = True,
        continue_wait: float = 10.0,
        cache_bytes: int = 256 * 1024 * 1024,
        tenant_share: float = 0.5,
        tenant_queue: int = 1_000,
        tenant_databases: int = 200,
        missing_claims: MissingClaim = "allow",
        ambiguous_joins: AmbiguousJoins = "warn",
        default_access: DefaultAccess = "allow",
        default_masks: DefaultMasks = NO_MEMBERS,
        compile_now: bool = True,
    ) -> None:
        self._default_access: DefaultAccess = default_access
        self._default_masks = default_masks
        self._show_hidden = show_hidden
        self._missing_claims: MissingClaim = missing_claims
        self._ambiguous_joins: AmbiguousJoins = ambiguous_joins
        self._allow_ungrouped_without_primary_key = allow_ungrouped_without_primary_key
        self._runner = Runner(
            Pools(sources, most=tenant_databases),
            turns=Turns(tenant_share, tenant_queue),
            continue_wait=continue_wait,
            cache_bytes=cache_bytes,
        )
        self._shapes: OrderedDict[tuple[str, AuthorizedShape, CallerClaims], Planned] = OrderedDict()
        # The cubes with policies that queries of a shape read without naming a member of them.
        self._read: OrderedDict[tuple[str, AuthorizedShape], tuple[str, ...]] = OrderedDict()
        self._in_flight = InFlight()
        self._visibility: OrderedDict[int, Visibility] = OrderedDict()
        self._current = CurrentModel(load)
        self._compartment = NO_COMPARTMENT
        if compile_now:
            self.reload()

    @classmethod
    def from_folder(
        cls,
        folder: Path | str,
        sources: Mapping[str, Source],
        *,
        reloads: bool = False,
        dialects: Mapping[str, str] | None = None,
        **options: object,
    ) -> "SemanticLayer":
        """A layer on the model files of a folder; with `reloads`, it keeps what makes the next compilation quick.

        `dialects` are those that the model is written in, by data source; None says that they are those of `sources`.
        """
        if dialects is None:
            dialects = {name: source.dialect for name, source in sources.items()}
        files, compiler = ModelFolder(Path(folder)), Compiler(dialects, Path(folder))

        def load() -> Model:
            return compiler.compile(files.texts()) if reloads else load_model(Path(folder), dialects)

        return cls(load, sources, **options)  # pyright: ignore[reportArgumentType] - the options of __init__

    def beside(self, current: CurrentModel, compartment: Compartment) -> "SemanticLayer":
        """The same with another model and compartment. What is kept and what runs is held together, each its own."""
        other = copy(self)
        other._current = current
        other._compartment = compartment
        return other

    @property
    def current(self) -> CurrentModel:
        """The model over time."""
        return self._current

    @property
    def runner(self) -> Runner:
        """What runs statements, for all layers beside this one."""
        return self._runner

    # ── the model ──

    @property
    def model(self) -> Model:
        """The model that answers. Raises ModelError while there is none."""
        return self._current.model

    @property
    def model_if_any(self) -> Model | None:
        """The model that answers; None while there is none."""
        return self._current.if_any

    @property
    def model_error(self) -> ModelError | None:
        """Why the files do not compile as they are now; None if they do."""
        return self._current.error

    def reload(self) -> bool:
        """Compile the model again and answer by it from now on. If it does not compile, that is false, and the model
        of before answers on.

        Queries that are running keep the model that they began with.
        """
        return self._current.reload()

    # ── what callers see ──

    def access(self, caller: Caller) -> Access:
        """What a caller may see of the model. Raises ModelError while there is none."""
        return Access(self.model, caller, Clock(datetime.now(UTC), "UTC"), self._default_access)

    def model_for(self, caller: Caller) -> Model:
        """The model, which knows what of it is shown to a caller."""
        return replace(self.model, is_shown=self.access(caller).shows)

    def visibility(self, caller: Caller) -> tuple[str, ...]:
        """Equal for callers who are shown the same members of the model."""
        model = self.model
        if not model.guarded:
            return ()
        found = self._visibility.get(id(caller))
        if found is None or found.version != model.version:
            found = self._visibility[id(caller)] = Visibility(caller, model.version, self.access(caller).key())
            if len(self._visibility) > CALLERS_KEPT:
                self._visibility.popitem(last=False)
        return found.key

    # ── the way of a query ──

    def authorized(
        self,
        query: Query,
        caller: Caller,
        *,
        clock: Clock | None = None,
        trusted: frozenset[str] = frozenset(),
    ) -> AuthorizedQuery:
        """The query with the filters of its views, held to what the caller may see.

        `trusted` are members that only conditions of the host's own code test.
        """
        model = self.model
        clock = clock or Clock(datetime.now(UTC), query.timezone)
        return authorize(
            with_default_filters(query, model, clock),
            model,
            caller,
            clock,
            default=self._default_access,
            masks=self._default_masks,
            show_hidden=self._show_hidden,
            trusted=trusted,
        )

    def prepare(
        self, query: Query, caller: Caller, now: datetime | None = None, *, trusted: frozenset[str] = frozenset()
    ) -> Prepared:
        """Everything short of asking the database. `now`, which is aware, is what dates in words of the model mean.

        `trusted` are members that only conditions of the host's own code test.

        Raises:
            MemberError: the query names what is not there, or what does not go together.
            BadClaim: the caller's claims are not what the model's SQL reads.
            Forbidden: an access policy hides a member, or lacks a claim; or the caller is of no tenant.
        """
        model = self.model
        tenant = None if model.tenancy is None else tenant_of(caller.security, model.tenancy)
        place = None if model.tenancy is None or tenant is None else place_of(tenant, model.tenancy)
        clock = Clock(now or datetime.now(UTC), query.timezone)
        authorized = self.authorized(query, caller, clock=clock, trusted=trusted)
        query = authorized.query
        authorized, planned, values = self._guarded(authorized, model, caller, clock, tenant)
        check_series(planned.series, query)
        count = None if planned.count is None else planned.count.bind(values, place)
        order = default_order(query) if query.order is None else query.order
        compartment = self._compartment
        if tenant is not None:
            compartment = compartment._replace(tenant=tenant, is_one_of_many=True)
        keys = tuple(dict.fromkeys(key.bind(values, place) for key in planned.statement.refresh_keys))
        job = Job(planned.statement.bind(values, place), count, planned.intervals, compartment, keys)
        return Prepared(authorized, job, order, planned, clock.moves_at)

    def _guarded(
        self, authorized: AuthorizedQuery, model: Model, caller: Caller, clock: Clock, tenant: str | None
    ) -> tuple[AuthorizedQuery, Planned, tuple[str, ...]]:
        """The query held to the policies of every cube that its plan reads, also of those that it does not name; the
        plan; and the values for it.
        """
        shape = authorized.shape
        named = (model.version, shape)
        if named in self._read:
            authorized = authorized.reading(self._read[named])
            shape = authorized.shape
        while True:
            values = authorized.values
            shapes, claimed = read_claims(model.claims, caller.security, len(values))
            slot: Slot | None = None
            if tenant is not None:
                slot = Slot(len(values) + len(claimed), form_of(tenant))
                claimed = (*claimed, tenant)
            planned = self._planned(authorized, shape, model, CallerClaims(shapes, self._missing_claims, slot), clock)
            read = tuple(c.name for c in planned.cubes if c.name in model.guarded and c.name not in authorized.covered)
            if not read:
                return authorized, planned, (*values, *claimed)
            authorized = authorized.reading(read)
            shape = authorized.shape
            self._read[named] = (*self._read.get(named, ()), *read)
            if len(self._read) > SHAPES_KEPT:
                self._read.popitem(last=False)

    def _planned(
        self, authorized: AuthorizedQuery, shape: AuthorizedShape, model: Model, claims: CallerClaims, clock: Clock
    ) -> Planned:
        key = (model.version, shape, claims)
        planned = self._shapes.get(key)
        if planned is None or (planned.moves_at is not None and planned.moves_at <= clock.now):
            planned = self._shapes[key] = self._plan(authorized, model, claims, Clock(clock.now, clock.timezone))
            if len(self._shapes) > SHAPES_KEPT:
                self._shapes.popitem(last=False)
        else:
            self._shapes.move_to_end(key)
        if planned.moves_at is not None:
            clock.moments.append(planned.moves_at)
        return planned

    def _plan(self, authorized: AuthorizedQuery, model: Model, claims: CallerClaims, clock: Clock) -> Planned:
        query = authorized.query
        graph = WatchedGraph(model.join_graph.joins)
        model = replace(model, join_graph=graph, is_shown=authorized.access.shows)
        resolved = resolve(authorized, model, clock)
        plan = build(resolved, model)
        check_tenants(plan)
        cubes = cubes_of(plan)
        if query.ungrouped and not self._allow_ungrouped_without_primary_key:
            check_primary_keys(query, cubes)
        source = self._runner.pools.source(cubes[0].data_source, self._compartment)
        spoken = dialect(source.dialect)
        count: StatementShape | None = None
        if query.total:
            counting = build_count(resolved, model)
            check_tenants(counting)
            count = render(counting, model, spoken, query.timezone, claims)
        if graph.noted and self._ambiguous_joins == "error":
            raise MemberError(f"{next(iter(graph.noted)).message}. {REMEDY}")
        shape = render(plan, model, spoken, query.timezone, claims)
        return Planned(
            plan,
            shape,
            count,
            cubes,
            refresh_intervals(cubes),
            series_of(plan),
            tuple(graph.noted),
            tuple(graph.given),
            clock.moves_at,
        )

    def fresh(self, prepared: Prepared, cache: CacheMode = "stale-if-slow") -> Answer | None:
        """An answer that may be given at once, from memory.

        Raises:
            Forbidden: a selected member is hidden.
            LimitExceeded: it has more rows than the caller may have.
        """
        prepared.authorized.check_visible()
        answer = self._runner.fresh(prepared.job, cache)
        if answer is not None:
            prepared.authorized.check_rows(len(answer.rows.values))
        return answer

    async def run(
        self, prepared: Prepared, cache: CacheMode = "stale-if-slow", asking: Asking | None = None
    ) -> Answer | StillRunning:
        """The answer, as fresh as `cache` asks for, or StillRunning when it takes long.

        Raises:
            Forbidden: a selected member is hidden.
            LimitExceeded: the answer has more rows than the caller may have.
            TooManyQueries: as many queries run as the caller may let run.
            SourceError: the database refused or failed, or took longer than the caller may let it.
        """
        authorized = prepared.authorized
        authorized.check_visible()
        async with self._in_flight.within(authorized.limits, (prepared.job.compartment, authorized.roles)):
            answer = await self._runner.run(prepared.job, cache, asking or Asking())
        if isinstance(answer, LongAnswer):
            raise AssertionError("it was not asked for in batches")
        if isinstance(answer, Answer):
            authorized.check_rows(len(answer.rows.values))
        elif authorized.limits.seconds is not None and answer.seconds >= authorized.limits.seconds:
            self._runner.give_up(prepared.job)
            raise too_long(authorized.limits)
        return answer

    async def run_in_batches(
        self, prepared: Prepared, cache: CacheMode = "stale-if-slow", asking: Asking | None = None
    ) -> Answer | LongAnswer | StillRunning:
        """As `run`, but an answer too large to be kept comes as a LongAnswer, which has to be read or closed."""
        if not prepared.may_be_long:
            return await self.run(prepared, cache, asking)
        prepared.authorized.check_visible()
        return await self._runner.run(replace(prepared.job, in_batches=True), cache, asking or Asking())

    async def check(self) -> None:
        """See whether the default data source answers. Raises SourceError if it does not."""
        await self._runner.pools.source("default").check()

    async def close(self) -> None:
        """End what runs, and give up every connection."""
        await self._runner.close()


def check_primary_keys(query: Query, cubes: tuple[Cube, ...]) -> None:
    """Raises MemberError if an ungrouped query leaves out a primary key of a cube that it reads."""
    missing = [d.path for cube in cubes for d in cube.primary_key if d.path not in query.dimensions]
    if missing:
        names = ", ".join(f"'{path}'" for path in missing)
        raise MemberError(
            f"Ungrouped query requires primary keys to be present in dimensions: {names}. "
            "Pass allowUngroupedWithoutPrimaryKey option to disable this check."
        )
