"""A PostgreSQL server of our own for the tests: made in a temporary folder, on a free port, gone at the end."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROLE = "postgres"


def is_installed() -> bool:
    return program("initdb") is not None


def program(name: str) -> str | None:
    """Where a program of PostgreSQL is: on the path, or where Debian puts it, the newest first."""
    if found := shutil.which(name):
        return found
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda p: int(p.parts[-3]), reverse=True)
    return str(versions[0]) if versions else None


@contextmanager
def postgres_server() -> Iterator[str]:
    """Run a server and give the URL of its database. Texts sort by code point, and times are UTC."""
    folder = Path(tempfile.mkdtemp(prefix="kubus-postgres-"))
    as_user: list[str] = []
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root.
        account = next(user for user in pwd.getpwall() if user.pw_name in ("postgres", "nobody"))
        os.chown(folder, account.pw_uid, account.pw_gid)
        as_user = ["runuser", "-u", account.pw_name, "--"]
    data = folder / "data"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = (
        f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off -c timezone=UTC"
    )

    def run(name: str, *arguments: str) -> None:
        path = program(name)
        assert path is not None, f"{name} of PostgreSQL is not installed"
        done = subprocess.run(
            [*as_user, path, *arguments], cwd=folder, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, f"{name} failed: {done.stderr or done.stdout}"

    try:
        run("initdb", "-D", str(data), "-U", ROLE, "-A", "trust", "--locale=C.UTF-8", "--encoding=UTF8", "--no-sync")
        run("pg_ctl", "-D", str(data), "-w", "-s", "-l", str(folder / "log"), "-o", settings, "start")
        try:
            yield f"postgresql://{ROLE}@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "-D", str(data), "-w", "-s", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
