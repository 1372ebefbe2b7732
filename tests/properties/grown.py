"""What a random model has beyond cubes, joins and plain members, by levels of the language."""

from collections.abc import Iterable
from dataclasses import replace

from tests.properties import pools
from tests.properties.choices import Choices, chance, pick, some
from tests.properties.example import (
    Additive,
    Call,
    Choice,
    Column,
    ColumnKind,
    Constant,
    Cube,
    Dimension,
    Entry,
    Expression,
    Granularity,
    Interval,
    Measure,
    Of,
    Reach,
    Stage,
    View,
    Window,
)

# Each level has what those before it have.
LEVELS = ("cubes", "views", "windows", "stages")
NUMBERS: tuple[ColumnKind, ...] = ("integer", "decimal")

GRANULARITIES = (
    Granularity("fiscal_year", ((1, "year"),), offset=((3, "month"),)),
    Granularity("sunday_week", ((1, "week"),), offset=((-1, "day"),)),
    Granularity("sprint", ((2, "week"),), origin="2024-01-03"),
    Granularity("half_year", ((6, "month"),)),
    Granularity("two_years", ((2, "year"),)),
    Granularity("from_late", ((1, "month"),), origin="2024-01-31"),
    Granularity("from_noon", ((1, "day"),), origin="2024-03-10T12:00:00"),
    Granularity("uneven", ((1, "month"), (3, "day")), origin="2023-12-31"),
    Granularity("of_instant", ((10, "day"),), origin="2024-02-25T06:30:00Z"),
    Granularity("shift", ((8, "hour"),), offset=((-2, "hour"),)),
    Granularity("half_hour", ((30, "minute"),)),
    Granularity("late_quarter", ((1, "quarter"),), offset=((-1, "month"),)),
    Granularity("two_months", ((2, "month"),), origin="2023-11-30T18:00:00"),
)
# Those whose periods are so few that a window may be laid around each.
COARSE = frozenset(g.name for g in GRANULARITIES if g.name not in ("shift", "half_hour", "from_noon"))


def grown(choices: Choices, cubes: tuple[Cube, ...], level: str) -> tuple[Cube, ...]:
    """The cubes with what a level of the language adds."""
    depth = LEVELS.index(level)
    if depth >= 1:
        cubes = tuple(with_granularities(choices, cube) for cube in cubes)
    by_name = {cube.name: cube for cube in cubes}
    if depth >= 2:
        for cube in cubes:
            by_name[cube.name] = with_windows(choices, cube, joined=len(cubes) > 1)
    if depth >= 3:
        for name in list(by_name):
            by_name[name] = with_additive(choices, by_name[name], joined=len(cubes) > 1)
            by_name[name] = with_switch(choices, by_name[name], joined=len(cubes) > 1)
        for name in list(by_name):
            if is_countable(by_name[name], joined=len(cubes) > 1):
                by_name[name] = with_stages(choices, by_name[name], by_name)
    return tuple(by_name[cube.name] for cube in cubes)


def with_granularities(choices: Choices, cube: Cube) -> Cube:
    return replace(
        cube,
        dimensions=tuple(
            replace(d, granularities=tuple(some(choices, GRANULARITIES, 1, 2)))
            if d.kind == "time" and isinstance(d.value, Column) and chance(choices, 60)
            else d
            for d in cube.dimensions
        ),
    )


def is_countable(cube: Cube, *, joined: bool) -> bool:
    """Whether its rows can be told apart, so that joins do not repeat them in sums."""
    return bool(cube.key) or not joined


def plain_numbers(cube: Cube) -> list[Column]:
    return [Column(name) for name, kind in cube.columns if kind in NUMBERS]


# ── windows ──

REACHES: tuple[Interval, ...] = (
    ((1, "month"),),
    ((7, "day"),),
    ((1, "quarter"),),
    ((3, "month"),),
    ((2, "week"),),
    ((1, "year"),),
    ((36, "hour"),),
    ((1, "day"),),
    ((90, "minute"),),
)


def random_window(choices: Choices, cube: Cube) -> Window:
    match choices.integer(0, 9):
        case 0 | 1:
            return Window(trailing="unbounded")
        case 2:
            own = [g.name for d in cube.dimensions for g in d.granularities]
            names = ("month", "year", "quarter", "week", "day")
            # A granularity of its own may be one that the query's time does not have.
            return Window(
                to_date=pick(choices, (*names, *own[:1])) if own and chance(choices, 20) else pick(choices, names)
            )
        case 3:
            return Window(leading=reach(choices), offset=pick(choices, ("end", "start")))
        case 4 | 5:
            return Window(reach(choices), reach(choices), pick(choices, ("end", "start")))
        case _:
            return Window(pick(choices, REACHES), None, pick(choices, ("end", "end", "start")))


