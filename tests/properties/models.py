"""Random data models of one to five cubes, with rows that keep what the joins promise.

A join's "one" side is unique in the data, as a modeller vouches; everything else may be null, dangling or missing.
Measures read values that are null where their cube's row is missing: what a constant is on a row that is not there
is not a question that the specification answers.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from tests.properties import pools
from tests.properties.choices import Choices, apart, chance, pick, some
from tests.properties.example import (
    Call,
    CaseOf,
    Column,
    ColumnKind,
    Constant,
    Cube,
    Dimension,
    Expression,
    Join,
    Measure,
    Of,
    Relationship,
    Segment,
    Value,
)

CUBE_NAMES = ("orders", "items", "Users", "ShopUnits", "parts")
COLUMNS: tuple[tuple[str, ColumnKind], ...] = (
    ("amount", "decimal"),
    ("qty", "integer"),
    ("status", "string"),
    ("city", "string"),
    ("created_at", "time"),
    ("active", "boolean"),
    ("closed_at", "time"),
)
NUMBERS: tuple[ColumnKind, ...] = ("integer", "decimal")
MIRRORED: dict[Relationship, Relationship] = {
    "many_to_one": "one_to_many",
    "one_to_many": "many_to_one",
    "one_to_one": "one_to_one",
}
SUB_QUERIES = True


@dataclass(slots=True)
class Draft:
    """A cube in the making. `key` are the columns that identify a row, whether or not the model says so."""

    name: str
    key: list[tuple[str, ColumnKind]]
    keyed: bool
    others: list[tuple[str, ColumnKind]]
    joins: list[Join] = field(default_factory=list)
    # For each foreign key: its columns, the cube and key columns they refer to, and whether each key comes once.
    foreign: list[tuple[list[str], str, bool]] = field(default_factory=list)
    by_member: set[str] = field(default_factory=set)
    dimensions: list[Dimension] = field(default_factory=list)
    measures: list[Measure] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)

    @property
    def columns(self) -> list[tuple[str, ColumnKind]]:
        return [*self.key, *self.others]

    def plain(self) -> list[Dimension]:
        """The dimensions that are a column."""
        return [d for d in self.dimensions if isinstance(d.value, Column)]


def random_cubes(choices: Choices) -> tuple[Cube, ...]:
    """Cubes with their rows."""
    shape = random_shape(choices)
    return shape.filled(apart(choices))


@dataclass(frozen=True, slots=True)
class Shape:
    """Cubes without rows, and what is needed to fill them."""

    cubes: tuple[Cube, ...]
    drafts: tuple[Draft, ...]

    def filled(self, choices: Choices) -> tuple[Cube, ...]:
        """The cubes with a random data set."""
        rows = random_rows(choices, list(self.drafts))
        return tuple(replace(cube, rows=rows[cube.name]) for cube in self.cubes)


def random_shape(choices: Choices) -> Shape:
    count = pick(choices, (2, 1, 3, 2, 4, 3, 5))
    drafts = [draft(choices, name, alone=count == 1) for name in CUBE_NAMES[:count]]
    # Sometimes a star around the first cube, and sometimes one of facts that share it and know nothing of each other.
    facts = count > 2 and chance(choices, 15)
    star = facts or chance(choices, 30)
    edges = {(0 if star else choices.integer(0, there - 1), there) for there in range(1, count)}
    forest = facts or count < 3 or not chance(choices, 15)
    if not forest:
        left, right = sorted(some(choices, range(count), 2, 2))
        edges.add((left, right))
    for left, right in sorted(edges, key=lambda edge: (edge[1], edge[0])):
        connect(choices, drafts[left], drafts[right], as_fact=facts)
    for one in drafts:
        if len(one.joins) > 1 and chance(choices, 30):
            one.joins.reverse()
    by_name = {one.name: one for one in drafts}
    for one in drafts:
        plain_dimensions(choices, one)
    for one in drafts:
        derived_dimensions(choices, one, by_name)
        own_measures(choices, one, by_name, joined=count > 1, forest=forest)
    for one in drafts:
        expression_measures(choices, one, by_name, joined=count > 1)
    if SUB_QUERIES:
        for one in drafts:
            sub_query_dimensions(choices, one, by_name)
    cubes = tuple(
        Cube(
            one.name,
            tuple(one.columns),
            (),
            tuple(one.joins),
            tuple(one.dimensions),
            tuple(one.measures),
            tuple(one.segments),
            frozenset(name for name, kind in one.others if kind == "time" and chance(choices, 25)),
        )
        for one in drafts
    )
    return Shape(cubes, tuple(drafts))


def draft(choices: Choices, name: str, *, alone: bool) -> Draft:
    match choices.integer(0, 9):
        case 7:
            key: list[tuple[str, ColumnKind]] = [("id", "string")]
        case 8 | 9:
            key = [("id", "integer"), ("line", pick(choices, ("integer", "string")))]
        case _:
            key = [("id", "integer")]
    keyed = not chance(choices, 25 if alone else 10)
    return Draft(name, key, keyed, some(choices, COLUMNS, 1, 4))


def connect(choices: Choices, left: Draft, right: Draft, *, as_fact: bool) -> None:
    """A foreign key from one to the other, and a join declared on either side or on both."""
    match 2 if as_fact else choices.integer(0, 4):
        case 0 | 1:
            many, one, unique = left, right, False
        case 2 | 3:
            many, one, unique = right, left, False
        case _:
            many, one, unique = left, right, True
    # The columns are named like those they refer to, which would be ambiguous without the table's name.
    names = [f"{one.name.lower()}_{column}" for column, _ in one.key]
    many.others.extend(zip(names, (kind for _, kind in one.key), strict=True))
    many.foreign.append((names, one.name, unique))
    by_members = chance(choices, 40)
    if by_members:
        many.by_member.update(names)
        one.by_member.update(column for column, _ in one.key)
    relationship: Relationship = "one_to_one" if unique else "many_to_one"
    pairs = tuple(zip(names, (column for column, _ in one.key), strict=True))
    declared = 0 if as_fact else choices.integer(0, 4)
    if declared in (0, 1, 4):
        many.joins.append(Join(one.name, relationship, pairs, by_members))
    if declared in (2, 3, 4):
        turned = tuple((b, a) for a, b in pairs)
        one.joins.append(Join(many.name, MIRRORED[relationship], turned, by_members))


def reachable(start: str, drafts: dict[str, Draft]) -> list[str]:
    """The cubes that directed joins lead to, the start first."""
    found = [start]
    for name in found:
        found.extend(j.target for j in drafts[name].joins if j.target not in found)
    return found


# Dimensions and segments.


def plain_dimensions(choices: Choices, one: Draft) -> None:
    keys = {name for name, _ in one.key}
    for name, kind in one.columns:
        if name in keys:
            if one.keyed or name in one.by_member:
                one.dimensions.append(Dimension(name, kind, Column(name), primary_key=one.keyed))
        elif name in one.by_member or chance(choices, 85):
            one.dimensions.append(Dimension(name, kind, Column(name)))


def condition(choices: Choices, operands: list[tuple[Expression, ColumnKind]], depth: int = 1) -> Expression:
    if depth and chance(choices, 25):
        operator = pick(choices, ("and", "or", "not"))
        parts = [condition(choices, operands, depth - 1) for _ in range(1 if operator == "not" else 2)]
        return Call(operator, tuple(parts))
    operand, kind = pick(choices, operands)
    if chance(choices, 20):
        return Call("is_null", (operand,))
    operator = "equal" if kind == "boolean" else pick(choices, ("equal", "less", "at_least"))
    return Call(operator, (operand, Constant(pools.value(choices, kind))))


def operands_of(one: Draft, choices: Choices) -> list[tuple[Expression, ColumnKind]]:
    """The cube's columns, some of them through their dimension."""
    found: list[tuple[Expression, ColumnKind]] = []
    for name, kind in one.columns:
        through = any(d.name == name for d in one.dimensions) and chance(choices, 30)
        found.append((Of(one.name, name) if through else Column(name), kind))
    return found


