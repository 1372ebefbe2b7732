"""Tables as CSV files, with the SQL that makes and fills them on PostgreSQL and DuckDB."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any


def write_tables(folder: Path, columns: Mapping[str, str], rows: Mapping[str, Iterable[tuple[Any, ...]]]) -> None:
    """Write `schema.sql`, a CSV file for each table, and `load_postgres.sql` and `load_duckdb.sql` that read them.

    `columns` says for each table what stands between the parentheses of its CREATE TABLE. None is written as nothing,
    which both databases read as null.
    """
    schema = [f"CREATE TABLE {name} ({declared});" for name, declared in columns.items()]
    (folder / "schema.sql").write_text("\n".join(schema) + "\n")
    for name in columns:
        with (folder / f"{name}.csv").open("w", newline="") as file:
            csv.writer(file).writerows(rows[name])
    copies = [f"\\copy {name} FROM '{name}.csv' WITH (FORMAT csv)" for name in columns]
    (folder / "load_postgres.sql").write_text("\n".join(copies) + "\n")
    copies = [f"COPY {name} FROM '{name}.csv' (HEADER false);" for name in columns]
    (folder / "load_duckdb.sql").write_text("\n".join(copies) + "\n")
