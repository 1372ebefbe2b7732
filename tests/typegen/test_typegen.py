"""Types that `kubus typegen` writes, under the compilers of their languages, beside what a server really answers."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest

from kubus import asgi
from kubus.cli.typegen import typegen
from kubus.errors import ConfigError, Forbidden, KubusError, MemberError, QueryError
from kubus.library import SemanticLayer
from kubus.typegen.python import python
from kubus.typegen.shapes import row_shapes, saved_queries, shown_to, type_name
from kubus.typegen.typescript import typescript
from tests.cli.project import SECRET, Project
from tests.engines.node import node_folder

MODEL = """
cubes:
  - name: orders
    sql: >
      SELECT * FROM (VALUES (1, 'new', 10.5, TIMESTAMP '2024-01-02 03:04:05', true), (2, 'done', 20.0, NULL, false))
      AS t (id, status, amount, at, paid)
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: status, sql: status, type: string}
      - {name: paid, sql: paid, type: boolean}
      - {name: secret, sql: id, type: number, public: false}
      - {name: at, sql: at, type: time, granularities: [{name: fiscal, interval: 1 year, origin: "2024-02-01"}]}
    measures:
      - {name: count, type: count}
      - {name: revenue, sql: amount, type: sum}
    segments:
      - {name: large, sql: "{CUBE}.amount > 15"}
    access_policy:
      - {group: "*", member_level: {excludes: [revenue]}}
      - {group: manager, member_level: {includes: "*"}}
  - name: hidden
    sql_table: t
    public: false
    measures: [{name: count, type: count}]
views:
  - name: sales
    cubes: [{join_path: orders, includes: [count, status]}]
"""

QUERIES: dict[str, dict[str, Any]] = {
    "by-status.json": {"measures": ["orders.count"], "dimensions": ["orders.status", "orders.paid"]},
    "2 months.json": {
        "measures": ["orders.revenue", "orders.count"],
        "timeDimensions": [{"dimension": "orders.at", "granularity": "month"}],
        "filters": [{"member": "orders.count", "operator": "gt", "values": ["0"]}],
        "segments": ["orders.large"],
    },
}

# Programs that are right, and a line for each mistake.
RIGHT_TS = """\
import cube from "@cubejs-client/core";
import type { ResultSet } from "@cubejs-client/core";
import type { ByStatusRow, ModelQuery, Q2MonthsRow } from "./model";

const client = cube("token", { apiUrl: "http://localhost/cubejs-api/v1" });
const query: ModelQuery = {
  measures: ["orders.count", "sales.count"],
  dimensions: ["orders.status"],
  timeDimensions: [{ dimension: "orders.at", granularity: "fiscal", dateRange: ["2024-01-01", "2024-12-31"] }],
  segments: ["orders.large"],
  filters: [
    { or: [{ member: "orders.status", operator: "set" }, { member: "orders.count", operator: "gt", values: ["1"] }] },
  ],
  order: [["orders.count", "desc"]],
  limit: 10,
  timezone: "Europe/Oslo",
};

export async function main(): Promise<number> {
  const set: ResultSet<ByStatusRow> = await client.load(query);
  for (const row of set.rawData()) {
    const status: string | null = row["orders.status"];
    const paid: boolean | null = row["orders.paid"];
    console.log(status?.toUpperCase(), paid, Number(row["orders.count"] ?? "0"));
  }
  const months: ResultSet<Q2MonthsRow<number>> = await client.load(query, { castNumerics: true });
  return months.rawData().reduce((sum, row) => sum + (row["orders.revenue"] ?? 0), 0);
}
"""
WRONG_TS = """\
import type { ByStatusRow, Dimension, Measure, ModelQuery, Segment, TimeDimension } from "./model";
export const a: Measure = "orders.cuont";
export const b: Measure = "orders.status";
export const c: Dimension = "orders.secret";
export const d: Measure = "hidden.count";
export const e: TimeDimension = "orders.status";
export const f: ModelQuery = { measures: ["orders.status"] };
export const g: ModelQuery = { timeDimensions: [{ dimension: "orders.at", granularity: "fortnight" }] };
export const h: ModelQuery = { filters: [{ member: "orders.nothing", operator: "set" }] };
export const i: ModelQuery = { order: [["orders.large", "asc"]] };
export const j: Segment = "orders.small";
export const k = (row: ByStatusRow): number => row["orders.count"];
export const l = (row: ByStatusRow): string | null => row["orders.revenue"];
"""
RIGHT_PYTHON = """\
from decimal import Decimal
from typing import cast

from kubus import SemanticLayer
from model import ByStatusRow, ModelQuery, Q2MonthsRow