def foreign_operands(one: Draft, drafts: dict[str, Draft]) -> list[tuple[Expression, ColumnKind]]:
    return [(Of(name, d.name), d.kind) for name in reachable(one.name, drafts)[1:] for d in drafts[name].plain()]


def derived_dimensions(choices: Choices, one: Draft, drafts: dict[str, Draft]) -> None:
    own = operands_of(one, choices)
    foreign = foreign_operands(one, drafts)
    for number in range(choices.integer(0, 3)):
        source = foreign if foreign and chance(choices, 35) else own
        name = f"{pick(choices, ('calc', 'mixed'))}_{number}"
        if chance(choices, 30):
            whens = tuple(
                (condition(choices, source), pick(choices, ("small", "it's", "50%")))
                for _ in range(choices.integer(1, 2))
            )
            value: Expression | CaseOf = CaseOf(whens, pick(choices, (None, "other")))
            one.dimensions.append(Dimension(name, "string", value))
            continue
        operand, kind = pick(choices, source)
        match kind:
            case "integer" | "decimal":
                value = pick(
                    choices,
                    (
                        operand,
                        Call("add", (operand, Constant(1))),
                        Call("coalesce", (operand, Constant(0))),
                        Call("subtract", (operand, pick(choices, [o for o, k in source if k in NUMBERS]))),
                    ),
                )
                kind = "decimal"
            case "string":
                value = pick(
                    choices,
                    (
                        operand,
                        Call("lower", (operand,)),
                        Call("coalesce", (operand, Constant("none"))),
                        Call("concat", (operand, Constant("-x"))),
                    ),
                )
            case "boolean":
                value = pick(choices, (operand, Call("not", (operand,))))
            case "time":
                value = operand
        one.dimensions.append(Dimension(name, kind, value))
    if chance(choices, 40):
        source = foreign if foreign and chance(choices, 35) else own
        one.segments.append(Segment("seg", condition(choices, source)))


