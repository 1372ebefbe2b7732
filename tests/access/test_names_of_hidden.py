"""What a caller may not see is named nowhere: in metadata, with the SQL of the model too, and in hints of errors."""

import json
from typing import Any

import pytest

from kubus.api.wire.meta import metadata
from kubus.errors import KubusError
from kubus.library import SemanticLayer

MODEL = """
cubes:
  - name: orders
    sql: "SELECT 1 AS id, 2 AS user_id, 'new' AS status, 5 AS amount"
    joins:
      - {name: vault_users, sql: "{CUBE}.user_id = {vault_users.id}", relationship: many_to_one}
      - {name: items, sql: "{orders.secret_key} = {items}.order_id", relationship: one_to_many}
    measures:
      - {name: count, type: count, drill_members: [status, secret_key]}
      - {name: secret_sum, sql: amount, type: sum}
      - {name: share, sql: "{secret_sum} / {count}", type: number}
      - {name: high, sql: amount, type: sum, filters: [{sql: "{secret_key} > 1"}]}
      - {name: internal_sum, sql: amount, type: sum, public: false}
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: status, sql: status, type: string}
      - {name: secret_key, sql: id, type: number}
      - {name: status_too, sql: "{secret_key} || {status}", type: string}
      - {name: size, type: string, case: {when: [{sql: "{secret_key} > 3", label: large}], else: {label: small}}}
    segments:
      - {name: some, sql: "{secret_key} = 1"}
    hierarchies:
      - {name: way, levels: [status, secret_key]}
    pre_aggregations:
      - {name: plain, measures: [count], dimensions: [status]}
      - {name: of_secrets, measures: [secret_sum], dimensions: [status]}
      - {name: of_internals, measures: [internal_sum], dimensions: [status]}
    access_policy:
      - group: boss
      - group: clerk
        member_level: {excludes: [secret_key, secret_sum]}
  - name: items
    sql: "SELECT 1 AS id, 1 AS order_id"
    dimensions: [{name: id, sql: id, type: number, primary_key: true}]
    measures: [{name: pieces, type: count}]
  - name: vault_users
    sql: "SELECT 2 AS id, 'x' AS name"
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true, public: true}
      - {name: name, sql: name, type: string}
    measures: [{name: vaulted, type: count}]
    hierarchies: [{name: vault_way, levels: [name]}]
    access_policy: [{group: boss}]
  - name: copies
    sql: "SELECT * FROM {vault_users.sql()} AS x"
    dimensions: [{name: id, sql: id, type: number, primary_key: true, public: true}]
  - name: internal_things
    public: false
    sql: SELECT 1 AS id
    measures: [{name: count, type: count}]
views:
  - name: sales
    cubes:
      - {join_path: orders, includes: [count, status, {name: secret_key, alias: reference}, {name: way, alias: path}]}
    folders: [{name: all, includes: [status, reference]}]
    access_policy: [{group: clerk}, {group: boss}]
"""
HIDDEN = ("secret", "vault", "internal")


@pytest.fixture(scope="module")
def layer() -> Any:
    with SemanticLayer({"m.yml": MODEL}) as opened:
        yield opened


def told(layer: SemanticLayer, group: str, *, extended: bool) -> dict[str, Any]:
    model = layer.model_for(layer.caller({}, [group]))
    return metadata(model, hidden_too=False, extended=extended, only_views=False)


@pytest.mark.parametrize("extended", [False, True])
def test_metadata(layer: SemanticLayer, extended: bool) -> None:
    for_clerks = json.dumps(told(layer, "clerk", extended=extended))
    assert [word for word in HIDDEN if word in for_clerks] == []
    for_bosses = json.dumps(told(layer, "boss", extended=extended))
    assert [word for word in HIDDEN if word in for_bosses] == ["secret", "vault"]


def test_what_may_be_seen_is_there(layer: SemanticLayer) -> None:
    cubes = {cube["name"]: cube for cube in told(layer, "clerk", extended=True)["cubes"]}
    orders = cubes["orders"]
    assert [join["name"] for join in orders["joins"]] == ["items"]
    assert [one["name"] for one in orders["preAggregations"]] == ["plain"]
    assert [hierarchy["levels"] for hierarchy in orders["hierarchies"]] == [["orders.status"]]
    assert {m["name"]: "sql" in m for m in orders["measures"]} == {
        "orders.count": False, "orders.share": False, "orders.high": True,
    }  # fmt: skip
    assert next(d for d in orders["dimensions"] if d["name"] == "orders.status")["sql"] == "`status`"
    view = {d["name"]: d.get("aliasMember") for d in cubes["sales"]["dimensions"]}
    assert view == {"sales.status": "orders.status", "sales.reference": None}
    boss = {cube["name"]: cube for cube in told(layer, "boss", extended=True)["cubes"]}
    assert [join["name"] for join in boss["orders"]["joins"]] == ["vault_users", "items"]
    assert [one["name"] for one in boss["orders"]["preAggregations"]] == ["plain", "of_secrets"]


@pytest.mark.parametrize(
    "query",
    [
        {"measures": ["orders.secret_sums"]},
        {"measures": ["orders.internal_sums"]},
        {"dimensions": ["orders.secret_keys"]},
        {"measures": ["vault_user.vaulted"]},
        {"measures": ["vault_users.vaultet"]},
        {"measures": ["internal_thing.count"]},
        {"measures": ["internal_things.counts"]},
        {"dimensions": ["sales.referenc"], "filters": [{"member": "orders.secret_ke", "operator": "set"}]},
        # Joined, and of another cube: who reads it is refused, and not told what it is.
        {"measures": ["items.pieces"], "dimensions": ["orders.status"]},
        {"measures": ["orders.count", "copies.count"]},
    ],
)
def test_errors(layer: SemanticLayer, query: dict[str, Any]) -> None:
    asked = json.dumps(query)
    for group in ("clerk", "nobody"):
        try:
            layer.query(query, groups=[group])
        except KubusError as error:
            hint = (error.hint or "").replace("public: false", "")
            assert [
                w
                for w in ("secret_sum'", "secret_key'", "internal_sum'", "vault_users'", "internal_things'")
                if w in hint
            ] == []
            named = [w for w in HIDDEN if w in str(error.message) and w not in asked]
            assert named == [], str(error)


def test_who_reads_a_cube_that_is_not_theirs_is_not_told_its_name() -> None:
    model = """
cubes:
  - name: totals
    sql: SELECT 1 AS id
    joins: [{name: vault, sql: "{CUBE}.id = {vault}.id", relationship: one_to_many}]
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: all, sql: "{vault.count}", type: number, sub_query: true}
  - name: vault
    sql: SELECT 1 AS id
    dimensions: [{name: id, sql: id, type: number, primary_key: true}]
    measures: [{name: count, type: count}]
    access_policy: [{group: boss}]
"""
    with SemanticLayer({"m.yml": model}) as layer:
        assert [tuple(row.values()) for row in layer.query({"dimensions": ["totals.all"]}, groups=["boss"])] == [(1,)]
        with pytest.raises(KubusError) as caught:
            layer.query({"dimensions": ["totals.all"]})
        assert "no access policy is for you" in str(caught.value)
        assert "vault" not in str(caught.value)
