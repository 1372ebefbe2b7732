"""The JSON of metadata: what a model holds, for those who may see it."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from kubus.api.wire.formats import format_description
from kubus.api.wire.members import custom_entry, dimension_entry, measure_entry, present, segment_entry
from kubus.model.cube import Case, Cube, Dimension, Measure, Segment, value_sql
from kubus.model.hierarchy import Hierarchy
from kubus.model.join_graph import Join, Relationship
from kubus.model.link import Link
from kubus.model.member_sql import MemberReference, MemberSql, QueryReference, Reference, TableReference
from kubus.model.model import Model
from kubus.model.pre_aggregation import PreAggregation
from kubus.model.view import Folder, View, ViewGroup

Json = Any

RELATIONSHIPS = {
    Relationship.ONE_TO_ONE: "hasOne",
    Relationship.ONE_TO_MANY: "hasMany",
    Relationship.MANY_TO_ONE: "belongsTo",
}


def metadata(
    model: Model, *, hidden_too: bool, extended: bool, only_views: bool, folder_delimiter: str = ""
) -> dict[str, Json]:
    """Every cube with a member to show, in the order of the model. What a caller may not see is named nowhere: not as a
    level, in a folder, as what an alias stands for, in a join, in a pre-aggregation, or in the SQL of something else.

    `hidden_too` shows members that are not public as well (development mode). `extended` adds the SQL of the model.
    `folder_delimiter` stands between the names of nested folders where they are listed; without it they are merged.
    """
    components = model.join_graph.components(model.cubes)
    cubes = (
        cube_entry(
            holder, model, components.get(holder.name), folder_delimiter, hidden_too=hidden_too, extended=extended
        )
        for holder in model.holders.values()
    )
    shown = [cube for cube in cubes if cube["measures"] or cube["dimensions"] or cube["segments"]]
    listed = [cube for cube in shown if cube["type"] == "view"] if only_views else shown
    names = {cube["name"] for cube in shown}
    hidden = {name for name, one in model.holders.items() if name not in names and not model.shows_any(one)}
    groups = [group_entry(group, hidden) for group in model.view_groups]
    return {"cubes": listed, "viewGroups": groups} if groups else {"cubes": listed}


def group_entry(group: ViewGroup, hidden: set[str]) -> dict[str, Json]:
    """A view group with the names of its views, and the groups in it; without the views that policies hide."""
    return present(
        name=group.name,
        title=group.title,
        description=group.description,
        views=[item for item in group.items if isinstance(item, str) and item not in hidden],
        viewGroups=[group_entry(item, hidden) for item in group.items if isinstance(item, ViewGroup)] or None,
    )


def cube_entry(
    cube: Cube | View, model: Model, component: int | None, delimiter: str, *, hidden_too: bool, extended: bool
) -> dict[str, Json]:
    """One cube with its visible members. A hidden cube hides every member."""

    def shown(members: Iterable[Json]) -> list[Json]:
        public = [member for member in members if hidden_too or (cube.public and member.public)]
        return [member for member in public if model.is_shown(member.path)]

    def told(path: str) -> bool:
        return model.is_shown(path) and (hidden_too or model.is_public(path))

    folders = [] if isinstance(cube, Cube) else folders_shown(cube, told)
    entry = present(
        name=cube.name,
        type="cube" if isinstance(cube, Cube) else "view",
        title=cube.label.title,
        isVisible=cube.public,
        public=cube.public,
        description=cube.label.description,
        connectedComponent=component,
        meta=cube.label.meta,
        measures=[measure_meta(measure, cube, model, extended) for measure in shown(cube.measures.values())],
        dimensions=[dimension_meta(dimension, cube, model, extended) for dimension in shown(cube.dimensions.values())],
        segments=[segment_meta(segment, cube, model, extended) for segment in shown(cube.segments.values())],
        viewGroups=None if isinstance(cube, Cube) else list(cube.groups) or None,
        hierarchies=[
            hierarchy_entry(hierarchy, cube.name, model, told)
            for hierarchy in cube.hierarchies.values()
            if any(map(told, hierarchy.levels)) or not hierarchy.levels
        ],
        folders=[] if isinstance(cube, Cube) else flat_folders(cube, folders, delimiter),
        nestedFolders=[] if isinstance(cube, Cube) else [nested_folder(folder, cube) for folder in folders],
    )
    if extended and isinstance(cube, View):
        entry |= present(extends=cube.extends, fileName=cube.file)
    elif extended and isinstance(cube, Cube):
        entry |= present(
            extends=cube.extends,
            sql=declared_sql(cube.declared_sql, (cube.table,), model),
            fileName=cube.file,
            refreshKey=cube.refresh_key,
            joins=[join_entry(join, model) for join in cube.joins if model.shows_any(model.cubes[join.target])],
            preAggregations=[dict(one.declared) for one in cube.pre_aggregations if names_only(one, told)],
        )
    return entry


def names_only(one: PreAggregation, told: Callable[[str], bool]) -> bool:
    """Whether a pre-aggregation names nothing but what is told."""
    times = (time for time, _ in one.times)
    return all(map(told, (*one.measures, *one.dimensions, *one.segments, *times)))


def hierarchy_entry(hierarchy: Hierarchy, holder: str, model: Model, told: Callable[[str], bool]) -> dict[str, Json]:
    """A hierarchy of a cube or view with the paths of its levels."""
    of = None if hierarchy.alias_of is None else model.holders[hierarchy.alias_of.partition(".")[0]]
    return present(
        name=f"{holder}.{hierarchy.name}",
        title=hierarchy.title,
        public=hierarchy.public,
        levels=[level for level in hierarchy.levels if told(level)],
        aliasMember=hierarchy.alias_of if of is not None and model.shows_any(of) else None,
    )


def folders_shown(view: View, told: Callable[[str], bool]) -> list[Folder]:
    """The folders without the members that are not told, and without folders that have no others."""

    def shown(folder: Folder) -> Folder | None:
        items: list[str | Folder] = []
        for item in folder.items:
            if isinstance(item, Folder):
                inner = shown(item)
                items.extend(() if inner is None else (inner,))
            elif f"{view.name}.{item}" in paths or item in view.hierarchies:
                items.append(item)
        return replace(folder, items=tuple(items)) if items or not folder.items else None

    members = (*view.dimensions.values(), *view.measures.values(), *view.segments.values())
    paths = {member.path for member in members if told(member.path)}
    return [found for folder in view.folders if (found := shown(folder)) is not None]


def flat_folders(view: View, folders: Iterable[Folder], delimiter: str) -> list[Json]:
    """The folders, each with every member below it; with a delimiter every folder by itself, named by its way."""
    if not delimiter:
        return [folder_entry(folder.name, folder.members(), view) for folder in folders]

    def each(folder: Folder, above: tuple[str, ...]) -> Iterator[Json]:
        way = (*above, folder.name)
        for item in folder.items:
            if isinstance(item, Folder):
                yield from each(item, way)
        yield folder_entry(delimiter.join(way), [item for item in folder.items if isinstance(item, str)], view)

    return [entry for folder in folders for entry in each(folder, ())]


def folder_entry(name: str, members: Iterable[str], view: View) -> dict[str, Json]:
    return {"name": name, "members": [f"{view.name}.{member}" for member in members]}


def nested_folder(folder: Folder, view: View) -> dict[str, Json]:
    """A folder as it was declared."""
    members = [
        nested_folder(item, view) if isinstance(item, Folder) else f"{view.name}.{item}" for item in folder.items
    ]
    return {"name": folder.name, "members": members}


def measure_meta(measure: Measure, cube: Cube | View, model: Model, extended: bool) -> dict[str, Json]:
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
    entry |= alias_entry(measure, model)
    if measure.label.aliases:
        entry["aliases"] = list(measure.label.aliases)
    if extended and not measure.inherited:
        entry |= declared(measure, model)
        if measure.filters and names_shown(measure.filters, model):
            entry["filters"] = [{"sql": template(filter_sql.text)} for filter_sql in measure.filters]
    return entry


def dimension_meta(dimension: Dimension, cube: Cube | View, model: Model, extended: bool) -> dict[str, Json]:
    """A dimension."""
    visible = cube.public and dimension.public
    entry = {"name": dimension.path} | dimension_entry(dimension, cube)
    entry |= present(formatDescription=format_description(dimension.label, dimension.type), order=dimension.order)
    if dimension.granularities:
        entry["granularities"] = [custom_entry(custom) for custom in dimension.granularities]
    entry |= {
        "suggestFilterValues": dimension.suggest_filter_values,
        "isVisible": visible,
        "public": visible,
        "primaryKey": dimension.primary_key,
    }
    if dimension.key is not None and model.is_shown(f"{dimension.cube}.{dimension.key}"):
        entry["key"] = f"{dimension.cube}.{dimension.key}"
    if dimension.links:
        entry["links"] = [link_entry(link) for link in dimension.links]
    if dimension.synthetic:
        entry["synthetic"] = True
    entry |= alias_entry(dimension, model)
    if dimension.label.aliases:
        entry["aliases"] = list(dimension.label.aliases)
    if extended and not dimension.inherited:
        entry |= declared(dimension, model)
        if isinstance(dimension.value, Case) and names_shown(value_sql(dimension.value), model):
            entry["case"] = case_entry(dimension.value)
    return entry


def link_entry(link: Link) -> dict[str, Json]:
    """A link; its address is a dimension of its own."""
    return present(
        name=link.name,
        label=link.label,
        dashboard=link.dashboard,
        icon=link.icon,
        target=link.target,
        primary=link.primary or None,
        params=list(link.params) or None,
    )


def segment_meta(segment: Segment, cube: Cube | View, model: Model, extended: bool) -> dict[str, Json]:
    """A segment."""
    visible = cube.public and segment.public
    entry = {"name": segment.path} | segment_entry(segment, cube) | {"isVisible": visible, "public": visible}
    return entry | declared(segment, model) if extended and not segment.inherited else entry


def alias_entry(member: Measure | Dimension, model: Model) -> dict[str, str]:
    """What a member of a view stands for, unless policies hide it where it is."""
    target = member.alias_of
    if target is None or not model.is_shown(path := f"{target.cube}.{target.member}"):
        return {}
    return {"aliasMember": path}


def declared(member: Measure | Dimension | Segment, model: Model) -> dict[str, str]:
    """The SQL that the member was declared with, if it was, and names nothing that policies hide."""
    return present(sql=declared_sql(member.declared_sql, sql_of(member), model))


def declared_sql(text: str | None, parsed: Iterable[MemberSql], model: Model) -> str | None:
    return template(text) if text is not None and names_shown(parsed, model) else None


def sql_of(member: Measure | Dimension | Segment) -> Iterator[MemberSql]:
    match member:
        case Measure(sql=sql, switch=switch):
            yield from (() if sql is None else (sql,))
            yield from (() if switch is None else switch.texts())
        case Dimension(value=value):
            yield from value_sql(value)
        case Segment(sql=sql):
            yield sql


def names_shown(parsed: Iterable[MemberSql], model: Model) -> bool:
    """Whether SQL refers to nothing that policies hide from the caller."""
    return all(is_named(reference, model) for sql in parsed for reference in sql.references)


def is_named(reference: Reference, model: Model) -> bool:
    match reference:
        case MemberReference(member=member):
            return model.is_shown(f"{reference.cube}.{member}")
        case QueryReference(cube) | TableReference(cube):
            return model.shows_any(model.holders[cube])
        case _:
            # What it refers to itself stands behind it.
            return True


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


def join_entry(join: Join, model: Model) -> dict[str, str]:
    """A join as its cube declares it."""
    sql = present(sql=declared_sql(join.declared_sql, (join.on,), model))
    return sql | {"relationship": RELATIONSHIPS[join.relationship], "name": join.target}


def template(sql: str) -> str:
    """SQL as tools of Cube read it: a JavaScript template, in which `{x}` is written `${x}`."""
    return "`" + re.sub(r"\{([^{}]*)\}", r"${\1}", sql) + "`"
