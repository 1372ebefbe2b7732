"""From tables to cubes: what is listed, proposed and accepted, on DuckDB and PostgreSQL."""

import pytest

from kubus.authoring.connection import ConnectionRequest, connection
from kubus.authoring.files import AcceptRequest, FileEdit, accept
from kubus.authoring.proposed import ProposalReply, ProposalRequest, proposed
from kubus.authoring.tables import tables
from kubus.errors import ChangedMeanwhile, QueryError, SourceError
from tests.authoring.conftest import Work

USERS = """\
cubes:
  - name: people
    sql_table: users
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: name, sql: name, type: string}
"""


def here(shop: Work) -> str:
    """The schema whose tables need no schema before their name."""
    return "main" if shop.project.settings.sources["default"].db_type == "duckdb" else "public"


async def asked(shop: Work, *names: str, leave_out: tuple[str, ...] = (), is_open: bool = False) -> ProposalReply:
    wanted: list[tuple[str, str] | str] = [(here(shop), name) for name in names]
    return await proposed(shop.project, ProposalRequest(wanted, leave_out=list(leave_out), is_open=is_open))


async def accepted(shop: Work, reply: ProposalReply) -> dict[str, object] | None:
    files = [FileEdit(one.file_name, one.after, one.base) for one in reply.files]
    done = await accept(shop.project, AcceptRequest(files))
    assert [one.message for one in done.findings if one.level == "error"] == []
    return None if done.first_query is None else {"chart": done.first_query.chart, **done.first_query.query}


def parts(reply: ProposalReply, cube: str) -> dict[str, str]:
    (found,) = (one for one in reply.cubes if one.name == cube)
    return {part.id.removeprefix(f"{cube}."): part.type for part in found.parts if not part.is_left_out}


async def test_tables_are_listed_with_the_cubes_that_are_on_them(shop: Work) -> None:
    shop.write("people.yml", USERS)
    found = await tables(shop.project)
    assert (found.data_source, found.schema) == ("default", here(shop))
    named = {(one.schema, one.name): one for one in found.tables}
    assert set(named) == {(here(shop), "users"), (here(shop), "orders"), ("crm", "accounts")}
    users, orders = named[here(shop), "users"], named[here(shop), "orders"]
    assert [(one.name, one.kind, one.is_key) for one in users.columns] == [
        ("id", "number", True), ("name", "string", False), ("city", "string", False),
    ]  # fmt: skip
    assert (users.cube, orders.cube, orders.comment) == ("people", None, "What was sold")
    assert orders.leads_to == [f"{here(shop)}.users"]
    assert found.tables_schema["crm"]["accounts"][1].name == "Name"
    with pytest.raises(QueryError, match="no data source 'other'"):
        await tables(shop.project, "other")


async def test_what_is_found_is_told_with_its_reason(shop: Work) -> None:
    reply = await asked(shop, "users", "orders")
    assert {(one.file_name, one.before, one.base) for one in reply.files} == {
        ("cubes/users.yml", None, None), ("cubes/orders.yml", None, None),
    }  # fmt: skip
    orders = next(one for one in reply.cubes if one.name == "orders")
    assert (orders.key, orders.is_new) == (["id"], True)
    assert "different in each" in orders.key_why
    assert next(one for one in reply.cubes if one.name == "users").key_why == "a constraint says so"
    assert parts(reply, "orders") == {
        "joins.users": "many_to_one", "dimensions.id": "number", "dimensions.seller_id": "number",
        "dimensions.status": "string",
        "dimensions.zip": "number", "dimensions.created_at": "time", "measures.count": "count",
        "measures.total_amount": "sum", "measures.average_amount": "avg", "measures.average_price": "avg",
    }  # fmt: skip
    why = {part.id: part.why for part in orders.parts}
    # `user_id` is shorter than `seller_id`: its name says it, and no constraint.
    assert "user_id leads to" in why["orders.joins.users"]
    assert "its rows confirm it" in why["orders.joins.users"]
    assert "no sum" in why["orders.measures.average_price"]
    assert "nobody adds up" in why["orders.dimensions.zip"]
    assert any("seller_id leads to users too" in remark for remark in orders.remarks)
    assert [one for one in reply.findings if one.level == "error"] == []
    assert reply.files[0].diff.startswith("--- /dev/null\n+++ cubes/")
    # Nothing is written by looking.
    assert shop.texts() == {}


