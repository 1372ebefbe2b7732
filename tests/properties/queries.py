"""Random queries on given cubes, in the form that clients send."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

from tests.properties import pools
from tests.properties.choices import Choices, chance, pick, some
from tests.properties.example import ColumnKind, Cube, Of

GRANULARITIES = ("day", "month", "hour", "week", "quarter", "year", "minute", "second")
NUMBERS = ("integer", "decimal")
# A path of a member, and the kind of its values.
Typed = tuple[str, ColumnKind]


def random_query(choices: Choices, cubes: tuple[Cube, ...]) -> dict[str, Any]:
    """A query, most often on cubes that one of them reaches."""
    near = within_reach(cubes, pick(choices, cubes))
    if chance(choices, 60):
        near = max((within_reach(cubes, cube) for cube in cubes), key=len)
    everywhere = near
    if chance(choices, 10):
        # Perhaps members that nothing connects.
        near = everywhere = list(cubes)
    shared = shared_cubes(cubes)
    if shared and chance(choices, 60):
        # Several facts, most often by what they share.
        near = list(cubes)
        everywhere = shared if chance(choices, 85) else near
    measures = [f"{c.name}.{m.name}" for c in near for m in c.measures]
    dimensions: list[Typed] = [(f"{c.name}.{d.name}", d.kind) for c in everywhere for d in c.dimensions]
    segments = [f"{c.name}.{s.name}" for c in near for s in c.segments]
    times = [path for path, kind in dimensions if kind == "time"]
    query: dict[str, Any] = {}
    zone = pick(choices, pools.ZONES) if chance(choices, 60) else None
    walls = Walls.of(cubes, zone)
    asked = some(choices, measures, 0 if chance(choices, 20) else 1, 3)
    chosen = [path for path, _ in some(choices, dimensions, 0 if chance(choices, 30) else 1, 3)]
    if not asked and not chosen and dimensions:
        chosen = [pick(choices, dimensions)[0]]
    brought = [f"{c.name}.{d.name}" for c in everywhere for d in c.dimensions if d.sub_query]
    if brought and not set(brought) & set(chosen) and chance(choices, 50):
        chosen.append(pick(choices, brought))
    named = {path.split(".")[0] for path in (*asked, *chosen)}
    if named and len(near) > 1 and chance(choices, 60):
        # A member of a cube that is not there yet.
        others = [path for path in (*measures, *(path for path, _ in dimensions)) if path.split(".")[0] not in named]
        if others:
            other = pick(choices, others)
            (asked if other in measures else chosen).append(other)
    if asked:
        query["measures"] = asked
    if segments and chance(choices, 12):
        query["segments"] = some(choices, segments, 1, 2)
    entries = (
        [time_dimension(choices, pick(choices, times), walls) for _ in range(pick(choices, (0, 0, 1, 1, 2)))]
        if times
        else []
    )
    if not entries and chosen and chosen[-1] in times and chance(choices, 30):
        chosen[-1] += "." + pick(choices, GRANULARITIES)
    if chosen:
        query["dimensions"] = chosen
    if entries:
        query["timeDimensions"] = entries
    ungrouped = chance(choices, 10)
    filters = (
        [dimension_filter(choices, dimensions, walls) for _ in range(pick(choices, (0, 0, 0, 1, 1, 1, 2)))]
        if dimensions
        else []
    )
    inside = [
        (f"{c.name}.{d.name}", d.kind)
        for of in everywhere
        for brought_one in of.dimensions
        if brought_one.propagate_filters and f"{of.name}.{brought_one.name}" in chosen
        for c in near
        if isinstance(brought_one.value, Of) and c.name == brought_one.value.cube
        for d in c.dimensions
        if not d.sub_query
    ]
    if inside and chance(choices, 70):
        # A filter that matters inside: on the rows that the sub-query aggregates.
        filters.append(dimension_filter(choices, inside, walls, depth=0))
    numeric: list[Typed] = [
        (f"{c.name}.{m.name}", m.kind) for c in near for m in c.measures if m.kind in NUMBERS or m.type == "time"
    ]
    if numeric and not ungrouped and chance(choices, 30):
        filters.append(measure_filter(choices, numeric))
    if measures and chance(choices, 4):
        filters.append({"member": pick(choices, measures), "operator": "measureFilter"})
    if filters:
        query["filters"] = filters
    if chance(choices, 45):
        query["order"] = order(choices, query)
    if chance(choices, 25):
        query["limit"] = choices.integer(0, 4)
    if chance(choices, 15):
        query["offset"] = choices.integer(0, 3)
    if zone:
        query["timezone"] = zone
    if chance(choices, 15):
        query["total"] = True
    if ungrouped:
        query["ungrouped"] = True
    return query


def shared_cubes(cubes: tuple[Cube, ...]) -> list[Cube]:
    """The cubes that every cube reaches to which no other leads, where there are several such."""
    reaches = {cube.name: {near.name for near in within_reach(cubes, cube)} for cube in cubes}
    facts = [name for name in reaches if not any(name in reach for other, reach in reaches.items() if other != name)]
    if len(facts) < 2:
        return []
    return [cube for cube in cubes if all(cube.name in reaches[fact] for fact in facts)]


def within_reach(cubes: tuple[Cube, ...], start: Cube) -> list[Cube]:
    by_name = {cube.name: cube for cube in cubes}
    found = [start.name]
    for name in found:
        found.extend(join.target for join in by_name[name].joins if join.target not in found)
    return [by_name[name] for name in found]


# Time.


@dataclass(frozen=True, slots=True)
class Walls:
    """The times in the data as wall times of the query's zone: bounds that meet rows are worth more than others."""

    times: tuple[datetime, ...]

    @classmethod
    def of(cls, cubes: Iterable[Cube], zone: str | None) -> Self:
        local = ZoneInfo(zone or "UTC")
        instants = {v for cube in cubes for row in cube.rows for v in row if isinstance(v, datetime)}
        return cls(tuple(v.replace(tzinfo=UTC).astimezone(local).replace(tzinfo=None) for v in sorted(instants)))

    def time(self, choices: Choices) -> datetime:
        if self.times and chance(choices, 50):
            return pick(choices, self.times)
        return pick(choices, pools.DAYS) + pick(choices, pools.MOMENTS)

    def text(self, choices: Choices) -> str:
        """A date, or a time in seconds or milliseconds."""
        time = self.time(choices)
        match choices.integer(0, 3):
            case 2:
                return time.isoformat(timespec="seconds")
            case 3:
                return time.isoformat(timespec="milliseconds")
            case _:
                return time.date().isoformat()

    def range(self, choices: Choices) -> list[str]:
        if chance(choices, 40):
            return ["2024-01-01", "2024-11-03"]
        first = self.text(choices)
        if chance(choices, 10):
            return [first]
        last = self.text(choices)
        return sorted([first, last]) if chance(choices, 60) else ["2023-12-31", last]


