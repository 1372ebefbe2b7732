"""The databases that many tests share: one PostgreSQL server, and the data of the corpus in both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engines.corpus_data import load_duckdb, load_postgres, write_csv_files
from tests.engines.postgres import Server, running_postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server for the whole run."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def corpus_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    write_csv_files(folder)
    return folder


@pytest.fixture(scope="session")
def golden_postgres(postgres: Server, corpus_files: Path) -> Server:
    """The server, with the corpus data in its database `golden`."""
    load_postgres(postgres, corpus_files)
    return postgres


@pytest.fixture(scope="session")
def golden_duckdb(corpus_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DuckDB file with the corpus data."""
    path = tmp_path_factory.mktemp("golden") / "golden.duckdb"
    load_duckdb(path, corpus_files)
    return path
