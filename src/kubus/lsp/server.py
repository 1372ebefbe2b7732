"""The language server itself: what editors ask, answered of the open model.

Source: https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/
"""

import asyncio
import contextlib
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path

import kubus
from kubus.checking.lint_table import rules_off
from kubus.config.project import project_settings
from kubus.errors import ConfigError, KubusError
from kubus.generate.catalog import Catalog, read_catalog
from kubus.lsp.completing import Choice, choices
from kubus.lsp.explaining import explained_at
from kubus.lsp.open_model import Diagnosis, OpenModel
from kubus.lsp.symbols import Occurrence, Symbol
from kubus.sources.options import SourceOptions
from kubus.sources.registry import dialect_of, make_source

# Seconds without a keystroke after which the model is compiled.
QUIET = 0.15

# Seconds that a database has to say which tables it has.
PATIENCE = 15.0

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
KINDS = {
    "key": types.CompletionItemKind.Property,
    "word": types.CompletionItemKind.EnumMember,
    "cube": types.CompletionItemKind.Class,
    "measure": types.CompletionItemKind.Function,
    "dimension": types.CompletionItemKind.Field,
    "segment": types.CompletionItemKind.Event,
    "column": types.CompletionItemKind.Variable,
    "table": types.CompletionItemKind.Struct,
    "pattern": types.CompletionItemKind.Snippet,
}


class ModelServer(LanguageServer):
    """A server with the model of one project."""

    def __init__(self, *, asks_databases: bool = False) -> None:
        super().__init__("kubus", kubus.__version__)  # pyright: ignore[reportUnknownMemberType] - its further arguments have no types
        self.open_model: OpenModel | None = None
        self.asks_databases = asks_databases
        self.catalogs: dict[str, Catalog] = {}
        self.asking: asyncio.Task[None] | None = None
        self.waiting: asyncio.Task[None] | None = None
        self.told: set[str] = set()

    def begin(self, root: Path) -> None:
        """Open the model of the project in a folder."""
        try:
            settings = project_settings(os.environ, root, overrides={"CUBEJS_DEV_MODE": "true"})
            dialects = {name: dialect_of(options) for name, options in settings.sources.items()}
            off = {*settings.values["KUBUS_LINT_OFF"], *rules_off(root)}
            self.open_model = OpenModel(settings.model, dialects, off)
            if self.asks_databases:
                self.asking = asyncio.get_running_loop().create_task(self.ask(settings.sources))
        except ConfigError as error:
            self.say(str(error))
            self.open_model = OpenModel(root / "model", {"default": "duckdb"})

    async def ask(self, sources: Mapping[str, SourceOptions]) -> None:
        """Learn which tables and columns there are. Of a database that does not answer nothing is known."""
        for name, options in sources.items():
            with contextlib.suppress(KubusError, TimeoutError):
                source = make_source(name, options)
                try:
                    async with asyncio.timeout(PATIENCE):
                        self.catalogs[name] = await read_catalog(source)
                finally:
                    # A DuckDB file is open to others again.
                    await source.close()

    def say(self, message: str) -> None:
        self.window_show_message(types.ShowMessageParams(types.MessageType.Warning, message))

    def path(self, uri: str) -> str | None:
        """The path below the model's folder of a file that an editor names."""
        file = to_fs_path(uri)
        return None if file is None or self.open_model is None else self.open_model.path_of(Path(file))

    def uri(self, file: str) -> str:
        assert self.open_model is not None
        return from_fs_path(str(self.open_model.folder.resolve() / file)) or file

    def lines(self, file: str) -> list[str]:
        return [] if self.open_model is None else self.open_model.texts.get(file, "").splitlines()

    # ── texts ──

    def changed(self, uri: str) -> None:
        """Take over what an editor holds, and compile when nobody types for a moment."""
        path = self.path(uri)
        if path is None or self.open_model is None:
            return
        self.open_model.unsaved[path] = self.workspace.get_text_document(uri).source
        self.soon()

    def soon(self) -> None:
        if self.waiting is not None:
            self.waiting.cancel()
        self.waiting = asyncio.get_running_loop().create_task(self.later())

    async def later(self) -> None:
        await asyncio.sleep(QUIET)
        self.compile()

    def compile(self) -> None:
        """Compile, and tell the editor what is found in every file, and of which nothing is any more."""
        if self.open_model is None:
            return
        try:
            found = self.open_model.compiled()
        except ConfigError as error:
            self.say(str(error))
            return
        by_file: dict[str, list[types.Diagnostic]] = {file: [] for file in self.told}
        for one in found:
            by_file.setdefault(one.problem.file, []).append(self.diagnostic(one))
        for file, diagnostics in by_file.items():
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(self.uri(file), diagnostics))
        self.told = {file for file, diagnostics in by_file.items() if diagnostics}

    def diagnostic(self, one: Diagnosis) -> types.Diagnostic:
        problem = one.problem
        lines = self.lines(problem.file)
        line = min(max(problem.line - 1, 0), max(len(lines) - 1, 0))
        row = lines[line] if lines else ""
        start = min(max(problem.column - 1, 0), len(row))
        if start == 0:
            start = len(row) - len(row.lstrip())
        message = problem.message if problem.hint is None else f"{problem.message}\n{problem.hint}"
        severity = types.DiagnosticSeverity.Error if one.rule is None else types.DiagnosticSeverity.Warning
        return types.Diagnostic(
            self.range(problem.file, line, start, max(len(row.rstrip()), start)),
            message,
            severity=severity,
            code=one.rule or "model",
            source="kubus",
        )

    # ── places: editors count in units of their own, and kubus in characters ──

    def range(self, file: str, line: int, start: int, end: int) -> types.Range:
        span = types.Range(types.Position(line, start), types.Position(line, end))
        return self.workspace.position_codec.range_to_client_units(self.lines(file), span)

    def column(self, uri: str, position: types.Position) -> tuple[list[str], int, int]:
        """The lines of a text, and a line and column in them."""
        lines = self.workspace.get_text_document(uri).source.splitlines()
        here = self.workspace.position_codec.position_from_client_units(lines, position)
        return lines, here.line, here.character

    def location(self, one: Occurrence) -> types.Location:
        return types.Location(self.uri(one.file), self.range(one.file, one.line, one.start, one.end))

    def occurrence(self, uri: str, position: types.Position) -> Occurrence | None:
        """The name at a place; what was typed a moment ago is compiled first."""
        path = self.path(uri)
        if path is None or self.open_model is None:
            return None
        self.caught_up()
        _, line, column = self.column(uri, position)
        return self.open_model.at(path, line, column)

    def caught_up(self) -> None:
        if self.waiting is not None and not self.waiting.done():
            self.waiting.cancel()
            self.compile()


