"""The data of the conformance corpus, in PostgreSQL and in a DuckDB file."""

import shutil
import subprocess
import sys
from pathlib import Path

import duckdb

from tests.engines.postgres import Server

DATA = Path(__file__).parents[1] / "conformance" / "corpus" / "data"


def write_csv_files(folder: Path, scale: float = 1.0) -> None:
    """Write the six CSV files, and the SQL that loads them, into a folder."""
    for file in DATA.glob("*.sql"):
        shutil.copy(file, folder)
    subprocess.run(
        [sys.executable, str(DATA / "make_ecom.py"), "--out", str(folder), "--scale", str(scale)],
        check=True,
        capture_output=True,
    )


def load_postgres(server: Server, folder: Path, database: str = "golden") -> str:
    """Load the files of `folder` into a new database; gives its URL."""
    url = server.create_database(database)
    server.psql(database, files=(folder / "schema.sql", folder / "load_postgres.sql"), cwd=folder)
    return url


def load_duckdb(path: Path, folder: Path) -> None:
    """Load the files of `folder` into a new DuckDB file."""
    with duckdb.connect(str(path)) as connection:
        connection.execute((folder / "schema.sql").read_text())
        connection.execute((folder / "load_duckdb.sql").read_text().replace("FROM '", f"FROM '{folder}/"))
