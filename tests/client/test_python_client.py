"""`kubus.client` against a server of ours, in production mode: the same results as in the program itself."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest

from kubus.client import AsyncClient, Client
from kubus.errors import Forbidden, MemberError, NoAnswer, QueryError, SourceTimeout, TooLarge, Unauthenticated
from kubus.library import SemanticLayer
from tests.cli.project import SECRET, Project
from tests.engines.ports import free_port
from tests.engines.server import RunningServer

PAGE = Path(__file__).parents[2] / "docs" / "client.md"
MODEL = """
cubes:
  - name: orders
    sql: >
      SELECT * FROM (VALUES
        (1, 'new', 10.50::DECIMAL(9, 2), 9007199254740993, true, TIMESTAMP '2024-01-31 23:30:00'),
        (2, 'completed', 20.00, 5, false, TIMESTAMP '2024-02-01 00:30:00'),
        (3, NULL, NULL, NULL, NULL, NULL),
        (4, 'completed', NULL, NULL, NULL, NULL),
        (5, 'completed', NULL, NULL, NULL, NULL)) AS t (id, status, amount, big, paid, at)
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true, public: true}
      - {name: status, sql: status, type: string}
      - {name: paid, sql: paid, type: boolean}
      - {name: at, sql: at, type: time}
      - {name: secret, sql: status, type: string, public: false}
    measures:
      - {name: count, type: count}
      - {name: total, sql: amount, type: sum}
      - {name: largest, sql: big, type: max}
  - name: slow
    sql: SELECT sum(a.range * b.range % 7) AS s FROM range(200000) a, range(10000) b
    measures:
      - {name: sum, sql: s, type: sum}
