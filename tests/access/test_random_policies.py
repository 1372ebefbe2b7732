"""Random policies on a real table, against an evaluator that knows nothing of kubus: row by row, value by value."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubus.context import Caller, SecurityContext
from kubus.errors import Forbidden
from tests.properties.ask import Engine, duckdb_engine

COLUMNS = ("a", "b")
# Two rows for each combination of the columns; `x` is the masked value, which tells every row apart.
ROWS = [
    {"id": number, "a": a, "b": b, "x": 100 + number}
    for number, (a, b) in enumerate([*product("01", repeat=2), *product("01", repeat=2)])
]
GROUPS = ("g1", "g2", "g3")
MEMBERS = ("id", "a", "b", "x", "total")
MASKS: dict[str, Any] = {"id": None, "a": None, "b": None, "x": -1, "total": -5}


@dataclass(frozen=True)
class Policy:
    """What is drawn: groups, whether a claim is asked for, members whole, members masked, and values of a column."""

    groups: tuple[str, ...]
    needs_claim: bool
    whole: tuple[str, ...] | None
    masked: tuple[str, ...] | None
    column: str | None
    values: tuple[str, ...]
    by_claim: bool

    def declared(self) -> dict[str, Any]:
        policy: dict[str, Any] = {"groups": list(self.groups)}
        if self.needs_claim:
            policy["conditions"] = [{"if": "{ security_context.ok }"}]
        if self.whole is not None:
            policy["member_level"] = {"includes": list(self.whole)}
            if self.masked is not None:
                policy["member_masking"] = {"includes": list(self.masked)}
        if self.column is not None:
            claim = f"{{ security_context.{self.column} }}"
            values: Any = claim if self.by_claim else list(self.values)
            policy["row_level"] = {"filters": [{"member": self.column, "operator": "equals", "values": values}]}
        return policy

    def is_for(self, groups: set[str], claims: dict[str, Any]) -> bool:
        return bool(set(self.groups) & groups) and (not self.needs_claim or claims["ok"])

    def shows(self, member: str) -> str | None:
        if self.whole is None or member in self.whole:
            return "whole"
        return "masked" if self.masked is not None and member in self.masked else None

    def passes(self, row: dict[str, Any], claims: dict[str, Any]) -> bool:
        if self.column is None:
            return True
        return row[self.column] in (claims[self.column] if self.by_claim else self.values)


members = st.lists(st.sampled_from(MEMBERS), unique=True).map(tuple)
policies = st.builds(
    Policy,
    groups=st.lists(st.sampled_from(GROUPS), min_size=1, unique=True).map(tuple),
    needs_claim=st.booleans(),
    whole=st.none() | members,
    masked=st.none() | members,
    column=st.none() | st.sampled_from(COLUMNS),
    values=st.lists(st.sampled_from("012"), min_size=1, unique=True).map(tuple),
    by_claim=st.booleans(),
)


def model_of(drawn: list[Policy]) -> str:
    table = " UNION ALL ".join(
        f"SELECT {row['id']} AS id, '{row['a']}' AS a, '{row['b']}' AS b, {row['x']} AS x" for row in ROWS
    )
    cube = {
        "name": "t",
        "sql": table,
        "dimensions": [
            {"name": "id", "sql": "id", "type": "number", "primary_key": True, "public": True},
            {"name": "a", "sql": "a", "type": "string"},
            {"name": "b", "sql": "b", "type": "string"},
            {"name": "x", "sql": "x", "type": "number", "mask": -1},
        ],
        "measures": [{"name": "total", "sql": "x", "type": "sum", "mask": -5}],
        "access_policy": [one.declared() for one in drawn],
    }
    return json.dumps({"cubes": [cube]})


def naive(drawn: list[Policy], asked: tuple[str, ...], groups: set[str], claims: dict[str, Any]) -> list[Any] | None:
    """The rows that are due, by `id`; None for a refusal."""
    mine = [one for one in drawn if one.is_for(groups, claims)]
    rows: list[Any] = []
    if any(not any(one.shows(member) for one in mine) for member in asked):
        return None
    for row in ROWS:
        if not all(any(one.shows(m) and one.passes(row, claims) for one in mine) for m in asked):
            continue
        shown = []
        for member in asked:
            whole = any(one.shows(member) == "whole" and one.passes(row, claims) for one in mine)
            shown.append(row[member] if whole else MASKS[member])
        rows.append(tuple(None if value is None else str(value) for value in shown))
    return sorted(rows, key=str)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with duckdb_engine() as one:
        yield one


@settings(max_examples=150, deadline=None)
@given(
    drawn=st.lists(policies, min_size=1, max_size=4),
    asked=st.lists(st.sampled_from(MEMBERS[:4]), min_size=1, unique=True).map(tuple),
    groups=st.sets(st.sampled_from(GROUPS)),
    claims=st.fixed_dictionaries(
        {
            "ok": st.booleans(),
            "a": st.lists(st.sampled_from("012"), max_size=2),
            "b": st.lists(st.sampled_from("012"), max_size=2),
        }
    ),
)
def test_rows_and_values(
    engine: Engine, drawn: list[Policy], asked: tuple[str, ...], groups: set[str], claims: dict[str, Any]
) -> None:
    caller = Caller(SecurityContext(claims), frozenset(groups))
    query = {"dimensions": [f"t.{member}" for member in asked], "ungrouped": True, "order": []}
    due = naive(drawn, asked, groups, claims)
    try:
        prepared = engine.prepare(model_of(drawn), query, caller)
    except Forbidden:
        assert due is None
        return
    got = engine.run(prepared).rows
    assert due is not None
    assert sorted((tuple(row[f"t.{member}"] for member in asked) for row in got), key=str) == due


@settings(max_examples=100, deadline=None)
@given(
    drawn=st.lists(policies, min_size=1, max_size=4),
    keys=st.lists(st.sampled_from(COLUMNS), unique=True).map(tuple),
    groups=st.sets(st.sampled_from(GROUPS), min_size=1),
)
def test_a_measure_is_never_more_than_what_its_rows_show(
    engine: Engine, drawn: list[Policy], keys: tuple[str, ...], groups: set[str]
) -> None:
    """A group's sum is its mask unless every row in it shows the value."""
    claims: dict[str, Any] = {"ok": True, "a": ["0"], "b": ["0", "1"]}
    caller = Caller(SecurityContext(claims), frozenset(groups))
    query = {"dimensions": [f"t.{key}" for key in keys], "measures": ["t.total"]}
    mine = [one for one in drawn if one.is_for(groups, claims)]
    try:
        prepared = engine.prepare(model_of(drawn), query, caller)
    except Forbidden:
        assert any(not any(one.shows(m) for one in mine) for m in (*keys, "total"))
        return
    for group in engine.run(prepared).rows:
        if group["t.total"] in ("-5", None):
            continue
        total = 0
        for row in ROWS:
            seen = all(any(one.shows(m) and one.passes(row, claims) for one in mine) for m in (*keys, "total"))
            shown = {
                key: row[key] if any(one.shows(key) == "whole" and one.passes(row, claims) for one in mine) else None
                for key in keys
            }
            if seen and all(shown[key] == group[f"t.{key}"] for key in keys):
                whole = any(one.shows("total") == "whole" and one.passes(row, claims) for one in mine)
                assert whole, f"{row} is in {group}"
                total += row["x"]
        assert str(total) == group["t.total"]
