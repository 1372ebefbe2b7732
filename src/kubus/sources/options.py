"""Where databases are: the options of each source, which need no driver."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class DuckDBOptions:
    """A database file, or None for memory. `folder` holds files, and folders of files, that are tables by their names.

    A file that is not there is an error, unless `create` asks for a new one.
    `threads` and `memory_limit` are DuckDB's own settings; None leaves its defaults: every core, and 80 % of memory.
    """

    path: Path | None = None
    read_only: bool = False
    schema: str | None = None
    folder: Path | None = None
    memory_limit: str | None = None
    threads: int | None = None
    timeout: timedelta = timedelta(minutes=10)
    create: bool = False

    db_type: ClassVar[str] = "duckdb"


@dataclass(frozen=True, slots=True)
class PostgresOptions:
    """Where PostgreSQL is. What `url` says is filled up by the rest; both may be left to the PG* environment.

    With `ssl`, the certificate is checked only if `ssl_verify`; `ssl_ca`, `ssl_cert` and `ssl_key` are paths, or PEM
    texts. `timeout` is the server's limit for one statement.
    """

    host: str | None = None
    port: int | None = None
    database: str | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    url: str | None = field(default=None, repr=False)
    ssl: bool = False
    ssl_verify: bool = False
    ssl_ca: str | None = None
    ssl_cert: str | None = None
    ssl_key: str | None = field(default=None, repr=False)
    min_connections: int = 1
    max_connections: int = 8
    timeout: timedelta = timedelta(minutes=10)

    db_type: ClassVar[str] = "postgres"


SourceOptions = DuckDBOptions | PostgresOptions
