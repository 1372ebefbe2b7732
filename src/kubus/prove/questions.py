"""Random requests about a world: over every endpoint, in every format, right ones and wrong ones."""

import json
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import quote

from kubus.model.access import tests_in
from kubus.prove.hidden import CANARY
from kubus.prove.world import World

BASE = "/cubejs-api/v1"
TIMEZONES = ("UTC", "America/New_York", "Asia/Kolkata")
# One finds what is hidden by a part of it that is no canary itself.
RANGES = (["2024-01-10", "2024-02-20"], "2024-02-01", ["2024-01-01", "2024-03-31"])
COMPARED = [["2024-01-01", "2024-01-31"], ["2024-02-01", "2024-02-29"]]
WRONG = ("counts", "nothing")
TEXTS = ("acme", "bolt", "north", "open", "calm", CANARY[1:], "n1")


@dataclass(frozen=True, slots=True)
class Question:
    """One HTTP request; `body` None is a GET."""

    path: str
    query_string: str = ""
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """The members of a world by what may be done with them."""

    groups: tuple[tuple[str, dict[str, str], tuple[str, ...], tuple[str, ...]], ...]
    timezones: tuple[str, ...]


def names_of(world: World) -> Names:
    """Each cube and view with its dimensions and their types, its measures, and its segments."""
    kinds: dict[tuple[str, str], str] = {}
    for cube in world.cubes:
        kinds |= {(cube.name, d["name"]): d["type"] for d in cube.declared["dimensions"]}
        kinds |= {(cube.name, m["name"]): "measure" for m in cube.declared["measures"]}
        kinds |= {(cube.name, s["name"]): "segment" for s in cube.declared.get("segments", ())}
    holders = [(cube.name, {name: (cube.name, name) for name in cube.reads}) for cube in world.cubes]
    holders += [(view.name, dict(view.members)) for view in world.views]
    groups: list[tuple[str, dict[str, str], tuple[str, ...], tuple[str, ...]]] = []
    for holder, members in holders:
        of = {name: kinds[place] for name, place in members.items()}
        dimensions = {name: kind for name, kind in of.items() if kind not in {"measure", "segment"}}
        measures = tuple(name for name, kind in of.items() if kind == "measure")
        groups.append((holder, dimensions, measures, tuple(n for n, kind in of.items() if kind == "segment")))
    policies = [policy for holder in (*world.cubes, *world.views) for policy in holder.policies or ()]
    tested = {test.member for policy in policies if policy.rows is not None for test in tests_in(policy.rows)}
    # Which day a row is of depends on the zone, and so would what the observer may see.
    by_day = any(member.endswith("at") for member in tested)
    return Names(tuple(groups), TIMEZONES[:1] if by_day else TIMEZONES)


def random_query(names: Names, random: Random) -> dict[str, Any]:
    """A query of one cube or view, or of two cubes."""
    chosen = random.sample(names.groups, min(len(names.groups), random.choice((1, 1, 1, 2))))
    query: dict[str, Any] = {"measures": [], "dimensions": []}
    filters: list[dict[str, Any]] = []
    segments: list[str] = []
    times: list[dict[str, Any]] = []
    for holder, dimensions, measures, own_segments in chosen:
        query["measures"] += [f"{holder}.{m}" for m in random.sample(measures, min(len(measures), random.randrange(3)))]
        plain = [d for d, kind in dimensions.items() if kind != "time"]
        query["dimensions"] += [f"{holder}.{d}" for d in random.sample(plain, min(len(plain), random.randrange(3)))]
        time = [d for d, kind in dimensions.items() if kind == "time"]
        if time and random.random() < 0.35:
            entry: dict[str, Any] = {"dimension": f"{holder}.{time[0]}"}
            if random.random() < 0.7:
                entry["granularity"] = random.choice(("day", "week", "month"))
            if random.random() < 0.7 or "granularity" not in entry:
                entry["dateRange"] = random.choice(
                    (["2024-01-10", "2024-02-20"], "2024-02-01", ["2024-01-01", "2024-03-31"])
                )
            times.append(entry)
        if dimensions and random.random() < 0.35:
            filters.append(random_filter(holder, dimensions, random))
        if measures and random.random() < 0.1:
            filters.append({"member": f"{holder}.{random.choice(measures)}", "operator": "gt", "values": ["1"]})
        if own_segments and random.random() < 0.2:
            segments.append(f"{holder}.{random.choice(own_segments)}")
    query |= {
        name: value
        for name, value in (("filters", filters), ("segments", segments), ("timeDimensions", times[:1]))
        if value
    }
    if not (query["measures"] or query["dimensions"]):
        holder, _, measures, _ = chosen[0]
        query["measures"] = [f"{holder}.{measures[0] if measures else 'count'}"]
    return with_options(query, names, random)


def with_options(query: dict[str, Any], names: Names, random: Random) -> dict[str, Any]:
    """The query with order, limits and the like. With a limit the order is total, so that the answer is one."""
    columns = [*query["dimensions"], *query["measures"], *(t["dimension"] for t in query.get("timeDimensions", ()))]
    if random.random() < 0.2:
        query["order"] = [[column, random.choice(("asc", "desc"))] for column in columns]
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


def random_filter(holder: str, dimensions: dict[str, str], random: Random, depth: int = 1) -> dict[str, Any]:
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
            return {
                "member": member,
                "operator": random.choice(("gt", "lte", "equals")),
                "values": [str(random.randrange(100))],
            }
        case "boolean":
            return {"member": member, "operator": "equals", "values": ["true"]}
        case _:
            return {"member": member, "operator": "inDateRange", "values": ["2024-01-15", "2024-02-15"]}


def random_questions(names: Names, random: Random) -> list[Question]:
    """One random query asked over several endpoints; now and then something else."""
    kind = random.random()
    if kind < 0.05:
        return [Question(f"{BASE}/meta", given) for given in ("", "extended=true", "onlyViews=true")]
    query: Any = random_query(names, random)
    if kind < 0.08:
        query["measures"] = [*query["measures"], f"{names.groups[0][0]}.{random.choice(WRONG)}"]
    times = query.get("timeDimensions")
    if kind > 0.95 and times and "dateRange" in times[0]:
        times = [{"compareDateRange": COMPARED, **{k: v for k, v in times[0].items() if k != "dateRange"}}]
        return [get("load", {**query, "timeDimensions": times}, queryType="multi")]
    if kind > 0.92:
        return [get("load", [query, query], queryType="multi")]
    asked = [get("load", query)]
    doors = (
        lambda: post("load", query),
        lambda: get("load", {**query, "responseFormat": "compact"}),
        lambda: get("load", {**query, "responseFormat": "columnar"}),
        lambda: get("load", {**query, "total": True}),
        lambda: get("load", query, queryType="multi"),
        lambda: get("load", query, cache=random.choice(("no-cache", "must-revalidate"))),
        lambda: get("sql", query),
        lambda: get("dry-run", query),
        lambda: post("subscribe", query),
    )
    asked.extend(door() for door in random.sample(doors, 3))
    return asked


def get(path: str, query: object, **more: str) -> Question:
    texts = {"query": json.dumps(query), **more}
    return Question(f"{BASE}/{path}", "&".join(f"{key}={quote(value)}" for key, value in texts.items()))


def post(path: str, query: object) -> Question:
    return Question(f"{BASE}/{path}", "", json.dumps({"query": query}).encode())
