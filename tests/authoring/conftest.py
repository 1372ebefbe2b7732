"""Projects that are worked at: on DuckDB and on PostgreSQL."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
import pytest_asyncio

from kubus.authoring.open_project import OpenProject
from kubus.config.project import project_settings
from kubus.semantic_layer import SemanticLayer
from kubus.sources.registry import make_source
from tests.engines.postgres import Server

# In both databases.
TABLES = """
CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR, city VARCHAR);
CREATE TABLE orders (
    id INTEGER, user_id INTEGER, seller_id INTEGER REFERENCES users (id), status VARCHAR, amount DECIMAL(9, 2),
    price DOUBLE PRECISION, zip INTEGER, "createdAt" TIMESTAMP
);
CREATE SCHEMA crm;
CREATE TABLE crm.accounts (id INTEGER PRIMARY KEY, "Name" VARCHAR);
COMMENT ON TABLE orders IS 'What was sold';
INSERT INTO users VALUES (1, 'Ada', 'Oslo'), (2, 'Bob', 'Bergen');
INSERT INTO orders VALUES
    (1, 1, 2, 'done', 10.50, 2.5, 1234, '2024-01-05 10:00:00'), (2, 1, 2, 'new', 20, 4, 1234, '2024-03-06 10:00:00');
"""


@dataclass
class Work:
    """A project on disk, open, and what answers for it."""

    folder: Path
    project: OpenProject
    layer: SemanticLayer

    def write(self, path: str, text: str) -> None:
        """Somebody else writes a model file."""
        place = self.folder / "model" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)

    def texts(self) -> dict[str, str]:
        folder = self.folder / "model"
        return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="session")
def postgres_shop(postgres: Server) -> str:
    url = postgres.create_database("authoring")
    postgres.psql("authoring", TABLES)
    return url


Opened = Callable[..., OpenProject]


def opened(folder: Path, **variables: str) -> tuple[OpenProject, SemanticLayer]:
    settings = project_settings(variables, folder, overrides={"CUBEJS_DEV_MODE": "true"})
    sources = {name: make_source(name, options) for name, options in settings.sources.items()}
    layer = SemanticLayer.from_folder(settings.model, sources, reloads=True, compile_now=False)

    async def reload() -> bool:
        return layer.reload()

    return OpenProject(settings, layer.runner.pools.source, reload), layer


@pytest_asyncio.fixture(params=["duckdb", "postgres"])
async def shop(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Work]:
    """A project with tables, and no model yet."""
    (tmp_path / "model").mkdir()
    if request.param == "postgres":
        variables = {"CUBEJS_DB_TYPE": "postgres", "CUBEJS_DB_URL": request.getfixturevalue("postgres_shop")}
    else:
        with duckdb.connect(str(tmp_path / "shop.duckdb")) as connection:
            connection.execute(TABLES)
        variables = {"CUBEJS_DB_TYPE": "duckdb", "CUBEJS_DB_DUCKDB_DATABASE_PATH": "shop.duckdb"}
    project, layer = opened(tmp_path, **variables)
    yield Work(tmp_path, project, layer)
    await layer.close()


@pytest_asyncio.fixture
async def work(tmp_path: Path) -> AsyncIterator[Work]:
    """A project without a database of its own, and an empty model."""
    (tmp_path / "model").mkdir()
    project, layer = opened(tmp_path)
    yield Work(tmp_path, project, layer)
    await layer.close()