def time_dimension(choices: Choices, path: str, walls: Walls) -> dict[str, Any]:
    entry: dict[str, Any] = {"dimension": path}
    has_range = chance(choices, 35)
    if not has_range or chance(choices, 70):
        entry["granularity"] = pick(choices, GRANULARITIES)
    if has_range:
        entry["dateRange"] = walls.range(choices)
        if chance(choices, 10):
            entry["dateRange"] = walls.time(choices).date().isoformat()
    return entry


# Filters.


def dimension_filter(choices: Choices, dimensions: list[Typed], walls: Walls, depth: int = 2) -> dict[str, Any]:
    if depth and chance(choices, 25):
        parts = [dimension_filter(choices, dimensions, walls, depth - 1) for _ in range(choices.integer(0, 3))]
        return {pick(choices, ("or", "and")): parts}
    path, kind = pick(choices, dimensions)
    return {"member": path, **comparison(choices, kind, walls)}


def comparison(choices: Choices, kind: ColumnKind, walls: Walls) -> dict[str, Any]:
    match choices.integer(0, 9):
        case 8:
            return {"operator": pick(choices, ("set", "notSet"))}
        case 9 if kind == "string":
            return equality(choices, kind)
        case _:
            pass
    if kind == "string" and chance(choices, 60):
        operator = pick(choices, ("contains", "notContains", "startsWith", "notStartsWith", "endsWith", "notEndsWith"))
        return {"operator": operator, "values": with_null(choices, some(choices, pools.FRAGMENTS, 1, 2))}
    if kind in NUMBERS and chance(choices, 50):
        return {"operator": pick(choices, ("gt", "gte", "lt", "lte")), "values": [number(choices, kind)]}
    if kind == "time" and chance(choices, 75):
        operator = pick(choices, ("inDateRange", "notInDateRange", *DATE_OPERATORS))
        if operator in DATE_OPERATORS:
            return {"operator": operator, "values": [walls.text(choices)]}
        return {"operator": operator, "values": walls.range(choices)}
    return equality(choices, kind)


