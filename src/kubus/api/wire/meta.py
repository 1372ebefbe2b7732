"""The JSON of metadata: what a model holds, for those who may see it."""

import re
from collections.abc import Iterable
from typing import Any

from kubus.api.wire.formats import format_description
from kubus.api.wire.members import dimension_entry, measure_entry, present, segment_entry
from kubus.model.cube import Case, Cube, Dimension, Measure, Segment
from kubus.model.join_graph import Join, Relationship
from kubus.model.member_sql import MemberSql
from kubus.model.model import Model

Json = Any

RELATIONSHIPS = {
    Relationship.ONE_TO_ONE: "hasOne",
    Relationship.ONE_TO_MANY: "hasMany",
    Relationship.MANY_TO_ONE: "belongsTo",
}


def metadata(model: Model, *, hidden_too: bool, extended: bool, only_views: bool) -> dict[str, Json]:
    """Every cube with a member to show, in the order of the model.

    `hidden_too` shows members that are not public as well (development mode). `extended` adds the SQL of the model.
    """
    components = model.join_graph.components(model.cubes)
    cubes = (
        cube_entry(cube, model, components.get(cube.name), hidden_too=hidden_too, extended=extended)
        for cube in model.cubes.values()
    )
    shown = [cube for cube in cubes if cube["measures"] or cube["dimensions"] or cube["segments"]]
    return {"cubes": [cube for cube in shown if cube["type"] == "view"] if only_views else shown}


def cube_entry(cube: Cube, model: Model, component: int | None, *, hidden_too: bool, extended: bool) -> dict[str, Json]:
    """One cube with its visible members. A hidden cube hides every member."""

    def shown(members: Iterable[Json]) -> list[Json]:
        return [member for member in members if hidden_too or (cube.public and member.public)]

    entry = present(
        name=cube.name,
        type="cube",
        title=cube.label.title,
        isVisible=cube.public,
        public=cube.public,
        description=cube.label.description,
        connectedComponent=component,
        meta=cube.label.meta,
        measures=[measure_meta(measure, cube, model, extended) for measure in shown(cube.measures.values())],
        dimensions=[dimension_meta(dimension, cube, extended) for dimension in shown(cube.dimensions.values())],
        segments=[segment_meta(segment, cube, extended) for segment in shown(cube.segments.values())],
        hierarchies=[],
        folders=[],
        nestedFolders=[],
    )
    if extended:
        entry |= present(
            extends=cube.extends,
            sql=None if cube.declared_sql is None else template(cube.declared_sql),
            fileName=cube.file,
            refreshKey=cube.refresh_key,
            joins=[join_entry(join) for join in cube.joins],
            preAggregations=[],
        )
    return entry


def measure_meta(measure: Measure, cube: Cube, model: Model, extended: bool) -> dict[str, Json]:
    """A measure. `aggType` is how it aggregates, `type` the type of its values."""
    visible = cube.public and measure.public
    entry = {"name": measure.path} | measure_entry(measure, cube, model)
    entry |= present(formatDescription=format_description(measure.label, measure.type.value_type))
    entry |= {
        "cumulativeTotal": measure.cumulative,
        "cumulative": measure.cumulative,
        "aggType": measure.type.wire_name,
        "isVisible": visible,
        "public": visible,
    }
    if measure.label.aliases:
        entry["aliases"] = list(measure.label.aliases)
    if extended and not measure.inherited:
        entry |= declared(measure)
        if measure.filters:
            entry["filters"] = [{"sql": template(filter_sql.text)} for filter_sql in measure.filters]
    return entry


def dimension_meta(dimension: Dimension, cube: Cube, extended: bool) -> dict[str, Json]:
    """A dimension."""
    visible = cube.public and dimension.public
    entry = {"name": dimension.path} | dimension_entry(dimension, cube)
    entry |= present(formatDescription=format_description(dimension.label, dimension.type), order=dimension.order)
    entry |= {
        "suggestFilterValues": dimension.suggest_filter_values,
        "isVisible": visible,
        "public": visible,
        "primaryKey": dimension.primary_key,
    }
    if dimension.label.aliases:
        entry["aliases"] = list(dimension.label.aliases)
    if extended and not dimension.inherited:
        entry |= declared(dimension)
        if isinstance(dimension.value, Case):
            entry["case"] = case_entry(dimension.value)
    return entry


def segment_meta(segment: Segment, cube: Cube, extended: bool) -> dict[str, Json]:
    """A segment."""
    visible = cube.public and segment.public
    entry = {"name": segment.path} | segment_entry(segment, cube) | {"isVisible": visible, "public": visible}
    return entry | declared(segment) if extended and not segment.inherited else entry


def declared(member: Measure | Dimension | Segment) -> dict[str, str]:
    """The SQL that the member was declared with, if it was."""
    return {} if member.declared_sql is None else {"sql": template(member.declared_sql)}


def case_entry(case: Case) -> dict[str, Json]:
    """A searched `case`."""
    entry: dict[str, Json] = {
        "when": [{"sql": template(when.condition.text), "label": label_entry(when.label)} for when in case.whens]
    }
    if case.otherwise is not None:
        entry["else"] = {"label": label_entry(case.otherwise)}
    return entry


def label_entry(label: str | MemberSql) -> Json:
    """A label of a `case`: a text, or SQL for one."""
    return label if isinstance(label, str) else {"sql": template(label.text)}


def join_entry(join: Join) -> dict[str, str]:
    """A join as its cube declares it."""
    return {"sql": template(join.declared_sql), "relationship": RELATIONSHIPS[join.relationship], "name": join.target}


def template(sql: str) -> str:
    """SQL as tools of Cube read it: a JavaScript template, in which `{x}` is written `${x}`."""
    return "`" + re.sub(r"\{([^{}]*)\}", r"${\1}", sql) + "`"
