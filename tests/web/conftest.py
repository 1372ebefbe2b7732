"""A Playground as a reader has it: built pages, a server in development mode on the demo's model and rows, a browser."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from kubus.cli.create import create_project
from tests.engines.node import Conversation, browser_program, conversing
from tests.engines.server import RunningServer, running_server
from tests.web.bundle import ROOT, built_pages

HERE = Path(__file__).parent
SCREENSHOTS = ROOT / ".cache" / "screenshots"


@pytest.fixture(scope="session")
def pages() -> Path:
    """The built pages."""
    return built_pages()


@pytest.fixture(scope="session")
def playground(pages: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server in development mode: the demo, and cubes that are long or slow."""
    folder = tmp_path_factory.mktemp("web") / "shop"
    create_project(folder, "duckdb", datetime.now(UTC).date(), Console(quiet=True))
    for file in (HERE / "model").iterdir():
        shutil.copy(file, folder / "model" / "cubes")
    with running_server(folder, {"KUBUS_CONTINUE_WAIT": "1"}, command="dev") as server:
        yield server


@pytest.fixture(scope="session")
def browser() -> Iterator[Conversation]:
    """A browser that plays scenarios: see `browser.mjs`."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with conversing(HERE / "browser.mjs", BROWSER=browser_program(), SCREENSHOTS=str(SCREENSHOTS)) as talk:
        talk.read()
        yield talk