DATE_OPERATORS = ("onTheDate", "beforeDate", "beforeOrOnDate", "afterDate", "afterOrOnDate")


def equality(choices: Choices, kind: ColumnKind) -> dict[str, Any]:
    operator = pick(choices, ("equals", "notEquals", "equals", "notEquals", "in", "notIn"))
    match kind:
        case "integer" | "decimal":
            values: list[Any] = [number(choices, kind) for _ in range(choices.integer(1, 3))]
        case "string":
            values = list(some(choices, (*pools.TEXTS, "small", "it's", "other"), 1, 3))
        case "boolean":
            values = [pick(choices, ("true", "false", True, False))]
        case "time":
            values = [pools.moment(choices).isoformat(timespec="microseconds") for _ in range(choices.integer(1, 2))]
    return {"operator": operator, "values": with_null(choices, values)}


def with_null(choices: Choices, values: list[Any]) -> list[Any]:
    """The values, now and then with null among them or alone."""
    match choices.integer(0, 9):
        case 8:
            return [*values, None]
        case 9:
            return [None]
        case _:
            return values


def number(choices: Choices, kind: ColumnKind) -> Any:
    """A number as clients send it, as text or as a number."""
    value = pools.value(choices, kind)
    return int(value) if isinstance(value, int) and chance(choices, 30) else str(value)


def measure_filter(choices: Choices, measures: list[Typed], depth: int = 1) -> dict[str, Any]:
    if depth and chance(choices, 20):
        parts = [measure_filter(choices, measures, depth - 1) for _ in range(choices.integer(1, 2))]
        return {pick(choices, ("or", "and")): parts}
    path, kind = pick(choices, measures)
    if kind not in NUMBERS or chance(choices, 15):
        return {"member": path, "operator": pick(choices, ("set", "notSet"))}
    operator = pick(choices, ("gt", "gte", "lt", "lte", "equals", "notEquals"))
    values = [number(choices, kind)]
    return {
        "member": path,
        "operator": operator,
        "values": values if operator[0] in "gl" else with_null(choices, values),
    }


# Order.


def order(choices: Choices, query: dict[str, Any]) -> Any:
    """An order over members of the query; a time dimension that is there twice in different ways is left out."""
    entries = [entry["dimension"] for entry in query.get("timeDimensions", []) if entry.get("granularity")]
    plain = [path for path in query.get("dimensions", []) if path.count(".") == 1 and path not in entries]
    split = [path.rsplit(".", 1)[0] for path in query.get("dimensions", []) if path.count(".") == 2]
    candidates = [*plain, *query.get("measures", []), *entries, *split]
    clear = [
        path
        for path in dict.fromkeys(candidates)
        if not (path in query.get("dimensions", []) and path in (*entries, *split))
    ]
    chosen = some(choices, clear, 0, 4)
    pairs: list[Any] = [[path, pick(choices, ("asc", "desc"))] for path in chosen]
    return pairs if chance(choices, 50) else dict(pairs)