def reach(choices: Choices) -> Reach:
    return "unbounded" if chance(choices, 15) else pick(choices, REACHES)


def with_windows(choices: Choices, cube: Cube, *, joined: bool) -> Cube:
    if not is_countable(cube, joined=joined):
        return cube
    numbers = plain_numbers(cube)
    measures: list[Measure] = []
    for place in range(pick(choices, (1, 2, 0, 2))):
        window = random_window(choices, cube)
        if window.to_date in {g.name for g in GRANULARITIES}:
            times = [d for d in cube.dimensions if any(g.name == window.to_date for g in d.granularities)]
            if not times:
                continue
        kind = pick(choices, ("sum", "count", "sum", "avg", "min", "max", "count_distinct", "count_of"))
        operand: Expression | None = None
        row_kind: ColumnKind = "integer"
        if kind in ("sum", "avg"):
            if not numbers:
                continue
            operand, row_kind = pick(choices, numbers), "decimal"
        elif kind != "count":
            name, row_kind = pick(choices, [(n, k) for n, k in cube.columns if k != "boolean" or kind == "count_of"])
            operand = Column(name)
        filters: tuple[Expression, ...] = ()
        if chance(choices, 20):
            name, of_kind = pick(choices, cube.columns)
            value = pools.value(choices, of_kind)
            filters = (Call("equal" if of_kind == "boolean" else "at_least", (Column(name), Constant(value))),)
        result: ColumnKind = row_kind if kind in ("min", "max") else "decimal" if kind in ("sum", "avg") else "integer"
        measures.append(
            Measure(f"rolling_{place}", kind.replace("_of", ""), result, operand, row_kind, filters, window=window)
        )
    plain = [m for m in cube.measures if m.type in ("sum", "count") and not m.is_apart]
    if plain and measures and measures[0].kind in NUMBERS and chance(choices, 30):
        operator = pick(choices, ("ratio", "subtract", "add"))
        pair = (Of(cube.name, pick(choices, plain).name), Of(cube.name, measures[0].name))
        measures.append(Measure("of_rolling", "number", "decimal", Call(operator, pair)))
    return replace(cube, measures=(*cube.measures, *measures))


# ── semi-additive ──


def with_additive(choices: Choices, cube: Cube, *, joined: bool) -> Cube:
    times = [d.name for d in cube.dimensions if d.kind == "time" and isinstance(d.value, Column)]
    if not times or not is_countable(cube, joined=joined) or not chance(choices, 50):
        return cube
    numbers = plain_numbers(cube)
    others = [
        d.name
        for d in cube.dimensions
        if d.kind in ("string", "integer") and isinstance(d.value, Column) and not d.primary_key
    ]
    by = tuple(some(choices, others, 1, 2)) if others and chance(choices, 45) else ()
    additive = Additive(pick(choices, times), pick(choices, ("last", "first", "max", "min", "avg")), by)
    if numbers and chance(choices, 75):
        measure = Measure("stock", "sum", "decimal", pick(choices, numbers), "decimal", additive=additive)
    else:
        measure = Measure("stock", "count", "integer", additive=additive)
    return replace(cube, measures=(*cube.measures, measure))


# ── switches ──


def with_switch(choices: Choices, cube: Cube, *, joined: bool) -> Cube:
    plain = exact_measures(cube)
    if not plain or not is_countable(cube, joined=joined) or not chance(choices, 35):
        return cube
    values = tuple(some(choices, ("USD", "EUR", "it's", "50%"), 2, 3))
    switch = Dimension("currency", "string", Constant(None), values=values)
    branches: list[tuple[str, Expression]] = []
    for value in values[: choices.integer(1, len(values))]:
        of: Expression = Of(cube.name, pick(choices, plain).name)
        branches.append((value, of if chance(choices, 60) else Call("multiply", (of, Constant(2)))))
    otherwise = Of(cube.name, pick(choices, plain).name) if chance(choices, 50) else None
    measure = Measure("chosen", "number", "decimal", choice=Choice("currency", tuple(branches), otherwise))
    return replace(cube, dimensions=(*cube.dimensions, switch), measures=(*cube.measures, measure))


def exact_measures(cube: Cube) -> list[Measure]:
    """Measures over rows whose values are the same on every database, to the last digit."""
    return [
        m
        for m in cube.measures
        if not m.is_apart and m.kind in NUMBERS and m.type in ("sum", "count", "count_distinct", "min", "max")
    ]


# ── stages ──


