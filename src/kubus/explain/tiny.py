"""Tables of at most three rows, in a database in memory, on which two ways of computing an answer are compared."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from time import monotonic
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp

from kubus.explain.explanation import Cell, TinyTable
from kubus.model.columns import Kind, bare_column, columns_of, joined_columns
from kubus.model.cube import Dimension
from kubus.model.filter import AllOf, AnyOf, Comparison, Filter
from kubus.model.join_graph import Join
from kubus.model.model import Model
from kubus.plan.nodes import cubes_of
from kubus.query.query import Query
from kubus.semantic_layer import Prepared
from kubus.sql.statement import Statement

# Rows of each table: enough for every mistake that joins make.
MOST_ROWS = 3
TRIES = 400
SECONDS = 2.5
DAY_ONE = datetime(2024, 1, 1)  # noqa: DTZ001 - wall time of a column without a zone
NUMBERS = (10, 20, 30, 50)
WORDS = ("a", "b")

Rows = list[tuple[Any, ...]]
Answers = list[Rows]


class CannotRun(Exception):
    """The model's SQL does not run on made-up tables in DuckDB."""


@dataclass(slots=True)
class TinyDatabase:
    """The tables that some statements read: of each cube the columns that they name."""

    columns: Mapping[str, Mapping[str, Kind]]
    keys: Mapping[str, tuple[str, ...]]
    linked: frozenset[tuple[str, str]]
    wanted: Mapping[tuple[str, str], tuple[str, ...]]
    connection: duckdb.DuckDBPyConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = duckdb.connect(":memory:", config={"threads": 1})
        self.connection.execute("SET GLOBAL TimeZone = 'UTC'")
        for cube, columns in self.columns.items():
            told = ", ".join(f'"{name}" {kind}' for name, kind in columns.items()) or '"row" INTEGER'
            self.connection.execute(f'CREATE TABLE "{cube}" ({told})')

    def close(self) -> None:
        self.connection.close()

    def fill(self, rows: Mapping[str, Rows]) -> None:
        """Put these rows into the tables, instead of what was there."""
        for cube, own in rows.items():
            self.connection.execute(f'DELETE FROM "{cube}"')  # noqa: S608 - names of the model
            if own:
                places = ", ".join(f"({', '.join('?' * len(own[0]))})" for _ in own)
                values = [value for row in own for value in row]
                self.connection.execute(f'INSERT INTO "{cube}" VALUES {places}', values)  # noqa: S608

    def ask(self, statement: Statement) -> Rows:
        """The rows of a statement. Raises CannotRun if the database refuses it."""
        try:
            found = self.connection.execute(statement.sql, list(statement.parameters)).fetchall()
        except duckdb.Error as error:
            raise CannotRun(str(error).splitlines()[0]) from error
        return sorted((tuple(map(plain, row)) for row in found), key=lambda row: [(v is not None, str(v)) for v in row])

    def invented(self, seed: int) -> dict[str, Rows]:
        """Rows for every table, other ones for each seed."""
        random = Random(seed)  # noqa: S311 - rows, no secrets
        return {
            cube: [self.row(cube, number, random) for number in range(1, random.choice((1, 2, 2, 3)) + 1)]
            for cube in self.columns
        }

    def row(self, cube: str, number: int, random: Random) -> tuple[Any, ...]:
        keys = self.keys[cube]

        def value(column: str, kind: Kind) -> object:
            wanted = self.wanted.get((cube, column))
            if column in keys:
                return of_kind(kind, number)
            if (cube, column) in self.linked:
                return of_kind(kind, random.choice((1, 1, 2)))
            if wanted and random.random() < 0.8:
                return cast_to(kind, random.choice(wanted))
            match kind:
                case "INTEGER":
                    return random.choice(NUMBERS)
                case "VARCHAR":
                    return random.choice(WORDS)
                case "BOOLEAN":
                    return random.random() < 0.7
                case "TIMESTAMP":
                    return DAY_ONE + timedelta(days=random.choice((0, 0, 1, 31)))

        return tuple(value(column, kind) for column, kind in self.columns[cube].items())


def of_kind(kind: Kind, number: int) -> object:
    """A key."""
    match kind:
        case "INTEGER":
            return number
        case "VARCHAR":
            return f"key {number}"
        case "BOOLEAN":
            return number % 2 == 1
        case "TIMESTAMP":
            return DAY_ONE + timedelta(days=number)


def cast_to(kind: Kind, text: str) -> object:
    """A value that a filter asks for, as its column has it; what cannot be is left to the database to refuse."""
    match kind:
        case "INTEGER":
            try:
                return int(float(text))
            except ValueError:
                return None
        case "BOOLEAN":
            return text.lower() == "true"
        case _:
            return text


