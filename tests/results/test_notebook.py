"""A notebook, executed without a front end, and what it shows looked at in a browser."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest
from rich.console import Console

from kubus.cli.create import create_project
from kubus.results.chart import MIME_TYPE
from tests.engines.node import browser_program, run_node

PAGE = Path(__file__).parents[2] / "docs" / "notebooks.md"
MODEL = """
cubes:
  - name: orders
    sql: SELECT * FROM (VALUES (1, 'new', 10), (2, 'done', 20), (3, 'done', 5)) AS t (id, status, amount)
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true, public: true}
      - {name: status, sql: status, type: string}
    measures:
      - {name: count, type: count}
      - {name: total, sql: amount, type: sum}
    access_policy:
      - {group: "*", row_level: {filters: [{member: status, operator: equals, values: ["{ securityContext.status }"]}]}}
"""


def executed(*cells: str, folder: Path, fails: bool = False) -> list[list[Any]]:
    """The outputs of each cell."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    done = nbclient.NotebookClient(
        notebook,
        timeout=60,
        kernel_name="python3",
        allow_errors=fails,
        resources={"metadata": {"path": str(folder)}},
    ).execute()
    return [cell.outputs for cell in done.cells]


OPEN = 'from kubus import SemanticLayer\nlayer = SemanticLayer("model")\nlayer'
QUERY = "measures: [orders.total]\ndimensions: [orders.status]\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("notebook")
    (path / "model").mkdir()
    (path / "model" / "orders.yml").write_text(MODEL)
    return path


@pytest.fixture(scope="module")
def outputs(folder: Path) -> list[list[Any]]:
    return executed(
        OPEN,
        "%load_ext kubus",
        f'%%kubus layer --as \'{{"status": "done"}}\'\n{QUERY}',
        f'%%kubus --as \'{{"status": "new"}}\' --chart\n{QUERY}',
        f'%%kubus --as \'{{"status": "done"}}\' --into sales\n{QUERY}',
        "print(sales.to_pandas()['orders.total'].sum())",
        '%%kubus --sql --as \'{"status": "done"}\'\n{"measures": ["orders.count"]}',
        "layer.shut()",
        folder=folder,
    )


def test_the_magic(outputs: list[list[Any]]) -> None:
    _, _, (table,), (chart,), into, (summed,), (sql,), _ = outputs
    assert "25</td>" in table.data["text/html"]
    assert "new" not in table.data["text/html"]
    assert table.data[MIME_TYPE]["data"]["values"] == [{"c0": "done", "c1": 25}]
    assert set(chart.data) == {MIME_TYPE, "text/plain"}
    assert chart.data[MIME_TYPE]["data"]["values"] == [{"c0": "new", "c1": 10}]
    assert into == []
    assert summed.text == "25\n"
    assert sql.text.startswith("SELECT COUNT(")


def test_what_the_page_shows(tmp_path: Path) -> None:
    create_project(tmp_path / "shop", "duckdb", datetime.now(UTC).date(), Console(quiet=True))
    cells = re.findall(r"^```ipython\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    members, table, _, frame, _, chart = executed(*cells, folder=tmp_path / "shop")
    assert "Orders.count" in members[0].data["text/html"]
    assert MIME_TYPE in table[0].data
    assert "completed" in frame[0].data["text/html"]
    assert chart[0].data[MIME_TYPE]["mark"]["type"] == "line"


def test_members_are_searched(outputs: list[list[Any]], tmp_path: Path) -> None:
    """The list is looked at in a browser: words are found in names, and other members are hidden."""
    page = tmp_path / "members.html"
    page.write_text("<!doctype html><meta charset=utf-8>" + outputs[0][0].data["text/html"])
    script = """
    (async () => {
      const {chromium} = require('playwright-core');
      const browser = await chromium.launch({executablePath: process.env.BROWSER, args: ['--no-sandbox']});
      const page = await browser.newPage();
      await page.goto('file://' + process.env.PAGE);
      const shown = () => page.locator('tr:visible code').allTextContents();
      const before = await shown();
      await page.getByRole('searchbox').fill('TOTAL orders');
      const found = await shown();
      await page.getByRole('searchbox').fill('nothing like it');
      const none = await page.locator('details:visible').count();
      console.log(JSON.stringify({before, found, none}));
      await browser.close();
    })();
    """
    seen = json.loads(run_node(script, BROWSER=browser_program(), PAGE=str(page)))
    assert seen == {"before": [], "found": ["orders.total"], "none": 0}


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        (f"%%kubus nobody\n{QUERY}", "`nobody` is no SemanticLayer and no Client"),
        ("%%kubus\norders.count", "The cell is no query"),
        (f"%%kubus --as 7\n{QUERY}", "no JSON object"),
        (f"%%kubus --colour\n{QUERY}", "unrecognized arguments: --colour"),
        ("%%kubus layer\nmeasures: [orders.cuont]", "'cuont' not found for path 'orders.cuont'"),
        (f"other = SemanticLayer('model')\nget_ipython().run_cell_magic('kubus', '', '''{QUERY}''')", "say which"),
    ],
)
def test_mistakes_are_told(cell: str, told: str, shell: Any) -> None:
    """In one kernel for all, since a kernel takes a second to start."""
    assert told in shell(cell)


@pytest.fixture(scope="module")
def shell(folder: Path) -> Any:
    client = nbclient.NotebookClient(nbformat.v4.new_notebook(), timeout=60, kernel_name="python3", allow_errors=True)
    client.resources = {"metadata": {"path": str(folder)}}
    with client.setup_kernel():

        def run(code: str) -> str:
            cell = nbformat.v4.new_code_cell(code)
            client.nb.cells.append(cell)
            done = client.execute_cell(cell, len(client.nb.cells) - 1)
            return "\n".join(str(output.get("text") or output.get("evalue")) for output in done.outputs)

        run(OPEN)
        run("%load_ext kubus")
        yield run
