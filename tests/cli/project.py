"""A small project on DuckDB in memory, and the command `kubus` in it."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

SECRET = "f1b5c0c2d7e94a6b8c3d2e1f0a9b8c7d6e5f4a3b2c1d0e9f"

MODEL = """
cubes:
  - name: orders
    sql: >
      SELECT * FROM (VALUES (1, 'new', 10.5), (2, 'done', 20.0), (3, 'done', NULL)) AS t (id, status, amount)
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true, public: true}
      - {name: status, sql: status, type: string}
    measures:
      - {name: count, type: count}
      - {name: total, sql: amount, type: sum}
  - name: slow
    sql: SELECT sum(a.range * b.range % 7) AS s FROM range(20000) a, range(10000) b
    measures:
      - {name: sum, sql: s, type: sum}
"""


@dataclass
class Project:
    """A folder that is the working directory of commands, and the settings that they are given."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)

    def settings(self, *arguments: str, **more: str) -> dict:
        """How to start `kubus` here: nothing of the tests' own environment is a setting."""
        inherited = {n: v for n, v in os.environ.items() if not n.startswith(("CUBEJS_", "KUBUS_", "PORT", "NODE_"))}
        return {
            "args": [sys.executable, "-m", "kubus", *arguments],
            "cwd": self.folder,
            "env": {**inherited, "COLUMNS": "80", **self.environ, **more},
            "text": True,
        }

    def run(self, *arguments: str, stdin: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        """A command to its end."""
        return subprocess.run(
            **self.settings(*arguments, **more), input=stdin, capture_output=True, timeout=60, check=False
        )

    @contextmanager
    def serving(self, *arguments: str, command: str = "serve", **more: str) -> Iterator["Running"]:
        """A server on a free port, until the end of the block; what it says is read from a file."""
        log = self.folder / f"log-{time.monotonic_ns()}"
        with log.open("w") as out:
            process = subprocess.Popen(
                **self.settings(command, "--port", "0", *arguments, **more), stdout=out, stderr=subprocess.STDOUT
            )
        running = Running(process, log)
        try:
            running.port = int(running.wait_for(r"is listening on (\d+)")[1])
            yield running
        finally:
            process.kill()
            process.wait()


@dataclass
class Running:
    """A server that runs."""

    process: subprocess.Popen[str]
    log: Path
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def said(self) -> str:
        return self.log.read_text()

    def wait_for(self, pattern: str, seconds: float = 30) -> re.Match[str]:
        """The first place in the log that looks like this."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            ended = self.process.poll() is not None
            if (found := re.search(pattern, self.said)) is not None:
                return found
            if ended:
                break
            time.sleep(0.02)
        raise AssertionError(f"not in the log: {pattern}\n{self.said}")

    def stop(self, number: int = signal.SIGTERM) -> int:
        """The status with which the server ends after a signal."""
        self.process.send_signal(number)
        return self.process.wait(30)
