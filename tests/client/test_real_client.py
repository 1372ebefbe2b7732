"""Cube's own JavaScript client against a server of ours, in production mode, over DuckDB and PostgreSQL."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.project import SECRET, Project
from tests.engines.node import run_node
from tests.engines.postgres import Server
from tests.engines.server import RunningServer

ECOM = Path(__file__).parents[1] / "conformance" / "corpus" / "models" / "ecom"

pytestmark = pytest.mark.node

PRELUDE = """
const cube = require('@cubejs-client/core').default;
const jwt = require('jsonwebtoken');
const token = jwt.sign({role: 'admin'}, process.env.SECRET, {algorithm: 'HS256', expiresIn: '1h'});
const apiUrl = process.env.API + '/cubejs-api/v1';
const client = cube(token, {apiUrl});
const show = (value) => console.log(JSON.stringify(value));
(async () => {
"""


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def api(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("client")
    shutil.copytree(ECOM, folder / "model")
    environ = {"CUBEJS_API_SECRET": SECRET, "CUBEJS_DEV_MODE": "false"}
    if request.param == "duckdb":
        path = request.getfixturevalue("golden_duckdb")
        environ |= {"CUBEJS_DB_TYPE": "duckdb", "CUBEJS_DB_DUCKDB_DATABASE_PATH": str(path)}
    else:
        server: Server = request.getfixturevalue("golden_postgres")
        environ |= {"CUBEJS_DB_TYPE": "postgres", "CUBEJS_DB_URL": server.url("golden")}
    with Project(folder, environ).serving() as running:
        yield running


def ask(api: RunningServer, script: str) -> Any:
    code = PRELUDE + script + "})().catch((error) => { console.error(error); process.exit(1); });"
    return json.loads(run_node(code, SECRET=SECRET, API=f"http://127.0.0.1:{api.port}"))


def test_load_and_pivot(api: RunningServer) -> None:
    got = ask(
        api,
        """
        const set = await client.load({
            measures: ['orders.count', 'orders.total_amount'], dimensions: ['orders.status'],
            order: {'orders.status': 'asc'},
        });
        show({rows: set.rawData(), table: set.tablePivot(), series: set.seriesNames().map((s) => s.key),
              columns: set.tableColumns().map((c) => c.key)});
        """,
    )
    assert got["rows"][0] == {
        "orders.status": "cancelled",
        "orders.count": "274",
        "orders.total_amount": "421833.29",
    }
    assert len(got["table"]) == 6
    assert got["series"] == ["orders.count", "orders.total_amount"]
    assert got["columns"] == ["orders.status", "orders.count", "orders.total_amount"]


def test_numbers_as_numbers(api: RunningServer) -> None:
    got = ask(
        api,
        "const set = await client.load({measures: ['orders.count']}, {castNumerics: true}); show(set.rawData());",
    )
    assert got == [{"orders.count": 10000}]


def test_a_time_series_with_its_gaps(api: RunningServer) -> None:
    got = ask(
        api,
        """
        const set = await client.load({
            measures: ['orders.count'],
            timeDimensions: [{dimension: 'orders.created_at', granularity: 'day', dateRange: ['2022-12-29', '2023-01-01']}],
        });
        show(set.chartPivot().map((row) => [row.x, row['orders.count']]));
        """,
    )
    assert [x for x, _ in got] == [
        f"{day}T00:00:00.000" for day in ("2022-12-29", "2022-12-30", "2022-12-31", "2023-01-01")
    ]
    assert [count for _, count in got][:3] == [0, 0, 1]


def test_comparison_and_blending(api: RunningServer) -> None:
    got = ask(
        api,
        """
        const compared = await client.load({
            measures: ['orders.count'],
            timeDimensions: [{dimension: 'orders.created_at', granularity: 'month',
                compareDateRange: [['2023-01-01', '2023-03-31'], ['2024-01-01', '2024-03-31']]}],
        });
        const blended = await client.load([
            {measures: ['orders.count'], timeDimensions: [{dimension: 'orders.created_at', granularity: 'month', dateRange: ['2024-01-01', '2024-02-29']}]},
            {measures: ['users.count'], timeDimensions: [{dimension: 'users.created_at', granularity: 'month', dateRange: ['2023-01-01', '2023-02-28']}]},
        ]);
        show({parts: compared.decompose().length, series: compared.seriesNames().length, blended: blended.decompose().length,
              type: blended.queryType});
        """,
    )
    assert got == {"parts": 2, "series": 2, "blended": 2, "type": "blendingQuery"}


def test_formats(api: RunningServer) -> None:
    for form in ("compact", "columnar"):
        got = ask(
            api,
            f"""
            const set = await client.load({{measures: ['orders.count'], dimensions: ['orders.status'],
                order: {{'orders.status': 'asc'}}, responseFormat: '{form}'}});
            show(set.rawData()[0]);
            """,
        )
        assert got == {"orders.status": "cancelled", "orders.count": "274"}


def test_meta_sql_and_dry_run(api: RunningServer) -> None:
    got = ask(
        api,
        """
        const query = {measures: ['orders.count'], filters: [{member: 'orders.status', operator: 'equals', values: ['shipped']}]};
        const meta = await client.meta();
        const sql = await client.sql(query);
        const dry = await client.dryRun(query);
        show({cubes: meta.cubes.map((c) => c.name), title: meta.resolveMember('orders.count', 'measures').title,
              members: meta.membersForQuery(query, 'dimensions').length > 5,
              sql: sql.sql(), raw: sql.rawQuery().sql[1], type: dry.queryType, pivot: dry.pivotQuery.measures});
        """,
    )
    assert got["cubes"][:2] == ["products", "product_categories"]
    assert got["title"] == "Orders Count"
    assert got["members"]
    assert "shipped" not in got["sql"]
    assert got["raw"] == ["shipped"]
    assert (got["type"], got["pivot"]) == ("regularQuery", ["orders.count"])


@pytest.mark.parametrize(
    ("made", "said"),
    [("''", "Authorization header isn't set"), ("jwt.sign({}, 'x'.repeat(40))", "Invalid token")],
)
def test_who_shows_no_valid_token_reads_why_and_no_row(api: RunningServer, made: str, said: str) -> None:
    got = ask(
        api,
        f"""
        const stranger = cube({made}, {{apiUrl}});
        for (const call of [() => stranger.load({{measures: ['orders.count']}}), () => stranger.meta(),
                            () => stranger.sql({{measures: ['orders.count']}}), () => stranger.dryRun({{measures: ['orders.count']}})]) {{
            try {{ await call(); show('answered'); process.exit(1); }}
            catch (error) {{ if (error.message !== {json.dumps(said)} || error.status !== 403) {{ console.error(error); process.exit(1); }} }}
        }}
        show('refused');
        """,
    )
    assert got == "refused"


def test_an_error_of_the_query_is_raised_with_its_text(api: RunningServer) -> None:
    got = ask(
        api,
        "try { await client.load({measures: ['orders.cuont']}); } catch (error) { show([error.status, error.message]); }",
    )
    assert got == [400, "'cuont' not found for path 'orders.cuont'"]
