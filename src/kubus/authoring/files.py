"""Model files, read and written."""

import asyncio
from pathlib import Path
from typing import Literal

import msgspec

from kubus.authoring.findings import FoundAt, found_at
from kubus.authoring.first_query import FirstQuery, first_query
from kubus.authoring.open_project import OpenProject
from kubus.errors import NotSaved, QueryError
from kubus.loading.dynamic import PYTHON_ENDING, TEMPLATE_ENDING, is_template
from kubus.loading.files import in_order, model_stamps
from kubus.loading.saving import Edit, saved_file

Kind = Literal["yaml", "template", "python"]


class FileEntry(msgspec.Struct, rename="camel"):
    """A model file. `base` says which version this is, for who writes it; `why_not` why it cannot be written here."""

    file_name: str
    content: str
    abs_path: str
    kind: Kind
    base: str | None
    why_not: str | None = None


class Files(msgspec.Struct, rename="camel"):
    """The model files in the order in which they are read. `folder` is theirs, for people."""

    folder: str
    files: list[FileEntry]


class FileEdit(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A file as it shall be. `base` is the version that it was made of; None: there was none."""

    file_name: str
    content: str
    base: str | None = None


class AcceptRequest(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """Files that are written together, or not at all."""

    files: list[FileEdit]


class Accepted(msgspec.Struct, rename="camel"):
    """The files as they are now, what is found in the model, and a first query if one can be told."""

    files: list[FileEntry]
    findings: list[FoundAt]
    compiles: bool
    first_query: FirstQuery | None


async def files(project: OpenProject) -> Files:
    """Every model file with its text."""
    folder = project.folder

    def read() -> list[FileEntry]:
        return [file_entry(folder, path) for path in in_order(model_stamps(folder))]

    return Files(str(folder.resolve()), await asyncio.to_thread(read))


async def write(project: OpenProject, edit: FileEdit) -> Accepted:
    """One file written: a new one, or what a person made of the one that is there. It need not be right.

    Raises:
        NotSaved, ChangedMeanwhile: nothing was written.
    """
    return await accept(project, AcceptRequest([edit]))


async def accept(project: OpenProject, asked: AcceptRequest) -> Accepted:
    """All of these files written, or none, and the server answering by them.

    Raises:
        NotSaved, ChangedMeanwhile: nothing was written.
    """
    if not asked.files:
        raise QueryError("No file is named")
    saved = await project.save([Edit(one.file_name, one.content, one.base) for one in asked.files])
    paths = [one.path for one in saved]
    findings, model = await project.saved(lambda model, found: ([found_at(one) for one in found], model.model))
    compiles = all(one.level != "error" for one in findings)
    first = await first_query(project, model, paths) if compiles and model is not None else None
    entries = [file_entry(project.folder, path) for path in paths]
    return Accepted(entries, findings, compiles, first)


def file_entry(folder: Path, path: str) -> FileEntry:
    """A file as it is. What lies behind a link is not read: it may lead out of the folder."""
    absolute = str(folder.resolve() / path)
    try:
        found = saved_file(folder, path)
    except NotSaved as error:
        return FileEntry(path, "", absolute, kind_of(path, ""), None, error.message)
    text, version = ("", None) if found is None else (found.text, found.version)
    return FileEntry(path, text, absolute, kind_of(path, text), version)


def kind_of(path: str, text: str) -> Kind:
    if path.endswith(PYTHON_ENDING):
        return "python"
    return "template" if path.endswith(TEMPLATE_ENDING) or is_template(text) else "yaml"
