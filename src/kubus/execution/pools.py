"""Pools: whose connections a statement runs on.

There are those of the data sources, which all share; those of compartments that have their own; and one for each
database of a tenant, opened when it is first asked for.
"""

import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from kubus.errors import Forbidden, KubusError, MemberError, SourceError
from kubus.execution.compartment import NO_COMPARTMENT, Compartment
from kubus.sources.source import Source
from kubus.sql.statement import Statement

# A tenant's database that nobody asked for so many seconds may lose its connections to another's.
IDLE_SECONDS = 30.0

SCHEMA_IS_THERE = "SELECT 1 FROM information_schema.schemata WHERE schema_name = $1"


@dataclass(slots=True)
class Opened:
    """The database of a tenant, and when it was asked for last."""

    source: Source
    used: float


class Pools:
    """All sources. `most` is how many databases of tenants are kept connected."""

    def __init__(
        self, sources: Mapping[str, Source], *, most: int = 200, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._sources = sources
        self._furnished: dict[str, Mapping[str, Source]] = {}
        self._databases: OrderedDict[tuple[str, str], Opened] = OrderedDict()
        self._asked: Counter[int] = Counter()
        self._most = most
        self._clock = clock

    # ── compartments with sources of their own ──

    def furnish(self, compartment: str, sources: Mapping[str, Source]) -> None:
        """Give a compartment sources of its own."""
        self._furnished[compartment] = sources

    def is_furnished(self, compartment: str) -> bool:
        """Whether a compartment has sources of its own now."""
        return compartment in self._furnished

    async def clear_out(self, compartment: str) -> bool:
        """Give up the sources of a compartment; false if a statement runs there."""
        if any(self._asked[id(source)] for source in self._furnished.get(compartment, {}).values()):
            return False
        for source in self._furnished.pop(compartment, {}).values():
            await source.close()
        return True

    # ── which ──

    def source(self, name: str, compartment: Compartment = NO_COMPARTMENT) -> Source:
        """The source of that name.

        Raises:
            MemberError: the configuration has none.
            SourceError: the compartment's own ones were given up meanwhile.
        """
        sources = self._furnished.get(compartment.name) if compartment.furnished else self._sources
        if sources is None:
            raise SourceError("The connections of this tenant were given up", hint="Ask again")
        source = sources.get(name)
        if source is None:
            raise MemberError(f"The {name} data source is missing in the declared CUBEJS_DATASOURCES.")
        return source

    async def of(self, statement: Statement, compartment: Compartment = NO_COMPARTMENT) -> Source:
        """What a statement runs on: the source that it names, or a tenant's database there.

        Raises:
            MemberError, SourceError: see `source`.
            Forbidden: both a hook and the data model say where the rows of the caller's tenant are.
        """
        place = statement.place
        if place is None or place.kind == "schema":
            return self.source(statement.data_source, compartment)
        if compartment.furnished:
            raise Forbidden(
                "The data model says where the rows of your tenant are, and so does driver_factory",
                hint="Take one of them away",
            )
        source = self.source(statement.data_source)
        if place.kind == "data_source":
            return source
        key = (statement.data_source, place.name)
        opened = self._databases.get(key)
        if opened is None:
            opened = self._databases[key] = Opened(source.in_database(place.name), self._clock())
            await self._make_room()
        opened.used = self._clock()
        if key in self._databases:
            self._databases.move_to_end(key)
        return opened.source

    def is_shared(self, statement: Statement, compartment: Compartment) -> bool:
        """Whether others run statements on the same connections."""
        return not compartment.furnished and (statement.place is None or statement.place.kind == "schema")

    async def check_place(self, statement: Statement, compartment: Compartment) -> None:
        """See whether the place of a tenant is there, after a statement failed.

        Raises:
            Forbidden: it is not. Nothing is said of what it would be called.
        """
        place = statement.place
        if place is None or place.kind == "data_source":
            return
        try:
            source = self.source(statement.data_source, compartment)
            if place.kind == "database":
                there = await source.has_database(place.name)
            else:
                asking = Statement(SCHEMA_IS_THERE, (place.name,), (), statement.data_source)
                there = bool((await source.rows(asking)).values)
        except KubusError:
            # Then the first failure says more.
            return
        if not there:
            raise Forbidden(f"There is no data for your tenant: its {place.kind} is not there")

    @contextmanager
    def in_use(self, source: Source) -> Generator[None]:
        """A source that is asked is not given up."""
        self._asked[id(source)] += 1
        try:
            yield
        finally:
            self._asked[id(source)] -= 1
            if not self._asked[id(source)]:
                del self._asked[id(source)]

    async def close(self) -> None:
        """Give up every source."""
        for opened in self._databases.values():
            await opened.source.close()
        self._databases.clear()
        for sources in (self._sources, *self._furnished.values()):
            for source in sources.values():
                await source.close()

    async def _make_room(self) -> None:
        """Give up databases that were not asked for longest, and that nobody uses."""
        for key, opened in list(self._databases.items()):
            if len(self._databases) <= self._most or self._clock() - opened.used < IDLE_SECONDS:
                return
            if not self._asked[id(opened.source)]:
                del self._databases[key]
                await opened.source.close()
