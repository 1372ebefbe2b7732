"""Filters that were left out somewhere, and texts that give away what no filter let through."""

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from kubus import semantic_layer
from kubus.errors import SourceError, ValueRefused
from tests.incidents.incident import incident
from tests.incidents.shop import BLUE, COUNT, NOTES, RED, Shop

# Whatever somebody asks, in each way in which a query can be asked.
QUERIES: tuple[Any, ...] = (
    NOTES,
    {"dimensions": ["orders.note"]},
    {"dimensions": ["orders.status", "orders.note"], "limit": 1, "offset": 1, "total": True},
    {"dimensions": ["orders.note"], "ungrouped": True},
    {"measures": ["orders.revenue"], "dimensions": ["orders.note"], "order": {"orders.revenue": "desc"}},
    {"dimensions": ["orders.note"], "filters": [{"member": "orders.note", "operator": "contains", "values": ["blue"]}]},
    {"dimensions": ["orders.note"], "filters": [{"or": [
        {"member": "orders.tenant", "operator": "equals", "values": ["blue"]},
        {"member": "orders.tenant", "operator": "notEquals", "values": ["blue"]},
    ]}]},
    {"dimensions": ["orders.note"], "filters": [{"member": "orders.tenant", "operator": "notSet"}]},
    {"measures": ["orders.count"], "dimensions": ["orders.note"],
     "filters": [{"member": "orders.count", "operator": "gte", "values": ["0"]}]},
)  # fmt: skip


def filters_of_the_first_query_alone(patch: pytest.MonkeyPatch) -> None:
    """Of the queries of one request the first is filtered, and the others are taken to be so."""
    made = semantic_layer.SemanticLayer.prepare
    last: list[Any] = [None]

    def prepare(self: Any, query: Any, caller: Any, *more: Any, **options: Any) -> Any:
        seen, last[0] = last[0] is caller, caller
        if seen:
            claims = MappingProxyType({**caller.security.claims, "tenant": ["red", "blue"]})
            caller = replace(caller, security=replace(caller.security, claims=claims, namespaced=None))
        return made(self, query, caller, *more, **options)

    patch.setattr(semantic_layer.SemanticLayer, "prepare", prepare)


@incident("superset-28314", filters_of_the_first_query_alone)
async def every_query_of_a_request_is_filtered(shop: Shop) -> None:
    for queries in ([COUNT, NOTES], list(QUERIES)):
        for endpoint in ("load", "sql", "dry-run"):
            answer = await shop.ask(queries, RED, endpoint, params={"queryType": "multi"})
            assert "blue-canary" not in answer.text
            if endpoint == "load" and answer.status_code == 200:
                assert "red-canary" in answer.text
    for query in QUERIES:
        for _ in range(2):
            assert "blue-canary" not in str(await shop.rows(query, RED))


def lists_of_values_are_public(patch: pytest.MonkeyPatch) -> None:
    """What a filter may be set to is asked without a measure, and not taken for data."""
    made = semantic_layer.SemanticLayer.prepare

    def prepare(self: Any, query: Any, caller: Any, *more: Any, **options: Any) -> Any:
        if not query.measures:
            claims = MappingProxyType({**caller.security.claims, "tenant": ["red", "blue"]})
            caller = replace(caller, security=replace(caller.security, claims=claims, namespaced=None))
        return made(self, query, caller, *more, **options)

    patch.setattr(semantic_layer.SemanticLayer, "prepare", prepare)


@incident("metabase-6022", lists_of_values_are_public)
async def the_values_of_a_dimension_are_those_of_ones_own_rows(shop: Shop) -> None:
    for query in (
        {"dimensions": ["orders.note"]},
        {"dimensions": ["orders.tenant"], "order": {"orders.tenant": "asc"}},
    ):
        for claims, own, other in ((RED, "red", "blue"), (BLUE, "blue", "red")):
            told = str(await shop.rows(query, claims))
            assert own in told
            assert other not in told


def claims_that_are_missing_filter_nothing(patch: pytest.MonkeyPatch) -> None:
    made = semantic_layer.SemanticLayer.__init__

    def init(self: Any, *arguments: Any, **options: Any) -> None:
        made(self, *arguments, **{**options, "missing_claims": "allow"})

    patch.setattr(semantic_layer.SemanticLayer, "__init__", init)


@incident("metabase-59677", claims_that_are_missing_filter_nothing)
async def a_filter_without_its_value_denies(shop: Shop) -> None:
    for claims in ({}, {"Tenant": "red"}, {"tenant": None}, {"tenant": []}, {"tenant": {}}, {"tenants": "red"}):
        for query in QUERIES:
            answer = await shop.ask(query, claims)
            assert "canary" not in answer.text, claims
            assert answer.status_code in (400, 403) or answer.json()["data"] == [], (claims, answer.text)


def databases_speak_for_themselves(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ValueRefused, "wire_text", SourceError.wire_text)


@incident("postgrest-541", databases_speak_for_themselves)
async def no_error_quotes_a_row(shop: Shop) -> None:
    for query in (
        {"dimensions": ["orders.as_number"]},
        {"measures": ["orders.count"], "filters": [{"member": "orders.as_number", "operator": "gt", "values": ["1"]}]},
    ):
        answer = await shop.ask(query, RED)
        assert answer.status_code == 400
        assert "canary" not in answer.text
