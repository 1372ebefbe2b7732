"""Where records go: a protocol, and what can go wrong."""

from collections.abc import Sequence
from typing import Protocol

from kubus.audit.chain import Head
from kubus.audit.texts import as_json


class SinkError(Exception):
    """A record could not be written. The message says where and why, for the log."""


class Sink(Protocol):
    """Keeps the records of one chain. Used by one thread at a time.

    `is_immediate` says that writing takes microseconds, so that it need not be waited for in a thread.
    """

    is_immediate: bool

    def open(self) -> None:
        """Begin to write, where the chain ended. What is not as it was left goes into the chain as a record."""
        ...

    def append(self, bodies: Sequence[bytes]) -> None:
        """Write records, each given by what happened. When this returns they outlive the process.

        Raises:
            SinkError: not all of them are written. The next call begins with what `open` does.
        """
        ...

    def close(self) -> None:
        """Write that the chain was ended in order, and give everything up."""
        ...

    @property
    def head(self) -> Head:
        """The last record."""
        ...


def head_json(head: Head | None) -> bytes:
    """A head as records write it."""
    return b"null" if head is None else as_json({"chain": head.chain, "seq": head.seq, "hash": head.hash})
