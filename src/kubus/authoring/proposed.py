"""Cubes proposed for tables: what was found and why, and the files that would be new or longer."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from kubus.authoring.findings import FoundAt, found_at
from kubus.authoring.open_project import OpenProject
from kubus.define import Dimension, Join, Measure
from kubus.errors import QueryError
from kubus.generate.cubes import Generated
from kubus.generate.proposals import Proposal
from kubus.generate.propose import Proposed, propose

# Why columns are taken for the key of a table.
WHY_DECLARED = "a constraint says so"
WHY_FOUND = "by its name, and its values are there in every row and different in each"
WHY_NONE = "no constraint says so, and of no column do names and rows: without one the cube can join no other"


class ProposalRequest(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """Tables by schema and name, or by name alone. `leave_out` has ids of parts that are not wanted.

    `is_open` lets everybody whom the server lets in see the new cubes; else they are as `KUBUS_DEFAULT_ACCESS` says.
    """

    tables: list[tuple[str, str] | str]
    data_source: str = "default"
    leave_out: list[str] = []
    is_open: bool = False
    is_first: bool = True


class PartFound(msgspec.Struct, rename="camel"):
    """A join or member, and why it is proposed. What the model has already is not `is_new`."""

    id: str
    kind: str
    name: str
    type: str
    sql: str | None
    columns: list[str]
    why: str
    is_new: bool
    is_left_out: bool = False


class CubeFound(msgspec.Struct, rename="camel"):
    """What was found of a table. `key` are the columns that tell its rows apart, `remarks` what to know besides."""

    name: str
    schema: str
    table: str
    is_new: bool
    key: list[str]
    key_why: str
    remarks: list[str]
    parts: list[PartFound]


class FileProposed(msgspec.Struct, rename="camel"):
    """A file as it would be. `before` and `base` None: there is none yet. `base` says which version it is made of."""

    file_name: str
    before: str | None
    after: str
    base: str | None
    diff: str
    adds: list[str]


class ProposalReply(msgspec.Struct, rename="camel"):
    """What was found, what would be written, what is left to people, and what would be wrong with it."""

    cubes: list[CubeFound]
    files: list[FileProposed]
    by_hand: list[str]
    findings: list[FoundAt]


async def proposed(project: OpenProject, asked: ProposalRequest) -> ProposalReply:
    """Cubes for tables. Nothing is written.

    Raises:
        QueryError: there is no such data source or table, or no table is named.
        ConfigError: the model is not right, so that nobody can say what it lacks.
        SourceError: the database refused.
    """
    if not asked.tables:
        raise QueryError("No table is named")
    chosen = await project.chosen(asked.data_source, asked.tables)
    model, compiles = await project.saved(lambda model: (model.model, model.compiles))
    if not compiles:
        raise QueryError("The data model is not right, so that nobody can say what it lacks", hint="Mend it first")
    everything = propose(chosen, project.folder, model)
    wanted = propose(chosen, project.folder, model, leave_out=asked.leave_out, opened=asked.is_open)
    texts = {one.file: one.after for one in wanted.files}
    findings = await project.typed(lambda model: [found_at(one) for one in model.findings()], texts)
    return ProposalReply(
        [cube_found(one, wanted) for one in everything.made],
        [file_proposed(one, project.folder) for one in wanted.files],
        list(wanted.by_hand),
        [one for one in findings if one.file_name in texts or one.level == "error"],
    )


def cube_found(whole: Generated, wanted: Proposed) -> CubeFound:
    """A cube with everything that was found for it, also what is left out, and what comes in its place."""
    now = next(one for one in wanted.made if one.table.path == whole.table.path)
    kept = {part.id for part in parts_of(now, wanted)}
    parts = {part.id: part for made in (whole, now) for part in parts_of(made, wanted)}
    for part in parts.values():
        part.is_left_out = part.id not in kept
    table = whole.table
    why = WHY_FOUND if table.key_found else WHY_DECLARED if table.key else WHY_NONE
    remarks = [line.strip() for line in now.cube.comments.get("", ())]
    name, is_new = whole.cube.name, any(whole.cube.name in file.adds for file in wanted.files)
    return CubeFound(name, table.schema, table.name, is_new, list(table.key), why, remarks, list(parts.values()))


def parts_of(made: Generated, wanted: Proposed) -> Iterator[PartFound]:
    cube = made.cube
    adds = {one for file in wanted.files for one in file.adds}
    for key, parts in (("joins", cube.joins), ("dimensions", cube.dimensions), ("measures", cube.measures)):
        for part in parts or ():
            name = str(part.name)
            added = f"{cube.name}.joins.{name}" if key == "joins" else f"{cube.name}.{name}"
            reason = made.reasons[f"{key}.{name}"]
            yield PartFound(
                f"{cube.name}.{key}.{name}",
                key[:-1],
                name,
                kind_of(part),
                sql_of(part),
                list(reason.columns),
                reason.why,
                cube.name in adds or added in adds,
            )


def kind_of(part: Join | Dimension | Measure) -> str:
    return part.relationship if isinstance(part, Join) else str(part.type)


def sql_of(part: Join | Dimension | Measure) -> str | None:
    return None if part.sql is None else str(part.sql)


def file_proposed(one: Proposal, folder: Path) -> FileProposed:
    return FileProposed(one.file, one.before, one.after, one.edit.base, one.diff(folder), list(one.adds))
