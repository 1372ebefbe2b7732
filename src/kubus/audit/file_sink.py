"""Records in files: one line each, written with one call of the system, so that they outlive the process at once.

Files are only ever added to. What a crash left half written stays, and the record after it says so; so does the
record after a gap, when what was written is no longer there.
"""

import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Literal

from kubus.audit.chain import Hashing, Head, Link, link, new_chain, sealed
from kubus.audit.file_names import Lane
from kubus.audit.head_file import HEAD_BYTES, marked, read_mark
from kubus.audit.sink import SinkError, head_json
from kubus.audit.texts import as_json, instant
from kubus.errors import ConfigError
from kubus.events import SettingWarning, emit

try:
    import fcntl
except ImportError as error:
    raise ConfigError(
        "Audit files need a system that locks files", hint="Set KUBUS_AUDIT to stdout or table on this system"
    ) from error

Sync = Literal["never", "second", "always"]

# More processes than this do not write to one path.
MOST_LANES = 1000
# How much of the end of a file is read at first, to find its last record.
TAIL = 64 * 1024


@dataclass(frozen=True, slots=True)
class FileOptions:
    """Where the files are, and when a new one begins: at so many bytes, or after so long; 0 is never.

    `sync` says when the disk itself is asked to keep what was written. `keep` is how long full files stay; 0 is for
    ever.
    """

    path: Path
    sync: Sync = "never"
    rotate_size: int = 100 * 1024**2
    rotate_every: timedelta = timedelta(0)
    keep: timedelta = timedelta(0)


