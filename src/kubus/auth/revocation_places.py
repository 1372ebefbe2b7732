"""Where lists of revocations are kept: a file, or a Valkey or Redis server."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from kubus.auth.revocation import MalformedRevocation, Revocation, Revocations, listed, read_revocation
from kubus.errors import ConfigError

if TYPE_CHECKING:
    pass

MOST_BYTES = 256 * 1024 * 1024

# In Valkey: a sorted set of lines, each with the second until which it holds, and a number that every change raises.
LINES, VERSION = "kubus:revoked", "kubus:revoked:version"
CONNECT_SECONDS = 2.0


class Unavailable(Exception):
    """A list could not be read. Says why; holds nothing of it."""


class Place(Protocol):
    """Where a list is."""

    async def changed(self, now: float) -> Revocations | None:
        """The list, if it is not what it was when this was asked last; else None. Raises Unavailable."""
        ...

    async def add(self, revocation: Revocation) -> None:
        """Put one on the list. Raises Unavailable."""
        ...

    async def close(self) -> None:
        """End connections."""
        ...


def place_of(text: str, folder: Path) -> Place:
    """The place that a setting names: the address of a server, or a path below `folder`.

    Raises:
        ConfigError: the client of the server is missing.
    """
    if "://" in text:
        return Server(text)
    return File(folder / text)


class File:
    """A file of lines."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, int, int] | None = None

    async def changed(self, now: float) -> Revocations | None:
        """See `Place`."""
        try:
            seen = stamp(os.stat(self.path))  # noqa: PTH116 - of a local file, quicker than a thread
            if seen == self._seen:
                return None
            found = await asyncio.to_thread(self._read, now)
        except OSError as error:
            self._seen = None
            raise Unavailable(f"{self.path.name} cannot be read: {error.strerror or error}") from error
        except MalformedRevocation as error:
            self._seen = None
            raise Unavailable(f"{self.path.name}: {error}") from error
        self._seen = seen
        return found

    async def add(self, revocation: Revocation) -> None:
        """See `Place`: in one write, so that lines of several writers do not mix."""
        try:
            await asyncio.to_thread(self._append, revocation.line)
        except OSError as error:
            raise Unavailable(f"{self.path.name} cannot be written: {error.strerror or error}") from error

    async def close(self) -> None:
        """See `Place`."""

    def _append(self, line: str) -> None:
        with self.path.open("ab") as file:
            # A line that an editor did not end is another's.
            begin = "" if file.tell() == 0 or last_byte(self.path) == b"\n" else "\n"
            file.write(f"{begin}{line}\n".encode())
            file.flush()
            os.fsync(file.fileno())

    def _read(self, now: float) -> Revocations:
        if self.path.stat().st_size > MOST_BYTES:
            raise MalformedRevocation(f"it is larger than {MOST_BYTES} bytes")
        return listed(lines(self.path), now)


def stamp(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_mtime_ns, status.st_size, status.st_ino


def last_byte(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1)


def lines(path: Path) -> Iterator[Revocation]:
    """The revocations of a file. Lines that are empty or begin with `#` are passed over."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            text = line.strip()
            if text and not text.startswith(b"#"):
                try:
                    yield read_revocation(text)
                except MalformedRevocation as error:
                    raise MalformedRevocation(f"line {number}: {error}") from error


class Server:
    """A Valkey or Redis server, by `valkey://`, `valkeys://`, `redis://` or `rediss://`."""

    def __init__(self, url: str) -> None:
        try:
            import valkey.asyncio
            import valkey.exceptions
        except ImportError as error:
            raise ConfigError(
                "KUBUS_REVOCATION names a server, and its client is not installed",
                hint="Install kubus with the extra 'valkey'",
            ) from error
        self._failures = (valkey.exceptions.ValkeyError, OSError, TimeoutError)
        try:
            self._client: valkey.asyncio.Valkey = valkey.asyncio.Valkey.from_url(  # pyright: ignore[reportUnknownMemberType] - it has no annotations
                url,
                socket_connect_timeout=CONNECT_SECONDS,
                socket_timeout=CONNECT_SECONDS,
                decode_responses=False,
            )
        except ValueError as error:
            # The address may hold a password.
            raise ConfigError("KUBUS_REVOCATION is no address of a Valkey or Redis server") from error
        self._version: Any = None
        self._read = False

    async def changed(self, now: float) -> Revocations | None:
        """See `Place`."""
        client: Any = self._client
        try:
            version = await client.get(VERSION)
            if self._read and version == self._version:
                return None
            found: list[bytes] = await client.zrangebyscore(LINES, now, "+inf", start=0, num=10_000_000)
            revocations = await asyncio.to_thread(lambda: listed(map(read_revocation, found), now))
        except self._failures as error:
            self._read = False
            raise Unavailable(f"the server cannot be asked: {type(error).__name__}") from error
        except MalformedRevocation as error:
            self._read = False
            raise Unavailable(f"a line of {LINES}: {error}") from error
        self._version, self._read = version, True
        return revocations

    async def add(self, revocation: Revocation) -> None:
        """See `Place`."""
        client: Any = self._client
        try:
            async with client.pipeline(transaction=True) as pipe:
                pipe.zadd(LINES, {revocation.line: revocation.until})
                pipe.incr(VERSION)
                await pipe.execute()
        except self._failures as error:
            raise Unavailable(f"the server cannot be asked: {type(error).__name__}") from error

    async def close(self) -> None:
        """See `Place`."""
        client: Any = self._client
        await client.aclose()
