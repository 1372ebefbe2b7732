"""Answers that are kept: how many a second, how late the last of them; and the endpoints without a database."""

import sys
from collections.abc import Iterator, Sequence
from functools import partial

from tests.engines.ports import free_port

from bench.figures import Figure, Sample, sample
from bench.queries import LARGE, SMALL, Query, narrow
from bench.requests import Client, Load, bear, path_of
from bench.servers import ROOT, Running, process
from bench.stage import Pair, in_turn

CONNECTIONS = (1, 8, 64)


def cached_load(pair: Pair) -> Iterator[Figure]:
    for target, query in (("cached-small", SMALL), ("cached-large", LARGE)):
        yield from cached(pair, target, query)


def cached(pair: Pair, target: str, query: Query) -> Iterator[Figure]:
    path = path_of("load", query)
    sizes = [len(Client(server).get(path)[0]) for server in pair.both]
    body = pair.stage.folder / "body.json"
    body.write_bytes(Client(pair.kubus).get(path)[0])
    port = free_port()
    command = [sys.executable, "-m", "bench.raw_asgi", str(port), str(body)]
    folder = pair.stage.folder / "raw"
    folder.mkdir(exist_ok=True)
    with process("raw ASGI", command, folder, {"PYTHONPATH": str(ROOT)}, port) as raw:
        servers = (*pair.both, raw)
        for server in servers:
            bear(server, [path], 8, 1)
        for connections in CONNECTIONS:
            ours, theirs, limit = loads(servers, [path], connections, pair)
            where = f"{connections} connection{'s' if connections > 1 else ''}"
            size = f"{sizes[0]:,} B, Cube's {sizes[1]:,} B"
            yield Figure(target, where, "requests/s", rates(ours), "Cube", rates(theirs), note=size)
            yield Figure(
                f"{target}-p99", where, "ms", lateness(ours), "Cube", lateness(theirs), note=halves(ours, theirs)
            )
            yield Figure("cached-raw", f"{sizes[0]:,} B, {where}", "requests/s", rates(ours), "raw ASGI", rates(limit))


def other_endpoints(pair: Pair) -> Iterator[Figure]:
    # The same bytes again, as when a page is opened again; and texts that did not come before.
    told = [("sql", "the same query", [path_of("sql", SMALL)]), ("meta", "", [path_of("meta")])]
    for target, detail, paths in told:
        ours, theirs = loads(pair.both, paths, 8, pair)
        where = ", ".join(filter(None, (detail, "8 connections")))
        yield Figure(target, where, "requests/s", rates(ours), "Cube", rates(theirs))
    # More paths than are asked for in a run: none comes twice.
    numbers = iter(range(1, 10_000_000))
    found: list[list[Load]] = [[], []]
    for _ in range(pair.stage.runs):
        for loads_, server in zip(found, pair.both, strict=True):
            paths = [path_of("sql", narrow(next(numbers))) for _ in range(40_000)]
            loads_.append(bear(server, paths, 8, pair.stage.seconds))
    yield Figure(
        "sql", "another value each time, 8 connections", "requests/s", rates(found[0]), "Cube", rates(found[1])
    )


def loads(servers: Sequence[Running], paths: Sequence[str], connections: int, pair: Pair) -> list[list[Load]]:
    for server in servers:
        # Neither a model that compiles nor a statement that runs belongs to what is measured here.
        Client(server).get(paths[0])
    return [
        list(found)
        for found in in_turn(
            pair.stage.runs, *(partial(bear, server, paths, connections, pair.stage.seconds) for server in servers)
        )
    ]


def rates(found: Sequence[Load]) -> Sample:
    return sample([one.rate for one in found])


def lateness(found: Sequence[Load]) -> Sample:
    return sample([one.p99_ms for one in found])


def halves(ours: Sequence[Load], theirs: Sequence[Load]) -> str:
    p50 = [sample([one.p50_ms for one in found]).median for found in (ours, theirs)]
    return f"p50 {p50[0]:.2f} ms, Cube's {p50[1]:.2f} ms"