query: ModelQuery = {
    "measures": ["orders.count", "sales.count"],
    "timeDimensions": [{"dimension": "orders.at", "granularity": "fiscal", "dateRange": "last year"}],
    "filters": [{"or": [{"member": "orders.status", "operator": "set"}]}],
    "order": {"orders.count": "desc"},
}


def main(layer: SemanticLayer) -> Decimal:
    rows = cast("list[ByStatusRow]", layer.query(query))
    statuses: list[str | None] = [row["orders.status"] for row in rows]
    print(statuses, [row["orders.paid"] for row in rows])
    return sum((Decimal(row["orders.revenue"] or 0) for row in cast("list[Q2MonthsRow]", [])), Decimal(0))
"""
WRONG_PYTHON = """\
from model import ByStatusRow, Dimension, Measure, ModelQuery
a: Measure = "orders.cuont"
b: Dimension = "orders.secret"
c: ModelQuery = {"measures": ["orders.status"]}
d: ModelQuery = {"mesures": []}
def e(row: ByStatusRow) -> int: return row["orders.count"]
def f(row: ByStatusRow) -> object: return row["orders.revenue"]
"""


def program(language: str) -> str:
    """The program on the page."""
    page = (Path(__file__).parents[2] / "docs" / "typegen.md").read_text()
    found = re.search(rf"^```{language}\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture(scope="module")
def layer() -> SemanticLayer:
    return SemanticLayer({"model.yml": MODEL})


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "orders.yml").write_text(MODEL)
    (tmp_path / ".env").write_text(f"CUBEJS_API_SECRET={SECRET}\nCUBEJS_DB_TYPE=duckdb\n")
    return Project(tmp_path)


def written(layer: SemanticLayer, language: str, groups: tuple[str, ...] = ("manager",)) -> str:
    caller = layer.caller({}, groups)
    rows = list(row_shapes(layer, caller, QUERIES if groups else {}))
    return (typescript if language == "typescript" else python)(shown_to(layer, caller), rows)


@pytest.mark.node
def test_typescript_compiles_against_the_real_client(layer: SemanticLayer, tmp_path: Path) -> None:
    for name, text in (
        ("model", written(layer, "typescript")),
        ("right", RIGHT_TS),
        ("wrong", WRONG_TS),
        ("page", program("ts")),
    ):
        (tmp_path / f"{name}.ts").write_text(text)
    (tmp_path / "node_modules").symlink_to(node_folder() / "node_modules")
    options = ["--strict", "--noEmit", "--module", "esnext", "--moduleResolution", "bundler", "--target", "es2022", "--skipLibCheck"]  # fmt: skip
    done = subprocess.run(
        ["node", "node_modules/typescript/bin/tsc", *options, "--lib", "es2022,dom", "right.ts", "wrong.ts", "page.ts"],
        cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    found = re.findall(r"^(\w+)\.ts\((\d+),", done.stdout, re.MULTILINE)
    assert {int(line) for name, line in found if name == "wrong"} == set(range(2, WRONG_TS.count("\n") + 1)), (
        done.stdout
    )
    assert {name for name, _ in found} == {"wrong"}, done.stdout


def test_python_passes_a_strict_checker(layer: SemanticLayer, tmp_path: Path) -> None:
    for name, text in (
        ("model", written(layer, "python")),
        ("right", RIGHT_PYTHON),
        ("wrong", WRONG_PYTHON),
        ("page", program("py")),
    ):
        (tmp_path / f"{name}.py").write_text(text)
    (tmp_path / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict"}')
    done = subprocess.run(
        [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable],
        cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    told = [one for one in json.loads(done.stdout)["generalDiagnostics"] if one["severity"] == "error"]
    found = {(Path(one["file"]).stem, one["range"]["start"]["line"] + 1) for one in told}
    assert found == {("wrong", line) for line in range(2, WRONG_PYTHON.count("\n") + 1)}, told
    for command in (["format", "--isolated", "--check"], ["check", "--isolated", "--extend-select", "I,UP"]):
        ruff = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "model.py"], cwd=tmp_path, capture_output=True, check=False
        )
        assert ruff.returncode == 0, ruff.stdout
    names: dict[str, Any] = {}
    exec((tmp_path / "model.py").read_text(), names)
    assert set(names["ByStatusRow"].__annotations__) == {"orders.status", "orders.paid", "orders.count"}


async def test_rows_have_the_keys_and_types_of_answers(layer: SemanticLayer, project: Project) -> None:
    """What the library gives, and what a server sends."""
    shapes = {shape.file: shape for shape in row_shapes(layer, layer.caller({}, ["manager"]), QUERIES)}
    (project.folder / "kubus.py").write_text(
        "from kubus import config\n@config('context_to_groups')\ndef groups(ctx): return ['manager']\n"
    )
    app = asgi(project.folder, environ={})
    token = jwt.encode({"sub": "x", "exp": int(time.time()) + 600}, SECRET, algorithm="HS256")
    await app.startup()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://kubus") as client:
        for file, query in QUERIES.items():
            answer = await client.get(
                "/cubejs-api/v1/load", params={"query": json.dumps(query)}, headers={"Authorization": token}
            )
            assert "data" in answer.json(), answer.text
            rows, own = answer.json()["data"], layer.query(query, groups=["manager"])
            assert len(rows) == len(own) > 0
            for row, ours in zip(rows, own, strict=True):
                assert list(ours) == [key for key, _ in shapes[file].library]
                assert list(row) == [key for key, _ in shapes[file].wire]
                for key, kind in shapes[file].library:
                    types = {"boolean": bool, "number": int | float | Decimal, "time": date, "string": str}[kind]
                    assert ours[key] is None or isinstance(ours[key], types), key
                for key, kind in shapes[file].wire:
                    assert row[key] is None or isinstance(row[key], bool if kind == "boolean" else str), key
    await app.shutdown()
    assert dict(shapes["2 months.json"].wire) == {
        "orders.at.month": "time", "orders.at": "time", "orders.revenue": "number", "orders.count": "number",
    }  # fmt: skip


# ── who sees what ──


def test_only_what_a_caller_is_shown_is_named(layer: SemanticLayer) -> None:
    for language in ("typescript", "python"):
        everyone, manager = written(layer, language, ()), written(layer, language)
        for name in ("orders.secret", "hidden.count", "orders.id"):
            assert name not in manager
        assert '"orders.revenue"' in manager
        assert '"orders.revenue"' not in everyone
        assert '"sales.count"' in everyone


@pytest.mark.parametrize(
    ("query", "error", "said"),
    [
        ({"measures": ["orders.revenue"]}, Forbidden, "revenue"),
        ({"dimensions": ["orders.secret"]}, KubusError, "secret"),
        ({"measures": ["orders.cuont"]}, MemberError, "q.json: 'cuont' not found"),
        ({"measures": "orders.count"}, QueryError, "q.json"),
        ([{"measures": ["orders.count"]}, {"measures": ["orders.count"]}], QueryError, "q.json"),
    ],
)  # fmt: skip
def test_a_query_that_would_be_refused_has_no_rows(
    query: Any, error: type[KubusError], said: str, layer: SemanticLayer
) -> None:
    with pytest.raises(error, match=said):
        list(row_shapes(layer, layer.caller(), {"q.json": query}))


def test_nothing_to_name() -> None:
    empty = SemanticLayer({"model.yml": "cubes: []"})
    caller = empty.caller()
    assert "export type Measure = never;" in typescript(shown_to(empty, caller), [])
    names: dict[str, Any] = {}
    exec(python(shown_to(empty, caller), []), names)
    assert names["Segment"].__name__ == "Never" if hasattr(names["Segment"], "__name__") else True


# ── names and files ──


def test_names_of_types() -> None:
    names = ["top-cities.json", "topCities.json", "2 months.json", "é.json", "a_b.c.json", "---.json"]
    assert [type_name(name) for name in names] == [
        "TopCitiesRow", "TopCitiesRow", "Q2MonthsRow", "QRow", "ABCRow", "QRow",
    ]  # fmt: skip


def test_saved_queries_that_cannot_be(layer: SemanticLayer, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no folder"):
        saved_queries(tmp_path / "no")
    (tmp_path / "a.json").write_text("{")
    with pytest.raises(QueryError, match=r"a\.json cannot be read as JSON"):
        saved_queries(tmp_path)
    query = {"measures": ["orders.count"]}
    with pytest.raises(ConfigError, match="would both be AbRow"):
        list(row_shapes(layer, layer.caller(), {"ab.json": query, "Ab.json": query}))


def test_the_command(project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(project.folder)
    for name in list(os.environ):
        if name.startswith(("CUBEJS_", "KUBUS_")):
            monkeypatch.delenv(name)
    (project.folder / "queries").mkdir()
    (project.folder / "queries" / "by-status.json").write_text(json.dumps(QUERIES["by-status.json"]))
    typegen()
    printed = capsys.readouterr().out
    assert "export type ByStatusRow<N = string>" in printed
    assert '"orders.revenue"' not in printed
    typegen(groups="manager", out=Path("src/model.ts"))
    assert '"orders.revenue"' in Path("src/model.ts").read_text()
    typegen(to="python", context='{"tenant": 1}')
    assert "ByStatusRow = TypedDict(" in capsys.readouterr().out
    shutil.rmtree("queries")
    typegen()
    assert "Row" not in capsys.readouterr().out
