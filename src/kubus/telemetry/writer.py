"""Lines to a stream, by a thread of their own and many at a time, so that no request waits for them."""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Generic, TextIO, TypeVar

T = TypeVar("T")

# How long a line may wait for others to be written with.
SECONDS = 0.1

# So many lines are made in one go, a fraction of a millisecond of work, with a pause of so many seconds after them.
SOME = 64
PAUSE = 0.001
# A stream that nobody reads from must not fill the memory.
MOST_WAITING = 100_000


class Writer(Generic[T]):
    """Writes things as lines. `line` makes the text, in the thread of the writer; none for nothing."""

    def __init__(self, stream: TextIO, line: Callable[[T], str]) -> None:
        self._stream = stream
        self._line = line
        self._waiting: deque[T] = deque()
        self._lost = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="kubus-log", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def put(self, thing: T) -> None:
        """Write this soon. Cheap: nothing is made of it here."""
        if len(self._waiting) < MOST_WAITING:
            self._waiting.append(thing)
        else:
            self._lost += 1

    def stop(self) -> None:
        """Write what is waiting, and end."""
        self._ended.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._ended.wait(SECONDS):
            self._write()
        self._write()

    def _write(self) -> None:
        while self._waiting:
            self._write_some()
            if not self._ended.is_set():
                # Python runs one thread at a time: whoever serves requests gets its turn between a few lines.
                time.sleep(PAUSE)
        self._write_some()

    def _write_some(self) -> None:
        lines: list[str] = []
        taken = 0
        while self._waiting and taken < SOME:
            taken += 1
            line = self._line(self._waiting.popleft())
            if line:
                lines.append(line)
        if self._lost:
            lines.append(f"{self._lost} lines of the log were lost: nobody read them in time")
            self._lost = 0
        if lines:
            try:
                self._stream.write("\n".join(lines) + "\n")
                self._stream.flush()
            except (OSError, ValueError):
                # The stream is closed; there is nowhere left to say so.
                return
