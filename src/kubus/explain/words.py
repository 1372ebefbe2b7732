"""Keys, conditions and measures in words."""

from collections.abc import Sequence

from kubus.model.additive import SemiAdditive
from kubus.model.cube import Dimension, Measure, Segment
from kubus.model.measure_types import Aggregate
from kubus.model.window import Reach, Span, Window
from kubus.query.conditions import (
    Bucket,
    Condition,
    Every,
    InWindows,
    IsSet,
    Key,
    Meets,
    Never,
    OwnFilters,
    Some,
    Test,
    Within,
)
from kubus.query.shape import Slot
from kubus.sql.statement import value_at

# How much of an SQL text stands in a line.
LONGEST = 100


def key_words(key: Key) -> str:
    match key:
        case Bucket(dimension, granularity):
            return f"{moved(dimension)} by {granularity}"
        case Dimension():
            return moved(key)


def moved(dimension: Dimension) -> str:
    """A dimension, and by what it is shifted."""
    if not dimension.shifts:
        return dimension.path
    return f"{dimension.path} moved by {', '.join(span_words(span) for span in dimension.shifts)}"


def keys_words(keys: Sequence[Key]) -> str:
    return ", ".join(map(key_words, keys)) or "nothing"


def groups_words(keys: Sequence[Key]) -> str:
    return f"groups by {keys_words(keys)}" if keys else "one group of all rows"


def measure_words(measure: Measure) -> str:
    """A measure and what it is made of: `orders.total = sum of amount`."""
    if measure.alias_of is not None:
        return f"{measure.path} = {'.'.join((*measure.alias_of.path, measure.alias_of.member))}"
    text = "rows" if measure.sql is None else sql_words(measure.sql.text)
    kind = measure.type
    filters = f" where {' and '.join(sql_words(sql.text) for sql in measure.filters)}" if measure.filters else ""
    if kind.aggregate is Aggregate.EXPRESSION:
        return f"{measure.path} = {text}{filters}"
    if kind.aggregate is Aggregate.RANK:
        return f"{measure.path} = rank"
    return f"{measure.path} = {kind.name} of {text}{filters}"


def sql_words(text: str) -> str:
    """SQL on one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def span_words(span: Span) -> str:
    return f"{span.count} {span.unit}{'' if abs(span.count) == 1 else 's'}"


def window_words(window: Window) -> str:
    if window.to_date is not None:
        return f"from the start of the {window.to_date}"
    return f"{reach_words(window.trailing)} back and {reach_words(window.leading)} ahead of the {window.offset} of each"


def reach_words(reach: Reach) -> str:
    match reach:
        case None:
            return "nothing"
        case Span():
            return span_words(reach)
        case _:
            return "everything"


def additive_words(additive: SemiAdditive) -> str:
    over = f"{additive.dimension.cube}.{additive.dimension.member}"
    by = ", ".join(f"{one.cube}.{one.member}" for one in additive.by)
    return f"the {additive.keep} value over {over}" + (f", for each {by}, added up" if by else "")


def condition_words(condition: Condition, values: Sequence[str]) -> str:
    """A condition with its values, as a filter would be written."""
    match condition:
        case Test(member, operator, slots, with_null):
            shown = [value_words(slot, values) for slot in slots] + (["null"] if with_null else [])
            name = moved(member) if isinstance(member, Dimension) else member.path
            return " ".join((name, operator.name, ", ".join(shown))).rstrip()
        case Within(dimension, start, end):
            return f"{moved(dimension)} from {value_words(start, values)} to {value_words(end, values)}"
        case InWindows(within, window, granularity):
            periods = f" of each {granularity}" if granularity else ""
            return f"{condition_words(within, values)}, widened to the windows{periods} ({window_words(window)})"
        case OwnFilters(measure):
            return f"the filters of {measure.path}"
        case IsSet(dimension):
            return f"{moved(dimension)} set"
        case Meets(join):
            return f"a row of {join.target} is there"
        case Never():
            return "no row at all"
        case Segment():
            return f"segment {condition.path}"
        case Every(parts):
            return " and ".join(f"({condition_words(part, values)})" for part in parts)
        case Some(parts):
            return " or ".join(f"({condition_words(part, values)})" for part in parts)


def value_words(slot: Slot, values: Sequence[str]) -> str:
    return value_at(slot, values)
