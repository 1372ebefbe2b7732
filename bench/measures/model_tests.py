"""`kubus test`: the demo's tests as a command from its start to its end, and what one test takes among many."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from bench.figures import Figure, sample
from bench.stage import Stage

# How often the demo's tests are repeated, each time on rows of their own.
COPIES = 20
TESTS = Path(__file__).parents[2] / "tests" / "demo" / "model_tests" / "shop.test.yml"


def model_tests(stage: Stage) -> Iterator[Figure]:
    folder = stage.folder / "model-tests"
    shutil.copytree(str(files("kubus.demo") / "model"), folder / "model")
    (folder / "tests").mkdir()
    text = TESTS.read_text()
    (folder / "tests" / "shop.test.yml").write_text(text)
    taken = [run(folder)[0] for _ in range(stage.runs)]
    yield Figure("test-command", "the demo's tests, the whole command", "ms", sample(taken))
    for copy in range(COPIES):
        # Another moment: the rows are put into tables of their own.
        (folder / "tests" / f"shop{copy}.test.yml").write_text(text.replace("T12:00:00Z", f"T12:00:{copy:02}Z"))
    each = [took for _ in range(stage.runs) for took in run(folder)[1]]
    yield Figure("test-each", f"{len(each) // stage.runs} tests on {COPIES + 1} sets of rows", "ms", sample(each))


def run(folder: Path) -> tuple[float, list[float]]:
    """Milliseconds of the command, and of each of its tests."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "kubus", "test", "--format", "json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=300)
    took = (time.perf_counter() - began) * 1000
    assert done.returncode == 0, done.stdout[-2000:]
    return took, [test["seconds"] * 1000 for test in json.loads(done.stdout)["tests"]]