# Measures.


def own_measures(choices: Choices, one: Draft, drafts: dict[str, Draft], *, joined: bool, forest: bool) -> None:
    harmless = joined and not one.keyed
    kinds = ("count_distinct", "min", "max") if harmless else ALL_TYPES
    numbers = [Column(name) for name, kind in one.columns if kind in NUMBERS]
    for number in range(pick(choices, (1, 2, 3, 2, 0))):
        kind = pick(choices, kinds)
        filters: tuple[Expression, ...] = ()
        if chance(choices, 30):
            own = operands_of(one, choices)
            to_one = directly_to_one(one, drafts) if forest and chance(choices, 25) else []
            filters = tuple(condition(choices, to_one or own) for _ in range(choices.integer(1, 2)))
        name = f"{kind}_{number}"
        if kind == "count":
            one.measures.append(Measure(name, kind, "integer", filters=filters))
        elif kind in ("count_of", "count_distinct"):
            operand, operand_kind = pick(choices, operands_of(one, choices))
            one.measures.append(Measure(name, kind.replace("_of", ""), "integer", operand, operand_kind, filters))
        elif kind in ("sum", "avg"):
            if not numbers:
                continue
            operand = pick(choices, numbers)
            to_one = [o for o, k in directly_to_one(one, drafts) if k in NUMBERS] if forest else []
            if to_one and chance(choices, 25):
                operand = Call("multiply", (operand, pick(choices, to_one)))
            elif chance(choices, 25):
                operand = Call(pick(choices, ("add", "multiply")), (operand, pick(choices, numbers)))
            one.measures.append(Measure(name, kind, "decimal", operand, "decimal", filters))
        elif kind == "latest":
            times = [column for column, k in one.columns if k == "time"]
            if times:
                one.measures.append(Measure(name, "time", "time", Call("max", (Column(pick(choices, times)),))))
        else:
            operand, operand_kind = pick(choices, [(o, k) for o, k in operands_of(one, choices) if k != "boolean"])
            one.measures.append(Measure(name, kind, operand_kind, operand, operand_kind, filters))


ALL_TYPES = ("count", "sum", "count", "sum", "avg", "min", "max", "count_of", "count_distinct", "latest")


def directly_to_one(one: Draft, drafts: dict[str, Draft]) -> list[tuple[Expression, ColumnKind]]:
    """Columns of cubes of which each row of this one has at most one."""
    return [
        (Of(join.target, d.name), d.kind)
        for join in one.joins
        if join.relationship != "one_to_many"
        for d in drafts[join.target].plain()
    ]