def with_stages(choices: Choices, cube: Cube, cubes: dict[str, Cube]) -> Cube:
    inputs = [Of(cube.name, m.name) for m in exact_measures(cube)]
    if not inputs:
        return cube
    # Mostly members that each row has one of.
    near = [cube, *(cubes[j.target] for j in cube.joins if j.relationship != "one_to_many")]
    far = [cubes[j.target] for j in cube.joins if j.relationship == "one_to_many"]
    members = [
        (Of(c.name, d.name), d.kind)
        for c in (*near, *(far if chance(choices, 20) else ()))
        for d in c.dimensions
        if not d.sub_query and not d.values
    ]
    if not members:
        return cube
    measures: list[Measure] = []
    for place in range(pick(choices, (2, 1, 3, 1))):
        measures.append(stage_measure(choices, cube, f"stage_{place}", inputs, members))
        made = measures[-1]
        if made.type in ("sum", "min", "max") and made.stage is not None and chance(choices, 30):
            # A stage over a stage.
            inputs = [*inputs, Of(cube.name, made.name)]
    if chance(choices, 35):
        parts = (pick(choices, inputs), Of(cube.name, measures[0].name))
        measures.append(
            Measure("share", "number", "decimal", Call("ratio", parts), stage=Stage() if chance(choices, 60) else None)
        )
    rolling = [m for m in cube.measures if m.window is not None and m.kind in NUMBERS and m.type in ("sum", "count")]
    if rolling and chance(choices, 25):
        shift = pick(choices, SHIFTS)
        value = Of(cube.name, pick(choices, rolling).name)
        measures.append(Measure("rolling_before", "sum", "decimal", value, stage=Stage(shift=shift)))
    return replace(cube, measures=(*cube.measures, *measures))


SHIFTS = ((1, "month"), (1, "day"), (1, "year"), (-1, "month"), (7, "day"), (1, "quarter"), (1, "week"), (6, "hour"))


def stage_measure(
    choices: Choices, cube: Cube, name: str, inputs: list[Of], members: list[tuple[Of, ColumnKind]]
) -> Measure:
    names = [of for of, _ in members]
    value = pick(choices, inputs)
    older = chance(choices, 25)
    match choices.integer(0, 11):
        case 0 | 1:
            stage = Stage(exclude=tuple(some(choices, names, 1, 2)), older=older)
        case 2:
            stage = Stage(keep_only=tuple(some(choices, names, 0, 2)), older=older)
        case 3 | 4 | 5:
            stage = Stage(include=included(choices, members), older=older)
            if chance(choices, 30):
                stage = replace(stage, exclude=tuple(some(choices, names, 1, 1)))
        case 6:
            stage = Stage(filters=added(choices, members))
            if chance(choices, 30):
                stage = replace(stage, fixed=True)
        case 7:
            stage = Stage(filters_left=tuple(some(choices, names, 1, 2)))
        case 8:
            stage = Stage(filters_kept=tuple(some(choices, names, 0, 2)))
        case 9 | 10:
            times = [of for of, kind in members if kind == "time"]
            one = pick(choices, times) if times and chance(choices, 40) else None
            stage = Stage(shift=pick(choices, SHIFTS), shifted=one)
        case _:
            ranks = tuple((of, chance(choices, 60)) for of in some(choices, inputs, 1, 2))
            stage = Stage(exclude=tuple(some(choices, names, 0, 2)), ranks=ranks, older=older)
            return Measure(name, "rank", "integer", stage=stage)
    kind = pick(choices, ("sum", "max", "min", "avg", "count_distinct"))
    if not stage.include and chance(choices, 30):
        expression: Expression = Call(pick(choices, ("add", "ratio", "subtract")), (value, pick(choices, inputs)))
        return Measure(name, "number", "decimal", expression, stage=stage)
    return Measure(name, kind, "integer" if kind == "count_distinct" else "decimal", value, stage=stage)


def included(choices: Choices, members: list[tuple[Of, ColumnKind]]) -> tuple[tuple[Of, str | None], ...]:
    found: list[tuple[Of, str | None]] = []
    for of, kind in some(choices, members, 1, 2):
        granularity = pick(choices, ("month", "day", "quarter")) if kind == "time" and chance(choices, 70) else None
        found.append((of, granularity))
    return tuple(found)


def added(choices: Choices, members: list[tuple[Of, ColumnKind]]) -> tuple[dict[str, object], ...]:
    found: list[dict[str, object]] = []
    for of, kind in some(choices, [(of, kind) for of, kind in members if kind != "time"], 1, 2):
        values = [text_of(pools.value(choices, kind)) for _ in range(choices.integer(1, 2) if kind != "boolean" else 1)]
        path = f"{of.cube}.{of.member}"
        found.append({"member": path, "operator": pick(choices, ("equals", "notEquals")), "values": values})
    if len(found) > 1 and chance(choices, 40):
        return ({"or": found},)
    return tuple(found)


