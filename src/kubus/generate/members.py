"""Members of a cube made of a table's columns: what to group by, and what to add up."""

import re
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from itertools import chain, count
from typing import NamedTuple

import duckdb
from sqlglot import exp

from kubus.define import Dimension, Measure, MeasureType, Sql
from kubus.generate.catalog import Table, TableColumn
from kubus.model.names import snake_case

# Words in names of numbers that are labels: nobody adds them up.
LABELS = frozenset({
    "code", "day", "extension", "fax", "hour", "level", "line", "month", "no", "number", "phone", "port", "position",
    "postal", "priority", "quarter", "rank", "sequence", "sort", "status", "step", "tier", "type", "version", "week",
    "year", "zip", "zipcode",
})  # fmt: skip
# Words in names of numbers that say how much for each: their mean says something, and their sum does not.
RATES = frozenset({
    "age", "average", "avg", "fraction", "grade", "height", "humidity", "latitude", "longitude", "margin", "mean",
    "percent", "percentage", "pct", "price", "rate", "rating", "ratio", "score", "share", "speed", "temperature",
})  # fmt: skip
# Names of two columns that say where something is.
PLACES = (("latitude", "longitude"), ("lat", "lng"), ("lat", "lon"), ("lat", "long"))

WHOLE = re.compile(r"(u?(tiny|small|big|huge)?int(eger)?(2|4|8)?|integer)\b", re.IGNORECASE)
SIMPLE = re.compile(r"[a-z_][a-z0-9_]*")


class FromColumns(NamedTuple):
    """A member, the columns that it is made of, and why it is made, in words for people."""

    member: Dimension | Measure
    columns: frozenset[str]
    why: str


def dimensions_of(table: Table, joined: Collection[str], dialect: str) -> Iterator[FromColumns]:
    """A dimension for each column that is something to group by. `joined` columns lead to other cubes instead."""
    place = place_of(table)
    names = member_names(table)
    for column in table.columns:
        is_key = column.name in table.key
        if column.kind is None or column in place or (column.name in joined and not is_key):
            continue
        if is_measured(column, table, joined):
            continue
        dimension = Dimension(
            name=names[column.name],
            sql=column_sql(column.name, dialect),
            type=column.kind,
            primary_key=True if is_key else None,
            description=column.comment,
        )
        yield FromColumns(dimension, frozenset({column.name}), why_dimension(column, is_key=is_key))
    if place:
        latitude, longitude = place
        dimension = Dimension(
            name=free("location", set(names.values()), "place"),
            type="geo",
            latitude=Sql(column_sql(latitude.name, dialect)),
            longitude=Sql(column_sql(longitude.name, dialect)),
        )
        why = f"{latitude.name} and {longitude.name} say where a row is"
        yield FromColumns(dimension, frozenset({latitude.name, longitude.name}), why)


def why_dimension(column: TableColumn, *, is_key: bool) -> str:
    if is_key:
        return "of the key: tells rows apart"
    match column.kind:
        case "number":
            return f"{column.type}: by its name a label, which nobody adds up"
        case "time":
            return f"{column.type}: to group by day, month, year"
        case _:
            return f"{column.type}: to group and filter by"


def measures_of(table: Table, joined: Collection[str], dialect: str) -> Iterator[FromColumns]:
    """The count of rows, and for each number that is an amount its sum and its mean."""
    names = member_names(table)
    taken = {names[column.name] for column in table.columns if not is_measured(column, table, joined)}
    yield FromColumns(Measure(name=free("count", taken, "rows"), type="count"), frozenset(), "how many rows there are")
    for column in table.columns:
        if not is_measured(column, table, joined):
            continue
        name, sql = names[column.name], column_sql(column.name, dialect)
        kinds: tuple[tuple[str, MeasureType], ...] = (("total", "sum"), ("average", "avg"))
        is_rate = bool(words_of(name) & RATES)
        for word, kind in kinds[1:] if is_rate else kinds:
            measure = Measure(name=free(prefixed(word, name), taken), sql=sql, type=kind, description=column.comment)
            said = "by its name so much for each: its mean, and no sum" if is_rate else "an amount"
            yield FromColumns(measure, frozenset({column.name}), f"{column.type}: {said}")


