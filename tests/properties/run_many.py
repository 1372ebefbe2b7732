"""Many random triples of model, data and query, on both databases: `python -m tests.properties.run_many --rounds 8000`.

A round is one model with several data sets and queries (see `rounds.py`), numbered by its seed. What is done is written
to a folder, so that a run that is stopped goes on where it was: `done.txt` holds the outcomes of each chunk of rounds,
`<seed>-<data set>-<query>.txt` a fault, made as small as it gets, and `summary.json` the sums. A fault's kind is
written up at most a few times.
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
from contextlib import ExitStack, closing
from pathlib import Path

from tests.engines.postgres import running_postgres
from tests.properties.ask import Engine, duckdb_engine, postgres_engine
from tests.properties.choices import Seeded
from tests.properties.example import Example
from tests.properties.grown import LEVELS
from tests.properties.rounds import DATA_SETS, random_round
from tests.properties.shrink import smallest
from tests.properties.tables import DuckTables, PostgresTables, Tables
from tests.properties.verdict import fault, judged, kind_of, report

CHUNK = 4
WRITTEN_UP = 3
# A fault is looked at by people: what it takes to make it small is bounded.
TRIED = 800
written: Counter[str] = Counter()


def check(
    seed: int, level: str, data_sets: int, engines: tuple[Engine, ...], tables: tuple[Tables, ...], folder: Path
) -> Counter[str]:
    """The outcomes of the triples of one round."""
    outcomes = Counter[str]()
    asked = random_round(Seeded(seed), level, data_sets)
    try:
        for found in judged(asked, engines, tables, f"t{seed}_"):
            outcomes[found.outcome] += 1
            if found.is_fault:
                name = f"{seed}-{found.data_set}-{found.query}"
                write_up(asked.example(found.data_set, found.query), found.outcome, name, engines, folder)
    except Exception as error:
        # A fault of the evaluator or of kubus: kept, and the run goes on.
        kind = f"crash: {type(error).__name__}"
        outcomes[kind] += 1
        written[kind] += 1
        if written[kind] <= WRITTEN_UP:
            (folder / f"{seed}.txt").write_text(f"seed {seed}\n{traceback.format_exc()}")
    return outcomes


def write_up(example: Example, outcome: str, name: str, engines: tuple[Engine, ...], folder: Path) -> None:
    written[outcome] += 1
    if written[outcome] > WRITTEN_UP:
        return
    if kind_of(example, engines) is None:
        (folder / f"{name}.txt").write_text(f"{name}: {outcome}, but alone it is right\n{example!r}\n")
        return
    small = smallest(example, lambda smaller: kind_of(smaller, engines), most=TRIED)
    (folder / f"{name}.txt").write_text(f"{name}: {outcome}\n" + report(small, fault(small, engines)))


# The databases of a worker process, for as long as it lives.
opened: list[tuple[tuple[Engine, ...], tuple[Tables, ...]]] = []
ending = ExitStack()


def open_databases(url: str) -> None:
    engines = (ending.enter_context(duckdb_engine()), ending.enter_context(postgres_engine(url)))
    tables = (ending.enter_context(closing(DuckTables())), ending.enter_context(closing(PostgresTables(url))))
    opened.append((engines, tables))


def run_chunk(chunk: int, level: str, data_sets: int, folder: Path) -> tuple[int, Counter[str]]:
    """The outcomes of one chunk, counted."""
    engines, tables = opened[0]
    outcomes = Counter[str]()
    for seed in range(chunk * CHUNK, (chunk + 1) * CHUNK):
        outcomes.update(check(seed, level, data_sets, engines, tables, folder))
    return chunk, outcomes


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=8_000)
    arguments.add_argument("--first", type=int, default=0, help=f"the first seed, a multiple of {CHUNK}")
    arguments.add_argument("--level", choices=LEVELS, default=LEVELS[-1], help="how much of the language models have")
    arguments.add_argument("--data-sets", type=int, default=DATA_SETS, help="for each model and query")
    arguments.add_argument("--processes", type=int, default=2)
    arguments.add_argument("--folder", type=Path, default=Path("build/properties"))
    given = arguments.parse_args()
    # So that the server ends with this process, also when it is told to.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    given.folder.mkdir(parents=True, exist_ok=True)
    log = given.folder / "done.txt"
    known: dict[int, Counter[str]] = {}
    if log.exists():
        for line in log.read_text().splitlines():
            chunk, outcomes = line.split(" ", 1)
            known[int(chunk)] = Counter(json.loads(outcomes))
    wanted = range(given.first // CHUNK, (given.first + given.rounds) // CHUNK)
    left = [chunk for chunk in wanted if chunk not in known]
    began = time.monotonic()
    done = 0
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
        running = [workers.submit(run_chunk, chunk, given.level, given.data_sets, given.folder) for chunk in left]
        try:
            for ended in as_completed(running):
                chunk, outcomes = ended.result()
                known[chunk] = outcomes
                kept.write(f"{chunk} {json.dumps(outcomes)}\n")
                kept.flush()
                done += outcomes.total()
                print(f"{done}  {done / (time.monotonic() - began):.0f}/s  {dict(outcomes)}", flush=True)
        finally:
            # The chunks that run are short, and end before the server does.
            workers.shutdown(wait=True, cancel_futures=True)
    sums = sum((known[chunk] for chunk in wanted if chunk in known), Counter[str]())
    (given.folder / "summary.json").write_text(json.dumps(dict(sums.most_common()), indent=1))
    print(json.dumps(dict(sums.most_common()), indent=1))
    return 0 if all(kind.startswith(("right", "refused", "undecided")) for kind in sums) else 1


if __name__ == "__main__":
    sys.exit(main())
