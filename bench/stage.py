"""What the measures have to work with."""

import tempfile
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from tests.engines.corpus_data import load_duckdb, load_postgres, write_csv_files
from tests.engines.postgres import running_postgres

from bench.models import SHOP, older_yaml
from bench.servers import Database, Running, running

T = TypeVar("T")

# Ten times the corpus: 100,000 orders, 210,000 line items.
SCALE = 10.0


@dataclass(frozen=True, slots=True)
class Stage:
    """A database with the data, the same data as a DuckDB file, and how much time there is.

    `runs` is how often a measure is repeated, `seconds` how long a load lasts.
    """

    database: Database
    duckdb: Path
    folder: Path
    runs: int
    seconds: int
    quick: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """Both servers on the shop's model."""

    stage: Stage
    kubus: Running
    cube: Running

    @property
    def both(self) -> tuple[Running, Running]:
        return self.kubus, self.cube


@contextmanager
def staged(*, quick: bool) -> Generator[Stage]:
    with running_postgres() as server, tempfile.TemporaryDirectory(prefix="kubus-bench-") as name:
        folder = Path(name)
        files = folder / "data"
        files.mkdir()
        write_csv_files(files, SCALE)
        load_postgres(server, files, "bench")
        server.psql("bench", "VACUUM ANALYZE")
        load_duckdb(folder / "bench.duckdb", files)
        database = Database(server.host, server.port, server.user, "bench")
        yield Stage(database, folder / "bench.duckdb", folder, 3 if quick else 5, 2 if quick else 3, quick)


@contextmanager
def paired(stage: Stage) -> Generator[Pair]:
    settings = stage.database.settings
    with ExitStack() as stack:
        kubus = stack.enter_context(running("kubus", stage.folder / "kubus", {"shop.yml": SHOP}, settings))
        cube = stack.enter_context(running("cube", stage.folder / "cube", {"shop.yml": older_yaml(SHOP)}, settings))
        yield Pair(stage, kubus, cube)


def in_turn(runs: int, *measures: Callable[[], T]) -> list[list[T]]:
    """Several runs of each measure, one after the other in turn, so that what else the machine does hits them alike."""
    found: list[list[T]] = [[] for _ in measures]
    for _ in range(runs):
        for values, measure in zip(found, measures, strict=True):
            values.append(measure())
    return found
