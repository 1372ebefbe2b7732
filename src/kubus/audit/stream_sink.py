"""Records to standard output, for systems that gather what processes print. Each process begins a chain of its own."""

import os
import select
from collections.abc import Callable, Sequence

from kubus.audit.chain import Hashing, Head, new_chain, sealed
from kubus.audit.sink import SinkError
from kubus.audit.texts import instant

STANDARD_OUTPUT = 1

# How long the reader of a pipe may take to make room for a record.
PATIENCE_MS = 1000


class StreamSink:
    """See `Sink`. `clock` gives seconds since 1970."""

    is_immediate = True

    def __init__(self, hash_of: Hashing, clock: Callable[[], float], file: int = STANDARD_OUTPUT) -> None:
        self._hash_of = hash_of
        self._clock = clock
        self._file = file
        self._head = new_chain()
        self._is_torn = False

    @property
    def head(self) -> Head:
        """See `Sink`."""
        return self._head

    def open(self) -> None:
        """See `Sink`."""
        self.append([b'"kind":"opened","file":null,"before":null,"pid":%d' % os.getpid()])

    def append(self, bodies: Sequence[bytes]) -> None:
        """See `Sink`."""
        head = self._head
        # What was left half written by a failure is ended, so that it spoils no other line.
        lines: list[bytes] = [b""] if self._is_torn else []
        now = instant(self._clock())
        for body in bodies:
            line, head = sealed(body, now, head, self._hash_of)
            lines.append(line)
        lines.append(b"")
        text = b"\n".join(lines)
        try:
            while text:
                self._wait_for_room()
                written = os.write(self._file, text)
                text = text[written:]
                self._is_torn = bool(text)
        except OSError as error:
            raise SinkError(f"standard output: {error.strerror or error}") from error
        self._head = head

    def close(self) -> None:
        """See `Sink`."""
        self.append([b'"kind":"closed"'])

    def _wait_for_room(self) -> None:
        """Raises SinkError if nobody reads: a write would wait, and every request with it."""
        poll = select.poll()
        poll.register(self._file, select.POLLOUT)
        if not poll.poll(PATIENCE_MS):
            raise SinkError("standard output: nobody reads it")
