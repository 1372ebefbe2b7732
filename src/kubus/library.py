"""The semantic layer inside a Python program: a model and a database in, rows out, no server between.

```python
from kubus import SemanticLayer

with SemanticLayer("model", "shop.duckdb") as layer:
    layer.query({"measures": ["Orders.count"], "dimensions": ["Orders.status"]})
    # [{'Orders.status': 'completed', 'Orders.count': 51_203}, …]
```
"""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from types import MappingProxyType
from typing import Any, Self, TypeVar

from kubus.api.wire.annotation import annotation
from kubus.api.wire.meta import metadata
from kubus.api.wire.parse_query import asked_query
from kubus.context import Caller, SecurityContext
from kubus.errors import QueryError
from kubus.execution.loop_thread import LoopThread
from kubus.loading.load import load_files, load_model
from kubus.model.cube import NO_MEMBERS
from kubus.model.model import Model
from kubus.query.access import DefaultAccess
from kubus.query.claims import MissingClaim
from kubus.query.masks import DefaultMasks
from kubus.query.normalize import normalize
from kubus.query.query import Query
from kubus.results.column import result_columns
from kubus.results.member_list import member_list_html
from kubus.results.query_result import QueryResult
from kubus.semantic_layer import AmbiguousJoins, Prepared
from kubus.semantic_layer import SemanticLayer as Spine
from kubus.sources.options import DuckDBOptions, PostgresOptions
from kubus.sources.registry import make_source
from kubus.sources.source import ArrowTable, Source
from kubus.sql.statement import Statement

# A query as clients of the REST API write it.
JsonQuery = Mapping[str, Any]
T = TypeVar("T")

MAX_LIMIT = 50_000
DEFAULT_LIMIT = 10_000


