"""Measure, print and write the table: `python -m bench [--quick] [--only WORD]`."""

import argparse
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import report
from bench.figures import Figure
from bench.measures.authentication import authentication
from bench.measures.bursts import burst
from bench.measures.cached import cached_load, other_endpoints
from bench.measures.checking import checking
from bench.measures.compiling import compiling
from bench.measures.converting import converting
from bench.measures.explaining import explaining
from bench.measures.many_rows import beside_copy, exports, long_answers
from bench.measures.model_tests import model_tests
from bench.measures.pages import newcomers, pages
from bench.measures.planning import planning
from bench.measures.policies import policies
from bench.measures.starting import demo, first_answer
from bench.measures.statements import compared
from bench.measures.tenants import further_tenants, tenants_held
from bench.measures.tokens import new_tokens
from bench.measures.uncached import uncached
from bench.stage import Pair, Stage, paired, staged

# Each by itself, with the servers that it starts.
ALONE: tuple[Callable[[Stage], Iterator[Figure]], ...] = (
    first_answer,
    demo,
    planning,
    policies,
    authentication,
    beside_copy,
    exports,
    compiling,
    checking,
    converting,
    model_tests,
    explaining,
    further_tenants,
    tenants_held,
    pages,
    newcomers,
)
# On both servers, which run the whole time.
BESIDE: tuple[Callable[[Pair], Iterator[Figure]], ...] = (
    cached_load,
    other_endpoints,
    new_tokens,
    uncached,
    long_answers,
    compared,
    burst,
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer and shorter runs: some minutes")
    parser.add_argument(
        "--only", default="", metavar="WORD", help="measures with this in their names; nothing is written"
    )
    given = parser.parse_args()
    wanted = [measure.__name__ for measure in (*ALONE, *BESIDE) if given.only in measure.__name__]
    figures: list[Figure] = []
    failed: list[str] = []
    with staged(quick=given.quick) as stage:
        for measure in ALONE:
            if measure.__name__ in wanted:
                run(measure.__name__, measure(stage), figures, failed)
        if any(measure.__name__ in wanted for measure in BESIDE):
            with paired(stage) as pair:
                for measure in BESIDE:
                    if measure.__name__ in wanted:
                        run(measure.__name__, measure(pair), figures, failed)
    if not given.only:
        print("\n" + report.write(Path(__file__).parent, figures, failed, quick=given.quick))
    if failed:
        raise SystemExit(1)


def run(name: str, found: Iterator[Figure], figures: list[Figure], failed: list[str]) -> None:
    """Print and keep what a measure gives. One that fails does not keep the others from being taken."""
    began = time.monotonic()
    try:
        for figure in found:
            figures.append(figure)
            print(" | ".join(filter(None, report.line(figure))), flush=True)
    except Exception as error:
        traceback.print_exc()
        failed.append(f"{name}: {error}")
    print(f"({name}: {time.monotonic() - began:.0f} s)", flush=True)


main()
