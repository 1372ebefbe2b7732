"""Many random examples, in several processes: `python -m tests.properties.run_many --count 100000`.

Examples are numbered; a number is the seed of its example. What is done is written to a folder, so that a run that is
stopped goes on where it was: `done.txt` holds the chunks, `<seed>.txt` each fault, made as small as it gets, and
`summary.json` the sums. A fault's kind is written up at most a few times.
"""

import argparse
import json
import multiprocessing
import signal
import sys
import time
import traceback
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack
from pathlib import Path

from tests.engines.postgres import running_postgres
from tests.properties.ask import Engine, duckdb_engine, postgres_engine
from tests.properties.choices import Seeded
from tests.properties.naive import Undecided
from tests.properties.shrink import smallest
from tests.properties.strategies import random_example
from tests.properties.verdict import Fault, fault, kind_of, report

CHUNK = 500
WRITTEN_UP = 3
written: Counter[str] = Counter()


def check(seed: int, engines: tuple[Engine, ...], folder: Path) -> str:
    """The outcome of one example: right, undecided, or the kind of its fault."""
    example = random_example(Seeded(seed))
    try:
        found = fault(example, engines)
    except Undecided:
        return "undecided"
    except Exception as error:
        # A fault of the evaluator or of kubus: kept with its example, and the run goes on.
        kind = f"crash {type(error).__name__}"
        written[kind] += 1
        if written[kind] <= WRITTEN_UP:
            (folder / f"{seed}.txt").write_text(
                f"seed {seed}\n{traceback.format_exc()}\n{report(example, Fault(kind, ''))}"
            )
        return kind
    if found is None:
        return "right"
    written[found.kind] += 1
    if written[found.kind] <= WRITTEN_UP:
        small = smallest(example, lambda smaller: kind_of(smaller, engines))
        (folder / f"{seed}.txt").write_text(f"seed {seed}\n" + report(small, fault(small, engines)))
    return found.kind


# The databases of a worker process, for as long as it lives.
opened: list[Engine] = []
closing = ExitStack()


def open_databases(url: str) -> None:
    opened.extend((closing.enter_context(duckdb_engine()), closing.enter_context(postgres_engine(url))))


def run_chunk(chunk: int, folder: Path) -> tuple[int, dict[str, int]]:
    """The outcomes of one chunk, counted."""
    seeds = range(chunk * CHUNK, (chunk + 1) * CHUNK)
    return chunk, dict(Counter(check(seed, tuple(opened), folder) for seed in seeds))


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--count", type=int, default=100_000)
    arguments.add_argument("--first", type=int, default=0, help="the first seed, a multiple of 500")
    arguments.add_argument("--processes", type=int, default=2)
    arguments.add_argument("--folder", type=Path, default=Path("build/properties"))
    given = arguments.parse_args()
    # So that the server ends with this process, also when it is told to.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    given.folder.mkdir(parents=True, exist_ok=True)
    log = given.folder / "done.txt"
    known: dict[int, dict[str, int]] = {}
    if log.exists():
        for line in log.read_text().splitlines():
            chunk, outcomes = line.split(" ", 1)
            known[int(chunk)] = json.loads(outcomes)
    wanted = range(given.first // CHUNK, (given.first + given.count) // CHUNK)
    left = [chunk for chunk in wanted if chunk not in known]
    began = time.monotonic()
    with (
        running_postgres() as server,
        log.open("a") as kept,
        ProcessPoolExecutor(
            given.processes,
            multiprocessing.get_context("spawn"),
            initializer=open_databases,
            initargs=(server.url(),),
        ) as workers,
    ):
        running = [workers.submit(run_chunk, chunk, given.folder) for chunk in left]
        try:
            for number, ended in enumerate(as_completed(running), start=1):
                chunk, outcomes = ended.result()
                known[chunk] = outcomes
                kept.write(f"{chunk} {json.dumps(outcomes)}\n")
                kept.flush()
                rate = number * CHUNK / (time.monotonic() - began)
                print(f"{number * CHUNK}/{len(left) * CHUNK}  {rate:.0f}/s  {outcomes}", flush=True)
        finally:
            # The chunks that run are short, and end before the server does.
            workers.shutdown(wait=True, cancel_futures=True)
    sums = sum((Counter(known[chunk]) for chunk in wanted), Counter[str]())
    (given.folder / "summary.json").write_text(json.dumps(dict(sums.most_common()), indent=1))
    print(json.dumps(dict(sums.most_common()), indent=1))
    return 0 if set(sums) <= {"right", "undecided"} else 1


if __name__ == "__main__":
    sys.exit(main())
