"""Requests to a server: one at a time, or many at once with wrk."""

import http.client
import json
import os
import re
import shutil
import statistics
import subprocess
import time
import urllib.parse
from dataclasses import dataclass
from typing import Any

from bench.servers import TOKEN, Running

Query = dict[str, Any]


def path_of(endpoint: str, query: Query | None) -> str:
    path = f"/cubejs-api/v1/{endpoint}"
    return path if query is None else f"{path}?query={urllib.parse.quote(json.dumps(query, separators=(',', ':')))}"


class Client:
    """One connection that stays open."""

    def __init__(self, server: Running) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", int(server.url.rsplit(":", 1)[1]), timeout=120)

    def get(self, path: str, token: str = TOKEN) -> tuple[bytes, float]:
        """The body of an answer, and how many milliseconds it took to the last byte."""
        while True:
            began = time.perf_counter()
            self._connection.request("GET", path, headers={"Authorization": token})
            response = self._connection.getresponse()
            body = response.read()
            took = (time.perf_counter() - began) * 1000
            if response.status != 200:
                raise RuntimeError(f"{response.status} {body[:300]!r}")
            if b"Continue wait" not in body[:200]:
                return body, took


def median(values: list[float]) -> float:
    return statistics.median(values)


@dataclass(frozen=True, slots=True)
class Load:
    """What a server bore: requests a second, and milliseconds below which half and 99 % of the answers came."""

    rate: float
    p50_ms: float
    p99_ms: float


UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


def wrk() -> str:
    """The load generator; installed where that is possible."""
    found = shutil.which("wrk")
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-qq"], check=True, capture_output=True)
        subprocess.run(["apt-get", "install", "-y", "-qq", "wrk"], check=True, capture_output=True)
        found = shutil.which("wrk")
    if found is None:
        raise RuntimeError("wrk is not installed: apt-get install wrk")
    return found


def load(server: Running, path: str, connections: int, seconds: int) -> Load:
    """Ask the same over many connections for some seconds. The generator shares the machine with the server."""
    command = [wrk(), "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-H", f"Authorization: {TOKEN}"]
    out = subprocess.run([*command, server.url + path], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in out:
        raise RuntimeError(out)
    times = {p: float(v) * UNITS[u] for p, v, u in re.findall(r"(50|99)%\s+([\d.]+)(us|ms|s|m)\b", out)}
    rate = re.search(r"Requests/sec:\s+([\d.]+)", out)
    assert rate is not None, out
    return Load(float(rate[1]), times["50"], times["99"])
