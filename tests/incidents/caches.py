"""What is kept for one caller and given to another."""

import time
from typing import Any

import jwt
import pytest

from kubus.api.rest import callers, remembered
from kubus.auth import provider
from kubus.execution import run
from tests.incidents.incident import incident
from tests.incidents.shop import BLUE, COUNT, NOTES, RED, Shop, token


def answers_without_values(patch: pytest.MonkeyPatch) -> None:
    """The key of an answer is its SQL alone, as if no claim went into it."""
    made = run.Job.__post_init__

    def post_init(self: run.Job) -> None:
        made(self)
        object.__setattr__(self, "key", (self.statement.data_source, self.statement.sql, self.refresh_intervals))

    patch.setattr(run.Job, "__post_init__", post_init)


@incident("superset-10804", answers_without_values)
async def rows_kept_for_one_caller_are_not_anothers(shop: Shop) -> None:
    for _ in range(2):
        assert [row["orders.note"] for row in await shop.rows(NOTES, RED)] == ["red-canary"]
        assert [row["orders.note"] for row in await shop.rows(NOTES, BLUE)] == ["blue-canary"]


def callers_alike(patch: pytest.MonkeyPatch) -> None:
    """Whoever asks is taken for the first who asked, as where guests have no user id to tell them apart."""
    made = callers.Callers.of
    first: list[Any] = []

    def of(self: callers.Callers, security: Any) -> Any:
        first.append(made(self, security))
        return first[0]

    patch.setattr(callers.Callers, "of", of)


@incident("superset-19110", callers_alike)
async def callers_without_a_name_are_told_apart(shop: Shop) -> None:
    """Neither token has a subject: what tells them apart is what they may see."""
    for query in (NOTES, COUNT):
        for endpoint in ("load", "sql"):
            await shop.ask(query, RED, endpoint)
            answer = await shop.ask(query, BLUE, endpoint)
            assert answer.status_code == 200
            assert '"red' not in answer.text


def replies_without_callers(patch: pytest.MonkeyPatch) -> None:
    """The SQL that was shown to one is shown to all who send the same bytes."""
    get, keep = remembered.RememberedReplies.get, remembered.RememberedReplies.keep
    everybody = callers.Callers().of(callers.NOBODY)
    patch.setattr(
        remembered.RememberedReplies, "get", lambda self, method, raw, caller: get(self, method, raw, everybody)
    )
    patch.setattr(
        remembered.RememberedReplies,
        "keep",
        lambda self, method, raw, caller, *more: keep(self, method, raw, everybody, *more),
    )


@incident("superset-33346", replies_without_callers)
async def the_sql_endpoint_shows_the_statement_of_who_asks(shop: Shop) -> None:
    for claims, own, other in ((RED, "red", "blue"), (BLUE, "blue", "red")):
        for method in ("GET", "POST"):
            sent: dict[str, Any] = {"json": {"query": NOTES}} if method == "POST" else {}
            answer = (
                await shop.ask(NOTES, claims, "sql")
                if method == "GET"
                else await shop.send("POST", "/cubejs-api/v1/sql", claims, **sent)
            )
            assert answer.json()["sql"]["sql"][1] == [own]
            assert other not in answer.text


def expiry_looked_at_once(patch: pytest.MonkeyPatch) -> None:
    """A token that was right once is right for ever."""
    made = provider.Remembered

    def forever(context: Any, until: float, *more: Any) -> provider.Remembered:
        return made(context, float("inf"), *more)

    patch.setattr(provider, "Remembered", forever)


@incident("superset-24745", expiry_looked_at_once)
async def an_expired_token_gets_nothing_on_any_way(shop: Shop) -> None:
    brief = token(RED, seconds=2)
    assert [row["orders.note"] for row in await shop.rows(NOTES, brief)] == ["red-canary"]
    wait_until_expired(brief)
    for query, params in ((NOTES, {}), (NOTES, {"queryType": "multi"}), ({**NOTES, "limit": 50_000}, {})):
        for endpoint in ("load", "sql", "dry-run"):
            answer = await shop.ask(query, brief, endpoint, params=params)
            assert (answer.status_code, answer.json()) == (403, {"error": "Invalid token"})


def wait_until_expired(text: str) -> None:
    until = jwt.decode(text, options={"verify_signature": False})["exp"]
    while time.time() < until:
        time.sleep(0.02)
