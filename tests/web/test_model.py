"""The Model page in a browser: looking at a model, writing it, and coming from tables to the first chart."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from kubus.cli.create import create_project
from tests.engines.node import Conversation
from tests.engines.server import RunningServer, running_server
from tests.web.scenes import Scene, scenes

pytestmark = pytest.mark.node

# What the demo has none of.
VIEW = """\
views:
  - name: sales
    description: Orders and who placed them
    cubes:
      - join_path: Orders
        includes: [count, totalAmount, status, createdAt]
      - join_path: Orders.Users
        prefix: true
        includes: [city, country]
    folders:
      - name: Where
        includes: [Users_country, Users_city]
"""

# Each in one theme and at one width: how the parts of the page look in the others is seen where the model is looked at.
ONCE = {("light", 1440), ("dark", 390)}
WRITING = [scene for scene in scenes("model-write") if (scene.theme, scene.width) in ONCE]


@pytest.fixture(scope="module")
def shop(pages: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningServer, Path]]:
    """A server of its own, whose model scenarios change."""
    folder = tmp_path_factory.mktemp("model") / "shop"
    create_project(folder, "duckdb", datetime.now(UTC).date(), Console(quiet=True))
    (folder / "model" / "views" / "sales.yml").write_text(VIEW)
    with running_server(folder, {}, command="dev") as server:
        yield server, folder


@pytest.mark.parametrize("scene", [*scenes("model-look"), *WRITING], ids=str)
def test_model(scene: Scene, shop: tuple[RunningServer, Path], browser: Conversation) -> None:
    server, folder = shop
    name = f"scratch_{scene.theme}_{scene.width}"
    scene.play(browser, server.url, {"folder": str(folder / "model"), "name": name})
