"""The Build page in a browser: questions, answers, what lies behind them, and where they go."""

import base64
import csv
import io
import json
import re
import shutil
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
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
ANSWERING = ("build_compare", "build_details", "build_export", "build_long", "build_pasted", "build_zones")


@pytest.mark.parametrize("scene", [one for one in scenes("build") if one.name not in ANSWERING], ids=str)
def test_build(scene: Scene, browser: Conversation, playground: RunningServer) -> None:
    scene.play(browser, playground.url)


def test_fifty_thousand_rows(browser: Conversation, playground: RunningServer) -> None:
    Scene("build_long", "light", 1440).play(browser, playground.url)


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Auckland"])
def test_days_do_not_move_with_the_reader(zone: str, browser: Conversation, playground: RunningServer) -> None:
    Scene("build_zones", "light", 1440, zone).play(browser, playground.url)


def test_narrow_details(browser: Conversation, playground: RunningServer) -> None:
    Scene("build_details", "dark", 390).play(browser, playground.url)


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


def test_react_fits_its_types_and_shows_the_rows(
    browser: Conversation,
    snippets: dict[str, str],
    wanted: list[dict[str, Any]],
    compared: dict[str, Any],
    ranges: list["Quarter"],
) -> None:
    pasted = WEB / "tests" / "pasted"
    pasted.mkdir(exist_ok=True)
    (pasted / "Pasted.tsx").write_text(snippets["React"])
    (pasted / "Compared.tsx").write_text(compared["code"]["React"])
    (pasted / "tsconfig.json").write_text('{"extends": "../../tsconfig.json", "include": ["*.tsx"], "exclude": []}')
    run(["npx", "tsc", "--noEmit", "-p", "tests/pasted"], cwd=WEB)
    scripts = {name: run(["node", "scripts/bundle.mjs", f"tests/pasted/{name}.tsx"], cwd=WEB) for name in PASTED}
    shown = Scene("build_pasted", "light", 1440).play(browser, "", scripts)
    assert shown["Pasted"][1:] == [
        [row[key] for key in ("Orders.status", "Orders.count", "Orders.totalAmount")] for row in wanted
    ]
    header, *rows = shown["Compared"]
    assert header == ["compareDateRange", "Orders.createdAt.month", "Orders.count", "Orders.totalAmount"]
    assert rows == [list(row) for row in flat(ranges)]


PASTED = ("Pasted", "Compared")


class Quarter:
    """A quarter of the year, with what the demo's database says of its months."""

    def __init__(self, first: date, database: duckdb.DuckDBPyConnection) -> None:
        self.first = first
        self.until = months_after(first, 3)
        asked = """
            SELECT date_trunc('month', created_at)::DATE, count(*), sum(amount)::DECIMAL(18, 2)
            FROM orders WHERE created_at >= ? AND created_at < ? GROUP BY 1 ORDER BY 1
        """
        self.months: list[tuple[date, int, Decimal]] = database.execute(asked, [first, self.until]).fetchall()
        assert len(self.months) == 3

    @property
    def name(self) -> str:
        return f"Q{(self.first.month + 2) // 3} {self.first.year}"

    @property
    def last(self) -> date:
        return date.fromordinal(self.until.toordinal() - 1)

    @property
    def label(self) -> str:
        return f"{self.first}T00:00:00.000 - {self.last}T23:59:59.999"

    @property
    def count(self) -> int:
        return sum(count for _, count, _ in self.months)

    @property
    def total(self) -> Decimal:
        return sum((total for _, _, total in self.months), Decimal())


def months_after(first: date, months: int) -> date:
    number = first.year * 12 + first.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def flat(quarters: list[Quarter]) -> list[tuple[str, str, str, str]]:
    """The rows of the answer: the months of the quarters, one after the other."""
    return [
        (quarter.label, f"{month}T00:00:00.000", str(count), str(total))
        for quarter in quarters
        for month, count, total in quarter.months
    ]


