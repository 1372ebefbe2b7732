"""What metadata and annotations both say of a member: titles, types, drill members."""

from collections.abc import Iterable
from typing import Any

from kubus.api.wire.formats import wire_format
from kubus.model.cube import Cube, Dimension, Measure, Segment
from kubus.model.custom_granularity import CustomGranularity
from kubus.model.model import Model
from kubus.model.view import View

Json = Any


def measure_entry(measure: Measure, cube: Cube | View, model: Model) -> dict[str, Json]:
    """Title, type, format and drill members of a measure. Its type is that of its values."""
    value_type = measure.type.value_type
    drills = [path for path in measure.drill_members if model.is_shown(path)]
    return titled(measure, cube) | present(
        description=measure.label.description,
        type=value_type,
        format=wire_format(measure.label, value_type),
        currency=measure.label.currency,
        meta=measure.label.meta,
        drillMembers=drills,
        drillMembersGrouped=drill_groups(drills, model),
    )


def dimension_entry(dimension: Dimension, cube: Cube | View) -> dict[str, Json]:
    """Title, type and format of a dimension."""
    return titled(dimension, cube) | present(
        description=dimension.label.description,
        type=dimension.type,
        format=wire_format(dimension.label, dimension.type),
        currency=dimension.label.currency,
        meta=dimension.label.meta,
    )


def custom_entry(custom: CustomGranularity) -> dict[str, str]:
    """A granularity that the model defines. One of a calendar is as wide as the predefined one of its name."""
    declared = dict(custom.declared) or {"interval": f"1 {custom.name}"}
    return {"name": custom.name, "title": custom.title, **declared}


def segment_entry(segment: Segment, cube: Cube | View) -> dict[str, Json]:
    """Title of a segment."""
    return titled(segment, cube) | present(description=segment.label.description, meta=segment.label.meta)


def titled(member: Measure | Dimension | Segment, cube: Cube | View) -> dict[str, Json]:
    """The two titles: with the cube's before it, and the member's own."""
    return {"title": f"{cube.label.title} {member.label.title}", "shortTitle": member.label.title}


def drill_groups(paths: Iterable[str], model: Model) -> dict[str, list[str]]:
    """Drill members by kind."""
    groups: dict[str, list[str]] = {"measures": [], "dimensions": []}
    for path in paths:
        cube_name, _, name = path.partition(".")
        cube = model.holders.get(cube_name)
        is_measure = cube is not None and name in cube.measures
        groups["measures" if is_measure else "dimensions"].append(path)
    return groups


def present(**entries: Json) -> dict[str, Json]:
    """The entries that are there: None says that the model has nothing to say."""
    return {key: value for key, value in entries.items() if value is not None}
