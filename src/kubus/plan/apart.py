"""Measures that see other rows than those of a group, and so are a part of a plan by themselves."""

from collections.abc import Iterable

from kubus.errors import Unsupported
from kubus.model.cube import Measure
from kubus.model.model import Model
from kubus.plan.fan_out import has_own_aggregate, inner_measures
from kubus.plan.stages import measures_in, stage_inputs
from kubus.query.needed import aliased


def units_apart(measure: Measure, model: Model) -> Iterable[Measure]:
    """What single parts of a plan compute of a measure: itself, or what it is made of if some of that rolls."""
    if measure.alias_of is not None and is_apart(measure) and (measure.window is None or measure.stage is not None):
        # What a view shows is computed as its cube says.
        yield aliased(measure, model)
    elif not is_apart(measure) and any(has_apart(inner, model) for inner in inner_measures(measure, model)):
        if has_own_aggregate(measure):
            raise Unsupported(
                f"'{measure.path}' mixes aggregates of its own with measures that roll or have a lower stage",
                hint="Move the aggregate into a measure of its own and refer to that",
            )
        for inner in inner_measures(measure, model):
            yield from units_apart(inner, model)
    else:
        yield measure


def is_apart(measure: Measure) -> bool:
    """Whether a measure sees other rows than those of the group: a moving window, or a lower stage."""
    ways = (measure.window, measure.stage, measure.additive, measure.switch)
    return any(way is not None for way in ways)


def has_apart(measure: Measure, model: Model) -> bool:
    """Whether a measure, or one that it is made of, sees other rows than those of the group."""
    return is_apart(measure) or any(has_apart(inner, model) for inner in inner_measures(measure, model))


def rolls_below(measure: Measure, model: Model) -> Iterable[Measure]:
    """The measures below a stage that roll, through any number of stages and expressions."""
    inner = inner_measures(measure, model) if measure.stage is None else stage_inputs(measure, model)
    for one in inner:
        if one.window is not None:
            yield one
        yield from rolls_below(one, model)


def refuse_apart(measure: Measure, why: str, model: Model) -> None:
    """Raises Unsupported for a measure that sees other rows than those of a group."""
    if has_apart(measure, model):
        raise Unsupported(
            f"'{measure.path}' rolls over time, has a lower stage, does not add up over time or is chosen by a switch, "
            f"so {why}"
        )


def rows_below(measure: Measure, model: Model) -> Iterable[Measure]:
    """The measures over rows that a measure is made of in the end, through any number of stages."""
    if measure.switch is not None:
        inner = tuple(one for sql in measure.switch.texts() for one in measures_in(sql, model))
    else:
        inner = inner_measures(measure, model) if measure.stage is None else stage_inputs(measure, model)
    if not inner:
        yield measure
    for one in inner:
        yield from rows_below(one, model)
