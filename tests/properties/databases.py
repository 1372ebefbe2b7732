"""A PostgreSQL server for properties, by its URL."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.engines.postgres import program, running_postgres


def is_installed() -> bool:
    return program("initdb") is not None


@contextmanager
def postgres_server() -> Iterator[str]:
    """Run a server and give the URL of its database. Texts sort by code point, and times are UTC."""
    with running_postgres() as server:
        yield server.url()
