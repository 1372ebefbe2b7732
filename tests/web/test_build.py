"""The Build page in a browser: questions, answers, what lies behind them, and where they go."""

import base64
import csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest

from tests.engines.node import Conversation, node_folder
from tests.engines.server import RunningServer
from tests.web.bundle import WEB
from tests.web.scenes import Scene, scenes

pytestmark = pytest.mark.node

# Those whose answers are looked at below.
ANSWERING = ("build_details", "build_export", "build_long")


@pytest.mark.parametrize("scene", [one for one in scenes("build") if one.name not in ANSWERING], ids=str)
def test_build(scene: Scene, browser: Conversation, playground: RunningServer) -> None:
    scene.play(browser, playground.url)


def test_fifty_thousand_rows(browser: Conversation, playground: RunningServer) -> None:
    Scene("build_long", "light", 1440).play(browser, playground.url)


def test_narrow_details(browser: Conversation, playground: RunningServer) -> None:
    Scene("build_details", "light", 390).play(browser, playground.url)


def test_files(browser: Conversation, playground: RunningServer, tmp_path: Path) -> None:
    found = Scene("build_export", "light", 1440).play(browser, playground.url)
    files = {name: base64.b64decode(text) for name, text in found.items()}
    rows = answer(playground, measures=["Orders.count", "Orders.totalAmount"], dimensions=["Orders.status"])
    wanted = sorted((row["Orders.status"], row["Orders.count"], row["Orders.totalAmount"]) for row in rows)
    assert json.loads(files["kubus.json"]) == [
        {"Orders.status": status, "Orders.count": count, "Orders.totalAmount": total} for status, count, total in wanted
    ]
    header, *lines = csv.reader(io.StringIO(files["kubus.csv"].decode()))
    assert header == ["Orders.status", "Orders.count", "Orders.totalAmount"]
    assert [tuple(line) for line in lines] == wanted
    parquet = tmp_path / "rows.parquet"
    parquet.write_bytes(files["kubus.parquet"])
    typed = duckdb.sql(f"SELECT * FROM '{parquet}'").fetchall()
    assert [(status, str(count), str(total)) for status, count, total in typed] == wanted
    assert files["kubus.png"].startswith(b"\x89PNG")
    assert files["kubus.svg"].decode().startswith("<svg")
    assert "completed" in files["kubus.svg"].decode()


@pytest.fixture(scope="module")
def snippets(browser: Conversation, playground: RunningServer) -> dict[str, str]:
    """The code of the Code tab, by language, as it would be copied."""
    found = Scene("build_details", "light", 1440).play(browser, playground.url)
    # The token in it may be told in the page, and nowhere in the log.
    token = re.search(r"Authorization: ([\w.-]+)", found["curl"])
    assert token
    playground.hide(token[1])
    return found


@pytest.fixture(scope="module")
def wanted(playground: RunningServer) -> list[dict[str, Any]]:
    """The rows that each of the snippets has to give."""
    rows = answer(
        playground,
        measures=["Orders.count", "Orders.totalAmount"],
        dimensions=["Orders.status"],
        filters=[{"member": "Users.country", "operator": "notEquals", "values": ["it's", None]}],
        order=[["Orders.count", "desc"]],
    )
    assert len(rows) == 5
    return rows


def answer(playground: RunningServer, **query: Any) -> list[dict[str, Any]]:
    return httpx.post(f"{playground.url}/cubejs-api/v1/load", json={"query": query}, timeout=30).json()["data"]


def run(command: list[str], **more: Any) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **more)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_curl_runs_as_pasted(snippets: dict[str, str], wanted: list[dict[str, Any]]) -> None:
    assert json.loads(run(["sh", "-c", snippets["curl"]]))["data"] == wanted


def test_python_runs_as_pasted(snippets: dict[str, str], wanted: list[dict[str, Any]]) -> None:
    rows = run([sys.executable, "-c", snippets["Python"]]).splitlines()
    given = [eval(row, {"Decimal": str}) for row in rows]
    assert [{key: str(value) for key, value in row.items()} for row in given] == wanted


def test_requests_runs_as_pasted(snippets: dict[str, str], wanted: list[dict[str, Any]]) -> None:
    rows = run([sys.executable, "-c", snippets["Python requests"]]).splitlines()
    assert [eval(row) for row in rows] == wanted


def test_javascript_runs_as_pasted(snippets: dict[str, str], wanted: list[dict[str, Any]]) -> None:
    said = run(["node", "--input-type=module", "-e", snippets["JavaScript"]], cwd=node_folder())
    assert json.loads(said) == wanted


def test_react_fits_its_types_and_shows_the_rows(snippets: dict[str, str], wanted: list[dict[str, Any]]) -> None:
    pasted = WEB / "tests" / "pasted"
    pasted.mkdir(exist_ok=True)
    (pasted / "Pasted.tsx").write_text(snippets["React"])
    (pasted / "tsconfig.json").write_text(
        '{"extends": "../../tsconfig.json", "include": ["Pasted.tsx"], "exclude": []}'
    )
    run(["npx", "tsc", "--noEmit", "-p", "tests/pasted"], cwd=WEB)
    said = run(["node", "scripts/render.mjs", "tests/pasted/Pasted.tsx"], cwd=WEB)
    cells = re.findall(r"<td>(.*?)</td>", said)
    assert cells == [row[key] for row in wanted for key in ("Orders.status", "Orders.count", "Orders.totalAmount")]
