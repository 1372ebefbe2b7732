"""A plan as steps: each node with a number, and a sentence about what it does."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from kubus.explain.explanation import Step
from kubus.explain.words import (
    additive_words,
    condition_words,
    groups_words,
    key_words,
    keys_words,
    measure_words,
    sql_words,
    window_words,
)
from kubus.model.cube import Measure
from kubus.plan.nodes import (
    Aggregate,
    AggregateOnce,
    Attach,
    AttachGroups,
    Calculate,
    Choose,
    Combine,
    Count,
    CrossValues,
    GroupPlan,
    KeepOne,
    LeftJoin,
    Limit,
    Merge,
    Plan,
    Project,
    Rank,
    Reaggregate,
    Roll,
    RollRows,
    RowFilter,
    RowPlan,
    Scan,
    Select,
    ShowLarge,
    Sort,
    Spine,
    Spread,
)

Node = Plan | GroupPlan | Project | RowPlan


@dataclass(slots=True)
class Numbered:
    """The nodes of a plan by number, each once, however often it is read; counted from 1, from the answer downwards."""

    nodes: dict[int, Node] = field(default_factory=dict[int, Node])
    _numbers: dict[int, int] = field(default_factory=dict[int, int])

    def step(self, node: Node, values: Sequence[str]) -> Step:
        """A node and all below it."""
        known = self._numbers.get(id(node))
        if known is not None:
            return Step(known, type(node).__name__, "the same rows again", same_as=known)
        number = len(self.nodes) + 1
        self.nodes[number] = node
        self._numbers[id(node)] = number
        says, details = described(node, values)
        inputs = tuple(self.step(one, values) for one in inputs_of(node))
        return Step(number, type(node).__name__, says, details, inputs)

    def number(self, node: Node) -> int:
        return self._numbers[id(node)]

    def all(self) -> Iterator[tuple[int, Node]]:
        yield from self.nodes.items()


def inputs_of(node: Node) -> tuple[Node, ...]:
    """The nodes that a node is made of, the main one first."""
    match node:
        case Scan():
            return ()
        case Combine(parts):
            return parts
        case Attach(input, _, _, _, values) | AttachGroups(input, _, _, _, values):
            return (input, values)
        case Spread(groups, _, input):
            return (groups, input)
        case ShowLarge(input, _, _, _, unfiltered):
            return (input,) if unfiltered is None else (input, unfiltered)
        case _:
            return (node.input,)


def described(node: Node, values: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """What a node does, and the particulars, a line each."""
    match node:
        case Limit(_, limit, offset):
            return f"{'all rows' if limit is None else f'at most {limit} rows'}" + (
                f", after the first {offset}" if offset else ""
            ), ()
        case Sort(_, order):
            columns = ((o.column.path if isinstance(o.column, Measure) else key_words(o.column), o) for o in order)
            return "in order of " + ", ".join(f"{name} {'desc' if o.descending else 'asc'}" for name, o in columns), ()
        case Select(_, keys, measures, conditions):
            shown = (*map(key_words, keys), *(measure.path for measure in measures))
            told = tuple(f"groups where {condition_words(one, values)}" for one in conditions)
            return f"the columns {', '.join(shown)}", told
        case Count():
            return "how many rows there are", ()
        case Project(_, keys, measures):
            return "each row as it is", lines_of(keys_words(keys), measures)
        case Aggregate(_, keys, measures, multiplied):
            says = groups_words(keys)
            if multiplied & {measure.cube for measure in measures}:
                says += f"; rows of {', '.join(sorted(multiplied))} repeat here"
            return says, lines_of("", measures)
        case AggregateOnce(_, keys, measures, cube):
            key = ", ".join(d.name for d in cube.primary_key)
            return (
                f"{groups_words(keys)}, in {'each of them' if keys else 'which'} every row of {cube.name} counts once",
                lines_of(f"a row is told by its primary key {key}", measures),
            )
        case Combine(parts, keys, same_groups):
            how = "have the same groups" if same_groups else "may have other groups each: all are kept"
            by = f", by {keys_words(keys)}" if keys else ""
            return f"{len(parts)} parts side by side{by}", (f"the parts {how}",)
        case Roll(_, spine, time, _, measures, window):
            return (
                f"rolling window over {key_words(time)}: {window_words(window)}",
                lines_of(spine_words(spine), measures),
            )
        case RollRows(_, spine, time, _, measures, window, once):
            each = f"rows of {once.name} count once in each window" if once is not None else ""
            return (
                f"rolling window over the rows, by {key_words(time)}: {window_words(window)}",
                (*lines_of(spine_words(spine), measures), *((each,) if each else ())),
            )
        case Calculate(_, keys, measures):
            return f"measures made of those below, by {keys_words(keys)}", lines_of("", measures)
        case Reaggregate(_, names, keys, measures):
            return (
                f"groups by {keys_words(names)}, put together by {keys_words(keys)}",
                lines_of("", measures),
            )
        case Spread(_, keys, _, shared, measures):
            return (
                f"each group by {keys_words(keys)} with what the coarser group by {keys_words(shared)} has",
                lines_of("", measures),
            )
        case Rank(_, _, partition, measure):
            within = f", among groups with the same {keys_words(partition)}" if partition else ""
            by = () if measure.stage is None else measure.stage.order_by
            order = tuple(f"by {sql_words(one.sql.text)} {'desc' if one.descending else 'asc'}" for one in by)
            return f"{measure.path} is the place of each group{within}", order
        case Choose(_, _, switch, _, measure):
            return f"{measure.path} is the calculation that {switch.path} chooses", ()
        case KeepOne(_, _, over, _, measure):
            told = "" if measure.additive is None else additive_words(measure.additive)
            return f"of all values of {key_words(over)} one is kept for {measure.path}", (told,)
        case Merge(_, names, keys, measures):
            return f"groups by {keys_words(names)}, folded by {keys_words(keys)}", lines_of("", measures)
        case ShowLarge(_, _, _, least, _):
            return "groups that are large enough to be shown", tuple(
                f"at least {rows} rows of {count.cube}" for count, rows in least
            )
        case Scan(cube, tenant):
            held = ("only rows of the caller's tenant",) if tenant is not None else ()
            return f"rows of {cube.name}", (f"{table_words(cube.is_query, cube.table.text)}", *held)
        case LeftJoin(_, join, cube, tenant):
            held = ("only rows of the caller's tenant",) if tenant is not None else ()
            kind = join.relationship.value
            return f"with rows of {cube.name}, {kind} from {join.source}", (f"on {sql_words(join.on.text)}", *held)
        case Attach(_, dimension, _, measure, _):
            return f"with {dimension.path}: {measure.path}, computed for each row by its primary key", ()
        case AttachGroups(_, dimension, keys, _, _):
            return f"with {dimension.path}: what measures amount to in the row's group by {keys_words(keys)}", ()
        case CrossValues(_, dimension, options):
            return f"once with each value of the switch {dimension.path}: {', '.join(options)}", ()
        case RowFilter(_, conditions, shifted, is_guard):
            told = tuple(condition_words(one, values) for one in conditions)
            if not told and shifted:
                return "rows looked at from another time", ()
            return "rows that access policies give" if is_guard else "rows where", told


def lines_of(first: str, measures: Sequence[Measure]) -> tuple[str, ...]:
    """The first line, if there is one, and a line for each measure."""
    return (*((first,) if first else ()), *map(measure_words, measures))


def spine_words(spine: Spine) -> str:
    where = "of the range asked for" if spine.within is not None else "that rows have"
    return f"every period by {key_words(spine.bucket)}, from the first to the last {where}"


def table_words(is_query: bool, text: str) -> str:
    return f"from ({sql_words(text)})" if is_query else f"from {sql_words(text)}"
