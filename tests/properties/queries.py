"""Random queries on given cubes, in the form that clients send."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from tests.properties import pools
from tests.properties.choices import Choices, chance, pick, some
from tests.properties.example import ColumnKind, Cube, Dimension, Measure, Of, Segment, View
from tests.properties.grown import COARSE, members_of

GRANULARITIES = ("day", "month", "hour", "week", "quarter", "year", "minute", "second")
NUMBERS = ("integer", "decimal")
# A path of a member, and the kind of its values.
Typed = tuple[str, ColumnKind]


@dataclass(frozen=True, slots=True)
class Names:
    """What a query may name: members by their paths. `inside` are what propagated filters may test by `brought`."""

    measures: list[tuple[str, Measure]]
    dimensions: list[tuple[str, Dimension]]
    segments: list[str]
    cubes: dict[str, Cube]
    # The cubes whose dimensions stand among filters that reach into sub-queries.
    near: list[Cube]


def random_query(choices: Choices, cubes: tuple[Cube, ...], views: tuple[View, ...] = ()) -> dict[str, Any]:
    """A query on cubes or on one view."""
    shown = [view for view in views if view.entries]
    if shown and chance(choices, 65):
        return query_on(choices, names_in_view(pick(choices, shown), cubes), cubes)
    return query_on(choices, names_near(choices, cubes), cubes)


def names_near(choices: Choices, cubes: tuple[Cube, ...]) -> Names:
    """Members, most often of cubes that one of them reaches."""
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
    return Names(
        [(f"{c.name}.{m.name}", m) for c in near for m in c.measures],
        [(f"{c.name}.{d.name}", d) for c in everywhere for d in c.dimensions],
        [f"{c.name}.{s.name}" for c in near for s in c.segments],
        {cube.name: cube for cube in cubes},
        near,
    )


def names_in_view(view: View, cubes: tuple[Cube, ...]) -> Names:
    by_name = {cube.name: cube for cube in cubes}
    members = [(f"{view.name}.{name}", member) for name, member in members_of(view, by_name)]
    return Names(
        [(path, m) for path, m in members if isinstance(m, Measure)],
        [(path, d) for path, d in members if isinstance(d, Dimension)],
        [path for path, s in members if isinstance(s, Segment)],
        by_name,
        [],
    )


def query_on(choices: Choices, names: Names, cubes: tuple[Cube, ...]) -> dict[str, Any]:
    measures = [path for path, _ in names.measures]
    of_measure = dict(names.measures)
    of_dimension = dict(names.dimensions)
    switches = [path for path, d in names.dimensions if d.values]
    dimensions: list[Typed] = [(path, d.kind) for path, d in names.dimensions if not d.values]
    times = [path for path, kind in dimensions if kind == "time"]
    query: dict[str, Any] = {}
    zone = pick(choices, pools.ZONES) if chance(choices, 60) else None
    walls = Walls.of(cubes, zone)
    asked = some(choices, measures, 0 if chance(choices, 20) else 1, 3)
    apart = [path for path, m in names.measures if m.is_apart or m.name in ("of_rolling", "share")]
    if apart and not set(apart) & set(asked) and chance(choices, 75):
        asked = [*asked[:1], pick(choices, apart)]
    chosen = [path for path, _ in some(choices, dimensions, 0 if chance(choices, 30) else 1, 3)]
    if not asked and not chosen and dimensions:
        chosen = [pick(choices, dimensions)[0]]
    brought = [path for path, d in names.dimensions if d.sub_query]
    if brought and not set(brought) & set(chosen) and chance(choices, 50):
        chosen.append(pick(choices, brought))
    named = {path.split(".")[0] for path in (*asked, *chosen)}
    if named and len(names.near) > 1 and chance(choices, 60):
        # A member of a cube that is not there yet.
        others = [path for path in (*measures, *(path for path, _ in dimensions)) if path.split(".")[0] not in named]
        if others:
            other = pick(choices, others)
            (asked if other in measures else chosen).append(other)
    if asked:
        query["measures"] = asked
    if names.segments and chance(choices, 12):
        query["segments"] = some(choices, names.segments, 1, 2)
    sees_apart = any(path in apart for path in asked)
    windowed = [path for path in asked if is_rolling(of_measure[path])]
    entries: list[dict[str, Any]] = []
    if times and windowed:
        # One time drives the windows; now and then there are none.
        entries = [
            window_time(choices, pick(choices, times), of_dimension, walls) for _ in range(pick(choices, (1, 1, 1, 0)))
        ]
    elif times:
        entries = [
            time_dimension(choices, pick(choices, times), of_dimension, walls)
            for _ in range(pick(choices, (0, 1, 1, 1, 2) if sees_apart else (0, 0, 1, 1, 2)))
        ]
    if not entries and chosen and chosen[-1] in times and not windowed and chance(choices, 30):
        chosen[-1] += "." + granularity(choices, of_dimension[chosen[-1]])
    filters = (
        [dimension_filter(choices, dimensions, walls) for _ in range(pick(choices, (0, 0, 0, 1, 1, 1, 2)))]
        if dimensions
        else []
    )
    choosing = [path for path in asked if of_measure[path].choice is not None]
    for path in switches:
        if any(same_owner(path, other) for other in choosing) or chance(choices, 5):
            if chance(choices, 55):
                chosen.append(path)
            else:
                value = pick(choices, of_dimension[path].values)
                filters.append({"member": path, "operator": "equals", "values": [value]})
    if chosen:
        query["dimensions"] = chosen
    if entries:
        query["timeDimensions"] = entries
    ungrouped = not sees_apart and chance(choices, 10)
    inside = [
        (f"{c.name}.{d.name}", d.kind)
        for path in chosen
        if (brought_one := of_dimension.get(path)) is not None and brought_one.propagate_filters
        for c in names.near
        if isinstance(brought_one.value, Of) and c.name == brought_one.value.cube
        for d in c.dimensions
        if not d.sub_query and not d.values
    ]
    if inside and chance(choices, 70):
        # A filter that matters inside: on the rows that the sub-query aggregates.
        filters.append(dimension_filter(choices, inside, walls, depth=0))
    numeric: list[Typed] = [(path, m.kind) for path, m in names.measures if m.kind in NUMBERS or m.type == "time"]
    numeric = [(path, kind) for path, kind in numeric if path in asked or path not in apart]
    if numeric and not ungrouped and chance(choices, 30):
        filters.append(measure_filter(choices, numeric))
    plain = [path for path in measures if path not in apart]
    if plain and chance(choices, 4):
        filters.append({"member": pick(choices, plain), "operator": "measureFilter"})
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


def is_rolling(measure: Measure) -> bool:
    return measure.window is not None or measure.name in ("of_rolling", "rolling_before")


def same_owner(one: str, other: str) -> bool:
    return one.split(".", maxsplit=1)[0] == other.split(".", maxsplit=1)[0]


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


def granularity(choices: Choices, dimension: Dimension) -> str:
    own = [g.name for g in dimension.granularities]
    return pick(choices, own) if own and chance(choices, 45) else pick(choices, GRANULARITIES)


def window_time(choices: Choices, path: str, dimensions: dict[str, Dimension], walls: Walls) -> dict[str, Any]:
    """A time that drives windows, of which there is one for each period: few periods, or short ranges."""
    entry: dict[str, Any] = {"dimension": path}
    match choices.integer(0, 9):
        case 0:
            # One window for the whole range.
            entry["dateRange"] = walls.range(choices)
        case 1 | 2:
            first = walls.time(choices).date()
            last = first + timedelta(days=choices.integer(0, 4))
            entry |= {"granularity": pick(choices, ("day", "hour")), "dateRange": [first.isoformat(), last.isoformat()]}
        case _:
            own = [g.name for g in dimensions[path].granularities if g.name in COARSE]
            entry["granularity"] = pick(choices, (*own, "month", "quarter", "year", "week", "month"))
            if chance(choices, 65):
                entry["dateRange"] = walls.range(choices)
    return entry


def time_dimension(choices: Choices, path: str, dimensions: dict[str, Dimension], walls: Walls) -> dict[str, Any]:
    entry: dict[str, Any] = {"dimension": path}
    has_range = chance(choices, 35)
    if not has_range or chance(choices, 70):
        entry["granularity"] = granularity(choices, dimensions[path])
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
