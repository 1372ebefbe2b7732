"""Answers that are not kept, over the bare statement in the same database."""

import time
from collections.abc import Iterator
from typing import Any

import psycopg

from bench.figures import Figure, sample
from bench.queries import heavy, narrow
from bench.requests import Client, path_of
from bench.servers import Running
from bench.stage import Pair

# PostgreSQL counts the transactions of a connection late: when it has been idle for that long.
COUNTED_AFTER = 12


def uncached(pair: Pair) -> Iterator[Figure]:
    """Each request has another value in its filter, so that no answer is kept; the database's own count proves it."""
    count = 60 if pair.stage.quick else 150
    database = pair.stage.database
    before = database.transactions()
    numbers = iter(range(1, 10**9))
    asked = 0
    with psycopg.connect(database.url, autocommit=True) as connection:
        for make, times in ((narrow, count), (heavy, 7 if pair.stage.quick else 15)):
            timed: dict[str, list[float]] = {"kubus": [], "cube": [], "kubus, bare": [], "cube, bare": []}
            runs: dict[str, list[float]] = {name: [] for name in timed}
            clients = {server.name: Client(server) for server in pair.both}
            for client in clients.values():
                client.get(path_of("load", make(next(numbers))))
            for _ in range(pair.stage.runs):
                for values in timed.values():
                    values.clear()
                for _ in range(times):
                    for name, client in clients.items():
                        timed[name].append(client.get(path_of("load", make(next(numbers))))[1])
                        sql, parameters = sql_of(client, make(next(numbers)))
                        timed[f"{name}, bare"].append(bare(connection, sql, parameters))
                    asked += 4
                for name, values in timed.items():
                    runs[name].append(sample(values).median)
            over = {
                name: sample([whole - base for whole, base in zip(runs[name], runs[f"{name}, bare"], strict=True)])
                for name in clients
            }
            base = sample(runs["kubus, bare"])
            if make is narrow:
                note = f"the statement {base.median:.2f} ms, a request {sample(runs['kubus']).median:.2f} ms"
                yield Figure("uncached", "narrow", "ms", over["kubus"], note=note)
                yield Figure("uncached-cube", "narrow", "ms", over["kubus"], "Cube", over["cube"])
            else:
                yield Figure("uncached-heavy", "kubus", "ms", sample(runs["kubus"]), "its statement", base)
                theirs = sample(runs["cube, bare"])
                note = f"Cube {sample(runs['cube']).median:.1f} ms, its statement {theirs.median:.1f} ms"
                yield Figure(
                    "uncached-heavy", "kubus", "ms", sample(runs["kubus"]), "Cube's statement", theirs, note=note
                )
    reached = counted(pair, before, asked)
    if reached < asked:
        raise RuntimeError(f"{asked} requests were to reach the database, and {reached} transactions did")


def counted(pair: Pair, before: int, asked: int) -> int:
    """How many transactions the database saw, once it has counted them."""
    end = time.monotonic() + COUNTED_AFTER
    while (reached := pair.stage.database.transactions() - before) < asked and time.monotonic() < end:
        time.sleep(0.5)
    return reached


def sql_of(client: Client, query: dict[str, Any]) -> tuple[str, list[Any]]:
    """The statement that a server would run, and its parameters."""
    sql, parameters = client.json(path_of("sql", query))["sql"]["sql"]
    return sql, parameters


def bare(connection: psycopg.Connection[Any], sql: str, parameters: list[Any]) -> float:
    began = time.perf_counter()
    psycopg.RawCursor(connection).execute(sql, parameters).fetchall()  # pyright: ignore[reportArgumentType] - SQL of servers
    return (time.perf_counter() - began) * 1000


def both_sql(servers: tuple[Running, Running], query: dict[str, Any]) -> list[tuple[str, list[Any]]]:
    return [sql_of(Client(server), query) for server in servers]
