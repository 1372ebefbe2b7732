"""Files of a model that somebody works at: read, written, checked, completed, explained; and what they come to."""

from typing import Any

import pytest

from kubus.authoring.backups import BackupRequest, backup, backups
from kubus.authoring.browse import browse
from kubus.authoring.files import AcceptRequest, Deletion, FileEdit, Renaming, accept, delete, files, rename, write
from kubus.authoring.findings import CheckRequest, check
from kubus.authoring.formatted import FormatRequest, formatted
from kubus.authoring.graph import graph
from kubus.authoring.places import AtPlace, PlaceRequest, at_place
from kubus.errors import ChangedMeanwhile, NotSaved, QueryError
from tests.authoring.conftest import Work

ORDERS = """\
cubes:
  - name: orders
    sql_table: orders
    description: What was sold
    joins:
      - name: users
        relationship: many_to_one
        sql: "{CUBE}.user_id = {users.id}"
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - name: status
        sql: status
        type: string
        description: How far it is
      - {name: secret, sql: secret, type: string, public: false}
    measures:
      - {name: count, type: count}
      - name: total
        sql: amount
        type: sum
        format: currency
    hierarchies:
      - {name: place, levels: [users.city, status]}
"""
USERS = """\
cubes:
  - name: users
    sql_table: users
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: city, sql: city, type: string}
    access_policy:
      - group: "*"
"""
VIEW = """\
views:
  - name: sales
    public: false
    cubes:
      - join_path: orders
        includes: [count, status]
      - join_path: orders.users
        includes: [city]
    folders:
      - name: Where
        includes: [city]
"""
TEMPLATE = """\
cubes:
  - name: made
    sql_table: made
    measures:
      {%- for name in ["one", "two"] %}
      - {name: {{ name }}, type: count}
      {%- endfor %}
"""


@pytest.fixture
def shop(work: Work) -> Work:
    work.write("orders.yml", ORDERS)
    work.write("cubes/users.yml", USERS)
    work.write("views/sales.yml", VIEW)
    return work


async def test_files_are_listed(shop: Work) -> None:
    shop.write("made.yml", TEMPLATE)
    shop.write("money.py", "X = 1\n")
    shop.write("tests/sales.test.yml", "tests: []\n")
    (shop.folder / "model" / "linked.yml").symlink_to("/etc/hostname")
    found = await files(shop.project)
    assert [(one.file_name, one.kind) for one in found.files] == [
        ("cubes/users.yml", "yaml"), ("linked.yml", "yaml"), ("made.yml", "template"), ("money.py", "python"),
        ("orders.yml", "yaml"), ("views/sales.yml", "yaml"),
    ]  # fmt: skip
    by_name = {one.file_name: one for one in found.files}
    assert by_name["orders.yml"].content == ORDERS
    assert by_name["orders.yml"].abs_path == str(shop.folder / "model" / "orders.yml")
    # What a link leads to is nobody's business here.
    assert (by_name["linked.yml"].content, by_name["linked.yml"].base) == ("", None)
    assert "link" in (by_name["linked.yml"].why_not or "")


async def test_a_file_is_written_and_the_server_answers_by_it(shop: Work) -> None:
    (base,) = (one.base for one in (await files(shop.project)).files if one.file_name == "orders.yml")
    text = ORDERS.replace("name: total", "name: revenue")
    done = await write(shop.project, FileEdit("orders.yml", text, base))
    assert (done.compiles, done.files[0].content) == (True, text)
    assert "revenue" in shop.layer.model.cubes["orders"].measures
    # By an older version than that nobody writes.
    with pytest.raises(ChangedMeanwhile):
        await write(shop.project, FileEdit("orders.yml", ORDERS, base))
    assert shop.texts()["orders.yml"] == text


async def test_a_wrong_text_is_saved_and_the_last_right_model_answers(shop: Work) -> None:
    shop.layer.reload()
    (base,) = (one.base for one in (await files(shop.project)).files if one.file_name == "orders.yml")
    done = await write(shop.project, FileEdit("orders.yml", ORDERS.replace("type: sum", "type: sun"), base))
    assert not done.compiles
    (finding,) = (one for one in done.findings if one.level == "error")
    assert (finding.file_name, finding.line) == ("orders.yml", 20)
    assert "total" in shop.layer.model.cubes["orders"].measures
    assert shop.layer.model_error is not None
    seen = await browse(shop.project)
    # This project was not looked at while it was right.
    assert seen["isStale"]
    # Mended, it answers again.
    (base,) = (one.base for one in (await files(shop.project)).files if one.file_name == "orders.yml")
    assert (await write(shop.project, FileEdit("orders.yml", ORDERS, base))).compiles
    assert not (await browse(shop.project))["isStale"]


