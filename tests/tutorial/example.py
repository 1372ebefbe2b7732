"""The example as a user has it: made by `kubus create`, its packages installed, and a step of the tutorial started."""

import fcntl
import hashlib
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from kubus.cli.create import create_from_example
from tests.engines.ports import free_port
from tests.engines.server import clean_environment

ROOT = Path(__file__).parents[2]
DASHBOARD = ROOT / "examples" / "multi-tenant-analytics" / "dashboard"
CACHE = ROOT / ".cache" / "example"


def packages() -> Path:
    """The packages of the dashboard as its lock says, installed once for all test processes."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = hashlib.sha256((DASHBOARD / "package-lock.json").read_bytes()).hexdigest()
        stamp = CACHE / "stamp"
        if not stamp.is_file() or stamp.read_text() != wanted:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(DASHBOARD / name, CACHE)
            command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
            subprocess.run(command, cwd=CACHE, check=True, capture_output=True, timeout=400)
            stamp.write_text(wanted)
    return CACHE / "node_modules"


def made_example(parent: Path) -> Path:
    """A new project in `parent`, with the packages of its dashboard."""
    folder = parent / "shops"
    create_from_example(folder, "multi-tenant-analytics", datetime.now(UTC).date(), Console(file=io.StringIO()))
    # Links to the same files, which nobody writes to: a copy would be 180 MB.
    shutil.copytree(packages(), folder / "dashboard" / "node_modules", copy_function=os.link, symlinks=True)
    return folder


# Of kubus, of the dashboard, and of the provider.
Ports = tuple[int, int, int]


def free_ports() -> Ports:
    return free_port(), free_port(), free_port()


@dataclass(frozen=True, slots=True)
class Running:
    """A step that runs. `base` is where the dashboard is."""

    base: str
    api: str
    provider: str
    log: Path

    @property
    def said(self) -> str:
        return self.log.read_text()


@contextmanager
def running_step(folder: Path, step: str, *options: str, at: Ports | None = None) -> Iterator[Running]:
    """`python start.py STEP`, on free ports if none are given, until the end of the block; it has to end well."""
    api, app, provider = at or free_ports()
    log = folder / f"{step}-{time.monotonic_ns()}.log"
    # The command kubus that is found is that of these tests.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ports = ["--port", str(api), "--app-port", str(app), "--provider-port", str(provider)]
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "start.py", step, *options, *ports],
            cwd=folder,
            env={**clean_environment(), "PATH": path, "NO_COLOR": "1"},
            stdout=out,
            stderr=subprocess.STDOUT,
            text=True,
        )
    running = Running(f"http://localhost:{app}", f"http://localhost:{api}", f"http://localhost:{provider}", log)
    try:
        wait_for(running, process, r"the dashboard is at")
        yield running
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0, running.said
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(30)


def wait_for(running: Running, process: "subprocess.Popen[str]", *patterns: str) -> None:
    deadline = time.monotonic() + 60
    while not all(re.search(pattern, running.said) for pattern in patterns):
        assert process.poll() is None, running.said
        assert time.monotonic() < deadline, running.said
        time.sleep(0.05)


def app_file(folder: Path) -> Path:
    """Where the tutorial puts tokens."""
    return folder / "dashboard" / "src" / "App.tsx"
