"""What stands at a place of a model file, and what may stand there."""

from typing import Literal

import msgspec

from kubus.authoring.open_project import OpenProject
from kubus.lsp.completing import choices, source_wanted
from kubus.lsp.explaining import explained_at
from kubus.lsp.open_model import OpenModel
from kubus.lsp.symbols import Occurrence
from kubus.lsp.tables import Catalogs


class PlaceRequest(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A line and column of a text, counted from 1; columns in characters."""

    file_name: str
    content: str
    line: int
    column: int
    want: Literal["completions", "hover", "definition"] = "completions"


class Completion(msgspec.Struct, rename="camel"):
    """What may be written. `kind`: key, word, cube, measure, dimension, segment, column, table, pattern.

    Of a pattern `pattern` is the text with its places: `${1:name}`.
    """

    text: str
    kind: str
    detail: str
    explanation: str | None
    pattern: str | None


class Span(msgspec.Struct, rename="camel"):
    """A part of a line: `column` to before `end_column`, counted from 1."""

    file_name: str
    line: int
    column: int
    end_column: int


class AtPlace(msgspec.Struct, rename="camel", omit_defaults=True):
    """What was asked for: what may be written, what a name means, or where it is declared."""

    completions: list[Completion] | None = None
    hover: str | None = None
    span: Span | None = None
    definitions: list[Span] | None = None


async def at_place(project: OpenProject, asked: PlaceRequest) -> AtPlace:
    """What is asked of a place.

    Raises:
        ConfigError: the folder cannot be read.
    """
    line, column = max(asked.line - 1, 0), max(asked.column - 1, 0)
    catalogs: Catalogs = {}
    if asked.want == "completions":
        typed = {asked.file_name: asked.content}
        wanted = await project.typed(lambda model: source_wanted(model, asked.content, line, column), typed)
        known = None if wanted is None else await project.known_catalog(wanted)
        catalogs = {} if wanted is None or known is None else {wanted: known}

    def look(model: OpenModel) -> AtPlace:
        match asked.want:
            case "completions":
                found = choices(model, asked.content, line, column, catalogs)
                return AtPlace(
                    [Completion(one.text, one.kind, one.detail, one.explanation, one.pattern) for one in found]
                )
            case "hover":
                text, name = explained_at(model, asked.file_name, asked.content.splitlines(), line, column)
                return AtPlace(hover=text, span=None if name is None else span(name))
            case "definition":
                name = model.at(asked.file_name, line, column)
                places = () if name is None else model.all_of(name.symbol)
                return AtPlace(definitions=[span(one) for one in places if one.is_definition])

    return await project.typed(look, {asked.file_name: asked.content})


def span(one: Occurrence) -> Span:
    return Span(one.file, one.line + 1, one.start + 1, one.end + 1)
