"""The join tree of a query: which cubes its members need, and the ways that lead to them.

Source: query-semantics 2.
"""

from collections.abc import Iterable

from kubus.errors import MemberError
from kubus.model.cube import Dimension, Measure, Segment
from kubus.model.join_graph import Hint, JoinTree
from kubus.model.member_sql import MemberReference
from kubus.model.model import Model
from kubus.query.conditions import Bucket, Condition, Within, members_tested
from kubus.query.needed import hints_of
from kubus.query.resolve import ResolvedQuery


def query_hints(
    query: ResolvedQuery, measures: Iterable[Measure], conditions: Iterable[Condition], model: Model
) -> tuple[Hint, ...]:
    """The cubes that a query needs, in the order that decides the root.

    Measures, dimensions, segments, filters, filters on measures, times: the first to need a cube places it.
    """
    measures = tuple(measures)
    only_tested = {m for m in tested_measures(query) if m not in query.measures}
    dimensions = [key for key in query.keys if isinstance(key, Dimension)]
    buckets = [key.dimension for key in query.keys if isinstance(key, Bucket)]
    conditions = tuple(conditions)
    segments = [c for c in conditions if isinstance(c, Segment)]
    filters = [c for c in conditions if not isinstance(c, Segment | Within)]
    ranges = [c.dimension for c in conditions if isinstance(c, Within)]
    hints = [*query.join_hints]
    # A view may lead to one cube from several facts: each takes the way from its own root.
    roots = frozenset(next(iter(hints_of(m, model)))[0] for m in measures)
    asked = (*(m for m in measures if m not in only_tested), *dimensions, *segments)
    tested = (*(m for c in filters for m in members_tested(c)), *(m for m in measures if m in only_tested))
    for member in (*asked, *tested, *buckets, *ranges):
        hints.extend(hints_of(member, model, roots))
    return tuple(dict.fromkeys(hints))


def condition_hints(condition: Condition, model: Model) -> Iterable[Hint]:
    for member in members_tested(condition):
        yield from hints_of(member, model)


def find_tree(
    query: ResolvedQuery, measures: Iterable[Measure], conditions: Iterable[Condition], model: Model
) -> JoinTree | None:
    hints = query_hints(query, measures, conditions, model)
    tree = model.join_graph.tree(hints)
    # What the join conditions themselves refer to has to be there as well.
    while tree is not None:
        wanted = [
            reference.path
            for join in tree.joins
            for reference in join.on.references
            if isinstance(reference, MemberReference) and reference.cube not in tree.cubes
        ]
        if not wanted:
            return tree
        hints = (*hints, *wanted)
        tree = model.join_graph.tree(hints)
    return None


def tested_measures(query: ResolvedQuery) -> tuple[Measure, ...]:
    """The measures that conditions on groups test, and those that say how large a group is."""
    tested = (m for c in query.group_conditions for m in members_tested(c) if isinstance(m, Measure))
    return (*tested, *(count for count, _ in query.least))


def no_path(hints: Iterable[tuple[Hint, ...]]) -> MemberError:
    cubes = dict.fromkeys(cube for group in hints for hint in group for cube in hint)
    return MemberError("Can't find join path to join " + ", ".join(f"'{cube}'" for cube in cubes))