class SemanticLayer(Spine):
    """A data model and its databases, in this process.

    `model` is a folder of model files, their texts by file name, or one that is compiled already. `database` is the
    path of a DuckDB file, `:memory:`, a `postgresql://` URL, a Source, or several of these by data source name. Every
    method may be called from any thread; the `_async` ones from any event loop. `context` are the claims of the
    caller that a query is asked for, and `groups` those that choose its access policies. `missing_claims` says what a
    filter on a claim that is not there does; `ambiguous_joins` whether a query is refused whose cubes can be joined
    in two ways equally short; `default_access` whether cubes without access policies are open; `default_masks` what
    masked members of a type show that declare no mask.

    Values are Python's own: int, float, Decimal, bool, str, date, and datetime, which carries a zone only where the
    database's type does.
    """

    def __init__(
        self,
        model: Path | str | Mapping[str, str] | Model,
        database: Source | Path | str | Mapping[str, Source | Path | str] = ":memory:",
        *,
        timezone: str = "UTC",
        max_limit: int = MAX_LIMIT,
        show_hidden: bool = False,
        missing_claims: MissingClaim = "allow",
        ambiguous_joins: AmbiguousJoins = "warn",
        default_access: DefaultAccess = "allow",
        default_masks: DefaultMasks = NO_MEMBERS,
    ) -> None:
        named = database if isinstance(database, Mapping) else {"default": database}
        sources = {name: opened(name, one) for name, one in named.items()}
        dialects = {name: source.dialect for name, source in sources.items()}

        def load() -> Model:
            if isinstance(model, Model):
                return model
            if isinstance(model, Mapping):
                return load_files(model, dialects)
            return load_model(Path(model), dialects)

        super().__init__(
            load,
            sources,
            show_hidden=show_hidden,
            missing_claims=missing_claims,
            ambiguous_joins=ambiguous_joins,
            default_access=default_access,
            default_masks=default_masks,
        )
        self._timezone = timezone
        self._max_limit = max_limit
        self._lock = Lock()
        self._thread: LoopThread | None = None

    # ── asking ──

    def query(
        self, query: JsonQuery, *, context: Mapping[str, Any] | None = None, groups: Collection[str] = ()
    ) -> QueryResult:
        """The rows of a query, a dict each, keyed by member (`Orders.createdAt.month` for a time bucket).

        They are a list that also knows its columns, shows itself in a notebook, and goes to pandas, polars and Arrow.

        Raises:
            QueryError: the query is malformed, or names what the model does not have.
            ModelError: the model does not compile.
            Forbidden: it asks for a hidden member, or for one that access policies do not give this caller.
            SourceError: the database refused or failed.
        """
        return self._call(self._rows, self.asked(query, context, groups))

    async def query_async(
        self, query: JsonQuery, *, context: Mapping[str, Any] | None = None, groups: Collection[str] = ()
    ) -> QueryResult:
        """`query`, awaited."""
        return await self._call_async(self._rows, self.asked(query, context, groups))

    def arrow(
        self, query: JsonQuery, *, context: Mapping[str, Any] | None = None, groups: Collection[str] = ()
    ) -> ArrowTable:
        """The rows of a query as an Arrow table, a column a member. Needs the extra `arrow`."""
        return self._call(self._table, self.asked(query, context, groups))

    async def arrow_async(
        self, query: JsonQuery, *, context: Mapping[str, Any] | None = None, groups: Collection[str] = ()
    ) -> ArrowTable:
        """`arrow`, awaited."""
        return await self._call_async(self._table, self.asked(query, context, groups))

    def sql(
        self, query: JsonQuery, *, context: Mapping[str, Any] | None = None, groups: Collection[str] = ()
    ) -> Statement:
        """The statement that answers a query: its text, its parameters and its columns."""
        return self.asked(query, context, groups).statement

    def asked(
        self, query: JsonQuery, context: Mapping[str, Any] | None = None, groups: Collection[str] = ()
    ) -> Prepared:
        """A query made ready to run for a caller with these claims, in these groups."""
        return self.prepare(self.normal(query), self.caller(context, groups))

    def caller(self, context: Mapping[str, Any] | None = None, groups: Collection[str] = ()) -> Caller:
        """Somebody with these claims, in these groups."""
        return Caller(SecurityContext(MappingProxyType(dict(context or {}))), frozenset(groups))

    def normal(self, query: JsonQuery) -> Query:
        """A query as it was sent with every default filled in.

        Raises:
            QueryError: it is malformed, or is several queries.
        """
        normal = normalize(
            asked_query(query),
            now=datetime.now(UTC),
            default_timezone=self._timezone,
            default_limit=min(DEFAULT_LIMIT, self._max_limit),
            max_limit=self._max_limit,
        )
        if len(normal.queries) != 1:
            raise QueryError(
                "Here one query is asked at a time", hint="Ask for each range of compareDateRange by itself"
            )
        return normal.queries[0]

    def members(self, context: Mapping[str, Any] | None = None, groups: Collection[str] = ()) -> list[dict[str, Any]]:
        """The cubes and views with their members, for a caller with these claims and groups, as `/v1/meta` has them.

        Raises:
            ModelError: the model does not compile.
        """
        model = self.model_for(self.caller(context, groups))
        return metadata(model, hidden_too=self._show_hidden, extended=False, only_views=False)["cubes"]

    def _repr_html_(self) -> str:
        return member_list_html(self.members())

    async def _rows(self, prepared: Prepared) -> QueryResult:
        prepared.authorized.check_visible()
        names = [column.key for column in prepared.statement.columns]
        async with self._in_flight.within(
            prepared.authorized.limits, (prepared.job.compartment, prepared.authorized.roles)
        ):
            rows: Sequence[tuple[Any, ...]] = await self._runner.ask(prepared.job, python_rows)
        prepared.authorized.check_rows(len(rows))
        described = annotation(prepared.query, self.model)
        return QueryResult((dict(zip(names, row, strict=True)) for row in rows), result_columns(described, names))

    async def _table(self, prepared: Prepared) -> ArrowTable:
        prepared.authorized.check_visible()
        async with self._in_flight.within(
            prepared.authorized.limits, (prepared.job.compartment, prepared.authorized.roles)
        ):
            table = await self._runner.ask(prepared.job, arrow_table)
        prepared.authorized.check_rows(table.num_rows)
        return table.rename_columns([column.key for column in prepared.statement.columns])

    # ── one event loop for all callers ──
    # Connections belong to the loop that opened them, so every call goes to one loop, in a thread of its own.

    def _loop(self) -> LoopThread:
        with self._lock:
            if self._thread is None:
                self._thread = LoopThread("kubus")
            return self._thread

    def _call(self, ask: Callable[[Prepared], Coroutine[Any, Any, T]], prepared: Prepared) -> T:
        return self._loop().call(ask(prepared))

    async def _call_async(self, ask: Callable[[Prepared], Coroutine[Any, Any, T]], prepared: Prepared) -> T:
        return await asyncio.wrap_future(self._loop().soon(ask(prepared)))

    # ── closing ──

    def shut(self) -> None:
        """Give up every connection. The layer cannot be asked afterwards."""
        thread = self._loop()
        thread.call(self.close())
        with self._lock:
            if self._thread is thread:
                thread.close()
                self._thread = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.shut()


async def python_rows(source: Source, statement: Statement) -> Sequence[tuple[Any, ...]]:
    return await source.python_rows(statement)


async def arrow_table(source: Source, statement: Statement) -> ArrowTable:
    return await source.arrow(statement)


def opened(name: str, database: Source | Path | str) -> Source:
    """A source for a path, a URL, or itself."""
    if not isinstance(database, str | Path):
        return database
    text = str(database)
    if text.startswith(("postgres://", "postgresql://")):
        return make_source(name, PostgresOptions(url=text))
    return make_source(name, DuckDBOptions(path=None if text == ":memory:" else Path(text)))
