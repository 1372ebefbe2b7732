"""Measure, print and write the table: `python -m bench [--quick]`.

Every figure is taken in one run on one machine, kubus and Cube in turn; medians of several runs. What is kept in the
answers' cache, and what reaches the database, is said with each.
"""

import argparse
import json
import platform
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from tests.engines.corpus_data import load_postgres, write_csv_files
from tests.engines.postgres import running_postgres

import kubus
from bench.requests import Client, Load, load, median, path_of
from bench.servers import CUBE_VERSION, SECRET, Database, Running, running
from kubus.auth.minting import mint_token
from kubus.library import SemanticLayer
from kubus.loading.load import load_files
from kubus.sources.options import PostgresOptions
from kubus.sources.registry import make_source

HERE = Path(__file__).parent
SMALL = {"measures": ["orders.count", "orders.total"], "dimensions": ["orders.status"]}
LARGE = {"measures": ["orders.count"], "dimensions": ["users.company", "users.city"], "limit": 170}
NARROW: Callable[[int], dict[str, Any]] = lambda n: {  # noqa: E731 - a shape with a value
    "measures": ["orders.count"],
    "filters": [{"member": "orders.id", "operator": "equals", "values": [str(n)]}],
}
HEAVY: Callable[[int], dict[str, Any]] = lambda n: {  # noqa: E731
    "measures": ["orders.total", "line_items.pieces"],
    "dimensions": ["users.city"],
    "filters": [{"member": "orders.id", "operator": "notEquals", "values": [str(n)]}],
}


def rows_query(limit: int) -> dict[str, Any]:
    return {
        "dimensions": [
            "line_items.id",
            "line_items.quantity",
            "line_items.price",
            "orders.status",
            "orders.created_at",
        ],
        "limit": limit,
        "order": {"line_items.id": "asc"},
    }