def plain(value: object) -> Cell:
    match value:
        case None | bool() | int() | str():
            return value
        case float() | Decimal():
            number = round(float(value), 6)
            return int(number) if number.is_integer() else number
        case datetime():
            return value.isoformat(sep=" ", timespec="seconds").removesuffix(" 00:00:00")
        case date():
            return value.isoformat()
        case _:
            return str(value)


# ── what the tables are ──


def database_for(model: Model, query: Query, prepared: Sequence[Prepared], joins: Sequence[Join]) -> TinyDatabase:
    """A database with the tables that these read, still empty."""
    cubes = dict.fromkeys(cube.name for one in prepared for cube in cubes_of(one.planned.plan))
    kinds = columns_of(model)
    named: set[tuple[str, str]] = set()
    aliases = {model.cubes[name].alias: name for name in cubes}
    for one in prepared:
        for column in sqlglot.parse_one(one.statement.sql, read="duckdb").find_all(exp.Column):
            if column.table in aliases:
                named.add((aliases[column.table], column.name))
            elif not column.table:
                named |= {(cube, column.name) for cube in cubes if column.name in kinds[cube]}
    linked = {place for join in joins for place in joined_columns(join, model)}
    keys = {
        name: tuple(c for d in model.cubes[name].primary_key if (c := bare_column(d)) is not None) for name in cubes
    }
    columns: dict[str, dict[str, Kind]] = {}
    for cube in cubes:
        # The key first, then as the model names them.
        order = dict.fromkeys((*keys[cube], *kinds[cube], *(column for of, column in named if of == cube)))
        own: dict[str, Kind] = {
            column: kinds[cube].get(column, "VARCHAR") for column in order if (cube, column) in named
        }
        columns[cube] = own
    return TinyDatabase(columns, keys, frozenset(linked), dict(wanted_values(model, query)))


def wanted_values(model: Model, query: Query) -> Iterator[tuple[tuple[str, str], tuple[str, ...]]]:
    """The values that conditions of the query ask for, by the column that they test."""
    found: dict[tuple[str, str], list[str]] = {}
    for written in (*query.filters, *query.default_filters):
        for test in comparisons(written):
            place = column_behind(test.member, model)
            if place is not None:
                found.setdefault(place, []).extend(value for value in test.values if value is not None)
    for time in query.time_dimensions:
        place = column_behind(time.dimension, model)
        if place is not None and time.date_range is not None:
            start = time.date_range.start
            found[place] = [(start + timedelta(hours=hours)).isoformat(sep=" ") for hours in (12, 36)]
    yield from ((place, tuple(values)) for place, values in found.items() if values)


def column_behind(path: str, model: Model) -> tuple[str, str] | None:
    member = model.measure_or_dimension(path)
    if not isinstance(member, Dimension):
        return None
    if member.alias_of is not None:
        member = model.dimension(f"{member.alias_of.cube}.{member.alias_of.member}")
    column = bare_column(member)
    return None if column is None else (member.cube, column)


def comparisons(written: Filter) -> Iterator[Comparison]:
    match written:
        case Comparison():
            yield written
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from comparisons(part)


# ── the search ──


@dataclass(frozen=True, slots=True)
class Found:
    """Rows on which the statements differ, and what each answers."""

    tables: tuple[TinyTable, ...]
    answers: Answers


def search(database: TinyDatabase, statements: Sequence[Statement], shows: Callable[[Answers], bool]) -> Found | None:
    """Rows on which the answers show what is to be shown; as few as make it so. None if none are found.

    Raises:
        CannotRun: the database refuses a statement.
    """

    def ask(rows: Mapping[str, Rows]) -> Answers:
        database.fill(rows)
        return [database.ask(statement) for statement in statements]

    until = monotonic() + SECONDS
    for seed in range(TRIES):
        if monotonic() > until:
            return None
        rows = database.invented(seed)
        if shows(ask(rows)):
            rows = fewer(rows, lambda fewer_rows: shows(ask(fewer_rows)))
            tables = tuple(
                TinyTable(cube, tuple(database.columns[cube]), tuple(tuple(map(plain, row)) for row in own))
                for cube, own in rows.items()
            )
            return Found(tables, ask(rows))
    return None


def fewer(rows: dict[str, Rows], holds: Callable[[dict[str, Rows]], bool]) -> dict[str, Rows]:
    """The rows without those that are not needed."""
    for cube, own in tuple(rows.items()):
        # An empty table shows what is missing, not what is joined.
        for number in reversed(range(1, len(own))):
            without = {**rows, cube: [row for at, row in enumerate(rows[cube]) if at != number]}
            if holds(without):
                rows = without
    return rows