"""

QUERIES: list[dict[str, Any]] = [
    {"measures": ["orders.count", "orders.total", "orders.largest"], "dimensions": ["orders.status"]},
    {"dimensions": ["orders.id", "orders.paid", "orders.at"], "ungrouped": True, "order": {"orders.id": "asc"}},
    {"measures": ["orders.count"], "timeDimensions": [{"dimension": "orders.at", "granularity": "month"}]},
    {
        "measures": ["orders.count"],
        "dimensions": ["orders.at"],
        "timeDimensions": [{"dimension": "orders.at", "granularity": "day", "dateRange": ["2024-01-01", "2024-02-28"]}],
        "timezone": "Europe/Oslo",
    },
    {
        "measures": ["orders.count"],
        "dimensions": ["orders.status"],
        "timeDimensions": [{"dimension": "orders.at", "granularity": "day"}],
        "filters": [{"member": "orders.status", "operator": "equals", "values": ["nothing"]}],
    },
]


def token(**claims: Any) -> str:
    return jwt.encode({"exp": int(time.time()) + 3600, **claims}, SECRET, "HS256")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("python_client")
    (folder / "model").mkdir()
    (folder / "model" / "orders.yml").write_text(MODEL)
    environ = {
        "CUBEJS_API_SECRET": SECRET,
        "CUBEJS_DEV_MODE": "false",
        "CUBEJS_DB_TYPE": "duckdb",
        "KUBUS_CONTINUE_WAIT": "1s",
    }
    with Project(folder, environ).serving() as running:
        yield running


@pytest.fixture
def client(server: RunningServer) -> Iterator[Client]:
    with Client(server.url, token()) as one:
        yield one


@pytest.mark.parametrize("query", QUERIES)
async def test_the_same_rows_as_in_the_program(query: dict[str, Any], client: Client, server: RunningServer) -> None:
    with SemanticLayer({"orders.yml": MODEL}) as layer:
        own = layer.query(query)
    asked = client.query(query)
    assert asked == own
    assert [type(value) for row in asked for value in row.values()] == [
        type(value) for row in own for value in row.values()
    ]
    assert asked.columns == own.columns
    assert asked.refreshed_at is not None
    assert abs((datetime.now(UTC) - asked.refreshed_at).total_seconds()) < 600
    async with AsyncClient(server.url, token()) as awaited:
        assert await awaited.query(query) == own


def test_numbers_are_exact(client: Client) -> None:
    (row,) = client.query({"measures": ["orders.total", "orders.largest"]})
    assert row == {"orders.total": Decimal("30.50"), "orders.largest": 9007199254740993}


def test_how_many_there_are_in_all(client: Client) -> None:
    result = client.query({"dimensions": ["orders.id"], "total": True, "limit": 1})
    assert (len(result), result.total) == (1, 5)


async def test_an_answer_that_takes_long_is_waited_for(server: RunningServer) -> None:
    replies: list[httpx.Response] = []

    async def note(reply: httpx.Response) -> None:
        replies.append(reply)

    with httpx.Client(event_hooks={"response": [replies.append]}) as http:
        (row,) = Client(server.url, token(), http=http).query({"measures": ["slow.sum"]})
    assert row["slow.sum"] > 0
    assert len(replies) > 1
    replies.clear()
    async with httpx.AsyncClient(event_hooks={"response": [note]}) as http:
        asked = AsyncClient(server.url, token(), http=http).query({"measures": ["slow.sum"], "limit": 6})
        assert await asked == [row]
    assert len(replies) > 1


async def test_waiting_ends(server: RunningServer) -> None:
    query = {"measures": ["slow.sum"], "limit": 7}
    with Client(server.url, token(), timeout=0) as client, pytest.raises(SourceTimeout, match="after 0 seconds"):
        client.query(query)
    async with AsyncClient(server.url, token(), timeout=0.05) as awaited:
        with pytest.raises(SourceTimeout, match=r"after 0\.05 seconds"):
            await awaited.query({**query, "limit": 8})


def test_statements_and_members(client: Client) -> None:
    asked = client.sql(
        {
            "measures": ["orders.count"],
            "filters": [{"member": "orders.status", "operator": "equals", "values": ["new"]}],
        }
    )
    assert "count(" in asked.sql.lower()
    assert asked.parameters == ("new",)
    assert asked.data_source == "default"
    names = [member["name"] for cube in client.members() for member in cube["dimensions"]]
    assert "orders.status" in names
    assert "orders.secret" not in names


def test_a_token_is_asked_for_each_time(server: RunningServer) -> None:
    given = iter([token(), "no.good.token"])
    with Client(server.url, lambda: next(given)) as client:
        assert client.query({"measures": ["orders.count"]}) == [{"orders.count": 5}]
        with pytest.raises(Unauthenticated, match="Invalid token"):
            client.query({"measures": ["orders.count"]})


async def test_a_token_may_be_awaited(server: RunningServer) -> None:
    async def fresh() -> str:
        return token()

    async with AsyncClient(server.url, fresh) as client:
        assert await client.query({"measures": ["orders.count"]}) == [{"orders.count": 5}]
        assert (await client.sql({"measures": ["orders.count"]})).parameters == ()
        assert [cube["name"] for cube in await client.members()] == ["orders", "slow"]


@pytest.mark.parametrize(
    ("query", "error", "told"),
    [
        ({"measures": ["orders.cuont"]}, MemberError, "'cuont' not found for path 'orders.cuont'"),
        ({"measure": ["orders.count"]}, QueryError, "Invalid query format"),
        ({"dimensions": ["orders.secret"]}, Forbidden, "hidden member"),
        (
            {
                "measures": ["orders.count"],
                "timeDimensions": [
                    {
                        "dimension": "orders.at",
                        "compareDateRange": [["2024-01-01", "2024-01-31"], ["2024-02-01", "2024-02-28"]],
                    }
                ],
            },
            QueryError,
            "one query is asked at a time",
        ),
        ({"measures": ["orders.count"], "limit": 50_001}, QueryError, "limit"),
    ],
)
def test_errors_are_those_of_the_program(
    query: dict[str, Any], error: type[Exception], told: str, client: Client
) -> None:
    with pytest.raises(error, match=told):
        client.query(query)


def test_nobody_asks(server: RunningServer) -> None:
    with Client(server.url) as client, pytest.raises(Unauthenticated, match="isn't set"):
        client.query({"measures": ["orders.count"]})


async def test_no_server() -> None:
    where = f"http://127.0.0.1:{free_port()}"
    with Client(where) as client, pytest.raises(NoAnswer, match="cannot be reached"):
        client.members()
    async with AsyncClient(where) as awaited:
        with pytest.raises(NoAnswer, match="cannot be reached"):
            await awaited.members()


@pytest.mark.parametrize(
    ("status", "body", "error", "told"),
    [
        (200, b"<html>", NoAnswer, "no JSON object"),
        (200, b"[]", NoAnswer, "no JSON object"),
        (200, b"{}", NoAnswer, "no rows"),
        (302, b"{}", NoAnswer, "HTTP status 302"),
        (500, b'{"error": "Error: Internal server error"}', NoAnswer, "Internal server error"),
        (503, b'{"message": "shutting down"}', NoAnswer, "shutting down"),
        (413, b'{"error": "too large"}', TooLarge, "too large"),
        (401, b'{"error": "Invalid token", "code": "token_expired"}', Unauthenticated, "Invalid token"),
    ],
)
def test_what_is_no_answer(status: int, body: bytes, error: type[Exception], told: str) -> None:
    replies = httpx.MockTransport(lambda _: httpx.Response(status, content=body))
    client = Client("http://127.0.0.1", http=httpx.Client(transport=replies))
    with pytest.raises(error, match=told):
        client.query({"measures": ["orders.count"]})


@pytest.mark.parametrize("code", re.findall(r"^```py\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL))
def test_what_the_page_shows(code: str, server: RunningServer) -> None:
    shown = code.replace("http://localhost:4000", server.url).replace('"…"', repr(token()))
    assert shown != code
    exec(compile(shown, "snippet", "exec"), {})


def test_the_path_may_stand_in_the_address(server: RunningServer, tmp_path: Path) -> None:
    for url in (f"{server.url}/", f"{server.url}/cubejs-api", f"{server.url}/cubejs-api/v1"):
        with Client(url, token()) as client:
            assert client.query({"measures": ["orders.count"]}) == [{"orders.count": 5}]
