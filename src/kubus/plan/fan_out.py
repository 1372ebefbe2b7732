"""Measures whose rows a join repeats.

Where a join leads from one row to many, the rows of the one side repeat, and summing them counts some twice. Such
measures are computed apart: each row of their cube once in each group. What repeats harmlessly (a minimum, a distinct
count) stays with the rest.
"""

from collections.abc import Iterable

from sqlglot import exp

from kubus.errors import MemberError, Unsupported
from kubus.model.cube import Measure
from kubus.model.join_graph import JoinTree
from kubus.model.measure_types import Aggregate as Kind
from kubus.model.member_sql import MemberReference
from kubus.model.model import Model
from kubus.plan.nodes import Aggregate, AggregateOnce, Combine, GroupPlan, RowPlan
from kubus.query.conditions import Key
from kubus.query.needed import hints_of, referenced, sql_of

# The part of a plan that computes a measure: the cube whose rows count once, or None where nothing is done about it.
Part = str | None


def aggregate(
    rows: RowPlan, tree: JoinTree, keys: tuple[Key, ...], measures: Iterable[Measure], model: Model
) -> GroupPlan:
    """The measures by the keys, each row of a measure's cube counted once in each group.

    Raises:
        MemberError: a measure cannot be computed over these joins.
    """
    wanted = tuple(dict.fromkeys(measures))
    multiplied = frozenset(cube for cube in tree.cubes if tree.multiplies(cube))
    leaves = tuple(dict.fromkeys(leaf for measure in wanted for leaf in leaves_of(measure, model)))
    for leaf in leaves:
        check_references(leaf, tree, model)
    apart = {leaf.cube for leaf in leaves if leaf.cube in multiplied and must_be_apart(leaf, model)}
    places = {leaf: leaf.cube if leaf.cube in apart else None for leaf in leaves}
    # An expression whose measures all lie in one part is computed in that part; any other on top of the parts.
    computed: dict[Part, list[Measure]] = {}
    for measure in wanted:
        for unit in units_of(measure, places, model):
            in_part = computed.setdefault(part_of(unit, places, model), [])
            if unit not in in_part:
                in_part.append(unit)
    parts: list[Aggregate | AggregateOnce] = [
        Aggregate(rows, keys, tuple(units), multiplied)
        if part is None
        else AggregateOnce(rows, keys, tuple(units), model.cubes[part])
        for part, units in computed.items()
    ]
    match parts:
        case []:
            return Aggregate(rows, keys, (), multiplied)
        case [single]:
            return single
        case _:
            return Combine(tuple(parts), keys, same_groups=True)


def must_be_apart(leaf: Measure, model: Model) -> bool:
    """Whether a measure of a multiplied cube comes out wrong over the multiplied rows."""
    if leaf.type.repeats_harmlessly:
        return False
    cube = model.cubes[leaf.cube]
    check_key(leaf, model)
    counts_rows = leaf.type.aggregate is Kind.COUNT and leaf.sql is None
    return not (counts_rows and len(cube.primary_key) == 1)


def check_key(leaf: Measure, model: Model) -> None:
    """Raises MemberError if the rows of a measure's cube cannot be told apart."""
    cube = model.cubes[leaf.cube]
    if not cube.primary_key:
        raise MemberError(
            f"One or more Primary key is required for '{cube.name}' cube",
            hint=f"'{leaf.path}' is asked for together with members whose joins repeat rows of '{cube.name}'",
        )


def inner_measures(measure: Measure, model: Model) -> tuple[Measure, ...]:
    """The measures that an expression refers to."""
    if not measure.is_expression or measure.sql is None:
        return ()
    members = (referenced(r, model) for r in measure.sql.references if isinstance(r, MemberReference))
    return tuple(dict.fromkeys(member for member in members if isinstance(member, Measure)))


def has_own_aggregate(measure: Measure) -> bool:
    """Whether an expression aggregates by itself, beside the measures that it refers to."""
    return measure.sql is not None and measure.sql.tree.find(exp.AggFunc) is not None


def leaves_of(measure: Measure, model: Model) -> Iterable[Measure]:
    """What is aggregated in the end: the measures below an expression, and the expression if it aggregates itself."""
    inner = inner_measures(measure, model)
    for member in inner:
        yield from leaves_of(member, model)
    if not inner or has_own_aggregate(measure):
        yield measure


def parts_below(measure: Measure, places: dict[Measure, Part], model: Model) -> set[Part]:
    return {places[leaf] for leaf in leaves_of(measure, model)}


def part_of(measure: Measure, places: dict[Measure, Part], model: Model) -> Part:
    (part,) = parts_below(measure, places, model)
    return part


def units_of(measure: Measure, places: dict[Measure, Part], model: Model) -> Iterable[Measure]:
    """The measures that single parts compute, of which this one is made."""
    if len(parts_below(measure, places, model)) == 1:
        yield measure
        return
    if has_own_aggregate(measure):
        raise Unsupported(
            f"'{measure.path}' mixes aggregates of its own with measures that have to be computed apart from it",
            hint="Move the aggregate into a measure of its own and refer to that",
        )
    for inner in inner_measures(measure, model):
        yield from units_of(inner, places, model)


def row_cubes(leaf: Measure, model: Model) -> Iterable[str]:
    """The cubes whose rows a measure reads itself, not through other measures."""
    for sql in sql_of(leaf):
        for reference in sql.references:
            if isinstance(reference, MemberReference):
                member = referenced(reference, model)
                if not isinstance(member, Measure):
                    yield from (hint[-1] for hint in hints_of(member, model))


def check_references(leaf: Measure, tree: JoinTree, model: Model) -> None:
    """Raises MemberError if a measure is made of members of cubes that repeat its own rows."""
    others = set(row_cubes(leaf, model)) - {leaf.cube}
    if others and not leaf.type.repeats_harmlessly and tree.multiplies(leaf.cube, by=others):
        raise MemberError(
            f"'{leaf.path}' references cubes that lead to row multiplication. Please rewrite it using sub query."
        )
