"""Where each condition of a query went, and which stages see other rows than those of a group."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from kubus.explain.explanation import ConditionTold, Place, StageTold
from kubus.explain.joins import tops_of_rows
from kubus.explain.steps import Numbered, inputs_of
from kubus.explain.words import additive_words, condition_words, window_words
from kubus.model.context import Pushed, everything_in
from kubus.plan.nodes import (
    Attach,
    AttachGroups,
    Calculate,
    Choose,
    KeepOne,
    LeftJoin,
    Rank,
    Reaggregate,
    Roll,
    RollRows,
    RowFilter,
    RowPlan,
    Scan,
    Select,
    Spread,
)
from kubus.query.conditions import Condition, Every, Some, members_tested
from kubus.query.needed import target_of


@dataclass(slots=True)
class Found:
    """A condition, where it stands, and what it tests."""

    condition: Condition
    is_policy: bool
    places: dict[Place, None] = field(default_factory=dict[Place, None])
    scans: set[int] = field(default_factory=set[int])


def conditions(numbered: Numbered, values: Sequence[str], *, has_having: bool) -> tuple[ConditionTold, ...]:
    """Every condition of the plan, with every place that it has. `has_having` is whether the statement groups last."""
    found: dict[tuple[str, bool], Found] = {}
    scans = {numbered.number(bottom(top)) for top in tops_of_rows(numbered)}
    for number, node in numbered.all():
        if isinstance(node, Select):
            for one in node.conditions:
                of = found.setdefault((condition_words(one, values), False), Found(one, is_policy=False))
                of.places[Place(number, "HAVING" if has_having else "WHERE")] = None
                # A condition on groups is about the answer, however many facts it is made of.
                of.scans |= scans
        elif isinstance(node, RowFilter):
            scan = numbered.number(bottom(node))
            for one in node.conditions:
                words = condition_words(one, values)
                of = found.setdefault((words, node.is_guard), Found(one, is_policy=node.is_guard))
                of.places[Place(number, "WHERE")] = None
                of.scans.add(scan)
                for place in pushed(node, one, numbered):
                    of.places[place] = None
    return tuple(
        ConditionTold(
            words,
            "policy" if is_policy else "query",
            tuple(one.places),
            () if is_policy else tuple(sorted(scans - one.scans)),
        )
        for (words, is_policy), one in found.items()
    )


def bottom(node: RowPlan) -> Scan:
    """The scan at which some rows begin."""
    below = node
    while not isinstance(below, Scan):
        below = below.input
    return below


def pushed(node: RowFilter, condition: Condition, numbered: Numbered) -> Iterator[Place]:
    """The scans and joins whose cube takes the condition into its own SQL, by FILTER_PARAMS."""
    tested = {target_of(member) for part in parts_of(condition) for member in members_tested(part)}
    below: RowPlan = node
    while True:
        if isinstance(below, Scan | LeftJoin):
            taken = {(one.cube, one.member) for one in everything_in(below.cube.table) if isinstance(one, Pushed)}
            if taken & tested:
                yield Place(numbered.number(below), "inside the SQL of the cube")
        if isinstance(below, Scan):
            return
        (below, *_) = (one for one in inputs_of(below) if isinstance(one, RowPlan))


def parts_of(condition: Condition) -> Iterator[Condition]:
    if isinstance(condition, Every | Some):
        for part in condition.parts:
            yield from parts_of(part)
    else:
        yield condition


def stages(numbered: Numbered) -> Iterator[StageTold]:
    """Every measure and dimension of the plan that sees other rows than those of a group."""
    for number, node in numbered.all():
        match node:
            case Roll() | RollRows():
                says = f"sees the rows of a window: {window_words(node.window)}"
                yield from (StageTold(measure.path, "window", says, number) for measure in node.measures)
            case Reaggregate() | Calculate():
                says = "is made of measures that were computed at a stage of its own below"
                yield from (StageTold(m.path, "stage", says, number) for m in node.measures if m.stage is not None)
            case Spread():
                says = "is computed for coarser groups and shown in each of the finer ones"
                yield from (StageTold(measure.path, "stage", says, number) for measure in node.measures)
            case Rank():
                yield StageTold(node.measure.path, "rank", "is the place among other groups", number)
            case KeepOne():
                how = "" if node.measure.additive is None else additive_words(node.measure.additive)
                yield StageTold(node.measure.path, "semi-additive", f"shows {how}", number)
            case Choose():
                yield StageTold(node.measure.path, "switch", f"is chosen by {node.switch.path}", number)
            case Attach():
                says = f"is {node.measure.path}, computed for each row apart"
                yield StageTold(node.dimension.path, "sub-query", says, number)
            case AttachGroups():
                yield StageTold(node.dimension.path, "stage", "is what measures of its group amount to", number)
            case _:
                pass
