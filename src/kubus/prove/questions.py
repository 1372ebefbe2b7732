"""Random requests about a world: over every endpoint, in every format, right ones and wrong ones."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import quote

from kubus.model.access import tests_in
from kubus.prove.hidden import CANARY, given_by, sight, view_policies
from kubus.prove.world import World

BASE = "/cubejs-api/v1"
TIMEZONES = ("UTC", "America/New_York", "Asia/Kolkata")
RANGES = (["2024-01-10", "2024-02-20"], "2024-02-01", ["2024-01-01", "2024-03-31"])
COMPARED = [["2024-01-01", "2024-01-31"], ["2024-02-01", "2024-02-29"]]
WRONG = ("counts", "nothing")
# One finds what is hidden by a part of it that is no canary itself.
TEXTS = ("acme", "bolt", "north", "open", "calm", "loud", CANARY[1:], "n1")

Query = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """One HTTP request; `body` None is a GET. `in_order` says that every row of the answer was given its place."""

    path: str
    query_string: str = ""
    body: bytes | None = None
    in_order: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """Members of a cube or view by what may be done with them; dimensions with their types. `moments` are measures that
    are no numbers.
    """

    holder: str
    dimensions: Mapping[str, str]
    measures: tuple[str, ...]
    segments: tuple[str, ...]
    moments: frozenset[str]

    @property
    def numbers(self) -> list[str]:
        """The measures that are compared with numbers."""
        return [name for name in self.measures if name not in self.moments]

    def only(self, names: frozenset[str]) -> "Named":
        """Those of these names."""
        return Named(
            self.holder,
            {name: kind for name, kind in self.dimensions.items() if name in names},
            tuple(name for name in self.measures if name in names),
            tuple(name for name in self.segments if name in names),
            self.moments,
        )


@dataclass(frozen=True, slots=True)
class Names:
    """What may be asked for in a world. `given` are the members that the observer is given, `all` those that there are,
    in the same order; `wrong` are paths of members that there are not, or not for the observer.
    """

    all: tuple[Named, ...]
    given: tuple[Named, ...]
    wrong: tuple[str, ...]
    timezones: tuple[str, ...]


def names_of(world: World) -> Names:
    """Each cube and view with its members."""
    kinds: dict[tuple[str, str], str] = {}
    moments: set[tuple[str, str]] = set()
    for cube in world.cubes:
        kinds |= {(cube.name, d["name"]): d["type"] for d in cube.declared["dimensions"]}
        kinds |= {(cube.name, m["name"]): "measure" for m in cube.declared["measures"]}
        moments |= {(cube.name, m["name"]) for m in cube.declared["measures"] if m.get("type") == "time"}
        kinds |= {(cube.name, s["name"]): "segment" for s in cube.declared.get("segments", ())}
    holders = [(cube.name, {name: (cube.name, name) for name in cube.reads}) for cube in world.cubes]
    holders += [(view.name, dict(view.members)) for view in world.views]
    found: list[Named] = []
    for holder, members in holders:
        of = {name: kinds[place] for name, place in members.items()}
        dimensions = {name: kind for name, kind in of.items() if kind not in {"measure", "segment"}}
        measures = tuple(name for name, kind in of.items() if kind == "measure")
        segments = tuple(name for name, kind in of.items() if kind == "segment")
        of_time = frozenset(name for name, place in members.items() if place in moments)
        found.append(Named(holder, dimensions, measures, segments, of_time))
    given = tuple(
        names.only(told) for names, told in zip(found, (given_of(world, one.holder) for one in found), strict=True)
    )
    policies = [policy for holder in (*world.cubes, *world.views) for policy in holder.policies or ()]
    tested = {test.member for policy in policies if policy.rows is not None for test in tests_in(policy.rows)}
    # Which day a row is of depends on the zone, and so would what the observer may see.
    by_day = any(member.endswith("at") for member in tested)
    wrong = (*(f"{found[0].holder}.{name}" for name in WRONG), *world.others_members)
    return Names(tuple(found), given, wrong, TIMEZONES[:1] if by_day else TIMEZONES)


def given_of(world: World, holder: str) -> frozenset[str]:
    """The members of a cube or view that some policy gives the observer, whole or masked."""
    for view in world.views:
        if view.name == holder:
            return given_by(view_policies(world, view, world.observer), view.members)
    cube = next(cube for cube in world.cubes if cube.name == holder)
    return sight(world, cube, world.observer).given


# ── queries ──


def random_query(names: Names, random: Random) -> Query:
    """A query of one cube or view, or of two. Most name what the observer is given, and nothing else."""
    places = random.sample(range(len(names.all)), min(len(names.all), random.choice((1, 1, 1, 2))))
    columns = names.given if random.random() < 0.8 else names.all
    conditions = names.given if random.random() < 0.6 else names.all
    query: Query = {"measures": [], "dimensions": []}
    filters: list[dict[str, Any]] = []
    segments: list[str] = []
    times: list[dict[str, Any]] = []
    for place in places:
        one, tested = columns[place], conditions[place]
        query["measures"] += sampled(one.holder, one.measures, random.randrange(3), random)
        plain = [d for d, kind in one.dimensions.items() if kind != "time"]
        query["dimensions"] += sampled(one.holder, plain, random.randrange(3), random)
        time = [d for d, kind in (one if random.random() < 0.8 else tested).dimensions.items() if kind == "time"]
        if time and random.random() < 0.35:
            entry: dict[str, Any] = {"dimension": f"{one.holder}.{time[0]}"}
            if random.random() < 0.7:
                entry["granularity"] = random.choice(("day", "week", "month"))
            if random.random() < 0.7 or "granularity" not in entry:
                entry["dateRange"] = random.choice(RANGES)
            times.append(entry)
        if tested.dimensions and random.random() < 0.35:
            filters.append(random_filter(tested.holder, tested.dimensions, random))
        if tested.numbers and random.random() < 0.1:
            filters.append({"member": f"{tested.holder}.{random.choice(tested.numbers)}", **random_number(random)})
        if tested.segments and random.random() < 0.25:
            segments += sampled(tested.holder, tested.segments, 1, random)
    query |= {
        name: value
        for name, value in (("filters", filters), ("segments", segments), ("timeDimensions", times[:1]))
        if value
    }
    if not (query["measures"] or query["dimensions"]):
        one = columns[places[0]]
        names_left = one.measures or tuple(d for d, kind in one.dimensions.items() if kind != "time")
        query["measures" if one.measures or not names_left else "dimensions"] = [
            f"{one.holder}.{random.choice(names_left) if names_left else 'count'}"
        ]
    return with_options(query, names, conditions[places[0]], random)


def sampled(holder: str, names: tuple[str, ...] | list[str], count: int, random: Random) -> list[str]:
    """The paths of some members."""
    return [f"{holder}.{name}" for name in random.sample(names, min(len(names), count))]


def with_options(query: Query, names: Names, tested: Named, random: Random) -> Query:
    """The query with order, limits and the like. With a limit the order is total, so that the answer is one."""
    times = query.get("timeDimensions", ())
    columns = [*query["dimensions"], *query["measures"], *(t["dimension"] for t in times if "granularity" in t)]
    if random.random() < 0.25:
        order = [[column, random.choice(("asc", "desc"))] for column in columns]
        if tested.dimensions and random.random() < 0.15:
            order.insert(0, [f"{tested.holder}.{random.choice(list(tested.dimensions))}", "asc"])
        query["order"] = order
        if random.random() < 0.8:
            query["limit"] = random.choice((1, 2, 5))
            if random.random() < 0.3:
                query["offset"] = 1
    if random.random() < 0.15:
        query["total"] = True
    if random.random() < 0.1:
        query["ungrouped"] = True
    if random.random() < 0.2:
        query["timezone"] = random.choice(names.timezones)
    return query


def random_filter(holder: str, dimensions: Mapping[str, str], random: Random, depth: int = 1) -> dict[str, Any]:
    if depth and random.random() < 0.2:
        parts = [random_filter(holder, dimensions, random, depth - 1) for _ in range(2)]
        return {random.choice(("and", "or")): parts}
    name = random.choice(list(dimensions))
    member = f"{holder}.{name}"
    match dimensions[name]:
        case "string":
            if random.random() < 0.2:
                return {"member": member, "operator": random.choice(("set", "notSet"))}
            operator = random.choice(("equals", "notEquals", "contains", "startsWith"))
            return {"member": member, "operator": operator, "values": random.sample(TEXTS, random.randint(1, 2))}
        case "number":
            return {"member": member, **random_number(random)}
        case "boolean":
            return {"member": member, "operator": "equals", "values": [random.choice(("true", "false"))]}
        case _:
            return {"member": member, "operator": "inDateRange", "values": ["2024-01-15", "2024-02-15"]}


def random_number(random: Random) -> dict[str, Any]:
    """What a filter on a number asks for. No number that may be seen is above the largest of these."""
    value = random.choice((random.randrange(100), random.randrange(100), 50_000_000))
    return {"operator": random.choice(("gt", "lte", "equals")), "values": [str(value)]}


def with_other_values(query: Query, random: Random) -> Query:
    """The query with other values where it has some. It is of the same shape, and so has the same plan."""

    def other(condition: Any) -> Any:
        for joint in ("and", "or"):
            if joint in condition:
                return {joint: [other(part) for part in condition[joint]]}
        values = condition.get("values", ())
        if not values or condition["operator"] == "inDateRange":
            return condition
        if values[0].isdigit():
            return {**condition, "values": random_number(random)["values"]}
        texts = ("true", "false") if values[0] in {"true", "false"} else TEXTS
        return {**condition, "values": random.sample(texts, len(values))}

    changed = dict(query)
    if "filters" in query:
        changed["filters"] = [other(condition) for condition in query["filters"]]
    if "timeDimensions" in query:
        changed["timeDimensions"] = [
            {**entry, "dateRange": random.choice(RANGES)} if "dateRange" in entry else entry
            for entry in query["timeDimensions"]
        ]
    return changed


# ── questions ──


def rounds(names: Names, queries: int, random: Random) -> Iterator[tuple[Question, ...]]:
    """So many random queries, each asked over several endpoints and in several formats; now and then the metadata."""
    for _ in range(queries):
        kind = random.random()
        if kind < 0.06:
            yield tuple(Question(f"{BASE}/meta", given) for given in ("", "extended=true", "onlyViews=true"))
            continue
        query = random_query(names, random)
        if kind < 0.1:
            query["measures"] = [*query["measures"], random.choice(names.wrong)]
        times = query.get("timeDimensions", ())
        if kind > 0.96 and times and "dateRange" in times[0]:
            compared = {k: v for k, v in times[0].items() if k != "dateRange"}
            query["timeDimensions"] = [{**compared, "compareDateRange": COMPARED}]
            yield (get("load", query, queryType="multi"), post("load", query, queryType="multi"))
            continue
        yield tuple(asked(query, 9, random))
        if random.random() < 0.4:
            yield tuple(asked(with_other_values(query, random), 5, random))


def asked(query: Query, doors: int, random: Random) -> Iterator[Question]:
    """One query over so many endpoints and formats."""
    every = (
        get("load", query),
        get("load", query),
        post("load", query),
        get("load", {**query, "responseFormat": "compact"}),
        get("load", {**query, "responseFormat": "columnar"}),
        post("load", {**query, "responseFormat": random.choice(("compact", "columnar"))}),
        get("load", query, queryType="multi"),
        # Several queries are answered together where all of them are by time.
        get("load", [query, query] if is_by_time(query) else query, queryType="multi"),
        # Each of these asks the database again, which is what takes longest.
        random.choice(
            (
                get("load", {**query, "total": True}),
                get("load", query, cache=random.choice(("no-cache", "must-revalidate", "stale-while-revalidate"))),
            )
        ),
        get("sql", query),
        post("sql", query),
        get("dry-run", query),
        post("dry-run", query),
        get("subscribe", query),
        post("subscribe", query),
    )
    yield from random.sample(every, doors)


def get(path: str, query: Any, **more: str) -> Question:
    texts = {"query": json.dumps(query), **more}
    given = "&".join(f"{key}={quote(value)}" for key, value in texts.items())
    return Question(f"{BASE}/{path}", given, None, is_in_order(query))


def post(path: str, query: Any, **more: str) -> Question:
    return Question(f"{BASE}/{path}", "", json.dumps({"query": query, **more}).encode(), is_in_order(query))


def is_by_time(query: Query) -> bool:
    return any("granularity" in entry for entry in query.get("timeDimensions", ()))


def is_in_order(query: Any) -> bool:
    """Whether a query gives every row its place: an order is by all that it selects."""
    return isinstance(query, dict) and "order" in query
