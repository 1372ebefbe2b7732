"""Requests to a server: one at a time on an open connection, many at once, or as many as it bears."""

import asyncio
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.parse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.queries import Query
from bench.servers import TOKEN, Running


def path_of(endpoint: str, query: Query | None = None) -> str:
    path = f"/cubejs-api/v1/{endpoint}"
    return path if query is None else f"{path}?query={urllib.parse.quote(json.dumps(query, separators=(',', ':')))}"


def request_of(path: str, token: str, more: str = "") -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {token}\r\n{more}\r\n".encode()


# Both servers close a connection on which nothing was asked for five seconds.
IDLE = 3


class Client:
    """One connection that stays open. As little of a client as measures a server and not itself."""

    def __init__(self, server: Running, timeout: float = 300) -> None:
        self._port = server.port
        self._timeout = timeout
        self._connect()

    def _connect(self) -> None:
        self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=self._timeout)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._used = time.monotonic()

    def get(self, path: str, token: str = TOKEN) -> tuple[bytes, float]:
        """The body, and how many milliseconds it took until its last byte. Asks again where it is told to wait."""
        if time.monotonic() - self._used > IDLE:
            self._socket.close()
            self._connect()
        began = time.perf_counter()
        while True:
            head, body = self._ask(request_of(path, token))
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(f"{head.splitlines()[0]!r}: {body[:500]!r}")
            if b'"Continue wait"' not in body[:200]:
                self._used = time.monotonic()
                return body, (time.perf_counter() - began) * 1000

    def json(self, path: str) -> Any:
        return json.loads(self.get(path)[0])

    def headers(self, path: str) -> bytes:
        return self._ask(request_of(path, TOKEN))[0]

    def _ask(self, request: bytes) -> tuple[bytes, bytes]:
        self._socket.sendall(request)
        received = bytearray()
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._received()
        head = bytes(received[:end])
        length = re.search(rb"(?i)content-length: (\d+)", head)
        body = received[end + 4 :]
        if length is None:
            return head, self._chunks(body)
        while len(body) < int(length[1]):
            body += self._received()
        return head, bytes(body)

    def _chunks(self, received: bytearray) -> bytes:
        """The body of an answer in chunks, of which `received` is there."""
        parts: list[bytes] = []
        while True:
            while (end := received.find(b"\r\n")) < 0:
                received += self._received()
            size = int(received[:end], 16)
            while len(received) < end + size + 4:
                received += self._received()
            parts.append(bytes(received[end + 2 : end + 2 + size]))
            del received[: end + size + 4]
            if not size:
                return b"".join(parts)

    def _received(self) -> bytes:
        data = self._socket.recv(1 << 20)
        if not data:
            raise ConnectionError("the server closed the connection")
        return data


def all_at_once(server: Running, paths: Iterable[str]) -> float:
    """Milliseconds until every path is answered, each asked on a connection of its own, all at the same time."""

    async def one(path: str) -> None:
        while True:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(request_of(path, TOKEN, "Connection: close\r\n"))
            answer = await reader.read()
            writer.close()
            head, _, body = answer.partition(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(f"{head[:100]!r}: {body[:500]!r}")
            if b'"Continue wait"' not in body[:200]:
                return

    async def every() -> None:
        async with asyncio.timeout(300):
            await asyncio.gather(*map(one, paths))

    began = time.perf_counter()
    asyncio.run(every())
    return (time.perf_counter() - began) * 1000


@dataclass(frozen=True, slots=True)
class Load:
    """What a server bore: requests a second, and milliseconds within which half and 99 % of the answers came."""

    rate: float
    p50_ms: float
    p99_ms: float


# Asks for each path in turn.
IN_TURN = """
local paths = {}
for path in io.lines("%s") do
  paths[#paths + 1] = path
end
local n = 0
request = function()
  n = n %% #paths + 1
  return wrk.format("GET", paths[n])
end
"""

# Tells exact figures instead of a page for people.
FIGURES = """
done = function(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("FIGURES %d %d %d %d %d\\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
end
"""


def bear(server: Running, paths: Sequence[str], connections: int, seconds: int) -> Load:
    """Ask for the paths in turn, over many connections, for some seconds.

    The generator shares the machine with the server. Raises RuntimeError if an answer is not 200.
    """
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "paths"
        listed.write_text("".join(f"{path}\n" for path in paths))
        script = Path(folder) / "ask.lua"
        # One path is made into a request once, which leaves more of the machine to the server.
        several = len(paths) > 1
        script.write_text((IN_TURN % listed if several else "") + FIGURES)
        command = [wrk(), "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", str(script)]
        command += ["-H", f"Authorization: {TOKEN}", f"http://127.0.0.1:{server.port}{'' if several else paths[0]}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds + 60)
    found = re.search(r"FIGURES (\d+) (\d+) (\d+) (\d+) (\d+)", done.stdout)
    if found is None or int(found[5]):
        raise RuntimeError(f"{server.name} did not answer everything: {done.stdout} {done.stderr}")
    count, microseconds, p50, p99 = (int(found[n]) for n in range(1, 5))
    return Load(count / microseconds * 1e6, p50 / 1000, p99 / 1000)


def wrk() -> str:
    """The load generator; installed where that is possible."""
    found = shutil.which("wrk")
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-qq"], check=True, capture_output=True, timeout=300)
        subprocess.run(["apt-get", "install", "-y", "-qq", "wrk"], check=True, capture_output=True, timeout=300)
        found = shutil.which("wrk")
    if found is None:
        raise RuntimeError("wrk is not installed: apt-get install wrk")
    return found