def make_server(*, asks_databases: bool = False) -> ModelServer:
    """A server with everything that editors may ask of it; it connects to databases only if it is told to."""
    server = ModelServer(asks_databases=asks_databases)

    @server.feature(types.INITIALIZED)
    def initialized(_: types.InitializedParams) -> None:
        root = server.workspace.root_path
        server.begin(Path(root) if root else Path.cwd())
        server.compile()

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    async def opened(params: types.DidOpenTextDocumentParams) -> None:
        server.changed(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    async def changed(params: types.DidChangeTextDocumentParams) -> None:
        server.changed(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    async def closed(params: types.DidCloseTextDocumentParams) -> None:
        path = server.path(params.text_document.uri)
        if path is not None and server.open_model is not None:
            server.open_model.unsaved.pop(path, None)
            server.soon()

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    async def saved(_: types.DidSaveTextDocumentParams) -> None:
        server.soon()

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    async def watched(_: types.DidChangeWatchedFilesParams) -> None:
        server.soon()

    @server.feature(
        types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=["{", ".", "[", ",", " "])
    )
    def complete(params: types.CompletionParams) -> types.CompletionList:
        path = server.path(params.text_document.uri)
        if path is None or server.open_model is None:
            return types.CompletionList(is_incomplete=False, items=[])
        text = server.workspace.get_text_document(params.text_document.uri).source
        _, line, column = server.column(params.text_document.uri, params.position)
        found = choices(server.open_model, text, line, column, server.catalogs)
        client = server.client_capabilities.text_document
        known = None if client is None or client.completion is None else client.completion.completion_item
        knows_patterns = known is not None and known.snippet_support is True
        items = [item(one) for one in found if knows_patterns or one.pattern is None]
        return types.CompletionList(is_incomplete=False, items=items)

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    def definition(params: types.DefinitionParams) -> list[types.Location]:
        one = server.occurrence(params.text_document.uri, params.position)
        return [server.location(at) for at in all_of(one) if at.is_definition]

    @server.feature(types.TEXT_DOCUMENT_REFERENCES)
    def references(params: types.ReferenceParams) -> list[types.Location]:
        one = server.occurrence(params.text_document.uri, params.position)
        wanted = params.context.include_declaration
        return [server.location(at) for at in all_of(one) if wanted or not at.is_definition]

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def hover(params: types.HoverParams) -> types.Hover | None:
        uri = params.text_document.uri
        path = server.path(uri)
        if path is None or server.open_model is None:
            return None
        server.caught_up()
        lines, line, column = server.column(uri, params.position)
        text, one = explained_at(server.open_model, path, lines, line, column)
        if text is None:
            return None
        return shown(text, None if one is None else server.range(one.file, one.line, one.start, one.end))

    @server.feature(types.TEXT_DOCUMENT_PREPARE_RENAME)
    def prepare(params: types.PrepareRenameParams) -> types.Range | None:
        one = server.occurrence(params.text_document.uri, params.position)
        return None if one is None else server.range(one.file, one.line, one.start, one.end)

    @server.feature(types.TEXT_DOCUMENT_RENAME, types.RenameOptions(prepare_provider=True))
    def rename(params: types.RenameParams) -> types.WorkspaceEdit:
        one = server.occurrence(params.text_document.uri, params.position)
        if one is None or server.open_model is None:
            raise JsonRpcException("There is no name of the model here", code=-32602)
        refusal = why_not(server.open_model, one.symbol, params.new_name)
        if refusal is not None:
            raise JsonRpcException(refusal, code=-32602)
        edits: dict[str, list[types.TextEdit]] = {}
        for at in all_of(one):
            edit = types.TextEdit(server.range(at.file, at.line, at.start, at.end), params.new_name)
            edits.setdefault(server.uri(at.file), []).append(edit)
        return types.WorkspaceEdit(changes=edits)

    def all_of(one: Occurrence | None) -> Iterator[Occurrence]:
        if one is not None and server.open_model is not None:
            yield from server.open_model.all_of(one.symbol)

    return server


def why_not(open_model: OpenModel, symbol: Symbol, name: str) -> str | None:
    """Why a name cannot become another; None if it can."""
    if not NAME.fullmatch(name) or name in ("CUBE", "TABLE"):
        return f"'{name}' is no name: it begins with a letter or _, and goes on with letters, digits and _"
    members = open_model.members()
    if symbol.member is None:
        taken = name in members or name in open_model.views()
    else:
        taken = name in members.get(symbol.holder, {})
    if taken:
        return f"There is a '{name}' already"
    if not any(one.is_definition for one in open_model.all_of(symbol)):
        return "It is not declared in a file that can be changed here"
    if symbol.member is None and symbol.holder in members and prefixed(open_model, symbol.holder):
        return f"Views show members with '{symbol.holder}' as a prefix, and their names would change with it"
    over = open_model.redeclared_by(symbol)
    if over is not None:
        return f"'{over}' extends '{symbol.holder}' and declares a '{symbol.member}' of its own: rename both by hand"
    hidden = open_model.hidden_from_rename(symbol)
    return None if hidden is None else f"{hidden} may name it, and is a template or Python: change it by hand"


def prefixed(open_model: OpenModel, cube: str) -> bool:
    """Whether a view puts the name of a cube before its members."""
    targets = (to for view in open_model.views().values() for to in view.targets.values())
    return any(symbol.holder == cube and prefix for symbol, prefix in targets)


def shown(text: str, span: types.Range | None = None) -> types.Hover:
    return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, text), span)


def item(one: Choice) -> types.CompletionItem:
    explanation = None
    if one.explanation is not None:
        explanation = types.MarkupContent(types.MarkupKind.Markdown, one.explanation)
    written = f"{one.text}: " if one.kind == "key" else one.pattern or one.text
    return types.CompletionItem(
        one.text,
        kind=KINDS[one.kind],
        detail=one.detail or None,
        documentation=explanation,
        insert_text=written,
        insert_text_format=None if one.pattern is None else types.InsertTextFormat.Snippet,
    )
