"""Where tests are asked: a project's model as it answers callers, and databases in memory in the place of its own.

A test takes the way of a request behind its token: hooks make the caller, the tenant's model answers, policies hold the
query to what the caller may see, and the hook that rewrites queries has its say.
"""

import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import duckdb

from kubus.api.assemble import api_options, make_layer, make_tenants
from kubus.api.rest.callers import Callers, HookRules
from kubus.api.rest.gate import require_scope
from kubus.api.rest.incoming import Incoming
from kubus.api.rest.rewriting import Rewriting, Rewritten
from kubus.api.wire.parse_query import asked_query
from kubus.auth.claims import security_context
from kubus.auth.rules import JwtRules
from kubus.config.settings import Settings
from kubus.context import Caller
from kubus.errors import BadTest, HookError, QueryError, SourceError
from kubus.events import Event, HookFailed, listen
from kubus.execution.run import Compartment
from kubus.model.model import Model
from kubus.query.normalize import normalize
from kubus.query.query import Query
from kubus.semantic_layer import Prepared, SemanticLayer
from kubus.sources.options import DuckDBOptions, PostgresOptions
from kubus.sources.registry import dialect_of
from kubus.sql.statement import Column
from kubus.tenants.tenants import Tenants
from kubus.testing.cases import Case, Table
from kubus.testing.model_tables import ModelTables, model_tables
from kubus.testing.stand_ins import Database, StandIns, StandInSource

# How many sets of rows are kept as tables for the next test that gives the same.
KEPT = 16

# What DuckDB says of a statement before it looks at a row: the given tables are not what the statement reads.
OF_THE_STATEMENT = (
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.NotImplementedException,
    duckdb.ParserException,
    duckdb.PermissionException,
)


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to one query: rows of Python's values in the order of `columns`, and what was run.

    `total` is the number of rows without limit and offset, if the query asks for it.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    total: int | None
    prepared: Prepared

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of the columns in answers."""
        return tuple(column.key for column in self.columns)


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks what, and the layer that answers: on given rows, or on the live source.

    `more` are the answers to what was asked beside the query, for relations.
    """

    case: Case
    caller: Caller
    layer: SemanticLayer
    queries: tuple[Rewritten, ...]
    now: datetime
    more: list[Answered] = field(default_factory=list[Answered], compare=False)


