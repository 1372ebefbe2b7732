"""`kubus` as a process: started on a free port, stopped by a signal, and its output searched for what may not be there."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from kubus.config.dotenv import read_dotenv

SECRET_NAMES = re.compile(r"SECRET|PASS|_KEY$|(?<!JWK)_URL$")
# A header and what follows it: JSON objects in base64 begin so.
TOKEN = re.compile(r"eyJ[\w-]{5,}\.[\w-]+")
# A part of this length is no word that a log could hold by chance.
TELLING = 8


@dataclass
class RunningServer:
    """A server that runs. `hidden` is what its output may never hold: its secrets, and the tokens it was sent."""

    process: subprocess.Popen[str]
    log: Path
    port: int = 0
    hidden: set[str] = field(default_factory=set[str])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def said(self) -> str:
        """Everything that it wrote so far."""
        return self.log.read_text()

    def hide(self, *tokens_or_values: str) -> None:
        """These, and the payloads and signatures of those that are tokens, may not be in the output."""
        for text in tokens_or_values:
            parts = text.split(".")[1:] if TOKEN.match(text) else []
            self.hidden |= {part for part in (text, *parts) if len(part) >= TELLING}

    def wait_for(self, pattern: str, seconds: float = 30) -> re.Match[str]:
        """The first place in the output that looks like this."""
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

    def assert_nothing_told(self) -> None:
        """No secret that the server was given and no token, of whomever, is in its output."""
        said = self.said
        # Not the values themselves: what fails is printed.
        told = [number for number, text in enumerate(sorted(self.hidden)) if text in said]
        assert not told, "the output holds a secret or a token"
        assert not TOKEN.search(said), "the output holds what looks like a token"


def clean_environment() -> dict[str, str]:
    """The environment of the tests, without settings."""
    names = ("CUBEJS_", "KUBUS_", "PORT", "NODE_", "PG")
    return {name: value for name, value in os.environ.items() if not name.startswith(names)}


@contextmanager
def running_server(
    folder: Path, environ: Mapping[str, str], *arguments: str, command: str = "serve", port: int = 0
) -> Iterator[RunningServer]:
    """A server of the project in `folder`, on a free port or this one, until the end of the block. Whatever it wrote is searched then."""
    log = folder / f"log-{time.monotonic_ns()}"
    with log.open("w") as out:
        process = subprocess.Popen(
            # Without the folder on the path: the project may have a kubus.py.
            [sys.executable, "-P", "-m", "kubus", command, "--port", str(port), *arguments],
            cwd=folder,
            env={**clean_environment(), "COLUMNS": "80", **environ},
            text=True,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    running = RunningServer(process, log)
    settings = {**read_dotenv(folder / ".env"), **environ}
    running.hide(*(value for name, value in settings.items() if SECRET_NAMES.search(name)))
    try:
        running.port = int(running.wait_for(r"is listening on (\d+)")[1])
        yield running
        if process.poll() is None:
            assert running.stop() == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        running.assert_nothing_told()


@contextmanager
def running_demo(folder: Path, place: Path, **environ: str) -> Iterator[RunningServer]:
    """`kubus demo` of `folder`, run in `place`.

    What it prints and what it logs are one text, of which only the first holds a token.
    """
    log = place / f"log-{time.monotonic_ns()}"
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "kubus", "demo", "--port", "0", "--folder", str(folder)],
            cwd=place,
            env={**clean_environment(), "COLUMNS": "80", **environ},
            text=True,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    running = RunningServer(process, log)
    try:
        running.port = int(running.wait_for(r"is listening on (\d+)")[1])
        yield running
        assert running.stop() == 0
        assert read_dotenv(folder / ".env")["CUBEJS_API_SECRET"] not in running.said
        assert not TOKEN.search(running.said.partition("Ctrl+C ends it.")[2])
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
