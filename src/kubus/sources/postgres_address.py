"""Where PostgreSQL is, and how a session there begins, in libpq's words.

Source: https://www.postgresql.org/docs/current/libpq-connect.html
"""

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from kubus.errors import ConfigError
from kubus.sources.options import PostgresOptions

# How long a statement waits for a connection before the database counts as not reachable.
CONNECT_SECONDS = 10.0


class Address:
    """Where the options point to. Certificates and keys that are given as texts lie in a private folder until `forget`.

    Raises:
        ConfigError: the URL is none. It is not repeated: it may hold the password.
    """

    def __init__(self, options: PostgresOptions) -> None:
        self._options = options
        self._folder: TemporaryDirectory[str] | None = None
        self._conninfo: str | None = None
        self._url = parsed(options.url)

    @property
    def place(self) -> str:
        """Host and port, for messages."""
        host = self._url.get("host") or self._options.host or os.environ.get("PGHOST") or "its default place"
        port = self._url.get("port") or self._options.port or os.environ.get("PGPORT") or 5432
        return f"{host}:{port}"

    def conninfo(self) -> str:
        """The connection string. What the URL says stands before the other options."""
        if self._conninfo is None:
            only = self._options.only_database
            last = {} if only is None else {"dbname": only}
            self._conninfo = make_conninfo(**{**self._given(), **self._url, **self._session(), **last})
        return self._conninfo

    def forget(self) -> None:
        """Remove the certificates and keys. `conninfo` writes them again."""
        folder, self._folder, self._conninfo = self._folder, None, None
        if folder is not None:
            folder.cleanup()

    def _given(self) -> dict[str, Any]:
        options = self._options
        given: dict[str, Any] = {
            "host": options.host,
            "port": options.port,
            "dbname": options.database,
            "user": options.user,
            "password": options.password,
            "connect_timeout": int(CONNECT_SECONDS),
            # A server that is gone without a word is noticed within a minute.
            "keepalives_idle": 30,
            "keepalives_interval": 10,
            "keepalives_count": 3,
        }
        if options.ssl:
            given["sslmode"] = "verify-full" if options.ssl_verify else "require"
            given["sslrootcert"] = self._pem("ca", options.ssl_ca) or ("system" if options.ssl_verify else None)
            given["sslcert"] = self._pem("cert", options.ssl_cert)
            given["sslkey"] = self._pem("key", options.ssl_key)
        return {name: value for name, value in given.items() if value is not None}

    def _session(self) -> dict[str, str]:
        """What holds for every session, whatever the URL says. Its own settings, such as a search path, stay."""
        settings = {
            "TimeZone": "UTC",
            "DateStyle": "ISO",
            "IntervalStyle": "postgres",
            "bytea_output": "hex",
            "extra_float_digits": "1",
            "default_transaction_read_only": "on",
            "statement_timeout": str(int(self._options.timeout.total_seconds() * 1000)),
        }
        own = self._url.get("options") or os.environ.get("PGOPTIONS") or ""
        ours = " ".join(f"-c {name}={value}" for name, value in settings.items())
        return {"options": f"{own} {ours}".strip(), "application_name": "kubus"}

    def _pem(self, name: str, pem: str | None) -> str | None:
        """The path of a certificate or key that is given as a path, or as its text."""
        if pem is None or "-----BEGIN" not in pem:
            return pem
        if self._folder is None:
            self._folder = TemporaryDirectory(prefix="kubus-")
        file = Path(self._folder.name) / f"{name}.pem"
        file.touch(mode=0o600)
        file.write_text(pem.replace("\\n", "\n"))
        return str(file)


def parsed(url: str | None) -> dict[str, Any]:
    """The parts of a URL or connection string."""
    wrong = ConfigError(
        "The URL of PostgreSQL cannot be read",
        hint="Write postgresql://user:password@host:port/database, and @ : / ? # % in the password as %40 %3A %2F "
        "%3F %23 %25",
    )
    try:
        parts: dict[str, Any] = conninfo_to_dict(url or "")
    except ProgrammingError:
        # Its message may hold the password, and so would the chain of errors.
        raise wrong from None
    ports = str(parts.get("port") or "").split(",")
    if "@" in str(parts.get("host") or "") or not all(port.isdecimal() or not port for port in ports):
        raise wrong
    return parts