class Ground:
    """A project in which tests are asked. Its model is compiled once, and equal rows are put into tables once.

    Raises:
        ConfigError: the model folder cannot be read.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._options = api_options(settings, settings.base_path)
        hooks = settings.hooks
        self._callers = Callers(
            hooks,
            HookRules(
                settings.values["KUBUS_HOOK_TIMEOUT"].total_seconds(),
                settings.values["CUBEJS_APP"],
                self._options.default_scopes,
                settings.values["KUBUS_SHARED_COMPARTMENT"],
            ),
        )
        self._rewriting: Rewriting | None = None
        if hooks.query_rewrite is not None:
            self._rewriting = Rewriting(hooks.query_rewrite, self._callers.calls, self._callers.seconds)
        # Rows are given: where the host's databases are does not matter.
        own = replace(settings, hooks=replace(hooks, driver_factory=None))
        self._tenants = make_tenants(own, layer=make_layer(own, connected=False, show_hidden=False))
        self._live: Tenants | None = None
        self._databases = {name: database_of(options) for name, options in settings.sources.items()}
        self._stand_ins = StandIns(self._databases)
        self._tables: dict[str, ModelTables] = {}
        self._filled: OrderedDict[object, tuple[str, Mapping[str, StandInSource]]] = OrderedDict()
        self._numbers = 0

    @property
    def model(self) -> Model | None:
        """The model that all callers share; None where each has its own. Raises ModelError if it does not compile."""
        return None if self._tenants.each_has_its_own else self._tenants.shared.model

    @property
    def most_rows(self) -> int:
        """The most rows that a query may ask for."""
        return self._options.max_limit

    async def ask(self, asking: Asking) -> tuple[Answered, ...]:
        """The answers to a case, one for each query that its JSON query stands for.

        Raises:
            KubusError: kubus refuses the query, as it would refuse the caller of a server.
            BadTest: the given tables are not what the model reads.
        """
        return tuple([await self._answered(one.query, one.trusted, asking) for one in asking.queries])

    async def asking(self, case: Case) -> Asking:
        """A case, ready to be asked. Raises as `ask` does."""
        reasons: list[str] = []

        def note(event: Event) -> None:
            if isinstance(event, HookFailed):
                reasons.append(event.reason)

        end = listen(note, {HookFailed})
        try:
            return await self._asking(case)
        except HookError as error:
            # Callers of a server are not told the reason; whoever writes a test is.
            error.hint = "\n".join(reasons) or error.hint
            raise
        finally:
            end()

    async def _asking(self, case: Case) -> Asking:
        incoming = Incoming("POST", f"{self._options.base_path}/v1/load", b"", {})
        caller = await self._caller(case, incoming)
        require_scope("data", caller, self._options)
        layer = await self._layer(case, caller, incoming)
        incoming.layer = layer
        now = case.now or datetime.now(UTC)
        normalized = normalize(
            asked_query(case.query),
            now=now,
            default_timezone=case.timezone or self._options.default_timezone,
            default_limit=self._options.default_limit,
            max_limit=self._options.max_limit,
        )
        queries = tuple(Rewritten(query) for query in normalized.queries)
        if self._rewriting is not None:
            queries = await self._rewriting.of(normalized, caller, incoming)
        return Asking(case, caller, layer, queries, now)

    async def _caller(self, case: Case, incoming: Incoming) -> Caller:
        """Who asks: claims become what a token with them would."""
        rules = self._settings.jwt
        issuer = case.claims.get("iss")
        chosen = next((one for one in rules if one.issuers is not None and issuer in one.issuers), None)
        security = security_context(case.claims, chosen or (rules[0] if rules else JwtRules()))
        if case.groups is not None:
            security = replace(security, groups=case.groups)
        if not self._settings.hooks.make_callers:
            return self._callers.of(security)
        caller = await self._callers.asked(security, incoming)
        return caller if case.groups is None else replace(caller, groups=case.groups)

    async def _layer(self, case: Case, caller: Caller, incoming: Incoming) -> SemanticLayer:
        if case.given is None:
            if self._live is None:
                live = make_layer(self._settings, show_hidden=False)
                self._live = make_tenants(self._settings, layer=live)
            return await self._live.layer(caller, incoming.request_id)
        layer = await self._tenants.layer(caller, incoming.request_id)
        tenancy = layer.model.tenancy
        if tenancy is not None and tenancy.kind is not None:
            raise QueryError(
                f"Each tenant has a {tenancy.kind.replace('_', ' ')}, and given rows are in one place",
                hint="Leave `given` out: then the databases of the settings are asked",
            )
        compartment = Compartment(await self._compartment(case.given, case.now, layer), furnished=True)
        return layer.beside(layer.current, compartment)

    async def _compartment(self, given: tuple[Table, ...], now: datetime | None, layer: SemanticLayer) -> str:
        """The name of the compartment in which these rows are."""
        model = layer.model
        key = (model.version, given, now)
        found = self._filled.get(key)
        if found is None:
            tables = self._tables.get(model.version)
            if tables is None:
                schemas = {name: database.schema for name, database in self._databases.items()}
                tables = self._tables[model.version] = model_tables(model, schemas)
            self._numbers += 1
            found = self._filled[key] = (f"rows {self._numbers}", self._stand_ins.sources(given, tables, now))
            self._tenants.shared.runner.pools.furnish(*found)
            if len(self._filled) > KEPT:
                _, (gone, _) = self._filled.popitem(last=False)
                await self._tenants.shared.runner.pools.clear_out(gone)
        else:
            self._filled.move_to_end(key)
        return found[0]

    async def _answered(self, query: Query, trusted: frozenset[str], asking: Asking) -> Answered:
        prepared = asking.layer.prepare(query, asking.caller, asking.now, trusted=trusted)
        prepared.authorized.check_visible()
        source = await asking.layer.runner.pools.of(prepared.statement, prepared.job.compartment)
        try:
            rows = await source.python_rows(prepared.statement)
            total = None
            if prepared.count is not None:
                total = int((await source.rows(prepared.count)).values[0][0])
        except SourceError as error:
            if asking.case.given is not None and isinstance(error.__cause__, OF_THE_STATEMENT):
                raise not_given(error, prepared, asking.case.given) from error
            raise
        prepared.authorized.check_rows(len(rows))
        return Answered(prepared.statement.columns, tuple(rows), total, prepared)

    async def more(self, query: Any, asking: Asking) -> Answered:
        """The answer to another JSON query of the same caller on the same rows. Raises as `ask` does."""
        other = await self.asking(replace(asking.case, query=query))
        answers = await self.ask(other)
        if len(answers) != 1:
            raise QueryError("Here one query is asked at a time")
        asking.more.append(answers[0])
        return answers[0]

    async def close(self) -> None:
        """Give up every connection."""
        pools = self._tenants.shared.runner.pools
        for name, _ in self._filled.values():
            await pools.clear_out(name)
        self._filled.clear()
        self._stand_ins.close()
        await self._tenants.close()
        if self._live is not None:
            await self._live.close()


def database_of(options: Any) -> Database:
    """How tests stand in for the database of these options."""
    match options:
        case PostgresOptions():
            return Database("postgres", "public")
        case DuckDBOptions(schema=schema):
            return Database("duckdb", schema or "main")
        case _:
            return Database(dialect_of(options), "main")


def not_given(error: SourceError, prepared: Prepared, given: Sequence[Table]) -> BadTest:
    """The error for a statement that the given tables do not serve, or that DuckDB does not take."""
    words = error.message.splitlines()[0]
    shown = f"{prepared.statement.sql}\n{json.dumps(prepared.statement.parameters)}"
    names = ", ".join(table.name for table in given) or "none"
    match error.__cause__:
        case duckdb.CatalogException() if "Table" in words:
            hint = f"Give rows for every table that the query reads; given are {names}. `[]` gives no rows"
        case duckdb.BinderException() if "does not have a column" in words or "not found in FROM" in words:
            hint = "Give every column that the query reads, or list it under `columns`"
        case _:
            hint = "Given rows are asked on DuckDB. What has no translation can be asked with `source: live`"
    return BadTest(f"{words}\n{shown}", hint=hint)
