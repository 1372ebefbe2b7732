"""DuckDB in memory in the place of a project's databases."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb
from sqlglot.dialects.dialect import Dialect as Grammar

from kubus.dialects.registry import STANDS_IN, dialect
from kubus.dialects.stand_in import FUNCTIONS, NOW
from kubus.loading.problems import nearest_hint
from kubus.sources.duckdb import DuckDBSource, harden, quoted
from kubus.sources.options import DuckDBOptions
from kubus.testing.cases import Table
from kubus.testing.data_set import bad, fill
from kubus.testing.model_tables import ModelTable, ModelTables, TableName, named_table

UNKNOWN = ModelTable(columns=None)

# Few rows: one thread is quicker than several that wait for each other.
OPTIONS = DuckDBOptions(threads=1)


@dataclass(frozen=True, slots=True)
class Database:
    """A database of the project, as tests stand in for it: the dialect of its SQL, and the schema of bare names."""

    dialect: str
    schema: str


class StandInSource(DuckDBSource):
    """A DuckDB with given rows in the place of another database. `place` is where bare names are, as SQL; `gone` is
    called once it is closed.
    """

    def __init__(
        self,
        name: str,
        database: Database,
        connection: duckdb.DuckDBPyConnection,
        place: str,
        gone: Callable[[], None],
    ) -> None:
        super().__init__(name, OPTIONS, connection)
        self.dialect = STANDS_IN + database.dialect
        self._place = place
        self._gone = gone

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        cursor = super()._cursor()
        cursor.execute(f"USE {self._place}")
        return cursor

    async def close(self) -> None:
        """See `Source`."""
        await super().close()
        self._gone()


class StandIns:
    """The instances of DuckDB that stand in for databases, by data source, each opened when it is first needed.

    Opening one takes longer than most tests. So each set of rows is a catalog of its own in the instance of its
    database; only where the model itself names catalogs it is an instance of its own.
    """

    def __init__(self, databases: Mapping[str, Database]) -> None:
        self._databases = databases
        self._shared: dict[str, duckdb.DuckDBPyConnection] = {}
        self._sets = 0

    def sources(self, given: Sequence[Table], tables: ModelTables, now: datetime | None) -> dict[str, StandInSource]:
        """A source for each database, which holds the given tables that the model reads there.

        `now` is what time it is in their SQL; None leaves it to the clock.

        Raises:
            BadTest: a table is not one of the model's, or a row cannot be held.
        """
        wanted: dict[str, dict[TableName, Table]] = {name: {} for name in self._databases}
        for table in given:
            for source, name in places_of(table, self._databases, tables):
                if name in wanted[source]:
                    raise bad(table.place, f"The table '{name}' is given twice", "Leave one out")
                wanted[source][name] = table
        return {name: self._source(name, own, tables, now) for name, own in wanted.items()}

    def close(self) -> None:
        """Give up the instances. The sources have to be closed before."""
        while self._shared:
            self._shared.popitem()[1].close()

    def _source(
        self, source: str, wanted: Mapping[TableName, Table], tables: ModelTables, now: datetime | None
    ) -> StandInSource:
        database = self._databases[source]
        self._sets += 1
        catalog = f"rows_{self._sets}"
        is_alone = any(name.catalog for name in wanted)
        instance = None if is_alone else self._shared.get(source)
        if instance is None:
            instance = opened(database)
            if not is_alone:
                self._shared[source] = instance

        def gone() -> None:
            if is_alone:
                instance.close()
            else:
                instance.execute(f"USE memory; DETACH {catalog}")

        place = f"{catalog}.{quoted(database.schema)}"
        instance.execute(f"ATTACH ':memory:' AS {catalog}")
        try:
            self._fill(instance, catalog, place, wanted, tables, database, now)
        except BaseException:
            gone()
            raise
        return StandInSource(source, database, instance.cursor(), place, gone)

    def _fill(
        self,
        instance: duckdb.DuckDBPyConnection,
        catalog: str,
        place: str,
        wanted: Mapping[TableName, Table],
        tables: ModelTables,
        database: Database,
        now: datetime | None,
    ) -> None:
        """Make the functions and tables of a set of rows."""
        moment = "now()" if now is None else f"TIMESTAMPTZ '{now.isoformat()}'"
        macros = [f"CREATE MACRO {name}(x) AS {sql}" for name, sql in FUNCTIONS.items()]
        begun = (f"CREATE SCHEMA IF NOT EXISTS {place}", f"USE {place}", f"CREATE MACRO {NOW}() AS {moment}")
        instance.execute("; ".join((*begun, *macros)))
        grammar = dialect(database.dialect).sqlglot
        for name, table in wanted.items():
            schema = f"{quoted(name.catalog) if name.catalog else catalog}.{quoted(name.schema)}"
            if name.catalog:
                instance.execute(f"ATTACH IF NOT EXISTS ':memory:' AS {quoted(name.catalog)}")
            instance.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
            fill(instance, f"{schema}.{quoted(name.name)}", table, tables.tables[name], tables.words, grammar)


def places_of(table: Table, databases: Mapping[str, Database], tables: ModelTables) -> list[tuple[str, TableName]]:
    """The data sources that a table belongs to, with its whole name there."""
    names = {source: named_table(table.name, one.schema, one.dialect) for source, one in databases.items()}
    if table.data_source is not None:
        if table.data_source not in databases:
            near = nearest_hint(table.data_source, databases) or f"There are {', '.join(databases)}"
            raise bad(table.place, f"There is no data source '{table.data_source}'", near)
        names = {table.data_source: names[table.data_source]}
    found = [
        (source, name) for source, name in names.items() if source in tables.tables.get(name, UNKNOWN).data_sources
    ]
    if not found:
        known = {str(one): one for one in tables.tables} | {one.name: one for one in tables.tables}
        near = nearest_hint(table.name.lower(), known)
        listed = ", ".join(sorted({short(one, databases) for one in tables.tables})) or "none"
        raise bad(table.place, f"No cube reads a table '{table.name}'", near or f"The model reads {listed}")
    return found


def short(name: TableName, databases: Mapping[str, Database]) -> str:
    """A table's name without the schema that every bare name is in."""
    return name.name if not name.catalog and name.schema in {d.schema for d in databases.values()} else str(name)


def opened(database: Database) -> duckdb.DuckDBPyConnection:
    """An empty instance in which whole numbers divide as in the database, and whose settings are locked."""
    connection = duckdb.connect(
        ":memory:",
        config={"threads": 1, "autoinstall_known_extensions": False, "autoload_known_extensions": False},
    )
    grammar = Grammar.get_or_raise(dialect(database.dialect).sqlglot)
    if grammar.TYPED_DIVISION:
        # The quotient of whole numbers is a whole number.
        connection.execute("SET GLOBAL integer_division = true")
    harden(connection, OPTIONS)
    return connection