class FileSink:
    """See `Sink`. `clock` gives seconds since 1970."""

    def __init__(self, options: FileOptions, hash_of: Hashing, clock: Callable[[], float]) -> None:
        self.is_immediate = options.sync != "always"
        self._options = options
        self._hash_of = hash_of
        self._clock = clock
        self._lane: Lane | None = None
        self._head: Head | None = None
        # The hashes of a write that failed: how much of it is there is seen when the file is opened again.
        self._attempted: tuple[str, ...] = ()
        self._file = -1
        self._head_file = -1
        self._size = 0
        self._began = 0.0
        self._syncing = Syncing() if options.sync == "second" else None

    @property
    def head(self) -> Head:
        """See `Sink`."""
        return self._head or new_chain()

    def open(self) -> None:
        """See `Sink`."""
        try:
            lane = self._lane or self._locked()
            self._resume(lane)
        except OSError as error:
            self._release()
            raise SinkError(told(error, self._options.path)) from error

    def append(self, bodies: Sequence[bytes]) -> None:
        """See `Sink`."""
        if self._file < 0 or self._lane is None:
            self.open()
        lane = self._lane
        assert lane is not None
        try:
            state = os.fstat(self._file)
            if state.st_nlink == 0 or state.st_size != self._size:
                # Somebody else has been at the file.
                self._resume(lane)
            if self._is_full():
                self._rotate(lane)
            if self._syncing is not None:
                self._syncing.check()
            self._write(bodies)
        except OSError as error:
            self._release()
            raise SinkError(told(error, lane.current)) from error

    def close(self) -> None:
        """See `Sink`."""
        try:
            if self._file >= 0:
                self._write([b'"kind":"closed"'])
                os.fsync(self._file)
        except OSError as error:
            raise SinkError(told(error, self._options.path)) from error
        finally:
            if self._syncing is not None:
                self._syncing.end()
            self._release()
            if self._head_file >= 0:
                os.close(self._head_file)
                self._head_file = -1

    # ── opening ──

    def _locked(self) -> Lane:
        """The first lane that no other process writes, locked as long as this one lives."""
        self._options.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for number in range(1, MOST_LANES):
            lane = Lane(self._options.path, number)
            file = os.open(lane.head, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(file)
                continue
            except OSError:
                os.close(file)
                raise
            self._head_file, self._lane = file, lane
            return lane
        raise SinkError(f"{MOST_LANES} processes write to {self._options.path} already")

    def _resume(self, lane: Lane) -> None:
        """Open the file, and say in the chain what is not as it was left."""
        self._release()
        if not os.fstat(self._head_file).st_nlink:
            # Its folder was taken away.
            os.close(self._head_file)
            self._head_file, self._lane = -1, None
            lane = self._locked()
        mark = read_mark(os.pread(self._head_file, HEAD_BYTES, 0), self._hash_of)
        expected = self._head or mark.head
        files = lane.files()
        last, torn = last_record(files, self._hash_of)
        self._file = os.open(lane.current, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._size = os.fstat(self._file).st_size
        self._began = began_at(lane.current, self._clock())
        notes: list[bytes] = []
        if torn and files[-1] == lane.current:
            # Not taken away: what is written stays.
            self._put(b"\n")
            notes.append(b'"kind":"torn","bytes":%d,"sha256":"%b"' % (len(torn), sha256(torn).hexdigest().encode()))
        if self._head is None and mark.is_new and last is None and not torn:
            # Said before there is a record, so that a head without a chain means that it was taken away.
            expected = new_chain()
            os.pwrite(self._head_file, marked(expected, self._hash_of), 0)
        found = None if last is None or not last.is_right else last.head
        if self._follows(found, expected):
            self._head = found or expected
        else:
            known = [head for head in (expected, found) if head is not None]
            self._head = max(known, key=lambda head: head.seq) if known else new_chain()
            notes.append(b'"kind":"gap","expected":%b,"found":%b' % (head_json(expected), head_json(found)))
        self._attempted = ()
        before = files[-1].name if files else None
        opened = b'"kind":"opened","file":%b,"before":%b,"pid":%d' % (
            as_json(lane.current.name),
            as_json(before),
            os.getpid(),
        )
        # A file begins with this, and so does what a process writes.
        self._write([opened, *notes] if self._size == 0 else [*notes, opened])

    def _follows(self, found: Head | None, expected: Head | None) -> bool:
        """Whether what is in the files is what was left there."""
        if expected is None:
            return False
        if found is None:
            return expected.seq == 0
        if found.chain != expected.chain:
            return False
        if found.seq == expected.seq:
            return found.hash == expected.hash
        if self._head is not None:
            return found.hash in self._attempted
        # A process that is killed has written its last records, and not yet which is the last.
        return found.seq > expected.seq

    # ── writing ──

    def _write(self, bodies: Sequence[bytes]) -> None:
        head = self._head
        assert head is not None
        lines: list[bytes] = []
        attempted: list[str] = []
        now = instant(self._clock())
        for body in bodies:
            line, head = sealed(body, now, head, self._hash_of)
            lines.append(line)
            attempted.append(head.hash)
        lines.append(b"")
        self._attempted = tuple(attempted)
        self._put(b"\n".join(lines))
        if self._options.sync == "always":
            os.fsync(self._file)
        # The head never says more than there is.
        self._head = head
        os.pwrite(self._head_file, marked(head, self._hash_of), 0)
        if self._syncing is not None:
            self._syncing.wanted(self._file)

    def _put(self, text: bytes) -> None:
        """Write all of it; where the disk is full after a part, the next call of the system says so."""
        while text:
            written = os.write(self._file, text)
            self._size += written
            text = text[written:]

    def _release(self) -> None:
        if self._file >= 0:
            file, self._file = self._file, -1
            with suppress(OSError):
                os.close(file)

    # ── rotation ──

    def _is_full(self) -> bool:
        options = self._options
        if options.rotate_size and self._size >= options.rotate_size:
            return True
        every = options.rotate_every.total_seconds()
        return bool(every) and self._clock() - self._began >= every

    def _rotate(self, lane: Lane) -> None:
        """Begin a new file. The old one takes its number, and its name stands in the first record of the new one."""
        if self._options.sync != "never":
            os.fsync(self._file)
        full = lane.full()
        number = full[-1][0] + 1 if full else 1
        lane.current.rename(lane.numbered(number))
        self._resume(lane)
        self._forget(lane)

    def _forget(self, lane: Lane) -> None:
        """Remove the full files that are old enough, and say so in the chain before."""
        keep = self._options.keep.total_seconds()
        if not keep:
            return
        for _, file in lane.full():
            if self._clock() - file.stat().st_mtime < keep:
                break
            last, _ = last_record([file], self._hash_of)
            head = None if last is None else last.head
            self._write([b'"kind":"removed","file":%b,"last":%b' % (as_json(file.name), head_json(head))])
            try:
                file.unlink()
            except OSError as error:
                emit(SettingWarning("KUBUS_AUDIT_KEEP", told(error, file)))
                break


class Syncing:
    """Asks the disk once a second to keep what was written, in a thread of its own."""

    def __init__(self) -> None:
        self._file = -1
        self._turn = threading.Lock()
        self._ended = threading.Event()
        self._failed: OSError | None = None
        self._thread: threading.Thread | None = None

    def wanted(self, file: int) -> None:
        """Something was written to this file."""
        if self._file >= 0:
            return
        with self._turn:
            # A file of its own, so that the other may be closed meanwhile.
            self._file = os.dup(file)
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="kubus-audit-sync", daemon=True)
            self._thread.start()

    def check(self) -> None:
        """Raises OSError if the disk did not keep what was written before."""
        failed, self._failed = self._failed, None
        if failed is not None:
            raise failed

    def end(self) -> None:
        """Do it a last time, and end."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._ended.wait(1.0):
            self._sync()
        self._sync()

    def _sync(self) -> None:
        with self._turn:
            file, self._file = self._file, -1
        if file < 0:
            return
        try:
            os.fsync(file)
        except OSError as error:
            self._failed = error
        finally:
            os.close(file)


def last_record(files: Sequence[Path], hash_of: Hashing) -> tuple[Link | None, bytes]:
    """The last record in these files, the oldest first, and what stands after it without an end of its line.

    None where there is none, or where the last line is none.
    """
    for file in reversed(files):
        size = file.stat().st_size
        if not size:
            continue
        with file.open("rb") as opened:
            tail = b""
            span = TAIL
            while True:
                opened.seek(max(0, size - span))
                tail = opened.read()
                if tail.count(b"\n") > 1 or span >= size:
                    break
                span *= 4
        whole, _, torn = tail.rpartition(b"\n")
        if whole or not torn:
            return link(whole.rpartition(b"\n")[2], hash_of), torn
        # The file's only line is torn: the record before stands in another file.
        before, _ = last_record(files[: files.index(file)], hash_of)
        return before, torn
    return None, b""


def began_at(file: Path, now: float) -> float:
    """When a file began, by its first record; now, for an empty one."""
    with file.open("rb") as opened:
        first = link(opened.readline().rstrip(b"\n"), lambda _: "")
    time = None if first is None else first.fields.get("time")
    return now if not isinstance(time, str) else seconds_of(time)


def seconds_of(time: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(time).timestamp()


def told(error: OSError, path: Path) -> str:
    """What the system says against a file."""
    return f"{error.filename or path}: {error.strerror or error}"