async def test_what_may_not_be_written(shop: Work) -> None:
    before = shop.texts()
    for path in ("../kubus.py", "/etc/cron.d/x.yml", ".env", "a/../../x.yml", "notes.txt"):
        with pytest.raises(NotSaved):
            await write(shop.project, FileEdit(path, "x"))
    with pytest.raises(NotSaved):
        await accept(shop.project, AcceptRequest([FileEdit("new.yml", "cubes: []\n"), FileEdit("../x.yml", "x")]))
    with pytest.raises(QueryError):
        await accept(shop.project, AcceptRequest([]))
    assert shop.texts() == before


async def test_a_text_is_checked_without_being_saved(shop: Work) -> None:
    assert (await check(shop.project, CheckRequest())).findings == []
    wrong = ORDERS.replace("{users.id}", "{users.nobody}")
    found = await check(shop.project, CheckRequest("orders.yml", wrong))
    assert not found.compiles
    (finding,) = found.findings
    assert (finding.level, finding.file_name, finding.line) == ("error", "orders.yml", 8)
    assert shop.texts()["orders.yml"] == ORDERS
    # What was typed is not what is saved.
    assert (await check(shop.project, CheckRequest())).compiles
    warned = await check(shop.project, CheckRequest("orders.yml", ORDERS.replace("sql: amount", "sql: avg_amount")))
    assert [(one.level, one.rule) for one in warned.findings] == [("warning", "not-additive")]
    with pytest.raises(QueryError, match="fileName"):
        await check(shop.project, CheckRequest(None, "x"))


async def test_what_is_typed_is_checked_again_when_its_file_changes_below(shop: Work) -> None:
    wrong = ORDERS.replace("type: sum", "type: sun")
    assert not (await check(shop.project, CheckRequest("orders.yml", wrong))).compiles
    # Somebody else saves the file: the text in the editor is the same, and as wrong as before.
    shop.write("orders.yml", ORDERS + "# of somebody else\n")
    found = await check(shop.project, CheckRequest("orders.yml", wrong))
    assert [(one.level, one.line) for one in found.findings] == [("error", 20)]


async def test_python_is_not_run_while_it_is_typed(shop: Work) -> None:
    canary = shop.folder / "ran"
    text = (
        f"from kubus.define import Cube\nopen({str(canary)!r}, 'w').close()\nnew = Cube(name='new', sql_table='new')\n"
    )
    assert (await check(shop.project, CheckRequest("new.py", text))).findings == []
    assert not canary.exists()
    found = await check(shop.project, CheckRequest("new.py", text + "def ("))
    assert [(one.file_name, one.line, one.message) for one in found.findings] == [
        ("new.py", 4, "SyntaxError: invalid syntax")
    ]
    # Saved, it is part of the model.
    await write(shop.project, FileEdit("new.py", text))
    assert canary.exists()


async def at(shop: Work, want: Any, file: str, marked: str, before: str = "") -> AtPlace:
    """What is there at the mark `|`. `before` stands in the file where the marked text will."""
    text = shop.texts()[file]
    plain = marked.replace("|", "")
    text = text.replace(before or plain, plain)
    assert plain in text
    offset = text.index(plain) + marked.index("|")
    line, column = text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
    return await at_place(shop.project, PlaceRequest(file, text, line, column, want))


async def test_completion_of_references_inside_sql(shop: Work) -> None:
    await check(shop.project, CheckRequest())
    found = await at(shop, "completions", "orders.yml", "{users.|", "{users.id}")
    assert {one.text for one in found.completions or ()} >= {"id", "city"}
    found = await at(shop, "completions", "orders.yml", "sql: {CUBE.|", "sql: amount")
    names = {one.text: one.kind for one in found.completions or ()}
    # An open brace makes the file no YAML: what it declared before it was typed is known still.
    assert (names["status"], names["count"]) == ("dimension", "measure")
    found = await at(shop, "completions", "orders.yml", "relationship: |", "relationship: many_to_one")
    assert "one_to_one" in {one.text for one in found.completions or ()}
    found = await at(shop, "completions", "views/sales.yml", "includes: [|]", "includes: [count, status]")
    assert {"count", "status"} <= {one.text for one in found.completions or ()}


