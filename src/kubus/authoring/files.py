"""Model files, read and written."""

import asyncio
from collections.abc import Sequence
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


class Deletion(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A file that shall not be there any more. `base` is the version that somebody saw."""

    file_name: str
    base: str


class Renaming(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A file that shall be called otherwise, or lie elsewhere in the model's folder."""

    file_name: str
    to: str
    base: str


class AcceptRequest(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """Files that are written together, or not at all."""

    files: list[FileEdit]


class Accepted(msgspec.Struct, rename="camel"):
    """The files that were written, what is found in the model, and a first query if one can be told."""

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
    return await done(project, [Edit(one.file_name, one.content, one.base) for one in asked.files])


async def delete(project: OpenProject, asked: Deletion) -> Accepted:
    """A file taken away; what was in it is kept with the backups. The rest of the model need not be right then.

    Raises:
        NotSaved, ChangedMeanwhile: it is still there.
    """
    return await done(project, [Edit(asked.file_name, None, asked.base)])


async def rename(project: OpenProject, asked: Renaming) -> Accepted:
    """A file under another name, with what was in it.

    Raises:
        NotSaved, ChangedMeanwhile: it is where it was; among others, because there is a file of that name.
    """
    before, there = [await asyncio.to_thread(saved_file, project.folder, path) for path in (asked.file_name, asked.to)]
    if there is not None:
        raise NotSaved(f"There is a file {asked.to} already", hint="Take another name")
    text = "" if before is None else before.text
    return await done(project, [Edit(asked.file_name, None, asked.base), Edit(asked.to, text, None)])


async def done(project: OpenProject, edits: Sequence[Edit]) -> Accepted:
    saved = await project.save(edits)
    paths = [one.path for one in saved]
    findings, compiles, model = await project.saved(
        lambda model: ([found_at(one) for one in model.findings()], model.compiles, model.model)
    )
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
