"""Many proofs, in several processes: `python -m tests.prove.run_many --tuples 2000000`.

Worlds are numbered; every other chunk of them is on PostgreSQL, the others are on DuckDB. What is done is written to a
folder, so that a run that is stopped goes on where it was: `done.txt` holds the chunks with their sums, `<number>.txt`
each leak.
"""

import argparse
import asyncio
import json
import multiprocessing
import sys
import time
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import ExitStack
from pathlib import Path

from kubus.cli.prove import shown
from kubus.prove.place import Database, in_memory
from kubus.prove.prover import Proof, prove, random_trial
from tests.engines.postgres import running_postgres
from tests.prove.on_postgres import on_postgres

# Trials in a chunk.
CHUNK = 4


def prove_chunk(chunk: int, queries: int, folder: Path, url: str) -> tuple[int, dict[str, int]]:
    """The sums of one chunk; its leaks are written up."""
    proof = Proof()
    is_on_postgres = chunk % 2 == 1
    with ExitStack() as closing:
        database: Database = closing.enter_context(on_postgres(url)) if is_on_postgres else in_memory
        for number in range(chunk * CHUNK, (chunk + 1) * CHUNK):
            proof.add(asyncio.run(prove(random_trial(number), queries, database)))
    for leak in proof.leaks:
        (folder / f"{leak.trial.number}.txt").write_text(f"{shown(leak)}\n\n{leak.trial.world}\n")
    sums = {"tuples": proof.tuples, "queries": proof.queries, "worlds": proof.worlds, "leaks": len(proof.leaks)}
    sums["on PostgreSQL"] = proof.tuples if is_on_postgres else 0
    return chunk, {**sums, **{str(status): count for status, count in proof.statuses.items()}}


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--tuples", type=int, default=2_000_000)
    arguments.add_argument("--first", type=int, default=0, help="the first chunk")
    arguments.add_argument("--queries", type=int, default=30, help="queries asked of each world")
    arguments.add_argument("--processes", type=int, default=2)
    arguments.add_argument("--folder", type=Path, default=Path("build/prove"))
    given = arguments.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    log = given.folder / "done.txt"
    sums: Counter[str] = Counter()
    known: set[int] = set()
    for line in log.read_text().splitlines() if log.exists() else ():
        chunk, told = line.split(" ", 1)
        known.add(int(chunk))
        sums.update(json.loads(told))
    began, before = time.monotonic(), sums["tuples"]
    chunks = (chunk for chunk in range(given.first, sys.maxsize) if chunk not in known)
    with (
        running_postgres() as server,
        log.open("a") as kept,
        ProcessPoolExecutor(given.processes, multiprocessing.get_context("spawn")) as workers,
    ):
        running: set[Future[tuple[int, dict[str, int]]]] = set()
        while sums["tuples"] < given.tuples:
            while len(running) < given.processes:
                running.add(workers.submit(prove_chunk, next(chunks), given.queries, given.folder, server.url()))
            ended, running = wait(running, return_when=FIRST_COMPLETED)
            for one in ended:
                chunk, told = one.result()
                sums.update(told)
                kept.write(f"{chunk} {json.dumps(told)}\n")
                kept.flush()
            rate = (sums["tuples"] - before) / (time.monotonic() - began)
            print(f"{sums['tuples']} tuples, {sums['leaks']} leaks, {rate:.0f}/s", flush=True)
        workers.shutdown(wait=True, cancel_futures=True)
    print(json.dumps(dict(sums), indent=1))
    return 1 if sums["leaks"] else 0


if __name__ == "__main__":
    sys.exit(main())
