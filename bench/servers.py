"""The servers that are measured, each a process of its own on loopback."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import jwt
import psycopg
from tests.engines.ports import free_port

ROOT = Path(__file__).parents[1]
CUBE_VERSION = "0.31.69"
SECRET = "bench-secret-0123456789-0123456789-0123456789-0123456789"
TOKEN = jwt.encode({"exp": 4_000_000_000, "role": "bench"}, SECRET, "HS256")


@dataclass(frozen=True, slots=True)
class Database:
    """A database of a PostgreSQL server, with the data."""

    host: str
    port: int
    user: str
    name: str

    @property
    def url(self) -> str:
        return f"postgresql://{self.user}@{self.host}:{self.port}/{self.name}"

    def transactions(self) -> int:
        """How many have been committed. The server tells late, up to some seconds."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            found = connection.execute("SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()")
            row = found.fetchone()
        assert row is not None
        return int(row[0])

    @property
    def settings(self) -> dict[str, str]:
        return {
            "CUBEJS_DB_TYPE": "postgres",
            "CUBEJS_DB_HOST": self.host,
            "CUBEJS_DB_PORT": str(self.port),
            "CUBEJS_DB_NAME": self.name,
            "CUBEJS_DB_USER": self.user,
            "CUBEJS_DB_PASS": "x",
        }


@dataclass(frozen=True, slots=True)
class Running:
    """A server that runs. `port` is on 127.0.0.1."""

    name: str
    port: int
    process: subprocess.Popen[bytes]

    def memory_mb(self) -> float:
        """Resident memory now."""
        return self._status("VmRSS")

    def peak_mb(self) -> float:
        """The most resident memory since `forget_peak`, or since the start."""
        return self._status("VmHWM")

    def forget_peak(self) -> None:
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def _status(self, name: str) -> float:
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) / 1024
        raise ProcessLookupError(f"{self.name} has ended")


def kubus_command() -> list[str]:
    return [str(Path(sys.executable).parent / "kubus")]


def cube_command() -> list[str]:
    """Cube's server; installed now if it is not yet."""
    folder = ROOT / ".cache" / "bench-cube"
    server = folder / "node_modules" / "@cubejs-backend" / "server"
    if not (server / "package.json").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"name": "kubus-bench", "private": true}')
        packages = [f"@cubejs-backend/server@{CUBE_VERSION}", f"@cubejs-backend/postgres-driver@{CUBE_VERSION}"]
        flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"]
        subprocess.run(["npm", "install", *flags, *packages], cwd=folder, check=True, capture_output=True, timeout=900)
    return ["node", str(server / "bin" / "server")]


# As a team would run it in production, and the same for both. Cube runs two statements at once unless it is told:
# here both may have eight.
PRODUCTION = {
    "CUBEJS_DEV_MODE": "false",
    "NODE_ENV": "production",
    "CUBEJS_API_SECRET": SECRET,
    "CUBEJS_CACHE_AND_QUEUE_DRIVER": "memory",
    "CUBEJS_TELEMETRY": "false",
    # Cube's default in production; that of kubus is info, a line for each request.
    "CUBEJS_LOG_LEVEL": "warn",
    "CUBEJS_SCHEDULED_REFRESH_DEFAULT": "false",
    "CUBEJS_CONCURRENCY": "8",
    "CUBEJS_DB_MAX_POOL": "8",
}


@contextmanager
def running(
    name: str, folder: Path, files: Mapping[str, str], settings: Mapping[str, str], *, wait: bool = True
) -> Generator[Running]:
    """`kubus` or `cube` on a project with these model files, from its start until the end of the block."""
    port = free_port()
    shutil.rmtree(folder, ignore_errors=True)
    models = folder / ("model" if name == "kubus" else "schema")
    models.mkdir(parents=True)
    for file, text in files.items():
        (models / file).write_text(text)
    (folder / ".env").write_text("")
    at = {"CUBEJS_SCHEMA_PATH": models.name, "PORT": str(port)}
    command = [*kubus_command(), "serve", "--host", "127.0.0.1"] if name == "kubus" else cube_command()
    with process(name, command, folder, {**PRODUCTION, **settings, **at}, port, wait=wait) as server:
        yield server


@contextmanager
def process(
    name: str, command: list[str], folder: Path, settings: Mapping[str, str], port: int, *, wait: bool = True
) -> Generator[Running]:
    """A server from its start until the end of the block; its output goes to a file in `folder`."""
    foreign = ("CUBEJS_", "KUBUS_", "NODE_", "PYTHONDONTWRITEBYTECODE")
    inherited = {n: v for n, v in os.environ.items() if not n.startswith(foreign)}
    with (folder / "log").open("wb") as log:
        started = subprocess.Popen(command, cwd=folder, env={**inherited, **settings}, stdout=log, stderr=log)
    server = Running(name, port, started)
    try:
        if wait:
            wait_until_listening(server)
        yield server
    finally:
        started.send_signal(signal.SIGTERM)
        try:
            started.wait(10)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def wait_until_listening(server: Running, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if server.process.poll() is not None:
            raise RuntimeError(f"{server.name} ended with status {server.process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", server.port), timeout=5).close()
        except OSError:
            time.sleep(0.002)
        else:
            return
    raise TimeoutError(f"{server.name} did not come up in {seconds:g} s")
