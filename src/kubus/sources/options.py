"""Where databases are: the options of each source, which need no driver."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

from kubus.errors import ConfigError


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

    def in_database(self, name: str) -> "DuckDBOptions":
        """The same for the file of another name beside this one's, with the same ending.

        Raises:
            ConfigError: the source is no file.
        """
        if self.path is None:
            raise ConfigError(
                "Tenants have files of their own, and the data source is none",
                hint="Set CUBEJS_DB_DUCKDB_DATABASE_PATH to a file in the folder of theirs",
            )
        return replace(self, path=self.path.with_name(name + self.path.suffix))


@dataclass(frozen=True, slots=True)
class PostgresOptions:
    """Where PostgreSQL is. What `url` says is filled up by the rest; both may be left to the PG* environment.

    With `ssl`, the certificate is checked only if `ssl_verify`; `ssl_ca`, `ssl_cert` and `ssl_key` are paths, or PEM
    texts. `timeout` is the server's limit for one statement. `only_database` wins over all else that names a database.
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
    only_database: str | None = None

    db_type: ClassVar[str] = "postgres"

    def in_database(self, name: str) -> "PostgresOptions":
        """The same for another database of the server, whatever the URL says."""
        return replace(self, only_database=name)


SourceOptions = DuckDBOptions | PostgresOptions
