"""Access policies that were asked once, by the wrong key, or for one role too many."""

from typing import Any

import pytest

from kubus import semantic_layer
from kubus.api.rest import callers
from kubus.query import authorize
from tests.incidents.incident import incident
from tests.incidents.shop import Shop

# Who is in which group stands outside of the token, and may change while the token holds.
HOOKS = """
from pathlib import Path

from kubus.hooks import config

GROUPS = Path(__file__).with_name("groups")


@config
def context_to_groups(ctx):
    lines = GROUPS.read_text().splitlines() if GROUPS.exists() else []
    said = dict(line.split("=") for line in lines)
    return said.get(ctx["securityContext"].get("sub", ""), "").split()
"""

MODEL = """
cubes:
  - name: ledger
    sql_table: orders
    measures:
      - {name: count, type: count}
      - {name: revenue, sql: amount, type: sum}
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: tenant, sql: tenant, type: string}
      - {name: note, sql: note, type: string}
    access_policy:
      - group: accounting
      - group: red
        row_level: {filters: [{member: tenant, operator: equals, values: [red]}]}
      - group: blue
        row_level: {filters: [{member: tenant, operator: equals, values: [blue]}]}
"""

FILES = {"kubus.py": HOOKS, "model/ledger.yml": MODEL}
NOTES = {"dimensions": ["ledger.note"], "measures": ["ledger.revenue"]}
ANN, BEN = {"sub": "ann"}, {"sub": "ben"}


def join(shop: Shop, **groups: str) -> None:
    """From now on these people are in these groups."""
    (shop.folder / "groups").write_text("\n".join(f"{name}={one}" for name, one in groups.items()))


async def notes(shop: Shop, claims: dict[str, str]) -> list[str] | int:
    """What is told of the ledger: its notes, or the status of the refusal."""
    answer = await shop.ask(NOTES, claims)
    if answer.status_code != 200:
        assert "canary" not in answer.text
        return answer.status_code
    return [row["ledger.note"] for row in answer.json()["data"]]


def groups_asked_once(patch: pytest.MonkeyPatch) -> None:
    """Groups are kept by the context that was there before anybody was asked for them."""
    made = callers.Callers.asked
    kept: dict[Any, Any] = {}

    async def asked(self: Any, security: Any, request: Any) -> Any:
        key = security.claims.get("sub")
        if key not in kept:
            kept[key] = await made(self, security, request)
        return kept[key]

    patch.setattr(callers.Callers, "asked", asked)


@incident("teamster-4716", groups_asked_once, files=FILES)
async def groups_are_those_of_this_request(shop: Shop) -> None:
    join(shop, ann="accounting")
    assert sorted(await notes(shop, ANN)) == ["blue-canary", "red-canary"]  # type: ignore[arg-type]
    join(shop, ann="red")
    assert await notes(shop, ANN) == ["red-canary"]
    join(shop, ann="")
    assert await notes(shop, ANN) == 403
    join(shop, ann="blue")
    assert await notes(shop, ANN) == ["blue-canary"]


def authorized_once(patch: pytest.MonkeyPatch) -> None:
    """What was answered is answered again, to whoever asks the same."""
    made = semantic_layer.SemanticLayer.prepare
    kept: dict[Any, Any] = {}

    def prepare(self: Any, query: Any, caller: Any, *more: Any, **options: Any) -> Any:
        if query not in kept:
            kept[query] = made(self, query, caller, *more, **options)
        return kept[query]

    patch.setattr(semantic_layer.SemanticLayer, "prepare", prepare)


@incident("superset-13538", authorized_once, files=FILES)
async def what_is_kept_is_given_to_those_who_may_ask_it(shop: Shop) -> None:
    join(shop, ann="accounting")
    for _ in range(2):
        assert sorted(await notes(shop, ANN)) == ["blue-canary", "red-canary"]  # type: ignore[arg-type]
    for _ in range(2):
        assert await notes(shop, BEN) == 403
    for endpoint in ("sql", "dry-run"):
        assert (await shop.ask(NOTES, ANN, endpoint)).status_code == 200
        assert (await shop.ask(NOTES, BEN, endpoint)).status_code == 403


def roles_that_add_up_to_all(patch: pytest.MonkeyPatch) -> None:
    """Whoever has more than one role has none of their filters."""
    made = authorize.rule_of

    def rule_of(cube: Any, policies: Any, access: Any) -> Any:
        return iter(()) if len(access.caller.groups) > 1 else made(cube, policies, access)

    patch.setattr(authorize, "rule_of", rule_of)


@incident("hasura-10711", roles_that_add_up_to_all, files=FILES)
async def a_second_role_takes_no_filter_away(shop: Shop) -> None:
    join(shop, ann="red visitor", ben="red blue")
    assert await notes(shop, ANN) == ["red-canary"]
    assert sorted(await notes(shop, BEN)) == ["blue-canary", "red-canary"]  # type: ignore[arg-type]
    join(shop, ann="visitor reader")
    assert await notes(shop, ANN) == 403
