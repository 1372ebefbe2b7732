"""A model of 200 cubes turned into Python and back, and compiled from Python: at first, and again after a change."""

import time
from collections.abc import Callable, Iterator

from bench.figures import Figure, sample
from bench.models import yaml_cubes
from bench.stage import Stage
from kubus.loading.compiler import Compiler
from kubus.writing.convert import conversions


def converting(stage: Stage) -> Iterator[Figure]:
    files = yaml_cubes(200)
    there = {one.target: one.text or "" for one in conversions(files, list(files), "python")}
    compiler = Compiler({"default": "duckdb"})

    def again() -> None:
        first = next(iter(there))
        there[first] = f"# changed\n{there[first]}"
        compiler.compile(there)

    yield timed("convert-200", stage, lambda: (conversions(files, list(files), "python"), conversions(there, list(there), "yaml")))  # fmt: skip
    yield timed("python-200", stage, lambda: Compiler({"default": "duckdb"}).compile(there))
    compiler.compile(there)
    yield timed("python-200-again", stage, again)


def timed(name: str, stage: Stage, work: Callable[[], object]) -> Figure:
    taken: list[float] = []
    for _ in range(stage.runs):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1000)
    return Figure(name, "200 cubes of 20 members, a file each", "ms", sample(taken))
