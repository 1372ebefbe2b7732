"""Keys of tables: the declared ones, and those that names suggest and the rows confirm."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from sqlglot import exp

from kubus.errors import SourceError
from kubus.generate.catalog import Catalog, ForeignKey, Table, ask
from kubus.model.names import snake_case
from kubus.sources.source import Source

# How many statements look at rows at the same time.
AT_ONCE = 4
# Of how many different values it is seen whether they are keys of another table, and how many of them have to be.
SAMPLED = 10_000
MOST = 0.9
# What warehouses put before the names of tables.
PREFIXES = ("dim_", "fact_", "fct_", "stg_", "tbl_")


async def with_keys(catalog: Catalog, source: Source, tables: Iterable[Table]) -> Catalog:
    """The tables with the keys that their rows have, where none are declared, and where they lead.

    A key is believed if its values are there in every row and no two are the same; where a column leads, if at least
    nine in ten of its values are keys there. A statement that fails, or takes too long, confirms nothing.
    """
    wanted = {table.path for table in tables}
    turns = asyncio.Semaphore(AT_ONCE)

    async def holds(question: exp.Expr) -> bool:
        async with turns:
            try:
                rows = await ask(source, question.sql(dialect=source.dialect))
            except SourceError:
                return False
        return bool(rows and rows[0][0])

    async def keyed(table: Table) -> Table:
        if table.key or table.path not in wanted:
            return table
        for name in likely_keys(table):
            if await holds(is_key(table, name)):
                return replace(table, key=(name,), key_found=True)
        return table

    with_key = await asyncio.gather(*(keyed(table) for table in catalog.tables))
    by_path = {table.path: table for table in with_key}

    async def led(table: Table) -> Table:
        if table.path not in wanted:
            return table
        declared = {key.columns for key in table.foreign_keys}
        suggested = [key for key in likely_ways(table, by_path) if key.columns not in declared]
        confirmed = await asyncio.gather(*(holds(leads(table, key)) for key in suggested))
        found = tuple(key for key, holds_true in zip(suggested, confirmed, strict=True) if holds_true)
        return replace(table, foreign_keys=(*table.foreign_keys, *found))

    return replace(catalog, tables=tuple(await asyncio.gather(*(led(table) for table in with_key))))


# ── what names suggest ──


def likely_keys(table: Table) -> Iterator[str]:
    """The columns that may be the key of a table, the likeliest first."""
    unique = [columns[0] for columns in table.unique if len(columns) == 1]
    own = {f"{name}_{end}" for name in spellings(table.name) for end in ("id", "key", "uuid", "code", "no", "number")}
    wanted = ("id", f"{singular(snake_case(table.name))}_id", "uuid", "key", "code", *sorted(own))
    by_name = {snake_case(column.name): column.name for column in table.columns if column.kind in ("number", "string")}
    yield from dict.fromkeys((*unique, *(by_name[name] for name in wanted if name in by_name)))


def likely_ways(table: Table, tables: Mapping[tuple[str, str], Table]) -> Iterator[ForeignKey]:
    """Where columns such as `user_id` may lead: to a table of that name in the same schema, by a key of that kind."""
    named = {name: other for other in tables.values() if other.schema == table.schema for name in spellings(other.name)}
    for column in table.columns:
        stem = stem_of(column.name)
        if stem is None or (column.name,) == table.key:
            continue
        # `billing_user_id` is of a user, unless there is a table of billing users.
        parts = stem.split("_")
        names = ["_".join(parts[start:]) for start in range(len(parts))]
        other = next((named[name] for name in names if name in named), None)
        if other is None or other.path == table.path or len(other.key) != 1:
            continue
        key = other.column(other.key[0])
        if key is not None and key.kind == column.kind:
            yield ForeignKey((column.name,), other.path, other.key, found=True)


def stem_of(column: str) -> str | None:
    """`user` of `user_id` and `userId`; None where a column is no such one."""
    name = snake_case(column)
    for end in ("_id", "_key", "_uuid", "_code", "_fk"):
        if name.endswith(end) and len(name) > len(end):
            return name.removesuffix(end)
    return None


def spellings(table: str) -> Iterator[str]:
    """How columns may call a table: `users`, `user`; without the prefixes of warehouses."""
    name = snake_case(table)
    for plain in dict.fromkeys((name, *(name.removeprefix(start) for start in PREFIXES))):
        yield plain
        yield singular(plain)


def singular(name: str) -> str:
    """`user` of `users`, `category` of `categories`, `address` of `addresses`."""
    if name.endswith("ies") and len(name) > 4:
        return name[:-3] + "y"
    for end in ("sses", "shes", "ches", "xes"):
        if name.endswith(end):
            return name[:-2]
    return name[:-1] if name.endswith("s") and not name.endswith(("ss", "us", "is")) else name


# ── what rows say ──


def table_of(table: Table) -> exp.Table:
    return exp.table_(table.name, db=table.schema, quoted=True)


def column_of(name: str, table: str | None = None) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True), table=table)


def is_key(table: Table, column: str) -> exp.Select:
    """Whether a column is there in every row, and different in each."""
    value = column_of(column)
    every = exp.Count(this=exp.Star())
    there = exp.EQ(this=every, expression=exp.Count(this=value.copy()))
    apart = exp.EQ(this=every.copy(), expression=exp.Count(this=exp.Distinct(expressions=[value])))
    some = exp.GT(this=every.copy(), expression=exp.Literal.number(0))
    return exp.select(exp.and_(some, there, apart)).from_(table_of(table))


def leads(table: Table, key: ForeignKey) -> exp.Select:
    """Whether most values of a column are keys of the other table."""
    (column,), (to,) = key.columns, key.to
    value = column_of(column)
    values = (
        exp.select(exp.alias_(value, "value"))
        .distinct()
        .from_(table_of(table))
        .where(exp.not_(exp.Is(this=value.copy(), expression=exp.Null())))
        .limit(SAMPLED)
        .subquery("asked")
    )
    other = exp.table_(key.table[1], db=key.table[0], quoted=True, alias="other")
    found = exp.Count(this=column_of(to, "other"))
    every = exp.Count(this=exp.Star())
    enough = exp.GTE(this=found, expression=exp.Mul(this=every, expression=exp.Literal.number(MOST)))
    some = exp.GT(this=every.copy(), expression=exp.Literal.number(0))
    meet = exp.EQ(this=column_of(to, "other"), expression=exp.column("value", table="asked"))
    return exp.select(exp.and_(some, enough)).from_(values).join(other, on=meet, join_type="left")