async def test_parts_that_are_left_out(shop: Work) -> None:
    left = ("orders.joins.users", "orders.measures.average_amount")
    reply = await asked(shop, "users", "orders", leave_out=left)
    found = parts(reply, "orders")
    assert "joins.users" not in found
    assert "measures.average_amount" not in found
    # A column that leads nowhere is one to group by.
    assert found["dimensions.user_id"] == "number"
    orders = next(one for one in reply.cubes if one.name == "orders")
    assert {part.id for part in orders.parts if part.is_left_out} == set(left)
    text = next(one.after for one in reply.files if one.file_name == "cubes/orders.yml")
    assert "joins:" not in text
    assert "average_amount" not in text


async def test_accepted_the_server_answers_by_it(shop: Work) -> None:
    first = await accepted(shop, await asked(shop, "users", "orders"))
    assert first == {
        "chart": "line",
        "measures": ["orders.count"],
        "timeDimensions": [{"dimension": "orders.created_at", "granularity": "day"}],
    }
    assert set(shop.layer.model.cubes) == {"orders", "users"}
    # Nobody opened them.
    assert shop.layer.model.cubes["orders"].policies == ()
    again = await asked(shop, "users", "orders")
    assert again.files == []


async def test_a_first_query_without_times(shop: Work) -> None:
    first = await accepted(shop, await asked(shop, "users"))
    assert first == {
        "chart": "bar",
        "measures": ["users.count"],
        "dimensions": ["users.name"],
        "order": {"users.count": "desc"},
        "limit": 10,
    }


async def test_opened_cubes_have_a_policy(shop: Work) -> None:
    await accepted(shop, await asked(shop, "users", is_open=True))
    (policy,) = shop.layer.model.cubes["users"].policies
    assert policy.groups is None
    assert "Everybody whom the server lets in" in shop.texts()["cubes/users.yml"]


async def test_what_people_wrote_stays(shop: Work) -> None:
    shop.write("people.yml", USERS)
    reply = await asked(shop, "users", "orders")
    longer = next(one for one in reply.files if one.file_name == "people.yml")
    assert longer.before == USERS
    assert longer.after.startswith(USERS)
    assert longer.adds == ["people.city"]
    people = next(one for one in reply.cubes if one.name == "people")
    assert (people.is_new, [part.id for part in people.parts if part.is_new]) == (False, ["people.dimensions.city"])
    # Somebody writes to it before it is accepted.
    shop.write("people.yml", USERS + "# of a person\n")
    before = shop.texts()
    with pytest.raises(ChangedMeanwhile):
        await accepted(shop, reply)
    assert shop.texts() == before
    await accepted(shop, await asked(shop, "users", "orders"))
    assert shop.texts()["people.yml"].startswith(USERS + "")
    assert "# of a person" in shop.texts()["people.yml"]
    assert set(shop.layer.model.cubes["people"].dimensions) == {"id", "name", "city"}


async def test_a_wrong_model_is_mended_first(shop: Work) -> None:
    shop.write("wrong.yml", "cubes: [{name: 7}]")
    with pytest.raises(QueryError, match="not right"):
        await asked(shop, "users")


async def test_what_is_not_there(shop: Work) -> None:
    with pytest.raises(QueryError, match="no table"):
        await asked(shop, "ordesr")
    with pytest.raises(QueryError, match="No table is named"):
        await asked(shop)
    with pytest.raises(QueryError, match="no table"):
        # Letter for letter.
        await asked(shop, "Users")


async def test_connections(shop: Work, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert await connection(shop.project, ConnectionRequest()) == "ok"
    with pytest.raises(QueryError, match="no data source"):
        await connection(shop.project, ConnectionRequest("other"))
    with pytest.raises(QueryError, match="CUBEJS_API_SECRET"):
        await connection(shop.project, ConnectionRequest(variables={"CUBEJS_API_SECRET": "x" * 64}))
    nowhere = {
        "CUBEJS_DB_TYPE": "postgres",
        "CUBEJS_DB_HOST": "127.0.0.1",
        "CUBEJS_DB_PORT": "9",
        "CUBEJS_DB_NAME": "x",
    }
    with pytest.raises(SourceError):
        await connection(shop.project, ConnectionRequest(variables=nowhere))
    missing = {"CUBEJS_DB_TYPE": "duckdb", "CUBEJS_DB_DUCKDB_DATABASE_PATH": "not/there.duckdb"}
    with pytest.raises((QueryError, SourceError), match="there"):
        await connection(shop.project, ConnectionRequest(variables=missing))
    folder = tmp_path_factory.mktemp("files")
    (folder / "a.csv").write_text("id\n1\n")
    named = {"CUBEJS_DB_TYPE": "duckdb", "KUBUS_DUCKDB_FOLDER": str(folder)}
    assert await connection(shop.project, ConnectionRequest(variables=named)) == "ok"
