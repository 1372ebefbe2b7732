"""Completion of columns and tables, as the running database tells them."""

import asyncio
import re
from typing import Any

import pytest

from kubus.authoring import open_project
from kubus.authoring.findings import CheckRequest, check
from kubus.authoring.places import PlaceRequest, at_place
from kubus.errors import SourceError
from tests.authoring.conftest import Work

ORDERS = """\
cubes:
  - name: orders
    sql_table: orders
    joins:
      - name: accounts
        relationship: many_to_one
        sql: "{CUBE}.user_id = {accounts}.id"
    dimensions:
      - name: id
        sql: id
        type: number
        primary_key: true
  - name: accounts
    sql_table: crm.accounts
    dimensions:
      - name: id
        sql: id
        type: number
        primary_key: true
"""
COLUMNS = {"id", "user_id", "seller_id", "status", "amount", "price", "zip"}


async def offered(shop: Work, old: str, marked: str, text: str = ORDERS) -> dict[str, tuple[str, str]]:
    """What is offered at the mark `|`: kind and detail by text. The file is saved as `text`, and being changed."""
    typed = text.replace(old, marked.replace("|", ""), 1)
    assert typed != text
    offset = text.index(old) + marked.index("|")
    line, column = typed.count("\n", 0, offset) + 1, offset - typed.rfind("\n", 0, offset)
    found = await at_place(shop.project, PlaceRequest("orders.yml", typed, line, column))
    return {one.text: (one.kind, one.detail) for one in found.completions or ()}


async def test_columns_of_the_cubes_own_table(shop: Work) -> None:
    shop.write("orders.yml", ORDERS)
    found = await offered(shop, "sql: id", "sql: {CUBE}.|")
    assert set(found) >= COLUMNS
    assert found["status"][0] == "column"
    assert found["amount"][1].lower().startswith(("decimal", "numeric"))
    # So without a cube before it, and in text between quotes.
    assert set(await offered(shop, "sql: id", "sql: am|")) >= COLUMNS
    quoted = await offered(shop, "sql: id", 'sql: "COALESCE({CUBE}.am|')
    assert set(quoted) >= COLUMNS
    # A name that SQL would read otherwise is quoted, and in YAML between quotes escaped.
    assert '"createdAt"' in found
    assert '\\"createdAt\\"' in quoted


async def test_columns_of_another_cube_and_schema(shop: Work) -> None:
    shop.write("orders.yml", ORDERS)
    found = await offered(shop, "{accounts}.id", "{accounts}.|")
    assert set(found) == {"id", '\\"Name\\"'}


async def test_a_cube_that_is_only_typed(shop: Work) -> None:
    shop.write("orders.yml", ORDERS)
    new = "\n  - name: people\n    sql_table: users\n    dimensions:\n      - name: city\n        sql: {CUBE}.|\n  - name: accounts"
    assert set(await offered(shop, "\n  - name: accounts", new)) == {"id", "name", "city"}


async def test_tables(shop: Work) -> None:
    shop.write("orders.yml", ORDERS)
    found = await offered(shop, "sql_table: orders", "sql_table: |")
    assert {"orders", "users", "crm.accounts"} <= set(found)
    assert found["users"][0] == "table"


async def test_where_the_database_does_not_answer_nothing_fails(shop: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.write("orders.yml", ORDERS)
    asked = []

    async def refused(source: Any) -> None:
        asked.append(source)
        raise SourceError("gone")

    async def silent(source: Any) -> None:
        asked.append(source)
        await asyncio.sleep(60)

    monkeypatch.setattr(open_project, "PATIENCE", 0.05)
    for answer in (refused, silent):
        monkeypatch.setattr(open_project, "read_catalog", answer)
        monkeypatch.setattr(open_project, "FRESH", 60.0)
        # What the model reads already is offered still.
        assert set(await offered(shop, "sql: id", "sql: {CUBE}.|")) == {"id"}
        assert set(await offered(shop, "sql: id", "sql: {CUBE}.i|")) == {"id"}
        shop.project._known.clear()
    # With each letter it is not asked again.
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("list_of", "names"),
    [
        ("measures", {"count measure", "sum measure", "distinct measure", "ratio measure", "filtered measure"}),
        ("dimensions", {"key dimension", "text dimension", "time dimension"}),
        ("joins", {"join to one"}),
        ("segments", {"segment"}),
    ],
)
async def test_whole_parts_are_offered_and_compile(work: Work, list_of: str, names: set[str]) -> None:
    key = "    dimensions:\n      - {name: id, sql: id, type: number, primary_key: true}\n"
    # What the places of the patterns name.
    base = f"cubes:\n  - name: base\n    sql_table: base\n{key}    measures: [{{name: part, type: count}}, {{name: whole, type: count}}]\n"
    other = f"  - name: other\n    sql_table: other\n{key}"
    begun = f"{base}{other}  - name: child\n    extends: base\n    {list_of}:\n      - "
    line = begun.count("\n") + 1
    found = await at_place(work.project, PlaceRequest("orders.yml", begun, line, 9))
    offered = {one.text: one for one in found.completions or ()}
    assert names <= set(offered)
    assert "name" in offered
    for name in names:
        # As an editor writes it: each line below the first, and each place as it is.
        written = (offered[name].pattern or "").replace("\n", "\n      ")
        text = begun + re.sub(r"\$\{\d:(\w+)\}", r"\1", written) + "\n"
        checked = await check(work.project, CheckRequest("orders.yml", text))
        assert checked.compiles, (name, text, checked.findings)
    # In an item that has keys already there is no room for another.
    within = f"{begun}name: a\n        "
    found = await at_place(work.project, PlaceRequest("orders.yml", within, line + 1, 9))
    assert not names & {one.text for one in found.completions or ()}
