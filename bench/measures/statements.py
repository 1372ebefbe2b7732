"""The SQL itself: the same answer, in how much of the database's time."""

import datetime
import decimal
import json
from collections.abc import Iterator
from typing import Any

import psycopg

from bench.figures import Figure, sample
from bench.measures.uncached import bare, sql_of
from bench.queries import COMPARED
from bench.requests import Client
from bench.stage import Pair


def compared(pair: Pair) -> Iterator[Figure]:
    ratios: dict[str, float] = {}
    refused: list[str] = []
    different: list[str] = []
    with psycopg.connect(pair.stage.database.url, autocommit=True) as connection:
        # Neither gets parallel workers: there are two cores, and the other measures' servers.
        connection.execute("SET max_parallel_workers_per_gather = 0")
        ours, theirs = Client(pair.kubus), Client(pair.cube)
        for query in COMPARED:
            name = named(query)
            whole = {**query, "limit": 50_000}
            mine = sql_of(ours, whole)
            try:
                peers = sql_of(theirs, whole)
            except RuntimeError as error:
                refused.append(f"{name}: {error}")
                continue
            if rows(connection, *mine) != rows(connection, *peers):
                different.append(name)
            times = [(bare(connection, *mine), bare(connection, *peers)) for _ in range(pair.stage.runs + 2)]
            ratios[name] = sample([t[0] for t in times]).median / sample([t[1] for t in times]).median
    slowest = sorted(ratios, key=ratios.__getitem__, reverse=True)
    note = "; ".join(f"{name} {ratios[name]:.2f}" for name in slowest[:4])
    over = sum(ratio > 1.05 for ratio in ratios.values())
    yield Figure(
        "sql-worst", f"of {len(ratios)}", "of Cube's", sample(max(ratios.values())), note=f"{over} above 1.05: {note}"
    )
    yield Figure("sql-median", f"of {len(ratios)}", "of Cube's", sample(list(ratios.values())),
                 note=f"other answers than Cube's: {'; '.join(different) or 'none'}. Refused by Cube: {'; '.join(refused) or 'none'}")  # fmt: skip


def named(query: dict[str, Any]) -> str:
    return json.dumps({name: value for name, value in query.items() if name != "limit"}, separators=(",", ":"))


def rows(connection: psycopg.Connection[Any], sql: str, parameters: list[Any]) -> list[tuple[str, ...]]:
    """The rows as texts, sorted: neither order nor the types of numbers count."""
    found = psycopg.RawCursor(connection).execute(sql, parameters).fetchall()  # pyright: ignore[reportArgumentType]
    return sorted(tuple(map(text, row)) for row in found)


def text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value)
        case int() | float() | decimal.Decimal():
            return f"{float(value):.6g}"
        case datetime.datetime():
            return value.replace(tzinfo=None).isoformat()
        case _:
            return str(value)