async def test_completion_in_a_file_that_is_new_since(shop: Work) -> None:
    await at(shop, "completions", "orders.yml", "{users.|", "{users.id}")
    shop.write("later.yml", ORDERS.replace("orders", "later"))
    # It was never seen right by who completes: it is not YAML as it is typed.
    found = await at(shop, "completions", "later.yml", "sql: {st|", "sql: amount")
    assert "status" in {one.text for one in found.completions or ()}


async def test_hover_and_definition(shop: Work) -> None:
    found = await at(shop, "hover", "orders.yml", "{users.i|d}")
    assert "**users.id**: dimension, number, primary key" in (found.hover or "")
    assert found.span is not None
    assert (found.span.line, found.span.column, found.span.end_column) == (8, 39, 41)
    found = await at(shop, "hover", "orders.yml", "relation|ship:")
    assert "**relationship**" in (found.hover or "")
    found = await at(shop, "definition", "orders.yml", "{users.i|d}")
    (place,) = found.definitions or ()
    assert (place.file_name, place.line) == ("cubes/users.yml", 5)
    found = await at(shop, "definition", "orders.yml", "sql_table: ord|ers")
    assert found.definitions == []


async def test_everything_of_the_model_is_seen(shop: Work) -> None:
    shop.write("made.yml", TEMPLATE)
    seen = await browse(shop.project)
    by_name = {one["name"]: one for one in seen["cubes"]}
    assert (seen["version"], seen["isStale"]) == ((await graph(shop.project)).version, False)
    orders = by_name["orders"]
    assert (orders["fileName"], orders["line"], orders["sql"], orders["policies"]) == ("orders.yml", 2, "orders", 0)
    assert by_name["users"]["policies"] == 1
    # Members that no client sees are there for who works at the model.
    assert {one["name"]: (one["sql"], one["line"]) for one in orders["dimensions"]} == {
        "orders.id": ("id", 10), "orders.status": ("status", 11), "orders.secret": ("secret", 15),
    }  # fmt: skip
    assert orders["hierarchies"][0]["levels"] == ["users.city", "orders.status"]
    sales = by_name["sales"]
    assert (sales["type"], sales["fileName"], sales["line"]) == ("view", "views/sales.yml", 2)
    (city,) = (one for one in sales["dimensions"] if one["name"] == "sales.city")
    # Of what a view shows, the place of what it stands for.
    assert (city["aliasMember"], city["fileName"], city["line"]) == ("users.city", "cubes/users.yml", 6)
    # Of what a template makes, the line that made it.
    assert [(one["name"], one["line"]) for one in by_name["made"]["measures"]] == [("made.one", 6), ("made.two", 6)]


async def test_the_join_graph(shop: Work) -> None:
    found = await graph(shop.project)
    assert [(one.name, one.has_key, one.file_name, one.line) for one in found.cubes] == [
        ("users", True, "cubes/users.yml", 2), ("orders", True, "orders.yml", 2),
    ]  # fmt: skip
    (join,) = found.joins
    assert (join.source, join.target, join.relationship) == ("orders", "users", "many_to_one")
    assert (join.sql, join.file_name, join.line) == ("{CUBE}.user_id = {users.id}", "orders.yml", 6)
    (view,) = found.views
    assert (view.name, view.public, view.paths) == ("sales", False, [["orders"], ["orders", "users"]])


async def test_without_a_model_there_is_nothing(work: Work) -> None:
    assert (await files(work.project)).files == []
    assert (await graph(work.project)).cubes == []
    assert (await browse(work.project))["cubes"] == []
    work.write("wrong.yml", "cubes: 7")
    assert (await browse(work.project))["version"] is not None or (await browse(work.project))["isStale"]


async def base_of(shop: Work, name: str) -> str:
    (base,) = (one.base for one in (await files(shop.project)).files if one.file_name == name)
    assert base is not None
    return base