def is_measured(column: TableColumn, table: Table, joined: Collection[str]) -> bool:
    """Whether a column is an amount, to be added up, and not a label or the key of something."""
    if column.kind != "number" or column.name in table.key or column.name in joined or column in place_of(table):
        return False
    words = words_of(snake_case(column.name))
    if words & {"id", "key", "uuid", "fk"}:
        return False
    return not (WHOLE.match(column.type) and words & LABELS)


def place_of(table: Table) -> tuple[TableColumn, ...]:
    """The two columns that say where a row is, if there are such."""
    numbers = {snake_case(column.name): column for column in table.columns if column.kind == "number"}
    return next(((numbers[n], numbers[e]) for n, e in PLACES if n in numbers and e in numbers), ())


def words_of(name: str) -> frozenset[str]:
    return frozenset(name.split("_"))


def prefixed(word: str, name: str) -> str:
    """`total_amount`; of what is called a total already, itself."""
    return name if word in words_of(name) else f"{word}_{name}"


def free(name: str, taken: set[str], *others: str) -> str:
    """A name that nothing has yet, taken from now on: this one, or else another, or one with a number."""
    found = next(one for one in chain((name,), others, (f"{name}_{n}" for n in count(2))) if one not in taken)
    taken.add(found)
    return found


def member_names(table: Table) -> dict[str, str]:
    """A name for a member of each column: `order_date` for `Order Date`, and none twice."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for column in table.columns:
        names[column.name] = free(identifier(column.name), taken)
    return names


def identifier(name: str) -> str:
    """A name that a cube or member may have."""
    plain = re.sub(r"[^A-Za-z0-9_]+", "_", name.strip()).strip("_")
    snake = re.sub(r"_+", "_", snake_case(plain)) or "column"
    return f"n_{snake}" if snake[0].isdigit() else snake


def column_sql(name: str, dialect: str) -> str:
    """A column as member SQL: as it is where that is a plain name, or else quoted."""
    return name if is_plain(name) else "{CUBE}." + quoted(name, dialect)


def name_sql(name: str, dialect: str) -> str:
    """A name as SQL writes it, quoted where it has to be."""
    return name if is_plain(name) else quoted(name, dialect)


def quoted(name: str, dialect: str) -> str:
    return exp.to_identifier(name, quoted=True).sql(dialect=dialect)


def is_plain(name: str) -> bool:
    """Whether databases read a name as it is, in any case of letters, and take it for no word of their own."""
    return SIMPLE.fullmatch(name) is not None and name not in reserved_words()


# What PostgreSQL has of functions that are called without parentheses, and DuckDB takes for names.
CALLED_BY_NAME = frozenset({
    "current_catalog", "current_date", "current_role", "current_schema", "current_time", "current_timestamp",
    "current_user", "localtime", "localtimestamp", "session_user", "user",
})  # fmt: skip


@cache
def reserved_words() -> frozenset[str]:
    """What is no name in SQL: the words that DuckDB shares with PostgreSQL, and those of PostgreSQL alone."""
    with duckdb.connect() as connection:
        words = connection.execute("SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category <> 'unreserved'")
        return CALLED_BY_NAME.union(word for (word,) in words.fetchall())


def cube_names(tables: Iterable[Table], schema: str) -> dict[tuple[str, str], str]:
    """A name for the cube of each table: the table's, with its schema before it where two would have one name."""
    names: dict[tuple[str, str], str] = {}
    taken: set[str] = set()
    # Those of the schema at hand have the first choice.
    for table in sorted(tables, key=lambda one: one.schema != schema):
        name = identifier(table.name)
        if name in taken:
            name = free(identifier(f"{table.schema}_{table.name}"), taken)
        taken.add(name)
        names[table.path] = name
    return names
