"""Rows as files: the same rows as the API gives to the same caller, and no others."""

import asyncio
import csv
import io
import json
from decimal import Decimal

import duckdb
import pytest

from kubus.playground.table_file import Table, csv_bytes, number_type, parquet_bytes

QUERY = {
    "measures": ["orders.count", "orders.total"],
    "dimensions": ["orders.city", "orders.status"],
    "order": {"orders.total": "asc"},
}
ALL = [["Oslo", "new", "1", "10"], ["Oslo", "done", "1", "20"], ["Rome", "done", "1", "30"]]
NAMES = ["orders.city", "orders.status", "orders.count", "orders.total"]


async def exported(opened, query, form, claims=None):
    token = None
    if claims is not None:
        token = (await opened.post("/playground/token", payload=claims)).json()["token"]
    return await opened.post("/playground/export", query=query, format=form, token=token)


async def test_rows_are_those_of_the_api(playground, tmp_path):
    async with playground(KUBUS_DEV_AUTH="true") as opened:
        manager = {"groups": ["manager"]}
        answer = await exported(opened, QUERY, "csv", manager)
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert answer.headers["content-disposition"] == 'attachment; filename="kubus.csv"'
        assert list(csv.reader(io.StringIO(answer.text))) == [NAMES, *ALL]

        answer = await exported(opened, QUERY, "json", manager)
        assert answer.json() == [dict(zip(NAMES, row, strict=True)) for row in ALL]

        file = tmp_path / "rows.parquet"
        file.write_bytes((await exported(opened, QUERY, "parquet", manager)).content)
        rows = duckdb.sql(f"SELECT * FROM '{file}'")
        assert rows.columns == NAMES
        assert rows.fetchall() == [(city, status, int(n), int(total)) for city, status, n, total in ALL]


async def test_policies_hold(playground):
    async with playground(KUBUS_DEV_AUTH="true") as opened:
        clerk = {"groups": ["clerk"], "city": "Oslo"}
        query = {"measures": ["orders.count"], "dimensions": ["orders.city", "orders.status"]}
        answer = await exported(opened, query, "json", clerk)
        assert answer.json() == [{"orders.city": "Oslo", "orders.status": "…", "orders.count": "2"}]

        refused = await exported(opened, QUERY, "json", clerk)
        assert (refused.status_code, "hidden member" in refused.json()["error"]) == (403, True)


@pytest.mark.parametrize(
    ("query", "claims", "status"),
    [
        (QUERY, None, 403),
        ({"measures": ["orders.nothing"]}, {"groups": ["manager"]}, 400),
        ({"measures": ["orders.count"], "limit": 1_000_000}, {"groups": ["manager"]}, 400),
        ({"measures": "orders.count"}, {"groups": ["manager"]}, 400),
    ],
)
async def test_refusals_are_those_of_the_api(playground, query, claims, status):
    async with playground(KUBUS_DEV_AUTH="true") as opened:
        answer = await exported(opened, query, "csv", claims)
        token = (await opened.post("/playground/token", payload=claims or {})).json()["token"]
        direct = await opened.client.post(
            "/cubejs-api/v1/load", json={"query": query}, headers={"authorization": token} if claims else {}
        )
        assert (answer.status_code, direct.status_code) == (status, status)
        assert answer.json()["error"] == direct.json()["error"]


async def test_more_rows_than_an_answer_has_without_a_limit(playground):
    model = """
cubes:
  - name: many
    sql: SELECT range AS id FROM range(12000)
    dimensions: [{name: id, sql: id, type: number, primary_key: true, public: true}]
    measures: [{name: count, type: count}]
"""
    async with playground(model=model) as opened:
        answer = await exported(opened, {"dimensions": ["many.id"], "order": {"many.id": "asc"}}, "csv")
        assert answer.text.splitlines()[:2] == ["many.id", "0"]
        assert len(answer.text.splitlines()) == 12001


async def test_an_answer_that_takes_long_is_waited_for(playground):
    model = """
cubes:
  - name: slow
    sql: SELECT 1 AS id
    measures:
      - name: answer
        sql: (SELECT count(*) FROM range(6000) AS a(x), range(6000) AS b(y) WHERE hash(x, y) % 7 = 8)
        type: number
"""
    async with playground(model=model, KUBUS_CONTINUE_WAIT="0s") as opened:
        query = {"measures": ["slow.answer"]}
        waits = await opened.client.post("/cubejs-api/v1/load", json={"query": query, "cache": "no-cache"})
        assert waits.json()["error"] == "Continue wait"
        assert json.loads((await exported(opened, query, "json")).text) == [{"slow.answer": "0"}]


async def test_who_leaves_ends_the_statement(playground):
    model = """
cubes:
  - name: slow
    sql: SELECT 1 AS id
    measures:
      - name: answer
        sql: (SELECT count(*) FROM range(900000) AS a(x), range(900000) AS b(y) WHERE hash(x, y) % 7 = 8)
        type: number
"""
    async with playground(model=model) as opened:
        body = json.dumps({"query": {"measures": ["slow.answer"]}, "format": "csv"}).encode()
        headers = {"host": "localhost:4000", "x-kubus-nonce": opened.client.headers["x-kubus-nonce"]}
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/playground/export",
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()]
            + [(b"content-type", b"application/json")],
            "server": ("127.0.0.1", 4000),
            "client": ("127.0.0.1", 5000),
        }
        unread = [{"type": "http.request", "body": body, "more_body": False}]
        sent = []

        async def running():
            return (await opened.client.get("/playground/health")).json()["queue"]["running"]

        async def receive():
            if unread:
                return unread.pop()
            for _ in range(500):
                if await running():
                    break
                await asyncio.sleep(0.02)
            else:
                pytest.fail("The statement never ran")
            return {"type": "http.disconnect"}

        async def send(message):
            sent.append(message)

        async with asyncio.timeout(20):
            await opened.app(scope, receive, send)
        assert sent == []
        assert await running() == 0


