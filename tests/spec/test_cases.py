"""Each case of `cases/*.yaml`, on DuckDB and on PostgreSQL.

A file holds `tables` (their columns with types, and rows), a `model` as in a model file, and `cases`: a query in the
form that clients send and its `rows`, each a list in the order of the columns or a map by short names. Rows are
compared in any order unless the query orders them or the case is `ordered`. `total` is their number without limit and
offset; `claims` and `groups` say who asks; `error` is a part of the text of a refusal.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
import yaml

from kubus.context import Caller, SecurityContext
from kubus.errors import KubusError
from tests.engines.postgres import Server
from tests.properties.ask import Engine, Got, duckdb_engine, postgres_engine

CASES = Path(__file__).parent / "cases"
FILES = sorted(CASES.glob("*.yaml"))
TOLERANCE = Fraction(1, 10**9)


class PlainLoader(yaml.SafeLoader):
    """YAML in which a date is the text that was written, as in JSON."""


PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(file: Path) -> dict[str, Any]:
    return yaml.load(file.read_text(), PlainLoader)


def ddl(tables: dict[str, Any]) -> Iterator[tuple[str, list[list[Any]]]]:
    """The statements that make the tables, and for each of them the rows to run it with."""
    for name, table in tables.items():
        columns = table["columns"]
        yield f"CREATE TABLE {name} ({', '.join(f'{c} {kind}' for c, kind in columns.items())})", []
        values = ", ".join(f"CAST(%s AS {kind})" for kind in columns.values())
        yield f"INSERT INTO {name} VALUES ({values})", [[text(v) for v in row] for row in table["rows"]]


def text(value: Any) -> str | None:
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)


@pytest.fixture(scope="module")
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Engine]]:
    """Gives the engine on a database that holds a file's tables, made when it is first asked for."""
    made: dict[tuple[str, str], Engine] = {}
    with ExitStack() as closing:

        def of(database: str, file: Path) -> Engine:
            key = (database, file.stem)
            if key not in made:
                tables = read(file)["tables"]
                if database == "duckdb":
                    path = tmp_path_factory.mktemp(file.stem) / "tables.duckdb"
                    fill_duckdb(path, tables)
                    made[key] = closing.enter_context(duckdb_engine(path))
                else:
                    url = fill_postgres(request.getfixturevalue("postgres"), file.stem, tables)
                    made[key] = closing.enter_context(postgres_engine(url))
            return made[key]

        yield of


def fill_duckdb(path: Path, tables: dict[str, Any]) -> None:
    with duckdb.connect(str(path)) as connection:
        for statement, rows in ddl(tables):
            if rows:
                connection.executemany(statement.replace("%s", "?"), rows)
            elif statement.startswith("CREATE"):
                connection.execute(statement)


def fill_postgres(server: Server, name: str, tables: dict[str, Any]) -> str:
    url = server.create_database(name)
    with psycopg.connect(url) as connection:
        for statement, rows in ddl(tables):
            if statement.startswith("CREATE"):
                connection.execute(statement)
            for row in rows:
                connection.execute(statement, row)
    return url


@pytest.mark.parametrize("database", ["duckdb", "postgres"])
@pytest.mark.parametrize(
    ("file", "number"),
    [
        pytest.param(file, number, id=f"{file.stem}: {case['case']}")
        for file in FILES
        for number, case in enumerate(read(file)["cases"])
    ],
)
def test_case(engine: Callable[..., Engine], database: str, file: Path, number: int):
    content = read(file)
    case = content["cases"][number]
    asked = engine(database, file)
    model = yaml.safe_dump(content["model"], sort_keys=False)
    if "error" in case:
        with pytest.raises(KubusError) as refused:
            asked.run(asked.prepare(model, case["query"], caller_of(case)))
        assert case["error"] in str(refused.value)
        return
    prepared = asked.prepare(model, case["query"], caller_of(case))
    keys = [column.key for column in prepared.statement.columns]
    got = asked.run(prepared)
    due = [in_columns(row, keys) for row in case["rows"]]
    rows = [[row[key] for key in keys] for row in got.rows]
    assert_same(due, rows, ordered=case.get("ordered", bool(case["query"].get("order"))), sql=asked.sql_of(prepared))
    assert_total(case, got)


def caller_of(case: dict[str, Any]) -> Caller:
    return Caller(SecurityContext(case.get("claims", {})), frozenset(case.get("groups", ())))


def in_columns(row: Any, keys: list[str]) -> list[Any]:
    """A row of a case in the order of the result's columns."""
    if isinstance(row, list):
        assert len(row) == len(keys), f"{row} has not the columns {keys}"
        return row
    found: list[Any] = []
    for key in keys:
        (name,) = [n for n in row if n == key or key.endswith("." + n)]
        found.append(row[name])
    assert len(found) == len(row), f"{sorted(row)} are not the columns {keys}"
    return found


def assert_same(due: list[list[Any]], got: list[list[Any]], *, ordered: bool, sql: str) -> None:
    shown = f"\ndue {due}\ngot {got}\n{sql}"
    assert len(due) == len(got), shown
    if ordered:
        assert all(same_row(d, g) for d, g in zip(due, got, strict=True)), shown
        return
    left = list(got)
    for row in due:
        match = next((g for g in left if same_row(row, g)), None)
        assert match is not None, f"\nmissing {row}{shown}"
        left.remove(match)


def same_row(due: list[Any], got: list[Any]) -> bool:
    return all(same(d, g) for d, g in zip(due, got, strict=True))


def same(due: Any, got: Any) -> bool:
    """Numbers are text on the wire, and may differ in the last digits between databases."""
    if isinstance(due, int | float) and not isinstance(due, bool):
        return got is not None and abs(Fraction(str(got)) - Fraction(str(due))) <= TOLERANCE * max(
            1, abs(Fraction(due))
        )
    return due == got and type(due) is type(got)


def assert_total(case: dict[str, Any], got: Got) -> None:
    if "total" in case:
        assert got.total == case["total"]
