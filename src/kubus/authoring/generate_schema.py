"""A file for each table, as tools of Cube ask for it. Ours adds: no file that is there is changed, or taken away.

Source: rest-api.md, section 10
"""

from typing import Any, Literal

import msgspec

from kubus.authoring.files import AcceptRequest, FileEdit, FileEntry, accept
from kubus.authoring.open_project import OpenProject
from kubus.authoring.proposed import ProposalRequest, proposed
from kubus.errors import Unsupported


class SchemaRequest(msgspec.Struct, rename="camel"):
    """Tables by schema and name, or by name alone. `tables_schema` is not needed: the database is asked itself."""

    tables: list[tuple[str, str] | str]
    data_source: str = "default"
    format: Literal["js", "yaml"] = "yaml"
    tables_schema: Any = None


class SchemaReply(msgspec.Struct, rename="camel"):
    """The files that are new."""

    files: list[FileEntry]


async def generate_schema(project: OpenProject, asked: SchemaRequest) -> SchemaReply:
    """New files for these tables, written at once. Tables that have a cube get none.

    Raises:
        Unsupported: JavaScript is asked for.
        QueryError, SourceError, NotSaved: as `proposed` and `accept`; nothing is written.
    """
    if asked.format == "js":
        raise Unsupported("kubus has no models in JavaScript", hint="Ask for format: yaml")
    found = await proposed(project, ProposalRequest(asked.tables, asked.data_source))
    new = [FileEdit(one.file_name, one.after) for one in found.files if one.base is None]
    return SchemaReply((await accept(project, AcceptRequest(new))).files if new else [])
