"""Models of 10, 100 and 1,000 cubes: how long they take to compile, and how much memory."""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.figures import Figure, sample
from bench.models import javascript_cubes, older_yaml, yaml_cube, yaml_cubes
from bench.requests import Client, path_of
from bench.servers import Running, running
from bench.stage import Stage

# In a process of its own, as at a start: milliseconds to read and parse, and to compile.
COLD = """
import sys, time
from pathlib import Path
import yaml
from kubus.loading.load import load_model
folder = Path(sys.argv[1])
began = time.perf_counter()
for file in sorted(folder.iterdir()):
    yaml.load(file.read_text(), yaml.CSafeLoader)
parsed = time.perf_counter()
load_model(folder, {"default": "postgres"})
print((parsed - began) * 1000, (time.perf_counter() - parsed) * 1000)
"""

# A layer whose file number 500 changes, five times: milliseconds until it answers by the new model.
CHANGED = """
import sys, time
from pathlib import Path
from kubus.loading.compiler import Compiler
from kubus.loading.files import ModelFolder
from kubus.semantic_layer import SemanticLayer
folder = Path(sys.argv[1])
compiler, files = Compiler({"default": "postgres"}, folder), ModelFolder(folder)
layer = SemanticLayer(lambda: compiler.compile(files.texts()), {})
file = folder / "cube_500.yml"
text = file.read_text()
for n in range(int(sys.argv[2])):
    file.write_text(text.replace("status ||", f"status || '{n}' ||"))
    began = time.perf_counter()
    assert layer.reload()
    print((time.perf_counter() - began) * 1000)
file.write_text(text)
"""


def compiling(stage: Stage) -> Iterator[Figure]:
    for count in (10, 100, 1000):
        folder = stage.folder / f"compile-{count}"
        folder.mkdir()
        for file, text in yaml_cubes(count).items():
            (folder / file).write_text(text)
        timed = [numbers(run_python(COLD, str(folder))) for _ in range(stage.runs)]
        parsed, compiled = sample([t[0] for t in timed]), sample([t[1] for t in timed])
        detail = f"{count:,} cubes of 20 members"
        if count > 10:
            yield Figure(f"compile-{count}", "20 members each, cold", "ms", compiled)
        yield Figure("compile-parse", detail, "ms", compiled, "reading and parsing", parsed)
        # Cube takes a minute and a half for 1,000 cubes in YAML.
        runs = {10: 3, 100: 1 if stage.quick else 3, 1000: 1}[count]
        for target, files in (("compile-js", javascript_cubes(count)), ("compile-yaml", older(count))):
            if count == 1000 and stage.quick:
                continue
            theirs = [cube_compile(stage, files) for _ in range(runs)]
            note = f"{runs} run{'s' if runs > 1 else ''} of Cube"
            yield Figure(target, detail, "ms", compiled, "Cube", sample([took for took, _ in theirs]), note=note)
            if count == 1000:
                ours = kubus_memory(stage, yaml_cubes(count))
                form = "Cube's in JavaScript" if target == "compile-js" else "both in YAML"
                yield Figure("model-memory", form, "MB", sample(ours), "Cube", sample([memory for _, memory in theirs]))
    yield Figure("compile-one", "read, compiled, checked, until it answers", "ms",
                 sample(numbers(run_python(CHANGED, str(stage.folder / "compile-1000"), str(stage.runs)))))  # fmt: skip


def older(count: int) -> dict[str, str]:
    return {f"cube_{n}.yml": older_yaml(yaml_cube(n)) for n in range(count)}


def cube_compile(stage: Stage, files: Mapping[str, str]) -> tuple[float, float]:
    """Milliseconds that Cube takes for its first metadata and not for its second; and its memory then."""
    with running("cube", stage.folder / "compile-cube", files, stage.database.settings) as server:
        return first_over_second(server), server.memory_mb()


def kubus_memory(stage: Stage, files: Mapping[str, str]) -> float:
    with running("kubus", stage.folder / "compile-kubus", files, stage.database.settings) as server:
        first_over_second(server)
        return server.memory_mb()


def first_over_second(server: Running) -> float:
    client = Client(server)
    return client.get(path_of("meta"))[1] - client.get(path_of("meta"))[1]


def run_python(program: str, *arguments: str) -> str:
    time.sleep(0.1)
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=True, timeout=300, cwd=Path(arguments[0])
    ).stdout


def numbers(text: str) -> list[float]:
    return [float(word) for word in text.split()]
