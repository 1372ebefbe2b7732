"""`kubus explain`, `lineage` and `diff` of a model of 200 cubes, as commands: from their start to their end."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure, Sample, sample
from bench.models import yaml_cubes
from bench.stage import Stage

# Of all rows that a cube far down the tree of joins repeats, and of a measure over two others.
QUERY = '{"measures": ["cube_0.sum_1", "cube_150.count"], "dimensions": ["cube_0.status"]}'
AUTHOR = ("-c", "user.email=a@example.com", "-c", "user.name=a")


def explaining(stage: Stage) -> Iterator[Figure]:
    folder = stage.folder / "explain-200"
    (folder / "model").mkdir(parents=True)
    (folder / ".env").write_text("CUBEJS_DB_TYPE=duckdb\n")
    for file, text in yaml_cubes(200).items():
        (folder / "model" / file).write_text(text)
    detail = "200 cubes of 20 members"
    yield Figure("explain-200", detail, "ms", timed(stage, folder, "explain", QUERY))
    yield Figure("explain-why-200", detail, "ms", timed(stage, folder, "explain", QUERY, "--why"))
    yield Figure("lineage-200", detail, "ms", timed(stage, folder, "lineage", "cube_0.ratio"))
    for command in (("init", "-q"), ("add", "-A"), (*AUTHOR, "commit", "-qm", "before")):
        subprocess.run(("git", *command), cwd=folder, check=True, capture_output=True)
    changed = folder / "model" / "cube_7.yml"
    changed.write_text(changed.read_text().replace("many_to_one", "one_to_one").replace("amount * 3", "amount * 33"))
    yield Figure("diff-200", f"{detail}, a join and a measure changed", "ms", timed(stage, folder, "diff", "HEAD"))


def timed(stage: Stage, folder: Path, *arguments: str) -> Sample:
    taken: list[float] = []
    for _ in range(stage.runs):
        began = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "kubus", *arguments], cwd=folder, capture_output=True, check=False, timeout=120
        )
        taken.append((time.perf_counter() - began) * 1000)
        assert done.returncode == 0, done.stderr
        assert done.stdout
    return sample(taken)