class Table:
    """The figures, as they are measured."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def add(self, what: str, ours: str, theirs: str, ratio: str, first: str, goal: str, reached: bool | None) -> None:
        mark = "" if reached is None else "yes" if reached else "no"
        row = {
            "what": what,
            "kubus": ours,
            "cube": theirs,
            "ratio": ratio,
            "first": first,
            "goal": goal,
            "reached": mark,
        }
        self.rows.append(row)
        print(f"{what}: kubus {ours}, Cube {theirs}, {ratio} (first {first}) {mark}", flush=True)

    def times(self, what: str, ours: float, theirs: float, first: float, goal: float, unit: str, *, more: bool) -> None:
        """A figure that is a multiple: of requests (`more`), or of time and memory, where less is better."""
        ratio = ours / theirs if more else theirs / ours
        sign = "≥" if more else "≤ 1/"
        self.add(what, f"{ours:,.1f} {unit}", f"{theirs:,.1f} {unit}", f"{ratio:.1f}×", f"{sign} {first:g}×" if more else f"{sign}{first:g}",
                 f"{sign} {goal:g}×" if more else f"{sign}{goal:g}", ratio >= first)  # fmt: skip


def in_turn(servers: list[Running], times: int, measure: Callable[[Running], float]) -> dict[str, list[float]]:
    """Several runs of a measure, the servers taking turns."""
    found: dict[str, list[float]] = {server.name: [] for server in servers}
    for _ in range(times):
        for server in servers:
            found[server.name].append(measure(server))
    return found


def cold_start(database: Database, folder: Path, runs: int, table: Table) -> None:
    found: dict[str, list[float]] = {"kubus": [], "cube": []}
    memory: dict[str, tuple[float, float]] = {}
    for _ in range(runs):
        for number, name in enumerate(found):
            began = time.perf_counter()
            with running(name, database, folder / name, 4301 + number) as server:
                idle = server.memory_mb()
                Client(server).get(path_of("load", SMALL))
                found[name].append((time.perf_counter() - began) * 1000)
                memory[name] = (idle, server.memory_mb())
    ours, theirs = median(found["kubus"]), median(found["cube"])
    table.add("process start to first answer", f"{ours:.0f} ms", f"{theirs:.0f} ms", f"{theirs / ours:.1f}×", "≤ 1 s", "≤ 0.4 s", ours <= 1000)  # fmt: skip
    for number, what in enumerate(("memory idle", "memory after the first answer")):
        ours, theirs = memory["kubus"][number], memory["cube"][number]
        table.add(
            what, f"{ours:.0f} MB", f"{theirs:.0f} MB", f"{theirs / ours:.1f}×", "≤ 120 MB", "≤ 80 MB", ours <= 120
        )


def cached(servers: list[Running], seconds: int, runs: int, table: Table) -> None:
    for size, query, first, goal in (("small", SMALL, 10, 40), ("large", LARGE, 20, 80)):
        path = path_of("load", query)
        length = {server.name: len(Client(server).get(path)[0]) for server in servers}
        for connections in (1, 8, 64):
            best: dict[str, list[Load]] = {server.name: [] for server in servers}
            for _ in range(runs):
                for server in servers:
                    best[server.name].append(load(server, path, connections, seconds))
            rates = {name: median([one.rate for one in found]) for name, found in best.items()}
            what = f"cached load, {size} answers ({length['kubus']:,} B), {connections} connections"
            table.times(what, rates["kubus"], rates["cube"], first, goal, "requests/s", more=True)
            if connections == 64:
                late = {name: median([one.p99_ms for one in found]) for name, found in best.items()}
                table.times(f"the same, p99", late["kubus"], late["cube"], 20, 100, "ms", more=False)  # noqa: F541


def uncached(servers: list[Running], database: Database, count: int, table: Table) -> None:
    sql = SemanticLayer(
        {"model.yml": __import__("bench.servers", fromlist=["x"]).KUBUS_MODEL},
        {"default": make_source("default", PostgresOptions(url=database.url))},
    )
    number = iter(range(1, 10**9))
    clients = {server.name: Client(server) for server in servers}
    with psycopg.connect(database.url, autocommit=True, prepare_threshold=3) as connection:
        for what, make, times in (("narrow", NARROW, count), ("heavy", HEAVY, max(5, count // 10))):
            bare: list[float] = []
            found: dict[str, list[float]] = {name: [] for name in clients}
            before = transactions(database)
            for _ in range(times):
                statement = sql.sql(make(next(number)))
                began = time.perf_counter()
                psycopg.RawCursor(connection).execute(statement.sql, statement.parameters).fetchall()
                bare.append((time.perf_counter() - began) * 1000)
                for name, client in clients.items():
                    found[name].append(client.get(path_of("load", make(next(number))))[1])
            time.sleep(1)
            reached = transactions(database) - before
            base, ours, theirs = median(bare), median(found["kubus"]), median(found["cube"])
            # kubus' own statement, twice over: every answer of both servers and the bare ones asked the database.
            assert reached >= 3 * times, (reached, times)
            if what == "narrow":
                table.add("uncached load over the bare statement, narrow", f"+{ours - base:.2f} ms", f"+{theirs - base:.2f} ms",
                          f"statement {base:.2f} ms", "≤ 3 ms", "≤ 1 ms", ours - base <= 3)  # fmt: skip
            else:
                table.add("the same where the database dominates", f"{ours / base:.2f} of it", f"{theirs / base:.2f} of it",
                          f"statement {base:.1f} ms", "≤ 1.2", "≤ 1.05", ours / base <= 1.2)  # fmt: skip


def transactions(database: Database) -> int:
    with psycopg.connect(database.url, autocommit=True) as connection:
        row = connection.execute(
            "SELECT xact_commit FROM pg_stat_database WHERE datname = %s", [database.name]
        ).fetchone()
        assert row is not None
        return int(row[0])


def other_endpoints(servers: list[Running], seconds: int, runs: int, table: Table) -> None:
    for endpoint, query in (("sql", SMALL), ("meta", None)):
        path = path_of(endpoint, query)
        rates = in_turn(servers, runs, lambda server, path=path: load(server, path, 8, seconds).rate)
        table.times(
            f"/{endpoint}, 8 connections", median(rates["kubus"]), median(rates["cube"]), 5, 20, "requests/s", more=True
        )


def many_rows(servers: list[Running], runs: int, table: Table) -> None:
    clients = {server.name: Client(server) for server in servers}
    for limit in (10_000, 50_000):
        offset = iter(range(1000))

        def once(server: Running, limit: int = limit, offset: Any = offset) -> float:
            query = {**rows_query(limit), "offset": next(offset)}
            return clients[server.name].get(path_of("load", query))[1]

        found = in_turn(servers, runs, once)
        table.times(
            f"{limit:,} rows × 5, uncached", median(found["kubus"]), median(found["cube"]), 3, 8, "ms", more=False
        )


def new_token(server: Running, table: Table) -> None:
    client = Client(server)
    path = path_of("load", SMALL)
    client.get(path)
    warm = median([client.get(path)[1] for _ in range(200)])
    now = int(time.time())
    tokens = [mint_token({"n": n}, SECRET, issued_at=now, lifetime=3600) for n in range(200)]
    cold = median([client.get(path, token)[1] for token in tokens])
    table.add("first request with a new token (HS256), over warm", f"+{cold - warm:.2f} ms", "", "", "≤ 1 ms", "≤ 0.15 ms", cold - warm <= 1)  # fmt: skip


def planning(database: Database, table: Table) -> None:
    model = __import__("bench.servers", fromlist=["x"]).KUBUS_MODEL
    layer = SemanticLayer({"model.yml": model}, {"default": make_source("default", PostgresOptions(url=database.url))})
    measures = ["orders.count", "orders.total", "users.count", "line_items.pieces", "products.count"]
    dimensions = ["orders.status", "users.city", "products.name", "line_items.quantity", "users.company"]
    shapes = [
        {"measures": [m], "dimensions": [d], "limit": n}
        for n, (m, d) in enumerate((m, d) for m in measures for d in dimensions)
    ]
    shapes += [
        {"measures": [m, "orders.count"], "dimensions": [d], "limit": 100 + n}
        for n, (m, d) in enumerate((m, d) for m in measures[1:] for d in dimensions)
    ]
    shapes += [{"measures": measures[:n], "dimensions": ["orders.status"], "limit": 200 + n} for n in range(1, 6)]
    layer.sql(SMALL)
    new, seen = [], []
    for shape in shapes:
        try:
            began = time.perf_counter()
            layer.sql(shape)
            new.append((time.perf_counter() - began) * 1000)
        except kubus.QueryError:
            continue
        began = time.perf_counter()
        layer.sql(shape)
        seen.append((time.perf_counter() - began) * 1000)
    p50, p99 = median(new), statistics.quantiles(new, n=100)[98]
    table.add(f"planning a shape not seen before, of {len(new)}, p50 / p99", f"{p50:.2f} / {p99:.2f} ms", "", "", "≤ 5 / 20 ms", "≤ 1 / 5 ms", p50 <= 5 and p99 <= 20)  # fmt: skip
    table.add("planning a shape seen before", f"{median(seen):.3f} ms", "", "with parsing the JSON", "≤ 0.3 ms", "≤ 0.05 ms", median(seen) <= 0.3)  # fmt: skip


def many_cubes(count: int) -> str:
    lines = ["cubes:"]
    for n in range(count):
        lines += [f"  - name: cube_{n}", f"    sql_table: table_{n}", "    dimensions:",
                  "      - {name: id, sql: id, type: number, primary_key: true}"]  # fmt: skip
        for d in range(9):
            lines.append(f"      - {{name: d{d}, sql: \"{{CUBE}}.column_{d} || 'x{n}'\", type: string}}")
        lines.append("    measures:")
        lines += [f"      - {{name: m{m}, sql: amount_{m}, type: sum}}" for m in range(10)]
    return "\n".join(lines) + "\n"


def compiling(database: Database, folder: Path, table: Table, quick: bool) -> None:
    for count in (10, 100) if quick else (10, 100, 1000):
        text = many_cubes(count)
        began = time.perf_counter()
        load_files({"model.yml": text}, {"default": "postgres"})
        ours = (time.perf_counter() - began) * 1000
        if count > 100:
            table.add(
                f"model compile, {count} cubes of 20 members, cold",
                f"{ours:,.0f} ms",
                "",
                "",
                "",
                "≤ 1.5 s for 1,000",
                None,
            )
            continue
        with running("cube", database, folder / "compile", 4310, cube_tables(text)) as server:
            client = Client(server)
            began = time.perf_counter()
            client.get(path_of("meta", None))
            theirs = (time.perf_counter() - began) * 1000
        table.times(
            f"model compile, {count} cubes of 20 members, cold (Cube: YAML)", ours, theirs, 20, 60, "ms", more=False
        )


def cube_tables(text: str) -> str:
    lines = [line.replace("sql_table: ", "sql: SELECT * FROM ") for line in text.splitlines()]
    return "\n".join(lines) + "\n"


def write(table: Table) -> None:
    about = (
        f"kubus {kubus.__version__} on Python {platform.python_version()}; Cube {CUBE_VERSION} (memory driver, without its native part) on "
        f"node {subprocess.run(['node', '--version'], capture_output=True, text=True, check=True).stdout.strip()}; PostgreSQL on the same "
        "machine with 10,000 orders; 2 shared cores, on which the load generator (wrk) runs as well. Medians of several runs in turn."
    )
    lines = [
        "# Results",
        "",
        about,
        "",
        "| What | kubus | Cube | Ratio | First | Goal | First reached |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {r['what']} | {r['kubus']} | {r['cube']} | {r['ratio']} | {r['first']} | {r['goal']} | {r['reached']} |"
        for r in table.rows
    ]
    (HERE / "RESULTS.md").write_text("\n".join(lines) + "\n")
    (HERE / "results.json").write_text(json.dumps(table.rows, ensure_ascii=False, indent=1) + "\n")
    print("\n".join(lines))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--quick", action="store_true", help="fewer and shorter runs")
    quick: bool = arguments.parse_args().quick
    seconds, runs = (2, 3) if quick else (4, 5)
    table = Table()
    with running_postgres() as postgres, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_csv_files(folder)
        load_postgres(postgres, folder, "golden")
        database = Database(postgres.host, postgres.port, postgres.user, "golden")
        # More line items than the corpus has, for long answers.
        postgres.psql("golden", "INSERT INTO line_items SELECT id + 100000 * n, order_id, product_id, quantity, price, created_at FROM line_items, generate_series(1, 2) AS g(n)", "ANALYZE")  # fmt: skip
        cold_start(database, folder, runs, table)
        with (
            running("kubus", database, folder / "kubus", 4303) as ours,
            running("cube", database, folder / "cube", 4304) as theirs,
        ):
            servers = [ours, theirs]
            cached(servers, seconds, runs, table)
            other_endpoints(servers, seconds, runs, table)
            new_token(ours, table)
            uncached(servers, database, 60 if quick else 200, table)
            many_rows(servers, runs, table)
        planning(database, table)
        compiling(database, folder, table, quick)
    write(table)


main()
