"""The demo's data: written as a DuckDB file or as CSV files, and how far a file reaches.

The data are a pure function of the day. What they look like is in `generate.sql`.
"""

import tempfile
from collections.abc import Callable
from datetime import date
from importlib.resources import files
from pathlib import Path

import duckdb

# In the order in which a database with foreign keys can take them.
TABLES = ("product_categories", "suppliers", "products", "users", "orders", "line_items")

# Told which part of the work is done: how many steps, of how many.
OnProgress = Callable[[int, int], None]


def ignore_progress(_done: int, _of: int) -> None:
    """Tell nobody."""


def write_demo_database(path: Path, today: date, on_progress: OnProgress = ignore_progress) -> None:
    """Write the tables of the demo into a new DuckDB file at `path`, in place of any that is there.

    The file appears whole or not at all: it is made beside its place and then renamed. The orders reach from two years
    before `today` to six o'clock UTC on it; the same `today` gives the same rows.

    Raises:
        OSError: the folder of `path` cannot be written to.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".kubus-demo-", dir=path.parent) as folder:
        unfinished = Path(folder) / path.name
        with duckdb.connect(str(unfinished)) as connection:
            _generate(connection, today, on_progress)
            # Closing would leave the log of changes in a second file, which the rename does not take along.
            connection.execute("CHECKPOINT")
        unfinished.replace(path)


def write_demo_csv(folder: Path, today: date, on_progress: OnProgress = ignore_progress) -> None:
    """Write the same tables as `<table>.csv` into `folder`: UTF-8, a header line, commas; an empty field is null."""
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        _generate(connection, today, on_progress)
        for table in TABLES:
            connection.table(table).order("id").write_csv(str(folder / f"{table}.csv"), header=True)


def demo_data_day(path: Path) -> date | None:
    """The day to which the demo database at `path` reaches; None if there is none, or no such one that can be read.

    Raises:
        duckdb.IOException: another process holds the file.
    """
    if not path.exists():
        return None
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            row = connection.execute("SELECT max(created_at)::DATE FROM orders").fetchone()
    except duckdb.IOException as error:
        if "lock" in str(error):
            raise
        # Cut short, or written in a format that this version of DuckDB does not read.
        return None
    except duckdb.Error:
        return None
    return row[0] if row else None


def _generate(connection: duckdb.DuckDBPyConnection, today: date, on_progress: OnProgress) -> None:
    connection.execute("SET VARIABLE today = $1", [today])
    statements = connection.extract_statements((files("kubus.demo") / "generate.sql").read_text(encoding="utf-8"))
    for done, statement in enumerate(statements):
        on_progress(done, len(statements))
        connection.execute(statement)
    on_progress(len(statements), len(statements))
