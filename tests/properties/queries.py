"""Random queries on given cubes, in the form that clients send."""

from datetime import datetime, timedelta
from typing import Any

from tests.properties import pools
from tests.properties.choices import Choices, chance, pick, some
from tests.properties.example import ColumnKind, Cube

GRANULARITIES = ("day", "month", "hour", "week", "quarter", "year", "minute", "second")
NUMBERS = ("integer", "decimal")
# A path of a member, and the kind of its values.
Typed = tuple[str, ColumnKind]


def random_query(choices: Choices, cubes: tuple[Cube, ...]) -> dict[str, Any]:
    """A query, most often on cubes that one of them reaches."""
    near = within_reach(cubes, pick(choices, cubes))
    if chance(choices, 60):
        near = max((within_reach(cubes, cube) for cube in cubes), key=len)
    if chance(choices, 8):
        # Perhaps several facts, perhaps members that nothing connects.
        near = list(cubes)
    measures = [f"{c.name}.{m.name}" for c in near for m in c.measures]
    dimensions: list[Typed] = [(f"{c.name}.{d.name}", d.kind) for c in near for d in c.dimensions]
    segments = [f"{c.name}.{s.name}" for c in near for s in c.segments]
    times = [path for path, kind in dimensions if kind == "time"]
    query: dict[str, Any] = {}
    if asked := some(choices, measures, 0, 3):
        query["measures"] = asked
    chosen = [path for path, _ in some(choices, dimensions, 0 if chance(choices, 30) else 1, 3)]
    if not asked and not chosen and dimensions:
        chosen = [pick(choices, dimensions)[0]]
    if segments and chance(choices, 12):
        query["segments"] = some(choices, segments, 1, 2)
    entries = (
        [time_dimension(choices, pick(choices, times)) for _ in range(pick(choices, (0, 0, 1, 1, 2)))] if times else []
    )
    if not entries and chosen and chosen[-1] in times and chance(choices, 30):
        chosen[-1] += "." + pick(choices, GRANULARITIES)
    if chosen:
        query["dimensions"] = chosen
    if entries:
        query["timeDimensions"] = entries
    ungrouped = chance(choices, 10)
    filters = (
        [dimension_filter(choices, dimensions) for _ in range(pick(choices, (0, 0, 0, 1, 1, 1, 2)))]
        if dimensions
        else []
    )
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
    if chance(choices, 60):
        query["timezone"] = pick(choices, pools.ZONES)
    if chance(choices, 15):
        query["total"] = True
    if ungrouped:
        query["ungrouped"] = True
    return query


def within_reach(cubes: tuple[Cube, ...], start: Cube) -> list[Cube]:
    by_name = {cube.name: cube for cube in cubes}
    found = [start.name]
    for name in found:
        found.extend(join.target for join in by_name[name].joins if join.target not in found)
    return [by_name[name] for name in found]


# Time.


def time_dimension(choices: Choices, path: str) -> dict[str, Any]:
    entry: dict[str, Any] = {"dimension": path}
    has_range = chance(choices, 35)
    if not has_range or chance(choices, 70):
        entry["granularity"] = pick(choices, GRANULARITIES)
    if has_range:
        entry["dateRange"] = date_range(choices)
        if chance(choices, 10):
            entry["dateRange"] = wall(choices, pick(choices, pools.DAYS))[:10]
    return entry


def wall(choices: Choices, day: datetime) -> str:
    match choices.integer(0, 4):
        case 3:
            return (day + pick(choices, pools.MOMENTS)).replace(microsecond=0).isoformat()
        case 4:
            return (day + pick(choices, pools.MOMENTS)).isoformat(timespec="milliseconds")
        case _:
            return day.date().isoformat()


def date_range(choices: Choices) -> list[str]:
    if chance(choices, 40):
        return ["2024-01-01", "2024-11-03"]
    day = pick(choices, pools.DAYS)
    if chance(choices, 10):
        return [wall(choices, day)]
    later = day + timedelta(days=pick(choices, (300, 0, 1, 31, 700)))
    return [wall(choices, day), wall(choices, later)]


# Filters.


def dimension_filter(choices: Choices, dimensions: list[Typed], depth: int = 2) -> dict[str, Any]:
    if depth and chance(choices, 25):
        parts = [dimension_filter(choices, dimensions, depth - 1) for _ in range(choices.integer(0, 3))]
        return {pick(choices, ("or", "and")): parts}
    path, kind = pick(choices, dimensions)
    return {"member": path, **comparison(choices, kind)}


def comparison(choices: Choices, kind: ColumnKind) -> dict[str, Any]:
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
            return {"operator": operator, "values": [wall(choices, pick(choices, pools.DAYS))]}
        return {"operator": operator, "values": date_range(choices)}
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
