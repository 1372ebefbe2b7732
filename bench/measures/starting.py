"""From the start of a process to its first answer, and its memory before and after."""

import re
import time
from collections.abc import Iterator

from tests.engines.ports import free_port

from bench.figures import Figure, sample
from bench.models import older_yaml, yaml_cubes
from bench.requests import Client, path_of
from bench.servers import kubus_command, process, running, wait_until_listening
from bench.stage import Stage, in_turn

FIRST = {"measures": ["cube_3.count"], "dimensions": ["cube_3.status"]}


def first_answer(stage: Stage) -> Iterator[Figure]:
    kubus_model = yaml_cubes(10)
    models = {"kubus": kubus_model, "cube": {file: older_yaml(text) for file, text in kubus_model.items()}}
    idle: dict[str, list[float]] = {name: [] for name in models}
    after: dict[str, list[float]] = {name: [] for name in models}

    def start(name: str) -> float:
        began = time.perf_counter()
        with running(name, stage.folder / f"start-{name}", models[name], stage.database.settings, wait=False) as server:
            wait_until_listening(server)
            listening = time.perf_counter()
            time.sleep(1)
            idle[name].append(server.memory_mb())
            slept = time.perf_counter() - listening
            Client(server).get(path_of("load", FIRST))
            took = time.perf_counter() - began - slept
            after[name].append(server.memory_mb())
        return took * 1000

    # The first start of all writes byte code, and fills the file cache.
    start("kubus")
    start("cube")
    for values in (*idle.values(), *after.values()):
        values.clear()
    ours, theirs = (sample(values) for values in in_turn(stage.runs, lambda: start("kubus"), lambda: start("cube")))
    yield Figure("start", "", "ms", ours)
    yield Figure("start-cube", "", "ms", ours, "Cube", theirs)
    yield Figure("idle", "", "MB", sample(idle["kubus"]))
    yield Figure("idle-cube", "", "MB", sample(idle["kubus"]), "Cube", sample(idle["cube"]))
    yield Figure("answered", "", "MB", sample(after["kubus"]), "Cube", sample(after["cube"]))


def demo(stage: Stage) -> Iterator[Figure]:
    folder = stage.folder / "demo"
    folder.mkdir()

    def once() -> float:
        port = free_port()
        command = [*kubus_command(), "demo", "--port", str(port), "--folder", str(folder / "project")]
        began = time.perf_counter()
        with process("kubus demo", command, folder, {}, port, wait=False) as server:
            wait_until_listening(server, 120)
            token = re.search(r"Authorization: ([\w.-]+)", (folder / "log").read_text())
            assert token is not None
            query = {"measures": ["Orders.count"], "dimensions": ["Orders.status"]}
            Client(server).get(path_of("load", query), token[1])
            return (time.perf_counter() - began) * 1000

    once()
    yield Figure("demo", "", "ms", sample([once() for _ in range(stage.runs)]), note="`kubus demo`, data made before")