@pytest.fixture(scope="module")
def ranges(playground: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> list[Quarter]:
    """The last quarter and the one before it, worked out from the rows of the demo."""
    copy = tmp_path_factory.mktemp("rows") / "shop.duckdb"
    shutil.copy(playground.log.parent / "data" / "shop.duckdb", copy)
    today = datetime.now(UTC).date()
    this = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    with duckdb.connect(str(copy), read_only=True) as database:
        return [Quarter(months_after(this, -3), database), Quarter(months_after(this, -6), database)]


@pytest.fixture(scope="module")
def compared(browser: Conversation, playground: RunningServer) -> dict[str, Any]:
    """What the page says where the last quarter is compared with the one before it."""
    found = Scene("build_compare", "light", 1440).play(browser, playground.url, "last quarter")
    token = re.search(r"Authorization: ([\w.-]+)", found["code"]["curl"])
    assert token
    playground.hide(token[1])
    return found


def shown_rows(quarters: list[Quarter]) -> list[list[str]]:
    return [
        [quarter.name, f"{month:%b %Y}", f"{count:,}", f"${total:,.2f}"]
        for quarter in quarters
        for month, count, total in quarter.months
    ]


def test_compared_ranges_are_told_by_every_form(compared: dict[str, Any], ranges: list[Quarter]) -> None:
    now, before = ranges
    asked = {
        "dimension": "Orders.createdAt",
        "granularity": "month",
        "compareDateRange": [[str(one.first), str(one.last)] for one in ranges],
    }
    assert compared["asked"]["timeDimensions"] == [asked]
    counts, totals = compared["numbers"]
    more, rise = now.count - before.count, (now.count - before.count) / before.count * 100
    assert re.sub(r"\s+", " ", counts).endswith(
        f"{now.count:,} {more:+,} ({rise:+.1f}%) from {before.count:,} in {before.name}".replace(".0%", "%")
    )
    assert f"${now.total:,.2f}" in totals
    assert f"${abs(now.total - before.total):,.2f}" in totals
    assert compared["rows"] == shown_rows(ranges)
    assert compared["totals"] == [[f"Total {one.name}", "", f"{one.count:,}", f"${one.total:,.2f}"] for one in ranges]
    assert compared["sides"] == [one.name for one in ranges for _ in one.months]
    assert [str(one.first) in told for one, told in zip(ranges, compared["parameters"], strict=True)] == [True, True]


def test_compared_ranges_are_one_file(compared: dict[str, Any], ranges: list[Quarter]) -> None:
    header, *lines = csv.reader(io.StringIO(compared["csv"]))
    assert header == ["Orders.createdAt.month", "Orders.count", "Orders.totalAmount", "compareDateRange"]
    assert lines == [[month, count, total, label] for label, month, count, total in flat(ranges)]


def test_compared_ranges_on_a_phone(browser: Conversation, playground: RunningServer, ranges: list[Quarter]) -> None:
    told = Scene("build_compare", "dark", 390).play(browser, playground.url, "last quarter")
    assert told["rows"] == shown_rows(ranges)


def test_compared_ranges_run_as_pasted(compared: dict[str, Any], ranges: list[Quarter]) -> None:
    code = compared["code"]
    curl = [row for part in json.loads(run(["sh", "-c", code["curl"]]))["results"] for row in part["data"]]
    requests = [eval(row) for row in run([sys.executable, "-c", code["Python requests"]]).splitlines()]
    javascript = json.loads(run(["node", "--input-type=module", "-e", code["JavaScript"]], cwd=node_folder()))
    for rows in (curl, requests, javascript):
        assert [
            tuple(
                row[key] for key in ("compareDateRange", "Orders.createdAt.month", "Orders.count", "Orders.totalAmount")
            )
            for row in rows
        ] == flat(ranges)
    typed = [
        eval(row, {"Decimal": Decimal, "datetime": __import__("datetime")})
        for row in run([sys.executable, "-c", code["Python"]]).splitlines()
    ]
    assert [(row["Orders.count"], row["Orders.totalAmount"]) for row in typed] == [
        (count, total) for one in ranges for _, count, total in one.months
    ]
