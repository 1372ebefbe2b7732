"""The language server, driven by a real client over its standard input and output."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import duckdb
import pytest
import pytest_asyncio
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.client import LanguageClient

from kubus.loading.load import load_files
from tests.engines.server import clean_environment
from tests.mistakes.model import FILES

pytestmark = pytest.mark.asyncio(loop_scope="module")

OF_A_TABLE = """\
cubes:
  - name: orders
    sql_table: orders
    dimensions:
      - name: id
        sql: "{CUBE}.id"
        type: number
    measures:
      - {name: count, type: count}
"""


class Editor(LanguageClient):
    """An editor with the project in `folder` open; `told` has what it was last told of each file."""

    def __init__(self, folder: Path) -> None:
        super().__init__("editor", "1")
        self.folder = folder
        self.told: dict[str, list[types.Diagnostic]] = {}
        self.news = asyncio.Event()
        self.texts = dict(FILES)
        self.version = 1

        @self.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def _(params: types.PublishDiagnosticsParams) -> None:
            self.told[params.uri.rpartition("/")[2]] = list(params.diagnostics)
            self.news.set()

    def uri(self, file: str) -> str:
        return (self.folder / "model" / file).as_uri()

    def at(self, file: str, marked: str) -> dict:
        """A place of a file: `|` in a piece of its text."""
        before, _, after = marked.partition("|")
        offset = self.texts[file].index(before + after) + len(before)
        line = self.texts[file].count("\n", 0, offset)
        column = offset - (self.texts[file].rfind("\n", 0, offset) + 1)
        return {"text_document": types.TextDocumentIdentifier(self.uri(file)), "position": types.Position(line, column)}

    async def type(self, file: str, before: str, after: str) -> None:
        """Replace a piece of text, as an editor does while somebody types; nothing is saved."""
        offset = self.texts[file].index(before)
        line = self.texts[file].count("\n", 0, offset)
        start = types.Position(line, offset - (self.texts[file].rfind("\n", 0, offset) + 1))
        rows = before.split("\n")
        end = types.Position(line + len(rows) - 1, len(rows[-1]) + (start.character if len(rows) == 1 else 0))
        self.texts[file] = self.texts[file].replace(before, after, 1)
        self.version += 1
        self.news.clear()
        self.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(self.version, self.uri(file)),
                [types.TextDocumentContentChangePartial(types.Range(start, end), after)],
            )
        )

    async def hears(self) -> None:
        await asyncio.wait_for(self.news.wait(), 30)

    async def offered(self, file: str, before: str, after: str, marked: str) -> list[str]:
        """What is offered after typing."""
        await self.type(file, before, after)
        found = await self.text_document_completion_async(types.CompletionParams(**self.at(file, marked)))
        return [one.label for one in found.items]

    def quoted(self, place: types.Location) -> tuple[str, str]:
        file = place.uri.rpartition("/")[2]
        row = self.texts[file].splitlines()[place.range.start.line]
        return file, row[place.range.start.character : place.range.end.character]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def started(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Editor]:
    """An editor whose server runs."""
    folder = tmp_path_factory.mktemp("editor") / "my shop"
    (folder / "model").mkdir(parents=True)
    for name, text in FILES.items():
        (folder / "model" / name).write_text(text)
    client = Editor(folder)
    await client.start_io(sys.executable, "-P", "-m", "kubus", "lsp", cwd=folder, env=clean_environment())
    await client.initialize_async(
        types.InitializeParams(
            capabilities=types.ClientCapabilities(), root_uri=folder.as_uri(),
            workspace_folders=[types.WorkspaceFolder(folder.as_uri(), "shop")],
        )
    )  # fmt: skip
    client.initialized(types.InitializedParams())
    yield client
    await client.shutdown_async(None)
    client.exit(None)
    await client.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def editor(started: Editor) -> AsyncIterator[Editor]:
    """The editor, with the files as they are saved."""
    started.texts = dict(FILES)
    for name, text in FILES.items():
        started.text_document_did_open(
            types.DidOpenTextDocumentParams(types.TextDocumentItem(started.uri(name), "yaml", 1, text))
        )
    yield started
    for name in FILES:
        closed = types.TextDocumentIdentifier(started.uri(name))
        started.text_document_did_close(types.DidCloseTextDocumentParams(closed))


async def test_errors_come_while_one_types_and_go_again(editor: Editor) -> None:
    await editor.type("orders.yml", "type: time", "type: tim")
    await editor.hears()
    (error,) = editor.told["orders.yml"]
    row = editor.texts["orders.yml"].splitlines()[error.range.start.line]
    assert row[error.range.start.character : error.range.end.character] == "tim"
    assert (error.severity, error.source) == (types.DiagnosticSeverity.Error, "kubus")
    assert "must be one of" in error.message
    assert "'time'" in error.message
    await editor.type("orders.yml", "type: tim\n", "type: time\n")
    await editor.hears()
    assert editor.told["orders.yml"] == []
    await editor.type("others.yml", 'sql: "{price}"\n        type: sum', "sql: avg_price\n        type: sum")
    await editor.hears()
    assert [(one.code, one.severity) for one in editor.told["others.yml"]] == [
        ("not-additive", types.DiagnosticSeverity.Warning)
    ]


async def test_what_is_completed(editor: Editor) -> None:
    assert {"amount", "status", "users"} <= set(
        await editor.offered("orders.yml", "NULLIF({amount}, 0)", "NULLIF({", "NULLIF({|")
    )
    await editor.type("orders.yml", "NULLIF({", "NULLIF({amount}, 0)")
    offered = await editor.offered("orders.yml", "{users.id}", "{users.", "{users.|")
    assert {"id", "city", "count"} <= set(offered)
    assert "amount" not in offered
    await editor.type("orders.yml", "= {users.", "= {users.id}")
    assert {"city", "id"} <= set(await editor.offered("orders.yml", "{users.city}", "{users}.", "{users}.|"))
    await editor.type("orders.yml", "{users}.", "{users.city}")
    assert "amount" in await editor.offered("orders.yml", "{CUBE}.status", "{CUBE}.", 'sql: "{CUBE}.|')
    await editor.type("orders.yml", "{CUBE}. =", "{CUBE}.status =")
    assert {"status", "created_at"} <= set(
        await editor.offered("orders.yml", "levels: [city, status]", "levels: [city, ", "levels: [city, |")
    )
    await editor.type("orders.yml", "levels: [city, ", "levels: [city, status]")
    assert {"share", "city"} <= set(
        await editor.offered("views.yml", "includes: [status, amount, count", "includes: [", "includes: [|")
    ) | {"city"}
    await editor.type("views.yml", "includes: [,", "includes: [status,") if "includes: [," in editor.texts[
        "views.yml"
    ] else None


async def test_keys_and_words_are_completed(editor: Editor) -> None:
    keys = await editor.offered(
        "orders.yml", "      - name: city\n", "      - name: city\n        \n", "- name: city\n        |"
    )
    assert {"type", "sql", "primary_key", "format", "links"} <= set(keys)
    assert not {"name", "filters", "relationship"} & set(keys)
    await editor.type("orders.yml", "- name: city\n        \n", "- name: city\n")
    assert {"sum", "count_distinct"} <= set(
        await editor.offered(
            "orders.yml", "type: sum\n        format", "type: \n        format", "type: |\n        format"
        )
    )
    await editor.type("orders.yml", "type: \n        format", "type: sum\n        format")
    words = await editor.offered("orders.yml", "relationship: many_to_one", "relationship: ", "relationship: |")
    assert {"many_to_one", "one_to_many", "one_to_one"} <= set(words)


async def test_definition_and_references(editor: Editor) -> None:
    for file, marked, there in (
        ("orders.yml", "{users.ci|ty}", ("others.yml", "city")),
        ("orders.yml", "= {use|rs.id}", ("others.yml", "users")),
        ("orders.yml", "drill_members: [id, st|atus", ("orders.yml", "status")),
        ("orders.yml", '- sql: "{do|ne}"', ("orders.yml", "done")),
        ("views.yml", "join_path: orders.us|ers", ("others.yml", "users")),
        ("views.yml", "includes: [amount, sha|re]", ("orders.yml", "share")),
        ("others.yml", "FILTER_PARAMS.items.pri|ce", ("others.yml", "price")),
        ("others.yml", "extends: ord|ers", ("orders.yml", "orders")),
    ):
        found = await editor.text_document_definition_async(types.DefinitionParams(**editor.at(file, marked)))
        assert [editor.quoted(one) for one in found] == [there], marked
    found = await editor.text_document_references_async(
        types.ReferenceParams(
            context=types.ReferenceContext(include_declaration=True), **editor.at("orders.yml", "- name: sta|tus")
        )
    )
    places = [editor.quoted(one) for one in found]
    assert {text for _, text in places} == {"status"}
    # Its own name, a drill, a grain, a level, a rollup with its index, a policy twice; a view's member and default filter.
    assert [file for file, _ in places].count("orders.yml") == 8
    assert [file for file, _ in places].count("views.yml") == 2


async def test_hover_says_type_and_sql(editor: Editor) -> None:
    found = await editor.text_document_hover_async(types.HoverParams(**editor.at("orders.yml", "NULLIF({amo|unt}")))
    assert "**orders.amount**: measure, sum" in found.contents.value
    assert "```sql\namount\n```" in found.contents.value
    key = await editor.text_document_hover_async(types.HoverParams(**editor.at("orders.yml", "rolling_win|dow:")))
    assert "span of time" in key.contents.value


async def renamed(editor: Editor, file: str, marked: str, name: str) -> dict[str, str]:
    """The texts of all files after renaming."""
    edit = await editor.text_document_rename_async(types.RenameParams(new_name=name, **editor.at(file, marked)))
    texts = dict(editor.texts)
    for uri, edits in edit.changes.items():
        there = uri.rpartition("/")[2]
        rows = texts[there].split("\n")
        for one in sorted(edits, key=lambda e: (e.range.start.line, e.range.start.character), reverse=True):
            row = rows[one.range.start.line]
            rows[one.range.start.line] = (
                row[: one.range.start.character] + one.new_text + row[one.range.end.character :]
            )
        texts[there] = "\n".join(rows)
    return texts


def paths(texts: dict[str, str]) -> set[str]:
    """The members of a model by their paths; without the addresses that links make."""
    model = load_files(texts, {"default": "duckdb"})
    holders = [
        (holder, {**holder.dimensions, **holder.measures, **holder.segments}) for holder in model.holders.values()
    ]
    return {
        f"{h.name}.{name}"
        for h, members in holders
        for name, one in members.items()
        if not getattr(one, "synthetic", False)
    }


@pytest.mark.parametrize(
    ("file", "marked", "name", "changed"),
    [
        ("orders.yml", "- name: sta|tus", "state", {"orders.status", "big_orders.status", "sales.status"}),
        ("orders.yml", "- name: amo|unt", "turnover", {"orders.amount", "big_orders.amount", "sales.amount"}),
        ("others.yml", "- name: ci|ty", "town", {"users.city", "sales.users_city"}),
        ("others.yml", "- name: order|_id", "of_order", {"items.order_id"}),
        ("others.yml", "- name: it|ems", "lines", {"items.id", "items.order_id", "items.price", "items.total"}),
    ],
)
async def test_rename_changes_what_it_is_about_and_nothing_else(
    editor: Editor, file: str, marked: str, name: str, changed: set[str]
) -> None:
    old = re.sub(r".*: |\|", "", marked)
    before = paths(editor.texts)
    after = paths(await renamed(editor, file, marked, name))
    assert before - after == changed
    assert after - before == {re.sub(rf"\b{old}\b|(?<=_){old}$", name, path) for path in changed}


@pytest.mark.parametrize(
    ("file", "marked", "name", "said"),
    [
        ("orders.yml", "- name: amo|unt", "count", "already"),
        ("orders.yml", "- name: amo|unt", "a b", "is no name"),
        ("others.yml", "- name: us|ers", "people", "as a prefix"),
        ("others.yml", "name: id|\n", "net", "template"),
        ("orders.yml", "sql_ta|ble", "x", "no name of the model"),
    ],
)  # fmt: skip
async def test_a_rename_that_would_leave_something_behind_is_refused(
    editor: Editor, file: str, marked: str, name: str, said: str
) -> None:
    with pytest.raises(JsonRpcException, match=said):
        await renamed(editor, file, marked, name)


async def test_columns_count_as_the_editor_counts(editor: Editor) -> None:
    """Editors count in UTF-16: a sign outside of the first 65,536 is two."""
    await editor.type("orders.yml", 'sql: "1.0 * {done_amount}', 'sql: "1.0 /* 💶 */ * {done_amount}')
    place = editor.at("orders.yml", "{done_am|ount} /")
    place["position"].character += 1
    (found,) = await editor.text_document_definition_async(types.DefinitionParams(**place))
    assert editor.quoted(found) == ("orders.yml", "done_amount")


async def test_a_file_that_is_closed_counts_as_it_is_saved(editor: Editor) -> None:
    await editor.type("orders.yml", "type: time", "type: tim")
    await editor.hears()
    assert len(editor.told["orders.yml"]) == 1
    editor.news.clear()
    editor.text_document_did_close(
        types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(editor.uri("orders.yml")))
    )
    await editor.hears()
    assert editor.told["orders.yml"] == []


async def test_with_tables_columns_are_those_of_the_database(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as connection:
        connection.execute("CREATE TABLE orders (id INTEGER, city VARCHAR)")
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "orders.yml").write_text(OF_A_TABLE)
    settings = {"CUBEJS_DB_TYPE": "duckdb", "CUBEJS_DB_DUCKDB_DATABASE_PATH": "shop.duckdb"}
    told = {**clean_environment(), **settings}
    for arguments, wanted in ((("--tables",), {"id", "city"}), ((), {"id"})):
        client = LanguageClient("editor", "1")
        await client.start_io(sys.executable, "-P", "-m", "kubus", "lsp", *arguments, cwd=tmp_path, env=told)
        item = types.ClientCompletionItemOptions(snippet_support=True)
        known = types.TextDocumentClientCapabilities(
            completion=types.CompletionClientCapabilities(completion_item=item)
        )
        await client.initialize_async(
            types.InitializeParams(
                capabilities=types.ClientCapabilities(text_document=known), root_uri=tmp_path.as_uri()
            )
        )
        client.initialized(types.InitializedParams())
        uri = (tmp_path / "model" / "orders.yml").as_uri()
        client.text_document_did_open(
            types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, "yaml", 1, OF_A_TABLE))
        )

        async def offered(line: int, column: int, uri: str = uri, client: LanguageClient = client) -> list:
            place = types.CompletionParams(types.TextDocumentIdentifier(uri), types.Position(line, column))
            return (await client.text_document_completion_async(place)).items

        async with asyncio.timeout(30):
            while {one.label for one in await offered(5, 21)} != wanted:  # noqa: ASYNC110 - another process has no event for us
                await asyncio.sleep(0.05)
        # An editor that knows patterns gets them as such.
        (count,) = [one for one in await offered(8, 8) if one.label == "count measure"]
        assert (count.insert_text_format, count.insert_text) == (
            types.InsertTextFormat.Snippet,
            "name: ${1:count}\n  type: count",
        )
        await client.shutdown_async(None)
        client.exit(None)
        await client.stop()
    # The file is free: nothing keeps it open.
    duckdb.connect(str(tmp_path / "shop.duckdb")).close()
