"""Whatever is sent: a clear answer, never a 500, a stack or a changed table. On both databases."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kubus.api.app import ApiOptions, make_app
from kubus.auth.keys import secret_keys
from kubus.auth.provider import Authenticator
from kubus.auth.rules import JwtRules
from kubus.loading.load import load_model
from kubus.semantic_layer import SemanticLayer
from kubus.sources.options import DuckDBOptions, PostgresOptions
from kubus.sources.registry import make_source
from kubus.sources.source import Source
from tests.api.conftest import SECRET, token
from tests.engines.postgres import Server

ECOM = Path(__file__).parents[1] / "conformance" / "corpus" / "models" / "ecom"


class Asked:
    """The API over one database, asked from plain tests."""

    def __init__(self, source: Source) -> None:
        self.loop = asyncio.new_event_loop()
        self.layer = SemanticLayer(lambda: load_model(ECOM, {"default": source.dialect}), {"default": source})
        app = make_app(
            self.layer, Authenticator(JwtRules(keys=secret_keys([SECRET]))), ApiOptions(max_request_size=64 * 1024**2)
        )
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")
        self.headers = {"Authorization": token(), "Content-Type": "application/json"}

    def post(self, query: Any, *, raw: bytes | None = None) -> httpx.Response:
        body = raw if raw is not None else json.dumps({"query": query}).encode("utf-8", "surrogatepass")
        call = self.client.post("/cubejs-api/v1/load", content=body, headers=self.headers)
        return self.loop.run_until_complete(call)

    def counts(self) -> list[str]:
        """How many rows each table has."""
        answers = [
            self.post({"measures": [f"{cube}.count"]}).json() for cube in ("orders", "users", "line_items", "products")
        ]
        return [next(iter(answer["data"][0].values())) for answer in answers]

    def close(self) -> None:
        self.loop.run_until_complete(self.client.aclose())
        self.loop.run_until_complete(self.layer.close())
        self.loop.close()


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def asked(request: pytest.FixtureRequest) -> Iterator[Asked]:
    if request.param == "duckdb":
        source = make_source("default", DuckDBOptions(request.getfixturevalue("golden_duckdb"), read_only=True))
    else:
        server: Server = request.getfixturevalue("golden_postgres")
        source = make_source("default", PostgresOptions(url=server.url("golden")))
    made = Asked(source)
    yield made
    made.close()


def check(response: httpx.Response) -> None:
    assert response.status_code < 500, response.text[:500]
    body = response.json()
    if response.status_code != 200:
        assert body["error"]
        assert "Traceback" not in response.text
        assert "stack" not in body


POISON = [
    "'", '"', "''", "';", "'; DROP TABLE users; --", "\\", "\\'", "%", "_", "$1", "$2", "?", ":a", "{}", "{CUBE}", "/*", "*/",
    "--", "\x00", "\n", "\r\n", "\u2028", "é", "𝒳", "NULL", "null", "true", "1e400", "-0", "0x10", "nan", "Infinity",
    "1'::int", "x' OR '1'='1", "1); DELETE FROM users; --", "\ud800", "a" * 5000,
]  # fmt: skip
MEMBERS = [
    "users.company",
    "users.age",
    "users.is_adult",
    "users.created_at",
    "users.count",
    "users.location",
    "users.order_count",
]
OPERATORS = [
    "equals", "notEquals", "in", "notIn", "contains", "notContains", "startsWith", "notStartsWith", "endsWith",
    "notEndsWith", "gt", "gte", "lt", "lte", "set", "notSet", "inDateRange", "notInDateRange", "onTheDate", "beforeDate",
    "beforeOrOnDate", "afterDate", "afterOrOnDate", "measureFilter",
]  # fmt: skip


@settings(
    max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    member=st.sampled_from(MEMBERS),
    operator=st.sampled_from(OPERATORS),
    values=st.lists(st.sampled_from(POISON) | st.text(max_size=20) | st.none() | st.integers() | st.floats(allow_nan=False, allow_infinity=False), max_size=4),
)  # fmt: skip
def test_any_value_is_a_value(asked: Asked, member: str, operator: str, values: list[Any]) -> None:
    check(
        asked.post(
            {"measures": ["users.count"], "filters": [{"member": member, "operator": operator, "values": values}]}
        )
    )


def test_no_value_changes_a_table(asked: Asked) -> None:
    before = asked.counts()
    for member in MEMBERS:
        for operator in ("equals", "contains", "gt", "inDateRange"):
            for value in POISON:
                check(asked.post({"measures": ["users.count"], "filters": [{"member": member, "operator": operator, "values": [value]}]}))  # fmt: skip
    assert asked.counts() == before == ["10000", "700", "21235", "120"]


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(name=st.sampled_from(POISON) | st.text(max_size=30))
def test_any_name_is_refused_unless_it_is_one(asked: Asked, name: str) -> None:
    for query in (
        {"measures": [name]},
        {"measures": ["users.count"], "dimensions": [f"users.{name}"]},
        {"measures": ["users.count"], "order": {name: "asc"}},
        {"measures": ["users.count"], "timezone": name},
        {"measures": ["users.count"], "timeDimensions": [{"dimension": "users.created_at", "granularity": name}]},
        {"measures": ["users.count"], "timeDimensions": [{"dimension": "users.created_at", "dateRange": name}]},
        {"measures": ["users.count"], "timeDimensions": [{"dimension": "users.created_at", "dateRange": [name, name]}]},
    ):
        check(asked.post(query))


def test_ten_thousand_values(asked: Asked) -> None:
    values = [str(number) for number in range(10_000)]
    response = asked.post({"measures": ["users.count"], "filters": [{"member": "users.id", "operator": "equals", "values": values}]})  # fmt: skip
    assert response.status_code == 200, response.text[:300]
    assert response.json()["data"] == [{"users.count": "700"}]


def test_ten_megabytes(asked: Asked) -> None:
    values = ["x" * 1000] * 10_000
    check(asked.post({"measures": ["users.count"], "filters": [{"member": "users.company", "operator": "equals", "values": values}]}))  # fmt: skip
    check(asked.post({"measures": ["users.count" * 1_000_000]}))


def test_deep_filters(asked: Asked) -> None:
    tree: dict[str, Any] = {"member": "users.age", "operator": "set"}
    for _ in range(100):
        tree = {"and": [tree]}
    response = asked.post({"measures": ["users.count"], "filters": [tree]})
    assert response.status_code == 400
    assert "deep" in response.json()["error"]
    check(asked.post(None, raw=b'{"query":' + b"[" * 100_000))


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"query": {"measures": [}', b'{"query": "{"}', b"{}" * 10]
)
def test_malformed_bodies(asked: Asked, raw: bytes) -> None:
    response = asked.post(None, raw=raw)
    assert response.status_code == 400
    check(response)


def test_unknown_keys(asked: Asked) -> None:
    for query in (
        {"measure": []},
        {"measures": ["users.count"], "x": 1},
        {"measures": ["users.count"], "filters": [{"x": 1}]},
    ):
        assert asked.post(query).status_code == 400
