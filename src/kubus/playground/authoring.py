"""The endpoints of the Model page: what is asked of a data model while somebody works at it.

Source: rest-api.md, section 10
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from urllib.parse import parse_qs

from kubus.api.rest.incoming import Incoming
from kubus.api.rest.reply import Reply, json_reply
from kubus.authoring.backups import BackupRequest, backup, backups
from kubus.authoring.browse import browse
from kubus.authoring.connection import ConnectionRequest, connection
from kubus.authoring.files import AcceptRequest, Deletion, FileEdit, Renaming, accept, delete, files, rename, write
from kubus.authoring.findings import CheckRequest, check
from kubus.authoring.formatted import FormatRequest, formatted
from kubus.authoring.generate_schema import SchemaRequest, generate_schema
from kubus.authoring.graph import graph
from kubus.authoring.open_project import OpenProject
from kubus.authoring.places import PlaceRequest, at_place
from kubus.authoring.proposed import ProposalRequest, proposed
from kubus.authoring.tables import tables
from kubus.errors import ConfigError, KubusError
from kubus.playground.project import Project, body_of

T = TypeVar("T")
Endpoint = Callable[[Project, Incoming, bytes], Awaitable[Reply]]


def read(look: Callable[[OpenProject], Awaitable[Any]]) -> Endpoint:
    """An endpoint that is asked nothing but itself."""

    async def reply(project: Project, request: Incoming, body: bytes) -> Reply:  # noqa: ARG001 - every endpoint is called so
        return await told(look(project.authoring))

    return reply


def asked(act: Callable[[OpenProject, T], Awaitable[Any]], kind: type[T]) -> Endpoint:
    """An endpoint that is asked with a body of this kind."""

    async def reply(project: Project, request: Incoming, body: bytes) -> Reply:  # noqa: ARG001 - every endpoint is called so
        return await told(act(project.authoring, body_of(body, kind)))

    return reply


async def told(answer: Awaitable[object]) -> Reply:
    """The answer, or what is wrong and what to do. Faults of files and settings are told: who asks is their owner."""
    try:
        return json_reply(await answer)
    except KubusError as error:
        status = 400 if isinstance(error, ConfigError) else error.status
        return json_reply({"error": error.message, "hint": error.hint}, status)


async def db_schema(project: Project, request: Incoming, body: bytes) -> Reply:  # noqa: ARG001 - every endpoint is called so
    """`GET /playground/db-schema?dataSource=default`: the tables of a data source."""
    names = parse_qs(request.query_string.decode("latin-1")).get("dataSource", ["default"])
    return await told(tables(project.authoring, names[0]))


read_model, read_graph, read_files = read(browse), read(graph), read(files)
write_file, accept_files = asked(write, FileEdit), asked(accept, AcceptRequest)
delete_file, rename_file = asked(delete, Deletion), asked(rename, Renaming)
read_backups, read_backup, format_text = read(backups), asked(backup, BackupRequest), asked(formatted, FormatRequest)
check_text, ask_place = asked(check, CheckRequest), asked(at_place, PlaceRequest)
generate, make_files = asked(proposed, ProposalRequest), asked(generate_schema, SchemaRequest)
try_connection = asked(connection, ConnectionRequest)
