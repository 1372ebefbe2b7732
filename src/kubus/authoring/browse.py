"""The model to be looked at: every cube and view with its members, whoever may see them, and where each is declared."""

from typing import Any

from kubus.api.wire.meta import metadata
from kubus.authoring.open_project import OpenProject
from kubus.lsp.open_model import OpenModel
from kubus.model.cube import Cube, Member
from kubus.model.view import View

Json = Any


async def browse(project: OpenProject) -> dict[str, Json]:
    """Metadata as the API has them, with what is hidden there; and of each cube, view and member its SQL and place.

    `isStale` says that the files are wrong now, and that this is the model of before. Without one there are no cubes.

    Raises:
        ConfigError: the folder cannot be read.
    """
    return await project.saved(seen)


def seen(open_model: OpenModel) -> dict[str, Json]:
    model = open_model.model
    if model is None:
        return {"version": None, "isStale": not open_model.compiles, "cubes": [], "viewGroups": []}
    told = metadata(model, hidden_too=True, extended=True, only_views=False)
    cubes = [{**entry, **holder_entry(entry, model.holders[entry["name"]], open_model)} for entry in told["cubes"]]
    is_stale = not open_model.compiles
    return {"version": model.version, "isStale": is_stale, "viewGroups": [], **told, "cubes": cubes}


def holder_entry(entry: dict[str, Json], holder: Cube | View, open_model: OpenModel) -> dict[str, Json]:
    """What developers see of a cube or view besides, and of its members."""
    more: dict[str, Json] = {**place(open_model, holder.name), "policies": len(holder.policies)}
    if isinstance(holder, Cube):
        more |= {"dataSource": holder.data_source, "isQuery": holder.is_query, "sql": holder.table.text}
    for kind in ("measures", "dimensions", "segments"):
        more[kind] = [
            {**member, **member_entry(holder.member(member["name"].partition(".")[2]), holder, open_model)}
            for member in entry[kind]
        ]
    return more


def member_entry(member: Member | None, holder: Cube | View, open_model: OpenModel) -> dict[str, Json]:
    """What developers see of a member besides: its SQL as it is written, and where."""
    if member is None:
        return {}
    of = member.alias_of
    at = place(open_model, holder.name, member.name) if of is None else place(open_model, of.cube, of.member)
    return {"sql": member.declared_sql, **at}


def place(open_model: OpenModel, holder: str, member: str | None = None) -> dict[str, Json]:
    """Where something is declared; nothing where nobody knows."""
    found = open_model.place(holder, member)
    return {} if found is None else {"fileName": found.file, "line": found.line}
