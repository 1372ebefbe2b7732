"""The pages Access and Health in a real browser, on a model that shows callers different rows, members and masks."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engines.node import Conversation
from tests.engines.server import RunningServer, running_server
from tests.web.scenes import Scene, scenes

pytestmark = pytest.mark.node

MODEL = """
cubes:
  - name: orders
    sql: >
      SELECT * FROM (VALUES
        (1, 'Oslo', 'new', 'ann@example.com', 120.5, 40), (2, 'Oslo', 'done', 'bob@example.com', 80, 25),
        (3, 'Rome', 'done', 'cid@example.com', 310, 90), (4, 'Rome', 'new', 'dan@example.com', 45.25, 10),
        (5, 'Bonn', 'done', 'eve@example.com', 60, 20)) AS t (id, city, status, email, amount, cost)
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true, public: true}
      - {name: city, sql: city, type: string, title: City}
      - {name: status, sql: status, type: string, title: Status}
      - {name: email, sql: email, type: string, title: E-mail, mask: "…@…"}
    measures:
      - {name: count, type: count, title: Orders}
      - {name: revenue, sql: amount, type: sum, format: currency, title: Revenue}
      - {name: margin, sql: "{CUBE}.amount - {CUBE}.cost", type: sum, format: currency, title: Margin}
    segments:
      - {name: open, sql: "{CUBE}.status = 'new'"}
    access_policy:
      - group: manager
      - group: clerk
        member_level: {includes: [id, city, status, count, revenue, open]}
        member_masking: {includes: [email]}
        row_level:
          filters:
            - {member: city, operator: equals, values: ["{ securityContext.city }"]}
views:
  - name: sales
    cubes:
      - {join_path: orders, includes: [city, count, revenue]}
    access_policy:
      - group: "*"
"""

SETTINGS = {
    "CUBEJS_API_SECRET": "f1b5c0c2d7e94a6b8c3d2e1f0a9b8c7d6e5f4a3b2c1d0e9f",
    "CUBEJS_DATASOURCES": "default,archive",
    "CUBEJS_DB_TYPE": "duckdb",
    "CUBEJS_DS_ARCHIVE_DB_TYPE": "duckdb",
    "CUBEJS_DS_ARCHIVE_DB_DUCKDB_DATABASE_PATH": "archive/orders.duckdb",
    "KUBUS_GROUPS_CLAIM": "groups",
    "KUBUS_DEV_AUTH": "true",
    # Nobody listens there: its tokens are refused, and those of the pages are not.
    "CUBEJS_JWK_URL": "http://127.0.0.1:9/keys",
    "KUBUS_REVOCATION": "revoked.jsonl",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("access") / "shop"
    (folder / "model").mkdir(parents=True)
    (folder / "model" / "orders.yml").write_text(MODEL)
    (folder / "revoked.jsonl").write_text('{"jti": "5f2c"}\n')
    return folder


@pytest.fixture(scope="module")
def guarded(pages: Path, project: Path) -> Iterator[RunningServer]:
    """A server in development mode that asks for tokens all the same."""
    with running_server(project, SETTINGS, command="dev") as server:
        yield server


OPEN = scenes("access-open")


@pytest.mark.parametrize("scene", OPEN, ids=str)
def test_open_model(scene: Scene, browser: Conversation, playground: RunningServer) -> None:
    """The demo has policies, which give everything to everybody."""
    scene.play(browser, playground.url)


GUARDED = [scene for scene in scenes("access-", "health-page") if scene not in OPEN]


@pytest.mark.parametrize("scene", GUARDED, ids=str)
def test_page(scene: Scene, browser: Conversation, guarded: RunningServer) -> None:
    scene.play(browser, guarded.url)


@pytest.mark.parametrize("scene", scenes("health-broken"), ids=str)
def test_files_that_are_wrong(scene: Scene, browser: Conversation, guarded: RunningServer, project: Path) -> None:
    file = project / "model" / "orders.yml"
    file.write_text(MODEL.replace("type: count,", "type: counted,"))
    try:
        scene.play(browser, guarded.url)
    finally:
        file.write_text(MODEL)


@pytest.mark.parametrize("scene", scenes("health-silent"), ids=str)
def test_a_source_that_says_nothing(scene: Scene, pages: Path, browser: Conversation, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = str(silent.getsockname()[1])
        source = {"TYPE": "postgres", "HOST": "127.0.0.1", "PORT": port, "NAME": "x", "USER": "x", "PASS": "x"}
        settings = {f"CUBEJS_DB_{name}": value for name, value in source.items()}
        with running_server(tmp_path, settings, command="dev") as server:
            scene.play(browser, server.url)
