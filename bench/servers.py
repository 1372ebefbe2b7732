"""The servers that are measured, each a process of its own on loopback."""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import jwt

ROOT = Path(__file__).parents[1]
CUBE_VERSION = "0.31.69"
SECRET = "bench-secret-0123456789-0123456789-0123456789-0123456789"
TOKEN = jwt.encode({"exp": 4_000_000_000, "role": "bench"}, SECRET, "HS256")

KUBUS_MODEL = """
cubes:
  - name: orders
    sql_table: orders
    joins:
      - {name: users, sql: "{CUBE}.user_id = {users}.id", relationship: many_to_one}
      - {name: line_items, sql: "{CUBE}.id = {line_items}.order_id", relationship: one_to_many}
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true, shown: true}
      - {name: number, sql: number, type: number}
      - {name: status, sql: status, type: string}
      - {name: amount, sql: amount, type: number}
      - {name: created_at, sql: created_at, type: time}
    measures:
      - {name: count, type: count}
      - {name: total, sql: amount, type: sum}
  - name: users
    sql_table: users
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true, shown: true}
      - {name: city, sql: city, type: string}
      - {name: company, sql: company, type: string}
    measures:
      - {name: count, type: count}
  - name: line_items
    sql_table: line_items
    joins:
      - {name: products, sql: "{CUBE}.product_id = {products}.id", relationship: many_to_one}
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true, shown: true}
      - {name: quantity, sql: quantity, type: number}
      - {name: price, sql: price, type: number}
    measures:
      - {name: count, type: count}
      - {name: pieces, sql: quantity, type: sum}
  - name: products
    sql_table: products
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true, shown: true}
      - {name: name, sql: name, type: string}
    measures:
      - {name: count, type: count}
"""


def cube_model(text: str) -> str:
    """The same model in the older YAML that this Cube reads."""
    for table in ("orders", "users", "line_items", "products"):
        text = text.replace(f"sql_table: {table}\n", f"sql: SELECT * FROM {table}\n")
    return text.replace("many_to_one", "belongsTo").replace("one_to_many", "hasMany")


@dataclass(frozen=True, slots=True)
class Database:
    """A PostgreSQL server and the database with the data."""

    host: str
    port: int
    user: str
    name: str

    @property
    def url(self) -> str:
        return f"postgresql://{self.user}@{self.host}:{self.port}/{self.name}"


@dataclass(slots=True)
class Running:
    """A server that runs."""

    name: str
    url: str
    process: subprocess.Popen[bytes]

    def memory_mb(self) -> float:
        """Resident memory of the process, in megabytes."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        return 0.0


def cube_folder() -> Path:
    """Where Cube is installed; installed now if it is not."""
    folder = ROOT / ".cache" / "bench-cube"
    if not (folder / "node_modules" / "@cubejs-backend" / "server" / "package.json").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"name": "kubus-bench", "private": true}')
        packages = [f"@cubejs-backend/server@{CUBE_VERSION}", f"@cubejs-backend/postgres-driver@{CUBE_VERSION}"]
        flags = ["--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"]
        subprocess.run(["npm", "install", *flags, *packages], cwd=folder, check=True, capture_output=True)
    return folder


def settings(database: Database, port: int) -> dict[str, str]:
    return {
        "CUBEJS_DEV_MODE": "false",
        "NODE_ENV": "production",
        "CUBEJS_API_SECRET": SECRET,
        "CUBEJS_CACHE_AND_QUEUE_DRIVER": "memory",
        "CUBEJS_TELEMETRY": "false",
        "CUBEJS_SCHEDULED_REFRESH_DEFAULT": "false",
        "CUBEJS_DB_TYPE": "postgres",
        "CUBEJS_DB_HOST": database.host,
        "CUBEJS_DB_PORT": str(database.port),
        "CUBEJS_DB_NAME": database.name,
        "CUBEJS_DB_USER": database.user,
        "CUBEJS_DB_PASS": "x",
        "PORT": str(port),
    }


@contextmanager
def running(name: str, database: Database, folder: Path, port: int, model: str = KUBUS_MODEL) -> Iterator[Running]:
    """`kubus` or `cube`, from its start until the end of the block."""
    shutil.rmtree(folder, ignore_errors=True)
    inherited = {n: v for n, v in os.environ.items() if not n.startswith(("CUBEJS_", "KUBUS_", "NODE_"))}
    if name == "kubus":
        (folder / "model").mkdir(parents=True)
        (folder / "model" / "model.yml").write_text(model)
        command = [sys.executable, "-m", "kubus", "serve"]
    else:
        (folder / "schema").mkdir(parents=True)
        (folder / "schema" / "model.yml").write_text(cube_model(model))
        command = ["node", str(cube_folder() / "node_modules" / "@cubejs-backend" / "server" / "bin" / "server")]
    (folder / ".env").write_text("")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, env={**inherited, **settings(database, port)}, stdout=log, stderr=log
        )
    server = Running(name, f"http://127.0.0.1:{port}", process)
    try:
        wait_until_alive(server)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_alive(server: Running, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(server.url + "/livez", timeout=5)
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.005)
        else:
            return
    raise TimeoutError(f"{server.name} did not come up")
