"""`kubus check` of a model of 200 cubes, as a command: from its start to its end."""

import subprocess
import sys
import time
from collections.abc import Iterator

from bench.figures import Figure, sample
from bench.models import yaml_cubes
from bench.stage import Stage


def checking(stage: Stage) -> Iterator[Figure]:
    folder = stage.folder / "check-200"
    (folder / "model").mkdir(parents=True)
    for file, text in yaml_cubes(200).items():
        (folder / "model" / file).write_text(text)
    taken: list[float] = []
    for _ in range(stage.runs):
        began = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "kubus", "check"], cwd=folder, capture_output=True, check=False, timeout=120
        )
        taken.append((time.perf_counter() - began) * 1000)
        assert done.returncode == 0, done.stdout
    yield Figure("check-200", "200 cubes of 20 members, with every lint rule", "ms", sample(taken))
