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

# What a newcomer brings.
SALES = "id,customer_id,city,amount,sold_at\n" + "".join(
    f"{n},{n % 40},{('Oslo', 'Bergen', 'Rome', 'Lima')[n % 4]},{n % 90}.5,2024-{n % 12 + 1:02}-{n % 27 + 1:02} 10:00:00\n"
    for n in range(400)
)
CUSTOMERS = "id,name,segment\n" + "".join(f"{n},Customer {n},{('small', 'large')[n % 2]}\n" for n in range(40))

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
BEGINNING = [scene for scene in scenes("model-first") if (scene.theme, scene.width) in ONCE]


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


@pytest.mark.parametrize("scene", BEGINNING, ids=str)
def test_newcomer(scene: Scene, pages: Path, browser: Conversation, tmp_path: Path) -> None:
    """From files of one's own, and no model, to the first chart."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "sales.csv").write_text(SALES)
    (tmp_path / "data" / "customers.csv").write_text(CUSTOMERS)
    with running_server(tmp_path, {"KUBUS_DUCKDB_FOLDER": "data"}, command="dev") as server:
        done = scene.play(browser, server.url)
    assert done["decisions"] <= 3
    assert done["seconds"] < 60
    assert sorted(path.name for path in (tmp_path / "model").rglob("*.yml")) == ["customers.yml", "sales.yml"]
    print(f"own files to the first chart: {done['decisions']} decisions, {done['seconds']:.1f} s")