async def test_compared_ranges_are_one_table(playground):
    model = """
cubes:
  - name: days
    sql: SELECT range AS day FROM range(TIMESTAMP '2024-01-01', TIMESTAMP '2024-03-01', INTERVAL 1 DAY)
    dimensions: [{name: day, sql: day, type: time}]
    measures: [{name: count, type: count}]
"""
    ranges = [["2024-01-01", "2024-01-31"], ["2024-02-01", "2024-02-29"]]
    async with playground(model=model) as opened:
        query = {
            "measures": ["days.count"],
            "timeDimensions": [{"dimension": "days.day", "granularity": "month", "compareDateRange": ranges}],
        }
        rows = (await exported(opened, query, "json")).json()
        assert [(row["days.day.month"][:7], row["days.count"]) for row in rows] == [
            ("2024-01", "31"),
            ("2024-02", "29"),
        ]
        assert all("days.day" not in row for row in rows)
        assert len({row["compareDateRange"] for row in rows}) == 2


async def test_what_is_no_question_is_refused(playground):
    async with playground() as opened:
        for body in ({"query": QUERY, "format": "xls"}, {"format": "csv"}, {"query": QUERY, "format": "csv", "x": 1}):
            assert (await opened.post("/playground/export", **body)).status_code == 400


async def test_a_text_is_no_formula_for_a_spreadsheet(playground):
    texts = ["=1+1", "@SUM(1)", "+1-2", "-x", "\t=1", "-5", "+2e3", "a=b", "", None, 'a"b,c']
    rows = " UNION ALL ".join(
        f"SELECT {n} AS id, {'NULL' if text is None else chr(39) + text + chr(39)} AS name"
        for n, text in enumerate(texts)
    )
    model = f"""
cubes:
  - name: names
    sql: {json.dumps(rows)}
    dimensions:
      - {{name: id, sql: id, type: number, primary_key: true, public: true}}
      - {{name: name, sql: name, type: string}}
    measures: [{{name: lost, sql: -1 * id, type: sum}}]
"""
    async with playground(model=model) as opened:
        query = {"measures": ["names.lost"], "dimensions": ["names.name", "names.id"], "order": {"names.id": "asc"}}
        lines = (await exported(opened, query, "csv")).text.splitlines()
        assert lines == [
            "names.name,names.id,names.lost",
            *("'=1+1,0,0", "'@SUM(1),1,-1", "'+1-2,2,-2", "'-x,3,-3", "'\t=1,4,-4"),
            # A number is none, an empty text is one, and null is nothing.
            *("-5,5,-5", "+2e3,6,-6", "a=b,7,-7", '"",8,-8', ",9,-9", '"a""b,c",10,-10'),
        ]
        # Files for programs have what is there.
        kept = [row["names.name"] for row in (await exported(opened, query, "json")).json()]
        assert kept == texts


@pytest.mark.parametrize(
    ("texts", "type"),
    [
        (["1", "-2"], "BIGINT"),
        ([], "BIGINT"),
        (["1.50", "22"], "DECIMAL(4, 2)"),
        (["0.05"], "DECIMAL(2, 2)"),
        (["12345678901234567890"], "DECIMAL(20, 0)"),
        (["1" * 30, "0." + "1" * 20], "DOUBLE"),
        (["NaN", "1"], "DOUBLE"),
        (["1", "hidden"], "VARCHAR"),
    ],
)
def test_a_number_has_a_type_that_keeps_it(texts, type):  # noqa: A002
    assert number_type(texts) == type


def test_values_keep_their_digits_and_their_absence(tmp_path):
    table = Table(
        ('a."b', "n", "at", "ok"),
        ("string", "number", "time", "boolean"),
        (["x,\n", None], ["0.10", None], ["2024-02-29T10:00:00.000", None], [True, None]),
    )
    assert csv_bytes(table) == b'"a.""b",n,at,ok\n"x,\n",0.10,2024-02-29T10:00:00.000,true\n,,,\n'
    file = tmp_path / "rows.parquet"
    file.write_bytes(parquet_bytes(table))
    first, second = duckdb.sql(f"SELECT * FROM '{file}'").fetchall()
    assert first[1] == Decimal("0.10")
    assert (first[0], first[2].isoformat(), first[3]) == ("x,\n", "2024-02-29T10:00:00", True)
    assert second == (None, None, None, None)


async def test_a_range_without_rows_beside_one_with_rows(playground):
    model = """
cubes:
  - name: days
    sql: SELECT range AS day FROM range(TIMESTAMP '2024-01-01', TIMESTAMP '2024-02-01', INTERVAL 1 DAY)
    dimensions: [{name: day, sql: day, type: time}]
    measures: [{name: count, type: count}]
"""
    compared = {
        "dimension": "days.day",
        "granularity": "month",
        "compareDateRange": [["1999-01-01", "1999-01-31"], ["2024-01-01", "2024-01-31"]],
    }
    async with playground(model=model) as opened:
        rows = (await exported(opened, {"measures": ["days.count"], "timeDimensions": [compared]}, "json")).json()
        assert rows == [
            {
                "days.day.month": "2024-01-01T00:00:00.000",
                "days.count": "31",
                "compareDateRange": "2024-01-01T00:00:00.000 - 2024-01-31T23:59:59.999",
            }
        ]
