"""Answers of many rows: their time, and the memory that they take."""

import time
from collections.abc import Iterator
from functools import partial

import duckdb

from bench.figures import Figure, sample
from bench.models import NUMBERS, SHOP
from bench.queries import rows
from bench.requests import Client, path_of
from bench.servers import Running, running
from bench.stage import Pair, Stage, in_turn

ALL = 1_000_000


def long_answers(pair: Pair) -> Iterator[Figure]:
    numbers = iter(range(1, 10**9))
    clients = [Client(server) for server in pair.both]

    def asked(client: Client, limit: int) -> float:
        return client.get(path_of("load", rows(limit, next(numbers))))[1]

    for limit in (10_000, 50_000):
        size = len(clients[0].get(path_of("load", rows(limit, next(numbers))))[0])
        ours, theirs = in_turn(
            pair.stage.runs, lambda n=limit: asked(clients[0], n), lambda n=limit: asked(clients[1], n)
        )
        detail = f"{limit:,} rows of 5 columns, not kept"
        yield Figure("rows", detail, "ms", sample(ours), "Cube", sample(theirs), note=f"{size / 1e6:.1f} MB")


def beside_copy(stage: Stage) -> Iterator[Figure]:
    """kubus on a DuckDB file, and DuckDB itself writing the same rows."""
    settings = {
        "CUBEJS_DB_TYPE": "duckdb",
        "CUBEJS_DB_DUCKDB_DATABASE_PATH": str(stage.duckdb),
        "CUBEJS_DB_QUERY_LIMIT": str(ALL),
    }
    target = stage.folder / "copy.json"
    numbers = iter(range(1, 10**9))
    with (
        running("kubus", stage.folder / "copy", {"shop.yml": SHOP}, settings) as server,
        duckdb.connect(str(stage.duckdb), read_only=True) as connection,
    ):
        client = Client(server)

        def copied() -> float:
            sql, parameters = client.json(path_of("sql", rows(100_000, next(numbers))))["sql"]["sql"]
            began = time.perf_counter()
            connection.execute(f"COPY ({sql}) TO '{target}' (FORMAT json, ARRAY true)", parameters)
            return (time.perf_counter() - began) * 1000

        def asked() -> float:
            return client.get(path_of("load", rows(100_000, next(numbers))))[1]

        asked()
        copied()
        ours, copies = in_turn(stage.runs, asked, copied)
    yield Figure("rows-copy", "100,000 rows of 5 columns", "ms", sample(ours), "COPY", sample(copies))


def exports(stage: Stage) -> Iterator[Figure]:
    sources = {"PostgreSQL": stage.database.settings, "DuckDB": {"CUBEJS_DB_TYPE": "duckdb"}}
    for name, source in sources.items():
        settings = {**source, "CUBEJS_DB_QUERY_LIMIT": str(ALL)}
        with running("kubus", stage.folder / "export", {"numbers.yml": NUMBERS}, settings) as server:
            client = Client(server)
            client.get(path_of("load", export(10)))
            idle = server.memory_mb()
            # What the allocators keep for the next answer belongs to both.
            peak(server, client, 200_000)
            over_idle = partial(peak_over, idle, server, client)
            some, every = in_turn(3, partial(over_idle, 200_000), partial(over_idle, ALL))
            kept = server.memory_mb() - idle
        yield Figure("export-flat", name, "MB over idle", sample(every), "200,000 rows", sample(some))
        yield Figure("export", name, "MB", sample(every), note=f"idle {idle:.0f} MB; {kept:.0f} MB stay afterwards")


def export(limit: int) -> dict[str, object]:
    """Rows as they come: to sort or to group them is the database's memory, and DuckDB's is the server's."""
    return {
        "dimensions": [f"numbers.{name}" for name in ("id", "name", "kind", "amount")],
        "limit": limit,
        "ungrouped": True,
        "order": [],
    }


def peak_over(idle: float, server: Running, client: Client, limit: int) -> float:
    return peak(server, client, limit) - idle


def peak(server: Running, client: Client, limit: int) -> float:
    server.forget_peak()
    client.get(path_of("load", export(limit)))
    return server.peak_mb()
