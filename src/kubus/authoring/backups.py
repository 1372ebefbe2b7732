"""What was in model files before they were written or deleted here."""

import asyncio

import msgspec

from kubus.authoring.open_project import OpenProject
from kubus.errors import QueryError
from kubus.loading.saving import backup_text, backups_in


class BackupEntry(msgspec.Struct, rename="camel"):
    """A file as it was until a time, in ISO 8601. `name` tells this version from others of the same file."""

    file_name: str
    name: str
    until: str


class Backups(msgspec.Struct, rename="camel"):
    """All that is kept, the newest first."""

    backups: list[BackupEntry]


class BackupRequest(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """One of them."""

    file_name: str
    name: str


class BackupText(msgspec.Struct, rename="camel"):
    """What was in the file."""

    file_name: str
    content: str


async def backups(project: OpenProject) -> Backups:
    """What is kept, without its texts."""
    found = await asyncio.to_thread(backups_in, project.backups)
    return Backups([BackupEntry(one.path, one.name, one.until.isoformat()) for one in found])


async def backup(project: OpenProject, asked: BackupRequest) -> BackupText:
    """The text of one that is kept. Nothing is written.

    Raises:
        QueryError: it is not there, or not any more.
        NotSaved: it cannot be read.
    """
    text = await asyncio.to_thread(backup_text, project.backups, asked.file_name, asked.name)
    if text is None:
        raise QueryError(f"There is no backup of {asked.file_name} of that time any more")
    return BackupText(asked.file_name, text)
