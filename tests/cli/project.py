"""A small project on DuckDB in memory, and the command `kubus` in it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.engines.server import RunningServer, clean_environment, running_server

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
        return {
            "args": [sys.executable, "-P", "-m", "kubus", *arguments],
            "cwd": self.folder,
            "env": {**clean_environment(), "COLUMNS": "80", **self.environ, **more},
            "text": True,
        }

    def run(self, *arguments: str, stdin: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        """A command to its end."""
        return subprocess.run(
            **self.settings(*arguments, **more), input=stdin, capture_output=True, timeout=60, check=False
        )

    @contextmanager
    def serving(self, *arguments: str, command: str = "serve", **more: str) -> Iterator[RunningServer]:
        """A server on a free port, until the end of the block."""
        with running_server(self.folder, {**self.environ, **more}, *arguments, command=command) as running:
            yield running