async def test_what_a_deletion_breaks_is_told_before(shop: Work) -> None:
    before = shop.texts()
    found = await check(shop.project, CheckRequest(without=["cubes/users.yml"]))
    assert not found.compiles
    assert ("orders.yml", 6) in {(one.file_name, one.line) for one in found.findings}
    assert (await check(shop.project, CheckRequest(without=["views/sales.yml"]))).compiles
    # It was a look: all is as it was, for who reads and for who writes.
    assert shop.texts() == before
    assert (await check(shop.project, CheckRequest())).compiles
    assert (await check(shop.project, CheckRequest("orders.yml", ORDERS + "# more"))).compiles


async def test_a_file_is_deleted_and_written_back(shop: Work) -> None:
    shop.layer.reload()
    base = await base_of(shop, "cubes/users.yml")
    with pytest.raises(ChangedMeanwhile):
        await delete(shop.project, Deletion("cubes/users.yml", "another"))
    done = await delete(shop.project, Deletion("cubes/users.yml", base))
    assert (done.files, done.compiles) == ([], False)
    assert "cubes/users.yml" not in shop.texts()
    assert shop.layer.model_error is not None
    (kept,) = (await backups(shop.project)).backups
    assert kept.file_name == "cubes/users.yml"
    found = await backup(shop.project, BackupRequest(kept.file_name, kept.name))
    assert found.content == USERS
    done = await write(shop.project, FileEdit("cubes/users.yml", found.content, None))
    assert done.compiles
    with pytest.raises(QueryError, match="no backup"):
        await backup(shop.project, BackupRequest("cubes/users.yml", "20200101T000000.000000Z"))


async def test_a_file_is_renamed(shop: Work) -> None:
    base = await base_of(shop, "cubes/users.yml")
    with pytest.raises(NotSaved, match="already"):
        await rename(shop.project, Renaming("cubes/users.yml", "orders.yml", base))
    with pytest.raises(ChangedMeanwhile):
        await rename(shop.project, Renaming("cubes/users.yml", "people.yml", "another"))
    with pytest.raises(NotSaved):
        await rename(shop.project, Renaming("cubes/users.yml", "../users.yml", base))
    assert shop.texts()["cubes/users.yml"] == USERS
    done = await rename(shop.project, Renaming("cubes/users.yml", "people/users.yml", base))
    assert (done.compiles, [one.file_name for one in done.files]) == (True, ["people/users.yml"])
    texts = shop.texts()
    assert "cubes/users.yml" not in texts
    assert texts["people/users.yml"] == USERS


async def test_a_text_is_laid_out(shop: Work) -> None:
    untidy = "cubes:\n- name:   a   # why\n  sql_table: a\n"
    done = await formatted(shop.project, FormatRequest("a.yml", untidy))
    assert done.content == "cubes:\n  - name: a   # why\n    sql_table: a\n"
    for name, text, words in (
        ("a.py", "X=1", "no YAML"),
        ("a.yml", TEMPLATE, "template"),
        ("a.yml", "a: [", "no YAML"),
    ):
        with pytest.raises(QueryError, match=words):
            await formatted(shop.project, FormatRequest(name, text))


async def test_a_file_that_nobody_can_read_says_why(shop: Work) -> None:
    (shop.folder / "model" / "latin.yml").write_bytes(b"# caf\xe9\n")
    (shop.folder / "model" / "big.yml").write_bytes(b"#" * 10_000_000)
    by_name = {one.file_name: one for one in (await files(shop.project)).files}
    assert "UTF-8" in (by_name["latin.yml"].why_not or "")
    assert "longer than" in (by_name["big.yml"].why_not or "")
    assert by_name["orders.yml"].content == ORDERS
    found = await check(shop.project, CheckRequest())
    assert [(one.level, one.file_name, "UTF-8" in one.message) for one in found.findings] == [
        ("error", "latin.yml", True)
    ]
    # The others are written all the same, and the server says what is wrong.
    done = await write(shop.project, FileEdit("orders.yml", ORDERS + "# more\n", await base_of(shop, "orders.yml")))
    assert not done.compiles
    assert shop.layer.model_error is not None
    assert "latin.yml" in str(shop.layer.model_error.problems[0])
    assert (await check(shop.project, CheckRequest(without=["latin.yml"]))).compiles
    (shop.folder / "model" / "latin.yml").unlink()
    assert (await check(shop.project, CheckRequest())).compiles