def text_of(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


# ── views ──


def random_views(choices: Choices, cubes: tuple[Cube, ...]) -> tuple[View, ...]:
    by_name = {cube.name: cube for cube in cubes}
    return tuple(random_view(choices, f"view_{n}", by_name) for n in range(pick(choices, (1, 2))))


def random_view(choices: Choices, name: str, cubes: dict[str, Cube]) -> View:
    """A view along ways from one root, or from several facts that share cubes."""
    roots = [pick(choices, list(cubes.values()))]
    if chance(choices, 60):
        # The cube from which most can be reached.
        roots = [max(cubes.values(), key=lambda cube: len(paths_from(choices, cube, cubes)))]
    if chance(choices, 15):
        roots = some(choices, list(cubes.values()), 1, 2)
    entries: list[Entry] = []
    shown: set[str] = set()
    taken: set[str] = set()
    for root in roots:
        for path in paths_from(choices, root, cubes):
            cube = cubes[path[-1]]
            if len(path) > 1 and chance(choices, 15):
                continue
            if cube.name in shown:
                # Another root's way to what is shown already.
                entries.append(Entry(path, ()))
                continue
            entry = random_entry(choices, path, cube, alone=not entries)
            names = set(names_in(entry, cube))
            if names & taken:
                entry = Entry(path, prefix=True, alias=f"{cube.name}_{len(entries)}")
                names = set(names_in(entry, cube))
                if names & taken:
                    continue
            entries.append(entry)
            shown.add(cube.name)
            taken |= names
    view = View(name, tuple(entries))
    return replace(view, default_filters=tuple(default_filters(choices, view, cubes)))


def paths_from(choices: Choices, root: Cube, cubes: dict[str, Cube]) -> list[tuple[str, ...]]:
    """A way to each cube that joins lead to, mostly not the longest."""
    found: dict[str, tuple[str, ...]] = {root.name: (root.name,)}
    waiting = [root.name]
    while waiting:
        name = waiting.pop(0)
        for join in cubes[name].joins:
            if join.target not in found:
                found[join.target] = (*found[name], join.target)
                waiting.append(join.target)
    return list(found.values())


def random_entry(choices: Choices, path: tuple[str, ...], cube: Cube, *, alone: bool) -> Entry:
    members = [m.name for m in (*cube.measures, *cube.dimensions, *cube.segments)]
    match choices.integer(0, 4):
        case 0 | 1:
            return Entry(path, prefix=not alone)
        case 2:
            left = tuple(some(choices, members, 1, 2)) if members else ()
            return Entry(path, None, left, prefix=True)
        case 3:
            return Entry(path, prefix=True, alias=f"other_{cube.name.lower()}")
        case _:
            chosen = some(choices, members, min(2, len(members)), len(members))
            return Entry(path, tuple((m, f"as_{m}" if chance(choices, 40) else m) for m in chosen), prefix=not alone)


def names_in(entry: Entry, cube: Cube) -> Iterable[str]:
    """The names under which an entry shows the members of its cube."""
    every = [m.name for m in (*cube.measures, *cube.dimensions, *cube.segments)]
    pairs = [(m, m) for m in every if m not in entry.excludes] if entry.includes is None else entry.includes
    for _, alias in pairs:
        yield f"{entry.alias or cube.name}_{alias}" if entry.prefix else alias


def default_filters(choices: Choices, view: View, cubes: dict[str, Cube]) -> Iterable[tuple[object, tuple[str, ...]]]:
    shown = [
        (name, d) for name, d in dimensions_of(view, cubes) if d.kind in ("string", "integer", "decimal", "boolean")
    ]
    shown = [(name, d) for name, d in shown if not d.values and not d.sub_query]
    if not shown or not chance(choices, 25):
        return
    name, dimension = pick(choices, shown)
    values = [text_of(pools.value(choices, dimension.kind))]
    unless = tuple(some(choices, [n for n, _ in shown], 0, 2))
    yield {"member": name, "operator": pick(choices, ("notEquals", "equals")), "values": values}, unless


def dimensions_of(view: View, cubes: dict[str, Cube]) -> list[tuple[str, Dimension]]:
    return [(name, d) for name, d in members_of(view, cubes) if isinstance(d, Dimension)]


def members_of(view: View, cubes: dict[str, Cube]) -> list[tuple[str, object]]:
    """Every member that a view shows, under its name there."""
    found: list[tuple[str, object]] = []
    for entry in view.entries:
        cube = cubes[entry.path[-1]]
        by_name = {m.name: m for m in (*cube.measures, *cube.dimensions, *cube.segments)}
        own = (
            [m for m in by_name if m not in entry.excludes]
            if entry.includes is None
            else [m for m, _ in entry.includes]
        )
        found += [(alias, by_name[m]) for m, alias in zip(own, names_in(entry, cube), strict=True)]
    return found
