"""The annotation of an answer: what each of its columns is called, and how it is shown."""

from typing import Any

from kubus.api.wire.members import custom_entry, dimension_entry, measure_entry, segment_entry
from kubus.model.cube import Dimension
from kubus.model.model import Model
from kubus.query.query import Query

Json = Any


def annotation(query: Query, model: Model, *, hidden_too: bool = False) -> dict[str, dict[str, Json]]:
    """Entries by member for the measures, dimensions, segments and time dimensions of a query.

    A time dimension with a granularity has two entries, since its rows have two keys: `cube.member.granularity` and,
    unless that is a dimension of the query, `cube.member`. A segment that is not public may be asked for, and is only
    described with `hidden_too`.

    Raises:
        MemberError: the query names a member that the model does not have.
    """
    measures: dict[str, Json] = {}
    for path in query.measures:
        measure = model.measure(path)
        measures[path] = measure_entry(measure, model.holders[measure.cube], model)
    dimensions: dict[str, Json] = {}
    for path in query.dimensions:
        dimension = model.dimension(path)
        dimensions[path] = dimension_entry(dimension, model.holders[dimension.cube])
    segments: dict[str, Json] = {}
    for path in query.segments:
        segment = model.segment(path)
        holder = model.holders[segment.cube]
        if hidden_too or (holder.public and segment.public):
            segments[path] = segment_entry(segment, holder)
    times: dict[str, Json] = {}
    for time in query.time_dimensions:
        if time.granularity is None:
            continue
        dimension = model.dimension(time.dimension)
        entry = dimension_entry(dimension, model.holders[dimension.cube])
        times[f"{time.dimension}.{time.granularity}"] = entry | {
            "granularity": granularity_entry(dimension, time.granularity)
        }
        if time.dimension not in dimensions:
            times[time.dimension] = entry
    return {"measures": measures, "dimensions": dimensions, "segments": segments, "timeDimensions": times}


def granularity_entry(dimension: Dimension, name: str) -> dict[str, str]:
    """A granularity. A predefined one is titled as it is named, and one unit wide."""
    for custom in dimension.granularities:
        if custom.name == name:
            return custom_entry(custom)
    return {"name": name, "title": name, "interval": f"1 {name}"}