def expression_measures(choices: Choices, one: Draft, drafts: dict[str, Draft], *, joined: bool) -> None:
    if (joined and not one.keyed) or not chance(choices, 40):
        return
    numbers = [Column(name) for name, kind in one.columns if kind in NUMBERS]
    if numbers and chance(choices, 20):
        own = Call(
            pick(choices, ("add", "subtract")),
            (Call("sum", (pick(choices, numbers),)), Call("count", (pick(choices, numbers),))),
        )
        one.measures.append(Measure("raw", "number", "decimal", own))
    leaves = [
        Of(name, m.name)
        for name in reachable(one.name, drafts)
        for m in drafts[name].measures
        if m.kind in NUMBERS and m.name not in ("calculated", "again")
    ]
    if not leaves:
        return
    operator = pick(choices, ("add", "subtract", "ratio", "ratio"))
    parts: list[Expression] = [pick(choices, leaves), pick(choices, leaves)]
    if chance(choices, 20):
        parts[1] = Constant(2)
    elif chance(choices, 20):
        parts[0] = Call("coalesce", (parts[0], Constant(0)))
    one.measures.append(Measure("calculated", "number", "decimal", Call(operator, tuple(parts))))
    if chance(choices, 25):
        again = Call("add", (Of(one.name, "calculated"), Of(one.name, "calculated")))
        one.measures.append(Measure("again", "number", "decimal", again))


def sub_query_dimensions(choices: Choices, one: Draft, drafts: dict[str, Draft]) -> None:
    """A measure of a cube that is joined from this one, brought to its rows."""
    targets = reachable(one.name, drafts)[1:]
    leaves = [
        (name, m)
        for name in targets
        for m in drafts[name].measures
        if m.kind in NUMBERS and m.type not in ("number", "avg") and name != one.name
    ]
    if not one.keyed or not leaves or not chance(choices, 35):
        return
    name, measure = pick(choices, leaves)
    one.dimensions.append(
        Dimension(
            "brought", measure.kind, Of(name, measure.name), sub_query=True, propagate_filters=chance(choices, 60)
        )
    )


# Rows.


def random_rows(choices: Choices, drafts: list[Draft]) -> dict[str, tuple[tuple[Value, ...], ...]]:
    most = {1: 12, 2: 8, 3: 6}.get(len(drafts), 5)
    keys = {
        one.name: random_keys(choices, one, choices.integer(0 if chance(choices, 10) else 1, most)) for one in drafts
    }
    by_name = {one.name: one for one in drafts}
    rows: dict[str, tuple[tuple[Value, ...], ...]] = {}
    for one in drafts:
        foreign: dict[str, list[Value]] = {}
        for names, target, unique in one.foreign:
            found = foreign_keys(choices, by_name[target], keys[target], len(keys[one.name]), unique=unique)
            for position, name in enumerate(names):
                foreign[name] = [key[position] for key in found]
        rows[one.name] = tuple(
            (
                *key,
                *(foreign[name][number] if name in foreign else maybe(choices, kind) for name, kind in one.others),
            )
            for number, key in enumerate(keys[one.name])
        )
    return rows


def maybe(choices: Choices, kind: ColumnKind) -> Value:
    return None if chance(choices, 20) else pools.value(choices, kind)


def random_keys(choices: Choices, one: Draft, count: int) -> list[tuple[Value, ...]]:
    if len(one.key) == 1:
        kind = one.key[0][1]
        alone: Iterable[Value] = range(1, 16) if kind == "integer" else pools.TEXTS
        return [(value,) for value in some(choices, list(alone), count, count)]
    # Written one after the other, (1, 11) and (11, 1) look the same.
    ones: tuple[int, ...] = (1, 11, 111)
    second: tuple[Value, ...] = ones if one.key[1][1] == "integer" else ("1", "11", "a,", "")
    return some(choices, [(a, b) for a in ones for b in second], count, count)


def foreign_keys(
    choices: Choices, target: Draft, keys: list[tuple[Value, ...]], count: int, *, unique: bool
) -> list[tuple[Value, ...]]:
    """References to `keys`; some are null, wholly or in part, and some lead nowhere."""
    left = list(keys)
    found: list[tuple[Value, ...]] = []
    for number in range(count):
        outcome = choices.integer(0, 9)
        nowhere = tuple(900 + number if kind == "integer" else f"none {number}" for _, kind in target.key)
        if outcome == 9:
            found.append(nowhere)
        elif outcome == 8 or not left:
            found.append((None, *nowhere[1:]))
        else:
            # The first keys come more often, so that rows repeat.
            place = choices.integer(0, choices.integer(0, len(left) - 1))
            found.append(left.pop(place) if unique else left[place])
    return found


def without_sub_queries(cubes: tuple[Cube, ...]) -> tuple[Cube, ...]:
    return tuple(replace(c, dimensions=tuple(d for d in c.dimensions if not d.sub_query)) for c in cubes)
