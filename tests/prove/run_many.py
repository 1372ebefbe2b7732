"""Many proofs, in several processes: `python -m tests.prove.run_many --tuples 2000000`.

Worlds are numbered. What is done is written to a folder, so that a run that is stopped goes on where it was: `done.txt`
holds the chunks with their sums, `<number>.txt` each leak.
"""

import argparse
import asyncio
import json
import multiprocessing
import sys
import time
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from pathlib import Path

from kubus.cli.prove import shown
from kubus.prove.prover import Proof, prove, random_pair

# Worlds in a chunk.
CHUNK = 50


def prove_chunk(chunk: int, queries: int, folder: Path) -> tuple[int, dict[str, int]]:
    """The sums of one chunk; its leaks are written up."""
    proof = Proof()
    for number in range(chunk * CHUNK, (chunk + 1) * CHUNK):
        proof.add(asyncio.run(prove(random_pair(number), queries)))
    for leak in proof.leaks:
        (folder / f"{leak.pair.number}.txt").write_text(f"{shown(leak)}\n\n{leak.pair.world}\n")
    statuses = {str(status): count for status, count in proof.statuses.items()}
    return chunk, {"tuples": proof.tuples, "leaks": len(proof.leaks), **statuses}


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--tuples", type=int, default=2_000_000)
    arguments.add_argument("--first", type=int, default=0, help="the first chunk")
    arguments.add_argument("--queries", type=int, default=40, help="queries asked of each pair of worlds")
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
    with log.open("a") as kept, ProcessPoolExecutor(given.processes, multiprocessing.get_context("spawn")) as workers:
        running: set[Future[tuple[int, dict[str, int]]]] = set()
        while sums["tuples"] < given.tuples:
            while len(running) < given.processes:
                running.add(workers.submit(prove_chunk, next(chunks), given.queries, given.folder))
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
