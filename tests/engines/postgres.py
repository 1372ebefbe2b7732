"""A PostgreSQL server of our own: made in a temporary folder, on a free port, gone at the end.

`python -m tests.engines.postgres` runs one with the corpus data until it is stopped, for work by hand.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.engines.ports import free_port

ROLE = "postgres"


@dataclass(frozen=True, slots=True)
class Server:
    """A running server. Its database `postgres` is empty; there is no password.

    `start`, and `stop` which waits for nobody, are for tests of what a server's end does to its clients.
    """

    host: str
    port: int
    start: Callable[[], None] = field(repr=False)
    stop: Callable[[], None] = field(repr=False)
    user: str = ROLE
    password: str = "x"

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://{self.user}@{self.host}:{self.port}/{database}"

    def create_database(self, name: str) -> str:
        """Make an empty database, whose texts sort by code point; gives its URL. One of that name is gone before.

        A fixture may be set up more than once, where processes take tests from each other.
        """
        self.psql("postgres", f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self.psql("postgres", f"CREATE DATABASE \"{name}\" TEMPLATE template0 LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'")
        return self.url(name)

    def psql(self, database: str, *commands: str, files: tuple[Path, ...] = (), cwd: Path | None = None) -> None:
        """Run commands, then files, with psql."""
        arguments = [part for command in commands for part in ("-c", command)]
        arguments += [part for file in files for part in ("-f", str(file))]
        path = program("psql")
        assert path is not None
        done = subprocess.run(
            [path, "-X", "-q", "-v", "ON_ERROR_STOP=1", self.url(database), *arguments],
            cwd=cwd,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr


def program(name: str) -> str | None:
    """Where a program of PostgreSQL is: where Debian puts it, the newest first, or on the path."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda p: int(p.parts[-3]), reverse=True)
    return str(versions[0]) if versions else shutil.which(name)


@contextmanager
def running_postgres(
    port: int | None = None, *, files: Mapping[str, str | bytes] | None = None, settings: str = ""
) -> Iterator[Server]:
    """Run a server. Texts sort by code point, and times are UTC.

    `files` are written into its folder first, so that they may be certificates or other rules of access; `settings`
    are options of its command.
    """
    assert program("initdb"), "PostgreSQL is not installed: apt-get install postgresql"
    folder = Path(tempfile.mkdtemp(prefix="kubus-postgres-"))
    as_user: list[str] = []
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root.
        account = next(user for user in pwd.getpwall() if user.pw_name in ("postgres", "nobody"))
        os.chown(folder, account.pw_uid, account.pw_gid)
        as_user = ["runuser", "-u", account.pw_name, "--"]
    data = folder / "data"
    port = port or free_port()
    options = (
        f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off -c timezone=UTC "
        f"-c max_connections=200 {settings}"
    )

    def run(name: str, *arguments: str) -> None:
        path = program(name)
        assert path is not None, f"{name} of PostgreSQL is not installed"
        done = subprocess.run(
            [*as_user, path, *arguments], cwd=folder, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, f"{name} failed: {done.stderr or done.stdout}"

    def start() -> None:
        run("pg_ctl", "-D", str(data), "-w", "-s", "-l", str(folder / "log"), "-o", options, "start")

    def stop() -> None:
        run("pg_ctl", "-D", str(data), "-w", "-s", "-m", "immediate", "stop")

    try:
        run("initdb", "-D", str(data), "-U", ROLE, "-A", "trust", "--locale=C.UTF-8", "--encoding=UTF8", "--no-sync")
        for name, content in (files or {}).items():
            file = data / name
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
            file.chmod(0o600)
            shutil.chown(file, (data / "PG_VERSION").owner())
        start()
        try:
            yield Server("127.0.0.1", port, start, stop)
        finally:
            if (data / "postmaster.pid").exists():
                stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    from tests.engines.corpus_data import load_postgres, write_csv_files

    with (
        running_postgres(int(sys.argv[1]) if len(sys.argv) > 1 else None) as server,
        tempfile.TemporaryDirectory() as folder,
    ):
        write_csv_files(Path(folder))
        print(load_postgres(server, Path(folder)), flush=True)
        signal.sigwait({signal.SIGINT, signal.SIGTERM})
