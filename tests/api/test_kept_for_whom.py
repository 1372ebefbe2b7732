"""What the API keeps is never given to a caller who is shown something else."""

import json
from itertools import permutations
from pathlib import Path
from typing import Any

import httpx
import pytest

from kubus.api.app import ApiOptions, make_app
from kubus.auth.keys import secret_keys
from kubus.auth.provider import Authenticator
from kubus.auth.rules import JwtRules
from tests.api.conftest import SECRET, make_layer, shop, token

__all__ = ["shop"]


MODEL = """
cubes:
  - name: orders
    sql_table: orders
    measures: [{name: count, type: count}, {name: revenue, sql: amount, type: sum}]
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: status, sql: status, type: string}
    access_policy:
      - {group: boss}
      - {group: clerk, member_level: {includes: [count]}}
      - {group: lender, member_level: {includes: [revenue]}, conditions: [{if: "{ security_context.signed }"}]}
views:
  - name: sales
    cubes: [{join_path: orders, includes: [count, status]}]
    access_policy: [{group: boss}]
"""

WHO: dict[str, dict[str, Any]] = {
    "boss": {"groups": ["boss"]},
    "clerk": {"groups": ["clerk"]},
    "another clerk": {"groups": ["clerk"], "sub": "ben"},
    "lender": {"groups": ["lender"], "signed": True},
    "lender by word": {"groups": ["lender"], "signed": False},
    "both": {"groups": ["clerk", "lender"], "signed": True},
    "nobody": {},
}
SHOWN = {
    "boss": {"orders.count", "orders.revenue", "orders.status", "sales.count", "sales.status"},
    "clerk": {"orders.count"},
    "another clerk": {"orders.count"},
    "lender": {"orders.revenue"},
    "lender by word": set(),
    "both": {"orders.count", "orders.revenue"},
    "nobody": set(),
}


def client_of(shop: Path, **options: Any) -> httpx.AsyncClient:
    layer = make_layer(shop, MODEL)
    tokens = Authenticator(JwtRules(keys=secret_keys([SECRET]), groups_claim="groups"))
    app = make_app(layer, tokens, ApiOptions(**options), on_stop=layer.close)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://kubus")


def members(answer: httpx.Response) -> set[str]:
    assert answer.status_code == 200, answer.text
    cubes = answer.json()["cubes"]
    return {one["name"] for cube in cubes for kind in ("measures", "dimensions", "segments") for one in cube[kind]}


TOKENS = {who: token(**claims) for who, claims in WHO.items()}


@pytest.mark.parametrize("only_views", [False, True])
async def test_metadata_is_never_that_of_a_caller_who_is_shown_other_members(shop: Path, only_views: bool) -> None:
    """Whoever asked before, cold and warm, with the tag of another's answer too."""
    params = {"onlyViews": "true"} if only_views else {}
    due = {who: {name for name in shown if not only_views or name.startswith("sales.")} for who, shown in SHOWN.items()}
    for first, second in permutations(WHO, 2):
        async with client_of(shop) as client:
            before = await client.get("/cubejs-api/v1/meta", params=params, headers={"authorization": TOKENS[first]})
            assert members(before) == due[first], first
            for _ in range(2):
                headers = {"authorization": TOKENS[second]}
                answer = await client.get("/cubejs-api/v1/meta", params=params, headers=headers)
                assert members(answer) == due[second], f"{second} after {first}"
                headers["if-none-match"] = before.headers["etag"]
                tagged = await client.get("/cubejs-api/v1/meta", params=params, headers=headers)
                assert (tagged.status_code == 304) == (due[first] == due[second])
                again = await client.get("/cubejs-api/v1/meta", params=params, headers={"authorization": TOKENS[first]})
                assert members(again) == due[first]


async def test_what_hides_members_hides_them_in_annotations_and_sql(shop: Path) -> None:
    query = {"query": json.dumps({"measures": ["orders.count"]})}
    for first, second in permutations(("boss", "clerk", "lender", "nobody"), 2):
        async with client_of(shop) as client:
            for endpoint in ("load", "sql", "dry-run"):
                for who in (first, second, first, second):
                    headers = {"authorization": TOKENS[who]}
                    answer = await client.get(f"/cubejs-api/v1/{endpoint}", params=query, headers=headers)
                    assert answer.status_code == (200 if "orders.count" in SHOWN[who] else 403), (who, endpoint)
