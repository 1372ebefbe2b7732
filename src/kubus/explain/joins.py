"""The join trees of a plan: why each begins where it does, what else was possible, and what they repeat."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from kubus.explain.explanation import Joined, JoinTold, OtherWay, Repeated
from kubus.explain.steps import Node, Numbered, inputs_of
from kubus.explain.words import sql_words
from kubus.model.ambiguity import REMEDY, shortest_ways
from kubus.model.cube import Cube, Measure
from kubus.model.join_graph import Hint, Join, JoinGraph, JoinTree
from kubus.model.model import Model
from kubus.plan.fan_out import leaves_of
from kubus.plan.nodes import Aggregate, AggregateOnce, LeftJoin, RollRows, RowPlan, Scan
from kubus.query.needed import aliased

# How many other ways are told of each pair of cubes, and how many joins longer than the shortest they are.
WAYS_TOLD = 4
LONGER_BY = 2
# In a graph like a grid there are more ways than anybody waits for.
STEPS_LOOKED_AT = 2_000

Trees = Sequence[tuple[JoinTree, tuple[Hint, ...]]]


def joined(numbered: Numbered, model: Model, trees: Trees) -> tuple[Joined, ...]:
    """Every join tree of the plan, each once."""
    at: dict[tuple[str, tuple[Join, ...]], list[int]] = {}
    for node in tops_of_rows(numbered):
        tree = tree_of(node)
        scan = numbered.number(scan_of(node))
        places = at.setdefault((tree.root, tree.joins), [])
        if scan not in places:
            places.append(scan)
    return tuple(told(JoinTree(root, joins), steps, model, trees) for (root, joins), steps in at.items())


def tops_of_rows(numbered: Numbered) -> Iterator[RowPlan]:
    """The nodes that give the rows from which something else is made."""
    for _, node in numbered.all():
        if isinstance(node, Scan | LeftJoin) and not any(
            isinstance(other, LeftJoin) and other.input is node for _, other in numbered.all()
        ):
            yield node


def scan_of(node: Node) -> Scan:
    while not isinstance(node, Scan):
        node = inputs_of(node)[0]
    return node


def tree_of(node: Node) -> JoinTree:
    """The join tree of some rows."""
    joins: list[Join] = []
    while not isinstance(node, Scan):
        if isinstance(node, LeftJoin):
            joins.append(node.join)
        node = inputs_of(node)[0]
    return JoinTree(node.cube.name, tuple(reversed(joins)))


def told(tree: JoinTree, steps: list[int], model: Model, trees: Trees) -> Joined:
    graph = JoinGraph(model.join_graph.joins)
    # The same tree may have been found for less than is asked of it in the end.
    asked = max((hints for found, hints in trees if found == tree), key=len, default=((tree.root,),))
    roots = tuple(dict.fromkeys(hint[0] for hint in asked))
    others = [*other_roots(tree, roots, asked, graph), *other_ways(tree, graph)]
    if not tree.joins:
        why = "it is the only cube that is needed"
    elif len(roots) == 1:
        why = "every way that is asked for begins there"
    else:
        why = f"with {counted(len(tree.joins), 'join')} it reaches all that is needed, and no cube does with fewer"
        if any(other.is_as_short for other in others if other.cubes[0] != tree.root):
            why += "; it is needed first"
    joins = tuple(
        JoinTold(join.source, join.target, join.relationship.value, sql_words(join.declared_sql)) for join in tree.joins
    )
    return Joined(tree.root, why, joins, asked, tuple(others), tuple(steps))


def other_roots(
    tree: JoinTree, roots: tuple[str, ...], asked: tuple[Hint, ...], graph: JoinGraph
) -> Iterator[OtherWay]:
    """The other cubes at which the joins might have begun."""
    for root in roots:
        if root == tree.root:
            continue
        # The way that the planner went itself, from this cube alone.
        other = graph.tree_from(root, asked)
        if other is None:
            missed = next(
                (hint[-1] for hint in asked if hint[-1] != root and graph.path(root, hint[-1]) is None),
                next((hint[0] for hint in asked if graph.path(root, hint[0]) is None), None),
            )
            reason = "cannot reach all that is needed" if missed is None else f"no join leads from it to {missed}"
            yield OtherWay((root,), f"beginning at {root}: {reason}")
        elif len(other.joins) == len(tree.joins):
            reason = f"as many joins, but {tree.root} is needed first"
            yield OtherWay(other.cubes, f"beginning at {root}: {reason}", is_as_short=True)
        else:
            reason = f"{counted(len(other.joins), 'join')} instead of {len(tree.joins)}"
            yield OtherWay(other.cubes, f"beginning at {root}: {reason}")


def other_ways(tree: JoinTree, graph: JoinGraph) -> Iterator[OtherWay]:
    """The other ways from the root to each cube."""
    came = {join.target: join for join in tree.joins}
    for target in tree.cubes[1:]:
        taken: list[str] = [target]
        while taken[0] != tree.root:
            taken.insert(0, came[taken[0]].source)
        shortest = graph.path(tree.root, target) or ()
        for way in islice(ways(graph, tree.root, target, len(shortest) + LONGER_BY), WAYS_TOLD + 1):
            if way == tuple(taken):
                continue
            length = len(way) - 1
            if length < len(taken) - 1:
                yield OtherWay(way, "shorter, but a way of the query or its view asks for the other")
            elif length == len(taken) - 1:
                is_short = way in set(islice(shortest_ways(graph.joins, tree.root, target), WAYS_TOLD + 1))
                reason = "as short, but the other is declared first" if is_short else "the way is asked for otherwise"
                yield OtherWay(way, f"{reason}. {REMEDY}", is_as_short=True)
            else:
                yield OtherWay(way, f"longer: {counted(length, 'join')} instead of {len(taken) - 1}")


def ways(graph: JoinGraph, source: str, target: str, most: int) -> Iterator[tuple[str, ...]]:
    """Ways from cube to cube without a circle, the shorter first, of at most so many joins."""
    waiting: list[tuple[str, ...]] = [(source,)]
    looked_at = 0
    while waiting and looked_at < STEPS_LOOKED_AT:
        way = waiting.pop(0)
        looked_at += 1
        if way[-1] == target:
            yield way
            continue
        if len(way) <= most:
            waiting.extend((*way, join.target) for join in graph.joins.get(way[-1], ()) if join.target not in way)


def counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


# ── repeated rows ──


def repeated(numbered: Numbered, model: Model) -> Iterator[Repeated]:
    """Every measure whose rows a join repeats, and what the plan does about it."""
    seen: set[tuple[str, int]] = set()
    for number, node in numbered.all():
        if not isinstance(node, Aggregate | AggregateOnce | RollRows):
            continue
        tree = tree_of(node)
        for measure in leaf_measures(node.measures, model):
            by = tree.multiplied_by(measure.cube) if measure.cube in tree.cubes else ()
            if not tree.multiplies(measure.cube) or (measure.path, number) in seen:
                continue
            seen.add((measure.path, number))
            joins = tuple(join_words(join) for join in by)
            yield remedied(measure, node, joins, model.cubes[measure.cube], number)


def leaf_measures(measures: Iterable[Measure], model: Model) -> Iterator[Measure]:
    """The measures over rows that these are made of."""
    for measure in measures:
        yield from leaves_of(aliased(measure, model), model)


def join_words(join: Join) -> str:
    return f"{join.source} → {join.target} ({join.relationship.value})"


def remedied(
    measure: Measure, node: Aggregate | AggregateOnce | RollRows, by: tuple[str, ...], cube: Cube, number: int
) -> Repeated:
    key = ", ".join(d.name for d in cube.primary_key)
    once = node.cube if isinstance(node, AggregateOnce) else node.once if isinstance(node, RollRows) else None
    if once is not None and once.name == cube.name:
        where = "window and group" if isinstance(node, RollRows) else "group"
        says = f"each row of {cube.name} counts once in each {where}, told by its primary key {key}"
        return Repeated(measure.path, cube.name, by, "once", says, number)
    if measure.type.repeats_harmlessly:
        says = f"{measure.type.name} is the same however often rows repeat"
        return Repeated(measure.path, cube.name, by, "harmless", says, number)
    says = f"counts different values of the primary key {key} instead of rows"
    return Repeated(measure.path, cube.name, by, "distinct", says, number)
