"""A model file laid out as `kubus format` does it."""

import asyncio

import msgspec

from kubus.authoring.open_project import OpenProject
from kubus.errors import QueryError
from kubus.writing.format_file import format_file


class FormatRequest(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A text, and the name of its file."""

    file_name: str
    content: str


class FormatReply(msgspec.Struct, rename="camel"):
    """The text as it would be. Nothing was written."""

    content: str


async def formatted(_: OpenProject, asked: FormatRequest) -> FormatReply:
    """A text laid out.

    Raises:
        QueryError: it is left as it is, and why.
    """
    if not asked.file_name.endswith((".yml", ".yaml")):
        raise QueryError(f"{asked.file_name} is no YAML, and is left as it is")
    made, problem = await asyncio.to_thread(format_file, asked.file_name, asked.content)
    if problem is not None:
        raise QueryError(problem)
    if made is None:
        raise QueryError(f"{asked.file_name} is a template, and is left as it is")
    return FormatReply(made)
