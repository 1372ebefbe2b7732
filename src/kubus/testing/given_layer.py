"""A project asked on given rows from Python: what the fixtures of the pytest plugin give."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Protocol, Self

from anyio.from_thread import start_blocking_portal

from kubus.config.project import project_settings
from kubus.context import NO_CLAIMS
from kubus.errors import BadTest
from kubus.model.model import Model
from kubus.testing.cases import Case, Given, Place, Suite, Table
from kubus.testing.given_rows import NULL, csv_rows, csv_table
from kubus.testing.ground import Ground
from kubus.testing.running import Decide, Result, Run, keep_none
from kubus.testing.snapshots import Snapshot, SnapshotFile

# A row as an answer has it: values by member, Python's own.
Row = dict[str, Any]

# Rows by the names of tables: maps by columns, or a CSV file.
GivenRows = Mapping[str, Iterable[Mapping[str, Any]] | Path]

# Where rows of Python code are, for messages.
PLACE = Place("given rows", 0)
QUESTION = Case("a question", PLACE, {}, ())


class AskedProject:
    """A project in which questions are asked on given rows, and tests of files are run. May be used from any thread.

    `environ` is the environment that its settings are read of. Use it in a `with`, or close it.

    Raises:
        ConfigError: a setting is wrong, or the model folder cannot be read.
    """

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        # Development mode is what asks for no secret; nothing else of it matters here.
        settings = project_settings(environ, folder, overrides={"CUBEJS_DEV_MODE": "true"})
        self._ground = Ground(settings)
        self._closing = ExitStack()
        # Connections belong to the loop that opened them, so every call goes to one loop, in a thread of its own.
        self._portal = self._closing.enter_context(start_blocking_portal())

    @property
    def model(self) -> Model:
        """The model of the project.

        Raises:
            ModelError: it does not compile.
            BadTest: each tenant has another.
        """
        model = self._ground.model
        if model is None:
            raise BadTest("Each tenant of this project has a model of its own", hint="Ask `semantic_layer` as a caller")
        return model

    def run(self, suite: Suite, case: Case, decide: Decide = keep_none) -> Result:
        """The result of a test of a file. Snapshots are kept as `decide` says."""

        async def result() -> Result:
            snapshots, taken = SnapshotFile(suite.snapshots, suite.path.name), dict[str, Snapshot]()
            found = await Run(self._ground, decide).case(suite, case, snapshots, taken)
            snapshots.take(taken)
            return found

        return self._portal.call(result)

    def rows(self, case: Case) -> list[Row]:
        """The rows that answer a case of one query. Raises KubusError as a server would refuse it."""

        async def answer() -> list[Row]:
            answers = await self._ground.ask(await self._ground.asking(case))
            if len(answers) != 1:
                raise BadTest(
                    "Here one query is asked at a time", hint="Ask for each range of compareDateRange by itself"
                )
            return [dict(zip(answers[0].keys, row, strict=True)) for row in answers[0].rows]

        return self._portal.call(answer)

    def close(self) -> None:
        """Give up every connection."""
        self._portal.call(self._ground.close)
        self._closing.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class GivenLayer:
    """A project's semantic layer on given rows, as one caller sees it.

    Hooks, tenants, policies and masks act as in the server. What is not said of the caller is empty.
    """

    project: AskedProject
    case: Case = QUESTION

    def query(self, query: Mapping[str, Any], *, now: datetime | None = None, timezone: str | None = None) -> list[Row]:
        """The rows of a JSON query, keyed by member (`orders.at.month` for a time bucket).

        `now` is what time it is, UTC if it does not say; `timezone` that of queries which name none.

        Raises:
            QueryError, AccessError: it is refused, as in the server.
            BadTest: the given rows are not what the query reads.
        """
        moment = now if now is None or now.tzinfo is not None else now.replace(tzinfo=UTC)
        return self.project.rows(replace(self.case, query=dict(query), now=moment, timezone=timezone))

    def as_caller(self, claims: Mapping[str, Any] | None = None, groups: Collection[str] | None = None) -> "GivenLayer":
        """The same for somebody with these claims; `groups` says their groups, whatever claims and hooks say."""
        held = NO_CLAIMS if claims is None else MappingProxyType(dict(claims))
        return replace(self, case=replace(self.case, claims=held, groups=None if groups is None else frozenset(groups)))

    def given(self, rows: GivenRows) -> "GivenLayer":
        """The same with these tables too, in the place of those of the same names."""
        tables = {table.name: table for table in self.case.given or ()}
        for name, listed in rows.items():
            tables[name] = table_of_csv(name, listed) if isinstance(listed, Path) else table_of(name, list(listed))
        return replace(self, case=replace(self.case, given=tuple(tables[name] for name in sorted(tables))))

    def live(self) -> "GivenLayer":
        """The same on the project's own databases."""
        return replace(self, case=replace(self.case, given=None))


class AsCaller(Protocol):
    """Gives a layer as somebody with these claims and groups sees it; see `GivenLayer.as_caller`."""

    def __call__(
        self, claims: Mapping[str, Any] | None = None, groups: Collection[str] | None = None
    ) -> GivenLayer: ...


def table_of(name: str, rows: Sequence[Mapping[str, Any]]) -> Table:
    """A table with rows of Python's values; a column that a row leaves out is null there."""
    columns = tuple(dict.fromkeys(column for row in rows for column in row))
    return Table(
        name,
        columns,
        (),
        tuple(tuple(value_of(row.get(column)) for column in columns) for row in rows),
        None,
        True,
        PLACE,
        (),
        tuple((column, PLACE) for column in columns),
    )


def value_of(value: object) -> Given:
    """A value of Python as a value of a row."""
    match value:
        case None:
            return NULL
        case bool():
            return Given("true" if value else "false", "boolean")
        case int():
            return Given(str(value), "integer")
        case float():
            return Given(repr(value), "decimal")
        case Decimal():
            return Given(format(value, "f"), "decimal")
        case datetime() | date():
            return Given(value.isoformat(), "text")
        case list() | tuple() | dict():
            return Given(json.dumps(value), "json")
        case _:
            return Given(str(value), "text")


def table_of_csv(name: str, path: Path) -> Table:
    """A table with the rows of a CSV file. Raises BadTest if it is none."""
    try:
        header, rows = csv_rows(path)
    except ValueError as error:
        raise BadTest(str(error)) from error
    return csv_table(name, header, rows, path.name, (), None, PLACE)
