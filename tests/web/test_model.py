"""The Model page in a browser: looking at a model, writing it, and coming from tables to the first chart."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from bench.models import yaml_cubes
from rich.console import Console

from kubus.cli.create import create_project
from tests.engines.node import Conversation
from tests.engines.server import RunningServer, running_server
from tests.web.scenes import DESKTOP, Scene, scenes

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
# On a phone all of it, and the list of files in a sheet besides.
WRITING += [scene for scene in scenes("model-files") if scene.width != DESKTOP or "ALL_SCENES" in os.environ]


def wide(*prefixes: str) -> list[Scene]:
    """Of scenarios that need a server of their own the wide ones; all for those who look at the screenshots."""
    return [scene for scene in scenes(*prefixes) if scene.width == DESKTOP or "ALL_SCENES" in os.environ]


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


CUBES = 300
SETTINGS = {"CUBEJS_DB_TYPE": "duckdb", "KUBUS_DEFAULT_ACCESS": "allow"}


@pytest.fixture(scope="module")
def large(pages: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with more cubes than a page can show at once."""
    folder = tmp_path_factory.mktemp("large")
    (folder / "model" / "cubes").mkdir(parents=True)
    for name, text in yaml_cubes(CUBES).items():
        (folder / "model" / "cubes" / name).write_text(text)
    with running_server(folder, SETTINGS, command="dev") as server:
        yield server


@pytest.mark.parametrize("scene", wide("model-large"), ids=str)
def test_large_model(scene: Scene, large: RunningServer, browser: Conversation) -> None:
    scene.play(browser, large.url, {"cubes": CUBES})


@pytest.mark.parametrize("scene", wide("model-restart"), ids=str)
def test_the_server_is_started_anew(scene: Scene, pages: Path, browser: Conversation, tmp_path: Path) -> None:
    """A page outlives its server, and so does what is typed in it."""
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "orders.yml").write_text(yaml_cubes(1)["cube_0.yml"])
    with restartable(tmp_path) as (server, restart):
        scene.play(browser, server, {"restart": restart, "folder": str(tmp_path / "model")})


@contextmanager
def restartable(folder: Path) -> Iterator[tuple[str, str]]:
    """The address of a server, and one at which it is stopped and started anew on the same port."""
    with ExitStack() as running, ExitStack() as closing:
        server = running.enter_context(running_server(folder, SETTINGS, command="dev"))

        class Restart(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                running.close()
                running.enter_context(running_server(folder, SETTINGS, command="dev", port=server.port))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        control = HTTPServer(("127.0.0.1", 0), Restart)
        closing.callback(control.server_close)
        closing.callback(control.shutdown)
        Thread(target=control.serve_forever, daemon=True).start()
        yield server.url, f"http://127.0.0.1:{control.server_port}/"
